"""Rows as a file in any format: with labels if they are asked for, and with headers that tell where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
from flask import Response

from api.conditional import Headers, Representation, answer_body, answer_stream
from api.negotiation import LANGUAGES, preferred_language
from api.provenance import Origin
from api.relations import LONGEST_TOLD, link
from api.schemas.texts import both
from api.spec import Document, query_parameter
from exemptions.columns import COLUMN, Column
from exemptions.parameters import ParameterReader
from exporters.csvw import CSVW_MEDIA_TYPE
from exporters.formats import FORMATS, Format
from exporters.published_files import CSVW_SUFFIX
from exporters.xlsx_format import MAX_ROWS, too_many_rows

HEADINGS = "headers"
"""Parameter that asks for labels, and in which language."""
_KEYS = "keys"
_CSV = FORMATS["csv"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file is to hold."""

    batches: Iterable[pa.RecordBatch]
    count: int
    schema: pa.Schema | None = None
    """That of the batches, where it is not that of the records."""
    words: Mapping[str, Column] = field(default_factory=lambda: COLUMN)
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Headings:
    """Which labels a file has."""

    lang: str | None
    """None for keys."""
    is_asked: bool

    @property
    def params(self) -> list[tuple[str, str]]:
        """The parameter that asks for them."""
        return [(HEADINGS, self.lang)] if self.lang else []


def read_headings(form: Format, params: Mapping[str, Sequence[str]]) -> Headings:
    """The labels that a request asks for; those of a workbook are in the client's language unless it names one.

    Raises: InvalidQuery.
    """
    if not form.is_labelled:
        return Headings(None, False)
    reader = ParameterReader({HEADINGS: params.get(HEADINGS, ())})
    asked = reader.name(HEADINGS, LANGUAGES, _KEYS)
    reader.raise_problems()
    if asked != _KEYS:
        return Headings(asked, True)
    return Headings(preferred_language() if form.name == "xlsx" else None, False)


def headings_parameters(form: Format) -> list[Document]:
    """The parameter of labels, for the formats that have them."""
    if not form.is_labelled:
        return []
    about = both(
        "Idioma de los títulos. Sin él, el de Accept-Language.",
        "Language of the headings. Without it, Accept-Language.",
    )
    if form.name == "csv":
        about = both(
            "La variante para hojas de cálculo: títulos en ese idioma, marca de orden de bytes, y un apóstrofo ante "
            "los textos que serían fórmulas. Sin él, el archivo exacto para programas.",
            "The variant for spreadsheets: headings in that language, a byte order mark, and an apostrophe before "
            "texts that would be formulas. Without it, the exact file for programs.",
        )
    return [query_parameter(HEADINGS, about, {"type": "string", "enum": list(LANGUAGES)})]


def file_schema(form: Format) -> dict[str, object]:
    """How the document describes what is in a file of this format."""
    return {"type": "string", "format": "binary"} if form.is_packed else {"type": "string"}


def answer_file(
    form: Format,
    origin: Origin,
    headings: Headings,
    select: Callable[[], Rows],
    *,
    pinned: bool,
    name: str = "",
    whole: bool = False,
    described: bool = False,
) -> Response:
    """The rows that `select` gives as a file, streamed while it is made; a workbook is made first.

    Small tables are made `whole`, told with their length and kept for whoever asks next. `name` is that of the file
    after the release's; without one it is a fingerprint of the query. A `described` CSV has its metadata beside it.
    Raises: TooManyRows if a workbook cannot hold them.
    """
    representation = Representation(
        release=origin.release,
        key=origin.address,
        media_type=form.media_type,
        pinned=pinned,
        by_language=form.name == "xlsx" and not headings.is_asked,
        compressible=not form.is_packed,
    )
    if whole:
        return answer_body(representation, lambda: _joined(_make(form, origin, headings, select(), name, described)))
    return answer_stream(representation, lambda: _make(form, origin, headings, select(), name, described))


def _joined(made: tuple[Iterable[bytes], Headers]) -> tuple[bytes, Headers]:
    chunks, headers = made
    return b"".join(chunks), tuple((name, value) for name, value in headers if name != "Content-Length")


def _make(
    form: Format, origin: Origin, headings: Headings, rows: Rows, name: str, described: bool
) -> tuple[Iterable[bytes], Headers]:
    if form.name == "xlsx" and rows.count > MAX_ROWS:
        raise too_many_rows(rows.count, instead=_spreadsheet_csv(origin))
    chunks = form.stream(
        rows.batches,
        fields=rows.fields,
        metadata=origin.metadata(),
        schema=rows.schema,
        lang=headings.lang,
        words=rows.words,
    )
    size = getattr(chunks, "size_bytes", None)
    length = () if size is None else (("Content-Length", str(size)),)
    # A file for people says so in its name, so that nobody takes it for the exact one.
    variant = f"-{headings.lang}" if headings.lang else ""
    told = origin.headers(name=f"{name or origin.fingerprint}{variant}{form.suffix}", rows=rows.count)
    if described and form is _CSV and headings.lang is None:
        told = _with_metadata(origin, told)
    return chunks, (*told, *length)


def _with_metadata(origin: Origin, told: Headers) -> Headers:
    """The headers with a link to what describes the exact CSV (W3C, Model for Tabular Data §5.2)."""
    query = origin.address.removeprefix(origin.path)
    metadata = link(f"{origin.path}{CSVW_SUFFIX}{query}", "describedby", CSVW_MEDIA_TYPE)
    if len(metadata) > LONGEST_TOLD:
        return told
    return tuple((name, f"{metadata}, {value}" if name == "Link" else value) for name, value in told)


def _spreadsheet_csv(origin: Origin) -> str:
    """The address of the same rows as a CSV that opens in a spreadsheet."""
    path = origin.path.removesuffix(FORMATS["xlsx"].suffix) + _CSV.suffix
    params = [(name, value) for name, value in origin.params if name != HEADINGS]
    asked = dict(origin.params).get(HEADINGS, LANGUAGES[0])
    return Origin(origin.release, path, [*params, (HEADINGS, asked)], by_path=origin.by_path).permalink
