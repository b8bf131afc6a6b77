"""Operations without a key: pages, files, and the state of the server."""

from dataclasses import replace

from .operations import PUBLIC, Answer, Json, Operation, json_of, with_heads

TAG = "Public"
_HTML: dict[str, Json] = {"text/html; charset=utf-8": {"type": "string"}}
_MEDIA: dict[str, Json] = {each: {} for each in ("image/png", "image/jpeg", "image/webp", "video/mp4")}
_SHEETS: dict[str, Json] = {
    each: {}
    for each in ("text/css; charset=utf-8", "text/javascript; charset=utf-8", "font/woff2", "image/svg+xml")
}
_TAGGED = ("ETag", "Cache-Control")


def _file(
    path: str, name: str, parameter: str, summary: str, says: str, content: dict[str, Json], route: str
) -> Operation:
    """A file that is served in full, in part, or not at all when the caller has it."""
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=TAG,
        summary=summary,
        says=says,
        access=PUBLIC,
        parameters=(parameter, "range", "if_none_match"),
        answers={
            200: Answer(says="The file.", content=content, headers=_TAGGED),
            206: Answer(
                says="The part that was asked for.", content=content, headers=(*_TAGGED, "Content-Range")
            ),
            304: Answer(says="It has not changed.", headers=_TAGGED),
            416: Answer(says="The part lies beyond the end.", headers=("Content-Range",)),
        },
        errors=(404,),
        route=route,
    )


def _page(path: str, name: str, summary: str, says: str, *parameters: str) -> Operation:
    """A page of our own, which is sent again only when it has changed."""
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=TAG,
        summary=summary,
        says=says,
        access=PUBLIC,
        parameters=(*parameters, "if_none_match"),
        answers={
            200: Answer(says="The page.", content=_HTML, headers=_TAGGED),
            304: Answer(says="It has not changed.", headers=_TAGGED),
        },
    )


def _preview() -> Operation:
    file = _file(
        "/previews/styles/{name}",
        "readPreview",
        "preview_name",
        "What a style looks like",
        "One picture for each style, drawn when it is first asked for, then kept.",
        {"image/webp": {}},
        "/previews/styles/{name:str}",
    )
    return replace(file, errors=(404, 503))


OPERATIONS = with_heads(
    Operation(
        method="GET",
        path="/health",
        name="health",
        tag=TAG,
        summary="Whether the process answers",
        says="Asks nothing else, so that a slow disk does not look like a dead process.",
        access=PUBLIC,
        answers={200: Answer(says="It answers.", content=json_of("Health"))},
    ),
    Operation(
        method="GET",
        path="/ready",
        name="ready",
        tag=TAG,
        summary="Whether paid work can be accepted",
        says="Asks the database and the disk.",
        access=PUBLIC,
        answers={
            200: Answer(says="It can.", content=json_of("Health")),
            503: Answer(says="It cannot, and why.", content=json_of("NotReady")),
        },
    ),
    Operation(
        method="GET",
        path="/",
        name="frontPage",
        tag=TAG,
        summary="The front page",
        says="Says that the studio runs, and how to make the first picture.",
        access=PUBLIC,
        answers={200: Answer(says="The page.", content=_HTML)},
    ),
    _page("/reference", "referencePage", "This reference", "This document as a page to read."),
    _page(
        "/docs",
        "docsPage",
        "The documentation",
        "The API from the first request on, with the models and styles as they are now.",
        "docs_models",
        "docs_styles",
    ),
    _page(
        "/docs/cli", "docsCliPage", "The documentation of the command line", "Every command and its flags."
    ),
    _page(
        "/docs/mcp",
        "docsMcpPage",
        "The documentation of the tools",
        "What agents call, and how they connect.",
    ),
    _page(
        "/docs/skills", "docsSkillsPage", "The documentation of the skills", "What coding agents are told."
    ),
    _page(
        "/docs/design", "docsDesignPage", "The components of the pages", "Each in every state, to look at."
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        name="openapi",
        tag=TAG,
        summary="This document",
        says="OpenAPI 3.1. May be kept for five minutes.",
        access=PUBLIC,
        parameters=("if_none_match",),
        answers={
            200: Answer(
                says="The document.", content={"application/json": {"type": "object"}}, headers=_TAGGED
            ),
            304: Answer(says="It has not changed.", headers=_TAGGED),
        },
    ),
    Operation(
        method="POST",
        path="/webhooks/providers/{path}",
        name="takeProviderWebhook",
        tag=TAG,
        summary="Word from a provider",
        says="Where a provider that was told this address says that a request is over. What it sends is signed, and is "
        "kept before this is answered. Sent again, it changes nothing.",
        access=PUBLIC,
        parameters=("hook_path",),
        body={
            "application/json": {"type": "object", "description": "What the provider says.", "properties": {}}
        },
        answers={204: Answer(says="It is kept.")},
        errors=(401, 404, 503),
        route="/webhooks/providers/{provider:str}/{generation_id:str}/{attempt_id:str}/{seal:str}",
    ),
    _file(
        "/workspaces/{path}",
        "readFile",
        "file_path",
        "A stored file",
        "A picture, a film or one of its thumbnails. The address cannot be guessed and is the permission.",
        _MEDIA,
        "/workspaces/{rest:path}",
    ),
    Operation(
        method="GET",
        path="/shared/media/{share}",
        name="sharedPage",
        tag=TAG,
        summary="The page of a share",
        says="Shows a shared picture or film, and nothing of who made it, from which words or at what cost.",
        access=PUBLIC,
        parameters=("share",),
        answers={
            200: Answer(says="The page.", content=_HTML),
            404: Answer(says="It is not shared, or no longer.", content=_HTML),
        },
    ),
    _file(
        "/shared/media/{share}/file",
        "sharedFile",
        "share",
        "The file of a share",
        "The picture or film itself, for as long as it is shared.",
        _MEDIA,
        "/shared/media/{share:str}/file",
    ),
    _file(
        "/shared/media/{share}/thumbnail",
        "sharedThumbnail",
        "share",
        "The thumbnail of a share",
        "A WebP of 1024 pixels at most on the long side, for whoever unfurls a link.",
        {"image/webp": {}},
        "/shared/media/{share:str}/thumbnail",
    ),
    replace(
        _page(
            "/static/{name}",
            "readStatic",
            "A style sheet, script, icon or font",
            "What the pages are made with.",
            "static_name",
        ),
        answers={
            200: Answer(says="The file.", content=_SHEETS, headers=_TAGGED),
            304: Answer(says="It has not changed.", headers=_TAGGED),
        },
        errors=(404,),
        route="/static/{name:str}",
    ),
    _preview(),
)
