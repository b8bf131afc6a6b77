"""The connections to providers that an operator has made, for the instance or for one workspace."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Table, Text, UniqueConstraint

from aims.core.db import metadata

INSTANCE = ""
"""The workspace of a connection that is the whole instance's."""

provider_connections = Table(
    "provider_connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    # Everything but the key, as JSON: where the provider is asked, where else outputs lie.
    Column("settings", Text, nullable=False),
    # The key, bound to this row, its workspace, its provider and its settings; and which secret's key sealed it.
    Column("sealed", Text),
    Column("key_id", Text),
    # Grows with every change.
    Column("version", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    UniqueConstraint("workspace_id", "provider"),
    CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name="sealed"),
)
