"""The words of OpenAI's answers: errors, and pictures as text."""

import base64
import time
from typing import Any

from emulators import files
from emulators.openai.work import Call


def error(
    message: str, code: str | None, param: str | None = None, kind: str = "invalid_request_error"
) -> Any:
    """The body of any error."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


PLAIN: dict[int, Any] = {
    400: error("Invalid request", None),
    401: error(
        "Incorrect API key provided: emulator*****cret. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        "invalid_api_key",
    ),
    403: error("Your organization must be verified to use this model.", None),
    404: error("The model does not exist or you do not have access to it.", "model_not_found"),
    429: error("Rate limit reached for images per minute.", "rate_limit_exceeded", kind="requests"),
    500: error("The server had an error while processing your request.", "server_error", kind="server_error"),
}
SPENT = error(
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    kind="insufficient_quota",
)
LIMIT = error("Billing hard limit has been reached", "billing_hard_limit_reached")


def blocked(stage: str) -> Any:
    """A refusal: of what came in (`input`), or of what was made (`output`)."""
    body = error(
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        "help.openai.com and include the request ID 5f0c.",
        "moderation_blocked",
        kind="image_generation_user_error",
    )
    body["error"]["moderation_details"] = {"moderation_stage": stage, "categories": ["other"]}
    return body


# What a step of a script answers.
FAILED: dict[str, tuple[int, Any]] = {
    "policy": (400, blocked("input")),
    "late-policy": (400, blocked("output")),
    "old-policy": (400, error("Your request was rejected.", "content_policy_violation")),
    "spent": (429, SPENT),
    "limit": (400, LIMIT),
    "unknown": (404, PLAIN[404]),
}


def result(call: Call, step: str) -> dict[str, Any]:
    """What a call made, spoilt as the step says."""
    body = call.body
    kind = body.get("output_format", "png")
    made = [{"b64_json": _picture(number, kind, step)} for number in range(call.count)]
    if step == "fewer":
        made = made[:-1]
    elif step == "wrong":
        made = [5, None, {"b64_json": 7}, {"b64_json": "!!!"}, {"url": ["y"]}]
    tokens = {"text_tokens": len(body["prompt"]) // 4 + 1, "image_tokens": 40 * call.pictures}
    answer: dict[str, Any] = {
        "created": int(time.time()),
        "background": "opaque",
        "data": made,
        "output_format": kind,
        "quality": body.get("quality", "auto"),
        "size": body.get("size", "auto"),
        "usage": {
            "input_tokens": sum(tokens.values()),
            "input_tokens_details": tokens,
            "output_tokens": 1000 * call.count,
            "total_tokens": sum(tokens.values()) + 1000 * call.count,
        },
    }
    if step == "missing":
        del answer["data"]
    return answer


def _picture(number: int, kind: str, step: str) -> str:
    data = files.picture(number, kind)
    match step:
        case "page":
            data = b"<html>Access has expired</html>"
        case "empty":
            data = b""
        case "corrupt":
            data = data[:40] + bytes(len(data) - 40)
        case "other":
            data = files.film(1)
    return base64.b64encode(data).decode()
