"""Pictures are read, made clean, measured and made small by real children."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path

import hostile_pictures
import machine
import pytest
import pytest_asyncio
from hostile_pictures import encoded
from PIL import Image, ImageCms

from aims.core.children import Children
from aims.core.errors import Invalid, Unsupported
from aims.media import decode

pytestmark = pytest.mark.asyncio(loop_scope="module")

BECOMES = {
    "PNG": "image/png",
    "GIF": "image/png",
    "BMP": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "AVIF": "image/jpeg",
    "HEIF": "image/jpeg",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    made = Children(1, allowed=decode.TASKS)
    yield made
    await made.close()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def libraries_of(pid: int) -> str:
    """What the kernel has mapped for a process."""
    maps = Path(f"/proc/{pid}/maps")
    if not maps.exists():
        machine.missing("/proc")
    return maps.read_text()


def two_colours(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Red to the left, blue to the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


def near(one: object, other: tuple[int, ...], by: int = 12) -> bool:
    return isinstance(one, tuple) and all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("form", BECOMES)
async def test_an_upload_of_each_kind_becomes_a_clean_picture(children: Children, form: str) -> None:
    clean = await decode.normalise(children, encoded(two_colours(), form))
    assert clean.content_type == BECOMES[form]
    image = opened(clean.data)
    assert (clean.width, clean.height) == image.size == (60, 40)
    assert clean.extension == clean.content_type.split("/")[1].replace("jpeg", "jpg")
    assert near(image.convert("RGB").getpixel((5, 20)), (255, 0, 0))
    assert near(image.convert("RGB").getpixel((55, 20)), (0, 0, 255))


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "AVIF", "HEIF"])
async def test_what_is_see_through_stays_so(children: Children, form: str) -> None:
    image = two_colours().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size).point(lambda value: 255 * (value > 128)))
    data = encoded(image, form)
    clean = await decode.normalise(children, data)
    assert clean.content_type in ("image/png", "image/webp")
    alpha = opened(clean.data).convert("RGBA").getchannel("A")
    assert (alpha.getpixel((5, 2)), alpha.getpixel((5, 37))) == (0, 255)
    assert (await decode.probe(children, data)).has_alpha


async def test_png_and_lossless_webp_lose_nothing(children: Children) -> None:
    image = Image.effect_noise((64, 64), 90).convert("RGB")
    for data in (encoded(image, "PNG"), encoded(image, "WEBP", lossless=True), encoded(image, "BMP")):
        clean = opened((await decode.normalise(children, data)).data)
        assert clean.convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "YCbCr"])
async def test_every_kind_of_pixel_is_read(children: Children, mode: str) -> None:
    image = Image.new("RGB", (8, 8), "white").convert(mode)
    data = encoded(image, "JPEG" if mode in ("CMYK", "YCbCr") else "PNG")
    clean = await decode.normalise(children, data)
    assert near(opened(clean.data).convert("RGB").getpixel((4, 4)), (255, 255, 255), 3)


async def test_the_photographs_of_telephones_are_read(children: Children) -> None:
    """A second picture (depth, gain map) follows the first in one JPEG; Pillow calls that MPO."""
    data = encoded(two_colours(), "MPO", save_all=True, append_images=[two_colours((20, 10))])
    clean = await decode.normalise(children, data)
    seen = await decode.probe(children, data)
    assert (clean.content_type, clean.width, clean.height) == ("image/jpeg", 60, 40)
    assert (seen.content_type, seen.frames) == ("image/jpeg", 1)


async def test_sixteen_bits_are_scaled_and_not_cut_off(children: Children) -> None:
    clean = await decode.normalise(children, encoded(Image.new("I;16", (8, 8), 0x8000), "PNG"))
    assert near(opened(clean.data).convert("RGB").getpixel((4, 4)), (128, 128, 128), 1)


async def test_colours_of_a_profile_become_those_of_srgb(children: Children) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 5000))
    srgb = ImageCms.createProfile("sRGB")
    # Profiles that Pillow can make are few; swapping two columns makes one whose red is our green.
    swapped = bytearray(ImageCms.ImageCmsProfile(srgb).tobytes())
    red, green = swapped.find(b"rXYZ"), swapped.find(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    other = bytes(swapped).replace("sRGB".encode("utf-16-be"), "nRGB".encode("utf-16-be"))
    data = encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "PNG", icc_profile=other)
    clean = opened((await decode.normalise(children, data)).data)
    assert near(clean.convert("RGB").getpixel((4, 4)), (0, 255, 0), 3)
    # A profile for other pixels, or one that is none, counts for nothing.
    for useless in (lab.tobytes(), b"not a profile"):
        data = encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "PNG", icc_profile=useless)
        clean = opened((await decode.normalise(children, data)).data)
        assert near(clean.convert("RGB").getpixel((4, 4)), (255, 0, 0), 3)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
async def test_an_animation_keeps_its_first_frame_as_an_upload(children: Children, form: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
    seen = await decode.probe(children, data)
    assert (seen.frames, seen.width, seen.height, seen.has_alpha) == (3, 32, 32, False)
    clean = opened((await decode.normalise(children, data)).data)
    assert getattr(clean, "n_frames", 1) == 1
    assert near(clean.convert("RGB").getpixel((9, 9)), (255, 0, 0))


@pytest.mark.parametrize("form", BECOMES)
async def test_a_file_that_breaks_off_is_unreadable(children: Children, form: str) -> None:
    data = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), form)
    for part in (data[: len(data) // 2], data[:40]):
        for verb in (decode.normalise, decode.probe, decode.thumbnails, decode.examine):
            with pytest.raises(Invalid) as invalid:
                await verb(children, part)
            assert invalid.value.code == "unreadable_image"


async def test_files_of_other_kinds_are_not_accepted(children: Children) -> None:
    for name, data in hostile_pictures.other_files().items():
        with pytest.raises(Unsupported) as unsupported:
            await decode.normalise(children, data)
        assert unsupported.value.code == "unsupported_media_type", name


async def test_a_picture_is_made_small_three_times(children: Children) -> None:
    seen, small = await decode.examine(children, encoded(two_colours((3000, 1500)), "JPEG"))
    assert (seen.content_type, seen.width, seen.height, seen.frames) == ("image/jpeg", 3000, 1500, 1)
    made = (small.small, small.medium, small.large)
    assert [(each.width, each.height) for each in made] == [(256, 128), (512, 256), (1024, 512)]
    for each in made:
        image = opened(each.data)
        assert (image.format, image.size) == ("WEBP", (each.width, each.height))
        assert near(image.convert("RGB").getpixel((9, 9)), (254, 0, 0))
    assert small == await decode.thumbnails(children, encoded(two_colours((3000, 1500)), "JPEG"))


async def test_a_small_picture_is_never_enlarged(children: Children) -> None:
    small = await decode.thumbnails(children, encoded(Image.new("RGBA", (300, 1), (0, 128, 0, 128)), "PNG"))
    assert [(each.width, each.height) for each in (small.small, small.medium, small.large)] == [
        (256, 1),
        (300, 1),
        (300, 1),
    ]
    assert opened(small.large.data).mode == "RGBA"


async def test_the_preview_is_short_whatever_the_picture(children: Children) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((700, 700), 200) for _ in range(3)])
    for image in (two_colours(), noise, noise.resize((16, 16)), Image.new("RGBA", (5, 900))):
        preview = (await decode.thumbnails(children, encoded(image, "PNG"))).preview
        kind, _, data = preview.partition(",")
        assert kind == "data:image/webp;base64"
        assert len(preview) <= 400
        assert max(opened(base64.b64decode(data)).size) <= 16


async def test_the_colour_is_the_one_that_covers_most(children: Children) -> None:
    image = Image.new("RGB", (100, 100), (10, 120, 200))
    image.paste("red", (0, 0, 40, 40))
    assert (await decode.thumbnails(children, encoded(image, "PNG"))).colour == "#0a78c8"


async def test_only_small_pictures_of_generated_ones_say_that_a_machine_made_them(children: Children) -> None:
    data = encoded(two_colours(), "PNG")
    _, small = await decode.examine(children, data, generated=True)
    for each in (small.small, small.medium, small.large):
        assert b"trainedAlgorithmicMedia" in each.data
    _, small = await decode.examine(children, data)
    assert hostile_pictures.webp_chunks(small.large.data) == {b"VP8 "}


async def test_children_hold_no_database(children: Children) -> None:
    await decode.probe(children, encoded(two_colours(), "PNG"))
    loaded = [libraries_of(pid) for pid in children.pids]
    assert loaded
    for each in loaded:
        assert "PIL" in each
        assert "sqlalchemy" not in each


async def test_four_pictures_at_once_in_two_children() -> None:
    children = Children(2, allowed=decode.TASKS)
    data = encoded(two_colours(), "PNG")
    seen = await asyncio.gather(*(decode.probe(children, data) for _ in range(4)))
    assert {each.width for each in seen} == {60}
    await children.close()
