"""Every request for a film that the API documentation shows, sent as it stands there and answered as it says."""

import pytest
import test_documentation
from outside import Site
from serving import SQLITE, Person
from test_documentation import ANSWERS, DOCUMENT, FILMS, Shown, has_shape_of, parameters
from test_videos import uploaded, watched

# The site that the document's pictures lie on.
example = test_documentation.example

# What each prompt of the document must give: seconds, credits, and the shape as it is called and as a quotient.
EXPECTED = {
    # 120 credits are in the document's own answer.
    "A cinematic drone shot flying through snowy mountains at sunrise": (4, 120, "16:9", 16 / 9),
    # Nothing is said of the shape, so it is that of the picture: three wide, two high.
    "Turn this still image into a slow cinematic reveal": (6, 180, "3:2", 3 / 2),
}


def test_every_film_of_the_document_is_asked_for_here():
    assert {each.body["prompt"] for each in FILMS} == set(EXPECTED)
    assert DOCUMENT.count("curl -X POST https://app.ai-media-studio.com/api/v1/videos/generate") == len(FILMS)


@SQLITE
@pytest.mark.timeout(400)  # ten seconds of film are made, on whatever machine this is
@pytest.mark.parametrize("request_", FILMS, ids=lambda each: each.body["prompt"][:24])
def test_a_request_of_the_document_gives_the_film_that_it_asks_for(
    alice: Person, request_: Shown, example: Site
):
    body = request_.body
    seconds, price, shape, ratio = EXPECTED[body["prompt"]]
    (shown,) = [each for each in ANSWERS if "video" in each]

    answer = request_.send(alice)

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [seen.path for seen in example.requests] == request_.outside
    has_shape_of(told, shown)
    video = told["video"]
    assert (told["success"], video["status"], video["model"]) == (True, "completed", body["model"])
    assert (told["credits_used"], told["credits_remaining"]) == (price, 1000 - price)
    assert (video["duration"], video["aspect_ratio"], video["audio"]) == (seconds, shape, False)
    assert video["credits_refunded"] == 0
    assert "ignored_parameters" not in told
    assert "error" not in video
    length, (width, height), sound = watched(alice, video["url"])
    assert length == pytest.approx(seconds, abs=0.1)
    assert width / height == pytest.approx(ratio, abs=0.02)
    assert sound is False


@SQLITE
def test_no_parameter_of_the_document_is_unknown(alice: Person):
    """A model may not act on one, and then says so; none is refused as something that nobody has heard of."""
    picture = uploaded(alice, "olive")
    values = {
        "prompt": "A red barn", "model": "fal-ai/veo3.1/fast", "duration": 4, "aspect_ratio": "16:9", "audio": False,
        "make_public": True, "image_url": picture, "image_urls": [picture], "first_frame_url": picture,
        "last_frame_url": picture, "extend_video_url": picture, "cfg_scale": 0.5, "negative_prompt": "rain",
        "resolution": "720p", "enhance_prompt": True, "auto_fix": True, "seed": 7, "safety_tolerance": "6",
    }  # fmt: skip
    assert set(parameters("Generate Videos\nPOST", "Available Models\nCurrent")) == set(values)

    answer = alice.send("POST", "/videos/estimate", json=values)

    assert answer.status_code == 200, answer.text
    sources = {"image_url", "image_urls", "first_frame_url", "last_frame_url", "extend_video_url"}
    assert set(answer.json()["ignored_parameters"]) <= sources | {"cfg_scale", "enhance_prompt"}
