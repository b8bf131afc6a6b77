"""Turns a prompt into a scene: hour, weather, place, subjects with colour, size and count, and brushes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from aims.providers.sandbox import company, modifiers, schemes, vocabulary, words
from aims.providers.sandbox.brush_words import BRUSHES, CRAFT, MEDIA
from aims.providers.sandbox.habitats import FURNITURE, HABITAT, TABLETOP, WET
from aims.providers.sandbox.palette import Rgb, rgb
from aims.providers.sandbox.thing import Thing

Lookup = dict[str, tuple[str, ...]]
# More subjects than this would hide one another.
MOST_THINGS = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that was understood of a prompt; two prompts with equal scenes give related pictures."""

    hour: str
    weather: frozenset[str]
    places: tuple[str, ...]
    trees: tuple[str, ...]
    things: tuple[Thing, ...]
    colours: tuple[Rgb, ...]
    land_colours: tuple[Rgb, ...]
    water_colours: tuple[Rgb, ...]
    sky_colours: tuple[Rgb, ...]
    tones: tuple[str, ...]
    abstract: tuple[str, ...]
    icon: bool
    brushes: tuple[str, ...]
    unknown: tuple[str, ...]
    denied: frozenset[str]
    spoken: frozenset[str]
    layout: str
    # The colours of a named set ("earth tones") for pictures that are made of colour alone.
    scheme: tuple[Rgb, ...] = ()
    backdrop: Rgb | None = None
    moons: int = 0


@dataclass(slots=True)
class _Reading:
    """What has been collected while the words are read from left to right."""

    hours: dict[str, float] = field(default_factory=dict)
    weather: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    colours: list[Rgb] = field(default_factory=list)
    land_colours: list[Rgb] = field(default_factory=list)
    water_colours: list[Rgb] = field(default_factory=list)
    sky_colours: list[Rgb] = field(default_factory=list)
    tones: list[str] = field(default_factory=list)
    abstract: list[str] = field(default_factory=list)
    brushes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    waiting: list[Rgb] = field(default_factory=list)
    count: int = 1
    size: float = 1.0
    side: str = ""
    icon: bool = False
    forced: bool = False
    # True for signs and compositions, where colours named for shapes and lines are the picture's colours.
    plain: bool = False
    scheme: tuple[Rgb, ...] = ()
    backdrop: Rgb | None = None
    moons: int = 0

    def release(self) -> None:
        """Colours that found no noun colour the whole picture."""
        self.colours += [colour for colour in self.waiting if colour not in self.colours]
        self.waiting, self.count, self.size = [], 1, 1.0


@cache
def _lookup(name: str) -> Lookup:
    entries: dict[str, dict[str, str]] = {
        "hours": vocabulary.HOURS,
        "weather": vocabulary.WEATHER,
        "places": vocabulary.PLACES,
        "trees": vocabulary.TREES,
        "things": vocabulary.THINGS,
        "abstract": vocabulary.ABSTRACT,
        "colours": vocabulary.COLOURS,
        "tones": vocabulary.TONES,
        "brushes": BRUSHES,
        "sides": vocabulary.SIDES,
        "sizes": {str(size): line for size, line in vocabulary.SIZES.items()},
        "counts": {str(count): line for count, line in vocabulary.COUNTS.items()},
        "fillers": {"empty": vocabulary.EMPTY, "stop": vocabulary.STOPS, "force": vocabulary.ABSTRACT_FORCE},
        "icon": {"icon": vocabulary.ICON},
    }
    return words.table(entries[name])


def read(prompt: str, negative_prompt: str = "") -> Scene:
    """The scene a prompt describes. Never fails: words that mean nothing stay in `unknown`."""
    spoken, denied = words.split_denied(words.tokens(prompt))
    spoken = company.grounded(spoken)
    for word in words.tokens(negative_prompt):
        if word.isalnum():
            denied.update(words.stems(word))
    reading = _Reading()
    crafts = _crafts(spoken)
    reading.scheme, named = schemes.named(spoken)
    reading.backdrop, ground = schemes.backdrop(spoken)
    silent = modifiers.silent(spoken) | named | ground
    reading.plain = any(word in _lookup("icon") or word == "abstract" for word in spoken)
    for index, word in enumerate(spoken):
        if not word.isalnum():
            reading.release()
            reading.side = ""
            continue
        if index not in silent and not denied.intersection(words.stems(word)):
            _hear(reading, word, spoken[index + 1 :], 1 / (1 + index * 0.08), crafts[index])
    reading.release()
    return _settle(reading, denied, spoken)


