"""Matching a list of NITs or names with a release: who of them is in the registry, and how sure that is.

A NIT is matched exactly or not at all. A name is matched by its words (accents, signs, order and legal form do not
count), else by near names, which a person should look at. A line means a taxpayer, whatever number of records that has;
a natural person has no published NIT, so each of its records stands alone and is found by its published name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

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
from exemptions.near_names import LEAST_SCORE, alike, compare_bags, find_near_rows, find_rows_with_words
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
    keys = match_keys(pl.Series(names, dtype=pl.String))
    # A text of signs alone has no word, and matches nothing.
    asked = keys.insert_column(0, pl.Series("text", names, dtype=pl.String)).filter(pl.col("bag") != "")
    reader = _NameReader(release)
    same = {}
    for (text, whole, bag, forms), rows in zip(
        asked.iter_rows(), release.name_bags.find(asked.get_column("bag")), strict=True
    ):
        same[text] = (whole, bag, forms, rows)
    reader.read(row for *_, rows in same.values() for row in rows)
    judged: dict[str, dict[int, tuple[MatchedBy, float, bool]]] = {
        text: _judge_same(reader, key) for text, key in same.items()
    }
    for is_patient in (False, True):
        open_texts = [text for text, rows in judged.items() if not any(sure for _, _, sure in rows.values())]
        near = {
            text: find_near_rows(release.index, tuple(same[text][1].split()), is_patient=is_patient)
            for text in open_texts
        }
        reader.read(row for rows in near.values() for row in rows)
        for text, rows in near.items():
            judged[text] = _judge_near(reader, same[text][1], rows) | judged[text]
    return _decide(release, judged)


class _NameReader:
    """The keys of the names of some rows, each read once."""

    def __init__(self, release: Release) -> None:
        self._names = release.records.column("name")
        self._keys: dict[int, tuple[str, str, str]] = {}

    def read(self, rows: Iterable[int]) -> None:
        wanted = sorted(set(rows) - self._keys.keys())
        if wanted:
            names = pl.Series(pl.from_arrow(self._names.take(pa.array(wanted, pa.uint32()))), dtype=pl.String)
            self._keys |= dict(zip(wanted, match_keys(names).iter_rows(), strict=True))

    def __getitem__(self, row: int) -> tuple[str, str, str]:
        return self._keys[row]


def _judge_same(reader: _NameReader, key: tuple[str, str, str, list[int]]) -> dict[int, tuple[MatchedBy, float, bool]]:
    """How rows of the same words agree with a name: how, the score, and whether that is sure."""
    whole, bag, forms, rows = key
    judged: dict[int, tuple[MatchedBy, float, bool]] = {}
    for row in rows:
        its_whole, its_bag, its_forms = reader[row]
        if its_bag != bag:
            continue
        if its_whole == whole:
            judged[row] = (MatchedBy.EXACT_NAME, _EXACT, True)
        elif its_forms == forms:
            judged[row] = (MatchedBy.SAME_WORDS, _SAME_ORDERLESS, True)
        elif not forms or not its_forms:
            judged[row] = (MatchedBy.SAME_WORDS, _SAME_WITHOUT_FORM, True)
        else:
            # A company and a cooperative of one name are two taxpayers.
            judged[row] = (MatchedBy.APPROXIMATE, _OTHER_FORM, False)
    return judged


def _judge_near(reader: _NameReader, bag: str, rows: Iterable[int]) -> dict[int, tuple[MatchedBy, float, bool]]:
    judged: dict[int, tuple[MatchedBy, float, bool]] = {}
    for its_bag, group in groupby(sorted(rows, key=lambda row: reader[row][1]), key=lambda row: reader[row][1]):
        nearness = compare_bags(bag, its_bag)
        if nearness is not None and nearness.score >= LEAST_SCORE:
            score = min(nearness.score, _NEAREST)
            sure = nearness.is_spelling and score >= _SURE_SCORE
            judged |= dict.fromkeys(group, (MatchedBy.APPROXIMATE, score, sure))
    return judged


def _decide(
    release: Release, judged: Mapping[str, Mapping[int, tuple[MatchedBy, float, bool]]]
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
    rows = find_rows_with_words(release.index, tuple(keys["bag"].split())) if keys["bag"] else []
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
