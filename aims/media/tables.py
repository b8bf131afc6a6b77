"""What is known of each stored picture or film."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from aims.core.db import metadata


def _where(condition: str) -> dict[str, Any]:
    """Index only those rows, in both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    # Grows with each asset that is kept: its row in the index of words has this number.
    Column("seq", BigInteger, nullable=False, unique=True),
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
    # Each list has an index of its own, so that neither wades through the other.
    Index("ix_assets_library", "workspace_id", "created_at", "seq", **_where("trashed_at IS NULL")),
    Index("ix_assets_trash", "workspace_id", "created_at", "seq", **_where("trashed_at IS NOT NULL")),
    Index("ix_assets_trashed_at", "trashed_at", **_where("trashed_at IS NOT NULL")),
)

# The index of words, `asset_words`, is in the migration only: each database has its own kind (see `search`).

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
    Index("uq_shares_live", "asset_id", unique=True, **_where("revoked_at IS NULL")),
    Index(None, "asset_id"),
)

upload_keys = Table(
    "upload_keys",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("asset_id", Text, ForeignKey("assets.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "asset_id"),
)

discarded = Table(
    "discarded",
    metadata,
    # A file whose row is gone for good, until it is off the disk as well.
    Column("storage_key", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)
