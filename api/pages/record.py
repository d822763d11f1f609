"""The page of one benefit."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from api.formatting import format_tax_number
from api.pages.blueprint import pages
from api.pages.facts import (
    AmountRow,
    ChangeRow,
    TimelineEntry,
    amount_rows,
    change_rows,
    timeline,
)
from api.pages.fields import FieldGroup, field_groups
from api.pages.figures import AmountTotal, EnergyRow, JobsGroup, amount_totals, energy_rows, jobs_groups
from api.pages.language import page_url
from api.pages.links import export_url, pinned_page
from api.pages.render import answer_page, page_reader
from api.pages.sentences import term, verdict
from api.pages.values import Item, Reader, holder_name
from api.pages.withheld import WithheldNote, notes_of
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice, release_days
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What the page of a record tells."""

    name: str
    nit: str
    category: str
    status: str
    verdict: str
    term: str
    taxpayer_url: str
    withheld: tuple[WithheldNote, ...]
    groups: tuple[FieldGroup, ...]
    jobs: tuple[JobsGroup, ...]
    amount_totals: tuple[AmountTotal, ...]
    amounts: tuple[AmountRow, ...]
    energy: tuple[EnergyRow, ...]
    timeline: list[TimelineEntry]
    changes: tuple[ChangeRow, ...]
    json_url: str
    csv_url: str
    pinned_url: str
    report_url: str


@pages.get("/registro/<record_id>", endpoint="record")
def show_record(record_id: str) -> Response:
    """One benefit: its status in a sentence, every field, its facts and its history."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    row = release.get_record(record_id)
    return answer_page(
        release,
        "record.html",
        lambda: {"record": _build(release, release.to_items([row])[0], page_reader(release))},
        query=choice.params,
        pinned=choice.is_pinned,
    )


def _build(release: Release, item: Item, reader: Reader) -> RecordPage:
    record_id = item["record_id"]
    category = reader.name_of("categories", item["category"], item["category_name"])
    benefits = {record_id: category}
    amounts = release.amounts_of([record_id])
    return RecordPage(
        name=holder_name(item),
        nit=format_tax_number(item["nit"]) if item["nit"] else "",
        category=category,
        status=item["status"],
        verdict=verdict(item, status_date=release.status_date, lang=reader.lang),
        term=term(item, lang=reader.lang),
        taxpayer_url=page_url("taxpayer", nit=item["nit"]) if item["nit"] else "",
        withheld=notes_of(item, release.withheld, reader),
        groups=field_groups(item, reader),
        jobs=jobs_groups(release.jobs_of([record_id]), benefits),
        amount_totals=amount_totals(amounts, reader),
        amounts=amount_rows(amounts, benefits, reader),
        energy=energy_rows(release.energy_of([record_id]), benefits, reader),
        timeline=timeline(
            item, release.events_of([record_id]), release.history_of([record_id]), release_days(), reader.lang
        ),
        changes=change_rows(release.history_of([record_id]), reader),
        json_url=f"/api/v1/records/{record_id}?release={release.number}",
        csv_url=export_url("csv", [("record_id", record_id)], release=release.number),
        pinned_url=pinned_page("record", release=release.number, record_id=record_id),
        report_url=page_url("corrections", record_id=record_id),
    )
