"""Alembic's entry: runs on the connection that `store.migrate` gives it."""

from alembic import context

from store.schema import METADATA

WALKED = ("ix_complaints_registered", "ix_complaints_open", "ix_complaints_due")
SEARCH = ("complaint_words", "words", "ix_complaints_words", "ix_complaints_district", "ix_complaints_village", *WALKED)
"""What full-text search and places need of each engine stands beside the models, not in them: migrations 0007 and 0019."""


def ours(_: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """Whether the models are to be compared with it."""
    return not (reflected and compared is None and (name or "").startswith(SEARCH))


connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True, include_object=ours)
with context.begin_transaction():
    context.run_migrations()
