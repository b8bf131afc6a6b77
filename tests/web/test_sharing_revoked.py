"""Sharing and taking back: once is once, gone is gone at once and everywhere, and only for one's own pictures."""

from collections.abc import Iterator
from typing import Any

import pytest
from serving import SQLITE, Person, Served, has_error
from sqlalchemy import bindparam, update

from aims.core.clock import now
from aims.core.db import Tx
from aims.media.tables import assets

RANDOM = "01a20e4b-0686-77ae-8245-d50c2e96412c"
_TRASH = update(assets).where(assets.c.id == bindparam("asset")).values(trashed_at=now())


@pytest.fixture
def image(alice: Person) -> dict[str, Any]:
    """A picture of Alice's that nobody else has seen."""
    return alice.generate().json()["images"][0]


def share(person: Person, asset_id: str) -> str:
    """Share it: the address."""
    answer = person.send("POST", f"/media/{asset_id}/share")
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"id", "share_url"}
    assert answer.json()["id"] == asset_id
    return answer.json()["share_url"]


def unshare(person: Person, asset_id: str) -> None:
    answer = person.send("DELETE", f"/media/{asset_id}/share")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"id": asset_id, "share_url": None}


def seen(served: Served, address: str) -> list[int]:
    """The statuses of the page, the file and the thumbnail."""
    path = address.partition("/shared/")[2]
    return [served.client.get(f"/shared/{path}{end}").status_code for end in ("", "/file", "/thumbnail")]


def test_a_share_is_there_until_it_is_taken_back(alice: Person, image: dict[str, Any]):
    address = share(alice, image["id"])
    assert seen(alice.served, address) == [200, 200, 200]

    unshare(alice, image["id"])

    assert seen(alice.served, address) == [404, 404, 404]
    assert alice.served.client.get(image["url"]).status_code == 200


def test_a_browser_that_has_the_file_is_told_that_it_is_gone(alice: Person, image: dict[str, Any]):
    address = share(alice, image["id"])
    tag = alice.served.client.get(f"{address}/file").headers["etag"]
    unshare(alice, image["id"])

    for headers in ({"If-None-Match": tag}, {"Range": "bytes=0-9"}, {"Range": "bytes=0-9", "If-Range": tag}):
        for end in ("file", "thumbnail"):
            has_error(alice.served.client.get(f"{address}/{end}", headers=headers), 404, "not_found")


def test_sharing_twice_is_sharing_once(alice: Person, image: dict[str, Any]):
    assert share(alice, image["id"]) == share(alice, image["id"])

    unshare(alice, image["id"])
    unshare(alice, image["id"])


def test_sharing_again_gives_another_address_and_the_old_one_stays_gone(alice: Person, image: dict[str, Any]):
    first = share(alice, image["id"])
    unshare(alice, image["id"])
    second = share(alice, image["id"])

    assert first != second
    assert seen(alice.served, first) == [404, 404, 404]
    assert seen(alice.served, second) == [200, 200, 200]


def test_the_generation_says_whether_its_picture_is_shared(alice: Person):
    view = alice.finished(alice.begin(make_public=True)["id"])
    (output,) = view["outputs"]
    assert seen(alice.served, output["share_url"]) == [200, 200, 200]
    assert share(alice, output["id"]) == output["share_url"]

    unshare(alice, output["id"])

    assert alice.show(view["id"])["outputs"][0]["share_url"] is None
    again = share(alice, output["id"])
    assert alice.show(view["id"])["outputs"][0]["share_url"] == again


def test_one_share_is_taken_back_and_the_others_stay(alice: Person):
    first, second = alice.generate(n=2, make_public=True).json()["images"]

    unshare(alice, first["id"])

    assert seen(alice.served, first["share_url"]) == [404, 404, 404]
    assert seen(alice.served, second["share_url"]) == [200, 200, 200]


def test_a_stranger_neither_shares_nor_takes_back(alice: Person, charlie: Person, image: dict[str, Any]):
    address = share(alice, image["id"])

    words = set()
    for asset in (image["id"], RANDOM, "x", "%00", image["id"].upper(), "' OR 1=1 --"):
        for method in ("POST", "DELETE"):
            error = has_error(charlie.send(method, f"/media/{asset}/share"), 404, "not_found")
            words.add(error["error"])

    assert len(words) == 1
    assert seen(alice.served, address) == [200, 200, 200]


@SQLITE
def test_a_share_belongs_to_the_asset_and_its_id_opens_nothing_else(alice: Person, image: dict[str, Any]):
    """The id of an asset is no share, and the id of a share is no asset."""
    address = share(alice, image["id"])
    share_id = address.rpartition("/")[2]

    assert seen(alice.served, f"{alice.served.base}/shared/media/{image['id']}") == [404, 404, 404]
    has_error(alice.send("DELETE", f"/media/{share_id}/share"), 404, "not_found")
    assert seen(alice.served, address) == [200, 200, 200]


@SQLITE
def test_only_a_key_that_may_write_media_shares(alice: Person, image: dict[str, Any]):
    reader = alice.served.key(alice.workspace_id, scopes=("image:generate", "media:read"))

    for method in ("POST", "DELETE"):
        answer = alice.served.client.request(
            method, f"/api/v1/media/{image['id']}/share", headers={"X-API-Key": reader.text}
        )
        assert "`media:write`" in has_error(answer, 403, "missing_scope")["error"]


def test_what_goes_to_the_trash_is_not_shared_any_more(alice: Person, image: dict[str, Any]):
    address = share(alice, image["id"])

    def trash(tx: Tx) -> None:
        assert tx.run(_TRASH, asset=image["id"]) == 1

    alice.served.write(trash)

    assert seen(alice.served, address) == [404, 404, 404]
    assert alice.served.client.get(image["url"]).status_code == 404
    has_error(alice.send("POST", f"/media/{image['id']}/share"), 404, "not_found")


@SQLITE
def test_an_upload_is_shared_like_any_picture(alice: Person):
    from test_uploads_kinds import kept, send_file, small

    body = kept(send_file(alice, small("JPEG")))
    address = share(alice, body["id"])

    answer = alice.served.client.get(f"{address}/file")
    assert answer.content == alice.served.client.get(body["url"]).content
    assert answer.headers["content-type"] == "image/jpeg"


@pytest.fixture
def second(shared: Served) -> Iterator[Served]:
    """Another server on the same database and the same folder."""
    other = Served(shared.settings.home, shared.settings.database_url).start()
    yield other
    other.stop()


@pytest.mark.parametrize("shared", ["postgres"], indirect=True)
def test_what_is_taken_back_at_one_server_is_gone_at_the_other_at_once(
    alice: Person, image: dict[str, Any], second: Served
):
    address = share(alice, image["id"])
    assert seen(second, address) == [200, 200, 200]

    unshare(alice, image["id"])

    assert seen(second, address) == [404, 404, 404]
