"""cleanings"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import store.columns

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cleanings',
    sa.Column('original', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('cleaned', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('lat', sa.Float(), nullable=True),
    sa.Column('lon', sa.Float(), nullable=True),
    sa.Column('at', store.columns.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('original')
    )


def downgrade() -> None:
    op.drop_table('cleanings')
