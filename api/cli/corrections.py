"""The command about the public's reports: read them, answer them."""

from __future__ import annotations

from dataclasses import asdict

import click

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import Right, require
from exemptions.correction_log import CorrectionState
from exemptions.corrections import ANSWERS, CorrectionFacts, get_correction, list_corrections
from exporters.corrections import answer_publicly, refresh_log, take_in_corrections


@click.command()
@click.argument("number", required=False)
@click.option("--state", type=click.Choice([state.value for state in CorrectionState]), help="Estado / state.")
@click.option("--answer", help="Respuesta que todos leerán / the answer that everybody will read.")
@click.option("--release", type=click.IntRange(1), help="Publicación que lo corrigió / the release that put it right.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def corrections(
    context: Context, number: str | None, state: str | None, answer: str | None, release: int | None, as_json: bool
) -> None:
    """Lista los avisos del público, muestra uno o le responde / list the public's reports, show one or answer it.

    Sin NUMBER lista los de un estado, o todos. Con NUMBER y --state responde. /
    Without NUMBER it lists those of a state, or all. With NUMBER and --state it answers.
    """
    if number is None:
        if answer is not None or release is not None:
            raise click.UsageError("--answer y --release van con NUMBER / --answer and --release go with NUMBER")
        _list(context, CorrectionState(state) if state else None, as_json)
    elif state is None:
        if answer is not None or release is not None:
            raise click.UsageError("--answer y --release van con --state / --answer and --release go with --state")
        _show(context, number, as_json)
    elif state not in ANSWERS:
        raise click.UsageError(f"--state: {' | '.join(ANSWERS)}")
    else:
        _answer(context, number, CorrectionState(state), answer, release, as_json)


def _list(context: Context, state: CorrectionState | None, as_json: bool) -> None:
    with context.book() as book:
        with book.read() as session:
            require(session, token=context.settings.token, right=Right.CORRECTIONS)
        take_in_corrections(book, context.settings, at=context.clock())
        with book.read() as session:
            found = list_corrections(session, state=state)
    if as_json:
        print_json([asdict(facts) for facts in found])
        return
    rows = [
        {
            "number": facts.number,
            "received_at": facts.received_at,
            "state": facts.state.value,
            "about": facts.about,
            "release": facts.release,
        }
        for facts in found
    ]
    print_table(
        rows,
        {
            "number": context.pick("número", "number"),
            "received_at": context.pick("recibido", "received"),
            "state": context.pick("estado", "state"),
            "about": context.pick("sobre", "about"),
            "release": context.pick("publicación", "release"),
        },
    )


def _show(context: Context, number: str, as_json: bool) -> None:
    with context.book() as book, book.read() as session:
        require(session, token=context.settings.token, right=Right.CORRECTIONS)
        facts = get_correction(session, number)
    _print(context, facts, as_json)


def _answer(
    context: Context, number: str, state: CorrectionState, answer: str | None, release: int | None, as_json: bool
) -> None:
    with context.book() as book:
        with book.write() as session:
            actor = require(session, token=context.settings.token, right=Right.CORRECTIONS)
            facts = answer_publicly(
                session,
                book,
                number=number,
                actor=actor,
                state=state,
                answer=answer,
                release=release,
                at=context.clock(),
            )
        refresh_log(book, context.settings.releases)
    _print(context, facts, as_json)


def _print(context: Context, facts: CorrectionFacts, as_json: bool) -> None:
    if as_json:
        print_json(asdict(facts))
        return
    labels = {
        "number": context.pick("número", "number"),
        "state": context.pick("estado", "state"),
        "received_at": context.pick("recibido", "received"),
        "about": context.pick("sobre", "about"),
        "text": context.pick("dice", "says"),
        "source": context.pick("fuente", "source"),
        "contact": context.pick("contacto", "contact"),
        "answer": context.pick("respuesta", "answer"),
        "release": context.pick("publicación", "release"),
        "answered_by": context.pick("respondió", "answered by"),
    }
    print_table(
        [{"what": label, "value": getattr(facts, name)} for name, label in labels.items()], {"what": "", "value": ""}
    )


COMMANDS = (corrections,)
