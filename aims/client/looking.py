"""What can be made, what was made, and what it cost."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from aims.client.making import OnProgress
from aims.client.retries import ask
from aims.client.shapes import Account, Credits, Generation, Model, Page, Style, Usage
from aims.client.steps import Call, Flow, Tell, Telling, address
from aims.client.watching import Watch, show

Kind = Literal["image", "video"]


class _Models(msgspec.Struct):
    image_models: list[Model] = []
    video_models: list[Model] = []


class _Styles(msgspec.Struct):
    styles: list[Style] = []


def given(**query: Any) -> dict[str, Any]:
    """A query with what was said, and nothing else."""
    texts = {True: "true", False: "false"}
    return {
        name.rstrip("_"): texts[value] if isinstance(value, bool) else value
        for name, value in query.items()
        if value is not None
    }


def request(method: str, path: str, *, query: dict[str, Any] | None = None, body: Any = None) -> Flow[Any]:
    """Ask for anything below `/api/v1` that has no verb here, such as `/webhooks`. Gives the JSON, None without one.

    A POST is not sent again when its answer is lost: it may have been done.

    Raises APIError, Unreachable, BadAnswer.
    """
    answer = yield from ask(Call(method, path, query=query or {}, body=body, once=method == "POST"))
    return answer.read(object) if answer.body else None


def account() -> Flow[Account]:
    """Whose key this is, what it may do, and what the workspace can spend. Any valid key.

    Raises Unauthenticated.
    """
    answer = yield from ask(Call("GET", "/images/generate"))
    return answer.read(Account)


def list_models(kind: Kind | None = None) -> Flow[list[Model]]:
    """The models that can be asked, image models first. Any valid key."""
    answer = yield from ask(Call("GET", "/models", query=given(type=kind)))
    found = answer.read(_Models)
    return [*found.image_models, *found.video_models]


def list_styles() -> Flow[list[Style]]:
    """The style presets. Any valid key."""
    answer = yield from ask(Call("GET", "/styles"))
    return answer.read(_Styles).styles


def list_generations(
    *,
    kind: Kind | None = None,
    status: str | None = None,
    model: str | None = None,
    key: str | None = None,
    created_after: str | None = None,
    created_before: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Flow[Page[Generation]]:
    """A page of what was asked for, newest first. Any valid key.

    created_after, created_before: RFC 3339. key: the id of an API key. cursor: the `next_cursor` of the page before.

    Raises BadRequest.
    """
    query = given(kind=kind, status=status, model=model, key=key, limit=limit, cursor=cursor)
    query |= given(created_after=created_after, created_before=created_before)
    answer = yield from ask(Call("GET", "/generations", query=query))
    return answer.read(Page[Generation])


def each_generation(
    *, kind: Kind | None = None, status: str | None = None, model: str | None = None
) -> Telling[Generation]:
    """Go through everything that was asked for, newest first, page after page. Any valid key."""
    cursor: str | None = None
    while True:
        page = yield from list_generations(kind=kind, status=status, model=model, limit=100, cursor=cursor)
        for generation in page.items:
            yield Tell(generation)
        cursor = page.next_cursor
        if cursor is None:
            return


def cancel_generation(generation_id: str) -> Flow[Generation]:
    """Ask for a generation to be stopped, and give it as it is then. The generate scope of its kind.

    Raises NotFound, Forbidden.
    """
    answer = yield from ask(Call("POST", address("generations", generation_id, "cancel")))
    return answer.read(Generation)


def wait_for_generation(
    generation_id: str, *, timeout: float | None = None, on_progress: OnProgress | None = None
) -> Flow[Generation]:
    """The generation, once it is over. timeout: seconds; None has no end. on_progress: called at each change.

    Raises NotFound; NotFinished when the time is up, while the work goes on.
    """
    known = yield from show(generation_id)
    return (yield from Watch(known, on_progress).wait(timeout))


def get_credits(*, limit: int | None = None, cursor: str | None = None) -> Flow[Credits]:
    """What the workspace can spend, and a page of the ledger's entries, newest first. Any valid key."""
    answer = yield from ask(Call("GET", "/credits", query=given(limit=limit, cursor=cursor)))
    return answer.read(Credits)


def get_usage(
    *,
    first: str | None = None,
    last: str | None = None,
    group_by: str | None = None,
    kind: Kind | None = None,
    sandbox: bool | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Flow[Usage]:
    """What was made and what it cost. Scope `usage:read`.

    first, last: days such as 2026-11-24, in UTC; left out, the last 30. group_by: of `day`, `model`, `key` and
    `member`, separated by commas.

    Raises BadRequest, Forbidden.
    """
    query = given(from_=first, to=last, group_by=group_by, kind=kind, sandbox=sandbox)
    answer = yield from ask(Call("GET", "/usage", query=query | given(limit=limit, cursor=cursor)))
    return answer.read(Usage)
