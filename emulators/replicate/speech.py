"""The words of Replicate's answers: problems, predictions, models, files."""

from datetime import UTC, datetime
from typing import Any

from emulators.forms import File
from emulators.replicate import rules
from emulators.replicate.work import Prediction

ERRORS = {
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "sensitive": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    "failed": "CUDA out of memory at https://internal.replicate.com/r8_emulatorsecretemulatorsecret",
    "early": "Director: failed to setup the model",
}


def problem(status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
    """An error of the kind of RFC 7807."""
    return {"type": "about:blank", "title": title, "detail": detail, "status": status, **more}


PLAIN: dict[int, Any] = {
    400: problem(400, "Bad request", "The request is not one that can be read"),
    401: problem(401, "Unauthenticated", "You did not pass a valid authentication token"),
    402: problem(
        402,
        "Insufficient credit",
        "You have insufficient credit. Go to https://replicate.com/account/billing#billing",
    ),
    403: problem(403, "Forbidden", "You are not allowed to do that"),
    404: problem(404, "Not found", "The requested resource could not be found."),
    422: problem(422, "Input validation failed", "- input: it is not one that this model takes\n"),
    429: problem(
        429, "Too many requests", "Request was throttled. Expected available in 2 seconds.", retry_after=2
    ),
    500: problem(500, "Internal server error", "Something went wrong"),
}


def invalid(found: list[rules.Problem]) -> dict[str, Any]:
    """Why an input is not taken."""
    lines = "".join(f"- {each['field']}: {each['description']}\n" for each in found)
    return problem(422, "Input validation failed", lines, invalid_fields=found)


def prediction(one: Prediction, url: str, media: str, *, elsewhere: bool = False) -> dict[str, Any]:
    """A prediction as it is now. media: where its outputs lie."""
    at = f"{'http://stranger.invalid' if elsewhere else url}/v1/predictions/{one.id}"
    status = one.status
    over = status in ("succeeded", "failed", "canceled", "aborted")
    told: dict[str, Any] = {
        "id": one.id,
        "model": one.endpoint,
        "version": rules.MODELS[one.endpoint].get("version", "hidden"),
        "input": one.input,
        "logs": "",
        "output": None,
        "data_removed": False,
        "error": None,
        "source": "api",
        "status": status,
        "created_at": _moment(one.made_at),
        "started_at": _moment(one.made_at) if one.has_run else None,
        "completed_at": _moment(one.made_at) if over else None,
        "metrics": {"predict_time": 0.1, "total_time": 0.2} if over and one.has_run else {},
        "urls": {"get": at, "cancel": f"{at}/cancel", "web": f"https://replicate.com/p/{one.id}"},
    }
    if status == "failed":
        told["error"] = ERRORS[str(one.failure)]
    elif status == "succeeded":
        told["output"] = output(one, f"{media}/files/b/{one.id}")
    return told


def output(one: Prediction, at: str) -> Any:
    """What it made, in the shape that its model gives it."""
    kind = one.input.get("output_format", "png")
    match rules.MODELS[one.endpoint]["output"]:
        case "list":
            return [f"{at}/{number}.{kind}" for number in range(int(one.input.get("num_outputs", 1)))]
        case "object":
            return {
                "caption": "two layers",
                "seed": 5,
                "layers": {"front": f"{at}/0.png", "back": [f"{at}/1.png"]},
            }
        case "film":
            return f"{at}/0.mp4"
    return f"{at}/0.{kind}"


def spoilt(told: dict[str, Any], step: str) -> dict[str, Any]:
    """A finished prediction with another output than it should have."""
    made = told["output"]
    shapes: dict[str, Any] = {
        "missing": None,
        "wrong": [5, None, {"url": 7}, "no address"],
        "fewer": made[:-1] if isinstance(made, list) else None,
        "words": ["Once", " upon", " a time"],
    }
    return told | {"output": shapes[step]} if step in shapes and told["status"] == "succeeded" else told


def model(name: str) -> dict[str, Any]:
    """A model, with the version that is run and how its input is described."""
    owner, _, short = name.partition("/")
    version = {
        "id": rules.MODELS[name].get("version", "hidden"),
        "created_at": _moment(1.7e9),
        "cog_version": "0.16.0",
        "openapi_schema": rules.schema(name),
    }
    return {
        "url": f"https://replicate.com/{name}",
        "owner": owner,
        "name": short,
        "description": "A model to try things with",
        "visibility": "public",
        "is_official": rules.MODELS[name]["official"],
        "run_count": 1,
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "cover_image_url": None,
        "default_example": None,
        "latest_version": version,
    }


def uploaded(key: str, file: File, url: str) -> dict[str, Any]:
    """A file that was taken."""
    return {
        "id": key,
        "name": file.filename,
        "content_type": file.content_type,
        "size": len(file.data),
        "etag": key,
        "checksums": {},
        "metadata": {},
        "created_at": _moment(1.7e9),
        "expires_at": _moment(4e9),
        "urls": {"get": f"{url}/v1/files/{key}"},
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
