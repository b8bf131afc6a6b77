"""`GET /credits`: what a workspace can spend, and how it came to that."""

import uuid
from collections.abc import Sequence

import msgspec
from litestar import Response, get

from aims import credits
from aims.core import pages
from aims.core.clock import rfc3339
from aims.core.db import Tx
from aims.web.desk import AnyRequest, desk, reader

# Entries are numbered over all workspaces; what is shown of them must not tell how many there are.
_NAMES = uuid.UUID("5f0b6c1e-8a0f-5d43-9c0e-6a6d6f6e6579")


class EntryView(msgspec.Struct, frozen=True):
    """One line of the ledger. Whole credits, below zero when they leave; `key`: the id of the key that asked."""

    id: str
    created_at: str | None
    kind: str
    amount: int
    available_change: int
    held_change: int
    cause: str
    generation_id: str | None
    key: str | None
    sandbox: bool


class CreditsPage(msgspec.Struct, frozen=True):
    """Credits that can be spent, credits held for unfinished work, and a page of entries, newest first."""

    available: int
    held: int
    items: list[EntryView]
    next_cursor: str | None


@get("/credits")
async def show_credits(request: AnyRequest) -> Response[bytes]:
    """The balance and the entries of the key's workspace. Any valid key."""
    studio, actor = desk(request).studio, await reader(request)
    most, cursor = pages.limit(request.query_params.get("limit")), request.query_params.get("cursor")
    after = pages.read(cursor, tuple[str], *_list(actor.workspace_id))[0] if cursor is not None else None
    balance, found = await studio.db.read(_read, actor.workspace_id, after, most + 1)
    shown, more = pages.cut(found, most)
    body = CreditsPage(
        balance.available,
        balance.held,
        [_shown(entry) for entry in shown],
        pages.cursor([shown[-1].reference], *_list(actor.workspace_id)) if more else None,
    )
    return Response(
        msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _list(workspace_id: str) -> Sequence[str]:
    return ("credits", workspace_id)


def _read(
    tx: Tx, workspace_id: str, after: str | None, most: int
) -> tuple[credits.Balance, list[credits.Entry]]:
    before = credits.place(tx, workspace_id, after) if after is not None else None
    return credits.balance(tx, workspace_id), credits.statement(tx, workspace_id, before=before, most=most)


def _shown(entry: credits.Entry) -> EntryView:
    return EntryView(
        id=str(uuid.uuid5(_NAMES, entry.reference)),
        created_at=rfc3339(entry.created_at),
        kind=entry.verb,
        amount=entry.signed,
        available_change=entry.change,
        held_change=entry.held_change,
        cause=entry.cause,
        generation_id=entry.hold_reference,
        key=entry.key_id,
        sandbox=entry.sandbox,
    )
