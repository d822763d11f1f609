"""What is shipped for operators speaks of things that exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from getpass import getuser
from pathlib import Path

import pytest

from api.cli import _MODULES
from exemptions.errors import SettingsError
from exemptions.settings import ENVIRONMENT, read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def read_variables(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("name", ["public.env", "staff.env"])
def test_settings__are_known_and_valid(name: str) -> None:
    variables = read_variables(DEPLOY / name)
    assert variables.keys() <= set(ENVIRONMENT.values())
    assert read_settings(variables).base_url.startswith("https://")


def test_settings__of_what_copies_are_the_place_and_the_keys_of_the_store() -> None:
    variables = read_variables(DEPLOY / "follow.env")
    own = {name: value for name, value in variables.items() if name in ENVIRONMENT.values()}
    # Nobody begins without having put the registry's own key there.
    with pytest.raises(SettingsError, match="EXEMPTIONS_SIGNING_KEYS"):
        read_settings(own)
    own |= {"EXEMPTIONS_SIGNING_KEYS": f"{'ab' * 32}, {'A' * 43}="}
    assert len(read_settings(own).signing_keys) == 2
    assert read_settings(own).release_store.startswith("s3://")
    assert all(name.startswith("AWS_") for name in variables.keys() - own.keys())
    assert own["EXEMPTIONS_RELEASES"] == read_variables(DEPLOY / "public.env")["EXEMPTIONS_RELEASES"]


def test_command__has_the_settings_of_the_units_and_the_words_it_was_given(tmp_path: Path) -> None:
    settings, program, command = tmp_path / "staff.env", tmp_path / "program", tmp_path / "exemptions"
    settings.write_text((DEPLOY / "staff.env").read_text(encoding="utf-8") + 'EXEMPTIONS_LANG="en"', encoding="utf-8")
    program.write_text('#!/bin/sh\nenv -0\nprintf "%s\\0" "$@"\n')
    program.chmod(0o755)
    text = (DEPLOY / "exemptions").read_text(encoding="utf-8").replace('" != exemptions', f'" != {getuser()}')
    for installed, here in {
        "/etc/exemptions/staff.env": settings,
        "/opt/exemptions/.venv/bin/exemptions": program,
    }.items():
        assert installed in text
        text = text.replace(installed, str(here))
    command.write_text(text, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "EXEMPTIONS_TOKEN": "x y"}
    done = subprocess.run(
        ["sh", str(command), "load", "mi archivo.csv", "*"], env=environment, capture_output=True, text=True, check=True
    )
    *variables, first, second, third, _end = done.stdout.split("\0")
    assert [first, second, third] == ["load", "mi archivo.csv", "*"]
    expected = {**read_variables(DEPLOY / "staff.env"), "EXEMPTIONS_LANG": "en", "EXEMPTIONS_TOKEN": "x y"}
    assert expected.items() <= dict(line.split("=", 1) for line in variables).items()


def test_settings__the_public_is_told_no_secret() -> None:
    secrets = {"DATABASE_URL", "EXEMPTIONS_TOKEN", "EXEMPTIONS_MAIL_SERVER"}
    told = read_variables(DEPLOY / "public.env").keys()
    assert not secrets & told and not any(name.startswith("AWS_") for name in told)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units__call_commands_that_exist(unit: Path) -> None:
    called = re.findall(r"bin/exemptions (\S+)", unit.read_text(encoding="utf-8"))
    assert set(called) <= _MODULES.keys()
    assert called or unit.suffix == ".timer"
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").exists()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units__systemd_understands_them(unit: Path, tmp_path: Path) -> None:
    program = find_analyze()
    # The program that is called is not installed where the tests run.
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/exemptions/.venv/bin/exemptions", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    run = subprocess.run([program, "verify", tmp_path / unit.name], capture_output=True, text=True, check=False)
    assert tmp_path.name not in run.stderr and run.returncode == 0, run.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_units__are_exposed_as_little_as_the_guide_says(unit: Path, tmp_path: Path) -> None:
    """As `systemd-analyze security` counts it, from 0 to 10; whoever opens a unit up has to say so in the guide."""
    assert measure_exposure(unit) <= 2.0
    opened = tmp_path / unit.name
    opened.write_text(unit.read_text(encoding="utf-8").replace("CapabilityBoundingSet=\n", ""), encoding="utf-8")
    assert measure_exposure(opened) > 2.0


def find_analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    return program


def measure_exposure(unit: Path) -> float:
    command = [find_analyze(), "security", "--offline=yes", "--no-pager", unit]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    if found is None:
        pytest.skip("this systemd-analyze judges no unit that is not installed")
    return float(found[1])


def test_image__copies_what_exists_and_all_packages() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = {word for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for word in line.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    assert {"exemptions", "loaders", "exporters", "api", "migrations", "wsgi.py"} <= copied


def test_alerts__ask_for_figures_that_are_given() -> None:
    text = (DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\bregistry_[a-z_]+", text))
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "api").rglob("*.py"))
    given = set(re.findall(r'"(registry_[a-z_]+)"', source))
    assert {re.sub("_(total|bucket)$", "", name) for name in asked} <= given
