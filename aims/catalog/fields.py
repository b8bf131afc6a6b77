"""What each field of a request may hold, and the sentence for when it holds something else.

A reader takes what was sent and gives the value in our words. It raises FieldError with a sentence that names
the field, the bound and what was got.
"""

import math
import re
from collections.abc import Callable, Mapping

from .spec import Parameter, Scalar
from .words import got, listed

Reader = Callable[[object], object]

PROMPT_MOST = 32_000
SEED_MOST = 2**63 - 1
SIDE_LEAST, SIDE_MOST = 64, 4096
SECONDS_MOST = 3600
URL_MOST = 4096
NAME_MOST = 200
PICTURES_MOST = 8
SOURCES_MOST = 10
CFG_MOST = 100

ASPECT_RATIOS = ("auto", "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
RESOLUTIONS = ("0.5K", "1K", "2K", "4K")
# Both vocabularies are in use among clients: the documentation's and the providers'.
QUALITIES = {
    "auto": "auto",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "standard": "medium",
    "hd": "high",
}

_DIGITS = re.compile(r"[0-9]{1,19}\Z", re.ASCII)
_SECONDS = re.compile(r"([0-9]{1,6})s?\Z", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,5})[xX]([0-9]{1,5})\Z", re.ASCII)
_RATIO = re.compile(r"[1-9][0-9]?:[1-9][0-9]?\Z", re.ASCII)


class FieldError(ValueError):
    """One field is wrong; the text is the sentence. It never leaves the catalogue."""


def whole(name: str, least: int, most: int, unit: str = "") -> Reader:
    """A whole number between two bounds. `true` and `1.0` are not whole numbers."""
    of = f" of {unit}" if unit else ""

    def read(value: object) -> int:
        if type(value) is int and least <= value <= most:
            return value
        raise FieldError(f"`{name}` must be a whole number{of} from {least} to {most}; got {got(value)}.")

    return read


def number(name: str, least: float, most: float) -> Reader:
    """A number between two bounds. NaN and infinity are outside all bounds."""

    def read(value: object) -> int | float:
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise FieldError(f"`{name}` must be a number from {least} to {most}; got {got(value)}.")

    return read


def flag(name: str) -> Reader:
    """true or false, and nothing that merely looks like it."""

    def read(value: object) -> bool:
        if value is True or value is False:
            return value
        raise FieldError(f"`{name}` must be true or false; got {got(value)}.")

    return read


def choice(name: str, spellings: Mapping[str, str], shown_choices: tuple[str, ...] | None = None) -> Reader:
    """One of a few words. spellings: what may be sent, in lower case, to our word for it."""
    words = listed(shown_choices or dict.fromkeys(spellings.values()))

    def read(value: object) -> str:
        if isinstance(value, str):
            found = spellings.get(value) or spellings.get(value.strip().lower()[:40])
            if found is not None:
                return found
        raise FieldError(f"`{name}` must be {words}; got {got(value)}.")

    return read


def words_of(*choices: str) -> dict[str, str]:
    """Each choice, reachable in any case."""
    return {choice.lower(): choice for choice in choices}


