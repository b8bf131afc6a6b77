"""The origins that an operator's connection declares: exactly these, and names below a domain where one is declared."""

from dataclasses import dataclass
from functools import lru_cache

from aims.core.errors import Blocked
from aims.core.fetch.addresses import Target, parse

_BELOW = "://*."


@dataclass(frozen=True, slots=True)
class Origins:
    """exact: reached wherever they lie, inside as well. below: (scheme, end of the name, port), reached only at public
    addresses: whoever gives out the names of a domain must not be able to point one of them inside.
    """

    exact: frozenset[tuple[str, str, int]]
    below: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, declared: tuple[str, ...]) -> "Origins":
        """Read declarations such as `http://10.0.0.7:8188` and `https://*.example.com`.

        Raises Blocked for one that is not an origin.
        """
        exact, below = set(), []
        for each in declared:
            target = parse(each.replace(_BELOW, "://", 1))
            if target.path != "/":
                raise Blocked
            if _BELOW not in each:
                exact.add(target.origin)
            elif target.is_literal or "." not in target.host:
                raise Blocked
            else:
                below.append((target.scheme, f".{target.host}", target.port))
        return cls(frozenset(exact), tuple(below))

    def has(self, target: Target) -> bool:
        """Whether a request may go there."""
        return target.origin in self.exact or any(
            target.scheme == scheme and target.port == port and target.host.endswith(end)
            for scheme, end, port in self.below
        )

    def may_be_inside(self, target: Target) -> bool:
        """Whether the operator named this very origin, so that its address may be a private one."""
        return target.origin in self.exact
