"""agency accounts, second factor, sessions that their owner recognises"""

import sqlalchemy as sa
from alembic import op

import store.columns

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    with op.batch_alter_table('operators') as operators:
        operators.add_column(sa.Column('agency', sa.String(), nullable=True))
        operators.add_column(sa.Column('second_factor', sa.LargeBinary(), nullable=True))
        operators.add_column(sa.Column('second_factor_step', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('operators') as operators:
        operators.alter_column('second_factor_step', server_default=None)
    with op.batch_alter_table('sessions') as sessions:
        sessions.add_column(sa.Column('created_at', store.columns.Moment(timezone=True), nullable=True))
        sessions.add_column(sa.Column('browser', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('sessions') as sessions:
        sessions.alter_column('browser', server_default=None)
    op.create_table(
        'recovery_codes',
        sa.Column('code_sha256', sa.String(), nullable=False),
        sa.Column('operator_id', KEY, nullable=False),
        sa.PrimaryKeyConstraint('code_sha256'),
    )
    op.create_index('ix_recovery_codes_operator_id', 'recovery_codes', ['operator_id'])


def downgrade() -> None:
    op.drop_table('recovery_codes')
    with op.batch_alter_table('sessions') as sessions:
        sessions.drop_column('browser')
        sessions.drop_column('created_at')
    with op.batch_alter_table('operators') as operators:
        operators.drop_column('second_factor_step')
        operators.drop_column('second_factor')
        operators.drop_column('agency')
