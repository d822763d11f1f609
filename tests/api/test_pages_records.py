"""The pages of one benefit and of one taxpayer."""

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from exemptions.columns import KEYS
from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, point_at, record


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
        3: "Al 15 de febrero de 2026 este beneficio estaba vigente, y su último día es el 31 de diciembre de 2029.",
        5: "Al 15 de febrero de 2026 este beneficio ya había vencido: su último día fue el 14 de marzo de 2023.",
        8: "Al 15 de febrero de 2026 este beneficio estaba suspendido.",
        16: "Al 15 de febrero de 2026 este beneficio todavía no empezaba: su primer día es el 1 de enero de 2027.",
        1: "Al 15 de febrero de 2026 este beneficio estaba vigente, y no tiene plazo.",
    }
    page = load_record(client, 8, "/en")
    sentence = page.find("div", class_="verdict").text
    assert sentence == "On 15 February 2026 this benefit was suspended."
    assert page.find("meta", name="description").attrs["content"] == f"Energía Papalote, Cía. Ltda.: {sentence}"


def test_record__tells_since_when_an_authority_stopped_it(tmp_path: Path) -> None:
    rows = [record(n, category="ENR", status=status) for n, status in enumerate(
        ("suspended", "suspended", "revoked", "cancelled", "suspended"), 1)]  # fmt: skip
    day, until, stated = date(2025, 9, 1), date(2026, 3, 1), date(2025, 12, 1)
    events = [
        {"record_id": rows[n]["record_id"], "event": event, "date": on, "until": last, "source": source}
        for n, event, on, last, source in (
            (0, "suspension", day, until, "events"), (1, "suspension", day, None, "events"),
            (2, "revocation", day, None, "events"), (3, "cancellation", day, None, "events"),
            # What the registry's file tells of its own day is not the day of an act.
            (4, "suspension", stated, None, "registry"),
        )
    ]  # fmt: skip
    build_test_release(tmp_path / "releases", rows, events=events)
    with make_app(tmp_path).test_client() as client:
        told = [load_record(client, n).find("div", class_="verdict").text for n in range(1, 6)]
    start = "Al 15 de enero de 2026 este beneficio estaba"
    assert told == [
        f"{start} suspendido, del 1 de septiembre de 2025 al 1 de marzo de 2026.",
        f"{start} suspendido, desde el 1 de septiembre de 2025.",
        f"{start} revocado, desde el 1 de septiembre de 2025.",
        f"{start} cancelado, desde el 1 de septiembre de 2025.",
        f"{start} suspendido.",
    ]


def test_record__of_a_release_or_a_day_tells_both_dates(client: FlaskClient) -> None:
    path = f"/registro/{invented_record_id(3)}"
    pinned = load(client, f"{path}?release=2").find("div", class_="verdict")
    assert "Al 15 de enero de 2026 este beneficio estaba vigente" in pinned.text
    assert "Así estaba en la publicación 2, del 15 de enero de 2026." in pinned.text
    assert pinned.find("a").attrs["href"] == path
    on_a_day = load(client, f"{path}?as_of=2026-02-10").find("div", class_="verdict").text
    assert "El 10 de febrero de 2026 regía la publicación 2, con estados al 15 de enero de 2026." in on_a_day
    assert "ese día el beneficio regía." in on_a_day
    suspended = load(client, f"/registro/{invented_record_id(8)}?as_of=2026-02-10").find("div", class_="verdict").text
    assert "ese día el beneficio no regía." in suspended


def test_record__tells_every_field_with_its_meaning_and_source(client: FlaskClient) -> None:
    page = load_record(client, 3)
    fields = field_texts(page)
    assert fields["Nombre"] == "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA"
    assert fields["NIT"] == f"{invented_nit(3)[:-1]}-{invented_nit(3)[-1]}"
    assert fields["Categoría"] == "Maquila, admisión temporal: exportadora (MAQ_ADT_E)"
    assert fields["Empleos generados"] == "340 reportados, 2025"
    assert fields["Impuesto no pagado (Q)"] == "Q 1,234,567.89 en 2025 1.2 millones de quetzales"
    assert fields["Motivo del estado"] == "no aplica"
    assert fields["Datos reservados"] == "ninguno"
    meanings = page.find_all("details", class_="explained")
    assert len(meanings) == len(fields)
    assert all("Fuente: " in meaning.text for meaning in meanings)


