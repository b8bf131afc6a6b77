"""What a workspace keeps, as lists: newest first, filtered, searched, page by page."""

from dataclasses import astuple, dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, literal, select, true, tuple_

from aims.core import pages
from aims.core.clock import DAY, rfc3339
from aims.core.db import Tx
from aims.core.ids import looks_like_id
from aims.media import search
from aims.media.assets import Asset, asset_of, no_such_asset, thumbnail_key
from aims.media.search import MATCHES_ON_POSTGRES, MATCHES_ON_SQLITE, postgres_words, sqlite_words
from aims.media.sharing import share_url
from aims.media.tables import assets, shares

USUAL = 50
THUMBNAIL_SIDE = 512
LAST = 2**63 - 1
# How many of the newest are looked through before the index is asked for everything that matches.
NEWEST = {"sqlite": 500, "postgresql": 2000}

_with_share = assets.outerjoin(shares, and_(shares.c.asset_id == assets.c.id, shares.c.revoked_at.is_(None)))
_shown = select(assets, shares.c.id.label("share_id"))


def _held(rows: Any, *, trashed: bool) -> tuple[ColumnElement[bool], ...]:
    """What every statement asks of the rows it shows, whatever led to them."""
    return (
        *_of(rows, trashed=trashed),
        rows.c.created_at >= bindparam("since"),
        rows.c.created_at < bindparam("until"),
    )


def _of(rows: Any, *, trashed: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        rows.c.workspace_id == bindparam("workspace"),
        rows.c.trashed_at.is_not(None) if trashed else rows.c.trashed_at.is_(None),
    )


def _list(*, trashed: bool) -> Select[Any]:
    place = tuple_(assets.c.created_at, assets.c.seq)
    return (
        _shown.select_from(_with_share)
        .where(*_held(assets, trashed=trashed), place < tuple_(bindparam("at"), bindparam("seq")))
        .order_by(assets.c.created_at.desc(), assets.c.seq.desc())
        .limit(bindparam("most"))
    )


