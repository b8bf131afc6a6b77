"""The child's side of the sandbox: an order in, the bytes of one picture out."""

import hashlib
import io
import math

import msgspec
from PIL import Image

from aims.providers import contract
from aims.providers.sandbox import draw as painter

DEFAULT_SIDE = 1024
EDGES = {"0.5K": 512, "1K": 1024, "2K": 2048, "4K": 4096}
"""The side of a square picture, for each resolution that can be paid for."""
SMALLEST, LARGEST, STEP = 64, 4096, 8


def draw(job: bytes) -> bytes:
    """Draw the output at one position of an order: the same order and position give the same bytes."""
    position, order = msgspec.msgpack.decode(job, type=tuple[int, contract.Order])
    parameters = order.parameters
    width, height = size(order)
    return painter.picture(
        painter.Order(
            prompt=order.prompt,
            width=width,
            height=height,
            seed=seed(order, position),
            negative_prompt=order.negative_prompt,
            references=tuple(each.data for each in order.references),
            transparent=parameters.get("background") == "transparent",
            output_format=str(parameters.get("output_format") or "png"),
        )
    )


def size(order: contract.Order) -> tuple[int, int]:
    """The pixels to draw: those that were asked for, else the first reference's shape at the resolution's area."""
    if order.width and order.height:
        return order.width, order.height
    if not order.references:
        return DEFAULT_SIDE, DEFAULT_SIDE
    with Image.open(io.BytesIO(order.references[0].data)) as reference:
        width, height = reference.size
    edge = EDGES.get(str(order.parameters.get("resolution")), DEFAULT_SIDE)
    scale = min(edge / math.sqrt(width * height), LARGEST / max(width, height))
    return _fit(width * scale), _fit(height * scale)


def _fit(side: float) -> int:
    return max(SMALLEST, min(LARGEST, round(side / STEP) * STEP))


def seed(order: contract.Order, position: int) -> int:
    """The seed of one output. Without one in the request, each request draws another picture."""
    base = order.nonce if order.seed is None else str(order.seed)
    return int.from_bytes(hashlib.sha256(f"{base}:{position}".encode()).digest()[:7])
