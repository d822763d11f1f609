"""A rule broken a million times is told a thousand times and counted."""

from __future__ import annotations

from exemptions.finding import Severity
from loaders.bounded import MOST_OF_A_RULE, bound_findings
from loaders.rules import make_finding, message_of
from tests.loaders.registry_files import check, permanent

MANY = MOST_OF_A_RULE + 250


def test_validate__names_the_first_of_a_rule_and_counts_the_rest() -> None:
    found = check(*(permanent(n % 900, resolution=f"R{n}", nit="CF") for n in range(MANY))).findings
    named = [f for f in found if f.rule == "nit_consumidor_final"]
    assert [f.row for f in named] == list(range(2, MOST_OF_A_RULE + 2))
    (rest,) = (f for f in found if f.rule == "mas_errores")
    assert (rest.severity, rest.row, rest.key, rest.count) == (Severity.ERROR, None, "nit", 250)
    assert message_of(rest, "es") == (
        "Hay 250 errores más de la regla «nit_consumidor_final»; se nombran los primeros 1,000."
    )


def test_validate__a_warning_stays_a_warning() -> None:
    result = check(*(permanent(n % 900, resolution=f"R{n}", name=f"=LUNA {n % 900}") for n in range(MANY)))
    (rest,) = (f for f in result.findings if f.rule == "mas_avisos")
    assert (rest.severity, rest.detail["of_rule"], rest.count) == (Severity.WARNING, "texto_con_formula", 250)
    assert result.content is not None


def test_bound_findings__each_column_has_its_own_thousand() -> None:
    found = [make_finding("nit_formato", row=n, key=key) for key in ("nit", "otro") for n in range(MOST_OF_A_RULE)]
    assert bound_findings(found) == tuple(found)
    more = bound_findings([*found, make_finding("nit_formato", row=9, key="nit")])
    assert more[:-1] == tuple(found)
    assert (more[-1].rule, more[-1].key, more[-1].count) == ("mas_errores", "nit", 1)
    assert sum(finding.count for finding in more) == len(found) + 1
