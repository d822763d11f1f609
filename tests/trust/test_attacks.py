"""What a stranger tries by hand: paths that lead out, bodies that cannot be read, headers that nobody looks at.

Forms, parameters and routes have their own suites (`tests/api/test_naughty.py`, `tests/api/test_staff_frame.py`,
`tests/contract/test_routes.py`, `tests/trust/test_proxy.py`); this one asks the running service, byte by byte.
"""

from __future__ import annotations

import errno
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import event

from exemptions import passwords
from exemptions.accounts import Actor, StaffRole, add_account, disable_account, find_token_owner, issue_token
from exemptions.sessions import check_first, find_session
from tests.api.conftest import _quick_passwords, app, build_registry, client, registry_home, staffed, staffed_home
from tests.api.staff_area import ADMINISTRATOR, APPROVER, LOADER, PASSWORD, StaffArea, post
from tests.served import served
from tests.trust.tables import Tell, tell

__all__ = ["_quick_passwords", "app", "client", "registry_home", "staffed", "staffed_home"]

TABLE = "Attacks"
SECRET = b"lo que nadie debe leer 4711"
PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with secrets beside its releases."""
    home = tmp_path_factory.mktemp("attacked") / "home"
    build_registry(home)
    (home / "uploads").mkdir()
    (home / "keys").mkdir(mode=0o700)
    for name in ("secret.txt", "uploads/1.csv", "keys/other.key", "releases/secret.txt", "releases/3/secret.txt"):
        (home / name).write_bytes(SECRET)
    return home


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[tuple[str, int]]:
    """Host and port of a public process over those releases, reached without a proxy."""
    environment = {
        "EXEMPTIONS_HOME": str(home / "nowhere"), "EXEMPTIONS_RELEASES": str(home / "releases"),
        "EXEMPTIONS_ROLE": "public", "PATH": os.environ["PATH"], "PYTHONUTF8": "1",
    }  # fmt: skip
    for url in served(environment):
        host, _, port = url.removeprefix("http://").partition(":")
        yield host, int(port)


def send(address: tuple[str, int], request: bytes) -> bytes:
    """All that comes back for these bytes until the service ends the connection or says no more."""
    answer = b""
    with closing(socket.create_connection(address, PATIENCE_S)) as line:
        # A service that ends the connection may do so before everything was sent; what it said is there all the same.
        with _ended_by_the_other():
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
        with _ended_by_the_other():
            while part := line.recv(65_536):
                answer += part
    return answer


@contextmanager
def _ended_by_the_other() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.EPIPE, errno.ECONNRESET):
            raise


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def paths_out() -> Iterator[str]:
    """Ways of writing the path to a file that is no business of the public."""
    targets = ("secret.txt", "book.sqlite", "keys/session.key", "keys/other.key", "uploads/1.csv")
    ups = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "%252e%252e%252f", "..;/", ".%00./")
    for start, depth in (("/downloads/3/", 2), ("/downloads/", 1), ("/static/", 2), ("/", 1), ("/api/v1/catalogs/", 2)):
        for up in ups:
            yield from (f"{start}{up * depth}{target}" for target in targets)
    yield from ("/downloads/3/secret.txt", "/downloads/secret.txt", "/releases/3/secret.txt", "/home/secret.txt")
    for path in ("/etc/passwd", "/proc/self/environ", "/.git/config", "/.env"):
        yield from (path, f"/{path}", f"/downloads/3/{path}", f"/downloads/3/{quote(path, safe='')}", f"/static/{path}")
        yield f"/downloads/3/file://{path}"
    yield from (
        "//evil.example/%2f..",
        "/\\evil.example",
        "/%5cevil.example/",
        "/en//evil.example",
        "/%09/evil.org",
    )


def test_paths__none_leads_out_of_what_is_published(address: tuple[str, int], record_property: Tell) -> None:
    asked = list(paths_out())
    for path in asked:
        answer = send(address, f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        assert status_of(answer) in (308, 400, 404), (path, answer[:200])
        assert SECRET not in answer and b"root:" not in answer and b"SQLite format" not in answer, path
        head = answer.partition(b"\r\n\r\n")[0].decode("latin1")
        location = next((line[10:] for line in head.split("\r\n") if line.lower().startswith("location: ")), "/")
        assert location.startswith("/") and not location.startswith(("//", "/\\")), (path, location)
    tell(record_property, TABLE, attack="paths out of what is published", tries=len(asked), got_through=0)


UNREADABLE = {
    "a chunk without size": b"zz\r\nabc\r\n0\r\n\r\n",
    "a negative chunk": b"-1\r\nabc\r\n0\r\n\r\n",
    "a chunk that is shorter than it says": b"5\r\nabc\r\n0\r\n\r\n",
    "a chunk that is longer than it says": b"2\r\nabcdef\r\n0\r\n\r\n",
    "an endless chunk extension": b"3;" + b"a" * 100_000 + b"\r\nabc\r\n0\r\n\r\n",
}


def test_bodies__what_cannot_be_read_is_the_senders_fault_and_ends_the_connection(
    address: tuple[str, int], record_property: Tell
) -> None:
    """What follows such a body on the same connection is never taken for another request."""
    smuggled = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    tried = 0
    for path, kind in (("/api/v1/match", "text/csv"), ("/correcciones", "application/x-www-form-urlencoded")):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        for name, body in UNREADABLE.items():
            answer = send(address, head + body + smuggled)
            assert status_of(answer) == 400, (name, answer[:300])
            assert answer.count(b"HTTP/1.1 ") == 1, name
            tried += 1
    assert status_of(send(address, smuggled)) == 200
    tell(record_property, TABLE, attack="bodies that cannot be read, with a request behind", tries=tried, got_through=0)


# Headers that some frameworks and proxies obey, and that no key of a cache holds.
UNKEYED = {
    "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Proto": "evil", "X-Forwarded-Port": "6666", "X-Forwarded-Prefix": "/evil.example",
    "X-Forwarded-For": "6.6.6.6", "Forwarded": "host=evil.example;proto=evil", "X-Host": "evil.example",
    "X-Original-URL": "/evil.example", "X-Rewrite-URL": "/evil.example", "X-HTTP-Method-Override": "DELETE",
    "X-Script-Name": "/evil.example", "Origin": "https://evil.example", "Referer": "https://evil.example/",
    "Cookie": "session=evil.example; lang=evil", "User-Agent": "evil.example", "Via": "1.1 evil.example",
    "X-Wap-Profile": "https://evil.example/", "True-Client-IP": "evil.example", "Authorization": "Bearer evil.example",
}  # fmt: skip
KEPT = (
    "/", "/en", "/buscar?q=nube", "/datos", "/docs", "/registro/nothing", "/api/v1/records?limit=2", "/openapi.json",
    "/api/v1/records.csv", "/feeds/changes.atom", "/datapackage.json", "/catalog.jsonld", "/sitemap.xml", "/robots.txt",
    "/en//buscar", "/api/v1/reconcile", "/.well-known/security.txt",
)  # fmt: skip
ITS_OWN = ("X-Request-ID", "Date", "Access-Control-Allow-Origin")


def test_caches__no_header_that_they_do_not_look_at_changes_an_answer(
    client: FlaskClient, record_property: Tell
) -> None:
    for path in KEPT:
        poisoned = client.get(path, headers=UNKEYED, buffered=True)
        plain = client.get(path, buffered=True)
        for answer in (poisoned, plain):
            assert "evil" not in answer.get_data(as_text=True).casefold(), path
            assert not [value for _, value in answer.headers if "evil" in value.casefold()], path
        told = [[pair for pair in answer.headers if pair[0] not in ITS_OWN] for answer in (poisoned, plain)]
        assert sorted(told[0]) == sorted(told[1]), path
        bodies = {answer.data.replace(answer.headers["X-Request-ID"].encode(), b"") for answer in (poisoned, plain)}
        assert len(bodies) == 1, path
    tell(record_property, TABLE, attack="poisoned headers", tries=len(KEPT) * len(UNKEYED), got_through=0)


def test_sign_in__takes_the_same_work_whoever_is_named(
    staffed: StaffArea, monkeypatch: pytest.MonkeyPatch, record_property: Tell
) -> None:
    """One hash of the usual strength, whether there is such an account, whether it is disabled or locked."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    hashed: list[str] = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            hashed.append(kept.rpartition("$")[0].rpartition("$")[0])
            return hasher.verify(kept, password)

        def __getattr__(self, name: str) -> object:
            return getattr(hasher, name)

    with staffed.book.write() as session:
        add_account(session, actor=Actor(ADMINISTRATOR), name="sin clave", role=StaffRole.LOADER, at=staffed.now)
        disable_account(session, actor=Actor(ADMINISTRATOR), name=APPROVER, at=staffed.now)
    for _ in range(11):
        post(staffed.browser(), "/staff/entrar", name=ADMINISTRATOR, password="no es esta")
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    work = {}
    names = {"right": LOADER, "unknown": "nadie", "disabled": APPROVER, "locked": ADMINISTRATOR, "none": "sin clave"}
    for case, name in names.items():
        browser = staffed.browser()
        hashed.clear()
        post(browser, "/staff/entrar", name=name, password="otra cosa del todo")
        work[case] = tuple(hashed)
    assert set(work.values()) == {("$argon2id$v=19$m=64,t=1,p=1",)}, work
    tell(
        record_property,
        TABLE,
        attack="who works here, by the time it takes",
        tries=len(work),
        got_through=0,
    )


