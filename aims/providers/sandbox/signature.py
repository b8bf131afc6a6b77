"""The small mark that says a picture comes from the sandbox."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont


def sign(image: Image.Image) -> Image.Image:
    """The picture (RGB or RGBA) with a small "sandbox" in its lower right corner."""
    short = min(image.size)
    tall = max(7, round(short * 0.022))
    font = ImageFont.load_default(tall)
    box = ImageDraw.Draw(image).textbbox((0, 0), "sandbox", font=font)
    pad = max(2, round(tall * 0.4))
    wide, high = round(box[2] - box[0]) + 2 * pad, round(box[3] - box[1]) + 2 * pad
    label = Image.new("RGBA", (wide, high))
    pen = ImageDraw.Draw(label)
    pen.rounded_rectangle((0, 0, wide - 1, high - 1), pad, fill=(12, 12, 22, 96))
    pen.text((pad - box[0], pad - box[1]), "sandbox", font=font, fill=(255, 255, 255, 205))
    at = (
        max(0, image.width - wide - round(short * 0.014)),
        max(0, image.height - high - round(short * 0.014)),
    )
    if image.mode == "RGBA":
        layer = Image.new("RGBA", image.size)
        layer.paste(label, at)
        return Image.alpha_composite(image, layer)
    image.paste(label, at, label)
    return image
