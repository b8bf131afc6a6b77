"""Inside the child: open a film, decode enough of it to know that it plays, and take its poster.

The server never imports this; `aims.media.decode` has its other half. A short film is decoded whole. Of one that
would take too long the beginning, the middle and the end are, and of the rest only that every piece is there.
"""

import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Final, NamedTuple

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from aims.core.errors import Invalid, TooLarge, Unsupported
from aims.media import limits, parcel, thumbnails
from aims.media.recognise import HEAD, MP4, recognise

# What browsers play. Nothing else is even opened: each decoder that is not there cannot be attacked.
_CODECS: Final = frozenset({"h264", "hevc", "av1", "vp9"})
_DECODERS: Final = "h264,hevc,av1,libdav1d,vp9,aac,mp3,mp3float,opus,ac3,flac"
# A film is read from memory; a reference to another file or an address leads nowhere.
_OPTIONS: Final = {
    "codec_whitelist": _DECODERS,
    "protocol_whitelist": "none",
    "enable_drefs": "0",
    "use_absolute_path": "0",
}
# Where in a film a poster is looked for, as parts of its length.
_POSTER_AT: Final = (0.35, 0.5, 0.7)
# Mean light and contrast, of 255, from which a frame shows something.
_LIGHT: Final = 20
_CONTRAST: Final = 12
# Frames that are decoded at the beginning and in the middle of a film that is too long to be decoded whole.
_A_FEW: Final = 12


class _Timeline(NamedTuple):
    """What the packets of a film's picture say, without decoding one. Instants count in the stream's time base."""

    packets: int
    begin: int
    length: int
    last_key: int


class _Shot(NamedTuple):
    """A frame that may become the poster, made small. width, height: of the frame as it is shown."""

    image: Image.Image
    width: int
    height: int


def examine(job: bytes) -> bytes:
    """Facts, and thumbnails of a poster.

    Raises Unsupported, TooLarge (`film_too_large`) or Invalid (`unplayable_film`).
    """
    if recognise(job[:HEAD]) is not MP4:
        raise Unsupported("This is not a film that is accepted.")
    if len(job) > limits.MOST_FILM_BYTES:
        raise _too_large()
    try:
        with av.open(
            io.BytesIO(job), "r", format="mp4", container_options=_OPTIONS, metadata_errors="replace"
        ) as container:
            return _examined(container)
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, LookupError, ArithmeticError, OSError) as error:
        raise _unplayable() from error


def _examined(container: InputContainer) -> bytes:
    stream = _picture_of(container)
    timeline = _timeline(container, stream)
    poster = _best(_shots(container, stream, timeline))
    facts, pieces = thumbnails.make(poster.image, generated=True)
    facts |= {
        "content_type": MP4.content_type,
        "width": poster.width,
        "height": poster.height,
        "duration_ms": max(1, round(timeline.length * _tick(stream) * 1000)),
        "has_sound": bool(container.streams.audio),
    }
    return parcel.pack(facts, *pieces)


def _picture_of(container: InputContainer) -> VideoStream:
    """The stream that is watched. A cover picture is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            break
    else:
        raise _unplayable()
    context = stream.codec_context
    # None where the file names a codec that nobody knows.
    if context is None or context.codec.canonical_name not in _CODECS:
        raise _unplayable()
    _check_size(context.width, context.height)
    context.thread_count = 1
    context.thread_type = "NONE"
    context.options = {"max_pixels": str(limits.MOST_FILM_PIXELS)}
    return stream


def _tick(stream: VideoStream) -> Fraction:
    """Seconds that one step of the stream's time base lasts."""
    if stream.time_base is None:
        raise _unplayable()
    return stream.time_base


