"""What is told of each line of a matched list: as an object for JSON, and as the cells of one row for tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from exemptions.columns import COLUMN, KEYS, LIST_SEPARATOR
from exemptions.errors import Sentence
from exemptions.match_values import Candidate, LineMatch, MatchedBy, MatchState
from exemptions.release import Release

BETWEEN = " | "
"""Stands between the values of several records in one cell, in the order of `record_ids`."""

_CHUNK_LINES = 500

OWN_COLUMNS: Mapping[str, Sentence] = {
    "line": Sentence("Línea", "Line"),
    "value": Sentence("Lo que se buscó", "What was looked for"),
    "state": Sentence("Resultado", "Result"),
    "how": Sentence("Cómo coincide", "How it matches"),
    "score": Sentence("Puntaje (0 a 100)", "Score (0 to 100)"),
    "problem": Sentence("Problema", "Problem"),
    "nit": Sentence("NIT en el registro", "NIT in the registry"),
    "name": Sentence("Nombre en el registro", "Name in the registry"),
    "records": Sentence("Registros", "Records"),
    "record_ids": Sentence("Identificadores de los registros", "Identifiers of the records"),
    "candidates": Sentence("Candidatos", "Candidates"),
}
"""Columns of the match itself, before those of the record."""

RECORD_COLUMNS: tuple[str, ...] = tuple(key for key in KEYS if key not in ("record_id", "nit", "name"))

STATE_WORDS: Mapping[MatchState, Sentence] = {
    MatchState.MATCHED: Sentence("Está en el registro", "In the registry"),
    MatchState.AMBIGUOUS: Sentence("Por decidir", "To be decided"),
    MatchState.NONE: Sentence("No se encontró", "Not found"),
    MatchState.INVALID: Sentence("No es válido", "Not valid"),
    MatchState.BLANK: Sentence("Línea en blanco", "Blank line"),
}
HOW_WORDS: Mapping[MatchedBy, Sentence] = {
    MatchedBy.NIT: Sentence("Mismo NIT", "Same NIT"),
    MatchedBy.EXACT_NAME: Sentence("Mismo nombre", "Same name"),
    MatchedBy.SAME_WORDS: Sentence("Mismas palabras", "Same words"),
    MatchedBy.APPROXIMATE: Sentence("Nombre parecido", "Near name"),
}

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line with the records of the taxpayer that it was matched with."""

    match: LineMatch
    records: Sequence[Item]


def iter_matched(release: Release, matches: Iterable[LineMatch]) -> Iterator[MatchedLine]:
    """Yield each line with its records, which are read many at a time.

    Order: that of the lines.
    """
    matches = iter(matches)
    while chunk := list(islice(matches, _CHUNK_LINES)):
        rows = sorted({row for match in chunk if match.match for row in match.match.taxpayer.rows})
        items = dict(zip(rows, release.to_items(rows), strict=True))
        for match in chunk:
            found = match.match.taxpayer.rows if match.match else ()
            yield MatchedLine(match, [items[row] for row in found])


def record_ids(release: Release, candidate: Candidate) -> list[str]:
    """The identifiers of a candidate's records, in row order."""
    column = release.records.column("record_id")
    return [column[row].as_py() for row in candidate.taxpayer.rows]


def line_object(release: Release, line: MatchedLine) -> dict[str, Any]:
    """The line as JSON tells it."""
    match, best = line.match, line.match.best
    matched = match.match
    return {
        "line": match.line,
        "value": match.value,
        "state": match.state,
        "how": best.how if best else None,
        "score": best.score if best else None,
        "problem": match.problem.code if match.problem else None,
        "taxpayer": None
        if matched is None
        else {
            "id": matched.taxpayer.id,
            "nit": matched.taxpayer.nit,
            "name": matched.taxpayer.name,
            "records": line.records,
        },
        "candidates": []
        if matched is not None
        else [
            {
                "id": candidate.taxpayer.id,
                "nit": candidate.taxpayer.nit,
                "name": candidate.taxpayer.name,
                "how": candidate.how,
                "score": candidate.score,
                "record_ids": record_ids(release, candidate),
            }
            for candidate in match.candidates
        ],
    }


def line_cells(line: MatchedLine, lang: str | None = None) -> list[Any]:
    """The cells of the line: `OWN_COLUMNS`, then `RECORD_COLUMNS`.

    With `lang` the codes of the match itself are words. A column in which all records agree has their value; one in
    which they differ has the texts of all, with `BETWEEN` between them.
    """
    match, best, matched = line.match, line.match.best, line.match.match
    own = [
        match.line,
        match.value,
        STATE_WORDS[match.state].text(lang) if lang else match.state.value,
        None if best is None else HOW_WORDS[best.how].text(lang) if lang else best.how.value,
        best.score if best else None,
        None if match.problem is None else match.problem.sentence.text(lang) if lang else match.problem.code,
        matched.taxpayer.nit if matched else None,
        matched.taxpayer.name if matched else None,
        len(line.records) if matched else None,
        BETWEEN.join(item["record_id"] for item in line.records) or None,
        None if matched else BETWEEN.join(map(_candidate_text, match.candidates)) or None,
    ]
    return own + [_together([_plain(item[key]) for item in line.records]) for key in RECORD_COLUMNS]


def headings(lang: str | None = None) -> list[str]:
    """The heads of `line_cells`: keys, or labels in a language."""
    if lang is None:
        return [*OWN_COLUMNS, *RECORD_COLUMNS]
    return [*(label.text(lang) for label in OWN_COLUMNS.values()), *(COLUMN[key].label(lang) for key in RECORD_COLUMNS)]


def cell_text(cell: object) -> str:
    """A cell as CSV writes it: nothing where there is nothing, every digit of a number."""
    return "" if cell is None else str(cell)


def _candidate_text(candidate: Candidate) -> str:
    taxpayer = candidate.taxpayer
    return f"{taxpayer.nit or taxpayer.id} {taxpayer.name or ''} ({candidate.score:g})"


def _plain(value: object) -> object:
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else value


def _together(values: Sequence[object]) -> object:
    if not values:
        return None
    if all(value == values[0] for value in values):
        return values[0]
    return BETWEEN.join(map(cell_text, values))


def is_number(cell: object) -> bool:
    """Whether a table keeps the cell as a number."""
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
