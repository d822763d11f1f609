"""What every template keeps to, whichever page is made of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "api" / "templates").rglob("*.html"))
_TABLE_ROLE = re.compile(r"""role=["'](?:table|rowgroup|row|cell|columnheader|rowheader)["']""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates__leave_the_parts_of_tables_their_own_roles(template: Path) -> None:
    """The W3C's checker refuses them written out, and browsers keep a table's meaning whatever its display."""
    assert _TABLE_ROLE.findall(template.read_text()) == []
