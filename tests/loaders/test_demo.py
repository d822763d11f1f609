"""The demonstration registry: what it promises to whoever loads it, shows it or measures with it."""

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from stdnum.gt import nit as stdnum_nit

from exemptions.catalogs import load_catalogs
from exemptions.columns import PersonKind
from exemptions.datasets import DEFAULT_MODE, REGISTRY_COLUMNS, Dataset
from exemptions.disclosure import Level
from exemptions.disclosure_file import load_policy
from exemptions.editions import overlay_edition
from exemptions.guard_limits import DEFAULT_LIMITS
from exemptions.guards import Load, find_holds
from exemptions.nit import CUI, NIT, parse_taxpayer_id
from exemptions.text import fold_text
from loaders.checks import Context, empty_book
from loaders.demo import demo_summary, write_demo_registry
from loaders.demo_plan import MAX_ROWS
from loaders.demo_story import Chapter, month_before, write_story
from loaders.demo_update import write_demo_update
from loaders.demo_words import NATURAL_PERSON, PATTERNS, POOLS
from loaders.options import ReadOptions
from loaders.source import read_source
from loaders.validate import validate

TODAY = date(2026, 11, 20)
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: Row) -> tuple[str, str, str]:
    return row["NIT"], row["CATEGORIA_EXENTO"], row["RESOLUCION"]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "registro.csv"
    write_demo_registry(path, rows=2_000, today=TODAY)
    return path


@pytest.fixture(scope="module")
def rows(path: Path) -> list[Row]:
    return read(path)


@pytest.fixture(scope="module")
def temporary(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["TIPO_EXENTO"] == "BFT"]


def test_demo__has_the_headers_of_the_dataset_and_the_rows_asked_for(path: Path, rows: list[Row]) -> None:
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [column.header for column in REGISTRY_COLUMNS]
    assert len(rows) == 2_000


