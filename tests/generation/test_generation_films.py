"""What a provider is given for a film, and what becomes of what it sends (PRV-10)."""

import io
from typing import Any

import msgspec
import pytest
from moving_pictures import film, spoiled
from PIL import Image

from aims import catalog, generation, media
from aims.generation import Finding
from aims.media import thumbnail_key
from aims.providers import Done, Made, Order, Running, Source
from aims.providers.sandbox import Sandbox

FAST = "fal-ai/veo3.1/fast"
SECOND = {"prompt": "A red barn", "model": "xai/grok-imagine-video/text-to-video", "duration": 1}


class Elsewhere(Sandbox):
    """The sandbox, whose films come from somewhere else. sends: the next film; asked: the orders that arrived."""

    sends: bytes = b""
    asked: list[Order]

    async def poll(self, order: Order, running: Running) -> Done:
        self.asked.append(order)
        return Done((Made(self.sends),))


@pytest.fixture
def provider(running: Any) -> Elsewhere:
    """Stands where the sandbox stood."""
    provider = Elsewhere(running.studio.children, drawers=1)
    provider.asked, provider.sends = [], film(sound=True)
    running.studio.providers._given["sandbox"] = provider
    return provider


async def made(running: Any, **body: Any) -> Finding:
    """The film that a request comes to."""
    studio = running.studio
    draft = catalog.check(studio.shelf, "video", body, default_model=FAST)
    accepted = await generation.submit(studio, running.actor, draft)
    async with studio.signals.listen(accepted.id) as listener:
        while not await studio.db.read(generation.is_finished, accepted.id):
            await listener.wait(0.2)
    return await studio.db.read(generation.read, running.workspace_id, accepted.id, studio.settings.base_url)


async def picture(running: Any, colour: str) -> str:
    """The address of an upload."""
    data = io.BytesIO()
    Image.new("RGB", (64, 36), colour).save(data, "PNG")
    kept = await running.studio.uploads.keep(running.workspace_id, data.getvalue())
    return f"{running.studio.settings.base_url}/{kept.storage_key}"


async def test_a_film_is_kept_byte_for_byte_with_its_length_its_size_and_its_poster(
    running: Any, provider: Elsewhere
) -> None:
    studio = running.studio

    found = await made(running, **SECOND)

    (output,) = found.view.outputs
    key = found.files[output.id]
    assert key.endswith(".mp4")
    assert studio.storage.read(key) == provider.sends
    for side in (256, 512, 1024):
        with Image.open(io.BytesIO(studio.storage.read(thumbnail_key(key, side)))) as small:
            assert (small.format, small.size) == ("WEBP", (160, 90))
    asset = await studio.db.read(media.find, running.workspace_id, output.id)
    assert (asset.kind, asset.content_type, asset.width, asset.height) == ("video", "video/mp4", 160, 90)
    assert (asset.duration_ms, asset.bytes, asset.source) == (1000, len(provider.sends), "generation")
    assert asset.preview is not None
    assert (output.duration, output.content_type, output.bytes) == (1.0, "video/mp4", len(provider.sends))
    assert (found.view.credits.charged, found.view.credits.refunded) == (15, 0)


async def test_what_does_not_play_is_never_delivered_and_costs_nothing(
    running: Any, provider: Elsewhere
) -> None:
    studio = running.studio
    before = found_files(studio)
    for name, data in spoiled().items():
        provider.sends = data

        found = await made(running, **SECOND)

        (output,) = found.view.outputs
        assert (found.view.status, output.status, output.url) == ("failed", "failed", None), name
        assert output.error == found.view.error == "The provider's file is not a film that plays."
        assert (output.credits_refunded, found.view.credits.charged) == (15, 0)
        assert found.credits_remaining == 1000
    # Each was asked for once: what does not play is not bought again.
    assert len(provider.asked) == len(spoiled())
    assert found_files(studio) == before


def found_files(studio: Any) -> set[str]:
    """All files there are, those that are being written included."""
    return {str(path) for path in studio.storage.root.rglob("*") if path.is_file()}


async def test_the_provider_is_told_what_each_picture_is_for(running: Any, provider: Elsewhere) -> None:
    first, last = await picture(running, "red"), await picture(running, "blue")
    base = running.studio.settings.base_url

    async def roles(model: str, **sources: Any) -> list[tuple[str, bytes]]:
        await made(running, prompt="A walk", model=model, **sources)
        return [(each.role, each.data) for each in provider.asked[-1].references]

    def stored(url: str) -> bytes:
        return running.studio.storage.read(url.removeprefix(f"{base}/"))

    red, blue = stored(first), stored(last)
    both = {"last_frame_url": last, "first_frame_url": first}
    assert await roles(f"{FAST}/image-to-video", image_url=first) == [("start", red)]
    assert await roles(f"{FAST}/first-last-frame-to-video", **both) == [("start", red), ("end", blue)]
    reference = "bytedance/seedance-2.0/fast/reference-to-video"
    assert await roles(reference, image_urls=[last, first]) == [("reference", blue), ("reference", red)]
    assert await roles(reference, first_frame_url=first) == [("start", red)]
    made_before = (await made(running, **SECOND)).view.outputs[0].url
    assert made_before is not None
    assert await roles(f"{FAST}/extend-video", extend_video_url=made_before) == [("clip", provider.sends)]


async def test_an_order_says_how_long_how_large_and_whether_with_sound(
    running: Any, provider: Elsewhere
) -> None:
    await made(running, prompt="A walk", model=FAST, duration=5, aspect_ratio="9:16", audio=True)
    order = provider.asked[-1]

    assert (order.kind, order.duration, order.audio) == ("video", 4, True)
    assert (order.width, order.height) == (720, 1280)
    assert order.references == ()


def test_a_frozen_order_keeps_its_sources_through_the_door_of_a_child() -> None:
    order = Order(
        nonce="n", model="m", endpoint="e", kind="video", prompt="p", negative_prompt="", parameters={},
        count=1, first=0, of=1, references=(Source("start", b"\x00\xff"), Source("clip", b"x" * 99)),
    )  # fmt: skip
    _, again = msgspec.msgpack.decode(msgspec.msgpack.encode((0, order)), type=tuple[int, Order])
    assert again == order
