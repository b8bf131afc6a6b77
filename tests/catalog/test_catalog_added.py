"""Models that are kept in the database, and files of an operator's that are wrong: each concerns itself alone."""

from pathlib import Path

import pytest
from catalog_bodies import MODEL_FILE

from aims import catalog
from aims.catalog import Counter, added, overrides
from aims.catalog.added import Added
from aims.core.db import Database
from aims.core.errors import Invalid

DEFAULTS = {"image": "openai/gpt-image-2", "video": "fal-ai/veo3.1/fast"}
PEN = Added(MODEL_FILE.replace("acme/brush", "acme/pen"))


async def test_a_model_that_was_added_is_offered_wherever_the_database_is(
    db: Database, own_folder: Path, tmp_path: Path
):
    assert await db.write(added.put, "acme/pen", PEN)
    counters = [Counter(own_folder, DEFAULTS), Counter(tmp_path / "another machine", DEFAULTS)]

    for counter in counters:
        counter.take(await db.read(overrides.load))
        body = {"prompt": "A barn", "model": "acme/pen", "bristles": 40}
        draft = catalog.check(counter.of("").shelf, "image", body, default_model="none")
        assert draft.parameters["bristles"] == 40
    assert await db.write(added.remove, "acme/pen")
    for counter in counters:
        counter.take(await db.read(overrides.load))
        assert counter.of("").shelf.entry("acme/pen") is None
    assert not await db.write(added.remove, "acme/pen")


async def test_one_that_is_there_is_replaced_only_when_that_is_said(db: Database):
    other = Added(PEN.source.replace("credits = 5", "credits = 6"))
    await db.write(added.put, "acme/pen", PEN)

    assert not await db.write(added.put, "acme/pen", other)
    assert (await db.read(overrides.load)).added == {"acme/pen": PEN}
    assert await db.write(added.put, "acme/pen", other, True)
    assert (await db.read(overrides.load)).added == {"acme/pen": other}


async def test_a_row_that_is_wrong_is_named_and_the_rest_goes_on(db: Database, own_folder: Path):
    await db.write(added.put, "acme/pen", PEN)
    await db.write(added.put, "acme/odd", Added(MODEL_FILE.replace("credits = 5", "credits = -5")))
    counter = Counter(own_folder, DEFAULTS)

    with pytest.raises(Invalid, match=r"acme/odd.*price.credits"):
        counter.take(await db.read(overrides.load))

    assert [each.details[0].field for each in counter.faults] == ["acme/odd"]
    assert {"acme/pen", "acme/brush", DEFAULTS["image"]} <= {
        each.id for each in counter.of("").shelf.models()
    }
    # It is said once, not every two seconds.
    counter.take(await db.read(overrides.load))


def test_a_file_that_is_wrong_from_the_start_stops_nothing_else(own_folder: Path):
    (own_folder / "models" / "bad.toml").write_text(MODEL_FILE.replace("[price]", "colour = 1\n[price]"))
    (own_folder / "models" / "worse.toml").write_text("id = ")

    counter = Counter(own_folder, DEFAULTS)

    assert [each.details[0].field for each in counter.faults] == ["bad.toml", "worse.toml"]
    assert "`colour`" in counter.faults[0].sentence
    assert counter.of("").shelf.model("acme/brush").price.credits == 5


def test_a_slip_while_a_file_is_edited_takes_nothing_away(own_folder: Path):
    path = own_folder / "models" / "brush.toml"
    counter = Counter(own_folder, DEFAULTS)
    for text, price in (("id = ", 5), (MODEL_FILE.replace("credits = 5", "credits = 7"), 7)):
        path.write_text(text)
        if price == 5:
            with pytest.raises(Invalid, match=r"brush\.toml"):
                counter.take(overrides.Overrides())
        else:
            counter.take(overrides.Overrides())
        assert counter.of("").shelf.model("acme/brush").price.credits == price
    assert counter.faults == []


def test_one_of_theirs_that_would_break_one_of_ours_is_left_out(own_folder: Path):
    """Ours names it for editing, which it could do no more."""
    edit = "fal-ai/nano-banana-2/edit"
    (own_folder / "models" / "pen.toml").write_text(MODEL_FILE.replace("acme/brush", edit))

    counter = Counter(own_folder, DEFAULTS)

    (fault,) = counter.faults
    assert edit in fault.sentence
    assert counter.of("").shelf.model(edit).task == "img2img"


def test_what_would_not_fit_is_known_before_it_is_added(own_folder: Path):
    (own_folder / "models" / "bad.toml").write_text("id = ")
    counter = Counter(own_folder, DEFAULTS)
    counter.would_take("acme/pen", PEN)

    with pytest.raises(Invalid, match="'acme/pen' names 'acme/none'"):
        counter.would_take("acme/pen", Added(PEN.source.replace("task", 'edit = "acme/none"\ntask', 1)))

    assert counter.of("").shelf.entry("acme/pen") is None
