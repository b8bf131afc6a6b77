"""What fal sends to an address of ours when a request is over: read, once it is certain that fal has sent it.

Source: fal.ai/docs, webhooks (read 22 November 2026). Signed are the request's id, the account's, the moment and the
SHA-256 of the body as it came, with a line feed between them.
"""

import hashlib
import re
from collections.abc import Mapping
from time import time
from typing import Any

import msgspec

from aims.core.errors import Invalid, Unauthenticated
from aims.providers.contract import Notice
from aims.providers.fal.keys import PublishedKeys

TOLERANCE_SECONDS = 300
_ID = re.compile(r"[!-~]{1,200}")
_MOMENT = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")


class _Message(msgspec.Struct):
    request_id: str
    status: str
    gateway_request_id: Any = None


async def read(headers: Mapping[str, str], body: bytes, keys: PublishedKeys, account: str) -> Notice:
    """The notice in a message. headers: by lower-case name. account: the user id that is ours; empty if not known.

    Raises Unauthenticated for what fal did not send us, Invalid for what it sent and nobody can read, and Unavailable
    when that cannot be found out now.
    """
    request_id = _said(headers, "request-id", _ID)
    user = _said(headers, "user-id", _ID)
    moment = _said(headers, "timestamp", _MOMENT)
    signature = _said(headers, "signature", _SIGNATURE)
    if abs(time() - int(moment)) > TOLERANCE_SECONDS:
        raise _forged("is too old, or from the future")
    if account and user != account:
        raise _forged("is about another account")
    signed = "\n".join((request_id, user, moment, hashlib.sha256(body).hexdigest())).encode()
    if not await keys.signed(bytes.fromhex(signature), signed):
        raise _forged("is not signed by the provider")
    try:
        message = msgspec.json.decode(body, type=_Message)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        message = None
    if message is None or message.status not in ("OK", "ERROR"):
        raise Invalid("This message has no request and no status in it.", code="invalid_webhook")
    # After a retry of fal's own these two differ; with those switched off they are one.
    if request_id not in (message.request_id, message.gateway_request_id):
        raise _forged("is about another request than its signature")
    made = message.status == "OK"
    return Notice(message.request_id, message.status, made, account=user, stated=bool(account))


def _said(headers: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    text = headers.get(f"x-fal-webhook-{name}", "")
    if not form.fullmatch(text):
        raise _forged(f"has no X-Fal-Webhook-{name.title()} of the right form")
    return text


def _forged(why: str) -> Unauthenticated:
    return Unauthenticated(f"This message {why}.", code="invalid_signature")
