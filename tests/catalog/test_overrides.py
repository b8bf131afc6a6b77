"""What operators change, and what a workspace is then offered; on the database, and with files that come and go."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from catalog_bodies import MODEL_FILE

from aims import catalog
from aims.catalog import Counter, Shelf, overrides
from aims.catalog.overrides import Overrides, Said
from aims.core.db import Database
from aims.core.errors import Invalid, Unavailable

GPT, BANANA = "openai/gpt-image-2", "fal-ai/nano-banana-2"
DEFAULTS = {"image": GPT, "video": "fal-ai/veo3.1/fast"}
NOTHING = {"credits": None, "status": None, "substitute": None, "hidden": None}

Change = Callable[..., Awaitable[None]]


def said(**more: Any) -> Said:
    return Said(**(NOTHING | more))


@pytest.fixture
def counter(own_folder: Path) -> Counter:
    return Counter(own_folder, DEFAULTS)


@pytest.fixture
def change(db: Database, shelf: Shelf, counter: Counter) -> Change:
    """Changes a model, for the instance or a workspace, and lets the counter know."""

    async def make(model: str, workspace_id: str | None = None, **more: Any) -> None:
        await db.write(overrides.change, shelf, workspace_id, model, said(**more))
        counter.take(await db.read(overrides.load))

    return make


async def test_a_workspaces_word_counts_more_than_the_instances(counter: Counter, change: Change, alice: Any):
    await change(GPT, credits=80, hidden=True)
    await change(GPT, alice.id, credits=90)
    await change(BANANA, alice.id, status="paused")

    ours, others = counter.of(alice.id).shelf, counter.of("another").shelf
    assert (ours.model(GPT).price.credits, others.model(GPT).price.credits) == (90, 80)
    assert ours.model(GPT).hidden
    assert others.model(BANANA).status == "active"
    with pytest.raises(Unavailable, match="paused"):
        ours.model(BANANA)


async def test_each_change_keeps_what_was_said_before(counter: Counter, change: Change, alice: Any):
    await change(GPT, credits=80)
    await change(GPT, status="retired", substitute=BANANA)
    await change(GPT, hidden=True)
    await change(GPT, hidden=False)

    entry = counter.of(alice.id).shelf.entry(GPT)
    assert entry is not None
    assert (entry.price.credits, entry.status, entry.substitute, entry.hidden) == (
        80,
        "retired",
        BANANA,
        False,
    )


async def test_a_price_that_was_sold_has_a_name_of_its_own(counter: Counter, change: Change):
    names = {counter.of("").shelf.model(GPT).price.version}
    for price in (80, 90, 0):
        await change(GPT, credits=price)
        names.add(counter.of("").shelf.model(GPT).price.version)

    assert len(names) == 4


async def test_a_price_keeps_its_multipliers(counter: Counter, change: Change):
    await change(GPT, credits=100)
    shelf = counter.of("").shelf
    draft = catalog.check(shelf, "image", {"prompt": "A barn", "size": "3840x2160"}, default_model=GPT)

    assert catalog.quote(draft.model, draft).credits == 200


async def test_clearing_puts_back_one_model_of_one_workspace(
    db: Database, shelf: Shelf, counter: Counter, change: Change, alice: Any
):
    for workspace in (None, alice.id):
        for model in (GPT, BANANA):
            await change(model, workspace, credits=1)

    await db.write(overrides.clear, shelf, alice.id, GPT)

    found = await db.read(overrides.load)
    assert {name: set(models) for name, models in found.changes.items()} == {
        "": {GPT, BANANA},
        alice.id: {BANANA},
    }


async def test_defaults_are_kept_by_kind_and_workspace(
    db: Database, shelf: Shelf, counter: Counter, alice: Any
):
    film = "fal-ai/veo3.1/lite"
    assert await db.write(overrides.set_default, shelf, None, film) == "video"
    assert await db.write(overrides.set_default, shelf, alice.id, BANANA) == "image"
    assert await db.write(overrides.set_default, shelf, alice.id, GPT) == "image"
    assert await db.write(overrides.set_default, shelf, alice.id, BANANA) == "image"
    counter.take(await db.read(overrides.load))

    assert [counter.of(alice.id).default_model(kind) for kind in ("image", "video")] == [BANANA, film]
    assert [counter.of("another").default_model(kind) for kind in ("image", "video")] == [GPT, film]


@pytest.mark.parametrize(
    ("model", "more", "field"),
    [
        ("nobody/knows", {"credits": 1}, "model"),
        (GPT, {"credits": -1}, "price"),
        (GPT, {"credits": 1_000_001}, "price"),
        (GPT, {"status": "retired"}, "substitute"),
        (GPT, {"status": "retired", "substitute": GPT}, "substitute"),
        (GPT, {"status": "retired", "substitute": "nobody/knows"}, "model"),
        (GPT, {"status": "retired", "substitute": "fal-ai/sora-2/pro"}, "model"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_not_kept(
    db: Database, change: Change, model: str, more: dict[str, Any], field: str
):
    with pytest.raises(Invalid) as error:
        await change(model, **more)

    assert [each.field for each in error.value.details] == [field]
    assert await db.read(overrides.load) == Overrides()


def test_a_file_that_is_added_changed_or_taken_away_is_seen(counter: Counter, own_folder: Path):
    path = own_folder / "models" / "pen.toml"
    offered = lambda: {each.id for each in counter.of("").shelf.models()}  # noqa: E731
    assert "acme/pen" not in offered()

    path.write_text(MODEL_FILE.replace("acme/brush", "acme/pen"))
    counter.take(Overrides())
    assert {"acme/brush", "acme/pen"} <= offered()

    path.unlink()
    counter.take(Overrides())
    assert "acme/pen" not in offered()
    assert "acme/brush" in offered()


def test_nothing_is_read_again_while_nothing_has_changed(counter: Counter):
    offer = counter.of("")
    counter.take(Overrides())

    assert counter.of("somebody") is counter.of("") is offer


@pytest.mark.parametrize("spoil", ["wrong", "dangling", "folder", "twice"])
def test_a_file_that_cannot_be_read_stops_no_other_change(counter: Counter, own_folder: Path, spoil: str):
    """The models that were there stay on offer, and an operator can still pause one of them."""
    path = own_folder / "models" / "pen.toml"
    if spoil == "dangling":
        path.symlink_to(own_folder / "nowhere")
    elif spoil == "folder":
        path.mkdir()
    else:
        path.write_text("id = " if spoil == "wrong" else MODEL_FILE)

    with pytest.raises(Invalid) as error:
        counter.take(Overrides({"": {GPT: said(status="paused")}}))

    assert error.value.code == "catalog_file"
    assert counter.of("").shelf.entry("acme/brush") is not None
    with pytest.raises(Unavailable):
        counter.of("").shelf.model(GPT)


def test_a_word_about_a_model_that_is_gone_is_passed_over(counter: Counter):
    counter.take(Overrides({"": {"acme/gone": said(credits=1), GPT: said(credits=2)}}))

    assert counter.of("").shelf.model(GPT).price.credits == 2


def test_without_a_folder_there_are_the_studios_own_models(tmp_path: Path, shelf: Shelf):
    counter = Counter(tmp_path / "nothing", DEFAULTS)
    counter.take(Overrides())

    assert {each.id for each in counter.of("x").shelf.models()} == {
        each.id for each in shelf.offered().models()
    }
