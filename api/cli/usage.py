"""What is wrong with an order, in the language asked for. The library that reads orders knows only English."""

from __future__ import annotations

import re

import click

from api.cli.context import asked_language

_SPANISH: tuple[tuple[str, str], ...] = (
    (r"^No such command (.+?)\.", r"No existe la orden \1."),
    (r"^No such option (.+?)\.", r"No existe la opción \1."),
    (r"Did you mean (.+)\?", r"¿Quiso decir \1?"),
    (r"\(Did you mean one of: (.+)\?\)", r"¿Quiso decir una de estas?: \1."),
    (r"^Missing argument (.+?)\.", r"Falta \1."),
    (r"^Missing option (.+?)\.", r"Falta la opción \1."),
    (r"^Missing command\.", "Falta la orden."),
    (r"^Option (.+) requires an argument\.", r"La opción \1 pide un valor."),
    (r"^Got unexpected extra arguments? \((.+)\)", r"Sobra en la orden: \1"),
    (r"^Invalid value for (.+?): ", r"El valor de \1 no vale: "),
    (r"(?:File|Path|Directory) (.+) does not exist\.", r"no existe \1."),
    (r"(?:File|Path) (.+) is a directory\.", r"\1 es una carpeta."),
    (r"(.+) is not a valid integer(?: range)?\.", r"\1 no es un número entero."),
    (r"(.+) is not a valid float(?: range)?\.", r"\1 no es un número."),
    (r"(\S+) is not in the range (.+)\.", r"\1 no está entre los límites \2."),
    (r"(\S+) is not one of (.+)\.", r"\1 no es uno de \2."),
    (r"Choose from:", "Elija entre:"),
)
"""Pattern of the library's sentence → the Spanish one. What no pattern knows stays as it is."""


def say_usage(error: click.ClickException) -> None:
    """Print what is wrong with the order, how it is used and where its help is, on standard error."""
    if asked_language() == "en":
        error.show()
        return
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage().replace("Usage:", "Uso:", 1), err=True)
        click.echo(f"Ayuda: {error.ctx.command_path} --help\n", err=True)
    click.echo(f"Error: {in_spanish(error.format_message())}", err=True)


def in_spanish(message: str) -> str:
    """A sentence of the library in Spanish."""
    for pattern, spanish in _SPANISH:
        message = re.sub(pattern, spanish, message)
    return message
