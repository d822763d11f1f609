"""The use case of loading: keep what was sent, read it, check it, compare it with the book, and enter it as a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.batches import (
    Counts,
    Judged,
    State,
    Upload,
    build_load,
    create_batch,
    find_repeated,
    find_same_upload,
    get_findings,
    is_latest,
    mark_edition,
    next_batch_id,
    staged_path,
    standing_edition,
)
from exemptions.calendar import Clock, guatemala_day, system_clock
from exemptions.catalogs import load_catalogs
from exemptions.database import Book
from exemptions.datasets import DEFAULT_MODE, Dataset
from exemptions.errors import FileRefused
from exemptions.finding import Finding, Severity
from exemptions.guard_limits import GuardLimits
from exemptions.guards import Hold, Load, find_holds
from exemptions.models import Batch
from exemptions.settings import Settings
from loaders.antivirus import refuse_infected
from loaders.bounded import bound_findings
from loaders.checks import Context
from loaders.isolation import ReaderLimits, read_isolated
from loaders.options import LoadOptions, ReadingRefused
from loaders.reader_host import HOST
from loaders.rules import make_finding
from loaders.stage import write_staged
from loaders.uploads import hash_file, keep_upload
from loaders.validate import Validated, validate

__all__ = ["LoadOptions", "LoadResult", "Phase", "load_file"]

_FARTHEST_DAYS = 366
"""How far ahead the day of a file may lie: an edition is made some weeks before its day, a wrong year lies farther."""

Progress = Callable[[str, int | None, int | None], None]


class Phase(StrEnum):
    """The steps of a load, as progress names them."""

    KEEP = "keep"
    READ = "read"
    VALIDATE = "validate"
    COMPARE = "compare"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What became of a file."""

    batch: int | None
    """None for a dry run, which leaves the book as it was."""
    dataset: Dataset
    state: State
    rows: int
    added: int | None
    ended: int | None
    changed: int | None
    findings: tuple[Finding, ...]
    """Everything found: first about the file, then row by row."""
    holds: tuple[Hold, ...] = ()
    """What holds the batch back until an approver allows it."""
    met: str | None = None
    """The mark of the edition that it was compared with just now."""

    @property
    def judged(self) -> Judged | None:
        """What an approval that follows at once need not find out again."""
        if self.added is None or self.ended is None or self.changed is None:
            return None
        return Judged(self.met, Counts(self.added, self.ended, self.changed), self.holds)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What blocks the file."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person should look at."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)


def load_file(
    book: Book,
    settings: Settings,
    *,
    dataset: Dataset,
    path: Path,
    options: LoadOptions,
    actor: Actor,
    clock: Clock = system_clock,
    progress: Progress | None = None,
    limits: ReaderLimits | None = None,
    file_name: str | None = None,
) -> LoadResult:
    """Load a file: a batch that is validated, refused with every reason, or blocked as a repetition of an older file.

    Nothing public changes. The bytes and options of the dataset's latest batch give that batch back, unless it was
    refused or rejected. A dry run tells the same and writes nothing. `file_name` is what the sender calls the file,
    where it lies under another name.
    Raises: FileRefused if there is no such file, it is larger than the settings allow, the antivirus does not clear it,
    or its day is over a year away; Busy.
    """
    tell = progress or _say_nothing
    at = clock()
    HOST.start()
    upload = _describe(path, file_name or path.name, settings, dataset, options, at)
    if not options.dry_run:
        with book.read() as session:
            earlier = _find_latest(session, book.home, upload)
        if earlier is not None:
            return earlier
        tell(Phase.KEEP, None, None)
        refuse_infected(path, settings.clamd, sha256=upload.sha256)
        path = keep_upload(path, book.home, sha256=upload.sha256)
    allowed = limits or ReaderLimits.of_file(path, unpacked_bytes=settings.max_upload_bytes)
    checked = _tell_of_the_day(_read_and_check(book, path, upload, options, allowed, tell), upload, guatemala_day(at))
    if options.dry_run:
        with book.read() as session:
            return _judge(session, book, upload, checked, GuardLimits.of(settings), tell)
    with book.write() as session:
        earlier = _find_latest(session, book.home, upload)
        if earlier is not None:
            return earlier
        result = _judge(session, book, upload, checked, GuardLimits.of(settings), tell)
        return _enter(session, book, upload, checked, result, actor, at, tell)


def _say_nothing(_phase: str, _done: int | None, _total: int | None) -> None:
    return


