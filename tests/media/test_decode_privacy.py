"""Nothing private leaves with an upload, it stands upright, and it is nothing but a picture (MED-03, MED-04)."""

import io
from collections.abc import AsyncIterator

import hostile_pictures
import pytest
import pytest_asyncio
from hostile_pictures import SCRIPT, encoded
from PIL import ExifTags, Image, ImageCms

from aims.core.children import Children
from aims.media import decode

pytestmark = pytest.mark.asyncio(loop_scope="module")

PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
WEBP_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH"}
# JFIF, tables, frame: no EXIF, XMP or ICC (APP1, APP2), IPTC (APP13) or comment (COM).
JPEG_SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4}
SECRETS = (b"SECRET", b"Exif", b"GPS", b"xmpmeta", b"acsp", b"photoshop", b"ICC_PROFILE")

EXIF_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Children]:
    made = Children(1, allowed=decode.TASKS)
    yield made
    await made.close()


def private_facts() -> dict[str, bytes]:
    """EXIF with a place, a serial number and a thumbnail; XMP; a profile."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "SECRET artist"
    exif[ExifTags.Base.ImageDescription] = "SECRET description"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SECRET serial"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    gps[ExifTags.GPS.GPSAreaInformation] = b"SECRET place"
    return {
        "exif": exif.tobytes(),
        "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET xmp</x:xmpmeta>",
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }


def laden(form: str) -> bytes:
    """A picture of this format with everything private that the format can hold."""
    image = Image.new("RGB", (40, 24), "olive")
    facts = private_facts()
    if form == "JPEG":
        data = encoded(image, form, comment=b"SECRET comment", **facts)
        iptc = b"\xff\xed\x00\x2aPhotoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x78\0\x09SECRET by"
        return data[:2] + iptc + bytes(2 + 42 - len(iptc)) + data[2:]
    if form == "PNG":
        data = encoded(image, form, exif=facts["exif"], icc_profile=facts["icc_profile"])
        texts = [
            hostile_pictures.chunk(b"tEXt", b"Comment\0SECRET text"),
            hostile_pictures.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + facts["xmp"]),
            hostile_pictures.chunk(b"tIME", b"\x07\xea\x01\x01\x01\x01\x01"),
            hostile_pictures.chunk(b"prVt", b"SECRET chunk"),
        ]
        return data[:33] + b"".join(texts) + data[33:]
    if form == "GIF":
        application = b"\x21\xff\x0bXMP DataXMP" + b"\x0aSECRET xmp" + b"\0"
        data = encoded(image, form, comment=b"SECRET comment")
        return data[:-1] + application + b";"
    if form == "BMP":
        return encoded(image, form) + b"SECRET tail"
    return encoded(image, form, **facts)


def assert_bare(data: bytes, content_type: str) -> None:
    for secret in SECRETS:
        assert secret not in data, secret
    if content_type == "image/png":
        assert hostile_pictures.png_chunks(data) <= PNG_CHUNKS
    elif content_type == "image/webp":
        assert hostile_pictures.webp_chunks(data) <= WEBP_CHUNKS
    else:
        assert hostile_pictures.jpeg_segments(data) <= JPEG_SEGMENTS
    image = Image.open(io.BytesIO(data))
    assert not image.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP"])
async def test_an_upload_and_all_that_is_made_of_it_keep_nothing_private(
    children: Children, form: str
) -> None:
    data = laden(form)
    assert b"SECRET" in data
    clean = await decode.normalise(children, data)
    assert_bare(clean.data, clean.content_type)
    for source in (data, clean.data):
        small = await decode.thumbnails(children, source)
        for each in (small.small, small.medium, small.large):
            assert_bare(each.data, "image/webp")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_picture_stands_upright(children: Children, form: str, orientation: int) -> None:
    upright = Image.new("RGB", (60, 40), "red")
    upright.paste("blue", (0, 0, 30, 20))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    lying = upright.transpose(EXIF_TURNS[orientation]) if orientation > 1 else upright
    data = encoded(lying, form, exif=exif.tobytes())
    clean = await decode.normalise(children, data)
    seen, small = await decode.examine(children, data)
    assert (seen.width, seen.height) == (clean.width, clean.height) == (60, 40)
    for made in (clean.data, small.small.data):
        image = Image.open(io.BytesIO(made)).convert("RGB")
        assert image.size == (60, 40)
        blue = {at for at in ((5, 5), (55, 5), (5, 35), (55, 35)) if image.getpixel(at)[2] > 128}  # ty: ignore
        assert blue == {(5, 5)}


async def test_a_picture_that_is_also_something_else_is_only_a_picture_afterwards(children: Children) -> None:
    for name, data in hostile_pictures.polyglots().items():
        assert SCRIPT in data
        clean = await decode.normalise(children, data)
        assert SCRIPT not in clean.data, name
        assert_bare(clean.data, clean.content_type)
        assert b"PK" not in clean.data[-64:], name
