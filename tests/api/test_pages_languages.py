"""A language is one entry of the table and one folder of texts: shown with a language that nobody speaks.

Its catalogue puts every text between ⟦ and ⟧, so a word outside them did not come from the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

import api
from api.pages import language
from api.pages.language import LANGUAGES, Language
from exemptions.catalog_columns import CATALOG_TITLES
from exemptions.catalogs import load_catalogs
from exemptions.column_words import code_words, source_words
from exemptions.filters import FILTERS
from exemptions.nit import format_nit
from exemptions.published_tables import TABLES
from exemptions.scorecard import INDICATORS
from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.api.test_pages_texts import KEYWORDS, METHODS, PLACEHOLDER, PROPER_NAMES, texts_of
from tests.contract.addresses import iter_addresses

PSEUDO = "qps"
PACKAGE = Path(api.__file__).parent

NO_OWN_TEXTS = {"docs", "style"}
"""The documentation of the API, which has both languages beside each other, and the components as they are."""
EXAMPLE = {"HILOS DEL EJEMPLO", "S", "A", "MINECO", "DPI-123-2021", "7K2M9QXB4F7K2M9Q"}
"""The invented record that shows how to read one."""
WRITTEN = {"Español", "English", "Pseudo", "Parquet", "Arrow", "BibTeX", "CSL-JSON"} | PROPER_NAMES | EXAMPLE


def pseudo_catalogue() -> Catalog:
    """Every text of the pages between marks; where a plural form ends, its number is told."""
    catalog = Catalog(locale=PSEUDO, charset="utf-8")
    options = {"**.html": {"trimmed": "true"}}
    for _file, _line, text, _comments, _context in extract_from_dir(PACKAGE, METHODS, options, keywords=KEYWORDS):
        marked = tuple(f"⟦{part}⟧" for part in text) if isinstance(text, tuple) else f"⟦{text}⟧"
        catalog.add(text, marked)
    return catalog


@pytest.fixture(scope="module")
def pseudo_app(registry_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The registry with one language more than it has."""
    folder = tmp_path_factory.mktemp("translations")
    added = Language(PSEUDO, name="Pseudo", tag=PSEUDO, locale="es_GT", is_complete=False, folder=folder)
    added.texts.parent.mkdir(parents=True)
    with added.texts.open("wb") as file:
        write_mo(file, pseudo_catalogue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(language.LANGUAGES, PSEUDO, added)
        yield make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example")


@pytest.fixture
def pseudo(pseudo_app: Flask) -> Iterator[FlaskClient]:
    with pseudo_app.test_client() as client:
        yield client


def load(client: FlaskClient, path: str) -> Element:
    response = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert response.status_code == 200, path
    return read_page(response.get_data(as_text=True))


def addresses_of_pages(app: Flask) -> list[str]:
    """Every page of the language; pictures and their data, whose names end like files, are none."""
    return [
        address.path
        for address in iter_addresses(app)
        if address.endpoint.startswith(f"{PSEUDO}.")
        and address.endpoint.partition(".")[2] not in NO_OWN_TEXTS
        and not re.search(r"\.\w+$", address.path)
    ]


def spoken(element: Element) -> Iterator[str]:
    """The texts of a page that people read or hear, one for each stretch between two tags."""
    if element.tag in ("script", "style", "code", "template") or element.attrs.get("lang", PSEUDO) != PSEUDO:
        return
    for name in ("title", "alt", "placeholder", "aria-label", "data-label"):
        if element.attrs.get(name):
            yield element.attrs[name]
    if element.tag == "meta" and element.attrs.get("name") == "description":
        yield element.attrs["content"]
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from spoken(child)


def outside_marks(text: str) -> str:
    """What of a text stands between no marks; values inside a marked text may be marked too."""
    depth, kept = 0, []
    for sign in text:
        depth += (sign == "⟦") - (sign == "⟧")
        kept.append(sign if depth == 0 and sign != "⟧" else " ")
    return "".join(kept)


NOT_WORDS = re.compile(r"[,.:] |\d[\d.,]* [kM]B|SHA-256 \w+|\S*[/@]\S*|\w+\.arrow|CC BY 4\.0|Registro de ensayo|NIT ")
"""What stands between words, and what is a size, a digest, an address, a file, or told by the publisher."""
DAYS = re.compile(r"\d+ de [a-z]+ de \d{4}|\d+ [a-z]{3} \d{4}")
"""Days have Spanish months where nobody has written down those of a language."""


def stretches(page: Element) -> Iterator[str]:
    """The unmarked words of a page. A marked text may hold tags, so marks are followed through the whole page."""
    whole = "\x1f".join(spoken(page))
    for stretch in outside_marks(whole).split("\x1f"):
        words = " ".join(DAYS.sub("", stretch.replace("\u00a0", " ")).split()).strip(" ·,;:.()«»—–/×?→←")
        if re.search(r"[^\W\d_]{2}", words):
            yield words


@pytest.fixture(scope="module")
def data_words(registry_home: Path) -> str:
    """What the data themselves say, which no catalogue of texts translates: values and names of codes and columns."""
    client = make_app(registry_home).test_client()
    records = [record for number in (2, 3) for record in client.get(f"/api/v1/records.json?release={number}").json]
    told = [str(value) for record in records for value in record.values()]
    told += [format_nit(record["nit"]) for record in records if record["nit"]]
    for catalog in vars(load_catalogs()).values():
        told += [str(value) for entry in getattr(catalog, "values", list)() for value in _fields(entry)]
    for table in TABLES.values():
        told += [table.title.es, table.about.es]
        for column in table.columns:
            told += [column.label("es"), column.about("es"), column.key, source_words(column).es, column.unit or ""]
            told += [code_words(column, code).es for code in column.choices]
    told += [spec.label("es") for spec in FILTERS]
    told += [text.es for indicator in INDICATORS for text in (indicator.asks, indicator.rule)]
    told += [title.text("es") for title in CATALOG_TITLES.values()]
    told.append(client.get("/api/v1/corrections").get_data(as_text=True))
    return "\x1f".join(told).casefold()


def _fields(entry: object) -> list[object]:
    names = getattr(type(entry), "__dataclass_fields__", {})
    return [getattr(entry, name) for name in names]


def test_language__of_the_table_has_every_page_under_its_code(pseudo: FlaskClient) -> None:
    pages = addresses_of_pages(pseudo.application)
    assert len(pages) > 15
    for path in pages:
        assert path.startswith(f"/{PSEUDO}/")
        page = load(pseudo, path)
        assert page.find("html").attrs["lang"] == PSEUDO, path
        # The pages of a language lead to one another.
        own = [link.attrs["href"] for link in page.find("nav", class_="main-nav").find_all("a")]
        assert own
        assert all(url.startswith(f"/{PSEUDO}") for url in own)


def test_language__is_offered_by_the_others_and_to_search_engines(pseudo: FlaskClient) -> None:
    page = load(pseudo, "/en/datos")
    links = {link.attrs["hreflang"]: link.attrs["href"] for link in page.find_all("a", class_="language")}
    assert links == {"es-GT": "/datos", PSEUDO: f"/{PSEUDO}/datos"}
    alternates = [link.attrs["hreflang"] for link in page.find_all("link", rel="alternate") if "hreflang" in link.attrs]
    assert alternates == ["es-GT", "en", PSEUDO, "x-default"]
    assert pseudo.get(f"/{PSEUDO}").headers["Location"] == f"/{PSEUDO}/"


def test_language__that_is_not_complete_says_so(pseudo: FlaskClient) -> None:
    notice = load(pseudo, f"/{PSEUDO}/").find("aside", class_="partly-translated")
    assert notice.find("p").attrs["lang"] == "es-GT"
    assert not load(pseudo, "/en/").find_all("aside", class_="partly-translated")
    assert not load(pseudo, "/").find_all("aside", class_="partly-translated")


def test_language__without_a_text_speaks_spanish(registry_home: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        empty = Language("kek", name="Q'eqchi'", tag="kek", locale="es_GT", is_complete=False, folder=tmp_path)
        patch.setitem(LANGUAGES, "kek", empty)
        client = make_app(registry_home).test_client()
        page = load(client, "/kek/glosario")
        assert page.find("h1").text == "Glosario"
        assert page.find("html").attrs["lang"] == "kek"
        # The count has the form that Spanish gives it, and days have Spanish months.
        assert "de 2026" in page.find("footer").text


def test_pages__say_nothing_that_the_catalogue_does_not_have(pseudo: FlaskClient, data_words: str) -> None:
    untranslated: dict[str, set[str]] = {}
    for path in addresses_of_pages(pseudo.application):
        for stretch in stretches(load(pseudo, path)):
            for words in (part.strip(" .") for part in NOT_WORDS.sub(";", stretch).split(";")):
                if words and words not in WRITTEN and words.casefold() not in data_words:
                    untranslated.setdefault(words, set()).add(path)
    assert untranslated == {}


def test_pages_check__sees_what_it_looks_for() -> None:
    page = read_page(
        '<main><p title="Hola">⟦bien ⟦dentro⟧⟧ <b>mal</b></p><p lang="es">ajeno</p><p>⟦a <i>b</i>⟧</p></main>'
    )
    assert list(stretches(page)) == ["Hola", "mal"]


CATALOGUES = sorted((PACKAGE / "translations").glob("*/LC_MESSAGES/messages.po"))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_catalogue__belongs_to_a_language_and_keeps_the_values_of_its_texts(path: Path) -> None:
    code = path.parts[-3]
    assert code in LANGUAGES
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale=code) if message.id]
    for message in messages:
        wanted = {value for part in texts_of(message.id) for value in PLACEHOLDER.findall(part)}
        for text in texts_of(message.string):
            assert not text or set(PLACEHOLDER.findall(text)) <= wanted, message.id
    is_whole = all(all(texts_of(message.string)) and not message.fuzzy for message in messages)
    assert LANGUAGES[code].is_complete <= is_whole, "a language that lacks texts must not say that it is complete"


def test_guide__gives_the_commands_that_the_catalogue_is_made_with() -> None:
    guide = (PACKAGE.parent / "docs" / "traducir.md").read_text(encoding="utf-8")
    for line in (PACKAGE.parent / "babel.cfg").read_text(encoding="utf-8").splitlines():
        command = line.removeprefix("#").strip()
        if command.startswith(".venv/bin/pybabel"):
            assert command.replace("-l en", "-l kek") in guide
