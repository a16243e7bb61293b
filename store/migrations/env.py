"""Alembic's entry: runs on the connection that `store.migrate` gives it."""

from alembic import context

from store.migrate import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
