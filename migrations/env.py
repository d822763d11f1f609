"""Runs the migrations on the engine that the book hands over, or on DATABASE_URL from the command line of Alembic."""

from alembic import context

from exemptions import fact_models  # noqa: F401 - declares tables of the metadata
from exemptions.models import Base
from exemptions.settings import read_settings


def run() -> None:
    engine = context.config.attributes.get("engine")
    if engine is None:
        from exemptions.engines import make_engine

        engine = make_engine(read_settings().database_url)
    with engine.execution_options(writes=True).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
