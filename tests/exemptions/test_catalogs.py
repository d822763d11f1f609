"""The catalogues: complete, agreeing with each other, and found by any usual text."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from exemptions.catalog_entries import CatalogName, Sourcing, TermStart
from exemptions.catalog_export import catalog_rows, catalog_table
from exemptions.catalogs import PACKAGED, Catalogs, load_catalogs
from exemptions.columns import PersonKind
from exemptions.errors import CatalogError
from exemptions.text import fold_text

Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def catalogs() -> Catalogs:
    return load_catalogs()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packaged files that a test may spoil."""
    return Path(shutil.copytree(PACKAGED, tmp_path / "catalog"))


def _spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_catalogs__hold_every_type_category_place_and_activity(catalogs: Catalogs) -> None:
    assert {name.value: len(catalogs.entries(name)) for name in CatalogName} == {
        "types": 6,
        "categories": 43,
        "taxes": 13,
        "mechanisms": 10,
        "authorities": 8,
        "departments": 22,
        "municipalities": 340,
        "activity_sections": 21,
        "activity_divisions": 88,
        "activities": 419,
        "expenditure_groups": 17,
        "laws": 26,
        "rtu_personerias": 29,
        "scenarios": 48,
    }
    assert list(catalogs.types) == ["CONST", "ESTADO", "NOLUC", "COOP", "INTL", "BFT"]


def test_catalogs__call_temporary_exactly_the_incentive_regimes(catalogs: Catalogs) -> None:
    temporary = {code for code, category in catalogs.categories.items() if category.is_temporary}
    assert temporary == {code for code, category in catalogs.categories.items() if category.exempt_type == "BFT"}
    assert temporary == {code for code, category in catalogs.categories.items() if category.jobs_apply}
    quarterly = {code for code, category in catalogs.categories.items() if category.quarterly_jobs}
    assert quarterly == {"ZF_ADM", "ZF_IND", "ZF_SERV"}


def test_catalogs__know_who_can_be_a_natural_person_and_who_is_the_state(catalogs: Catalogs) -> None:
    natural = {code for code, category in catalogs.categories.items() if category.natural_persons}
    assert natural == {"CED_PRIV", "DIPL"} | {code for code in catalogs.categories if code.startswith("MAQ_")}
    state = {code for code, category in catalogs.categories.items() if category.state_body}
    assert state == {"EST", "MUNI", "CED_PUB", "IGSS", "CDAG", "COG", "UNIV_PUB"}


def test_catalogs__give_every_regime_its_term_and_start(catalogs: Catalogs) -> None:
    terms = {
        code: (category.term_years, category.term_start)
        for code, category in catalogs.categories.items()
        if category.is_temporary
    }
    assert terms["MAQ_SERV"] == (10, TermStart.NOTIFICATION)
    assert terms["ZF_ADM"] == (15, TermStart.AUTHORISATION_PERIOD)
    assert terms["ZF_IND"] == (10, TermStart.NOTIFICATION)
    assert terms["ZOLIC_USU"] == (10, TermStart.START_OF_OPERATIONS)
    assert terms["ENR"] == (10, TermStart.COMMERCIAL_START)
    assert terms["MOVEL"] == (10, TermStart.LAW_ENTRY)
    assert terms["HIDRO"] == (None, TermStart.CONTRACT)
    assert terms["MAQ_DEV"] == (None, TermStart.NONE)


def test_category__gives_taxes_once_and_its_legal_basis_in_order(catalogs: Catalogs) -> None:
    services = catalogs.categories["MAQ_SERV"]
    assert services.taxes == ("DAI", "IVA_IMP", "ISR", "IDP", "IVA")
    assert [part.mechanism for part in services.treatments if part.tax == "DAI"] == ["suspension", "exoneracion"]
    assert services.legal_basis == ("Decreto 29-89, art. 6 d)", "Decreto 29-89, art. 12 bis", "Decreto 29-89, art. 20")
    assert catalogs.categories["UNIV_PUB"].legal_basis[0] == "Constitución, art. 88"


