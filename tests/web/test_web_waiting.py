"""Waiting for the result, not waiting, and not being there any more."""

import json
import socket
import time

import pytest
from serving import SMALL, SQLITE, Person, has_error
from sqlalchemy import bindparam, select

from aims.generation.tables import generations

pytestmark = SQLITE

GENERATION_KEYS = [
    "id", "kind", "status", "stage", "progress", "model", "provider", "prompt", "parameters", "style_applied",
    "sandbox", "ignored_parameters", "created_at", "started_at", "finished_at", "elapsed_seconds", "expected_seconds",
    "outputs", "quote", "credits", "error",
]  # fmt: skip
OUTPUT_KEYS = [
    "id", "index", "status", "url", "thumbnail_url", "share_url", "width", "height", "duration", "content_type",
    "bytes", "error", "credits_refunded",
]  # fmt: skip
SLOW = "Abstract [sandbox: delay=5m]"
_MINE = select(generations.c.id).where(generations.c.workspace_id == bindparam("workspace"))


def test_whoever_does_not_wait_gets_the_generation_at_once(alice: Person):
    answer = alice.generate(SLOW, n=2, prefer="respond-async", style="vivid")

    assert answer.status_code == 202
    view = answer.json()
    assert list(view) == GENERATION_KEYS
    assert [list(output) for output in view["outputs"]] == [OUTPUT_KEYS] * 2
    assert answer.headers["location"] == f"/api/v1/generations/{view['id']}"
    assert (view["kind"], view["status"], view["sandbox"]) == ("image", "queued", True)
    assert view["credits"] == {"held": 50, "charged": 0, "refunded": 0}
    assert view["prompt"] == SLOW
    assert view["ignored_parameters"] == ["style"]
    assert view["quote"]["unit"] == "image"
    assert (view["quote"]["unit_credits"], view["quote"]["quantity"], view["quote"]["credits"]) == (25, 2, 50)
    assert view["created_at"].endswith("Z")
    assert [(output["index"], output["status"], output["url"]) for output in view["outputs"]] == [
        (0, "queued", None),
        (1, "queued", None),
    ]
    assert alice.show(view["id"])["id"] == view["id"]
    alice.send("POST", f"/generations/{view['id']}/cancel")


@pytest.mark.parametrize(
    "preference",
    [
        "respond-async",
        "Respond-Async",
        "wait=0",
        "wait=100, respond-async",
        "handling=lenient, respond-async;foo=bar",
        'wait="0"',
        "wait = 0",
    ],
)
def test_these_preferences_do_not_wait(alice: Person, preference: str):
    answer = alice.generate(SLOW, prefer=preference)

    assert answer.status_code == 202
    alice.send("POST", f"/generations/{answer.json()['id']}/cancel")


@pytest.mark.parametrize(
    "preference", ["wait=60", "return=minimal", "", "wait=999999", "handling=strict; wait=0"]
)
def test_these_preferences_wait_for_the_picture(alice: Person, preference: str):
    answer = alice.generate(prefer=preference)

    assert answer.status_code == 200
    assert answer.json()["success"] is True


@pytest.mark.parametrize(
    "preference", ["wait=x", "wait", "wait=", "wait=-1", "wait=1.5", "wait=99999999999", "wait=1 2"]
)
def test_a_wait_that_is_no_number_is_refused(alice: Person, preference: str):
    before = alice.traces

    error = has_error(alice.generate(prefer=preference), 400, "invalid_request")

    assert error["details"][0]["field"] == "Prefer"
    assert alice.traces == before


def test_waiting_ends_when_the_time_is_up_and_the_work_goes_on(alice: Person):
    began = time.monotonic()
    answer = alice.generate(SLOW, prefer="wait=1")

    assert answer.status_code == 202
    assert time.monotonic() - began >= 1
    view = answer.json()
    assert list(view) == GENERATION_KEYS
    assert alice.until(view["id"], lambda now: now["status"] == "running")["credits"]["held"] == 25
    alice.send("POST", f"/generations/{view['id']}/cancel")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch):
    """A space is sent after a tenth of a second instead of fifteen."""
    monkeypatch.setattr("aims.web.api.answers.SPACE_SECONDS", 0.1)
    monkeypatch.setattr("aims.web.api.waiting.SPACE_SECONDS", 0.1)


