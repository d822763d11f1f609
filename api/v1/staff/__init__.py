"""The staff's use cases for programs, with a token: deliver, follow, review, decide, publish."""

from __future__ import annotations

from flask import Flask

from api.spec import RegistryApi
from api.staff.access import access_of
from api.v1.staff import audit, batches, datasets, deliveries, jobs, releases
from api.v1.staff.blueprint import staff_api
from api.v1.staff.described import SECURITY_DOCUMENT, SECURITY_SCHEME

__all__ = ["register_staff_api"]

# Importing a module adds its routes to the blueprint; this order is that of the documentation.
MODULES = (deliveries, jobs, batches, releases, datasets, audit)


def register_staff_api(app: Flask, api: RegistryApi) -> None:
    """Add the staff's routes to application and document; never to a process that serves the public only.

    Raises: LookupError if a view does not say who may ask for it.
    """
    api.spec.components.security_scheme(SECURITY_SCHEME, SECURITY_DOCUMENT)
    api.register_blueprint(staff_api)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{staff_api.name}."):
            access_of(view)
