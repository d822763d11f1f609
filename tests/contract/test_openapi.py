"""The OpenAPI document is valid, complete, and told by the answers themselves."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.problem_types import PROBLEM_TYPES
from api.v1.staff.problems import STAFF_PROBLEM_TYPES
from exemptions.columns import KEYS
from exemptions.filters import FILTERS
from exemptions.query import PAGE_PARAMETERS, QUERY_PARAMETERS
from tests.contract.addresses import iter_addresses

Document = dict[str, Any]

OPERATIONS = {
    "downloadFile": "/downloads/{number}/{name}",
    "exportChangesCsv": "/api/v1/releases/{number}/changes.csv",
    "exportChangesNdjson": "/api/v1/releases/{number}/changes.ndjson",
    "exportChangesParquet": "/api/v1/releases/{number}/changes.parquet",
    "exportExpenditureCsv": "/api/v1/expenditure.csv",
    "exportExpenditureNdjson": "/api/v1/expenditure.ndjson",
    "exportExpenditureParquet": "/api/v1/expenditure.parquet",
    "exportExpenditureSummaryCsv": "/api/v1/expenditure/summary.csv",
    "exportMacroCsv": "/api/v1/macro.csv",
    "exportMacroNdjson": "/api/v1/macro.ndjson",
    "exportMacroParquet": "/api/v1/macro.parquet",
    "exportProvisionsCsv": "/api/v1/expenditure/provisions.csv",
    "exportReconciliationCsv": "/api/v1/expenditure/reconciliation.csv",
    "exportChangesXlsx": "/api/v1/releases/{number}/changes.xlsx",
    "exportExpenditureJson": "/api/v1/expenditure.json",
    "exportExpenditureSummaryJson": "/api/v1/expenditure/summary.json",
    "exportExpenditureSummaryNdjson": "/api/v1/expenditure/summary.ndjson",
    "exportExpenditureSummaryParquet": "/api/v1/expenditure/summary.parquet",
    "exportExpenditureSummaryXlsx": "/api/v1/expenditure/summary.xlsx",
    "exportExpenditureXlsx": "/api/v1/expenditure.xlsx",
    "exportMacroJson": "/api/v1/macro.json",
    "exportMacroXlsx": "/api/v1/macro.xlsx",
    "exportOutcomesJson": "/api/v1/outcomes.json",
    "exportOutcomesNdjson": "/api/v1/outcomes.ndjson",
    "exportOutcomesParquet": "/api/v1/outcomes.parquet",
    "exportOutcomesXlsx": "/api/v1/outcomes.xlsx",
    "exportProvisionsJson": "/api/v1/expenditure/provisions.json",
    "exportProvisionsNdjson": "/api/v1/expenditure/provisions.ndjson",
    "exportProvisionsParquet": "/api/v1/expenditure/provisions.parquet",
    "exportProvisionsXlsx": "/api/v1/expenditure/provisions.xlsx",
    "exportReconciliationJson": "/api/v1/expenditure/reconciliation.json",
    "exportReconciliationNdjson": "/api/v1/expenditure/reconciliation.ndjson",
    "exportReconciliationParquet": "/api/v1/expenditure/reconciliation.parquet",
    "exportReconciliationXlsx": "/api/v1/expenditure/reconciliation.xlsx",
    "exportScorecardJson": "/api/v1/scorecard.json",
    "exportScorecardNdjson": "/api/v1/scorecard.ndjson",
    "exportScorecardParquet": "/api/v1/scorecard.parquet",
    "exportScorecardXlsx": "/api/v1/scorecard.xlsx",
    "exportTableJson": "/api/v1/releases/{number}/tables/{name}.json",
    "exportTableXlsx": "/api/v1/releases/{number}/tables/{name}.xlsx",
    "exportWithheldJson": "/api/v1/withheld.json",
    "exportWithheldNdjson": "/api/v1/withheld.ndjson",
    "exportWithheldParquet": "/api/v1/withheld.parquet",
    "exportWithheldXlsx": "/api/v1/withheld.xlsx",
    "exportRecordsCsv": "/api/v1/records.csv",
    "exportRecordsJson": "/api/v1/records.json",
    "exportRecordsNdjson": "/api/v1/records.ndjson",
    "exportRecordsParquet": "/api/v1/records.parquet",
    "exportRecordsXlsx": "/api/v1/records.xlsx",
    "exportScorecardCsv": "/api/v1/scorecard.csv",
    "exportRecordGroupsCsv": "/api/v1/records/groups.csv",
    "groupRecords": "/api/v1/records/groups",
    "getScorecard": "/api/v1/scorecard",
    "getCorrection": "/api/v1/corrections/{number}",
    "exportTableCsv": "/api/v1/releases/{number}/tables/{name}.csv",
    "exportTableNdjson": "/api/v1/releases/{number}/tables/{name}.ndjson",
    "exportTableParquet": "/api/v1/releases/{number}/tables/{name}.parquet",
    "getCatalog": "/api/v1/catalogs/{name}",
    "getCatalogJsonLd": "/catalog.jsonld",
    "getCatalogTurtle": "/catalog.ttl",
    "getDataPackage": "/datapackage.json",
    "getDictionary": "/api/v1/dictionary",
    "exportDictionaryCsv": "/api/v1/dictionary.csv",
    "exportDictionaryJson": "/api/v1/dictionary.json",
    "exportDictionaryNdjson": "/api/v1/dictionary.ndjson",
    "exportDictionaryParquet": "/api/v1/dictionary.parquet",
    "exportDictionaryXlsx": "/api/v1/dictionary.xlsx",
    "getCatalogCsv": "/api/v1/catalogs/{name}.csv",
    "exportOutcomesCsv": "/api/v1/outcomes.csv",
    "exportOverviewCsv": "/api/v1/overview/{table}.csv",
    "exportCatalogJson": "/api/v1/catalogs/{name}.json",
    "exportCatalogNdjson": "/api/v1/catalogs/{name}.ndjson",
    "exportCatalogParquet": "/api/v1/catalogs/{name}.parquet",
    "exportCatalogXlsx": "/api/v1/catalogs/{name}.xlsx",
    "exportOverviewJson": "/api/v1/overview/{table}.json",
    "exportOverviewNdjson": "/api/v1/overview/{table}.ndjson",
    "exportOverviewParquet": "/api/v1/overview/{table}.parquet",
    "exportOverviewXlsx": "/api/v1/overview/{table}.xlsx",
    "exportRecordGroupsJson": "/api/v1/records/groups.json",
    "exportRecordGroupsNdjson": "/api/v1/records/groups.ndjson",
    "exportRecordGroupsParquet": "/api/v1/records/groups.parquet",
    "exportRecordGroupsXlsx": "/api/v1/records/groups.xlsx",
    "getTableCsvMetadata": "/api/v1/releases/{number}/tables/{name}.csv-metadata.json",
    "getLive": "/health/live",
    "cite": "/api/v1/cite",
    "citeBibtex": "/api/v1/cite.bib",
    "citeCsl": "/api/v1/cite.json",
    "citeText": "/api/v1/cite.txt",
    "getKeyPem": "/api/v1/keys/{key_id}.pem",
    "getOverview": "/api/v1/overview",
    "getProof": "/api/v1/records/{record_id}/proof",
    "listKeys": "/api/v1/keys",
    "getReady": "/health/ready",
    "getRecord": "/api/v1/records/{record_id}",
    "getRecordsCsvMetadata": "/api/v1/records.csv-metadata.json",
    "getRelease": "/api/v1/releases/{number}",
    "getTaxpayer": "/api/v1/taxpayers/{nit}",
    "listCatalogs": "/api/v1/catalogs",
    "listCorrections": "/api/v1/corrections",
    "listChanges": "/api/v1/releases/{number}/changes",
    "listExpenditure": "/api/v1/expenditure",
    "listMacro": "/api/v1/macro",
    "listOutcomes": "/api/v1/outcomes",
    "listProvisions": "/api/v1/expenditure/provisions",
    "listWithheld": "/api/v1/withheld",
    "exportWithheldCsv": "/api/v1/withheld.csv",
    "getPolicy": "/api/v1/withheld/policy",
    "reconcileExpenditure": "/api/v1/expenditure/reconciliation",
    "summarizeExpenditure": "/api/v1/expenditure/summary",
    "listRecords": "/api/v1/records",
    "matchList": "/api/v1/match",
    "getReconciliation": "/api/v1/reconcile",
    "reconcile": "/api/v1/reconcile",
    "suggestEntity": "/api/v1/reconcile/suggest/entity",
    "suggestProperty": "/api/v1/reconcile/suggest/property",
    "suggestType": "/api/v1/reconcile/suggest/type",
    "flyoutEntity": "/api/v1/reconcile/flyout/entity/{entity}",
    "flyoutProperty": "/api/v1/reconcile/flyout/property/{property}",
    "flyoutType": "/api/v1/reconcile/flyout/type/{type_id}",
    "proposeProperties": "/api/v1/reconcile/extend/propose",
    "previewEntity": "/api/v1/reconcile/preview/{entity}",
    "listReleases": "/api/v1/releases",
    "suggest": "/api/v1/suggest",
}
"""Names that generated clients have: they stay."""

STAFF_OPERATIONS = {
    "approveBatch": "/api/v1/staff/batches/{number}/approve",
    "createBatch": "/api/v1/staff/batches",
    "exportAuditCsv": "/api/v1/staff/audit.csv",
    "exportAuditNdjson": "/api/v1/staff/audit.ndjson",
    "getBatch": "/api/v1/staff/batches/{number}",
    "getComparison": "/api/v1/staff/batches/{number}/comparison",
    "getJob": "/api/v1/staff/jobs/{number}",
    "getReport": "/api/v1/staff/batches/{number}/report",
    "getReportCsv": "/api/v1/staff/batches/{number}/report.csv",
    "getTemplateCsv": "/api/v1/staff/templates/{name}.csv",
    "getTemplateXlsx": "/api/v1/staff/templates/{name}.xlsx",
    "listBatchChanges": "/api/v1/staff/batches/{number}/changes",
    "listBatchChangesCsv": "/api/v1/staff/batches/{number}/changes.csv",
    "listBatches": "/api/v1/staff/batches",
    "listDatasets": "/api/v1/staff/datasets",
    "listJobs": "/api/v1/staff/jobs",
    "listStaffReleases": "/api/v1/staff/releases",
    "publishRelease": "/api/v1/staff/releases",
    "rejectBatch": "/api/v1/staff/batches/{number}/reject",
    "rollBack": "/api/v1/staff/releases/{number}/rollback",
    "withdrawRelease": "/api/v1/staff/releases/{number}/withdraw",
}
"""Those of the staff's API, which only a process that serves staff has."""

