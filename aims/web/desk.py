"""What handlers work with, and who is asking."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from litestar import Request

from aims.accounts import Actor
from aims.core.errors import Invalid, Unauthenticated
from aims.generation import Studio
from aims.keys import ReadLimits
from aims.web.arriving import Arriving
from aims.web.commands import Describe
from aims.web.streams import Streams


@dataclass(frozen=True, slots=True)
class Desk:
    """The studio, as the web serves it. `stopping` is set when the process was asked to end.

    commands: tells the command line, for the pages about it; None where nobody has one to tell.
    """

    studio: Studio
    commands: Describe | None = None
    reads: ReadLimits = field(default_factory=ReadLimits)
    streams: Streams = field(default_factory=Streams)
    arriving: Arriving = field(default_factory=Arriving)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


AnyRequest = Request[Any, Any, Any]


def desk(request: AnyRequest) -> Desk:
    """The desk of the application that got this request."""
    return request.app.state["desk"]


def header(request: AnyRequest, name: bytes) -> str | None:
    """The first value of a header, by its name in lower case. Asking the raw list spares building a mapping of all."""
    for key, value in request.scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


async def who(request: AnyRequest) -> Actor:
    """The actor behind the request's key.

    Raises Unauthenticated, or Invalid when two headers carry different keys.
    """
    return await desk(request).studio.ring.recognise(desk(request).studio.db, key_of(request))


async def reader(request: AnyRequest) -> Actor:
    """The actor behind the request's key, for a request that only reads: counted in the key's bucket of reads.

    Raises Unauthenticated, Invalid, RateLimited.
    """
    actor = await who(request)
    desk(request).reads.admit(actor.key_id or actor.name, actor.rate_limit)
    return actor


def key_of(request: AnyRequest) -> str:
    """The text of the key, from whichever header has it."""
    authorization = header(request, b"authorization")
    named = header(request, b"x-api-key")
    bearer = None
    if authorization is not None:
        scheme, _, rest = authorization.partition(" ")
        bearer = rest.strip() if scheme.lower() == "bearer" else ""
    if bearer is not None and named is not None and bearer != named.strip():
        raise Invalid(
            "`Authorization` and `X-API-Key` carry different keys. Send one of them.", code="two_api_keys"
        )
    key = bearer if bearer is not None else named.strip() if named is not None else None
    if not key:
        raise Unauthenticated(
            "This needs an API key: send `Authorization: Bearer aims_...` or `X-API-Key: aims_...`.",
            code="missing_api_key",
        )
    return key
