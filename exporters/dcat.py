"""The catalogue of the registry for harvesters of open data: each release a dataset of one series, with its files.

Source: DCAT-AP 3.0.1; W3C DCAT 3 §10 and §11 (series and versions).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exemptions.errors import Sentence
from exemptions.published_tables import CATALOG_PREFIX, RECORDS
from exporters import vocabularies as known
from exporters.datapackage import ABOUT, ABOUT_EN, TITLE, TITLE_EN
from exporters.licences import find_licence
from exporters.published_files import DATA_PACKAGE, PublishedFile, list_published

Node = dict[str, Any]

_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "es": ("exenciones tributarias", "incentivos fiscales", "gasto tributario", "transparencia fiscal", "Guatemala"),
    "en": ("tax exemptions", "tax incentives", "tax expenditure", "fiscal transparency", "Guatemala"),
}
_SHA256 = "https://spdx.org/rdf/terms#checksumAlgorithm_sha256"
_ORG_ID = "https://org-id.guide/list/GT-NIT"
_FREE = Sentence(
    "Acceso libre, sin registro ni clave; la licencia dice cómo se puede usar.",
    "Free access, without registration or key; the licence tells how it may be used.",
)
_MADE = Sentence(
    "De los archivos de las instituciones, después de la política de divulgación; cada publicación es inmutable y su "
    "manifiesto dice el resumen de cada archivo.",
    "From the files of the institutions, after the disclosure policy; every release is immutable, and its manifest "
    "tells the digest of each file.",
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the registry is served; `base` is its public address without a slash at the end, empty if none is set."""

    base: str
    contact_page: str = "/correcciones"

    def at(self, path: str) -> str:
        """The address of a path."""
        return f"{self.base}{path}"

    def dataset(self, number: int) -> str:
        """What names the dataset of a release."""
        return self.at(f"/publicaciones/{number}#dataset")

    @property
    def series(self) -> str:
        """What names the series of all releases."""
        return self.at("/publicaciones#series")


def build_catalog(manifests: Sequence[Mapping[str, Any]], site: Site, *, damaged: Sequence[int] = ()) -> Node:
    """The catalogue as JSON-LD.

    Shape: `manifests` are those of the releases that can be had, the oldest first and at least one. The newest tells
    every file of its tables; of earlier ones the files of all records are told, and their Data Package lists the rest.
    `damaged` are releases that the catalogue has to leave out, which it says.
    """
    newest, oldest = manifests[-1], manifests[0]
    numbers = [manifest["release"] for manifest in manifests]
    before = dict(zip(numbers[1:], numbers, strict=False))
    graph = [
        _catalog(newest, oldest, numbers, site, damaged),
        _series(newest, oldest, numbers, site),
        _service(newest, site),
        *(
            node
            for manifest in manifests
            for node in _release(manifest, before.get(manifest["release"]), site, is_newest=manifest is newest)
        ),
        *_concepts(),
    ]
    return {"@context": _CONTEXT, "@graph": graph}


def _catalog(
    newest: Mapping[str, Any], oldest: Mapping[str, Any], numbers: Sequence[int], site: Site, damaged: Sequence[int]
) -> Node:
    return {
        "@id": site.at("/datos#catalogue"),
        "@type": "dcat:Catalog",
        "dct:title": _both(Sentence(TITLE, TITLE_EN)),
        "dct:description": _both(_catalog_told(damaged)),
        "dct:publisher": _publisher(newest, site),
        "dcat:contactPoint": _contact(newest, site),
        "foaf:homepage": _document(site.at("/")),
        "dct:language": [_iri(known.SPANISH), _iri(known.ENGLISH)],
        "dct:spatial": _iri(known.GUATEMALA),
        "dcat:themeTaxonomy": _iri(known.THEME_TAXONOMY),
        "dct:issued": _instant(oldest["published_at"]),
        "dct:modified": _instant(newest["published_at"]),
        "dct:rights": _rights(),
        "dcat:dataset": [_iri(site.dataset(number)) for number in reversed(numbers)],
        "dcat:service": _iri(site.at("/api/v1#service")),
        **_licence(newest),
    }


def _catalog_told(damaged: Sequence[int]) -> Sentence:
    if not damaged:
        return Sentence(ABOUT, ABOUT_EN)
    numbers = ", ".join(map(str, damaged))
    return Sentence(
        f"{ABOUT} Faltan aquí las publicaciones cuyo manifiesto está dañado en esta máquina: {numbers}.",
        f"{ABOUT_EN} The releases whose manifest is damaged on this machine are missing here: {numbers}.",
    )


