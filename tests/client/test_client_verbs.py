"""Each verb of the client against a real studio."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from serving import SMALL, Person

from aims.client import (
    AIMS,
    BadFile,
    Conflict,
    DownloadFailed,
    Forbidden,
    GenerationFailed,
    NotFound,
    documented,
)

Make = Callable[..., AIMS]
SECOND = {"model": "xai/grok-imagine-video/text-to-video", "duration": 1, "resolution": "480p"}


def picture(colour: str = "red") -> bytes:
    """A small picture."""
    data = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(data, "PNG")
    return data.getvalue()


def dimensions(file: Path) -> tuple[int, int]:
    """How large the picture in a file is."""
    with Image.open(file) as opened:
        opened.load()
        return opened.size


def test_one_of_several_that_fails_has_an_outcome_of_its_own(alice: Person, client: Make, tmp_path: Path):
    made = client(alice).images.generate("A barn [sandbox: fail=1]", n=3, **SMALL)

    assert [output.status for output in made.outputs].count("failed") == 1
    assert (made.credits.charged, made.credits.refunded, alice.balance) == (50, 25, (950, 0))
    saved = made.save(tmp_path / "barns")
    assert [file.name[:3] for file in saved] == ["01-", "02-"]
    assert [dimensions(file) for file in saved] == [(512, 512)] * 2
    answer = documented(made, 950)
    assert (answer["success"], answer["credits_used"], answer["credits_remaining"]) == (True, 50, 950)


def test_what_else_a_model_takes_is_given_as_settings(alice: Person, client: Make):
    images = client(alice).images
    made = images.generate("A barn", settings={"seed": 7, "timeout": 0, "left_out": None}, **SMALL)

    assert made.parameters["seed"] == 7
    assert made.ignored_parameters == ["timeout"]
    with pytest.raises(ValueError, match="`seed` is said twice"):
        images.generate("A barn", seed=8, settings={"seed": 7}, **SMALL)
    with pytest.raises(ValueError, match="`image_urls` is said twice"):
        images.edit("A barn", ["x"], settings={"image_urls": "y"}, **SMALL)


def test_what_is_told_is_what_a_waiting_request_is_answered(alice: Person, client: Make):
    """The answer that the documentation shows, word for word, made of the generation."""
    given: dict[str, Any] = {"n": 2, "make_public": True, "style_slug": "watercolor-style", **SMALL}
    for prompt in ("A barn [sandbox: fail=1]", "A barn [sandbox: fail=all]"):
        made = client(alice).images.generate(prompt, idempotency_key=prompt[-7:], **given)
        answer = alice.generate(prompt, headers={"Idempotency-Key": prompt[-7:]}, **given)

        told = documented(made, alice.balance[0])

        assert told.pop("generation_id") == made.id
        told.pop("error", None)
        assert told == answer.json()


def test_a_film_is_told_as_the_documentation_has_it(alice: Person, client: Make, tmp_path: Path):
    given = SECOND
    made = client(alice).videos.generate("A red barn", idempotency_key="film", **given)
    answer = alice.send(
        "POST",
        "/videos/generate",
        json={"prompt": "A red barn", **given},
        headers={"Idempotency-Key": "film"},
    )

    told = documented(made, alice.balance[0])

    told.pop("generation_id")
    # The films of this model always have sound, which only the request that waits is told.
    assert told["video"].pop("audio") is None
    said = answer.json()
    assert said["video"].pop("audio") is True
    assert told == said
    (saved,) = made.save(tmp_path / "barn.mp4")
    assert saved.read_bytes()[4:8] == b"ftyp"


def test_a_picture_is_brought_in_and_edited(alice: Person, client: Make, tmp_path: Path):
    aims = client(alice)
    (tmp_path / "red.png").write_bytes(picture())

    kept = [
        aims.uploads.create(tmp_path / "red.png"),
        aims.uploads.create(picture("blue")),
        aims.uploads.create(io.BytesIO(picture("green"))),
    ]
    made = aims.images.edit("Add a boat", [one.url for one in kept], model=SMALL["model"])

    assert made.model == f"{SMALL['model']}/edit"
    assert made.status == "completed"


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", b"\xff\xd8\xff" + bytes(20 << 20)], ids=["empty", "svg", "large"]
)
def test_what_is_no_picture_is_not_sent(alice: Person, client: Make, data: bytes):
    with pytest.raises(BadFile):
        client(alice, base_url="http://127.0.0.1:9").uploads.create(data)


def test_a_folder_is_no_picture(alice: Person, client: Make, tmp_path: Path):
    with pytest.raises(BadFile, match="not a file"):
        client(alice).uploads.create(tmp_path)


def test_the_library_is_listed_shared_thrown_away_and_taken_back(alice: Person, client: Make):
    aims = client(alice)
    kept = [aims.uploads.create(picture(colour)).id for colour in ("red", "blue", "green")]

    page = aims.media.list(limit=2)
    rest = aims.media.list(limit=2, cursor=page.next_cursor)
    assert [one.id for one in (*page.items, *rest.items)] == kept[::-1]
    assert [one.id for one in aims.media.each(kind="image")] == kept[::-1]

    shown = aims.media.share(kept[0]).share_url
    assert shown is not None
    assert aims.media.get(kept[0]).share_url == shown
    assert aims.media.unshare(kept[0]).share_url is None
    with pytest.raises(Conflict):
        aims.media.delete(kept[0], permanent=True)
    thrown = aims.media.delete(kept[0])
    assert thrown is not None
    assert thrown.trashed_at is not None
    assert aims.media.restore(kept[0]).trashed_at is None
    aims.media.delete(kept[0])
    assert aims.media.delete(kept[0], permanent=True) is None
    with pytest.raises(NotFound):
        aims.media.get(kept[0])


def test_what_there_is_and_what_it_costs(alice: Person, client: Make):
    aims = client(alice)

    assert {model.model_type for model in aims.models.list("image")} == {"text2img", "img2img"}
    assert "openai/gpt-image-2" in {model.id for model in aims.models.list()}
    assert "watercolor-style" in {style.slug for style in aims.styles.list()}
    estimate = aims.images.estimate("A barn", n=2, **SMALL)
    assert (estimate.quote.credits, estimate.affordable, estimate.credits_available) == (50, True, 1000)
    film = aims.videos.estimate("A barn", **SECOND)
    assert film.quote.unit == "second"
    assert alice.balance == (1000, 0)


def test_what_was_asked_for_and_what_it_cost(alice: Person, client: Make):
    aims = client(alice)
    made = [aims.images.generate("A barn", **SMALL), aims.images.generate("A cow", **SMALL)]

    assert [one.id for one in aims.generations.each(kind="image")] == [made[1].id, made[0].id]
    assert len(aims.generations.list(limit=1).items) == 1
    now = aims.credits.get()
    assert (now.available, now.held) == (950, 0)
    assert {entry.generation_id for entry in now.items if entry.kind == "capture"} == {one.id for one in made}
    with pytest.raises(Forbidden, match="usage:read"):
        aims.usage.get()
    auditor = Person(
        alice.served, alice.workspace_id, alice.served.key(alice.workspace_id, scopes=("usage:read",))
    )
    report = client(auditor).usage.get(sandbox=True, group_by="day,model")
    assert [(one.model, one.credits_charged) for one in report.items] == [(SMALL["model"], 50)]
    assert (report.totals.credits_charged, report.items[0].day) == (50, report.last)
    account = aims.account()
    assert (account.workspace_id, account.credits_available) == (alice.workspace_id, 950)


def test_a_download_that_fails_is_said_after_the_others_were_tried(
    alice: Person, client: Make, tmp_path: Path
):
    aims = client(alice)
    made = aims.images.generate("A barn", n=2, **SMALL)
    first, second = made.completed
    aims.media.delete(first.id)

    with pytest.raises(DownloadFailed, match="without generating again") as caught:
        aims.save(made, tmp_path / "all")

    assert [one.url for one in caught.value.failed] == [first.url]
    assert [file.name for file in caught.value.saved] == [f"02-{(second.url or '').rpartition('/')[2]}"]
    assert [file.name for file in (tmp_path / "all").iterdir()] == [caught.value.saved[0].name]


def test_nothing_to_save_is_an_error_that_says_why(alice: Person, client: Make, tmp_path: Path):
    made = client(alice).images.generate("A barn [sandbox: fail=all]", **SMALL)

    with pytest.raises(GenerationFailed, match="nothing to save"):
        made.save(tmp_path / "barn.png")


def test_a_key_without_the_scope_is_told_which(alice: Person, client: Make):
    narrow = Person(
        alice.served, alice.workspace_id, alice.served.key(alice.workspace_id, scopes=("media:read",))
    )

    with pytest.raises(Forbidden, match="image:generate") as caught:
        client(narrow).images.generate("A barn", **SMALL)

    assert caught.value.request_id
