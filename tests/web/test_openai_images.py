"""Pictures through OpenAI's own client: what it sends is understood, and what it reads is there."""

import base64
import io
from typing import Any

import httpx2
import openai
import pytest
from compatible import SMALL, client_of, picture
from PIL import Image
from serving import SQLITE, Person, Served

pytestmark = SQLITE


def size_of(data: bytes | str) -> tuple[int, int]:
    """The pixels of a picture, as bytes or in base64."""
    return Image.open(io.BytesIO(base64.b64decode(data) if isinstance(data, str) else data)).size


def only(person: Person, number: int = 1) -> list[dict[str, Any]]:
    """The generations of the workspace, once it is certain how many there are."""
    found = person.send("GET", "/generations").json()["items"]
    assert len(found) == number
    return found


def test_pictures_come_in_base64(alice: Person):
    made = client_of(alice).images.generate(prompt="Abstract", n=2, **SMALL)

    assert [size_of(each.b64_json) for each in made.data] == [(512, 512)] * 2
    assert made.data[0].b64_json != made.data[1].b64_json
    assert all(each.url is None for each in made.data)
    assert (made.size, made.output_format) == ("512x512", "png")
    [view] = only(alice)
    assert view["model"] == "fal-ai/nano-banana-2"
    assert made.usage.total_tokens == 0
    assert made.usage.credits == view["credits"]["charged"] == 50
    assert alice.balance == (950, 0)


def test_pictures_come_as_addresses_that_need_no_key(alice: Person):
    made = client_of(alice).images.generate(prompt="Abstract", response_format="url", **SMALL)

    [one] = made.data
    assert one.b64_json is None
    answer = httpx2.get(one.url, trust_env=False)
    assert answer.status_code == 200
    assert size_of(answer.content) == (512, 512)


def test_openais_words_are_ours(alice: Person):
    made = client_of(alice).images.generate(
        prompt="Abstract",
        model="gpt-image-1.5",
        size="1536x1024",
        quality="hd",
        background="transparent",
        output_format="webp",
        output_compression=80,
        style="vivid",
        user="somebody",
        n=None,
    )

    assert (made.size, made.quality, made.output_format) == ("1536x1024", "high", "webp")
    assert made.background == "transparent"
    assert made.ignored_parameters == ["output_compression"]
    [view] = only(alice)
    assert view["model"] == "fal-ai/gpt-image-1.5"
    assert view["parameters"]["style"] == "vivid"


def test_without_a_model_the_usual_one_is_taken(alice: Person):
    client_of(alice).images.generate(
        prompt="Abstract [sandbox: delay=0s]", quality="max", response_format="url"
    )

    [view] = only(alice)
    assert view["model"] == "openai/gpt-image-2"
    assert view["parameters"]["quality"] == "high"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_pictures_are_edited(alice: Person, number: int):
    colours = ["teal", "crimson", "gold"][:number]
    sent: Any = [io.BytesIO(picture(colour)) for colour in colours] if number > 1 else picture()

    made = client_of(alice).images.edit(prompt="Abstract", image=sent, n=2, **SMALL)

    assert len(made.data) == 2
    [view] = only(alice)
    assert view["model"] == "fal-ai/nano-banana-2/edit"
    kept = alice.send("GET", "/media?source=upload").json()["items"]
    assert len(kept) == number


def test_a_picture_that_is_sent_twice_is_kept_once(alice: Person):
    client = client_of(alice)
    for kind in ("PNG", "PNG", "JPEG"):
        sent = picture(kind=kind)
        client.images.edit(
            prompt="Abstract", image=("a.bin", sent, "text/plain"), response_format="url", **SMALL
        )

    assert len(alice.send("GET", "/media?source=upload").json()["items"]) == 2
    only(alice, 3)


def test_edits_as_json_take_addresses_and_data(alice: Person):
    stored = alice.send("POST", "/uploads", files={"file": ("a.png", picture())}).json()["url"]
    data = f"data:image/png;base64,{base64.b64encode(picture('gold')).decode()}"

    answer = alice.served.client.post(
        "/v1/images/edits",
        headers=alice.bearer,
        json={
            "prompt": "Abstract",
            "model": "nano-banana-2",
            "resolution": "0.5K",
            "images": [{"image_url": stored}, {"image_url": data}],
        },
    )

    assert answer.status_code == 200, answer.text
    assert len(alice.send("GET", "/media?source=upload").json()["items"]) == 2


