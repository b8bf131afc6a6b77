"""Errors in the shape and with the statuses that OpenAI's clients turn into their exceptions."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from aims.core.errors import Broken, Invalid, StudioError
from aims.core.log import logger
from aims.web.errors import SENTENCES, STATUS, headers_of

PREFIX = "/v1/"
USUAL_TYPE = "invalid_request_error"
TYPES = {
    "not_enough_credits": "insufficient_quota",
    "rate_limited": "rate_limit_exceeded",
    "broken": "server_error",
    "unreachable": "server_error",
    "unavailable": "server_error",
}
CODES = {
    "unknown_model": "model_not_found",
    "model_retired": "model_not_found",
    "insufficient_credits": "insufficient_quota",
    "rate_limited": "rate_limit_exceeded",
}
FINAL = frozenset(
    {"model_paused", "provider_not_connected", "provider_no_access", "video_not_ready", "not_enough_credits"}
)
"""Codes and kinds that another try will not mend, although their status says that it might."""

_REFUSED = frozenset({"content_refused"})
_WRONG = frozenset({"provider_rejected_input"})


class NotMade(StudioError):
    """A generation that delivered nothing. It was accepted, ended, and everything was given back."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence, code=code)
        self.status = 400 if code in _REFUSED | _WRONG else 409 if code == "cancelled" else 502
        self.type = "server_error" if self.status == 502 else USUAL_TYPE
        if code in _REFUSED:
            self.type, self.code = "image_generation_user_error", "moderation_blocked"


def body_of(message: str, type_: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    """The error object, inside its envelope."""
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def told(error: StudioError) -> dict[str, Any]:
    """The envelope for one of our errors: every sentence, and the first field."""
    code = CODES.get(error.code, error.code)
    type_ = error.type if isinstance(error, NotMade) else TYPES.get(error.kind, USUAL_TYPE)
    sentences = list(dict.fromkeys(each.message for each in error.details)) or [error.sentence]
    return body_of(" ".join(sentences), type_, code, error.details[0].field if error.details else None)


def status_of(error: StudioError) -> int:
    """The status that raises the exception which OpenAI's clients have for it."""
    if isinstance(error, NotMade):
        return error.status
    return 404 if CODES.get(error.code) == "model_not_found" else STATUS[error.kind]


def answer(error: StudioError) -> Response[bytes]:
    """An error as a response. `x-should-retry: false` keeps a client from asking for the same again."""
    final = isinstance(error, NotMade) or not FINAL.isdisjoint({error.code, error.kind})
    headers = headers_of(error) | ({"x-should-retry": "false"} if final else {})
    body = msgspec.json.encode(told(error))
    return Response(body, status_code=status_of(error), headers=headers, media_type="application/json")


def _on_studio_error(_: Request[Any, Any, Any], error: StudioError) -> Response[bytes]:
    if error.kind == "broken" and not isinstance(error, NotMade):
        logger.error("broken", exc_info=error)
    return answer(error)


def _on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    code, sentence = SENTENCES.get(status, ("invalid_request", "The request cannot be understood."))
    if status >= 500:
        code, sentence = "internal_error", "The studio made a mistake. Nothing was charged."
    type_ = "server_error" if status >= 500 else USUAL_TYPE
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    body = msgspec.json.encode(body_of(sentence, type_, code))
    return Response(body, status_code=status, headers=headers, media_type="application/json")


def _on_fault(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    logger.error("fault", exc_info=error)
    return answer(Broken("The studio made a mistake. Nothing was accepted and nothing charged; try again."))


_OURS: dict[Any, Callable[[Any, Any], Response[bytes]]] = {
    StudioError: _on_studio_error,
    HTTPException: _on_http_error,
    Exception: _on_fault,
}


def beside(handlers: dict[Any, Any]) -> dict[Any, Any]:
    """The application's handlers, with ours for every address under `/v1`, unknown ones too."""

    def chosen(kind: Any) -> Callable[[Request[Any, Any, Any], Any], Response[bytes]]:
        def handle(request: Request[Any, Any, Any], error: Any) -> Response[bytes]:
            under = request.scope["path"].startswith(PREFIX)
            return (_OURS if under else handlers)[kind](request, error)

        return handle

    return {kind: chosen(kind) for kind in handlers}


def renamed(error: Invalid, names: dict[str, str]) -> Invalid:
    """The same error about the fields by the names that the caller knows."""
    details = []
    for each in error.details:
        name = names.get(each.field, each.field)
        message = each.message.replace(f"`{each.field}`", f"`{name}`")
        details.append(type(each)(name, message))
    first = details[0].message if details else error.sentence
    return Invalid(first, code=error.code, details=tuple(details))
