"""The twenty-five indicators of the Global Tax Expenditures Transparency Index, as far as their names are known."""

from __future__ import annotations

from dataclasses import fields

from exemptions.errors import Sentence
from exemptions.indicator_evidence import Evidence
from exemptions.indicators import EvidenceKind, Finding, Framework, Indicator, Verdict, all_of, at_least, provided
from exemptions.provisions import Provision
from exemptions.state_documents import DocumentKind, documents_of

_G = Framework.GTETI
_YEARS_OF_EDITIONS = 10
_YEARS_BACK = 5
_FORMATS = 3


def _document(code: str, kind: DocumentKind, es: str, en: str) -> Indicator:
    """An indicator that only a document of the State can meet; the release tells where that document is."""
    return Indicator(
        _G, code, Sentence(es, en),
        Sentence(
            f"La publicación enlaza un documento del Estado de esta clase ({kind}).",
            f"The release links a document of the State of this kind ({kind}).",
        ),
        lambda found: at_least(len(documents_of(found.release, kind)), 1),
        EvidenceKind.RELEASE,
        kind,
    )  # fmt: skip


def _coverage(found: Evidence) -> Finding:
    taxes = found.release.catalogs.taxes
    return all_of(len({one.tax for one in found.estimates.latest if one.tax in taxes}), len(taxes))


def _repository(found: Evidence) -> Finding:
    figures = found.estimates.all
    return all_of(sum(bool(one.report and one.source_url) for one in figures), len(figures))


def _access(found: Evidence) -> Finding:
    return at_least(len(found.estimates.all), 1) if found.formats() >= _FORMATS else provided(found=False)


def _disaggregation(found: Evidence) -> Finding:
    """How many provisions have a figure of their own: of their tax, and of a group that no other category shares."""
    own = set()
    for one in found.estimates.latest:
        group = found.estimates.find_group(one)
        if group is not None and not group.is_shared:
            own.add((group.group.code, one.tax))
    return all_of(*found.provisions_with(lambda one: (one.expenditure_group, one.tax) in own))


def _explained(found: Evidence) -> Finding:
    count, total = found.explained_columns()
    return Finding(Verdict.MET if count == total else Verdict.NOT_MET, count, total)


def _structural(found: Evidence) -> Finding:
    del found
    return provided("is_structural" in {field.name for field in fields(Provision)})


