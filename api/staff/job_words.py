"""A job in words: what was asked, what is being done, what came of it and where to look next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.formatting import format_count
from api.pages.language import page_language, page_url
from api.pages.links import Link
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.staff.addresses import staff_url
from api.staff.words import dataset_name
from exemptions.batches import State
from exemptions.datasets import Dataset
from exemptions.job_progress import JobProgress
from exemptions.jobs import JobFacts, JobKind, JobState
from exporters.steps import Step
from loaders.load import Phase

_PHASES: Mapping[Phase, LazyString] = {
    Phase.KEEP: _l("Guardando el archivo"),
    Phase.READ: _l("Leyendo el archivo"),
    Phase.VALIDATE: _l("Comprobando las reglas"),
    Phase.COMPARE: _l("Comparando con lo que ya hay"),
    Phase.STORE: _l("Anotando el lote"),
}
_STATES: Mapping[JobState, tuple[LazyString, str]] = {
    JobState.WAITING: (_l("En espera"), "tag-wait"),
    JobState.RUNNING: (_l("En marcha"), "tag-wait"),
    JobState.DONE: (_l("Hecho"), "tag-good"),
    JobState.FAILED: (_l("No se pudo hacer"), "tag-bad"),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a job that is under way."""

    text: str
    state: str
    """`done`, `current` or `ahead`."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its page and the list show it."""

    number: int
    url: str
    title: str
    state: str
    tag: str
    actor: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    is_open: bool
    is_waiting: bool
    steps: tuple[StepLine, ...]
    place: int
    """How many steps are behind, of all that `steps` has."""
    now: str
    """What is being done, in words."""
    outcome: str
    look: str
    """How the outcome is shown (see `notice-…` in site.css and staff.css)."""
    next: tuple[Link, ...]


def view_job(job: JobFacts, told: JobProgress | None) -> JobView:
    """A job with what it tells about itself while it runs."""
    state, tag = _STATES[job.state]
    steps = _steps(job, told)
    return JobView(
        number=job.id,
        url=staff_url("job", number=job.id),
        title=job_title(job),
        state=str(state),
        tag=tag,
        actor=job.actor,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        is_open=job.state.is_open,
        is_waiting=job.state is JobState.WAITING,
        steps=steps,
        place=sum(step.state == "done" for step in steps),
        now=_now(job, told),
        outcome=_outcome(job),
        look=_look(job),
        next=_links(job),
    )


def job_title(job: JobFacts) -> str:
    """What was asked for."""
    asked = job.request
    match job.kind:
        case JobKind.LOAD:
            name = dataset_name(Dataset(asked["dataset"]))
            return _("Cargar «%(file)s» en %(dataset)s", file=asked["file_name"], dataset=name)
        case JobKind.PUBLISH:
            return _("Publicar lo aprobado")
        case JobKind.ROLLBACK:
            return _("Volver a la publicación %(number)s", number=asked["release"])
        case JobKind.WITHDRAW:
            return _("Retirar la publicación %(number)s", number=asked["release"])


def _step_names(kind: JobKind) -> Sequence[tuple[str, str]]:
    """Code and words of each step, in the order in which they are done."""
    if kind is JobKind.LOAD:
        return [(phase.value, str(_PHASES[phase])) for phase in Phase]
    own = [step for step in Step if step is not Step.DELETE or kind is JobKind.WITHDRAW]
    return [(step.value, step.sentence.text(page_language())) for step in own]


def _steps(job: JobFacts, told: JobProgress | None) -> tuple[StepLine, ...]:
    if job.state is not JobState.RUNNING:
        return ()
    names = _step_names(job.kind)
    codes = [code for code, _words in names]
    at = codes.index(told.step) if told is not None and told.step in codes else 0
    states = ["done"] * at + ["current"] + ["ahead"] * (len(names) - at - 1)
    return tuple(StepLine(words, state) for (_code, words), state in zip(names, states, strict=True))


