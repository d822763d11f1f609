"""The disclosure policy: which value of whom is published, and on what ground.

`disclosure.toml` beside this module holds the defaults and says how rules are written and which one decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any

import polars as pl

from exemptions.catalog_entries import Category
from exemptions.columns import COLUMNS, LIST_SEPARATOR, Disclosure, Permanence, PersonKind
from exemptions.errors import PolicyError, Sentence

RECORD = "record"
"""Stands for the whole record where a rule names a field."""

GOVERNED: tuple[str, ...] = tuple(c.key for c in COLUMNS if c.disclosure is Disclosure.POLICY)
"""The columns that the policy decides about, in their order."""


class Level(StrEnum):
    """How much of a value is published."""

    PUBLIC = "public"
    MASKED = "masked"
    COUNT_ONLY = "count_only"
    WITHHELD = "withheld"


MASKABLE = ("name",)
"""Fields that a masked form is defined for: a name becomes its initials. A masked number could be guessed whole."""

WITH_THRESHOLD = ("jobs", "amount_gtq")


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision. None in `person_kind`, `categories` or `permanence` means all.

    Units: `threshold` is in the unit of the release's table: jobs, or cents.
    """

    fields: tuple[str, ...]
    person_kind: PersonKind | None
    categories: frozenset[str] | None
    permanence: Permanence | None
    level: Level
    threshold: int | None
    ground: str
    authority: str
    date: date
    note: Sentence
    place: str
    """File and line of the rule, for messages."""
    rank: int
    """Order of the file: defaults first, the registry's own file last."""

    def fits(self, field: str, kind: PersonKind, category: Category) -> bool:
        """Whether the rule speaks of this field of such a record."""
        return (
            field in self.fields
            and self.person_kind in (None, kind)
            and (self.categories is None or category.code in self.categories)
            and self.permanence in (None, category.permanence)
        )

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """Greater is more specific."""
        return (self.person_kind is not None, self.categories is not None, self.permanence is not None)

    @property
    def strictness(self) -> tuple[int, int]:
        """Greater withholds more."""
        if self.threshold is not None:
            return (2, self.threshold)
        return ({Level.PUBLIC: 0, Level.MASKED: 1}.get(self.level, 3), 0)


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Records as the policy leaves them.

    `records` has withheld values nulled, `withheld_fields`, and one boolean `<field>_withheld` per governed field.
    `counted` holds how many records of each category are in no file, `hidden` how many values of each kind are not
    shown.
    """

    records: pl.DataFrame
    counted: pl.DataFrame
    hidden: pl.DataFrame


class Policy:
    """The rule that decides for every field, kind of person and category."""

    def __init__(self, rules: Iterable[Rule], categories: Mapping[str, Category]) -> None:
        """Raises: PolicyError where no rule decides, or two equally specific ones do."""
        self.rules = tuple(rules)
        self._deciding: dict[tuple[str, str, str], Rule] = {
            (field, kind.value, code): _decide(self.rules, field, kind, category)
            for field, kind, (code, category) in product((RECORD, *GOVERNED), PersonKind, categories.items())
        }

    def rule(self, field: str, person_kind: str, category: str) -> Rule:
        """The rule that decides about `field` of such a record.

        Raises: PolicyError if the category is not in the catalogue.
        """
        try:
            return self._deciding[field, person_kind, category]
        except KeyError as error:
            raise _undecided(field, person_kind, category) from error

    def describe(self) -> list[dict[str, Any]]:
        """Every rule in words for a table, with the fields that it decides about, in the order of the files."""
        return [
            {
                "fields": [field for field in rule.fields if (field, rule) in self._used],
                "person_kind": rule.person_kind or "*",
                "categories": "*" if rule.categories is None else sorted(rule.categories),
                "permanence": rule.permanence or "*",
                "level": rule.level.value,
                "threshold": rule.threshold,
                "ground": rule.ground,
                "authority": rule.authority,
                "date": rule.date.isoformat(),
                "note_es": rule.note.es,
                "note_en": rule.note.en,
            }
            for rule in self.rules
            if any((field, rule) in self._used for field in rule.fields)
        ]

    def apply(self, records: pl.DataFrame) -> Disclosed:
        """Withhold what must not be published.

        Shape: `records` has `person_kind`, `category` and the governed columns (amounts in cents).
        Raises: PolicyError if a record has a category without rules.
        """
        self._refuse_unknown(records)
        decided = records.join(self._table, on=["person_kind", "category"], how="left", maintain_order="left")
        counted = decided.filter("is_counted").group_by("category").agg(records=pl.len()).sort("category")
        shown = _mark_hidden(decided.filter(~pl.col("is_counted")))
        hidden = _count_hidden(shown)
        masked = _mask_names(shown) if any(rule.level is Level.MASKED for _, rule in self._used) else shown
        withheld = [field for field in GOVERNED if masked.get_column(f"{field}_withheld").any()]
        cleared = masked.with_columns(
            *(pl.when(~pl.col(f"{field}_withheld")).then(field).alias(field) for field in withheld),
            _list_hidden(masked).alias("withheld_fields"),
        )
        kept = [*records.columns, "withheld_fields", *(f"{field}_withheld" for field in GOVERNED)]
        return Disclosed(records=cleared.select(kept), counted=counted, hidden=hidden)

    @cached_property
    def _used(self) -> frozenset[tuple[str, Rule]]:
        """Each field with every rule that decides about it for somebody."""
        return frozenset((field, rule) for (field, _, _), rule in self._deciding.items())

    @cached_property
    def _table(self) -> pl.DataFrame:
        pairs = dict.fromkeys((kind, category) for _, kind, category in self._deciding)
        return pl.DataFrame(
            [_table_row(self._deciding, kind, category) for kind, category in pairs],
            schema={"person_kind": pl.String, "category": pl.String, "is_counted": pl.Boolean}
            | {f"{field}_{mark}": pl.Boolean for field in GOVERNED for mark in ("closed", "masked")}
            | {f"{field}_threshold": pl.Int64 for field in WITH_THRESHOLD},
        )

    def _refuse_unknown(self, records: pl.DataFrame) -> None:
        pairs = records.select("person_kind", "category").unique().sort("person_kind", "category")
        for kind, category in pairs.iter_rows():
            self.rule(RECORD, kind, category)


def describe_withheld(policy: Policy, disclosed: Sequence[Disclosed]) -> dict[str, Any]:
    """What is not published, counted, each count with its ground: the content of `withheld.json`.

    Shape: `disclosed` are the parts that the records were disclosed in.
    Order: field as in the column table, category, kind of person.
    """
    order = {field: position for position, field in enumerate(GOVERNED)}
    counted = _sum_up([part.counted for part in disclosed], by=["category"]).sort("category")
    hidden = _sum_up([part.hidden for part in disclosed], by=["field", "category", "person_kind"])
    rows = sorted(hidden.iter_rows(named=True), key=lambda r: (order[r["field"]], r["category"], r["person_kind"]))
    return {
        "count_only": [{"category": category, "records": records} for category, records in counted.iter_rows()],
        "fields": [{**row, **_ground(policy.rule(row["field"], row["person_kind"], row["category"]))} for row in rows],
        "policy": policy.describe(),
    }


def _sum_up(parts: Sequence[pl.DataFrame], *, by: list[str]) -> pl.DataFrame:
    return pl.concat(parts).group_by(by).agg(pl.col("records").sum())


def _ground(rule: Rule) -> dict[str, Any]:
    return {
        "level": rule.level.value,
        "ground": rule.ground,
        "authority": rule.authority,
        "date": rule.date.isoformat(),
        "note_es": rule.note.es,
        "note_en": rule.note.en,
    }


def _decide(rules: tuple[Rule, ...], field: str, kind: PersonKind, category: Category) -> Rule:
    """The rule that counts: within a file the most specific one; a later file may always withhold more, but opens only
    what its rule speaks of at least as specifically as the earlier file's."""
    deciding: Rule | None = None
    for rank in sorted({rule.rank for rule in rules}):
        fitting = [rule for rule in rules if rule.rank == rank and rule.fits(field, kind, category)]
        own = _most_specific(fitting, f"{field} {kind}/{category.code}")
        if deciding is None or (own and (own.strictness >= deciding.strictness or own.weight >= deciding.weight)):
            deciding = own
    if deciding is None:
        raise _undecided(field, kind, category.code)
    return deciding