@pytest.mark.usefixtures("_impatient")
def test_a_long_wait_says_something_now_and_then_and_is_valid_json_in_the_end(alice: Person):
    answer = alice.generate("Abstract [sandbox: delay=1s]")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["location"].startswith("/api/v1/generations/")
    assert answer.content.startswith(b"  ")
    body = json.loads(answer.content)
    assert (body["success"], body["credits_used"], body["credits_remaining"]) == (True, 25, 975)


@pytest.mark.usefixtures("_impatient")
def test_a_long_wait_begins_with_its_headers(alice: Person):
    request = {"prompt": SLOW, **SMALL}
    with alice.served.client.stream(
        "POST", "/api/v1/images/generate", json=request, headers=alice.bearer
    ) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_bytes(1)
        assert next(pieces) == b" "
        alice.send("POST", f"/generations/{answer.headers['location'].rsplit('/', 1)[1]}/cancel")
        body = b"".join(pieces)
    assert json.loads(body)["success"] is False


@pytest.mark.usefixtures("_impatient")
def test_a_long_wait_ends_when_the_server_is_asked_to_stop(alice: Person):
    desk = alice.served.desk
    request = {"prompt": SLOW, **SMALL}
    with alice.served.client.stream(
        "POST", "/api/v1/images/generate", json=request, headers=alice.bearer
    ) as answer:
        pieces = answer.iter_bytes(1)
        assert next(pieces) == b" "
        alice.served.do(told_to_stop(desk))
        body = json.loads(b"".join(pieces))
    desk.stopping.clear()
    generation_id = answer.headers["location"].rsplit("/", 1)[1]

    assert body["success"] is False
    assert body["credits_used"] == 0
    assert body["images"][0]["status"] == "queued"
    assert alice.show(generation_id)["status"] in {"queued", "running"}
    alice.send("POST", f"/generations/{generation_id}/cancel")


async def told_to_stop(desk) -> None:
    """What the server does at SIGTERM, before it stops taking connections."""
    desk.stopping.set()
    desk.studio.signals.wake_all()


def test_whoever_waits_while_the_server_stops_gets_the_generation(alice: Person):
    desk = alice.served.desk
    desk.stopping.set()
    try:
        answer = alice.generate(SLOW)
        ready = alice.served.client.get("/ready")
    finally:
        desk.stopping.clear()

    assert answer.status_code == 202
    assert list(answer.json()) == GENERATION_KEYS
    assert ready.status_code == 503
    assert ready.json()["status"] == "stopping"
    alice.send("POST", f"/generations/{answer.json()['id']}/cancel")


def begin_and_leave(alice: Person, prompt: str, *, reset: bool) -> str:
    """Ask for a picture on a bare connection and close it once the work is accepted: the generation's id."""
    body = json.dumps({"prompt": prompt, **SMALL}).encode()
    with alice.served.raw() as connection:
        connection.sendall(
            f"POST /api/v1/images/generate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {alice.text}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        found: list[str] = []
        while not found:
            found = alice.served.read(
                lambda tx: [row.id for row in tx.all(_MINE, workspace=alice.workspace_id)]
            )
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return found[0]


@pytest.mark.parametrize("reset", [False, True])
def test_the_work_is_finished_and_paid_once_when_the_caller_is_gone(alice: Person, reset: bool):
    generation_id = begin_and_leave(alice, "Abstract [sandbox: delay=300ms]", reset=reset)

    view = alice.finished(generation_id)

    assert view["status"] == "completed"
    assert view["credits"] == {"held": 0, "charged": 25, "refunded": 0}
    assert alice.balance == (975, 0)
    assert alice.show(generation_id)["outputs"][0]["url"] == view["outputs"][0]["url"]
    assert alice.served.client.get(view["outputs"][0]["url"]).status_code == 200


@pytest.mark.usefixtures("_impatient")
def test_a_caller_that_leaves_during_a_long_wait_leaves_nobody_waiting(alice: Person):
    generation_id = begin_and_leave(alice, SLOW, reset=True)
    alice.send("POST", f"/generations/{generation_id}/cancel")

    assert alice.finished(generation_id)["status"] == "cancelled"
    assert alice.balance == (1000, 0)


def test_whoever_has_waited_in_vain_is_told_how_it_stands_now(alice: Person):
    answer = alice.generate(SLOW, prefer="wait=1")

    assert answer.status_code == 202
    view = answer.json()
    assert (view["status"], view["stage"]) == ("running", "running")
    assert view["started_at"] is not None
    assert view["elapsed_seconds"] >= 1
