"""Asking the antivirus of this machine about a file, before it is kept.

Source: clamd(8), command INSTREAM: blocks, each after its length in four bytes, an empty one at the end; one answer.
"""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

from exemptions.errors import FileRefused

_BLOCK_BYTES = 1 << 20
_ANSWER_BYTES = 4096
_PATIENCE_S = 300.0
"""For each step, not for all: a large workbook is unpacked and looked at for minutes."""


def refuse_infected(path: Path, address: str, *, sha256: str) -> None:
    """Make sure that clamd at `address` (the path of its socket, or host:port) finds nothing in a file.

    Without an address nobody is asked.
    Raises: FileRefused if it finds something, does not answer or does not understand, or if the file is no longer the
    one with that hash.
    """
    if not address:
        return
    try:
        with _connect(address) as connection:
            answer, found = _ask(connection, path)
    except OSError as error:
        raise FileRefused(
            "El antivirus no responde, y sin él no se recibe ningún archivo; avise a quien opera el sistema "
            f"(EXEMPTIONS_CLAMD): {error.strerror or error}",
            "The antivirus does not answer, and no file is taken without it; tell who operates the system "
            f"(EXEMPTIONS_CLAMD): {error.strerror or error}",
        ) from error
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise FileRefused(
            f"El antivirus halló «{name}» en el archivo: no se guardó nada de él.",
            f"The antivirus found “{name}” in the file: nothing of it was kept.",
        )
    if answer != "stream: OK":
        raise FileRefused(
            f"El antivirus no dio su visto bueno al archivo: «{answer}». Si es por su tamaño, quien opera el sistema "
            "sube StreamMaxLength.",
            f"The antivirus did not clear the file: “{answer}”. If that is for its size, who operates the system "
            "raises StreamMaxLength.",
        )
    if found != sha256:
        raise FileRefused(
            "El archivo cambió mientras se leía; cárguelo de nuevo cuando esté completo.",
            "The file changed while it was read; load it again when it is complete.",
        )


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_PATIENCE_S)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_S)


def _ask(connection: socket.socket, path: Path) -> tuple[str, str]:
    """What it says, and the SHA-256 of what it was shown."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        try:
            connection.sendall(b"zINSTREAM\0")
            while block := source.read(_BLOCK_BYTES):
                digest.update(block)
                connection.sendall(len(block).to_bytes(4, "big") + block)
            connection.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            # It hangs up on what is too long for it, after having said so.
            pass
    answer = b""
    while len(answer) < _ANSWER_BYTES and (part := connection.recv(_ANSWER_BYTES)):
        answer += part
        if answer.endswith(b"\0"):
            break
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip(), digest.hexdigest()
