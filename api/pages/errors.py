"""The page a person sees instead of the one that could not be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, make_response, request

from api.pages.language import page_language
from api.pages.render import render_page
from api.pages.texts import gettext as _
from exemptions.errors import ParameterProblem, RegistryError


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says."""

    title: str
    detail: str
    advice: str
    problems: Sequence[ParameterProblem]
    request_id: str


def render_error_page(
    *,
    status: int,
    request_id: str = "",
    error: RegistryError | None = None,
    problems: Sequence[ParameterProblem] = (),
) -> Response:
    """The error page in the language of the address, with its status and `Cache-Control: no-store`.

    `error` gives the sentence that explains it; without one the page tells only what the status means.
    """
    title, advice = _words(status)
    # The sentence of a query's error is the sum of its problems, which the page lists one by one.
    detail = error.text(page_language()) if error is not None and not problems else ""
    if status == HTTPStatus.NOT_FOUND and detail:
        # What is not there says more than that a page is missing.
        title, detail = detail.rstrip("."), ""
    page = ErrorPage(
        title=title,
        detail=detail,
        advice=advice,
        problems=problems,
        request_id=request_id,
    )
    response = make_response(render_page("error.html", {"page": page}, is_error=True), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _words(status: int) -> tuple[str, str]:
    """Title and advice for a status."""
    match status:
        case 404:
            return _("Esta página no existe"), _missing_advice()
        case 405:
            return _("Esta dirección no admite esa operación"), _(
                "Vuelva a la página anterior e inténtelo de otra forma."
            )
        case 410:
            return _("Esta publicación fue retirada"), _(
                "Contenía algo que no debió publicarse. La lista de publicaciones dice cuáles siguen disponibles."
            )
        case 422 | 400:
            return _("No entendimos lo que se pidió"), _("Corrija lo que se señala, o empiece una búsqueda nueva.")
        case 429:
            return _("Demasiadas solicitudes"), _("Espere un momento y vuelva a intentarlo.")
        case 503:
            return _("El registro no está disponible en este momento"), _("Vuelva a intentarlo en unos minutos.")
        case status if status >= 500:
            return _("Algo falló de nuestro lado"), _("No es culpa suya. Vuelva a intentarlo en unos minutos.")
        case _:
            return _("No se pudo responder a la solicitud"), _("Revise la dirección o empiece una búsqueda nueva.")


def _missing_advice() -> str:
    """What to do where nothing is; the same for a natural person's NIT as for one that does not exist."""
    match (request.endpoint or "").partition(".")[2]:
        case "taxpayer":
            return _(
                "Revise el número. Un NIT que no está aquí puede no tener beneficios, o ser de una persona individual: "
                "esos no se publican."
            )
        case "record":
            return _(
                "Revise la dirección. Un registro que terminó se ve en las publicaciones en que estuvo: su dirección "
                "con ?release= y el número."
            )
        case _:
            return _("Revise la dirección, o busque por nombre o NIT.")