def test_mechanisms__suspension_and_drawback_are_not_revenue_forgone(catalogs: Catalogs) -> None:
    aside = {code for code, mechanism in catalogs.mechanisms.items() if not mechanism.counts_as_not_paid}
    assert aside == {"suspension", "devolucion"}


def test_catalogs__mark_what_has_no_source(catalogs: Catalogs) -> None:
    assert catalogs.categories["ZDEEP_ADM"].sourcing is Sourcing.MEMORY_LOW
    assert catalogs.categories["MOVEL"].authority_sourcing is Sourcing.MEMORY_MED
    assert catalogs.categories["CED_PRIV"].personerias[0].sourcing is Sourcing.MEMORY_LOW
    assert catalogs.categories["IGSS"].legal_citations[0].sourcing is Sourcing.MEMORY_HIGH
    assert {kind.sourcing for kind in catalogs.types.values()} == {Sourcing.PROPOSAL}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (CatalogName.CATEGORIES, "MAQ_ADT_M", "MAQ_ADT_M"),
        (CatalogName.CATEGORIES, "maq adt m", "MAQ_ADT_M"),
        (CatalogName.CATEGORIES, "  CENTRO   EDUCATIVO PRIVADO ", "CED_PRIV"),
        (CatalogName.CATEGORIES, "organizacion no gubernamental", "ONG"),
        (CatalogName.CATEGORIES, "Private education centre", "CED_PRIV"),
        (CatalogName.CATEGORIES, "962", "CED_PRIV"),
        (CatalogName.CATEGORIES, "887/962", "CED_PRIV"),
        (CatalogName.CATEGORIES, "1704", "CED_PRIV"),
        (CatalogName.CATEGORIES, "Misiones diplomáticas", "DIPL"),
        (CatalogName.CATEGORIES, "C.D.A.G.", "CDAG"),
        (CatalogName.TYPES, "Exento constitucional", "CONST"),
        (CatalogName.TYPES, "ENTIDAD DEL ESTADO", "ESTADO"),
        (CatalogName.TYPES, "887", "CONST"),
        (CatalogName.TYPES, "2204", "BFT"),
        (CatalogName.TAXES, "iva_imp", "IVA_IMP"),
        (CatalogName.TAXES, "impuesto sobre la renta", "ISR"),
        (CatalogName.MECHANISMS, "EXENCION", "exencion"),
        (CatalogName.MECHANISMS, "NO_AFECTO", "no_afecto"),
        (CatalogName.MECHANISMS, "Devolución", "devolucion"),
        (CatalogName.AUTHORITIES, "Ministerio de Economía", "MINECO"),
        (CatalogName.DEPARTMENTS, "QUICHE", "14"),
        (CatalogName.DEPARTMENTS, "El Petén", "17"),
        (CatalogName.DEPARTMENTS, "1", "01"),
        (CatalogName.MUNICIPALITIES, "101", "0101"),
        (CatalogName.MUNICIPALITIES, "Mixco", "0108"),
        (CatalogName.MUNICIPALITIES, "SANTA CRUZ DEL QUICHE", "1401"),
        (CatalogName.MUNICIPALITIES, "Pueblo Nuevo Tiquisate", "0506"),
        (CatalogName.MUNICIPALITIES, "Tucurú", "1606"),
        (CatalogName.MUNICIPALITIES, "Cahabón", "1612"),
        (CatalogName.MUNICIPALITIES, "Petatán", "1333"),
        (CatalogName.ACTIVITIES, "8521", "8521"),
        (CatalogName.ACTIVITIES, "Higher education", "8530"),
        (CatalogName.ACTIVITIES, "ACTIVIDADES DE CALL CENTER", "8220"),
        (CatalogName.EXPENDITURE_GROUPS, "Movilidad eléctrica", "MOVILIDAD"),
    ],
)
def test_aliases__find_the_code_of_any_usual_text(catalogs: Catalogs, name: CatalogName, text: str, code: str) -> None:
    assert catalogs.aliases(name)[fold_text(text)] == code


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (CatalogName.CATEGORIES, "2427"),
        (CatalogName.CATEGORIES, "Maquila Decreto 29-89 y sus reformas"),
        (CatalogName.MUNICIPALITIES, "San Lorenzo"),
        (CatalogName.MUNICIPALITIES, "Concepción"),
        (CatalogName.ACTIVITIES, "210"),
        (CatalogName.TYPES, "1"),
    ],
)
def test_aliases__never_guess_between_two_codes(catalogs: Catalogs, name: CatalogName, text: str) -> None:
    assert fold_text(text) not in catalogs.aliases(name)


