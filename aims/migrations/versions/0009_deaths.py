"""How many servers died while they stored what was made for a generation.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    op.add_column("generations", sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"))
