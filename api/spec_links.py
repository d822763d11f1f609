"""Where an answer leads: the OpenAPI links of the document, so that a program walks the service by ids that it has.

A link takes its values from the answer; those of a list, from its first item. A parameter that the answer has no value
for (the NIT of a natural person, the batch of a job that still runs) leaves nothing to follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.schemas.texts import Both, both

_JSON = "application/json"
_FILE_SUFFIXES = ("csv", "json", "ndjson", "parquet", "xlsx")


@dataclass(frozen=True, slots=True)
class Link:
    """What follows an answer: an operation, and parameter → JSON pointer into the answer, or a constant without `/`."""

    target: str
    about: Both
    parameters: Mapping[str, str] = field(default_factory=dict)


_RECORD = both("El beneficio.", "The benefit.")
_TAXPAYER = both("Todo lo de esa persona jurídica.", "All that a legal person has.")
_PROOF = both("La prueba de que está en la publicación.", "The proof that it is in the release.")
_MANIFEST = both("El manifiesto de la publicación.", "The manifest of the release.")
_CHANGES = both("Lo que cambió en la publicación.", "What changed in the release.")
_PREVIEW = both("Un resumen para quien elige.", "A summary for whoever chooses.")
_JOB = both("Cómo va el trabajo.", "How the job goes.")
_BATCH = both("El lote.", "The batch.")
_SAME_FILE = both(
    "Lo mismo en archivo, de la misma publicación; los filtros se dan otra vez.",
    "The same as a file, from the same release; the filters are given again.",
)

LINKS: Mapping[str, Mapping[str, Link]] = {
    "listRecords": {
        "record": Link("getRecord", _RECORD, {"record_id": "/items/0/record_id", "release": "/release"}),
        "taxpayer": Link("getTaxpayer", _TAXPAYER, {"nit": "/items/0/nit", "release": "/release"}),
        "proof": Link("getProof", _PROOF, {"record_id": "/items/0/record_id", "release": "/release"}),
        "manifest": Link("getRelease", _MANIFEST, {"number": "/release"}),
    },
    "getRecord": {
        "taxpayer": Link("getTaxpayer", _TAXPAYER, {"nit": "/record/nit", "release": "/release"}),
        "proof": Link("getProof", _PROOF, {"record_id": "/record/record_id", "release": "/release"}),
        "preview": Link("previewEntity", _PREVIEW, {"entity": "/record/record_id"}),
        "first_changes": Link("listChanges", _CHANGES, {"number": "/record/first_release"}),
        "manifest": Link("getRelease", _MANIFEST, {"number": "/release"}),
    },
    "getTaxpayer": {
        "record": Link("getRecord", _RECORD, {"record_id": "/records/0/record_id", "release": "/release"}),
        "preview": Link("previewEntity", _PREVIEW, {"entity": "/taxpayer/nit"}),
        "manifest": Link("getRelease", _MANIFEST, {"number": "/release"}),
    },
    "getProof": {
        "record": Link("getRecord", _RECORD, {"record_id": "/record_id", "release": "/release"}),
        "manifest": Link("getRelease", _MANIFEST, {"number": "/release"}),
    },
    "suggest": {
        "records": Link(
            "listRecords", both("Los beneficios de lo sugerido.", "The benefits of what was suggested."),
            {"q": "/items/0/text", "release": "/release"},
        ),
        "taxpayer": Link("getTaxpayer", _TAXPAYER, {"nit": "/items/0/nit", "release": "/release"}),
    },
    "matchList": {
        "taxpayer": Link("getTaxpayer", _TAXPAYER, {"nit": "/items/0/candidates/0/nit", "release": "/release"}),
    },
    "listReleases": {
        "manifest": Link("getRelease", _MANIFEST, {"number": "/current"}),
        "changes": Link("listChanges", _CHANGES, {"number": "/current"}),
        "records": Link(
            "listRecords", both("Los beneficios de la publicación.", "The benefits of the release."),
            {"release": "/current"},
        ),
    },
    "getRelease": {
        "changes": Link("listChanges", _CHANGES, {"number": "/release"}),
        "previous": Link(
            "getRelease", both("El manifiesto de la anterior.", "The manifest of the one before."),
            {"number": "/previous"},
        ),
        "records": Link(
            "listRecords", both("Los beneficios de la publicación.", "The benefits of the release."),
            {"release": "/release"},
        ),
        "file": Link(
            "downloadFile", both("El archivo con todos sus beneficios.", "The file of all its benefits."),
            {"number": "/release", "name": "records.parquet"},
        ),
        "table": Link(
            "exportTableCsv", both("Todos sus empleos en CSV.", "All its jobs as CSV."),
            {"number": "/release", "name": "jobs"},
        ),
    },
    "listChanges": {
        "record": Link("getRecord", _RECORD, {"record_id": "/items/0/record_id", "release": "/release"}),
        "file": Link(
            "exportChangesCsv", both("Los mismos cambios en CSV.", "The same changes as CSV."),
            {"number": "/release", "from": "/from"},
        ),
    },
    "listCatalogs": {
        "catalog": Link(
            "getCatalog", both("La lista de códigos.", "The code list."),
            {"name": "/items/0/name", "release": "/release"},
        ),
    },
    "getCatalog": {
        "file": Link(
            "getCatalogCsv", both("La misma lista en CSV.", "The same list as CSV."),
            {"name": "/name", "release": "/release"},
        ),
    },
    "listCorrections": {
        "correction": Link(
            "getCorrection", both("Lo que se respondió.", "What was answered."), {"number": "/items/0/number"}
        ),
    },
    "getCorrection": {"record": Link("getRecord", _RECORD, {"record_id": "/record_id"})},
    "listKeys": {"pem": Link("getKeyPem", both("La clave en PEM.", "The key as PEM."), {"key_id": "/keys/0/key_id"})},
    "getReady": {"manifest": Link("getRelease", _MANIFEST, {"number": "/release"})},
    "suggestEntity": {
        "flyout": Link("flyoutEntity", _PREVIEW, {"entity": "/result/0/id"}),
        "preview": Link("previewEntity", _PREVIEW, {"entity": "/result/0/id"}),
    },
    "suggestProperty": {"flyout": Link("flyoutProperty", _PREVIEW, {"property": "/result/0/id"})},
    "suggestType": {"flyout": Link("flyoutType", _PREVIEW, {"type_id": "/result/0/id"})},
    "proposeProperties": {"flyout": Link("flyoutProperty", _PREVIEW, {"property": "/properties/0/id"})},
    "createBatch": {"job": Link("getJob", _JOB, {"number": "/job"})},
    "publishRelease": {"job": Link("getJob", _JOB, {"number": "/job"})},
    "rollBack": {"job": Link("getJob", _JOB, {"number": "/job"})},
    "withdrawRelease": {"job": Link("getJob", _JOB, {"number": "/job"})},
    "listJobs": {"job": Link("getJob", _JOB, {"number": "/items/0/job"})},
    "getJob": {
        "batch": Link("getBatch", _BATCH, {"number": "/outcome/batch"}),
        "manifest": Link("getRelease", _MANIFEST, {"number": "/outcome/release"}),
    },
    "listDatasets": {"batch": Link("getBatch", _BATCH, {"number": "/items/0/last_batch"})},
    "listBatches": {"batch": Link("getBatch", _BATCH, {"number": "/items/0/batch"})},
    "getBatch": {
        "report": Link(
            "getReport", both("Lo que se halló en el archivo.", "What was found in the file."), {"number": "/batch"}
        ),
        "comparison": Link(
            "getComparison", both("Con qué se compara.", "What it is compared with."), {"number": "/batch"}
        ),
        "changes": Link("listBatchChanges", both("Lo que cambiaría.", "What it would change."), {"number": "/batch"}),
        "approve": Link("approveBatch", both("Aprobarlo.", "Approve it."), {"number": "/batch"}),
        "reject": Link("rejectBatch", both("Rechazarlo.", "Reject it."), {"number": "/batch"}),
    },
    "approveBatch": {
        "publish": Link("publishRelease", both("Publicar lo aprobado.", "Publish what is approved.")),
        "reject": Link("rejectBatch", both("Rechazarlo.", "Reject it."), {"number": "/batch"}),
    },
    "rejectBatch": {"batch": Link("getBatch", _BATCH, {"number": "/batch"})},
    "listStaffReleases": {
        "approved": Link("getBatch", _BATCH, {"number": "/approved/0"}),
        "roll_back": Link(
            "rollBack", both("Volver a ella.", "Go back to it."), {"number": "/items/0/release"}
        ),
        "withdraw": Link("withdrawRelease", both("Retirarla.", "Withdraw it."), {"number": "/items/0/release"}),
    },
}  # fmt: skip
"""Operation → name of a link → where it leads. The files of what an address answers are not told here."""


def add_links(document: dict[str, Any], lang: str) -> None:
    """Put into the answers of a document where each leads, as far as the document has the operation."""
    paths = {
        operation["operationId"]: (path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    for source, (path, operation) in paths.items():
        links = {**LINKS.get(source, {}), **dict(_files(document, path, operation))}
        told = {name: _told(link, lang) for name, link in links.items() if link.target in paths}
        if told:
            _answer(operation)["links"] = told


def _told(link: Link, lang: str) -> dict[str, Any]:
    told: dict[str, Any] = {"operationId": link.target, "description": link.about[lang]}
    if link.parameters:
        told["parameters"] = {
            name: f"$response.body#{value}" if value.startswith("/") else value
            for name, value in link.parameters.items()
        }
    return told


def _files(document: dict[str, Any], path: str, operation: dict[str, Any]) -> Iterator[tuple[str, Link]]:
    """The files of what an address answers, from the release that it told."""
    schema = _answer(operation).get("content", {}).get(_JSON, {}).get("schema", {})
    named = schema.get("$ref", "").rpartition("/")[2]
    if "{" in path or "release" not in document["components"]["schemas"].get(named, {}).get("properties", {}):
        return
    for suffix in _FILE_SUFFIXES:
        file = document["paths"].get(f"{path}.{suffix}", {}).get("get", {})
        if any(parameter.get("name") == "release" for parameter in file.get("parameters", ())):
            yield suffix, Link(file["operationId"], _SAME_FILE, {"release": "/release"})


def _answer(operation: dict[str, Any]) -> dict[str, Any]:
    """What an operation answers when all is well."""
    answer: dict[str, Any] = next(told for status, told in operation["responses"].items() if status.startswith("2"))
    return answer
