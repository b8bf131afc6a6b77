"""The one door to the outside: every HTTP request that the studio makes goes through here.

`Fetcher.public` is for addresses that strangers write (reference pictures, webhooks): public addresses only, whatever
name, spelling or redirect leads there. `Fetcher.origins` is for a provider that the operator has connected: the origins
that the connection declares, private ones included, and nothing else. No setting and no variable of the environment
opens it further; tests give it a `Network` of their own.
"""

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch.addresses import parse, parse_public
from aims.core.fetch.fetcher import Fetched, Fetcher
from aims.core.fetch.network import Network
from aims.core.fetch.origins import Origins

__all__ = ["Blocked", "Fetched", "Fetcher", "Network", "Origins", "Unreachable", "parse", "parse_public"]