def test_record__names_its_law_and_what_its_dates_mean(client: FlaskClient) -> None:
    fields = field_texts(load_record(client, 3))
    law = "Ley de Fomento y Desarrollo de la Actividad Exportadora y de Maquila"
    assert fields["Base legal"] == f"{law} Decreto 29-89, art. 6 b) Decreto 29-89, art. 12 Decreto 29-89, art. 20"
    assert fields["Vigente desde"].startswith("1 de enero de 2020 El plazo corre desde que se notificó la resolución")
    end = fields["Vigente hasta"]
    assert end.startswith("31 de diciembre de 2029 Rige hasta ese día inclusive")
    assert "la ley permite hasta 10 años" in end
    page = load_record(client, 3)
    assert "2029-12-31" in {moment.attrs["datetime"] for moment in page.find_all("time")}
    permanent = field_texts(load_record(client, 1))
    assert permanent["Vigente hasta"].startswith("sin plazo No lo tiene: dura mientras")


def test_record__tells_which_release_brought_each_value(client: FlaskClient) -> None:
    page = load_record(client, 2)
    lines = [line for table in page.find_all("dl", class_="fields") for line in table.find_all("div")]
    brought = {_label(line.find("dt")): line.find("dd", class_="origin-cell").text for line in lines}
    assert brought.pop("Empleos generados") == "publicación 3"
    assert brought.pop("Última publicación que lo cambió") == "publicación 3"
    assert set(brought.values()) == {"publicación 1"}
    # A release knows nothing of later ones.
    older = load(client, f"/registro/{invented_record_id(2)}?release=2")
    assert {cell.text for cell in older.find_all("dd", class_="origin-cell")} == {"publicación 1"}


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
    tables = {table.find("caption").text: cell_texts(table.find_all("tr")[1:]) for table in page.find_all("table")}
    assert tables == {
        "Empleos prometidos y reportados por período": [
            ["2025, 3.er trimestre", "no reportado", "1,288", "MINECO"],
            ["2024", "0", "no reportado", "registro"],
        ],
        "Montos por año, impuesto y mecanismo, en quetzales corrientes": [
            ["2025", "todos juntos", "no indicado", "Q 1,234,567.89", "registro"],
            ["2024", "Impuesto Sobre la Renta", "Exención", "−Q 10.50", "SAT"],
        ],
    }
    assert "1.2 millones de quetzales" in page.find("section", **{"aria-labelledby": "montos"}).text


def test_record__puts_promised_jobs_beside_reported_ones(tmp_path: Path) -> None:
    rows = [
        record(1, category="MAQ_ADT_E"),
        record(2, category="MAQ_ADT_E"),
        record(3, category="MAQ_ADT_E", nit=None, person_kind="natural", withheld_fields="nit"),
    ]
    figures = (
        (0, "2024", "projected", 120), (0, "2024", "reported", 113), (0, "2025", "reported", 0),
        (1, "2019", "projected", 50), (1, "2025", "reported", 40), (1, "2023", "reported", 44),
        (2, "2024", "projected", 9), (0, None, "reported", 7),
    )  # fmt: skip
    jobs = [
        {"record_id": rows[n]["record_id"], "period": period, "kind": kind, "jobs": count, "source": "MINECO"}
        for n, period, kind, count in figures
    ]
    build_test_release(tmp_path / "releases", rows, jobs=jobs)
    with make_app(tmp_path).test_client() as client:
        sections = [load_record(client, n).find("section", **{"aria-labelledby": "empleos"}) for n in range(1, 4)]
    told = [[words.text for words in section.find_all("p", class_="plain-words")] for section in sections]
    assert told == [
        ["Prometió 120, reportó 113 en 2024."],
        ["Prometió 50 en 2019; lo último que reportó son 40, en 2025."],
        [],
    ]
    tables = [[cell_texts(table.find_all("tr")[1:]) for table in section.find_all("table")] for section in sections]
    assert tables[0] == [
        [["2025", "no reportado", "0", "MINECO"], ["2024", "120", "113", "MINECO"]],
        [["no indicado", "reportados", "7", "MINECO"]],
    ]
    assert tables[2] == [[["2024", "9", "no reportado o reservado", "MINECO"]]]
    assert "%" not in sections[0].text
    assert ("reservan" in sections[0].text, "reservan" in sections[2].text) == (False, True)


def test_record__keeps_what_was_suspended_or_paid_back_out_of_the_sum(tmp_path: Path) -> None:
    row = record(1, category="MAQ_ADT_E", amount_gtq=100_00)
    amounts = [
        {"record_id": row["record_id"], "year": 2025, "tax": tax, "mechanism": by, "amount_cents": 100_00,
         "source": "SAT"}
        for tax, by in (("ISR", "exoneracion"), ("DAI", "suspension"), ("IVA_IMP", "devolucion"))
    ]  # fmt: skip
    build_test_release(tmp_path / "releases", [row], amounts=amounts)
    with make_app(tmp_path).test_client() as client:
        section = load_record(client, 1).find("section", **{"aria-labelledby": "montos"})
    assert section.find("dl", class_="facts").text == "Suma de 2025Q 100.00"
    forgone, other = section.find_all("table")
    assert [row[2] for row in cell_texts(forgone.find_all("tr")[1:])] == ["Exoneración"]
    assert sorted(row[2] for row in cell_texts(other.find_all("tr")[1:])) == [
        "Devolución de derechos",
        "Suspensión temporal",
    ]
    assert "no entran en las sumas" in other.find("caption").text


