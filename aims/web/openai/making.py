"""From a request in OpenAI's words to an accepted generation: the same check and the same verb as everywhere."""

import asyncio
import hashlib
from typing import Any

import msgspec

from aims.accounts import Actor
from aims.catalog import Draft, Model, Shelf
from aims.catalog.spec import Kind
from aims.core.db import IntegrityError
from aims.core.errors import Conflict, Invalid, NotFound
from aims.generation import (
    Accepted,
    Idempotency,
    Studio,
    checked,
    default_model,
    idempotency,
    repeats,
    submit,
)
from aims.generation.submit import beforehand
from aims.web.desk import AnyRequest, Desk, desk, header, who
from aims.web.openai import names, options
from aims.web.openai.errors import renamed
from aims.web.openai.options import Asked

CLIENT_SECONDS = 600
"""How long OpenAI's clients wait for an answer unless they are told otherwise."""
BACKOFF_SECONDS = 60
LONGEST_WAIT = 3600
MOST_TRIES = 100

_FIELDS: dict[Kind, dict[str, str]] = {"image": options.PICTURE_NAMES, "video": options.FILM_NAMES}


async def allowed(request: AnyRequest, kind: Kind) -> tuple[Desk, Actor]:
    """Who asks, before anything of the body is read.

    Raises Unauthenticated, Forbidden.
    """
    actor = await who(request)
    actor.require(f"{kind}:generate")
    return desk(request), actor


async def accept(request: AnyRequest, actor: Actor, kind: Kind, asked: Asked) -> Accepted:
    """Check a request and accept it, or join what an earlier one of the same kind began.

    Raises as `catalog.check` and `submit` do, with the fields by OpenAI's names.
    """
    at = desk(request)
    try:
        draft = draft_of(at.studio, actor.workspace_id, kind, asked)
        content = await asyncio.to_thread(_content, asked)
        given = idempotency.read(header(request, b"idempotency-key"), "POST", request.scope["path"], content)
        if given is not None:
            return await _submit(at, actor, draft, asked, given)
        fingerprint = _fingerprint([request.scope["path"], actor.name, content])
        number = _number(header(request, b"x-stainless-retry-count"), 0, MOST_TRIES)
        patience = _number(header(request, b"x-stainless-read-timeout"), CLIENT_SECONDS, LONGEST_WAIT)
        key = await _joined(at, actor, fingerprint, number, patience + BACKOFF_SECONDS)
        with at.arriving.announced(fingerprint, number):
            return await _submit(at, actor, draft, asked, key)
    except Invalid as error:
        raise renamed(error, _FIELDS[kind]) from None


def draft_of(studio: Studio, workspace_id: str, kind: Kind, asked: Asked) -> Draft:
    """The checked draft, in which pictures that came along stand by their places.

    Raises Invalid, Unavailable.
    """
    body, shelf = dict(asked.body), studio.counter.of(workspace_id).shelf
    body["model"] = names.known_as(shelf, body.get("model"))
    if kind == "video":
        model_id = body["model"] or default_model(studio, workspace_id, kind, body)
        if body["model"] is None:
            body["model"] = model_id
        model = shelf.entry(model_id) if isinstance(model_id, str) else None
        if model is not None:
            body = _film_body(shelf, model, body)
    return checked(studio, workspace_id, kind, body)


def _film_body(shelf: Shelf, model: Model, body: dict[str, Any]) -> dict[str, Any]:
    if body.get("image_url") is not None:
        model = names.beginning_with_a_picture(shelf, model)
        if not model.sources:
            raise Invalid.field(
                "input_reference",
                f"The model '{model.id}' films from words alone. Leave out `input_reference` or choose another.",
            )
        body["model"] = model.id
        field = next((each for each in model.sources if each in options.FILM_NAMES), "image_url")
        picture = body.pop("image_url")
        body[field] = [picture] if field == "image_urls" else picture
    return options.framed(model, body.pop("size", None)) | body


async def _submit(at: Desk, actor: Actor, draft: Draft, asked: Asked, key: Idempotency) -> Accepted:
    """Accept the draft. Pictures that came along are kept only once nothing else can be wrong."""
    if not asked.pictures:
        return await submit(at.studio, actor, draft, key=key)
    # One at a time under a key, so that a repeat finds what the first one began and keeps nothing anew.
    async with at.studio.outside.one_at_a_time(actor.workspace_id, f"pictures\n{key.key}"):
        bare = msgspec.structs.replace(draft, references=())
        earlier = await beforehand(at.studio, actor, bare, key)
        if earlier is not None:
            return earlier
        draft = await _with_pictures(at, actor, draft, asked)
        return await submit(at.studio, actor, draft, key=key)


async def _with_pictures(at: Desk, actor: Actor, draft: Draft, asked: Asked) -> Draft:
    studio, found = at.studio, []
    for reference in draft.references:
        place = options.place_of(reference.url, len(asked.pictures))
        if place is not None:
            kept = await _keep(at, actor, asked.pictures[place])
            reference = reference._replace(url=f"{studio.settings.base_url}/{kept}")
        found.append(reference)
    return msgspec.structs.replace(draft, references=tuple(found))


async def _keep(at: Desk, actor: Actor, data: bytes) -> str:
    """Keep a picture, or find that it is kept already: whoever sends it again finds one in the library."""
    # No Idempotency-Key of an upload has a line break, so none can stand for one of these.
    digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
    try:
        kept = await at.studio.uploads.keep(actor.workspace_id, data, key=f"sent\n{digest}")
    except (NotFound, Conflict):
        # It has just been put into the trash, or another request is bringing it at this moment.
        kept = await at.studio.uploads.keep(actor.workspace_id, data)
    return kept.storage_key


async def _joined(at: Desk, actor: Actor, fingerprint: str, number: int, patience: int) -> Idempotency:
    """The key of a request that brought none: one of its own, or that of the generation which it repeats."""
    if number:
        await at.arriving.settled(fingerprint)
        if not at.arriving.was_refused(fingerprint, number):
            joined = await _join(at, actor, fingerprint, number, patience)
            if joined is not None:
                return joined
    return repeats.begin(fingerprint, number)


async def _join(at: Desk, actor: Actor, fingerprint: str, number: int, patience: int) -> Idempotency | None:
    arguments = (actor.workspace_id, fingerprint, number, patience)
    try:
        return await at.studio.db.write(repeats.join, *arguments, lane=actor.workspace_id)
    except IntegrityError:
        # On Postgres two servers may let the same number join the same generation: the second finds the next one.
        return await at.studio.db.write(repeats.join, *arguments, lane=actor.workspace_id)


def _content(asked: Asked) -> list[object]:
    """What makes a request the same as another: its fields, and the bytes of its pictures."""
    return [asked.body, [hashlib.sha256(each).hexdigest() for each in asked.pictures]]


def _fingerprint(content: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _number(text: str | None, usual: int, most: int) -> int:
    """A header's whole number; what is none is passed over, since no client of ours sends it."""
    whole = (text or "").partition(".")[0]
    return min(int(whole), most) if whole.isascii() and whole.isdigit() and len(whole) < 10 else usual


def limits_of(accepted: Accepted) -> dict[str, str]:
    """The headers of an accepted request: where its key's limit stands, and whether it joined an earlier one."""
    headers = {"Idempotent-Replayed": "true"} if accepted.replayed else {}
    if (state := accepted.admission) is not None:
        headers |= {
            "x-ratelimit-limit-requests": str(state.limit),
            "x-ratelimit-remaining-requests": str(state.remaining),
            "x-ratelimit-reset-requests": f"{state.reset}s",
        }
    return headers
