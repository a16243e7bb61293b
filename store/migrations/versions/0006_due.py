"""due dates, notices, alarms; an operator's address"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    key = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    moment = store.columns.Moment(timezone=True)
    op.add_column('complaints', sa.Column('due_kind', text, nullable=True))
    op.add_column('complaints', sa.Column('due_at', moment, nullable=True))
    given = sa.text('due_at IS NOT NULL')
    op.create_index('ix_complaints_due', 'complaints', ['due_at', 'id'], sqlite_where=given, postgresql_where=given)
    op.add_column('operators', sa.Column('email', text, nullable=True))
    op.add_column('operators', sa.Column('notices_read', sa.Integer(), nullable=False, server_default='0'))
    op.create_table('notices',
    sa.Column('id', key, autoincrement=True, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', moment, nullable=False),
    sa.Column('kind', text, nullable=False),
    sa.Column('level', text, nullable=False),
    sa.Column('complaint_id', key, nullable=True),
    sa.Column('due_kind', text, nullable=True),
    sa.Column('due_at', moment, nullable=True),
    sa.Column('told', text, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key')
    )
    op.create_index('ix_notices_at', 'notices', ['at'])
    op.create_index('ix_notices_complaint_id', 'notices', ['complaint_id'])
    op.create_table('alarms',
    sa.Column('name', text, nullable=False),
    sa.Column('since', moment, nullable=False),
    sa.Column('told_at', moment, nullable=True),
    sa.Column('sentence', text, nullable=False),
    sa.PrimaryKeyConstraint('name')
    )


def downgrade() -> None:
    op.drop_table('alarms')
    op.drop_table('notices')
    op.drop_column('operators', 'notices_read')
    op.drop_column('operators', 'email')
    op.drop_index('ix_complaints_due', 'complaints')
    op.drop_column('complaints', 'due_at')
    op.drop_column('complaints', 'due_kind')
