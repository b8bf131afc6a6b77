"""Whatever happens on the way, what costs credits is made once and charged once."""

from collections.abc import Callable

import machine
import pytest
from between import Between
from serving import SMALL, Person, has_error

from aims.client import AIMS, BadAnswer, BadRequest, RateLimited, Unavailable, Unreachable
from aims.client.retries import _pause, refusal
from aims.client.steps import Answer

Make = Callable[..., AIMS]
GENERATE, UPLOADS = "/images/generate", "/uploads"
PNG = b"\x89PNG\r\n\x1a\n"


def count(person: Person) -> int:
    """How many generations the workspace has."""
    return len(person.send("GET", "/generations").json()["items"])


def test_an_answer_that_is_lost_is_asked_for_again_and_paid_once(
    alice: Person, client: Make, between: Between
):
    between.rule(GENERATE, lose=True, times=2)

    made = client(alice, base_url=between.url).images.generate("A red barn", **SMALL)

    keys = {one.headers["idempotency-key"] for one in between.sent(GENERATE)}
    assert (len(between.sent(GENERATE)), len(keys)) == (3, 1)
    assert made.status == "completed"
    assert count(alice) == 1
    assert alice.balance == (975, 0)


def test_two_calls_are_two_pictures(alice: Person, client: Make, between: Between):
    aims = client(alice, base_url=between.url)

    for _ in range(2):
        aims.images.generate("A red barn [sandbox: fail=all]", wait=False, **SMALL)

    assert count(alice) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_studio_that_is_busy_is_asked_again_when_it_said(
    alice: Person, client: Make, between: Between, status: int
):
    between.rule(GENERATE, status=status, headers={"Retry-After": "0"}, body=b'{"error": "Later."}')

    made = client(alice, base_url=between.url).images.generate("A barn [sandbox: fail=all]", **SMALL)

    assert made.status == "failed"
    assert len(between.sent(GENERATE)) == 2
    assert count(alice) == 1


def test_it_is_not_asked_for_ever(alice: Person, client: Make, between: Between):
    said = b'{"error": "Wait a little.", "code": "rate_limited", "request_id": "r1"}'
    between.rule(GENERATE, status=429, headers={"Retry-After": "0"}, body=said, times=100)

    with pytest.raises(RateLimited, match="Wait a little") as caught:
        client(alice, base_url=between.url, retries=2).images.generate("A barn", **SMALL)

    assert len(between.sent(GENERATE)) == 3
    assert (caught.value.retry_after, caught.value.code, caught.value.request_id) == (
        0.0,
        "rate_limited",
        "r1",
    )


@pytest.mark.parametrize(
    ("status", "said", "again"),
    [
        (429, {"retry-after": "7"}, 7.0),
        (503, {"retry-after": "2"}, 2.0),
        (429, {"retry-after": "3600"}, None),
        (400, {}, None),
        (402, {}, None),
        (500, {}, None),
    ],
)
def test_a_studio_that_says_when_is_believed(status: int, said: dict[str, str], again: float | None):
    assert _pause(refusal(Answer(status, said, b"{}")), 0) == again


@pytest.mark.parametrize("code", ["provider_not_connected", "model_paused"])
def test_what_waiting_does_not_mend_is_not_waited_for(code: str):
    error = refusal(Answer(503, {"retry-after": "5"}, b'{"error": "No.", "code": "%s"}' % code.encode()))

    assert isinstance(error, Unavailable)
    assert _pause(error, 0) is None


def test_pauses_grow_and_end_somewhere():
    lost = Unreachable("Gone.", sent=True)
    pauses = [_pause(lost, tried) for tried in range(12)]

    assert all(pause is not None and 0 < pause <= 10 for pause in pauses)
    assert (pauses[-1] or 0) > 10 * (pauses[0] or 0)


def test_an_upload_whose_answer_is_lost_is_kept_once(alice: Person, client: Make, between: Between):
    picture = client(alice).images.generate("A barn", **SMALL)
    data = alice.served.client.get(picture.urls[0]).content
    between.rule(UPLOADS, lose=True)

    kept = client(alice, base_url=between.url).uploads.create(data)

    found = client(alice).media.list(source="upload").items
    assert [one.id for one in found] == [kept.id]


def test_what_may_not_be_done_twice_is_not_sent_twice(alice: Person, client: Make, between: Between):
    between.rule("/webhooks", lose=True)

    with pytest.raises(Unreachable) as caught:
        client(alice, base_url=between.url).request("POST", "/webhooks", body={"url": "https://a.example/"})

    assert caught.value.sent
    assert len(between.sent("/webhooks")) == 1


def test_a_studio_that_is_not_there_is_said_to_be_not_there(alice: Person, client: Make):
    nobody = f"http://127.0.0.1:{machine.spare_port()}"

    with pytest.raises(Unreachable, match="no studio at http://127") as caught:
        client(alice, base_url=nobody, retries=1).account()

    assert not caught.value.sent


def test_something_else_that_answers_is_told_apart(alice: Person, client: Make, between: Between):
    between.rule(GENERATE, status=200, body=b"<html>Welcome</html>")

    with pytest.raises(BadAnswer, match="base URL"):
        client(alice, base_url=between.url).account()


def test_the_key_is_the_callers_own_when_it_is_given(alice: Person, client: Make):
    aims = client(alice)
    first = aims.images.generate("A barn [sandbox: fail=all]", idempotency_key="order-7", **SMALL)
    again = aims.images.generate("A barn [sandbox: fail=all]", idempotency_key="order-7", **SMALL)

    assert again.id == first.id
    with pytest.raises(BadRequest):
        aims.images.generate("", idempotency_key="order-7", **SMALL)
    has_error(
        alice.generate("Another", headers={"Idempotency-Key": "order-7"}), 422, "idempotency_key_reused"
    )
