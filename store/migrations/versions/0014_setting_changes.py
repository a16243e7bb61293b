"""setting changes"""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('setting_changes',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('at', store.columns.Moment(timezone=True), nullable=False),
    sa.Column('operator', sa.String(), nullable=False),
    sa.Column('area', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('value', store.columns.Json, nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_setting_changes_key', 'setting_changes', ['area', 'key', 'id'])


def downgrade() -> None:
    op.drop_table('setting_changes')