UNDOCUMENTED = {
    *(f"feed_{kind}_{lang}" for kind in ("changes", "taxpayer", "record", "search") for lang in ("es", "en")),
    "v1.view_entity",
    "openapi",
    "metrics",
    "static",
    "robots",
    "api_catalog",
    "security_txt",
}
"""Public routes that the document leaves out on purpose: feeds, itself, the machine's figures, the design, what sites
have."""


@pytest.fixture
def document(client: FlaskClient) -> Document:
    loaded: Document = client.get("/openapi.json").json
    return loaded


def iter_operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield path, method, operation


@pytest.mark.parametrize("lang", ["es", "en"])
def test_openapi__is_valid_in_both_languages(client: FlaskClient, lang: str) -> None:
    document = client.get("/openapi.json", headers={"Accept-Language": lang}).json
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_openapi__holds_no_text_in_two_languages(document: Document) -> None:
    def walk(node: object) -> Iterator[object]:
        yield node
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from walk(child)

    assert [node for node in walk(document) if isinstance(node, dict) and node.keys() == {"es", "en"}] == []


def test_openapi__keeps_its_operations(document: Document) -> None:
    told = {operation["operationId"]: path for path, _, operation in iter_operations(document)}
    assert told == OPERATIONS | STAFF_OPERATIONS


