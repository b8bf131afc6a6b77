"""What operations share: headers, parameters, keys, and the answers that are errors."""

from aims.core import pages
from aims.generation import listing
from aims.media import library, search
from aims.web.api import asked

from .operations import PUBLIC, Json, Operation, ref

SECURITY_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer YOUR_API_KEY`. The recommended way.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "`X-API-Key: YOUR_API_KEY`. Do not send both headers with different keys.",
    },
}


def _header(says: str, **schema: object) -> Json:
    return {"description": says, "schema": {"type": "string", **schema}}


HEADERS: dict[str, Json] = {
    "X-Request-Id": {
        **_header("The id of this request. One of your own, 8 to 64 of `A-Za-z0-9_-`, is kept."),
        "required": True,
    },
    "Location": _header("The address of the generation."),
    "Idempotent-Replayed": _header(
        "`true` when an earlier request under the same key is being answered.", enum=["true"]
    ),
    "RateLimit": _header('What is left: `"default";r=59;t=0` leaves 59 requests at once.'),
    "RateLimit-Policy": _header('The limit: `"default";q=60;w=60` allows 60 requests a minute.'),
    "Retry-After": {
        "description": "Seconds to wait; a request made then passes.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": _header("How to say who one is."),
    "ETag": _header("Changes when the bytes do. Send it in `If-None-Match` to ask again."),
    "Cache-Control": _header("How long it may be kept, and by whom."),
    "Content-Range": _header("Which bytes these are, of how many."),
    "Allow": _header("The methods that the address takes."),
    "x-should-retry": _header("`false` when the same request would end the same way.", enum=["false"]),
    "x-ratelimit-limit-requests": _header("Requests a minute that the key may make."),
    "x-ratelimit-remaining-requests": _header("How many of them at once."),
    "x-ratelimit-reset-requests": _header("When there is one more, such as `1s`."),
    "openai-poll-after-ms": _header("Milliseconds to wait before looking again."),
}


def _parameter(name: str, place: str, says: str, schema: Json, **more: object) -> Json:
    return {"name": name, "in": place, "description": says, "schema": schema, **more}


def _id(name: str, says: str) -> Json:
    # An id that cannot be one is answered like one that is not known: 404, never 400.
    return _parameter(name, "path", says, {"type": "string"}, required=True, example=_AN_ID)


def _flag(name: str, says: str, **more: object) -> Json:
    return _parameter(name, "query", says, {"type": "boolean", **more})


def _instant(name: str, says: str) -> Json:
    says = f"{says} RFC 3339, with its offset from UTC."
    return _parameter(name, "query", says, {"type": "string", "format": "date-time"})


_AN_ID = "550e8400-e29b-41d4-a716-446655440000"

PARAMETERS: dict[str, Json] = {
    "generation_id": _id("generation_id", "The id of a generation of the key's workspace."),
    "asset_id": _id("asset_id", "The id of a picture or film of the key's workspace."),
    "webhook_id": _id("webhook_id", "The id of a webhook endpoint of the key's workspace."),
    "delivery_id": _id("delivery_id", "The id of a delivery to that endpoint."),
    "video_id": _id("video_id", "The id of a film of the key's workspace."),
    "model_id": _parameter(
        "model_id",
        "path",
        "The id or the name of a model.",
        {"type": "string", "minLength": 1},
        required=True,
        example="gpt-image-2",
    ),
    "share": _id("share", "The id of a share: the last part of a `share_url`."),
    "file_path": _parameter(
        "path",
        "path",
        "The rest of the address as it was given out, with its slashes.",
        {"type": "string", "minLength": 1},
        required=True,
    ),
    "hook_path": _parameter(
        "path",
        "path",
        "The rest of the address as the provider was told it. It cannot be guessed.",
        {"type": "string", "minLength": 1},
        required=True,
    ),
    "static_name": _parameter(
        "name",
        "path",
        "The name of a file of the pages.",
        {"type": "string"},
        required=True,
        example="studio.css",
    ),
    "skill_name": _parameter(
        "name",
        "path",
        "The name of a skill.",
        {"type": "string"},
        required=True,
        example="aims-generate-image",
    ),
    "preview_name": _parameter(
        "name",
        "path",
        "The slug of a style, and `.webp`.",
        {"type": "string"},
        required=True,
        example="anime-style.webp",
    ),
    "type": _parameter("type", "query", "Only the models of this kind.", {"enum": ["image", "video"]}),
    "idempotency_key": _parameter(
        "Idempotency-Key",
        "header",
        "A word of your own for this request. Sent again with the same request, it joins what the first one began; "
        "with another request it is refused. It is kept for at least 24 hours and belongs to the workspace.",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    ),
    "prefer": _parameter(
        "Prefer",
        "header",
        "`respond-async` answers 202 at once. `wait=N` waits at most N seconds, then answers 202. "
        "Without it the answer comes when the work is done.",
        {"type": "string"},
        example="respond-async",
    ),
    "range": _parameter(
        "Range",
        "header",
        "Part of the file, as in `bytes=0-1023`.",
        {"type": "string"},
        example="bytes=0-1023",
    ),
    "if_none_match": _parameter(
        "If-None-Match",
        "header",
        "An `ETag` that you have: answers 304 when it still holds.",
        {"type": "string"},
    ),
}

PARAMETERS |= {
    "limit": _parameter(
        "limit",
        "query",
        "How many items a page has at most.",
        {"type": "integer", "minimum": 1, "maximum": pages.MOST, "default": pages.USUAL},
    ),
    "cursor": _parameter(
        "cursor",
        "query",
        "`next_cursor` of the page before. Keep the filters as they were.",
        {"type": "string", "minLength": 1, "maxLength": pages.LONGEST_CURSOR},
    ),
    "after": _parameter(
        "after", "query", "The id of the last film of the page before.", {"type": "string", "minLength": 1}
    ),
    "order": _parameter(
        "order", "query", "Newest first; there is no other.", {"enum": ["desc"], "default": "desc"}
    ),
    "variant": _parameter(
        "variant",
        "query",
        "The film, or its poster.",
        {"enum": ["video", "thumbnail"], "default": "video"},
    ),
    "group_by": _parameter(
        "group_by",
        "query",
        "What to tell apart, separated by commas.",
        {
            "type": "array",
            "items": {"enum": ["day", "model", "key", "member"]},
            "minItems": 1,
            "default": ["day"],
        },
        style="form",
        explode=False,
    ),
    "from": _parameter("from", "query", "The first day, in UTC.", {"type": "string", "format": "date"}),
    "to": _parameter("to", "query", "The last day, in UTC.", {"type": "string", "format": "date"}),
    "kind": _parameter("kind", "query", "Only what makes this.", {"enum": ["image", "video"]}),
    "q": _parameter(
        "q",
        "query",
        "Words that the prompt has, in any order; the last one may be cut short.",
        {"type": "string", "maxLength": search.LONGEST_TEXT},
    ),
    "source": _parameter(
        "source", "query", "Only what comes from there.", {"enum": ["generation", "upload"]}
    ),
    "model": _parameter(
        "model", "query", "Only what this model made.", {"type": "string", "maxLength": asked.LONGEST_NAME}
    ),
    "key": _parameter(
        "key",
        "query",
        "Only what the key of this id asked for.",
        {"type": "string", "maxLength": asked.LONGEST_NAME},
    ),
    "status": _parameter("status", "query", "Only what stands there.", {"enum": list(listing.STATUSES)}),
    "last_event_id": _parameter(
        "Last-Event-ID",
        "header",
        "The id of the last event that you have. Nothing older is sent.",
        {"type": "string"},
    ),
    "docs_models": _parameter(
        "models", "query", "Only the models that have these words.", {"type": "string", "maxLength": 100}
    ),
    "docs_styles": _parameter(
        "styles", "query", "Only the styles that have these words.", {"type": "string", "maxLength": 100}
    ),
    "shared": _flag("shared", "Only what is shared, or only what is not."),
    "trashed": _flag("trashed", "What is in the trash, instead of what is not.", default=False),
    "permanent": _flag("permanent", "Delete for good what is in the trash already.", default=False),
    "created_after": _instant("created_after", "Only what was made at this instant or later."),
    "created_before": _instant("created_before", "Only what was made before this instant."),
    "library_limit": _parameter(
        "limit",
        "query",
        "How many items a page has at most.",
        {"type": "integer", "minimum": 1, "maximum": pages.MOST, "default": library.USUAL},
    ),
    "sandbox": _parameter(
        "sandbox",
        "query",
        "Whether drawings of the sandbox count too.",
        {"type": "boolean", "default": False},
    ),
}

ERRORS: dict[int, tuple[str, str, tuple[str, ...]]] = {
    400: (
        "BadRequest",
        "The request is wrong and will stay wrong until it is changed. `details` names each field.",
        (),
    ),
    401: (
        "Unauthorized",
        "No key was sent, or one that is unknown, revoked or expired.",
        ("WWW-Authenticate",),
    ),
    402: (
        "PaymentRequired",
        "The workspace cannot pay for this. The sentence says how many credits are needed and how many there are; "
        "nothing was sent to a provider.",
        (),
    ),
    403: ("Forbidden", "The key does not have the scope, which is named, or its credit cap is reached.", ()),
    404: (
        "NotFound",
        "There is no such thing in this workspace. Another workspace's id is answered in the same words.",
        (),
    ),
    405: ("MethodNotAllowed", "The address does not take this method.", ("Allow",)),
    409: ("Conflict", "The same thing is being done right now, or the state does not allow it.", ()),
    413: ("TooLarge", "More bytes or pixels than are accepted.", ()),
    415: ("Unsupported", "A kind of file that is not accepted.", ()),
    422: ("Mismatch", "The `Idempotency-Key` stands for another request.", ()),
    429: (
        "TooManyRequests",
        "The key's rate limit is reached. Nothing was charged.",
        ("Retry-After", "RateLimit", "RateLimit-Policy"),
    ),
    500: ("ServerError", "A fault of the studio. Nothing was accepted and nothing charged.", ()),
    502: ("Unreachable", "Another server that is needed did not answer. Nothing was charged.", ()),
    503: (
        "Unavailable",
        "The studio cannot do this now: a provider, the database or the disk is away. Nothing was charged.",
        ("Retry-After",),
    ),
}


def headers(*names: str) -> Json:
    """These headers of an answer, and the one that every answer carries."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def error_answers() -> Json:
    """The answers that are errors, for the document's components."""
    return {
        name: {
            "description": says,
            "headers": headers(*added),
            "content": {"application/json": {"schema": ref("Error")}},
        }
        for name, says, added in ERRORS.values()
    }


def error(status: int) -> Json:
    """A reference to the answer for an error's status."""
    return {"$ref": f"#/components/responses/{ERRORS[status][0]}"}


def security(operation: Operation) -> list[Json]:
    """Who may call: nobody is asked, or a key in either header, with the scope where one is needed."""
    if operation.access == PUBLIC:
        return []
    scopes = [operation.access] if ":" in operation.access else []
    return [{"bearer": scopes}, {"apiKey": scopes}]
