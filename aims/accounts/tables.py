"""People, workspaces, and who belongs where."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Table, Text

from aims.core.db import metadata

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    # In small letters, so that one address is one row.
    Column("email", Text, unique=True),
    Column("created_at", BigInteger, nullable=False),
    # The row of somebody who was removed stays: the books and the usage name them.
    Column("removed_at", BigInteger),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    CheckConstraint("role IN ('owner', 'admin', 'member', 'viewer')", name="role"),
)
