"""The public pages that the suites walk: addresses for each page of the application, and for each kind of record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from urllib.request import urlopen

PATHS: Mapping[str, tuple[str, ...]] = {
    "home": ("/",),
    "search": (
        "/buscar",
        "/buscar?q=cooperatvia",
        "/buscar?q=xyzxyz",
        "/buscar?type=BFT&view=table",
        "/buscar?category=COOP&department=16",
        "/buscar?regimen=1",
        "/buscar?release=1",
    ),
    "record": (
        "/registro/{permanent}",
        "/registro/{temporary}",
        "/registro/{suspended}",
        "/registro/{revoked}",
        "/registro/{expired}",
        "/registro/{natural}",
    ),
    "proof": ("/registro/{temporary}/constancia", "/registro/{natural}/constancia"),
    "verify": ("/verificar", "/verificar?value={temporary}&release=1"),
    "taxpayer": ("/contribuyente/{nit}",),
    "pictures": ("/graficas",),
    "subject_pictures": ("/graficas/departamento/05", "/graficas/ley/D_29_89"),
    "data": ("/datos",),
    "releases": ("/publicaciones",),
    "release": ("/publicaciones/1", "/publicaciones/2"),
    "changes": ("/publicaciones/2/cambios",),
    "dictionary": ("/diccionario",),
    "catalog": ("/diccionario/types", "/diccionario/categories"),
    "methodology": ("/metodologia",),
    "glossary": ("/glosario",),
    "reading": ("/como-leer",),
    "questions": ("/preguntas",),
    "about": ("/acerca",),
    "privacy": ("/privacidad",),
    "accessibility": ("/accesibilidad",),
    "explore": ("/explorar",),
    "type": ("/tipo/BFT",),
    "category": ("/categoria/MAQ_ADT_E", "/categoria/DIPL"),
    "law": ("/ley/decreto-29-89", "/ley/decreto-6-91"),
    "tax": ("/impuesto/ISR",),
    "department": ("/departamento/01",),
    "municipality": ("/municipio/0101",),
    "activity": ("/actividad/1410",),
    "reconciliation": ("/gasto-tributario/conciliacion",),
    "provisions": ("/gasto-tributario/tratamientos", "/gasto-tributario/tratamientos?category=COOP&group_by=category"),
    "expenditure": (
        "/gasto-tributario",
        "/gasto-tributario?category=MAQ_ADT_E&vintage=all",
        "/gasto-tributario?tax=IUSI",
    ),
    "outcomes": ("/resultados",),
    "scorecard": ("/autoevaluacion",),
    "compare": ("/comparar",),
    "style": ("/estilo",),
    "corrections": ("/correcciones", "/correcciones?record_id={permanent}"),
}
"""Name of a page → addresses that show each of its faces; `{…}` stands for an identifier of the served registry."""

NO_OWN_ADDRESS = ("correction",)
"""Pages that exist only after somebody did something; the suites that do it look at them."""

OUTSIDE_THE_PAGES = ("/docs", "/no-hay")
"""Pages that are in one language, and the one that tells of a wrong address."""

_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "permanent": {"permanence": "permanent", "status": "active"},
    "temporary": {"permanence": "temporary", "status": "active", "sort": "-amount_gtq", "person_kind": "legal"},
    "suspended": {"status": "suspended"},
    "revoked": {"status": "revoked"},
    "expired": {"status": "expired"},
    "natural": {"person_kind": "natural"},
}
"""Name of an example → the search whose first record it is."""


@dataclass(frozen=True, slots=True)
class Examples:
    """The identifiers of a served registry that addresses are made with."""

    values: Mapping[str, str]

    def fill(self, path: str) -> str:
        return path.format_map(self.values)


def read_examples(site: str) -> Examples:
    """One record of each kind, and the NIT of a taxpayer."""
    found = {name: _first(site, params) for name, params in _EXAMPLES.items()}
    values = {name: str(item["record_id"]) for name, item in found.items()}
    return Examples(values | {"nit": str(found["temporary"]["nit"])})


def iter_paths(examples: Examples) -> Iterator[str]:
    """The address of every face of every page, in Spanish and in English."""
    for paths in PATHS.values():
        for path in paths:
            yield from _in_languages(examples.fill(path))
    yield from OUTSIDE_THE_PAGES


def iter_first_paths(examples: Examples) -> Iterator[str]:
    """One address of every page, in Spanish and in English: for what the faces of a page have in common."""
    for first, *_others in PATHS.values():
        yield from _in_languages(examples.fill(first))
    yield from OUTSIDE_THE_PAGES


def _in_languages(path: str) -> tuple[str, str]:
    return path, "/en" if path == "/" else f"/en{path}"


def _first(site: str, params: Mapping[str, str]) -> Mapping[str, object]:
    with urlopen(f"{site}/api/v1/records?{urlencode({**params, 'limit': '1'})}", timeout=30) as answer:
        items = json.load(answer)["items"]
    assert items, f"the demonstration has no record for {dict(params)}"
    first: Mapping[str, object] = items[0]
    return first
