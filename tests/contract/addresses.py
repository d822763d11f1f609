"""An address for every public route, made from the application's own map of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from exporters.formats import FORMATS
from tests.api.conftest import LOGGED_NUMBER
from tests.exemptions.releases import invented_nit, invented_record_id
from tests.vouched import KEY

PATH_VALUES: Mapping[str, str] = {
    "number": "3",
    "release": "3",
    "record_id": invented_record_id(3),
    "nit": invented_nit(3),
    "name": "types",
    "table": "amounts",
    "kind": "registro",
    "chart": "categorias",
    "slug": "decreto-29-89",
    "entity": invented_nit(3),
    "property": "amount_gtq",
    "type_id": "category:COOP",
}
"""Name of a part of a path → a value that exists."""

SUBJECT_CODES: Mapping[str, str] = {
    "type": "BFT",
    "category": "MAQ_ADT_E",
    "tax": "ISR",
    "department": "01",
    "municipality": "0101",
    "activity": "1410",
}
"""Page of a kind of subject → a code that exists."""

OWN_PATH_VALUES: Mapping[tuple[str, str], str] = {
    **{(page, "code"): code for page, code in SUBJECT_CODES.items()},
    ("root.download", "name"): "records.arrow",
    ("static", "filename"): "site.css",
    ("correction", "number"): LOGGED_NUMBER,
    **{(f"picture_{form}", "code"): "todo" for form in ("svg", "png", "csv")},
    ("subject_pictures", "code"): "todo",
    ("card_subject", "kind"): "categoria",
    ("card_subject", "code"): "COOP",
    **{(f"v1.table_{form}", "name"): "jobs" for form in FORMATS},
    ("v1.get_table_csv_metadata", "name"): "jobs",
    ("v1.get_correction", "number"): LOGGED_NUMBER,
    ("v1.get_key_pem", "key_id"): KEY.key_id,
}
"""(endpoint, or page; name of a part of its path) → a value that exists, where the name alone does not tell."""


@dataclass(frozen=True, slots=True)
class Address:
    """One public route with an address that answers 200."""

    endpoint: str
    rule: str
    path: str
    methods: frozenset[str]
    """Every method that some route of this path takes."""

    @property
    def is_page(self) -> bool:
        """Whether people read it."""
        return self.endpoint.startswith(("es.", "en.", "en_root"))


STAFF_PREFIXES = ("/staff", "/en/staff", "/api/v1/staff")
"""Where the staff's area begins; its tests walk its own addresses, each of which demands a person."""


def iter_addresses(app: Flask) -> Iterator[Address]:
    """Every public route that answers GET."""
    methods: defaultdict[str, set[str]] = defaultdict(set)
    for rule in app.url_map.iter_rules():
        methods[rule.rule] |= rule.methods or set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(STAFF_PREFIXES):
            yield Address(rule.endpoint, rule.rule, _fill(rule), frozenset(methods[rule.rule]))


def _fill(rule: Rule) -> str:
    path = rule.rule
    for name in rule.arguments:
        page = rule.endpoint.partition(".")[2]
        value = OWN_PATH_VALUES.get((rule.endpoint, name)) or OWN_PATH_VALUES.get((page, name)) or PATH_VALUES[name]
        for written in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
            path = path.replace(written, value)
    return path
