"""Films over HTTP: asked for, made, answered, paid for and given back."""

import io
import re
from typing import Any

import av
import pytest
from moving_pictures import film
from PIL import Image
from serving import SQLITE, Person, Served, has_error
from sqlalchemy import bindparam, update

from aims.core.clock import now
from aims.core.db import Tx
from aims.media.tables import assets

# One second at 480 lines: the film that costs least, in credits and in time.
SECOND = {
    "prompt": "A red barn", "model": "xai/grok-imagine-video/text-to-video", "duration": 1, "resolution": "480p",
}  # fmt: skip
FAST, SEEDANCE = "fal-ai/veo3.1/fast", "bytedance/seedance-2.0/fast"
MP4 = re.compile(r"/workspaces/[0-9a-f-]{36}/\d{4}/\d{2}/[0-9a-f-]{36}-[0-9a-f]{32}\.mp4")
_TRASH = update(assets).where(assets.c.id == bindparam("asset")).values(trashed_at=now())


def asked(person: Person, **body: Any) -> Any:
    """The answer to a request for a film. `headers` are sent, everything else is the body."""
    headers = body.pop("headers", {})
    return person.send("POST", "/videos/generate", json=body, headers=headers)


def filmed(person: Person, **body: Any) -> dict[str, Any]:
    """The documented answer, once the film is there."""
    answer = asked(person, **body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["success"] is True, told
    return told


def watched(person: Person, url: str) -> tuple[float, tuple[int, int], bool]:
    """Play the film at an address from end to end: its seconds, its pixels, and whether it has sound."""
    answer = person.served.client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    with av.open(io.BytesIO(answer.content), "r", format="mp4") as container:
        (stream,) = container.streams.video
        frames = list(container.decode(stream))
        assert not any(frame.is_corrupt for frame in frames)
        assert stream.time_base is not None
        last = frames[-1]
        seconds = float(((last.pts or 0) + (last.duration or 0)) * stream.time_base)
        return seconds, (last.width, last.height), bool(container.streams.audio)


def uploaded(person: Person, colour: str, size: tuple[int, int] = (320, 180)) -> str:
    """The address of a picture that was sent."""
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    answer = person.send("POST", "/uploads", files={"file": ("a.png", data.getvalue())})
    return answer.json()["url"]


@pytest.fixture(scope="session")
def reel(shared: Served) -> tuple[Person, dict[str, Any], str]:
    """Somebody with a film that tests only look at: the answer, and where its generation is."""
    person = shared.person(1000)
    answer = asked(person, **SECOND, seed=3, make_public=True)
    assert answer.status_code == 200, answer.text
    return person, answer.json(), answer.headers["location"]


def test_a_film_is_answered_as_documented(reel: tuple[Person, dict[str, Any], str]):
    person, told, _ = reel
    video = told["video"]

    assert set(told) == {
        "success",
        "video",
        "credits_used",
        "credits_remaining",
        "ignored_parameters",
        "sandbox",
    }
    assert (told["success"], told["sandbox"]) == (True, True)
    assert (told["credits_used"], told["credits_remaining"]) == (15, 985)
    assert told["ignored_parameters"] == ["seed"]
    assert set(video) == {
        "id", "url", "status", "model", "duration", "aspect_ratio", "audio", "share_url", "credits_refunded",
    }  # fmt: skip
    assert (video["status"], video["model"], video["credits_refunded"]) == ("completed", SECOND["model"], 0)
    assert (video["aspect_ratio"], video["audio"]) == ("16:9", True)
    assert type(video["duration"]) is int
    assert MP4.fullmatch(video["url"].removeprefix(person.served.base))
    seconds, (width, height), _ = watched(person, video["url"])
    assert seconds == pytest.approx(video["duration"], abs=0.05) == 1
    assert height == 480
    assert width / height == pytest.approx(16 / 9, abs=0.01)
    assert person.balance == (985, 0)


def test_its_generation_tells_the_same(reel: tuple[Person, dict[str, Any], str]):
    person, told, location = reel
    view = person.served.client.get(location, headers=person.bearer).json()

    assert (view["kind"], view["status"], view["model"]) == ("video", "completed", SECOND["model"])
    assert view["quote"] | {"price_version": ""} == {
        "unit": "second", "unit_credits": 15, "quantity": 1, "multipliers": [], "per_output": 15, "credits": 15,
        "price_version": "",
    }  # fmt: skip
    assert view["credits"] == {"held": 0, "charged": 15, "refunded": 0}
    (output,) = view["outputs"]
    assert (output["id"], output["url"], output["share_url"]) == (
        told["video"]["id"], told["video"]["url"], told["video"]["share_url"],
    )  # fmt: skip
    assert (output["content_type"], output["duration"], output["height"]) == ("video/mp4", 1.0, 480)
    whole = person.served.client.get(output["url"])
    assert output["bytes"] == len(whole.content)
    assert output["thumbnail_url"].endswith(".512.webp")


def test_its_poster_is_there_in_three_sizes(reel: tuple[Person, dict[str, Any], str]):
    person, told, _ = reel
    stem = told["video"]["url"].removesuffix(".mp4")

    for side in (256, 512, 1024):
        answer = person.served.client.get(f"{stem}.{side}.webp")
        assert answer.headers["content-type"] == "image/webp"
        with Image.open(io.BytesIO(answer.content)) as poster:
            assert max(poster.size) == min(side, 854)
            # Something is to be seen.
            darkest, brightest = poster.convert("L").getextrema()
            assert int(str(brightest)) - int(str(darkest)) > 60


@SQLITE
@pytest.mark.timeout(400)  # seconds of film are made, on whatever machine this is
@pytest.mark.parametrize(
    ("model", "sources", "more", "seconds", "charged"),
    [
        ("xai/grok-imagine-video/image-to-video", ["image_url"], {"duration": 1, "resolution": "480p"}, 1, 15),
        (f"{SEEDANCE}/reference-to-video", ["image_urls"], {"duration": 1, "resolution": "480p"}, 4, 80),
        (f"{FAST}/first-last-frame-to-video", ["first_frame_url", "last_frame_url"], {"duration": 4}, 4, 120),
    ],
    ids=["img2video", "ref2video", "firstlast2video"],
)  # fmt: skip
def test_pictures_become_films(
    alice: Person, model: str, sources: list[str], more: dict[str, Any], seconds: int, charged: int
):
    pictures = iter([uploaded(alice, "tomato"), uploaded(alice, "teal")])
    given = {name: [*pictures] if name == "image_urls" else next(pictures) for name in sources}

    told = filmed(alice, prompt="A slow cinematic reveal", model=model, **given, **more)

    assert (told["video"]["model"], told["video"]["duration"]) == (model, seconds)
    assert (told["credits_used"], told["credits_remaining"]) == (charged, 1000 - charged)
    assert "ignored_parameters" not in told
    length, (width, height), sound = watched(alice, told["video"]["url"])
    assert length == pytest.approx(seconds, abs=0.1)
    # Nothing was said of the shape, so it is the pictures'; the answer names it.
    assert told["video"]["aspect_ratio"] == "16:9"
    assert width / height == pytest.approx(16 / 9, abs=0.02)
    assert sound is told["video"]["audio"]


@SQLITE
@pytest.mark.timeout(400)  # seconds of film are made, on whatever machine this is
def test_a_film_is_extended_and_the_answer_says_how_long_it_is_now(reel: tuple[Person, dict[str, Any], str]):
    person, before, _ = reel

    told = filmed(
        person,
        prompt="The camera keeps rising",
        model=f"{FAST}/extend-video",
        extend_video_url=before["video"]["url"],
    )

    assert told["credits_used"] == 7 * 30
    assert told["video"]["duration"] >= 7
    assert watched(person, told["video"]["url"])[0] == pytest.approx(told["video"]["duration"], abs=0.1)


@SQLITE
@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (f"{FAST}/image-to-video", ["image_url"]),
        ("fal-ai/veo3.1/reference-to-video", ["image_urls"]),
        (f"{FAST}/first-last-frame-to-video", ["first_frame_url", "last_frame_url"]),
        (f"{FAST}/extend-video", ["extend_video_url"]),
    ],
)
def test_a_missing_source_is_named_with_its_model_and_costs_nothing(
    alice: Person, model: str, fields: list[str]
):
    before = alice.traces

    told = has_error(asked(alice, prompt="A walk", model=model), 400, "invalid_request")

    assert [each["field"] for each in told["details"]] == fields
    for each in told["details"]:
        assert each["message"].startswith(f"`{each['field']}` is required with the model '{model}'")
    assert fields[0] in told["error"]
    assert model in told["error"]
    assert alice.traces == before


