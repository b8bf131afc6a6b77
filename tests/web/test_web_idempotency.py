"""The same Idempotency-Key and request join the same generation; nothing is bought twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from serving import Person, has_error

SLOW = "Abstract [sandbox: delay=5m]"


def under(key: str) -> dict[str, str]:
    """The header."""
    return {"Idempotency-Key": key}


def test_the_same_request_again_is_the_same_generation(alice: Person):
    first = alice.generate(headers=under("one"))
    again = alice.generate(headers=under("one"))

    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert alice.balance == (975, 0)
    assert alice.used() == 25


def test_a_request_joins_the_one_that_runs(alice: Person):
    running = alice.begin(SLOW, headers=under("two"))

    joined = alice.generate(SLOW, headers=under("two"), prefer="wait=0")

    assert joined.status_code == 202
    assert joined.headers["idempotent-replayed"] == "true"
    assert joined.json()["id"] == running["id"]
    assert alice.balance == (975, 25)
    alice.send("POST", f"/generations/{running['id']}/cancel")
    over = alice.generate(SLOW, headers=under("two"))
    assert over.status_code == 200
    assert over.json()["success"] is False


def test_twenty_at_once_are_one_generation(alice: Person):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: alice.generate(headers=under("twenty")), range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert alice.balance == (975, 0)


def test_the_order_of_the_fields_and_the_spaces_do_not_matter(alice: Person):
    first = alice.raw_body(b'{"prompt":"Abstract","model":"fal-ai/nano-banana-2"}', Idempotency_Key="order")
    again = alice.raw_body(
        b'{ "model" : "fal-ai/nano-banana-2",\n "prompt": "Abstract" }', Idempotency_Key="order"
    )

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


@pytest.mark.parametrize("change", [{"n": 2}, {"prompt": "Abstrac"}, {"unknown": 1}, {"seed": 1}])
def test_another_request_under_the_key_is_refused(alice: Person, change: dict[str, object]):
    first = alice.generate(headers=under("three"))
    before = alice.traces

    answer = alice.generate(**({"prompt": "Abstract", "headers": under("three")} | change))

    has_error(answer, 422, "idempotency_key_reused")
    assert alice.traces == before
    assert alice.generate(headers=under("three")).json() == first.json()


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\tb", '"' + "x" * 256 + '"', '""', "\x7f", "é"])
def test_a_key_that_cannot_be_one_is_refused(alice: Person, key: str):
    before = alice.traces
    body = b'{"prompt": "Abstract"}'

    status, _, answer = alice.served.say(
        b"POST /api/v1/images/generate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + f"Authorization: Bearer {alice.text}\r\nContent-Length: {len(body)}\r\n".encode()
        + b"Idempotency-Key: " + key.encode() + b"\r\n\r\n" + body
    )  # fmt: skip

    assert status == 400, answer
    assert alice.traces == before


@pytest.mark.parametrize("key", ["x" * 255, "' OR 1=1 --", "a b c", "{}[]", "0"])
def test_any_printable_text_is_a_key(alice: Person, key: str):
    first = alice.generate(headers=under(key))
    again = alice.generate(headers=under(key))

    assert first.status_code == again.status_code == 200
    assert again.headers["idempotent-replayed"] == "true"


def test_the_quoted_form_is_the_bare_one(alice: Person):
    first = alice.generate(headers=under("five-5"))
    again = alice.generate(headers=under('"five-5"'))

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


def test_another_workspace_may_use_the_same_key(alice: Person, charlie: Person):
    first, other = alice.generate(headers=under("six")), charlie.generate(headers=under("six"))

    assert "idempotent-replayed" not in other.headers
    assert first.headers["location"] != other.headers["location"]
    assert alice.balance == charlie.balance == (975, 0)


def test_a_retry_works_after_the_api_key_was_replaced(alice: Person):
    first = alice.generate(headers=under("seven"))
    renewed = Person(alice.served, alice.workspace_id, alice.served.key(alice.workspace_id))

    again = renewed.generate(headers=under("seven"))

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert renewed.used() == 0


def test_a_key_without_the_scope_cannot_join(alice: Person):
    alice.generate(headers=under("eight"))
    reader = Person(
        alice.served, alice.workspace_id, alice.served.key(alice.workspace_id, scopes=("media:read",))
    )

    has_error(reader.generate(headers=under("eight")), 403, "missing_scope")


def test_what_was_refused_may_be_corrected_under_the_same_key(alice: Person):
    has_error(alice.generate(n=99, headers=under("nine")), 400, "invalid_request")

    answer = alice.generate(headers=under("nine"))

    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers


def test_what_could_not_be_paid_may_be_sent_again_under_the_same_key(alice: Person):
    poor = alice.served.person(10)
    has_error(poor.generate(headers=under("ten")), 402, "insufficient_credits")

    has_error(poor.generate(headers=under("ten")), 402, "insufficient_credits")
    assert poor.traces[2] == 0


def test_a_joined_request_needs_no_credits(alice: Person):
    poor = alice.served.person(25)
    first = poor.generate(headers=under("eleven"))

    again = poor.generate(headers=under("eleven"))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["credits_remaining"] == 0
