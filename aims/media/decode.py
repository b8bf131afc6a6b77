"""Pictures and films are read in a limited child process, never here.

    children = Children(2, allowed=decode.TASKS)
    upload = await decode.normalise(children, data)     what a person sent: re-encoded, nothing private
    seen = await decode.examine(children, data)         what a provider sent: only looked at, bytes stay
    seen = await decode.examine_film(children, data)    the same for a film

Those for pictures raise Unsupported (`unsupported_media_type`) for anything but PNG, JPEG, WebP, GIF, AVIF, HEIC
and BMP; TooLarge (`image_too_large`); Invalid (`unreadable_image`); Unavailable when the pool is full or
stopping. That for films raises Unsupported for anything but MP4; TooLarge (`film_too_large`); Invalid
(`unplayable_film`); Unavailable.

An upload keeps its first frame only: it is there to be a reference, and models take stills; moving frames
would multiply the work and be thrown away by the provider.
"""

from dataclasses import dataclass
from typing import Any

import structlog

from aims.core.children import ChildFailed, Children
from aims.core.errors import Invalid, StudioError, TooLarge, Unavailable, Unsupported
from aims.media import parcel
from aims.media.limits import MOST_FILM_BYTES
from aims.media.recognise import HEAD, KINDS, MP4, recognise

_NORMALISE = "aims.media.pictures:normalise"
_PROBE = "aims.media.pictures:probe"
_THUMBNAIL = "aims.media.pictures:thumbnail"
_EXAMINE = "aims.media.pictures:examine"
_EXAMINE_FILM = "aims.media.films:examine"
TASKS = (_NORMALISE, _PROBE, _THUMBNAIL, _EXAMINE, _EXAMINE_FILM)

