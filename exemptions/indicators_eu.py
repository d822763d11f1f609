"""The thirteen things that the European Union's rules on State aid ask to be public of each beneficiary."""

from __future__ import annotations

from exemptions.errors import Sentence
from exemptions.indicator_evidence import Evidence
from exemptions.indicators import EvidenceKind, Finding, Framework, Indicator, all_of, at_least, has_place

_EU = Framework.EU
_LEAST_YEARS = 10


def _instruments(found: Evidence) -> Finding:
    categories = found.release.catalogs.categories
    return all_of(
        found.of_categories(lambda code: any(one.mechanism for one in categories[code].treatments)), found.records
    )


EU: tuple[Indicator, ...] = (
    Indicator(
        _EU, "1", Sentence("Nombre e identificador", "Name and identifier"),
        Sentence(
            "Todo registro tiene nombre y NIT, o dice cuál se reserva.",
            "Every record has a name and a NIT, or says which is withheld.",
        ),
        lambda found: all_of(found.told("name", "nit"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "2", Sentence("Sector", "Sector"),
        Sentence(
            "Todo registro tiene actividad económica, o dice que se reserva.",
            "Every record has an economic activity, or says that it is withheld.",
        ),
        lambda found: all_of(found.told("activity"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "3", Sentence("Monto", "Amount"),
        Sentence(
            "Todo registro al que un monto le aplica tiene uno publicado.",
            "Every record that an amount applies to has one published.",
        ),
        lambda found: all_of(*found.reported("amount_status")), EvidenceKind.SUMS,
    ),
    Indicator(
        _EU, "4", Sentence("Fecha", "Date"),
        Sentence(
            "Todo registro dice desde cuándo rige, o que se reserva.",
            "Every record tells since when it holds, or that it is withheld.",
        ),
        lambda found: all_of(found.told("valid_from"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "5", Sentence("Autoridad", "Authority"),
        Sentence("Todo registro dice qué autoridad lo califica.", "Every record tells which authority grants it."),
        lambda found: all_of(found.told("authority"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "6", Sentence("Instrumento", "Instrument"),
        Sentence(
            "La categoría de todo registro dice por qué mecanismo no se paga algún impuesto.",
            "The category of every record tells by which mechanism some tax is not paid.",
        ),
        _instruments, EvidenceKind.CATEGORIES,
    ),
    Indicator(
        _EU, "7", Sentence("Región", "Region"),
        Sentence(
            "Todo registro tiene departamento, o dice que se reserva.",
            "Every record has a department, or says that it is withheld.",
        ),
        lambda found: all_of(found.told("department"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "8", Sentence("Tamaño de la empresa", "Size of the enterprise"),
        Sentence("Los registros tienen una columna de tamaño.", "Records have a column of the size."),
        lambda found: has_place(found.has_column("enterprise_size")), EvidenceKind.COLUMNS,
    ),
    Indicator(
        _EU, "9", Sentence("Objetivo", "Objective"),
        Sentence(
            "La categoría de todo registro declara su objetivo.",
            "The category of every record declares its objective.",
        ),
        lambda found: all_of(
            found.of_categories(lambda code: code in found.categories_with_objective), found.records
        ),
        EvidenceKind.PROVISIONS,
    ),
    Indicator(
        _EU, "10", Sentence("Referencia de la medida", "Reference of the measure"),
        Sentence("Todo registro cita la ley que lo concede.", "Every record cites the law that grants it."),
        lambda found: all_of(found.told("legal_basis"), found.records), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "11", Sentence("Publicado en seis meses", "Published within six months"),
        Sentence(
            "Todo registro nuevo en esta publicación empezó a regir en los seis meses anteriores.",
            "Every record new in this release began to hold in the six months before it.",
        ),
        lambda found: all_of(*found.new_records()), EvidenceKind.RECORDS,
    ),
    Indicator(
        _EU, "12", Sentence("Impuestos, en doce meses", "Taxes, within twelve months"),
        Sentence(
            "Hay montos del último año cuya declaración del ISR venció hace doce meses o más (Decreto "
            "10-2012, art. 39).",
            "There are amounts of the newest year whose income tax return was due twelve months ago or more (Decree "
            "10-2012, article 39).",
        ),
        lambda found: at_least(sum(year >= found.due_year() for year in found.amount_years), 1), EvidenceKind.SUMS,
    ),
    Indicator(
        _EU, "13", Sentence("Disponible diez años", "Available for ten years"),
        Sentence(
            "Hay montos publicados de diez años distintos.",
            "There are published amounts of ten different years.",
        ),
        lambda found: at_least(len(found.amount_years), _LEAST_YEARS), EvidenceKind.SUMS,
    ),
)  # fmt: skip