@SQLITE
def test_a_source_of_the_wrong_kind_or_of_somebody_else_is_refused(
    alice: Person, charlie: Person, reel: tuple[Person, dict[str, Any], str]
):
    owner, told, _ = reel
    theirs, picture = told["video"]["url"], uploaded(alice, "navy")
    extend, animate = f"{FAST}/extend-video", f"{FAST}/image-to-video"
    before = alice.traces

    wrong = has_error(
        asked(alice, prompt="x", model=extend, extend_video_url=picture), 400, "wrong_reference"
    )
    assert "needs a film" in wrong["error"]
    wrong = has_error(asked(owner, prompt="x", model=animate, image_url=theirs), 400, "wrong_reference")
    assert "needs a picture" in wrong["error"]
    for person in (alice, charlie):
        strange = has_error(
            asked(person, prompt="x", model=extend, extend_video_url=theirs), 400, "unknown_reference"
        )
        assert strange["details"][0]["field"] == "extend_video_url"
        assert "not a film of this workspace" in strange["error"]
    assert alice.traces == before


@SQLITE
def test_a_film_in_the_trash_is_no_source(alice: Person):
    told = filmed(alice, **SECOND)["video"]

    def trash(tx: Tx) -> None:
        assert tx.run(_TRASH, asset=told["id"]) == 1

    alice.served.write(trash)

    assert alice.served.client.get(told["url"]).status_code == 404
    has_error(
        asked(alice, prompt="x", model=f"{FAST}/extend-video", extend_video_url=told["url"]),
        400,
        "unknown_reference",
    )