def _most_specific(fitting: list[Rule], subject: str) -> Rule | None:
    ordered = sorted(fitting, key=lambda rule: rule.weight, reverse=True)
    if len(ordered) > 1 and ordered[0].weight == ordered[1].weight:
        one, two = ordered[0].place, ordered[1].place
        raise PolicyError(
            f"Dos reglas igual de específicas deciden sobre {subject}: {one} y {two}.",
            f"Two equally specific rules decide about {subject}: {one} and {two}.",
        )
    return ordered[0] if ordered else None


def _undecided(field: str, person_kind: str, category: str) -> PolicyError:
    return PolicyError(
        f"Ninguna regla decide sobre «{field}» de {person_kind}/{category}.",
        f"No rule decides about “{field}” of {person_kind}/{category}.",
    )


def _table_row(deciding: Mapping[tuple[str, str, str], Rule], kind: str, category: str) -> dict[str, Any]:
    rules = {field: deciding[field, kind, category] for field in (RECORD, *GOVERNED)}
    closed = {field: rules[field].level is not Level.PUBLIC for field in GOVERNED}
    # A municipality tells its department.
    closed["municipality"] |= rules["department"].level is Level.WITHHELD
    return (
        {"person_kind": kind, "category": category, "is_counted": rules[RECORD].level is Level.COUNT_ONLY}
        | {f"{field}_closed": is_closed for field, is_closed in closed.items()}
        | {f"{field}_masked": rules[field].level is Level.MASKED for field in GOVERNED}
        | {f"{field}_threshold": rules[field].threshold for field in WITH_THRESHOLD}
    )


