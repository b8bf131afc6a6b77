"""What lists of generations and their events ask for.

Revision ID: 0005
"""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