@pytest.mark.parametrize("name", CatalogName)
def test_aliases__find_every_entry_by_code_and_by_name(catalogs: Catalogs, name: CatalogName) -> None:
    aliases = catalogs.aliases(name)
    for entry in catalogs.entries(name).values():
        assert aliases[fold_text(entry.code)] == entry.code
        if name is not CatalogName.MUNICIPALITIES:
            assert aliases[fold_text(entry.name_es)] == entry.code
            assert aliases[fold_text(entry.name_en)] == entry.code


def test_municipality_by_name__tells_same_names_apart_by_department(catalogs: Catalogs) -> None:
    found = {
        department: catalogs.municipality_by_name.get((department, "san lorenzo")) for department in ("10", "12", "01")
    }
    assert found == {"10": "1007", "12": "1229", "01": None}
    assert catalogs.municipality_by_name["13", fold_text("Concepción")] == "1322"
    assert catalogs.municipality_by_name["07", fold_text("Concepción")] == "0708"
    for municipality in catalogs.municipalities.values():
        for text in (municipality.name_es, municipality.code, *municipality.aliases):
            assert catalogs.municipality_by_name[municipality.department, fold_text(text)] == municipality.code


def test_rtu__codes_name_one_category_or_say_which_share_them(catalogs: Catalogs) -> None:
    assert catalogs.rtu_types[PersonKind.LEGAL, "962"] == "CED_PRIV"
    assert catalogs.rtu_types[PersonKind.NATURAL, "969"] == "DIPL"
    assert (PersonKind.NATURAL, "962") not in catalogs.rtu_types
    shared = catalogs.shared_rtu_types[PersonKind.LEGAL, "2427"]
    assert shared == tuple(code for code in catalogs.categories if code.startswith("MAQ_"))
    assert catalogs.rtu_classifications[PersonKind.LEGAL, "886"] == "ESTADO"
    assert {(part.classification, part.type) for part in catalogs.categories["IGSS"].rtu} == {("886", "966")}


def test_label__speaks_both_languages_and_refuses_unknown_codes(catalogs: Catalogs) -> None:
    assert catalogs.label(CatalogName.CATEGORIES, "ENR", "es") == "Energía renovable"
    assert catalogs.label(CatalogName.CATEGORIES, "ENR", "en") == "Renewable energy"
    assert catalogs.label(CatalogName.MUNICIPALITIES, "1401", "en") == "Santa Cruz del Quiché"
    with pytest.raises(KeyError):
        catalogs.label(CatalogName.CATEGORIES, "NADA", "es")


def test_load__reads_the_packaged_files_once() -> None:
    assert load_catalogs() is load_catalogs()