def _search(*, trashed: bool) -> dict[str, Select[Any]]:
    """What the index finds, with the filters asked of the rows once more: the index only saves the way."""
    words, newer = postgres_words, postgres_words.c.seq.desc()
    within = (words.c.seq < bindparam("seq"), words.c.seq >= bindparam("first"))
    newest = select(words).where(*within).order_by(newer).limit(bindparam("newest")).subquery("newest")
    matching = (
        select(words.c.seq, words.c.created_at)
        .where(words.c.words.op("@@")(MATCHES_ON_POSTGRES))
        .cte("matching")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    rowid = sqlite_words.c.rowid
    return {
        "newest sqlite": _found_on_sqlite(trashed),
        "sqlite": _shown.select_from(sqlite_words.join(_with_share, assets.c.seq == rowid))
        .where(
            MATCHES_ON_SQLITE,
            rowid < bindparam("seq"),
            rowid >= bindparam("first"),
            *_held(assets, trashed=trashed),
        )
        .order_by(rowid.desc())
        .limit(bindparam("most")),
        "newest postgresql": _found(trashed, newest, newest.c.words.op("@@")(MATCHES_ON_POSTGRES)),
        "postgresql": _found(
            trashed, matching, matching.c.seq < bindparam("seq"), matching.c.seq >= bindparam("first")
        ),
    }


def _found_on_sqlite(trashed: bool) -> Select[Any]:
    """The newest that have all the terms, found by looking at their words, which the index keeps."""
    rowid, words = sqlite_words.c.rowid, literal(" ") + sqlite_words.c.words + literal(" ")
    newest = (
        select(rowid.label("seq"), words.label("words"))
        .where(rowid < bindparam("seq"), rowid >= bindparam("first"))
        .order_by(rowid.desc())
        .limit(bindparam("newest"))
        .subquery("newest")
    )
    term = func.json_each(bindparam("terms")).table_valued("value")
    lacking = select(term.c.value).where(func.instr(newest.c.words, term.c.value) == 0)
    return (
        _shown.select_from(newest.join(_with_share, assets.c.seq == newest.c.seq))
        .where(~lacking.exists(), *_held(assets, trashed=trashed))
        .order_by(newest.c.seq.desc())
        .limit(bindparam("most"))
    )


def _found(trashed: bool, numbers: FromClause, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The rows that these numbers stand for, one by one: however many there are, it is a look by number for each."""
    hits = (
        select(numbers.c.seq)
        .where(
            *conditions, numbers.c.created_at >= bindparam("since"), numbers.c.created_at < bindparam("until")
        )
        .order_by(numbers.c.seq.desc())
        .limit(bindparam("most"))
        .subquery("hits")
    )
    rows = select(assets).where(assets.c.seq == hits.c.seq).limit(1).lateral("assets")
    share = (
        select(shares.c.id)
        .where(shares.c.asset_id == rows.c.id, shares.c.revoked_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(rows, share.label("share_id"))
        .select_from(hits.join(rows, true()))
        .where(*_held(rows, trashed=trashed))
        .order_by(hits.c.seq.desc())
    )


# Postgres plans by what it has counted, and before it has counted, or for a workspace that is unlike the others, its
# guess made a search a thousand times slower, and the first minute of a list a hundred times. The ways are known to be
# good: it is told which to take.
_planned = (
    func.set_config("jit", "off", True),
    func.set_config("enable_seqscan", "off", True),
    func.set_config("enable_sort", "off", True),
)
_BY_NUMBER = select(*_planned, func.set_config("enable_bitmapscan", "off", True))
_BY_WORDS = select(func.set_config("enable_bitmapscan", "on", True))

_LIST = {trashed: _list(trashed=trashed) for trashed in (False, True)}
_SEARCH = {trashed: _search(trashed=trashed) for trashed in (False, True)}
_number = select(assets.c.seq).limit(1)
_LAST_BEFORE = {
    trashed: _number.where(
        *_of(assets, trashed=trashed), assets.c.created_at < bindparam("instant")
    ).order_by(assets.c.created_at.desc(), assets.c.seq.desc())
    for trashed in (False, True)
}
_FIRST_FROM = {
    trashed: _number.where(
        *_of(assets, trashed=trashed), assets.c.created_at >= bindparam("instant")
    ).order_by(assets.c.created_at, assets.c.seq)
    for trashed in (False, True)
}
_ONE = _shown.select_from(_with_share).where(
    assets.c.id == bindparam("asset"), assets.c.workspace_id == bindparam("workspace")
)


class MediaView(msgspec.Struct, frozen=True):
    """A picture or film as the API documents it. width, height: pixels; duration: seconds; instants are RFC 3339.

    What is in the trash has no addresses: nothing answers there until it is restored.
    """

    id: str
    kind: str
    url: str | None
    thumbnail_url: str | None
    content_type: str
    width: int
    height: int
    duration: float | None
    bytes: int
    sha256: str
    source: str
    generation_id: str | None
    prompt: str | None
    model: str | None
    created_at: str | None
    share_url: str | None
    trashed_at: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which assets are asked for; what is None is not asked about.

    since, until: instants in microseconds; from the one on, and before the other. text: words of the prompt.
    """

    kind: str | None = None
    source: str | None = None
    model: str | None = None
    shared: bool | None = None
    trashed: bool = False
    since: int | None = None
    until: int | None = None
    text: str | None = None

    @property
    def labelled(self) -> bool:
        """Whether the index of words is needed, or the order of the list is enough."""
        return any(each is not None for each in (self.kind, self.source, self.model, self.shared))


def browse(
    tx: Tx, workspace_id: str, wanted: Wanted, cursor: str | None, limit: int, base_url: str
) -> pages.Page[MediaView]:
    """A page of a workspace's assets, newest first. Links begin with `base_url`.

    Raises Invalid for a cursor of another list, and for a text that is too long.
    """
    bound = (workspace_id, *astuple(wanted))
    at, seq = (LAST, LAST) if cursor is None else pages.read(cursor, tuple[int, int], *bound)
    words = None if wanted.text is None or not wanted.text.strip() else search.asked_words(wanted.text)
    if words is None and not wanted.labelled:
        if tx.dialect == "postgresql":
            tx.all(_BY_NUMBER)
        rows = tx.all(
            _LIST[wanted.trashed],
            workspace=workspace_id,
            since=wanted.since or 0,
            **_before(wanted, at, seq),
            most=limit + 1,
        )
    else:
        rows = _searched(tx, workspace_id, wanted, words, seq, limit + 1)
    shown, more = pages.cut(rows, limit)
    following = pages.cursor((shown[-1].created_at, shown[-1].seq), *bound) if more else None
    return pages.Page([view(asset_of(row), row.share_id, base_url) for row in shown], following)


def _before(wanted: Wanted, at: int, seq: int) -> dict[str, int]:
    """Where a page begins, said in two ways that agree: each database looks for its place by another of them."""
    if wanted.until is not None and wanted.until <= at:
        at, seq = wanted.until, 0
    return {"at": at, "seq": seq, "until": min(at + 1, LAST)}


def _searched(
    tx: Tx, workspace_id: str, wanted: Wanted, words: list[str] | None, seq: int, most: int
) -> list[Any]:
    """What has all the labels and words. A text without any word, such as `!`, is found nowhere."""
    if words is not None and not words:
        return []
    span = {
        "workspace": workspace_id,
        "since": wanted.since or 0,
        "until": LAST if wanted.until is None else wanted.until,
    }
    first, seq = _numbers(tx, workspace_id, wanted, seq)
    marks = search.labels(
        workspace_id,
        trashed=wanted.trashed,
        kind=wanted.kind,
        source=wanted.source,
        model=wanted.model,
        shared=wanted.shared,
    )
    asked = {**span, "first": first, "seq": seq, "most": most}
    statements, newest = _SEARCH[wanted.trashed], NEWEST[tx.dialect]
    match = search.match(tx, marks, words or [])
    if tx.dialect == "postgresql":
        # Its index has no order: what many rows have would all be fetched and sorted for one page. But what many rows
        # have, some of the newest have too.
        tx.all(_BY_NUMBER)
        rows = tx.all(statements["newest postgresql"], **asked, match=match, newest=newest)
        if len(rows) >= most:
            return rows
        tx.all(_BY_WORDS)
    elif words and len(words[-1]) > search.LISTED_BEGINNING:
        # Its index has an order, but gathers all rows of a beginning before it gives the first.
        terms = [f" {term} " for term in (*marks, *words[:-1])] + [f" {words[-1]}"]
        rows = tx.all(
            statements["newest sqlite"],
            **asked,
            terms=msgspec.json.encode(terms).decode(),
            newest=newest,
        )
        if len(rows) >= most:
            return rows
    return tx.all(statements[tx.dialect], **asked, match=match)


def _numbers(tx: Tx, workspace_id: str, wanted: Wanted, seq: int) -> tuple[int, int]:
    """Between which numbers the rows of a span lie: from the first, and before the other.

    Numbers and instants grow together, except where a clock was set back: by up to a day is allowed for.
    """
    first, which = 0, {"workspace": workspace_id}
    if wanted.since is not None:
        first = tx.value(_LAST_BEFORE[wanted.trashed], **which, instant=wanted.since - DAY) or 0
    if wanted.until is not None:
        seq = min(seq, tx.value(_FIRST_FROM[wanted.trashed], **which, instant=wanted.until + DAY) or LAST)
    return first, seq


def show(tx: Tx, workspace_id: str, asset_id: str, base_url: str) -> MediaView:
    """One asset of a workspace, also one in the trash. Links begin with `base_url`.

    Raises NotFound, in the same words for another workspace's and for one that never was.
    """
    row = tx.one(_ONE, asset=asset_id, workspace=workspace_id) if looks_like_id(asset_id) else None
    if row is None:
        raise no_such_asset()
    return view(asset_of(row), row.share_id, base_url)


def view(asset: Asset, share_id: str | None, base_url: str) -> MediaView:
    """An asset as everybody who may read the workspace sees it."""
    lives = asset.trashed_at is None
    return MediaView(
        id=asset.id,
        kind=asset.kind,
        url=f"{base_url}/{asset.storage_key}" if lives else None,
        thumbnail_url=f"{base_url}/{thumbnail_key(asset.storage_key, THUMBNAIL_SIDE)}" if lives else None,
        content_type=asset.content_type,
        width=asset.width,
        height=asset.height,
        duration=None if asset.duration_ms is None else asset.duration_ms / 1000,
        bytes=asset.bytes,
        sha256=asset.sha256,
        source=asset.source,
        generation_id=asset.generation_id,
        prompt=asset.prompt,
        model=asset.model,
        created_at=rfc3339(asset.created_at),
        share_url=share_url(base_url, share_id) if share_id and lives else None,
        trashed_at=rfc3339(asset.trashed_at),
    )
