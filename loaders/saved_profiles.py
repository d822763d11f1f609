"""Mapping profiles that staff keep in the home, each under a name and for one dataset."""

from __future__ import annotations

import re
from pathlib import Path

from exemptions.datasets import Dataset
from exemptions.errors import FileRefused
from loaders.profiles import Profile, read_profile, write_profile

_FOLDER = "profiles"
_SUFFIX = ".toml"
_NAME = re.compile(r"\w[\w .-]{0,59}")
"""Letters, digits and what joins them: such a name is a file name on its own and never a path."""


def is_profile_name(name: str) -> bool:
    """Whether a profile may be kept under that name."""
    return _NAME.fullmatch(name) is not None


def list_profiles(home: Path, dataset: Dataset) -> list[str]:
    """The names of the profiles kept for a dataset, in alphabetical order."""
    folder = home / _FOLDER / dataset
    return sorted(path.stem for path in folder.glob(f"*{_SUFFIX}") if is_profile_name(path.stem))


def get_profile(home: Path, dataset: Dataset, name: str) -> Profile:
    """The profile kept under a name.

    Raises: FileRefused if there is none, or it is not right for the dataset.
    """
    return read_profile(_path(home, dataset, name), dataset=dataset)


def save_profile(home: Path, dataset: Dataset, name: str, profile: Profile) -> None:
    """Keep a profile; the one that had its name is replaced.

    Raises: FileRefused if the name is none, or the profile would not be right for the dataset.
    """
    write_profile(_path(home, dataset, name), profile, dataset=dataset)


def _path(home: Path, dataset: Dataset, name: str) -> Path:
    if not is_profile_name(name):
        raise FileRefused(
            "El nombre de un perfil lleva letras, cifras, espacios, puntos y guiones, hasta 60.",
            "The name of a profile has letters, digits, blanks, dots and hyphens, at most 60.",
        )
    return home / _FOLDER / dataset / f"{name}{_SUFFIX}"
