"""No file of the staff's is kept before the antivirus, where there is one, has cleared it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exemptions.database import open_book
from exemptions.datasets import Dataset
from exemptions.errors import FileRefused, SettingsError
from exemptions.rights import Actor
from exemptions.settings import read_settings
from loaders.antivirus import refuse_infected
from loaders.load import LoadOptions, load_file
from loaders.uploads import hash_file

EXAMPLE = Path(__file__).parents[2] / "docs" / "ejemplo.csv"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every antivirus calls a virus, and is none (www.eicar.org)."""
MOST = 3 << 20


def judge(content: bytes) -> bytes:
    """What clamd says of these bytes."""
    if len(content) > MOST:
        return b"INSTREAM size limit exceeded. ERROR\0"
    return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def serve(connection: socket.socket, says: Callable[[bytes], bytes]) -> None:
    """Speak as clamd does: the command, blocks until an empty one, an answer."""
    with connection, connection.makefile("rb") as asked:
        assert asked.read(10) == b"zINSTREAM\0"
        content = b""
        while (size := int.from_bytes(asked.read(4), "big")) and len(content) <= MOST:
            content += asked.read(size)
        connection.sendall(says(content))


@contextmanager
def clamd(listening: socket.socket, says: Callable[[bytes], bytes] = judge) -> Iterator[None]:
    def answer() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            serve(connection, says)

    listening.listen()
    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[str]:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "clamd"))
    with clamd(listening):
        yield str(tmp_path / "clamd")


def ask(path: Path, address: str) -> None:
    refuse_infected(path, address, sha256=hash_file(path))


def test_scan__clears_what_is_clean_and_names_what_is_not(place: str, tmp_path: Path) -> None:
    ask(EXAMPLE, place)
    infected = tmp_path / "infected.csv"
    infected.write_bytes(EXAMPLE.read_bytes() + EICAR)
    with pytest.raises(FileRefused, match="Eicar-Test-Signature"):
        ask(infected, place)
    with pytest.raises(FileRefused, match="changed"):
        refuse_infected(EXAMPLE, place, sha256="0" * 64)


def test_scan__by_tcp_is_the_same(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    (tmp_path / "infected").write_bytes(EICAR)
    with clamd(listening):
        ask(EXAMPLE, address)
        with pytest.raises(FileRefused, match="Eicar"):
            ask(tmp_path / "infected", address)
    with pytest.raises(FileRefused, match="does not answer"):
        ask(EXAMPLE, address)


def test_scan__what_is_too_long_for_it_is_not_cleared(place: str, tmp_path: Path) -> None:
    with (tmp_path / "long").open("wb") as file:
        file.truncate(20 << 20)
    with pytest.raises(FileRefused):
        ask(tmp_path / "long", place)


@pytest.mark.parametrize("said", [b"", b"\0", b"stream: OK but ERROR\0", b"UNKNOWN COMMAND\0", b"\xff\0"])
def test_scan__an_answer_that_is_not_ok_clears_nothing(tmp_path: Path, said: bytes) -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "clamd"))
    with clamd(listening, lambda _content: said), pytest.raises(FileRefused):
        ask(EXAMPLE, str(tmp_path / "clamd"))


def test_load__keeps_nothing_of_what_is_infected_or_could_not_be_scanned(place: str, tmp_path: Path) -> None:
    infected = tmp_path / "infected.csv"
    infected.write_bytes(EXAMPLE.read_bytes() + EICAR)
    for path, address in ((infected, place), (EXAMPLE, str(tmp_path / "nobody"))):
        settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), "EXEMPTIONS_CLAMD": address})
        book = open_book(settings)
        with pytest.raises(FileRefused):
            load_file(book, settings, dataset=Dataset.REGISTRY, path=path, options=LoadOptions(), actor=Actor("ana"))
        assert not list((tmp_path / "home" / "uploads").rglob("*"))
        book.close()
    settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), "EXEMPTIONS_CLAMD": place})
    book = open_book(settings)
    loaded = load_file(book, settings, dataset=Dataset.REGISTRY, path=EXAMPLE, options=LoadOptions(), actor=Actor("a"))
    assert loaded.batch == 1
    book.close()


@pytest.mark.parametrize("address", ["clamd", "run/clamd.ctl", "host:", "host:x", ":3310"])
def test_settings__a_place_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="EXEMPTIONS_CLAMD"):
        read_settings({"EXEMPTIONS_CLAMD": address})


@pytest.mark.skipif(shutil.which("clamd") is None, reason="clamd is not installed (Debian, Ubuntu: clamav-daemon)")
def test_scan__by_a_true_clamd(tmp_path: Path) -> None:
    (tmp_path / "signatures").mkdir()
    (tmp_path / "signatures" / "test.hdb").write_text("44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n")
    place = tmp_path / "clamd"
    (tmp_path / "clamd.conf").write_text(
        f"LocalSocket {place}\nDatabaseDirectory {tmp_path / 'signatures'}\nForeground yes\n"
    )
    (tmp_path / "eicar").write_bytes(EICAR)
    with subprocess.Popen(["clamd", "-c", str(tmp_path / "clamd.conf")]) as running:
        try:
            deadline = time.monotonic() + 60
            while not place.exists():
                assert time.monotonic() < deadline
                time.sleep(0.1)
            ask(EXAMPLE, str(place))
            with pytest.raises(FileRefused, match="Eicar-Test-Signature"):
                ask(tmp_path / "eicar", str(place))
        finally:
            running.terminate()
