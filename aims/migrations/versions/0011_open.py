"""The index of calls that are with a provider is one that SQLite uses.

It takes a partial index only where a statement has the same words in the same order, and these were in another: each
call that began read all of its provider's calls, ever. With two more columns no row is read at all.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_OPEN = sa.text("state IN ('running', 'submitting') AND waits_since IS NULL")


def upgrade() -> None:
    """Make the index anew, with two more columns."""
    op.drop_index("ix_attempts_open", "attempts")
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["workspace_id", "provider", "state", "waits_since"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
