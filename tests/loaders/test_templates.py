"""The templates that staff fill in: they load as they are filled in, and their example row never enters the book."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from exemptions.accounts import Actor
from exemptions.batches import State, approve_batch
from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import load_catalogs
from exemptions.columns import Kind
from exemptions.database import Book, open_book
from exemptions.datasets import DATASET_COLUMNS, Dataset
from exemptions.settings import Settings, read_settings
from exemptions.text import fold_text
from loaders.checks_codes import JOBS_KINDS, STATUSES
from loaders.checks_energy import TECHNOLOGIES
from loaders.checks_events import EVENTS
from loaders.checks_expenditure import PARTITIONS
from loaders.checks_taxpayer import PERSON_KINDS
from loaders.guides import EXAMPLE_MARK, guides_of
from loaders.load import LoadOptions, LoadResult, load_file
from loaders.templates import build_csv_template, build_workbook_template
from tests.loaders.fact_files import REGISTRY, amount, energy, estimate, event, jobs, product
from tests.loaders.registry_files import CUTOFF, csv_text, permanent, temporary

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
CATALOGS = load_catalogs()
ROWS = {
    Dataset.REGISTRY: temporary(1),
    Dataset.JOBS: jobs(),
    Dataset.AMOUNTS: amount(),
    Dataset.ENERGY: energy(),
    Dataset.EVENTS: event(),
    Dataset.EXPENDITURE: estimate(),
    Dataset.MACRO: product(),
}
UNDERSTOOD = {
    "person_kind": PERSON_KINDS,
    "status": STATUSES,
    "jobs_kind": JOBS_KINDS,
    "kind": JOBS_KINDS,
    "event": EVENTS,
    "technology": TECHNOLOGIES,
    "partition": PARTITIONS,
}


class Desk:
    def __init__(self, settings: Settings, book: Book, folder: Path) -> None:
        self.settings, self.book, self.folder = settings, book, folder

    def load(self, dataset: Dataset, path: Path) -> LoadResult:
        return load_file(
            self.book, self.settings, dataset=dataset, path=path, options=LoadOptions(cutoff=CUTOFF),
            actor=Actor("ana"), clock=lambda: NOW,
        )  # fmt: skip

    def keep(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def enter_registry(self) -> None:
        path = self.keep("registry.csv", csv_text(*REGISTRY).encode())
        result = self.load(Dataset.REGISTRY, path)
        assert result.batch is not None
        with self.book.write() as session:
            approve_batch(session, self.book.home, number=result.batch, actor=Actor("berta"), at=NOW)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    settings = read_settings({"EXEMPTIONS_HOME": str(folder / "home")})
    book = open_book(settings, clock=lambda: NOW)
    yield Desk(settings, book, folder)
    book.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Desk]:
    """A desk with an empty book."""
    with open_desk(tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose book has the registry that the facts are of; its other files only stay to be decided on."""
    with open_desk(tmp_path_factory.mktemp("desk")) as desk:
        desk.enter_registry()
        yield desk


@pytest.fixture
def desk(request: pytest.FixtureRequest, dataset: Dataset) -> Desk:
    """Where a file of the dataset can be loaded."""
    chosen: Desk = request.getfixturevalue("empty" if dataset is Dataset.REGISTRY else "stocked")
    return chosen


def typed(kind: Kind, text: str) -> object:
    """A value as a person types it into a cell of the template."""
    if kind is Kind.DATE:
        return date.fromisoformat(text)
    if kind in (Kind.INTEGER, Kind.MONEY):
        return float(text.replace(",", ""))
    return text


