"""The commands `upload` and `follow`: releases on their way to other machines, by a store that all of them reach."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from api.cli.context import Context, Show, print_json
from exemptions.disk import disk_full, is_disk_full
from exemptions.errors import Busy, RegistryError, Sentence, SettingsError
from exemptions.settings import ENVIRONMENT
from exporters.delta import write_table
from exporters.follow import ANYBODY, FollowResult
from exporters.follow import follow as follow_store
from exporters.remote import Remote, open_remote
from exporters.signatures import parse_key
from exporters.steps import Tell
from exporters.upload import UploadResult
from exporters.upload import upload as upload_releases
from exporters.verify_signature import Trust


@click.command()
@click.option("--verify", is_flag=True, help="Lee todo de vuelta y lo compara / read everything back and compare it.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def upload(context: Context, verify: bool, as_json: bool) -> None:
    """Lleva lo publicado al almacén que otras máquinas siguen / bring what is published to the shared store."""
    remote = _open(context)
    with context.progress(quiet=as_json) as show:
        result = _upload(context, remote, show, verify=verify)
    if as_json:
        print_json(asdict(result))
    else:
        _say_uploaded(context, result)


@click.command()
@click.option("--every", type=click.FloatRange(min=0.5, max=86_400), help="Sin terminar, cada tantos segundos / go on.")
@click.option("--verify", is_flag=True, help="Comprueba también las copias de aquí / check the copies here too.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def follow(context: Context, every: float | None, verify: bool, as_json: bool) -> None:
    """Copia del almacén lo publicado y lo sirve desde este disco / copy releases from the shared store."""
    remote, trust = _open(context), _trust(context)
    if every is not None:
        _keep_following(context, remote, every, trust, verify=verify)
    with context.progress(quiet=as_json) as show:
        result = _follow(context, remote, show, trust, verify=verify)
    if as_json:
        print_json(asdict(result))
    else:
        _say_followed(context, result)


def share(context: Context) -> bool:
    """Upload what was just published, where there is a store; tells whether it is there.

    What was published stays published whatever the store answers, and says so on standard error.
    """
    if not context.settings.release_store:
        return True
    try:
        with context.progress() as show:
            _upload(context, _open(context), show, verify=False)
    except Busy:
        # The other one looks again before it ends.
        return True
    except RegistryError as error:
        click.echo(error.text(context.lang), err=True)
        click.echo(
            context.pick(
                "Lo publicado está en esta máquina y las demás siguen con lo anterior; exemptions upload, o el proceso "
                "que hace los trabajos, lo llevará al almacén.",
                "What was published is on this machine and the others go on with what they had; exemptions upload, or "
                "the process that does the jobs, will bring it to the store.",
            ),
            err=True,
        )
        return False
    return True


def _keep_following(context: Context, remote: Remote, every: float, trust: Trust, *, verify: bool) -> None:
    """Look again and again; a failure is told once, until it is another one or over."""
    failed = ""
    with context.progress() as show:
        while True:
            try:
                result = _follow(context, remote, show, trust, verify=verify)
            except RegistryError as error:
                told = error.text(context.lang)
                if told != failed:
                    click.echo(told, err=True)
                failed = told
            else:
                if failed:
                    click.echo(
                        context.pick("El almacén está en orden de nuevo.", "The store is in order again."), err=True
                    )
                if result.copied or result.deleted:
                    _say_followed(context, result)
                failed, verify = "", False
            time.sleep(every)


def _upload(context: Context, remote: Remote, show: Show, *, verify: bool) -> UploadResult:
    home, releases, tell = context.settings.home, context.settings.releases, _teller(context, show)
    result = upload_releases(home, releases, remote, clock=context.clock, tell=tell, verify=verify)
    if context.settings.delta:
        # Last, so that no fault of the table keeps a release or a withdrawal from the machines that serve.
        write_table(home, releases, context.settings.release_store, tell=tell)
    return result


def _follow(context: Context, remote: Remote, show: Show, trust: Trust, *, verify: bool) -> FollowResult:
    try:
        tell, clock = _teller(context, show), context.clock
        return follow_store(
            context.settings.releases,
            remote,
            clock=clock,
            tell=tell,
            trust=trust,
            least=context.settings.least_release,
            verify=verify,
        )
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise disk_full() from error


def _trust(context: Context) -> Trust:
    """The keys that the settings pin. That there are none is said, because the store is then believed as it is.

    Raises: KeyUnreadable.
    """
    keys = context.settings.signing_keys
    if keys:
        return Trust([parse_key(key) for key in keys], is_pinned=True)
    variable = ENVIRONMENT["signing_keys"]
    click.echo(
        context.pick(
            f"Sin llaves en {variable}: se comprueban huellas y no firmas, y vale lo que diga quien pueda escribir en "
            "el almacén. exemptions key show da las llaves.",
            f"No keys in {variable}: hashes are checked and no signatures, and whoever can write into the store is "
            "believed. exemptions key show gives the keys.",
        ),
        err=True,
    )
    return ANYBODY


def _teller(context: Context, show: Show) -> Tell:
    def tell(sentence: Sentence) -> None:
        show(sentence.text(context.lang))

    return tell


def _open(context: Context) -> Remote:
    address = context.settings.release_store
    if not address:
        variable = ENVIRONMENT["release_store"]
        raise SettingsError(
            f"No hay almacén: diga su dirección en {variable}.", f"There is no store: say its address in {variable}."
        )
    return open_remote(address)


def _say_uploaded(context: Context, result: UploadResult) -> None:
    if not result.uploaded and not result.deleted:
        context.say("El almacén ya tiene todo lo publicado.", "The store has everything that is published already.")
    _say_numbers(context, result.uploaded, Sentence("Subidas", "Uploaded"))
    _say_numbers(context, result.deleted, Sentence("Borradas del almacén", "Deleted from the store"))


def _say_followed(context: Context, result: FollowResult) -> None:
    if not result.copied and not result.deleted:
        context.say(
            "Esta máquina ya tiene todo lo publicado.", "This machine has everything that is published already."
        )
    _say_numbers(context, result.copied, Sentence("Copiadas", "Copied"))
    _say_numbers(context, result.deleted, Sentence("Borradas de esta máquina", "Deleted from this machine"))


def _say_numbers(context: Context, numbers: tuple[int, ...], what: Sentence) -> None:
    if numbers:
        click.echo(f"{what.text(context.lang)}: {', '.join(map(str, numbers))}.")


COMMANDS = (upload, follow)