def _mark_hidden(records: pl.DataFrame) -> pl.DataFrame:
    """Add `<field>_withheld` (becomes null) and `<field>_hidden` (withheld or masked) for values that exist."""
    marked = records.with_columns(_falls_under(field).alias(f"{field}_hidden") for field in GOVERNED)
    return marked.with_columns(
        (pl.col(f"{field}_hidden") & ~pl.col(f"{field}_masked")).alias(f"{field}_withheld") for field in GOVERNED
    )


def _list_hidden(records: pl.DataFrame) -> pl.Series:
    """The names of each row's hidden fields, joined; null where none is. Each combination is written once."""
    bits = (pl.col(f"{field}_hidden").cast(pl.UInt32) * (1 << place) for place, field in enumerate(GOVERNED))
    sets = records.select(pl.sum_horizontal(bits)).to_series()
    distinct = sets.unique()
    written = [
        LIST_SEPARATOR.join(field for place, field in enumerate(GOVERNED) if number >> place & 1) or None
        for number in distinct
    ]
    return sets.replace_strict(distinct, pl.Series(written, dtype=pl.String), return_dtype=pl.String)


def _falls_under(field: str) -> pl.Expr:
    hidden = pl.col(field).is_not_null() & pl.col(f"{field}_closed")
    if field in WITH_THRESHOLD:
        threshold = pl.col(f"{field}_threshold")
        return hidden & (threshold.is_null() | (pl.col(field) < threshold)).fill_null(False)
    return hidden


def _mask_names(records: pl.DataFrame) -> pl.DataFrame:
    initials = pl.col("name").str.extract_all(r"\p{L}+").list.eval(pl.element().str.head(1) + ".").list.join(" ")
    masked = pl.col("name_hidden") & ~pl.col("name_withheld")
    return records.with_columns(name=pl.when(masked).then(initials).otherwise("name"))


def _count_hidden(records: pl.DataFrame) -> pl.DataFrame:
    sums = records.group_by("category", "person_kind").agg(pl.col(f"{field}_hidden").sum() for field in GOVERNED)
    return (
        sums.rename({f"{field}_hidden": field for field in GOVERNED})
        .unpivot(index=["category", "person_kind"], variable_name="field", value_name="records")
        .filter(pl.col("records") > 0)
        .select("field", "category", "person_kind", pl.col("records").cast(pl.Int64))
    )