def _crafts(spoken: list[str]) -> list[bool]:
    """For every word, whether it speaks of the picture's making and not of what is in the picture."""
    found: list[bool] = []
    start = 0
    for end in [*(i for i, word in enumerate(spoken) if not word.isalnum()), len(spoken)]:
        clause = spoken[start:end]
        stop = clause.index("of") if "of" in clause else 0
        head = clause[:stop]
        styled = any(word in MEDIA or words.meanings(word, _lookup("brushes")) for word in head)
        if start == 0 or (styled and stop):
            found += [styled and place < stop for place in range(len(clause))]
        else:
            found += [bool(CRAFT.intersection(clause))] * len(clause)
        found.append(False)
        start = end + 1
    return found


def _hear(reading: _Reading, word: str, rest: list[str], weight: float, craft: bool) -> None:
    """Takes one word in; of words about the craft only style, mood and light count."""
    following = next((w for w in rest if w.isalnum()), "")
    brushes = words.meanings(word, _lookup("brushes"))
    if not (craft and reading.brushes and weight < 0.9):
        reading.brushes += [name for name in brushes if name not in reading.brushes]
    colour = words.meanings(word, _lookup("colours"))
    if craft and not reading.plain:
        colour = ()
    if colour and not (word in {"orange", "peach", "salmon", "rust"} and not following):
        reading.waiting.append(rgb(colour[0]))
    elif word == "orange" and not craft:
        reading.things.append(Thing("citrus", reading.count, reading.size))
    known = bool(colour or brushes)
    for hour in words.meanings(word, _lookup("hours")):
        # An hour named outright outweighs one that is only implied by weather or season.
        strong = (3.0 if hour in {"sunset", "dawn", "night", "dusk"} else 1.0) * (0.2 if craft else 1.0)
        reading.hours[hour] = reading.hours.get(hour, 0.0) + strong * (0.3 + weight)
        known = True
    for kind, target in (
        ("weather", reading.weather),
        ("trees", reading.trees),
        ("tones", reading.tones),
        ("abstract", reading.abstract),
    ):
        found = words.meanings(word, _lookup(kind))
        target += [name for name in found if name not in target]
        known = known or bool(found)
    if craft and word not in {"portrait", "logo", "icon", "sticker", "emblem", "badge"}:
        return
    known = _hear_noun(reading, word, weight) or known
    known = _hear_modifier(reading, word) or known
    if not known and len(word) > 2:
        reading.unknown.append(word)


_DYED_WORDS = "sky skies water waters clouds cloud ground soil dirt terrain plain plains"
_DYED = frozenset(_DYED_WORDS.split())


def _hear_noun(reading: _Reading, word: str, weight: float) -> bool:
    things = words.meanings(word, _lookup("things"))
    places = words.meanings(word, _lookup("places"))
    if things:
        _add_thing(reading, things[0], word)
    elif reading.waiting and (places or word in _DYED):
        # "a red desert" dyes the land alone, "a red sky" the sky alone.
        if word in {"sky", "skies", "clouds", "cloud"} or set(places) & {"space"}:
            reading.sky_colours += reading.waiting
        elif word in {"water", "waters"} or set(places) & {"sea", "lake", "river", "underwater"}:
            reading.water_colours += reading.waiting
        elif set(places) & {"city", "street", "room", "table"}:
            reading.colours += reading.waiting
        else:
            reading.land_colours += reading.waiting
        reading.waiting = []
    reading.places += [name for name in places if name not in reading.places]
    if word in {"moon", "moons"}:
        reading.moons = max(reading.moons, reading.count, 2 if word == "moons" else 1)
    if word in {"window"} and "room" not in reading.places:
        reading.places.append("room")
    return bool(things or places)


def _add_thing(reading: _Reading, name: str, word: str) -> None:
    count = reading.count
    plural = word.endswith("s") and not word.endswith("ss") and word not in _lookup("things")
    if (plural or word in {"people", "men", "women", "children"}) and count == 1:
        count = 3
    for index, thing in enumerate(reading.things):
        if thing.name == name:
            colours = thing.colours + tuple(reading.waiting)
            reading.things[index] = Thing(name, max(thing.count, count), thing.size, colours, thing.side)
            reading.waiting, reading.count, reading.size = [], 1, 1.0
            return
    reading.things.append(Thing(name, count, reading.size, tuple(reading.waiting), reading.side))
    reading.waiting, reading.count, reading.size, reading.side = [], 1, 1.0, ""


def _hear_modifier(reading: _Reading, word: str) -> bool:
    known = False
    for size in words.meanings(word, _lookup("sizes")):
        reading.size, known = float(size), True
    for count in words.meanings(word, _lookup("counts")):
        reading.count, known = int(count), True
    for side in words.meanings(word, _lookup("sides")):
        reading.side, known = side, True
    fillers = words.meanings(word, _lookup("fillers"))
    if "force" in fillers:
        reading.forced = True
    if "stop" in fillers and reading.waiting:
        reading.release()
    if word in _lookup("icon"):
        reading.icon = True
        known = True
    return known or bool(fillers)


