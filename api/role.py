"""What a process of the public role must not be able to do."""

from __future__ import annotations

import os

from exemptions.errors import NothingPublished, SettingsError
from exemptions.integrity import read_manifest
from exemptions.settings import ENVIRONMENT, Settings
from exemptions.store import ReleaseStore
from exporters.signatures import KEYS_FOLDER, PRIVATE_KEY


def refuse_private_access(settings: Settings) -> None:
    """Refuse to serve the public from a process that could read the book of record or a key.

    A fault of the public side must not open what is private, so the public side runs as a user who cannot read it.
    Raises: SettingsError naming the variable and what can be read.
    """
    own_book = settings.home / "book.sqlite"
    if settings.database_url != f"sqlite:///{own_book}":
        raise _refusal("database_url", "DATABASE_URL")
    keys = settings.home / KEYS_FOLDER
    for private in (own_book, keys, keys / PRIVATE_KEY, settings.home / "uploads", settings.home / "staged"):
        if os.access(private, os.R_OK):
            raise _refusal("home", str(private))
    # It may add to the inbox, and must not see what others left there.
    if os.access(settings.inbox, os.R_OK):
        raise _refusal("inbox", str(settings.inbox))


def refuse_public_demonstration(settings: Settings) -> None:
    """Refuse to serve invented data at an address that everybody reaches, unless the settings say that it is meant.

    Raises: SettingsError.
    """
    if settings.demonstration == "public" or not settings.base_url.startswith("https://"):
        return
    try:
        release = ReleaseStore(settings.releases).get_listed().release
    except NothingPublished:
        return
    manifest, _ = read_manifest(settings.releases / str(release))
    if manifest["demonstration"]:
        variable = ENVIRONMENT["demonstration"]
        raise SettingsError(
            f"Estas publicaciones son de demostración, con datos inventados, y {settings.base_url} es una dirección "
            f"pública. Use la carpeta del registro verdadero o, si es a propósito, {variable}=public.",
            f"These releases are a demonstration of invented data, and {settings.base_url} is a public address. Use "
            f"the home of the true registry or, if it is meant, {variable}=public.",
        )


def _refusal(field: str, what: str) -> SettingsError:
    variable = ENVIRONMENT[field]
    return SettingsError(
        f"Con {ENVIRONMENT['role']}=public el proceso no debe poder leer {what}: revise {variable} y los permisos, "
        "o use otro usuario del sistema.",
        f"With {ENVIRONMENT['role']}=public the process must not be able to read {what}: look at {variable} and the "
        "permissions, or use another user of the system.",
    )
