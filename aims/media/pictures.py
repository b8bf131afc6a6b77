"""Inside the child: open a stranger's picture, look at it, and write a clean one.

The server never imports this. Every function takes and returns bytes, as `aims.core.children` wants it;
`aims.media.decode` has their other half.
"""

import io
import struct
import warnings
import zlib
from typing import Final

import pillow_heif
from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, ImageOps, JpegImagePlugin

from aims.core.errors import Invalid, StudioError, TooLarge, Unsupported
from aims.media import frames, limits, parcel, thumbnails
from aims.media.recognise import AVIF, BMP, GIF, HEIC, JPEG, PNG, WEBP, Kind, recognise

# Pillow only warns between this and twice this; here the warning refuses too.
Image.MAX_IMAGE_PIXELS = limits.MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
pillow_heif.register_heif_opener(thumbnails=False)
# One job, one processor; more threads would take the server's.
setattr(pillow_heif.options, "DECODE_THREADS", 1)  # noqa: B010 - the type says that it is 4 for ever
setattr(AvifImagePlugin, "DEFAULT_MAX_THREADS", 1)  # noqa: B010

_FORMATS: Final = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP", GIF: "GIF", BMP: "BMP", AVIF: "AVIF", HEIC: "HEIF"}
# What Pillow and its decoders raise on bytes that are not what they say. MemoryError is not among them.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
# Above this the encoder needs more memory than a child has, or gives up.
_MOST_PIXELS_OF_WEBP: Final = 16_000_000
_DEEP: Final = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def normalise(job: bytes) -> bytes:
    """A clean picture from an upload: upright, sRGB, eight bits, first frame, no metadata.

    Raises Unsupported, TooLarge (`image_too_large`) or Invalid (`unreadable_image`).
    """
    kind, image = _open(job)
    lossless = kind is WEBP and b"VP8L" in job[:64]
    sampling = max(0, JpegImagePlugin.get_sampling(image)) if kind is JPEG else 0
    clean = _clean(image)
    if kind in (AVIF, HEIC) or (kind is WEBP and clean.width * clean.height > _MOST_PIXELS_OF_WEBP):
        # Few providers read the first two. They are photographs, for which PNG would be ten times the size.
        kind = PNG if _see_through(clean) else JPEG
    data = io.BytesIO()
    if kind is JPEG:
        opaque = clean.convert("L" if clean.mode[0] == "L" else "RGB")
        opaque.save(data, "JPEG", quality=95, subsampling=sampling)
    elif kind is WEBP:
        # When lossless, quality is the effort: 0 takes a second where 95 takes ten, for 1% of the size.
        clean.save(
            data, "WEBP", quality=0 if lossless else 95, method=0 if lossless else 1, lossless=lossless
        )
    else:
        kind = PNG
        clean.save(data, "PNG", compress_level=3)
    facts = {"content_type": kind.content_type, "width": clean.width, "height": clean.height}
    return parcel.pack(facts, data.getvalue())


def probe(job: bytes) -> bytes:
    """Decode every frame of a picture and say what it is. Raises as `normalise` does."""
    kind, image = _open(job)
    return parcel.pack(_decode_all(kind, image))


def thumbnail(job: bytes) -> bytes:
    """Three small pictures, a preview and a colour; the job begins with 1 for a generated picture, 0 else."""
    _, image = _open(job[1:])
    facts, pieces = thumbnails.make(_clean(image), generated=job[:1] == b"\1")
    return parcel.pack(facts, *pieces)


def examine(job: bytes) -> bytes:
    """`probe` and `thumbnail` with one decoding; the job is that of `thumbnail`."""
    kind, image = _open(job[1:])
    facts = _decode_all(kind, image)
    made, pieces = thumbnails.make(_clean(image), generated=job[:1] == b"\1")
    return parcel.pack(facts | made, *pieces)


