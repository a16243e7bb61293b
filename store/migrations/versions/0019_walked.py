"""walked: indexes that hold all that the desk's list is narrowed by, and beginnings of words that are found without adding up"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PLACE = {"sqlite": "json_extract(location, '$.region_code')", "postgresql": "(location->>'region_code')"}
OPEN = "state IN ('received', 'verified', 'waiting', 'assigned', 'in_progress', 'answered')"
SIEVED = "state, channel, agency, category, urgency"
# name: (columns before, columns since, condition)
INDEXES = {
    "registered": ("registered_at, id", f"registered_at, id, {SIEVED}, {{place}}", ""),
    "open": ("id", f"id, {SIEVED}, registered_at, due_kind, due_at, assigned_to, {{place}}", f" WHERE {OPEN}"),
    "due": ("due_at, id", f"due_at, id, due_kind, {SIEVED}, registered_at, {{place}}", " WHERE due_at IS NOT NULL"),
}
WORDS = (
    "CREATE VIRTUAL TABLE complaint_words USING fts5(title, body, number, who, content='complaint_texts', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2'{0})"
)
QUICK = ", detail=column, prefix='3 4'"
"""Beginnings of three and four letters have lists of their own: those of "men" and "ber" are half of all words. Positions of words are not
kept, since no phrase is looked for; so the index of a million complaints grows from 250 to 420 MB only."""


def _index(name: str, columns: str, condition: str) -> None:
    op.execute(f"DROP INDEX ix_complaints_{name}")
    place = PLACE[op.get_bind().dialect.name]
    op.execute(sa.text(f"CREATE INDEX ix_complaints_{name} ON complaints ({columns.format(place=place)}){condition}"))


def _words(how: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE complaint_words")
        op.execute(WORDS.format(how))
        op.execute("INSERT INTO complaint_words(complaint_words) VALUES ('rebuild')")


def upgrade() -> None:
    for name, (_, columns, condition) in INDEXES.items():
        _index(name, columns, condition)
    op.create_index("ix_audit_action", "audit", ["action", "id"])
    _words(QUICK)


def downgrade() -> None:
    op.drop_index("ix_audit_action", table_name="audit")
    for name, (columns, _, condition) in INDEXES.items():
        _index(name, columns, condition)
    _words("")