def test_tokens__are_looked_for_by_their_digest_alone(staffed: StaffArea, record_property: Tell) -> None:
    """What is compared is a digest that nobody can steer, so the time of a look-up tells nothing of a token."""
    with staffed.book.write() as session:
        token = issue_token(session, actor=Actor(LOADER), name=LOADER, at=staffed.now, label="x", days=1)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        asked.append(f"{statement} {parameters}")

    event.listen(staffed.book.engine, "before_cursor_execute", note)
    with staffed.book.read() as session:
        owner = find_token_owner(session, token=token, at=staffed.now)
        assert owner is not None and owner.name == LOADER
        assert find_session(session, cookie="una galleta", at=staffed.now) is None
    assert not [statement for statement in asked if token in statement or "una galleta" in statement]
    for secret in (token, "una galleta"):
        assert [line for line in asked if hashlib.sha256(secret.encode()).hexdigest() in line], secret
    tell(record_property, TABLE, attack="tokens, by the time of a look-up", tries=2, got_through=0)


def test_guessing__one_password_for_every_name_finds_nobody_and_hides_no_lock(
    staffed: StaffArea, record_property: Tell
) -> None:
    """Names that are there and names that are not lock after the same number of tries, and stay locked alike."""
    answers: dict[str, list[int]] = {name: [] for name in (LOADER, "nadie", "otro nadie")}
    for _ in range(13):
        for name, statuses in answers.items():
            statuses.append(post(staffed.browser(), "/staff/entrar", name=name, password="verano de 2026").status_code)
    assert len({tuple(statuses) for statuses in answers.values()}) == 1
    assert answers[LOADER] == [422] * 10 + [429] * 3
    assert check_first(staffed.book, name=LOADER, password=PASSWORD).is_right
    assert post(staffed.browser(), "/staff/entrar", name=LOADER, password=PASSWORD).status_code == 429
    tell(record_property, TABLE, attack="passwords guessed", tries=40, got_through=0)


