"""What is known of each stored picture or film."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

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
    # A few hundred bytes of picture for lists, and the colour that covers most of it (#rrggbb).
    Column("preview", Text),
    Column("colour", Text),
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

shares = Table(
    "shares",
    metadata,
    # A random UUIDv4 of its own: the public address says nothing about the asset, and dies alone.
    Column("id", Text, primary_key=True),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    # At most one address for an asset at a time.
    Index(
        "uq_shares_live",
        "asset_id",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

upload_keys = Table(
    "upload_keys",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
