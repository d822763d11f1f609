"""What a hold says to a person, and what it takes to allow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exemptions.columns import COLUMN, JobsKind
from exemptions.errors import BatchBlocked, Sentence
from exemptions.fact_codes import PARTITION_LABELS
from exemptions.guards import CHANGE_GUARDS, Guard, Hold, Lift
from exemptions.shifted_columns import Measure
from exemptions.totals import AmountMeaning

GUARD_NAMES: Mapping[Guard, Sentence] = {
    Guard.REMOVALS: Sentence("Demasiadas bajas", "Too many removals"),
    Guard.AMOUNT_CHANGE: Sentence("El monto total cambia demasiado", "The total amount moves too much"),
    Guard.JOBS_CHANGE: Sentence("El total de empleos cambia demasiado", "The total of jobs moves too much"),
    Guard.CATEGORY_LOST: Sentence("Una categoría se queda sin registros", "A category is lost"),
    Guard.OLDER_FILE: Sentence("Repite un archivo anterior", "Repeats an older file"),
    Guard.SHIFTED_COLUMN: Sentence("Una columna no se parece a la anterior", "A column looks unlike the last edition"),
    Guard.SAME_NIT_OTHER_NAME: Sentence("Los NIT aparecen con otro nombre", "NITs appear under other names"),
}
"""A short title of each guard."""

_MEASURES: Mapping[str, Sentence] = {
    Measure.FILLED: Sentence("filas con dato", "rows with a value"),
    Measure.SIGNS: Sentence("letras, cifras y signos", "letters, digits and signs"),
    Measure.LENGTH: Sentence("largo de los textos", "length of the texts"),
    Measure.CODES: Sentence("reparto de los códigos", "shares of the codes"),
    Measure.REPEATED: Sentence("textos que se repiten", "texts that repeat"),
    Measure.REWRITTEN: Sentence("valores que cambian en registros conocidos", "values that change in known records"),
}

_MEANINGS: Mapping[str, Sentence] = {
    **{str(code): label for code, label in PARTITION_LABELS.items()},
    AmountMeaning.NOT_PAID: Sentence("no pagado", "not paid"),
    AmountMeaning.DEFERRED: Sentence("suspendido o devuelto", "suspended or paid back"),
    JobsKind.PROJECTED: Sentence("proyectado", "projected"),
    JobsKind.REPORTED: Sentence("reportado", "reported"),
}


def describe_hold(hold: Hold) -> Sentence:
    """What the guard measured and what it allows, as a sentence."""
    return Sentence(_describe(hold, "es"), _describe(hold, "en"))


def allowing_options(holds: Iterable[Hold]) -> str:
    """The options of the command line that allow exactly these holds; the reason is the person's own."""
    lift = Lift.covering(tuple(holds), reason="")
    options = [f"--allow-removals {lift.removals}"] if lift.removals is not None else []
    options += [f"--allow-change {percent_text(lift.change_pct)}"] if lift.change_pct is not None else []
    return " ".join([*options, *(f"--accept {guard}={number}" for guard, number in lift.accepted.items())])


def blocked(number: int, left: tuple[Hold, ...], holds: tuple[Hold, ...]) -> BatchBlocked:
    """The refusal to approve a batch of which `left` is not allowed yet, with what allows all that holds it back."""
    told, options = [describe_hold(hold) for hold in left], allowing_options(holds)
    es, en = (" ".join(sentence.text(lang) for sentence in told) for lang in ("es", "en"))
    return BatchBlocked(
        f"El lote {number} está bloqueado. {es} Quien aprueba puede permitirlo con: {options} --reason TEXTO",
        f"Batch {number} is blocked. {en} An approver may allow it with: {options} --reason TEXT",
        left,
    )


def quantity_text(guard: Guard, value: int, lang: str) -> str:
    """A total as people write it: amounts in quetzales with two decimals, jobs as a number."""
    if guard is Guard.AMOUNT_CHANGE:
        sign, cents = ("−" if value < 0 else ""), abs(value)
        return f"{sign}Q{cents // 100:,}.{cents % 100:02d}"
    return f"{value:,} {'jobs' if lang == 'en' else 'empleos'}"


