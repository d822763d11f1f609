"""`GET /api/v1/records.<format>`: the whole result of a search, in every format the same."""

import csv
import gzip
import io
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exemptions.columns import KEYS, Permanence, PersonKind, Status

PATH = "/api/v1/records"
FORMATS = ("csv", "json", "ndjson", "parquet")


def read_rows(form: str, content: bytes) -> list[dict[str, object]]:
    match form:
        case "csv":
            return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
        case "json":
            rows: list[dict[str, object]] = json.loads(content)
            return rows
        case "ndjson":
            return [json.loads(line) for line in content.splitlines()]
        case _:
            return pq.read_table(pa.BufferReader(content)).to_pylist()


def walk(client: FlaskClient, query: dict[str, object], limit: int) -> tuple[int, list[str]]:
    first = client.get(PATH, query_string={**query, "limit": limit, "fields": "record_id"}).json
    seen, page = [item["record_id"] for item in first["items"]], first
    while page["next"]:
        page = client.get(page["next"]).json
        seen += [item["record_id"] for item in page["items"]]
    return first["total"], seen


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["nubes", "fundacion", "colegio", "sa", "obsidania", "80000000", "zzz", '"', "ñ"]),
        "category": st.lists(st.sampled_from(["COOP", "FUND", "CED_PRIV", "ENR", "ZF_IND"]), max_size=2),
        "permanence": st.sampled_from(list(Permanence)),
        "status": st.lists(st.sampled_from(list(Status)), max_size=2),
        "department": st.sampled_from(["01", "09", "16"]),
        "person_kind": st.sampled_from(list(PersonKind)),
        "tax": st.sampled_from(["ISR", "IVA"]),
        "jobs_min": st.integers(0, 400),
        "amount_max": st.integers(0, 2_000_000),
        "valid_on": st.sampled_from(["2021-03-01", "2025-10-01", "2028-01-01"]),
        "valid_from_min": st.sampled_from(["2020-01-01", "2021-06-02"]),
        "valid_until_max": st.sampled_from(["2028-01-01", "2031-05-31"]),
        "sort": st.sampled_from([*KEYS, *(f"-{key}" for key in KEYS)]),
        "release": st.sampled_from([2, 3]),
    },
)


@given(query=FILTERS, limit=st.integers(1, 9))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exports__hold_the_records_that_the_walk_gives_and_the_total_counts(
    client: FlaskClient, query: dict[str, object], limit: int
) -> None:
    total, walked = walk(client, query, limit)
    assert total == len(walked)
    for form in FORMATS:
        response = client.get(f"{PATH}.{form}", query_string={**query, "fields": "record_id"})
        assert [row["record_id"] for row in read_rows(form, response.data)] == walked
        assert response.headers["X-Total-Count"] == str(total)


def test_exports__json_is_what_the_search_answers(client: FlaskClient) -> None:
    items = json.loads(client.get(f"{PATH}?limit=1000").data, parse_float=Decimal)["items"]
    assert json.loads(client.get(f"{PATH}.json").data, parse_float=Decimal) == items


def test_exports__have_all_columns_in_order_unless_some_are_chosen(client: FlaskClient) -> None:
    header = client.get(f"{PATH}.csv").text.splitlines()[0]
    assert header == ",".join(KEYS)
    assert client.get(f"{PATH}.csv?fields=nit,record_id").text.splitlines()[0] == "record_id,nit"


def test_exports__of_nothing_are_empty_files_of_their_format(client: FlaskClient) -> None:
    for form in FORMATS:
        response = client.get(f"{PATH}.{form}?q=zzz")
        assert (response.status_code, read_rows(form, response.data)) == (200, [])


def test_exports__tell_file_name_licence_and_permanent_address(client: FlaskClient) -> None:
    response = client.get(f"{PATH}.csv?q=nubes&as_of=2026-02-20")
    other = client.get(f"{PATH}.csv?q=colegio")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="datos-inventados-3-')
    assert response.headers["Content-Disposition"] != other.headers["Content-Disposition"]
    assert '</api/v1/records.csv?q=nubes&release=3>; rel="bookmark"' in response.headers["Link"]
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in response.headers["Link"]
    assert response.headers["X-Registry-Release"] == "3"


def test_exports__parquet_tells_where_it_comes_from(client: FlaskClient) -> None:
    content = client.get(f"{PATH}.parquet?q=nubes").data
    metadata = pq.read_schema(pa.BufferReader(content)).metadata
    assert metadata[b"release"] == b"3"
    assert metadata[b"source"] == b"/api/v1/records.parquet?q=nubes&release=3"


@pytest.mark.parametrize("parameter", ["limit=5", "cursor=AAAA", "facets=type"])
def test_exports__refuse_what_belongs_to_a_page(client: FlaskClient, parameter: str) -> None:
    response = client.get(f"{PATH}.csv?{parameter}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == [parameter.partition("=")[0]]


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("form", ["csv", "json", "ndjson"])
def test_exports__are_packed_as_the_client_asks(client: FlaskClient, form: str, coding: str) -> None:
    plain = client.get(f"{PATH}.{form}")
    packed = client.get(f"{PATH}.{form}", headers={"Accept-Encoding": coding})
    content = (
        gzip.decompress(packed.data)
        if coding == "gzip"
        else zstandard.ZstdDecompressor().decompressobj().decompress(packed.data)
    )
    assert packed.headers["Content-Encoding"] == coding
    assert content == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_exports__parquet_is_never_packed_twice(client: FlaskClient) -> None:
    response = client.get(f"{PATH}.parquet", headers={"Accept-Encoding": "gzip, zstd"})
    assert "Content-Encoding" not in response.headers