def test_record__tells_what_happened_in_the_order_of_the_days(client: FlaskClient) -> None:
    page = load(client, f"/registro/{invented_record_id(3)}?release=2")
    entries = page.find("ol", class_="timeline").find_all("li")
    assert [(entry.find("span", class_="when").text, entry.find("strong").text) for entry in entries] == [
        ("1 de enero de 2020", "Primer día del beneficio"),
        ("1 de febrero de 2021", "Suspensión"),
        ("1 de agosto de 2021", "Reactivación"),
        ("31 de diciembre de 2029", "Último día del beneficio"),
    ]
    changed = load_record(client, 2).find("ol", class_="timeline").find_all("li")[-1]
    assert (changed.find("strong").text, changed.find("a").attrs["href"]) == (
        "Cambió en el registro",
        "/publicaciones/3",
    )


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
        f"/registro/{record_id}/constancia",
        f"/registro/{record_id}?release=3",
        *(f"/api/v1/cite.{suffix}?record_id={record_id}&release=3" for suffix in ("bib", "json")),
        f"/feeds/registro/{record_id}.atom",
        f"/correcciones?record_id={record_id}",
    ]
    csv_lines = client.get(links[1]).get_data(as_text=True).splitlines()
    assert len(csv_lines) == 2
    assert csv_lines[0].split(",") == list(KEYS)


def test_record__of_an_older_release_is_that_of_then(client: FlaskClient) -> None:
    record_id = invented_record_id(12)
    page = load(client, f"/registro/{record_id}?release=2")
    assert "Número 2" in page.find("footer").text
    assert client.get(f"/registro/{record_id}?release=9").status_code == 404
    assert client.get(f"/registro/{record_id}?release=x").status_code == 422
    assert client.get(f"/registro/{record_id}?relase=2").status_code == 422
    assert client.get(f"/registro/{invented_record_id(40)}?release=2").status_code == 404


def test_record__that_ended_says_so_and_shows_what_was_published_last(client: FlaskClient) -> None:
    record_id = invented_record_id(12)
    page = load(client, f"/registro/{record_id}")
    notice = page.find("section", class_="verdict-ended")
    assert "ya no está en el registro: salió en la publicación 3, del 15 de febrero de 2026." in notice.text
    assert [link.attrs["href"] for link in notice.find_all("a")] == [
        "/publicaciones/3",
        f"/registro/{record_id}?release=2",
    ]
    assert page.find("h1").text == "Fundación Nube"
    assert field_texts(page)["Empleos generados"] == "7 reportados, 2024"
    # The page is the newest release's; every link to data leads to the release that has it.
    assert "Número 3" in page.find("footer").text
    for link in page.find("section", class_="downloads").find_all("a")[:2]:
        assert link.attrs["href"].endswith("release=2")
    assert "is no longer in the registry" in load(client, f"/en/registro/{record_id}").text
    assert client.get(f"/api/v1/records/{record_id}").json["ended"]["release"] == 3


def test_record__whose_releases_were_all_withdrawn_shows_no_value(tmp_path: Path) -> None:
    ended = [{"record_id": invented_record_id(1), "kind": "ended", "release": 2}]
    build_test_release(tmp_path / "releases", [record(1), record(2)], 1)
    build_test_release(tmp_path / "releases", [record(2)], 2, history=ended)
    point_at(tmp_path / "releases", 2, withdrawn=[1])
    with make_app(tmp_path).test_client() as client:
        page = load_record(client, 1)
        assert client.get(f"/contribuyente/{invented_nit(1)}").status_code == 404
    assert "fueron retiradas" in page.find("section", class_="verdict-ended").text
    assert "ENTIDAD INVENTADA 1" not in page.text


def test_record__leads_to_its_neighbours_with_their_counts(client: FlaskClient) -> None:
    section = load_record(client, 6).find("section", class_="neighbours")
    lines = section.find("ul", class_="shared").find_all("li")
    shared = {line.find("span", class_="shared-label").text: line for line in lines}
    links = {label: line.find("a", class_="shared-count") for label, line in shared.items()}
    assert {label: link.text.split()[0] for label, link in links.items()} == {
        "El mismo tipo": "5", "La misma categoría": "4", "El mismo departamento": "12", "El mismo municipio": "2",
        "La misma ley": "5",
    }  # fmt: skip
    for link in links.values():
        count = link.text.split()[0]
        assert f"{count} registros" in load(client, link.attrs["href"]).text
    for line in lines:
        assert load(client, line.find_all("a")[0].attrs["href"]).find("h1").text
    # Who has no published name is nobody's neighbour by name.
    assert [near.text for near in section.find("ul", class_="near").find_all("li")] == ["COLEGIO LA LUCIÉRNAGA"]


