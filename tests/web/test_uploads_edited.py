"""Edits: pictures that were sent, or made before, are what the new picture is made from."""

import io
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from serving import SQLITE, Person, has_error
from test_uploads_kinds import POLYGLOTS, SCRIPT, encoded, is_inert, kept, send_file

BANANA = "fal-ai/nano-banana-2"

pytestmark = SQLITE


def halves(width: int = 1200, height: int = 800, left: str = "navy", right: str = "gold") -> bytes:
    """A picture of two colours."""
    image = Image.new("RGB", (width, height), right)
    image.paste(left, (0, 0, width // 2, height))
    return encoded(image, "PNG")


def uploaded(person: Person, data: bytes) -> str:
    return kept(send_file(person, data))["url"]


def edited(person: Person, *addresses: str, prompt: str = "Add a small boat", **more: Any) -> dict[str, Any]:
    """The answer to an edit that was completed."""
    body = {"prompt": prompt, "model": BANANA, "resolution": "0.5K", "image_urls": list(addresses)}
    answer = person.send("POST", "/images/generate", json=body | more)
    assert answer.status_code == 200, answer.text
    assert [each["status"] for each in answer.json()["images"]] == ["completed"] * more.get("n", 1)
    return answer.json()


def picture(person: Person, told: dict[str, Any], at: int = 0) -> Image.Image:
    """The picture that an answer names."""
    return Image.open(io.BytesIO(person.served.client.get(told["images"][at]["url"]).content)).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart, from 0 to 255, looked at from afar."""
    small = [each.convert("RGB").resize((16, 16), Image.Resampling.BOX) for each in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


@pytest.mark.parametrize(("width", "height"), [(1200, 800), (600, 900), (1000, 1000), (1600, 900)])
@pytest.mark.parametrize("more", [{}, {"aspect_ratio": "auto"}], ids=["nothing", "auto"])
def test_an_edit_keeps_the_proportions_of_its_picture(
    alice: Person, width: int, height: int, more: dict[str, str]
):
    told = edited(alice, uploaded(alice, halves(width, height)), **more)

    made = picture(alice, told)
    assert made.width / made.height == pytest.approx(width / height, rel=0.02)


def test_a_shape_that_is_asked_for_wins(alice: Person):
    address = uploaded(alice, halves())

    assert picture(alice, edited(alice, address, aspect_ratio="1:1")).size == (512, 512)
    tall = picture(alice, edited(alice, address, aspect_ratio="9:16"))
    assert tall.width / tall.height == pytest.approx(9 / 16, rel=0.03)


def test_the_edit_model_takes_over_by_itself_and_costs_its_own_price(alice: Person):
    address = uploaded(alice, halves())
    view = alice.finished(
        alice.begin(image_urls=[address], model="openai/gpt-image-2", size="1024x1024", resolution=None)["id"]
    )

    assert view["model"] == "openai/gpt-image-2/edit"
    assert (view["quote"]["credits"], view["credits"]["charged"]) == (70, 70)
    assert (view["outputs"][0]["width"], view["outputs"][0]["height"]) == (1024, 1024)


def test_an_edit_looks_like_the_picture_that_it_is_made_from(alice: Person):
    one, other = halves(), halves(left="white", right="darkred")
    made = [picture(alice, edited(alice, uploaded(alice, data), seed=7)) for data in (one, other)]
    originals = [Image.open(io.BytesIO(data)) for data in (one, other)]

    for at in (0, 1):
        near, far = difference(made[at], originals[at]), difference(made[at], originals[1 - at])
        assert near < far / 2, (near, far)
        assert near > 0.1, "the edit changed nothing"


def test_several_pictures_are_all_in_what_is_made_of_them(alice: Person):
    colours = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255)}
    addresses = [uploaded(alice, halves(300, 300, name, name)) for name in colours]

    made = picture(alice, edited(alice, *addresses, prompt="Combine these images into a beautiful collage"))

    found = made.resize((64, 64)).getcolors(64 * 64) or []
    for name, colour in colours.items():
        near = [n for n, seen in found if sum(abs(a - b) for a, b in zip(seen, colour, strict=True)) < 150]  # ty: ignore
        assert sum(near) > 64, name


def test_ten_pictures_are_taken_and_eleven_are_not(alice: Person):
    address = uploaded(alice, halves(64, 64))

    edited(alice, *[address] * 10)
    body = {"prompt": "Combine", "model": BANANA, "image_urls": [address] * 11}
    error = has_error(alice.send("POST", "/images/generate", json=body), 400, "invalid_request")
    assert "10" in error["error"]


def test_what_was_made_before_can_be_edited_and_so_can_its_thumbnail(alice: Person):
    first = alice.generate("A lighthouse at sunset", seed=3).json()
    address = first["images"][0]["url"]

    second = edited(alice, address, prompt="Make it night")
    third = edited(alice, f"{address.rpartition('.')[0]}.256.webp", prompt="Make it night")

    for told in (second, third):
        made = picture(alice, told)
        assert made.width == made.height
        assert told["images"][0]["id"] != first["images"][0]["id"]
    assert alice.served.client.get(address).status_code == 200


def test_an_edit_may_have_a_style_and_several_outcomes(alice: Person):
    told = edited(alice, uploaded(alice, halves()), n=2, style_slug="watercolor-style", output_format="webp")

    assert told["style_applied"] == "watercolor-style"
    assert told["credits_used"] == 50
    answer = alice.served.client.get(told["images"][1]["url"])
    assert answer.headers["content-type"] == "image/webp"


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF", "BMP"])
def test_an_upload_of_every_format_can_be_edited(alice: Person, form: str):
    data = encoded(Image.new("RGB", (300, 200), "seagreen"), form)

    made = picture(alice, edited(alice, uploaded(alice, data)))

    assert made.width / made.height == pytest.approx(1.5, rel=0.02)


def test_nothing_that_was_hidden_in_a_picture_is_in_what_is_made_from_it(alice: Person):
    for name in ("jpeg, html comment", "png, script in a text", "gif, html"):
        told = edited(alice, uploaded(alice, POLYGLOTS[name]), sync_mode=True)
        assert told["images"][0]["url"].startswith("data:image/png;base64,")
        share = alice.send("POST", f"/media/{told['images'][0]['id']}/share").json()["share_url"]
        for end in ("file", "thumbnail"):
            answer = alice.served.client.get(f"{share}/{end}")
            is_inert(answer)
            assert SCRIPT not in answer.content


def test_a_model_that_cannot_edit_says_so(alice: Person):
    address = uploaded(alice, halves())
    body = {"prompt": "Make it night", "model": "fal-ai/flux-pro/kontext"}

    error = has_error(alice.send("POST", "/images/generate", json=body), 400, "invalid_request")
    assert [each["field"] for each in error["details"]] == ["image_urls"]
    edited(alice, address, model="fal-ai/flux-pro/kontext", resolution=None)


def test_a_film_is_made_from_a_picture_not_from_a_film_and_the_other_way_round(alice: Person):
    address = uploaded(alice, halves())
    body = {"prompt": "Go on", "model": "fal-ai/veo3.1/fast/extend-video", "extend_video_url": address}

    error = has_error(alice.send("POST", "/videos/estimate", json=body), 400, "wrong_reference")

    assert [each["field"] for each in error["details"]] == ["extend_video_url"]
    assert "film" in error["error"]


@pytest.mark.parametrize(
    "address",
    [
        "https://nobody.test/your-image.jpg",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "/etc/passwd",
        "workspaces/../secret",
        "",
    ],
)
def test_an_address_where_there_is_no_picture_is_refused_and_costs_nothing(alice: Person, address: str):
    before = alice.traces
    body = {"prompt": "Make it night", "model": BANANA, "image_urls": [address]}

    answer = alice.send("POST", "/images/generate", json=body)

    assert answer.status_code == 400, answer.text
    assert [each["field"] for each in answer.json()["details"]] == ["image_urls"]
    assert alice.traces == before