def test_a_mask_is_refused_before_anything_is_kept(alice: Person):
    before = alice.traces

    with pytest.raises(openai.BadRequestError) as caught:
        client_of(alice).images.edit(prompt="Abstract", image=picture(), mask=picture(), **SMALL)

    assert (caught.value.param, caught.value.code) == ("mask", "mask_not_supported")
    assert alice.traces == before
    assert not alice.send("GET", "/media").json()["items"]


def test_a_picture_is_not_kept_for_an_edit_that_cannot_be_paid(served: Served):
    poor = served.person(10)

    with pytest.raises(openai.APIStatusError) as caught:
        client_of(poor).images.edit(prompt="Abstract", image=picture(), **SMALL)

    assert caught.value.status_code == 402
    assert not poor.send("GET", "/media").json()["items"]


def test_a_stream_ends_with_each_picture(alice: Person):
    with client_of(alice).images.generate(
        prompt="Abstract", n=2, stream=True, partial_images=2, **SMALL
    ) as stream:
        events = list(stream)

    assert [each.type for each in events] == ["image_generation.completed"] * 2
    assert [size_of(each.b64_json) for each in events] == [(512, 512)] * 2
    assert sum(each.usage.credits for each in events) == 50


def test_a_stream_of_edits_has_its_own_events(alice: Person):
    with client_of(alice).images.edit(prompt="Abstract", image=picture(), stream=True, **SMALL) as stream:
        events = list(stream)

    assert [each.type for each in events] == ["image_edit.completed"]


def test_a_stream_says_why_there_is_no_picture(alice: Person):
    with (
        pytest.raises(openai.APIError, match="told to refuse") as caught,
        client_of(alice).images.generate(
            prompt="Abstract [sandbox: error=refused]", stream=True, **SMALL
        ) as stream,
    ):
        list(stream)

    assert caught.value.code == "moderation_blocked"
    assert alice.balance == (1000, 0)


def test_what_was_made_is_delivered_when_not_all_of_it_was(alice: Person):
    made = client_of(alice).images.generate(prompt="Abstract [sandbox: fail=1]", n=3, **SMALL)

    assert len(made.data) == 2
    assert made.usage.credits == 50


@pytest.mark.asyncio
async def test_the_asynchronous_client_works(alice: Person):
    async with openai.AsyncOpenAI(base_url=f"{alice.served.base}/v1", api_key=alice.text) as client:
        made = await client.images.generate(prompt="Abstract", **SMALL)

    assert size_of(made.data[0].b64_json) == (512, 512)


def test_the_models_are_listed_and_each_is_found_under_its_names(alice: Person):
    client = client_of(alice)
    offered = {each["id"] for kind in ("image", "video") for each in models(alice, kind)}

    listed = list(client.models.list())

    assert {each.id for each in listed} == offered
    assert {each.object for each in listed} == {"model"}
    assert all(isinstance(each.created, int) and each.owned_by for each in listed)
    for name, model_id in {
        "openai/gpt-image-2": "openai/gpt-image-2",
        "gpt-image-2": "openai/gpt-image-2",
        "gpt-image-2-2026-04-21": "openai/gpt-image-2",
        "gpt-image-1.5": "fal-ai/gpt-image-1.5",
        "veo3.1/fast/image-to-video": "fal-ai/veo3.1/fast/image-to-video",
        "kling-video/v3/pro": "fal-ai/kling-video/v3/pro/text-to-video",
    }.items():
        assert client.models.retrieve(name).id == model_id


def models(person: Person, kind: str) -> list[dict[str, Any]]:
    """The models of our own list."""
    return person.send("GET", f"/models?type={kind}").json()[f"{kind}_models"]


@pytest.mark.parametrize(
    ("name", "instead"),
    [("sora-2", "fal-ai/veo3.1/fast"), ("sora-2-pro", "fal-ai/veo3.1"), ("dall-e-3", "openai/gpt-image-2")],
)
def test_a_model_that_was_closed_names_another(alice: Person, name: str, instead: str):
    with pytest.raises(openai.NotFoundError, match=f"'{instead}' instead") as caught:
        client_of(alice).models.retrieve(name)

    assert caught.value.code == "model_not_found"
