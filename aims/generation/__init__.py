"""The life of a generation: accepted and paid for in one transaction, driven to its end, settled once.

This is the only place where the areas meet: it joins the catalogue, credits, keys, media and providers.
"""

from aims.generation.announce import EVENTS
from aims.generation.cancel import cancel
from aims.generation.defaults import checked, default_model
from aims.generation.erase import empty_trash, erase
from aims.generation.hearing import letterbox
from aims.generation.history import Finding, GenerationView, is_finished, not_taken, read, unfinished
from aims.generation.idempotency import Idempotency
from aims.generation.leases import Claim
from aims.generation.previews import style_preview
from aims.generation.references import referenced
from aims.generation.refunds import refund, reset_sandbox
from aims.generation.routing import is_available
from aims.generation.studio import Studio
from aims.generation.submit import Accepted, submit
from aims.generation.supervisor import Supervisor
from aims.generation.verify import verify, verify_at_rest
from aims.generation.watch import Watch

__all__ = [
    "EVENTS",
    "Accepted",
    "Claim",
    "Finding",
    "GenerationView",
    "Idempotency",
    "Studio",
    "Supervisor",
    "Watch",
    "cancel",
    "checked",
    "default_model",
    "empty_trash",
    "erase",
    "is_available",
    "is_finished",
    "letterbox",
    "not_taken",
    "read",
    "referenced",
    "refund",
    "reset_sandbox",
    "style_preview",
    "submit",
    "unfinished",
    "verify",
    "verify_at_rest",
]
