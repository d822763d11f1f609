"""Pictures at their addresses: drawn by the real process, from the figures of a release."""

import csv
import io
import os
import re
import signal
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from api.charts.colours import CLASSES, GRID, INK, LIGHT_CLASSES, LINE, MAIN, MUTED, PAPER, REST, ROLES, SECOND, Colour
from api.charts.drawing import finish_svg
from api.charts.layout import Width
from api.charts.renderer import PictureUnavailable, Renderer, RendererLimits
from api.charts.spec import chart_spec
from api.pages.pictures import subject_pictures
from api.releases_at import current_release
from api.state import EXTENSION
from exemptions.release import open_release
from tests.api.conftest import make_app
from tests.api.html_page import read_page

SVG = "{http://www.w3.org/2000/svg}"
CATEGORIES = "/graficas/registro/todo/categorias"
SMALLEST_PX = 11


@pytest.fixture(scope="module")
def renderer(app: Flask) -> Iterator[Renderer]:
    """The application's own; its process ends with the module."""
    renderer: Renderer = app.extensions[EXTENSION].renderer
    yield renderer
    renderer.close()


def read_svg(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def words_of(root: ElementTree.Element) -> list[str]:
    return [" ".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def read_csv(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text)))


def png_size(content: bytes) -> tuple[int, int]:
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_svg__holds_the_numbers_its_title_and_its_finding(client: FlaskClient, renderer: Renderer) -> None:
    root = read_svg(client.get(f"{CATEGORIES}.svg").text)
    words = words_of(root)
    rows = read_csv(client.get(f"{CATEGORIES}.csv"))
    assert len(rows) > 3
    for row in rows:
        assert row["category_name"] in " ".join(words)
        assert f"{int(row['records']):,}" in words
    assert root.find(f"{SVG}title").text == "Beneficios por categoría"
    assert "Centro educativo privado: 4 de 16 (25.0%)" in root.find(f"{SVG}desc").text


def test_svg__is_at_home_in_both_colour_schemes_and_loads_nothing(client: FlaskClient, renderer: Renderer) -> None:
    response = client.get(f"{CATEGORIES}.svg")
    assert "@media (prefers-color-scheme:dark)" in response.text
    assert re.findall(r"(?:href|src|url\()", response.text) == []
    assert re.search(r'<[^>]*\bstyle="', response.text) is None
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    painted = {value for element in read_svg(response.text).iter() for key in ("fill", "stroke")
               if (value := element.get(key)) not in (None, "none")}  # fmt: skip
    assert painted <= {role.light for role in ROLES}


def test_svg__of_a_phone_is_as_wide_as_the_smallest_one_and_no_text_is_too_small(
    client: FlaskClient, renderer: Renderer
) -> None:
    root = read_svg(client.get(f"{CATEGORIES}.svg?w=narrow").text)
    assert root.get("width") == "320"
    sizes = [float(text.get("font-size", "0").removesuffix("px")) for text in root.iter(f"{SVG}text")]
    assert min(sizes) >= SMALLEST_PX


def test_picture__in_english_has_english_words(client: FlaskClient, renderer: Renderer) -> None:
    root = read_svg(client.get(f"/en{CATEGORIES}.svg").text)
    assert root.find(f"{SVG}title").text == "Benefits by category"
    assert "Private education centre" in words_of(root)


