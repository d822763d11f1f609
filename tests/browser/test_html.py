"""Every page is HTML without a fault, for two checkers that know nothing of us."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser.checkers import html_faults, strict_html_faults
from tests.browser.pages import Examples, iter_paths

_FAULTY = """<!DOCTYPE html><html lang="es"><head><meta charset="utf-8"><title>x</title></head>
<body><p><div>no</div></p><img src="x.png"><a href="#a" id="a" style="color:red">x</a><p id="a">x</p></body></html>"""


@pytest.fixture(scope="module")
def files(demonstration: str, examples: Examples, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every public page as it is answered, errors included."""
    folder = tmp_path_factory.mktemp("html")
    return [_save(demonstration, path, folder) for path in iter_paths(examples)]


def _save(site: str, path: str, folder: Path) -> Path:
    try:
        with urlopen(f"{site}{path}", timeout=60) as answer:
            body = answer.read()
    except HTTPError as refused:
        body = refused.read()
    file = folder / f"{path.strip('/').replace('/', '_').replace('?', '--') or 'portada'}.html"
    file.write_bytes(body)
    return file


def test_pages__are_html_without_a_fault(files: list[Path]) -> None:
    assert html_faults(files) == []


def test_pages__keep_the_stricter_rules_too(files: list[Path]) -> None:
    assert strict_html_faults(files, files[0].parent) == []


def test_checkers__see_faults_where_there_are_some(tmp_path: Path) -> None:
    file = tmp_path / "faulty.html"
    file.write_text(_FAULTY)
    assert any("img" in found for found in html_faults([file]))
    rules = {found.split(": ")[1] for found in strict_html_faults([file], tmp_path)}
    assert rules >= {"wcag/h37", "no-dup-id", "no-inline-style"}
