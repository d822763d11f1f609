"""What a page costs whoever pays for each kilobyte: the first view with all its own files, as it is sent."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.api.html_page import Element, read_page
from tests.exemptions.releases import invented_nit, invented_record_id

LARGEST_BYTES = 60 * 1024
CODINGS = ("gzip", "zstd, gzip")
FIRST_VIEWS = (
    "/",
    "/buscar",
    "/buscar?q=nubes",
    f"/registro/{invented_record_id(3)}",
    f"/contribuyente/{invented_nit(3)}",
    "/metodologia",
    "/datos",
)


def loaded(page: Element) -> Iterator[str]:
    """What a browser fetches for the first view: what is marked to be loaded later is not among it."""
    for link in page.find_all("link"):
        if link.attrs["rel"] in ("stylesheet", "icon"):
            yield link.attrs["href"]
    for element in (*page.find_all("script"), *page.find_all("img")):
        if "src" in element.attrs and element.attrs.get("loading") != "lazy":
            yield element.attrs["src"]


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("path", FIRST_VIEWS)
def test_first_view__is_light_with_everything(client: FlaskClient, path: str, coding: str) -> None:
    headers = {"Accept-Encoding": coding}
    page = read_page(client.get(path).get_data(as_text=True))
    weights = {address: len(client.get(address, headers=headers).data) for address in (path, *loaded(page))}
    assert len(weights) >= 4
    assert sum(weights.values()) <= LARGEST_BYTES, weights


@pytest.mark.parametrize("path", FIRST_VIEWS)
def test_image__has_its_place_before_it_is_there(client: FlaskClient, path: str) -> None:
    page = read_page(client.get(path).get_data(as_text=True))
    for image in (*page.find_all("img"), *page.find_all("source")):
        assert image.attrs["width"].isdigit() and image.attrs["height"].isdigit(), image.attrs
