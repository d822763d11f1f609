"""Rows written as JSON are what the same rows are as dictionaries."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from exemptions.item_texts import ItemWriter
from exemptions.items import ItemReader
from tests.exemptions.releases import Row, record, records_table

_TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
_TEXT_COLUMNS = ("name", "nit", "resolution", "authority", "status_reason", "activity", "activity_name", "municipality")
_NUMBERS = st.one_of(st.none(), st.integers(-(2**50), 2**50))


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    return [
        record(number)
        | {name: draw(_TEXTS) for name in _TEXT_COLUMNS}
        | {name: draw(_NUMBERS) for name in ("jobs", "amount_gtq")}
        | {"valid_from": draw(st.one_of(st.none(), st.dates(date(1800, 1, 1))))}
        for number in range(draw(st.integers(1, 12)))
    ]


@settings(max_examples=40)
@given(rows=_rows(), place=st.integers(0, 11))
def test_texts__are_what_the_dictionaries_are(rows: list[Row], place: int) -> None:
    records = records_table(rows)
    part = records.slice(min(place, len(rows) - 1))
    for batch in (records, part):
        wanted = [*range(batch.num_rows), 0]
        texts = ItemWriter(batch).write(wanted)
        items = ItemReader(batch).read(wanted)
        assert [json.loads(text, parse_float=Decimal) for text in texts] == items
        assert [list(json.loads(text)) for text in texts] == [list(item) for item in items]
        for text, item in zip(texts, items, strict=True):
            if item["amount_gtq"] is not None:
                assert f'"amount_gtq":{item["amount_gtq"]:f},' in text


def test_texts__of_no_rows_are_none() -> None:
    assert ItemWriter(records_table([record(1)])).write([]) == []
