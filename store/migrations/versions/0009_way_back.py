"""what comes back from citizens: ratings, and what a person passes on by hand"""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('complaints', sa.Column('rating', sa.Integer(), nullable=True))
    op.add_column('complaints', sa.Column('rating_asked_at', store.columns.Moment(timezone=True), nullable=True))
    chosen = sa.text("state = 'by_hand'")
    op.create_index('ix_outbox_by_hand', 'outbox', ['id'], sqlite_where=chosen, postgresql_where=chosen)


def downgrade() -> None:
    op.drop_index('ix_outbox_by_hand', 'outbox')
    op.drop_column('complaints', 'rating_asked_at')
    op.drop_column('complaints', 'rating')
