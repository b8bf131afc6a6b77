"""What is known of each stored picture or film."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from aims.core.db import metadata

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("storage_key", Text, nullable=False, unique=True),
    Column("content_type", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_ms", BigInteger),
    Column("source", Text, nullable=False),
    # Names of other areas' rows, kept as text: media has never heard of generations.
    Column("generation_id", Text),
    Column("prompt", Text),
    Column("model", Text),
    Column("sandbox", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("trashed_at", BigInteger),
    CheckConstraint("kind IN ('image', 'video')", name="kind"),
    CheckConstraint("source IN ('generation', 'upload')", name="source"),
    Index(None, "workspace_id", "id"),
)
