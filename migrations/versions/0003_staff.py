"""Add what the staff's area needs: passwords, sessions, tokens, jobs, guards, corrections, withdrawals."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "staff_token",
        sa.Column("id", _BIG_ID, sa.Identity(), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _instant("created_at"),
        _instant("expires_at", nullable=True),
        _instant("revoked_at", nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_staff_token_account_account"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_token"),
        sa.UniqueConstraint("sha256", name="uq_staff_token_sha256"),
    )
    op.create_index("ix_staff_token_account", "staff_token", ["account"])
    op.execute(
        "INSERT INTO staff_token (account, label, sha256, created_at) "
        "SELECT name, 'token', token_sha256, created_at FROM account WHERE token_sha256 IS NOT NULL"
    )
    with op.batch_alter_table("account") as table:
        table.drop_constraint("uq_account_token_sha256", type_="unique")
        table.drop_column("token_sha256")
        table.add_column(sa.Column("password_hash", sa.Text(), nullable=True))
        table.add_column(_instant("password_set_at", nullable=True))
        table.add_column(
            sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()),
        )
        table.add_column(sa.Column("totp_secret", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("totp_confirmed", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(_instant("locked_until", nullable=True))
    op.create_table(
        "staff_session",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=80), nullable=False),
        _instant("created_at"),
        _instant("seen_at"),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_staff_session_account_account"),
        sa.PrimaryKeyConstraint("sha256", name="pk_staff_session"),
    )
    op.create_index("ix_staff_session_account", "staff_session", ["account"])
    op.create_table(
        "stranger_tries",
        sa.Column("name_sha256", sa.String(length=64), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        _instant("locked_until", nullable=True),
        _instant("failed_at"),
        sa.PrimaryKeyConstraint("name_sha256", name="pk_stranger_tries"),
    )
    op.create_index("ix_stranger_tries_failed_at", "stranger_tries", ["failed_at"])
    op.create_table(
        "job",
        sa.Column("id", _BIG_ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        _instant("created_at"),
        _instant("started_at", nullable=True),
        _instant("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_state", "job", ["state"])
    op.create_table(
        "correction",
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("lang", sa.String(length=2), nullable=False),
        _instant("received_at"),
        _instant("taken_in_at"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        _instant("answered_at", nullable=True),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_correction_release_release"),
        sa.PrimaryKeyConstraint("number", name="pk_correction"),
    )
    op.create_index("ix_correction_state", "correction", ["state"])
    with op.batch_alter_table("batch") as table:
        table.add_column(sa.Column("guards", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("lifted", sa.JSON(), nullable=True))
    with op.batch_alter_table("release") as table:
        table.add_column(sa.Column("withdrawn_by", sa.String(length=80), nullable=True))
        table.add_column(sa.Column("withdrawn_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("release") as table:
        table.drop_column("withdrawn_reason")
        table.drop_column("withdrawn_by")
    with op.batch_alter_table("batch") as table:
        table.drop_column("lifted")
        table.drop_column("guards")
    op.drop_index("ix_correction_state", table_name="correction")
    op.drop_table("correction")
    op.drop_index("ix_job_state", table_name="job")
    op.drop_table("job")
    op.drop_index("ix_stranger_tries_failed_at", table_name="stranger_tries")
    op.drop_table("stranger_tries")
    op.drop_index("ix_staff_session_account", table_name="staff_session")
    op.drop_table("staff_session")
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("token_sha256", sa.String(length=64), nullable=True))
        table.create_unique_constraint("uq_account_token_sha256", ["token_sha256"])
        for name in (
            "locked_until",
            "failed_logins",
            "totp_last_step",
            "totp_confirmed",
            "totp_secret",
            "must_change_password",
            "password_set_at",
            "password_hash",
        ):
            table.drop_column(name)
    op.drop_index("ix_staff_token_account", table_name="staff_token")
    op.drop_table("staff_token")
