"""days counted once for the picture, and triggers that mark those whose complaints change"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WATCHED = "state, state_at, rating, channel, agency, category, classification, location, merged_into, registered_at"
TELLS = "new.kind IN ('state', 'told') OR new.public_text IS NOT NULL"
"""What the figures read of a timeline (store.picture)."""
MARK = "INSERT INTO touched (registered_at) VALUES ({0}.registered_at)"
MARK_OF_LINE = "INSERT INTO touched (registered_at) SELECT registered_at FROM complaints WHERE id = {0}.complaint_id"
MARK_OF_UNDONE = (
    "INSERT INTO touched (registered_at) SELECT c.registered_at FROM timeline t JOIN complaints c ON c.id = t.complaint_id"
    " WHERE t.id = new.timeline_id"
)
EVENTS = {
    "touched_added": ("complaints", "INSERT", "", (MARK.format("new"),)),
    "touched_changed": ("complaints", f"UPDATE OF {WATCHED}", "", (MARK.format("new"), MARK.format("old"))),
    "touched_gone": ("complaints", "DELETE", "", (MARK.format("old"),)),
    "touched_told": ("timeline", "INSERT", TELLS, (MARK_OF_LINE.format("new"),)),
    "touched_untold": ("timeline", "DELETE", "", (MARK_OF_LINE.format("old"),)),
    "touched_retold": ("timeline", "UPDATE", "", (MARK_OF_LINE.format("new"),)),
    "touched_undone": ("undone_lines", "INSERT", "", (MARK_OF_UNDONE,)),
}


def upgrade() -> None:
    op.create_table(
        "rolled_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("rules", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("tally", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "touched",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("registered_at", store.columns.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    dialect = op.get_bind().dialect.name
    for name, (table, event, condition, statements) in EVENTS.items():
        body, when = "; ".join(statements), f"WHEN ({condition})" if condition else ""
        if dialect == "sqlite":
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {body}; END")
        else:
            op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, (table, *_) in EVENTS.items():
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("touched")
    op.drop_table("rolled_days")
