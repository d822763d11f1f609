"""Matching a list of NITs or names with a release: who of them is in the registry, and how sure that is.

A NIT is matched exactly or not at all. A name is matched by its words (accents, signs, order and legal form do not
count), else by near names, which a person should look at. A line means a taxpayer, whatever number of records that has;
a natural person has no published NIT, so each of its records stands alone and is found by its published name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from exemptions.holders import Holders, rows_of_nits, taxpayer_of
from exemptions.match_keys import match_keys
from exemptions.match_values import (
    MAX_CANDIDATES,
    TOO_LONG,
    AskedList,
    Candidate,
    Expected,
    LineMatch,
    MatchedBy,
    MatchState,
    Problem,
    nit_problem,
)
from exemptions.near_names import (
    LEAST_SCORE,
    alike,
    compare_bags,
    find_near_rows,
    find_rows_with_words,
    mend_legal_forms,
)
from exemptions.nit import NITProblem, TaxpayerIdKind, parse_nit_column
from exemptions.parameters import MAX_TEXT, MAX_WORDS
from exemptions.release import Release

_EXACT, _SAME_ORDERLESS, _SAME_WITHOUT_FORM, _OTHER_FORM, _NEAREST = 100.0, 97.0, 95.0, 90.0, 94.0
"""Scores of names with the same words, and the highest of those with near ones."""

_SURE_SCORE = 80.0
"""A name of near words is taken for the one meant from here on: one typo in five letters is 80."""

_LEAD = 3.0
"""By so much the nearest name must be nearer than the next, about one typo in thirty letters."""

_FIRST_LINES, _CHUNK_LINES = 250, 2_000
"""Lines matched at once: a short part first, so that an answer leaves soon."""

_NUMBER = re.compile(r"\W*(?:GT\W*)?(?:N\W*I\W*T\W*)?[0-9][0-9\W_]*[kK\u041a\u043a]?\W*", re.IGNORECASE)
"""What is written like a number and so is no name: `3M` and `21st` are names."""

_Found = Mapping[str, tuple[MatchState, tuple[Candidate, ...]]]
"""Text of a line → what was found."""

_NOTHING = (MatchState.NONE, ())


def match_list(release: Release, asked: AskedList) -> Iterator[LineMatch]:
    """Yield what was found for each line of a list.

    Order: that of the list.
    Raises: ReleaseDamaged.
    """
    start = 0
    while start < len(asked.values):
        size = _CHUNK_LINES if start else _FIRST_LINES
        part = [value.strip() for value in asked.values[start : start + size]]
        found, problems = _match_distinct(release, list(dict.fromkeys(part)), asked.expected)
        for line, text in enumerate(part, start=asked.first_line + start):
            if not text:
                yield LineMatch(line, text, MatchState.BLANK)
            elif text in problems:
                yield LineMatch(line, text, MatchState.INVALID, problem=problems[text])
            else:
                state, candidates = found.get(text, _NOTHING)
                yield LineMatch(line, text, state, candidates)
        start += size


def _match_distinct(release: Release, texts: Sequence[str], expected: Expected) -> tuple[_Found, Mapping[str, Problem]]:
    nits, problems, names = _read_texts(texts, expected)
    return _match_nits(release, nits) | _match_names(release, names), problems


def _read_texts(texts: Sequence[str], expected: Expected) -> tuple[dict[str, str], dict[str, Problem], list[str]]:
    """The canonical NIT of each text that is one, the problem of each that is none, and the texts that are names."""
    if expected is Expected.NAME:
        return {}, *_read_names(texts)
    parsed = parse_nit_column(pl.Series(texts, dtype=pl.String))
    nits: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    rest: list[str] = []
    for text, canonical, kind, problem in zip(
        texts, parsed["canonical"], parsed["kind"], parsed["problem"], strict=True
    ):
        if kind == TaxpayerIdKind.NIT:
            nits[text] = canonical
        elif kind == TaxpayerIdKind.CUI:
            problems[text] = nit_problem(NITProblem.CUI)
        elif problem != NITProblem.FORMAT or expected is Expected.NIT or _NUMBER.fullmatch(text):
            problems[text] = nit_problem(problem)
        else:
            rest.append(text)
    long, names = _read_names(rest)
    return nits, problems | long, names


def _read_names(texts: Sequence[str]) -> tuple[dict[str, Problem], list[str]]:
    long = {text: TOO_LONG for text in texts if len(text) > MAX_TEXT or len(text.split()) > MAX_WORDS}
    return long, [text for text in texts if text not in long]


def _match_nits(release: Release, nits: Mapping[str, str]) -> dict[str, tuple[MatchState, tuple[Candidate, ...]]]:
    rows = rows_of_nits(release, nits.values())
    found: dict[str, tuple[MatchState, tuple[Candidate, ...]]] = {}
    for text, nit in nits.items():
        if nit in rows:
            taxpayer = taxpayer_of(release, nit, rows[nit])
            found[text] = (MatchState.MATCHED, (Candidate(taxpayer, MatchedBy.NIT, _EXACT),))
    return found


def _match_names(release: Release, names: Sequence[str]) -> dict[str, tuple[MatchState, tuple[Candidate, ...]]]:
    reader = _NameReader(release)
    # A text of signs alone has no word, and matches nothing.
    asked = {text: keys for text, keys in zip(names, _keys_of(names), strict=True) if keys.bag}
    alike_rows = release.name_bags.find(pl.Series([keys.bag for keys in asked.values()], dtype=pl.String))
    reader.read(row for rows in alike_rows for row in rows)
    judged = {
        text: _judge_same(reader, keys, rows) for (text, keys), rows in zip(asked.items(), alike_rows, strict=True)
    }
    for is_patient in (False, True):
        open_texts = [text for text, rows in judged.items() if not any(found.is_sure for found in rows.values())]
        mended = _keys_of([mend_legal_forms(asked[text].whole) for text in open_texts])
        near = [find_near_rows(release.index, keys.bag.split(), is_patient=is_patient) for keys in mended]
        reader.read(row for rows in near for row in rows)
        for text, keys, rows in zip(open_texts, mended, near, strict=True):
            judged[text] = _judge_near(reader, keys, rows) | judged[text]
    return _decide(release, judged)


class _Keys(NamedTuple):
    """What a name is compared by (see `match_keys`)."""

    whole: str
    bag: str
    forms: str


class _Judged(NamedTuple):
    """How the name of a row agrees with one of the list."""

    how: MatchedBy
    score: float
    is_sure: bool


def _keys_of(names: Sequence[str]) -> list[_Keys]:
    return [_Keys(*keys) for keys in match_keys(pl.Series(names, dtype=pl.String)).iter_rows()]


class _NameReader:
    """The keys of the names of some rows, each read once."""

    def __init__(self, release: Release) -> None:
        self._names = release.records.column("name")
        self._keys: dict[int, _Keys] = {}

    def read(self, rows: Iterable[int]) -> None:
        wanted = sorted(set(rows) - self._keys.keys())
        names = self._names.take(pa.array(wanted, pa.uint32())).to_pylist()
        self._keys |= dict(zip(wanted, _keys_of(names), strict=True))

    def __getitem__(self, row: int) -> _Keys:
        return self._keys[row]


def _judge_same(reader: _NameReader, keys: _Keys, rows: Iterable[int]) -> dict[int, _Judged]:
    """How rows that may have the same words agree with a name."""
    judged: dict[int, _Judged] = {}
    for row in rows:
        its = reader[row]
        if its.bag != keys.bag:
            continue
        if its.whole == keys.whole:
            judged[row] = _Judged(MatchedBy.EXACT_NAME, _EXACT, True)
        elif its.forms == keys.forms:
            judged[row] = _Judged(MatchedBy.SAME_WORDS, _SAME_ORDERLESS, True)
        elif not _are_rivals(keys, its):
            judged[row] = _Judged(MatchedBy.SAME_WORDS, _SAME_WITHOUT_FORM, True)
        else:
            judged[row] = _Judged(MatchedBy.APPROXIMATE, _OTHER_FORM, False)
    return judged


def _judge_near(reader: _NameReader, keys: _Keys, rows: Iterable[int]) -> dict[int, _Judged]:
    """How rows with near names agree with one."""
    judged: dict[int, _Judged] = {}
    for its_bag, group in groupby(sorted(rows, key=lambda row: reader[row].bag), key=lambda row: reader[row].bag):
        nearness = compare_bags(keys.bag, its_bag)
        if nearness is None or nearness.score < LEAST_SCORE:
            continue
        for row in group:
            is_rival = _are_rivals(keys, reader[row])
            score = min(nearness.score, _OTHER_FORM if is_rival else _NEAREST)
            is_sure = nearness.is_spelling and score >= _SURE_SCORE and not is_rival
            judged[row] = _Judged(MatchedBy.APPROXIMATE, score, is_sure)
    return judged


def _are_rivals(keys: _Keys, others: _Keys) -> bool:
    """Whether both have legal forms, and not the same: a company and a cooperative of one name are two taxpayers."""
    return bool(keys.forms and others.forms and keys.forms != others.forms)


def _decide(
    release: Release, judged: Mapping[str, Mapping[int, _Judged]]
) -> dict[str, tuple[MatchState, tuple[Candidate, ...]]]:
    """One taxpayer, several that may be meant, or none, for each name."""
    holders = Holders(release, {row for rows in judged.values() for row in rows})
    found = {}
    for text, rows in judged.items():
        best: dict[str, tuple[float, bool, MatchedBy]] = {}
        for row, (how, score, sure) in sorted(rows.items()):
            holder = holders.id_of(row)
            if holder not in best or score > best[holder][0]:
                best[holder] = (score, sure, how)
        ranked = sorted(best.items(), key=lambda item: (-item[1][1], -item[1][0]))
        if not ranked:
            continue
        state, kept = _choose(ranked)
        found[text] = (
            state,
            tuple(Candidate(holders.taxpayer(holder), how, score) for holder, (score, _, how) in kept),
        )
    return found


_Ranked = list[tuple[str, tuple[float, bool, MatchedBy]]]


def _choose(ranked: _Ranked) -> tuple[MatchState, _Ranked]:
    """Whether the first of the ranked is the one meant, and whom to tell of."""
    _, (score, is_sure, how) = ranked[0]
    if not is_sure:
        return MatchState.AMBIGUOUS, ranked[:MAX_CANDIDATES]
    lead = _LEAD if how is MatchedBy.APPROXIMATE else 0.0
    # Exact names come before the same words, and those before near ones, however close the scores are.
    rivals = [item for item in ranked if item[1][1] and item[1][2] is how and item[1][0] > score - lead - 1e-9]
    if len(rivals) == 1:
        return MatchState.MATCHED, rivals
    return MatchState.AMBIGUOUS, rivals[:MAX_CANDIDATES]


def found_by_words(release: Release, text: str, *, limit: int = MAX_CANDIDATES) -> tuple[Candidate, ...]:
    """Taxpayers whose names have all the words of a text, beside others; none of them is sure.

    Order: the nearest name first.
    Raises: ReleaseDamaged.
    """
    if len(text) > MAX_TEXT or len(text.split()) > MAX_WORDS:
        return ()
    keys = match_keys(pl.Series([text], dtype=pl.String)).row(0, named=True)
    rows = find_rows_with_words(release.index, keys["bag"].split()) if keys["bag"] else []
    if not rows:
        return ()
    reader = _NameReader(release)
    reader.read(rows)
    holders = Holders(release, set(rows))
    best: dict[str, float] = {}
    for row in rows:
        score = alike(keys["bag"], reader[row][1])
        best[holders.id_of(row)] = max(score, best.get(holders.id_of(row), 0.0))
    ranked = sorted(best.items(), key=lambda item: -item[1])[:limit]
    return tuple(Candidate(holders.taxpayer(key), MatchedBy.APPROXIMATE, score) for key, score in ranked)
