"""What a rule says of a file: the value that readers, rules, batches and reports pass on.

It stands alone so that the process that reads a stranger's file loads neither the book nor its database's libraries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LEFT_OUT = "left_out"
"""In the detail of a finding: for how many more it stands that are not kept one by one."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file. `row` is None for the file as a whole; `detail` fills the rule's message."""

    severity: Severity
    row: int | None
    column: str
    key: str
    value: str | None
    rule: str
    detail: dict[str, Any]

    @property
    def count(self) -> int:
        """How many errors or warnings it stands for."""
        return int(self.detail.get(LEFT_OUT, 1))
