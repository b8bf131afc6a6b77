"""API keys. The row holds a hash; the key itself is shown once and kept nowhere."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text

from aims.core.db import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    # Requests a minute, and how many of them may come at once.
    Column("rate_limit", BigInteger, nullable=False),
    Column("burst", BigInteger, nullable=False),
    # Theoretical arrival time of the next request (GCRA): the whole state of the limit.
    Column("arrival_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("cap", BigInteger),
    # Credits captured and held through this key, over its life.
    Column("used", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    # Whose it is, if it is somebody's: their role in the workspace limits it, and it ends when they leave.
    Column("user_id", Text, ForeignKey("users.id")),
    Column("revoked_at", BigInteger),
    CheckConstraint("rate_limit >= 1 AND burst >= 1", name="limit"),
    CheckConstraint("used >= 0", name="used"),
    Index(None, "workspace_id", "id"),
    Index(None, "user_id"),
)