def _open(data: bytes) -> tuple[Kind, Image.Image]:
    """Read the header and refuse what is too large. Nothing is decoded yet."""
    kind = recognise(data)
    if kind is None or kind not in _FORMATS:
        raise Unsupported("This is not a picture that is accepted.")
    motion = frames.count(kind, data)
    if motion.frames > limits.MOST_FRAMES or motion.seconds > limits.LONGEST_ANIMATION_SECONDS:
        raise _too_large()
    try:
        image = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
        count = motion.frames if kind in (GIF, PNG, WEBP) else 1 if kind is JPEG else _frames(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except _BROKEN as error:
        raise _why(error) from error
    _check(image.size, count)
    return kind, image


def _frames(image: Image.Image) -> int:
    return getattr(image, "n_frames", 1)


def _check(size: tuple[int, int], count: int) -> None:
    pixels = size[0] * size[1]
    if (
        pixels > limits.MOST_PIXELS
        or max(size) > limits.LONGEST_SIDE
        or count > limits.MOST_FRAMES
        or (count > 1 and count * pixels > limits.MOST_PIXELS_OF_ALL_FRAMES)
    ):
        raise _too_large()


def _decode_all(kind: Kind, image: Image.Image) -> dict[str, object]:
    count = 1 if kind is JPEG else _frames(image)
    _check(image.size, count)
    first = image.tell()
    transparent = False
    try:
        for number in (*range(first), *range(first + 1, count), first):
            image.seek(number)
            # The pictures of a HEIC may differ in size.
            _check(image.size, count)
            image.load()
            transparent = transparent or image.has_transparency_data
        # Upright, as the thumbnails and every viewer show it.
        width, height = _turned(image)
    except _BROKEN as error:
        raise _why(error) from error
    return {
        "content_type": kind.content_type,
        "width": width,
        "height": height,
        "frames": count,
        "has_alpha": transparent,
    }


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except _BROKEN:
        return 1


def _turned(image: Image.Image) -> tuple[int, int]:
    return (image.height, image.width) if _orientation(image) in (5, 6, 7, 8) else image.size


def _clean(image: Image.Image) -> Image.Image:
    """Decode, and keep nothing but pixels: upright, sRGB, L, LA, RGB or RGBA."""
    try:
        image.load()
        _check(image.size, 1)
        profile = image.info.get("icc_profile")
        if 2 <= _orientation(image) <= 8:
            image = ImageOps.exif_transpose(image)
        plain = _in_srgb(_eight_bits(image), profile)
    except _BROKEN as error:
        raise _why(error) from error
    if isinstance(plain, ImageFile.ImageFile):
        # A file's object carries text, comments and EXIF in places that differ. A copy has `info` only.
        plain = plain.copy()
    plain.info = {}
    return plain


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        return _from_deep(image)
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """Sixteen bits of grey in eight. Pillow's own conversion cuts off instead of scaling."""
    grey = image.convert("I") if image.mode.startswith("I") else image
    return grey.point(lambda value: value * (1 / 256)).convert("L")


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Change the colours from their profile to sRGB. A profile that makes no sense counts as none."""
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(source) or image.mode == "CMYK":
                return _converted(image, source)
        except (ImageCms.PyCMSError, *_BROKEN):
            pass
    return image.convert("RGB") if image.mode == "CMYK" else image


def _converted(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    alpha = image.getchannel("A") if image.mode.endswith("A") else None
    colours = image.convert(image.mode[:-1]) if alpha else image
    converted = ImageCms.profileToProfile(
        colours,
        source,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    if converted is None:
        return image
    if alpha:
        converted.putalpha(alpha)
    return converted


def _see_through(image: Image.Image) -> bool:
    """Whether any pixel is not opaque."""
    return image.mode.endswith("A") and image.getchannel("A").getextrema() != (255, 255)


def _too_large() -> TooLarge:
    return TooLarge(
        f"The picture is too large. At most {limits.MOST_PIXELS // 1_000_000} megapixels and "
        f"{limits.LONGEST_SIDE} pixels on a side are accepted; an animation has at most {limits.MOST_FRAMES} "
        f"frames, {limits.LONGEST_ANIMATION_SECONDS:g} seconds, and "
        f"{limits.MOST_PIXELS_OF_ALL_FRAMES // 1_000_000} megapixels in all of them. Send a smaller one.",
        code="image_too_large",
    )


def _why(error: Exception) -> StudioError:
    # What Pillow says of a text or a profile that unpacks to more than it accepts: a bomb, though not of pixels.
    if "too large" in str(error):
        return TooLarge(
            "The picture carries a text or a profile that is too large. Save it without metadata and send it again.",
            code="image_too_large",
        )
    return Invalid(
        "The picture is damaged or incomplete. Save it again and send it again.", code="unreadable_image"
    )
