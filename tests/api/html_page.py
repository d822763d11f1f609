"""Reading a page's HTML in tests: its elements with their attributes and the text inside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "rect", "path", "source", "wbr"})


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text inside, white space as a browser shows it."""
        return " ".join(self._raw_text().replace("\u00a0", " ").split())

    def find_all(self, tag: str, **attrs: str) -> list[Element]:
        """Every element inside with that tag and those attributes, in order; a class need only be among the classes."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == tag and all(child._has(name.rstrip("_"), value) for name, value in attrs.items()):
                    found.append(child)
                found += child.find_all(tag, **attrs)
        return found

    def find(self, tag: str, **attrs: str) -> Element:
        """The only such element."""
        found = self.find_all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} elements {tag} {attrs}"
        return found[0]

    def _raw_text(self) -> str:
        if self.tag == "br":
            return " "
        return "".join(child if isinstance(child, str) else child._raw_text() for child in self.children)

    def _has(self, name: str, value: str) -> bool:
        given = self.attrs.get(name)
        return given is not None and (value in given.split() if name == "class" else given == value)


def untied_errors(page: Element) -> list[str]:
    """The errors of fields that no field, or no group of boxes, is described by and tells to be wrong."""
    tied = {
        name
        for tag in ("input", "select", "textarea", "fieldset")
        for element in page.find_all(tag)
        if tag == "fieldset" or element.attrs.get("aria-invalid") == "true"
        for name in element.attrs.get("aria-describedby", "").split()
    }
    return [error.text for error in page.find_all("p", class_="field-error") if error.attrs.get("id") not in tied]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def read_page(html: str) -> Element:
    """The root of a page whose elements are all closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader._open) == 1, "an element is not closed"
    return reader.root
