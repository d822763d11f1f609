"""What becomes of a drawn SVG: smaller, with its words, in the colours of both schemes; or framed for sharing.

Source: https://www.w3.org/TR/SVG2/styling.html (a rule of the style element wins over a presentation attribute).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from api.charts.chart import Chart
from api.charts.colours import GRID, INK, MUTED, PAPER, ROLES
from api.charts.wording import wrap_text

_SVG = "http://www.w3.org/2000/svg"
_FACES = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
"""Those of the pages, but for `system-ui`, which is a broad face where nobody chose one. None is sent."""
_USELESS = (
    "class", "role", "font-family", "pointer-events", "aria-hidden", "aria-label", "aria-roledescription", "version",
    "stroke-miterlimit",
)  # fmt: skip
"""What only a picture that stands in a page's own text can use."""
_NUMBER = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")
_LENGTHS = ("d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "dy")

_DARK = "".join(
    f'[fill="{role.light}"]{{fill:{role.dark}}}[stroke="{role.light}"]{{stroke:{role.dark}}}' for role in ROLES
)
STYLE = f"@media (prefers-color-scheme:dark){{{_DARK}}}"
"""The only style of every picture; its digest stands in the header that forbids all others."""
POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of a picture that is opened on its own."""

ElementTree.register_namespace("", _SVG)


def finish_svg(drawn: str, chart: Chart, *, lang: str) -> bytes:
    """A drawn picture as pages show it: with its title and finding, following the reader's colour scheme."""
    root = _tidy(drawn)
    root.set("role", "img")
    root.set("lang", lang)
    root.set("font-family", _FACES)
    root.set("aria-labelledby", "title finding")
    style = Element(_tag("style"))
    style.text = STYLE
    root[:0] = [_words("title", "title", chart.full_title), _words("desc", "finding", chart.finding), style]
    return _text(root).encode()


def frame_for_sharing(drawn: str, chart: Chart, *, source: Sequence[str]) -> str:
    """A drawn picture with title, finding, coverage and source around it, for where it stands alone."""
    root = _tidy(drawn)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    outer = width + 2 * _MARGIN
    above, top = _paragraph(chart.full_title, _MARGIN / 2, 24, INK.light, width, weight="700")
    finding, top = _paragraph(chart.finding, top + 4, 15.5, MUTED.light, width)
    root.set("x", str(_MARGIN))
    root.set("y", str(top + 14))
    bottom = top + 14 + height + 18
    notes: list[Element] = [_line(bottom, outer)]
    bottom += 10
    for words in (chart.coverage, *source, chart.credit):
        if words:
            lines, bottom = _paragraph(words, bottom, 12, MUTED.light, width)
            notes += lines
    total = round(bottom + 18)
    frame = Element(
        _tag("svg"),
        {"width": f"{outer:g}", "height": str(total), "viewBox": f"0 0 {outer:g} {total}", "font-family": "sans-serif"},
    )
    ground = Element(_tag("rect"), {"width": f"{outer:g}", "height": str(total), "fill": PAPER.light})
    frame.extend([ground, *above, *finding, root, *notes])
    return _text(frame)


def placeholder_svg(words: str, size: tuple[int, int]) -> bytes:
    """What stands in place of a picture that cannot be drawn: words instead of a broken image."""
    width, height = size
    root = Element(
        _tag("svg"),
        {
            "width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}", "role": "img",
            "font-family": _FACES,
        },
    )  # fmt: skip
    style = Element(_tag("style"))
    style.text = STYLE
    ground = Element(_tag("rect"), {"width": str(width), "height": str(height), "fill": PAPER.light})
    lines, _ = _paragraph(words, 8, 13, MUTED.light, width - _MARGIN, left=4)
    root.extend([_words("title", "title", words), style, ground, *lines])
    return _text(root).encode()


_MARGIN = 32.0


def _tidy(drawn: str) -> Element:
    # It was drawn by our own process from our own specification; nobody else's XML comes here.
    root = ElementTree.fromstring(drawn)  # noqa: S314
    for element in root.iter():
        for name in _USELESS:
            element.attrib.pop(name, None)
        if element.get("opacity") == "1":
            del element.attrib["opacity"]
        for name in _LENGTHS:
            if name in element.attrib:
                element.set(name, _NUMBER.sub(lambda found: f"{float(found[0]):.1f}", element.attrib[name]))
        element[:] = [child for child in element if not _is_invisible(child)]
    _number_ids(root)
    return root


def _number_ids(root: Element) -> None:
    """Name what is referred to by its place: the library goes on counting from one picture to the next.

    The same picture is then the same bytes, whichever process draws it.
    """
    named = {element.attrib["id"]: f"part{n}" for n, element in enumerate(root.iterfind(".//*[@id]"), 1)}
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", named[element.attrib["id"]])
        for name, value in element.attrib.items():
            if value.startswith("url(#"):
                element.set(name, f"url(#{named[value[5:-1]]})")


def _is_invisible(element: Element) -> bool:
    """Paths that Vega draws around its groups, without fill or line of their own."""
    return element.tag == _tag("path") and not {"fill", "stroke"} & element.attrib.keys()


def _paragraph(
    text: str, top: float, size: float, colour: str, width: float, *, weight: str = "400", left: float = _MARGIN
) -> tuple[list[Element], float]:
    """The lines of a text from `top` on, and where they end."""
    lines = []
    for words in wrap_text(text, width, size, lines=6):
        top += size * 1.32
        line = Element(
            _tag("text"),
            {"x": f"{left:g}", "y": f"{top:.1f}", "font-size": f"{size:g}", "font-weight": weight, "fill": colour},
        )
        line.text = words
        lines.append(line)
    return lines, top


def _line(top: float, outer: float) -> Element:
    attributes = {"x1": f"{_MARGIN:g}", "x2": f"{outer - _MARGIN:g}", "y1": f"{top:g}", "y2": f"{top:g}"}
    return Element(_tag("line"), {**attributes, "stroke": GRID.light})


def _words(tag: str, name: str, text: str) -> Element:
    element = Element(_tag(tag), {"id": name})
    element.text = text
    return element


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _text(root: Element) -> str:
    return str(ElementTree.tostring(root, encoding="unicode"))
