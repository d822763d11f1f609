"""The words of the glossary: what each means in plain Spanish, what the law says of it, and where that stands.

The texts go through the catalogue, so every entry has each language; citations are names of laws and stay in Spanish.
`tests/api/test_pages_glossary.py` holds the entries together with the templates that use them.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from exemptions.catalog_entries import Sourcing


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a definition stands, and how sure it is that it stands there."""

    text: str
    sourcing: Sourcing = Sourcing.SOURCED


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the glossary."""

    key: str
    """The name that templates use; with hyphens it is the anchor on the page."""
    name: LazyString
    """As it stands inside a sentence."""
    plain: LazyString
    """What it means, in one or two sentences that need no other."""
    legal: LazyString | None = None
    """What the law says, or how the word is used in it."""
    citations: tuple[Citation, ...] = ()
    aliases: tuple[LazyString, ...] = ()
    see_also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return self.key.replace("_", "-")


_MEMORY = Sourcing.MEMORY_HIGH
_UNSURE = Sourcing.MEMORY_MED

_TAX_CODE = "Código Tributario (Decreto 6-91)"
_VAT_LAW = "Ley del IVA (Decreto 27-92)"
_TAX_UPDATE = "Ley de Actualización Tributaria (Decreto 10-2012)"
_MAQUILA = "Decreto 29-89"
_MAQUILA_RULES = "Acuerdo Gubernativo 533-89"
_FREE_ZONES = "Decreto 65-89"
_FREE_ZONE_RULES = "Acuerdo Gubernativo 242-90"
_PLAN = "Plan de Acción de Gobierno Abierto 2014–2016, autoevaluación de medio término"
_FEL = "SAT, FEL Reglas y Validaciones, versión 2.0"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "exencion",
        _l("exención"),
        _l("Permiso que da la ley para no pagar un impuesto, entero o en parte."),
        _l(
            "«Dispensa total o parcial del cumplimiento de la obligación tributaria, que la ley concede a los sujetos "
            "pasivos». El hecho que causa el impuesto ocurre, pero la ley libra de pagarlo."
        ),
        (Citation(f"{_TAX_CODE}, art. 62"),),
        (_l("exento"), _l("exenta")),
        ("exoneracion", "no_afecto", "gasto_tributario"),
    ),
    Entry(
        "exoneracion",
        _l("exoneración"),
        _l("Palabra que usan las leyes de fomento para librar de un impuesto. Aquí cuenta igual que una exención."),
        _l(
            "En el Código Tributario es el perdón de multas, recargos e intereses, que corresponde al Presidente. Las "
            "leyes de maquila y de zonas francas la usan para el impuesto mismo."
        ),
        (
            Citation(f"{_TAX_CODE}, arts. 3 y 97"),
            Citation(f"{_MAQUILA}, art. 12 bis"),
            Citation(f"{_FREE_ZONES}, arts. 21 y 22"),
        ),
        see_also=("exencion", "incentivo_fiscal", "condonacion"),
    ),
    Entry(
        "condonacion",
        _l("condonación"),
        _l("Perdón de una deuda que ya existe. No es una exención y no está en este registro."),
        citations=(Citation(f"{_TAX_CODE}, art. 46"),),
        see_also=("exencion", "exoneracion"),
    ),
    Entry(
        "no_afecto",
        _l("no afecto"),
        _l("Lo que queda fuera del impuesto desde el principio: no hay nada que cobrar ni nada que perdonar."),
        _l("La SAT separa lo «exento» de lo «no afecto» en su catálogo de frases de la factura electrónica."),
        (Citation("SAT, Catálogo de Frases, versión 0.6.0, tipo 4"),),
        (_l("no sujeto"),),
        ("exencion",),
    ),
    Entry(
        "suspension_temporal",
        _l("suspensión temporal de impuestos"),
        _l(
            "El impuesto de lo que se importa para exportarlo queda en espera, con una garantía. Si la mercancía no "
            "sale, se paga: por eso no es impuesto dejado de pagar."
        ),
        _l(
            "Los derechos de importación y el IVA se suspenden hasta un año contra una garantía, y se deben si la "
            "mercancía no se reexporta."
        ),
        (Citation(f"{_MAQUILA}, arts. 5, 12 y 27"),),
        (_l("suspensión de impuestos"), _l("admisión temporal")),
        ("devolucion", "impuesto_no_pagado", "suspension_derechos"),
    ),
    Entry(
        "devolucion",
        _l("devolución de derechos"),
        _l(
            "El impuesto se paga en depósito al importar y se devuelve después de exportar. No es impuesto dejado de "
            "pagar."
        ),
        citations=(Citation(f"{_MAQUILA}, arts. 5 b) y 13"),),
        aliases=(_l("devolución"), _l("reembolso")),
        see_also=("suspension_temporal", "impuesto_no_pagado"),
    ),
    Entry(
        "franquicia",
        _l("franquicia arancelaria"),
        _l("Autorización para importar algo sin pagar los derechos de importación."),
        _l("Los exentos piden una decisión de la SAT por cada importación."),
        (Citation(f"{_VAT_LAW}, art. 9"), Citation(f"{_MAQUILA}, art. 14")),
        (_l("franquicia"),),
        ("dai", "exencion"),
    ),
    Entry(
        "incentivo_fiscal",
        _l("incentivo fiscal"),
        _l("Beneficio en los impuestos que se da para promover una actividad, por un plazo."),
        _l("Las leyes de fomento pueden darlo por diez años como máximo."),
        (Citation(f"{_TAX_CODE}, art. 63"),),
        (_l("incentivo"),),
        ("temporal", "maquila", "zona_franca"),
    ),
    Entry(
        "beneficio_fiscal",
        _l("beneficio fiscal"),
        _l("Cualquier trato por el que alguien paga menos impuestos. Cada fila de este registro es uno."),
        _l(
            "«Beneficio Fiscal Temporal» es el nombre de la clase en que el RTU inscribe a quienes están en un régimen "
            "de incentivos."
        ),
        (Citation(f"{_FEL}, §2.2.3.1"),),
        (_l("beneficio"), _l("beneficio fiscal temporal")),
        ("incentivo_fiscal", "registro", "temporal"),
    ),
    Entry(
        "tratamiento_diferenciado",
        _l("tratamiento diferenciado"),
        _l(
            "Nombre general de todo lo que se aparta de la regla común: exenciones, exoneraciones, tasas reducidas, "
            "deducciones, créditos y pagos diferidos."
        ),
        citations=(Citation(_PLAN),),
        aliases=(_l("tratamiento preferencial"), _l("trato preferencial")),
        see_also=("beneficio_fiscal", "gasto_tributario"),
    ),
    Entry(
        "gasto_tributario",
        _l("gasto tributario"),
        _l(
            "Estimación oficial de lo que el Estado deja de recibir por los tratos preferenciales. No es la suma de "
            "los montos de este registro."
        ),
        _l(
            "La SAT lo define como «los ingresos tributarios dejados de percibir como resultado de la aplicación de "
            "tratamientos preferenciales contenidos en la Constitución … y otras leyes». Lo estima con datos de la "
            "economía, incluye partes sin beneficiario conocido y corrige después los años anteriores."
        ),
        (Citation("definición de la SAT citada en prensa, 2024"),),
        (_l("gastos tributarios"), _l("GT")),
        ("impuesto_no_pagado", "sacrificio_fiscal"),
    ),
    Entry(
        "pib",
        _l("producto interno bruto"),
        _l(
            "Valor de todo lo que se produce en el país en un año. El gasto tributario se dice también como porcentaje "
            "de él, para compararlo entre años y países."
        ),
        aliases=(_l("PIB"),),
        see_also=("gasto_tributario", "deflactor"),
    ),
    Entry(
        "deflactor",
        _l("deflactor"),
        _l(
            "Índice que dice cuánto han cambiado los precios de lo que se produce en el país desde un año base, en el "
            "que vale 100."
        ),
        see_also=("quetzales_constantes", "pib"),
    ),
    Entry(
        "quetzales_constantes",
        _l("quetzales constantes"),
        _l(
            "Montos de años distintos dichos a precios de un mismo año, el año base, para que la subida de los precios "
            "no parezca un aumento. Los quetzales corrientes son los de cada año, como se publicaron."
        ),
        aliases=(_l("precios constantes"), _l("términos reales")),
        see_also=("deflactor", "pib"),
    ),
    Entry(
        "sacrificio_fiscal",
        _l("sacrificio fiscal"),
        _l("Nombre más antiguo, y de la prensa, de lo que el Estado deja de recibir."),
        _l("Quien pide ser calificado como maquila debe decir su «sacrificio fiscal proyectado»."),
        (Citation(f"{_MAQUILA_RULES}, art. 10 n)"),),
        see_also=("gasto_tributario",),
    ),
    Entry(
        "ente_exento",
        _l("ente exento"),
        _l("Persona o institución que por ley no paga uno o varios impuestos."),
        _l("En la SAT los atiende el Departamento de Control de Entes Exentos."),
        (Citation(f"{_MAQUILA_RULES}, arts. 17 bis y 23"), Citation(_PLAN)),
        (_l("entidad exenta"), _l("entes exentos")),
        ("contribuyente", "tipo_exento", "exencion"),
    ),
    Entry(
        "tipo_exento",
        _l("tipo exento"),
        _l(
            "Primera clasificación del registro: por qué se tiene el beneficio, por ejemplo por la Constitución, por "
            "ser entidad del Estado o por un plazo."
        ),
        _l(
            "Los códigos de tipos de este registro son una propuesta suya; no se conoce una lista oficial. El "
            "RTU tiene una clasificación parecida."
        ),
        (Citation(_PLAN), Citation(f"{_FEL}, §2.2.3.1")),
        (_l("tipo"),),
        ("categoria_exento", "rtu"),
    ),
    Entry(
        "categoria_exento",
        _l("categoría exento"),
        _l("Segunda clasificación: la clase de entidad o el régimen, como universidad, cooperativa o maquila."),
        _l("Los códigos de categorías de este registro son una propuesta suya; no se conoce una lista oficial."),
        (Citation(_PLAN), Citation(f"{_FEL}, §§2.2.3.1 y 2.5.2")),
        (_l("categoría"),),
        ("tipo_exento", "personeria"),
    ),
    Entry(
        "permanente",
        _l("permanente"),
        _l("Sin fecha de fin: el beneficio dura mientras se cumplan las condiciones de la ley."),
        _l("Es una cualidad del beneficio y no de quien lo tiene."),
        (Citation(_PLAN),),
        (_l("exento permanente"),),
        ("temporal", "vigencia"),
    ),
    Entry(
        "temporal",
        _l("temporal"),
        _l("Con plazo: el beneficio empieza y termina en fechas que fijan la ley y una resolución."),
        _l("Es una cualidad del beneficio y no de quien lo tiene."),
        (Citation(_PLAN), Citation(f"{_TAX_CODE}, art. 63")),
        (_l("exento temporal"),),
        ("permanente", "resolucion", "vigencia"),
    ),
    Entry(
        "contribuyente",
        _l("contribuyente"),
        _l("Persona o entidad inscrita ante la SAT. Un contribuyente puede tener varios beneficios."),
        citations=(Citation(f"{_TAX_CODE}, art. 120"),),
        aliases=(_l("beneficiario"),),
        see_also=("nit", "rtu", "ente_exento"),
    ),
    Entry(
        "persona_individual",
        _l("persona individual"),
        _l("Una persona de carne y hueso. De ella se publica menos, porque su NIT suele ser el número de su DPI."),
        aliases=(_l("persona natural"),),
        see_also=("persona_juridica", "cui", "reservado"),
    ),
    Entry(
        "persona_juridica",
        _l("persona jurídica"),
        _l(
            "Una sociedad, asociación, institución u otra entidad que la ley trata como una persona, distinta de "
            "quienes la forman."
        ),
        see_also=("persona_individual", "personeria"),
    ),
    Entry(
        "nit",
        _l("NIT"),
        _l(
            "Número de Identificación Tributaria. Su último signo comprueba los demás y puede ser una letra K, así que "
            "es un texto y no una cantidad."
        ),
        _l("La SAT lo da a quien se inscribe como contribuyente."),
        (Citation(f"{_TAX_CODE}, art. 120"), Citation(f"{_FEL}, §5.1")),
        (_l("Número de Identificación Tributaria"),),
        ("rtu", "cui"),
    ),
    Entry(
        "cui",
        _l("CUI"),
        _l(
            "Código Único de Identificación: los trece dígitos del documento de identificación (DPI). Para los "
            "guatemaltecos es también su NIT desde el 17 de marzo de 2025, y por eso aquí no se publica nunca."
        ),
        citations=(Citation("Resolución SAT-DSI-393-2025, según prensa del 19 de marzo de 2025"),),
        aliases=(_l("DPI"), _l("Código Único de Identificación")),
        see_also=("nit", "persona_individual", "reservado"),
    ),
    Entry(
        "rtu",
        _l("RTU"),
        _l(
            "Registro Tributario Unificado: la lista de la SAT con los datos de cada contribuyente. Este registro no "
            "es el RTU."
        ),
        citations=(Citation(f"{_TAX_CODE}, arts. 98 «A» y 120"),),
        aliases=(_l("Registro Tributario Unificado"),),
        see_also=("nit", "personeria", "actividad_economica"),
    ),
    Entry(
        "personeria",
        _l("personería"),
        _l("Clase de persona jurídica según el RTU: cooperativa, asociación civil, fundación, sindicato y otras."),
        citations=(Citation(f"{_FEL}, §2.5.2"),),
        aliases=(_l("tipo de personería"),),
        see_also=("persona_juridica", "rtu", "categoria_exento"),
    ),
    Entry(
        "afiliacion_iva",
        _l("afiliación al IVA"),
        _l("Cómo está inscrito alguien para el IVA. El valor «EXE» quiere decir exento."),
        citations=(Citation(f"{_FEL}, §2.5.1"),),
        see_also=("iva", "rtu"),
    ),
    Entry(
        "resolucion",
        _l("resolución"),
        _l("Decisión escrita de una autoridad que da, cambia o quita un beneficio. Tiene un número y una fecha."),
        _l(
            "La resolución de calificación del Decreto 29-89 debe decir el nombre y el NIT, el régimen, los beneficios "
            "con su duración y sus condiciones, y las obligaciones."
        ),
        (Citation(f"{_MAQUILA_RULES}, art. 17"),),
        (_l("resolución de calificación"), _l("acto")),
        ("autoridad", "notificacion", "vigencia"),
    ),
    Entry(
        "notificacion",
        _l("notificación"),
        _l("Entrega oficial de una resolución. En varios regímenes el plazo cuenta desde ese día."),
        _l("El plazo del ISR de los Decretos 29-89 y 65-89 corre desde la notificación y no desde la firma."),
        (Citation(f"{_MAQUILA}, art. 12 bis d)"), Citation(f"{_FREE_ZONES}, art. 22")),
        see_also=("resolucion", "vigencia"),
    ),
    Entry(
        "autoridad",
        _l("autoridad calificadora"),
        _l("Institución que decide quién recibe un beneficio con plazo, como MINECO o MEM."),
        citations=(Citation(f"{_MAQUILA_RULES}, art. 17"),),
        aliases=(_l("autoridad"),),
        see_also=("mineco", "mem", "resolucion"),
    ),
    Entry(
        "vigencia",
        _l("vigencia"),
        _l("Tiempo en que el beneficio rige, desde su primer día hasta el último, los dos incluidos."),
        _l("Qué día empieza depende del régimen: la notificación, el inicio de operaciones u otro."),
        aliases=(_l("vigente"), _l("período de vigencia")),
        see_also=("vencimiento", "notificacion", "suspension_derechos"),
    ),
    Entry(
        "vencimiento",
        _l("vencimiento"),
        _l("Fin del plazo de un beneficio: su último día ya pasó."),
        _l("Vence el beneficio y no la empresa: puede acabar la exoneración del ISR y seguir el régimen de aduanas."),
        (Citation(f"{_MAQUILA}, art. 20"),),
        (_l("caducidad"), _l("vencido")),
        ("vigencia", "revocatoria"),
    ),
    Entry(
        "suspension_derechos",
        _l("suspensión de derechos"),
        _l("Sanción que deja sin beneficio por unos meses. No es la suspensión de impuestos al importar."),
        _l("El Decreto 29-89 la fija en dos, cuatro o seis meses."),
        (Citation(f"{_MAQUILA}, art. 43 bis"),),
        (_l("suspendido"),),
        ("suspension_temporal", "revocatoria"),
    ),
    Entry(
        "revocatoria",
        _l("revocatoria"),
        _l("La autoridad quita el beneficio antes de su plazo. Si termina a solicitud de quien lo tiene, se cancela."),
        citations=(Citation(f"{_MAQUILA}, art. 43"), Citation(f"{_MAQUILA_RULES}, arts. 22, 23 y 23 bis")),
        aliases=(_l("cancelación"), _l("revocado"), _l("cancelado")),
        see_also=("vencimiento", "suspension_derechos"),
    ),
    Entry(
        "constancia_exencion",
        _l("constancia de exención de IVA"),
        _l(
            "Documento que el comprador exento entrega al vendedor en lugar de pagar el IVA de una compra. Estar en "
            "este registro no la sustituye."
        ),
        _l("En la factura electrónica es el documento CIVA; antes se hacía en el sistema ExenIVA."),
        (Citation(f"{_VAT_LAW}, art. 9"), Citation("SAT, lista de formularios, 6 de octubre de 2025", _UNSURE)),
        (_l("CIVA"), _l("ExenIVA")),
        ("iva", "cais"),
    ),
    Entry(
        "cais",
        _l("CAIS"),
        _l("Constancia con que quienes están en los Decretos 29-89 y 65-89 compran insumos o servicios sin IVA."),
        citations=(Citation(f"{_FEL}, §2.2.3"),),
        see_also=("constancia_exencion", "maquila", "zona_franca"),
    ),
    Entry(
        "empleos",
        _l("empleos generados"),
        _l(
            "Puestos de trabajo que el beneficiario informa a MINECO. Los proyectados se prometieron al pedir el "
            "beneficio; los reportados se informaron después."
        ),
        _l(
            "El Decreto 29-89 pide una boleta estadística cada año, y el 65-89 una cada trimestre. A lo permanente la "
            "ley no le pide empleos: allí el dato no aplica."
        ),
        (Citation(f"{_MAQUILA_RULES}, arts. 10 y 23 ter"), Citation(f"{_FREE_ZONE_RULES}, art. 34 quater")),
        (_l("empleos"), _l("empleos reportados"), _l("empleos proyectados")),
        ("mineco", "temporal"),
    ),
    Entry(
        "actividad_economica",
        _l("actividad económica"),
        _l("A qué se dedica alguien según su inscripción en el RTU."),
        _l("Es principal la que da más de la mitad de los ingresos."),
        (Citation(f"{_TAX_CODE}, art. 120"),),
        see_also=("ciiu", "rtu"),
    ),
    Entry(
        "ciiu",
        _l("CIIU"),
        _l(
            "Clasificación Industrial Internacional Uniforme de las Naciones Unidas, revisión 4: la lista de códigos "
            "con que se nombran aquí las actividades económicas."
        ),
        _l("Que el RTU de la SAT use esta misma clasificación no se ha confirmado."),
        (Citation("CIIU, revisión 4 (ISIC Rev. 4)", _UNSURE),),
        (_l("Clasificación Industrial Internacional Uniforme"),),
        ("actividad_economica",),
    ),
    Entry(
        "impuesto_no_pagado",
        _l("impuesto no pagado"),
        _l(
            "Lo que un contribuyente habría pagado en un año sin su beneficio. No cuenta lo suspendido ni lo que se "
            "devuelve."
        ),
        _l(
            "El plan de gobierno abierto pide publicar los «montos de impuestos no pagados». La Constitución y el "
            "Código Tributario castigan revelar los impuestos pagados, y no hay una opinión legal conocida sobre los "
            "no pagados: por eso los montos de cada contribuyente se publican solo con fundamento."
        ),
        (
            Citation(_PLAN),
            Citation(f"{_TAX_CODE}, art. 101 «A»"),
            Citation("Constitución, art. 24", _MEMORY),
        ),
        (_l("monto no pagado"), _l("montos")),
        ("gasto_tributario", "reservado"),
    ),
    Entry(
        "reservado",
        _l("reservado"),
        _l("El dato existe y no se publica. No es lo mismo que cero, ni que un dato que nadie reportó."),
        _l("Cada reserva tiene en la metodología su fundamento, quién la decidió y cuándo."),
        aliases=(_l("dato reservado"), _l("política de divulgación")),
        see_also=("persona_individual", "laip"),
    ),
    Entry(
        "laip",
        _l("LAIP"),
        _l("Ley de Acceso a la Información Pública: lo que tiene el Estado es público, con los límites que ella pone."),
        citations=(
            Citation("Decreto 57-2008, arts. 1 a 4"),
            Citation("Decreto 57-2008, arts. 9 a 11 y 21 a 23", _UNSURE),
        ),
        aliases=(_l("Ley de Acceso a la Información Pública"),),
        see_also=("reservado", "datos_abiertos"),
    ),
    Entry(
        "datos_abiertos",
        _l("datos abiertos"),
        _l("Datos que cualquiera puede descargar, usar y volver a publicar, sin pedir permiso y en formatos libres."),
        citations=(Citation(_PLAN),),
        aliases=(_l("formato de datos abiertos"),),
        see_also=("csv", "parquet", "api"),
    ),
    Entry(
        "auditoria_social",
        _l("auditoría social"),
        _l("Vigilancia que los ciudadanos hacen de lo que decide y gasta el Estado."),
        citations=(Citation(_PLAN),),
        see_also=("datos_abiertos",),
    ),
    Entry(
        "sat",
        _l("SAT"),
        _l("Superintendencia de Administración Tributaria: cobra los impuestos e inscribe a los entes exentos."),
        citations=(Citation(f"{_MAQUILA_RULES}, arts. 17 bis y 23"),),
        aliases=(_l("Superintendencia de Administración Tributaria"),),
        see_also=("rtu", "ente_exento"),
    ),
    Entry(
        "mineco",
        _l("MINECO"),
        _l("Ministerio de Economía: califica a quienes están en maquila y en zonas francas y recibe sus empleos."),
        citations=(Citation(f"{_MAQUILA_RULES}, art. 17"), Citation(f"{_FREE_ZONES}")),
        aliases=(_l("Ministerio de Economía"),),
        see_also=("autoridad", "maquila", "zona_franca"),
    ),
    Entry(
        "mem",
        _l("MEM"),
        _l("Ministerio de Energía y Minas: califica los proyectos de energía renovable."),
        citations=(Citation("Decreto 52-2003, según un comentario jurídico de 2023"),),
        aliases=(_l("Ministerio de Energía y Minas"),),
        see_also=("autoridad", "incentivo_fiscal"),
    ),
    Entry(
        "minfin",
        _l("MINFIN"),
        _l("Ministerio de Finanzas Públicas: lleva el presupuesto y da la franquicia de importación a cooperativas."),
        citations=(Citation(f"{_VAT_LAW}, art. 7"),),
        aliases=(_l("Ministerio de Finanzas Públicas"),),
        see_also=("franquicia",),
    ),
    Entry(
        "maquila",
        _l("maquila"),
        _l("Régimen para quienes importan insumos, los transforman y exportan. Sus beneficios tienen plazo."),
        _l(
            "La ley tiene siete calificaciones; desde el 31 de marzo de 2016 solo vestuario y textiles, y centros de "
            "contacto y servicios de tecnología reciben los del artículo 12 bis."
        ),
        (Citation(f"{_MAQUILA}, arts. 6 y 12 bis, reformado por el Decreto 19-2016"),),
        (_l("Decreto 29-89"),),
        ("zona_franca", "suspension_temporal", "mineco"),
    ),
    Entry(
        "zona_franca",
        _l("zona franca"),
        _l("Área donde las empresas tienen beneficios en importaciones e impuestos, por un plazo."),
        _l("La ley distingue a la entidad administradora y a los usuarios, de producción y de servicios."),
        (Citation(f"{_FREE_ZONES}, arts. 4, 21 y 22"),),
        (_l("Decreto 65-89"),),
        ("maquila", "zolic", "mineco"),
    ),
    Entry(
        "zolic",
        _l("ZOLIC"),
        _l("Zona Libre de Industria y Comercio Santo Tomás de Castilla, con beneficios propios para sus usuarios."),
        citations=(Citation("Decreto 22-73, arts. 31 y 32, según el Catálogo de Frases de la SAT"),),
        aliases=(_l("ZDEEP"),),
        see_also=("zona_franca",),
    ),
    Entry(
        "isr",
        _l("ISR"),
        _l("Impuesto Sobre la Renta: se paga por lo que se gana."),
        citations=(Citation(f"{_TAX_UPDATE}, libro I"),),
        aliases=(_l("Impuesto Sobre la Renta"),),
        see_also=("iso", "iva"),
    ),
    Entry(
        "iva",
        _l("IVA"),
        _l("Impuesto al Valor Agregado: 12 por ciento de lo que se compra y de lo que se importa."),
        citations=(Citation(f"{_VAT_LAW}, art. 10"),),
        aliases=(_l("Impuesto al Valor Agregado"),),
        see_also=("constancia_exencion", "dai"),
    ),
    Entry(
        "iso",
        _l("ISO"),
        _l("Impuesto de Solidaridad: un impuesto a las empresas, con una ley propia."),
        citations=(Citation("Decreto 73-2008", _MEMORY),),
        aliases=(_l("Impuesto de Solidaridad"),),
        see_also=("isr",),
    ),
    Entry(
        "dai",
        _l("DAI"),
        _l("Derechos Arancelarios a la Importación: lo que se paga en la aduana al traer mercancía al país."),
        citations=(Citation("Código Aduanero Uniforme Centroamericano", _MEMORY),),
        aliases=(_l("aranceles"), _l("Derechos Arancelarios a la Importación")),
        see_also=("franquicia", "iva"),
    ),
    Entry(
        "iusi",
        _l("IUSI"),
        _l("Impuesto Único Sobre Inmuebles: recae sobre terrenos y edificios."),
        citations=(Citation("Decreto 15-98, arts. 1 y 2"),),
        aliases=(_l("Impuesto Único Sobre Inmuebles"),),
    ),
    Entry(
        "registro",
        _l("registro de un beneficio"),
        _l("Cada fila de estos datos: un beneficio de un contribuyente. Dos beneficios son dos registros."),
        aliases=(_l("fila"), _l("identificador del registro")),
        see_also=("beneficio_fiscal", "publicacion"),
    ),
    Entry(
        "publicacion",
        _l("publicación"),
        _l("Una edición numerada del registro entero. No cambia nunca: lo que se corrige sale en la siguiente."),
        aliases=(_l("edición"), _l("versión")),
        see_also=("registro", "fecha_estado"),
    ),
    Entry(
        "fecha_estado",
        _l("fecha de estado"),
        _l("Día para el que una publicación dice si cada beneficio estaba vigente, suspendido, vencido o terminado."),
        see_also=("publicacion", "vigencia"),
    ),
    Entry(
        "csv",
        _l("CSV"),
        _l("Archivo de texto con una fila por línea y comas entre las columnas. Lo abre cualquier hoja de cálculo."),
        see_also=("xlsx", "parquet", "ndjson"),
    ),
    Entry(
        "xlsx",
        _l("XLSX"),
        _l("Archivo de hoja de cálculo, para Excel, LibreOffice y programas parecidos."),
        see_also=("csv",),
    ),
    Entry(
        "json",
        _l("JSON"),
        _l("Formato de texto que leen los programas: cada dato va con su nombre."),
        see_also=("ndjson", "api"),
    ),
    Entry(
        "ndjson",
        _l("NDJSON"),
        _l(
            "Formato de texto para programas con un registro JSON en cada línea, para leer archivos grandes por partes."
        ),
        see_also=("json", "csv"),
    ),
    Entry(
        "parquet",
        _l("Parquet"),
        _l("Formato compacto para analizar muchos datos, con el tipo de cada columna. Lo leen Python, R y DuckDB."),
        see_also=("csv", "ndjson"),
    ),
    Entry(
        "api",
        _l("API"),
        _l("Manera en que un programa pide estos datos a este sitio, sin cuenta ni clave."),
        aliases=(_l("interfaz para programas"),),
        see_also=("json", "datos_abiertos"),
    ),
)

ENTRY: dict[str, Entry] = {entry.key: entry for entry in ENTRIES}
