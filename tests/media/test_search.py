"""Searching prompts: words in any order, the beginning of the last, without case and accents, and no syntax at all."""

import random
import string
from collections.abc import Callable
from typing import Any

import pytest
from shelves import found, keep, keep_all, page

from aims import media
from aims.core.db import Database
from aims.core.errors import Invalid
from aims.media import library, search

PROMPTS = {
    "lighthouse": "A lighthouse at dusk, oil on canvas",
    "café": "Un café à Zürich, l'été",
    "strait": "The STRAIT of Øresund; fjords and the Łódź quay",
    "tokyo": "夕暮れの灯台と海",
    "delhi": "हिन्दी में एक दीपक",
    "greek": "Ο φάρος στο λιμάνι",
    "numbers": "A 35mm photo, f/1.8, 3d_render (masterpiece:1.2) --ar 16:9",
}


@pytest.fixture
async def kept(db: Database, alice: Any) -> dict[str, str]:
    """The prompts, kept, by their names."""
    return dict(zip(PROMPTS, await db.write(keep_all, alice.id, list(PROMPTS.values())), strict=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lighthouse", {"lighthouse"}),
        ("dusk lighthouse", {"lighthouse"}),
        ("canvas OIL dusk", {"lighthouse"}),
        ("lightho", {"lighthouse"}),
        ("dusk li", {"lighthouse"}),
        ("li dusk", set()),
        ("lighthouse noon", set()),
        ("cafe zurich", {"café"}),
        ("CAFÉ ZÜRICH", {"café"}),
        ("cafe\u0301 zu\u0308rich", {"café"}),
        ("ete", {"café"}),
        ("oresund", {"strait"}),
        ("lodz", {"strait"}),
        ("strait", {"strait"}),
        ("灯台", {"tokyo"}),
        ("海 夕暮", {"tokyo"}),
        ("山", set()),
        ("दीपक", {"delhi"}),
        ("दीप", {"delhi"}),
        ("φαρος", {"greek"}),
        ("ΦΆΡΟΣ", {"greek"}),
        ("35mm", {"numbers"}),
        ("16 9", {"numbers"}),
        ("render", {"numbers"}),
        ("a", {"lighthouse", "café", "strait", "numbers"}),
        ("!?", set()),
        ("🙂", set()),
    ],
)
async def test_what_is_found(db: Database, alice: Any, kept: dict[str, str], text: str, names: set[str]):
    assert set(await found(db, alice.id, text=text)) == {kept[name] for name in names}


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
async def test_nothing_typed_is_no_search(db: Database, alice: Any, kept: dict[str, str], text: str):
    assert await found(db, alice.id, text=text) == list(kept.values())[::-1]


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", '"""', "''", "lighthouse OR barn", "lighthouse AND", "NOT lighthouse", "NEAR(lighthouse dusk)",
        "-dusk",
        "^lighthouse", "words:lighthouse", "light*house", "*", "(", ")", "lighthouse & dusk | !canvas", "a <-> b", ":*",
        "'; DROP TABLE assets; --", '" OR 1=1 --', "\\", "\\'", "%", "_", "_w", "{lighthouse}", "[dusk]",
        "lighthouse\0dusk",
        "\ud800", "ﷺ", "a" * 1000, "\u0301" * 1000, "\u202elighthouse", "$1", "?1", ":match", "%(match)s",
    ],
)  # fmt: skip
async def test_no_text_is_a_fault_or_more_than_its_words(
    db: Database, alice: Any, kept: dict[str, str], text: str
):
    every = set(kept.values())
    words = search.words_of(text)

    hits = await found(db, alice.id, text=text)

    wanted = {
        kept[name]
        for name, prompt in PROMPTS.items()
        if words
        and set(words[:-1]) <= set(search.words_of(prompt))
        and any(word.startswith(words[-1]) for word in search.words_of(prompt))
    }
    assert set(hits) == wanted <= every


async def test_any_text_at_all_is_answered_the_same_as_by_looking(db: Database, alice: Any):
    """The two databases and a plain look at the words agree, whatever is in the prompts and in the question."""
    chance = random.Random(7)
    letters = string.printable + "éÉøßıİǅ٣灯台のガがक्षिфЁ\u0301\u200d🙂"

    def text(most: int) -> str:
        return "".join(chance.choice(letters) for _ in range(chance.randint(1, most)))

    prompts = [text(60).replace("\0", "") for _ in range(60)]
    made = await db.write(keep_all, alice.id, prompts)
    for _ in range(150):
        asked = text(6) if chance.random() < 0.7 else chance.choice(prompts)[: chance.randint(1, 20)]
        words = search.words_of(asked)
        if not asked.strip():
            continue
        wanted = [
            asset_id
            for asset_id, prompt in zip(made, prompts, strict=True)
            if words
            and set(words[:-1]) <= set(search.words_of(prompt))
            and any(word.startswith(words[-1]) for word in search.words_of(prompt))
        ]
        part = await page(db, alice.id, limit=100, text=asked)
        assert [item.id for item in part.items] == wanted[::-1], asked


@pytest.mark.parametrize("text", ["x" * 1001, " ".join(map(str, range(33)))])
async def test_a_text_that_is_too_long_is_refused(db: Database, alice: Any, text: str):
    with pytest.raises(Invalid, match="1,000 characters and 32 words"):
        await page(db, alice.id, text=text)


async def test_a_prompt_of_the_greatest_length_is_kept_and_found(db: Database, alice: Any):
    words = [f"w{number}" for number in range(6000)]
    asset_id = await db.write(keep, alice.id, " ".join(words)[:32_000])

    assert await found(db, alice.id, text="w17 w4000") == [asset_id]
    assert await found(db, alice.id, text="é" * 64) == []
    long = await db.write(keep, alice.id, "é" * 30_000)
    assert await found(db, alice.id, text="É" * 900) == [long]


async def test_what_only_old_pictures_have_is_found_behind_many_newer_ones(
    db: Database, alice: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(library, "NEWEST", dict.fromkeys(library.NEWEST, 10))
    old = await db.write(keep_all, alice.id, ["A lighthouse", "A red lighthouse", "A barn"])
    await db.write(keep_all, alice.id, ["A barn"] * 25)

    assert await found(db, alice.id, text="lighthouse") == [old[1], old[0]]
    assert await found(db, alice.id, text="red") == [old[1]]
    assert len(await found(db, alice.id, text="barn")) == 26


async def test_an_index_finds_what_was_kept_in_a_transaction_that_was_undone_nowhere(
    db: Database, another: Callable[[], Database], alice: Any
):
    def fail(tx: Any) -> None:
        keep(tx, alice.id, "A vanished lighthouse")
        raise Invalid("It was not meant.")

    with pytest.raises(Invalid):
        await db.write(fail)
    asset_id = await db.write(keep, alice.id, "A lighthouse")

    assert await found(db, alice.id, text="vanished") == []
    assert await found(another(), alice.id, text="lighthouse") == [asset_id]
    await db.write(media.throw_away, alice.id, asset_id)
    assert await found(db, alice.id, text="lighthouse") == []