def _series(newest: Mapping[str, Any], oldest: Mapping[str, Any], numbers: Sequence[int], site: Site) -> Node:
    return {
        "@id": site.series,
        "@type": "dcat:DatasetSeries",
        "dct:title": _both(Sentence(f"{TITLE}: todas las publicaciones", f"{TITLE_EN}: all releases")),
        "dct:description": _both(Sentence(ABOUT, ABOUT_EN)),
        "dct:publisher": _publisher(newest, site),
        "dcat:contactPoint": _contact(newest, site),
        "dct:accrualPeriodicity": _iri(known.IRREGULAR),
        "dct:spatial": _iri(known.GUATEMALA),
        "dct:temporal": _days(oldest, newest),
        "dct:issued": _instant(oldest["published_at"]),
        "dct:modified": _instant(newest["published_at"]),
        "dcat:first": _iri(site.dataset(numbers[0])),
        "dcat:last": _iri(site.dataset(numbers[-1])),
    }


def _service(newest: Mapping[str, Any], site: Site) -> Node:
    return {
        "@id": site.at("/api/v1#service"),
        "@type": "dcat:DataService",
        "dct:title": _both(Sentence("Interfaz para programas del registro", "API of the registry")),
        "dct:description": _both(_FREE),
        "dcat:endpointURL": _iri(site.at("/api/v1/records")),
        "dcat:endpointDescription": _iri(site.at("/openapi.json")),
        "dcat:servesDataset": _iri(site.dataset(newest["release"])),
        "dcat:contactPoint": _contact(newest, site),
        "dct:publisher": _publisher(newest, site),
        "dct:accessRights": _iri(known.PUBLIC),
        "dcat:theme": [_iri(theme) for theme in known.THEMES],
        "dcat:keyword": _keywords(),
        "foaf:page": _document(site.at("/docs")),
        **_licence(newest),
    }


def _release(manifest: Mapping[str, Any], before: int | None, site: Site, *, is_newest: bool) -> list[Node]:
    """The dataset of a release, then its distributions."""
    files = [file for file in list_published(manifest) if _is_told(file, is_newest=is_newest)]
    number, at = manifest["release"], _instant(manifest["published_at"])
    invented = Sentence("Datos inventados de demostración. ", "Invented demonstration data. ")
    about = Sentence(invented.es + ABOUT, invented.en + ABOUT_EN) if manifest["demonstration"] else _ABOUT
    dataset: Node = {
        "@id": site.dataset(number),
        "@type": "dcat:Dataset",
        "dct:identifier": site.dataset(number),
        "dct:title": _both(Sentence(f"{TITLE}, publicación {number}", f"{TITLE_EN}, release {number}")),
        "dct:description": _both(about),
        "dcat:version": str(number),
        "dcat:inSeries": _iri(site.series),
        "dct:publisher": _publisher(manifest, site),
        "dcat:contactPoint": _contact(manifest, site),
        "dcat:keyword": _keywords(),
        "dcat:theme": [_iri(theme) for theme in known.THEMES],
        "dct:spatial": _iri(known.GUATEMALA),
        "dct:temporal": _days(manifest, manifest),
        "dct:language": _iri(known.SPANISH),
        "dct:accrualPeriodicity": _iri(known.NEVER),
        "dct:accessRights": _iri(known.PUBLIC),
        "dct:issued": at,
        "dct:modified": at,
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": _both(_MADE)},
        "dct:conformsTo": {"@id": _ORG_ID, "@type": "dct:Standard", "dct:title": "GT-NIT (org-id.guide)"},
        "dcat:landingPage": _document(site.at(f"/publicaciones/{number}")),
        "foaf:page": [_document(site.at("/diccionario")), *_package_page(manifest, site)],
        "dcat:distribution": [_iri(_distribution_id(number, file, site)) for file in files],
    }
    if before is not None:
        dataset["dcat:prev"] = _iri(site.dataset(before))
    if manifest["note"]:
        dataset["adms:versionNotes"] = {"@value": manifest["note"], "@language": "es"}
    return [dataset, *(_distribution(manifest, file, site) for file in files)]


def _distribution(manifest: Mapping[str, Any], file: PublishedFile, site: Site) -> Node:
    number, at = manifest["release"], _instant(manifest["published_at"])
    table = file.table
    if table is None:
        raise TypeError("a distribution is a table")
    form = file.form.upper() if file.form != "parquet" else "Parquet"
    node: Node = {
        "@id": _distribution_id(number, file, site),
        "@type": "dcat:Distribution",
        "dct:title": _both(Sentence(f"{table.title.es} ({form})", f"{table.title.en} ({form})")),
        "dct:description": _both(table.about),
        "dcat:accessURL": _resource(site.at(f"/publicaciones/{number}")),
        "dcat:downloadURL": _resource(site.at(f"/downloads/{number}/{file.name}")),
        "dcat:byteSize": {"@value": str(file.plain_bytes), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": _SHA256, "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@value": file.plain_sha256, "@type": "xsd:hexBinary"},
        },
        "dct:rights": _rights(),
        "dct:issued": at,
        "dct:modified": at,
        "dct:language": _iri(known.SPANISH),
        "dcatap:availability": _iri(known.STABLE),
        **_licence(manifest),
    }
    kind, media = known.file_type(file.form), known.media_type(file.form)
    if kind is not None:
        node["dct:format"] = _iri(kind)
    if media is not None:
        node["dcat:mediaType"] = {"@id": media, "@type": "dct:MediaType"}
    return node