def test_version__changes_with_the_content(catalogs: Catalogs, folder: Path) -> None:
    assert load_catalogs(folder).version == catalogs.version
    _spoil(folder, "municipalities", "Mixco", "Mixquito")
    assert load_catalogs(folder).version != catalogs.version


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("categories", "CED_PRIV,CONST,", "CED_PRIV,NADA,", "categories CED_PRIV: NADA does not exist."),
        ("categories", "temporary,MEM,sourced", "temporary,NADA,sourced", "categories ENR: NADA does not exist."),
        ("categories", "CENTROS_EDUCATIVOS", "NADA", "categories CED_PRIV: NADA does not exist."),
        ("categories", "permanent", "eternal", "categories.csv:2: permanence cannot be “eternal”."),
        ("categories", "10,notification", "diez,notification", "term_years cannot be “diez”."),
        ("categories", "10,notification,", "10,none,", "MAQ_ADT_M: the term does not say from when it runs."),
        ("categories", "10,notification,sourced", "10,notification,", "what is temporary has its term marked."),
        ("categories", "permanent,,,,none", "permanent,,,5,none", "UNIV_PUB: what is permanent has no term."),
        ("categories", "temporary,MINECO,sourced", "temporary,,", "MAQ_ADT_M: what is temporary has an authority."),
        ("categories", "temporary,MINECO,sourced", "temporary,MINECO,", "an authority goes with its mark."),
        ("categories", "false,false,false,true,4.16", "true,false,false,true,4.16", "jobs belong to what is temporary"),
        ("categories", "false,false,false,true,4.16", "false,true,false,true,4.16", "quarterly jobs without jobs."),
        ("categories", "4.16;8.1", "9.16;8.1", "categories UNIV_PUB: no scenario 9.16."),
        ("categories", "2022-08-30,", "2022-08-30,2020-01-01", "categories MOVEL: ends before it begins."),
        ("categories", "Formal duties remain.", "", "categories UNIV_PUB: a note is in one language only."),
        ("categories", "UNIV_PRIV,CONST", "UNIV_PUB,CONST", "categories.csv:3: the code UNIV_PUB is repeated."),
        ("categories", "Universidad privada", "Universidad pública", "“universidad publica” names two entries."),
        ("category_taxes", "UNIV_PUB,ISR,", "UNIV_PUB,XXX,", "categories UNIV_PUB: XXX does not exist."),
        ("category_taxes", "ISR,exencion", "ISR,regalo", "categories UNIV_PUB: regalo does not exist."),
        ("category_taxes", "UNIV_PUB,IVA,", "UNIV_PUB,ISR,", "UNIV_PUB: ISR exencion is repeated."),
        ("category_taxes", "BOMB,IPRIMA", "NADA,IPRIMA", "category_taxes.csv: NADA does not exist."),
        ("category_taxes", "BOMB,IPRIMA", "COOP,IPRIMA", "categories BOMB: taxes or legal basis are missing."),
        ("category_laws", "UNIV_PUB,1,CPRG", "UNIV_PUB,1,NADA", "categories UNIV_PUB: NADA does not exist."),
        ("category_laws", "UNIV_PUB,1,", "UNIV_PUB,7,", "the legal basis is not numbered in sequence."),
        ("category_personerias", "UNIV_PUB,740", "UNIV_PUB,999", "categories UNIV_PUB: 999 does not exist."),
        ("category_rtu", "legal,887,962", "legal,111,962", "category_rtu CED_PRIV: no classification 111."),
        ("category_rtu", "CED_PRIV,natural", "CED_PRIV,nobody", "person cannot be “nobody”."),
        ("type_rtu", "ESTADO,legal,886", "ESTADO,legal,887", "type_rtu: legal 887 belongs to two types."),
        ("types", "INTL,", "NADA,", "types NADA: no category uses it."),
        ("taxes", "D_73_2008", "NADA", "taxes ISO: NADA does not exist."),
        ("departments", "14,Quiché,21", "14,Quiché,22", "departments 14: not 22 municipalities in sequence."),
        ("departments", "22,Jutiapa,17,\n", "", "departments: 21 entries, not 22."),
        ("municipalities", "1333,13,", "1333,12,", "municipalities 1333: does not belong to 12."),
        ("municipalities", "2217,22,Quesada,Quezada\n", "", "municipalities: 339 entries, not 340."),
        ("activities", "8530,85,", "8530,84,", "activities 8530: does not belong to 84."),
        ("activities", "9900,99,", "990,99,", "activities 990: does not belong to 99."),
        ("activity_divisions", "85,P,", "85,Z,", "activity_divisions 85: Z does not exist."),
        ("activity_sections", "Enseñanza,", ",", "name_es is missing."),
        ("mechanisms", "code,name_es", "codigo,name_es", "mechanisms.csv: the columns must be"),
        ("authorities", "\nMEM,", "\nMEM,de más,", "has 9 cells where 8 are needed."),
        ("laws", ",sourced,CT\n", ",sourced,\n", "laws D_6_91: does not name its source."),
        ("laws", "2022-08-30", "2022-13-30", "in_force_from cannot be “2022-13-30”."),
        ("taxes", "true", "yes", "in_force cannot be “yes”."),
    ],
)
def test_load__refuses_files_that_contradict_each_other(
    folder: Path, name: str, old: str, new: str, fault: str
) -> None:
    _spoil(folder, name, old, new)
    with pytest.raises(CatalogError) as refused:
        load_catalogs(folder)
    assert fault in refused.value.en