def test_png__is_twice_the_size_and_the_same_for_ever(client: FlaskClient, renderer: Renderer) -> None:
    response = client.get(f"{CATEGORIES}.png?release=3")
    width, height = png_size(response.data)
    assert width == 2 * (720 + 64)
    assert height > 600
    assert response.mimetype == "image/png"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(f"{CATEGORIES}.png?release=3", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_picture__is_of_the_release_that_its_address_names(client: FlaskClient, renderer: Renderer) -> None:
    old, new = (read_csv(client.get(f"{CATEGORIES}.csv?release={n}")) for n in (2, 3))
    assert old != new
    etags = {
        client.get(f"{CATEGORIES}.svg?release={n}&w={w}").headers["ETag"] for n in (2, 3) for w in ("wide", "narrow")
    }
    assert len(etags) == 4


@pytest.mark.parametrize(
    "path",
    [
        "/graficas/registro/otro/categorias.svg",
        "/graficas/nada/todo/categorias.svg",
        "/graficas/tipo/XX/categorias.svg",
        "/graficas/registro/todo/nada.svg",
        "/graficas/registro/todo/categorias.jpg",
        "/graficas/ley/D_6_91/categorias.svg",
    ],
)
def test_picture__that_does_not_exist_is_a_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_macro__shows_picture_finding_table_and_files_without_a_shift(app: Flask, registry_home: Path) -> None:
    release = open_release(registry_home / "releases" / "3", verify=False)
    with app.test_request_context("/"):
        (picture, *_rest) = subject_pictures(release, "registro", "todo", "categorias")
        page = read_page(
            render_template_string(
                '{% from "components/picture.html" import picture %}{{ picture(shown) }}', shown=picture
            )
        )
    image, source = page.find("img"), page.find("source")
    assert image.attrs["alt"] == picture.chart.finding
    assert image.attrs["src"].endswith("?w=wide&release=3")
    assert (image.attrs["width"], image.attrs["height"]) == (str(picture.wide.width), str(picture.wide.height))
    assert (source.attrs["width"], source.attrs["height"]) == ("320", str(picture.narrow.height))
    assert [row.find("th").text for row in page.find("tbody").find_all("tr")] == [row[1] for row in picture.chart.rows]
    assert [link.attrs["href"].partition("?")[0][-4:] for link in page.find_all("a")] == [".csv", ".png", ".svg"]


def test_macro__tells_the_size_that_the_picture_has(client: FlaskClient, renderer: Renderer, app: Flask) -> None:
    with app.test_request_context("/"):
        release = app.extensions[EXTENSION].store.current()
        pictures = subject_pictures(release, "registro", "todo")
    for picture in pictures:
        for source in (picture.narrow, picture.wide):
            root = read_svg(client.get(source.url).text)
            assert (root.get("width"), root.get("height")) == (str(source.width), str(source.height))


def test_svg__is_the_same_bytes_however_many_were_drawn_before(app: Flask, renderer: Renderer) -> None:
    with app.test_request_context("/"):
        made = next(p.chart for p in subject_pictures(current_release(), "registro", "todo") if p.chart.name == "mapa")
        once, again = (finish_svg(renderer.draw_svg(chart_spec(made, Width.WIDE)), made, lang="es") for _ in range(2))
    # The library numbers what is referred to, and goes on counting from one picture to the next.
    assert b'clip-path="url(#part' in once
    assert once == again


def test_renderer__that_is_killed_draws_again(client: FlaskClient, app: Flask, renderer: Renderer) -> None:
    client.get("/graficas/departamento/01/categorias.svg")
    assert renderer.pid is not None
    os.kill(renderer.pid, signal.SIGKILL)
    assert client.get("/graficas/departamento/01/categorias.svg?w=narrow").status_code == 200


@pytest.mark.parametrize("limits", [RendererLimits(time_s=0.001), RendererLimits(processor_s=0.001)])
def test_renderer__that_cannot_draw_leaves_words_in_place_of_the_picture(
    registry_home: Path, limits: RendererLimits
) -> None:
    app = make_app(registry_home)
    app.extensions[EXTENSION].renderer.limits = limits
    with app.test_client() as client:
        response = client.get(f"{CATEGORIES}.svg?w=narrow")
        assert response.status_code == 503
        assert response.mimetype == "image/svg+xml"
        assert response.headers["Cache-Control"] == "no-store"
        assert int(response.headers["Retry-After"]) > 0
        assert "tabla" in " ".join(words_of(read_svg(response.text)))
        assert client.get(f"{CATEGORIES}.png").status_code == 503
        assert client.get(f"{CATEGORIES}.csv").status_code == 200
    app.extensions[EXTENSION].renderer.close()


def test_renderer__of_a_server_starts_while_the_page_is_made(registry_home: Path) -> None:
    app = make_app(registry_home)
    renderer: Renderer = app.extensions[EXTENSION].renderer
    with app.test_client() as client:
        assert client.get("/graficas").status_code == 200
        assert renderer.pid is None
        renderer.is_eager = True
        assert client.get("/en/graficas").status_code == 200
        assert renderer.pid is not None
    renderer.close()
    assert renderer.pid is None


def test_renderer__takes_no_more_orders_than_may_wait() -> None:
    renderer = Renderer(RendererLimits(waiting=1, wait_s=0.01))
    with renderer._my_turn(), pytest.raises(PictureUnavailable):
        renderer.draw_svg({})
    assert renderer.pid is None


def test_renderer__ends_by_itself_when_nothing_is_asked(renderer: Renderer) -> None:
    idle = Renderer(RendererLimits(idle_s=0.05))
    spec = {"data": {"values": [{}]}, "mark": "point"}
    assert idle.draw_svg(spec).startswith("<svg")
    deadline = time.monotonic() + 120
    while idle.pid is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert idle.pid is None
    idle.close()


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours__are_told_apart_from_their_ground(scheme: str) -> None:
    """WCAG 2.2: text 4.5 to 1 (1.4.3), what carries meaning 3 to 1 (1.4.11)."""

    def of(colour: Colour) -> str:
        return str(getattr(colour, scheme))

    for text in (INK, MUTED, MAIN, SECOND):
        assert contrast(of(text), of(PAPER)) >= 4.5
    for mark in (MAIN, SECOND, REST, LINE):
        assert contrast(of(mark), of(PAPER)) >= 3
    for place, fill in enumerate(CLASSES):
        assert contrast(of(INK if place < LIGHT_CLASSES else PAPER), of(fill)) >= 4.5
    assert contrast(of(GRID), of(PAPER)) < 3


def test_colours__no_two_roles_share_the_one_that_they_are_known_by() -> None:
    assert len({role.light for role in ROLES}) == len(ROLES)
