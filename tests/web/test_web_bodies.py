"""Whatever is wrong with a body: the documented status, a sentence, and nothing has changed."""

import pytest
from serving import SQLITE, Person, has_error

pytestmark = SQLITE  # a body is read before any database is asked

N_SENTENCE = "`n` must be a whole number from 1 to 8"


def refused(person: Person, body: bytes, status: int, code: str, **headers: str) -> dict:
    """The error that a body gets, once it is certain that nothing was left behind."""
    before = person.traces
    answer = person.raw_body(body, **headers)
    error = has_error(answer, status, code)
    assert person.traces == before
    return error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b'{"prompt": "x"',
        b'{"prompt": "x"}}',
        b"{'prompt': 'x'}",
        b"[]",
        b'[{"prompt": "x"}]',
        b'"prompt"',
        b"null",
        b"7",
        b'{"prompt": "x", "n": NaN}',
        b'{"prompt": "x", "n": 1e999}',
        b'{"prompt": "x", "n": ' + b"9" * 5000 + b"}",
        b'{"prompt": "x\x00y"}',
        b'{"prompt": "\xff\xfe"}',
        b'{"prompt": "\xed\xa0\x80"}',
        b'{"prompt": "\\ud800"}',
        b'{"prompt": "\\udc00x"}',
        b"\xef\xbb\xbf" + b'{"prompt": "x"}',
        b"prompt=x&n=1",
        b'--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nx\r\n--b--\r\n',
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' * 50_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_json_object_is_refused(alice: Person, body: bytes):
    error = refused(alice, body, 400, "invalid_json")

    assert "JSON" in error["error"]


def test_depth_at_the_edge_of_what_can_be_read_is_an_answer_and_no_fault(alice: Person):
    """The canonical form for an Idempotency-Key walks the body once more: it must not fall over what was read."""
    for depth in (100, 500, *range(900, 1010, 3)):
        nested = b"[" * depth + b"]" * depth
        answer = alice.raw_body(b'{"prompt": "", "a": ' + nested + b"}", Idempotency_Key=f"depth-{depth}")

        assert answer.status_code == 400, (depth, answer.text)
        assert answer.json()["code"] in {"invalid_json", "invalid_request"}


@pytest.mark.parametrize(
    "n",
    [
        "0",
        "9",
        "-1",
        "1.5",
        "1.0",
        '"x"',
        '"1"',
        "true",
        "[1]",
        "{}",
        str(2**63),
        str(2**64),
        "1e3",
        "9" * 200,
    ],
)
def test_n_is_a_whole_number_from_one_to_eight(alice: Person, n: str):
    error = refused(alice, b'{"prompt": "A red barn", "n": %s}' % n.encode(), 400, "invalid_request")

    assert N_SENTENCE in error["error"]
    assert [each["field"] for each in error["details"]] == ["n"]


@pytest.mark.parametrize("prompt", [None, '""', '"   "', '"\\n\\t"', "null"])
def test_a_prompt_is_required(alice: Person, prompt: str | None):
    body = "{}" if prompt is None else f'{{"prompt": {prompt}}}'

    error = refused(alice, body.encode(), 400, "invalid_request")

    assert error["error"] == "Prompt is required"
    assert error["details"] == [{"field": "prompt", "message": "Prompt is required"}]


@pytest.mark.parametrize("prompt", ["7", "true", '["x"]', '{"text": "x"}'])
def test_a_prompt_is_text(alice: Person, prompt: str):
    error = refused(alice, f'{{"prompt": {prompt}}}'.encode(), 400, "invalid_request")

    assert "`prompt` must be text" in error["error"]


def test_a_prompt_has_at_most_32000_characters(alice: Person):
    error = refused(alice, b'{"prompt": "%s"}' % (b"x" * 33_000), 400, "invalid_request")

    assert "33,000 characters" in error["error"]
    assert "32,000" in error["error"]


def test_a_prompt_of_exactly_32000_characters_is_accepted(alice: Person):
    filler = "barn " * 6400
    view = alice.begin(filler[:-1] + "s", model="openai/gpt-image-2", resolution=None)

    assert len(view["prompt"]) == 32_000
    alice.send("POST", f"/generations/{view['id']}/cancel")


