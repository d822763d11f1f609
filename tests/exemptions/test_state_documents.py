"""Documents of the State that an operator names, read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from exemptions.errors import PolicyError
from exemptions.state_documents import FILE_NAME, DocumentKind, read_documents

GOOD = """[[document]]
kind = "evaluation"
title = "Evaluación de 2025"
authority = "MINFIN"
date = 2026-06-30
url = "https://example.org/evaluacion.pdf"
"""


def written(home: Path, text: str) -> Path:
    (home / FILE_NAME).write_text(text, encoding="utf-8")
    return home


def test_read_documents__gives_what_a_manifest_tells(tmp_path: Path) -> None:
    assert read_documents(tmp_path) == []
    assert read_documents(written(tmp_path, GOOD)) == [
        {"kind": DocumentKind.EVALUATION.value, "date": "2026-06-30", "title": "Evaluación de 2025",
         "authority": "MINFIN", "url": "https://example.org/evaluacion.pdf"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ('"evaluation"', '"evaluacion"', "kind"),
        ("2026-06-30", '"2026-06-30"', "date"),
        ("2026-06-30", "2026-06-30T10:00:00", "date"),
        ('"https://example.org/evaluacion.pdf"', '"javascript:alert(1)"', "url"),
        ('"https://example.org/evaluacion.pdf"', '"https://example.org/a b"', "url"),
        ('"MINFIN"', '""', "authority"),
        ('"MINFIN"', '"MIN\\u202eFIN"', "authority"),
        ('"Evaluación de 2025"', f'"{"x" * 301}"', "title"),
        ('title = "Evaluación de 2025"', "", "title"),
        ("date =", "day =", "date"),
        ("[[document]]", "[document]", "document"),
    ],
)
def test_read_documents__names_the_document_at_fault(tmp_path: Path, good: str, bad: str, named: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_documents(written(tmp_path, GOOD.replace(good, bad)))
    assert named in refused.value.es and FILE_NAME in refused.value.es