@SQLITE
@pytest.mark.parametrize(
    ("seconds", "snapped"), [(1, 4), (4, 4), (5, 4), (6, 6), (7, 6), ("7s", 6), (60, 8), (None, 8)]
)
def test_the_nearest_length_is_made_and_paid_for_and_ties_go_down(
    alice: Person, seconds: object, snapped: int
):
    """The film itself is told to fail: what it would have been is in the answer, and in the refund."""
    body = {} if seconds is None else {"duration": seconds}

    told = asked(alice, prompt="A walk [sandbox: fail=1]", **body).json()

    assert (told["video"]["model"], told["video"]["duration"]) == (FAST, snapped)
    assert told["video"]["credits_refunded"] == 30 * snapped
    assert (told["credits_used"], told["credits_remaining"]) == (0, 1000)


@pytest.mark.parametrize(
    ("directive", "error"),
    [
        ("fail=1", "fail"),
        ("fail=all", "fail"),
        ("error=refused", "refuse"),
    ],
)
def test_a_film_that_did_not_come_is_given_back(alice: Person, directive: str, error: str):
    answer = asked(alice, **{**SECOND, "prompt": f"A red barn [sandbox: {directive}]"}, make_public=True)

    assert answer.status_code == 200
    told = answer.json()
    assert (told["success"], told["credits_used"], told["credits_remaining"]) == (False, 0, 1000)
    video = told["video"]
    assert (video["status"], video["url"], video["credits_refunded"]) == ("failed", None, 15)
    assert (video["duration"], video["aspect_ratio"], video["audio"]) == (1, "16:9", True)
    assert error in video["error"]
    assert "share_url" not in video
    assert (alice.balance, alice.used()) == ((1000, 0), 0)


