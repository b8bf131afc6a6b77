"""The shapes of what is answered. Tests hold every one to the answers themselves."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Kind = Literal["image", "video"]

_Id = Annotated[str, Meta(description="Its id.", extra_json_schema={"format": "uuid"})]
_Instant = Annotated[str, Meta(description="RFC 3339, in UTC.", extra_json_schema={"format": "date-time"})]
_Credits = Annotated[int, Meta(ge=0)]


class Detail(Struct):
    """One field that is wrong."""

    field: Annotated[str, Meta(description="The field, parameter or header.")]
    message: Annotated[str, Meta(description="What is wrong with it, and what would be right.")]


class Error(Struct):
    """What every error answers."""

    error: Annotated[str, Meta(description="A sentence that says what to do.")]
    code: Annotated[str, Meta(description="A stable word for programs.")]
    request_id: Annotated[str, Meta(description="The same as in `X-Request-Id`. The log has it too.")]
    details: Annotated[
        list[Detail] | UnsetType, Meta(description="Everything that is wrong, field by field.")
    ] = UNSET


class Image(Struct):
    """One picture that was asked for."""

    id: _Id
    url: Annotated[
        str | None, Meta(description="Its address, which is the permission to see it. Null when it failed.")
    ]
    status: Annotated[
        Literal["completed", "failed", "queued"],
        Meta(description="What became of it. `queued` is only seen when the server was asked to stop."),
    ]
    share_url: Annotated[str | UnsetType, Meta(description="The public page, with `make_public`.")] = UNSET
    error: Annotated[str | UnsetType, Meta(description="Why it failed.")] = UNSET
    credits_refunded: Annotated[int | UnsetType, Meta(description="What came back for it.")] = UNSET


class Video(Struct):
    """The film that was asked for."""

    id: _Id
    url: Annotated[
        str | None, Meta(description="Its address, which is the permission to see it. Null when it failed.")
    ]
    status: Annotated[
        Literal["completed", "failed", "queued"],
        Meta(description="What became of it. `queued` is only seen when the server was asked to stop."),
    ]
    model: Annotated[str, Meta(description="The model that made it.")]
    duration: Annotated[float | None, Meta(description="Seconds.")]
    aspect_ratio: Annotated[str | None, Meta(description="The shape that was asked for.")]
    audio: Annotated[bool, Meta(description="Whether it has sound.")]
    share_url: Annotated[str | UnsetType, Meta(description="The public page, with `make_public`.")] = UNSET
    error: Annotated[str | UnsetType, Meta(description="Why it failed.")] = UNSET
    credits_refunded: Annotated[int | UnsetType, Meta(description="What came back for it.")] = UNSET


class ImageResult(Struct):
    """What became of a request for pictures."""

    success: Annotated[bool, Meta(description="Whether at least one picture was made.")]
    images: Annotated[list[Image], Meta(description="Each picture with its own outcome, in order.")]
    credits_used: Annotated[int, Meta(ge=0, description="What was charged in the end.")]
    credits_remaining: Annotated[int, Meta(description="What the workspace can still spend.")]
    style_applied: Annotated[str | UnsetType, Meta(description="The style preset that was used.")] = UNSET
    ignored_parameters: Annotated[
        list[str] | UnsetType, Meta(description="Fields that nothing acted on with this model.")
    ] = UNSET
    sandbox: Annotated[
        bool | UnsetType, Meta(description="True when it was drawn by the offline sandbox.")
    ] = UNSET


class VideoResult(Struct):
    """What became of a request for a film."""

    success: Annotated[bool, Meta(description="Whether the film was made.")]
    video: Annotated[Video, Meta(description="The film with its outcome.")]
    credits_used: Annotated[int, Meta(ge=0, description="What was charged in the end.")]
    credits_remaining: Annotated[int, Meta(description="What the workspace can still spend.")]
    style_applied: Annotated[str | UnsetType, Meta(description="The style preset that was used.")] = UNSET
    ignored_parameters: Annotated[
        list[str] | UnsetType, Meta(description="Fields that nothing acted on with this model.")
    ] = UNSET
    sandbox: Annotated[
        bool | UnsetType, Meta(description="True when it was drawn by the offline sandbox.")
    ] = UNSET


class Output(Struct):
    """One picture or film of a generation."""

    id: _Id
    index: Annotated[int, Meta(ge=0, description="Its place among the outputs, from 0.")]
    status: Annotated[Literal["queued", "completed", "failed"], Meta(description="What became of it.")]
    url: Annotated[str | None, Meta(description="Its address, which is the permission to see it.")]
    thumbnail_url: Annotated[str | None, Meta(description="A WebP of 512 pixels at most on the long side.")]
    share_url: Annotated[str | None, Meta(description="Its public page, while it is shared.")]
    width: Annotated[int | None, Meta(description="Pixels.")]
    height: Annotated[int | None, Meta(description="Pixels.")]
    duration: Annotated[float | None, Meta(description="Seconds, of a film.")]
    content_type: Annotated[str | None, Meta(description="What the file is, such as `image/png`.")]
    bytes: Annotated[int | None, Meta(description="How large the file is.")]
    error: Annotated[str | None, Meta(description="Why it failed.")]
    credits_refunded: Annotated[int, Meta(ge=0, description="What came back for it.")]


class Quote(Struct):
    """The price of a request. It is frozen when the request is accepted."""

    unit: Annotated[Literal["image", "second"], Meta(description="What is counted.")]
    unit_credits: Annotated[int, Meta(ge=0, description="The list price of one.")]
    quantity: Annotated[int, Meta(ge=0, description="How many images, or seconds of film.")]
    multipliers: Annotated[
        list[Annotated[list[str], Meta(min_length=2, max_length=2)]],
        Meta(description='Each factor that applies, as its name and an exact fraction such as `"3/2"`.'),
    ]
    per_output: Annotated[int, Meta(ge=0, description="What one image, or the whole film, costs.")]
    credits: Annotated[int, Meta(ge=0, description="What the request costs.")]
    price_version: Annotated[str, Meta(description="Changes when the price does.")]


class GenerationCredits(Struct):
    """Where the credits of a generation are."""

    held: Annotated[int, Meta(ge=0, description="Set aside now.")]
    charged: Annotated[int, Meta(ge=0, description="Charged in the end.")]
    refunded: Annotated[int, Meta(ge=0, description="Given back in the end.")]


class Generation(Struct):
    """One request, and what has become of it."""

    id: _Id
    kind: Annotated[Kind, Meta(description="What it makes.")]
    status: Annotated[
        Literal["queued", "running", "completed", "failed", "cancelled"],
        Meta(description="Where it stands. `completed`, `failed` and `cancelled` are final."),
    ]
    stage: Annotated[str, Meta(description="The step inside, for whoever is curious.")]
    progress: Annotated[float | None, Meta(description="0 to 1, where it is known.")]
    model: Annotated[str, Meta(description="The model that makes it.")]
    provider: Annotated[
        str,
        Meta(
            description="Where it is made: at the model's own provider, at another that has the same model where "
            "that one cannot, or in the `sandbox`. While it is queued: where it is to go first."
        ),
    ]
    prompt: Annotated[str, Meta(description="What was asked for.")]
    parameters: Annotated[dict[str, Any], Meta(description="What the model is given, in the API's words.")]
    style_applied: Annotated[str | None, Meta(description="The style preset that is used.")]
    sandbox: Annotated[bool, Meta(description="Whether the offline sandbox draws it.")]
    ignored_parameters: Annotated[
        list[str], Meta(description="Fields of the request that nothing acts on with this model.")
    ]
    created_at: _Instant
    started_at: Annotated[str | None, Meta(description="When the provider began, as far as is known.")]
    finished_at: Annotated[str | None, Meta(description="When it came to its end.")]
    elapsed_seconds: Annotated[float, Meta(ge=0, description="From its creation to its end, or to now.")]
    expected_seconds: Annotated[float | None, Meta(description="How long such a request usually takes.")]
    outputs: Annotated[list[Output], Meta(description="What was asked for, each with its own outcome.")]
    quote: Annotated[Quote, Meta(description="What it costs.")]
    credits: Annotated[GenerationCredits, Meta(description="Where its credits are.")]
    error: Annotated[str | None, Meta(description="Why it failed.")]


class GenerationPage(Struct):
    """A page of generations, newest first."""

    items: Annotated[list[Generation], Meta(description="Generations.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null at the end.")]


_GENERATION = {
    "contentMediaType": "application/json",
    "contentSchema": {"$ref": "#/components/schemas/Generation"},
}


class GenerationEvent(Struct):
    """One event of a stream, with the fields of Server-Sent Events."""

    id: Annotated[str, Meta(description="Only grows. A reader that comes back sends it in `Last-Event-ID`.")]
    event: Annotated[Literal["generation.updated"], Meta(description="What kind of event it is.")]
    data: Annotated[
        str, Meta(description="The generation as it is now, as JSON text.", extra_json_schema=_GENERATION)
    ]


class Estimate(Struct):
    """What a request would cost. Nothing is spent."""

    model: Annotated[str, Meta(description="The model that would run.")]
    quote: Annotated[Quote, Meta(description="The price.")]
    credits_available: Annotated[int, Meta(description="What the workspace can spend.")]
    affordable: Annotated[bool, Meta(description="Whether that is enough.")]
    ignored_parameters: Annotated[
        list[str], Meta(description="Fields that nothing would act on with this model.")
    ]


class Upload(Struct):
    """A picture that was kept."""

    success: Annotated[bool, Meta(description="Always true.")]
    id: _Id
    url: Annotated[str, Meta(description="Its address: send it in `image_urls` to work from it.")]


class Share(Struct):
    """Whether a picture or film has a public address."""

    id: _Id
    share_url: Annotated[str | None, Meta(description="The public page; null once it is taken back.")]


class Media(Struct):
    """A picture or film that is kept. What is in the trash has no addresses until it is restored."""

    id: _Id
    kind: Annotated[Kind, Meta(description="What it is.")]
    url: Annotated[str | None, Meta(description="Its address, which is the permission to see it.")]
    thumbnail_url: Annotated[str | None, Meta(description="A WebP of 512 pixels at most on the long side.")]
    content_type: Annotated[str, Meta(description="What the file is, such as `image/png`.")]
    width: Annotated[int, Meta(description="Pixels.")]
    height: Annotated[int, Meta(description="Pixels.")]
    duration: Annotated[float | None, Meta(description="Seconds, of a film.")]
    bytes: Annotated[int, Meta(description="How large the file is.")]
    sha256: Annotated[str, Meta(description="The SHA-256 of the file.")]
    source: Annotated[Literal["generation", "upload"], Meta(description="Where it comes from.")]
    generation_id: Annotated[str | None, Meta(description="The generation that made it.")]
    prompt: Annotated[str | None, Meta(description="The words that it was made from.")]
    model: Annotated[str | None, Meta(description="The model that made it.")]
    created_at: _Instant
    share_url: Annotated[str | None, Meta(description="Its public page, while it is shared.")]
    trashed_at: Annotated[str | None, Meta(description="When it was put in the trash.")]


class MediaPage(Struct):
    """A page of the library, newest first."""

    items: Annotated[list[Media], Meta(description="Pictures and films.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null at the end.")]
