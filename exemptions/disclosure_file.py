"""Reading `disclosure.toml`: a fault is an error that names file and line, since nothing is published on a guess."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from exemptions.catalog_entries import Category
from exemptions.columns import Permanence, PersonKind
from exemptions.disclosure import GOVERNED, MASKABLE, RECORD, WITH_THRESHOLD, Level, Policy, Rule
from exemptions.errors import PolicyError, Sentence

DEFAULTS = Path(__file__).with_name("disclosure.toml")
DEMONSTRATION = Path(__file__).with_name("disclosure_demonstration.toml")
FILE_NAME = "disclosure.toml"

_KEYS = frozenset(
    {
        "field",
        "person_kind",
        "categories",
        "permanence",
        "level",
        "threshold",
        "ground",
        "authority",
        "date",
        "note_es",
        "note_en",
    }
)
_TEXTS = ("ground", "authority")
_HEADING = re.compile(r"\s*\[\[\s*rule\s*\]\]")

Choice = TypeVar("Choice", bound=StrEnum)


def load_policy(home: Path, categories: Mapping[str, Category], *, demonstration: bool = False) -> Policy:
    """The policy of a registry: the defaults, what a demonstration adds, and the registry's own file.

    Raises: PolicyError naming file and line of the first fault.
    """
    files = [DEFAULTS, *([DEMONSTRATION] if demonstration else []), home / FILE_NAME]
    rules: list[Rule] = []
    for rank, path in enumerate(files):
        # A link that leads nowhere is no absent file: whoever made it wanted its rules to hold.
        if path.exists() or path.is_symlink():
            rules.extend(read_rules(path, categories, rank=rank))
    return Policy(rules, categories)


def read_rules(path: Path, categories: Mapping[str, Category], *, rank: int) -> list[Rule]:
    """The rules of one file, in their order.

    Raises: PolicyError.
    """
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: {error}", f"{path.name}: {error}") from error
    places = [f"{path.name}:{number}" for number, line in enumerate(text.splitlines(), 1) if _HEADING.match(line)]
    tables = content.get("rule", [])
    if content.keys() - {"rule"} or not isinstance(tables, list) or len(tables) != len(places):
        raise _fault(path.name, "el archivo solo tiene tablas [[rule]]", "the file has [[rule]] tables only")
    return [_Reader(place, table, categories).rule(rank) for place, table in zip(places, tables, strict=True)]


class _Reader:
    """Turns one [[rule]] table into a rule."""

    def __init__(self, place: str, table: dict[str, Any], categories: Mapping[str, Category]) -> None:
        self._place = place
        self._table = table
        self._known = categories

    def rule(self, rank: int) -> Rule:
        unknown = sorted(self._table.keys() - _KEYS)
        if unknown:
            raise self._fault(f"«{unknown[0]}» no es parte de una regla", f"“{unknown[0]}” is no part of a rule")
        fields = self._fields()
        level = self._choice("level", Level)
        if level is None:
            raise self._fault("falta «level»", "“level” is missing")
        self._check_level(fields, level)
        ground, authority = (self._text(key) for key in _TEXTS)
        return Rule(
            fields=fields,
            person_kind=self._choice("person_kind", PersonKind),
            categories=self._categories(),
            permanence=self._choice("permanence", Permanence),
            level=level,
            threshold=self._threshold(fields, level),
            ground=ground,
            authority=authority,
            date=self._date(),
            note=Sentence(self._note("note_es"), self._note("note_en")),
            place=self._place,
            rank=rank,
        )

    def _fields(self) -> tuple[str, ...]:
        value = self._table.get("field")
        fields = value if isinstance(value, list) else [value]
        for field in fields:
            if field != RECORD and field not in GOVERNED:
                raise self._unknown("field", field, (RECORD, *GOVERNED))
        if not fields or len(set(fields)) != len(fields):
            raise self._fault("«field» está vacío o repite una columna", "“field” is empty or repeats a column")
        return tuple(fields)

    def _categories(self) -> frozenset[str] | None:
        value = self._table.get("categories", "*")
        if value == "*":
            return None
        if not isinstance(value, list) or not value:
            raise self._fault('«categories» es una lista o "*"', '“categories” is a list or "*"')
        for code in value:
            if not isinstance(code, str) or code not in self._known:
                raise self._unknown("categories", code, tuple(self._known))
        return frozenset(value)

    def _choice(self, key: str, choices: type[Choice]) -> Choice | None:
        value = self._table.get(key, "*" if key != "level" else None)
        if value == "*" and key != "level":
            return None
        try:
            return choices(str(value))
        except ValueError as error:
            raise self._unknown(key, value, tuple(choices)) from error

    def _check_level(self, fields: tuple[str, ...], level: Level) -> None:
        whole = RECORD in fields
        if whole and (len(fields) > 1 or level not in (Level.PUBLIC, Level.COUNT_ONLY)):
            raise self._fault(
                "«record» va solo y es public o count_only", "“record” stands alone and is public or count_only"
            )
        if not whole and level is Level.COUNT_ONLY:
            raise self._fault("count_only es solo para «record»", "count_only is for “record” only")
        if level is Level.MASKED and any(field not in MASKABLE for field in fields):
            raise self._fault(f"masked es solo para: {', '.join(MASKABLE)}", f"masked is for: {', '.join(MASKABLE)}")

    def _threshold(self, fields: tuple[str, ...], level: Level) -> int | None:
        value = self._table.get("threshold")
        if value is None:
            return None
        if len(fields) != 1 or fields[0] not in WITH_THRESHOLD or level is not Level.WITHHELD:
            allowed = ", ".join(WITH_THRESHOLD)
            raise self._fault(f"threshold es de withheld y de: {allowed}", f"threshold is for withheld and: {allowed}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._fault("threshold es un entero desde 1", "threshold is an integer from 1 on")
        return value * 100 if fields[0] == "amount_gtq" else value

    def _text(self, key: str) -> str:
        value = self._table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._fault(f"falta «{key}»", f"“{key}” is missing")
        return value.strip()

    def _note(self, key: str) -> str:
        return self._text(key) if key in self._table else ""

    def _date(self) -> date:
        value = self._table.get("date")
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._fault("«date» es una fecha: 2026-01-31", "“date” is a date: 2026-01-31")
        return value

    def _unknown(self, key: str, value: object, allowed: tuple[str, ...]) -> PolicyError:
        listed = ", ".join(allowed)
        return self._fault(f"«{key}» vale «{value}»; puede ser: {listed}", f"“{key}” is “{value}”; it may be: {listed}")

    def _fault(self, es: str, en: str) -> PolicyError:
        return _fault(self._place, es, en)


def _fault(place: str, es: str, en: str) -> PolicyError:
    return PolicyError(f"{place}: {es}.", f"{place}: {en}.")
