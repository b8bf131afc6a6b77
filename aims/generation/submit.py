"""Accept a request: everything that is promised is on the disk, in one transaction, before anybody is told."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert

from aims import catalog, credits, keys
from aims.accounts import Actor
from aims.catalog import Draft, Quote
from aims.core import failpoints, ids
from aims.core.clock import NOW, SECOND, now
from aims.core.db import IntegrityError, Tx
from aims.core.errors import NotEnoughCredits
from aims.generation import idempotency
from aims.generation.history import GenerationView, OutputView, view_of
from aims.generation.idempotency import Idempotency
from aims.generation.leases import ACCEPTED, Claim, Route
from aims.generation.references import referenced
from aims.generation.request import SourceKey, encode
from aims.generation.routing import find_way
from aims.generation.studio import Studio
from aims.generation.tables import generations, outputs

_INSERT = insert(generations).values(
    state="accepted", driver_epoch=1, lease_until=now() + bindparam("lease"), created_at=now()
)
_INSERT_TOLD = _INSERT.returning(generations.c.created_at)
_INSERT_OUTPUT = insert(outputs).values(state="waiting")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A generation that will be finished. `replayed`: an earlier request under the same key had made it.

    view: how it looks now, for a new one; that of a replayed one has to be read.
    """

    id: str
    admission: keys.Admission | None
    credits_remaining: int
    replayed: bool = False
    view: GenerationView | None = None


class New(NamedTuple):
    """The columns of a new generation that are shown, with the values that every new one has."""

    id: str
    kind: str
    model: str
    provider: str
    prompt: str
    style_applied: str | None
    sandbox: int
    ignored_parameters: str
    quote: str
    created_at: int
    state: str = "accepted"
    started_at: int | None = None
    finished_at: int | None = None
    progress: int | None = None
    credits_charged: int = 0
    credits_refunded: int = 0
    error: str | None = None


