"""Credits: a double-entry ledger of whole credits that only grows, and balances that must equal it.

Work sets credits aside (`hold`), then pays for what was delivered and gets the rest back (`settle`). Every entry has a
reference that is unique, so doing a thing twice is doing it once. `verify` recomputes every balance from the entries.
"""

from aims.credits.grants import expire, grant, purchase
from aims.credits.holds import Balance, Hold, Price, balance, find_hold, hold, lock, open_account, settle
from aims.credits.refunds import refund, reset_sandbox
from aims.credits.statements import Entry, place, statement
from aims.credits.verify import Breach, verify

__all__ = [
    "Balance",
    "Breach",
    "Entry",
    "Hold",
    "Price",
    "balance",
    "expire",
    "find_hold",
    "grant",
    "hold",
    "lock",
    "open_account",
    "place",
    "purchase",
    "refund",
    "reset_sandbox",
    "settle",
    "statement",
    "verify",
]
