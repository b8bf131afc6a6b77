"""Endpoints, the events that happened, a delivery of each event to each endpoint, and every attempt at it."""

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

endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text),
    # The types of event that it is told of, with a space between them.
    Column("events", Text, nullable=False),
    # The secret is derived from this and the instance's master secret; the database alone does not have it.
    Column("salt", Text, nullable=False),
    Column("previous_salt", Text),
    # Until when the secret before the last rotation signs too.
    Column("previous_until", BigInteger, nullable=False, server_default="0"),
    # The first failure since anything arrived; until when a receiver that asked for it is left in peace.
    Column("failing_since", BigInteger),
    Column("rest_until", BigInteger, nullable=False, server_default="0"),
    Column("disabled_at", BigInteger),
    Column("disabled_reason", Text),
    Column("created_at", BigInteger, nullable=False),
    # Deleted at once for everybody who asks; its deliveries go in chunks afterwards, and then the row.
    Column("deleted_at", BigInteger),
    Index(None, "workspace_id", "id"),
)

events = Table(
    "webhook_events",
    metadata,
    # `msg_...`: the webhook-id of every attempt, retry and replay.
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False),
    Column("type", Text, nullable=False),
    # The very text that is signed and sent.
    Column("payload", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "created_at"),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("webhook_events.id"), nullable=False),
    Column("endpoint_id", Text, ForeignKey("webhook_endpoints.id"), nullable=False),
    Column("state", Text, nullable=False),
    # When it is to be sent next; 0 once it is over. While somebody sends it: until when nobody else may.
    Column("due_at", BigInteger, nullable=False),
    Column("sender", Text),
    # Grows with every claim: who lost a delivery to another sender can write nothing more about it.
    Column("claims", BigInteger, nullable=False, server_default="0"),
    # How far it is in the schedule, which a replay begins anew, and how many attempts there were in all.
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    UniqueConstraint("event_id", "endpoint_id"),
    CheckConstraint("state IN ('waiting', 'delivered', 'exhausted')", name="state"),
    CheckConstraint("(state = 'waiting') = (due_at <> 0)", name="due"),
    CheckConstraint("(state = 'waiting') = (finished_at IS NULL)", name="finished"),
    Index(None, "endpoint_id", "id"),
    Index(None, "created_at"),
    # Only what waits has a time; what is over leaves the index.
    Index(
        "ix_webhook_deliveries_due",
        "endpoint_id",
        "due_at",
        sqlite_where=text("due_at <> 0"),
        postgresql_where=text("due_at <> 0"),
    ),
    Index(
        "ix_webhook_deliveries_sender",
        "sender",
        sqlite_where=text("sender IS NOT NULL"),
        postgresql_where=text("sender IS NOT NULL"),
    ),
)

attempts = Table(
    "webhook_attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("webhook_deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    # What the receiver answered, or why there is no answer.
    Column("status", Integer),
    Column("response", Text),
    Column("error", Text),
    CheckConstraint("(status IS NULL) <> (error IS NULL)", name="outcome"),
    sqlite_with_rowid=False,
)
