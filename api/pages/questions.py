"""Frequent questions: what citizens, reporters, exempt bodies and officials ask, each with its own address."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from api.pages.blueprint import pages
from api.pages.language import page_url
from api.pages.reading import answer_reading
from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with its answer, in paragraphs, and where to read on: (page, part of it, words of the link)."""

    anchor: str
    question: LazyString
    answer: tuple[LazyString, ...]
    onward: tuple[tuple[str, str, LazyString], ...] = ()

    def links(self) -> tuple[tuple[str, str], ...]:
        """Where to read on, as (address, words)."""
        return tuple((page_url(page) + (f"#{part}" if part else ""), str(words)) for page, part, words in self.onward)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions of one matter."""

    anchor: str
    title: LazyString
    questions: tuple[Answered, ...]


_METHODOLOGY = _l("Leer la metodología")
_READING = _l("Cómo leer este registro")
_REPORT = _l("Reportar un error")
_RELEASES = _l("Ver las publicaciones")
_DATA = _l("Descargar y citar")

QUESTION_GROUPS: tuple[QuestionGroup, ...] = (
    QuestionGroup(
        "quien",
        _l("Quién está y quién no"),
        (
            Answered(
                "es-malo",
                _l("¿Estar en este registro es malo o ilegal?"),
                (
                    _l(
                        "No. Quien está aquí tiene un beneficio que le da la Constitución o una ley. El registro "
                        "cuenta quién lo tiene, por qué y hasta cuándo; no juzga a nadie."
                    ),
                ),
            ),
            Answered(
                "por-que-no-esta",
                _l("¿Por qué no aparece alguien que busco?"),
                (
                    _l(
                        "Puede no tener un beneficio propio. Muchas exenciones son de una operación y no de una "
                        "persona, como la venta de alimentos frescos en el mercado: no dejan ninguna fila aquí."
                    ),
                    _l(
                        "También puede ser una persona individual de una clase que solo se cuenta, estar escrita con "
                        "otro nombre, o faltar en los archivos que se recibieron. No estar aquí no prueba que no goce "
                        "de un beneficio."
                    ),
                ),
                (("methodology", "limites", _l("Lo que estos datos no dicen")), ("corrections", "", _REPORT)),
            ),
            Answered(
                "persona-por-numero",
                _l("¿Por qué no encuentro a una persona por su NIT o su DPI?"),
                (
                    _l(
                        "Porque el NIT de una persona individual suele ser el número de su documento de "
                        "identificación, y publicarlo sería publicar ese número. La respuesta es la misma que para un "
                        "número que no existe, así que tampoco dice si esa persona está."
                    ),
                ),
                (("methodology", "reserva", _l("Qué se reserva y con qué fundamento")),),
            ),
            Answered(
                "varias-veces",
                _l("¿Por qué la misma entidad sale varias veces?"),
                (
                    _l(
                        "Porque cada fila es un beneficio y no una entidad. Una empresa puede tener la exoneración de "
                        "un impuesto ya vencida y otro beneficio todavía vigente."
                    ),
                ),
                (("reading", "permanencia", _READING),),
            ),
            Answered(
                "paga-algo",
                _l("¿Quien está exento no paga ningún impuesto?"),
                (
                    _l(
                        "Casi siempre paga algunos. Cada beneficio nombra los impuestos que abarca y tiene límites. "
                        "Por ejemplo, a una entidad de culto la ley la exime del ISR solo por razón de culto; su "
                        "librería o su parqueo sí pagan."
                    ),
                ),
                (("dictionary", "", _l("Los límites están en el catálogo de categorías")),),
            ),
        ),
    ),
    QuestionGroup(
        "montos",
        _l("Montos y empleos"),
        (
            Answered(
                "sin-montos",
                _l("¿Por qué no se dice cuánto dejó de pagar cada quien?"),
                (
                    _l(
                        "La Constitución y el Código Tributario castigan revelar los impuestos pagados y las "
                        "utilidades, y de un impuesto no pagado puede deducirse la utilidad. Mientras no quede "
                        "registrado un fundamento legal para publicar el monto de cada contribuyente, se reserva."
                    ),
                    _l("Donde una publicación sí muestra montos, alguien registró el fundamento."),
                ),
                (("methodology", "reserva", _l("Qué se reserva y con qué fundamento")),),
            ),
            Answered(
                "sumar-montos",
                _l("¿Puedo sumar los montos para saber cuánto deja de recibir el Estado?"),
                (
                    _l(
                        "No. Eso es el gasto tributario, que se estima de otra manera: incluye partes sin beneficiario "
                        "conocido y se corrige en informes posteriores. Las dos cifras no tienen por qué parecerse."
                    ),
                ),
                (("methodology", "limites", _METHODOLOGY),),
            ),
            Answered(
                "cambia-gasto",
                _l("¿Por qué la cifra del gasto tributario de un mismo año no es igual en todas partes?"),
                (
                    _l(
                        "Porque cada informe vuelve a estimar los años anteriores, y el método también ha cambiado. "
                        "Según la prensa, la cifra de 2022 bajó casi 13 por ciento de un informe al siguiente. Compare "
                        "solo cifras de un mismo informe."
                    ),
                ),
            ),
            Answered(
                "suspension-cuenta",
                _l("¿El IVA que una maquila no paga al importar es dinero perdido?"),
                (
                    _l(
                        "No por sí solo. Es un impuesto suspendido: queda garantizado y se cobra si la mercancía no "
                        "sale del país. Por eso no entra en el impuesto no pagado."
                    ),
                ),
                (("glossary", "suspension-temporal", _l("Suspensión temporal, en el glosario")),),
            ),
            Answered(
                "empleos-no-aplica",
                _l("¿Por qué en empleos dice «no aplica»?"),
                (
                    _l(
                        "La ley pide informar empleos solo a quienes tienen un incentivo con plazo. A una universidad "
                        "o una iglesia no se los pide, así que allí no hay un número que falte: no aplica."
                    ),
                ),
                (("reading", "vacios", _l("Cuando no hay un número")),),
            ),
            Answered(
                "proyectados",
                _l("¿Son empleos de verdad o promesas?"),
                (
                    _l(
                        "De las dos clases, y nunca se mezclan. Los proyectados se prometieron al pedir el beneficio; "
                        "los reportados se informaron después. Ninguno de los dos lo ha contado este registro por su "
                        "cuenta."
                    ),
                ),
            ),
        ),
    ),
    QuestionGroup(
        "fechas",
        _l("Fechas y estado"),
        (
            Answered(
                "estado-de-hoy",
                _l("¿El estado es el de hoy?"),
                (
                    _l(
                        "Es el de la fecha de estado de la publicación, que se lee al pie de cada página. Si después "
                        "hubo una resolución, aparecerá en una publicación siguiente."
                    ),
                ),
                (("reading", "estado", _READING),),
            ),
            Answered(
                "fecha-pasada",
                _l("¿Cómo sé qué estaba vigente en una fecha pasada?"),
                (
                    _l(
                        "En la búsqueda, el filtro «Vigente el día» da los beneficios cuyas fechas abarcan ese día y "
                        "que no estaban suspendidos ni terminados. Otra cosa es cómo se veía el registro ese día: para "
                        "eso está la publicación de entonces."
                    ),
                ),
                (
                    ("reading", "dos-fechas", _l("Dos preguntas sobre una fecha")),
                    ("search", "", _l("Ir a la búsqueda")),
                ),
            ),
            Answered(
                "cada-cuanto",
                _l("¿Cada cuánto se actualiza?"),
                (
                    _l(
                        "Cada vez que una institución entrega datos y se aprueban, y también cuando el calendario "
                        "cambia el estado de un beneficio. No hay un día fijo; la lista de publicaciones dice cuándo "
                        "fue cada una y qué cambió."
                    ),
                ),
                (("releases", "", _RELEASES),),
            ),
        ),
    ),
    QuestionGroup(
        "mi-entidad",
        _l("Si la entidad es la suya"),
        (
            Answered(
                "prueba",
                _l("¿Puedo probar mi exención con una de estas páginas?"),
                (
                    _l(
                        "No ante un vendedor ni ante la aduana: para comprar sin IVA hace falta la constancia de cada "
                        "operación, y para importar, la franquicia. La página de un registro solo deja constancia de "
                        "lo que este registro decía en una fecha."
                    ),
                ),
                (("glossary", "constancia-exencion", _l("Constancia de exención de IVA, en el glosario")),),
            ),
            Answered(
                "error",
                _l("Mis datos están mal. ¿Cómo se corrigen?"),
                (
                    _l(
                        "Avise en la página de correcciones, sin cuenta. Recibirá un número para ver qué pasó con su "
                        "aviso. Si era un error, lo corrige una publicación siguiente; la anterior queda como estaba, "
                        "con su fecha."
                    ),
                ),
                (("corrections", "", _REPORT),),
            ),
            Answered(
                "quitar",
                _l("¿Puedo pedir que se deje de publicar algo?"),
                (
                    _l(
                        "Sí: escríbalo en la página de correcciones y diga por qué. Quien publica decide según la "
                        "política de divulgación. Lo que nunca debió ser público se retira también de las "
                        "publicaciones anteriores."
                    ),
                ),
                (("corrections", "", _l("Ir a las correcciones")),),
            ),
        ),
    ),
    QuestionGroup(
        "usar",
        _l("Usar los datos"),
        (
            Answered(
                "citar",
                _l("¿Cómo lo cito?"),
                (
                    _l(
                        "Con el número de la publicación, que no cambia nunca, y el enlace permanente que dan los "
                        "registros y las búsquedas. En la página de datos hay una cita lista para copiar."
                    ),
                ),
                (("data", "", _DATA),),
            ),
            Answered(
                "reutilizar",
                _l("¿Puedo volver a usar los datos, también para ganar dinero?"),
                (
                    _l(
                        "Lo dice la licencia, que está al pie de cada página y dentro de cada publicación. Si no hay "
                        "ninguna, quien publica no la ha declarado: pregúntele."
                    ),
                ),
                (("about", "licencia", _l("La licencia")),),
            ),
            Answered(
                "formato",
                _l("¿Qué archivo me conviene?"),
                (
                    _l(
                        "Para verlo en una hoja de cálculo, XLSX o el CSV con encabezados en español. Para analizar "
                        "muchos datos, Parquet. Para un programa, JSON o NDJSON. Todos tienen lo mismo."
                    ),
                ),
                (("data", "", _DATA),),
            ),
            Answered(
                "reservado",
                _l("¿Qué se reserva, y quién lo decidió?"),
                (
                    _l(
                        "Sobre todo datos de personas individuales y montos por contribuyente. La metodología cuenta "
                        "cuántos valores se reservan, con qué fundamento, quién lo decidió y desde cuándo. Un dato "
                        "reservado no está en ningún archivo, y no se puede buscar ni sumar."
                    ),
                ),
                (("methodology", "reserva", _l("Qué se reserva y con qué fundamento")),),
            ),
            Answered(
                "quien-ve",
                _l("¿Alguien ve lo que yo busco aquí?"),
                (_l("Este programa no lo guarda: ni lo que usted escribe, ni su dirección, ni una cookie."),),
                (("privacy", "", _l("Privacidad, frase por frase")),),
            ),
        ),
    ),
)


@pages.get("/preguntas", endpoint="questions")
def show_questions() -> Response:
    """The questions with their answers."""
    return answer_reading("questions.html", lambda release: {"groups": QUESTION_GROUPS})
