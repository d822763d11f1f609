"""Files to fill in: the headers of a dataset in order, what each column wants, its codes, and one example row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from exemptions.catalogs import Catalogs
from exemptions.columns import Kind
from exemptions.datasets import Dataset
from exemptions.errors import Sentence
from loaders.guides import Guide, guides_of

BYTE_ORDER_MARK = "\ufeff"
"""Without it a spreadsheet takes a UTF-8 file for one of the machine's old encoding."""

_MADE = datetime(2025, 1, 1, tzinfo=UTC)
"""Stands in every template as its date, so that the same catalogues give the same bytes."""
_LAST_ROW = 1_048_575
_TITLE_CHARS, _MESSAGE_CHARS = 32, 255
"""What a spreadsheet allows the message of a cell."""
_NARROWEST, _WIDEST = 12, 44

_DATA = Sentence("Datos", "Data")
_COLUMNS = Sentence("Columnas", "Columns")
_CODES = Sentence("Códigos", "Codes")
_REQUIRED = Sentence("Obligatoria.", "Required.")
_OPTIONAL = Sentence("Puede quedar vacía.", "May be blank.")
_HEADINGS = (
    Sentence("Columna", "Column"),
    Sentence("¿Obligatoria?", "Required?"),
    Sentence("Qué es", "What it is"),
    Sentence("Cómo se escribe", "How to write it"),
    Sentence("Ejemplo", "Example"),
)
_YES, _NO = Sentence("Sí", "Yes"), Sentence("No", "No")
_UNLISTED = Sentence(
    "No está en la lista. Puede dejarlo si es el nombre completo; al cargar se comprueba.",
    "It is not in the list. You may leave it if it is the full name; loading checks it.",
)
_HINT = Sentence(
    "La fila 2 de la hoja «{sheet}» es un ejemplo: escriba sus datos desde la fila 3 o bórrela. Nunca se carga.",
    "Row 2 of the sheet “{sheet}” is an example: write your data from row 3 on, or delete it. It is never loaded.",
)


@dataclass(frozen=True, slots=True)
class _Formats:
    """The looks of the cells."""

    required: Format
    optional: Format
    heading: Format
    example: Mapping[Kind, Format]
    cell: Mapping[Kind, Format]
    wrapped: Format
    note: Format


def build_csv_template(dataset: Dataset, *, catalogs: Catalogs) -> bytes:
    """A CSV of the dataset's headers and one example row, as a spreadsheet opens it."""
    guides = guides_of(dataset, catalogs)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(guide.column.header for guide in guides)
    writer.writerow(guide.example for guide in guides)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def build_workbook_template(dataset: Dataset, *, catalogs: Catalogs, lang: str) -> bytes:
    """A workbook to fill in: data, what each column wants, and the codes; the headers are Spanish in both languages."""
    sink = io.BytesIO()
    guides = guides_of(dataset, catalogs)
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{dataset.value}", "created": _MADE})
        formats = _make_formats(book)
        data, columns, codes = (book.add_worksheet(name.text(lang)) for name in (_DATA, _COLUMNS, _CODES))
        ranges = _write_codes(codes, guides, formats, lang)
        _write_data(data, guides, formats, ranges, lang)
        _write_columns(columns, guides, formats, lang)
    return sink.getvalue()


def _make_formats(book: Workbook) -> _Formats:
    written = {
        Kind.TEXT: "@",
        Kind.CODE: "@",
        Kind.LIST: "@",
        Kind.DATE: "yyyy-mm-dd",
        Kind.INTEGER: "0",
        Kind.MONEY: "0.00######",
    }
    head = {"bold": True, "bottom": 2, "valign": "top", "text_wrap": True}
    return _Formats(
        required=book.add_format({**head, "bg_color": "#0b3d66", "font_color": "#ffffff"}),
        optional=book.add_format({**head, "bg_color": "#e4f0f9", "font_color": "#15212c"}),
        heading=book.add_format(head),
        example={
            kind: book.add_format({"num_format": form, "italic": True, "font_color": "#6b4a00", "bg_color": "#fff6dd"})
            for kind, form in written.items()
        },
        cell={kind: book.add_format({"num_format": form}) for kind, form in written.items()},
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        note=book.add_format({"italic": True, "text_wrap": True, "valign": "top"}),
    )


