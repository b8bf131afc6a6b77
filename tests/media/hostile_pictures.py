"""Files that mean harm, made on the spot: bombs, lies, and pictures that are also something else."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

SCRIPT = b"<script>alert(document.domain)</script>"


def encoded(image: Image.Image, form: str, **settings: Any) -> bytes:
    """The picture as a file, also as HEIF (without registering that in this process)."""
    data = io.BytesIO()
    if form == "HEIF":
        heif = pillow_heif.from_pillow(image)
        heif.save(data, quality=settings.pop("quality", 80), **settings)
    else:
        image.save(data, form, **settings)
    return data.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))


def png(width: int, height: int, depth: int, colour: int, *chunks: bytes, pixels: bytes) -> bytes:
    """A PNG by hand, with whatever header."""
    header = struct.pack("!IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    )


def zeros(length: int) -> bytes:
    """A zlib stream of so many zero bytes, in little memory."""
    packer = zlib.compressobj(1)
    block = bytes(1 << 20)
    parts = [packer.compress(block) for _ in range(length >> 20)]
    return b"".join((*parts, packer.compress(bytes(length & 0xFFFFF)), packer.flush()))


def webp_bomb(side: int = 16383) -> bytes:
    """34 bytes that are 16383x16383 pixels: the codes of a plain colour are the same for every size."""
    small = encoded(Image.new("RGB", (100, 100)), "WEBP", lossless=True, method=0)
    return small[:21] + struct.pack("<I", (side - 1) | ((side - 1) << 14)) + small[25:]


def gif_bomb() -> bytes:
    """200 frames of 2000x2000, each a few kilobytes."""
    frames = [Image.new("P", (2000, 2000), index) for index in (0, 1)]
    for frame in frames:
        frame.putpalette([0, 0, 0, 255, 255, 255])
    two = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], optimize=False, duration=10)
    starts = _graphic_controls(two)
    ends = [*starts[1:], len(two) - 1]
    head = two[: starts[0]]
    blocks = [two[a:b] for a, b in zip(starts, ends, strict=True)]
    return head + b"".join(blocks * 100) + b";"


def _graphic_controls(data: bytes) -> list[int]:
    found, at = [], data.find(b"\x21\xf9\x04")
    while at >= 0:
        found.append(at)
        at = data.find(b"\x21\xf9\x04", at + 1)
    return found


def gif_of_a_million_frames() -> bytes:
    """20 MB of frames of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * 1_000_000 + b";"


def apng_lasting(seconds: int, frames: int) -> bytes:
    """A moving PNG of 1x1, each frame so long that all together last `seconds`."""
    controls = [
        chunk(b"fcTL", struct.pack("!IIIIIHHBB", number, 1, 1, 0, 0, seconds, frames, 0, 0))
        for number in range(frames)
    ]
    return png(
        1, 1, 8, 0, chunk(b"acTL", struct.pack("!II", frames, 0)), *controls, pixels=zlib.compress(b"\0\0")
    )


def with_size_in_container(data: bytes, width: int, height: int) -> bytes:
    """An AVIF or HEIC whose boxes say another size."""
    at = data.find(b"ispe")
    while at >= 0:
        data = data[: at + 8] + struct.pack("!II", width, height) + data[at + 16 :]
        at = data.find(b"ispe", at + 4)
    return data


