"""The events of a stream of pictures, as programs written for OpenAI read them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from .compatible import TokenUsage
from .operations import ref


class PictureFinished(Struct):
    """What a stream says when a picture is finished, or its edit."""

    type: Annotated[str, Meta(description="The event's kind once more.")]
    b64_json: Annotated[str, Meta(description="The file in base64.")]
    created_at: Annotated[int, Meta(description="When it was asked for, in seconds since 1970.")]
    background: Annotated[str, Meta(description="What was asked for behind the subject.")]
    output_format: Annotated[str, Meta(description="The kind of file.")]
    quality: Annotated[str, Meta(description="How much care was asked for.")]
    size: Annotated[str, Meta(description="Pixels, `WIDTHxHEIGHT`.")]
    usage: Annotated[
        TokenUsage, Meta(description="What all of them cost, with the first; nothing with the others.")
    ]
    ignored_parameters: Annotated[
        list[str] | UnsetType, Meta(description="Fields that the model does not act on.")
    ] = UNSET
    sandbox: Annotated[bool | UnsetType, Meta(description="`true` for a drawing of the sandbox.")] = UNSET


class PictureEvent(Struct):
    """One event of a stream of pictures, with the fields of Server-Sent Events."""

    event: Annotated[
        Literal["image_generation.completed", "image_edit.completed", "error"],
        Meta(description="What kind of event it is. An error is the last one."),
    ]
    data: Annotated[
        str,
        Meta(
            description="The picture or the error, as JSON text.",
            extra_json_schema={
                "contentMediaType": "application/json",
                "contentSchema": {"anyOf": [ref("PictureFinished"), ref("Failure")]},
            },
        ),
    ]