# A person waits for an upload, so it goes before drawing, which is at 0.
_PRIORITY = 1
_SECONDS = 10
# A film is made and paid for: a machine with much else to do must not be what refuses it.
_FILM_SECONDS = 300
_FILM_CPU_SECONDS = 60

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Normalised:
    """A clean picture: upright, sRGB, without metadata. `extension` has no dot."""

    data: bytes
    content_type: str
    width: int
    height: int
    extension: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What a picture is. Width and height are those of the picture as it is shown, upright."""

    content_type: str
    width: int
    height: int
    frames: int
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class FilmProbe:
    """What a film is. width, height: pixels, as it is shown; duration_ms: how long its picture moves."""

    content_type: str
    width: int
    height: int
    duration_ms: int
    has_sound: bool


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """One small WebP picture."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """At most 256, 512 and 1024 pixels on the long side; a picture smaller than that keeps its own size.

    preview: a data address of at most 400 characters.
    colour: the colour that covers most of it, as #rrggbb.
    """

    small: Thumbnail
    medium: Thumbnail
    large: Thumbnail
    preview: str
    colour: str


async def normalise(children: Children, data: bytes) -> Normalised:
    """A clean copy of what a person sent.

    PNG, GIF and BMP become PNG; JPEG and WebP stay what they are; AVIF and HEIC, and WebP above 16
    megapixels, become JPEG, or PNG when they are see-through.
    """
    facts, (clean,) = await _ask(children, _NORMALISE, data)
    kind = next(each for each in KINDS if each.content_type == facts["content_type"])
    return Normalised(clean, kind.content_type, int(facts["width"]), int(facts["height"]), kind.extension)


async def probe(children: Children, data: bytes) -> Probe:
    """Decode a picture completely, to know that it can be, and say what it is."""
    facts, _ = await _ask(children, _PROBE, data)
    return _probe(facts)


async def thumbnails(children: Children, data: bytes, *, generated: bool = False) -> Thumbnails:
    """Small pictures for lists and pages. `generated` marks them as made by a machine."""
    return _thumbnails(*await _ask(children, _THUMBNAIL, data, bytes([generated])))


async def examine(children: Children, data: bytes, *, generated: bool = False) -> tuple[Probe, Thumbnails]:
    """`probe` and `thumbnails` in one go."""
    facts, pieces = await _ask(children, _EXAMINE, data, bytes([generated]))
    return _probe(facts), _thumbnails(facts, pieces)


async def examine_film(children: Children, data: bytes) -> tuple[FilmProbe, Thumbnails]:
    """Decode a film, to know that it plays, and say what it is. The small pictures are of its poster.

    A long one is decoded at its beginning, in its middle and at its end; what lies between is only complete.
    """
    if recognise(data[:HEAD]) is not MP4:
        raise Unsupported("This file is not a film that plays: MP4 is accepted.")
    if len(data) > MOST_FILM_BYTES:
        raise TooLarge(
            f"The film is larger than {MOST_FILM_BYTES >> 20} MiB, which is the most that is kept.",
            code="film_too_large",
        )
    try:
        return await _watch(children, data)
    except ChildFailed as failure:
        if failure.reason != "killed":
            raise _told_of_film(failure) from failure
    # Killed from outside, which says nothing about the film. The same once more, and the film is what kills: a machine
    # without the memory for it would else try for ever.
    try:
        return await _watch(children, data)
    except ChildFailed as failure:
        raise _told_of_film(failure) from failure


async def _watch(children: Children, data: bytes) -> tuple[FilmProbe, Thumbnails]:
    try:
        answer = await children.run(
            _EXAMINE_FILM, data, deadline=_FILM_SECONDS, cpu_seconds=_FILM_CPU_SECONDS, priority=_PRIORITY
        )
        facts, pieces = parcel.unpack(answer)
        return _film_probe(facts), _thumbnails(facts, pieces)
    except ChildFailed as failure:
        _log.warning("film_not_read", reason=failure.reason, detail=failure.detail)
        raise
    except (ValueError, KeyError, TypeError) as error:
        _log.warning("film_not_read", reason="bad_answer", detail=repr(error))
        raise ChildFailed("bad_answer") from error


async def _ask(
    children: Children, task: str, data: bytes, before: bytes = b""
) -> tuple[dict[str, Any], list[bytes]]:
    kind = recognise(data[:HEAD])
    if kind is None or not kind.is_image:
        raise Unsupported(
            "This file is not a picture that is accepted. Send PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP."
        )
    try:
        answer = await children.run(
            task, before + data, deadline=_SECONDS, cpu_seconds=_SECONDS, priority=_PRIORITY
        )
        return parcel.unpack(answer)
    except ChildFailed as failure:
        _log.warning(
            "picture_not_read", task=task, kind=kind.extension, reason=failure.reason, detail=failure.detail
        )
        raise _told(failure) from failure


def _told(failure: ChildFailed) -> StudioError:
    match failure.reason:
        case "memory" | "timeout":
            return TooLarge("The picture takes too much to read. Send a smaller one.", code="image_too_large")
        case "killed":
            return Unavailable("The picture could not be read just now. Try again; nothing was charged.")
        case _:
            return Invalid(
                "The picture is damaged or incomplete. Save it again and send it again.",
                code="unreadable_image",
            )


def _told_of_film(failure: ChildFailed) -> StudioError:
    match failure.reason:
        case "memory" | "timeout" | "killed":
            return TooLarge("The film takes too much to read.", code="film_too_large")
        case _:
            return Invalid("The film is damaged or incomplete.", code="unplayable_film")


def _film_probe(facts: dict[str, Any]) -> FilmProbe:
    return FilmProbe(
        content_type=str(facts["content_type"]),
        width=int(facts["width"]),
        height=int(facts["height"]),
        duration_ms=int(facts["duration_ms"]),
        has_sound=bool(facts["has_sound"]),
    )


def _probe(facts: dict[str, Any]) -> Probe:
    return Probe(
        content_type=str(facts["content_type"]),
        width=int(facts["width"]),
        height=int(facts["height"]),
        frames=int(facts["frames"]),
        has_alpha=bool(facts["has_alpha"]),
    )


def _thumbnails(facts: dict[str, Any], pieces: list[bytes]) -> Thumbnails:
    made = [
        Thumbnail(data, int(width), int(height))
        for data, (width, height) in zip(pieces, facts["sizes"], strict=True)
    ]
    return Thumbnails(made[0], made[1], made[2], str(facts["preview"]), str(facts["colour"]))
