"""Inside the child: small pictures, a preview of a few bytes and a colour, from a picture that is clean."""

import base64
import io
from typing import Any, Final

from PIL import Image

SIDES: Final = (1024, 512, 256)
LONGEST_PREVIEW: Final = 400

_QUALITY = 80
# 4, the default, takes twice the time for 3% of the size.
_EFFORT = 2
# Source: IPTC digital source types, "trainedAlgorithmicMedia", https://cv.iptc.org/newscodes/digitalsourcetype/
_GENERATED: Final = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    b'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def make(clean: Image.Image, *, generated: bool) -> tuple[dict[str, Any], list[bytes]]:
    """Facts and three WebP pictures, smallest first: 256, 512, 1024 pixels on the long side, never enlarged.

    generated: say inside each that a machine made it, as the original does in its own way.
    """
    pieces: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    small = clean
    # Each from the one before: four times less to read, and no difference that an eye finds.
    for side in SIDES:
        fitted = _fit(small, side)
        # One that fits already is the same picture, and need not be packed once more.
        same = bool(pieces) and fitted is small
        small = fitted
        pieces.insert(0, pieces[0] if same else _webp(small, generated=generated))
        sizes.insert(0, small.size)
    flat = _on_white(small)
    return {"sizes": sizes, "preview": _preview(flat), "colour": _colour(flat)}, pieces


def _fit(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(image: Image.Image, *, generated: bool) -> bytes:
    data = io.BytesIO()
    image.save(data, "WEBP", quality=_QUALITY, method=_EFFORT, **({"xmp": _GENERATED} if generated else {}))
    return data.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if not image.mode.endswith("A"):
        return image.convert("RGB")
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    return flat


def _preview(flat: Image.Image) -> str:
    """A blurred picture as a data address, short enough to stand inside a page."""
    for side, quality in ((16, 40), (16, 10), (12, 0), (8, 0)):
        data = io.BytesIO()
        _fit(flat, side).save(data, "WEBP", quality=quality, method=6)
        address = "data:image/webp;base64," + base64.b64encode(data.getvalue()).decode()
        if len(address) <= LONGEST_PREVIEW:
            return address
    return ""


def _colour(flat: Image.Image) -> str:
    """The colour that covers most of the picture, as #rrggbb."""
    few = flat.resize((32, 32), Image.Resampling.BOX).quantize(8, Image.Quantize.MEDIANCUT)
    counts = few.histogram()
    most = counts.index(max(counts))
    red, green, blue = (few.getpalette() or [0] * 24)[3 * most : 3 * most + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"