def processes_of(setting: str) -> dict[int, list[int]]:
    """The processes whose settings hold this one → those that they started, and these started, with other settings."""
    parents, own = {}, []
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            own += [int(folder.name)] * (setting.encode() in (folder / "environ").read_bytes().split(b"\0"))
    children: dict[int, list[int]] = {pid: [] for pid in own}
    for pid in parents:
        above, known = pid, pid in children
        while not known and above in parents:
            above = parents[above]
            if above in children:
                children[above].append(pid)
                break
    return children


def opened_by(pid: int) -> set[str]:
    """The files that a process has open or mapped."""
    links = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            links.add(os.readlink(descriptor))
    mapped = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return links | {line.partition("/")[1] + line.partition("/")[2] for line in mapped if "/" in line}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what a process has open is told by /proc")
def test_public_process__has_nothing_private_open_and_its_children_no_settings(
    address: tuple[str, int], home: Path, record_property: Tell
) -> None:
    """After it answered a page, files, a list and a picture."""
    for path in ("/buscar", "/api/v1/records.parquet", "/downloads/3/manifest.json", "/graficas"):
        assert status_of(send(address, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())) == 200
    sent = b"NIT;NOMBRE\r\n800000000011;x\r\n"
    head = b"POST /api/v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n"
    assert status_of(send(address, head % len(sent) + sent)) == 200
    found = processes_of(f"EXEMPTIONS_RELEASES={home / 'releases'}")
    assert found
    started = [child for children in found.values() for child in children]
    for pid in (*found, *started):
        private = {path for path in opened_by(pid) if path.startswith(str(home))}
        assert all(path.startswith(f"{home}/releases/") for path in private), private
    for child in started:
        assert b"EXEMPTIONS_" not in Path(f"/proc/{child}/environ").read_bytes()
    tell(
        record_property,
        TABLE,
        attack="a taken public process",
        tries=len(found) + len(started),
        got_through=0,
    )