def test_record__leads_to_the_nearest_amounts(tmp_path: Path) -> None:
    amounts = (100, 300, 300, 500, 700, 900)
    rows = [record(n, name=f"N{n}", category="COOP", amount_gtq=cents) for n, cents in enumerate(amounts, 1)]
    build_test_release(tmp_path / "releases", [*rows, record(9, category="ASOC", amount_gtq=510)])
    with make_app(tmp_path).test_client() as client:
        near = [load_record(client, n).find("ul", class_="near").find_all("li") for n in (4, 1, 2)]
    assert [[line.text for line in lines] for lines in near] == [
        ["N6 Q 9.00", "N5 Q 7.00", "N2 Q 3.00", "N3 Q 3.00"],
        ["N3 Q 3.00", "N2 Q 3.00"],
        ["N4 Q 5.00", "N3 Q 3.00", "N1 Q 1.00"],
    ]


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
    assert [urlsplit(benefit.find("h3").find("a").attrs["href"]).path for benefit in benefits] == [
        f"/registro/{invented_record_id(4)}",
        f"/registro/{invented_record_id(3)}",
    ]
    rows = page.find("section", **{"aria-labelledby": "beneficios"}).find("table").find_all("tr")[1:]
    anchors = [row.find("a").attrs["href"] for row in rows]
    assert anchors == [f"#{benefit.attrs['id']}" for benefit in benefits]
    assert [row.find_all("td")[-1].text for row in rows] == ["Q 0.00 en 2025", "Q 1,234,567.89 en 2025"]


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
    forgone = tables["Montos de cada beneficio por año, impuesto y mecanismo, en quetzales corrientes"]
    apart = cell_texts(tables["Montos suspendidos o devueltos, que no entran en las sumas"])
    assert (len(forgone), [row[-2] for row in apart]) == (3, ["Q 999.00"])
    assert "Deja fuera: 2 registros sin dato reportado." in page.find("section", **{"aria-labelledby": "montos"}).text


def test_taxpayer__with_hundreds_of_benefits_stays_readable_and_hides_nothing(tmp_path: Path) -> None:
    nit = invented_nit(1)
    rows = [record(n, nit=nit, name="UNA SOLA", category="MAQ_ADT_E", resolution=f"R-{n}") for n in range(1, 521)]
    jobs = [{"record_id": row["record_id"], "period": "2025", "kind": "reported", "jobs": 2, "source": "x"}
            for row in rows]  # fmt: skip
    build_test_release(tmp_path / "releases", rows, jobs=jobs)
    with make_app(tmp_path).test_client() as client:
        response = client.get(f"/contribuyente/{nit}", headers={"Accept-Encoding": "gzip"})
        page = load(client, f"/contribuyente/{nit}")
        search = load(client, f"/buscar?nit={nit}")
    assert len(response.data) < 60_000
    assert len(page.find_all("article", class_="benefit")) == 25
    section = page.find("section", **{"aria-labelledby": "beneficios"})
    listed = section.find("table").find_all("tr")[1:]
    assert len(listed) == 500
    assert "los primeros 500 de 520 beneficios" in section.text
    assert "520 registros" in search.text
    assert listed[24].find("a").attrs["href"].startswith("#beneficio-")
    assert listed[25].find("a").attrs["href"].startswith("/registro/")
    totals = page.find("section", **{"aria-labelledby": "empleos"}).find_all("table")[-1]
    assert cell_texts(totals.find_all("tr")[1:]) == [["2025", "reportados", "1,040", "520"]]
    assert "20 más están en el JSON de esta página" in page.text


def test_taxpayer__whose_benefits_ended_has_a_page_with_its_history(client: FlaskClient) -> None:
    nit = invented_nit(12)
    page = load(client, f"/contribuyente/{nit}")
    assert page.find("h1").text == "Fundación Nube"
    assert page.find("p", class_="lead").text == "Ningún beneficio de este contribuyente está ya en el registro."
    ended = page.find("section", **{"aria-labelledby": "terminados"}).find("li")
    assert [link.attrs["href"] for link in ended.find_all("a")] == [
        f"/registro/{invented_record_id(12)}",
        "/publicaciones/3",
    ]
    assert "15 de febrero de 2026" in ended.text
    assert client.get(f"/contribuyente/{nit[:-1]}-{nit[-1]}").headers["Location"] == f"/contribuyente/{nit}"
    assert load(client, f"/contribuyente/{nit}?release=2").find_all("article", class_="benefit")


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
