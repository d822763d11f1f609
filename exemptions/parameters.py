"""Reading the values of parameters: every wrong one becomes a problem, so that one answer can name them all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from exemptions.catalogs import Catalogs
from exemptions.errors import InvalidQuery, NITError, ParameterProblem
from exemptions.filters import Filter
from exemptions.nit import parse_nit
from exemptions.text import fold_text

MAX_TEXT = 200
MAX_LIST_TEXT = 2_000
MAX_VALUES = 500
MAX_WORDS = 20

_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")
_COUNT = re.compile(r"[0-9]{1,15}")
_AMOUNT = re.compile(r"(-?)([0-9]{1,14})(?:\.([0-9]{1,2}))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
RECORD_ID = re.compile(r"[0-9a-z]{16}")
"""How every record's identifier is written."""
# Looking for the nearest of 419 names takes milliseconds, so a flood of wrong codes gets it for the first ones only.
_NEAREST_PER_PARAMETER = 10


@dataclass(slots=True)
class ParameterReader:
    """Parameters as sent, and what is wrong with them so far.

    A blank value counts as absent, because forms send the fields that a person left empty.
    """

    sent: Mapping[str, Sequence[str]]
    problems: list[ParameterProblem] = field(default_factory=list)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Note every parameter that is not known, with the nearest known one."""
        for name in self.sent:
            if name not in known:
                nearest = next(iter(get_close_matches(name, sorted(known), 1, 0.5)), None)
                hint_es, hint_en = (f" ¿Quiso decir {nearest}?", f" Did you mean {nearest}?") if nearest else ("", "")
                self.add(
                    _shown(name), None,
                    f"No existe el parámetro «{_shown(name)}».{hint_es}",
                    f"There is no parameter “{_shown(name)}”.{hint_en}",
                    nearest,
                )  # fmt: skip

    def raise_problems(self) -> None:
        """Raise InvalidQuery if anything was wrong."""
        if self.problems:
            raise InvalidQuery(tuple(self.problems))

    def add(self, parameter: str, value: str | None, es: str, en: str, nearest: str | None = None) -> None:
        """Note one problem; the value is shown without what cannot be sent back."""
        self.problems.append(ParameterProblem(parameter, None if value is None else _shown(value), es, en, nearest))

    def values(self, parameter: str, *, longest: int = MAX_TEXT) -> list[str]:
        """The values that are not blank and can be looked at; the others are noted."""
        given = [value for value in self.sent.get(parameter, ()) if value.strip()]
        if len(given) > MAX_VALUES:
            self.add(
                parameter, None,
                f"{parameter} acepta hasta {MAX_VALUES} valores y llegaron {len(given)}.",
                f"{parameter} accepts up to {MAX_VALUES} values and {len(given)} came.",
            )  # fmt: skip
            return []
        return [value for value in given if self._is_readable(parameter, value, longest)]

    def single(self, parameter: str, *, longest: int = MAX_TEXT) -> str | None:
        """The only value; None if absent, noted if there are several."""
        values = self.values(parameter, longest=longest)
        if len(values) > 1:
            self.add(
                parameter, None,
                f"{parameter} acepta un solo valor y llegaron {len(values)}.",
                f"{parameter} accepts a single value and {len(values)} came.",
            )  # fmt: skip
        return values[0] if len(values) == 1 else None

    def words(self, parameter: str) -> str:
        """A text to search for, trimmed; "" if absent."""
        text = (self.single(parameter) or "").strip()
        count = len(fold_text(text).split())
        if count > MAX_WORDS:
            self.add(
                parameter, text,
                f"{parameter} acepta hasta {MAX_WORDS} palabras y tiene {count}.",
                f"{parameter} accepts up to {MAX_WORDS} words and has {count}.",
            )  # fmt: skip
            return ""
        return text

    def nits(self, parameter: str) -> tuple[str, ...]:
        """Canonical NITs, each once, sorted."""
        found = set()
        for value in self.values(parameter):
            try:
                found.add(parse_nit(value).canonical)
            except NITError as error:
                self.add(parameter, value, error.es, error.en)
        return tuple(sorted(found))

    def record_ids(self, parameter: str) -> tuple[str, ...]:
        """Record identifiers, each once, sorted."""
        found = set()
        for value in self.values(parameter):
            if RECORD_ID.fullmatch(value.strip()):
                found.add(value.strip())
            else:
                self.add(
                    parameter, value,
                    "Un identificador de registro tiene 16 letras minúsculas y dígitos.",
                    "A record identifier has 16 lower-case letters and digits.",
                )  # fmt: skip
        return tuple(sorted(found))

    def codes(self, spec: Filter, catalogs: Catalogs) -> tuple[str, ...]:
        """Codes of the filter's catalogue or choices, each once, sorted."""
        known = catalogs.entries(spec.catalog) if spec.catalog else spec.choices
        found, unknown = set(), []
        for value in self.values(spec.parameter):
            code = value.strip()
            if code in known:
                found.add(code)
            else:
                unknown.append(code)
        for place, code in enumerate(dict.fromkeys(unknown)):
            nearest = _nearest_code(code, spec, catalogs) if place < _NEAREST_PER_PARAMETER else None
            hint_es, hint_en = (
                (f" El más parecido es {nearest}.", f" The nearest is {nearest}.") if nearest else ("", "")
            )
            self.add(
                spec.parameter, code,
                f"«{_shown(code)}» no es un código de {spec.parameter}.{hint_es}",
                f"“{_shown(code)}” is not a code of {spec.parameter}.{hint_en}",
                nearest,
            )  # fmt: skip
        return tuple(sorted(found))

    def names(self, parameter: str, known: Collection[str], *, may_repeat: bool = True) -> tuple[str, ...]:
        """Names separated by commas, each once, in the order given."""
        found: list[str] = []
        for value in self.values(parameter, longest=MAX_LIST_TEXT):
            for name in (part.strip() for part in value.split(",")):
                if name in known:
                    found.append(name)
                elif name:
                    self._add_unknown_name(parameter, name, known)
        unique = tuple(dict.fromkeys(found))
        if not may_repeat and len(unique) < len(found):
            repeated = next(name for name in unique if found.count(name) > 1)
            self.add(
                parameter, ",".join(found),
                f"{parameter} lleva «{repeated}» más de una vez.",
                f"{parameter} has “{repeated}” more than once.",
            )  # fmt: skip
        return unique

    def name(self, parameter: str, known: Collection[str], default: str) -> str:
        """One of the known names, or the default if absent."""
        text = self.single(parameter)
        if text is None:
            return default
        if text.strip() in known:
            return text.strip()
        self._add_unknown_name(parameter, text.strip(), known)
        return default

    def years(self, parameter: str) -> tuple[int, ...]:
        """Years of four digits, each once, in order."""
        found = set()
        for value in self.values(parameter):
            if _FOUR_DIGITS.fullmatch(value.strip()):
                found.add(int(value))
            else:
                self.add(parameter, value, "Un año tiene cuatro cifras: 2025.", "A year has four digits: 2025.")
        return tuple(sorted(found))

    def count(self, parameter: str) -> int | None:
        """A whole number from 0."""
        text = self.single(parameter)
        if text is None:
            return None
        if _COUNT.fullmatch(text.strip()):
            return int(text)
        self.add(
            parameter, text,
            f"{parameter} debe ser un número entero desde 0, sin separadores.",
            f"{parameter} must be a whole number from 0, without separators.",
        )  # fmt: skip
        return None

    def count_between(self, parameter: str, low: int, high: int, default: int) -> int:
        """A whole number within bounds, or the default if absent."""
        text = self.single(parameter)
        if text is None:
            return default
        if _COUNT.fullmatch(text.strip()) and low <= int(text) <= high:
            return int(text)
        self.add(
            parameter, text,
            f"{parameter} debe ser un número entero de {low} a {high}.",
            f"{parameter} must be a whole number from {low} to {high}.",
        )  # fmt: skip
        return default

    def cents(self, parameter: str) -> int | None:
        """Quetzales with up to two decimals, as cents."""
        text = self.single(parameter)
        if text is None:
            return None
        match = _AMOUNT.fullmatch(text.strip())
        if match:
            cents = int(match[2]) * 100 + int((match[3] or "").ljust(2, "0"))
            return -cents if match[1] else cents
        self.add(
            parameter, text,
            f"{parameter} debe ser un monto en quetzales, con hasta dos decimales y sin separador de miles (1500.75).",
            f"{parameter} must be an amount in quetzales, up to two decimals, no thousands separators (1500.75).",
        )  # fmt: skip
        return None

    def day(self, parameter: str) -> date | None:
        """A day as YYYY-MM-DD."""
        text = self.single(parameter)
        if text is None:
            return None
        try:
            if _DAY.fullmatch(text.strip()):
                return date.fromisoformat(text.strip())
        except ValueError:
            pass
        self.add(
            parameter, text,
            f"{parameter} debe ser un día que exista, escrito AAAA-MM-DD.",
            f"{parameter} must be a day that exists, written YYYY-MM-DD.",
        )  # fmt: skip
        return None

    def release(self) -> tuple[int | None, date | None]:
        """What chooses a release, `release` by its number or `as_of` by a day; both None for the current one."""
        number = self.count("release")
        if number == 0:
            self.add("release", "0", "Las publicaciones se numeran desde 1.", "Releases are numbered from 1.")
        day = self.day("as_of")
        if day is not None and number is not None:
            self.add(
                "as_of", day.isoformat(),
                "as_of y release no van juntos: cada uno elige una publicación.",
                "as_of and release do not go together: each chooses a release.",
            )  # fmt: skip
        return number, day

    def _is_readable(self, parameter: str, value: str, longest: int) -> bool:
        if _UNSENDABLE.search(value):
            self.add(
                parameter, value,
                f"{parameter} contiene un carácter que no es texto.",
                f"{parameter} contains a character that is not text.",
            )  # fmt: skip
            return False
        if len(value) > longest:
            self.add(
                parameter, value,
                f"{parameter} acepta hasta {longest} caracteres y tiene {len(value)}.",
                f"{parameter} accepts up to {longest} characters and has {len(value)}.",
            )  # fmt: skip
            return False
        return True

    def _add_unknown_name(self, parameter: str, name: str, known: Collection[str]) -> None:
        nearest = get_close_matches(name, sorted(known), 1, 0.0)[0]
        self.add(
            parameter, name,
            f"{parameter} no acepta «{_shown(name)}». Lo más parecido es {nearest}.",
            f"{parameter} does not accept “{_shown(name)}”. The nearest is {nearest}.",
            nearest,
        )  # fmt: skip


def _nearest_code(text: str, spec: Filter, catalogs: Catalogs) -> str | None:
    """The code that a wrong one most likely stands for: by its name if that is close, else by its letters."""
    if spec.catalog:
        aliases = catalogs.aliases(spec.catalog)
        folded = fold_text(text)
        names = [folded] if folded in aliases else get_close_matches(folded, list(aliases), 1, 0.6)
        if names:
            return aliases[names[0]]
    known = list(catalogs.entries(spec.catalog)) if spec.catalog else list(spec.choices)
    by_upper = {code.upper(): code for code in known}
    nearest = get_close_matches(text.upper(), list(by_upper), 1, 0.0)
    return by_upper[nearest[0]] if nearest else None


def _shown(value: str) -> str:
    """A value as it may be repeated to who sent it: what cannot be sent is replaced, a long one is cut."""
    shown = _UNSENDABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    return shown if len(shown) <= MAX_TEXT else shown[:MAX_TEXT] + "…"
