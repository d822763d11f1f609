"""The command `verify`: whether a release is what its manifest says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from api.cli.context import Context, print_json
from exemptions.store import ReleaseStore
from exporters.verify import Verification, check_address, check_folder


@click.command()
@click.argument("target", required=False)
@click.option("--sha256", help="Huella esperada del manifiesto / expected hash of the manifest.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def verify(context: Context, target: str | None, sha256: str | None, as_json: bool) -> int:
    """Comprueba una publicación contra su manifiesto / check a release against its manifest.

    RELEASE es un número, una carpeta o una dirección; sin él, la actual / a number, a folder or an address; the current
    one without it.
    """
    found = _check(context, target, sha256)
    if as_json:
        told = {"target": found.target, "release": found.release, "manifest_sha256": found.manifest_sha256}
        faults = [{"file": fault.file, **asdict(fault.sentence)} for fault in found.faults]
        print_json({**told, "files": found.files, "skipped": found.skipped, "faults": faults})
        return 0 if found.is_whole else 1
    for fault in found.faults:
        click.echo(fault.sentence.text(context.lang), err=True)
    if not found.is_whole:
        return 1
    context.say(f"{found.target}: {found.files} archivos en orden.", f"{found.target}: {found.files} files in order.")
    if found.skipped:
        context.say(
            f"{found.skipped} archivos del índice de búsqueda no se ofrecen y no se comprobaron.",
            f"{found.skipped} files of the search index are not given away and were not checked.",
        )
    context.say(f"SHA-256 {found.manifest_sha256}", f"SHA-256 {found.manifest_sha256}")
    return 0


def _check(context: Context, target: str | None, sha256: str | None) -> Verification:
    if target is not None and "://" in target:
        return check_address(target, sha256=sha256)
    if target is not None and not target.isdecimal():
        return check_folder(Path(target), sha256=sha256)
    listed = ReleaseStore(context.settings.releases).get_listed(None if target is None else int(target))
    return check_folder(context.settings.releases / str(listed.release), sha256=sha256 or listed.manifest_sha256)


COMMANDS = (verify,)
