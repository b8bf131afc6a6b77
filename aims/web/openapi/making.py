"""Operations that make pictures and films, say what that would cost, and follow it."""

from .operations import KEY, Answer, Operation, json_of, link, ref

_ACCEPTED = ("Location", "RateLimit", "RateLimit-Policy", "Idempotent-Replayed")
_LATER = (
    "Without `Prefer` the answer comes when the work is done. After 15 seconds of waiting, the headers and a space "
    "are sent, and another space every 15 seconds, which is valid JSON. The work goes on when the caller goes away. "
    "Once a request is accepted the status is 200, whatever becomes of it: look at `success`."
)
SHOW = link("showGeneration", "Look at the generation.", generation_id="$response.body#/id")
FOLLOW = link("followGeneration", "Hear of its end.", generation_id="$response.body#/id")
CANCEL = link("cancelGeneration", "Ask for it to be stopped.", generation_id="$response.body#/id")


def _generate(kind: str, tag: str, name: str, summary: str, says: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/api/v1/{kind}s/generate",
        name=name,
        tag=tag,
        summary=summary,
        says=f"{says}\n\n{_LATER}",
        access=f"{kind}:generate",
        parameters=("idempotency_key", "prefer"),
        body={"application/json": ref(f"{tag[:-1]}Request")},
        answers={
            200: Answer(
                says="The work is done. Each output has its own outcome.",
                content=json_of(f"{tag[:-1]}Result"),
                headers=_ACCEPTED,
            ),
            202: Answer(
                says="The work is accepted and goes on. `Location` is where to follow it.",
                content=json_of("Generation"),
                headers=_ACCEPTED,
                links={"Show": SHOW, "Cancel": CANCEL},
            ),
        },
        errors=(402, 422),
    )


def _overview(kind: str, tag: str, name: str) -> Operation:
    return Operation(
        method="GET",
        path=f"/api/v1/{kind}s/generate",
        name=name,
        tag="Models and styles",
        summary=f"The {kind} models",
        says=f"The {kind} models with their prices and settings, what the key may do and what can be spent.",
        access=KEY,
        answers={200: Answer(says=f"The {kind} models.", content=json_of("Overview"))},
    )


def _estimate(kind: str, tag: str, name: str) -> Operation:
    return Operation(
        method="POST",
        path=f"/api/v1/{kind}s/estimate",
        name=name,
        tag=tag,
        summary="Ask what it would cost",
        says="Takes the body of a generate request, checks it in the same way and answers the price. "
        "Nothing is spent.",
        access=KEY,
        body={"application/json": ref(f"{tag[:-1]}Request")},
        answers={200: Answer(says="The price.", content=json_of("Estimate"))},
    )


OPERATIONS = (
    _generate(
        "image",
        "Images",
        "generateImages",
        "Make pictures, or edit them",
        "Makes pictures from words. With `image_urls` it edits those pictures, with the edit endpoint of the model. "
        "A field that the model does not act on is listed in `ignored_parameters`.",
    ),
    _estimate("image", "Images", "estimateImages"),
    _generate(
        "video",
        "Videos",
        "generateVideo",
        "Make a film",
        "Makes a film from words, pictures or another film, as the model takes them. A source that the model needs "
        "and the request does not have is a 400 that names the field.",
    ),
    _estimate("video", "Videos", "estimateVideo"),
    _overview("image", "Images", "listImageModels"),
    _overview("video", "Videos", "listVideoModels"),
    Operation(
        method="GET",
        path="/api/v1/models",
        name="listModels",
        tag="Models and styles",
        summary="All models",
        says="All models, or those of one kind.",
        access=KEY,
        parameters=("type",),
        answers={200: Answer(says="The models.", content=json_of("Models"))},
    ),
    Operation(
        method="GET",
        path="/api/v1/styles",
        name="listStyles",
        tag="Models and styles",
        summary="The style presets",
        says="The presets that `style_slug` takes, each with a preview.",
        access=KEY,
        answers={200: Answer(says="The presets.", content=json_of("Styles"))},
    ),
    Operation(
        method="GET",
        path="/api/v1/generations",
        name="listGenerations",
        tag="Generations",
        summary="What was asked for",
        says="The generations of the workspace, newest first, whatever key asked for them.",
        access=KEY,
        parameters=(
            "kind",
            "status",
            "model",
            "key",
            "created_after",
            "created_before",
            "limit",
            "cursor",
        ),
        answers={200: Answer(says="A page of generations.", content=json_of("GenerationPage"))},
    ),
    Operation(
        method="GET",
        path="/api/v1/generations/{generation_id}",
        name="showGeneration",
        tag="Generations",
        summary="Look at a generation",
        says="Where a generation stands, what came out of it and what it cost.",
        access=KEY,
        parameters=("generation_id",),
        answers={
            200: Answer(
                says="The generation.", content=json_of("Generation"), links={"Show": SHOW, "Cancel": CANCEL}
            )
        },
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/api/v1/generations/{generation_id}/events",
        name="followGeneration",
        tag="Generations",
        summary="Follow a generation",
        says="Server-Sent Events: `generation.updated` with the generation as its data, at each change and at once. "
        "The stream ends with the generation. A comment every 15 seconds keeps the line alive. A key and a workspace "
        "may have so many streams open; one more is a 429.",
        access=KEY,
        parameters=("generation_id", "last_event_id"),
        answers={
            200: Answer(
                says="Events, as they happen.", content={"text/event-stream": ref("GenerationEvent")}
            ),
            204: Answer(says="It is over, and the reader knows how it ended: do not come back."),
        },
        errors=(404,),
    ),
    Operation(
        method="POST",
        path="/api/v1/generations/{generation_id}/cancel",
        name="cancelGeneration",
        tag="Generations",
        summary="Stop a generation",
        says="Asks for a generation to be stopped. What was not made is given back. One that is over stays as it is. "
        "The key needs the generate scope of the generation's kind.",
        access="image:generate",
        parameters=("generation_id",),
        answers={
            200: Answer(
                says="The generation as it is now.",
                content=json_of("Generation"),
                links={"Show": SHOW, "Follow": FOLLOW},
            )
        },
        errors=(404,),
    ),
)