_ABOUT = Sentence(ABOUT, ABOUT_EN)


def is_distribution(file: PublishedFile) -> bool:
    """Whether a file is a form of the data: code lists and the dictionary explain them and are none."""
    return file.table is not None and not file.table.name.startswith((CATALOG_PREFIX, "dictionary"))


def _is_told(file: PublishedFile, *, is_newest: bool) -> bool:
    return is_distribution(file) and (is_newest or (file.table is not None and file.table.name == RECORDS))


def _distribution_id(number: int, file: PublishedFile, site: Site) -> str:
    return site.at(f"/publicaciones/{number}#{file.name}")


def _package_page(manifest: Mapping[str, Any], site: Site) -> list[Node]:
    path = f"downloads/{DATA_PACKAGE}"
    if all(entry["path"] != path for entry in manifest["files"]):
        return []
    return [_document(site.at(f"/downloads/{manifest['release']}/{DATA_PACKAGE}"))]


def _publisher(manifest: Mapping[str, Any], site: Site) -> Node:
    name, url = manifest["publisher"]["name"], manifest["publisher"]["url"]
    agent: Node = {"@id": site.at("/acerca#publisher"), "@type": "foaf:Agent", "foaf:name": name or TITLE}
    return agent | ({"foaf:homepage": _document(url)} if url else {})


def _contact(manifest: Mapping[str, Any], site: Site) -> Node:
    """Whom to ask: the address of the settings, else the page where anybody can report an error."""
    contact = str(manifest["contact"] or "")
    kind: Node = {"@type": ["vcard:Kind", "vcard:Organization"], "vcard:fn": manifest["publisher"]["name"] or TITLE}
    if contact.startswith("mailto:") or ("@" in contact and " " not in contact):
        return kind | {"vcard:hasEmail": _iri(f"mailto:{contact.removeprefix('mailto:')}")}
    return kind | {"vcard:hasURL": _iri(contact if contact.startswith("http") else site.at(site.contact_page))}


def _licence(manifest: Mapping[str, Any]) -> Node:
    """The licence by the address that catalogues know it by, else by its own; none if none is declared."""
    url = manifest["license"]["url"]
    found = find_licence(url)
    address = f"{known.AUTHORITY}licence/{found.authority}" if found else url
    return {"dct:license": {"@id": address, "@type": "dct:LicenseDocument"}} if address else {}


def _rights() -> Node:
    return {"@type": "dct:RightsStatement", "rdfs:label": _both(_FREE)}


def _days(first: Mapping[str, Any], last: Mapping[str, Any]) -> Node:
    """From one release's status date to another's: the days whose state of the registry is told."""
    start, end = ({"@value": told["status_date"], "@type": "xsd:date"} for told in (first, last))
    return {"@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end}


def _keywords() -> list[Node]:
    return [{"@value": word, "@language": lang} for lang, words in KEYWORDS.items() for word in words]


def _concepts() -> list[Node]:
    found: list[Node] = [
        {
            "@id": address,
            "@type": ["skos:Concept"] if kind == "skos:Concept" else [kind, "skos:Concept"],
            "skos:inScheme": _iri(f"{known.AUTHORITY}{table}"),
            "skos:prefLabel": _both(Sentence(es, en)),
        }
        for address, (kind, table, es, en) in known.concepts().items()
    ]
    taxonomy = {
        "@id": known.THEME_TAXONOMY,
        "@type": "skos:ConceptScheme",
        "dct:title": _both(Sentence("Temas de datos", "Data themes")),
    }
    return [*found, taxonomy]


def _both(text: Sentence) -> list[Node]:
    return [{"@value": text.es, "@language": "es"}, {"@value": text.en, "@language": "en"}]


def _iri(address: str) -> Node:
    return {"@id": address}


def _document(address: str) -> Node:
    return {"@id": address, "@type": "foaf:Document"}


def _resource(address: str) -> Node:
    return {"@id": address, "@type": "rdfs:Resource"}


def _instant(text: str) -> Node:
    return {"@value": text, "@type": "xsd:dateTime"}
