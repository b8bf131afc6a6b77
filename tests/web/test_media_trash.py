"""Trash and deletion over HTTP: what goes is gone everywhere at once, comes back whole, or is off the disk for good."""

from pathlib import Path
from typing import Any

import pytest
from serving import SQLITE, Person, Served, has_error
from sqlalchemy import bindparam, update

from aims import generation
from aims.core.clock import DAY, now
from aims.core.db import Tx
from aims.media.tables import assets

AGE = update(assets).where(assets.c.id == bindparam("asset")).values(trashed_at=now() - bindparam("age"))


@pytest.fixture
def made(alice: Person) -> dict[str, Any]:
    """A generation of Alice's with one picture, which is shared."""
    return alice.finished(alice.begin("A red lighthouse", make_public=True)["id"])


def addresses(output: dict[str, Any]) -> list[str]:
    """Everywhere that an output can be seen."""
    stem = output["url"].rpartition(".")[0]
    share = output["share_url"]
    return [
        output["url"],
        *(f"{stem}.{side}.webp" for side in (256, 512, 1024)),
        share,
        f"{share}/file",
        f"{share}/thumbnail",
    ]


def seen(served: Served, output: dict[str, Any]) -> list[int]:
    return [served.client.get(address).status_code for address in addresses(output)]


def files(served: Served, output: dict[str, Any]) -> list[Path]:
    """What lies on the disk for an output."""
    folder = served.studio.storage.path(output["url"].removeprefix(f"{served.base}/")).parent
    return sorted(folder.glob(f"{output['id']}*"))


def trash(person: Person, asset_id: str, **asked: str) -> Any:
    answer = person.send("DELETE", f"/media/{asset_id}", params=asked)
    assert answer.status_code in (200, 204), answer.text
    return answer.json() if answer.content else None


def test_what_goes_to_the_trash_is_gone_everywhere_and_comes_back(alice: Person, made: dict[str, Any]):
    (output,) = made["outputs"]
    before = alice.send("GET", f"/media/{output['id']}").json()
    assert seen(alice.served, output) == [200] * 7
    original = alice.served.client.get(output["url"]).content

    gone = trash(alice, output["id"])

    assert seen(alice.served, output) == [404] * 7
    assert gone == before | {
        "url": None,
        "thumbnail_url": None,
        "share_url": None,
        "trashed_at": gone["trashed_at"],
    }
    assert trash(alice, output["id"]) == gone
    assert alice.send("GET", f"/media/{output['id']}").json() == gone
    assert len(files(alice.served, output)) == 4

    answer = alice.send("POST", f"/media/{output['id']}/restore")

    assert answer.json() == before | {"share_url": None}
    assert alice.send("POST", f"/media/{output['id']}/restore").json() == answer.json()
    assert seen(alice.served, output) == [200] * 4 + [404] * 3
    assert alice.served.client.get(output["url"]).content == original


def test_a_generation_still_tells_what_became_of_it(alice: Person, made: dict[str, Any]):
    (output,) = made["outputs"]
    no_addresses = {"url": None, "thumbnail_url": None, "share_url": None}
    trash(alice, output["id"])
    assert alice.show(made["id"])["outputs"] == [output | no_addresses]

    trash(alice, output["id"], permanent="true")

    unknown = {"width": None, "height": None, "content_type": None, "bytes": None}
    after = alice.show(made["id"])
    assert after["outputs"] == [output | no_addresses | unknown]
    assert {name: after[name] for name in after if name not in ("outputs", "elapsed_seconds")} == {
        name: made[name] for name in made if name not in ("outputs", "elapsed_seconds")
    }


def test_a_repeated_request_is_answered_without_what_was_deleted(alice: Person):
    def ask() -> Any:
        return alice.generate(headers={"Idempotency-Key": "again"}, n=2, sync_mode=True)

    first, second = ask().json()["images"]
    assert first["url"].startswith("data:")

    for asked in ({}, {"permanent": "true"}):
        trash(alice, first["id"], **asked)
        answer = ask()

        assert answer.headers["idempotent-replayed"] == "true"
        assert answer.json()["images"] == [first | {"url": None}, second]
        assert answer.json()["success"] is True


def test_deleting_for_good_takes_the_files_off_the_disk(alice: Person, made: dict[str, Any]):
    (output,) = made["outputs"]
    (other,) = alice.finished(alice.begin()["id"])["outputs"]
    assert len(files(alice.served, output)) == 4

    has_error(alice.send("DELETE", f"/media/{output['id']}?permanent=true"), 409, "not_in_trash")
    assert seen(alice.served, output) == [200] * 7
    trash(alice, output["id"])
    assert trash(alice, output["id"], permanent="true") is None

    assert files(alice.served, output) == []
    assert len(files(alice.served, other)) == 4
    assert seen(alice.served, output) == [404] * 7
    for method, end in (("GET", ""), ("DELETE", ""), ("DELETE", "?permanent=true"), ("POST", "/restore")):
        has_error(alice.send(method, f"/media/{output['id']}{end}"), 404, "not_found")


def test_the_keeper_deletes_what_has_been_there_for_its_days(alice: Person, made: dict[str, Any]):
    served = alice.served
    (output,) = made["outputs"]
    (young,) = alice.finished(alice.begin()["id"])["outputs"]
    for each in (output, young):
        trash(alice, each["id"])

    def age(tx: Tx) -> None:
        days = served.settings.trash_days
        tx.run(AGE, asset=output["id"], age=days * DAY + 1)
        tx.run(AGE, asset=young["id"], age=days * DAY - 3600 * 1_000_000)

    served.write(age)
    served.do(generation.empty_trash(served.studio))

    assert files(served, output) == []
    has_error(alice.send("GET", f"/media/{output['id']}"), 404, "not_found")
    assert len(files(served, young)) == 4
    assert alice.send("POST", f"/media/{young['id']}/restore").json()["url"] == young["url"]


def test_what_is_in_the_trash_is_no_reference(alice: Person, made: dict[str, Any]):
    (output,) = made["outputs"]
    unknown = output["url"].replace(output["id"], "01a20e4b-0686-77ae-8245-d50c2e96412c")
    trash(alice, output["id"])
    before = alice.traces

    answers = [alice.generate(image_urls=[url]) for url in (output["url"], unknown)]

    words = {has_error(answer, 400, "unknown_reference")["error"] for answer in answers}
    assert len(words) == 1
    assert alice.traces == before


def test_work_that_was_accepted_before_is_finished_from_the_trash(alice: Person, made: dict[str, Any]):
    (output,) = made["outputs"]
    begun = alice.begin("Make it blue [sandbox: delay=1s]", image_urls=[output["url"]])

    trash(alice, output["id"])

    assert alice.finished(begun["id"])["status"] == "completed"


@SQLITE
def test_an_upload_that_is_in_the_trash_can_be_sent_again_under_its_key(alice: Person):
    from test_uploads_kinds import kept, send_file, small

    first = kept(send_file(alice, small("PNG"), key="u"))
    trash(alice, first["id"])

    second = kept(send_file(alice, small("PNG"), key="u"))

    assert second["id"] != first["id"]
    assert alice.served.client.get(second["url"]).status_code == 200
