"""Matching a list: the form that takes it, and what is in the registry for each of its lines. Nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_count, format_tax_number
from api.match_answers import answer_match, places
from api.match_request import TEXT_FIELD, allow_list_body, read_form_list, receive_body
from api.pages.blueprint import pages
from api.pages.labels import STATUS
from api.pages.language import page_language, page_url
from api.pages.render import answer_page, answer_plain, page_reader
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader, holder_name
from api.parameters import refuse_parameters
from api.problem_types import TOO_BUSY
from api.releases_at import ReleaseChoice, chosen_release, current_release, read_choice, tell_release
from api.turns import TooBusy
from exemptions.errors import InvalidQuery, ListRefused
from exemptions.match_values import MAX_CANDIDATES, MAX_LINES, AskedList, Candidate, MatchedBy, MatchState
from exemptions.matching import match_list
from exemptions.parameters import ParameterReader
from exemptions.release import Release
from exporters.match_formats import MATCH_FORMATS
from exporters.match_rows import Item, MatchedLine, iter_matched
from loaders.lists import MAX_LIST_BYTES

SHOWN_LINES = 200
"""Lines of a list that the page itself shows; the files have all."""

_FILES = ("csv", "xlsx")
_FIELDS = (TEXT_FIELD, "column", "as_of")

STATE: Mapping[MatchState, LazyString] = {
    MatchState.MATCHED: _l("Está en el registro"),
    MatchState.AMBIGUOUS: _l("Por decidir"),
    MatchState.NONE: _l("No se encontró"),
    MatchState.INVALID: _l("No es válido"),
    MatchState.BLANK: _l("Línea en blanco"),
}
HOW: Mapping[MatchedBy, LazyString] = {
    MatchedBy.NIT: _l("mismo NIT"),
    MatchedBy.EXACT_NAME: _l("mismo nombre"),
    MatchedBy.SAME_WORDS: _l("mismas palabras"),
    MatchedBy.APPROXIMATE: _l("nombre parecido"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A taxpayer that a line means, or may mean."""

    name: str
    url: str
    detail: str
    how: str
    score: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the page tells it."""

    number: int
    value: str
    state: str
    state_word: str
    problem: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class CompareForm:
    """The form, with what was typed into it and what is wrong with that."""

    values: Mapping[str, str]
    faults: tuple[str, ...] = ()
    problem: str = ""
    """What is wrong with the day."""
    max_lines: int = MAX_LINES
    max_mib: int = MAX_LIST_BYTES // 1024**2
    max_candidates: int = MAX_CANDIDATES


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found for a list."""

    release: int
    total: int
    column: str
    figures: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    sent: Mapping[str, str]
    """Fields that ask for the same again, as a file."""


@pages.get("/comparar", endpoint="compare")
def show_form() -> Response:
    """The form; it asks for a list and, if wanted, for a day."""
    refuse_parameters()
    context = {"form": CompareForm({}), "comparison": None}
    return answer_page(current_release(), "compare.html", lambda: context)


@pages.post("/comparar", endpoint="compare_list")
def compare_list() -> BaseResponse:
    """What is found for the list that was sent, as a page or as a file; the form again if it cannot be read."""
    allow_list_body()
    refuse_parameters()
    receive_body()
    values = {name: request.form.get(name, "").strip("\r\n") for name in _FIELDS}
    reader = ParameterReader({name: [request.form.get(name, "")] for name in ("as_of", "column")})
    choice, column = read_choice(reader), reader.single("column")
    try:
        reader.raise_problems()
        release = chosen_release(choice)
        with places().take() as turn:
            asked = read_form_list(column=column, encoding=None)
            if request.form.get("format") in _FILES:
                form = MATCH_FORMATS[request.form["format"]]
                response = answer_match(release, asked, form, lang=page_language())
                turn.until_sent(response)
                return response
            comparison = _compare(release, asked, choice, values)
    except InvalidQuery as error:
        told = " ".join(problem.text(page_language()) for problem in error.problems)
        return _show_again(CompareForm(values, problem=told))
    except ListRefused as refused:
        lang = page_language()
        faults = tuple(f"{fault.message.text(lang)} {fault.remedy.text(lang)}" for fault in refused.faults)
        return _show_again(CompareForm(values, faults=faults))
    except TooBusy as busy:
        response = _show_again(
            CompareForm(values, faults=(busy.text(page_language()),)), HTTPStatus.SERVICE_UNAVAILABLE
        )
        response.headers["Retry-After"] = str(TOO_BUSY.retry_after_s)
        return response
    blank = CompareForm({"as_of": values["as_of"], "column": values["column"]})
    response = answer_plain("compare.html", {"form": blank, "comparison": comparison})
    response.headers["Cache-Control"] = "no-store"
    return response


def _show_again(form: CompareForm, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> Response:
    tell_release()
    return answer_plain("compare.html", {"form": form, "comparison": None}, status=status)


def _compare(release: Release, asked: AskedList, choice: ReleaseChoice, values: Mapping[str, str]) -> Comparison:
    counts: Counter[MatchState] = Counter()
    lines: list[Line] = []
    reader = page_reader(release)
    for line in iter_matched(release, match_list(release, asked)):
        counts[line.match.state] += 1
        if len(lines) < SHOWN_LINES:
            lines.append(_line(release, line, reader, dict(choice.params)))
    shown = [state for state in MatchState if counts[state] or state in (MatchState.MATCHED, MatchState.AMBIGUOUS)]
    return Comparison(
        release=release.number,
        total=len(asked.values),
        column=asked.column or "",
        figures=tuple((str(STATE[state]), format_count(counts[state])) for state in shown),
        lines=tuple(lines),
        sent={**values, TEXT_FIELD: _as_text(asked), "column": asked.column or ""},
    )


def _line(release: Release, line: MatchedLine, reader: Reader, choice: Mapping[str, str]) -> Line:
    match = line.match
    return Line(
        number=match.line,
        value=match.value,
        state=match.state,
        state_word=str(STATE[match.state]),
        problem=match.problem.sentence.text(reader.lang) if match.problem else "",
        found=tuple(_found(release, candidate, line.records, reader, choice) for candidate in match.candidates),
    )


def _found(
    release: Release, candidate: Candidate, records: Sequence[Item], reader: Reader, choice: Mapping[str, str]
) -> Found:
    taxpayer = candidate.taxpayer
    if taxpayer.nit is not None:
        url = page_url("taxpayer", nit=taxpayer.nit, **choice)
    else:
        url = page_url("record", record_id=taxpayer.id, **choice)
    items = records or release.to_items(taxpayer.rows)
    return Found(
        name=holder_name({"name": taxpayer.name}),
        url=url,
        detail=" · ".join(_details(taxpayer.nit, items, reader)),
        how=str(HOW[candidate.how]),
        score=format_count(round(candidate.score)),
    )


def _details(nit: str | None, items: Sequence[Item], reader: Reader) -> Iterator[str]:
    if nit is not None:
        yield _("NIT %(nit)s", nit=format_tax_number(nit))
    for item in dict.fromkeys((item["category"], item["category_name"], item["status"]) for item in items):
        category, fallback, status = item
        yield f"{reader.name_of('categories', category, fallback)} ({str(STATUS[status]).lower()})"


def _as_text(asked: AskedList) -> str:
    """The list as lines of a form, cells with tabs between them; a cell's own tabs and lines become spaces."""
    if not asked.heads:
        head = [asked.column] if asked.column else []
        return "\n".join(" ".join(value.split()) for value in (*head, *asked.values))
    rows = (asked.heads, *asked.rows)
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)
