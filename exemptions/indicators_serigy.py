"""The fourteen items that the audit court of Sergipe looks for, by program, in what is told of revenue waivers."""

from __future__ import annotations

from exemptions.errors import Sentence
from exemptions.indicators import EvidenceKind, Framework, Indicator, all_of, at_least, provided

_S = Framework.SERIGY

SERIGY: tuple[Indicator, ...] = (
    Indicator(
        _S, "16.1", Sentence("Tipo de renuncia", "Type of waiver"),
        Sentence("Todo registro dice su tipo exento.", "Every record tells its exempt type."),
        lambda found: all_of(found.told("exempt_type"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.2", Sentence("Medida o justificación", "Measure or justification"),
        Sentence(
            "Todo trato preferencial declara su objetivo.",
            "Every preferential treatment declares its objective.",
        ),
        lambda found: all_of(*found.provisions_with(lambda one: one.objective_es)), EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _S, "16.3", Sentence("Base legal", "Legal basis"),
        Sentence("Todo registro cita la ley que lo concede.", "Every record cites the law that grants it."),
        lambda found: all_of(found.told("legal_basis"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.4", Sentence("Monto previsto", "Amount foreseen"),
        Sentence(
            "Hay una estimación oficial del total de este año o de uno por venir.",
            "There is an official estimate of the total of this year or of one to come.",
        ),
        lambda found: at_least(found.future_years(), 1), EvidenceKind.ESTIMATES,
    ),
    Indicator(
        _S, "16.5", Sentence("Monto no cobrado", "Amount waived"),
        Sentence(
            "Todo registro al que un monto le aplica tiene uno publicado.",
            "Every record that an amount applies to has one published.",
        ),
        lambda found: all_of(*found.reported("amount_status")), EvidenceKind.SUMS,
    ),
    Indicator(
        _S, "16.6", Sentence("Nombre del beneficiario", "Name of the beneficiary"),
        Sentence(
            "Todo registro tiene nombre, o dice que se reserva.",
            "Every record has a name, or says that it is withheld.",
        ),
        lambda found: all_of(found.told("name"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.7", Sentence("Identificación del beneficiario", "Identifier of the beneficiary"),
        Sentence(
            "Todo registro tiene NIT, o dice que se reserva.",
            "Every record has a NIT, or says that it is withheld.",
        ),
        lambda found: all_of(found.told("nit"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.8", Sentence("Sector", "Sector"),
        Sentence(
            "Todo registro tiene actividad económica, o dice que se reserva.",
            "Every record has an economic activity, or says that it is withheld.",
        ),
        lambda found: all_of(found.told("activity"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.9", Sentence("Contrapartida o impacto", "Counterpart or impact"),
        Sentence(
            "Todo registro al que la ley pide empleos los tiene publicados.",
            "Every record that the law asks for jobs has them published.",
        ),
        lambda found: all_of(*found.reported("jobs_status")), EvidenceKind.SUMS,
    ),
    Indicator(
        _S, "16.10", Sentence("Vigencia", "Validity"),
        Sentence(
            "Todo registro es permanente, o dice su primer y su último día o que se reservan.",
            "Every record is permanent, or tells its first and last day or that they are withheld.",
        ),
        lambda found: all_of(found.with_validity(), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.11", Sentence("Buscador propio", "Search tool of its own"),
        Sentence(
            "Buscar el nombre del primer registro que lo tiene encuentra ese registro.",
            "Searching the name of the first record that has one finds that record.",
        ),
        lambda found: provided(found.finds_itself()), EvidenceKind.RECORDS,
    ),
    Indicator(
        _S, "16.12", Sentence("Descarga en varios formatos", "Export in several formats"),
        Sentence(
            "La publicación entera se descarga en tres formatos abiertos o más.",
            "The whole release is downloaded in three open formats or more.",
        ),
        lambda found: provided(found.formats() >= 3), EvidenceKind.RELEASE,
    ),
    Indicator(
        _S, "16.13", Sentence("Fecha de la última actualización", "Date of the last update"),
        Sentence(
            "La publicación dice cuándo se hizo y para qué día valen sus estados, que no es posterior.",
            "The release tells when it was made and the day that its statuses hold for, which is not later.",
        ),
        lambda found: provided(found.is_dated()), EvidenceKind.RELEASE,
    ),
    Indicator(
        _S, "16.14", Sentence("Historia por año", "History by year"),
        Sentence("Hay montos publicados de dos años o más.", "There are published amounts of two years or more."),
        lambda found: at_least(len(found.amount_years), 2), EvidenceKind.SUMS,
    ),
)  # fmt: skip
