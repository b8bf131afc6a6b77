"""Public addresses: a share has a random id of its own, shows one asset, and is gone the moment it is revoked."""

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select, text, update

from aims.core.clock import now
from aims.core.db import Tx, insert, members
from aims.core.errors import NotFound
from aims.core.ids import looks_like_id
from aims.media import search
from aims.media.assets import Asset, asset_of, hold
from aims.media.tables import assets, shares

_new = insert(shares).values(created_at=now())
# The update changes nothing: it makes the row that was there the answer, even if it is revoked in this very moment.
_SHARE = _new.on_conflict_do_update(
    index_elements=["asset_id"],
    index_where=text("revoked_at IS NULL"),
    set_={"asset_id": _new.excluded.asset_id},
).returning(shares.c.id)
_LIVE_OF = select(shares.c.id, shares.c.asset_id).where(
    members(shares.c.asset_id, "ids"), shares.c.revoked_at.is_(None)
)
_LIVING = (
    select(assets.c.id, shares.c.id.label("share_id"))
    .select_from(
        assets.outerjoin(shares, and_(shares.c.asset_id == assets.c.id, shares.c.revoked_at.is_(None)))
    )
    .where(members(assets.c.id, "ids"), assets.c.trashed_at.is_(None))
)
_REVOKE = (
    update(shares)
    .where(shares.c.asset_id == bindparam("asset"), shares.c.revoked_at.is_(None))
    .values(revoked_at=now())
)
_SHARED = (
    select(assets, shares.c.id.label("share_id"))
    .select_from(shares.join(assets, assets.c.id == shares.c.asset_id))
    .where(shares.c.id == bindparam("share"), shares.c.revoked_at.is_(None), assets.c.trashed_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Shared:
    """An asset as a stranger may see it."""

    share_id: str
    asset: Asset


def share(tx: Tx, workspace_id: str, asset_id: str) -> str:
    """Give an asset a public address and return the share's id. One that is shared keeps the address it has.

    Raises NotFound.
    """
    asset = hold(tx, workspace_id, asset_id)
    made = str(uuid.uuid4())
    found = str(tx.value(_SHARE, id=made, asset_id=asset_id, workspace_id=workspace_id, revoked_at=None))
    if found == made:
        search.renew(tx, asset, shared=True)
    return found


def unshare(tx: Tx, workspace_id: str, asset_id: str) -> None:
    """Take the public address away, at once and for good: sharing again makes a new one. Twice is once.

    Raises NotFound.
    """
    asset = hold(tx, workspace_id, asset_id)
    if revoke(tx, asset_id):
        search.renew(tx, asset, shared=False)


def revoke(tx: Tx, asset_id: str) -> bool:
    """Let the share of an asset die, if there is one. True when there was."""
    return bool(tx.run(_REVOKE, asset=asset_id))


def share_url(base_url: str, share_id: str) -> str:
    """The public address of a share."""
    return f"{base_url}/shared/media/{share_id}"


def shares_of(tx: Tx, ids_as_json: str) -> dict[str, str]:
    """The live shares of these assets (a JSON list of ids), by asset."""
    return {row.asset_id: row.id for row in tx.all(_LIVE_OF, ids=ids_as_json)}


def living(tx: Tx, ids_as_json: str) -> dict[str, str | None]:
    """Which of these assets (a JSON list of ids) there are and are not in the trash, each with its live share."""
    return {row.id: row.share_id for row in tx.all(_LIVING, ids=ids_as_json)}


def shared(tx: Tx, share_id: str) -> Shared:
    """What a share shows now. Asked at each request, so that revoking works at once.

    Raises NotFound.
    """
    row = tx.one(_SHARED, share=share_id) if looks_like_id(share_id) else None
    if row is None:
        raise NotFound("There is nothing at this address, or it is not shared any more.")
    return Shared(row.share_id, asset_of(row))
