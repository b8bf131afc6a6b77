"""What each tool takes and gives, as JSON Schema. The fields of a request are the API's own, out of the catalogue.

Models read these: what may be left out is left out instead of being null, and nothing is taken that is not told.
"""

from functools import cache
from typing import Any

from aims.catalog import Kind, request_schema
from aims.mcp.tools import Tool

Json = dict[str, Any]

LARGEST_UPLOAD = 20 * 1024 * 1024
# Four characters for each three bytes.
LONGEST_BASE64 = (LARGEST_UPLOAD + 2) // 3 * 4

_IMAGE = (
    "prompt", "model", "n", "aspect_ratio", "resolution", "size", "output_format", "quality", "style_slug",
    "image_urls", "seed", "limit_generations", "make_public",
)  # fmt: skip
_EDIT = ("prompt", "image_urls", "model", "aspect_ratio", "resolution", "output_format", "make_public")
_VIDEO = (
    "prompt", "model", "duration", "aspect_ratio", "audio", "image_url", "image_urls", "first_frame_url",
    "last_frame_url", "extend_video_url", "resolution", "negative_prompt", "make_public",
)  # fmt: skip

# The API's own words name the addresses that list things; an agent has tools for that.
_TOOL_FOR = {"images/generate": "list_models", "videos/generate": "list_models", "styles": "list_styles"}

_KEY: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[!-~]([ -~]*[!-~])?$",
    "description": "A word of your own for this request. Called again with the same arguments, it joins what the "
    "first call began and is charged once; with other arguments it is refused.",
}
_RETURN_IMAGE: Json = {
    "type": "boolean",
    "default": False,
    "description": "Return the pictures themselves too, for you to look at: whole while they have at most 1 MiB "
    "together, else as thumbnails. Of a film it is one frame.",
}
_SETTINGS: Json = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
    "description": 'What else the model takes, by name, such as `{"steps": 30}`: whatever `available_settings` of '
    "`list_models` has for it and is no argument here. What the model does not take is not sent, and is told in "
    "`ignored_parameters`.",
}


def _told(schema: Json) -> Json:
    """A field without its null, and in the words of tools."""
    told = dict(schema)
    if isinstance(told.get("type"), list):
        told["type"] = next(each for each in told["type"] if each != "null")
    if "enum" in told:
        told["enum"] = [each for each in told["enum"] if each is not None]
    if "anyOf" in told:
        told["anyOf"] = [each for each in told["anyOf"] if each != {"type": "null"}]
    for path, tool in _TOOL_FOR.items():
        told["description"] = told["description"].replace(f"`GET /api/v1/{path}`", f"`{tool}`")
    return told


def _object(properties: Json, *required: str) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _request(kind: Kind, names: tuple[str, ...], *required: str) -> Json:
    fields = request_schema(kind)["properties"]
    asked = {name: _told(fields[name]) for name in names}
    ours = {"settings": _SETTINGS, "idempotency_key": _KEY, "return_image": _RETURN_IMAGE}
    return _object({**asked, **ours}, "prompt", *required)


def _upload() -> Json:
    picture = {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_BASE64,
        "description": "The bytes of the picture as raw base64, without a `data:` prefix; at most 20 MiB decoded.",
    }
    name = {"type": "string", "maxLength": 255, "description": "A name for it; it decides nothing."}
    return _object({"image_base64": picture, "filename": name}, "image_base64")


def _generation() -> Json:
    an_id = {"type": "string", "minLength": 1, "description": "The id of a generation of this workspace."}
    return _object({"generation_id": an_id, "return_image": _RETURN_IMAGE}, "generation_id")


@cache
def takes(tool: Tool) -> Json:
    """The schema of a tool's arguments. Nobody may change what comes back."""
    kind = {"enum": ["image", "video"], "type": "string", "description": "Only the models of this kind."}
    of_takes: dict[str, Json] = {
        "upload": _upload(),
        "image": _request("image", _IMAGE),
        "edit": _request("image", _EDIT, "image_urls"),
        "video": _request("video", _VIDEO),
        "models": _object({"type": kind}),
        "styles": _object({}),
        "account": _object({}),
        "generation": _generation(),
    }
    return of_takes[tool.takes]


_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_WHOLE: Json = {"type": "integer"}
_FLAG: Json = {"type": "boolean"}
_OBJECTS: Json = {"type": "array", "items": {"type": "object"}}
_OUTCOME: Json = {
    "id": _TEXT,
    "url": _MAYBE,
    "status": {"enum": ["completed", "failed", "queued"]},
    "share_url": _TEXT,
    "error": _TEXT,
    "credits_refunded": _WHOLE,
}
_FAILURE: Json = {
    "error": {**_TEXT, "description": "What went wrong, in a sentence."},
    "hint": {**_TEXT, "description": "What that means."},
    "next": {**_TEXT, "description": "What to do now."},
}
_MONEY: Json = {
    "success": {**_FLAG, "description": "Whether anything was made."},
    "credits_used": {**_WHOLE, "description": "What was charged in the end."},
    "credits_remaining": {"type": ["integer", "null"], "description": "What the workspace can still spend."},
    "style_applied": _TEXT,
    "ignored_parameters": {"type": "array", "items": _TEXT},
    "sandbox": {**_FLAG, "description": "True when it was drawn by the offline sandbox."},
    "generation_id": {**_TEXT, "description": "For `get_generation`."},
}


def _result(properties: Json, *required: str) -> Json:
    """The shape of a result: what the API answers, or what went wrong."""
    return {
        "type": "object",
        "properties": {"success": _FLAG, "generation_id": _TEXT, **_FAILURE, **properties},
        "anyOf": [{"required": list(required)}, {"required": ["success", *_FAILURE]}],
    }


def _gives() -> dict[str, Json]:
    image = {
        "type": "array",
        "items": {"type": "object", "properties": _OUTCOME, "required": ["id", "status"]},
    }
    film = {"model": _TEXT, "duration": {"type": ["number", "null"]}, "aspect_ratio": _MAYBE, "audio": _FLAG}
    video = {"type": "object", "properties": {**_OUTCOME, **film}, "required": ["id", "status", "model"]}
    images = _result({**_MONEY, "images": image}, "success", "images", "credits_used", "credits_remaining")
    account = {"status": _TEXT, "workspace_id": _TEXT, "credits_available": _WHOLE, "default_model": _TEXT}
    account |= {"scopes": {"type": "array", "items": _TEXT}, "available_models": _OBJECTS}
    models = {"status": _TEXT, "workspace_id": _TEXT, "image_models": _OBJECTS, "video_models": _OBJECTS}
    generation = {"id": _TEXT, "kind": {"enum": ["image", "video"]}, "status": _TEXT, "outputs": _OBJECTS}
    # What went wrong with the call is a text; so is what went wrong with the generation, and it may be null.
    generation |= {"error": _MAYBE, "credits": {"type": "object"}, "quote": {"type": "object"}}
    return {
        "upload": _result({"id": _TEXT, "url": _TEXT}, "success", "id", "url"),
        "image": images,
        "edit": images,
        "video": _result({**_MONEY, "video": video}, "success", "video", "credits_used", "credits_remaining"),
        "models": _result(models, "status", "workspace_id"),
        "styles": _result({"status": _TEXT, "styles": _OBJECTS}, "status", "styles"),
        "account": _result(account, "status", "workspace_id", "credits_available", "scopes"),
        "generation": _result(generation, "id", "kind", "status", "outputs", "credits"),
    }


_GIVES = _gives()


def gives(tool: Tool) -> Json:
    """The schema of a tool's structured result. Nobody may change what comes back."""
    return _GIVES[tool.takes]
