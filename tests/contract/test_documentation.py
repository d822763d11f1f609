"""What the documents promise is so: settings, commands of the checkout, and links between documents."""

import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click
import pytest

from api.cli import commands
from exemptions.settings import DEFAULTS, ENVIRONMENT, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [path.relative_to(ROOT).as_posix() for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])]


def test_settings__every_field_has_a_variable_and_a_default() -> None:
    names = [field.name for field in fields(Settings)]
    assert list(ENVIRONMENT) == names
    assert list(DEFAULTS) == names


def test_settings__the_readme_lists_every_variable_and_no_other() -> None:
    assert [variable for variable, _ in iter_settings_rows(README)] == list(ENVIRONMENT.values())


def test_settings__the_readme_tells_the_true_default() -> None:
    told = dict(iter_settings_rows(README))
    for field, variable in ENVIRONMENT.items():
        if DEFAULTS[field]:
            assert told[variable] == f"`{DEFAULTS[field]}`", variable
        else:
            assert told[variable], variable
            assert not told[variable].startswith("`"), f"{variable} has no fixed default"


def test_make__the_readme_names_only_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\s)make ([a-z]+)\b(?=[ `]|$)", "\n".join(iter_code(README)), re.MULTILINE))
    assert named >= {"run", "test", "setup"}
    assert named <= targets


def test_make__the_readme_tells_what_the_check_needs() -> None:
    """Every program that the recipe looks for, by the name of the package that it offers to install."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = {package for line in re.findall(r"sudo apt install ([a-z0-9 -]+)\)", recipe) for package in line.split()}
    assert asked >= {"nodejs", "default-jre-headless"}
    assert [package for package in (*sorted(asked), "chromium", "poppler-utils") if package not in README] == []


def test_commands__every_one_of_every_module_is_offered() -> None:
    context = click.Context(commands)
    modules = [import_module(f"api.cli.{path.stem}") for path in (ROOT / "api/cli").glob("[!_]*.py")]
    made = {command for module in modules for command in getattr(module, "COMMANDS", ())}
    assert made == {commands.get_command(context, name) for name in commands.list_commands(context)}


def test_commands__the_readme_lists_every_command_and_no_other() -> None:
    section = README.partition("\n## Commands\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`exemptions ([a-z]+)", row)} == set(
        commands.list_commands(click.Context(commands))
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links__lead_to_a_file_or_heading_that_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / document).parent / path if path else ROOT / document
        assert file.exists(), target
        if anchor:
            assert anchor in set(iter_anchors(file.read_text(encoding="utf-8"))), target


def iter_settings_rows(text: str) -> Iterator[tuple[str, str]]:
    """Variable and default of each row of the settings table, in its order."""
    section = text.partition("\n## Settings\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and (name := re.fullmatch(r"`([A-Z_]+)`", cells[0])):
            yield name[1], cells[1]


def iter_code(text: str) -> Iterator[str]:
    """The fenced blocks and the inline code of a document, with their back ticks."""
    yield from re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    yield from re.findall(r"(?<!`)`[^`\n]+`(?!`)", text)


def iter_anchors(text: str) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
