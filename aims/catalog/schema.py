"""What the body of a generate request may hold, told as JSON Schema: for documents, forms and tools.

Here stand the words about each field; the bounds are those of its reader. What a reader takes out of kindness, such as
`PNG` for `png`, is not told.
"""

from typing import Any

from .fields import (
    ASPECT_RATIOS,
    CFG_MOST,
    FIELDS,
    NAME_MOST,
    PICTURES_MOST,
    PROMPT_MOST,
    QUALITIES,
    RESOLUTIONS,
    SECONDS_MOST,
    SEED_MOST,
    SIDE_LEAST,
    SIDE_MOST,
    SOURCES_MOST,
    URL_MOST,
)
from .spec import Kind

Json = dict[str, Any]

_FLAG: Json = {"type": "boolean"}
_ADDRESS: Json = {"type": "string", "minLength": 1, "maxLength": URL_MOST}
_ADDRESSES: Json = {"type": "array", "items": _ADDRESS, "minItems": 1, "maxItems": SOURCES_MOST}
_SEED: Json = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": SEED_MOST},
        {"type": "string", "pattern": "^[0-9]{1,18}$"},
    ]
}
_TOLERANCE: Json = {"enum": ["1", "2", "3", "4", "5", "6", 1, 2, 3, 4, 5, 6]}
_SAFETY = 'How strictly the provider refuses: `"1"` is strictest, `"6"` least strict.'
_SEED_HELP = "The same seed with the same request gives the same result, where the model takes seeds."
_PUBLIC_HELP = "Give each finished {thing} a public address, in `share_url`."


def _one_of(*words: str) -> Json:
    return {"type": "string", "enum": list(words)}


def _words(most: int) -> Json:
    return {"type": "string", "maxLength": most}


def _with(schema: Json, line: str, default: object = None) -> Json:
    """A field that may be left out, or be null, which is the same."""
    optional = dict(schema)
    if "type" in optional:
        optional["type"] = [optional["type"], "null"]
    if "enum" in optional:
        optional["enum"] = [*optional["enum"], None]
    if "anyOf" in optional:
        optional["anyOf"] = [*optional["anyOf"], {"type": "null"}]
    told = {"description": line, **optional}
    return told if default is None else {**told, "default": default}


_PROMPT: Json = {"type": "string", "minLength": 1, "maxLength": PROMPT_MOST}
_MODEL: Json = {"type": "string", "minLength": 1, "maxLength": NAME_MOST}

_IMAGE: dict[str, Json] = {
    "prompt": {**_PROMPT, "description": "What the picture is to show. Blanks around it do not count."},
    "model": _with(
        _MODEL, "The id of an image model: `GET /api/v1/images/generate` lists them.", "openai/gpt-image-2"
    ),
    "n": _with({"type": "integer", "minimum": 1, "maximum": PICTURES_MOST}, "How many pictures to make.", 1),
    "size": _with(
        {"type": "string", "pattern": "^(auto|[0-9]{2,4}[xX][0-9]{2,4})$"},
        f"`WIDTHxHEIGHT` in pixels, each side from {SIDE_LEAST} to {SIDE_MOST}, or `auto`. "
        "The nearest size that the model makes is used.",
        "1024x1024",
    ),
    "aspect_ratio": _with(
        _one_of(*ASPECT_RATIOS),
        "The shape of the picture. It wins over `size`. With `image_urls` it is `auto` unless it is said.",
    ),
    "resolution": _with(_one_of(*RESOLUTIONS), "How large the picture is, by the side of a square."),
    "quality": _with(
        _one_of(*QUALITIES),
        "How much care the model takes. `standard` is `medium`, and `hd` is `high`.",
        "auto",
    ),
    "background": _with(_one_of("auto", "transparent", "opaque"), "What is behind the subject.", "auto"),
    "style": _with(_one_of("natural", "vivid"), "How strong the colours are, for models that have it."),
    "output_format": _with(_one_of("png", "jpeg", "webp"), "The kind of file.", "png"),
    "style_slug": _with(
        _words(NAME_MOST),
        "A style preset for the prompt: `GET /api/v1/styles` lists them. The answer then has `style_applied`.",
    ),
    "image_urls": _with(
        _ADDRESSES,
        "The pictures to edit. The edit endpoint of the model is used by itself. "
        "An address is that of an upload, of a picture that was made here, or of any public picture.",
    ),
    "seed": _with(_SEED, _SEED_HELP),
    "safety_tolerance": _with(_TOLERANCE, _SAFETY, "6"),
    "limit_generations": _with(_FLAG, "Make one picture for each round of the prompt.", True),
    "enable_web_search": _with(_FLAG, "Let the model look things up on the web.", False),
    "sync_mode": _with(
        _FLAG, "Send the picture itself, as a data URI in `url`. It is stored as well.", False
    ),
    "make_public": _with(_FLAG, _PUBLIC_HELP.format(thing="picture"), False),
}

_VIDEO: dict[str, Json] = {
    "prompt": {**_PROMPT, "description": "What the film is to show. Blanks around it do not count."},
    "model": _with(
        _MODEL, "The id of a video model: `GET /api/v1/videos/generate` lists them.", "fal-ai/veo3.1/fast"
    ),
    "duration": _with(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": SECONDS_MOST},
                {"type": "string", "pattern": "^([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s?$"},
            ]
        },
        "Seconds. The nearest length that the model makes is used.",
    ),
    "aspect_ratio": _with(
        {"type": "string", "pattern": "^(auto|[1-9][0-9]?:[1-9][0-9]?)$"},
        "The shape of the film, such as `16:9` or `9:16`.",
    ),
    "audio": _with(_FLAG, "Make sound too, where the model can.", False),
    "make_public": _with(_FLAG, _PUBLIC_HELP.format(thing="film"), False),
    "image_url": _with(_ADDRESS, "The picture to begin from. Image-to-video models need it."),
    "image_urls": _with(_ADDRESSES, "Pictures to keep to. Reference-to-video models need them."),
    "first_frame_url": _with(
        _ADDRESS,
        "The first frame. First-last-frame models need it; some reference models take it as the start.",
    ),
    "last_frame_url": _with(_ADDRESS, "The last frame. First-last-frame models need it."),
    "extend_video_url": _with(
        _ADDRESS, "A film of the same workspace that is to go on. Extend models need it."
    ),
    "cfg_scale": _with(
        {"type": "number", "minimum": 0, "maximum": CFG_MOST},
        "How closely the film keeps to the prompt, where the model takes it.",
    ),
    "negative_prompt": _with(_words(PROMPT_MOST), "What the film is not to show, where the model takes it."),
    "resolution": _with(
        {"type": "string", "minLength": 1, "maxLength": 16, "pattern": "^[ -~]+$"},
        "How many lines, such as `720p` or `1080p`, where the model has a choice.",
    ),
    "enhance_prompt": _with(_FLAG, "Let the provider expand the prompt, where it can."),
    "auto_fix": _with(_FLAG, "Let the provider reword a prompt that it would refuse, where it can."),
    "seed": _with(_SEED, _SEED_HELP),
    "safety_tolerance": _with(_TOLERANCE, _SAFETY),
}

_OF: dict[Kind, dict[str, Json]] = {"image": _IMAGE, "video": _VIDEO}


def request_schema(kind: Kind) -> Json:
    """The JSON Schema of the body of a generate or estimate request.

    Which values one model takes, and which sources it needs, is in its `available_settings`.
    """
    fields = _OF[kind]
    assert fields.keys() - {"prompt", "model"} == FIELDS[kind].keys()
    return {"type": "object", "required": ["prompt"], "properties": fields}
