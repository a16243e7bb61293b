"""search: full text kept by the database, indexes of the inbox's views and facets, and who a complaint is assigned to"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# "CMHAB12CD34": the whole number, its two printed groups, and the door's own
SQLITE_NUMBER = "{0}tracking_number || ' ' || substr({0}tracking_number, -8, 4) || ' ' || substr({0}tracking_number, -4) || ' ' || coalesce({0}door_reference, '')"
SQLITE_WHO = (
    "coalesce(json_extract({0}reporter, '$.name'), '') || ' ' || replace(coalesce(json_extract({0}reporter, '$.phone'), ''), '+', '')"
    " || ' ' || coalesce(json_extract({0}reporter, '$.email'), '')"
)
LONGEST = 20000


def _row(of: str) -> str:
    return f"{of}title, substr({of}body, 1, {LONGEST}), {SQLITE_NUMBER.format(of)}, {SQLITE_WHO.format(of)}"


SQLITE = (
    "CREATE VIEW complaint_texts AS SELECT id, title, substr(body, 1, %d) AS body, %s AS number, %s AS who FROM complaints"
    % (LONGEST, SQLITE_NUMBER.format(""), SQLITE_WHO.format("")),
    "CREATE VIRTUAL TABLE complaint_words USING fts5(title, body, number, who, content='complaint_texts', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2')",
    "INSERT INTO complaint_words(complaint_words) VALUES ('rebuild')",
    f"CREATE TRIGGER complaint_words_added AFTER INSERT ON complaints BEGIN"
    f" INSERT INTO complaint_words(rowid, title, body, number, who) VALUES (new.id, {_row('new.')}); END",
    f"CREATE TRIGGER complaint_words_gone AFTER DELETE ON complaints BEGIN"
    f" INSERT INTO complaint_words(complaint_words, rowid, title, body, number, who) VALUES ('delete', old.id, {_row('old.')}); END",
    f"CREATE TRIGGER complaint_words_changed AFTER UPDATE OF title, body, reporter, door_reference, tracking_number ON complaints BEGIN"
    f" INSERT INTO complaint_words(complaint_words, rowid, title, body, number, who) VALUES ('delete', old.id, {_row('old.')});"
    f" INSERT INTO complaint_words(rowid, title, body, number, who) VALUES (new.id, {_row('new.')}); END",
)


def _vector(text: str, weight: str) -> str:
    """Letters and digits only: PostgreSQL's own parser would see hosts, paths and signed numbers."""
    return f"setweight(to_tsvector('simple'::regconfig, regexp_replace(left({text}, {LONGEST}), '[^[:alnum:]]+', ' ', 'g')), '{weight}')"


POSTGRES_NUMBER = (
    "tracking_number || ' ' || left(right(tracking_number, 8), 4) || ' ' || right(tracking_number, 4) || ' ' || coalesce(door_reference, '')"
)
POSTGRES_WHO = (
    "coalesce(reporter->>'name', '') || ' ' || coalesce(reporter->>'phone', '') || ' ' || coalesce(reporter->>'email', '')"
)
POSTGRES = (
    "ALTER TABLE complaints ADD COLUMN words tsvector GENERATED ALWAYS AS ("
    f"{_vector('title', 'A')} || {_vector('body', 'B')} || {_vector(POSTGRES_NUMBER, 'C')} || {_vector(POSTGRES_WHO, 'D')}) STORED",
    "CREATE INDEX ix_complaints_words ON complaints USING gin (words)",
)
PLACE = {"sqlite": "json_extract(location, '$.region_code')", "postgresql": "(location->>'region_code')"}
OPEN = "state IN ('received', 'verified', 'waiting', 'assigned', 'in_progress', 'answered')"
FACETS = ("agency", "category", "channel")


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.add_column("complaints", sa.Column("assigned_to", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.drop_index("ix_complaints_channel", table_name="complaints")
    op.drop_index("ix_complaints_registered_at", table_name="complaints")
    for name in FACETS:
        op.create_index(f"ix_complaints_{name}", "complaints", [name, "id"])
    op.create_index("ix_complaints_registered", "complaints", ["registered_at", "id"])
    for name, columns, condition in (
        ("mine", ["assigned_to", "id"], "assigned_to IS NOT NULL"),
        ("urgent", ["urgency", "id"], "urgency <> 'normal'"),
        ("open", ["id"], OPEN),
    ):
        op.create_index(f"ix_complaints_{name}", "complaints", columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
    for statement in SQLITE if dialect == "sqlite" else POSTGRES:
        op.execute(sa.text(statement.replace(":", r"\:") if dialect == "postgresql" else statement))
    op.execute(f"CREATE INDEX ix_complaints_village ON complaints ({PLACE[dialect]}, id)")
    op.execute(f"CREATE INDEX ix_complaints_district ON complaints (substr({PLACE[dialect]}, 1, 8), id)")


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for name in ("district", "village", "open", "urgent", "mine", "registered", *FACETS):
        op.drop_index(f"ix_complaints_{name}", table_name="complaints")
    if dialect == "sqlite":
        for trigger in ("added", "gone", "changed"):
            op.execute(f"DROP TRIGGER complaint_words_{trigger}")
        op.execute("DROP TABLE complaint_words")
        op.execute("DROP VIEW complaint_texts")
    else:
        op.execute("ALTER TABLE complaints DROP COLUMN words")
    op.create_index("ix_complaints_channel", "complaints", ["channel"])
    op.create_index("ix_complaints_registered_at", "complaints", ["registered_at"])
    op.drop_column("complaints", "assigned_to")
