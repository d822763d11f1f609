"""The command line: one command, one use case. Results go to standard output, progress and errors to standard error.

Exit status: 0 done, 1 data refused or blocked or an act not possible, 2 wrong usage.
"""

from __future__ import annotations

import sys

import click

from api.cli import (
    accounts,
    batches,
    comparing,
    corrections,
    demonstration,
    diagnosis,
    loading,
    releases,
    serving,
    trail,
    verification,
)
from api.cli.context import Context, say_error
from exemptions.disk import disk_full, is_disk_full
from exemptions.errors import InvalidQuery, RegistryError, SettingsError
from exemptions.settings import read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--lang", type=click.Choice(["es", "en"]), help="Idioma de los mensajes / language of the messages.")
@click.version_option(package_name="exemptions")
@click.pass_context
def commands(click_context: click.Context, lang: str | None) -> None:
    """Registro abierto de exenciones tributarias / open registry of tax exemptions."""
    settings = read_settings()
    click_context.obj = Context(settings=settings, lang=lang or settings.language)


for module in (
    loading, demonstration, batches, comparing, releases, verification, accounts, trail, corrections, diagnosis, serving
):  # fmt: skip
    for command in module.COMMANDS:
        commands.add_command(command)


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        status = commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(1)
    except (SettingsError, InvalidQuery) as error:
        say_error(error)
        sys.exit(2)
    except RegistryError as error:
        say_error(error)
        sys.exit(1)
    except OSError as error:
        if not is_disk_full(error):
            raise
        say_error(disk_full())
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