def test_openapi__tells_every_public_route_or_leaves_it_out_on_purpose(app: Flask, document: Document) -> None:
    told = set(document["paths"])
    missing = {
        address.endpoint
        for address in iter_addresses(app)
        if not address.is_page
        and address.rule.replace("<int:", "{").replace("<path:", "{").replace("<", "{").replace(">", "}") not in told
    }
    assert missing == UNDOCUMENTED


def test_openapi__tells_every_parameter_of_a_search(document: Document) -> None:
    parameters = {entry["name"]: entry for entry in document["paths"]["/api/v1/records"]["get"]["parameters"]}
    assert list(parameters) == [*QUERY_PARAMETERS[:-1], "sort", *PAGE_PARAMETERS]
    for spec in FILTERS:
        schema = parameters[spec.parameter]["schema"]
        assert (schema["type"] == "array") == spec.is_repeatable
        assert parameters[spec.parameter]["description"]
    assert parameters["status"]["schema"]["items"]["enum"] == list(
        next(spec.choices for spec in FILTERS if spec.parameter == "status")
    )
    assert "COOP" in parameters["category"]["schema"]["items"]["enum"]


def test_openapi__tells_every_column_of_a_record(document: Document) -> None:
    properties = document["components"]["schemas"]["Record"]["properties"]
    assert list(properties) == list(KEYS)
    assert all(field["description"] and field["title"] for field in properties.values())


