"""`GET /cite`: how to cite a release, a record or a search, for good."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.pages.citations import Citation, citation_bibtex, citation_csl, citation_text, cite
from api.parameters import request_params
from api.releases_at import download_name, release_of_query
from api.schemas.proofs import CitationSchema
from api.spec import Document, operation
from api.state import app_state
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, release_parameters, sort_parameter
from exemptions.query import parse_query, query_params

PATH = "/api/v1/cite"
_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"
_BIBTEX, _CSL = "application/x-bibtex; charset=utf-8", "application/vnd.citationstyles.csl+json"

Make = Callable[[Citation, str], bytes]


def _make_text(citation: Citation, lang: str) -> bytes:
    return f"{citation_text(citation, lang)}\n".encode()


def _make_bibtex(citation: Citation, lang: str) -> bytes:
    return citation_bibtex(citation, lang).encode()


def _make_csl(citation: Citation, lang: str) -> bytes:
    return encode_json([citation_csl(citation, lang)])


def _make_all(citation: Citation, lang: str) -> bytes:
    return encode_json(
        {
            **release_facts(citation.release),
            "url": citation.address or None,
            "text_es": citation_text(citation, "es"),
            "text_en": citation_text(citation, "en"),
            "bibtex": citation_bibtex(citation, lang),
            "csl": citation_csl(citation, lang),
        }
    )


def _describe(operation_id: str, summary: tuple[str, str], media_type: str, schema: object, suffix: str) -> Document:
    return operation(
        operation_id,
        tag="releases",
        summary=summary,
        about=(
            "La cita permanente de una publicación, de un registro (solo record_id) o de una búsqueda, fijada a la "
            "publicación que responde.",
            "The lasting citation of a release, of a record (record_id alone) or of a search, pinned to the release "
            "that answers.",
        ),
        media={media_type: schema},
        parameters=[*filter_parameters(), *release_parameters(), sort_parameter()],
        problems=(404, 410),
        example=f"{PATH}{suffix}?category=COOP",
    )


def _add(suffix: str, content_type: str, make: Make, document: Document) -> None:
    def answer() -> Response:
        query = parse_query(request_params(), app_state().catalogs)
        require_acceptable(content_type.partition(";")[0])
        release = release_of_query(query)
        citation, lang = cite(release, query), preferred_language()
        representation = Representation(
            release=release,
            key=f"{PATH}{suffix}\x00{query_params(query)!r}",
            media_type=content_type,
            pinned=query.release is not None,
        )
        name = download_name(release, f"{citation.key}{suffix}")
        headers: Headers = (("Content-Disposition", f'attachment; filename="{name}"'),) if suffix else ()
        return answer_body(representation, lambda: (make(citation, lang), headers))

    answer.__doc__ = f"The citation as {content_type}."
    v1.add_url_rule(f"/cite{suffix}", f"cite{suffix.replace('.', '_')}", v1.doc(**document)(answer))


_STRING = {"type": "string"}
_add("", _JSON, _make_all, _describe("cite", ("Cómo citar", "How to cite"), _JSON, CitationSchema, ""))
_add(
    ".txt", _TEXT, _make_text,
    _describe("citeText", ("Cita en texto", "Citation as text"), "text/plain", _STRING, ".txt"),
)  # fmt: skip
_add(
    ".bib", _BIBTEX, _make_bibtex,
    _describe("citeBibtex", ("Cita en BibTeX", "Citation as BibTeX"), "application/x-bibtex", _STRING, ".bib"),
)  # fmt: skip
_add(
    ".json", _CSL, _make_csl,
    _describe(
        "citeCsl", ("Cita en CSL-JSON", "Citation as CSL-JSON"), _CSL,
        {"type": "array", "items": {"type": "object"}}, ".json",
    ),
)  # fmt: skip