def text(name: str, most: int) -> Reader:
    """Text that can be stored and sent on, trimmed."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise FieldError(f"`{name}` must be text; got {got(value)}.")
        if len(value) > most:
            raise FieldError(f"`{name}` has {len(value):,} characters; at most {most:,} are accepted.")
        return storable(name, value).strip()

    return read


def storable(name: str, value: str) -> str:
    """The same text, once it is certain that every database and provider can hold it. Raises FieldError."""
    if "\0" in value:
        raise FieldError(f"`{name}` holds a NUL character, which cannot be stored; remove it.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FieldError(
                f"`{name}` holds half of a character (a lone surrogate); send valid Unicode."
            ) from None
    return value


def seed(value: object) -> int:
    """A seed: a whole number, or its digits as text."""
    if isinstance(value, str) and _DIGITS.match(value):
        value = int(value)
    if type(value) is int and 0 <= value <= SEED_MOST:
        return value
    raise FieldError(f"`seed` must be a whole number from 0 to {SEED_MOST}, or its digits; got {got(value)}.")


def duration(value: object) -> int:
    """Whole seconds: 6, "6" or "6s"."""
    if isinstance(value, str) and (found := _SECONDS.match(value)):
        value = int(found[1])
    if type(value) is int and 1 <= value <= SECONDS_MOST:
        return value
    raise FieldError(
        f"`duration` must be a whole number of seconds from 1 to {SECONDS_MOST}; got {got(value)}."
    )


def safety_tolerance(value: object) -> str:
    """ "1" (strictest) to "6"; the number is taken as well."""
    if type(value) is int and 1 <= value <= 6:
        return str(value)
    if isinstance(value, str) and len(value) == 1 and value in "123456":
        return value
    raise FieldError(f'`safety_tolerance` must be "1" (strictest) to "6"; got {got(value)}.')


def size(value: object) -> tuple[int, int] | None:
    """Width and height in pixels, or None for `auto`."""
    if isinstance(value, str):
        if value == "auto":
            return None
        if found := _SIZE.match(value):
            width, height = int(found[1]), int(found[2])
            if SIDE_LEAST <= width <= SIDE_MOST and SIDE_LEAST <= height <= SIDE_MOST:
                return width, height
    raise FieldError(
        f"`size` must be auto or WIDTHxHEIGHT such as 1024x1024, each side from {SIDE_LEAST} to {SIDE_MOST} "
        f"pixels; got {got(value)}."
    )


def film_ratio(value: object) -> str:
    """An aspect ratio of a film; which ones a model takes is the model's business."""
    if isinstance(value, str) and (value == "auto" or _RATIO.match(value)):
        return value
    raise FieldError(f"`aspect_ratio` must be auto or a ratio such as 16:9; got {got(value)}.")


def film_resolution(value: object) -> str:
    """A resolution of a film, in lower case; which ones a model takes is the model's business."""
    if isinstance(value, str) and 0 < len(value) <= 16 and value.isascii() and value.isprintable():
        return value.lower()
    raise FieldError(f"`resolution` must be a word such as 720p or 1080p; got {got(value)}.")


