"""Some of the pictures came: they are kept and paid for, the others cost nothing, on every side that tells of it."""

from typing import Any

import pytest
from serving import Person, has_error

from aims.generation import usage
from aims.generation.usage import Asked

PRICES = {"fal-ai/nano-banana-2": 25, "fal-ai/bytedance/seedream/v4/text-to-image": 10}
NANO, SEEDREAM = PRICES
SENTENCE = "The sandbox was told to fail this one."

# Nano Banana makes 4 pictures in one call, Seedream 6: the failures lie in the last call, or go over into the first.
BATCHES = pytest.mark.parametrize(
    ("model", "n", "fails"),
    [
        (NANO, 2, "1"),
        (NANO, 4, "2"),
        (NANO, 5, "1"),
        (NANO, 5, "2"),
        (NANO, 8, "2"),
        (NANO, 8, "all"),
        (SEEDREAM, 7, "2"),
        (SEEDREAM, 8, "all"),
    ],
)


def size_of(model: str) -> dict[str, str]:
    """The smallest picture that a model makes."""
    return {"resolution": "0.5K" if model == NANO else "1K"}


@BATCHES
def test_a_batch_is_told_the_same_by_the_answer_the_ledger_the_key_and_the_usage(
    alice: Person, model: str, n: int, fails: str
):
    price, failed = PRICES[model], n if fails == "all" else int(fails)
    came = n - failed

    answer = alice.generate(f"Abstract [sandbox: fail={fails}]", model=model, n=n, **size_of(model))

    assert answer.status_code == 200
    body = answer.json()
    assert [image["status"] for image in body["images"]] == ["completed"] * came + ["failed"] * failed
    assert [image["credits_refunded"] for image in body["images"]] == [0] * came + [price] * failed
    assert body["success"] is (came > 0)
    assert (body["credits_used"], body["credits_remaining"]) == (came * price, 1000 - came * price)
    assert alice.balance == (1000 - came * price, 0)
    assert alice.used() == came * price
    moved = {"hold": n * price, "capture": came * price, "release": failed * price}
    assert ledger(alice) == {verb: amount for verb, amount in moved.items() if amount}
    generation_id = answer.headers["location"].split("/")[-1]
    view = alice.show(generation_id)
    assert view["status"] == ("completed" if came else "failed")
    assert view["credits"] == {"held": 0, "charged": came * price, "refunded": failed * price}
    assert view["quote"]["credits"] == n * price
    assert counted(alice) == usage.Counts(1, came, failed, came * price, 0)


def ledger(person: Person) -> dict[str, int]:
    """What each verb moved, but for what the workspace began with."""
    entries = person.send("GET", "/credits").json()["items"]
    assert len({one["kind"] for one in entries}) == len(entries)
    return {one["kind"]: abs(one["amount"]) for one in entries if one["kind"] != "grant"}


def counted(person: Person) -> usage.Counts:
    """What the usage says, of the sandbox too."""
    today = person.served.read(usage.today)
    asked = Asked(("day",), today.replace(year=today.year - 1, day=1), today, sandbox=True)
    return person.served.read(usage.totals, person.workspace_id, asked)


def test_what_came_is_kept_and_what_did_not_has_no_file(alice: Person):
    body = alice.generate("Abstract [sandbox: fail=2]", n=5, make_public=True).json()

    good, bad = body["images"][:3], body["images"][3:]
    files = [alice.served.client.get(image["url"]) for image in good]
    assert [(file.status_code, file.headers["content-type"]) for file in files] == [(200, "image/png")] * 3
    assert len({file.content for file in files}) == 3
    assert all(alice.served.client.get(image["share_url"]).status_code == 200 for image in good)
    for image in bad:
        assert set(image) == {"id", "url", "status", "error", "credits_refunded"}
        assert (image["url"], image["error"]) == (None, SENTENCE)
        has_error(alice.send("POST", f"/media/{image['id']}/share"), 404, "not_found")


def test_a_batch_that_is_asked_for_again_under_its_key_is_told_again_and_paid_once(alice: Person):
    asked: dict[str, Any] = {"n": 3, "headers": {"Idempotency-Key": "order-7"}}
    first = alice.generate("Abstract [sandbox: fail=1]", **asked)
    again = alice.generate("Abstract [sandbox: fail=1]", **asked)

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert alice.balance == (950, 0)
    assert alice.used() == 50


def test_pictures_inside_the_answer_are_those_that_came(alice: Person):
    body = alice.generate("Abstract [sandbox: fail=1]", n=2, sync_mode=True).json()

    assert [bool(image["url"]) for image in body["images"]] == [True, False]
    assert body["images"][0]["url"].startswith("data:image/png;base64,")


def test_the_cap_has_room_again_for_exactly_what_did_not_come(alice: Person):
    capped = Person(alice.served, alice.workspace_id, alice.served.key(alice.workspace_id, cap=100))

    assert capped.generate("Abstract [sandbox: fail=2]", n=4).json()["credits_used"] == 50
    has_error(capped.generate(n=3), 403, "credit_cap_reached")
    assert capped.generate(n=2).json()["credits_used"] == 50
    has_error(capped.generate(), 403, "credit_cap_reached")
    assert capped.used() == 100
