"""What a page tells of one record of a release; the record's page, that of one that ended and the proof show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from api.formatting import format_day, format_tax_number
from api.pages.citing import CitingBlock, citing_block
from api.pages.facts import AmountRow, ChangeRow, JobsRow, TimelineEntry, change_rows, timeline
from api.pages.feed_addresses import RECORD, feed_url
from api.pages.fields import FieldGroup, field_groups
from api.pages.figures import (
    AmountTotal,
    EnergyRow,
    amount_totals,
    energy_rows,
    forgone_rows,
    jobs_apart,
    other_rows,
)
from api.pages.jobs_compared import JobsCompared, compare_jobs
from api.pages.language import page_url
from api.pages.legal_basis import LawLine, law_lines
from api.pages.links import export_url, pinned_page
from api.pages.neighbours import Neighbours, neighbours
from api.pages.render import page_reader
from api.pages.sentences import status_sentence
from api.pages.term_meaning import date_meanings
from api.pages.texts import gettext as _
from api.pages.values import Item, amount_in_words, holder_name
from api.pages.withheld import WithheldNote, notes_of
from api.releases_at import ReleaseChoice, release_days
from exemptions.columns import PersonKind
from exemptions.matches import total
from exemptions.origins import value_releases
from exemptions.query import RegistryQuery
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What the page of a record tells."""

    release: int
    name: str
    is_natural: bool
    """Whether it is a natural person's, to which search engines are not to lead by name."""
    nit: str
    category: str
    status: str
    sentence: str
    """Its status on the release's status date."""
    asked: str
    """What an address that names a release or a day adds to it."""
    today_url: str
    taxpayer_url: str
    proof_url: str
    withheld: tuple[WithheldNote, ...]
    groups: tuple[FieldGroup, ...]
    laws: tuple[LawLine, ...]
    meanings: Mapping[str, tuple[str, ...]]
    """Column → what its value means for this record."""
    jobs: JobsCompared
    jobs_apart: tuple[JobsRow, ...]
    amount_totals: tuple[AmountTotal, ...]
    forgone: tuple[AmountRow, ...]
    not_forgone: tuple[AmountRow, ...]
    energy: tuple[EnergyRow, ...]
    timeline: list[TimelineEntry]
    changes: tuple[ChangeRow, ...]
    neighbours: Neighbours
    json_url: str
    csv_url: str
    pinned_url: str
    citing: CitingBlock
    feed_url: str
    report_url: str


def build_record(release: Release, row: int, choice: ReleaseChoice) -> RecordPage:
    """What a release tells of one of its records; `choice` is how the address chose the release."""
    reader = page_reader(release)
    item = release.to_items([row])[0]
    record_id = item["record_id"]
    category = reader.name_of("categories", item["category"], item["category_name"])
    benefits = {record_id: category}
    history = release.history_of([record_id])
    events = release.events_of([record_id])
    jobs, amounts = release.jobs_of([record_id]), release.amounts_of([record_id])
    origins = value_releases(item, history)
    params = dict(choice.params)
    return RecordPage(
        release=release.number,
        name=holder_name(item),
        is_natural=item["person_kind"] == PersonKind.NATURAL,
        nit=format_tax_number(item["nit"]) if item["nit"] else "",
        category=category,
        status=item["status"],
        sentence=status_sentence(item, events, status_date=release.status_date, lang=reader.lang),
        asked=asked_words(release, item, choice, reader.lang),
        today_url=page_url("record", record_id=record_id) if params else "",
        taxpayer_url=page_url("taxpayer", nit=item["nit"], **params) if item["nit"] else "",
        proof_url=page_url("proof", record_id=record_id, **params),
        withheld=notes_of(item, release.withheld, reader),
        groups=field_groups(item, origins, reader),
        laws=law_lines(item, reader),
        meanings=date_meanings(item, reader) | _amount_meaning(item),
        jobs=compare_jobs(jobs, {record_id: item}, benefits),
        jobs_apart=jobs_apart(jobs, benefits),
        amount_totals=amount_totals(amounts, reader),
        forgone=forgone_rows(amounts, benefits, reader),
        not_forgone=other_rows(amounts, benefits, reader),
        energy=energy_rows(release.energy_of([record_id]), benefits, reader),
        timeline=timeline(item, events, history, release_days(), origins, reader.lang),
        changes=change_rows(history, reader),
        neighbours=neighbours(release, item, reader, choice.params),
        json_url=f"/api/v1/records/{record_id}?release={release.number}",
        csv_url=export_url("csv", [("record_id", record_id)], release=release.number),
        pinned_url=pinned_page("record", release=release.number, record_id=record_id),
        citing=citing_block(release, RegistryQuery(record_id=(record_id,))),
        feed_url=feed_url(RECORD, record_id=record_id),
        report_url=page_url("corrections", record_id=record_id),
    )


def _amount_meaning(item: Item) -> dict[str, tuple[str, ...]]:
    """The amount in words, where its digits are many."""
    words = amount_in_words(Decimal(item["amount_gtq"])) if item["amount_gtq"] is not None else ""
    return {"amount_gtq": (words,)} if words else {}


def asked_words(release: Release, item: Item, choice: ReleaseChoice, lang: str) -> str:
    """What an address that names a release or a day adds to the status: which release answers, and what of that day."""
    if choice.number is not None:
        day = format_day(release_days()[release.number], lang)
        return _("Así estaba en la publicación %(number)s, del %(day)s.", number=release.number, day=day)
    if choice.as_of is None:
        return ""
    day = format_day(choice.as_of, lang)
    status_day = format_day(release.status_date, lang)
    words = _(
        "El %(day)s regía la publicación %(number)s, con estados al %(status_day)s.",
        day=day,
        number=release.number,
        status_day=status_day,
    )
    if is_valid_on(release, item, choice.as_of):
        return words + " " + _("Por sus fechas y los actos que ella conoce, ese día el beneficio regía.")
    return words + " " + _("Por sus fechas y los actos que ella conoce, ese día el beneficio no regía.")


def is_valid_on(release: Release, item: Item, day: date) -> bool:
    """Whether the benefit's dates contain the day and nothing that the release knows of stopped it then."""
    return total(release, RegistryQuery(record_id=(item["record_id"],), valid_on=day)) > 0
