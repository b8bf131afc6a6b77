"""What an operator has changed about the catalogue, for the instance or for one workspace."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Table, Text

from aims.core.db import metadata

EVERYWHERE = ""
"""The workspace of a change that holds for the whole instance."""

catalog_changes = Table(
    "catalog_changes",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("credits", BigInteger),
    Column("status", Text),
    Column("substitute", Text),
    Column("hidden", Integer),
    Column("changed_at", BigInteger, nullable=False),
    CheckConstraint("credits IS NULL OR (credits >= 0 AND credits <= 1000000)", name="credits"),
    CheckConstraint("status IS NULL OR status IN ('active', 'paused', 'retired')", name="status"),
)

catalog_models = Table(
    "catalog_models",
    metadata,
    Column("model", Text, primary_key=True),
    # The text of its file, as it was added, and of the graph beside it, for a model that is one.
    Column("source", Text, nullable=False),
    Column("graph", Text),
    Column("changed_at", BigInteger, nullable=False),
)

catalog_defaults = Table(
    "catalog_defaults",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("model", Text, nullable=False),
    CheckConstraint("kind IN ('image', 'video')", name="kind"),
)
