"""Reading what somebody reports: every fault becomes a problem of its field, so that one answer can name them all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from exemptions.errors import InvalidQuery, NITError, ParameterProblem
from exemptions.inbox import LONGEST, Report, draw_number, is_plain
from exemptions.nit import parse_taxpayer_id
from exemptions.parameters import RECORD_ID, ParameterReader

FIELDS = ("about", "text", "source", "contact")
TRAP = "website"
"""A field that people do not see and leave empty; programs that fill in whatever they find give themselves away."""

_LONGEST_ADDRESS = 300
_IN_ADDRESS = re.compile(r"/(?:registro/([0-9a-z]{16})|contribuyente/([^/?#\s]+))")
_ENDS_LINE = re.compile(r"[\t\n]")


def read_report(sent: Mapping[str, Sequence[str]], *, at: datetime, lang: str) -> Report:
    """The report that a form's fields make, under a number of its own. Only `text` must be there.

    Raises: InvalidQuery with every problem.
    """
    reader = _Reader(sent)
    unknown = ParameterReader(sent)
    unknown.refuse_unknown((*FIELDS, TRAP))
    reader.problems.extend(unknown.problems)
    report = Report(
        number=draw_number(),
        received_at=at,
        lang=lang,
        about=reader.about(),
        text=reader.text(),
        source=reader.line("source"),
        contact=reader.line("contact"),
    )
    reader.refuse_trap()
    if reader.problems:
        raise InvalidQuery(tuple(reader.problems))
    return report


@dataclass(slots=True)
class _Reader:
    """Fields as sent, and what is wrong with them so far."""

    sent: Mapping[str, Sequence[str]]
    problems: list[ParameterProblem] = field(default_factory=list)

    def about(self) -> str | None:
        """A record's identifier or a canonical taxpayer number, also out of the address of its page."""
        text = self._single("about", _LONGEST_ADDRESS)
        if not text:
            return None
        named = _IN_ADDRESS.search(text)
        if named is not None:
            text = named[1] or named[2]
        if RECORD_ID.fullmatch(text):
            return text
        try:
            return parse_taxpayer_id(text).canonical
        except NITError as error:
            self._add(
                "about",
                "Escriba el identificador del registro (16 letras y dígitos, están en su dirección) o un NIT. "
                f"{error.es}",
                "Write the identifier of the record (16 letters and digits, they are in its address) or a NIT. "
                f"{error.en}",
            )
            return None

    def text(self) -> str:
        """What is wrong, in the words of who reports it; "" only with a problem noted."""
        text = self._single("text", LONGEST["text"])
        if not text and not any(problem.parameter == "text" for problem in self.problems):
            self._add("text", "Escriba qué está mal.", "Write what is wrong.")
        return text

    def line(self, name: str) -> str | None:
        """A text of one line; None if absent."""
        text = self._single(name, LONGEST[name])
        if _ENDS_LINE.search(text):
            self._add(name, "Debe caber en una línea.", "It has to be a single line.")
        return text or None

    def refuse_trap(self) -> None:
        """Refuse a report whose hidden field was filled in."""
        if any(value.strip() for value in self.sent.get(TRAP, ())):
            self._add(
                TRAP,
                "Deje vacío este campo, que solo llenan los programas.",
                "Leave this field empty: only programs fill it in.",
            )

    def _single(self, name: str, longest: int) -> str:
        """The only value, trimmed, with plain line ends; "" if absent or noted as wrong."""
        given = [value for value in self.sent.get(name, ()) if value.strip()]
        if len(given) > 1:
            self._add(name, "Llegó más de una vez.", "It came more than once.")
            return ""
        text = given[0].strip().replace("\r\n", "\n").replace("\r", "\n") if given else ""
        if not is_plain(text):
            self._add(
                name,
                "Contiene un carácter de control, que no es texto. Escríbalo de nuevo.",
                "It holds a control character, which is no text. Write it again.",
            )
            return ""
        if len(text) > longest:
            self._add(
                name,
                f"Acepta hasta {longest:,} caracteres y tiene {len(text):,}.",
                f"It takes up to {longest:,} characters and has {len(text):,}.",
            )
            return ""
        return text

    def _add(self, name: str, es: str, en: str) -> None:
        # What was sent stays out of the problem: it goes nowhere but into the inbox.
        self.problems.append(ParameterProblem(name, None, es, en))
