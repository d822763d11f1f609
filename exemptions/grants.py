"""What each account may do in a book at PostgreSQL: the staff's process changes rows, never tables and never the past.

The owner of the tables applies the migrations and gives these rights; no process that answers requests is told its
password. Source: https://www.postgresql.org/docs/current/ddl-priv.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Engine, text

from exemptions import fact_models  # noqa: F401 - declares tables of the metadata
from exemptions.engines import POSTGRESQL, told_errors
from exemptions.errors import SettingsError
from exemptions.models import Base

_READ = "SELECT"
_ADD = "SELECT, INSERT"
_CHANGE = "SELECT, INSERT, UPDATE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"
_HISTORY = "SELECT, INSERT, UPDATE (to_release), DELETE"
"""What was known is ended and never changed; what a publication brings in and ends again unpublished is deleted.

Triggers (migration 0005) refuse to delete, end, open again or slip in what a published release tells.
"""
_DECIDED = "added, ended, changed, guards, lifted, state, approval_order, decided_by, decided_at, reason, release"
"""What becomes of a batch; what was sent, by whom and what was found in it stays."""
_ANSWERED = "state, answer, release, answered_by, answered_at"
"""What becomes of a report; its words stay."""

STAFF_RIGHTS: Mapping[str, str] = {
    "alembic_version": _READ,
    "account": _CHANGE,
    "audit": _ADD,
    "batch": f"{_ADD}, UPDATE ({_DECIDED})",
    "batch_finding": _ADD,
    "book_fact": _CHANGE,
    "correction": f"{_ADD}, UPDATE ({_ANSWERED})",
    "fact_amounts": _HISTORY,
    "fact_energy": _HISTORY,
    "fact_event": _HISTORY,
    "fact_expenditure": _HISTORY,
    "fact_jobs": _HISTORY,
    "fact_macro": _HISTORY,
    "job": _CHANGE,
    "record_key": _ADD,
    "record_version": _HISTORY,
    "release": f"{_ADD}, UPDATE (withdrawn_at, withdrawn_by, withdrawn_reason)",
    "staff_session": _ALL,
    "staff_token": _CHANGE,
    "stranger_tries": _ALL,
}
"""Table → what the staff's process may do with it: nobody can empty a table, nor change an entry of the audit."""


def grant_rights(engine: Engine, *, staff: Sequence[str], readers: Sequence[str]) -> None:
    """Give the accounts exactly their rights, taking back every other that they, or everybody, had to these tables.

    Raises: SettingsError if the book is not at PostgreSQL, an account does not exist, or who asks does not own the
    tables; BookUnreachable.
    """
    if engine.dialect.name != POSTGRESQL:
        raise SettingsError(
            "Un libro en un archivo de SQLite no tiene cuentas; lo protegen los permisos de su carpeta.",
            "A book in a file of SQLite has no accounts; the permissions of its folder protect it.",
        )
    quote = engine.dialect.identifier_preparer.quote_identifier
    with told_errors(engine), engine.begin() as connection:
        _refuse_unknown([*staff, *readers], set(connection.scalars(text("SELECT rolname FROM pg_roles"))))
        statements = (
            *_take_back(["PUBLIC", *map(quote, [*staff, *readers])]),
            *(statement for role in staff for statement in _statements(STAFF_RIGHTS, quote(role))),
            *(
                statement
                for role in readers
                for statement in _statements(dict.fromkeys(STAFF_RIGHTS, _READ), quote(role))
            ),
        )
        for statement in statements:
            connection.execute(text(statement))


def list_tables() -> set[str]:
    """Every table of a book."""
    return {*Base.metadata.tables, "alembic_version"}


def _take_back(roles: Sequence[str]) -> Iterator[str]:
    for role in roles:
        for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
            yield f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {role}"


def _statements(rights: Mapping[str, str], role: str) -> Iterator[str]:
    for table, given in rights.items():
        yield f'GRANT {given} ON public."{table}" TO {role}'
    # Rows are numbered without it; a backup reads where each numbering is.
    yield f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"


def _refuse_unknown(asked: Sequence[str], known: set[str]) -> None:
    for name in asked:
        if name not in known:
            raise SettingsError(
                f"El servidor no tiene ninguna cuenta «{name}»: créela primero (deploy/postgresql/roles.sql).",
                f"The server has no account “{name}”: make it first (deploy/postgresql/roles.sql).",
            )
