"""The shapes of the lists of models and styles, and of the small answers of the server itself."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType


class Setting(Struct):
    """One thing that a request may set on a model."""

    type: Annotated[
        Literal["integer", "number", "boolean", "choice", "text", "size", "url", "urls"],
        Meta(description="What it holds. `size` is `WIDTHxHEIGHT`."),
    ]
    help: Annotated[str, Meta(description="What it is for.")]
    choices: Annotated[list[str | int] | UnsetType, Meta(description="The values it may have.")] = UNSET
    min: Annotated[float | UnsetType, Meta(description="The lowest number, or the fewest entries.")] = UNSET
    max: Annotated[float | UnsetType, Meta(description="The highest number, or the most entries.")] = UNSET
    default: Annotated[
        str | float | bool | UnsetType, Meta(description="What a request gets that says nothing.")
    ] = UNSET
    unit: Annotated[str | UnsetType, Meta(description="What a number counts.")] = UNSET
    required: Annotated[bool | UnsetType, Meta(description="Whether a request must have it.")] = UNSET
    instead: Annotated[str | UnsetType, Meta(description="Another field that may stand in for it.")] = UNSET


class Factor(Struct):
    """A factor on the price, when all of its conditions hold."""

    name: Annotated[str, Meta(description="What it is for.")]
    factor: Annotated[str, Meta(description='An exact fraction, such as `"3/2"`.')]
    when: Annotated[
        dict[str, Any], Meta(description="The settings, with the value or values that they have.")
    ]
    over_pixels: Annotated[
        int | UnsetType, Meta(description="Applies to pictures with more pixels than this.")
    ] = UNSET


class Price(Struct):
    """What one image or one second costs."""

    unit: Annotated[Literal["image", "second"], Meta(description="What is counted.")]
    credits: Annotated[int, Meta(ge=0, description="What one costs, before factors.")]
    multipliers: Annotated[list[Factor], Meta(description="The factors that may apply.")]


class Model(Struct):
    """One model: what it makes, what it takes and what it costs."""

    id: Annotated[str, Meta(description="What `model` takes.")]
    name: Annotated[str, Meta(description="Its name for people.")]
    model_type: Annotated[
        Literal[
            "text2img", "img2img", "text2video", "img2video", "ref2video", "firstlast2video", "extendvideo"
        ],
        Meta(description="What it makes from what."),
    ]
    credit_cost: Annotated[int, Meta(ge=0, description="Credits for an image, or for a second of film.")]
    description: Annotated[str, Meta(description="What it is good for.")]
    default_advanced_settings: Annotated[
        dict[str, Any], Meta(description="What a request gets that says nothing.")
    ]
    available_settings: Annotated[dict[str, Setting], Meta(description="What a request may set.")]
    price: Annotated[Price, Meta(description="The price with its factors.")]
    available: Annotated[
        bool,
        Meta(
            description="`false` while no provider that makes it is connected here: a request for it answers 503 "
            "(`provider_not_connected`)."
        ),
    ]


class Overview(Struct):
    """What a key may do, what its workspace can spend, and the models of one kind."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]
    workspace_id: Annotated[str, Meta(description="The workspace of the key.")]
    credits_available: Annotated[int, Meta(description="What the workspace can spend.")]
    scopes: Annotated[list[str], Meta(description="What the key may do.")]
    default_model: Annotated[str, Meta(description="The model of a request that names none.")]
    available_models: Annotated[list[Model], Meta(description="The models of this kind.")]


class Models(Struct):
    """All models, by what they make."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]
    workspace_id: Annotated[str, Meta(description="The workspace of the key.")]
    image_models: Annotated[list[Model] | UnsetType, Meta(description="Absent with `?type=video`.")] = UNSET
    video_models: Annotated[list[Model] | UnsetType, Meta(description="Absent with `?type=image`.")] = UNSET


class Style(Struct):
    """A style preset."""

    slug: Annotated[str, Meta(description="What `style_slug` takes.")]
    name: Annotated[str, Meta(description="Its name for people.")]
    description: Annotated[str, Meta(description="What it does to a picture.")]
    category: Annotated[str, Meta(description="The drawer that it is in.")]
    preview_url: Annotated[str, Meta(description="A picture in this style. It is public.")]


class Styles(Struct):
    """All style presets."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]
    styles: Annotated[list[Style], Meta(description="The presets.")]


class Health(Struct):
    """The process answers."""

    status: Annotated[Literal["ok"], Meta(description="Always `ok`.")]


class NotReady(Struct):
    """Why paid work cannot be accepted now."""

    status: Annotated[Literal["unavailable", "stopping"], Meta(description="What is the matter.")]
    reason: Annotated[str, Meta(description="What is missing, in a sentence.")]
