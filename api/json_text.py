"""JSON as the service writes it: UTF-8, amounts with exactly the digits that were published."""

from __future__ import annotations

from decimal import Decimal

import orjson


def encode_json(value: object) -> bytes:
    """The JSON text of `value`; dates as ISO 8601, a Decimal as a number with its own digits (`12345678901.10`)."""
    return orjson.dumps(value, default=_encode_other)


def _encode_other(value: object) -> object:
    if isinstance(value, Decimal):
        # A float would print 10.1 for 10.10, and would be wrong from 2^53 cents on.
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} has no JSON form")
