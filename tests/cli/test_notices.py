"""What waits is told, and mailed only when something does."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.cli.conftest import Command, school

Write = Callable[..., Path]
TO = "turno@sat.example"


class _Mailbox(socketserver.StreamRequestHandler):
    """A server of mail that takes whatever it is given."""

    received: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text)
                self.received.append(b"".join(lines))
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    received: list[bytes] = []
    handler = type("Handler", (_Mailbox,), {"received": received})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("EXEMPTIONS_MAIL_SERVER", f"smtp://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("EXEMPTIONS_MAIL_FROM", "registro@sat.example")
        monkeypatch.setenv("EXEMPTIONS_MAIL_TO", f"{TO}, otra@sat.example")
        monkeypatch.setenv("EXEMPTIONS_BASE_URL", "https://registro.example")
        yield received
        server.shutdown()


def test_tells_and_mails_what_waits(command: Command, write_file: Write, mailbox: list[bytes]) -> None:
    assert command("load", "registry", write_file(school(0))).status == 0
    told = command("notify", "--mail", "--json")
    assert told.json == ["Lotes comprobados, que esperan aprobación: 1"]
    message = message_from_bytes(mailbox[0], policy=default)
    assert (message["Subject"], message["To"]) == ("Registro: 1 por atender", f"{TO}, otra@sat.example")
    text = message.get_content().replace("\r\n", "\n")
    assert text == "- Lotes comprobados, que esperan aprobación: 1\n\nhttps://registro.example/staff\n"


def test_an_overdue_file_is_told(command: Command, write_file: Write, mailbox: list[bytes]) -> None:
    assert command("load", "registry", write_file(school(0)), "--approve", "--cutoff", "2020-01-31").status == 0
    assert command("publish").status == 0
    (told,) = command("notify", "--json", lang="en").json
    assert told.startswith("Overdue file: “registry” was expected on 2020-02-29 (")


def test_sends_nothing_when_nothing_waits(command: Command, mailbox: list[bytes]) -> None:
    assert command("notify", "--mail").output == "Nada espera.\n"
    assert mailbox == []


def test_a_server_that_does_not_answer_is_told_without_its_password(
    command: Command, write_file: Write, mailbox: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("load", "registry", write_file(school(0))).status == 0
    monkeypatch.setenv("EXEMPTIONS_MAIL_SERVER", "smtp://ana:secreto@127.0.0.1:9")
    failed = command("notify", "--mail")
    assert failed.status == 1 and "127.0.0.1:9" in failed.errors and "secreto" not in failed.errors


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EXEMPTIONS_MAIL_SERVER", "correo.example"),
        ("EXEMPTIONS_MAIL_SERVER", "smtp://a b:secreto@x"),
        ("EXEMPTIONS_MAIL_FROM", "nadie"),
        ("EXEMPTIONS_MAIL_TO", "a@b\nBcc: x@y"),
        ("EXEMPTIONS_MAIL_TO", ""),
    ],
)
def test_a_wrong_setting_is_named(
    command: Command, mailbox: list[bytes], monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    refused = command("notify", "--mail")
    assert refused.status == 2 and variable in refused.errors and "secreto" not in refused.errors
