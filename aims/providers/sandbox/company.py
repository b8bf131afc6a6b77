"""Chooses between the kinds of a subject by the words it stands with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aims.providers.sandbox.thing import Thing

_ASIA = (
    "japan japanese kyoto china chinese asia asian buddhist buddha zen pagoda shrine shinto thai thailand korea "
    "korean vietnam vietnamese tibet tibetan bali balinese torii sakura cherryblossom samurai geisha ninja bamboo "
    "monk ukiyoe hindu india indian nepal mandarin shogun"
)
ASIAN = frozenset(_ASIA.split())
_RUINED = frozenset(["ruin", "ruins", "ruined", "crumbling", "collapsed", "fallen", "broken"])
_BUILT = frozenset(["castle", "church", "house", "tower", "barn", "pyramid", "bridge", "lighthouse"])


_RUN = "galloping gallops gallop running runs leaping leaps jumping sprinting racing chasing trotting fleeing bounding"
_REST = "sleeping sleeps asleep curled lying napping dozing resting snoozing"
_POSES: dict[str, str] = {
    word: pose for pose, line in (("running", _RUN), ("lying", _REST)) for word in line.split()
}


_STANDING = frozenset(["on", "across", "through", "surface", "exploring", "landing"])


def grounded(spoken: list[str]) -> list[str]:
    """The words with "planet" turned into ground where somebody stands on it: "on a red desert planet"."""
    found = list(spoken)
    for index, word in enumerate(spoken):
        before = spoken[max(0, index - 5) : index]
        marks = [at for at, other in enumerate(before) if not other.isalnum()]
        if word == "planet" and _STANDING.intersection(before[marks[-1] + 1 if marks else 0 :]):
            found[index] = "exoplanet"
    return found


def coastal(places: list[str], spoken: frozenset[str]) -> list[str]:
    """Places with cliffs where they belong: on a coast they fall into the sea, elsewhere they are mountains."""
    wet = {"sea", "beach"} & set(places)
    if "road" in places and wet and not spoken & {"beach", "beaches"} and "cliffs" not in places:
        places = [*places, "cliffs"]
    if "cliffs" not in places:
        return places
    if not wet:
        return ["mountains" if place == "cliffs" else place for place in places]
    return list(dict.fromkeys("sea" if place == "beach" else place for place in places))


def posed(things: list[Thing], spoken: list[str]) -> list[Thing]:
    """The subjects in the pose that a verb gives them; a picture has one such verb, if any."""
    pose = next((_POSES[word] for word in spoken if word in _POSES), "")
    return [replace(thing, pose=pose) for thing in things] if pose else things


def settled(things: list[Thing], spoken: frozenset[str]) -> list[Thing]:
    """The subjects with every temple of its own country, whole or in ruins, and each building once."""
    names = {thing.name for thing in things}
    classical = "ruins" if _RUINED & spoken else "classicaltemple"
    found: list[Thing] = []
    for thing in things:
        name = thing.name
        if name == "ruins" and names & _BUILT:
            # The ruins of a castle are the castle.
            continue
        if (name == "temple" and not ASIAN & spoken) or (name == "classicaltemple" and classical == "ruins"):
            name = classical
        if name == "ruins" and "temple" in names and ASIAN & spoken:
            continue
        if all(name != other.name for other in found):
            found.append(
                replace(thing, name=name, count=1) if name in {"ruins", "classicaltemple"} else thing
            )
    return found
