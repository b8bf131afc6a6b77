"""Operations for programs written for OpenAI: what its clients send, in its words, and what they read."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from aims.catalog import request_schema

from . import wire
from .operations import KEY, Answer, Json, Operation, json_of, ref

TAG = "OpenAI-compatible"


class FailureReason(Struct):
    """Why a request was refused, in OpenAI's words."""

    message: Annotated[str, Meta(description="A sentence for people.")]
    type: Annotated[str, Meta(description="What kind of error it is, such as `invalid_request_error`.")]
    param: Annotated[str | None, Meta(description="The first field that is wrong.")]
    code: Annotated[str | None, Meta(description="A stable word for programs.")]


class Failure(Struct):
    """The envelope of every error below `/v1`."""

    error: Annotated[FailureReason, Meta(description="The error.")]


class TokenDetails(Struct):
    """How many tokens of each kind: none, since prices are in credits."""

    text_tokens: Annotated[int, Meta(description="Always 0.")]
    image_tokens: Annotated[int, Meta(description="Always 0.")]


class TokenUsage(Struct):
    """What clients read tokens from. Nothing here counts tokens."""

    input_tokens: Annotated[int, Meta(description="Always 0.")]
    input_tokens_details: Annotated[TokenDetails, Meta(description="Always 0.")]
    output_tokens: Annotated[int, Meta(description="Always 0.")]
    output_tokens_details: Annotated[TokenDetails, Meta(description="Always 0.")]
    total_tokens: Annotated[int, Meta(description="Always 0.")]
    credits: Annotated[int, Meta(description="What was charged.")]


class Picture(Struct):
    """One picture: itself, or its address."""

    b64_json: Annotated[str | UnsetType, Meta(description="The file in base64.")] = UNSET
    url: Annotated[str | UnsetType, Meta(description="Where the file is; it needs no key.")] = UNSET


class PictureList(Struct):
    """The pictures that were made. Those that failed are left out and paid back."""

    created: Annotated[int, Meta(description="When it was asked for, in seconds since 1970.")]
    data: Annotated[list[Picture], Meta(description="The pictures.")]
    background: Annotated[str, Meta(description="What was asked for behind the subject.")]
    output_format: Annotated[str, Meta(description="The kind of file.")]
    quality: Annotated[str, Meta(description="How much care was asked for.")]
    size: Annotated[str, Meta(description="Pixels of the first picture, `WIDTHxHEIGHT`.")]
    usage: Annotated[TokenUsage, Meta(description="What it cost.")]
    ignored_parameters: Annotated[
        list[str] | UnsetType, Meta(description="Fields that the model does not act on.")
    ] = UNSET
    sandbox: Annotated[bool | UnsetType, Meta(description="`true` for a drawing of the sandbox.")] = UNSET


class VideoFailure(Struct):
    """Why a film was not made."""

    code: Annotated[str, Meta(description="`cancelled` or `video_generation_failed`.")]
    message: Annotated[str, Meta(description="A sentence for people.")]


class CompatibleVideo(Struct):
    """A film, from the moment it is accepted. Instants are seconds since 1970."""

    id: Annotated[str, Meta(description="The id of the generation, which has it at `/api/v1` as well.")]
    object: Annotated[Literal["video"], Meta(description="Always `video`.")]
    created_at: Annotated[int, Meta(description="When it was accepted.")]
    status: Annotated[
        Literal["queued", "in_progress", "completed", "failed"], Meta(description="Where it stands.")
    ]
    model: Annotated[str, Meta(description="The model that makes it.")]
    progress: Annotated[int, Meta(ge=0, le=100, description="Percent.")]
    seconds: Annotated[str, Meta(description="Its length, as text.")]
    size: Annotated[str, Meta(description="Pixels, `WIDTHxHEIGHT`; empty while only the model knows.")]
    prompt: Annotated[str, Meta(description="What was asked for.")]
    completed_at: Annotated[int | None, Meta(description="When it was finished.")]
    expires_at: Annotated[None, Meta(description="Nothing expires.")]
    remixed_from_video_id: Annotated[None, Meta(description="There are no remixes.")]
    error: Annotated[VideoFailure | None, Meta(description="Why there is no film.")]
    sandbox: Annotated[bool | UnsetType, Meta(description="`true` for a film of the sandbox.")] = UNSET


class VideoList(Struct):
    """A page of films, newest first."""

    object: Annotated[Literal["list"], Meta(description="Always `list`.")]
    data: Annotated[list[CompatibleVideo], Meta(description="The films.")]
    first_id: Annotated[str | None, Meta(description="The id of the first one.")]
    last_id: Annotated[str | None, Meta(description="The id of the last one: `after` for the next page.")]
    has_more: Annotated[bool, Meta(description="Whether there is a next page.")]


