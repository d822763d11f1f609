"""The private key that signs manifests: kept in the home for its owner alone, and followed by its public list.

The list beside the private key is the registry's memory of every key it ever signed with; the release store has a copy
that everybody can read.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.audit import Act, record_act
from exporters.durable import make_folder, replace_file, sync
from exporters.signatures import (
    KEYS_FILE,
    KEYS_FOLDER,
    PRIVATE_KEY,
    KeyUnreadable,
    PublicKey,
    Signature,
    encode_keys,
    read_keys,
)

_FOLDER_MODE = 0o700
_PRIVATE_MODE = 0o600


class SigningKey:
    """The private key in use. It never shows itself in a text."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, content: bytes) -> Signature:
        """The signature over these bytes."""
        return Signature(self.public.key_id, self._private.sign(content))


def renew_key(session: Session, home: Path, releases: Path, *, actor: Actor, at: datetime) -> PublicKey:
    """Make a new key, tell of it in the audit, and publish its public half.

    Raises: KeyUnreadable.
    """
    made = make_key(home, at=at)
    record_act(
        session,
        actor=actor.name,
        act=Act.SIGNING_KEY_MADE,
        subject="book",
        at=at,
        details={"key_id": made.key_id},
    )
    publish_keys(home, releases)
    return made


def make_key(home: Path, *, at: datetime) -> PublicKey:
    """Make a new key and let it take the place of the one before, whose private half is gone for good.

    The caller holds the writer's lock.
    """
    folder = home / KEYS_FOLDER
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    folder.chmod(_FOLDER_MODE)
    private = Ed25519PrivateKey.generate()
    _replace_private(folder / PRIVATE_KEY, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return _list_key(folder, SigningKey(private).public, at)


def find_key(home: Path, *, at: datetime) -> SigningKey | None:
    """The key in use; None where none was made. `at` is since when it is in use, should its making have been cut short.

    Raises: KeyUnreadable, also where one was made and is gone: nothing is to be published unsigned by mistake.
    """
    folder = home / KEYS_FOLDER
    try:
        private = load_pem_private_key((folder / PRIVATE_KEY).read_bytes(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("not Ed25519")
    except FileNotFoundError as error:
        if any(known.until is None for known in read_keys(folder)):
            raise KeyUnreadable(
                f"Falta {folder / PRIVATE_KEY}, la llave que firma: póngala de un respaldo, o haga otra con exemptions "
                "key new.",
                f"{folder / PRIVATE_KEY}, the key that signs, is missing: put it back from a backup, or make another "
                "with exemptions key new.",
            ) from error
        return None
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable(
            f"{folder / PRIVATE_KEY} no es una llave Ed25519 que se pueda leer.",
            f"{folder / PRIVATE_KEY} is no Ed25519 key that can be read.",
        ) from error
    key = SigningKey(private)
    _list_key(folder, key.public, at)
    return key


def list_keys(home: Path) -> tuple[PublicKey, ...]:
    """Every key that this registry signed with, the oldest first.

    Raises: KeyUnreadable.
    """
    return read_keys(home / KEYS_FOLDER)


def publish_keys(home: Path, releases: Path) -> None:
    """Let everybody read the public keys. A list that is already there is written only if it differs.

    Raises: KeyUnreadable.
    """
    known = list_keys(home)
    path = releases / KEYS_FILE
    if not known or (path.is_file() and path.read_bytes() == encode_keys(known)):
        return
    make_folder(releases)
    replace_file(path, encode_keys(known))


def _list_key(folder: Path, public: PublicKey, at: datetime) -> PublicKey:
    """Note that this is the key from `at` on, unless that is known."""
    known = read_keys(folder)
    if known and known[-1].raw == public.raw:
        return known[-1]
    ended = [PublicKey(key.raw, key.since, key.until or at) for key in known]
    added = PublicKey(public.raw, at)
    replace_file(folder / KEYS_FILE, encode_keys([*ended, added]))
    return added


def _replace_private(path: Path, content: bytes) -> None:
    """Put the private key in place; no instant shows it to anybody else."""
    staged = path.with_name(f".{path.name}.new")
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE), "wb") as file:
        file.write(content)
    sync(staged)
    staged.replace(path)
    sync(path.parent)
