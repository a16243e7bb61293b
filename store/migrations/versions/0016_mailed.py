"""our own Message-IDs are found by themselves"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

OURS = sa.text("result LIKE 'sp.%'")


def upgrade() -> None:
    op.create_index('ix_outbox_mailed', 'outbox', ['result'], sqlite_where=OURS, postgresql_where=OURS)


def downgrade() -> None:
    op.drop_index('ix_outbox_mailed', table_name='outbox')
