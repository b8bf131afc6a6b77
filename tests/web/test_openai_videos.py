"""Films through OpenAI's own client: asked for, followed, fetched, listed and deleted."""

import httpx2
import openai
import pytest
from compatible import FILM, OLD_NEWS, client_of, picture
from serving import SQLITE, Person

LONG = "Abstract [sandbox: delay=600s]"

pytestmark = [SQLITE, OLD_NEWS]


def test_a_film_is_made_followed_fetched_and_deleted(alice: Person):
    client = client_of(alice)

    video = client.videos.create(prompt="Abstract", size="1280x720", **FILM)
    assert video.status in {"queued", "in_progress"}
    assert (video.model, video.seconds, video.size) == ("fal-ai/veo3.1/lite", "4", "1280x720")
    assert video.completed_at is None
    alice.finished(video.id)
    done = client.videos.poll(video.id)

    assert (done.status, done.progress, done.error) == ("completed", 100, None)
    assert (done.seconds, done.size) == ("4", "1280x720")
    assert done.created_at <= done.completed_at
    film = client.videos.download_content(video.id)
    assert film.response.headers["content-type"] == "video/mp4"
    assert film.content[4:8] == b"ftyp"
    poster = client.videos.download_content(video.id, variant="thumbnail")
    assert poster.content[8:12] == b"WEBP"
    part = client.videos.with_raw_response.retrieve(video.id, extra_headers={"X-Request-Id": "my-request"})
    assert part.headers["x-request-id"] == "my-request"
    assert [each.id for each in client.videos.list()] == [video.id]

    assert client.videos.delete(video.id).deleted
    for ask in (client.videos.retrieve, client.videos.download_content, client.videos.delete):
        with pytest.raises(openai.NotFoundError):
            ask(video.id)
    assert not list(client.videos.list())
    assert len(alice.send("GET", "/media?trashed=true").json()["items"]) == 1


def test_part_of_a_film_can_be_asked_for(alice: Person):
    video = client_of(alice).videos.create_and_poll(prompt="Abstract", poll_interval_ms=200, **FILM)

    answer = httpx2.get(
        f"{alice.served.base}/v1/videos/{video.id}/content",
        headers={**alice.bearer, "Range": "bytes=4-7"},
        trust_env=False,
    )

    assert (answer.status_code, answer.content) == (206, b"ftyp")
    assert answer.headers["cache-control"] == "no-store"


def test_an_unfinished_film_is_stopped_and_paid_back(alice: Person):
    client = client_of(alice)
    video = client.videos.create(prompt=LONG, **FILM)
    with pytest.raises(openai.ConflictError) as caught:
        client.videos.download_content(video.id)
    assert caught.value.code == "video_not_ready"

    assert client.videos.delete(video.id).deleted

    found = client.videos.retrieve(video.id)
    assert (found.status, found.error.code) == ("failed", "cancelled")
    assert alice.balance == (1000, 0)


def test_a_film_that_failed_says_why(alice: Person):
    client = client_of(alice)

    video = client.videos.create_and_poll(
        prompt="Abstract [sandbox: error=refused]", poll_interval_ms=100, **FILM
    )

    assert (video.status, video.completed_at) == ("failed", None)
    assert "told to refuse" in video.error.message
    with pytest.raises(openai.ConflictError, match="It failed"):
        client.videos.download_content(video.id)


def test_a_film_begins_with_a_picture(alice: Person):
    client = client_of(alice)

    video = client.videos.create(prompt=LONG, input_reference=picture(), **FILM)

    assert video.model == "fal-ai/veo3.1/lite/image-to-video"
    assert len(alice.send("GET", "/media?source=upload").json()["items"]) == 1
    client.videos.delete(video.id)


def test_a_picture_may_be_an_address(alice: Person):
    client = client_of(alice)
    stored = alice.send("POST", "/uploads", files={"file": ("a.png", picture())}).json()["url"]

    video = client.videos.create(prompt=LONG, extra_body={"input_reference": {"image_url": stored}}, **FILM)

    assert video.model == "fal-ai/veo3.1/lite/image-to-video"
    client.videos.delete(video.id)


@pytest.mark.parametrize(
    ("size", "shape", "lines"),
    [
        ("1280x720", "16:9", "720p"),
        ("720x1280", "9:16", "720p"),
        ("1792x1024", "16:9", "1080p"),
        ("1024x1792", "9:16", "1080p"),
    ],
)
def test_a_size_is_the_nearest_shape_and_number_of_lines(alice: Person, size: str, shape: str, lines: str):
    client = client_of(alice)

    video = client.videos.create(prompt=LONG, model="veo3.1/lite", seconds="8", size=size)

    asked = alice.show(video.id)["parameters"]
    assert (asked["aspect_ratio"], asked["resolution"], asked["duration"]) == (shape, lines, 8)
    client.videos.delete(video.id)


def test_a_body_of_json_is_the_same(alice: Person):
    answer = alice.served.client.post(
        "/v1/videos", headers=alice.bearer, json={"prompt": LONG, "model": "veo3.1/lite", "seconds": "4"}
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["seconds"] == "4"
    client_of(alice).videos.delete(answer.json()["id"])


def test_films_are_listed_page_by_page_without_pictures(alice: Person):
    client = client_of(alice)
    made = [client.videos.create(prompt=LONG, **FILM).id for _ in range(3)]
    other = alice.begin()["id"]

    assert [each.id for each in client.videos.list(limit=2)] == made[::-1]
    first = client.videos.list(limit=2)
    assert [each.id for each in first.data] == made[:0:-1]
    assert (first.has_more, first.first_id, first.last_id) == (True, made[2], made[1])
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(other)
    with pytest.raises(openai.BadRequestError) as caught:
        client.videos.list(order="asc")
    assert caught.value.param == "order"
    for each in made:
        client.videos.delete(each)


def test_anothers_film_is_one_that_never_was(alice: Person, charlie: Person):
    video = client_of(alice).videos.create(prompt=LONG, **FILM)
    client = client_of(charlie)

    for ask in (client.videos.retrieve, client.videos.download_content, client.videos.delete):
        with pytest.raises(openai.NotFoundError):
            ask(video.id)
    with pytest.raises(openai.NotFoundError):
        client.videos.list(after=video.id)
    client_of(alice).videos.delete(video.id)
