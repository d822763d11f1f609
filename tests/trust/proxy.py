"""The shipped nginx configuration, running in a folder of the test's, in front of any service."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.test_serve import free_port

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NO_NGINX = "nginx is not installed (Debian, Ubuntu: sudo apt install nginx-light)"
PATIENCE_S = 120.0

_MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {more}
    include {folder}/places.conf;
    include {shipped}/http.conf;
    server {{
        listen 127.0.0.1:{port};
        server_name registro.example;
        include {shipped}/staff.conf;
        include {folder}/server.conf;
        location = /still.html {{ root {folder}; }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running proxy."""

    address: str
    port: int
    folder: Path

    def log(self) -> str:
        """Everything that it wrote down, errors included."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


@contextmanager
def proxied(
    folder: Path,
    upstream: str,
    *,
    machines: Sequence[str] = (),
    trusted: Path | None = None,
    releases: Path | None = None,
    more: str = "",
) -> Iterator[Proxy]:
    """nginx as shipped in front of the service at `upstream` (`host:port`), until the block ends.

    With three `machines` it is shipped for those, and `upstream` is the staff's; who is `trusted` vouches for their
    certificates. `more` are lines of configuration for its context `http`.
    """
    assert NGINX is not None, NO_NGINX
    port = free_port()
    own = releases or folder
    write_configuration(folder, upstream, port=port, releases=own, machines=machines, trusted=trusted, more=more)
    running = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for_proxy(port)
        yield Proxy(f"http://127.0.0.1:{port}", port, folder)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(PATIENCE_S)


def write_configuration(
    folder: Path,
    upstream: str,
    *,
    port: int,
    releases: Path,
    machines: Sequence[str] = (),
    trusted: Path | None = None,
    more: str = "",
) -> None:
    """The shipped files with the places of a test."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "still.html").write_text("x" * 50_000)
    one = (("127.0.0.1:8000", upstream), ("127.0.0.1:8001", upstream))
    several = (*((f"10.0.0.{n}:8000", place) for n, place in enumerate(machines, 11)), ("10.0.0.10:8001", upstream))
    places = (SHIPPED / ("places-several.conf" if machines else "places.conf")).read_text()
    for shipped, own in (
        *(several if machines else one),
        *([("/etc/exemptions/machines.crt", str(trusted))] if machines else []),
        ("/var/cache/nginx/exemptions", str(folder / "cache")),
        ("/usr/share/exemptions/problems", str(SHIPPED / "problems")),
        ("/srv/publicaciones", str(releases)),
    ):
        assert shipped in places, f"the places have no {shipped}"
        places = places.replace(shipped, own)
    (folder / "places.conf").write_text(places)
    server = (SHIPPED / "server.conf").read_text()
    server = server.replace("/dev/stdout", f"{folder}/access.log").replace("/dev/stderr", f"{folder}/error.log")
    (folder / "server.conf").write_text(server)
    # Started by root, its processes would become somebody else, who may not enter the folder of a test.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, shipped=SHIPPED, port=port, user=user, more=more))


def wait_for_proxy(port: int) -> None:
    """Return once something listens at a port of this machine."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not answer")
