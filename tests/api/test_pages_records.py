"""The pages of one benefit and of one taxpayer."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from exemptions.columns import KEYS
from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, record


def load(client: FlaskClient, path: str, status: int = 200) -> Element:
    response = client.get(path)
    assert response.status_code == status
    return read_page(response.get_data(as_text=True))


def load_record(client: FlaskClient, number: int, prefix: str = "") -> Element:
    return load(client, f"{prefix}/registro/{invented_record_id(number)}")


def field_texts(page: Element) -> dict[str, str]:
    lines = [line for table in page.find_all("dl", class_="fields") for line in table.find_all("div")]
    return {_label(line.find("dt")): line.find_all("dd")[0].text for line in lines}


def _label(head: Element) -> str:
    """The name of a field, without what it means."""
    return (head.find_all("summary") or [head])[0].text


def cell_texts(rows: list[Element]) -> list[list[str]]:
    return [[cell.text for cell in (*row.find_all("th"), *row.find_all("td"))] for row in rows]


def test_record__tells_its_status_in_a_sentence_with_its_day(client: FlaskClient) -> None:
    sentences = {number: load_record(client, number).find("div", class_="verdict").text for number in (3, 5, 8, 16, 1)}
    assert sentences == {
        3: "Al 15 de febrero de 2026 este beneficio estaba vigente. "
        "Beneficio temporal: del 1 de enero de 2020 al 31 de diciembre de 2029, inclusive.",
        5: "Al 15 de febrero de 2026 este beneficio ya había vencido. "
        "Beneficio temporal: del 15 de marzo de 2022 al 14 de marzo de 2023, inclusive.",
        8: "Al 15 de febrero de 2026 este beneficio estaba suspendido. "
        "Beneficio temporal: del 1 de mayo de 2019 al 30 de abril de 2029, inclusive.",
        16: "Al 15 de febrero de 2026 este beneficio todavía no empezaba. "
        "Beneficio temporal: del 1 de enero de 2027 al 31 de diciembre de 2036, inclusive.",
        1: "Al 15 de febrero de 2026 este beneficio estaba vigente. "
        "Beneficio permanente: no tiene plazo, dura mientras se cumpla la ley.",
    }
    english = load_record(client, 8, "/en").find("div", class_="verdict").text
    assert english.startswith("On 15 February 2026 this benefit was suspended.")


def test_record__tells_every_field_with_its_meaning_and_source(client: FlaskClient) -> None:
    page = load_record(client, 3)
    fields = field_texts(page)
    assert fields["Nombre"] == "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA"
    assert fields["NIT"] == f"{invented_nit(3)[:-1]}-{invented_nit(3)[-1]}"
    assert fields["Categoría"] == "Maquila, admisión temporal: exportadora (MAQ_ADT_E)"
    assert fields["Empleos generados"] == "340 reportados, 2025"
    assert fields["Impuesto no pagado (Q)"] == "Q 1,234,567.89 en 2025"
    assert fields["Motivo del estado"] == "no aplica"
    assert fields["Datos reservados"] == "ninguno"
    meanings = page.find_all("details", class_="explained")
    assert len(meanings) == len(fields)
    assert all("Fuente: " in meaning.text for meaning in meanings)


def test_record__keeps_four_kinds_of_nothing_apart(tmp_path: Path) -> None:
    rows = [
        record(1, jobs=0, jobs_status="reported", amount_gtq=0),
        record(2, jobs_status="not_reported", amount_status="not_reported"),
        record(3, jobs_status="not_applicable", amount_status="not_applicable"),
        record(4, jobs_status="withheld", amount_status="withheld", withheld_fields="jobs;amount_gtq"),
    ]
    build_test_release(tmp_path / "releases", rows)
    with make_app(tmp_path).test_client() as client:
        fields = [field_texts(load_record(client, number)) for number in (1, 2, 3, 4)]
        english = [field_texts(load_record(client, number, "/en")) for number in (1, 2, 3, 4)]
    assert [line["Empleos generados"] for line in fields] == [
        "0 reportados, 2025", "no reportado", "no aplica", "reservado",
    ]  # fmt: skip
    assert [line["Impuesto no pagado (Q)"] for line in fields] == [
        "Q 0.00 en 2025", "no reportado", "no aplica", "reservado",
    ]  # fmt: skip
    assert [line["Jobs generated"] for line in english] == [
        "0 reported, 2025", "not reported", "not applicable", "withheld",
    ]  # fmt: skip


def test_record__of_a_natural_person_shows_and_explains_only_what_is_public(tmp_path: Path) -> None:
    rows = [record(1, name=None, nit=None, person_kind="natural", category="CED_PRIV", department="01",
                   withheld_fields="nit;name;municipality")]  # fmt: skip
    withheld = [
        {"field": "nit", "category": "CED_PRIV", "person_kind": "natural", "level": "withheld", "records": 1,
         "ground": "Ley de prueba, artículo 1", "authority": "Autoridad", "date": "2026-01-02",
         "note_es": "Es su documento.", "note_en": "It is their card."},
    ]  # fmt: skip
    build_test_release(tmp_path / "releases", rows, withheld=withheld)
    with make_app(tmp_path).test_client() as client:
        page = load_record(client, 1)
        english = load_record(client, 1, "/en")
    assert page.find("h1").text == "Persona individual (nombre reservado)"
    fields = field_texts(page)
    assert {fields[name] for name in ("NIT", "Nombre", "Municipio")} == {"reservado"}
    notes = page.find("section", **{"aria-labelledby": "reservados"}).find("ul").find_all("li")
    assert [note.text for note in notes] == [
        "NIT: Es su documento. Fundamento: Ley de prueba, artículo 1. Decidió: Autoridad, 2 de enero de 2026.",
        "Nombre: existe y no se publica, por la política de divulgación.",
        "Municipio: existe y no se publica, por la política de divulgación.",
    ]
    assert "It is their card. Ground: Ley de prueba" in english.text
    assert not [link for link in page.find_all("a") if "/contribuyente/" in link.attrs["href"]]


def test_record__has_the_jobs_amounts_and_events_of_the_api(tmp_path: Path) -> None:
    row = record(1, category="MAQ_ADT_E", jobs=9, amount_gtq=500)
    record_id = row["record_id"]
    jobs = [
        {
            "record_id": record_id,
            "period": "2025-T3",
            "year": 2025,
            "kind": "reported",
            "jobs": 1288,
            "source": "MINECO",
        },
        {"record_id": record_id, "period": "2024", "year": 2024, "kind": "projected", "jobs": 0, "source": "registry"},
    ]
    amounts = [
        {
            "record_id": record_id,
            "year": 2024,
            "tax": "ISR",
            "mechanism": "exencion",
            "amount_cents": -1050,
            "source": "SAT",
        },
        {"record_id": record_id, "year": 2025, "amount_cents": 123456789, "source": "registry"},
    ]
    build_test_release(tmp_path / "releases", [row], jobs=jobs, amounts=amounts)
    with make_app(tmp_path).test_client() as client:
        page = load_record(client, 1)
    cells = [cells for table in page.find_all("table") for cells in cell_texts(table.find_all("tr")[1:])]
    assert cells == [
        ["2025, 3.er trimestre", "reportados", "1,288", "MINECO"],
        ["2024", "proyectados", "0", "registro"],
        ["2025", "todos juntos", "no indicado", "Q 1,234,567.89", "registro"],
        ["2024", "Impuesto Sobre la Renta", "Exención", "−Q 10.50", "SAT"],
    ]


def test_record__tells_what_happened_in_the_order_of_the_days(client: FlaskClient) -> None:
    page = load(client, f"/registro/{invented_record_id(3)}?release=2")
    entries = page.find("ol", class_="timeline").find_all("li")
    assert [(entry.find("span", class_="when").text, entry.find("strong").text) for entry in entries] == [
        ("1 de enero de 2020", "Primer día del beneficio"),
        ("1 de febrero de 2021", "Suspensión"),
        ("1 de agosto de 2021", "Reactivación"),
        ("31 de diciembre de 2029", "Último día del beneficio"),
    ]


def test_record__tells_its_changes_by_release(client: FlaskClient) -> None:
    page = load_record(client, 2)
    table = next(table for table in page.find_all("table") if "Qué cambió" in table.find("caption").text)
    assert cell_texts(table.find_all("tr")[1:]) == [["Publicación 3", "Empleos generados", "12", "15"]]
    assert "no ha cambiado" in load_record(client, 3).text


def test_record__tells_a_changed_code_once_and_hides_what_is_withheld(tmp_path: Path) -> None:
    shared = {"record_id": invented_record_id(1), "kind": "changed", "release": 2}
    history = [
        shared | {"field": "department", "before": "01", "after": "09"},
        shared | {"field": "department_name", "before": "Guatemala", "after": "Quetzaltenango"},
        shared | {"field": "category_name", "before": "Asociaciones", "after": "Asociación"},
        shared | {"field": "amount_gtq", "before": None, "after": None},
        shared | {"field": "valid_until", "before": None, "after": "2027-01-31"},
        shared | {"field": "status", "before": "active", "after": "expired", "reason": "expired"},
        shared | {"field": "taxes", "before": "ISR", "after": "ISR;ISO"},
    ]
    build_test_release(tmp_path / "releases", [record(1)], history=history)
    with make_app(tmp_path).test_client() as client:
        page = load_record(client, 1)
    table = next(table for table in page.find_all("table") if "Qué cambió" in table.find("caption").text)
    assert cell_texts(table.find_all("tr")[1:]) == [
        ["Publicación 2", "Departamento", "Guatemala", "Quetzaltenango"],
        ["Publicación 2", "Categoría", "Asociaciones", "Asociación"],
        ["Publicación 2", "Impuesto no pagado (Q)", "reservado", "reservado"],
        ["Publicación 2", "Vigente hasta", "(vacío)", "31 de enero de 2027"],
        ["Publicación 2", "Estado pasó el último día del beneficio", "Vigente", "Vencido"],
        ["Publicación 2", "Impuestos", "Impuesto Sobre la Renta", "Impuesto Sobre la Renta; Impuesto de Solidaridad"],
    ]


def test_record__links_its_data_of_the_same_release(client: FlaskClient) -> None:
    record_id = invented_record_id(3)
    page = load_record(client, 3)
    links = [link.attrs["href"] for link in page.find("section", class_="downloads").find_all("a")]
    assert links == [
        f"/api/v1/records/{record_id}?release=3",
        f"/api/v1/records.csv?record_id={record_id}&release=3",
        f"/registro/{record_id}?release=3",
        f"/correcciones?record_id={record_id}",
    ]
    csv_lines = client.get(links[1]).get_data(as_text=True).splitlines()
    assert len(csv_lines) == 2
    assert csv_lines[0].split(",") == list(KEYS)


def test_record__of_an_older_release_is_that_of_then(client: FlaskClient) -> None:
    record_id = invented_record_id(12)
    assert client.get(f"/registro/{record_id}").status_code == 404
    page = load(client, f"/registro/{record_id}?release=2")
    assert "Número 2" in page.find("footer").text
    assert client.get(f"/registro/{record_id}?release=9").status_code == 404
    assert client.get(f"/registro/{record_id}?release=x").status_code == 422
    assert client.get(f"/registro/{record_id}?relase=2").status_code == 422


def test_record__escapes_what_the_registry_holds(tmp_path: Path) -> None:
    name = '<script>alert(1)</script> "O\'Reilly" & Cía.'
    build_test_release(tmp_path / "releases", [record(1, name=name)])
    with make_app(tmp_path).test_client() as client:
        for path in (f"/registro/{invented_record_id(1)}", f"/contribuyente/{invented_nit(1)}", "/buscar"):
            html = client.get(path).get_data(as_text=True)
            assert "<script>alert" not in html
            assert name in read_page(html).text


def test_taxpayer__has_all_its_benefits_what_is_in_force_first(client: FlaskClient) -> None:
    page = load(client, f"/contribuyente/{invented_nit(3)}")
    assert page.find("p", class_="lead").text == "Tiene 2 beneficios; al 15 de febrero de 2026 todos estaban vigentes."
    benefits = page.find_all("article", class_="benefit")
    assert [urlsplit(benefit.find("a").attrs["href"]).path for benefit in benefits] == [
        f"/registro/{invented_record_id(4)}",
        f"/registro/{invented_record_id(3)}",
    ]


def test_taxpayer__never_adds_years_kinds_or_what_is_not_forgone(tmp_path: Path) -> None:
    nit = invented_nit(1)
    rows = [
        record(number, nit=nit, name="UNA SOLA", category="MAQ_ADT_E", resolution=f"R-{number}") for number in (1, 2)
    ]
    ids = [row["record_id"] for row in rows]
    jobs = [
        {"record_id": record_id, "period": period, "year": 2025, "kind": kind, "jobs": count, "source": "registry"}
        for record_id, period, kind, count in (
            (ids[0], "2025", "reported", 100), (ids[1], "2025", "reported", 23),
            (ids[0], "2024", "reported", 50), (ids[1], "2025", "projected", 900), (ids[1], "2025-T1", "reported", 7),
        )
    ]  # fmt: skip
    amounts = [
        {"record_id": record_id, "year": year, "tax": "DAI", "mechanism": by, "amount_cents": cents, "source": "SAT"}
        for record_id, year, by, cents in (
            (ids[0], 2025, "exencion", 100_00), (ids[1], 2025, "exencion", 50), (ids[1], 2025, "suspension", 999_00),
            (ids[0], 2024, "exencion", 7_00),
        )
    ]  # fmt: skip
    build_test_release(tmp_path / "releases", rows, jobs=jobs, amounts=amounts)
    with make_app(tmp_path).test_client() as client:
        page = load(client, f"/contribuyente/{nit}")
    tables = {table.find("caption").text: table.find_all("tr")[1:] for table in page.find_all("table")}
    totals = cell_texts(tables["Empleos que suman varios beneficios"])
    assert totals == [["2025", "reportados", "123", "2"]]
    sums = cell_texts(tables["Montos por año, en quetzales corrientes"])
    assert sums == [["2025", "Q 100.50", "2"], ["2024", "Q 7.00", "1"]]
    assert len(tables["Montos de cada beneficio"]) == len(amounts)


def test_taxpayer__takes_the_nit_in_any_writing_and_has_one_address(client: FlaskClient) -> None:
    nit = invented_nit(3)
    for writing in (f"{nit[:-1]}-{nit[-1]}", f"00{nit}", nit.lower() if nit[-1] == "K" else f" {nit}"):
        response = client.get(f"/en/contribuyente/{writing}")
        assert response.status_code == 301
        assert response.headers["Location"] == f"/en/contribuyente/{nit}"


@pytest.mark.parametrize("nit", [invented_nit(13), invented_nit(999), "2350001180101", "CF", "abc", "1234567"])
def test_taxpayer__answers_the_same_for_a_natural_person_as_for_nobody(client: FlaskClient, nit: str) -> None:
    """The page's only difference is the address that its link to the other language repeats."""
    expected = client.get("/contribuyente/nadie", headers={"X-Request-ID": "la-misma"})
    given = client.get(f"/contribuyente/{nit}", headers={"X-Request-ID": "la-misma"})
    assert given.status_code == expected.status_code == 404
    assert given.get_data(as_text=True).replace(nit, "nadie") == expected.get_data(as_text=True)
