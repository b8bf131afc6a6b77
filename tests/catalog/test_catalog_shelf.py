"""The shelf as a whole: what stands on it, what can be taken, and how fast."""

import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from catalog_bodies import SHELF, body_for
from hypothesis import given, settings
from hypothesis import strategies as some

from aims import catalog
from aims.catalog import Change, Draft, Shelf
from aims.catalog.fields import IMAGE_FIELDS, VIDEO_FIELDS
from aims.core.errors import Invalid, StudioError, Unavailable

DEFAULTS = {"image": "openai/gpt-image-2", "video": "fal-ai/veo3.1/fast"}
NAMES = ["prompt", "model", *IMAGE_FIELDS, *VIDEO_FIELDS, "bitrate_mode", "guidance_scale"]
TEXT = some.text(some.characters(), max_size=40)
LEAVES = some.none() | some.booleans() | some.integers() | some.floats() | TEXT
WORDS = some.sampled_from(
    [
        "auto",
        "1:1",
        "16:9",
        "1024x1024",
        "2K",
        "720p",
        "6s",
        "7",
        "png",
        "hd",
        "anime-style",
        "https://x.example/a",
    ]
)
IDS = some.sampled_from([model.id for model in SHELF.models(status=None)])
JSON = some.recursive(
    LEAVES, lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=3)
)
VALUES = JSON | WORDS | IDS | some.integers(0, 10) | some.lists(WORDS, min_size=1, max_size=3)
BODIES = some.dictionaries(some.sampled_from(NAMES) | TEXT, VALUES, max_size=8)


@settings(max_examples=400, deadline=None)
@given(some.sampled_from(["image", "video"]), BODIES, some.none() | IDS)
def test_whatever_is_sent_gives_a_draft_or_a_sentence(
    kind: Any, body: dict[str, Any], model: str | None
) -> None:
    if model is not None:
        body |= {"prompt": "a lighthouse", "model": model}
    try:
        draft = catalog.check(SHELF, kind, body, default_model=DEFAULTS[kind])
    except StudioError as error:
        # A sentence that cannot be encoded would break the answer: this must not raise.
        "".join([error.sentence, *(detail.message for detail in error.details)]).encode()
        return
    assert isinstance(draft, Draft)
    assert draft.model.kind == kind
    assert catalog.quote(draft.model, draft).credits > 0
    "".join(draft.ignored_parameters).encode()


@pytest.mark.parametrize("body", [None, [], "x", 3])
def test_a_body_that_is_no_object_is_refused(shelf: Shelf, body: Any) -> None:
    with pytest.raises(Invalid, match="must be a JSON object"):
        catalog.check(shelf, "image", body, default_model="openai/gpt-image-2")


def test_a_paused_model_says_so_and_is_not_listed(shelf: Shelf) -> None:
    ours = shelf.adjusted({"fal-ai/nano-banana-2": Change(status="paused")})
    with pytest.raises(Unavailable, match="'fal-ai/nano-banana-2' is paused") as caught:
        ours.model("fal-ai/nano-banana-2")
    assert caught.value.code == "model_paused"
    assert "fal-ai/nano-banana-2" not in {model.id for model in ours.models()}
    assert ours.entry("fal-ai/nano-banana-2")


def test_an_edit_sibling_that_is_paused_stops_only_edits(shelf: Shelf) -> None:
    ours = shelf.adjusted({"openai/gpt-image-2/edit": Change(status="paused")})
    assert catalog.check(ours, "image", {"prompt": "x"}, default_model=DEFAULTS["image"])
    with pytest.raises(Unavailable):
        catalog.check(ours, "image", {"prompt": "x", "image_urls": ["u"]}, default_model=DEFAULTS["image"])


def test_a_hidden_model_is_not_listed_and_still_works(shelf: Shelf) -> None:
    ours = shelf.adjusted({"fal-ai/nano-banana-2": Change(hidden=True)})
    assert ours.model("fal-ai/nano-banana-2")
    assert "fal-ai/nano-banana-2" not in {model.id for model in ours.models("image")}


def test_models_are_listed_by_kind_and_task(shelf: Shelf) -> None:
    assert {model.kind for model in shelf.models("video")} == {"video"}
    assert {model.task for model in shelf.models("video", "extendvideo")} == {"extendvideo"}
    assert len(shelf.models(status=None)) > len(shelf.models())


def test_every_text_model_finds_its_edit_model(shelf: Shelf) -> None:
    for model in shelf.models("image"):
        edit = shelf.edit_of(model)
        assert edit is not None
        assert edit.task == "img2img"


def test_what_is_hidden_in_an_operators_folder_is_not_read(tmp_path: Path) -> None:
    for name in ("models/.drafts/one.toml", "models/.one.toml", ".git/two.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("no model at all")
    assert catalog.open_shelf([tmp_path]).models(status=None) == SHELF.models(status=None)

    (tmp_path / "models" / "one.toml").write_text("no model at all")
    with pytest.raises(Invalid):
        catalog.open_shelf([tmp_path])


def test_nothing_on_the_shelf_can_be_changed(shelf: Shelf) -> None:
    model = shelf.model("openai/gpt-image-2")
    with pytest.raises(AttributeError):
        model.name = "Other"  # ty: ignore[invalid-assignment]
    with pytest.raises(AttributeError):
        shelf._models = {}  # ty: ignore[invalid-assignment]


def test_a_nearest_name_is_found_quickly_even_for_a_very_long_one(shelf: Shelf) -> None:
    with pytest.raises(Invalid) as caught:
        shelf.model("openai/" * 100_000)
    assert len(caught.value.sentence) < 250


def test_how_long_it_takes_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    shelf = catalog.open_shelf()
    picture = body_for(shelf.model(DEFAULTS["image"]), n=2, size="1536x1024", quality="high")
    draft = catalog.check(shelf, "image", picture, default_model="none")
    film = body_for(shelf.model(DEFAULTS["video"]), duration=5, aspect_ratio="16:9")
    times = {
        "open_shelf": best(catalog.open_shelf, 1),
        "check image": best(lambda: catalog.check(shelf, "image", picture, default_model="none"), 500),
        "check video": best(lambda: catalog.check(shelf, "video", film, default_model="none"), 500),
        "quote": best(lambda: catalog.quote(draft.model, draft), 500),
    }
    with capsys.disabled():
        print("\n" + ", ".join(f"{name} {seconds * 1e6:,.1f} us" for name, seconds in times.items()))


def best(what: Callable[[], object], number: int) -> float:
    """Seconds for one call, in the best of five rounds: the machine is shared."""
    return min(timeit.repeat(what, number=number, repeat=5)) / number
