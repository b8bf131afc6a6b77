"""`GET /v1/models` and `GET /v1/models/{id}`."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from aims.catalog import Model
from aims.generation import is_available
from aims.web.desk import AnyRequest, desk, reader
from aims.web.openai import names


@get("/models")
async def browse(request: AnyRequest) -> Response[bytes]:
    """The models that the key's workspace can use now. Any valid key."""
    actor = await reader(request)
    studio, workspace_id = desk(request).studio, actor.workspace_id
    found = [
        shown(model)
        for model in studio.counter.of(workspace_id).shelf.models()
        if is_available(studio, workspace_id, model)
    ]
    return _json({"object": "list", "data": found})


@get("/models/{model_id:path}")
async def show(request: AnyRequest, model_id: FromPath[str]) -> Response[bytes]:
    """One model, by its id or by the name that OpenAI has for it. Any valid key."""
    actor = await reader(request)
    studio, workspace_id = desk(request).studio, actor.workspace_id
    shelf = studio.counter.of(workspace_id).shelf
    name = names.known_as(shelf, model_id.lstrip("/"))
    return _json(shown(shelf.model(str(name), near=partial(is_available, studio, workspace_id))))


def shown(model: Model) -> dict[str, Any]:
    """A model as OpenAI's clients know it. `created`: the day on which its facts were read last."""
    day = datetime.fromisoformat(model.checked).replace(tzinfo=UTC)
    return {
        "id": model.id,
        "object": "model",
        "created": int(day.timestamp()),
        "owned_by": model.id.partition("/")[0],
    }


def _json(value: object) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
