"""Pictures given as files to `aims image`, `edit` and `video`: uploaded once, and used where a URL is expected."""

import hashlib
from pathlib import Path

import pytest
from between import Between
from PIL import Image
from remotely import SMALL, Shell
from serving import Person
from typing_in import refused

BEGINNING = ("--model", "xai/grok-imagine-video/image-to-video", "--duration", "1", "--resolution", "480p")


def drawn(folder: Path, name: str, colour: str = "teal") -> str:
    """A small picture in a file. Its hash."""
    Image.new("RGB", (96, 64), colour).save(folder / name)
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()


def uploads(bob: Person) -> list[str]:
    """The addresses of what was uploaded, the first one first."""
    items = bob.send("GET", "/media?source=upload").json()["items"]
    return [each["url"] for each in reversed(items)]


def test_a_file_is_uploaded_and_the_picture_made_from_it(bob: Person, aims: Shell):
    drawn(aims.folder, "fox.png")

    said = aims("image", "A fox in the snow", "-i", "fox.png", "--json", *SMALL)

    assert said.json["images"][0]["status"] == "completed"
    (url,) = uploads(bob)
    assert said.err == f"Uploaded fox.png: {url}\n"
    (made,) = bob.send("GET", "/generations").json()["items"]
    assert made["model"] == f"{SMALL[1]}/edit"
    assert aims("edit", "Again", "-i", str(aims.folder / "fox.png"), "--quiet", *SMALL).err == ""


def test_files_and_addresses_keep_their_order_and_a_file_is_sent_once(
    bob: Person, aims: Shell, between: Between
):
    drawn(aims.folder, "a.png", "red")
    drawn(aims.folder, "b.jpg", "blue")
    kept = aims("upload", "a.png", "--print", "url").out.strip()
    given = ("-i", "b.jpg", "-i", kept, "-i", "a.png", "-i", "b.jpg")

    said = aims("edit", "One collage", *given, "--json", *SMALL, AIMS_BASE_URL=between.url)

    assert said.json["success"] is True
    before, first, second = uploads(bob)
    assert before == kept
    assert f"Uploaded b.jpg: {first}\nUploaded a.png: {second}\n" == said.err
    assert len(between.sent("/uploads")) == 2
    # What was asked for is what the same request by hand is: it joins the same generation.
    key = between.sent("/images/generate")[0].headers["idempotency-key"]
    asked = {"model": SMALL[1], "resolution": SMALL[3], "image_urls": [first, kept, second, first]}
    answer = bob.generate("One collage", headers={"Idempotency-Key": key}, **asked)
    assert answer.headers["idempotent-replayed"] == "true"


def test_a_film_begins_with_a_file(bob: Person, aims: Shell):
    drawn(aims.folder, "fox.png")

    said = aims("video", "It turns its head", "-i", "fox.png", "--json", *BEGINNING)

    assert said.json["video"]["status"] == "completed"
    assert len(uploads(bob)) == 1


def test_an_upload_whose_answer_is_lost_is_kept_once(bob: Person, aims: Shell, between: Between):
    drawn(aims.folder, "fox.png")
    between.rule("/uploads", lose=True)

    said = aims("edit", "A fox", "-i", "fox.png", "--json", *SMALL, AIMS_BASE_URL=between.url)

    assert said.json["success"] is True
    first, again = between.sent("/uploads")
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert len(uploads(bob)) == 1
    assert bob.balance == (975, 0)


def test_nothing_is_sent_when_one_of_them_is_no_picture(bob: Person, aims: Shell):
    drawn(aims.folder, "fox.png")
    (aims.folder / "notes.png").write_text("not a picture")
    (aims.folder / "folder.png").mkdir()

    for name, words in (("notes.png", "no picture"), ("folder.png", "not a file")):
        refused(aims("edit", "A fox", "-i", "fox.png", "-i", name, *SMALL), 1, name, words)

    refused(aims("video", "A fox", "--extend-video-url", "fox.png"), 2, "--extend-video-url", "film")
    assert uploads(bob) == []
    assert bob.balance == (1000, 0)


def test_a_key_that_may_not_upload_says_so_and_nothing_is_made(bob: Person, aims: Shell):
    drawn(aims.folder, "fox.png")
    narrow = bob.served.key(bob.workspace_id, scopes=("image:generate",)).text

    refused(aims("edit", "A fox", "-i", "fox.png", *SMALL, "--key", narrow), 1, "(403)", "media:write")

    assert bob.balance == (1000, 0)


@pytest.mark.parametrize("form", ["whole", "path"])
def test_an_address_of_the_studio_is_no_file(bob: Person, aims: Shell, form: str):
    drawn(aims.folder, "fox.png")
    url = aims("upload", "fox.png", "--print", "url").out.strip()
    given = url if form == "whole" else url.removeprefix(bob.served.base)

    said = aims("edit", "A fox", "-i", given, "--json", *SMALL)

    assert (said.json["success"], said.err, uploads(bob)) == (True, "", [url])


def test_a_dry_run_uploads_nothing_and_shows_what_was_given(bob: Person, aims: Shell):
    drawn(aims.folder, "fox.png")

    said = aims("edit", "A fox", "-i", "fox.png", "--dry-run")

    assert said.json["body"] == {"prompt": "A fox", "image_urls": ["fox.png"]}
    assert uploads(bob) == []


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ("image", "image_urls"),
        ("video", "image_url"),
        ("video", "extend_video_url"),
    ],
)
def test_a_number_in_the_place_of_an_address_is_refused_by_the_studio(
    bob: Person, aims: Shell, command: str, field: str
):
    refused(aims(command, "A fox", "--set", f"{field}=5"), 1, "AIMS API error (400)", field)

    assert bob.balance == (1000, 0)


@pytest.mark.parametrize(
    ("command", "given", "named"),
    [
        ("image", ("--image-url", "no.png"), "--image-url takes"),
        ("edit", ("-i", "no.png"), "--image-url takes"),
        ("video", ("-i", "no.png"), "--image-url takes"),
        ("video", ("--image-urls", "no.png"), "--image-urls takes"),
        ("image", ("--set", "last_frame_url=no.png"), "--set last_frame_url takes"),
    ],
)
def test_a_picture_that_is_not_there_is_said_with_the_option_that_named_it(
    aims: Shell, command: str, given: tuple[str, ...], named: str
):
    refused(aims(command, "A fox", *given), 2, f"Error: {named} an address")
