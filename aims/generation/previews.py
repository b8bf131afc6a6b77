"""What a style does to a picture, shown on one and the same prompt for every style."""

from aims.catalog import Style
from aims.catalog.styling import styled
from aims.generation.studio import Studio
from aims.providers import Made, Order, Running

PROMPT = "a lighthouse on a rocky shore, a sailing boat, clouds and hills at golden hour"
SEED = 7
SIDE = 512


async def style_preview(studio: Studio, style: Style) -> bytes | None:
    """A WebP picture of 512 x 512 pixels in this style, the same each time; None when there is no sandbox."""
    adapter = studio.providers.get("sandbox")
    if adapter is None:
        return None
    order = Order(
        nonce=f"preview:{style.slug}",
        model="sandbox",
        endpoint="",
        kind="image",
        prompt=styled(style, PROMPT),
        negative_prompt=style.negative_prompt or "",
        parameters={"output_format": "webp"},
        count=1,
        first=0,
        of=1,
        seed=SEED,
        width=SIDE,
        height=SIDE,
    )
    done = await adapter.poll(order, Running(order.nonce, {"until": "0"}))
    made = getattr(done, "outcomes", ())
    return made[0].data if made and isinstance(made[0], Made) else None