def _timeline(container: InputContainer, stream: VideoStream) -> _Timeline:
    """Go through the whole file once, so that one that breaks off is found out wherever it does."""
    packets, begin, end, last_key = 0, None, 0, None
    for packet in container.demux(stream, *container.streams.audio):
        if packet.is_corrupt:
            raise _unplayable()
        # The last packet of each stream says only that there are no more.
        if packet.stream is not stream or packet.pts is None:
            continue
        packets += 1
        if packets > limits.MOST_FILM_FRAMES:
            raise _too_large()
        begin = packet.pts if begin is None else min(begin, packet.pts)
        end = max(end, packet.pts + (packet.duration or 0))
        if packet.is_keyframe:
            last_key = packet.pts
    if begin is None or last_key is None:
        raise _unplayable()
    if (end - begin) * _tick(stream) > limits.LONGEST_FILM_SECONDS:
        raise _too_large()
    return _Timeline(packets, begin, end - begin, last_key)


def _shots(container: InputContainer, stream: VideoStream, timeline: _Timeline) -> list[_Shot]:
    """Decode, and keep a few frames on the way.

    Raises Invalid when anything that is decoded is damaged.
    """
    pixels = max(1, stream.codec_context.width * stream.codec_context.height)
    affordable = limits.MOST_DECODED_PIXELS // pixels
    if timeline.packets <= affordable:
        parts = [(timeline.begin, timeline.packets)]
    else:
        middle = timeline.begin + timeline.length // 2
        parts = [(timeline.begin, _A_FEW), (middle, _A_FEW), (timeline.last_key, affordable)]
    shots: list[_Shot] = []
    wanted = [timeline.begin + round(timeline.length * part) for part in _POSTER_AT]
    for number, (start, most) in enumerate(parts):
        fresh = True
        for frame in _part(container, stream, start, most, strict=not number):
            if fresh or (wanted and frame.pts is not None and frame.pts >= wanted[0]):
                shots.append(_shot(frame))
                wanted = [each for each in wanted if frame.pts is None or each > frame.pts]
            fresh = False
        if fresh:
            raise _unplayable()
    return shots


def _part(
    container: InputContainer, stream: VideoStream, start: int, most: int, *, strict: bool
) -> Iterator[VideoFrame]:
    """At most so many frames, from the one before `start` that stands alone.

    strict: from the beginning of a film; elsewhere the first frames may lean on some that were passed over.
    """
    container.seek(start, stream=stream)
    clean = strict
    for frame in islice(container.decode(stream), most):
        if not frame.is_corrupt:
            clean = True
            yield frame
        elif clean:
            raise _unplayable()


def _shot(frame: VideoFrame) -> _Shot:
    _check_size(frame.width, frame.height)
    scale = min(1.0, thumbnails.SIDES[0] / max(frame.width, frame.height))
    image = frame.to_image(
        width=max(1, round(frame.width * scale)),
        height=max(1, round(frame.height * scale)),
        interpolation="AREA",
    )
    width, height = frame.width, frame.height
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
        width, height = (height, width) if frame.rotation % 180 else (width, height)
    return _Shot(image, width, height)


def _best(shots: list[_Shot]) -> _Shot:
    """The first that shows something, the film's very first frame last; if none does, the one with most contrast."""
    ordered = [*shots[1:], shots[0]]
    seen = [ImageStat.Stat(shot.image.reduce(4).convert("L")) for shot in ordered]
    for shot, stat in zip(ordered, seen, strict=True):
        if stat.mean[0] >= _LIGHT and stat.stddev[0] >= _CONTRAST:
            return shot
    return max(zip(ordered, seen, strict=True), key=lambda each: each[1].stddev[0])[0]


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise _unplayable()
    if width * height > limits.MOST_FILM_PIXELS or max(width, height) > limits.LONGEST_FILM_SIDE:
        raise _too_large()


def _too_large() -> TooLarge:
    return TooLarge(
        f"The film is too large. At most {limits.MOST_FILM_BYTES >> 20} MiB, {limits.LONGEST_FILM_SIDE} pixels on a "
        f"side and {limits.LONGEST_FILM_SECONDS} seconds are accepted.",
        code="film_too_large",
    )


def _unplayable() -> Invalid:
    return Invalid("The film is damaged or incomplete.", code="unplayable_film")
