"""Alembic's entry: runs on the connection that `store.migrate` gives it."""

from alembic import context

from store.migrate import METADATA

SEARCH = "complaint_words"
"""SQLite's full-text table and those that it makes for itself stand beside the models, not in them."""


def ours(_: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    return not (kind == "table" and reflected and compared is None and (name or "").startswith(SEARCH))


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True, include_object=ours)
with context.begin_transaction():
    context.run_migrations()
