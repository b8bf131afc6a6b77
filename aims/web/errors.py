"""Errors as HTTP says them: each kind has one status, and every answer has one shape."""

import math
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from aims.core.errors import Broken, RateLimited, StudioError, Unavailable
from aims.core.log import logger, request_id

STATUS = {
    "invalid": 400,
    "unauthenticated": 401,
    "not_enough_credits": 402,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "unsupported": 415,
    "mismatch": 422,
    "rate_limited": 429,
    "broken": 500,
    "unreachable": 502,
    "unavailable": 503,
}
SENTENCES = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "The body is larger than is accepted here."),
    415: ("unsupported_media_type", "This kind of body is not accepted here."),
}


class Detail(msgspec.Struct, frozen=True):
    """One field that is wrong."""

    field: str
    message: str


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What every error answer looks like."""

    error: str
    code: str
    request_id: str
    details: list[Detail] | msgspec.UnsetType = msgspec.UNSET


def body_of(error: StudioError) -> bytes:
    """The JSON body of an error."""
    details: list[Detail] | msgspec.UnsetType = msgspec.UNSET
    if error.details:
        details = [Detail(each.field, each.message) for each in error.details]
    return msgspec.json.encode(ErrorBody(error.sentence, error.code, request_id.get() or "", details))


def limit_fields(policy: str, limit: int, remaining: int, reset: int) -> dict[str, str]:
    """A limit's state, in the fields of draft-ietf-httpapi-ratelimit-headers-11.

    limit: requests a minute; remaining: how many of them at once; reset: seconds until one more.
    """
    return {
        "RateLimit-Policy": f'"{policy}";q={limit};w=60',
        "RateLimit": f'"{policy}";r={remaining};t={reset}',
    }


def headers_of(error: StudioError) -> dict[str, str]:
    """The headers that belong to an error: when to come back, and how to say who one is."""
    if isinstance(error, RateLimited | Unavailable):
        seconds = max(1, math.ceil(error.retry_after))
        headers = {"Retry-After": str(seconds)}
        if isinstance(error, RateLimited) and error.limit is not None:
            headers |= limit_fields(error.policy, error.limit, 0, seconds)
        return headers
    if error.kind == "unauthenticated":
        return {"WWW-Authenticate": 'Bearer realm="AI Media Studio"'}
    return {}


def answer(error: StudioError) -> Response[bytes]:
    """An error as a response."""
    return Response(
        body_of(error),
        status_code=STATUS[error.kind],
        headers=headers_of(error),
        media_type="application/json",
    )


def on_studio_error(_: Request[Any, Any, Any], error: StudioError) -> Response[bytes]:
    """What our verbs raise."""
    if error.kind == "broken":
        logger.error("broken", exc_info=error)
    return answer(error)


def on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework raises before a handler runs."""
    status = error.status_code
    code, sentence = SENTENCES.get(status, ("invalid_request", "The request cannot be understood."))
    if status >= 500:
        code, sentence = "internal_error", "The studio made a mistake. Nothing was charged."
    body = msgspec.json.encode(ErrorBody(sentence, code, request_id.get() or ""))
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def on_fault(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What nobody foresaw: the person gets a sentence and the request id, the log gets the rest."""
    logger.error("fault", exc_info=error)
    return answer(Broken("The studio made a mistake. Nothing was accepted and nothing charged; try again."))


HANDLERS: dict[Any, Any] = {StudioError: on_studio_error, HTTPException: on_http_error, Exception: on_fault}
