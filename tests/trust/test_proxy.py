"""The shipped front: what it keeps, what it refuses, what it writes down, and what it holds off."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.certificates import write_authority
from tests.cli.test_serve import free_port, wait_for
from tests.exemptions.releases import invented_nit
from tests.served import ROOT, served
from tests.trust.proxy import NGINX, NO_NGINX, SHIPPED, Proxy, proxied, wait_for_proxy, write_configuration

pytestmark = pytest.mark.skipif(NGINX is None, reason=NO_NGINX)

PAGE = {"Accept": "text/html"}
PROGRAM = {"Accept": "application/json"}
LONG = "&".join(f"nit={invented_nit(number)}" for number in range(400))
"""A search as long as the proxy takes."""
PASSED_ON = (
    f"/api/v1/records?{LONG}", f"/api/v1/records.csv?{LONG}", f"/buscar?{LONG}",
    "/", "/buscar?category=COOP", "/api/v1/records?limit=3", "/api/v1/records.csv", "/downloads/1/records.parquet",
)  # fmt: skip
SLOW = 60
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
NAME = "Quetzalteca de Nadie"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("behind") / "home"


@pytest.fixture(scope="module")
def service(home: Path) -> Iterator[str]:
    """`host:port` of a served demonstration registry."""
    environment = {"EXEMPTIONS_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "api.cli", "demo", "--rows", "200"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    for address in served(environment):
        yield address.removeprefix("http://")


@pytest.fixture
def proxy(tmp_path: Path, service: str, home: Path) -> Iterator[Proxy]:
    with proxied(tmp_path / "nginx", service, releases=home / "releases") as running:
        yield running


def test_passes_on_pages_answers_and_files(proxy: Proxy, service: str) -> None:
    for path in PASSED_ON:
        through, straight = requests.get(proxy.address + path), requests.get(f"http://{service}{path}")
        assert (through.status_code, through.content) == (200, straight.content), path
        assert through.headers["ETag"] == straight.headers["ETag"]
        assert len(through.raw.headers.getlist("X-Request-ID")) == 1
        assert "nginx/" not in through.headers["Server"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept-Encoding": "identity"},
        {"Accept-Encoding": "zstd"},
        {"Range": "bytes=10-99"},
        {"Range": "bytes=-7"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "bytes=999999999-"},
        {"Range": "bytes=1-2", "If-Range": '"other"'},
        {"Range": "bytes=1-2", "If-Range": "ETAG"},
        {"Range": "bytes=1-2", "If-Range": "DATE"},
        {"If-None-Match": "ETAG"},
        {"If-Match": '"other"'},
        {"If-Modified-Since": "DATE"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["records.parquet", "records.csv", "records.csv.gz", "manifest.json"])
def test_sends_stored_files_itself_as_the_service_would(
    proxy: Proxy, service: str, name: str, headers: dict[str, str]
) -> None:
    straight_address, address = f"http://{service}/downloads/1/{name}", f"{proxy.address}/downloads/1/{name}"
    known = requests.head(straight_address, headers={"Accept-Encoding": headers.get("Accept-Encoding", "")}).headers
    given = {"ETAG": known["ETag"], "DATE": known["Last-Modified"]}
    asked = {"Accept-Encoding": ""} | {key: given.get(value, value) for key, value in headers.items()}
    straight, through = (_raw(url, asked) for url in (straight_address, address))
    assert (through[0], through[2]) == (straight[0], straight[2])
    assert through[1] == straight[1]


def _raw(url: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and the bytes as they come, without what differs between any two answers."""
    with requests.get(url, headers=headers, stream=True) as answer:
        told = {name.title(): value for name, value in answer.headers.items()}
        body = answer.raw.read(decode_content=False)
    for name in ("Date", "Server", "Connection", "X-Request-Id"):
        told.pop(name, None)
    if answer.status_code == 206:
        # A part says by itself that there are parts.
        told.pop("Accept-Ranges", None)
    # nginx adds no header that is empty.
    told = {name: value for name, value in told.items() if value}
    if "json" in told.get("Content-Type", "") and answer.status_code >= 400:
        body = re.sub(rb'"request_id":"[0-9a-f]+"', b"", body)
        told.pop("Content-Length", None)
    return answer.status_code, told, body


