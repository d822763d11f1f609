"""Which release brought each value that a record shows, told by what the releases changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exemptions.columns import BOOKKEEPING, KEYS


def value_releases(item: Mapping[str, Any], history: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Column → the release that brought the value which the record shows, for every published column.

    `history` are the changes of this record up to the release of `item`, in any order. A value that never changed came
    when the record did; a record that ended and came back brought all its values again. Where the history does not
    tell when the record came, `first_release` does.
    """
    listed = list(history)
    came = max((row["release"] for row in listed if row["kind"] == "added"), default=int(item["first_release"]))
    brought = dict.fromkeys(KEYS, came)
    for row in sorted(listed, key=lambda row: int(row["release"])):
        if row["field"] in brought and row["release"] > came:
            brought[row["field"]] = row["release"]
    own = {key: int(item[key]) for key in BOOKKEEPING}
    return brought | own | {"record_id": int(item["first_release"])}