SHOWN = (
    "id",
    "kind",
    "model",
    "provider",
    "prompt",
    "style_applied",
    "sandbox",
    "ignored_parameters",
    "quote",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not accepted, and yet to be committed: the request counts against the key's rate limit."""

    error: NotEnoughCredits


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows of a generation, made before the transaction so that it may run twice."""

    actor: Actor
    row: dict[str, str | int | None]
    outputs: list[dict[str, str | int | None]]
    parameters: dict[str, str | int | float | bool | None]
    price: credits.Price
    routes: tuple[Route, ...]
    idempotency: Idempotency | None

    @property
    def id(self) -> str:
        return str(self.row["id"])


async def submit(studio: Studio, actor: Actor, draft: Draft, *, key: Idempotency | None = None) -> Accepted:
    """Accept a checked draft: hold the credits, write the generation, and start driving it.

    Afterwards the work is finished whatever happens to the caller. Nothing is sent to a provider before that.

    Raises Forbidden, Unauthenticated, RateLimited, NotEnoughCredits, Mismatch, Unavailable, Invalid; then nothing was
    charged and nothing stored.
    """
    actor.require(f"{draft.kind}:generate")
    if not studio.outside.among(draft.references):
        return await _submit(studio, actor, draft, key)
    async with studio.outside.one_at_a_time(actor.workspace_id, key.key if key else None):
        earlier = await beforehand(studio, actor, draft, key)
        if earlier is not None:
            return earlier
        draft = await studio.outside.bring(actor.workspace_id, draft)
        return await _submit(studio, actor, draft, key)


async def beforehand(studio: Studio, actor: Actor, draft: Draft, key: Idempotency | None) -> Accepted | None:
    """Whatever can be known without the pictures that are still to come: what is wrong, and what was accepted earlier.

    Raises as `submit` does.
    """
    quote = catalog.quote(draft.model, draft)
    away = studio.outside.among(draft.references)
    here = [each for each in draft.references if each not in away]
    await studio.db.read(referenced, actor.workspace_id, studio.settings.base_url, here)
    plan = prepare(studio, actor, draft, quote, key)
    studio.storage.require_space()
    outcome = await studio.db.write(foresee, plan, lane=actor.workspace_id)
    if isinstance(outcome, Refusal):
        raise outcome.error
    return outcome


async def _submit(studio: Studio, actor: Actor, draft: Draft, key: Idempotency | None) -> Accepted:
    sources: tuple[SourceKey, ...] = ()
    if draft.references:
        base_url = studio.settings.base_url
        sources = await studio.db.read(referenced, actor.workspace_id, base_url, draft.references)
    plan = prepare(studio, actor, draft, catalog.quote(draft.model, draft), key, sources)
    studio.storage.require_space()
    failpoints.hit("submit.checked")
    try:
        outcome = await studio.db.write(accept, plan, lane=actor.workspace_id)
    except IntegrityError:
        # On Postgres two servers may insert the same Idempotency-Key at once: the second now finds the first.
        outcome = await studio.db.write(accept, plan, lane=actor.workspace_id)
    failpoints.hit("submit.committed")
    if isinstance(outcome, Refusal):
        raise outcome.error
    if studio.begin and not outcome.replayed:
        studio.begin(Claim(outcome.id, 1, str(plan.row["provider"]), actor.workspace_id, plan.routes))
    elif not outcome.replayed:
        studio.signals.wake(ACCEPTED)
    return outcome


def prepare(
    studio: Studio,
    actor: Actor,
    draft: Draft,
    quote: Quote,
    key: Idempotency | None,
    sources: tuple[SourceKey, ...] = (),
) -> Plan:
    """Make the rows. Where it may be made is chosen here and stays with it. `sources`: what it works from."""
    generation_id = ids.new_id()
    way = find_way(studio, actor, draft, quote, sources)
    row: dict[str, str | int | None] = {
        "id": generation_id,
        "workspace_id": actor.workspace_id,
        "kind": draft.kind,
        "driver": studio.driver if studio.begin else None,
        "lease": studio.settings.lease_seconds * SECOND if studio.begin else -SECOND,
        "model": draft.model.id,
        "provider": way.adapter.name,
        "routes": encode(way.routes) if way.routes != ((way.adapter.name, draft.model.id),) else None,
        "prompt": draft.prompt,
        "request": encode(way.request),
        "quote": encode(quote),
        "style_applied": draft.style_applied,
        "ignored_parameters": encode(draft.ignored_parameters),
        "sandbox": int(way.adapter.name == "sandbox"),
        "quantity": draft.n,
        "key_id": actor.key_id,
        "actor": actor.name,
    }
    asked: list[dict[str, str | int | None]] = [
        {"id": ids.new_id(), "generation_id": generation_id, "position": position, "token": ids.token()}
        for position in range(draft.n)
    ]
    price = credits.Price(quote.credits, quote.unit_credits, quote.quantity, quote.price_version)
    return Plan(actor, row, asked, dict(draft.parameters), price, way.routes, key)


def accept(tx: Tx, plan: Plan) -> Accepted | Refusal:
    """The transaction: who asks, how often, whether it is paid for, and the work itself."""
    actor, workspace = plan.actor, plan.actor.workspace_id
    credits.lock(tx, workspace)
    earlier = _earlier(tx, plan)
    if earlier is not None:
        return earlier
    admission = keys.admit(tx, actor.key_id, plan.price.credits) if actor.key_id else None
    failpoints.hit("submit.inside")
    try:
        left = credits.hold(
            tx,
            workspace,
            plan.price,
            plan.id,
            actor=actor.name,
            key_id=actor.key_id,
            sandbox=bool(plan.row["sandbox"]),
        )
    except NotEnoughCredits as error:
        keys.give_back(tx, actor.key_id, plan.price.credits)
        return Refusal(error)
    created_at = _write_down(tx, plan)
    if len(plan.outputs) == 1:
        tx.run(_INSERT_OUTPUT, **plan.outputs[0])
    else:
        tx.run_many(_INSERT_OUTPUT, plan.outputs)
    if plan.idempotency is not None:
        idempotency.remember(tx, workspace, plan.idempotency, plan.id)
    return Accepted(plan.id, admission, left, view=_view(plan, created_at))


def _write_down(tx: Tx, plan: Plan) -> int:
    """Insert the generation, and return the instant that it was given."""
    if tx.dialect == "postgresql":
        return tx.value(_INSERT_TOLD, **plan.row)
    # SQLite's clock is this host's. To be told what it was handed costs half as much again as the whole insert.
    at = time.time_ns() // 1000
    tx.run(_INSERT, **plan.row, **{NOW: at})
    return at


def foresee(tx: Tx, plan: Plan) -> Accepted | Refusal | None:
    """What `accept` would answer if it did not accept: known before anything is fetched for the request.

    None if it would accept now. Holds nothing, and what it lets through is not counted.
    """
    actor, workspace = plan.actor, plan.actor.workspace_id
    credits.lock(tx, workspace)
    earlier = _earlier(tx, plan)
    if earlier is not None:
        return earlier
    if actor.key_id:
        keys.would_admit(tx, actor.key_id, plan.price.credits)
    available = credits.balance(tx, workspace).available
    if available >= plan.price.credits:
        return None
    if actor.key_id:
        keys.admit(tx, actor.key_id, 0)
    return Refusal(NotEnoughCredits(plan.price.credits, available))


def _earlier(tx: Tx, plan: Plan) -> Accepted | None:
    """What was accepted under the same Idempotency-Key. Raises Mismatch, and as `keys.admit` does."""
    if plan.idempotency is None:
        return None
    actor, workspace = plan.actor, plan.actor.workspace_id
    known = idempotency.find(tx, workspace, plan.idempotency)
    if known is None:
        return None
    admission = keys.admit(tx, actor.key_id, 0) if actor.key_id else None
    return Accepted(known, admission, credits.balance(tx, workspace).available, replayed=True)


def _view(plan: Plan, created_at: int) -> GenerationView:
    """The generation as it was just written, without reading it again."""
    shown: dict[str, Any] = {name: plan.row[name] for name in SHOWN}
    row = New(**shown, created_at=created_at)
    waiting = [OutputView(str(each["id"]), int(each["position"] or 0), "queued") for each in plan.outputs]
    return view_of(row, plan.parameters, waiting, created_at)
