"""subscribers: other systems that are told of events"""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TOLD = sa.text("kind = 'tell'")


def upgrade() -> None:
    op.create_table('subscribers',
    sa.Column('id', KEY, autoincrement=True, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('events', store.columns.Json, nullable=True),
    sa.Column('agency', sa.String(), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('former', sa.LargeBinary(), nullable=True),
    sa.Column('former_until', store.columns.Moment(timezone=True), nullable=True),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('failing_since', store.columns.Moment(timezone=True), nullable=True),
    sa.Column('created_at', store.columns.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name')
    )
    op.create_index('ix_outbox_told', 'outbox', ['lane', 'id'], sqlite_where=TOLD, postgresql_where=TOLD)


def downgrade() -> None:
    op.drop_index('ix_outbox_told', table_name='outbox')
    op.drop_table('subscribers')
