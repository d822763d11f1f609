"""The page that matches a list: works by form alone, keeps nothing, and says what the file says."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.exemptions.releases import invented_nit, invented_record_id

LIST = "\n".join(
    [
        "nubes de obsidiana s.a.",
        "Colegio La Luciérnaga",
        f"{invented_nit(3)[:-1]}{'0' if invented_nit(3)[-1] != '0' else '1'}",
        "Nadie de Ninguna Parte",
        "Ficticio Ejemplar Primero",
        "<script>alert(1)</script>",
    ]
)


def fields(page: str) -> dict[str, str]:
    """The hidden fields that ask for the same again."""
    found = re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(value) for name, value in found}


def states(page: str) -> list[str]:
    return re.findall(r"match-state match-(\w+)", page)


@pytest.mark.parametrize("path", ["/comparar", "/en/comparar"])
def test_compare__the_form_says_what_it_takes_and_keeps(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert f'action="{path}"' in page
    assert 'enctype="multipart/form-data"' in page
    assert "50,000" in page
    assert "<script>" not in page.replace("<script src", "")


def test_compare__tells_each_line_with_its_links_and_candidates(client: FlaskClient) -> None:
    response = client.post("/comparar", data={"list": LIST})
    page = response.text
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert states(page) == ["matched", "ambiguous", "invalid", "none", "matched", "none"]
    assert f'href="/contribuyente/{invented_nit(3)}"' in page
    assert f'href="/registro/{invented_record_id(13)}"' in page
    assert page.count("COLEGIO LA LUCIÉRNAGA") == 2
    assert "El dígito verificador del NIT no corresponde." in page
    assert "&lt;script&gt;alert(1)" in page


def test_compare__the_download_asks_for_the_same_again(client: FlaskClient) -> None:
    page = client.post("/comparar", data={"list": LIST}).text
    answer = client.post("/comparar", data={**fields(page), "format": "csv"}, buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert [row["Lo que se buscó"] for row in rows] == LIST.split("\n")
    counted = re.findall(r'<dt>([^<]+)</dt><dd><span class="figure-value">([\d,]+)', page)
    assert {label: int(value) for label, value in counted} == {
        word: [row["Resultado"] for row in rows].count(word) for word in {row["Resultado"] for row in rows}
    }
    book = client.post("/en/comparar", data={**fields(page), "format": "xlsx"}, buffered=True)
    assert book.data.startswith(b"PK")


def test_compare__a_file_comes_back_with_its_columns(client: FlaskClient) -> None:
    sent = f"Proveedor;NIT\n=1+1;{invented_nit(3)}\nB;{invented_nit(99)}\n".encode()
    page = client.post("/comparar", data={"file": (io.BytesIO(sent), "lista.csv")}).text
    assert states(page) == ["matched", "none"]
    assert "«NIT»" in page
    answer = client.post("/comparar", data={**fields(page), "format": "csv"}, buffered=True)
    head, first, _second = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert (head[:2], first[:2]) == (["Proveedor", "NIT"], ["'=1+1", invented_nit(3)])


def test_compare__answers_as_of_a_day_and_leads_to_that_release(client: FlaskClient) -> None:
    page = client.post("/comparar", data={"list": "Fundación Nube", "as_of": "2026-01-20"}).text
    assert states(page) == ["matched"]
    assert f'href="/contribuyente/{invented_nit(12)}?as_of=2026-01-20"' in page
    assert fields(page)["as_of"] == "2026-01-20"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"list": " "}, "vacío"),
        ({"list": "x", "column": "NIT"}, "no tiene encabezados"),
        ({"list": "x", "as_of": "2025-01-01"}, "anterior a la primera"),
        ({"list": "x", "as_of": "ayer"}, "ayer"),
        ({"list": "x\n" * 50_001}, "50,000 como máximo"),
        ({"file": (io.BytesIO(b"PK\x03\x04"), "x.xlsx")}, "dañado"),
    ],
)
def test_compare__shows_the_form_again_with_what_is_wrong(
    client: FlaskClient, data: dict[str, object], words: str
) -> None:
    response = client.post("/comparar", data=data)
    assert (response.status_code, response.headers["Cache-Control"]) == (422, "no-store")
    assert words in unescape(response.text)
    if data.get("list") == "x":
        assert ">x</textarea>" in response.text.replace("\n", "")


def test_compare__refuses_more_than_it_says(client: FlaskClient) -> None:
    response = client.post("/comparar", data={"list": "x" * 9_000_000}, headers={"Accept": "text/html"})
    assert response.status_code == 413


def test_compare__the_page_shows_the_first_lines_and_says_so(client: FlaskClient) -> None:
    page = client.post("/en/comparar", data={"list": "Fundación Ñame\n" * 450}).text
    assert len(states(page)) == 200
    assert "The first 200 lines of 450" in page
    assert '<span class="figure-value">450</span>' in page
