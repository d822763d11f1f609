"""The points that the European data portal gives a dataset (Metadata Quality Assessment): 405 at most.

Source: data.europa.eu, MQA methodology; of a dataset's distributions only the best one counts for interoperability.
The lists of formats are the portal's own (edp-vocabularies), as far as this registry could use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef
from rdflib.term import Node

AUTHORITY = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
FILE_TYPES = frozenset(f"{AUTHORITY}file-type/{code}" for code in ("CSV", "JSON", "PARQUET", "XLSX", "TXT"))
MEDIA_TYPES = frozenset(
    f"{IANA}{name}"
    for name in (
        "text/csv", "application/json", "application/vnd.apache.parquet", "text/plain",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
)  # fmt: skip
NON_PROPRIETARY = frozenset(f"{AUTHORITY}file-type/{code}" for code in ("CSV", "JSON", "TXT"))
MACHINE_READABLE = frozenset(f"{AUTHORITY}file-type/{code}" for code in ("CSV", "JSON", "XLSX"))

Answers = Callable[[str], bool]


def points(graph: Graph, dataset: Node, *, answers: Answers, is_valid: bool) -> dict[str, int]:
    """The points of a dataset by dimension; `answers` tells whether an address does, `is_valid` what SHACL says."""
    files = list(graph.objects(dataset, DCAT.distribution))
    best = max((_interoperability(graph, file) for file in files), default=0)
    has = _asker(graph)
    return {
        "findability": sum(
            weight
            for term, weight in ((DCAT.keyword, 30), (DCAT.theme, 30), (DCTERMS.spatial, 20), (DCTERMS.temporal, 20))
            if has(dataset, term)
        ),
        # Stricter than the portal, which looks at one distribution: here none may lead nowhere.
        "accessibility": (50 if _all_answer(graph, files, DCAT.accessURL, answers) else 0)
        + (20 if files and all(has(file, DCAT.downloadURL) for file in files) else 0)
        + (30 if _all_answer(graph, files, DCAT.downloadURL, answers) else 0),
        "interoperability": best + (30 if is_valid else 0),
        "reusability": _reusability(graph, dataset, files),
        "contextuality": 5 * sum(
            bool(files) and all(has(file, term) for file in files)
            for term in (DCTERMS.rights, DCAT.byteSize, DCTERMS.issued, DCTERMS.modified)
        ),
    }  # fmt: skip


def datasets(graph: Graph) -> list[Node]:
    return list(graph.subjects(RDF.type, DCAT.Dataset))


def _asker(graph: Graph) -> Callable[[Node, URIRef], bool]:
    return lambda subject, term: (subject, term, None) in graph


def _all_answer(graph: Graph, files: Iterable[Node], term: URIRef, answers: Answers) -> bool:
    addresses = [str(address) for file in files for address in graph.objects(file, term)]
    return bool(addresses) and all(answers(address) for address in addresses)


def _interoperability(graph: Graph, file: Node) -> int:
    kind, media = str(graph.value(file, DCTERMS.format) or ""), str(graph.value(file, DCAT.mediaType) or "")
    return (
        (20 if kind else 0)
        + (10 if media else 0)
        + (10 if kind in FILE_TYPES and media in MEDIA_TYPES else 0)
        + (20 if kind in NON_PROPRIETARY else 0)
        + (20 if kind in MACHINE_READABLE else 0)
    )


def _reusability(graph: Graph, dataset: Node, files: list[Node]) -> int:
    licences = [str(graph.value(file, DCTERMS.license) or "") for file in files]
    access = str(graph.value(dataset, DCTERMS.accessRights) or "")
    return (
        (20 if licences and all(licences) else 0)
        + (10 if licences and all(text.startswith(f"{AUTHORITY}licence/") for text in licences) else 0)
        + (10 if access else 0)
        + (5 if access.startswith(f"{AUTHORITY}access-right/") else 0)
        + (20 if (dataset, DCAT.contactPoint, None) in graph else 0)
        + (10 if (dataset, DCTERMS.publisher, None) in graph else 0)
    )
