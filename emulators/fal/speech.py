"""The words of fal's answers: errors of both shapes, statuses, results."""

from typing import Any

from emulators.fal.work import Request

# error_type of the infrastructure, and its HTTP status.
FLAT = {
    "request_timeout": 504,
    "startup_timeout": 504,
    "runner_scheduling_failure": 503,
    "runner_connection_timeout": 503,
    "runner_disconnected": 503,
    "runner_connection_refused": 503,
    "runner_connection_error": 503,
    "runner_incomplete_response": 502,
    "runner_server_error": 500,
    "client_disconnected": 499,
    "client_cancelled": 499,
    "bad_request": 400,
    "internal_error": 500,
}
# Types of a model's own errors that do not come with 422.
MODEL = {
    "internal_server_error": 500,
    "generation_timeout": 504,
    "downstream_service_error": 400,
    "downstream_service_unavailable": 500,
}
PLAIN: dict[int, Any] = {
    400: {"detail": "Bad request", "error_type": "bad_request"},
    401: {"detail": "No user found for Key ID and Secret"},
    402: {"detail": "Payment required"},
    403: {
        "detail": "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
    },
    404: {"status": "NOT_FOUND"},
    429: {"detail": "Too many requests", "error_type": "concurrent_requests_limit"},
}
MALFORMED = {"detail": "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'."}
POLICY = "content_policy_violation"


def failed(kind: str, field: str = "prompt") -> tuple[int, dict[str, Any], dict[str, str]]:
    """An error by its type: status, body, headers."""
    kind = POLICY if kind == "policy" else kind
    if kind in FLAT:
        return FLAT[kind], {"detail": "The request failed", "error_type": kind}, {"X-Fal-Error-Type": kind}
    said = "The content could not be processed because it was flagged by a content checker."
    text = said if kind == POLICY else f"It failed with {kind} at https://internal.fal.run/k/emulator:secret"
    entry = {"loc": ["body", field], "msg": text, "type": kind, "url": f"https://docs.fal.ai/errors#{kind}"}
    return MODEL.get(kind, 422), {"detail": [{**entry, "input": "…"}]}, {"X-Fal-Retryable": "false"}


def taken(request: Request, url: str, *, elsewhere: bool = False) -> dict[str, Any]:
    """The answer to a submit."""
    at = f"{'http://stranger.invalid' if elsewhere else url}/{request.base}/requests/{request.id}"
    return {
        "status": "IN_QUEUE",
        "request_id": request.id,
        "response_url": at,
        "status_url": f"{at}/status",
        "cancel_url": f"{at}/cancel",
        "queue_position": 0,
    }


def status(request: Request, url: str) -> tuple[int, dict[str, Any]]:
    """How a request is: 202 until it is over."""
    state = request.state
    body: dict[str, Any] = {
        "status": state,
        "request_id": request.id,
        "response_url": f"{url}/{request.base}/requests/{request.id}",
        "logs": None,
    }
    if state == "IN_QUEUE":
        return 202, body | {"queue_position": 0}
    if state == "IN_PROGRESS":
        return 202, body
    body["metrics"] = {"inference_time": 0.1}
    if request.failure:
        code, error, _ = failed(request.failure)
        detail = error["detail"]
        text = detail if isinstance(detail, str) else f"Invalid status code: {code}"
        body |= {"error": text, "error_type": POLICY if request.failure == "policy" else request.failure}
    return 200, body


def result(request: Request, media: str) -> dict[str, Any]:
    """What a request made: addresses below `media`, which ends with the request's id."""
    if request.is_film:
        file = {"url": f"{media}/0.mp4", "content_type": "video/mp4", "file_name": "0.mp4", "file_size": None}
        return {"video": file}
    kind = request.body.get("output_format", "png")
    images = [
        {
            "url": f"{media}/{number}.{kind}",
            "content_type": f"image/{kind}",
            "file_name": f"{number}.{kind}",
            "width": None,
            "height": None,
        }
        for number in range(int(request.body.get("num_images", 1)))
    ]
    return {"images": images, "description": "", "has_nsfw_concepts": [False] * len(images)}
