"""Profiles: what is saved comes back, the command line wins, and a wrong one is refused by line and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.datasets import Dataset
from exemptions.errors import FileRefused
from exemptions.text import squash
from loaders.profiles import Profile, profile_text, read_profile, write_profile

WHOLE = Profile(
    mapping={'Razón "social"': "name", "Ob\\serv\naciones": "-", "Nº de NIT": "nit"},
    encoding="windows-1252",
    sheet="Hoja «1»",
    header_row=4,
)


def refusal(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_profile(path, dataset=Dataset.REGISTRY)
    assert refused.value.es != refused.value.en
    return refused.value.en


@pytest.mark.parametrize("profile", [WHOLE, Profile(), Profile(sheet="\x7f"), Profile({"Total": "-"})])
def test_profiles__what_is_saved_comes_back(profile: Profile, tmp_path: Path) -> None:
    path = tmp_path / "perfil.toml"
    write_profile(path, profile, dataset=Dataset.REGISTRY)
    assert read_profile(path, dataset=Dataset.REGISTRY) == profile


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["nit", "name", "-"])))
def test_profiles__any_header_is_written_so_that_it_comes_back(
    tmp_path_factory: pytest.TempPathFactory, mapping: dict[str, str]
) -> None:
    clear = {}
    for header, key in mapping.items():
        if squash(header) and squash(header) not in {squash(other) for other in clear}:
            clear[header] = key
    path = tmp_path_factory.mktemp("perfiles") / "perfil.toml"
    write_profile(path, Profile(clear), dataset=Dataset.REGISTRY)
    assert read_profile(path, dataset=Dataset.REGISTRY).mapping == clear


def test_profiles__the_command_line_wins_whatever_way_the_header_is_written() -> None:
    given_now = Profile({"RAZON «SOCIAL»": "-", "Otra": "status"}, sheet="Junio")
    assert WHOLE.overlaid(given_now) == Profile(
        mapping={"Ob\\serv\naciones": "-", "Nº de NIT": "nit", "RAZON «SOCIAL»": "-", "Otra": "status"},
        encoding="windows-1252",
        sheet="Junio",
        header_row=4,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('dataset = "registry"\nencodin = "utf-8"\n', ("line 2", "“encodin”", "“encoding”")),
        ('encoding = "ebcdic"\n', ("line 1", "“encoding”", "windows-1252")),
        ("\nheader_row = 0\n", ("line 2", "“header_row”")),
        ('header_row = "4"\n', ("line 1", "“header_row”", "whole number")),
        ("header_row = true\n", ("line 1", "“header_row”")),
        ("sheet = 3\n", ("line 1", "“sheet”")),
        ('mapping = "a"\n', ("line 1", "“mapping”")),
        ('dataset = "jobs"\n', ("line 1", "“jobs”", "“registry”")),
        ('[mapping]\n"Razón social" = "nombre"\n', ("line 2", "“Razón social”", "“name”")),
        ('[mapping]\nX = "nit"\n\n"Razón" = 5\n', ("line 4", "“Razón”")),
        ('[mapping]\n"Razón" = "name"\nRAZON = "-"\n', ("line 3", "“RAZON”", "“Razón”")),
        ('[mapping]\n" " = "name"\n', ("line 2", "names no column")),
        ('sheet = "a\n', ("no TOML", "line 1")),
        ('sheet = "a"\nsheet = "b"\n', ("no TOML", "line 2")),
    ],
)
def test_profiles__a_wrong_one_is_refused_by_line_and_key(text: str, said: tuple[str, ...], tmp_path: Path) -> None:
    message = refusal(tmp_path / "perfil.toml", text)
    assert all(part in message for part in said), message


def test_profiles__what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "perfil.toml"
    path.write_bytes(b'sheet = "\xff"\n')
    with pytest.raises(FileRefused, match="byte 9"):
        read_profile(path, dataset=Dataset.REGISTRY)
    with pytest.raises(FileRefused, match="no profile"):
        read_profile(tmp_path, dataset=Dataset.REGISTRY)


def test_profiles__a_wrong_one_is_not_saved_over_a_right_one(tmp_path: Path) -> None:
    path = tmp_path / "perfil.toml"
    write_profile(path, WHOLE, dataset=Dataset.REGISTRY)
    with pytest.raises(FileRefused, match="“nombre”"):
        write_profile(path, Profile({"Razón": "nombre"}), dataset=Dataset.REGISTRY)
    assert path.read_text(encoding="utf-8") == profile_text(WHOLE, dataset=Dataset.REGISTRY)
    assert list(tmp_path.iterdir()) == [path]
