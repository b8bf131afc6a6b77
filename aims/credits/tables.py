"""The ledger: entries that only grow, holds that are resolved once, balances that must equal the entries.

An entry moves an amount from one account to another, so the books balance by construction, and the schema refuses an
entry that is not such a move. The accounts of a workspace:

    grants, purchases   where credits come from (they grow as credits are given)
    available           can be spent
    held                set aside for work that has not finished
    revenue             charged for what was delivered
    expired             taken back unspent

    available + held + revenue + expired = grants + purchases, always.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Integer, Table, Text

from aims.core.db import metadata

ACCOUNTS = ("available", "held", "revenue", "expired", "grants", "purchases")
SOURCES = ("grants", "purchases")
VERBS = ("grant", "purchase", "hold", "capture", "release", "refund", "expire")
_NAMES = ", ".join(f"'{name}'" for name in ACCOUNTS)
_VERBS = ", ".join(f"'{verb}'" for verb in VERBS)

balances = Table(
    "balances",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in ACCOUNTS),
    CheckConstraint("available >= 0", name="available"),
    CheckConstraint("held >= 0", name="held"),
    CheckConstraint("revenue >= 0 AND expired >= 0 AND grants >= 0 AND purchases >= 0", name="others"),
    CheckConstraint("available + held + revenue + expired = grants + purchases", name="conserved"),
)

holds = Table(
    "holds",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("workspace_id", Text, ForeignKey("balances.workspace_id"), nullable=False),
    Column("key_id", Text),
    Column("amount", BigInteger, nullable=False),
    Column("unit_credits", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("price_version", Text, nullable=False),
    Column("sandbox", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("captured", BigInteger, nullable=False, server_default="0"),
    Column("released", BigInteger, nullable=False, server_default="0"),
    Column("refunded", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
    CheckConstraint("amount >= 0 AND unit_credits >= 0 AND quantity >= 1", name="amount"),
    CheckConstraint(
        "captured >= 0 AND released >= 0 AND refunded >= 0 AND refunded <= captured", name="parts"
    ),
    # At most one resolution, whatever the code does: a second one could not add up.
    CheckConstraint(
        "(state = 'open' AND captured = 0 AND released = 0 AND resolved_at IS NULL)"
        " OR (state = 'resolved' AND captured + released = amount AND resolved_at IS NOT NULL)",
        name="resolution",
    ),
    sqlite_with_rowid=False,
)

entries = Table(
    "entries",
    metadata,
    # The sequence number. Without a gap-free promise: a rolled back transaction may use one up.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("workspace_id", Text, ForeignKey("balances.workspace_id"), nullable=False),
    Column("verb", Text, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("hold_reference", Text),
    Column("cause", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("sandbox", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit <> credit", name="moves"),
    CheckConstraint(f"debit IN ({_NAMES}) AND credit IN ({_NAMES})", name="accounts"),
    CheckConstraint(f"verb IN ({_VERBS})", name="verb"),
    Index(None, "workspace_id", "seq"),
)
