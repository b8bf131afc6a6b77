"""What came out of a request for pictures, as OpenAI's clients read it."""

import asyncio
import base64
from datetime import datetime
from typing import Any

import msgspec

from aims.core.errors import NotFound
from aims.generation import Finding, GenerationView, read
from aims.generation.history import OutputView
from aims.web.desk import Desk
from aims.web.openai.errors import NotMade

type_of_json = dict[str, Any]


async def find(here: Desk, workspace_id: str, generation_id: str) -> Finding:
    """A generation as it stands now."""
    studio = here.studio
    return await studio.db.read(read, workspace_id, generation_id, studio.settings.base_url)


def require_delivered(found: Finding) -> None:
    """Refuse to answer with nothing.

    Raises NotMade when nothing was made, and NotFound when all of it was deleted since.
    """
    if found.view.status != "completed":
        cancelled = found.view.status == "cancelled"
        code = "cancelled" if cancelled else found.error_code or "generation_failed"
        raise NotMade(found.view.error or "Nothing was made.", code)
    if not delivered(found):
        raise NotFound("The pictures of this request were deleted.")


def delivered(found: Finding) -> list[OutputView]:
    """The outputs that were made and are still there."""
    return [each for each in found.view.outputs if each.id in found.files]


async def one(here: Desk, found: Finding, output: OutputView, reply: str) -> type_of_json:
    """One picture: its address, or itself."""
    if reply == "url":
        return {"url": output.url}
    return {"b64_json": await data_of(here, found, output)}


async def data_of(here: Desk, found: Finding, output: OutputView) -> str:
    """A picture's bytes in base64.

    Raises NotFound when it was deleted in this moment.
    """
    data = await asyncio.to_thread(here.studio.storage.read, found.files[output.id])
    return base64.b64encode(data).decode()


def said_of(view: GenerationView) -> type_of_json:
    """What is told beside the pictures. Nothing here counts tokens: the price is in `usage.credits`."""
    first = next(each for each in view.outputs if each.status == "completed")
    ignored = msgspec.json.decode(view.ignored_parameters)
    return {
        "background": view.parameters.get("background") or "auto",
        "output_format": (first.content_type or "image/png").rpartition("/")[2],
        "quality": view.parameters.get("quality") or "auto",
        "size": f"{first.width}x{first.height}",
        "usage": usage_of(view),
        **({"ignored_parameters": ignored} if ignored else {}),
        **({"sandbox": True} if view.sandbox else {}),
    }


def usage_of(view: GenerationView) -> type_of_json:
    """The block that clients read tokens from: there are none, and what was charged stands beside them."""
    none = {"text_tokens": 0, "image_tokens": 0}
    return {
        "input_tokens": 0,
        "input_tokens_details": none,
        "output_tokens": 0,
        "output_tokens_details": none,
        "total_tokens": 0,
        "credits": view.credits.charged,
    }


def seconds(instant: str | None) -> int:
    """Whole seconds since 1970 of an instant as the API prints it."""
    return int(datetime.fromisoformat(instant).timestamp()) if instant else 0
