"""Pictures and films: asked for once, paid once, and waited for."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from aims.client.retries import ask
from aims.client.shapes import Estimate, Generation
from aims.client.steps import Call, Flow, Tell
from aims.client.watching import Watch

OnProgress = Callable[[Generation], object]


class EditOptions(TypedDict, total=False):
    """What a request for pictures may say. Left out: the workspace's or the model's default.

    settings: what else the model takes, by the names of its `available_settings`: {"steps": 30}.
    """

    model: str | None
    n: int | None
    size: str | None
    aspect_ratio: str | None
    resolution: str | None
    quality: str | None
    background: str | None
    style: str | None
    style_slug: str | None
    output_format: str | None
    seed: int | None
    safety_tolerance: str | None
    limit_generations: bool | None
    enable_web_search: bool | None
    make_public: bool | None
    settings: Mapping[str, Any] | None


class ImageOptions(EditOptions, total=False):
    """The same, and the pictures to start from."""

    image_urls: Sequence[str] | None


class VideoOptions(TypedDict, total=False):
    """What a request for a film may say. duration: seconds. settings: as for pictures.

    Left out: the model's default.
    """

    model: str | None
    duration: float | None
    aspect_ratio: str | None
    resolution: str | None
    audio: bool | None
    image_url: str | None
    image_urls: Sequence[str] | None
    first_frame_url: str | None
    last_frame_url: str | None
    extend_video_url: str | None
    negative_prompt: str | None
    cfg_scale: float | None
    enhance_prompt: bool | None
    auto_fix: bool | None
    seed: int | None
    safety_tolerance: str | None
    make_public: bool | None
    settings: Mapping[str, Any] | None


def generate_images(
    prompt: str,
    *,
    wait: bool = True,
    timeout: float | None = None,
    on_progress: OnProgress | None = None,
    idempotency_key: str | None = None,
    **options: Unpack[ImageOptions],
) -> Flow[Generation]:
    """Make 1 to 8 pictures, or edit those in `image_urls`. Scope `image:generate`.

    wait: False gives the generation as soon as it is accepted. timeout: seconds to wait; None has no end.
    on_progress: is called with the generation as it is accepted and at each change.
    idempotency_key: under which the studio makes and charges this once; left out, the call makes its own, so that it
    is safe when a connection drops.
    Each output has an outcome of its own: look at `status`, or at `urls` for what was made.

    Raises BadRequest, NotEnoughCredits, Forbidden, RateLimited, Unavailable, Unreachable; NotFinished when the time
    is up, while the work goes on.
    """
    body = _body(prompt, options)
    return (yield from _make("images", body, wait, timeout, on_progress, idempotency_key))


def edit_images(
    prompt: str,
    image_urls: Sequence[str],
    *,
    wait: bool = True,
    timeout: float | None = None,
    on_progress: OnProgress | None = None,
    idempotency_key: str | None = None,
    **options: Unpack[EditOptions],
) -> Flow[Generation]:
    """Make pictures from pictures: image_urls are 1 to 10 addresses, public or of the workspace. As `generate` else.

    Raises what `generate` raises.
    """
    body = _body(prompt, {**options, "image_urls": image_urls})
    return (yield from _make("images", body, wait, timeout, on_progress, idempotency_key))


def estimate_images(prompt: str, **options: Unpack[ImageOptions]) -> Flow[Estimate]:
    """What such a request would cost. Nothing is spent.

    Raises BadRequest.
    """
    answer = yield from ask(Call("POST", "/images/estimate", body=_body(prompt, options)))
    return answer.read(Estimate)


def generate_video(
    prompt: str,
    *,
    wait: bool = True,
    timeout: float | None = None,
    on_progress: OnProgress | None = None,
    idempotency_key: str | None = None,
    **options: Unpack[VideoOptions],
) -> Flow[Generation]:
    """Make a film, from words alone or from pictures or a film too, as its model wants. Scope `video:generate`.

    wait, timeout, on_progress and idempotency_key are those of `images.generate`.

    Raises what `images.generate` raises.
    """
    return (yield from _make("videos", _body(prompt, options), wait, timeout, on_progress, idempotency_key))


def estimate_video(prompt: str, **options: Unpack[VideoOptions]) -> Flow[Estimate]:
    """What such a film would cost. Nothing is spent.

    Raises BadRequest.
    """
    answer = yield from ask(Call("POST", "/videos/estimate", body=_body(prompt, options)))
    return answer.read(Estimate)


def new_key() -> str:
    """An Idempotency-Key that nobody else has."""
    return f"client-{uuid.uuid4()}"


def _body(prompt: str, options: Any) -> dict[str, Any]:
    """Raises ValueError when something is said twice."""
    body: dict[str, Any] = {"prompt": prompt} | {
        name: value for name, value in options.items() if value is not None
    }
    more = body.pop("settings", {})
    if twice := sorted(body.keys() & more.keys()):
        raise ValueError(f"`{twice[0]}` is said twice: leave it out of `settings`.")
    return body | {name: value for name, value in more.items() if value is not None}


def _make(
    kind: str,
    body: dict[str, Any],
    wait: bool,
    timeout: float | None,
    on_progress: OnProgress | None,
    idempotency_key: str | None,
) -> Flow[Generation]:
    # Answered at once, and waited for on a connection of its own: no proxy cuts that, and nobody pays for it twice.
    headers = {"Prefer": "respond-async", "Idempotency-Key": idempotency_key or new_key()}
    answer = yield from ask(Call("POST", f"/{kind}/generate", body=body, headers=headers))
    generation = answer.read(Generation)
    if on_progress is not None:
        yield Tell(generation, on_progress)
    if not wait:
        return generation
    return (yield from Watch(generation, on_progress).wait(timeout))
