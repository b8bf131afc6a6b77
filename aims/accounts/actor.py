"""The actor: which workspace a request acts in, and what it may do there."""

from dataclasses import dataclass

from aims.core.errors import Forbidden

SCOPES = ("image:generate", "video:generate", "media:read", "media:write")
"""What a new key may do unless it is told otherwise."""

ANY = frozenset({*SCOPES, "usage:read", "webhooks:write"})
"""Every scope there is."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, proven by a key or by the operator's own machine."""

    workspace_id: str
    name: str
    """For the books: `key:<id>`, `user:<id>` or `operator`."""
    scopes: frozenset[str]
    key_id: str | None = None
    rate_limit: int = 60
    """Paid requests a minute that the key may make."""

    def require(self, scope: str) -> None:
        """Refuse an actor without this scope.

        Raises Forbidden, naming the scope.
        """
        if scope not in self.scopes:
            raise Forbidden(
                f"This key does not have the scope `{scope}`. Create a key with it, or use another key.",
                code="missing_scope",
            )