def test_load__names_every_fault_and_not_only_the_first(folder: Path) -> None:
    _spoil(folder, "categories", "CED_PRIV,CONST,", "CED_PRIV,NADA,")
    _spoil(folder, "taxes", "D_73_2008", "NINGUNA")
    (folder / "laws.csv").unlink()
    (folder / "mechanisms.csv").write_bytes("código\n".encode("cp1252"))
    (folder / "version.txt").unlink()
    with pytest.raises(CatalogError) as refused:
        load_catalogs(folder)
    for fault in (
        "NADA no existe",
        "NINGUNA no existe",
        "Falta el archivo laws.csv",
        "mechanisms.csv no se puede leer",
    ):
        assert fault in refused.value.es
    assert "The file version.txt is missing." in refused.value.en


@pytest.mark.parametrize("name", CatalogName)
def test_export__rows_and_table_hold_the_same_entries(catalogs: Catalogs, name: CatalogName) -> None:
    rows = json.loads(json.dumps(catalog_rows(catalogs, name)))
    table = catalog_table(catalogs, name)
    assert [row["code"] for row in rows] == table.column("code").to_pylist() == list(catalogs.entries(name))
    assert list(rows[0]) == table.column_names
    assert table.column_names[:3] == ["code", "name_es", "name_en"]
    assert [row["name_es"] for row in rows] == table.column("name_es").to_pylist()


def test_export__a_list_is_a_list_in_json_and_joined_in_the_table(catalogs: Catalogs) -> None:
    position = list(catalogs.categories).index("CED_PRIV")
    row = catalog_rows(catalogs, CatalogName.CATEGORIES)[position]
    flat = catalog_table(catalogs, CatalogName.CATEGORIES).slice(position, 1).to_pylist()[0]
    assert row["fel_scenarios"] == ["4.8", "8.2"]
    assert row["rtu"][1]["type"] == "962"
    assert row["term_years"] is None
    assert row["term_note_es"] is None
    assert flat["treatments"] == "ISR:exencion;IVA:exencion"
    assert flat["rtu"] == "natural:1703/1704;legal:887/962"
    assert flat["natural_persons"] is True
    assert flat["term_note_es"] is None


def test_export__the_joined_lists_can_be_split_again(catalogs: Catalogs) -> None:
    for name in CatalogName:
        for row in catalog_rows(catalogs, name):
            parts = [part for value in row.values() if isinstance(value, list) for part in value]
            texts = [part if isinstance(part, str) else part.get("citation", "") for part in parts]
            assert not any(";" in text for text in texts), row["code"]


def test_export__survives_a_csv_round_trip(catalogs: Catalogs) -> None:
    table = catalog_table(catalogs, CatalogName.MUNICIPALITIES)
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    read = list(csv.DictReader(io.StringIO(sink.getvalue().decode())))
    assert [line["code"] for line in read] == list(catalogs.municipalities)
    assert table.schema.field("code").type == pa.string()


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.csv")), ids=lambda path: path.name)
def test_files__are_plain_csv_and_named_in_the_readme(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    for line in csv.reader(io.StringIO(raw.decode("utf-8"))):
        assert all(cell == cell.strip() and "  " not in cell for cell in line), line
    assert path.name in (PACKAGED / "README.md").read_text(encoding="utf-8")


def test_files__every_source_is_explained_in_the_readme(catalogs: Catalogs) -> None:
    readme = (PACKAGED / "README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"[A-Z0-9][A-Z0-9-]+", readme.split("## Sources")[1]))
    for name in CatalogName:
        for entry in catalogs.entries(name).values():
            for source in filter(None, getattr(entry, "source_note", "").split("; ")):
                key = source.split(",")[0].split(" ")[0]
                assert key in explained, (name, entry.code, source)
