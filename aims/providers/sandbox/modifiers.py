"""Finds words that only say something about another noun: flavours, toppings and materials are not drawn alone."""

from __future__ import annotations

from aims.providers.sandbox import vocabulary, words
from aims.providers.sandbox.food_words import DISHES, FOOD, GARNISHES, STUFFS

_THINGS = words.table(vocabulary.THINGS)
_TREES = words.table(vocabulary.TREES)
_PLACES = words.table(vocabulary.PLACES)
_STUFFS = words.table({"stuff": STUFFS})
_STUFF_WORDS = "wood stone marble crystal diamond bone straw sand ice rock brick glass feather"
_MATERIALS = frozenset(_STUFF_WORDS.split())
# Places and things that a material word in front of them makes no less themselves.
_NATURE = frozenset({"mountains", "desert", "canyon", "beach", "sea", "lake", "island", "forest", "hills"})
_VESSELS = frozenset({"bowl", "cup", "mug", "glass", "bottle"})
_SERVING = "with topped drizzled dripping drenched covered filled glazed sprinkled garnished served stuffed"
_JOINERS = frozenset(_SERVING.split())


def silent(spoken: list[str]) -> frozenset[int]:
    """The places of words that belong to another noun and must not become subjects or places themselves."""
    found: set[int] = set()
    dish = joined = False
    for index, word in enumerate(spoken):
        if not word.isalnum():
            # A comma goes on listing; a full stop begins something new.
            dish = dish and word == ","
            continue
        names = words.meanings(word, _THINGS)
        following = spoken[index + 1] if index + 1 < len(spoken) else ""
        if (
            _flavours(names, word, following)
            or (word in _MATERIALS and _made(following))
            or (dish and joined and (_garnish(names, word) or words.meanings(word, _STUFFS)))
            or (word in _VESSELS and following == "of" and _served(spoken[index + 2 : index + 5]))
        ):
            found.add(index)
        if DISHES.intersection(names[:1]):
            dish, joined = True, False
        joined = joined or word in _JOINERS
    return frozenset(found)


def _flavours(names: tuple[str, ...], word: str, following: str) -> bool:
    """ "maple syrup", "chicken soup", "apple pie": the first word is in the second."""
    eaten = bool(
        GARNISHES.intersection(names[:1]) or set(names[:1]) & set(FOOD) or words.meanings(word, _TREES)
    )
    if not eaten or not following:
        return False
    head = words.meanings(following, _THINGS)[:1]
    return bool(words.meanings(following, _STUFFS) or (DISHES.intersection(head) and head != names[:1]))


def _garnish(names: tuple[str, ...], word: str) -> bool:
    """Plants and plain food that lie on a dish; another dish or a drink stands beside it."""
    eaten = set(names[:1]) & (GARNISHES | set(FOOD) - DISHES - {"bottle", "wineglass"})
    return bool(eaten or (not names and words.meanings(word, _TREES)))


def _served(content: list[str]) -> bool:
    """True when a dish that brings its own vessel follows."""
    names = {name for word in content for name in words.meanings(word, _THINGS)[:1]}
    return bool(names & (DISHES - {"bowl", "cup", "wineglass"}))


def _made(following: str) -> bool:
    """True before a thing or a built place: "a wood table", "a stone bridge"."""
    things, places = words.meanings(following, _THINGS), words.meanings(following, _PLACES)
    return bool(things or places) and not _NATURE.intersection(places)
