"""The lines of files: what all of them add to a publication, and how fast they leave beside nginx."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from getpass import getuser
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.measure import run_measured
from benchmarks.registry import ROOT, Registry
from benchmarks.searches import api_path
from benchmarks.server import free_port, serving

RUNS = 5
_START_S = 10.0
_BLOCK = bytearray(1 << 20)
_NGINX = """
daemon off; user {user}; worker_processes 2; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; default_type application/octet-stream;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
  scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def measure_files(registry: Registry, *, judged: bool) -> Iterator[Figure]:
    """Yield what all files add to a first publication; the home holds that publication afterwards."""
    registry.clear()
    registry.load(registry.source)
    basic = replace(registry, folder=registry.folder / "basic")
    shutil.rmtree(basic.folder, ignore_errors=True)
    shutil.copytree(registry.home, basic.home)
    whole = registry.publish()
    reference = run_measured([sys.executable, "-m", "benchmarks.publish_basic"], env=basic.environment, cwd=ROOT)
    shutil.rmtree(basic.folder)
    yield compared(
        "publish with every file",
        registry.rows,
        "s",
        [whole.seconds],
        reference="the same with CSV, NDJSON and Parquet alone",
        reference_values=[reference.seconds],
        target=Target(Better.LESS, 1.6) if judged else None,
        details={"peak_mb": whole.peak_mb},
    )


def measure_downloads(registry: Registry, *, judged: bool) -> Iterator[Figure]:
    """Yield how fast whole files of the release leave, beside nginx; without one installed, nothing."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if nginx is None:
        print("downloads are not measured: there is no nginx here", file=sys.stderr)
        return
    downloads = registry.release / "downloads"
    with (
        serving("wsgi:app", "api.serving", env=registry.environment, path=api_path(())) as server,
        _nginx(nginx, downloads) as reference,
    ):
        for name in ("records.parquet", "records.ndjson.gz"):
            path = f"/downloads/{registry.release.name}/{name}"
            size = (downloads / name).stat().st_size / 1e6
            ours, theirs = [], []
            for _ in range(RUNS):
                ours.append(size / _fetch(server.port, path))
                theirs.append(size / _fetch(reference, f"/{name}"))
            yield compared(
                f"whole download of {name} ({size:,.0f} MB)",
                registry.rows,
                "MB/s",
                ours,
                reference="nginx, the same file",
                reference_values=theirs,
                target=Target(Better.MORE, 0.6) if judged else None,
            )


@contextmanager
def _nginx(program: str, root: Path) -> Iterator[int]:
    port = free_port()
    with TemporaryDirectory(prefix="registry-nginx-") as folder:
        config = Path(folder) / "nginx.conf"
        config.write_text(_NGINX.format(user=getuser(), folder=folder, port=port, root=root), encoding="utf-8")
        with subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL) as process:
            try:
                _wait_until_open(port)
                yield port
            finally:
                process.terminate()


def _wait_until_open(port: int) -> None:
    until = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _fetch(port: int, path: str) -> float:
    """Seconds until the last byte of a file, which goes nowhere."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        started = time.perf_counter()
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head = connection.recv(15)
        if not head.startswith(b"HTTP/1.1 200"):
            raise ValueError(f"{path} gives {head!r}")
        while connection.recv_into(_BLOCK):
            pass
        return time.perf_counter() - started