def _describe(
    path: Path, file_name: str, settings: Settings, dataset: Dataset, options: LoadOptions, at: datetime
) -> Upload:
    if not path.is_file():
        raise FileRefused(f"No existe el archivo «{path}».", f"There is no file “{path}”.")
    size, limit = path.stat().st_size, settings.max_upload_bytes
    if size > limit:
        raise FileRefused(
            f"El archivo tiene {size:,} bytes y se admiten {limit:,} (EXEMPTIONS_MAX_UPLOAD_BYTES).",
            f"The file has {size:,} bytes and {limit:,} are allowed (EXEMPTIONS_MAX_UPLOAD_BYTES).",
        )
    today = guatemala_day(at)
    if options.cutoff is not None and (options.cutoff - today).days > _FARTHEST_DAYS:
        raise FileRefused(
            f"El día del corte ({options.cutoff}) está a más de un año de hoy ({today}). Revise el año.",
            f"The day of the cutoff ({options.cutoff}) is more than a year from today ({today}). Look at the year.",
        )
    return Upload(
        dataset=dataset,
        mode=options.mode or DEFAULT_MODE[dataset],
        cutoff=options.cutoff or today,
        file_name=file_name,
        sha256=hash_file(path),
        size_bytes=size,
        options={
            "mapping": dict(options.mapping),
            "encoding": options.encoding,
            "sheet": options.sheet,
            "header_row": options.header_row,
            # A file sent again on another day without a cutoff is the same load; with another cutoff it is not.
            "cutoff": options.cutoff.isoformat() if options.cutoff else None,
        },
    )


def _find_latest(session: Session, home: Path, upload: Upload) -> LoadResult | None:
    """The result of the dataset's latest batch, if the upload is the same and its content was not rolled back."""
    same = find_same_upload(session, upload)
    if same is None or not is_latest(session, same):
        return None
    if State(same.state) is State.PUBLISHED and not _is_in_force(session, home, same):
        return None
    return LoadResult(
        batch=same.id,
        dataset=Dataset(same.dataset),
        state=State(same.state),
        rows=same.rows,
        added=same.added,
        ended=same.ended,
        changed=same.changed,
        findings=tuple(get_findings(session, same.id)),
        holds=tuple(map(Hold.from_dict, same.guards)),
    )


def _is_in_force(session: Session, home: Path, batch: Batch) -> bool:
    """Whether loading the batch's file again would change nothing."""
    if not staged_path(home, batch.id).is_file():
        return False
    standing = standing_edition(session, home, Dataset(batch.dataset))
    return build_load(session, home, batch, standing=standing).comparison.is_empty


def _read_and_check(
    book: Book, path: Path, upload: Upload, options: LoadOptions, limits: ReaderLimits, tell: Progress
) -> Validated:
    tell(Phase.READ, None, None)
    try:
        source = read_isolated(path, options.reading(upload.dataset), limits)
    except ReadingRefused as refusal:
        return Validated(0, None, bound_findings(refusal.findings))
    tell(Phase.VALIDATE, None, source.table.num_rows)
    context = Context(load_catalogs(), upload.cutoff, mode=upload.mode, standing=partial(_read_standing, book))
    return validate(source, dataset=upload.dataset, context=context)


def _read_standing(book: Book, dataset: Dataset) -> pl.DataFrame:
    # Only facts are compared with the rest of the book, so a registry's check holds no session open.
    with book.read() as session:
        return standing_edition(session, book.home, dataset)


def _tell_of_the_day(checked: Validated, upload: Upload, today: date) -> Validated:
    """What was found, with a warning where the file's day is still to come."""
    if upload.cutoff <= today:
        return checked
    notice = make_finding("corte_por_llegar", cutoff=upload.cutoff.isoformat())
    return replace(checked, findings=(notice, *checked.findings))


def _judge(
    session: Session, book: Book, upload: Upload, checked: Validated, limits: GuardLimits, tell: Progress
) -> LoadResult:
    """What a batch of this file would be: its state, what it would change in the book, and what holds it back."""
    if checked.content is None:
        return LoadResult(None, upload.dataset, State.REFUSED, checked.rows, None, None, None, checked.findings)
    tell(Phase.COMPARE, None, None)
    load = Load(
        dataset=upload.dataset,
        mode=upload.mode,
        cutoff=upload.cutoff,
        standing=standing_edition(session, book.home, upload.dataset),
        incoming=checked.content,
        repeats=find_repeated(session, dataset=upload.dataset, sha256=upload.sha256, below=next_batch_id(session)),
    )
    holds = find_holds(load, limits=limits, catalogs=load_catalogs())
    counts = Counts.of(load.comparison)
    return LoadResult(
        batch=None,
        dataset=upload.dataset,
        state=State.BLOCKED if holds else State.VALIDATED,
        rows=checked.rows,
        added=counts.added,
        ended=counts.ended,
        changed=counts.changed,
        findings=checked.findings,
        holds=holds,
        met=mark_edition(session, upload.dataset),
    )


def _enter(
    session: Session,
    book: Book,
    upload: Upload,
    checked: Validated,
    result: LoadResult,
    actor: Actor,
    at: datetime,
    tell: Progress,
) -> LoadResult:
    tell(Phase.STORE, None, checked.rows)
    number = next_batch_id(session)
    staged = None if checked.content is None else write_staged(checked.content, book.home, batch=number)
    counts = None
    if result.added is not None and result.ended is not None and result.changed is not None:
        counts = Counts(result.added, result.ended, result.changed)
    create_batch(
        session,
        number=number,
        upload=upload,
        state=result.state,
        rows=checked.rows,
        counts=counts,
        findings=checked.findings,
        staged_sha256=staged,
        holds=result.holds,
        actor=actor,
        at=at,
    )
    return replace(result, batch=number)
