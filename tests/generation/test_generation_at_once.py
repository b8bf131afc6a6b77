"""A provider that answers a call only once it is made: its id is written down, though nothing is asked after."""

import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import bindparam, select

from aims import catalog, generation
from aims.core import ids
from aims.core.db import Tx
from aims.generation.tables import attempts
from aims.providers import Ambiguous, Done, Failed, Made, Order, Running
from aims.providers.registry import Line, line
from aims.providers.sandbox import Sandbox

# One picture for each call, so that three pictures are three calls.
BODY = {"prompt": "A barn", "model": "google/gemini-3.1-flash-image", "n": 3}
_CALLS = (
    select(attempts.c.provider_ref, attempts.c.state, attempts.c.cost_outcome)
    .where(attempts.c.generation_id == bindparam("generation"))
    .order_by(attempts.c.number)
)


def png() -> bytes:
    """A small picture."""
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(data, "PNG")
    return data.getvalue()


class Prompt(Sandbox):
    """Answers at once: with a picture, with a refusal that is billed, or not at all, by the position of the output."""

    async def submit(self, order: Order) -> Running | Done | Failed:
        reference = f"call-{order.first}"
        if order.first == 1:
            return Failed("content_refused", "It was refused.", billed=True, reference=reference)
        if order.first == 2:
            raise Ambiguous("Nobody knows.")
        return Done(tuple(Made(data=png()) for _ in range(order.count)), reference=reference)


@pytest.fixture
def prompt(running: Any) -> Prompt:
    """A connection of the workspace's own to such a provider."""
    provider = Prompt(running.studio.children, drawers=1, repeatable=False)
    provider.name = line("google", ids.new_id())
    running.studio.providers.take([Line(running.workspace_id, 1, provider)])
    return provider


async def test_every_call_has_its_end_and_the_providers_id(running: Any, prompt: Prompt):
    studio = running.studio
    draft = catalog.check(catalog.open_shelf(), "image", BODY, default_model="")

    accepted = await generation.submit(studio, running.actor, draft)
    async with studio.signals.listen(accepted.id) as listener:
        while not await studio.db.read(generation.is_finished, accepted.id):
            await listener.wait(0.2)

    def calls(tx: Tx) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in tx.all(_CALLS, generation=accepted.id)]

    assert await studio.db.read(calls) == [
        ("call-0", "done", "posted"),
        ("call-1", "failed", "absorbed"),
        (None, "unknown", "absorbed"),
    ]
    found = await studio.db.read(generation.read, running.workspace_id, accepted.id, studio.settings.base_url)
    assert [each.status for each in found.view.outputs] == ["completed", "failed", "failed"]
    assert (found.view.credits.charged, found.view.credits.held) == (25, 0)
