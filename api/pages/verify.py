"""The page that explains the proofs and checks them: a kept file, a hash, or a record; nothing is stored."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import abort, request
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_day, format_moment, format_tax_number
from api.pages.blueprint import pages
from api.pages.labels import STATUS
from api.pages.language import page_language, page_url
from api.pages.links import Link
from api.pages.render import answer_page, answer_plain, page_reader
from api.pages.texts import gettext as _
from api.pages.values import Reader, holder_name
from api.parameters import parameter_reader, refuse_parameters
from api.releases_at import current_release, release_numbered
from api.same_site import is_from_elsewhere
from api.state import absolute, app_state
from api.v1.keys import registry_keys
from exemptions.calendar import guatemala_day
from exemptions.columns import BOOKKEEPING
from exemptions.errors import NotFound, ReleaseDamaged
from exemptions.integrity import read_manifest
from exemptions.parameters import RECORD_ID
from exemptions.pointer import ListedRelease
from exemptions.release import Release
from exporters.inclusion import ProofUnreadable, prove_row
from exporters.verification import Verification
from exporters.verify_proof import check_proof
from exporters.verify_signature import Trust

_HASH = re.compile("[0-9a-f]{64}")
_ADDRESS = re.compile(r"/registro/([0-9a-z]{16})(?:[/?#]|$)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found, in sentences; `is_good` is None where there is nothing to be right or wrong."""

    is_good: bool | None
    title: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One public key."""

    key_id: str
    since: str
    until: str
    base64: str
    pem_url: str


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """What the page tells."""

    outcome: Outcome | None
    value: str
    keys: tuple[KeyLine, ...]
    release: int
    release_url: str


@pages.get("/verificar", endpoint="verify")
def show_verify() -> BaseResponse:
    """What each proof shows; with a value, what is known of that hash or record."""
    parameters = parameter_reader("value", "release")
    value = (parameters.single("value") or "").strip()
    number, _day = parameters.release()
    parameters.raise_problems()
    release = release_numbered(number)
    if not value:
        return _answer(release, None, "")
    outcome = _look_up(release, value, is_pinned=number is not None)
    return _answer(release, outcome, value)


@pages.post("/verificar", endpoint="check")
def check_file() -> BaseResponse:
    """Check a proof that was sent as a file or as text."""
    refuse_parameters()
    if is_from_elsewhere():
        abort(HTTPStatus.FORBIDDEN)
    release = current_release()
    sent = request.files.get("file")
    content = (sent.read() if sent else b"") or request.form.get("text", "").encode("utf-8", "replace")
    try:
        found = check_proof(content.strip(), trust=Trust(registry_keys()))
    except ProofUnreadable as error:
        outcome = Outcome(False, _("No se pudo comprobar"), (error.text(page_language()),))
        return _answer(release, outcome, "", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _answer(release, _proof_outcome(content, found), "", is_kept=False)


def _answer(
    release: Release,
    outcome: Outcome | None,
    value: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    is_kept: bool = True,
) -> BaseResponse:
    page = VerifyPage(outcome, value, _key_lines(), release.number, absolute(f"/downloads/{release.number}"))
    if not is_kept or status is not HTTPStatus.OK or value:
        response = answer_plain("verify.html", {"page": page}, status=status)
        response.headers["Cache-Control"] = "no-store"
        return response
    return answer_page(release, "verify.html", lambda: {"page": page}, depends_on=repr(page.keys))


def _look_up(release: Release, value: str, *, is_pinned: bool) -> Outcome:
    if _HASH.fullmatch(value.lower()):
        return _hash_outcome(value.lower())
    address = _ADDRESS.search(value)
    record_id = address[1] if address else value
    if RECORD_ID.fullmatch(record_id):
        return _record_outcome(release, record_id, is_pinned=is_pinned)
    return Outcome(
        False,
        _("Eso no es una huella ni un registro"),
        (_("Una huella SHA-256 tiene 64 cifras hexadecimales, y un identificador de registro 16 letras y cifras."),),
    )


def _hash_outcome(sha256: str) -> Outcome:
    """Whose hash it is: a manifest's, a file's, or the root of a tree."""
    for listed in reversed(app_state().store.list()):
        if listed.manifest_sha256 == sha256:
            return _known_manifest(listed)
        what = "" if listed.withdrawn else _name_in(listed, sha256)
        if what:
            return Outcome(
                True,
                _("La huella es de este registro"),
                (_("Es la de %(what)s, en la publicación %(number)s.", what=what, number=listed.release),),
                links=(_release_link(listed.release),),
            )
    return Outcome(
        False,
        _("Ninguna publicación tiene esa huella"),
        (
            _(
                "No es la de un manifiesto, de un archivo ni de un árbol de este registro. La de un solo registro, "
                "como la de una hoja impresa, se comprueba con su identificador."
            ),
        ),
    )


def _known_manifest(listed: ListedRelease) -> Outcome:
    if listed.withdrawn:
        return Outcome(
            True,
            _("La huella es de este registro"),
            (_("Es la del manifiesto de la publicación %(number)s, que fue retirada.", number=listed.release),),
        )
    return Outcome(
        True,
        _("La huella es de este registro"),
        (
            _(
                "Es la del manifiesto de la publicación %(number)s, del %(day)s.",
                number=listed.release,
                day=format_day(guatemala_day(listed.published_at), page_language()),
            ),
        ),
        links=(_release_link(listed.release),),
    )


def _name_in(listed: ListedRelease, sha256: str) -> str:
    try:
        manifest, _found = read_manifest(app_state().settings.releases / str(listed.release))
    except ReleaseDamaged:
        return ""
    if (manifest.get("merkle") or {}).get("root") == sha256:
        return _("la raíz del árbol de registros")
    for entry in manifest["files"]:
        if entry["sha256"] == sha256:
            return str(entry["path"])
        if (entry.get("plain") or {}).get("sha256") == sha256:
            return str(entry["path"]).removesuffix(".gz")
    return ""


def _record_outcome(release: Release, record_id: str, *, is_pinned: bool) -> Outcome:
    """What the release says of the record, and whether the newest still says the same."""
    row = release.find_record(record_id)
    if row is None:
        return Outcome(
            False,
            _("La publicación %(number)s no tiene ese registro", number=release.number),
            (_("O terminó antes, o nunca existió un registro con ese identificador."),),
            links=(Link(_("Ver si existió"), page_url("record", record_id=record_id)),),
        )
    reader = page_reader(release)
    item = release.to_items([row])[0]
    sentences = [
        _(
            "La publicación %(number)s, del %(day)s, dice lo que sigue. Compárelo con su hoja.",
            number=release.number,
            day=format_day(guatemala_day(release.published_at), reader.lang),
        )
    ]
    facts = list(_facts_of(item, reader))
    try:
        proof = prove_row(release.folder, release.manifest, release.records, row)
    except NotFound as error:
        sentences.append(error.text(reader.lang))
        links = [Link(_("El registro"), page_url("record", record_id=record_id, release=release.number))]
    else:
        facts.append((_("SHA-256 de este registro"), hashlib.sha256(proof.line).hexdigest()))
        facts.append((_("Lugar en records.ndjson"), f"{proof.index + 1} / {proof.size}"))
        links = [
            Link(_("El registro"), page_url("record", record_id=record_id, release=release.number)),
            Link(_("Guardar la constancia"), f"/api/v1/records/{record_id}/proof?release={release.number}"),
        ]
    facts.append((_("SHA-256 del manifiesto de la publicación"), release.manifest_sha256))
    if is_pinned:
        sentences.append(_since_then(release, record_id, item))
        links.append(Link(_("El registro hoy"), page_url("record", record_id=record_id)))
    return Outcome(True, _("La publicación contiene este registro"), tuple(sentences), tuple(facts), tuple(links))


def _since_then(release: Release, record_id: str, item: Any) -> str:
    newest = current_release()
    release_numbered(release.number)
    if newest.number == release.number:
        return _("Es la publicación más reciente.")
    row = newest.find_record(record_id)
    if row is None:
        return _("En la publicación más reciente, la %(number)s, ya no está.", number=newest.number)
    now = newest.to_items([row])[0]
    if all(now[key] == item[key] for key in now if key not in BOOKKEEPING):
        return _("La publicación más reciente, la %(number)s, dice lo mismo.", number=newest.number)
    return _("La publicación más reciente, la %(number)s, dice otra cosa.", number=newest.number)


def _proof_outcome(content: bytes, found: Verification) -> Outcome:
    """What the file proves; a manifest that this registry never published proves nothing of it."""
    lang = page_language()
    faults = [fault.sentence.text(lang) for fault in found.faults]
    listed = next((r for r in app_state().store.list() if r.manifest_sha256 == found.manifest_sha256), None)
    if listed is None:
        faults.append(_("Este registro no ha publicado ese manifiesto."))
    if faults or listed is None:
        return Outcome(False, _("La constancia no es válida"), tuple(faults))
    item = json.loads(json.loads(content)["line"])
    notes = [note.text(lang) for note in found.notes]
    day = format_moment(listed.published_at, lang)
    told = [_("La publicación %(number)s, de %(day)s, contenía este registro.", number=listed.release, day=day), *notes]
    if listed.withdrawn:
        told.append(_("Esa publicación fue retirada después."))
    reader = page_reader(current_release())
    record_id = str(item["record_id"])
    return Outcome(
        True, _("La constancia es válida"), tuple(told), _facts_of(item, reader),
        (Link(_("El registro hoy"), page_url("record", record_id=record_id)),),
    )  # fmt: skip


def _facts_of(item: Any, reader: Reader) -> tuple[tuple[str, str], ...]:
    status = str(STATUS[item["status"]]) if item["status"] in STATUS else str(item["status"])
    return (
        (_("Nombre"), holder_name(item)),
        (_("NIT"), format_tax_number(item["nit"]) if item["nit"] else _("reservado")),
        (_("Categoría"), reader.name_of("categories", item["category"], item["category_name"])),
        (_("Estado"), status),
        (_("Identificador del registro"), str(item["record_id"])),
    )


def _release_link(number: int) -> Link:
    return Link(_("Publicación %(number)s", number=number), page_url("release", number=number))


def _key_lines() -> tuple[KeyLine, ...]:
    lang = page_language()
    return tuple(
        KeyLine(
            key.key_id,
            format_day(guatemala_day(key.since), lang) if key.since else "",
            format_day(guatemala_day(key.until), lang) if key.until else "",
            key.base64,
            f"/api/v1/keys/{key.key_id}.pem",
        )
        for key in reversed(registry_keys())
    )
