"""Codes: type, category, authority, status, taxes, activity and kind of jobs, by code, RTU code or name."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import polars as pl

from exemptions.catalog_entries import CatalogName, Category, TermStart
from exemptions.catalogs import Catalogs
from exemptions.columns import LIST_SEPARATOR, JobsKind, Status
from exemptions.text import fold_expr, fold_text
from loaders.checks import Check, Context, is_unreadable, value
from loaders.rules import NOTHING_NEAR

STATUSES: Mapping[str, Status] = {
    "vigente": Status.ACTIVE,
    "activo": Status.ACTIVE,
    "activa": Status.ACTIVE,
    "active": Status.ACTIVE,
    "suspendido": Status.SUSPENDED,
    "suspendida": Status.SUSPENDED,
    "suspended": Status.SUSPENDED,
    "revocado": Status.REVOKED,
    "revocada": Status.REVOKED,
    "revoked": Status.REVOKED,
    "cancelado": Status.CANCELLED,
    "cancelada": Status.CANCELLED,
    "cancelled": Status.CANCELLED,
    "vencido": Status.EXPIRED,
    "vencida": Status.EXPIRED,
    "expired": Status.EXPIRED,
}
"""Folded text of ESTADO → status. `pending` is derived from dates and cannot be declared."""

JOBS_KINDS: Mapping[str, JobsKind] = {
    "proyectado": JobsKind.PROJECTED,
    "proyectados": JobsKind.PROJECTED,
    "projected": JobsKind.PROJECTED,
    "reportado": JobsKind.REPORTED,
    "reportados": JobsKind.REPORTED,
    "reported": JobsKind.REPORTED,
}

_TAX_SEPARATORS = re.compile(r"\s*[;,/]\s*")
_SECTIONED_CLASS = r"^([A-U])[\s.-]?([0-9]{4})$"
_SHARED, _RTU_TYPE = "category.shared", "exempt_type.rtu"
_LAWFUL_TERM_YEARS = 10
"""Of income-tax relief where the regime's own law sets none. Source: Código Tributario, art. 63."""


