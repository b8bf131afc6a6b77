"""The words of the web UI's API (modules/api/api.py at 2fec9471): what it is sent, what it answers, what went wrong."""

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from aims.core.fetch import Fetched
from aims.providers.automatic1111.sizes import drawn_size, size_of
from aims.providers.contract import (
    Ambiguous,
    BadAnswer,
    BadInput,
    Busy,
    Done,
    Down,
    Failed,
    Made,
    NoAccess,
    Order,
    Outcome,
    ProviderError,
    Withheld,
)
from aims.providers.wording import clean, retry_after

UNREACHABLE = "The Stable Diffusion server could not be reached."
STRANGER = "The Stable Diffusion server has no API there. Its operator has to start it with --api."
SHUT = "The Stable Diffusion server does not take this studio's user and password. Its operator has to correct them."
GARBLED = "The Stable Diffusion server's answer could not be understood."
NO_MEMORY = "The GPU has not enough memory for this. A smaller picture, or fewer at once, may fit."
NO_PICTURE = "The Stable Diffusion server gave something that is no picture."
_MEMORY = ("out of memory", "outofmemory", "not enough memory")

Answer = TypeVar("Answer")


class Pictures(msgspec.Struct):
    """What was drawn: base64. info: JSON as text."""

    images: list[Any]
    info: Any = None


class Standing(msgspec.Struct):
    """How far the server is with whatever it draws."""

    progress: float
    current_task: Any = None


class Fault(msgspec.Struct):
    """An error. detail: a sentence, or a list of what is wrong with which field."""

    error: Any = None
    detail: Any = None
    errors: Any = None


def read(got: Fetched, kind: type[Answer]) -> Answer | None:
    """The answer's body as that kind; None when it is nothing like it."""
    try:
        return msgspec.json.decode(got.body, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None


def body(order: Order) -> dict[str, Any]:
    """The request: a name with a dot in it is a field of an object."""
    said: dict[str, Any] = {"send_images": True, "save_images": False, "force_task_id": order.nonce}
    for name, value in order.input.items():
        outer, _, inner = name.partition(".")
        if inner:
            said.setdefault(outer, {})[inner] = value
        else:
            said[name] = value
    if order.seed is not None:
        said["seed"] = order.seed + order.first
    for name, at in order.input_sources.items():
        positions = at if isinstance(at, list) else [at]
        said[name] = [base64.b64encode(order.references[each].data).decode() for each in positions]
    if order.references and "width" not in said and (size := size_of(order.references[0].data)):
        said["width"], said["height"] = drawn_size(size)
    return said


def outcomes(got: Fetched, count: int) -> Done:
    """What was drawn.

    Raises BadAnswer for an answer that is none.
    """
    answer = read(got, Pictures)
    if answer is None:
        raise BadAnswer(GARBLED)
    # A batch may have a sheet of all of them before the first.
    first = _first(answer.info)
    return Done(tuple(_outcome(each) for each in answer.images[first : first + count]), cost_usd_micros=0)


def of_drawing(got: Fetched) -> ProviderError | Failed:
    """An error answer to a request for pictures."""
    fault = read(got, Fault)
    if fault is None or got.status in (401, 403, 413, 429, 502, 503, 504):
        return of_ask(got)
    if any(word in f"{fault.error} {fault.errors}".lower() for word in _MEMORY):
        return Failed("provider_error", NO_MEMORY)
    said = "; ".join(_texts(fault.detail)[:3])
    if got.status == 404 and said in ("", "Not Found"):
        return Down(STRANGER)
    if got.status in (400, 404, 422):
        return BadInput(
            f"The Stable Diffusion server does not accept this request: {said or 'it does not say why'}."
        )
    reason = clean(fault.errors) or said
    return Failed(
        "provider_error",
        f"The Stable Diffusion server could not draw it: {reason}."
        if reason
        else "The Stable Diffusion server could not draw it.",
    )


def of_ask(got: Fetched) -> ProviderError:
    """An error answer to a question, or one that is not the server's own."""
    if got.status in (401, 403):
        return NoAccess(SHUT)
    if got.status == 429:
        return Busy(
            "The Stable Diffusion server is busy.", retry_after=retry_after(got.headers.get("retry-after"))
        )
    if got.status == 413:
        return BadInput("The picture to work from is larger than the Stable Diffusion server takes.")
    if got.status in (404, 405):
        return Down(STRANGER)
    if 200 <= got.status < 300:
        return BadAnswer(GARBLED)
    return Ambiguous(f"The Stable Diffusion server answered {got.status}.")


def _first(info: object) -> int:
    try:
        found = msgspec.json.decode(info, type=dict[str, Any]) if isinstance(info, str) else {}
    except (msgspec.MsgspecError, RecursionError):
        return 0
    at = found.get("index_of_first_image", 0)
    return at if type(at) is int and at >= 0 else 0


def _outcome(image: object) -> Outcome:
    text = image if isinstance(image, str) else ""
    try:
        data = base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return Made(data=data) if data else Withheld(NO_PICTURE)


def _texts(detail: object) -> list[str]:
    """What an error says, field by field if it does."""
    if isinstance(detail, str):
        return [text] if (text := clean(detail)) else []
    found = []
    for each in detail if isinstance(detail, list) else ():
        if isinstance(each, dict) and (text := clean(each.get("msg"))):
            place = each.get("loc")
            field = clean(place[-1]) if isinstance(place, list) and place else ""
            found.append(f"`{field}`: {text}" if field else text)
    return found
