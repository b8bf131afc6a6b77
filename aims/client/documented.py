"""A finished generation in the words of the API documentation: what a call that waits is answered with."""

from __future__ import annotations

from math import gcd
from typing import Any

from aims.client.shapes import Generation, Output


def documented(generation: Generation, credits_remaining: int | None = None) -> dict[str, Any]:
    """The documented answer of `POST /images/generate` or `/videos/generate`, and the generation's id.

    credits_remaining: what the workspace has left; None where that is not known.
    """
    outputs = [_output(output) for output in generation.outputs]
    body: dict[str, Any] = {"success": bool(generation.urls), "generation_id": generation.id}
    if generation.kind == "image":
        body["images"] = outputs
    elif outputs:
        body["video"] = _film(generation, generation.outputs[0], outputs[0])
    body["credits_used"] = generation.credits.charged
    body["credits_remaining"] = credits_remaining
    for name in ("style_applied", "ignored_parameters", "sandbox", "error"):
        if value := getattr(generation, name):
            body[name] = value
    return body


def _output(output: Output) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": output.id, "url": output.url, "status": output.status}
    if output.share_url:
        shown["share_url"] = output.share_url
    if output.error:
        shown["error"] = output.error
    return shown | {"credits_refunded": output.credits_refunded}


def _film(generation: Generation, output: Output, shown: dict[str, Any]) -> dict[str, Any]:
    asked = generation.parameters
    seconds = output.duration or asked.get("duration")
    whole = isinstance(seconds, float) and seconds.is_integer()
    film = {
        "model": generation.model,
        "duration": int(seconds) if whole else seconds,
        "aspect_ratio": _shape(asked.get("aspect_ratio"), output),
        # A model whose films always have sound has no such parameter, and a generation does not tell.
        "audio": asked.get("audio"),
    }
    return {"id": shown["id"], "url": shown["url"], "status": shown["status"]} | film | shown


def _shape(asked: Any, output: Output) -> str | None:
    if asked not in (None, "auto") or not output.width or not output.height:
        return asked
    most = gcd(output.width, output.height)
    return f"{output.width // most}:{output.height // most}"
