"""What a word means depends on its company: toppings, palettes, grounds, kinds of temples, poses."""

from __future__ import annotations

import pytest

from aims.providers.sandbox import scene


def names(prompt: str) -> list[str]:
    """The subjects that a prompt is read as."""
    return [thing.name for thing in scene.read(prompt).things]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a stack of pancakes with berries and maple syrup", ["pancakes"]),
        ("spaghetti with tomatoes and basil leaves", ["pasta"]),
        ("chicken soup with parsley", ["soup"]),
        ("a bowl of mushroom soup", ["soup"]),
        ("an apple pie and an apple", ["pie", "apple"]),
        ("pizza with a cup of coffee", ["pizza", "cup"]),
        ("a cat with a fish", ["cat", "fish"]),
        ("a maple and a rose", ["tree", "rose"]),
        ("a burger with fries", ["burger", "fries"]),
    ],
)
def test_what_food_is_served_with_stays_food(prompt: str, expected: list[str]) -> None:
    """Flavours and toppings are no subjects of their own; another dish, or any other subject, is one."""
    assert names(prompt) == expected


def test_a_material_is_no_place() -> None:
    """A wood table stands in no wood, a stone bridge beside no stone."""
    assert "forest" not in scene.read("a cup on a wood table").places
    assert names("a stone bridge") == ["bridge"]
    assert "forest" in scene.read("a path in the wood").places
