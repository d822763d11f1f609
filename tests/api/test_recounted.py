"""Any query, asked over HTTP, gives what a plain recount of the release's Parquet gives: hits, facets, sums, pages.

The recount knows nothing of the index: it filters, sorts and adds rows that Polars read. `--recounts` says how often.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exemptions.columns import KEYS
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, record
from tests.trust.tables import Tell, tell

ROWS = 120
PATH = "/api/v1/records"
WORDS = ("obsidiana", "nubes", "helecho", "zarzal", "volcan", "granizo", "helechal", "ñame", "orquidea")
CATEGORIES = ("ASOC", "FUND", "COOP", "ZF_IND", "ENR", "MAQ_SERV")
CODES = {
    "type": "exempt_type",
    "category": "category",
    "permanence": "permanence",
    "status": "status",
    "department": "department",
    "municipality": "municipality",
    "activity": "activity",
    "authority": "authority",
    "tax": "taxes",
    "person_kind": "person_kind",
}
BOUNDS = {
    "jobs_min": "jobs", "jobs_max": "jobs", "amount_min": "amount_gtq", "amount_max": "amount_gtq",
    "valid_from_min": "valid_from", "valid_from_max": "valid_from", "valid_until_min": "valid_until",
    "valid_until_max": "valid_until",
}  # fmt: skip
COMPARED_PLAINLY = ("record_id", "nit", "valid_from", "valid_until", "jobs", "jobs_year", "amount_gtq", "first_release")
"""Columns that sort by their values; the order of words has tests of its own."""

Query = dict[str, Any]


def invented_rows() -> Iterator[dict[str, Any]]:
    random = Random(8)
    for number in range(1, ROWS + 1):
        begins = date(2015, 1, 1) + timedelta(random.randrange(5_000))
        category = random.choice(CATEGORIES)
        is_temporary = category not in ("ASOC", "FUND", "COOP")
        jobs, amount = random.choice((None, 0, random.randrange(90))), random.choice((None, 0, random.randrange(10**7)))
        yield record(
            number,
            nit=invented_nit(random.randrange(1, ROWS // 2)),
            name=" ".join(random.sample(WORDS, random.randint(1, 3))).upper() + random.choice(("", " ÁÉ", " (2)")),
            category=category,
            municipality=random.choice((None, "0101", "0901", "1607")),
            activity=random.choice((None, "6202", "8521")),
            status=random.choice(("active", "active", "expired")),
            person_kind=random.choice(("legal", "legal", "natural")),
            valid_from=begins if is_temporary else None,
            valid_until=begins + timedelta(random.randrange(4_000)) if is_temporary and random.random() < 0.8 else None,
            jobs=jobs,
            jobs_year=None if jobs is None else random.choice((2023, 2024, 2025)),
            jobs_kind=None if jobs is None else random.choice(("reported", "projected")),
            amount_gtq=amount,
            amount_year=None if amount is None else random.choice((2023, 2025)),
            first_release=random.choice((1, 2)),
        )


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return list(invented_rows())


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("recounted")
    build_test_release(home / "releases", rows)
    with make_app(home).test_client() as client:
        yield client


@pytest.fixture(scope="module")
def frame(asked: FlaskClient) -> pl.DataFrame:
    """The release as anybody downloads it, in name order."""
    return pl.read_parquet(BytesIO(asked.get(f"{PATH}.parquet").data))


def some_of(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


DAYS = st.dates(date(2014, 1, 1), date(2040, 1, 1)).map(date.isoformat)
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "q": st.lists(st.sampled_from([*WORDS, "hele", "NÚB", "zzzz"]), min_size=1, max_size=2).map(" ".join),
        "nit": some_of([invented_nit(n) for n in range(1, ROWS)]),
        "record_id": some_of([invented_record_id(n) for n in range(1, ROWS + 20)]),
        "category": some_of([*CATEGORIES, "BOMB"]),
        "type": some_of(["BFT", "NOLUC", "COOP"]),
        "permanence": some_of(["permanent", "temporary"]),
        "status": some_of(["active", "expired", "revoked"]),
        "department": some_of(["01", "09", "16", "22"]),
        "municipality": some_of(["0101", "0901", "1607", "2201"]),
        "activity": some_of(["6202", "8521", "0111"]),
        "authority": some_of(["MINECO", "MEM"]),
        "tax": some_of(["ISR", "IVA", "DAI", "ISO"]),
        "person_kind": some_of(["legal", "natural"]),
        **{name: st.integers(0, 90) for name in ("jobs_min", "jobs_max")},
        **{
            name: st.integers(0, 10**9).map(lambda cents: f"{cents / 100:.2f}") for name in ("amount_min", "amount_max")
        },
        **dict.fromkeys(("valid_from_min", "valid_from_max", "valid_until_min", "valid_until_max", "valid_on"), DAYS),
        "sort": st.sampled_from([*KEYS, *(f"-{key}" for key in KEYS)]),
    },
).filter(lambda query: all(_in_order(query, field) for field in ("jobs", "amount", "valid_from", "valid_until")))


def _in_order(query: Query, field: str) -> bool:
    low, high = query.get(f"{field}_min"), query.get(f"{field}_max")
    return low is None or high is None or (low <= high if field != "amount" else float(low) <= float(high))


def folded(text: str) -> list[str]:
    return text.lower().translate(str.maketrans("áéíóúñ", "aeioun", "()")).split()


def recount(frame: pl.DataFrame, query: Query, *, without: str = "") -> pl.DataFrame:
    """The rows that match, in name order."""
    kept = frame
    for name, value in query.items():
        if name in ("sort", without):
            continue
        if name == "q":
            kept = kept.filter([_has_words(row, value) for row in kept["name"]])
        elif name == "valid_on":
            day = date.fromisoformat(value)
            kept = kept.filter(
                (pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
                & (pl.col("valid_until").is_null() | (pl.col("valid_until") >= day))
            )
        elif name == "tax":
            kept = kept.filter([bool(set(taxes or ()) & set(value)) for taxes in kept["taxes"].to_list()])
        elif name in BOUNDS:
            column = kept[BOUNDS[name]].to_list()
            bound: Any = date.fromisoformat(value) if name.startswith("valid") else float(value)
            compare = operator.ge if name.endswith("_min") else operator.le
            values = [float(x) if isinstance(x, Decimal) else x for x in column]
            kept = kept.filter([x is not None and compare(x, bound) for x in values])
        else:
            kept = kept.filter(pl.col(CODES.get(name, name)).cast(pl.String).is_in(value))
    return kept


def _has_words(name: str, q: str) -> bool:
    *whole, last = folded(q.replace("Ú", "u"))
    words = folded(name)
    return all(word in words for word in whole) and any(word.startswith(last) for word in words)


def counted(frame: pl.DataFrame, column: str) -> dict[str, int]:
    values = frame[column].explode() if column == "taxes" else frame[column].cast(pl.String)
    counts = values.drop_nulls().value_counts()
    return dict(counts.iter_rows())


def added(frame: pl.DataFrame, *by: str, of: str) -> list[tuple[Any, ...]]:
    kept = frame.drop_nulls(of).with_columns(pl.col(by[-1]).cast(pl.String)) if len(by) > 1 else frame.drop_nulls(of)
    return sorted(map(str, kept.group_by(by).agg(pl.col(of).sum().cast(pl.Float64), pl.len()).iter_rows()))  # type: ignore[arg-type]


def in_order(frame: pl.DataFrame, sort: str) -> list[str]:
    column = sort.removeprefix("-")
    ordered = frame.sort(column, descending=sort.startswith("-"), nulls_last=True, maintain_order=True)
    return ordered["record_id"].to_list()


def check(asked: FlaskClient, frame: pl.DataFrame, whole: dict[str, list[str]], query: Query, limit: int) -> None:
    sent = {**query, "facets": ",".join(CODES), "limit": limit}
    first = asked.get(PATH, query_string=sent).json
    assert first is not None
    if first["approximate"]:
        # Only where no row has the words; what is near is no matter of counting.
        assert recount(frame, query).is_empty()
        return
    expected = recount(frame, query)
    assert first["total"] == expected.height
    walked, page = [], first
    while True:
        walked += [item["record_id"] for item in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == limit
        page = asked.get(page["next"]).json
    sort = query.get("sort", "name")
    if sort == "name":
        assert walked == expected["record_id"].to_list()
    elif sort.removeprefix("-") in COMPARED_PLAINLY:
        assert walked == in_order(expected, sort)
    else:
        kept = set(expected["record_id"])
        if sort not in whole:
            items = asked.get(PATH, query_string={"sort": sort, "limit": 1000}).json["items"]  # type: ignore[index]
            whole[sort] = [item["record_id"] for item in items]
        assert walked == [record_id for record_id in whole[sort] if record_id in kept]
    for name, column in CODES.items():
        facet = {entry["value"]: entry["count"] for entry in first["facets"][name]}
        assert facet == counted(recount(frame, query, without=name), column), name
    sums = first["sums"]
    jobs = [(entry["year"], entry["kind"], float(entry["sum"]), entry["rows"]) for entry in sums["jobs"]]
    assert sorted(map(str, jobs)) == added(expected, "jobs_year", "jobs_kind", of="jobs")
    amounts = sorted((entry["year"], round(entry["sum"] * 100), entry["rows"]) for entry in sums["amount_gtq"])
    by_year = expected.drop_nulls("amount_gtq").group_by("amount_year").agg(pl.col("amount_gtq").sum(), pl.len())
    assert amounts == sorted((year, round(float(money) * 100), rows) for year, money, rows in by_year.iter_rows())
    for what, column in (("jobs", "jobs_status"), ("amount_gtq", "amount_status")):
        told = {state: rows for state, rows in sums["states"][what].items() if rows}
        assert told == counted(expected, column)


def test_any_query__equals_a_recount_of_the_parquet(
    asked: FlaskClient, frame: pl.DataFrame, pytestconfig: pytest.Config, record_property: Tell
) -> None:
    assert frame.height == ROWS
    examples, whole = pytestconfig.getoption("--recounts"), {}
    hits = [0, 0]

    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        derandomize=examples < 100, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(query=QUERIES, limit=st.integers(5, 60))
    def run(query: Query, limit: int) -> None:
        check(asked, frame, whole, query, limit)
        hits[recount(frame, query).height > 0] += 1

    run()
    assert hits[1] >= examples // 5, "hardly any query found anything"
    tell(
        record_property, "Queries recounted", what="query by HTTP against the Parquet of its release",
        queries=sum(hits), with_hits=hits[1], differences=0,
    )  # fmt: skip


@pytest.mark.parametrize("wrong", ["a row less", "another order"])
def test_recount__sees_a_planted_fault(asked: FlaskClient, frame: pl.DataFrame, wrong: str) -> None:
    spoiled = frame.head(ROWS - 1) if wrong == "a row less" else frame.reverse()
    with pytest.raises(AssertionError):
        check(asked, spoiled, {}, {}, 50)