def test_a_prompt_holds_no_nul_character(alice: Person):
    error = refused(alice, b'{"prompt": "a\\u0000b"}', 400, "invalid_request")

    assert "NUL" in error["error"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("model", '"openai/gpt-image-3"', "openai/gpt-image-2"),
        ("model", '"gpt-image-2"', "openai/gpt-image-2"),
        ("model", '"\' OR 1=1 --"', "model"),
        ("model", '"a\\u0000b"', "model"),
        ("model", "7", "`model`"),
        ("model", '"fal-ai/veo3.1/fast"', "POST /videos/generate"),
        ("style_slug", '"anime-styel"', "anime-style"),
        ("style_slug", "[]", "`style_slug`"),
        ("size", '"1024"', "`size`"),
        ("size", '"99999x99999"', "`size`"),
        ("size", '"0x0"', "`size`"),
        ("aspect_ratio", '"16:10"', "`aspect_ratio`"),
        ("resolution", '"8K"', "`resolution`"),
        ("quality", '"best"', "`quality`"),
        ("output_format", '"gif"', "`output_format`"),
        ("background", "1", "`background`"),
        ("seed", "-1", "`seed`"),
        ("seed", "1.5", "`seed`"),
        ("seed", str(2**64), "`seed`"),
        ("safety_tolerance", '"7"', "`safety_tolerance`"),
        ("sync_mode", '"yes"', "`sync_mode`"),
        ("make_public", "1", "`make_public`"),
        ("image_urls", '"https://example.com/a.png"', "`image_urls`"),
        ("image_urls", "[]", "`image_urls`"),
        ("image_urls", '["x", 1]', "`image_urls`"),
    ],
)
def test_a_wrong_field_is_named(alice: Person, field: str, value: str, says: str):
    body = f'{{"prompt": "A red barn", "{field}": {value}}}'

    error = refused(alice, body.encode(), 400, error_code(field, value))

    assert says in error["error"]
    assert field in {each["field"] for each in error["details"]}


def error_code(field: str, value: str) -> str:
    """Unknown models and styles have codes of their own."""
    if field == "model" and value != "7" and "veo" not in value:
        return "unknown_model"
    return "unknown_style" if field == "style_slug" and value != "[]" else "invalid_request"


def test_a_retired_model_is_refused_and_names_what_to_use_instead(alice: Person):
    before = alice.traces
    answer = alice.send(
        "POST", "/videos/estimate", json={"prompt": "Waves", "model": "fal-ai/sora-2/text-to-video"}
    )

    error = has_error(answer, 400, "model_retired")
    assert "retired" in error["error"]
    assert "/" in error["error"].split("retired", 1)[1]
    assert alice.traces == before


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("fal-ai/veo3.1/fast/image-to-video", "image_url"),
        ("fal-ai/veo3.1/reference-to-video", "image_urls"),
        ("fal-ai/veo3.1/fast/first-last-frame-to-video", "first_frame_url"),
        ("fal-ai/veo3.1/fast/extend-video", "extend_video_url"),
    ],
)
def test_a_film_model_without_its_source_names_the_field_and_the_model(alice: Person, model: str, field: str):
    before = alice.traces
    answer = alice.send("POST", "/videos/estimate", json={"prompt": "Waves", "model": model})

    assert answer.status_code == 400
    assert field in answer.json()["error"]
    assert model in answer.json()["error"]
    assert alice.traces == before


def test_everything_that_is_wrong_is_said_at_once(alice: Person):
    error = refused(alice, b'{"prompt": "", "n": 99, "size": "big", "seed": "x"}', 400, "invalid_request")

    assert {each["field"] for each in error["details"]} == {"prompt", "n", "size", "seed"}


def test_of_two_fields_with_one_name_the_last_one_counts(alice: Person):
    answer = alice.raw_body(b'{"prompt": "A red barn", "n": 1, "n": 99}')

    has_error(answer, 400, "invalid_request")


def test_a_field_name_that_means_nothing_cannot_hurt(alice: Person):
    body = {"prompt": "A red barn", "__proto__": {"n": 9}, "constructor": 1, "\u202e": 1, "x" * 5000: 1}

    answer = alice.generate(**body, prefer="respond-async")

    assert answer.status_code == 202
    assert all(len(name) < 300 for name in answer.json()["ignored_parameters"])
    alice.finished(answer.json()["id"])


def test_a_thousand_fields_are_refused(alice: Person):
    fields = ", ".join(f'"f{at}": 1' for at in range(1000))

    error = refused(alice, f'{{"prompt": "A red barn", {fields}}}'.encode(), 400, "invalid_request")

    assert "1001 fields" in error["error"]


@pytest.mark.parametrize("extra", [1, 64, 1 << 20, 8 << 20])
def test_a_body_over_a_mebibyte_is_too_large(alice: Person, extra: int):
    head, tail = b'{"prompt": "', b'"}'
    body = head + b"x" * ((1 << 20) - len(head) - len(tail) + extra) + tail

    error = refused(alice, body, 413, "too_large")

    assert "larger" in error["error"]


def test_a_body_of_exactly_a_mebibyte_is_read(alice: Person):
    head, tail = b'{"prompt": "', b'"}'
    error = refused(alice, head + b"x" * ((1 << 20) - 14) + tail, 400, "invalid_request")

    assert "characters" in error["error"]