def fill_in(path: Path, dataset: Dataset, *, keep_example: bool) -> None:
    """Write one row below the example, as a person does with a spreadsheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    row = 3 if keep_example else 2
    for place, column in enumerate(DATASET_COLUMNS[dataset], start=1):
        text = ROWS[dataset].get(column.key, "")
        sheet.cell(row, place).value = typed(column.kind, text) if text else None
    book.save(path)


@pytest.mark.parametrize(
    ("dataset", "lang"), [(Dataset.REGISTRY, "en"), *((dataset, "es") for dataset in Dataset)], ids=str
)
def test_template__filled_in_as_a_workbook_it_loads(desk: Desk, dataset: Dataset, lang: str) -> None:
    path = desk.keep("plantilla.xlsx", build_workbook_template(dataset, catalogs=CATALOGS, lang=lang))
    fill_in(path, dataset, keep_example=False)
    result = desk.load(dataset, path)
    assert (result.state, result.rows, result.findings) == (State.VALIDATED, 1, ())


@pytest.mark.parametrize("dataset", [Dataset.REGISTRY, Dataset.EXPENDITURE])
def test_template__the_example_left_in_is_told_and_not_loaded(desk: Desk, dataset: Dataset) -> None:
    path = desk.keep("plantilla.xlsx", build_workbook_template(dataset, catalogs=CATALOGS, lang="es"))
    fill_in(path, dataset, keep_example=True)
    result = desk.load(dataset, path)
    assert (result.state, result.rows, result.added) == (State.VALIDATED, 1, 1)
    assert [(finding.row, finding.rule) for finding in result.findings] == [(2, "fila_de_ejemplo")]


@pytest.mark.parametrize(("dataset", "suffix"), [(Dataset.REGISTRY, "xlsx"), (Dataset.EXPENDITURE, "csv")])
def test_template__with_nothing_but_the_example_it_is_refused(desk: Desk, dataset: Dataset, suffix: str) -> None:
    content = (
        build_csv_template(dataset, catalogs=CATALOGS)
        if suffix == "csv"
        else build_workbook_template(dataset, catalogs=CATALOGS, lang="es")
    )
    result = desk.load(dataset, desk.keep(f"plantilla.{suffix}", content))
    assert (result.state, result.rows) == (State.REFUSED, 0)
    assert {finding.rule for finding in result.findings} == {"fila_de_ejemplo", "sin_registros"}


@pytest.mark.parametrize("dataset", Dataset)
def test_template__its_example_would_be_a_right_row_without_its_mark(desk: Desk, dataset: Dataset) -> None:
    """What people copy must be right: the example without its mark has no error."""
    text = build_csv_template(dataset, catalogs=CATALOGS).decode()
    result = desk.load(dataset, desk.keep("ejemplo.csv", text.replace(f"{EXAMPLE_MARK} ", "", 1).encode()))
    assert result.errors == ()
    assert (result.state, result.rows) == (State.VALIDATED, 1)
    # The registry of this test does not have the example's record, and one tax is not the whole of an estimate.
    assert {finding.rule for finding in result.warnings} <= {"registro_ausente", "particion_no_suma"}


@pytest.mark.parametrize("dataset", Dataset)
def test_template__a_csv_has_the_headers_in_order(dataset: Dataset) -> None:
    content = build_csv_template(dataset, catalogs=CATALOGS)
    assert content.startswith(b"\xef\xbb\xbf")
    header, example = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert header == [column.header for column in DATASET_COLUMNS[dataset]]
    assert example[0].startswith(EXAMPLE_MARK)


@pytest.mark.parametrize("dataset", Dataset)
def test_template__every_column_is_explained_and_offers_its_codes(dataset: Dataset) -> None:
    content = build_workbook_template(dataset, catalogs=CATALOGS, lang="es")
    book = openpyxl.load_workbook(io.BytesIO(content))
    data = book.worksheets[0]
    headers = [cell.value for cell in data[1]]
    assert headers == [column.header for column in DATASET_COLUMNS[dataset]]
    assert all(cell.comment is not None for cell in data[1])
    lists = {
        str(validation.sqref).split(":")[0].rstrip("0123456789"): validation.formula1
        for validation in data.data_validations.dataValidation
        if validation.type == "list"
    }
    for cell, column in zip(data[1], DATASET_COLUMNS[dataset], strict=True):
        offered = _codes(book, lists[cell.column_letter]) if cell.column_letter in lists else None
        if column.catalog and column.kind is not Kind.LIST:
            assert offered == list(CATALOGS.entries(CatalogName(column.catalog)))
        elif column.key in UNDERSTOOD:
            assert offered is not None
            assert all(fold_text(code) in UNDERSTOOD[column.key] for code in offered)
        else:
            assert offered is None


def test_template__keeps_the_zeros_of_codes_and_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(build_workbook_template(Dataset.REGISTRY, catalogs=CATALOGS, lang="es")))
    data = book.worksheets[0]
    # The library tells the looks of neighbouring columns that share one as those of the first.
    looks = {
        place: dimension.number_format
        for dimension in data.column_dimensions.values()
        for place in range(dimension.min, dimension.max + 1)
    }
    for place, column in enumerate(DATASET_COLUMNS[Dataset.REGISTRY], start=1):
        assert (looks[place] == "@") == (column.kind in (Kind.TEXT, Kind.CODE, Kind.LIST)), column.header


@pytest.mark.parametrize("dataset", Dataset)
def test_template__what_a_cell_says_is_within_what_a_spreadsheet_shows(dataset: Dataset) -> None:
    for lang in ("es", "en"):
        for guide in guides_of(dataset, CATALOGS):
            assert len(f"{guide.about.text(lang)} {guide.form.text(lang)}") <= 255, guide.column.header


def test_template__a_name_that_begins_like_the_mark_is_no_example(empty: Desk) -> None:
    record = permanent(1, name="EJEMPLO DE VIDA")
    result = empty.load(Dataset.REGISTRY, empty.keep("registro.csv", csv_text(record).encode()))
    assert (result.state, result.rows, result.findings) == (State.VALIDATED, 1, ())


def _codes(book: openpyxl.Workbook, formula: str) -> list[object]:
    """The texts of the cells that a list refers to: 'Sheet'!$A$2:$A$7."""
    sheet, _, cells = formula.lstrip("=").partition("!")
    return [cell.value for (cell,) in book[sheet.strip("'")][cells.replace("$", "")]]
