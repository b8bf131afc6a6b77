"""What everybody sees of a generation: one shape, on every face."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, select

from aims import credits, media
from aims.core.clock import SECOND, now, rfc3339
from aims.core.db import Tx, among
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.generation.expected import Expected, progress
from aims.generation.lifecycle import OUTSIDE, TERMINAL, State
from aims.generation.request import decode, encode
from aims.generation.settle import Stored
from aims.generation.tables import attempts, generations, outputs
from aims.providers.registry import provider_of

_FIND = select(generations, now().label("now")).where(
    generations.c.id == bindparam("generation"), generations.c.workspace_id == bindparam("workspace")
)
_UNFINISHED = select(
    func.count().label("total"), func.min(generations.c.created_at).label("oldest"), now().label("now")
).where(~among(generations.c.state, TERMINAL))
_waits = and_(attempts.c.state == "submitting", attempts.c.waits_since.is_not(None))
_newest = (
    select(
        attempts.c.provider,
        attempts.c.retry_reason,
        func.count().over(partition_by=attempts.c.provider).label("total"),
        func.row_number()
        .over(partition_by=attempts.c.provider, order_by=attempts.c.waits_since.desc())
        .label("age"),
    )
    .where(_waits)
    .subquery()
)
_NOT_TAKEN = (
    select(_newest.c.provider, _newest.c.total, _newest.c.retry_reason)
    .where(_newest.c.age == 1)
    .order_by(_newest.c.provider)
)
_STATE = select(generations.c.state).where(generations.c.id == bindparam("generation"))
_OUTPUTS = (
    select(outputs).where(outputs.c.generation_id == bindparam("generation")).order_by(outputs.c.position)
)


class OutputView(msgspec.Struct, frozen=True):
    """One picture or film that was asked for. width, height: pixels; duration: seconds."""

    id: str
    index: int
    status: str
    url: str | None = None
    thumbnail_url: str | None = None
    share_url: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    content_type: str | None = None
    bytes: int | None = None
    error: str | None = None
    credits_refunded: int = 0


class CreditsView(msgspec.Struct, frozen=True):
    """Whole credits: set aside now, charged in the end, given back in the end."""

    held: int
    charged: int
    refunded: int


class GenerationView(msgspec.Struct, frozen=True):
    """A generation as the API documents it. Instants are RFC 3339 in UTC; spans are seconds.

    provider: where its newest call went, or its first one is to go; under which connection is nobody else's matter.
    """

    id: str
    kind: str
    status: str
    stage: str
    progress: float | None
    model: str
    provider: str
    prompt: str
    parameters: dict[str, str | int | float | bool | None]
    style_applied: str | None
    sandbox: bool
    ignored_parameters: msgspec.Raw
    created_at: str | None
    started_at: str | None
    finished_at: str | None
    elapsed_seconds: float
    expected_seconds: float | None
    outputs: list[OutputView]
    quote: msgspec.Raw
    credits: CreditsView
    error: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A generation, with what answering about it needs besides.

    version: grows with every change. files: storage keys of living outputs, by their id. error_code: why nothing was
    delivered, for programs.
    """

    view: GenerationView
    finished: bool
    version: int
    credits_remaining: int
    make_public: bool
    sync_mode: bool
    duration: float | None
    aspect_ratio: str | None
    audio: bool
    files: dict[str, str]
    error_code: str | None


def read(tx: Tx, workspace_id: str, generation_id: str, base_url: str, *, expecting: bool = True) -> Finding:
    """One generation of a workspace. Links begin with `base_url`.

    expecting: look up how long it may take, which reads what was made before it.

    Raises NotFound, in the same words for another workspace's id and for one that never was.
    """
    row = None
    if looks_like_id(generation_id):
        row = tx.one(_FIND, generation=generation_id, workspace=workspace_id)
    if row is None:
        raise NotFound("There is no such generation in this workspace.")
    request = decode(row.request)
    rows = tx.all(_OUTPUTS, generation=row.id)
    living = media.living(tx, encode([each.id for each in rows]))
    shown = [output_view(each, base_url, living) for each in rows]
    expected = Expected(tx).seconds(row.model, row.provider, request) if expecting else None
    view = view_of(row, request.parameters, shown, row.now, expected)
    return Finding(
        view,
        State(row.state) in TERMINAL,
        row.version,
        credits.balance(tx, workspace_id).available,
        request.make_public,
        request.sync_mode,
        request.duration,
        request.aspect_ratio,
        request.audio,
        {each.id: _stored(each).storage_key for each in rows if each.stored and each.id in living},
        row.error_code,
    )


