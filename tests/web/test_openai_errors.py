"""Every error arrives as the exception that OpenAI's client has for it, and is repeated only if that may help."""

from collections.abc import Callable
from typing import Any

import openai
import pytest
from compatible import FILM, OLD_NEWS, SMALL, Line, client_of, picture
from serving import SQLITE, Person, Served

pytestmark = [SQLITE, OLD_NEWS]


def refusal(kind: type[openai.APIStatusError], ask: Callable[[], Any]) -> openai.APIStatusError:
    """The exception of exactly this kind that asking raises, once it is certain that it has the one shape."""
    with pytest.raises(kind) as caught:
        ask()
    error = caught.value
    assert type(error) is kind
    assert set(error.response.json()) == {"error"}
    assert set(error.response.json()["error"]) == {"message", "type", "param", "code"}
    assert error.type
    assert error.code
    assert error.request_id
    return error


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"prompt": ""}, "prompt"),
        ({"n": 11}, "n"),
        ({"size": "large"}, "size"),
        ({"quality": "better"}, "quality"),
        ({"response_format": "file"}, "response_format"),
        ({"extra_body": {"stream": "yes"}}, "stream"),
        ({"prompt": "A [sandbox: colour=red]"}, "prompt"),
    ],
)
def test_what_is_wrong_is_a_bad_request_that_names_the_field(
    alice: Person, options: dict[str, Any], param: str
):
    before = alice.traces

    error = refusal(
        openai.BadRequestError,
        lambda: client_of(alice).images.generate(**{"prompt": "Abstract", **options}),
    )

    assert error.param == param
    assert alice.traces == before


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"seconds": "long"}, "seconds"),
        ({"size": "wide"}, "size"),
        ({"size": "0000x10"}, "size"),
        ({"extra_body": {"input_reference": {"file_id": "file-1"}}}, "input_reference"),
        ({"input_reference": b"no picture"}, None),
        ({"extra_body": {"image_url": "https://[/"}}, "input_reference"),
    ],
)
def test_what_is_wrong_with_a_film_is_named_by_openais_fields(
    alice: Person, options: dict[str, Any], param: str | None
):
    kind = openai.BadRequestError if param else openai.APIStatusError

    error = refusal(kind, lambda: client_of(alice).videos.create(prompt="Abstract", **{**FILM, **options}))

    assert error.param == param
    assert param is None or f"`{param}`" in error.message


def test_an_edit_needs_a_picture_that_is_one(alice: Person):
    client = client_of(alice)

    empty = refusal(openai.BadRequestError, lambda: client.images.edit(prompt="Abstract", image=[], **SMALL))
    broken = refusal(
        openai.BadRequestError, lambda: client.images.edit(prompt="Abstract", image=picture()[:60], **SMALL)
    )
    other = refusal(
        openai.APIStatusError, lambda: client.images.edit(prompt="Abstract", image=b"text", **SMALL)
    )

    assert empty.param == "image"
    assert broken.code == "unreadable_image"
    assert (other.status_code, other.code) == (415, "unsupported_media_type")
    assert alice.balance == (1000, 0)


def test_a_wrong_key_is_an_authentication_error(alice: Person):
    client = client_of(alice).with_options(api_key="aims_wrong")

    error = refusal(openai.AuthenticationError, lambda: client.models.list())

    assert error.code == "invalid_api_key"


def test_a_missing_scope_is_a_denied_permission(served: Served):
    reader = served.person(1000, scopes=("media:read",))
    client = client_of(reader)

    for ask in (
        lambda: client.images.generate(prompt="Abstract"),
        lambda: client.images.edit(prompt="Abstract", image=picture()),
        lambda: client.videos.create(prompt="Abstract"),
    ):
        assert refusal(openai.PermissionDeniedError, ask).code == "missing_scope"


def test_what_is_not_there_is_not_found(alice: Person):
    client = client_of(alice)

    assert refusal(openai.NotFoundError, lambda: client.videos.retrieve("video_1")).code == "not_found"
    assert refusal(openai.NotFoundError, lambda: client.models.retrieve("gpt-5")).code == "model_not_found"
    unknown = refusal(
        openai.NotFoundError, lambda: client.images.generate(prompt="Abstract", model="nano-banana-9")
    )
    assert (unknown.code, unknown.param) == ("model_not_found", "model")
    assert "Did you mean" in unknown.message
    refusal(openai.NotFoundError, lambda: client.embeddings.create(model="a", input="b"))


def test_too_few_credits_are_said_once(served: Served):
    poor = served.person(10)
    with Line(served.port, 0) as line:
        error = refusal(
            openai.APIStatusError,
            lambda: client_of(poor, base=line.base).images.generate(prompt="Abstract", **SMALL),
        )

        assert line.requests == 1
    assert (error.status_code, error.code, error.type) == (402, "insufficient_quota", "insufficient_quota")
    assert "needs 25 credits" in error.message


def test_a_limit_says_when_to_come_back(served: Served):
    slow = served.person(1000, rate_limit=1)
    client = client_of(slow, max_retries=0)
    made = client.images.with_raw_response.generate(prompt="Abstract", **SMALL)
    assert made.headers["x-ratelimit-limit-requests"] == "1"
    assert made.headers["x-ratelimit-remaining-requests"] == "0"

    error = refusal(openai.RateLimitError, lambda: client.images.generate(prompt="Abstract", **SMALL))

    assert (error.code, error.type) == ("rate_limit_exceeded", "rate_limit_exceeded")
    assert int(error.response.headers["retry-after"]) > 0
    assert "x-should-retry" not in error.response.headers


def test_another_request_under_the_same_key_cannot_be_processed(alice: Person):
    client, key = client_of(alice), {"Idempotency-Key": "once"}
    client.images.generate(prompt="Abstract", extra_headers=key, **SMALL)

    error = refusal(
        openai.UnprocessableEntityError,
        lambda: client.images.generate(prompt="Another", extra_headers=key, **SMALL),
    )

    assert error.code == "idempotency_key_reused"


def test_a_refusal_of_the_provider_is_a_bad_request(alice: Person):
    error = refusal(
        openai.BadRequestError,
        lambda: client_of(alice).images.generate(prompt="Abstract [sandbox: error=refused]", **SMALL),
    )

    assert (error.type, error.code) == ("image_generation_user_error", "moderation_blocked")
    assert alice.balance == (1000, 0)


def test_what_failed_for_good_is_not_asked_for_again(alice: Person):
    with Line(alice.served.port, 0) as line:
        error = refusal(
            openai.InternalServerError,
            lambda: client_of(alice, base=line.base).images.generate(
                prompt="Abstract [sandbox: fail=all]", **SMALL
            ),
        )

        assert line.requests == 1
    assert (error.status_code, error.type) == (502, "server_error")
    assert error.response.headers["x-should-retry"] == "false"
    assert alice.balance == (1000, 0)


def test_a_method_that_is_not_taken_has_the_same_shape(alice: Person):
    answer = alice.served.client.put("/v1/models", headers=alice.bearer)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert "GET" in answer.headers["allow"]