def test_several_machines__are_asked_by_tls_and_believed_by_their_certificate(
    home: Path, service: str, tmp_path: Path
) -> None:
    """The registry that is served without TLS beside it."""
    ours, theirs = (write_authority(tmp_path, name) for name in ("ours", "theirs"))
    certificate, key = ours.write_certificate(tmp_path)
    environment = {
        "EXEMPTIONS_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1",
        "EXEMPTIONS_TLS_CERTIFICATE": str(certificate), "EXEMPTIONS_TLS_KEY": str(key),
        "EXEMPTIONS_DEMONSTRATION": "public",
    }  # fmt: skip
    for address in served(environment, trusted=ours.path):
        place = address.removeprefix("https://")
        wait_for(lambda: requests.get(f"{address}/health/ready", verify=ours.path).ok)  # noqa: B023 - called at once
        with proxied(tmp_path / "known", place, machines=[place] * 3, trusted=ours.path) as proxy:
            for path in (*PASSED_ON, "/staff/entrar"):
                through, straight = requests.get(proxy.address + path), requests.get(address + path, verify=ours.path)
                assert through.status_code == 200, path
                assert path.startswith("/staff") or through.content == straight.content, path
        with proxied(tmp_path / "unknown", place, machines=[place] * 3, trusted=theirs.path) as proxy:
            for path in ("/", "/staff/entrar"):
                assert requests.get(proxy.address + path).status_code in (502, 503), path
        # Who speaks no TLS is told so, and the service goes on.
        assert _spoken(place, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")[:12] in (b"", b"HTTP/1.1 400")
        assert requests.get(address, verify=ours.path).status_code == 200


def _spoken(place: str, sent: bytes) -> bytes:
    host, _, port = place.partition(":")
    with closing(socket.create_connection((host, int(port)), 10)) as connection:
        connection.sendall(sent)
        try:
            return connection.recv(1000)
        except ConnectionResetError:
            return b""


def test_shows_the_store_to_nobody(proxy: Proxy) -> None:
    for path in ("/.releases/1/records.arrow", "/.releases/current.json", "/downloads/../.releases/1/manifest.json"):
        assert requests.get(proxy.address + path).status_code == 404


def test_keeps_what_is_public_for_two_seconds(proxy: Proxy) -> None:
    path = "/api/v1/records?category=COOP"
    first = requests.get(proxy.address + path)
    second = requests.get(proxy.address + path)
    unchanged = requests.get(proxy.address + path, headers={"If-None-Match": first.headers["ETag"]})
    time.sleep(3.1)  # it counts whole seconds
    requests.get(proxy.address + path)
    assert first.content == second.content
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert _written(proxy, 4) == ["MISS", "HIT", "HIT", "EXPIRED"]


def test_gives_what_is_new_to_who_comes_first_after_a_pause(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nCache-Control: public\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
    answers = (head + b"%04d" % number for number in count(1))
    with (
        _service(lambda: next(answers)) as upstream,
        proxied(tmp_path / "nginx", upstream) as running,
    ):
        first = [requests.get(running.address).text for _ in range(3)]
        time.sleep(3.1)  # it counts whole seconds
        then = [requests.get(running.address).text for _ in range(3)]
    assert (first, then) == (["0001"] * 3, ["0002"] * 3)


def test_keeps_no_answer_for_one_person(proxy: Proxy) -> None:
    for path in ("/staff/entrar", "/en/staff", "/no-existe"):
        for _ in range(2):
            requests.get(proxy.address + path)
    assert "HIT" not in _written(proxy, 6)


def _written(proxy: Proxy, lines: int) -> list[str]:
    """What the log says of where each answer came from; a line is written after its answer is sent."""
    deadline = time.monotonic() + 120
    while len(found := (proxy.folder / "access.log").read_text().splitlines()) < lines:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return [json.loads(line)["cache"] for line in found]


def test_tells_languages_and_codings_apart(proxy: Proxy) -> None:
    path = proxy.address + "/api/v1/records?limit=1"
    spanish = requests.get(path, headers={"Accept-Language": "es", "Accept-Encoding": "gzip"})
    english = requests.get(path, headers={"Accept-Language": "en", "Accept-Encoding": "identity"})
    assert spanish.headers["Content-Language"] == "es" and spanish.headers["Content-Encoding"] == "gzip"
    assert english.headers["Content-Language"] == "en" and "Content-Encoding" not in english.headers


def test_writes_down_nothing_that_a_person_typed(proxy: Proxy) -> None:
    requests.get(proxy.address + "/buscar", params={"q": NAME}, headers={"Referer": f"http://x/?nit={NAME}"})
    requests.get(proxy.address + "/contribuyente/80000000002K")
    requests.get(proxy.address + "/api/v1/records?nit=" + "8" * 9000)
    requests.get(proxy.address + f"/{NAME}/%00")
    written = proxy.log()
    assert "/buscar" in written
    for secret in ("Quetzalteca", "80000000002K", "888888", "127.0.0.1"):
        assert secret not in written


@pytest.mark.parametrize(
    ("status", "method", "path", "size"),
    [(413, "POST", "/correcciones", 70_000), (404, "GET", "/metrics", 0), (404, "GET", "/en/metrics/..%2Fmetrics", 0)],
)
def test_its_own_errors_are_pages_and_problem_documents(
    proxy: Proxy, status: int, method: str, path: str, size: int
) -> None:
    page = requests.request(method, proxy.address + path, data=b"x" * size, headers=PAGE)
    assert (page.status_code, page.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    problem = requests.request(method, proxy.address + path, data=b"x" * size, headers=PROGRAM)
    assert (problem.status_code, problem.headers["Content-Type"]) == (status, "application/problem+json")
    assert problem.json()["status"] == status and "#problem-" in problem.json()["type"]
    assert problem.headers["Cache-Control"] == "no-store"


def test_an_address_too_long_is_a_problem_document(proxy: Proxy) -> None:
    # The headers of such a request are not read, so nobody knows what it would take.
    refused = requests.get(f"{proxy.address}/buscar?q={'x' * 40_000}", headers=PAGE)
    assert (refused.status_code, refused.json()["status"]) == (414, 414)


def test_refuses_large_headers(proxy: Proxy) -> None:
    refused = requests.get(proxy.address, headers={"X-Large": "x" * 40_000})
    assert (refused.status_code, refused.json()["status"]) == (431, 431)


def test_shares_out_what_one_address_may_ask(proxy: Proxy) -> None:
    with requests.Session() as session:
        # A page of the proxy's own: asking for it is faster than the share of one address on any machine.
        answers = [session.get(f"{proxy.address}/still.html") for _ in range(600)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and refused[0].headers["Retry-After"] == "5" and refused[0].json()["status"] == 429
    assert {answer.status_code for answer in answers} == {200, 429}


def test_tells_that_the_service_is_away(tmp_path: Path) -> None:
    with proxied(tmp_path / "nginx", "127.0.0.1:9") as alone:
        away = requests.get(alone.address, headers=PROGRAM)
        assert (away.status_code, away.headers["Retry-After"], away.json()["status"]) == (503, "10", 503)
        assert "El sitio no responde" in requests.get(alone.address, headers=PAGE).text


@pytest.mark.parametrize(
    "request_text",
    [
        "POST /correcciones HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_lets_no_doubtful_request_through(proxy: Proxy, request_text: str) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), 5) as connection:
        connection.sendall(request_text.encode())
        answer = connection.recv(65_536).decode()
    assert re.match(r"HTTP/1\.1 (400|501) ", answer), answer[:80]


def test_answers_while_others_send_their_headers_slowly(proxy: Proxy) -> None:
    slow = [socket.create_connection(("127.0.0.1", proxy.port), 5) for _ in range(SLOW)]
    try:
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        # Forty of one address are served at once; these have not asked for anything yet.
        assert requests.get(f"{proxy.address}/health/live", timeout=3).status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_cut_file_stays_cut(tmp_path: Path) -> None:
    with (
        # It promises more than it sends.
        _service(lambda: _CHUNKED + b"5\r\nhello\r\n") as upstream,
        proxied(tmp_path / "nginx", upstream) as running,
        closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=5)) as connection,
    ):
        connection.request("GET", "/api/v1/records.csv")
        answer = connection.getresponse()
        with pytest.raises(http.client.IncompleteRead):
            answer.read()


def write_site(folder: Path, *, plain_port: int, tls_port: int) -> list[str]:
    """Write the shipped `site.conf` with a certificate and ports of the test's; the command that runs it."""
    write_configuration(folder, "127.0.0.1:9", port=9, releases=folder)
    certify = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=registro.example",
    ]
    keys = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*certify, *keys], check=True, capture_output=True)
    site = (SHIPPED / "site.conf").read_text().replace("/etc/ssl/registro", str(folder))
    site = site.replace("/etc/nginx/exemptions/http.conf", str(SHIPPED / "http.conf"))
    site = site.replace("/etc/nginx/exemptions/staff.conf", str(SHIPPED / "staff.conf"))
    site = site.replace("/etc/nginx/exemptions", str(folder)).replace("[::]:", "[::1]:")
    for shipped, own in ((80, plain_port), (443, tls_port)):
        site = re.sub(
            rf"listen (\[::1\]:)?{shipped}\b", lambda found, own=own: f"listen {found[1] or '127.0.0.1:'}{own}", site
        )
    (folder / "site.conf").write_text(site)
    main = (folder / "nginx.conf").read_text()
    whole = main.partition("    include")[0] + f"    include {folder}/site.conf;\n}}\n"
    (folder / "nginx.conf").write_text(whole)
    assert NGINX is not None
    return [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def test_site__is_understood_refuses_the_api_in_the_clear_and_leads_pages_on(tmp_path: Path) -> None:
    port = free_port()
    command = write_site(tmp_path / "nginx", plain_port=port, tls_port=free_port())
    run = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    with subprocess.Popen(command) as running:
        try:
            wait_for_proxy(port)
            clear = f"http://127.0.0.1:{port}"
            for path in ("/api/v1/records?q=x", "/api/v1/staff/batches"):
                refused = requests.get(clear + path, allow_redirects=False, headers={"Authorization": "Bearer x"})
                assert (refused.status_code, refused.json()["status"]) == (403, 403)
                assert refused.headers["Content-Type"] == "application/problem+json"
                assert "Location" not in refused.headers
            led = requests.get(clear + "/buscar?q=x", allow_redirects=False, headers={"Host": "evil.example"})
            assert (led.status_code, led.headers["Location"]) == (308, "https://registro.example/buscar?q=x")
        finally:
            running.terminate()


def test_site__staff_and_public_are_under_names_of_their_own(tmp_path: Path) -> None:
    folder, port = tmp_path / "nginx", free_port()
    answer = b"HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: 6\r\n\r\n"
    command = write_site(folder, plain_port=free_port(), tls_port=port)
    with _service(lambda: answer + b"public") as public, _service(lambda: answer + b"staff!") as staff:
        places = (folder / "places.conf").read_text()
        before, found, after = places.partition("upstream registry_staff")
        assert found
        several = before.replace("127.0.0.1:9 ", f"{public} ") + found + after.replace("127.0.0.1:9;", f"{staff};")
        (folder / "places.conf").write_text(several)
        with subprocess.Popen(command) as running:
            try:
                wait_for_proxy(port)
                for path in ("/staff", "/en/staff/entrar", "/api/v1/staff/batches", "/static/site.css"):
                    assert _ask(port, "personal.registro.example", path)[::2] == (200, b"staff!"), path
                for path in ("/", "/buscar?q=x", "/registro/abc", "/static/site.css"):
                    assert _ask(port, "registro.example", path)[::2] == (200, b"public"), path
                for path in ("/staff", "/en/staff/entrar", "/api/v1/staff/batches"):
                    assert _ask(port, "registro.example", path)[0] == 404, path
                for path in ("/buscar?q=x", "/api/v1/records", "/downloads/1/records.csv", "/comparar"):
                    status, place, _ = _ask(port, "personal.registro.example", path)
                    assert (status, place) == (308, f"https://registro.example{path}")
                with pytest.raises(ssl.SSLError):
                    _ask(port, "otro.example", "/")
            finally:
                running.terminate()


def _ask(port: int, name: str, path: str) -> tuple[int, str | None, bytes]:
    """Status, where it leads, and body of what this name answers."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        trusting.wrap_socket(plain, server_hostname=name) as secure,
    ):
        secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(secure)
        answer.begin()
        return answer.status, answer.headers["Location"], answer.read()


@contextmanager
def _service(answer: Callable[[], bytes]) -> Iterator[str]:
    """`host:port` of a service that sends these bytes to whoever comes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer_everything, args=(listening, answer), daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def _answer_everything(listening: socket.socket, answer: Callable[[], bytes]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.recv(65_536)
            connection.sendall(answer())
