"""acts over many complaints, and their undo"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('bulks',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('key', TEXT, nullable=False),
    sa.Column('operator', TEXT, nullable=False),
    sa.Column('act', TEXT, nullable=False),
    sa.Column('at', store.columns.Moment(timezone=True), nullable=False),
    sa.Column('undo_until', store.columns.Moment(timezone=True), nullable=False),
    sa.Column('undone_at', store.columns.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index(op.f('ix_bulks_at'), 'bulks', ['at'])
    op.create_table('bulk_steps',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('bulk_id', KEY, nullable=False),
    sa.Column('complaint_id', KEY, nullable=False),
    sa.Column('why', TEXT, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('line', KEY, nullable=False),
    sa.Column('lines', store.columns.Json, nullable=True),
    sa.Column('before', store.columns.Json, nullable=True),
    sa.Column('held', store.columns.Json, nullable=True),
    sa.Column('undone', sa.Boolean(), nullable=False),
    sa.Column('why_not', TEXT, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('bulk_id', 'complaint_id')
    )
    op.create_table('undone_lines',
    sa.Column('timeline_id', KEY, autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('timeline_id')
    )


def downgrade() -> None:
    op.drop_table('undone_lines')
    op.drop_table('bulk_steps')
    op.drop_table('bulks')
