"""Each example of the page of the API is run with its tool, as the page shows it."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from api.examples import EXAMPLES, Example
from tests.outside.tools import run_script

_PYTHON = ("pandas", "polars", "duckdb")
_TOLD_BY: dict[str, str] = {"pandas": "active", "polars": "jobs", "duckdb": "Guatemala"}
"""Example → what its output shows of the registry."""
_CONTENTS = r'Contents\("([^"]+)", \[RelativePath = "([^"]+)", Query = \[(\w+) = "(\w+)"'
_OFFLINE_DUCKDB = "from duckdb_extensions import import_extension\nimport_extension('httpfs')\n"
"""DuckDB fetches what reads over HTTP on its first use; the tests have it from a package."""


def shown(registry: str, slug: str, path: str = "/docs") -> str:
    """The text of an example as a reader copies it from the page."""
    page = requests.get(f"{registry}{path}", timeout=30).text
    section = page.partition(f'id="example-{slug}"')[2]
    found = re.search(r"<pre[^>]*><code>(.*?)</code></pre>", section, re.DOTALL)
    assert found is not None, slug
    return html.unescape(found[1])


def test_every_example_is_tried() -> None:
    tried = {"curl-search", "curl-file", *_PYTHON, "r", "power-query", "openrefine"}
    assert {example.slug for example in EXAMPLES} == tried


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_examples_are_the_same_in_both_languages_with_the_address_of_the_site(registry: str, example: Example) -> None:
    spanish, english = (shown(registry, example.slug, path) for path in ("/docs", "/en/docs"))
    assert spanish == english == example.written(base=registry, release=2)
    assert registry in spanish


def test_curl_searches(registry: str) -> None:
    run = run_shell(shown(registry, "curl-search"))
    assert run.returncode == 0, run.stderr
    assert '"facets":{"type":[' in run.stdout


def test_curl_fetches_the_file(registry: str, tmp_path: Path) -> None:
    run = run_shell(shown(registry, "curl-file"), tmp_path)
    assert run.returncode == 0, run.stderr
    [file] = tmp_path.iterdir()
    assert file.suffix == ".parquet" and file.read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize("slug", _PYTHON)
def test_python_reads_the_registry(registry: str, slug: str) -> None:
    script = shown(registry, slug)
    run = run_script(_OFFLINE_DUCKDB + script if slug == "duckdb" else script)
    assert run.returncode == 0, run.stderr
    assert _TOLD_BY[slug] in run.stdout


def test_an_example_with_a_fault_is_seen_to_fail(registry: str) -> None:
    assert run_script(shown(registry, "pandas").replace("category=COOP", "category=NADA")).returncode != 0
    assert run_shell(shown(registry, "curl-search").replace("facets=type", "facets=tipo")).returncode != 0


def test_r_reads_the_registry(registry: str) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("no R on this machine (Debian, Ubuntu: sudo apt install r-base-core)")
    run = subprocess.run(
        ["Rscript", "-e", shown(registry, "r")], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "active" in run.stdout


def test_power_query_asks_an_address_that_answers(registry: str) -> None:
    """Excel runs nowhere but on Windows: what is tested is the shape of the text, and the address it makes."""
    text = shown(registry, "power-query")
    assert faults_of_m(text) == []
    base, path, name, value = re.findall(
        r'Contents\("([^"]+)", \[RelativePath = "([^"]+)", Query = \[(\w+) = "(\w+)"', text
    )[0]
    answer = requests.get(f"{base}/{path}", params={name: value}, timeout=30)
    header = answer.text.partition("\r\n")[0].split(",")
    assert answer.status_code == 200
    assert set(re.findall(r'\{"(\w+)", ', text)) <= set(header)


def faults_of_m(text: str) -> list[str]:
    """What is wrong with the shape of a query in M: brackets that do not match, steps that are not made before."""
    faults, opened = [], []
    bare = re.sub(r'"(?:[^"]|"")*"', '""', text)
    if '"' in bare.replace('""', ""):
        faults.append("a text is not closed")
    for sign in re.findall(r"[()\[\]{}]", bare):
        if sign in "([{":
            opened.append(sign)
        elif not opened or opened.pop() + sign not in ("()", "[]", "{}"):
            faults.append(f"{sign} closes nothing")
    faults += [f"{sign} is not closed" for sign in opened]
    shape = re.fullmatch(r"let\n(.+)\nin\n\s+(\w+)", bare, re.DOTALL)
    if shape is None:
        return [*faults, "no let … in"]
    lines = [line.strip() for line in shape[1].split("\n")]
    faults += ["a step ends without a comma" for line in lines[:-1] if not line.endswith(",")]
    faults += ["the last step ends with a comma"] * lines[-1].endswith(",")
    steps = [line.split(" = ", 1) for line in lines]
    for place, (name, body) in enumerate(steps[1:], 1):
        if steps[place - 1][0] not in body:
            faults.append(f"{name} does not use the step before it")
    return faults if shape[2] == steps[-1][0] else [*faults, "the last step is not what is given"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [("}}, ", "}, "), ("in\n", "on\n"), ("Typed =", "Types ="), ('"nit"', '"nit'), ("]),\n", "])\n")],
)
def test_power_query_with_a_fault_is_seen(registry: str, text: str, fault: str) -> None:
    whole = shown(registry, "power-query")
    assert text in whole
    assert faults_of_m(whole.replace(text, fault, 1)) != []


def test_openrefine_finds_both_addresses(registry: str) -> None:
    project, service = shown(registry, "openrefine").split("\n")
    assert requests.get(project, timeout=30).headers["Content-Type"].startswith("text/csv")
    assert "0.2" in requests.get(service, timeout=30).json()["versions"]


def run_shell(line: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
