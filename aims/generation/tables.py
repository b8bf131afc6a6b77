"""Generations, their attempts at a provider, and their outputs."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from aims.core.db import metadata

COUNTED = ("generations", "outputs_completed", "outputs_failed", "credits_charged", "credits_refunded")
"""What a row of usage counts."""

generations = Table(
    "generations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Who drives it, since which take-over, and until when nobody else may.
    Column("driver", Text),
    Column("driver_epoch", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    # How many servers died while they stored what was made for it.
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("cancel_requested_at", BigInteger),
    # Percent, as the provider tells it, where it does.
    Column("progress", Integer),
    Column("model", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    # Where it may be made, as JSON pairs of provider and model, the first to be preferred; none: only at `provider`,
    # which is where it is made now.
    Column("routes", Text),
    # The checked request and the quote, frozen as JSON: a later catalogue changes neither.
    Column("request", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("style_applied", Text),
    Column("ignored_parameters", Text, nullable=False),
    Column("sandbox", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("key_id", Text),
    Column("actor", Text, nullable=False),
    Column("credits_charged", BigInteger, nullable=False, server_default="0"),
    Column("credits_refunded", BigInteger, nullable=False, server_default="0"),
    Column("error_code", Text),
    Column("error", Text),
    # Grows with every change that a watcher can see; the id of its events.
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    CheckConstraint("kind IN ('image', 'video')", name="kind"),
    CheckConstraint(
        "state IN ('accepted', 'submitting', 'running', 'storing', 'completed', 'failed', 'cancelled')",
        name="state",
    ),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state IN ('completed', 'failed', 'cancelled'))", name="finished"
    ),
    # Lists, newest first. What else they filter by lies in the index: what does not fit costs no look at its row.
    Index("ix_generations_newest", "workspace_id", "created_at", "id", "kind", "model", "key_id"),
    # The state of what is unfinished changes too often for an index; of what is finished, it never changes again.
    Index(
        "ix_generations_unfinished",
        "workspace_id",
        "created_at",
        "id",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    Index(
        "ix_generations_finished",
        "workspace_id",
        "state",
        "created_at",
        "id",
        "kind",
        "model",
        "key_id",
        sqlite_where=text("finished_at IS NOT NULL"),
        postgresql_where=text("finished_at IS NOT NULL"),
    ),
    # How long a model takes is measured on what it made last.
    Index(
        "ix_generations_measured",
        "model",
        "provider",
        "finished_at",
        sqlite_where=text("state = 'completed'"),
        postgresql_where=text("state = 'completed'"),
    ),
    # Only what is unfinished has a lease; what is finished leaves the index.
    Index(
        "ix_generations_lease_until",
        "lease_until",
        sqlite_where=text("lease_until <> 0"),
        postgresql_where=text("lease_until <> 0"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("generation_id", Text, ForeignKey("generations.id"), nullable=False),
    # Its generation's, so that what a workspace has at a provider can be counted by an index alone.
    Column("workspace_id", Text),
    # Which of the planned calls this is, and which outputs it makes.
    Column("number", Integer, nullable=False),
    Column("first_index", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    # Submits that were begun, and why one was begun again.
    Column("tries", Integer, nullable=False),
    Column("retry_reason", Text),
    Column("provider_ref", Text),
    Column("provider_data", Text),
    Column("error_code", Text),
    Column("error", Text),
    # What the provider reports: units it bills, as the decimal number it says, and how long it worked.
    Column("billed_units", Text),
    Column("run_ms", BigInteger),
    Column("cost_usd_micros", BigInteger),
    Column("cost_outcome", Text),
    # Why a cost is ours although nothing was delivered for it.
    Column("cost_reason", Text),
    # Since when nothing of it is with a provider, which did not take it: it is sent once more.
    Column("waits_since", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("submitted_at", BigInteger),
    Column("finished_at", BigInteger),
    UniqueConstraint("generation_id", "number"),
    UniqueConstraint("provider", "provider_ref"),
    Index(
        "ix_attempts_open",
        "workspace_id",
        "provider",
        # Only so that they are counted without reading the rows: SQLite looks again whether they are open.
        "state",
        "waits_since",
        sqlite_where=text("state IN ('running', 'submitting') AND waits_since IS NULL"),
        postgresql_where=text("state IN ('running', 'submitting') AND waits_since IS NULL"),
    ),
    CheckConstraint(
        "state IN ('submitting', 'running', 'done', 'failed', 'cancelled', 'unknown')", name="state"
    ),
    CheckConstraint("cost_outcome IS NULL OR cost_outcome IN ('posted', 'absorbed')", name="cost_outcome"),
    sqlite_with_rowid=False,
)

outputs = Table(
    "outputs",
    metadata,
    # Also the id of the asset that it becomes.
    Column("id", Text, primary_key=True),
    Column("generation_id", Text, ForeignKey("generations.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    # The unguessable part of its file's name, chosen before the file exists: a repeat writes the same file.
    Column("token", Text, nullable=False),
    # What was stored, as JSON, until the generation is finished and the asset row has it.
    Column("stored", Text),
    Column("error", Text),
    Column("credits_refunded", BigInteger, nullable=False, server_default="0"),
    # When what was made was deleted for good; the output stays, since it was charged for.
    Column("deleted_at", BigInteger),
    UniqueConstraint("generation_id", "position"),
    CheckConstraint("state IN ('waiting', 'stored', 'completed', 'failed')", name="state"),
    sqlite_with_rowid=False,
)

inbox = Table(
    "inbox",
    metadata,
    Column("provider", Text, primary_key=True),
    # The provider's id for the request, and its own word for how that ended: each is taken once.
    Column("request_id", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    # Whether that is something to collect.
    Column("made", Integer, nullable=False),
    Column("attempt_id", Text, ForeignKey("attempts.id"), nullable=False),
    # The provider's id for the account that the request was made with, and which of our keys it is learned for.
    Column("account", Text, nullable=False),
    Column("connection_mark", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Index("ix_inbox_attempt_id", "attempt_id"),
    Index("ix_inbox_connection_mark", "provider", "connection_mark", "received_at"),
    Index("ix_inbox_received_at", "received_at"),
    sqlite_with_rowid=False,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("generation_id", Text, ForeignKey("generations.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

usage = Table(
    "usage",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    # Whole days since 1970-01-01 UTC: of the end of a generation, or of a refund.
    Column("day", BigInteger, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("sandbox", Integer, primary_key=True),
    Column("key_id", Text),
    *(Column(name, BigInteger, nullable=False) for name in COUNTED),
    sqlite_with_rowid=False,
)