def test_demo__gives_the_same_bytes_for_the_same_arguments(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    write_demo_registry(again, rows=2_000, today=TODAY)
    assert again.read_bytes() == path.read_bytes()


def test_demo__gives_another_registry_for_another_seed(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    write_demo_registry(other, rows=2_000, seed=1, today=TODAY)
    assert {row["NOMBRE"] for row in read(other)} != {row["NOMBRE"] for row in read(path)}


def test_demo__is_the_same_however_many_taxpayers_are_made_at_a_time(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.demo._CHUNK", 301)
    chunked = tmp_path / "chunked.csv"
    write_demo_registry(chunked, rows=2_000, today=TODAY)
    assert chunked.read_bytes() == path.read_bytes()


def test_demo__has_only_valid_numbers_of_the_unassigned_range(rows: list[Row]) -> None:
    for row in rows:
        parsed = parse_taxpayer_id(row["NIT"])
        assert parsed.canonical == row["NIT"]
        if isinstance(parsed, NIT):
            assert stdnum_nit.is_valid(row["NIT"])
            assert len(row["NIT"]) == 12
            assert row["NIT"].startswith("8000000")
    assert any(row["NIT"].endswith("K") for row in rows)


def test_demo__gives_an_unassignable_cui_to_two_natural_persons_only(rows: list[Row]) -> None:
    holders = [row for row in rows if isinstance(parse_taxpayer_id(row["NIT"]), CUI)]
    assert len(holders) == 2
    assert all(row["TIPO_PERSONA"] == "INDIVIDUAL" and row["NIT"].startswith("9999") for row in holders)


def test_demo__repeats_no_key(rows: list[Row]) -> None:
    assert len({key(row) for row in rows}) == len(rows)


def test_demo__uses_only_codes_of_the_catalogues(rows: list[Row]) -> None:
    catalogs = load_catalogs()
    for row in rows:
        category = catalogs.categories[row["CATEGORIA_EXENTO"]]
        assert row["TIPO_EXENTO"] == category.exempt_type
        assert set(filter(None, row["IMPUESTOS"].split(";"))) <= set(category.taxes)
        assert not row["AUTORIDAD"] or row["AUTORIDAD"] in catalogs.authorities
        assert not row["ACTIVIDAD_ECONOMICA"] or row["ACTIVIDAD_ECONOMICA"] in catalogs.activities
        assert not row["DEPARTAMENTO"] or row["DEPARTAMENTO"] in catalogs.departments
        if row["MUNICIPIO"]:
            assert catalogs.municipalities[row["MUNICIPIO"]].department == row["DEPARTAMENTO"]


@pytest.mark.parametrize("size", [500, 2_000])
def test_demo__has_every_category_from_five_hundred_rows_on(size: int, tmp_path: Path) -> None:
    path = tmp_path / "demo.csv"
    write_demo_registry(path, rows=size, today=TODAY)
    assert {row["CATEGORIA_EXENTO"] for row in read(path)} == set(load_catalogs().categories)


def test_demo__has_the_shares_of_a_real_registry(rows: list[Row], temporary: list[Row]) -> None:
    shares = {code: count / len(rows) for code, count in Counter(row["CATEGORIA_EXENTO"] for row in rows).items()}
    assert 0.3 < shares["CED_PRIV"] < 0.5
    assert 0.08 < shares["CED_PUB"] < 0.18
    assert 0.05 < shares["ASOC"] < 0.12
    assert 0.12 < len(temporary) / len(rows) < 0.18
    capital = sum(row["DEPARTAMENTO"] == "01" for row in rows) / len(rows)
    assert 0.2 < capital < 0.5
    assert len({row["DEPARTAMENTO"] for row in rows} - {""}) == 22


@pytest.mark.parametrize(("size", "persons"), [(500, 12), (2_000, 12), (10_000, 30)])
def test_demo__has_a_dozen_natural_persons_or_three_in_a_thousand(size: int, persons: int, tmp_path: Path) -> None:
    summary = write_demo_registry(tmp_path / "demo.csv", rows=size, today=TODAY)
    assert summary.natural_persons == persons


def test_demo__writes_natural_persons_with_words_that_nobody_is_called(rows: list[Row]) -> None:
    persons = [row for row in rows if row["TIPO_PERSONA"] == "INDIVIDUAL"]
    assert {row["CATEGORIA_EXENTO"] for row in persons} >= {"CED_PRIV", "DIPL", "MAQ_ADT_E"}
    fictive = {fold_text(word) for word in (*POOLS["surname"], *POOLS["forename"])}
    for row in persons:
        parts = row["NOMBRE"].split(",")
        assert len(parts) == 5
        assert parts[2] == ""
        assert {fold_text(parts[place]) for place in (0, 1, 3, 4)} <= fictive


def test_demo__gives_no_legal_person_the_five_parts_of_a_natural_one(rows: list[Row]) -> None:
    legal = [row["NOMBRE"] for row in rows if row["TIPO_PERSONA"] == "JURIDICA"]
    assert max(name.count(",") for name in legal) < 4


def test_demo__writes_names_as_people_do(rows: list[Row]) -> None:
    names = [row["NOMBRE"] for row in rows]
    assert any('"' in name for name in names)
    assert any("," in name for name in names)
    assert any("  " in name for name in names)
    assert any("Ó" in name for name in names)
    assert any("ASOCIACION" in name for name in names)
    assert any(name.endswith(("S.A.", "S. A.")) for name in names)
    assert any(name.upper().endswith("SOCIEDAD ANÓNIMA") for name in names)
    assert any(sign in name for name in names for sign in "'’´")


def test_demo__has_homonyms_with_different_numbers(rows: list[Row]) -> None:
    numbers: dict[str, set[str]] = {}
    for row in rows:
        numbers.setdefault(fold_text(row["NOMBRE"]), set()).add(row["NIT"])
    shared = sum(len(owners) > 1 for owners in numbers.values())
    assert 5 <= shared <= len(rows) // 10


def test_demo__one_number_has_one_name_and_one_kind_of_person(rows: list[Row]) -> None:
    known: dict[str, tuple[str, str]] = {}
    for row in rows:
        assert known.setdefault(row["NIT"], (row["NOMBRE"], row["TIPO_PERSONA"])) == (
            row["NOMBRE"],
            row["TIPO_PERSONA"],
        )


def test_demo__leaves_permanent_benefits_without_term(rows: list[Row]) -> None:
    permanent = [row for row in rows if row["TIPO_EXENTO"] != "BFT"]
    assert all(row["ESTADO"] == "VIGENTE" and not row["VIGENTE_HASTA"] for row in permanent)
    inscribed = [row for row in permanent if row["RESOLUCION"]]
    assert 0 < len(inscribed) < len(permanent) / 20
    assert all(row["FECHA_NOTIFICACION"] and row["AUTORIDAD"] == "SAT" for row in inscribed)
    assert not any(row["EMPLEOS_GENERADOS"] for row in permanent)


def test_demo__gives_temporary_benefits_authority_resolution_and_the_term_of_their_law(temporary: list[Row]) -> None:
    categories = load_catalogs().categories
    for row in temporary:
        assert row["AUTORIDAD"] == categories[row["CATEGORIA_EXENTO"]].authority
        assert row["RESOLUCION"]
        assert row["IMPUESTOS"]
        start, end = date.fromisoformat(row["VIGENTE_DESDE"]), date.fromisoformat(row["VIGENTE_HASTA"])
        assert date.fromisoformat(row["FECHA_NOTIFICACION"]) <= start <= end
        years = categories[row["CATEGORIA_EXENTO"]].term_years
        if years and row["CATEGORIA_EXENTO"] != "MOVEL":
            # A term that starts on 29 February ends a day sooner or later.
            assert (
                abs(
                    (end + timedelta(days=1)).toordinal()
                    - start.replace(start.year + years, day=min(start.day, 28)).toordinal()
                )
                <= 3
            )


def test_demo__ends_the_benefits_of_a_law_with_a_date_of_its_own_on_one_day(temporary: list[Row]) -> None:
    electric = [row for row in temporary if row["CATEGORIA_EXENTO"] == "MOVEL"]
    assert {row["VIGENTE_HASTA"] for row in electric} == {"2032-08-29"}
    assert all(row["VIGENTE_DESDE"] >= "2022-08-30" for row in electric)


def test_demo__tells_the_status_that_the_dates_tell(temporary: list[Row]) -> None:
    for row in temporary:
        ended = date.fromisoformat(row["VIGENTE_HASTA"]) < TODAY
        assert not (ended and row["ESTADO"] in ("VIGENTE", "SUSPENDIDO"))
        assert not (row["ESTADO"] == "VENCIDO" and not ended)
        assert (row["ESTADO"] == "VIGENTE") == (not row["MOTIVO"])
    assert {row["ESTADO"] for row in temporary} == {"VIGENTE", "VENCIDO", "SUSPENDIDO", "REVOCADO", "CANCELADO"}


def test_demo__has_benefits_that_start_and_end_within_weeks(temporary: list[Row]) -> None:
    in_force = [row for row in temporary if row["ESTADO"] == "VIGENTE"]
    near = TODAY + timedelta(days=28)
    assert sum(TODAY <= date.fromisoformat(row["VIGENTE_HASTA"]) <= near for row in in_force) >= 2
    assert sum(date.fromisoformat(row["VIGENTE_DESDE"]) > TODAY for row in in_force) >= 2


def test_demo__has_taxpayers_with_two_regimes_two_resolutions_and_parts(temporary: list[Row]) -> None:
    by_number: dict[str, list[Row]] = {}
    for row in temporary:
        by_number.setdefault(row["NIT"], []).append(row)
    pairs = [group for group in by_number.values() if len(group) == 2]
    assert any(one["CATEGORIA_EXENTO"] != two["CATEGORIA_EXENTO"] for one, two in pairs)
    parts = [group for group in pairs if any(row["RESOLUCION"].endswith("/ISR") for row in group)]
    assert parts
    for one, two in parts:
        assert two["RESOLUCION"] == one["RESOLUCION"] + "/ISR"
        assert two["IMPUESTOS"] == "ISR"
        assert "ISR" not in one["IMPUESTOS"].split(";")
    renewed = [
        group for group in pairs if group not in parts and group[0]["CATEGORIA_EXENTO"] == group[1]["CATEGORIA_EXENTO"]
    ]
    assert renewed
    assert all(two["VIGENTE_HASTA"] < one["VIGENTE_DESDE"] for one, two in renewed)


def test_demo__tells_jobs_of_last_year_or_projects_them(temporary: list[Row]) -> None:
    told = [row for row in temporary if row["EMPLEOS_GENERADOS"]]
    assert all(
        bool(row["ANIO_EMPLEOS"]) == bool(row["TIPO_EMPLEOS"]) == bool(row["EMPLEOS_GENERADOS"]) for row in temporary
    )
    assert {row["TIPO_EMPLEOS"] for row in told} == {"PROYECTADO", "REPORTADO"}
    assert all(int(row["ANIO_EMPLEOS"]) < TODAY.year for row in told if row["TIPO_EMPLEOS"] == "REPORTADO")
    assert all(row["ANIO_EMPLEOS"] == row["VIGENTE_DESDE"][:4] for row in told if row["TIPO_EMPLEOS"] == "PROYECTADO")
    assert 2 <= sum(row["EMPLEOS_GENERADOS"] == "0" for row in told) < len(told) / 10
    assert len(told) < len(temporary)


def test_demo__tells_amounts_with_two_decimals_of_years_that_are_over(rows: list[Row]) -> None:
    told = [row for row in rows if row["MONTO_NO_PAGADO"]]
    assert len(rows) / 20 < len(told) < len(rows) / 2
    assert all(bool(row["MONTO_NO_PAGADO"]) == bool(row["ANIO_MONTO"]) for row in rows)
    for row in told:
        assert row["MONTO_NO_PAGADO"][-3] == "."
        assert Decimal(row["MONTO_NO_PAGADO"]) >= 0
        assert int(row["ANIO_MONTO"]) < TODAY.year
        assert not row["VIGENTE_DESDE"] or row["VIGENTE_DESDE"][:4] <= row["ANIO_MONTO"]
    assert sum(row["MONTO_NO_PAGADO"] == "0.00" for row in told) >= 2


def test_demo__summary_counts_what_the_file_holds(path: Path, rows: list[Row], temporary: list[Row]) -> None:
    summary = demo_summary(path)
    assert summary.rows == len(rows)
    assert summary.taxpayers == len({row["NIT"] for row in rows})
    assert summary.temporary == len(temporary)
    assert summary.amount_gtq == sum(Decimal(row["MONTO_NO_PAGADO"] or 0) for row in rows)


@pytest.mark.parametrize("size", [1, 7, 99])
def test_demo__can_be_small(size: int, tmp_path: Path) -> None:
    assert write_demo_registry(tmp_path / "demo.csv", rows=size, today=TODAY).rows == size


@pytest.mark.parametrize("size", [0, -1, MAX_ROWS + 1])
def test_demo__refuses_a_size_that_the_range_of_numbers_cannot_hold(size: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 to"):
        write_demo_registry(tmp_path / "demo.csv", rows=size, today=TODAY)
    assert not (tmp_path / "demo.csv").exists()


def test_demo__writes_a_leap_day_too(tmp_path: Path) -> None:
    path = tmp_path / "demo.csv"
    write_demo_registry(path, rows=2_000, today=date(2028, 2, 29))
    temporary = [row for row in read(path) if row["TIPO_EXENTO"] == "BFT"]
    assert all(row["VIGENTE_DESDE"] <= row["VIGENTE_HASTA"] for row in temporary)


def test_demo_words__every_slot_has_a_pool_without_repetition() -> None:
    for pattern in (*NATURAL_PERSON, *(p for patterns in PATTERNS.values() for p in patterns)):
        pattern.format_map({slot: _Any() for slot in POOLS})
    for slot, pool in POOLS.items():
        assert slot == "sa" or len(set(pool)) == len(pool), slot


class _Any:
    def __format__(self, spec: str) -> str:
        return spec


@pytest.fixture(scope="module")
def update(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    update = tmp_path_factory.mktemp("update") / "registro.csv"
    write_demo_update(update, previous=path, seed=3, today=date(2026, 12, 20))
    return update


def test_update__gives_the_same_bytes_for_the_same_arguments(path: Path, update: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    write_demo_update(again, previous=path, seed=3, today=date(2026, 12, 20))
    assert again.read_bytes() == update.read_bytes()


def test_update__removes_adds_and_changes_the_shares_it_promises(path: Path, rows: list[Row], tmp_path: Path) -> None:
    target = tmp_path / "next.csv"
    told = write_demo_update(target, previous=path, seed=3, today=date(2026, 12, 20))
    before, after = ({key(row): row for row in edition} for edition in (rows, read(target)))
    assert told.rows == len(after)
    assert told.added == len(after.keys() - before.keys()) == 10
    assert told.removed == len(before.keys() - after.keys()) <= 10
    altered = [k for k in after.keys() & before.keys() if after[k] != before[k]]
    assert told.changed <= len(altered) <= told.changed + told.expired
    assert 15 <= told.changed <= 20
    assert told.expired > 0


def test_update__ends_the_benefits_whose_term_is_over(update: Path) -> None:
    for row in read(update):
        if row["VIGENTE_HASTA"] and row["VIGENTE_HASTA"] < "2026-12-20":
            assert row["ESTADO"] not in ("VIGENTE", "SUSPENDIDO")


def test_update__keeps_every_category_and_valid_places_and_activities(update: Path) -> None:
    rows, catalogs = read(update), load_catalogs()
    assert {row["CATEGORIA_EXENTO"] for row in rows} == set(catalogs.categories)
    for row in rows:
        assert not row["ACTIVIDAD_ECONOMICA"] or row["ACTIVIDAD_ECONOMICA"] in catalogs.activities
        assert not row["MUNICIPIO"] or catalogs.municipalities[row["MUNICIPIO"]].department == row["DEPARTAMENTO"]


def test_update__can_follow_an_update(update: Path, tmp_path: Path) -> None:
    path = tmp_path / "third.csv"
    told = write_demo_update(path, previous=update, seed=3, today=date(2027, 1, 20))
    rows = read(path)
    assert told.added == 10
    assert len({key(row) for row in rows}) == len(rows)
    assert all(parse_taxpayer_id(row["NIT"]).canonical == row["NIT"] for row in rows)


def test_demo__passes_every_rule_of_loading_without_a_remark(path: Path, update: Path) -> None:
    context = Context(load_catalogs(), TODAY)
    for edition in (path, update):
        source = read_source(edition, ReadOptions(), max_bytes=2**24)
        checked = validate(source, dataset=Dataset.REGISTRY, context=context)
        assert checked.rows == 2_000
        assert checked.findings == ()


# The month: 31 March is followed by months that are shorter, and 15 January by another year.
@pytest.fixture(scope="module", params=[date(2026, 11, 20), date(2027, 1, 15), date(2027, 3, 31)], ids=str)
def month(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Chapter, ...]:
    return write_story(tmp_path_factory.mktemp("month"), rows=1_000, seed=5, today=request.param)


def file_of(month: tuple[Chapter, ...], dataset: Dataset, chapter: int = 1) -> list[Row]:
    (path,) = (delivery.path for delivery in month[chapter].deliveries if delivery.dataset is dataset)
    return read(path)


def edition(month: tuple[Chapter, ...], chapter: int = 1) -> dict[tuple[str, str, str], Row]:
    return {key(row): row for row in file_of(month, Dataset.REGISTRY, chapter)}


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-11-20", "2026-10-20"),
        ("2027-01-15", "2026-12-15"),
        ("2027-03-31", "2027-02-28"),
        ("2028-03-29", "2028-02-29"),
    ],
)
def test_month_before__is_the_same_day_or_the_last_of_a_shorter_month(day: str, before: str) -> None:
    assert month_before(date.fromisoformat(day)) == date.fromisoformat(before)


def test_month__has_every_dataset_for_one_of_its_two_days(month: tuple[Chapter, ...]) -> None:
    first, second = month
    assert first.status_date == month_before(second.status_date)
    assert {delivery.dataset for delivery in second.deliveries} == set(Dataset)
    for chapter in month:
        assert {delivery.cutoff for delivery in chapter.deliveries} == {chapter.status_date}
        assert chapter.deliveries[0].dataset is Dataset.REGISTRY
        assert chapter.rows == len(read(chapter.deliveries[0].path))


def test_month__gives_the_same_bytes_for_the_same_arguments(tmp_path: Path) -> None:
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
        write_story(folder, rows=300, seed=5, today=TODAY)
    one, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert one == two


@pytest.mark.parametrize("size", [1, 7, 40])
def test_month__can_be_small(size: int, tmp_path: Path) -> None:
    first, second = write_story(tmp_path, rows=size, seed=1, today=TODAY)
    assert first.rows == size
    for delivery in (*first.deliveries, *second.deliveries):
        assert read(delivery.path)


def test_month__passes_every_rule_and_guard_without_a_remark(month: tuple[Chapter, ...]) -> None:
    book: dict[Dataset, pl.DataFrame] = {}
    for delivery in (delivery for chapter in month for delivery in chapter.deliveries):
        dataset, mode = delivery.dataset, DEFAULT_MODE[delivery.dataset]
        standing = book.get(dataset, empty_book(dataset))
        context = Context(
            load_catalogs(), delivery.cutoff, mode=mode, standing=lambda wanted: book.get(wanted, empty_book(wanted))
        )
        source = read_source(delivery.path, ReadOptions(dataset), max_bytes=2**24)
        checked = validate(source, dataset=dataset, context=context)
        assert checked.findings == (), dataset
        assert checked.content is not None
        load = Load(dataset, mode, delivery.cutoff, standing=standing, incoming=checked.content)
        assert find_holds(load, limits=DEFAULT_LIMITS, catalogs=load_catalogs()) == ()
        book[dataset] = overlay_edition(standing, checked.content, dataset=dataset, mode=mode, cutoff=delivery.cutoff)


def test_month__tells_an_act_for_every_status_that_the_editions_tell_apart(month: tuple[Chapter, ...]) -> None:
    since, today = (chapter.status_date.isoformat() for chapter in month)
    before, after = edition(month, 0), edition(month)
    acts = {
        "SUSPENSION": "SUSPENDIDO",
        "REVOCATORIA": "REVOCADO",
        "CANCELACION": "CANCELADO",
        "REACTIVACION": "VIGENTE",
    }
    events = file_of(month, Dataset.EVENTS)
    assert {event["EVENTO"] for event in events} == set(acts)
    for event in events:
        assert since < event["FECHA"] <= today
        assert after[key(event)]["ESTADO"] == acts[event["EVENTO"]] != before[key(event)]["ESTADO"]
        assert bool(event["HASTA"]) == (event["EVENTO"] == "SUSPENSION")
        assert not event["HASTA"] or today <= event["HASTA"] <= after[key(event)]["VIGENTE_HASTA"]
    moved = {
        known
        for known in before.keys() & after.keys()
        if after[known]["ESTADO"] not in (before[known]["ESTADO"], "VENCIDO")
        and before[known]["VIGENTE_DESDE"] <= since
    }
    assert {key(event) for event in events} == moved


def test_month__tells_an_act_for_every_benefit_that_was_stopped_before(month: tuple[Chapter, ...]) -> None:
    since = month[0].status_date.isoformat()
    events = file_of(month, Dataset.EVENTS, 0)
    stopped = {
        known for known, row in edition(month, 0).items() if row["ESTADO"] in ("SUSPENDIDO", "REVOCADO", "CANCELADO")
    }
    assert stopped <= {key(event) for event in events}
    for event in events:
        row = edition(month, 0)[key(event)]
        assert row["VIGENTE_DESDE"] <= event["FECHA"] <= min(since, row["VIGENTE_HASTA"])
    revived = {key(event) for event in events if event["EVENTO"] == "REACTIVACION"}
    assert revived
    assert all(edition(month, 0)[known]["ESTADO"] == "VIGENTE" for known in revived)


def test_month__leaves_ends_of_terms_to_the_file_and_to_the_calendar_by_turns(month: tuple[Chapter, ...]) -> None:
    since, today = (chapter.status_date.isoformat() for chapter in month)
    told = [
        row["ESTADO"]
        for row in edition(month).values()
        if since <= row["VIGENTE_HASTA"] < today and row["ESTADO"] in ("VIGENTE", "VENCIDO")
    ]
    assert told.count("VIGENTE") >= 1
    assert abs(told.count("VIGENTE") - told.count("VENCIDO")) <= 1


def test_month__divides_the_amount_of_the_registry_by_the_taxes_of_the_law(month: tuple[Chapter, ...]) -> None:
    catalogs, rows = load_catalogs(), edition(month)
    sums: Counter[tuple[str, str, str]] = Counter()
    for fact in file_of(month, Dataset.AMOUNTS):
        row, mechanism = rows[key(fact)], catalogs.mechanisms[fact["MECANISMO"]]
        treatments = {(t.tax, t.mechanism) for t in catalogs.categories[fact["CATEGORIA_EXENTO"]].treatments}
        assert (fact["IMPUESTO"], fact["MECANISMO"]) in treatments
        assert not row["IMPUESTOS"] or fact["IMPUESTO"] in row["IMPUESTOS"].split(";")
        assert fact["ANIO"] <= row["ANIO_MONTO"]
        if fact["ANIO"] == row["ANIO_MONTO"] and mechanism.counts_as_not_paid:
            sums[key(fact)] += int(fact["MONTO_GTQ"].replace(".", ""))
    assert len(sums) > 50
    for known, cents in sums.items():
        assert cents == int(rows[known]["MONTO_NO_PAGADO"].replace(".", ""))
    kinds = {catalogs.mechanisms[fact["MECANISMO"]].counts_as_not_paid for fact in file_of(month, Dataset.AMOUNTS)}
    assert kinds == {True, False}


def test_month__tells_jobs_by_quarter_of_the_free_zones_and_by_year_of_the_others(month: tuple[Chapter, ...]) -> None:
    categories, rows = load_catalogs().categories, edition(month)
    last: dict[tuple[str, str, str], tuple[str, str]] = {}
    for fact in file_of(month, Dataset.JOBS):
        row, category = rows[key(fact)], categories[fact["CATEGORIA_EXENTO"]]
        assert category.jobs_apply
        assert row["EMPLEOS_GENERADOS"]
        if fact["TIPO"] == "PROYECTADO":
            assert fact["PERIODO"] == row["VIGENTE_DESDE"][:4]
            continue
        assert ("-T" in fact["PERIODO"]) == category.quarterly_jobs
        if fact["PERIODO"][:4] == row["ANIO_EMPLEOS"]:
            last[key(fact)] = max(last.get(key(fact), ("", "")), (fact["PERIODO"], fact["EMPLEOS"]))
    assert {"-T" in period for period, _ in last.values()} == {True, False}
    for known, (_, jobs) in last.items():
        assert jobs == rows[known]["EMPLEOS_GENERADOS"]


def test_month__names_its_estimates_as_invented_and_divides_them_without_a_rest(month: tuple[Chapter, ...]) -> None:
    sums: Counter[tuple[str, str, str]] = Counter()
    for figure in file_of(month, Dataset.EXPENDITURE):
        assert "INVENTADO" in figure["INFORME"]
        amount = int(figure["MONTO_MILLONES_GTQ"].replace(".", ""))
        sums[figure["INFORME"], figure["ANIO"], figure["PARTICION"]] += amount
    years = {year for _, year, _ in sums}
    assert len(years) == 3
    assert max(years) < str(month[1].status_date.year)
    for (report, year, _), total in sums.items():
        assert total == sums[report, year, "total"]


def test_month__tells_one_year_anew_and_one_by_another_method(month: tuple[Chapter, ...]) -> None:
    totals = [figure for figure in file_of(month, Dataset.EXPENDITURE) if figure["PARTICION"] == "total"]
    first, before, after, last = totals
    assert before["ANIO"] == after["ANIO"]
    assert float(before["MONTO_MILLONES_GTQ"]) > float(after["MONTO_MILLONES_GTQ"])
    assert before["INFORME"] == first["INFORME"] != after["INFORME"] == last["INFORME"]
    assert first["VERSION_METODOLOGIA"] != before["VERSION_METODOLOGIA"] == last["VERSION_METODOLOGIA"]


def test_month__measures_its_estimates_by_an_invented_product(month: tuple[Chapter, ...]) -> None:
    series = {row["ANIO"]: row for row in file_of(month, Dataset.MACRO)}
    assert all("INVENTADA" in row["FUENTE"] for row in series.values())
    (base,) = {row["ANIO_BASE"] for row in series.values()}
    assert series[base]["DEFLACTOR"] == "100.00" and len({row["DEFLACTOR"] for row in series.values()}) == len(series)
    figures = file_of(month, Dataset.EXPENDITURE)
    latest = [figure for figure in figures if figure["PARTICION"] == "total"][-1]
    share = 100 * float(latest["MONTO_MILLONES_GTQ"]) / float(series[latest["ANIO"]]["PIB_MILLONES_GTQ"])
    assert round(share, 2) == float(latest["PCT_PIB"])
    assert {figure["PCT_PIB"] == "" for figure in figures if figure["PARTICION"] == "beneficiario"} == {True}


def test_month__gives_every_energy_benefit_a_project_with_its_own_dates(month: tuple[Chapter, ...]) -> None:
    rows = edition(month)
    projects = file_of(month, Dataset.ENERGY)
    assert len(projects) == sum(row["CATEGORIA_EXENTO"] == "ENR" for row in rows.values()) > 3
    for project in projects:
        row = rows[project["NIT"], "ENR", project["RESOLUCION"]]
        for header in ("MUNICIPIO", "VIGENTE_DESDE", "VIGENTE_HASTA"):
            assert project[header] == row[header]


def test_demo_policy__opens_the_amounts_of_legal_persons_and_says_that_they_are_invented(tmp_path: Path) -> None:
    policy = load_policy(tmp_path, load_catalogs().categories, demonstration=True)
    for category in load_catalogs().categories:
        legal = policy.rule("amount_gtq", PersonKind.LEGAL, category)
        assert legal.level is Level.PUBLIC
        assert "inventados" in legal.ground
        assert policy.rule("amount_gtq", PersonKind.NATURAL, category).level is Level.WITHHELD
