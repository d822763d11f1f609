"""The place between two markers that a document keeps for a table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Two lines of a document; what stands between them is written anew by a program."""

    begin: str
    end: str

    def fill(self, document: str, table: str) -> str:
        """The document with `table` in this place.

        Raises: ValueError if it has no such place.
        """
        before, begin, rest = document.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not begin or not end:
            raise ValueError("the document has no place for the table")
        return f"{before}{self.begin}\n{table}\n{self.end}{after}"

    def find(self, document: str) -> str:
        """What stands in this place."""
        return document.partition(self.begin)[2].partition(self.end)[0].strip("\n")
