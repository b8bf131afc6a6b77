"""What providers report about each attempt, and the word that they send when a request is over.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Until now an absorbed cost had its reason in the attempt's error, or with the outputs that could not be had.
REASONS = """
UPDATE attempts SET cost_reason = COALESCE(error, (
    SELECT o.error FROM outputs o WHERE o.generation_id = attempts.generation_id AND o.error IS NOT NULL
        AND o.position >= attempts.first_index AND o.position < attempts.first_index + attempts.quantity
    ORDER BY o.position LIMIT 1
))
WHERE cost_outcome = 'absorbed'
"""


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("attempts", sa.Column("billed_units", sa.Text(), nullable=True))
    op.add_column("attempts", sa.Column("run_ms", sa.BigInteger(), nullable=True))
    op.add_column("attempts", sa.Column("cost_reason", sa.Text(), nullable=True))
    op.execute(REASONS)
    op.create_table(
        "inbox",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("connection_mark", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "request_id", "status", name="pk_inbox"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_inbox_attempt_id_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_inbox_attempt_id", "inbox", ["attempt_id"])
    op.create_index("ix_inbox_connection_mark", "inbox", ["provider", "connection_mark", "received_at"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