def _now(job: JobFacts, told: JobProgress | None) -> str:
    if job.state is JobState.WAITING:
        return _("Espera su turno: los trabajos se hacen de uno en uno.")
    if job.state is not JobState.RUNNING:
        return ""
    words = dict(_step_names(job.kind)).get(told.step, "") if told is not None else ""
    if not words or told is None:
        return _("Empezando")
    if told.total:
        return _("%(step)s (%(rows)s filas)", step=words, rows=format_count(told.total))
    return words


def _outcome(job: JobFacts) -> str:
    if job.outcome is None:
        return ""
    if job.state is JobState.FAILED:
        return str(job.outcome[page_language()])
    match job.kind:
        case JobKind.LOAD:
            return _load_outcome(job.outcome["batch"], State(job.outcome["state"]))
        case JobKind.PUBLISH:
            if job.outcome["release"] is None:
                return _("No había nada que publicar: lo aprobado ya es lo publicado.")
            return _("Se hizo la publicación %(number)s.", number=job.outcome["release"])
        case JobKind.ROLLBACK:
            if job.outcome["release"] is None:
                return _(
                    "La publicación %(number)s ya era la actual; no hizo falta nada.", number=job.request["release"]
                )
            return _(
                "Se hizo la publicación %(number)s, con el contenido de la %(restores)s.",
                number=job.outcome["release"], restores=job.outcome["restores"],
            )  # fmt: skip
        case JobKind.WITHDRAW:
            return _withdrawal_outcome(job.outcome["withdrawn"], job.outcome["rebuilt"], job.outcome["current"])


def _look(job: JobFacts) -> str:
    """Done as hoped, done with something to look at, not done."""
    loaded = (job.outcome or {}).get("state")
    if job.state is JobState.FAILED or loaded == State.REFUSED:
        return "notice-error"
    return "notice-warning" if loaded == State.BLOCKED else "notice-done"


def _load_outcome(batch: int, state: State) -> str:
    match state:
        case State.REFUSED:
            return _(
                "El archivo tiene errores y no se admitió. El informe del lote %(number)s dice cuáles son y cómo se "
                "corrigen.",
                number=batch,
            )
        case State.BLOCKED:
            return _(
                "El archivo pasó las reglas, pero el lote %(number)s quedó detenido: trae cambios que alguien tiene "
                "que permitir.",
                number=batch,
            )
        case State.VALIDATED:
            return _("El archivo pasó las reglas. El lote %(number)s espera que alguien lo apruebe.", number=batch)
        case _:
            return _("Es el mismo archivo del lote %(number)s; no se cargó otra vez.", number=batch)


def _withdrawal_outcome(withdrawn: Sequence[int], rebuilt: Sequence[int], current: int | None) -> str:
    told = [
        ngettext("Se retiró la publicación %(numbers)s.", "Se retiraron las publicaciones %(numbers)s.",
                 len(withdrawn), numbers=", ".join(map(str, withdrawn)))
    ]  # fmt: skip
    if rebuilt:
        told.append(
            ngettext("En su lugar se hizo la %(numbers)s.", "En su lugar se hicieron las %(numbers)s.",
                     len(rebuilt), numbers=", ".join(map(str, rebuilt)))
        )  # fmt: skip
    told.append(
        _("No queda ninguna publicación.") if current is None else _("La actual es la %(number)s.", number=current)
    )
    return " ".join(told)


def _links(job: JobFacts) -> tuple[Link, ...]:
    """Where to go from a job that is done."""
    again = {JobKind.LOAD: Link(_("Cargar otro archivo"), staff_url("upload"))}
    if job.state is JobState.FAILED or job.outcome is None:
        return (again[job.kind],) if job.kind in again and job.state is JobState.FAILED else ()
    if job.kind is JobKind.LOAD:
        refused = job.outcome["state"] == State.REFUSED
        words = _("Ver el informe") if refused else _("Ver el lote %(number)s", number=job.outcome["batch"])
        first = Link(words, staff_url("batch", number=job.outcome["batch"]))
        return (first, again[JobKind.LOAD]) if refused else (first,)
    made = job.outcome.get("release")
    listed = Link(_("Ver las publicaciones"), staff_url("releases"))
    return (Link(_("Ver lo publicado"), page_url("release", number=made)), listed) if made else (listed,)