def parse_codes(frame: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """The frame with a `<key>.value` for each code, and what the category says under `category.<fact>`."""
    frame = frame.with_columns(
        look_up(frame, "exempt_type", catalogs.aliases(CatalogName.TYPES)),
        look_up(frame, "authority", catalogs.aliases(CatalogName.AUTHORITIES)),
        look_up(frame, "status", STATUSES),
        look_up(frame, "jobs_kind", JOBS_KINDS),
        _taxes(frame, catalogs),
        _activity(frame, catalogs),
        is_among(frame, "exempt_type", _rtu_types(catalogs)).alias(_RTU_TYPE),
    )
    return parse_category(frame, catalogs)


def parse_category(frame: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    """The frame with `category.value` and what that category says under `category.<fact>`."""
    frame = frame.with_columns(
        look_up(frame, "category", catalogs.aliases(CatalogName.CATEGORIES)),
        is_among(frame, "category", _shared_texts(catalogs)).alias(_SHARED),
    )
    return frame.join(_category_facts(catalogs), on="category.value", how="left", maintain_order="left")


def code_checks(context: Context) -> Iterator[Check]:
    """The checks of each code by itself, and of the category against the type."""
    catalogs = context.catalogs
    yield Check("tipo_vacio", "exempt_type", pl.col("exempt_type").is_null())
    yield Check("tipo_desconocido", "exempt_type", is_unreadable("exempt_type"), explain=near(catalogs, "types"))
    yield from category_checks(catalogs)
    yield _type_check(catalogs)
    yield Check("autoridad_desconocida", "authority", is_unreadable("authority"), explain=near(catalogs, "authorities"))
    yield Check("estado_desconocido", "status", is_unreadable("status"))
    yield Check("impuesto_desconocido", "taxes", is_unreadable("taxes"), explain=_unknown_taxes(catalogs))
    yield Check("actividad_desconocida", "activity", is_unreadable("activity"))
    yield Check("tipo_empleos_desconocido", "jobs_kind", is_unreadable("jobs_kind"))


def category_checks(catalogs: Catalogs) -> Iterator[Check]:
    """The checks of the category by itself."""
    shared = _shared_texts(catalogs)
    ambiguous = pl.col(_SHARED)
    yield Check("categoria_vacia", "category", pl.col("category").is_null())
    yield Check(
        "categoria_ambigua",
        "category",
        is_unreadable("category") & ambiguous,
        explain=lambda text: {"candidates": ", ".join(shared[fold_text(text)])},
    )
    unknown = is_unreadable("category") & ~ambiguous
    yield Check("categoria_desconocida", "category", unknown, explain=near(catalogs, "categories"))


def look_up(frame: pl.DataFrame, key: str, codes: Mapping[str, str]) -> pl.Expr:
    """The codes that the texts of a column mean, by their folded form, as `<key>.value`; null where none is known."""
    texts = frame.select(pl.col(key).drop_nulls().unique(maintain_order=True)).with_columns(
        folded=fold_expr(pl.col(key))
    )
    known = {text: str(codes[folded]) for text, folded in texts.iter_rows() if folded in codes}
    return replace(key, known)


def is_among(frame: pl.DataFrame, key: str, folded: Collection[str]) -> pl.Expr:
    """Whether a column's text, folded, is one of some texts; null where it is blank."""
    texts = _distinct(frame, key)
    return pl.col(key).is_in([text for text, own in texts.iter_rows() if own in folded])


def replace(key: str, known: Mapping[str, str]) -> pl.Expr:
    """`<key>.value` from a table of whole texts."""
    found = pl.col(key).replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    return found.alias(f"{key}.value")


def nearest(catalogs: Catalogs, name: CatalogName, text: str) -> str:
    """The code whose code or name is most like a text, or a dash."""
    aliases = catalogs.aliases(name)
    close = difflib.get_close_matches(fold_text(text), list(aliases), n=1, cutoff=0.6)
    return aliases[close[0]] if close else NOTHING_NEAR


def _distinct(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """The different texts of a column and their folded forms; a column of codes has few."""
    texts = frame.select(pl.col(key).drop_nulls().unique(maintain_order=True))
    return texts.with_columns(folded=fold_expr(pl.col(key)))


def near(catalogs: Catalogs, name: str) -> Callable[[str], Mapping[str, Any]]:
    """Explains an unknown text by the entry of a catalogue that is most like it."""
    return lambda text: {"nearest": nearest(catalogs, CatalogName(name), text)}


def _category_facts(catalogs: Catalogs) -> pl.DataFrame:
    return pl.DataFrame(
        [_facts_of(category) for category in catalogs.categories.values()],
        schema={
            "category.value": pl.String,
            "category.type": pl.String,
            "category.temporary": pl.Boolean,
            "category.natural": pl.Boolean,
            "category.jobs": pl.Boolean,
            "category.quarterly": pl.Boolean,
            "category.from_notification": pl.Boolean,
            "category.isr": pl.Boolean,
            "category.years": pl.Int64,
        },
        orient="row",
    )


def _facts_of(category: Category) -> tuple[object, ...]:
    return (
        category.code,
        category.exempt_type,
        category.is_temporary,
        category.natural_persons,
        category.jobs_apply,
        category.quarterly_jobs,
        category.term_start is TermStart.NOTIFICATION,
        "ISR" in category.taxes,
        category.term_years or _LAWFUL_TERM_YEARS,
    )


def _type_check(catalogs: Catalogs) -> Check:
    """The type must be the category's own; an RTU class counts if it is one of the category's RTU classes.

    RTU files some categories under another type than their law does (the Olympic committee under the State).
    """
    pairs = {
        f"{category.code}/{catalogs.rtu_classifications[part.person, part.classification]}"
        for category in catalogs.categories.values()
        for part in category.rtu
    }
    filed = pl.concat_str(value("category"), value("exempt_type"), separator="/").is_in(sorted(pairs))
    by_rtu = pl.col(_RTU_TYPE) & filed
    other = (value("exempt_type") != pl.col("category.type")) & ~by_rtu
    detail = {"category": value("category"), "expected": pl.col("category.type"), "type": pl.col("exempt_type")}
    return Check("categoria_no_es_del_tipo", "category", other, detail)


def _shared_texts(catalogs: Catalogs) -> Mapping[str, tuple[str, ...]]:
    """Folded RTU codes and names that several categories share → those categories."""
    owners: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for category in catalogs.categories.values():
        for part in category.rtu:
            for text in (part.type, f"{part.classification}/{part.type}", part.name):
                owners[fold_text(text)][category.code] = None
    return {text: tuple(codes) for text, codes in owners.items() if len(codes) > 1}


def _rtu_types(catalogs: Catalogs) -> frozenset[str]:
    """Folded codes and names of the RTU classifications."""
    parts = (part for kind in catalogs.types.values() for part in kind.rtu)
    return frozenset(fold_text(text) for part in parts for text in (part.classification, part.name))


def _taxes(frame: pl.DataFrame, catalogs: Catalogs) -> pl.Expr:
    known: dict[str, str] = {}
    for text in frame.get_column("taxes").drop_nulls().unique(maintain_order=True):
        codes = [code for _, code in _tax_codes(text, catalogs)]
        if codes and None not in codes:
            known[text] = LIST_SEPARATOR.join(dict.fromkeys(code for code in codes if code is not None))
    return replace("taxes", known)


def _tax_codes(text: str, catalogs: Catalogs) -> list[tuple[str, str | None]]:
    """The parts of a list of taxes and the code of each.

    A name that itself holds a comma (domestic value added tax) is known as a whole.
    """
    aliases = catalogs.aliases(CatalogName.TAXES)
    whole = aliases.get(fold_text(text))
    if whole is not None:
        return [(text, whole)]
    parts = [part for part in _TAX_SEPARATORS.split(text) if part]
    return [(part, aliases.get(fold_text(part))) for part in parts]


def _unknown_taxes(catalogs: Catalogs) -> Callable[[str], Mapping[str, Any]]:
    def explain(text: str) -> Mapping[str, Any]:
        return {"unknown": ", ".join(part for part, code in _tax_codes(text, catalogs) if code is None) or text}

    return explain


def _activity(frame: pl.DataFrame, catalogs: Catalogs) -> pl.Expr:
    """A class of four digits, also after the letter of its section, or its name."""
    sectioned = {
        f"{catalogs.activity_divisions[activity.division].section}{code}": code
        for code, activity in catalogs.activities.items()
    }
    aliases = catalogs.aliases(CatalogName.ACTIVITIES)
    texts = _distinct(frame, "activity").with_columns(
        compact=pl.col("activity").str.to_uppercase().str.replace(_SECTIONED_CLASS, "${1}${2}")
    )
    known = {
        text: code
        for text, folded, compact in texts.iter_rows()
        if (code := aliases.get(folded) or sectioned.get(compact)) is not None
    }
    return replace("activity", known)
