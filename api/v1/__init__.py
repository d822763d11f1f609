"""Version 1 of the public API, one module per resource."""

from __future__ import annotations

from api.spec import RegistryApi
from api.v1 import (
    catalogs,
    cite,
    corrections,
    csv_metadata,
    dictionary,
    downloads,
    expenditure,
    expenditure_summary,
    exports,
    groups,
    health,
    keys,
    macro,
    match,
    metadata,
    outcomes,
    overview,
    policy,
    proofs,
    provisions,
    reconcile,
    reconcile_helps,
    reconciliation,
    record,
    records,
    releases,
    scorecard,
    suggest,
    tables,
    taxpayers,
    withheld,
)
from api.v1.blueprints import root, v1

__all__ = ["register_v1"]

# Importing a module adds its routes to the blueprints; this order is that of the documentation.
MODULES = (
    records,
    exports,
    csv_metadata,
    groups,
    overview,
    outcomes,
    suggest,
    match,
    reconcile,
    reconcile_helps,
    record,
    proofs,
    taxpayers,
    expenditure,
    expenditure_summary,
    macro,
    provisions,
    reconciliation,
    releases,
    withheld,
    policy,
    scorecard,
    downloads,
    cite,
    keys,
    tables,
    metadata,
    catalogs,
    dictionary,
    corrections,
    health,
)


def register_v1(api: RegistryApi) -> None:
    """Add every route of the public API, and the machine's routes at the root, to application and document."""
    api.register_blueprint(v1)
    api.register_blueprint(root)
