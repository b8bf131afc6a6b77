"""Whose a key is, and people who were removed.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# With its rule in one statement: SQLite adds a rule to a column in no other way.
WHOSE = "ALTER TABLE api_keys ADD COLUMN user_id TEXT CONSTRAINT fk_api_keys_user_id REFERENCES users (id)"
# The key of the first start was made by the owner, for himself.
OF_THE_OWNER = """
UPDATE api_keys SET user_id = (
    SELECT m.user_id FROM members m
    WHERE m.workspace_id = api_keys.workspace_id AND 'user:' || m.user_id = api_keys.created_by
)
WHERE created_by LIKE 'user:%'
"""


def upgrade() -> None:
    """Add the columns, and give the first key to the owner."""
    op.add_column("users", sa.Column("removed_at", sa.BigInteger(), nullable=True))
    op.execute(WHOSE)
    op.execute(OF_THE_OWNER)
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])
