"""who has which complaint open"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('presences',
    sa.Column('line', TEXT, nullable=False),
    sa.Column('complaint_id', KEY, nullable=False),
    sa.Column('operator', TEXT, nullable=False),
    sa.Column('until', store.columns.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('line')
    )
    op.create_index(op.f('ix_presences_complaint_id'), 'presences', ['complaint_id'])


def downgrade() -> None:
    op.drop_table('presences')
