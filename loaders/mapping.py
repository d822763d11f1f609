"""Which column of a file is which: headers matched without case, accents, spaces and signs, or mapped by a person."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from exemptions.datasets import DATASET_COLUMNS, Dataset, InputColumn
from exemptions.finding import Finding
from exemptions.text import squash
from loaders.correction_headers import CORRECTION_HEADERS
from loaders.limits import refuse_many_columns
from loaders.list_headers import find_list_header, list_fitness, name_list_columns
from loaders.options import LEAVE_OUT, Header, ReadingRefused, ReadOptions
from loaders.rules import NOTHING_NEAR, make_finding

HEADER_SEARCH_ROWS = 50
"""Rows looked through for the header; title blocks above a table are a few rows."""


def find_header(rows: Sequence[Sequence[str]], options: ReadOptions) -> Header:
    """The header of a file: the first of its rows that holds every required column, or the one that was declared.

    Raises: ReadingRefused naming every column that is missing, given twice or mapped wrongly.
    """
    if options.is_list:
        return find_list_header(rows, options.list_column)
    _refuse_unknown_keys(options)
    refuse_many_columns(max(map(len, rows), default=0))
    if options.header_row is not None:
        if not 1 <= options.header_row <= len(rows):
            raise ReadingRefused(make_finding("fila_de_encabezado_inexistente", value=str(options.header_row)))
        header = read_header(rows[options.header_row - 1], options.header_row, options)
    else:
        headers = [read_header(row, number, options) for number, row in enumerate(rows, start=1)]
        complete = (header for header in headers if not _missing(header, options.dataset))
        header = next(complete, None) or max(headers, key=_recognised)
    return _checked(header, rows, options)


def name_columns(names: Sequence[str], options: ReadOptions) -> Header:
    """The header of a container that itself names its columns, and has no row of headers.

    Raises: ReadingRefused, as `find_header`.
    """
    if options.is_list:
        return name_list_columns(names)
    _refuse_unknown_keys(options)
    refuse_many_columns(len(names))
    return _checked(read_header(names, None, options), [names], options)


def _checked(header: Header, rows: Sequence[Sequence[str]], options: ReadOptions) -> Header:
    other = _other_dataset(header, rows, options)
    if other is not None:
        finding = make_finding("otro_conjunto", row=header.row, value=other, dataset=options.dataset.value)
        raise ReadingRefused(finding)
    faults = (*_missing_columns(header, options.dataset), *_repeated(header), *_unused_mapping(header, options.mapping))
    if faults:
        raise ReadingRefused(*faults)
    return header


def read_header(names: Sequence[str], row: int | None, options: ReadOptions) -> Header:
    """What the columns of one row would be, if it were the header."""
    known = _known_headers(options.dataset)
    chosen = {squash(header): key for header, key in options.mapping.items()}
    keys = [chosen.get(squash(name)) or known.get(squash(name)) for name in names]
    return Header(row, tuple(name.strip() for name in names), tuple(None if k == LEAVE_OUT else k for k in keys))


def count_recognised(rows: Sequence[Sequence[str]], options: ReadOptions) -> int:
    """The most columns that any of the rows, taken as header, would give."""
    if options.is_list:
        return list_fitness(rows, options.list_column)
    return max((_recognised(read_header(row, 1, options)) for row in rows), default=0)


def is_complete(rows: Sequence[Sequence[str]], options: ReadOptions) -> bool:
    """Whether one of the rows holds every required column."""
    return not options.is_list and any(not _missing(read_header(row, 1, options), options.dataset) for row in rows)


def unknown_columns(header: Header, options: ReadOptions) -> Iterator[Finding]:
    """A warning for every named column that is not loaded and was not left out on purpose."""
    left_out = {squash(name) for name, key in options.mapping.items() if key == LEAVE_OUT}
    left_out |= {squash(text) for header in CORRECTION_HEADERS for text in (header.es, header.en)}
    for name, key in zip(header.names, header.keys, strict=True):
        if key is None and name and squash(name) not in left_out:
            yield make_finding("columna_desconocida", row=header.row, column=name)


def _known_headers(dataset: Dataset) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for column in DATASET_COLUMNS[dataset]:
        for header in (column.header, column.key, *column.aliases):
            known[squash(header)] = column.key
    return known


def _other_dataset(header: Header, rows: Sequence[Sequence[str]], options: ReadOptions) -> Dataset | None:
    """The dataset whose file this is, if it lacks columns of the declared one and has all of another."""
    if options.mapping or not _missing(header, options.dataset):
        return None
    fitting = {
        dataset: count_recognised(rows, reading)
        for dataset in DATASET_COLUMNS
        if dataset != options.dataset and is_complete(rows, reading := ReadOptions(dataset))
    }
    # The registry's file has most columns that are asked of the other datasets too, so the best fit decides.
    return max(fitting, key=fitting.__getitem__, default=None)


def _recognised(header: Header) -> int:
    return len(set(header.keys) - {None})


def _missing(header: Header, dataset: Dataset) -> list[InputColumn]:
    return [column for column in DATASET_COLUMNS[dataset] if column.required and column.key not in header.keys]


def _missing_columns(header: Header, dataset: Dataset) -> Iterator[Finding]:
    free = {
        squash(name): name for name, key in zip(header.names, header.keys, strict=True) if key is None and squash(name)
    }
    for column in _missing(header, dataset):
        near = _nearest([squash(column.header), squash(column.key)], list(free))
        nearest = free[near] if near else NOTHING_NEAR
        yield make_finding("columna_faltante", row=header.row, column=column.header, key=column.key, nearest=nearest)


def _repeated(header: Header) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name, key in zip(header.names, header.keys, strict=True):
        if key is None:
            continue
        if key in first:
            yield make_finding("columna_repetida", row=header.row, column=name, key=key, first=first[key])
        first.setdefault(key, name)


def _unused_mapping(header: Header, mapping: Mapping[str, str]) -> Iterator[Finding]:
    present = {squash(name): name for name in header.names}
    for name in mapping:
        if squash(name) not in present:
            near = _nearest([squash(name)], [text for text in present if text])
            nearest = present[near] if near else NOTHING_NEAR
            yield make_finding("mapeo_sin_columna", row=header.row, column=name, value=mapping[name], nearest=nearest)


def _refuse_unknown_keys(options: ReadOptions) -> None:
    keys = [column.key for column in DATASET_COLUMNS[options.dataset]]
    wrong = [
        make_finding(
            "mapeo_clave_desconocida",
            column=header,
            value=key,
            nearest=_nearest([key], keys) or NOTHING_NEAR,
            allowed=", ".join(keys),
        )
        for header, key in options.mapping.items()
        if key != LEAVE_OUT and key not in keys
    ]
    if wrong:
        raise ReadingRefused(*wrong)


def _nearest(wanted: Sequence[str], candidates: Sequence[str]) -> str | None:
    for text in wanted:
        close = difflib.get_close_matches(text, candidates, n=1, cutoff=0.5)
        if close:
            return close[0]
    return None
