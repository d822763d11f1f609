"""Keep what was published: neither the history, nor a release, nor an entry of the audit is changed or taken out.

A version of a record or of a fact may be deleted, or be given its end, only in the publication that brings that about:
the numbers of both releases are higher than any that the book knows. At PostgreSQL the grants (`exemptions.grants`) say
the rest; SQLite has none, so there triggers say all of it. A later migration of SQLite that makes one of these tables
anew makes its triggers anew.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HISTORY = (
    "record_version", "fact_jobs", "fact_amounts", "fact_energy", "fact_event", "fact_expenditure", "fact_macro",
)  # fmt: skip
UNCHANGED = ("audit", "record_key", "batch_finding")
WITHDRAWAL = ("withdrawn_at", "withdrawn_by", "withdrawn_reason")
REASON = "what was published is kept"

# What the caller could put before the names of these tables, such as a temporary table "release", is not looked at.
FUNCTION = f"""
CREATE FUNCTION public.keep_published() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest integer := (SELECT coalesce(max(number), 0) FROM public.release);
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM old_rows WHERE from_release <= newest) THEN RETURN NULL; END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM new_rows WHERE from_release <= newest OR to_release <= newest) THEN
            RETURN NULL;
        END IF;
    ELSIF NOT EXISTS (SELECT FROM old_rows WHERE to_release IS NOT NULL)
        AND NOT EXISTS (SELECT FROM new_rows WHERE to_release IS NULL OR to_release <= newest) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '{REASON}' USING ERRCODE = 'insufficient_privilege';
END $$
"""  # noqa: S608 - nothing of it comes from outside


def upgrade() -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in _of_sqlite(connection) if is_sqlite else _of_postgresql():
        # Not `text`, which would take the colons of a function for parameters.
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute("DROP FUNCTION public.keep_published() CASCADE")
        op.execute("DROP FUNCTION public.keep_tombstone() CASCADE")
        return
    for table in (*HISTORY, *UNCHANGED, "release"):
        for act in ("delete", "update", "end"):
            op.execute(f"DROP TRIGGER IF EXISTS keep_{table}_{act}")


def _of_postgresql() -> Iterator[str]:
    yield FUNCTION
    for table in HISTORY:
        for act, rows in (
            ("DELETE", "OLD TABLE AS old_rows"),
            ("INSERT", "NEW TABLE AS new_rows"),
            ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ):
            yield (
                f"CREATE TRIGGER keep_{table}_{act.lower()} AFTER {act} ON public.{table} REFERENCING {rows} "
                "FOR EACH STATEMENT EXECUTE FUNCTION public.keep_published()"
            )
    yield (
        "CREATE FUNCTION public.keep_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{REASON}' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    yield (
        "CREATE TRIGGER keep_release_update BEFORE UPDATE ON public.release FOR EACH ROW "
        "WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION public.keep_tombstone()"
    )


def _of_sqlite(connection: sa.Connection) -> Iterator[str]:
    newest = "(SELECT coalesce(max(number), 0) FROM release)"
    for table in HISTORY:
        content = _columns(connection, table, without=("to_release",))
        yield _trigger(table, "delete", "DELETE", f"OLD.from_release <= {newest}")
        yield _trigger(table, "update", f"UPDATE OF {content}")
        ended = f"OLD.to_release IS NOT NULL OR NEW.to_release IS NULL OR NEW.to_release <= {newest}"
        yield _trigger(table, "end", "UPDATE OF to_release", ended)
    for table in UNCHANGED:
        yield _trigger(table, "delete", "DELETE")
        yield _trigger(table, "update", "UPDATE")
    yield _trigger("release", "delete", "DELETE")
    yield _trigger("release", "update", f"UPDATE OF {_columns(connection, 'release', without=WITHDRAWAL)}")
    yield _trigger("release", "end", f"UPDATE OF {', '.join(WITHDRAWAL)}", "OLD.withdrawn_at IS NOT NULL")


def _columns(connection: sa.Connection, table: str, *, without: tuple[str, ...]) -> str:
    names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    return ", ".join(f'"{name}"' for name in names if name not in without)


def _trigger(table: str, name: str, act: str, when: str = "1") -> str:
    refusal = f"SELECT RAISE(ABORT, '{REASON}')"
    return f"CREATE TRIGGER keep_{table}_{name} BEFORE {act} ON {table} WHEN {when} BEGIN {refusal}; END"
