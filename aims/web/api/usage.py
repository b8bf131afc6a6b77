"""`GET /usage`: what was made and what it cost, by day, model, key and member."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from types import GenericAlias
from typing import Any

import msgspec
from litestar import Response, get

from aims.core import pages
from aims.core.db import Tx
from aims.core.errors import Invalid
from aims.generation import usage
from aims.web.desk import AnyRequest, desk, reader

USUAL_DAYS = 30
MOST_DAYS = 366
PLACES: dict[tuple[str, ...], Any] = {
    by: GenericAlias(tuple, tuple(int if name == "day" else str for name in by)) for by in usage.CHOICES
}
_DAY = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")


@get("/usage")
async def show_usage(request: AnyRequest) -> Response[bytes]:
    """Generations, outputs and credits of the key's workspace, in groups. Scope `usage:read`."""
    studio, actor = desk(request).studio, await reader(request)
    actor.require("usage:read")
    given = request.query_params
    most = pages.limit(given.get("limit"))
    asked = asked_for(given, given.getall("group_by", []), await studio.db.read(usage.today))
    bound = ("usage", actor.workspace_id, *map(str, asked.bound(actor.workspace_id).values()), *asked.by)
    after: tuple[int | str, ...] = ()
    if (cursor := given.get("cursor")) is not None:
        after = pages.read(cursor, PLACES[asked.by], *bound)
    totals, found = await studio.db.read(_read, actor.workspace_id, asked, most + 1, after)
    shown, more = pages.cut(found, most)
    body = {
        "from": asked.first,
        "to": asked.last,
        "group_by": asked.by,
        "items": [_shown(group, asked.by) for group in shown],
        "totals": totals,
        "next_cursor": pages.cursor(usage.place(shown[-1], asked.by), *bound) if more else None,
    }
    return Response(
        msgspec.json.encode(body), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


def asked_for(given: Mapping[str, str], group_by: list[str], today: date) -> usage.Asked:
    """What a query asks for; without dates the last 30 days, without groups by day.

    Raises Invalid, naming the parameter.
    """
    names = [name.strip() for each in group_by for name in each.split(",")] or ["day"]
    if not set(names) <= set(usage.DIMENSIONS):
        raise Invalid.field(
            "group_by", f"`group_by` is one or several of {', '.join(usage.DIMENSIONS)}, separated by commas."
        )
    last = _day(given, "to") or today
    first = _day(given, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid.field("from", f"`from` lies before `to`, by at most {MOST_DAYS} days.")
    kind, sandbox = given.get("kind"), given.get("sandbox", "false")
    if kind not in (None, "image", "video"):
        raise Invalid.field("kind", "`kind` is `image` or `video`.")
    if sandbox not in ("true", "false"):
        raise Invalid.field("sandbox", "`sandbox` is `true` or `false`.")
    by = tuple(name for name in usage.DIMENSIONS if name in names)
    return usage.Asked(by, first, last, kind or "", sandbox == "true")


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise Invalid.field(name, f"`{name}` is a day such as 2026-11-24, in UTC.") from None


def _read(
    tx: Tx, workspace_id: str, asked: usage.Asked, most: int, after: tuple[int | str, ...]
) -> tuple[usage.Counts, list[usage.Group]]:
    return usage.totals(tx, workspace_id, asked), usage.report(tx, workspace_id, asked, most, after)


def _shown(group: usage.Group, by: tuple[str, ...]) -> dict[str, Any]:
    """A group as it is shown: only what the report was asked to tell apart."""
    about = {name: getattr(group, name) for name in by}
    if "key" in by:
        about["key_name"] = group.key_name
    if "member" in by:
        about["member_name"] = group.member_name
    return about | asdict(group.counts)