def url(name: str) -> Reader:
    """The address of one picture or clip. Whether it can be reached is found out later."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise FieldError(f"`{name}` must be the address of a picture or clip; got {got(value)}.")
        if len(value) > URL_MOST:
            raise FieldError(f"`{name}` has {len(value):,} characters; at most {URL_MOST:,} are accepted.")
        return storable(name, value).strip()

    return read


def urls(name: str, most: int = SOURCES_MOST) -> Reader:
    """The addresses of some pictures, in the order that the prompt may speak of them."""
    one = url(name)

    def read(value: object) -> tuple[object, ...]:
        if not isinstance(value, list | tuple):
            raise FieldError(f"`{name}` must be a list of 1 to {most} addresses; got {got(value)}.")
        if not 1 <= len(value) <= most:
            raise FieldError(f"`{name}` must have 1 to {most} addresses; got {len(value)}.")
        return tuple(map(one, value))

    return read


def narrowed(name: str, parameter: Parameter, model_id: str, first: Reader | None) -> Reader:
    """The reader for what one model takes.

    first: what the API as a whole accepts for this field, if it is a field of the API.
    Gives None where the request leaves the choice to a model that has no word for that.
    """
    read = first or _of_type(name, parameter)
    if parameter.type == "text":
        return _of_type(name, parameter)
    if parameter.snap:
        return lambda value: snapped(parameter, read(value))
    if parameter.choices and (first is not None or parameter.type != "choice"):
        return _one_of(name, parameter, model_id, read)
    bounded = parameter.min is not None or parameter.max is not None
    return _within(name, parameter, model_id, read) if first is not None and bounded else read


def _of_type(name: str, parameter: Parameter) -> Reader:
    least = -math.inf if parameter.min is None else parameter.min
    most = math.inf if parameter.max is None else parameter.max
    if parameter.type == "boolean":
        return flag(name)
    if parameter.type == "choice":
        return choice(name, words_of(*map(str, parameter.choices)))
    if parameter.type == "text":
        return text(name, int(min(most, PROMPT_MOST)))
    if parameter.type == "integer":
        return whole(name, int(max(least, -(2**53))), int(min(most, 2**53)), parameter.unit or "")
    return number(name, max(least, -1e15), min(most, 1e15))


def _one_of(name: str, parameter: Parameter, model_id: str, read: Reader) -> Reader:
    choices = frozenset(parameter.choices)

    def narrow(value: object) -> object:
        word = read(value)
        if word in choices:
            return word
        if word == "auto":
            return None
        raise FieldError(f"`{name}` must be {listed(parameter.choices)} with {model_id}; got {got(value)}.")

    return narrow


def _within(name: str, parameter: Parameter, model_id: str, read: Reader) -> Reader:
    least = parameter.min if parameter.min is not None else -math.inf
    most = parameter.max if parameter.max is not None else math.inf

    ends = (("at least", parameter.min), ("at most", parameter.max))
    bounds = " and ".join(f"{word} {end}" for word, end in ends if end is not None)

    def narrow(value: object) -> object:
        found = read(value)
        if isinstance(found, int | float) and least <= found <= most:
            return found
        raise FieldError(f"`{name}` must be {bounds} with {model_id}; got {got(value)}.")

    return narrow


def snapped(parameter: Parameter, value: object) -> Scalar:
    """The nearest value that the model supports; of two that are equally near, the lower one."""
    assert isinstance(value, int | float)
    if parameter.choices:
        numbers = [c for c in parameter.choices if isinstance(c, int)]
        return min(numbers, key=lambda c: (abs(c - value), c))
    assert parameter.min is not None
    assert parameter.max is not None
    return max(parameter.min, min(parameter.max, value))


IMAGE_FIELDS: dict[str, Reader] = {
    "n": whole("n", 1, PICTURES_MOST),
    "size": size,
    "aspect_ratio": choice("aspect_ratio", words_of(*ASPECT_RATIOS)),
    "resolution": choice("resolution", words_of(*RESOLUTIONS)),
    "quality": choice("quality", QUALITIES, ("auto", "standard", "hd", "low", "medium", "high")),
    "background": choice("background", words_of("auto", "transparent", "opaque")),
    "style": choice("style", words_of("natural", "vivid")),
    "output_format": choice("output_format", {**words_of("png", "jpeg", "webp"), "jpg": "jpeg"}),
    "style_slug": text("style_slug", NAME_MOST),
    "image_urls": urls("image_urls"),
    "seed": seed,
    "safety_tolerance": safety_tolerance,
    "limit_generations": flag("limit_generations"),
    "enable_web_search": flag("enable_web_search"),
    "sync_mode": flag("sync_mode"),
    "make_public": flag("make_public"),
}

VIDEO_FIELDS: dict[str, Reader] = {
    "duration": duration,
    "aspect_ratio": film_ratio,
    "audio": flag("audio"),
    "make_public": flag("make_public"),
    "image_url": url("image_url"),
    "image_urls": urls("image_urls"),
    "first_frame_url": url("first_frame_url"),
    "last_frame_url": url("last_frame_url"),
    "extend_video_url": url("extend_video_url"),
    "cfg_scale": number("cfg_scale", 0, CFG_MOST),
    "negative_prompt": text("negative_prompt", PROMPT_MOST),
    "resolution": film_resolution,
    "enhance_prompt": flag("enhance_prompt"),
    "auto_fix": flag("auto_fix"),
    "seed": seed,
    "safety_tolerance": safety_tolerance,
}

FIELDS: dict[str, dict[str, Reader]] = {"image": IMAGE_FIELDS, "video": VIDEO_FIELDS}
