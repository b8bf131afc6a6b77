"""What `generateContent` takes from a model that draws: names, types, choices and pictures that open.

Written from Google's own client (google-genai 3.6.1, `_GenerateContentConfig_to_mldev` and the types beside it) and its
guide to pictures, without a look at the studio's catalogue.
"""

import base64
import binascii
import io
import re
from typing import Any

from PIL import Image, UnidentifiedImageError

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
MODELS: dict[str, dict[str, Any]] = {
    "gemini-3.1-flash-image": {
        "aspectRatio": (*RATIOS, "1:4", "4:1", "1:8", "8:1"),
        "imageSize": ("512", "1K", "2K", "4K"),
        "pictures": 14,
    },
    "gemini-3-pro-image": {"aspectRatio": RATIOS, "imageSize": ("1K", "2K", "4K"), "pictures": 14},
}
TOP = frozenset(
    {
        "contents",
        "generationConfig",
        "safetySettings",
        "systemInstruction",
        "tools",
        "toolConfig",
        "cachedContent",
    }
)
CONFIG = frozenset(
    {
        "responseModalities", "imageConfig", "seed", "temperature", "topP", "topK", "candidateCount",
        "maxOutputTokens", "stopSequences", "thinkingConfig", "mediaResolution", "responseMimeType",
    }
)  # fmt: skip
MODALITIES = frozenset({"TEXT", "IMAGE"})
LARGEST = 100_000_000
_SNAKE = re.compile(r"_([a-z])")
_URL_SAFE = str.maketrans("-_", "+/")


def named(body: Any) -> Any:
    """The same with every name in camel case: Google reads `mime_type` as `mimeType`, and its client says so."""
    if isinstance(body, list):
        return [named(each) for each in body]
    if not isinstance(body, dict):
        return body
    return {_SNAKE.sub(lambda found: found[1].upper(), name): named(each) for name, each in body.items()}


def check(model: str, body: Any) -> str | None:
    """What is wrong with a request, as a message; None when it is one that the model takes."""
    if not isinstance(body, dict):
        return "Invalid JSON payload received. Expected an object."
    for name, known in (("", TOP), ("generationConfig", CONFIG)):
        held = body.get(name, {}) if name else body
        if not isinstance(held, dict):
            return f"Invalid value at '{name}'"
        unknown = sorted(held.keys() - known)
        if unknown:
            where = f' at "{name}"' if name else ""
            return f'Invalid JSON payload received. Unknown name "{unknown[0]}"{where}: Cannot find field.'
    return _contents(model, body.get("contents")) or _config(model, body.get("generationConfig", {}))


def words(body: Any) -> str:
    """All texts of a request."""
    return "\n".join(part["text"] for part in _parts(body) if isinstance(part.get("text"), str))


def _parts(body: Any) -> list[dict[str, Any]]:
    contents = body.get("contents") if isinstance(body, dict) else None
    turns = [each for each in contents if isinstance(each, dict)] if isinstance(contents, list) else []
    parts = [part for turn in turns if isinstance(turn.get("parts"), list) for part in turn["parts"]]
    return [part for part in parts if isinstance(part, dict)]


def _contents(model: str, contents: Any) -> str | None:
    if not isinstance(contents, list) or not contents:
        return "* GenerateContentRequest.contents: contents is not specified"
    parts = _parts({"contents": contents})
    if not any(isinstance(part.get("text"), str) and part["text"].strip() for part in parts):
        return "Unable to submit request because it must have a text parameter."
    pictures = [part["inlineData"] for part in parts if "inlineData" in part]
    if len(pictures) > MODELS[model]["pictures"]:
        return f"The model takes at most {MODELS[model]['pictures']} pictures."
    return next(
        (problem for each in pictures if (problem := picture(each.get("mimeType"), each.get("data")))), None
    )


def _config(model: str, config: dict[str, Any]) -> str | None:
    wanted = config.get("responseModalities", ["TEXT", "IMAGE"])
    if not isinstance(wanted, list) or not wanted or set(wanted) - MODALITIES:
        return "Invalid value at 'generation_config.response_modalities'"
    if config.get("candidateCount", 1) != 1:
        return "Multiple candidates is not enabled for this model"
    if "seed" in config and not isinstance(config["seed"], int):
        return "Invalid value at 'generation_config.seed' (TYPE_INT32)"
    drawn = config.get("imageConfig", {})
    if not isinstance(drawn, dict):
        return "Invalid value at 'generation_config.image_config'"
    for name, value in drawn.items():
        if name not in ("aspectRatio", "imageSize"):
            return f'Invalid JSON payload received. Unknown name "{name}" at "generation_config.image_config"'
        if value not in MODELS[model][name]:
            return f"Invalid value at 'generation_config.image_config.{name}': {value}"
    return None


def picture(kind: Any, text: Any) -> str | None:
    """What is wrong with a picture that was sent as text, if anything is."""
    try:
        data = decoded(text)
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            found = Image.MIME.get(image.format or "")
    except (binascii.Error, ValueError, UnidentifiedImageError, OSError):
        return "Unable to process input image. Please retry or report in the troubleshooting guide."
    return None if found == kind else f"The mime type {kind} does not match the picture's {found}."


def decoded(text: Any) -> bytes:
    """Bytes that were sent as text, in either of the two alphabets.

    Raises ValueError.
    """
    if not isinstance(text, str) or len(text) > LARGEST * 4 // 3:
        raise ValueError
    return base64.b64decode(text.translate(_URL_SAFE), validate=True)
