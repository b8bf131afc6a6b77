"""Who may ask, and what a key that may not is told."""

import pytest
from serving import Person, Served, has_error
from sqlalchemy import bindparam, update

from aims import keys
from aims.core.clock import SECOND, now
from aims.core.db import Tx
from aims.keys.tables import api_keys

ASK = {"prompt": "Abstract", "model": "fal-ai/nano-banana-2", "resolution": "0.5K"}
_EXPIRE = update(api_keys).where(api_keys.c.id == bindparam("key")).values(expires_at=now() - SECOND)
WRONG = "aims_" + "a" * 50
NOT_VALID = "This API key is not valid. Check it, or create another one."


def ask(served: Served, **headers: str):
    """A paid request with exactly these headers."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return served.client.post("/api/v1/images/generate", json=ASK, headers=given)


def expire(served: Served, key_id: str) -> None:
    """Let a key's life be over."""

    def past(tx: Tx) -> None:
        assert tx.run(_EXPIRE, key=key_id) == 1

    served.write(past)


def test_without_a_key_the_answer_says_how_to_send_one(served: Served):
    answer = ask(served)

    error = has_error(answer, 401, "missing_api_key")
    assert "Authorization: Bearer" in error["error"]
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "key",
    [
        WRONG,
        "aims_",
        "x",
        "Bearer",
        "aims_" + "A" * 5000,
        "' OR (SELECT pg_sleep(8)) IS NOT NULL --",
        "aims_' UNION SELECT * FROM api_keys --",
        "aims_%00",
        "../../etc/passwd",
    ],
)
def test_a_key_that_is_none_is_refused_in_one_sentence(served: Served, key: str):
    for answer in (ask(served, Authorization=f"Bearer {key}"), ask(served, X_API_Key=key)):
        assert has_error(answer, 401, "invalid_api_key")["error"] == NOT_VALID


def test_a_wrong_secret_with_a_right_checksum_is_refused_in_the_same_words(served: Served, alice: Person):
    from aims.keys.api_keys import checksum

    secret = "s" * 32
    forged = f"aims_{alice.key.id}{secret}{checksum(alice.key.id + secret)}"
    unknown = f"aims_{'u' * 12}{secret}{checksum('u' * 12 + secret)}"

    for text in (forged, unknown):
        assert has_error(ask(served, X_API_Key=text), 401, "invalid_api_key")["error"] == NOT_VALID


def test_bytes_that_are_no_text_as_a_key_are_refused(served: Served):
    status, _, body = served.say(
        b"GET /api/v1/generations/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\xfe\xc3\r\n"
        b"Connection: close\r\n\r\n"
    )

    assert status == 401
    assert b"invalid_api_key" in body


@pytest.mark.parametrize("header", ["Bearer {key}", "bearer {key}", "BEARER   {key}"])
def test_the_scheme_is_read_in_any_case(alice: Person, header: str):
    answer = ask(alice.served, Authorization=header.format(key=alice.text), Prefer="respond-async")

    assert answer.status_code == 202
    alice.finished(answer.json()["id"])


def test_the_key_may_come_in_a_header_of_its_own(alice: Person):
    answer = ask(alice.served, X_API_Key=alice.text)

    assert answer.status_code == 200


def test_the_same_key_in_both_headers_is_one_key(alice: Person):
    answer = ask(alice.served, X_API_Key=alice.text, Authorization=f"Bearer {alice.text}")

    assert answer.status_code == 200


def test_two_different_keys_are_a_question_not_a_choice(alice: Person, charlie: Person):
    for other in (charlie.text, WRONG):
        answer = ask(alice.served, X_API_Key=other, Authorization=f"Bearer {alice.text}")
        has_error(answer, 400, "two_api_keys")

    assert alice.balance == charlie.balance == (1000, 0)


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "x-api-key", "authorization"])
def test_a_key_in_the_address_is_no_key(alice: Person, name: str):
    answer = alice.served.client.post(f"/api/v1/images/generate?{name}={alice.text}", json=ASK)

    has_error(answer, 401, "missing_api_key")


