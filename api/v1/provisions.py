"""`GET /expenditure/provisions`: every preferential treatment, with what is declared of it and what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice
from api.schemas.expenditure_summary import ProvisionListSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.state import app_state
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.catalogs import load_catalogs
from exemptions.columns import LIST_SEPARATOR
from exemptions.filters import FILTER
from exemptions.provisions import BENEFICIARIES, FILTERED, Beneficiaries, Provision, choose_provisions
from exemptions.release import Release
from exporters.csv_format import LINE_END

PATH = "/api/v1/expenditure/provisions"
_JSON = "application/json"
_CSV = "text/csv"


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    catalogs = load_catalogs()
    described = (
        ("tax", both("Impuesto.", "Tax."), list(catalogs.taxes)),
        ("type", both("Tipo exento.", "Exempt type."), list(catalogs.types)),
        ("category", both("Categoría.", "Category."), list(catalogs.categories)),
    )
    parameters = [
        query_parameter(name, told, {"type": "array", "items": {"type": "string", "enum": codes}})
        for name, told, codes in described
    ]
    beneficiaries = query_parameter(
        BENEFICIARIES,
        both(
            "`registered`: con beneficiarios inscritos; `none`: exenciones de operaciones, sin nadie inscrito.",
            "`registered`: with registered beneficiaries; `none`: exemptions of operations, nobody registered.",
        ),
        {"type": "string", "enum": list(Beneficiaries), "default": Beneficiaries.ALL},
    )
    return operation(
        operation_id,
        tag="expenditure",
        summary=title,
        about=(
            "Cada tratamiento preferencial: una categoría, un impuesto y un mecanismo; o una exención objetiva, de "
            "operaciones, sin beneficiarios inscritos. Lo que nadie declara es null.",
            "Each preferential treatment: a category, a tax and a mechanism; or an objective exemption, of operations, "
            "without registered beneficiaries. What nobody declares is null.",
        ),
        media=media,
        parameters=[*parameters, beneficiaries, *release_parameters()],
        problems=(404, 410),
        example=f"{PATH}{suffix}?category=COOP",
    )


@v1.route("/expenditure/provisions")
@v1.doc(
    **_describe(
        "listProvisions",
        "",
        {_JSON: ProvisionListSchema},
        ("Catálogo de tratamientos preferenciales", "Catalogue of preferential treatments"),
    )
)
def show_provisions() -> Response:
    """The provisions that match."""
    return _answer("", _JSON, _make_json)


@v1.route("/expenditure/provisions.csv")
@v1.doc(
    **_describe(
        "exportProvisionsCsv",
        ".csv",
        {_CSV: {"type": "string"}},
        ("Catálogo de tratamientos preferenciales, en CSV", "Catalogue of preferential treatments as CSV"),
    )
)
def export_provisions() -> Response:
    """The provisions that match, as CSV."""
    return _answer(".csv", _CSV, _make_csv)


def _answer(
    suffix: str, media_type: str, make: Callable[[Release, tuple[Provision, ...]], tuple[bytes, Headers]]
) -> Response:
    reader = parameter_reader(*FILTERED, BENEFICIARIES, *CHOICE)
    chosen = {name: reader.codes(FILTER[name], app_state().catalogs) for name in FILTERED}
    beneficiaries = Beneficiaries(reader.name(BENEFICIARIES, list(Beneficiaries), Beneficiaries.ALL))
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(media_type)
    release = chosen_release(choice)
    asked = [(name, value) for name, values in chosen.items() for value in values]
    asked.append((BENEFICIARIES, beneficiaries))
    representation = Representation(
        release=release,
        key=f"{PATH}{suffix}?{urlencode(asked)}",
        media_type=f"{media_type}; charset=utf-8; header=present" if media_type == _CSV else media_type,
        pinned=choice.is_pinned,
        by_language=False,
    )
    return answer_body(
        representation, lambda: make(release, choose_provisions(release.catalogs, chosen, beneficiaries))
    )


def _make_json(release: Release, found: tuple[Provision, ...]) -> tuple[bytes, Headers]:
    return encode_json({**release_facts(release), "total": len(found), "items": [asdict(one) for one in found]}), ()


def _make_csv(release: Release, found: tuple[Provision, ...]) -> tuple[bytes, Headers]:
    columns = [column.name for column in fields(Provision)]
    lines = [[_cell(getattr(one, name)) for name in columns] for one in found]
    frame = pl.DataFrame(lines, schema=dict.fromkeys(columns, pl.String), orient="row")
    disposition = f'attachment; filename="tratamientos-preferenciales-{release.number}.csv"'
    return frame.write_csv(line_terminator=LINE_END).encode(), (("Content-Disposition", disposition),)


def _cell(value: Any) -> str | None:
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(value) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
