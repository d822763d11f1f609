"""What the operator's guide tells is so: headers, rules, commands, settings, and the report of its example."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from api.cli import commands
from exemptions.accounts import Actor, StaffRole
from exemptions.batches import State
from exemptions.database import open_book
from exemptions.datasets import REGISTRY_COLUMNS, Dataset
from exemptions.finding import Severity
from exemptions.guards import Guard
from exemptions.settings import ENVIRONMENT, read_settings
from loaders.decode import ENCODINGS
from loaders.load import LoadOptions, LoadResult, load_file
from loaders.report import text_report
from loaders.rules import RULES

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "operar.md").read_text(encoding="utf-8")


def rows_under(heading: str) -> Iterator[list[str]]:
    """The cells of the tables of a section, without their heads."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            yield cells


def code(cell: str) -> str:
    found = re.fullmatch(r"`([^`]+)`", cell)
    assert found, cell
    return found[1]


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def commands_named() -> list[list[str]]:
    """The words of every `exemptions …` in the guide, in blocks and in the text."""
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(exemptions [^`\n]+)`", GUIDE)
    parts = [part for text in (*blocks, *inline) for line in text.splitlines() for part in line.split("&&")]
    found = [re.search(r"\bexemptions (.+)", part) for part in parts]
    return [re.sub(r'"[^"]*"', "x", match[1]).split() for match in found if match]


def test_guide__lists_every_header_with_its_key_in_the_order_of_the_dataset() -> None:
    listed = [(code(header), code(key)) for header, key, *_ in rows_under("El archivo")]
    assert listed == [(column.header, column.key) for column in REGISTRY_COLUMNS]


def test_guide__calls_the_same_columns_required_as_the_dataset() -> None:
    required = [code(header) for header, _, told, _ in rows_under("El archivo") if told == "sí"]
    assert required == [column.header for column in REGISTRY_COLUMNS if column.required]


def test_guide__names_only_rules_that_exist_with_their_true_severity() -> None:
    severities = {"error": Severity.ERROR, "aviso": Severity.WARNING}
    listed = list(rows_under("Errores frecuentes"))
    assert len(listed) >= 20
    for rule, severity, *_ in listed:
        assert RULES[code(rule)].severity is severities[severity], rule


def test_guide__tells_every_state_of_a_batch_but_the_one_in_passing() -> None:
    listed = {code(state) for state, *_ in rows_under("Cargar, aprobar y publicar")}
    assert listed == {state.value for state in State if state is not State.UPLOADED}


def test_guide__tells_every_guard_that_may_hold_a_load_back() -> None:
    assert {code(guard) for guard, *_ in rows_under("Los resguardos")} == set(Guard)


@pytest.mark.parametrize("words", commands_named(), ids=" ".join)
def test_guide__names_only_commands_and_options_that_exist(words: list[str]) -> None:
    command: click.Command = commands
    for word in words:
        if word.startswith("--"):
            assert word in {option for parameter in command.params for option in parameter.opts} | {"--help"}
        elif isinstance(command, click.Group):
            command = command.get_command(click.Context(command), word) or command
    assert "…" in words or not isinstance(command, click.Group)


def test_guide__names_only_roles_encodings_and_settings_that_exist() -> None:
    assert set(re.findall(r"--role (\w+)", GUIDE)) == {role.value for role in StaffRole}
    assert set(re.findall(r"--encoding ([\w-]+)", GUIDE)) <= set(ENCODINGS)
    assert set(re.findall(r"EXEMPTIONS_[A-Z_]+", GUIDE)) <= set(ENVIRONMENT.values())


def check_file(tmp_path: Path, file: Path) -> LoadResult:
    """What a dry run finds in a file, with an empty book."""
    settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home")})
    book = open_book(settings)
    try:
        return load_file(
            book,
            settings,
            dataset=Dataset.REGISTRY,
            path=file,
            options=LoadOptions(dry_run=True),
            actor=Actor("luis"),
            clock=lambda: datetime(2026, 7, 31, 18, tzinfo=UTC),
        )
    finally:
        book.close()


def test_guide__shows_the_report_that_its_example_gives(tmp_path: Path) -> None:
    file = tmp_path / "julio.csv"
    file.write_text(block("csv"), encoding="utf-8")
    assert text_report(check_file(tmp_path, file), lang="es") + "\n" == block("text")


def test_guide__comes_with_a_file_that_has_no_error_and_no_warning(tmp_path: Path) -> None:
    result = check_file(tmp_path, DOCS / "ejemplo.csv")
    assert (result.rows, result.added, result.findings) == (6, 6, ())
