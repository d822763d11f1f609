"""The self-assessment: the registry judged by three public lists, each verdict with its check and its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response

from api.formatting import format_count, format_day
from api.pages.blueprint import pages
from api.pages.files import table_files
from api.pages.language import page_language
from api.pages.links import Link
from api.pages.reading import answer_release
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.scorecard_links import PATH, evidence_url
from exemptions.indicators import Finding, Framework, Verdict
from exemptions.release import Release
from exemptions.scorecard import Judged, judge, of_framework
from exemptions.state_documents import DocumentKind, documents_of

VERDICTS: Mapping[Verdict, LazyString] = {
    Verdict.MET: _l("Cumple"),
    Verdict.NEEDS_STATE: _l("Falta que el Estado lo entregue"),
    Verdict.NOT_MET: _l("No cumple"),
    Verdict.NOT_EVALUATED: _l("No se evalúa"),
}

_FRAMEWORKS: Mapping[Framework, tuple[LazyString, LazyString]] = {
    Framework.SERIGY: (
        _l("Serigy: los 14 elementos"),
        _l(
            "Lo que el tribunal de cuentas de Sergipe, en Brasil, busca con un programa en las páginas de renuncias "
            "de ingresos. Aquí cada elemento lleva en el HTML el atributo data-serigy con su número."
        ),
    ),
    Framework.EU: (
        _l("Unión Europea: el mínimo de 13"),
        _l("Lo que las reglas europeas de ayudas del Estado piden publicar de cada beneficiario."),
    ),
    Framework.GTETI: (
        _l("GTETI: los 25 indicadores"),
        _l(
            "El índice mundial de transparencia del gasto tributario. Casi todo depende de lo que la ley y el Estado "
            "publiquen; esta no es la nota del país."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class ScoreRow:
    code: str
    asks: str
    verdict: str
    verdict_name: str
    counted: str
    rule: str
    evidence: str
    documents: tuple[Link, ...]
    """Documents of the State that meet it."""


@dataclass(frozen=True, slots=True)
class ScoreList:
    """The indicators of one list."""

    key: str
    title: str
    about: str
    summary: str
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True, slots=True)
class ScorecardPage:
    """What the page shows."""

    lists: tuple[ScoreList, ...]
    downloads: tuple[Link, ...]


@pages.get("/autoevaluacion", endpoint="scorecard")
def show_scorecard() -> Response:
    """The self-assessment of a release."""
    return answer_release("scorecard.html", lambda release, _choice: _build(release, page_language()))


def _build(release: Release, lang: str) -> ScorecardPage:
    judged = judge(release)
    return ScorecardPage(
        lists=tuple(_list(framework, of_framework(judged, framework), release, lang) for framework in Framework),
        downloads=table_files(PATH, [("release", str(release.number))], lang),
    )


def _list(framework: Framework, judged: tuple[Judged, ...], release: Release, lang: str) -> ScoreList:
    title, about = _FRAMEWORKS[framework]
    counted = Counter(one.finding.verdict for one in judged)
    parts = [f"{name}: {format_count(counted[verdict])}" for verdict, name in VERDICTS.items() if counted[verdict]]
    return ScoreList(
        key=framework.value,
        title=str(title),
        about=str(about),
        summary=" · ".join(parts),
        rows=tuple(_row(one, release, lang) for one in judged),
    )


def _row(one: Judged, release: Release, lang: str) -> ScoreRow:
    indicator, finding = one.indicator, one.finding
    return ScoreRow(
        code=indicator.code,
        asks=indicator.asks.text(lang),
        verdict=finding.verdict.value,
        verdict_name=str(VERDICTS[finding.verdict]),
        counted=_counted(finding),
        rule=indicator.rule.text(lang),
        evidence=evidence_url(indicator.evidence, release.number),
        documents=() if indicator.document is None else _documents(release, indicator.document, lang),
    )


def _documents(release: Release, kind: DocumentKind, lang: str) -> tuple[Link, ...]:
    return tuple(
        Link(one["title"], one["url"], f"{one['authority']}, {format_day(date.fromisoformat(one['date']), lang)}")
        for one in documents_of(release, kind)
    )


def _counted(finding: Finding) -> str:
    if finding.count is None or finding.total is None:
        return ""
    count, total = format_count(finding.count), format_count(finding.total)
    if finding.is_minimum:
        return _("hay %(count)s; se pide %(total)s o más", count=count, total=total)
    return _("%(count)s de %(total)s", count=count, total=total)
