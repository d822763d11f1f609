"""What every test stands on: no settings of the caller, no network but this machine, no deadline for a property."""

import os
import socket

import pytest
from hypothesis import settings

# A registry's settings in the caller's shell would point a test at real data, so they go before anything is imported.
for _name in [name for name in os.environ if name.startswith("EXEMPTIONS_") or name == "DATABASE_URL"]:
    del os.environ[_name]

# Machines differ in speed, and a slow one must not turn a property into a failure.
settings.register_profile("registry", deadline=None)
settings.load_profile("registry")

_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine; Unix sockets and loopback stay open."""
    connect = socket.socket.connect

    def connect_at_home(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else str(address)
            if not host.startswith(_LOOPBACK):
                pytest.fail(f"a test tried to reach {host}", pytrace=True)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_at_home)
