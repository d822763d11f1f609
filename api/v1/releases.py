"""`GET /releases`: what was published, its manifests, and what changed between two releases."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from api.conditional import Headers, Representation, answer_body, answer_stream
from api.differences import Comparison, count_differences, iter_differences, iter_differences_json
from api.files import Rows, answer_file
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader, refuse_parameters
from api.provenance import Origin
from api.releases_at import current_release, listed_with, release_numbered
from api.schemas.releases import ManifestSchema, ReleaseChangesSchema, ReleaseListSchema
from api.schemas.texts import both
from api.spec import Document, operation, path_parameter, query_parameter
from api.state import absolute, app_state
from api.v1.blueprints import v1
from api.v1.described import MAX_COUNT
from api.v1.table_files import describe_file, take_headings, words_of
from exemptions.calendar import format_instant
from exemptions.pointer import ListedRelease
from exemptions.release import Release
from exporters.formats import FORMATS, Format
from exporters.tables import CHANGES

PATH = "/api/v1/releases"
_JSON = "application/json"
_NUMBER = path_parameter(
    "number", both("Número de la publicación.", "Number of the release."), {"type": "integer", "minimum": 1}
)
_FROM = query_parameter(
    "from",
    both(
        "Publicación con la que se compara; sin él, la anterior.",
        "Release to compare with; the one before without it.",
    ),
    {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
)


@v1.route("/releases")
@v1.doc(
    **operation(
        "listReleases",
        tag="releases",
        summary=("Publicaciones", "Releases"),
        about=("Todas, la más nueva primero.", "All of them, the newest first."),
        media={_JSON: ReleaseListSchema},
        example="/api/v1/releases",
    )
)
def list_releases() -> Response:
    """Every release."""
    refuse_parameters()
    require_acceptable(_JSON)
    release = current_release()
    # A withdrawal changes the list without a new release; its own text is short enough to be part of the key.
    entries = listed_with(release)
    representation = Representation(
        release=release, key=f"{PATH}\x00{entries!r}", media_type=_JSON, pinned=False, by_language=False
    )
    return answer_body(representation, lambda: _make_list(release, entries))


@v1.route("/releases/<int:number>")
@v1.doc(
    **operation(
        "getRelease",
        tag="releases",
        summary=("Manifiesto de una publicación", "Manifest of a release"),
        about=(
            "El manifiesto, byte por byte: qué archivos tiene, su tamaño y su SHA-256.",
            "The manifest, byte for byte: which files it has, their size and SHA-256.",
        ),
        media={_JSON: ManifestSchema},
        parameters=[_NUMBER],
        problems=(404, 410),
        example="/api/v1/releases/1",
    )
)
def get_release(number: int) -> Response:
    """The manifest of a release, in its own bytes, so that its hash can be checked."""
    refuse_parameters()
    require_acceptable(_JSON)
    release = release_numbered(number)
    representation = Representation(
        release=release, key=f"{PATH}/{number}", media_type=_JSON, pinned=True, by_language=False
    )
    return answer_body(representation, lambda: ((release.folder / "manifest.json").read_bytes(), ()))


@v1.route("/releases/<int:number>/changes")
@v1.doc(
    **operation(
        "listChanges",
        tag="releases",
        summary=("Lo que cambió", "What changed"),
        about=(
            "Registros agregados, terminados y cambiados entre dos publicaciones, campo por campo: aplicados a la "
            "anterior dan esta, salvo first_release y changed_release.",
            "Records added, ended and changed between two releases, field by field: applied to the older one they "
            "give this one, but for first_release and changed_release.",
        ),
        media={_JSON: ReleaseChangesSchema},
        parameters=[_NUMBER, _FROM],
        problems=(404, 410),
        example="/api/v1/releases/2/changes?from=1",
    )
)
def list_changes(number: int) -> Response:
    """What changed in a release, by record."""
    comparison = _read_comparison(number, _JSON)
    representation = _representation(comparison, f"{PATH}/{number}/changes", _JSON)
    return answer_stream(representation, lambda: (iter_differences_json(comparison), ()))


def _make_list(release: Release, entries: Sequence[ListedRelease]) -> tuple[bytes, Headers]:
    items = [
        {
            "release": entry.release,
            "published_at": format_instant(entry.published_at),
            "status_date": entry.status_date,
            "manifest_sha256": entry.manifest_sha256,
            "restores": entry.restores,
            "state": entry.state,
            "withdrawn_at": None if entry.withdrawn_at is None else format_instant(entry.withdrawn_at),
            "reason": entry.reason,
            "url": absolute(f"{PATH}/{entry.release}"),
        }
        for entry in reversed(entries)
    ]
    return encode_json({"current": release.number, "items": items}), ()


def _read_comparison(number: int, media_type: str) -> Comparison:
    reader = parameter_reader("from")
    older = reader.count("from")
    if older is not None and not 0 < older < number:
        reader.add(
            "from", str(older),
            f"Debe ser el número de una publicación anterior a la {number}.",
            f"It must be the number of a release before {number}.",
        )  # fmt: skip
    reader.raise_problems()
    require_acceptable(media_type)
    release = release_numbered(number)
    return Comparison(new=release, old=None if older is None else app_state().store.get(older))


def _representation(comparison: Comparison, path: str, media_type: str) -> Representation:
    return Representation(
        release=comparison.new,
        key=f"{path}?from={comparison.old_number or ''}",
        media_type=media_type,
        pinned=True,
        by_language=False,
        compressible="parquet" not in media_type,
    )


def _add_export(form: Format) -> None:
    """Add the route that gives the changes in one format."""

    def export(number: int) -> Response:
        headings = take_headings(form)
        comparison = _read_comparison(number, form.essence)
        older = comparison.old_number
        params = [] if comparison.old is None else [("from", str(older))]
        path = f"{PATH}/{number}/changes{form.suffix}"
        origin = Origin(comparison.new, path, [*params, *headings.params], by_path=True)

        def select() -> Rows:
            count = count_differences(comparison)
            return Rows(iter_differences(comparison), count, schema=CHANGES, words=words_of("changes"))

        name = f"cambios-desde-{older or 0}"
        return answer_file(form, origin, headings, select, pinned=True, name=name)

    export.__doc__ = f"What changed in a release as {form.name}."
    described = describe_file(_describe, form, "Changes", ("Lo que cambió", "What changed"))
    v1.add_url_rule(f"/releases/<int:number>/changes{form.suffix}", f"changes_{form.name}", v1.doc(**described)(export))


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="releases",
        summary=title,
        about=(
            "Una fila por valor de cada registro agregado, por campo cambiado y por registro terminado: aplicadas a la "
            "publicación anterior dan esta.",
            "One row for each value of a record added, for each changed field and for each record that ended: applied "
            "to the older release they give this one.",
        ),
        media=media,
        parameters=[_NUMBER, _FROM],
        problems=(404, 410),
        example=f"/api/v1/releases/2/changes{suffix}",
    )


# JSON has its own shape, by record, at the address without suffix.
for _form in FORMATS.values():
    if _form.name != "json":
        _add_export(_form)
