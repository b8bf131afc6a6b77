"""What lists of generations and their events ask for, and what is counted to share a provider between workspaces.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OF_ITS_GENERATION = """
UPDATE attempts SET workspace_id = (SELECT g.workspace_id FROM generations g WHERE g.id = attempts.generation_id)
"""
# A generation that was given up with several calls under way left all but one of them open.
LEFT_OPEN = """
UPDATE attempts SET state = 'unknown', cost_outcome = 'absorbed'
WHERE state IN ('submitting', 'running')
  AND generation_id IN (SELECT id FROM generations WHERE finished_at IS NOT NULL)
"""


def upgrade() -> None:
    """Add the columns and the indices."""
    op.add_column("generations", sa.Column("progress", sa.Integer(), nullable=True))
    op.add_column("attempts", sa.Column("workspace_id", sa.Text(), nullable=True))
    op.execute(OF_ITS_GENERATION)
    op.execute(LEFT_OPEN)
    op.drop_index("ix_generations_workspace_id_id", "generations")
    op.create_index(
        "ix_generations_newest",
        "generations",
        ["workspace_id", "created_at", "id", "kind", "model", "key_id"],
    )
    _partial("ix_generations_unfinished", "generations", "finished_at IS NULL", "workspace_id created_at id")
    _partial(
        "ix_generations_finished",
        "generations",
        "finished_at IS NOT NULL",
        "workspace_id state created_at id kind model key_id",
    )
    _partial("ix_generations_measured", "generations", "state = 'completed'", "model provider finished_at")
    _partial("ix_attempts_open", "attempts", "state IN ('submitting', 'running')", "workspace_id provider")


def _partial(name: str, table: str, where: str, columns: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns.split(), sqlite_where=condition, postgresql_where=condition)
