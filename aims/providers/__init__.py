"""The services that make the pictures and films, one file or folder each, and the only place that knows it.

An adapter says what happened; the driver of a generation decides what to do. The folder is the registry: a provider
that is added is found by being there.
"""

from aims.providers.contract import (
    Adapter,
    Ambiguous,
    BadAnswer,
    BadInput,
    Busy,
    Checked,
    Checks,
    Done,
    Down,
    Failed,
    Listens,
    Made,
    NoAccess,
    NotConfigured,
    Notice,
    Order,
    Outcome,
    ProviderError,
    Refused,
    Report,
    Role,
    Running,
    Source,
    Tells,
    Withheld,
)
from aims.providers.registry import Providers

__all__ = [
    "Adapter",
    "Ambiguous",
    "BadAnswer",
    "BadInput",
    "Busy",
    "Checked",
    "Checks",
    "Done",
    "Down",
    "Failed",
    "Listens",
    "Made",
    "NoAccess",
    "NotConfigured",
    "Notice",
    "Order",
    "Outcome",
    "ProviderError",
    "Providers",
    "Refused",
    "Report",
    "Role",
    "Running",
    "Source",
    "Tells",
    "Withheld",
]
