"""`GET /expenditure/provisions`: every preferential treatment, with what is declared of it and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from typing import Any
from urllib.parse import urlencode

import polars as pl
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.schemas.expenditure_summary import ProvisionListSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.state import app_state
from api.v1 import table_words
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.table_files import AskedTable, TableFiles, add_table_files
from exemptions.catalogs import load_catalogs
from exemptions.filters import FILTER
from exemptions.provisions import BENEFICIARIES, FILTERED, Beneficiaries, Provision, choose_provisions
from exemptions.release import Release

PATH = "/api/v1/expenditure/provisions"
_JSON = "application/json"


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
    require_acceptable(_JSON)
    asked = _ask()
    representation = Representation(
        release=asked.release,
        key=f"{PATH}?{urlencode(asked.params)}",
        media_type=_JSON,
        pinned=asked.choice.is_pinned,
        by_language=False,
    )
    return answer_body(representation, lambda: _make_json(asked.release, asked.find()))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which provisions are asked for, and of which release."""

    release: Release
    chosen: Mapping[str, tuple[str, ...]]
    beneficiaries: Beneficiaries
    choice: ReleaseChoice

    @property
    def params(self) -> list[tuple[str, str]]:
        chosen = [(name, value) for name, values in self.chosen.items() for value in values]
        return [*chosen, (BENEFICIARIES, self.beneficiaries.value)]

    def find(self) -> tuple[Provision, ...]:
        return choose_provisions(self.release.catalogs, self.chosen, self.beneficiaries)


def _ask() -> _Asked:
    reader = parameter_reader(*FILTERED, BENEFICIARIES, *CHOICE)
    chosen = {name: reader.codes(FILTER[name], app_state().catalogs) for name in FILTERED}
    beneficiaries = Beneficiaries(reader.name(BENEFICIARIES, list(Beneficiaries), Beneficiaries.ALL))
    choice = read_choice(reader)
    reader.raise_problems()
    return _Asked(chosen_release(choice), chosen, beneficiaries, choice)


def _ask_table() -> AskedTable:
    asked = _ask()
    params = [*asked.params, *asked.choice.params]
    return AskedTable(asked.release, lambda: _frame(asked.find()), params, asked.choice.is_pinned)


def _make_json(release: Release, found: tuple[Provision, ...]) -> tuple[bytes, Headers]:
    return encode_json({**release_facts(release), "total": len(found), "items": [asdict(one) for one in found]}), ()


def _frame(found: tuple[Provision, ...]) -> pl.DataFrame:
    rows = [asdict(one) for one in found]
    return pl.DataFrame([{name: _cell(row[name]) for name in _SCHEMA} for row in rows], schema=_SCHEMA)


def _cell(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value.value if isinstance(value, Enum) else value


_TYPES: Mapping[str, Any] = {
    "has_registered_beneficiaries": pl.Boolean(), "legal_references": pl.List(pl.String()), "starts_on": pl.Date(),
    "ends_on": pl.Date(), "term_years": pl.Int64(), "scenarios": pl.List(pl.String()),
}  # fmt: skip
_SCHEMA = {column.name: _TYPES.get(column.name, pl.String()) for column in fields(Provision)}

add_table_files(
    TableFiles(
        "/expenditure/provisions",
        "Provisions",
        ("Catálogo de tratamientos preferenciales", "Catalogue of preferential treatments"),
        "tratamientos-preferenciales",
        table_words.PROVISIONS,
    ),
    _describe,
    _ask_table,
)
