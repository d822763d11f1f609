"""The application that the contract is held against: the registry of the API's own tests."""

from tests.api.conftest import app, client, registry_home

__all__ = ["app", "client", "registry_home"]
