"""Webhook endpoints of customers, and the events that wait for them.

Revision ID: 0002
"""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
