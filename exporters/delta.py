"""The records of every release as one Delta Lake table of the store, `delta/records`: a version for each release.

Spark, Trino, DuckDB and Polars read it as it is. The library is large and not needed by anything else, so it is an
extra that an operator installs (requirements/delta.txt) and turns on.

Each version replaces all rows, so its files are its own: what was withdrawn is deleted for good by deleting them, and
its version can no longer be read. The log says nothing of the rows but their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from exemptions.errors import Busy, NothingPublished, Sentence, SettingsError, StoreRefused, StoreUnreachable
from exemptions.locking import hold_file_lock
from exemptions.pointer import Pointer, read_pointer
from exemptions.settings import ENVIRONMENT
from exporters.remote import open_remote
from exporters.steps import Tell

TABLE = "delta/records"
SOURCE = "downloads/records.parquet"
APPLICATION = "registry"
"""Name under which the table remembers the last release that was written."""

_LIBRARY = "deltalake"
_PROPERTIES = {
    # No least and greatest values in the log, where they would outlive what is withdrawn.
    "delta.dataSkippingNumIndexedCols": "0",
    # Every version stays readable for as long as its release is public.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
}


def require_library() -> None:
    """Make sure that the extra is installed.

    Raises: SettingsError.
    """
    if find_spec(_LIBRARY) is None:
        variable = ENVIRONMENT["delta"]
        raise SettingsError(
            f"{variable}=on necesita deltalake: .venv/bin/pip install --require-hashes -r requirements/delta.txt",
            f"{variable}=on needs deltalake: .venv/bin/pip install --require-hashes -r requirements/delta.txt",
        )


def write_table(home: Path, releases: Path, address: str, *, tell: Tell) -> tuple[int, ...]:
    """Do `write_delta` for what is published here, unless another process does.

    Raises: as `write_delta`; Busy.
    """
    with hold_file_lock(home / "upload.lock") as held:
        if not held:
            raise Busy("Otro proceso está subiendo lo publicado.", "Another process is uploading what is published.")
        try:
            pointer = read_pointer(releases)
        except NothingPublished:
            return ()
        return write_delta(address, releases, pointer, tell=tell)


def write_delta(address: str, releases: Path, pointer: Pointer, *, tell: Tell) -> tuple[int, ...]:
    """Give the table of the store at `address` a version for each release that it lacks, in their order; gives these.

    What was withdrawn is deleted from it. Doing it again after any interruption ends in the same table.
    Raises: SettingsError, StoreUnreachable; StoreRefused if the table is another registry's.
    """
    require_library()
    table = _Table(address)
    last, written = table.last_release(), []
    if last is not None and last > max(pointer.releases, default=0):
        raise StoreRefused(
            f"La tabla Delta del almacén ya tiene la publicación {last}: es de otro registro. No se cambia nada.",
            f"The store's Delta table has release {last} already: it is another registry's. Nothing is changed.",
        )
    for number, listed in sorted(pointer.releases.items()):
        if number > (last or 0) and not listed.withdrawn:
            tell(Sentence(f"Escribiendo la tabla Delta de la {number}", f"Writing the Delta table of {number}"))
            with pq.ParquetFile(releases / str(number) / SOURCE) as source:
                rows = pa.RecordBatchReader.from_batches(source.schema_arrow, source.iter_batches())
                table.write(rows, number, listed.manifest_sha256)
            written.append(number)
    if pointer.withdrawn:
        if pointer.current is None:
            table.empty()
        table.forget(pointer.withdrawn)
    return tuple(written)


class _Table:
    def __init__(self, address: str) -> None:
        self._library: Any = import_module(_LIBRARY)
        self._address = address
        self._place, self._options = _locate(address)

    def last_release(self) -> int | None:
        """The newest release that was ever written; None before the first."""
        table = self._open()
        return None if table is None else table.transaction_version(APPLICATION)

    def write(self, rows: pa.RecordBatchReader, number: int | None, manifest_sha256: str | None) -> None:
        """Add a version with these rows alone; both what it is and that it was written come into being at once."""
        release = {} if number is None else {"release": str(number), "manifest_sha256": str(manifest_sha256)}
        done = [] if number is None else [self._library.Transaction(APPLICATION, number)]
        with self._reaching():
            self._library.write_deltalake(
                self._place,
                rows,
                mode="overwrite",
                schema_mode="overwrite",
                name="records",
                configuration=_PROPERTIES,
                storage_options=self._options,
                commit_properties=self._library.CommitProperties(custom_metadata=release, app_transactions=done),
            )

    def empty(self) -> None:
        """Show no rows, when no public registry is left."""
        table = self._open()
        if table is not None and table.count():
            with self._reaching():
                schema = pa.schema(table.schema())
            self.write(pa.RecordBatchReader.from_batches(schema, ()), None, None)

    def forget(self, withdrawn: frozenset[int]) -> None:
        """Delete the files that only withdrawn releases have, and those of writes that were cut short."""
        table = self._open()
        if table is None:
            return
        with self._reaching():
            told = [(int(commit["release"]), commit["version"]) for commit in table.history() if "release" in commit]
            kept = [version for number, version in told if number not in withdrawn]
            purge = {"retention_hours": 0, "enforce_retention_duration": False, "full": True, "keep_versions": kept}
            named = [f"{TABLE}/{path}" for path in table.vacuum(dry_run=True, **purge)]
        # It goes on naming what was deleted before.
        if any(size is not None for size in open_remote(self._address).sizes(named)):
            with self._reaching():
                table.vacuum(dry_run=False, **purge)

    def _open(self) -> Any:
        with self._reaching():
            if not self._library.DeltaTable.is_deltatable(self._place, self._options):
                return None
            return self._library.DeltaTable(self._place, storage_options=self._options)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (self._library.exceptions.DeltaError, OSError) as error:
            why = (str(error).splitlines() or [type(error).__name__])[0]
            raise StoreUnreachable(
                f"La tabla Delta del almacén no se puede escribir: {why}",
                f"The store's Delta table cannot be written: {why}",
            ) from error


def _locate(address: str) -> tuple[str, Mapping[str, str]]:
    """The table's address as the library reads it, and what `pyarrow.fs` has in the query of its own."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return f"{unquote(parts.path).rstrip('/')}/{TABLE}", {}
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    options: dict[str, str] = {}
    if "region" in asked:
        options["AWS_REGION"] = asked["region"]
    if "endpoint_override" in asked:
        scheme = asked.get("scheme", "https")
        options["AWS_ENDPOINT_URL"] = f"{scheme}://{asked['endpoint_override']}"
        options["AWS_ALLOW_HTTP"] = str(scheme == "http").lower()
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/{TABLE}", options