@pytest.mark.parametrize("scheme", ["Basic {key}", "{key}", "Token {key}", "Bearer"])
def test_another_scheme_is_no_key(alice: Person, scheme: str):
    answer = ask(alice.served, Authorization=scheme.format(key=alice.text))

    has_error(answer, 401, "missing_api_key")


def test_an_expired_key_says_that_it_has_expired(alice: Person):
    expire(alice.served, alice.key.id)

    error = has_error(ask(alice.served, **alice.bearer), 401, "expired_api_key")

    assert "expired" in error["error"]
    assert alice.balance == (1000, 0)


def test_a_revoked_key_says_that_it_was_revoked(alice: Person):
    alice.served.write(keys.revoke, alice.workspace_id, alice.key.id)

    error = has_error(ask(alice.served, **alice.bearer), 401, "revoked_api_key")

    assert "revoked" in error["error"]
    assert alice.balance == (1000, 0)


@pytest.mark.parametrize("end", ["revoke", "expire"])
def test_a_key_that_was_used_a_moment_ago_spends_nothing_after_its_end(alice: Person, end: str):
    """Spending asks the row itself, whatever was remembered of the key for reading."""
    view = alice.begin()
    alice.finished(view["id"])
    before = alice.balance
    if end == "revoke":
        alice.served.write(keys.revoke, alice.workspace_id, alice.key.id)
    else:
        expire(alice.served, alice.key.id)

    answer = ask(alice.served, **alice.bearer)

    has_error(answer, 401, f"{end}d_api_key")
    assert alice.balance == before


def test_a_key_without_the_scope_is_told_which(alice: Person):
    key = alice.served.key(alice.workspace_id, scopes=("video:generate", "media:read", "media:write"))
    before = alice.traces

    answer = ask(alice.served, X_API_Key=key.text)

    assert "image:generate" in has_error(answer, 403, "missing_scope")["error"]
    assert alice.traces == before


def test_the_scope_is_asked_before_the_body_is_looked_at(alice: Person):
    key = alice.served.key(alice.workspace_id, scopes=("media:read",))

    answer = alice.served.client.post(
        "/api/v1/images/generate", content=b"{", headers={"X-API-Key": key.text}
    )

    has_error(answer, 403, "missing_scope")


def test_a_key_at_its_cap_is_refused_and_costs_nothing(alice: Person):
    key = alice.served.key(alice.workspace_id, cap=60)
    capped = Person(alice.served, alice.workspace_id, key)

    assert capped.generate(n=2).json()["credits_used"] == 50
    error = has_error(capped.generate(), 403, "credit_cap_reached")

    assert "60" in error["error"]
    assert "10" in error["error"]
    assert capped.used() == 50
    assert capped.balance == (950, 0)


def test_what_failed_leaves_the_cap_as_it_was(alice: Person):
    capped = Person(alice.served, alice.workspace_id, alice.served.key(alice.workspace_id, cap=25))

    for _ in range(3):
        assert capped.generate("Abstract [sandbox: fail=all]").json()["success"] is False
    assert capped.generate().json()["success"] is True
    has_error(capped.generate(), 403, "credit_cap_reached")


def test_too_few_credits_says_how_many_are_needed_and_how_many_there_are(served: Served):
    poor = served.person(40)

    error = has_error(poor.generate(n=2), 402, "insufficient_credits")

    assert "50 credits" in error["error"]
    assert "has 40" in error["error"]
    assert poor.balance == (40, 0)
    assert poor.used() == 0
    assert poor.generate().json()["credits_remaining"] == 15


def test_what_is_held_cannot_be_spent_twice(served: Served):
    poor = served.person(40)
    view = poor.begin("Abstract [sandbox: delay=5m]")

    assert poor.balance == (15, 25)
    assert "has 15" in has_error(poor.generate(), 402, "insufficient_credits")["error"]
    poor.send("POST", f"/generations/{view['id']}/cancel")
    assert poor.finished(view["id"])["status"] == "cancelled"
    assert poor.balance == (40, 0)
