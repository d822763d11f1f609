"""Money that is not in quetzales, told by its sign or name: in an amount, or in the header over a column of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from exemptions.finding import Finding
from loaders.options import Header
from loaders.rules import make_finding

NAMED = (
    r"[$€£¥]|\b(?:USD|US|EUR|MXN|HNL|CRC|NIO|SVC|GBP"
    r"|d[oó]lar(?:es)?|euros?|lempiras?|colon(?:es)?|c[oó]rdobas?|pesos?)\b"
)
"""A currency of another country, by its sign, code or name."""

FOREIGN_AMOUNT = rf"(?i)^\s*-?\s*L\.?\s*-?[0-9]|{NAMED}"
"""The same before or after a number, where an L alone is lempiras."""

_HEADER = re.compile(NAMED.replace(r"\b", r"(?<![^\W_])", 1).replace(r"\b", r"(?![^\W_])", 1), re.IGNORECASE)
"""In a header words are joined by underscores too: MONTO_USD."""

_MONEY = ("amount_gtq", "amount_millions")


def find_foreign_columns(header: Header) -> Iterator[Finding]:
    """An error for each column of quetzales whose own header names another currency, as a mapping can make it."""
    for name, key in zip(header.names, header.keys, strict=True):
        if key in _MONEY and _HEADER.search(name):
            yield make_finding("columna_en_otra_moneda", row=header.row, column=name, key=key)
