"""Add the gross domestic product and its deflator, year by year."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact_macro",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("deflator", sa.Float(), nullable=False),
        sa.Column("base_year", sa.Integer(), nullable=False),
        sa.Column("gdp_cents", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_release", sa.Integer(), nullable=False),
        sa.Column("to_release", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fact_macro", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_macro_to_release"), ["to_release"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("fact_macro", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_macro_to_release"))

    op.drop_table("fact_macro")
