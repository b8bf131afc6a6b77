"""The words of Google's answers: errors, what came of a call, and how an operation is."""

import base64
from typing import Any

from emulators import files
from emulators.google.work import Call, Film

STATUSES = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "Permission denied: Consumer 'project:123456789012' has been suspended."),
    404: ("NOT_FOUND", "models/that-one is not found for API version v1beta."),
    408: ("DEADLINE_EXCEEDED", "The request took too long."),
    409: ("ABORTED", "The operation was aborted."),
    413: ("INVALID_ARGUMENT", "Request payload size exceeds the limit."),
    429: (
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    499: ("CANCELLED", "The operation was cancelled."),
    500: ("INTERNAL", "An internal error has occurred. Please retry or report in the troubleshooting guide."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
HELP = {
    "@type": "type.googleapis.com/google.rpc.Help",
    "links": [{"description": "Learn more", "url": "https://ai.google.dev/gemini-api/docs/rate-limits"}],
}


def error(code: int, message: str = "", *details: dict[str, Any], status: str = "") -> dict[str, Any]:
    """An error in the one shape that every API of Google's has."""
    name, text = STATUSES.get(code, ("UNKNOWN", "Unknown error."))
    body: dict[str, Any] = {"code": code, "message": message or text, "status": status or name}
    return {"error": body | ({"details": list(details)} if details else {})}


def wrong_key(url: str) -> dict[str, Any]:
    """A key that is not one: with the status 400, and the reason in the details."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": url},
    }
    return error(400, "API key not valid. Please pass a valid API key.", info)


def too_many(wait: str) -> dict[str, Any]:
    """A 429, with how long to wait if that is told."""
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": wait}
    return error(429, "", HELP, *([retry] if wait else []))


def described(model: str) -> dict[str, Any]:
    """A model as the list of them has it."""
    return {"name": f"models/{model}", "version": "001", "supportedGenerationMethods": ["generateContent"]}


def answer(call: Call, model: str, step: str) -> dict[str, Any]:
    """What came of a call. step: how the script wants it."""
    whole: dict[str, Any] = {
        "usageMetadata": {
            "promptTokenCount": 12,
            "totalTokenCount": 12 + call.tokens,
            **({"candidatesTokenCount": call.tokens} if call.tokens else {}),
        },
        "modelVersion": model,
        "responseId": call.id,
    }
    if call.blocked:
        return whole | {"promptFeedback": {"blockReason": call.blocked}}
    if call.failure:
        reason = {
            "finishReason": call.failure,
            "finishMessage": f"Stopped at https://ai.google.dev/{call.id}",
        }
        return whole | {"candidates": [{"index": 0, "content": {}, **reason}]}
    if step == "missing":
        return whole
    parts = [{"text": "Here is the picture."}] if call.wants_words else []
    parts += {"words": [{"text": "I can only describe it."}], "nothing": []}.get(step, [_picture(call, step)])
    if step == "drafts":
        draft = {"inlineData": {"mimeType": "image/png", "data": _text(files.picture(9))}, "thought": True}
        parts = [{"text": "First a draft.", "thought": True}, draft, *parts]
    return whole | {
        "candidates": [{"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]
    }


def _picture(call: Call, step: str) -> dict[str, Any]:
    data = files.picture(0)
    kind = "image/png"
    match step:
        case "empty":
            data = b""
        case "corrupt":
            data = data[:40] + bytes(len(data) - 40)
        case "page":
            kind, data = "text/html", b"<html>It works!</html>"
        case "other":
            kind, data = "video/mp4", files.film(1)
    text = "no base64 at all!" if step == "unreadable" else _text(data)
    return {"inlineData": {"mimeType": kind, "data": text}, "thoughtSignature": "c2lnbmF0dXJl"}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


GUIDELINES = (
    "The prompt could not be submitted. This prompt contains words that violate Vertex AI's usage guidelines. "
    "Support codes: 29310472"
)
FILTERED = (
    "Veo could not generate videos because the input image violates our usage guidelines. Support codes: 1730"
)


def operation(film: Film, name: str, step: str) -> dict[str, Any]:
    """How an operation is. step: how the script wants it."""
    whole: dict[str, Any] = {"name": name}
    if film.phase != "over" or step == "back":
        return whole
    whole["done"] = True
    if film.failure == "guidelines":
        return whole | {"error": {"code": 3, "message": GUIDELINES}}
    if film.failure and film.failure != "filtered":
        message = "Failed in projects/emulated-project at https://internal.googleapis.com/123456789012"
        return whole | {"error": {"code": int(film.failure), "message": message}}
    response: dict[str, Any] = {
        "@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
    }
    if film.failure == "filtered":
        return whole | {
            "response": response | {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [FILTERED]}
        }
    if step == "missing":
        return whole | {"response": response}
    return whole | {"response": response | {"raiMediaFilteredCount": 0, "videos": [_film(film, step)]}}


def _film(film: Film, step: str) -> dict[str, Any]:
    data, kind = files.film(film.seconds), "video/mp4"
    match step:
        case "address":
            return {"gcsUri": "gs://somebodys-bucket/film.mp4", "mimeType": kind}
        case "empty":
            data = b""
        case "corrupt":
            data = data[:40] + bytes(len(data) - 40)
        case "page":
            data = b"<html>It works!</html>"
        case "other":
            data, kind = files.picture(0), "image/png"
    return {
        "bytesBase64Encoded": "no base64 at all!" if step == "unreadable" else _text(data),
        "mimeType": kind,
    }
