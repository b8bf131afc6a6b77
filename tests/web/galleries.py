"""Pictures that lie outside, and requests for edits of them."""

import uuid
from collections.abc import Callable
from typing import Any

from outside import Outside, Seen, answer
from serving import Person, has_error
from sqlalchemy import bindparam, select
from test_uploads_edited import BANANA

from aims.core.db import Tx
from aims.media.tables import assets

_KEPT = (
    select(assets.c.id, assets.c.storage_key, assets.c.source)
    .where(assets.c.workspace_id == bindparam("workspace"), assets.c.source == "upload")
    .order_by(assets.c.created_at)
)


class Gallery:
    """A site of pictures, for one test. shown: what lies at each path; asked: the paths that were asked for."""

    def __init__(self, outside: Outside) -> None:
        self.name = f"{uuid.uuid4().hex}.test"
        self.shown: dict[str, list[bytes]] = {}
        self.asked: list[str] = []
        self.before: Callable[[], object] = lambda: None
        self.site = outside.site(self.name, self._answer)

    def _answer(self, seen: Seen) -> list[bytes]:
        self.asked.append(seen.path)
        self.before()
        return self.shown.get(seen.path, answer(b"not here", 404))

    def show(self, data: bytes, path: str = "/picture.jpg") -> str:
        """The address of these bytes."""
        self.shown[path] = answer(data)
        return self.at(path)

    def at(self, path: str) -> str:
        """An address here."""
        return f"https://{self.name}{path}"


def uploads(person: Person) -> list[Any]:
    """The workspace's uploads."""

    def read(tx: Tx) -> list[Any]:
        return list(tx.all(_KEPT, workspace=person.workspace_id))

    return person.served.read(read)


def asking(*addresses: str, **more: Any) -> dict[str, Any]:
    """An edit of these pictures."""
    return {
        "prompt": "Add a boat",
        "model": BANANA,
        "resolution": "0.5K",
        "image_urls": list(addresses),
    } | more


def refused(person: Person, code: str, *addresses: str, status: int = 400, **more: Any) -> dict[str, Any]:
    """The error of an edit of these pictures, which leaves neither a charge nor a hold nor a row of a generation."""
    before = person.traces
    sent = person.send("POST", "/images/generate", json=asking(*addresses, **more))
    error = has_error(sent, status, code)
    assert person.traces == before
    return error


def named(error: dict[str, Any]) -> list[str]:
    return [each["field"] for each in error["details"]]
