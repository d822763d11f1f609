"""Add the facts beside the records: jobs, amounts, energy projects, events and official estimates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact_amounts",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tax", sa.String(length=20), nullable=False),
        sa.Column("mechanism", sa.String(length=20), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=False),
        sa.Column("to_release", sa.Integer(), nullable=True),
        sa.Column("nit", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("resolution", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_amounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_amounts_to_release"), ["to_release"], unique=False)

    op.create_table(
        "fact_energy",
        sa.Column("nit", sa.String(length=20), nullable=False),
        sa.Column("resolution", sa.String(length=120), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("technology", sa.String(length=40), nullable=True),
        sa.Column("capacity_kw", sa.BigInteger(), nullable=True),
        sa.Column("municipality", sa.String(length=4), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("unresolved", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=False),
        sa.Column("to_release", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_energy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_energy_to_release"), ["to_release"], unique=False)

    op.create_table(
        "fact_event",
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=False),
        sa.Column("to_release", sa.Integer(), nullable=True),
        sa.Column("nit", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("resolution", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_event_to_release"), ["to_release"], unique=False)

    op.create_table(
        "fact_expenditure",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("tax", sa.String(length=20), nullable=True),
        sa.Column("partition", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("method_version", sa.Text(), nullable=True),
        sa.Column("group", sa.Text(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("pct_gdp", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=False),
        sa.Column("to_release", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_expenditure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_expenditure_to_release"), ["to_release"], unique=False)

    op.create_table(
        "fact_jobs",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=False),
        sa.Column("to_release", sa.Integer(), nullable=True),
        sa.Column("nit", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("resolution", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_jobs_to_release"), ["to_release"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("fact_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_jobs_to_release"))

    op.drop_table("fact_jobs")
    with op.batch_alter_table("fact_expenditure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_expenditure_to_release"))

    op.drop_table("fact_expenditure")
    with op.batch_alter_table("fact_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_event_to_release"))

    op.drop_table("fact_event")
    with op.batch_alter_table("fact_energy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_energy_to_release"))

    op.drop_table("fact_energy")
    with op.batch_alter_table("fact_amounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_amounts_to_release"))

    op.drop_table("fact_amounts")
