"""Several pictures, each with its own outcome, and the money to match."""

import pytest
from serving import Person, has_error


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_only_the_pictures_that_came_are_paid_for(alice: Person, fails: int):
    answer = alice.generate(f"A red barn [sandbox: fail={fails}]", n=4)

    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    good = [image for image in body["images"] if image["status"] == "completed"]
    bad = [image for image in body["images"] if image["status"] == "failed"]
    assert (len(good), len(bad)) == (4 - fails, fails)
    assert all(image["url"] and image["credits_refunded"] == 0 and "error" not in image for image in good)
    for image in bad:
        assert set(image) == {"id", "url", "status", "error", "credits_refunded"}
        assert (image["url"], image["credits_refunded"]) == (None, 25)
        assert image["error"] == "The sandbox was told to fail this one."
    assert body["credits_used"] == 25 * (4 - fails)
    assert body["credits_remaining"] == 1000 - 25 * (4 - fails)
    assert alice.balance == (1000 - 25 * (4 - fails), 0)
    assert alice.used() == 25 * (4 - fails)


@pytest.mark.parametrize(
    "directive", ["fail=all", "error=refused", "error=busy", "error=down", "error=timeout"]
)
def test_when_nothing_came_nothing_is_paid(alice: Person, directive: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("aims.generation.call.TRIES", 2)

    answer = alice.generate(f"A red barn [sandbox: {directive}]", n=2)

    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is False
    assert (body["credits_used"], body["credits_remaining"]) == (0, 1000)
    assert [image["status"] for image in body["images"]] == ["failed", "failed"]
    assert [image["credits_refunded"] for image in body["images"]] == [25, 25]
    assert all(
        image["url"] is None and image["error"].startswith("The sandbox was told") for image in body["images"]
    )
    assert alice.balance == (1000, 0)
    assert alice.used() == 0
    view = alice.served.client.get(answer.headers["location"], headers=alice.bearer).json()
    assert view["status"] == "failed"
    assert view["credits"] == {"held": 0, "charged": 0, "refunded": 50}
    assert view["error"]


def test_failures_are_counted_over_all_calls_to_the_provider(alice: Person):
    body = alice.generate("A red barn [sandbox: fail=3]", n=8).json()

    assert [image["status"] for image in body["images"]] == ["completed"] * 5 + ["failed"] * 3
    assert (body["credits_used"], body["credits_remaining"]) == (125, 875)
    assert alice.balance == (875, 0)


def test_more_failures_than_pictures_is_all_of_them(alice: Person):
    body = alice.generate("A red barn [sandbox: fail=9]", n=2).json()

    assert body["success"] is False
    assert alice.balance == (1000, 0)


def test_directives_are_combined_and_never_drawn(alice: Person):
    first = alice.generate("A hill [sandbox: delay=1ms, fail=1]", n=2, seed=3).json()
    apart = alice.generate("A hill [sandbox: delay=1ms][Sandbox: FAIL=1]", n=2, seed=3).json()
    plain = alice.generate("A hill", n=2, seed=3).json()

    assert [image["status"] for image in first["images"]] == ["completed", "failed"]
    assert [image["status"] for image in apart["images"]] == ["completed", "failed"]
    pictures = [alice.served.client.get(body["images"][0]["url"]).content for body in (first, apart, plain)]
    assert pictures[0] == pictures[1] == pictures[2]


@pytest.mark.parametrize(
    "directive",
    [
        "explode=1",
        "delay=11m",
        "delay=601s",
        "delay=-1s",
        "delay=5",
        "fail=some",
        "fail=-1",
        "error=fire",
        "x",
    ],
)
def test_an_unknown_directive_is_refused_before_anything_is_held(alice: Person, directive: str):
    answer = alice.generate(f"A red barn [sandbox: {directive}]")

    body = has_error(answer, 400, "unknown_directive")
    assert body["details"][0]["field"] == "prompt"
    assert alice.balance == (1000, 0)
