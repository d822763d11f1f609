"""Lighthouse's marks of the pages that most people see. The one of speed is told only: the machine decides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.checkers import lighthouse_report
from tests.browser.conftest import find_chromium
from tests.browser.pages import Examples

DEMANDED = ("accessibility", "best-practices", "seo")
LEAST = 0.95
PATHS = ("/", "/buscar", "/registro/{temporary}", "/categoria/COOP")


@pytest.mark.parametrize("path", PATHS)
def test_lighthouse__gives_each_page_95_or_more(
    demonstration: str, examples: Examples, tmp_path: Path, path: str, record_property: pytest.RecordProperty
) -> None:
    report = lighthouse_report(f"{demonstration}{examples.fill(path)}", chromium=find_chromium(), folder=tmp_path)
    marks = {name: part["score"] for name, part in report["categories"].items()}
    record_property("lighthouse", f"{path}: {marks}, {report['audits']['total-byte-weight']['displayValue']}")
    lost = [
        f"{part}: {audit['id']}: {audit['title']}"
        for part in DEMANDED
        for reference in report["categories"][part]["auditRefs"]
        if (audit := report["audits"][reference["id"]])["score"] not in (None, 1) and reference["weight"]
    ]
    assert all(marks[part] >= LEAST for part in DEMANDED), lost
