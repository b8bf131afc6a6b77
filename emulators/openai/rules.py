"""Whether a request is one that the API takes: names, types, bounds and choices.

Written down from OpenAI's specification of `CreateImageRequest` and `CreateImageEditRequest` (read 2026-11-22), without
a look at the studio's catalogue.
"""

import io
import re
from typing import Any

from PIL import Image

from emulators.forms import File

# What each model takes beside what all take.
MODELS: dict[str, dict[str, Any]] = {
    "gpt-image-2": {"any_size": True},
    "gpt-image-2-2026-04-21": {"any_size": True},
    "gpt-image-2.5-flare": {"any_size": True},
    "gpt-image-2.5-sunburst": {"any_size": True},
    "gpt-image-1.5": {"fidelity": ("low", "high")},
    "gpt-image-1-mini": {"fidelity": ("low",)},
    "chatgpt-image-latest": {},
}
SIZES = ("auto", "1024x1024", "1536x1024", "1024x1536")
CHOICES = {
    "quality": ("auto", "low", "medium", "high"),
    "background": ("auto", "transparent", "opaque"),
    "output_format": ("png", "jpeg", "webp"),
    "moderation": ("auto", "low"),
}
WHOLE = {"n": (1, 10), "output_compression": (0, 100), "partial_images": (0, 3)}
TEXTS = ("prompt", "model", "user", "safety_identifier")
BOTH = frozenset({*CHOICES, *WHOLE, *TEXTS, "size", "stream"})
EDITS = BOTH | {"input_fidelity"}
MOST_FILES, LARGEST_FILE, LARGEST_MASK, LONGEST_PROMPT = 16, 50_000_000, 4_000_000, 32_000
# As the same model is described elsewhere; OpenAI's own specification says "up to 3840x2160".
LEAST_PIXELS, MOST_PIXELS = 655_360, 3840 * 2160
KINDS = frozenset({"PNG", "JPEG", "WEBP"})
_SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")


class Wrong(Exception):
    """The request is not taken. code, param: as the API says them."""

    def __init__(self, message: str, param: str, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


def check(body: dict[str, Any], *, edit: bool) -> None:
    """Raises Wrong for fields that are not right."""
    for name in body:
        if name not in (EDITS if edit else BOTH):
            raise Wrong(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    for name in TEXTS:
        if not isinstance(body.get(name, ""), str):
            raise Wrong(f"Invalid type for '{name}': expected a string.", name, "invalid_type")
    if not body.get("prompt"):
        raise Wrong("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")
    if len(body["prompt"]) > LONGEST_PROMPT:
        raise Wrong("Invalid 'prompt': string too long.", "prompt", "string_above_max_length")
    for name, choices in CHOICES.items():
        if name in body and body[name] not in choices:
            raise Wrong(f"Invalid value: {body[name]!r}. Supported values are: {choices}.", name)
    for name, (least, most) in WHOLE.items():
        value = body.get(name, least)
        if type(value) is not int or not least <= value <= most:
            raise Wrong(f"Invalid value for '{name}': expected {least} to {most}.", name)
    if body.get("stream"):
        raise Wrong("Streams are not to be had here.", "stream", "unsupported_value")
    _together(body, MODELS[body["model"]])


def check_files(files: list[File], body: dict[str, Any]) -> None:
    """Raises Wrong for files that are not right: their bytes count, whatever the parts say of them."""
    pictures = [each for each in files if each.field in ("image", "image[]")]
    masks = [each for each in files if each.field == "mask"]
    for each in files:
        if each.field not in ("image", "image[]", "mask"):
            raise Wrong(f"Unknown parameter: '{each.field}'.", each.field, "unknown_parameter")
        if _opened(each).format not in KINDS or len(each.data) > LARGEST_FILE:
            raise Wrong("Invalid file: unsupported.", each.field, "invalid_image_file")
    if not pictures:
        raise Wrong("Missing required parameter: 'image'.", "image", "missing_required_parameter")
    names = [each.field for each in pictures]
    if len(pictures) > MOST_FILES or (len(pictures) > 1 and set(names) != {"image[]"}):
        raise Wrong(
            "Duplicate parameter: 'image'. You provided multiple values.", "image", "duplicate_parameter"
        )
    for each in masks:
        mask = _opened(each)
        if mask.format != "PNG" or "A" not in mask.getbands() or len(each.data) > LARGEST_MASK:
            raise Wrong("Invalid mask: a PNG with an alpha channel is needed.", "mask", "invalid_image_file")
        if mask.size != _opened(pictures[0]).size:
            raise Wrong("Invalid mask: its size is not the image's.", "mask", "invalid_image_file")


def seen(file: File) -> list[Any]:
    """What the ledger keeps of a file: its field, its name, its type, and the colour of a point in it."""
    return [file.field, file.filename, file.content_type, _opened(file).convert("RGB").getpixel((5, 5))]


def typed(fields: list[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a form, in which everything is text."""
    body: dict[str, Any] = dict(fields)
    for name in WHOLE:
        if name in body and body[name].isdecimal():
            body[name] = int(body[name])
    if "stream" in body:
        body["stream"] = body["stream"] == "true"
    return body


def _together(body: dict[str, Any], model: dict[str, Any]) -> None:
    size = body.get("size", "auto")
    if size not in SIZES and not (model.get("any_size") and _is_makeable(size)):
        raise Wrong(f"Invalid value: {size!r}.", "size")
    kind = body.get("output_format", "png")
    if body.get("background") == "transparent" and kind == "jpeg":
        raise Wrong("Transparent background is not supported for jpeg.", "background")
    if "output_compression" in body and kind == "png" and body["output_compression"] != 100:
        raise Wrong("Compression is for jpeg and webp.", "output_compression")
    if "input_fidelity" in body and body["input_fidelity"] not in model.get("fidelity", ()):
        raise Wrong("This model does not take it.", "input_fidelity", "invalid_input_fidelity_model")


def _is_makeable(size: Any) -> bool:
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if found is None:
        return False
    width, height = int(found[1]), int(found[2])
    long, short = max(width, height), min(width, height)
    fits = long <= 3840 and long <= 3 * short and LEAST_PIXELS <= width * height <= MOST_PIXELS
    return width % 16 == height % 16 == 0 and fits


def _opened(file: File) -> Image.Image:
    try:
        return Image.open(io.BytesIO(file.data))
    except OSError:
        raise Wrong("Invalid file: it cannot be read.", file.field, "invalid_image_file") from None
