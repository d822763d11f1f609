"""The command `verify`: whether a release, or a proof of one record, is what it says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from api.cli.context import Context, print_json
from exemptions.store import ReleaseStore
from exporters.inclusion import MAX_PROOF_BYTES, ProofUnreadable
from exporters.signatures import parse_key
from exporters.verification import Verification
from exporters.verify import check_address, check_folder
from exporters.verify_proof import check_proof
from exporters.verify_signature import Trust


@click.command()
@click.argument("target", required=False)
@click.option("--sha256", help="Huella esperada del manifiesto / expected hash of the manifest.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="Llave pública, o su PEM, que debe haber firmado / public key, or its PEM file, that must have signed.",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def verify(context: Context, target: str | None, sha256: str | None, keys: tuple[str, ...], as_json: bool) -> int:
    """Comprueba una publicación, o la constancia de un registro / check a release, or the proof of a record.

    TARGET es un número, una carpeta, una dirección o el archivo de una constancia; sin él, la publicación actual / a
    number, a folder, an address or the file of a proof; the current release without it. Comprueba archivos, árbol de
    registros, firma y cadena / checks files, tree of records, signature and chain.
    """
    found = _check(context, target, sha256, _trust(keys))
    if as_json:
        told = {"target": found.target, "release": found.release, "manifest_sha256": found.manifest_sha256}
        faults = [{"file": fault.file, **asdict(fault.sentence)} for fault in found.faults]
        notes = [asdict(note) for note in found.notes]
        print_json({**told, "files": found.files, "skipped": found.skipped, "faults": faults, "notes": notes})
        return 0 if found.is_whole else 1
    for fault in found.faults:
        click.echo(fault.sentence.text(context.lang), err=True)
    if not found.is_whole:
        return 1
    _say_whole(context, found)
    return 0


def _say_whole(context: Context, found: Verification) -> None:
    if found.files:
        context.say(
            f"{found.target}: {found.files} archivos en orden.", f"{found.target}: {found.files} files in order."
        )
    else:
        context.say(
            f"{found.target}: la publicación {found.release} contiene este registro.",
            f"{found.target}: release {found.release} holds this record.",
        )
    if found.skipped:
        context.say(
            f"{found.skipped} archivos del índice de búsqueda no se ofrecen y no se comprobaron.",
            f"{found.skipped} files of the search index are not given away and were not checked.",
        )
    for note in found.notes:
        click.echo(note.text(context.lang))
    click.echo(f"SHA-256 {found.manifest_sha256}")


def _check(context: Context, target: str | None, sha256: str | None, trust: Trust | None) -> Verification:
    if target is not None and "://" in target:
        return check_address(target, sha256=sha256, trust=trust)
    if target is not None and not target.isdecimal():
        path = Path(target)
        if path.is_file():
            return check_proof(_read_proof(path), target=target, trust=trust, sha256=sha256 and sha256.lower())
        return check_folder(path, sha256=sha256, trust=trust)
    listed = ReleaseStore(context.settings.releases).get_listed(None if target is None else int(target))
    folder = context.settings.releases / str(listed.release)
    return check_folder(folder, sha256=sha256 or listed.manifest_sha256, trust=trust)


def _read_proof(path: Path) -> bytes:
    if path.stat().st_size > MAX_PROOF_BYTES:
        raise ProofUnreadable(
            f"«{path}» es demasiado grande para ser una constancia.", f"“{path}” is too large to be a proof."
        )
    return path.read_bytes()


def _trust(keys: tuple[str, ...]) -> Trust | None:
    """The keys given, each as a text or as a file.

    Raises: KeyUnreadable.
    """
    if not keys:
        return None
    texts = [Path(key).read_text("ascii", "replace") if _is_file(key) else key for key in keys]
    return Trust([parse_key(text) for text in texts], is_pinned=True)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:
        return False


COMMANDS = (verify,)