def test_a_film_is_cancelled_while_it_waits_for_its_provider(alice: Person):
    answer = asked(
        alice, **{**SECOND, "prompt": "x [sandbox: delay=5m]"}, headers={"Prefer": "respond-async"}
    )
    assert answer.status_code == 202
    view = answer.json()
    assert (view["kind"], view["credits"]["held"]) == ("video", 15)

    assert alice.send("POST", f"/generations/{view['id']}/cancel").status_code == 200

    assert alice.finished(view["id"])["status"] == "cancelled"
    assert alice.balance == (1000, 0)


def test_the_same_key_gives_the_same_film_and_another_request_is_refused(alice: Person):
    headers = {"Idempotency-Key": "film-1"}

    first = asked(alice, **SECOND, headers=headers)
    again = asked(alice, **SECOND, headers=headers)
    other = asked(alice, **SECOND | {"duration": 2}, headers=headers)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    has_error(other, 422, "idempotency_key_reused")
    assert alice.balance == (985, 0)


@SQLITE
def test_sound_and_resolution_cost_what_the_quote_says(alice: Person):
    def quote(**body: Any) -> dict[str, Any]:
        answer = alice.send("POST", "/videos/estimate", json={"prompt": "A walk", **body})
        assert answer.status_code == 200, answer.text
        return answer.json()["quote"]

    assert quote(duration=4)["credits"] == 120
    loud = quote(duration=4, audio=True)
    assert loud["multipliers"]
    told = asked(alice, prompt="A walk [sandbox: fail=1]", duration=4, audio=True).json()
    assert told["video"]["credits_refunded"] == loud["credits"] > 120
    assert told["video"]["audio"] is True


@SQLITE
def test_each_film_model_costs_a_second_what_the_price_list_says(alice: Person):
    listed = alice.send("GET", "/videos/generate").json()["available_models"]
    sources = {
        "image_url": uploaded(alice, "red"), "image_urls": [uploaded(alice, "red")],
        "first_frame_url": uploaded(alice, "red"), "last_frame_url": uploaded(alice, "red"),
    }  # fmt: skip
    for model in listed:
        if model["model_type"] == "extendvideo":
            continue
        body = {"prompt": "A walk", "model": model["id"], "duration": 6, **sources}
        told = alice.send("POST", "/videos/estimate", json=body).json()["quote"]
        assert (told["unit"], told["unit_credits"]) == ("second", model["credit_cost"])
        # One model makes eight seconds and nothing else.
        assert told["quantity"] in {6, 8}
        assert told["credits"] == model["credit_cost"] * told["quantity"], model["id"]
        assert told["multipliers"] == []


@SQLITE
def test_pictures_and_uploads_do_not_stand_behind_a_film(alice: Person):
    """The film waits, as behind another one; what else there is to draw and to read does not."""
    served = alice.served
    turn = served.studio.providers.adapters["sandbox"]._films._turns.turn(9)
    served.do(turn.__aenter__())
    try:
        key = {"Idempotency-Key": "behind"}
        begun = asked(alice, **SECOND, headers={"Prefer": "respond-async", **key}).json()
        alice.until(begun["id"], lambda view: view["started_at"] is not None)

        assert alice.generate().json()["success"] is True
        assert uploaded(alice, "gold").endswith(".png")

        assert alice.show(begun["id"])["status"] == "running"
    finally:
        served.do(turn.__aexit__(None, None, None))
    # The same request again waits for it, however long that takes.
    assert asked(alice, **SECOND, headers=key).json()["success"] is True


def test_a_model_that_makes_pictures_is_sent_to_its_own_address(alice: Person):
    told = has_error(asked(alice, prompt="x", model="openai/gpt-image-2"), 400, "invalid_request")
    assert "POST /images/generate" in told["error"]
    told = has_error(
        alice.send("POST", "/images/generate", json={"prompt": "x", "model": FAST}), 400, "invalid_request"
    )
    assert "POST /videos/generate" in told["error"]


@SQLITE
def test_a_film_is_no_upload(alice: Person):
    answer = alice.send("POST", "/uploads", files={"file": ("a.png", film(frames=3))})

    has_error(answer, 415, "unsupported_media_type")
