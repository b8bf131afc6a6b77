"""The actor: which workspace a request acts in, and what it may do there."""

from collections.abc import Mapping
from dataclasses import dataclass

from aims.core.errors import Forbidden

SCOPES = ("image:generate", "video:generate", "media:read", "media:write")
"""What a new key may do unless it is told otherwise."""

ANY = frozenset({*SCOPES, "usage:read", "webhooks:write"})
"""Every scope there is."""

GENERATES = frozenset({"image:generate", "video:generate"})
"""The scopes that spend."""

ROLES: Mapping[str, frozenset[str]] = {
    "owner": ANY,
    "admin": ANY,
    "member": frozenset({*SCOPES, "usage:read"}),
    "viewer": frozenset({"media:read", "usage:read"}),
}
"""What somebody's keys may do in a workspace at most, by the role that they have there."""

SPENDING = tuple(role for role, scopes in ROLES.items() if scopes >= GENERATES)
"""The roles whose keys may spend."""


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
    role: str | None = None
    """That of the person whose key it is; `scopes` are within it. None for a key that is nobody's."""

    def require(self, scope: str) -> None:
        """Refuse an actor without this scope.

        Raises Forbidden, naming the scope.
        """
        if scope not in self.scopes:
            if self.role is not None and scope not in ROLES[self.role]:
                raise withheld(self.role, f"the scope `{scope}`")
            raise Forbidden(
                f"This key does not have the scope `{scope}`. Create a key with it, or use another key.",
                code="missing_scope",
            )


def withheld(role: str, what: str) -> Forbidden:
    """The sentence for a key that may not do what the role of its person leaves out."""
    return Forbidden(
        f"This key belongs to a {role} of the workspace, and a {role} does not have {what}. "
        "Ask for another role, or use another key.",
        code="missing_scope",
    )
