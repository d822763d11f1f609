"""The command line: one command, one use case. Results go to standard output, progress and errors to standard error.

Exit status: 0 done, 1 data refused or blocked or an act not possible, 2 wrong usage.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from importlib import import_module

import click

from api.cli.context import Context, say_error
from api.cli.usage import say_usage
from exemptions.disk import find_disk_error
from exemptions.errors import InvalidQuery, RegistryError, SettingsError
from exemptions.settings import read_settings

_MODULES: Mapping[str, str] = {
    "approve": "batches",
    "audit": "trail",
    "backup": "keeping",
    "batches": "batches",
    "changes": "comparing",
    "corrections": "corrections",
    "demo": "demonstration",
    "diff": "comparing",
    "doctor": "diagnosis",
    "export": "exporting",
    "grants": "granting",
    "follow": "sharing",
    "key": "keys",
    "load": "loading",
    "match": "matching",
    "notify": "notices",
    "publish": "releases",
    "reject": "batches",
    "releases": "releases",
    "report": "batches",
    "restore": "keeping",
    "rollback": "releases",
    "serve": "serving",
    "upload": "sharing",
    "user": "accounts",
    "verify": "verification",
    "withdraw": "releases",
    "work": "serving",
}
"""Command → the module of this package that has it."""


class _Commands(click.Group):
    """The commands by name. The module of one is loaded when it is asked for, without those of the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        found: tuple[click.Command, ...] = import_module(f"api.cli.{_MODULES[cmd_name]}").COMMANDS
        # What the modules hold stays until the end: looking through it for garbage again and again would find nothing.
        gc.freeze()
        return next(command for command in found if command.name == cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--lang", type=click.Choice(["es", "en"]), help="Idioma de los mensajes / language of the messages.")
@click.version_option(package_name="exemptions")
@click.pass_context
def commands(click_context: click.Context, lang: str | None) -> None:
    """Registro abierto de exenciones tributarias / open registry of tax exemptions."""
    settings = read_settings()
    click_context.obj = Context(settings=settings, lang=lang or settings.language)


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        status = commands.main(standalone_mode=False)
    except click.ClickException as error:
        say_usage(error)
        sys.exit(2)
    except click.Abort:
        sys.exit(1)
    except (SettingsError, InvalidQuery) as error:
        say_error(error)
        sys.exit(2)
    except RegistryError as error:
        say_error(error)
        sys.exit(1)
    except Exception as error:
        told = find_disk_error(error)
        if told is None:
            raise
        say_error(told)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
