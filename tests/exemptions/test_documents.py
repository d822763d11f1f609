"""What the index holds of a row, as the JSON that its writer takes."""

from __future__ import annotations

import json
from datetime import date

import pytest

from exemptions.documents import ALWAYS_AFTER, ALWAYS_BEFORE, NO_KIND, NO_YEAR, SET_SEPARATOR, iter_documents
from tests.exemptions.releases import record, records_table


def documents(**values: object) -> dict[str, object]:
    (line,) = iter_documents(records_table([record(1, **values)]))
    document: dict[str, object] = json.loads(line)
    return document


def test_documents__are_valid_json_whatever_stands_in_a_text() -> None:
    held = documents(nit='8"\\0', name='Ñandú "S.A." \\ 中', authority='A"\\\n', taxes="IVA;ISR")
    assert held["nit"] == '8"\\0'
    assert held["authority"] == 'A"\\\n'
    assert "nandu sa" in str(held["text"])
    assert held["taxes"] == ["ISR", "IVA"]
    assert str(held["code_set"]).split(SET_SEPARATOR)[3:] == ['A"\\\n', "active", "legal", "ISR;IVA"]


def test_documents__leave_out_what_is_missing() -> None:
    held = documents(nit=None, name=None, authority=None, taxes=None, jobs=None, amount_gtq=None)
    assert not held.keys() & {"nit", "text", "first_word", "authority", "taxes", "jobs", "amount_cents"}
    assert str(held["code_set"]).split(SET_SEPARATOR)[3:] == ["", "active", "legal", ""]
    assert str(held["number_set"]).split(SET_SEPARATOR) == ["not_reported", "", "", "not_reported", ""]
    assert (held["municipality"], held["activity"]) == ("", "")


def test_documents__tell_an_open_side_from_a_withheld_one() -> None:
    open_sides = documents(valid_from=None, valid_until=None, withheld_fields=None)
    assert (open_sides["from_day"], open_sides["until_day"]) == (ALWAYS_BEFORE, ALWAYS_AFTER)
    withheld = documents(valid_from=None, valid_until=None, withheld_fields="name;valid_from;valid_until")
    assert not withheld.keys() & {"from_day", "until_day"}
    known = documents(valid_from=date(1970, 1, 2), valid_until=date(1970, 1, 3), withheld_fields="name")
    assert (known["from_day"], known["until_day"]) == (1, 2)


def test_documents__count_a_number_without_year_or_kind() -> None:
    held = documents(jobs=3, jobs_year=None, jobs_kind=None, amount_gtq=5, amount_year=None)
    assert (held["jobs"], held["amount_cents"]) == (3, 5)
    told = str(held["number_set"]).split(SET_SEPARATOR)
    assert told == ["reported", str(NO_YEAR), NO_KIND, "reported", str(NO_YEAR)]


def test_documents__come_in_row_order_across_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exemptions.documents._SLICE_ROWS", 3)
    lines = list(iter_documents(records_table(record(n) for n in range(1, 8))))
    assert [json.loads(line)["row"] for line in lines] == list(range(7))
