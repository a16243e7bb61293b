"""matters"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('matters',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('opened_at', store.columns.Moment(timezone=True), nullable=False),
    sa.Column('opened_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('fingerprints',
    sa.Column('complaint_id', KEY, autoincrement=False, nullable=False),
    sa.Column('told', store.columns.Json, nullable=True),
    sa.Column('at', store.columns.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('complaint_id')
    )
    op.create_index('ix_fingerprints_at', 'fingerprints', ['at'])
    op.create_table('traces',
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('complaint_id', KEY, autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('key', 'complaint_id')
    )
    op.create_index('ix_traces_complaint', 'traces', ['complaint_id'])
    op.create_table('hints',
    sa.Column('complaint_id', KEY, autoincrement=False, nullable=False),
    sa.Column('other_id', KEY, autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('complaint_id', 'other_id')
    )
    op.create_index('ix_hints_other_id', 'hints', ['other_id'])
    op.add_column('complaints', sa.Column('matter_id', KEY, nullable=True))
    op.add_column('complaints', sa.Column('matter_by', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index('ix_complaints_matter_id', 'complaints', ['matter_id'])


def downgrade() -> None:
    op.drop_index('ix_complaints_matter_id', table_name='complaints')
    op.drop_column('complaints', 'matter_by')
    op.drop_column('complaints', 'matter_id')
    for table in ('hints', 'traces', 'fingerprints', 'matters'):
        op.drop_table(table)