def is_finished(tx: Tx, generation_id: str) -> bool:
    """Whether a generation has reached its end, with as little reading as can be."""
    return State(tx.value(_STATE, generation=generation_id)) in TERMINAL


def unfinished(tx: Tx) -> tuple[int, float]:
    """How many generations are unfinished, and for how long the oldest has been, in seconds."""
    row = tx.one(_UNFINISHED)
    return row.total, (row.now - row.oldest) / SECOND if row.total else 0.0


def not_taken(tx: Tx) -> list[tuple[str, int, str]]:
    """For each provider that did not take calls which still wait: its name, how many, and the newest reason."""
    return [(row.provider, row.total, row.retry_reason) for row in tx.all(_NOT_TAKEN)]


def _stored(row: Any) -> Stored:
    return msgspec.json.decode(row.stored, type=Stored)


def output_view(row: Any, base_url: str, living: dict[str, str | None]) -> OutputView:
    """An output as everybody sees it: its file only once it is delivered, and until it goes to the trash.

    It stays completed then, as it was made and charged for; it has no addresses, and after it was deleted for good
    nothing is known of the file either. living: its asset, with the id of a share, if it is not in the trash.
    """
    if row.state != "completed":
        status = "failed" if row.state == "failed" else "queued"
        return OutputView(
            row.id, row.position, status, error=row.error, credits_refunded=row.credits_refunded
        )
    if row.stored is None:
        return OutputView(row.id, row.position, "completed")
    stored, lives, share_id = _stored(row), row.id in living, living.get(row.id)
    return OutputView(
        row.id,
        row.position,
        "completed",
        url=f"{base_url}/{stored.storage_key}" if lives else None,
        thumbnail_url=f"{base_url}/{media.thumbnail_key(stored.storage_key, 512)}" if lives else None,
        share_url=media.share_url(base_url, share_id) if share_id else None,
        width=stored.width,
        height=stored.height,
        duration=None if stored.duration_ms is None else stored.duration_ms / 1000,
        content_type=stored.content_type,
        bytes=stored.bytes,
    )


def view_of(
    row: Any,
    parameters: dict[str, str | int | float | bool | None],
    shown: list[OutputView],
    moment: int,
    expected: float | None = None,
) -> GenerationView:
    """A generation as everybody sees it, from its row. `moment`: the database's now, in microseconds.

    expected: how many seconds such a generation takes once it has begun, where that is known.
    """
    state = State(row.state)
    over = state in TERMINAL
    quote = row.quote
    held = 0 if over else msgspec.json.decode(quote, type=_Credits).credits
    return GenerationView(
        id=row.id,
        kind=row.kind,
        status=OUTSIDE[state],
        stage=state,
        progress=progress(row, moment, expected),
        model=row.model,
        provider=provider_of(row.provider),
        prompt=row.prompt,
        parameters=parameters,
        style_applied=row.style_applied,
        sandbox=bool(row.sandbox),
        ignored_parameters=msgspec.Raw(row.ignored_parameters.encode()),
        created_at=rfc3339(row.created_at),
        started_at=rfc3339(row.started_at),
        finished_at=rfc3339(row.finished_at),
        elapsed_seconds=round(((row.finished_at or moment) - row.created_at) / SECOND, 3),
        expected_seconds=expected,
        outputs=shown,
        quote=msgspec.Raw(quote.encode()),
        credits=CreditsView(held, row.credits_charged, row.credits_refunded),
        error=row.error,
    )


class _Credits(msgspec.Struct):
    credits: int