def _write_data(
    sheet: Worksheet, guides: Sequence[Guide], formats: _Formats, ranges: Mapping[str, str], lang: str
) -> None:
    sheet.freeze_panes(1, 1)
    for place, guide in enumerate(guides):
        column = guide.column
        width = min(max(len(column.header), len(guide.example), _NARROWEST) + 2, _WIDEST)
        # The whole column has the format, so that a number typed into a column of codes stays the text it was.
        sheet.set_column(place, place, width, formats.cell[column.kind])
        sheet.write_string(0, place, column.header, formats.required if column.required else formats.optional)
        sheet.write_comment(0, place, _explain(guide, lang), {"x_scale": 2, "y_scale": 1.4, "author": ""})
        _write_example(sheet, place, guide, formats)
        sheet.data_validation(1, place, _LAST_ROW, place, _validation(guide, ranges, lang))


def _write_example(sheet: Worksheet, place: int, guide: Guide, formats: _Formats) -> None:
    kind, text = guide.column.kind, guide.example
    look = formats.example[kind]
    if not text:
        sheet.write_blank(1, place, None, look)
    elif place == 0 or kind in (Kind.TEXT, Kind.CODE, Kind.LIST):
        sheet.write_string(1, place, text, look)
    elif kind is Kind.DATE:
        sheet.write_datetime(1, place, date.fromisoformat(text), look)
    else:
        sheet.write_number(1, place, float(Decimal(text)), look)


def _validation(guide: Guide, ranges: Mapping[str, str], lang: str) -> dict[str, object]:
    """The message that a cell shows and, where the column has codes, its list; another text is warned of, not refused,
    since names are understood as well."""
    shown: dict[str, object] = {
        "input_title": guide.column.header[:_TITLE_CHARS],
        "input_message": _shorten(f"{guide.about.text(lang)} {guide.form.text(lang)}"),
    }
    source = ranges.get(guide.column.key)
    # A list lets a person choose one code only, so a column of several has none.
    if source is None or guide.column.kind is Kind.LIST:
        return {"validate": "any", **shown}
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": guide.column.header[:_TITLE_CHARS],
        "error_message": _UNLISTED.text(lang),
        **shown,
    }


def _write_columns(sheet: Worksheet, guides: Sequence[Guide], formats: _Formats, lang: str) -> None:
    for place, width in enumerate((24, 14, 60, 40, 30)):
        sheet.set_column(place, place, width, formats.wrapped)
    sheet.merge_range(0, 0, 0, len(_HEADINGS) - 1, _HINT.text(lang).format(sheet=_DATA.text(lang)), formats.note)
    sheet.set_row(0, 32)
    for place, heading in enumerate(_HEADINGS):
        sheet.write_string(1, place, heading.text(lang), formats.heading)
    for row, guide in enumerate(guides, start=2):
        required = _YES if guide.column.required else _NO
        texts = (guide.column.header, required.text(lang), guide.about.text(lang), guide.form.text(lang), guide.example)
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, formats.wrapped)
    sheet.freeze_panes(2, 0)


def _write_codes(sheet: Worksheet, guides: Sequence[Guide], formats: _Formats, lang: str) -> dict[str, str]:
    """Write each list of codes beside its names; key → the range of its codes, for the lists of the data's cells."""
    ranges: dict[str, str] = {}
    listed = [guide for guide in guides if guide.choices]
    for number, guide in enumerate(listed):
        place = number * 3
        sheet.set_column(place, place, 18, formats.cell[Kind.TEXT])
        sheet.set_column(place + 1, place + 1, 46, formats.cell[Kind.TEXT])
        sheet.set_column(place + 2, place + 2, 3)
        sheet.write_string(0, place, guide.column.header, formats.heading)
        sheet.write_blank(0, place + 1, None, formats.heading)
        for row, (code, name) in enumerate(guide.choices.items(), start=1):
            sheet.write_string(row, place, code, formats.cell[Kind.TEXT])
            sheet.write_string(row, place + 1, name.text(lang), formats.cell[Kind.TEXT])
        letters = xlsxwriter.utility.xl_col_to_name(place, True)
        ranges[guide.column.key] = f"='{sheet.name}'!{letters}$2:{letters}${len(guide.choices) + 1}"
    sheet.freeze_panes(1, 0)
    return ranges


def _explain(guide: Guide, lang: str) -> str:
    needed = _REQUIRED if guide.column.required else _OPTIONAL
    return "\n".join((guide.about.text(lang), guide.form.text(lang), needed.text(lang)))


def _shorten(text: str) -> str:
    return text if len(text) <= _MESSAGE_CHARS else f"{text[: _MESSAGE_CHARS - 1]}…"
