"""Alembic's entry: runs the steps on the connection of `bot.storage.migrate`, or on one of its own."""

from alembic import context
from sqlalchemy.engine import Connection

from bot.storage import models
from bot.storage.sessions import engine


def run(connection: Connection) -> None:
    """Runs the steps within the connection's transaction."""
    # SQLite can change a table only by copying it ("batch").
    batch = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=models.Base.metadata, render_as_batch=batch)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine().begin() as own:
        run(own)
