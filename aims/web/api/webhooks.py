"""Webhook endpoints of a workspace, their deliveries, and sending one again. Scope `webhooks:write` for all of it."""

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath

from aims import webhooks
from aims.accounts import Actor
from aims.core import pages
from aims.generation import EVENTS, Studio
from aims.web.api.bodies import json_object
from aims.web.desk import AnyRequest, desk, reader

SCOPE = "webhooks:write"


def _json(value: object, status: int = 200) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _asked(request: AnyRequest) -> tuple[Studio, Actor]:
    actor = await reader(request)
    actor.require(SCOPE)
    return desk(request).studio, actor


@post("/webhooks", status_code=201)
async def create(request: AnyRequest) -> Response[bytes]:
    """Add an endpoint. The answer has its secret, which is not shown again."""
    studio, actor = await _asked(request)
    body = await json_object(request)
    lane = actor.workspace_id
    made = await studio.db.write(webhooks.create, studio.signer, lane, body, EVENTS, lane=lane)
    return _json(made, 201)


@get("/webhooks")
async def list_all(request: AnyRequest) -> Response[bytes]:
    """Every endpoint, oldest first."""
    studio, actor = await _asked(request)
    found = await studio.db.read(webhooks.list_all, actor.workspace_id)
    return _json(pages.Page(found))


@get("/webhooks/{webhook_id:str}")
async def show(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
    """One endpoint."""
    studio, actor = await _asked(request)
    return _json(await studio.db.read(webhooks.find, actor.workspace_id, webhook_id))


@patch("/webhooks/{webhook_id:str}")
async def change(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
    """Change its address, events or description, or switch it on or off with `enabled`."""
    studio, actor = await _asked(request)
    lane = actor.workspace_id
    body = await json_object(request)
    changed = await studio.db.write(webhooks.change, lane, webhook_id, body, EVENTS, lane=lane)
    studio.signals.wake(webhooks.DUE)
    return _json(changed)


@delete("/webhooks/{webhook_id:str}", status_code=204)
async def remove(request: AnyRequest, webhook_id: FromPath[str]) -> None:
    """Take it away, with what waits for it and its log."""
    studio, actor = await _asked(request)
    await studio.db.write(webhooks.delete, actor.workspace_id, webhook_id, lane=actor.workspace_id)


@post("/webhooks/{webhook_id:str}/rotate", status_code=200)
async def rotate(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
    """Give it a new secret. The one before signs too for 24 hours."""
    studio, actor = await _asked(request)
    lane = actor.workspace_id
    return _json(await studio.db.write(webhooks.rotate, studio.signer, lane, webhook_id, lane=lane))


@post("/webhooks/{webhook_id:str}/test", status_code=202)
async def test(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
    """Send it a `webhook.test`. The answer is the delivery, whose attempts the log will show."""
    studio, actor = await _asked(request)
    lane = actor.workspace_id
    made = await studio.db.write(webhooks.ping, lane, webhook_id, lane=lane)
    studio.signals.wake(webhooks.DUE)
    return _json(await studio.db.read(webhooks.show, lane, webhook_id, made), 202)


@get("/webhooks/{webhook_id:str}/deliveries")
async def deliveries(request: AnyRequest, webhook_id: FromPath[str]) -> Response[bytes]:
    """What was sent to it, newest first, with every attempt. `limit` and `cursor` as in every list."""
    studio, actor = await _asked(request)
    most = pages.limit(request.query_params.get("limit"))
    cursor = request.query_params.get("cursor")
    return _json(await studio.db.read(webhooks.page, actor.workspace_id, webhook_id, most, cursor))


@post("/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/replay", status_code=202)
async def replay(
    request: AnyRequest, webhook_id: FromPath[str], delivery_id: FromPath[str]
) -> Response[bytes]:
    """Send a delivery again, with the same id."""
    studio, actor = await _asked(request)
    lane = actor.workspace_id
    again = await studio.db.write(webhooks.replay, lane, webhook_id, delivery_id, lane=lane)
    studio.signals.wake(webhooks.DUE)
    return _json(again, 202)


ROUTES = (create, list_all, show, change, remove, rotate, test, deliveries, replay)
"""Everything that is asked below `/webhooks`."""