def bombs() -> dict[str, bytes]:
    """Small files that would be large pictures."""
    small = Image.new("RGB", (64, 64), "navy")
    pixel = zlib.compress(b"\0\0")
    unpacked = zeros(80 << 20)
    jpeg = encoded(small, "JPEG")
    size = jpeg.index(b"\xff\xc0") + 5
    bmp = encoded(small, "BMP")
    gif = encoded(small, "GIF")
    return {
        "webp 16383x16383": webp_bomb(),
        "png 13000x13000": png(13000, 13000, 8, 6, pixels=zeros(13000 * 52001)),
        "png 30000x30000 of one bit": png(30000, 30000, 1, 0, pixels=zeros(30000 * 3751)),
        "avif 8192x8192": encoded(Image.new("RGB", (8192, 8192)), "AVIF", quality=1, speed=10),
        "heic that says 8192x8192": with_size_in_container(encoded(small, "HEIF"), 8192, 8192),
        "gif of 200 frames": gif_bomb(),
        "gif of a million frames": gif_of_a_million_frames(),
        "png of an hour": apng_lasting(3600, 4),
        "png with a text that unpacks": png(1, 1, 8, 0, chunk(b"zTXt", b"a\0\0" + unpacked), pixels=pixel),
        "png with a profile that unpacks": png(1, 1, 8, 0, chunk(b"iCCP", b"a\0\0" + unpacked), pixels=pixel),
        "bmp that says 60000x60000": bmp[:18] + struct.pack("<ii", 60000, 60000) + bmp[26:],
        "gif that says 65535x65535": gif[:6] + struct.pack("<HH", 65535, 65535) + gif[10:],
        "jpeg that says 65535x65535": jpeg[:size] + struct.pack("!HH", 65535, 65535) + jpeg[size + 4 :],
        "png that is long and thin": png(40000, 2, 8, 0, pixels=zeros(80002)),
    }


def polyglots() -> dict[str, bytes]:
    """Pictures that a browser or an archiver would take for something of their own."""
    small = Image.new("RGB", (16, 16), "teal")
    plain = encoded(small, "PNG")
    return {
        "gif, html": encoded(small, "GIF") + SCRIPT,
        "gif, html comment": encoded(small, "GIF", comment=SCRIPT),
        "jpeg, html comment": encoded(small, "JPEG", comment=SCRIPT),
        "jpeg, zip": encoded(small, "JPEG") + b"PK\x03\x04" + SCRIPT + bytes(40) + b"PK\x05\x06" + bytes(18),
        "png, script in a text": plain[:33] + chunk(b"tEXt", b"Comment\0" + SCRIPT) + plain[33:],
        "png, html": plain + SCRIPT,
        "bmp, html": encoded(small, "BMP") + SCRIPT,
        "webp, html": encoded(small, "WEBP") + SCRIPT,
        "avif, html": encoded(small, "AVIF") + SCRIPT,
        "heic, html": encoded(small, "HEIF") + SCRIPT,
    }


def other_files() -> dict[str, bytes]:
    """What is not accepted, whatever it is called."""
    small = Image.new("RGB", (8, 8))
    return {
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "svg with a head": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        "html": b"<!doctype html>" + SCRIPT,
        "html that begins with BM": b"BM" + SCRIPT,
        "pdf": encoded(small, "PDF"),
        "eps": encoded(small, "EPS"),
        "tiff": encoded(small, "TIFF"),
        "ico": encoded(small, "ICO"),
        "ppm": encoded(small, "PPM"),
        "jpeg 2000": encoded(small, "JPEG2000"),
        "psd": b"8BPS\0\1" + bytes(100),
        "fits": b"SIMPLE  =                    T" + b" " * 50,
        "zip": b"PK\x03\x04" + bytes(60),
        "mp4": b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + bytes(40),
        "webm": b"\x1a\x45\xdf\xa3" + bytes(40),
        "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        "text": b"just a text",
        "nothing": b"",
    }


def png_chunks(data: bytes) -> set[bytes]:
    """The names of the chunks in a PNG."""
    names, at = set(), 8
    while at < len(data):
        names.add(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big") + 12
    return names


def webp_chunks(data: bytes) -> set[bytes]:
    """The names of the chunks in a WebP."""
    names, at = set(), 12
    while at < len(data):
        names.add(data[at : at + 4])
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + length + (length & 1)
    return names


def jpeg_segments(data: bytes) -> set[int]:
    """The markers of the segments before the pixels of a JPEG."""
    markers, at = set(), 2
    while data[at + 1] != 0xDA:
        markers.add(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return markers
