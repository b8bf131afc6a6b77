"""What usage reports are read from: a row for each day, model and key, that grows as generations end.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# Microseconds are divided by those of a day.
FINISHED = """
INSERT INTO usage (workspace_id, day, kind, model, actor, sandbox, key_id,
                   generations, outputs_completed, outputs_failed, credits_charged, credits_refunded)
SELECT g.workspace_id, g.finished_at / 86400000000, g.kind, g.model, g.actor, g.sandbox, min(g.key_id),
       count(*), sum(o.completed), sum(o.failed), sum(g.credits_charged), 0
FROM generations g JOIN (
    SELECT generation_id, sum(CASE state WHEN 'completed' THEN 1 ELSE 0 END) AS completed,
           sum(CASE state WHEN 'failed' THEN 1 ELSE 0 END) AS failed
    FROM outputs GROUP BY generation_id) o ON o.generation_id = g.id
WHERE g.finished_at IS NOT NULL
GROUP BY g.workspace_id, g.finished_at / 86400000000, g.kind, g.model, g.actor, g.sandbox
"""
REFUNDED = """
INSERT INTO usage (workspace_id, day, kind, model, actor, sandbox, key_id,
                   generations, outputs_completed, outputs_failed, credits_charged, credits_refunded)
SELECT g.workspace_id, e.created_at / 86400000000, g.kind, g.model, g.actor, g.sandbox, min(g.key_id),
       0, 0, 0, 0, sum(e.amount)
FROM entries e JOIN generations g ON g.id = e.hold_reference
WHERE e.verb = 'refund'
GROUP BY g.workspace_id, e.created_at / 86400000000, g.kind, g.model, g.actor, g.sandbox
ON CONFLICT (workspace_id, day, kind, model, actor, sandbox)
DO UPDATE SET credits_refunded = usage.credits_refunded + excluded.credits_refunded
"""


def upgrade() -> None:
    """Make the table, and count what has ended before."""
    op.create_table(
        "usage",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("generations", sa.BigInteger(), nullable=False),
        sa.Column("outputs_completed", sa.BigInteger(), nullable=False),
        sa.Column("outputs_failed", sa.BigInteger(), nullable=False),
        sa.Column("credits_charged", sa.BigInteger(), nullable=False),
        sa.Column("credits_refunded", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_usage_workspace_id")),
        sa.PrimaryKeyConstraint(
            "workspace_id", "day", "kind", "model", "actor", "sandbox", name=op.f("pk_usage")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(FINISHED)
    op.execute(REFUNDED)
