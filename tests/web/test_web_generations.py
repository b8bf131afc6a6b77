"""Looking at a generation in every state, and stopping it; Charlie sees and stops nothing of Alice's."""

import pytest
from serving import Person, has_error

from aims.core import ids

SLOW = "Abstract [sandbox: delay=5m]"


def cancel(person: Person, generation_id: str):
    """Ask for a generation to be stopped."""
    return person.send("POST", f"/generations/{generation_id}/cancel")


def test_a_running_generation_says_so(alice: Person):
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")

    shown = alice.show(view["id"])
    assert (shown["status"], shown["stage"], shown["finished_at"], shown["error"]) == (
        "running", "running", None, None,
    )  # fmt: skip
    assert shown["started_at"] >= shown["created_at"]
    assert shown["credits"] == {"held": 25, "charged": 0, "refunded": 0}
    assert shown["elapsed_seconds"] >= 0
    cancel(alice, view["id"])


def test_a_completed_generation_has_its_outputs(alice: Person):
    view = alice.finished(alice.begin("Abstract [sandbox: fail=1]", n=2)["id"])

    assert (view["status"], view["stage"], view["progress"], view["error"]) == (
        "completed",
        "completed",
        1.0,
        None,
    )
    assert view["credits"] == {"held": 0, "charged": 25, "refunded": 25}
    made, missing = view["outputs"]
    assert (made["width"], made["height"], made["content_type"]) == (512, 512, "image/png")
    assert made["bytes"] == len(alice.served.client.get(made["url"]).content)
    assert (made["error"], made["credits_refunded"], made["duration"]) == (None, 0, None)
    assert (missing["status"], missing["url"], missing["credits_refunded"]) == ("failed", None, 25)


def test_a_failed_generation_says_why_and_cost_nothing(alice: Person):
    view = alice.finished(alice.begin("Abstract [sandbox: error=refused]")["id"])

    assert (view["status"], view["error"]) == ("failed", "The sandbox was told to refuse this prompt.")
    assert view["credits"] == {"held": 0, "charged": 0, "refunded": 25}
    assert view["outputs"][0]["error"] == view["error"]


def test_a_running_generation_is_stopped_and_given_back(alice: Person):
    view = alice.until(alice.begin(SLOW, n=2)["id"], lambda now: now["stage"] == "running")

    answer = cancel(alice, view["id"])
    over = alice.finished(view["id"])

    assert answer.status_code == 200
    assert answer.json()["id"] == view["id"]
    assert (over["status"], over["error"]) == ("cancelled", "Cancelled on request.")
    assert over["credits"] == {"held": 0, "charged": 0, "refunded": 50}
    assert [output["credits_refunded"] for output in over["outputs"]] == [25, 25]
    assert alice.balance == (1000, 0)
    assert alice.used() == 0


def test_what_has_not_begun_is_stopped_at_once(alice: Person):
    """All places of the sandbox are taken, so the next has to wait for its turn."""
    places = alice.served.studio.places("sandbox")
    adapter = alice.served.studio.providers.get("sandbox")
    for _ in range(adapter.concurrency):
        alice.served.do(places.take())
    try:
        view = alice.begin()
        answer = cancel(alice, view["id"])
    finally:
        for _ in range(adapter.concurrency):
            alice.served.do(given(places))

    assert answer.json()["status"] == "cancelled"
    assert answer.json()["credits"] == {"held": 0, "charged": 0, "refunded": 25}
    assert alice.balance == (1000, 0)
    assert alice.show(view["id"])["status"] == "cancelled"


async def given(places) -> None:
    """Give a place back on the studio's own loop."""
    places.give()


def test_stopping_what_is_finished_changes_nothing(alice: Person):
    view = alice.finished(alice.begin()["id"])

    answers = [cancel(alice, view["id"]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["status"] for answer in answers] == ["completed", "completed"]
    assert alice.balance == (975, 0)
    assert alice.served.client.get(view["outputs"][0]["url"]).status_code == 200


def test_stopping_twice_is_stopping_once(alice: Person):
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")

    assert [cancel(alice, view["id"]).status_code for _ in range(3)] == [200, 200, 200]
    assert alice.finished(view["id"])["status"] == "cancelled"
    assert cancel(alice, view["id"]).json()["status"] == "cancelled"
    assert alice.balance == (1000, 0)


def test_a_waiting_caller_hears_that_it_was_stopped(alice: Person):
    view = alice.begin(SLOW, headers={"Idempotency-Key": "wait"})
    cancel(alice, view["id"])

    answer = alice.generate(SLOW, headers={"Idempotency-Key": "wait"})

    assert answer.status_code == 200
    assert answer.json()["success"] is False
    assert answer.json()["images"][0]["error"] == "Cancelled on request."


def test_stopping_needs_the_scope_that_making_needs(alice: Person):
    view = alice.begin(SLOW)
    reader = Person(
        alice.served, alice.workspace_id, alice.served.key(alice.workspace_id, scopes=("video:generate",))
    )

    assert "image:generate" in has_error(cancel(reader, view["id"]), 403, "missing_scope")["error"]
    assert reader.show(view["id"])["status"] in {"queued", "running"}
    cancel(alice, view["id"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_charlie_cannot_tell_alices_generation_from_one_that_never_was(
    alice: Person, charlie: Person, method: str
):
    view = alice.begin(SLOW)
    end = "/cancel" if method == "POST" else ""

    theirs = charlie.send(method, f"/generations/{view['id']}{end}")
    random = charlie.send(method, f"/generations/{ids.new_id()}{end}")

    has_error(theirs, 404, "not_found")
    assert without_id(theirs) == without_id(random)
    assert alice.show(view["id"])["status"] in {"queued", "running"}
    cancel(alice, view["id"])


def without_id(answer) -> tuple[int, bytes, list[str]]:
    """An answer, byte for byte, apart from what is new in each."""
    own = answer.headers["x-request-id"].encode()
    return answer.status_code, answer.content.replace(own, b""), sorted(answer.headers)


@pytest.mark.parametrize("end", ["", "/cancel"])
@pytest.mark.parametrize(
    "generation_id",
    ["x", "%00", "a%00b", "' OR 1=1 --", "..%2f..", "x" * 5000, "%ff", "01a20e4b-0686-77ae-8245-d50c2e96412%00",
     "null", "-", "' OR (SELECT pg_sleep(8)) IS NOT NULL --"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_garbage_for_an_id_is_not_found(alice: Person, generation_id: str, end: str):
    answer = alice.send("POST" if end else "GET", f"/generations/{generation_id}{end}")

    has_error(answer, 404, "not_found")
