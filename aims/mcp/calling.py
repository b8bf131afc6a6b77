"""What a call of a tool does: look at its arguments, ask the API as its caller, and say what came of it.

A call may be dropped at any time. What it asked for then goes on, and is charged once.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aims.client import AIMSError, APIError, BadFile, Generation, NotFinished, Unreachable, documented
from aims.client.keeping import upload
from aims.client.looking import get_credits, given
from aims.client.making import edit_images, generate_images, generate_video
from aims.client.pictures import LARGEST
from aims.client.retries import ask
from aims.client.steps import Call, Flow, address
from aims.mcp import words
from aims.mcp.pictures import Picture, pictures_of
from aims.mcp.schemas import LONGEST_BASE64, takes
from aims.mcp.tools import Tool

T = TypeVar("T")
Body = dict[str, Any]
Tell = Callable[[Generation], object]

WAIT_SECONDS = 1800.0
"""No call waits for longer. The work goes on even then."""
_OWN = frozenset({"idempotency_key", "return_image"})
_VERBS: dict[str, Callable[..., Flow[Generation]]] = {
    "image": generate_images,
    "edit": edit_images,
    "video": generate_video,
}


class Carrier(Protocol):
    """Whoever carries the verbs of `aims.client` out, with the key of one caller."""

    async def run(self, flow: Flow[T]) -> T:
        """Carry a verb out, and give what it gives. Raises AIMSError."""
        ...


class BadArguments(AIMSError):
    """The arguments of a call are wrong, so that nothing was asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. failed: it is to be marked as an error, though there may be a result in the body."""

    body: Body
    failed: bool = False
    pictures: tuple[Picture, ...] = ()


async def call(carrier: Carrier, tool: Tool, arguments: Mapping[str, Any], tell: Tell) -> Outcome:
    """Call a tool. tell: is told of a generation as it is accepted and at each change; it may give an awaitable."""
    told: list[Generation] = []

    def hear(generation: Generation) -> object:
        told[:] = [generation]
        return tell(generation)

    try:
        checked = check(tool, arguments)
        if tool.takes in _VERBS:
            return await _make(carrier, tool, checked, hear)
        if tool.takes == "generation":
            return await _look(carrier, checked)
        if tool.takes == "upload":
            return await _upload(carrier, checked)
        return Outcome(await carrier.run(_listed(tool, checked)))
    except AIMSError as error:
        return Outcome(failure(error, told[0] if told else None), failed=True)


def check(tool: Tool, arguments: Mapping[str, Any]) -> Body:
    """The arguments that were given, once it is certain that they are the tool's. What they hold, the API checks.

    Raises BadArguments.
    """
    schema = takes(tool)
    found = {name: value for name, value in arguments.items() if value is not None}
    for name in found:
        if name not in schema["properties"]:
            known = ", ".join(f"`{each}`" for each in schema["properties"]) or "none"
            more = (
                " What else a model takes goes into `settings`." if "settings" in schema["properties"] else ""
            )
            raise BadArguments(f"`{tool.name}` has no argument `{name[:80]}`. It takes: {known}.{more}")
    for name in schema["required"]:
        if found.get(name) in (None, "", []):
            raise BadArguments("Prompt is required." if name == "prompt" else f"`{name}` is required.")
    for name, kind, says in (
        ("return_image", bool, "true or false"),
        ("idempotency_key", str, "text"),
        ("generation_id", str, "text"),
        ("type", str, "text"),
        ("settings", dict, 'an object, such as {"steps": 30}'),
    ):
        if name in found and not isinstance(found[name], kind):
            raise BadArguments(f"`{name}` must be {says}.")
    key = found.get("idempotency_key")
    if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise BadArguments("`idempotency_key` has 1 to 255 printable ASCII characters.")
    for name, value in found.get("settings", {}).items():
        if name in schema["properties"]:
            raise BadArguments(
                f"`{name}` is an argument of `{tool.name}`: give it beside `settings`, not in it."
            )
        if not isinstance(value, str | int | float | None):
            raise BadArguments(f"`{name[:80]}` in `settings` must be text, a number, true or false.")
    return found


async def _make(carrier: Carrier, tool: Tool, checked: Body, tell: Tell) -> Outcome:
    asked = {name: value for name, value in checked.items() if name not in _OWN}
    key = checked.get("idempotency_key")
    verb = _VERBS[tool.takes]
    flow = verb(timeout=WAIT_SECONDS, on_progress=tell, idempotency_key=key, **asked)
    generation = await carrier.run(flow)
    left = await _left(carrier)
    wanted = checked.get("return_image", False)
    pictures = await carrier.run(pictures_of(generation)) if wanted else ()
    failed = any(output.status != "completed" for output in generation.outputs)
    return Outcome(documented(generation, left), failed, pictures)


async def _left(carrier: Carrier) -> int | None:
    """The credits that are left. What was made and paid for is told even when they cannot be asked for."""
    try:
        return (await carrier.run(get_credits(limit=1))).available
    except AIMSError:
        return None


async def _look(carrier: Carrier, checked: Body) -> Outcome:
    answer = await carrier.run(ask(Call("GET", address("generations", checked["generation_id"]))))
    wanted = checked.get("return_image", False)
    pictures = await carrier.run(pictures_of(answer.read(Generation))) if wanted else ()
    return Outcome(json.loads(answer.body), pictures=pictures)


async def _upload(carrier: Carrier, checked: Body) -> Outcome:
    data = await asyncio.to_thread(bytes_of, checked["image_base64"])
    kept = await carrier.run(upload(data))
    return Outcome({"success": True, "id": kept.id, "url": kept.url})


def bytes_of(text: object) -> bytes:
    """The bytes of a picture that was sent as base64. What kind it is, the verb that sends it looks at.

    Raises BadFile.
    """
    if not isinstance(text, str):
        raise BadFile("`image_base64` must be text: the picture's bytes as base64.")
    if text[:5].lower() == "data:":
        raise BadFile("`image_base64` is raw base64, without the `data:` prefix.")
    plain = "".join(text.split())
    if len(plain) > LONGEST_BASE64:
        raise BadFile(f"The picture has more than {LARGEST >> 20} MiB. Make it smaller and try again.")
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        raise BadFile("`image_base64` is not valid base64.") from None


def _listed(tool: Tool, checked: Body) -> Flow[Body]:
    """What the API lists, as it stands."""
    path = {"models": "/models", "styles": "/styles", "account": "/images/generate"}[tool.takes]
    answer = yield from ask(Call("GET", path, query=given(**checked)))
    return json.loads(answer.body)


def failure(error: AIMSError, accepted: Generation | None = None) -> Body:
    """What went wrong, what that means, and what to do. accepted: the generation that goes on all the same."""
    if isinstance(error, NotFinished):
        accepted = error.generation
    sentence, (hint, after) = error.sentence, _hint(error)
    if isinstance(error, APIError):
        sentence = f"AIMS API error ({error.status}): {sentence}"
    body = {"success": False, "error": sentence, "hint": hint, "next": after}
    if accepted is None:
        return body
    hint, after = words.GOES_ON
    return {**body, "hint": hint, "next": after.format(id=accepted.id), "generation_id": accepted.id}


def _hint(error: AIMSError) -> tuple[str, str]:
    if isinstance(error, APIError):
        return words.HINTS.get(error.status, words.FAULT if error.status >= 500 else words.HINTS[400])
    if isinstance(error, Unreachable):
        return words.NO_ANSWER
    return words.HERE
