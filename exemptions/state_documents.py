"""Documents of the State on tax expenditure that a registry links: the law that asks for the report, the budget, an
evaluation. An operator names them in `documents.toml` of the home, and every release tells those of its day.

    [[document]]
    kind = "legal_requirement"
    title = "Decreto 101-97, artículo 20"
    authority = "Congreso de la República"
    date = 2026-06-30
    url = "https://www.example.gob.gt/ley.pdf"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from exemptions.errors import PolicyError
from exemptions.release import Release

FILE_NAME = "documents.toml"
_TEXTS = ("title", "authority", "url")
_KEYS = frozenset({"kind", "date", *_TEXTS})
_URL = re.compile(r"https?://[^\s<>\"\x00-\x20\x7f-\x9f]{1,2000}")
_MOST = 300
"""Letters of a title or of an authority."""


class DocumentKind(StrEnum):
    """What a document is; the transparency index asks for each (GTETI 2.1 to 2.5, 5.4 and 5.5)."""

    LEGAL_REQUIREMENT = "legal_requirement"
    SUBMISSION = "submission"
    RESPONSIBILITY = "responsibility"
    BUDGET = "budget"
    FISCAL_STRATEGY = "fiscal_strategy"
    EVALUATION_FRAMEWORK = "evaluation_framework"
    EVALUATION = "evaluation"


def read_documents(home: Path) -> list[dict[str, str]]:
    """The documents that the operator named, as a manifest tells them. Order: that of the file.

    Raises: PolicyError naming the document at fault.
    """
    path = home / FILE_NAME
    if not path.exists() and not path.is_symlink():
        return []
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{FILE_NAME}: {error}", f"{FILE_NAME}: {error}") from error
    tables = content.get("document", [])
    if content.keys() - {"document"} or not isinstance(tables, list):
        raise _fault(0, "el archivo solo tiene tablas [[document]]", "the file has [[document]] tables only")
    return [_read(number, table) for number, table in enumerate(tables, 1)]


def documents_of(release: Release, kind: DocumentKind) -> list[dict[str, str]]:
    """The documents of one kind that a release tells of; none for a release made before documents were told."""
    return [one for one in release.manifest.get("documents", []) if one["kind"] == kind]


def _read(number: int, table: Mapping[str, Any]) -> dict[str, str]:
    if table.keys() != _KEYS:
        listed = ", ".join(sorted(_KEYS))
        raise _fault(number, f"tiene exactamente: {listed}", f"it has exactly: {listed}")
    kind, day = table["kind"], table["date"]
    if kind not in list(DocumentKind):
        listed = ", ".join(DocumentKind)
        raise _fault(number, f"«kind» puede ser: {listed}", f"“kind” may be: {listed}")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise _fault(number, "«date» es una fecha: 2026-01-31", "“date” is a date: 2026-01-31")
    for key in ("title", "authority"):
        text = table[key]
        if not isinstance(text, str) or not 0 < len(text.strip()) <= _MOST or not text.isprintable():
            raise _fault(number, f"«{key}» es un texto de una línea", f"“{key}” is a text of one line")
    if not isinstance(table["url"], str) or not _URL.fullmatch(table["url"]):
        raise _fault(number, "«url» empieza con https:// o http://", "“url” begins with https:// or http://")
    return {"kind": str(kind), "date": day.isoformat(), **{key: table[key].strip() for key in _TEXTS}}


def _fault(number: int, es: str, en: str) -> PolicyError:
    return PolicyError(f"{FILE_NAME}, documento {number}: {es}.", f"{FILE_NAME}, document {number}: {en}.")
