"""The version of this software, as metadata, ETags and the OpenAPI document name it."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def software_version() -> str:
    """The installed version; `0` when the code runs without having been installed."""
    try:
        return version("exemptions")
    except PackageNotFoundError:
        return "0"
