"""Where a generation may be made, and calls that no provider took.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

OPEN = sa.text("state IN ('submitting', 'running') AND waits_since IS NULL")


def upgrade() -> None:
    """Add the columns, and count only what is with a provider."""
    op.add_column("generations", sa.Column("routes", sa.Text(), nullable=True))
    op.add_column("attempts", sa.Column("waits_since", sa.BigInteger(), nullable=True))
    op.drop_index("ix_attempts_open", "attempts")
    op.create_index(
        "ix_attempts_open", "attempts", ["workspace_id", "provider"], sqlite_where=OPEN, postgresql_where=OPEN
    )