def test_openapi__tells_the_problems_of_every_operation(document: Document) -> None:
    known = {kind.status for kind in (*PROBLEM_TYPES, *STAFF_PROBLEM_TYPES)}
    for _, _, operation in iter_operations(document):
        problems = {int(status) for status in operation["responses"] if int(status) >= 400}
        assert {405, 422, 500, 503} <= problems <= known
        assert operation["summary"]
        assert operation["description"]


ANSWERS = {
    "listRecords": "/api/v1/records?facets=type,status,tax&limit=1000",
    "groupRecords": "/api/v1/records/groups?group_by=municipality,status",
    "getRecord": None,
    "getTaxpayer": None,
    "suggest": "/api/v1/suggest?q=80000000",
    "listReleases": None,
    "getRelease": None,
    "listChanges": None,
    "listCatalogs": None,
    "listExpenditure": None,
    "getCatalog": None,
    "getCorrection": None,
    "listCorrections": None,
    "getLive": None,
    "getReady": None,
}


@pytest.mark.parametrize("operation_id", list(ANSWERS))
def test_openapi__answers_are_as_told(app: Flask, client: FlaskClient, document: Document, operation_id: str) -> None:
    path = OPERATIONS[operation_id]
    rule_path = next(
        address.path
        for address in iter_addresses(app)
        if address.rule.replace("<int:", "{").replace("<", "{").replace(">", "}") == path
    )
    answer = client.get(ANSWERS[operation_id] or rule_path).json
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(validator(document, schema).iter_errors(answer)) == []
    undeclared = answer.keys() - _properties(document, schema).keys()
    assert undeclared == set()


@pytest.mark.parametrize(
    "path", ["/api/v1/records?x=1&limit=0", "/api/v1/records/nothing", "/api/v1/records?release=1"]
)
def test_openapi__problems_are_as_told(client: FlaskClient, document: Document, path: str) -> None:
    answer = client.get(path).json
    schema = {"$ref": "#/components/schemas/Problem"}
    assert list(validator(document, schema).iter_errors(answer)) == []


def test_openapi__the_validator_sees_a_wrong_answer(document: Document) -> None:
    schema = {"$ref": "#/components/schemas/Problem"}
    assert list(validator(document, schema).iter_errors({"title": 3})) != []


def validator(document: Document, schema: Document) -> Draft202012Validator:
    whole = json.loads(json.dumps({**schema, "components": document["components"]}))
    return Draft202012Validator(whole, format_checker=FormatChecker())


def _properties(document: Document, schema: Document) -> Document:
    name = schema["$ref"].rsplit("/", 1)[-1]
    properties: Document = document["components"]["schemas"][name]["properties"]
    return properties
