"""What to correct in a search, at the fields where it was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from api.pages.filter_panel import RANGES
from api.pages.language import page_url
from api.pages.values import Reader
from exemptions.catalogs import Catalogs
from exemptions.errors import InvalidQuery, ParameterProblem
from exemptions.filters import FILTER
from exemptions.query import QUERY_PARAMETERS, RegistryQuery, parse_query

_MAX_CHARS = 200
_TYPED = frozenset(parameter for group in RANGES for parameter in group.parameters)


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One wrong parameter: what to read, where to correct it, and the address that would be right."""

    parameter: str
    label: str
    text: str
    anchor: str
    nearest: str
    repair_url: str


def problem_lines(error: InvalidQuery, typed: Mapping[str, Sequence[str]], reader: Reader) -> tuple[ProblemLine, ...]:
    """Every problem of a query, in its order."""
    return tuple(_line(problem, typed, reader) for problem in error.problems)


def readable_params(params: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was sent as it can be shown again: what is no text is replaced, and a long value is cut."""
    return {
        name.encode("utf-8", "replace").decode(): [
            value[:_MAX_CHARS].replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
            for value in values
        ]
        for name, values in params.items()
    }


def without_wrong(params: Mapping[str, Sequence[str]], error: InvalidQuery, catalogs: Catalogs) -> RegistryQuery:
    """The query of the parameters that were right, so that correcting one keeps the others."""
    wrong = {problem.parameter for problem in error.problems}
    right = {name: values for name, values in params.items() if name in QUERY_PARAMETERS and name not in wrong}
    # A cursor's fault may lie in the release it names, which the page of errors does not need.
    right.pop("release", None)
    right.pop("as_of", None)
    return parse_query(right, catalogs)


def _line(problem: ParameterProblem, typed: Mapping[str, Sequence[str]], reader: Reader) -> ProblemLine:
    name = problem.parameter
    spec = FILTER.get(name)
    return ProblemLine(
        parameter=name,
        label=spec.label(reader.lang) if spec is not None else name,
        text=problem.text(reader.lang),
        anchor=_anchor(name),
        nearest=_nearest_words(problem, reader),
        repair_url=_repair_url(problem, typed),
    )


def _anchor(parameter: str) -> str:
    if parameter == "q":
        return "q-resultados"
    spec = FILTER.get(parameter)
    return f"f-{parameter}" if parameter in _TYPED or (spec is not None and spec.is_facet) else ""


def _nearest_words(problem: ParameterProblem, reader: Reader) -> str:
    spec = FILTER.get(problem.parameter)
    if problem.nearest and spec is not None and spec.catalog is not None:
        return reader.name_of(spec.catalog.value, problem.nearest)
    return problem.nearest or ""


def _repair_url(problem: ParameterProblem, typed: Mapping[str, Sequence[str]]) -> str:
    """The same search with the nearest valid code, or parameter, in place of the wrong one."""
    if not problem.nearest or problem.parameter not in typed:
        return ""
    # A problem without a value is of the parameter itself, whose nearest is another parameter.
    is_value = problem.value is not None
    repaired = [
        (
            name if is_value or name != problem.parameter else problem.nearest,
            problem.nearest if is_value and name == problem.parameter and value.strip() == problem.value else value,
        )
        for name, values in typed.items()
        for value in values
        if value
    ]
    return f"{page_url('search')}?{urlencode(repaired)}"
