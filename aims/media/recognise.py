"""What kind of file some bytes are, from the bytes alone. Names and declared types are never asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that the studio knows. `extension` has no dot."""

    content_type: str
    extension: str

    @property
    def is_image(self) -> bool:
        """Whether it is a picture, not a film."""
        return self.content_type.startswith("image/")


PNG = Kind("image/png", "png")
JPEG = Kind("image/jpeg", "jpg")
WEBP = Kind("image/webp", "webp")
GIF = Kind("image/gif", "gif")
BMP = Kind("image/bmp", "bmp")
AVIF = Kind("image/avif", "avif")
HEIC = Kind("image/heic", "heic")
MP4 = Kind("video/mp4", "mp4")

KINDS = (PNG, JPEG, WEBP, GIF, BMP, AVIF, HEIC, MP4)
# So many bytes from the start are enough for every kind.
HEAD = 512

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_STILL_BRANDS = frozenset({b"mif1", b"msf1", b"miaf"})
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"}
    | {b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"M4VH", b"dash", b"msnv", b"f4v "}
)
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def recognise(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head` (the first 512 bytes are enough), None for any other."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    # Two letters are too few: a text may begin with them. So the length of the header must fit too.
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return BMP
    if head[4:8] == b"ftyp":
        return _by_brand(head[: min(HEAD, int.from_bytes(head[:4], "big"))])
    return None


def _by_brand(box: bytes) -> Kind | None:
    """AVIF, HEIC and MP4 are one container; its brands tell them apart, the first one before the others."""
    first = box[8:12]
    others = {box[at : at + 4] for at in range(16, len(box) - 3, 4)}
    for brands in ({first}, others if first in _STILL_BRANDS else set()):
        if brands & _AVIF_BRANDS:
            return AVIF
        if brands & _HEIC_BRANDS:
            return HEIC
    return MP4 if first in _MP4_BRANDS else None