def _placed(reading: _Reading, denied: set[str], spoken: list[str]) -> tuple[list[str], list[Thing]]:
    """The places and the subjects, with homes for subjects that were given none."""
    places = company.coastal(reading.places, frozenset(spoken))
    denied_places = {place for word in denied for place in words.meanings(word, _lookup("places"))}
    things = reading.things[:MOST_THINGS]
    if not places and not reading.trees and not reading.icon:
        names = [thing.name for thing in things]
        # A planet is met out there, whatever flies past it.
        first = "planet" if "planet" in names else next(iter(names), "")
        places += [home for home, who in HABITAT.items() if first in who]
        if FURNITURE.intersection(names) and not set(names[:1]) & HABITAT["hills"]:
            places = ["room"]
        elif names and names[0] in TABLETOP and not places:
            places.append("table")
    if reading.trees and not {"forest", "island", "beach", "mountains", "space"}.intersection(places):
        places.append("forest" if "palm" not in reading.trees else "beach")
    # A street, a room or the stars named after a landscape belong to its style or its sky.
    if "space" in places and len(places) > 1:
        places.remove("space")
        reading.weather.append("stars")
    if "underwater" in places:
        places = ["underwater"]
    if reading.trees or "forest" in places:
        things = [thing for thing in things if thing.name != "tree"]
    later = {"street", "room", "table", "space", "underwater"}
    places = [place for index, place in enumerate(places) if index == 0 or place not in later]
    if any(thing.name == "planet" for thing in things):
        things = [thing for thing in things if thing.name != "ring"]
    if any(thing.name == "bridge" for thing in things) and not WET.intersection(places):
        places.append("sea" if "city" in places or "street" in places else "lake")
    return [place for place in dict.fromkeys(places) if place not in denied_places], things


def _alone(reading: _Reading) -> bool:
    """True for subjects on a ground of a named colour and nowhere else."""
    people = any(thing.name in {"portrait", "person", "woman"} for thing in reading.things)
    return reading.backdrop is not None and bool(reading.things) and not reading.places and not people


_DARK = frozenset(["night", "midnight", "dark", "starry", "moonlit", "nighttime"])


def _settle(reading: _Reading, denied: set[str], spoken: list[str]) -> Scene:
    """Decides what was left open: habitat, hour, and whether the picture is abstract."""
    denied_weather = {kind for word in denied for kind in words.meanings(word, _lookup("weather"))}
    reading.icon = reading.icon or _alone(reading)
    reading.things = company.settled(reading.things, frozenset(spoken))
    places, things = _placed(reading, denied, spoken)
    things = company.posed(things, spoken)
    hour = max(reading.hours, key=lambda name: reading.hours[name]) if reading.hours else ""
    weather = frozenset(reading.weather) - denied_weather
    if "clouds" in denied_weather:
        weather |= {"cloudless"}
    if {"aurora", "stars", "fireworks", "fireflies", "moon"} & weather and hour not in {"night", "dusk"}:
        hour = hour if hour in {"sunset", "dawn"} and "moon" in weather else "night"
    if reading.moons > 1 and set(reading.hours) == {"night"} and not _DARK.intersection(spoken):
        # The moons of another world hang in a lit sky, so that its ground keeps its colour.
        hour = "sunset"
    forced = not things and ((reading.forced and not places) or "abstract" in spoken)
    if forced:
        # "abstract teal waves": without places their colours belong to the whole picture.
        places = []
        reading.colours += reading.water_colours + reading.land_colours + reading.sky_colours
    landscape = bool(places or things or weather or reading.hours or reading.trees)
    abstract = tuple(reading.abstract) if forced or not landscape else ()
    if not landscape and not abstract:
        abstract = ("decorative",)
    scheme = reading.scheme or (() if reading.colours else schemes.of_tones(tuple(reading.tones)))
    layout = " ".join(
        [
            *places,
            *(f"{thing.name}{thing.count}" for thing in things),
            *sorted(weather),
            *abstract,
            *reading.trees,
        ]
    )
    return Scene(
        hour=hour,
        weather=weather,
        places=tuple(places),
        trees=tuple(reading.trees),
        things=tuple(things),
        colours=tuple(reading.colours[:4]),
        land_colours=tuple(reading.land_colours),
        water_colours=tuple(reading.water_colours),
        sky_colours=tuple(reading.sky_colours),
        tones=tuple(reading.tones),
        abstract=abstract,
        icon=reading.icon,
        brushes=tuple(reading.brushes),
        unknown=tuple(reading.unknown[:40]),
        denied=frozenset(denied),
        spoken=frozenset(spoken),
        layout=layout if landscape else layout + " ".join(reading.unknown[:12]),
        scheme=scheme if abstract or reading.icon else (),
        backdrop=reading.backdrop,
        moons=min(5, reading.moons),
    )
