"""The child's side of the sandbox: an order in, the bytes of one picture out."""

import hashlib

import msgspec

from aims.providers import contract
from aims.providers.sandbox import draw as painter

DEFAULT_SIDE = 1024


def draw(job: bytes) -> bytes:
    """Draw the output at one position of an order: the same order and position give the same bytes."""
    position, order = msgspec.msgpack.decode(job, type=tuple[int, contract.Order])
    parameters = order.parameters
    return painter.picture(
        painter.Order(
            prompt=order.prompt,
            width=order.width or DEFAULT_SIDE,
            height=order.height or DEFAULT_SIDE,
            seed=seed(order, position),
            negative_prompt=order.negative_prompt,
            references=order.references,
            transparent=parameters.get("background") == "transparent",
            output_format=str(parameters.get("output_format") or "png"),
        )
    )


def seed(order: contract.Order, position: int) -> int:
    """The seed of one output. Without one in the request, each request draws another picture."""
    base = order.nonce if order.seed is None else str(order.seed)
    return int.from_bytes(hashlib.sha256(f"{base}:{position}".encode()).digest()[:7])
