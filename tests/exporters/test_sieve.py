"""The sieve keeps every line in which a reader would find a wanted number, and most others it lets go."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.identifiers import find_identifiers
from exporters.sieve import Sieve

NUMBER = "80000000123K"
SIGNS = st.sampled_from(["", "", "", "-", " ", ".", ",", " - ", "/", "\u00ad", "\u2013", "\u200b", "_", '"', "\n", "ñ"])


def sifted(wanted: str, *blocks: bytes) -> bytes:
    return b"".join(Sieve(pl.Series([wanted])).keep(blocks))


def written(number: str, signs: list[str], letter: str, zeros: str) -> str:
    digits = "".join(digit + sign for digit, sign in zip(number[:-1], signs, strict=True))
    return zeros + digits + letter


@given(
    signs=st.lists(SIGNS, min_size=11, max_size=11),
    letter=st.sampled_from(["K", "k", "К", "к", "Ｋ", "K"]),
    zeros=st.sampled_from(["", "0", "000", "NIT ", "n.i.t. "]),
    before=st.sampled_from(["", "Finca ", "20", "2016, ", "k"]),
    exotic=st.booleans(),
)
def test_sieve__keeps_whatever_a_reader_would_find(
    signs: list[str], letter: str, zeros: str, before: str, exotic: bool
) -> None:
    text = before + written(NUMBER, signs, letter, zeros)
    if exotic:
        text = text.translate({ord("8"): "８", ord("2"): "²"})
    found = find_identifiers(pl.Series([text]), pl.Series([NUMBER]))
    for escaped in (True, False):
        line = json.dumps({"name": text, "jobs": 12}, ensure_ascii=escaped).encode() + b"\n"
        kept = sifted(NUMBER, b'{"name":"A"}\n' + line, b'{"name":"B"}\n')
        assert kept in (b"", line)
        assert kept == line or found.is_empty()


@pytest.mark.parametrize("wanted", ["1206", "10000001", "3001000030101"])
def test_sieve__lets_lines_go_that_hold_nothing_wanted(wanted: str) -> None:
    lines = f'{{"nit":"800000000018","name":"CRÍA DE ABEJAS"}}\n{{"nit":"{wanted}"}}\n{{"jobs":1,"year":2016}}\n'
    assert sifted(wanted, lines.encode()) == f'{{"nit":"{wanted}"}}\n'.encode()


def test_sieve__keeps_nothing_of_no_lines() -> None:
    assert sifted("1206") == b""
    assert sifted("1206", b"\n") == b""


def test_sieve__keeps_the_lines_of_many_blocks() -> None:
    blocks = [f'{{"jobs":{number}}}\n{{"nit":"x"}}\n'.encode() for number in range(100)]
    assert sifted("77", *blocks) == b'{"jobs":77}\n'
