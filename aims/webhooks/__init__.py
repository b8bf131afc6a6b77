"""Webhooks: events sent to the addresses of a workspace, signed, tried again, logged, and sent again on request.

An event is written in the transaction that makes it true. Sending is at least once, and always with the same id. The
area does not know what the events are about.
"""

from aims.webhooks.deliveries import AttemptView, DeliveryView, page, replay, show
from aims.webhooks.endpoints import EndpointView, change, create, delete, disabled, find, list_all, rotate
from aims.webhooks.events import DUE, TEST, emit, ping
from aims.webhooks.places import ABREAST
from aims.webhooks.sender import Sender, Terms
from aims.webhooks.signing import Signer

__all__ = [
    "ABREAST",
    "DUE",
    "TEST",
    "AttemptView",
    "DeliveryView",
    "EndpointView",
    "Sender",
    "Signer",
    "Terms",
    "change",
    "create",
    "delete",
    "disabled",
    "emit",
    "find",
    "list_all",
    "page",
    "ping",
    "replay",
    "rotate",
    "show",
]