class VideoDeleted(Struct):
    """No film is kept under this id."""

    id: Annotated[str, Meta(description="The id.")]
    object: Annotated[Literal["video.deleted"], Meta(description="Always `video.deleted`.")]
    deleted: Annotated[Literal[True], Meta(description="Always `true`.")]


class NamedModel(Struct):
    """A model by name."""

    id: Annotated[str, Meta(description="What `model` takes.")]
    object: Annotated[Literal["model"], Meta(description="Always `model`.")]
    created: Annotated[
        int, Meta(description="The day on which its facts were read last, in seconds since 1970.")
    ]
    owned_by: Annotated[str, Meta(description="The first part of its id.")]


class NamedModelList(Struct):
    """The models that can be used."""

    object: Annotated[Literal["list"], Meta(description="Always `list`.")]
    data: Annotated[list[NamedModel], Meta(description="The models.")]


_ANYTHING = "Taken, and passed over."
_REPLY: Json = {
    "response_format": {
        "enum": ["b64_json", "url", None],
        "default": "b64_json",
        "description": "The picture itself, or its address.",
    },
    "stream": {
        "type": ["boolean", "null"],
        "default": False,
        "description": "Send events: one `completed` event for each picture, and comments before.",
    },
    "partial_images": {"description": f"{_ANYTHING} No picture is shown before it is finished."},
    "user": {"description": _ANYTHING},
}


def _fields(kind: Any, *without: str) -> dict[str, Json]:
    told = request_schema(kind)["properties"]
    return {name: schema for name, schema in told.items() if name not in without}


_PICTURE = _fields("image", "sync_mode", "image_urls") | _REPLY
_PICTURE["quality"] = {
    **_PICTURE["quality"],
    "enum": [*_PICTURE["quality"]["enum"], "xhigh", "max"],
    "description": "How much care the model takes. `standard` is `medium`; `hd`, `xhigh` and `max` are `high`.",
}
_ADDRESS = 'As `{"image_url": "https://..."}`, or the address alone. A data address holds the picture itself.'
_FILM = _fields(
    "video", "duration", "image_url", "image_urls", "first_frame_url", "last_frame_url", "extend_video_url"
)

REQUESTS: dict[str, Json] = {
    "CompatiblePictureRequest": {
        "type": "object",
        "description": "What to make, in OpenAI's words; the model's other settings may stand beside them.",
        "required": ["prompt"],
        "properties": _PICTURE,
    },
    "CompatibleEditRequest": {
        "type": "object",
        "description": "What to change, in OpenAI's words.",
        "required": ["prompt", "images"],
        "properties": {**_PICTURE, "images": {"type": "array", "minItems": 1, "description": _ADDRESS}},
        "additionalProperties": True,
    },
    "CompatibleVideoRequest": {
        "type": "object",
        "description": "What to film, in OpenAI's words; the model's other settings may stand beside them.",
        "required": ["prompt"],
        "properties": {
            **_FILM,
            "seconds": request_schema("video")["properties"]["duration"],
            "size": {
                "type": ["string", "null"],
                "pattern": "^(auto|[0-9]{2,5}[xX][0-9]{2,5})$",
                "description": "`WIDTHxHEIGHT`. The nearest shape and number of lines that the model has are used.",
            },
            "input_reference": {"description": f"The picture to begin with. {_ADDRESS}"},
        },
    },
}

_FILE: Json = {"type": "string", "contentMediaType": "application/octet-stream"}
_EDIT_FORM: Json = {
    "type": "object",
    "required": ["prompt", "image"],
    "properties": {
        "prompt": {"type": "string", "description": "What to change."},
        "image": {**_FILE, "description": "A picture; as `image[]` once for each of several."},
    },
}
_FILM_FORM: Json = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string", "description": "What to film."},
        "input_reference": {**_FILE, "description": "The picture to begin with."},
    },
}

_LIMITS = (
    "Idempotent-Replayed", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
)  # fmt: skip
_REPEATS = (
    "An `Idempotency-Key` is heeded as everywhere. Without one, a request that says in `x-stainless-retry-count` that "
    "it is a repeat, as OpenAI's clients do, joins the generation that the first one began and is charged nothing."
)
_WRONG = "The request is wrong and will stay wrong until it is changed, or the provider refuses to make it."


def _failing(*statuses: int) -> dict[int, Answer]:
    """The answers that are errors: the statuses that this operation has, and those that all have."""
    found = {}
    for status in (400, 401, 429, 500, 503, *statuses):
        _, says, headers = wire.ERRORS[status]
        headers = (*headers, "x-should-retry") if status in (402, 409, 502, 503) else headers
        found[status] = Answer(
            says=_WRONG if status == 400 else says, content=json_of("Failure"), headers=headers
        )
    return found


_MADE: dict[int, Answer] = {
    200: Answer(
        says="The pictures, or events that end with them.",
        content={**json_of("PictureList"), "text/event-stream": ref("PictureEvent")},
        headers=_LIMITS,
    ),
    **_failing(402, 403, 404, 409, 413, 415, 422, 502),
}

OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/images/generations",
        name="compatibleGenerateImages",
        tag=TAG,
        summary="Make pictures",
        says="Makes pictures and answers when they are finished. `model` takes an id, or one without its first part: "
        f"`gpt-image-2`.\n\n{_REPEATS}",
        access="image:generate",
        parameters=("idempotency_key",),
        body={"application/json": ref("CompatiblePictureRequest")},
        answers=_MADE,
    ),
    Operation(
        method="POST",
        path="/v1/images/edits",
        name="compatibleEditImages",
        tag=TAG,
        summary="Edit pictures",
        says="Changes or combines pictures, as a form with files or as JSON with addresses. The pictures are kept as "
        f"uploads. A `mask` is refused, since no model here takes one.\n\n{_REPEATS}",
        access="image:generate",
        parameters=("idempotency_key",),
        body={"application/json": ref("CompatibleEditRequest"), "multipart/form-data": _EDIT_FORM},
        answers=_MADE,
    ),
    Operation(
        method="POST",
        path="/v1/videos",
        name="compatibleCreateVideo",
        tag=TAG,
        summary="Begin a film",
        says="Accepts a film and answers at once. With `input_reference`, the model of the same family that begins "
        f"with a picture is taken.\n\n{_REPEATS}",
        access="video:generate",
        parameters=("idempotency_key",),
        body={"application/json": ref("CompatibleVideoRequest"), "multipart/form-data": _FILM_FORM},
        answers={
            200: Answer(
                says="The film is accepted.",
                content=json_of("CompatibleVideo"),
                headers=(*_LIMITS, "openai-poll-after-ms"),
            ),
            **_failing(402, 403, 404, 409, 413, 415, 422, 502),
        },
    ),
    Operation(
        method="GET",
        path="/v1/videos",
        name="compatibleListVideos",
        tag=TAG,
        summary="The films",
        says="The films of the workspace that are not deleted, newest first.",
        access=KEY,
        parameters=("limit", "after", "order"),
        answers={200: Answer(says="A page of films.", content=json_of("VideoList")), **_failing(404)},
    ),
    Operation(
        method="GET",
        path="/v1/videos/{video_id}",
        name="compatibleShowVideo",
        tag=TAG,
        summary="Look at a film",
        says="Where a film stands.",
        access=KEY,
        parameters=("video_id",),
        answers={
            200: Answer(
                says="The film.", content=json_of("CompatibleVideo"), headers=("openai-poll-after-ms",)
            ),
            **_failing(404),
        },
    ),
    Operation(
        method="GET",
        path="/v1/videos/{video_id}/content",
        name="compatibleReadVideo",
        tag=TAG,
        summary="Fetch a film",
        says="The file of a finished film, or its poster.",
        access=KEY,
        parameters=("video_id", "variant", "range", "if_none_match"),
        answers={
            200: Answer(
                says="The file.",
                content={
                    "video/mp4": {"type": "string", "contentMediaType": "video/mp4"},
                    "image/webp": {"type": "string", "contentMediaType": "image/webp"},
                },
                headers=("ETag", "Cache-Control"),
            ),
            206: Answer(
                says="The part of the file that was asked for.",
                content={"video/mp4": {"type": "string", "contentMediaType": "video/mp4"}},
                headers=("ETag", "Content-Range"),
            ),
            304: Answer(says="It has not changed.", headers=("ETag",)),
            416: Answer(says="The part lies beyond the end.", headers=("Content-Range",)),
            **_failing(404, 409),
        },
    ),
    Operation(
        method="DELETE",
        path="/v1/videos/{video_id}",
        name="compatibleDeleteVideo",
        tag=TAG,
        summary="Delete a film, or stop it",
        says="Puts a finished film into the trash. One that is being made is stopped, for which the key needs the "
        "scope `video:generate` too, and stays in the list as failed.",
        access="media:write",
        parameters=("video_id",),
        answers={
            200: Answer(says="There is no film.", content=json_of("VideoDeleted")),
            **_failing(403, 404, 409),
        },
    ),
    Operation(
        method="GET",
        path="/v1/models",
        name="compatibleListModels",
        tag=TAG,
        summary="The models by name",
        says="The models that the workspace can use.",
        access=KEY,
        answers={200: Answer(says="The models.", content=json_of("NamedModelList")), **_failing()},
    ),
    Operation(
        method="GET",
        path="/v1/models/{model_id}",
        route="/v1/models/{model_id:path}",
        name="compatibleShowModel",
        tag=TAG,
        summary="Look at a model",
        says="One model, by its id, with its slashes, or by the name that OpenAI has for it.",
        access=KEY,
        parameters=("model_id",),
        answers={200: Answer(says="The model.", content=json_of("NamedModel")), **_failing(404)},
    ),
)