def percent_text(value: float) -> str:
    """A percentage as it was measured, to two decimals, so that who writes it again allows exactly that."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _describe(hold: Hold, lang: str) -> str:
    title, en = GUARD_NAMES[hold.guard].text(lang), lang == "en"
    if hold.guard in CHANGE_GUARDS:
        totals = "; ".join(_total(hold.guard, total, lang) for total in hold.detail["totals"])
        rest = hold.detail["count"] - len(hold.detail["totals"])
        more = "" if not rest else (f"; and {rest} more" if en else f"; y {rest} más")
        limit = f"at most {hold.limit:g} %" if en else f"a lo más {hold.limit:g} %"
        return f"{title}: {totals}{more} ({limit})."
    return f"{title}: {_WORDS[hold.guard](hold, en)}."


def _total(guard: Guard, total: Mapping[str, Any], lang: str) -> str:
    said = meaning_text(total["meaning"], lang)
    of = " ".join(part for part in (total["period"], said) if part)
    before, after = (quantity_text(guard, total[side], lang) for side in ("before", "after"))
    named = f"{of}: " if of else ""
    return f"{named}{before} → {after}, {percent_text(total['percent'])} %"


def _removals(hold: Hold, en: bool) -> str:
    ended, scope, percent = f"{hold.measured:,.0f}", f"{hold.detail['scope']:,}", f"{hold.detail['percent']:g} %"
    if en:
        return f"{ended} of {scope} end ({percent}; at most {hold.limit:,.0f})"
    return f"terminan {ended} de {scope} ({percent}; a lo más {hold.limit:,.0f})"


def _categories(hold: Hold, en: bool) -> str:
    had = "had" if en else "tenía"
    return ", ".join(f"{code} ({had} {rows:,})" for code, rows in hold.detail["categories"].items())


def _older(hold: Hold, en: bool) -> str:
    if en:
        return f"it is the file of batch {hold.measured:.0f}, and another one was loaded since"
    return f"es el archivo del lote {hold.measured:.0f}, y después se cargó otro"


def _columns(hold: Hold, en: bool) -> str:
    lang = "en" if en else "es"
    told = (
        f"{column_label(item['column'], lang)} ({_MEASURES[item['measure']].text(lang)}: {item['difference']:g} %)"
        for item in hold.detail["columns"]
    )
    limit = f"more than {hold.detail['limit_pct']:g} %" if en else f"más de {hold.detail['limit_pct']:g} %"
    return f"{', '.join(told)}; {limit}"


def _names(hold: Hold, en: bool) -> str:
    renamed, taxpayers = f"{hold.measured:,.0f}", f"{hold.detail['taxpayers']:,}"
    first = "; ".join(f"{one['nit']}: «{one['before']}» → «{one['after']}»" for one in hold.detail["examples"][:3])
    if en:
        return f"{renamed} of {taxpayers} taxpayers (at most {hold.limit:,.0f}), such as {first}"
    return f"{renamed} de {taxpayers} contribuyentes (a lo más {hold.limit:,.0f}), como {first}"


_WORDS = {
    Guard.REMOVALS: _removals,
    Guard.CATEGORY_LOST: _categories,
    Guard.OLDER_FILE: _older,
    Guard.SHIFTED_COLUMN: _columns,
    Guard.SAME_NIT_OTHER_NAME: _names,
}


def meaning_text(meaning: str, lang: str) -> str:
    """What the figures of a total are, in words."""
    return _MEANINGS[meaning].text(lang) if meaning in _MEANINGS else meaning


def column_label(key: str, lang: str) -> str:
    """The name that people know a column of the book by."""
    public = "amount_gtq" if key == "amount_cents" else key
    return COLUMN[public].label(lang) if public in COLUMN else public
