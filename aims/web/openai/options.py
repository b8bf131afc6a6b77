"""OpenAI's options for pictures and films, put into our words."""

import base64
import binascii
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aims.catalog import Model
from aims.catalog.framing import LINES, ratio_of
from aims.core.errors import Invalid
from aims.media.uploads import LARGEST, too_large
from aims.web.openai.forms import Form

CAREFUL = {"xhigh": "high", "max": "high"}
DROPPED = frozenset(
    {"user", "safety_identifier", "stream", "partial_images", "response_format", "sync_mode", "mask"}
    | {"images", "seconds", "input_reference"}
)
"""Fields that are about the answer, about the end user, or are read here."""

PICTURE_NAMES = {"image_urls": "image"}
FILM_NAMES = {
    "duration": "seconds",
    "image_url": "input_reference",
    "image_urls": "input_reference",
    "first_frame_url": "input_reference",
}
_SIZE = re.compile(r"([0-9]{2,5})[xX]([0-9]{2,5})", re.ASCII)
_DATA = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,60};base64,", re.ASCII)
_PLACE = "sent with the request: "


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in our words. pictures: the bytes that came along; `body` names each by a place of its own.

    reply: `b64_json` or `url`.
    """

    body: dict[str, object]
    pictures: list[bytes] = field(default_factory=list)
    stream: bool = False
    reply: str = "b64_json"


def picture(form: Form) -> Asked:
    """A request for pictures, or for edits of those that came along.

    Raises Invalid.
    """
    given = _present(form.fields)
    _refuse_unknown_files(form, "image", "mask")
    if "mask" in given or "mask" in form.files:
        raise Invalid.field(
            "mask",
            "No model here takes a mask, and without it another part of the picture would change. Leave out `mask` "
            "and say in the prompt what is to change and what is to stay.",
            code="mask_not_supported",
        )
    body = {name: value for name, value in given.items() if name not in DROPPED}
    if isinstance(quality := body.get("quality"), str):
        body["quality"] = CAREFUL.get(quality, quality)
    pictures = [*form.files.get("image", [])]
    addresses: list[object] = [_place(number) for number in range(len(pictures))]
    for each in _listed(given, "images"):
        addresses.append(_address(each, "images", pictures))
    if addresses:
        body["image_urls"] = addresses
    return Asked(body, pictures, _stream(given), _reply(given))


def film(form: Form) -> Asked:
    """A request for a film. The size is left for `framed`, because it depends on the model.

    Raises Invalid.
    """
    given = _present(form.fields)
    _refuse_unknown_files(form, "input_reference")
    body = {name: value for name, value in given.items() if name not in DROPPED}
    if "seconds" in given:
        body["duration"] = given["seconds"]
    pictures = [*form.files.get("input_reference", [])]
    reference = given.get("input_reference", _nested(body, "input_reference"))
    if len(pictures) + (reference is not None) > 1:
        raise Invalid.field("input_reference", "`input_reference` is one picture.")
    if pictures:
        body["image_url"] = _place(0)
    elif reference is not None:
        body["image_url"] = _address(reference, "input_reference", pictures)
    return Asked(body, pictures)


def framed(model: Model, size: object) -> dict[str, object]:
    """The nearest shape and number of lines that a film model has for a size in pixels.

    Raises Invalid for anything but `WIDTHxHEIGHT` and `auto`.
    """
    if size is None or size == "auto":
        return {}
    match = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if match is None or not int(match[1]) or not int(match[2]):
        raise Invalid.field("size", "`size` is WIDTHxHEIGHT in pixels, such as 1280x720, or auto.")
    width, height = int(match[1]), int(match[2])
    found: dict[str, object] = {}
    shapes = [each for each in _choices(model, "aspect_ratio") if ":" in each]
    if shapes:
        found["aspect_ratio"] = min(shapes, key=lambda each: abs(math.log(ratio_of(each) * height / width)))
    lines = [each for each in _choices(model, "resolution") if each in LINES]
    if lines:
        found["resolution"] = min(lines, key=lambda each: abs(LINES[each] - min(width, height)))
    return found


def place_of(url: str, pictures: int) -> int | None:
    """Which of so many pictures that came along an address in a body stands for; None for any other address."""
    text = url.removeprefix(_PLACE)
    place = int(text) if text != url and text.isascii() and text.isdigit() and len(text) < 4 else pictures
    return place if place < pictures else None


def _place(number: int) -> str:
    return f"{_PLACE}{number}"


def _present(fields: Mapping[str, object]) -> dict[str, object]:
    """What is said: null is the same as nothing."""
    return {name: value for name, value in fields.items() if value is not None}


def _nested(body: dict[str, object], name: str) -> dict[str, object] | None:
    """Take an object out of a form, whose fields stand there as `name[field]`."""
    found = [each for each in body if each.startswith(f"{name}[") and each.endswith("]")]
    return {each[len(name) + 1 : -1]: body.pop(each) for each in found} or None


def _choices(model: Model, name: str) -> list[str]:
    parameter = model.parameters.get(name)
    return [str(each) for each in parameter.choices] if parameter else []


def _listed(given: Mapping[str, object], name: str) -> list[object]:
    value = given.get(name, [])
    if not isinstance(value, list):
        raise Invalid.field(name, f"`{name}` is a list of pictures.")
    return value


def _address(value: object, name: str, pictures: list[bytes]) -> str:
    """The address of a picture; one that holds the picture itself is taken apart, and `pictures` gets it."""
    url = value.get("image_url") if isinstance(value, dict) else value
    if not isinstance(url, str) or not url or url.startswith(_PLACE):
        raise Invalid.field(
            name,
            f'`{name}` takes pictures as {{"image_url": "https://..."}}; there are no file ids here.',
        )
    head = _DATA.match(url)
    if head is None:
        return url
    if len(url) > LARGEST * 4 // 3 + 200:
        raise too_large()
    try:
        pictures.append(base64.b64decode(url[head.end() :], validate=True))
    except (binascii.Error, ValueError):
        raise Invalid.field(name, f"`{name}` has a data address that is not base64.") from None
    return _place(len(pictures) - 1)


def _refuse_unknown_files(form: Form, *known: str) -> None:
    for name in form.files:
        if name not in known:
            wanted = " or ".join(f"`{each}`" for each in known if each != "mask")
            raise Invalid.field(name[:60], f"No file is taken under this name here; send it as {wanted}.")


def _stream(given: Mapping[str, object]) -> bool:
    value = given.get("stream", False)
    if not isinstance(value, bool):
        raise Invalid.field("stream", "`stream` must be true or false.")
    return value


def _reply(given: Mapping[str, object]) -> str:
    value = given.get("response_format", "b64_json")
    if value not in ("b64_json", "url"):
        raise Invalid.field("response_format", "`response_format` is `b64_json` or `url`.")
    return str(value)
