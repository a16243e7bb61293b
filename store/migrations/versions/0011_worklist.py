"""the worklist: what is keyed into SP4N-LAPOR! by hand, and imports of its export"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('keyings',
    sa.Column('complaint_id', KEY, autoincrement=False, nullable=False),
    sa.Column('door', TEXT, nullable=False),
    sa.Column('reference', TEXT, nullable=True),
    sa.Column('keyed_at', store.columns.Moment(timezone=True), nullable=True),
    sa.Column('keyed_by', TEXT, nullable=True),
    sa.Column('skipped_at', store.columns.Moment(timezone=True), nullable=True),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('complaint_id'),
    sa.UniqueConstraint('door', 'reference')
    )
    op.create_table('imports',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('at', store.columns.Moment(timezone=True), nullable=False),
    sa.Column('operator', TEXT, nullable=False),
    sa.Column('filename', TEXT, nullable=False),
    sa.Column('sha256', TEXT, nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.Column('undone_at', store.columns.Moment(timezone=True), nullable=True),
    sa.Column('undone_by', TEXT, nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('import_changes',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('import_id', KEY, nullable=False),
    sa.Column('complaint_id', KEY, nullable=False),
    sa.Column('before', store.columns.Json, nullable=True),
    sa.Column('after', store.columns.Json, nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_import_changes_import_id'), 'import_changes', ['import_id'])


def downgrade() -> None:
    op.drop_table('import_changes')
    op.drop_table('imports')
    op.drop_table('keyings')