GTETI: tuple[Indicator, ...] = (
    Indicator(
        _G, "1.1", Sentence("Frecuencia y regularidad", "Frequency and regularity"),
        Sentence(
            "Los informes estiman el total de cada uno de diez años pasados.",
            "The reports estimate the total of each of ten past years.",
        ),
        lambda found: at_least(found.past_years(), _YEARS_OF_EDITIONS), EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _G, "1.2", Sentence("Puntualidad", "Timeliness"),
        Sentence("Hay una estimación del total del año anterior.", "There is an estimate of last year's total."),
        lambda found: at_least(sum(one.year == found.year - 1 for one in found.totals), 1), EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _G, "1.3", Sentence("Visibilidad", "Visibility"),
        Sentence(
            "Toda estimación nombra su informe y enlaza dónde está.", "Every estimate names its report and links to it."
        ),
        _repository, EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _G, "1.4", Sentence("Acceso en línea a informe y datos", "Online access to report and data"),
        Sentence(
            "La publicación se descarga en tres formatos abiertos o más, y su tabla de estimaciones no está vacía.",
            "The release is downloaded in three open formats or more, and its table of estimates is not empty.",
        ),
        _access, EvidenceKind.RELEASE,
    ),
    Indicator(
        _G, "1.5", Sentence("Que se entienda", "Reader-friendliness"),
        Sentence(
            "Toda columna está explicada en español y en inglés.",
            "Every column is explained in Spanish and English.",
        ),
        _explained, EvidenceKind.COLUMNS,
    ),
    _document("2.1", DocumentKind.LEGAL_REQUIREMENT, "Obligación legal de informar", "Legal requirement to report"),
    _document("2.2", DocumentKind.SUBMISSION, "Presentación al Congreso", "Submission to Parliament"),
    _document("2.3", DocumentKind.RESPONSIBILITY, "Responsable del informe", "Reporting responsibility"),
    _document("2.4", DocumentKind.BUDGET, "Parte del ciclo del presupuesto", "Integration in the budget cycle"),
    _document(
        "2.5",
        DocumentKind.FISCAL_STRATEGY,
        "Parte de la estrategia fiscal de mediano plazo",
        "Medium-term fiscal strategy",
    ),
    Indicator(
        _G, "3.1", Sentence("Qué cubre el informe", "Information on coverage"),
        Sentence("Todo impuesto del catálogo tiene una estimación.", "Every tax of the catalogue has an estimate."),
        _coverage, EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _G, "3.2", Sentence("Impuesto de referencia", "Tax benchmark"),
        Sentence("Todo trato preferencial declara de qué regla se aparta.", "Every treatment declares its benchmark."),
        lambda found: all_of(*found.provisions_with(lambda one: one.benchmark_es)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "3.3", Sentence("Reglas estructurales aparte", "Structural provisions apart"),
        Sentence(
            "El catálogo distingue las reglas preferenciales que no son gasto tributario.",
            "The catalogue tells preferential rules that are no tax expenditure apart.",
        ),
        _structural, EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "3.4", Sentence("Método de estimación", "Estimation method"),
        Sentence("Todo trato preferencial declara cómo se estima.", "Every treatment declares how it is estimated."),
        lambda found: all_of(*found.provisions_with(lambda one: one.method)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "3.5", Sentence("Indicador cuyo texto no se conoce aquí", "Indicator whose text is not known here"),
        Sentence("No se evalúa lo que no se conoce.", "What is not known is not evaluated."),
        lambda found: Finding(Verdict.NOT_EVALUATED), EvidenceKind.RELEASE,
    ),
    Indicator(
        _G, "4.1", Sentence("Objetivo de política", "Policy objective"),
        Sentence(
            "Todo trato preferencial declara su objetivo.",
            "Every preferential treatment declares its objective.",
        ),
        lambda found: all_of(*found.provisions_with(lambda one: one.objective_es)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "4.2", Sentence("Clase de gasto tributario", "Type of tax expenditure"),
        Sentence("Todo trato preferencial dice su mecanismo.", "Every preferential treatment tells its mechanism."),
        lambda found: all_of(*found.provisions_with(lambda one: one.mechanism)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "4.3", Sentence("Beneficiarios", "Beneficiaries"),
        Sentence(
            "Todo trato preferencial dice a quiénes beneficia.",
            "Every preferential treatment tells whom it benefits.",
        ),
        lambda found: all_of(*found.provisions_with(lambda one: one.beneficiaries_es)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "4.4", Sentence("Plazo", "Timeframe"),
        Sentence(
            "Todo trato preferencial dice cuándo empezó, cuándo termina o cuántos años dura.",
            "Every preferential treatment tells when it began, when it ends or how many years it lasts.",
        ),
        lambda found: all_of(
            *found.provisions_with(lambda one: one.starts_on or one.ends_on or one.term_years)
        ),
        EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "4.5", Sentence("Referencia legal", "Legal reference"),
        Sentence("Todo trato preferencial cita su ley.", "Every preferential treatment cites its law."),
        lambda found: all_of(*found.provisions_with(lambda one: one.legal_references)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _G, "5.1", Sentence("Desglose de lo no recaudado", "Disaggregation of revenue forgone"),
        Sentence("Todo trato preferencial tiene una estimación propia.", "Every treatment has an estimate of its own."),
        _disaggregation, EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _G, "5.2", Sentence("Lo no recaudado en años pasados", "Backward revenue forgone"),
        Sentence(
            "Se estima el total de cinco años pasados o más.",
            "The total of five past years or more is estimated.",
        ),
        lambda found: at_least(found.past_years(), _YEARS_BACK), EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _G, "5.3", Sentence("Proyecciones", "Forecasts"),
        Sentence(
            "Hay una estimación oficial del total de este año o de uno por venir.",
            "There is an official estimate of the total of this year or of one to come.",
        ),
        lambda found: at_least(found.future_years(), 1), EvidenceKind.ESTIMATES,
    ),
    _document("5.4", DocumentKind.EVALUATION_FRAMEWORK, "Marco de evaluación", "Evaluation framework"),
    _document("5.5", DocumentKind.EVALUATION, "Evaluaciones disponibles", "Availability of evaluations"),
)  # fmt: skip
