"""Writes a film: H.264 and AAC in an MP4 whose index comes first, one frame at a time."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image

from aims.providers.sandbox.noise import Field

RATE = 24
"""Frames a second."""
SAMPLES = 48_000
"""Samples of sound a second."""
# One thread: the same film gives the same bytes, and a child has one core's share anyway.
_X264 = {"preset": "superfast", "crf": "21", "threads": "1", "bf": "2", "g": str(RATE), "profile": "high"}
_SOUND_BITS = 160_000


def write(frames: Iterable[Image.Image], size: tuple[int, int], sound: Field | None) -> bytes:
    """The bytes of an MP4 of `size` pixels (even numbers); frames (RGBX) of another size are scaled to it.

    sound: float32 samples, 2 x length, -1..1, or None for a silent film without a sound track.
    """
    held = io.BytesIO()
    # The writer reads its own bytes again to move the index to the front.
    again = lambda _url, _flags, _options: io.BytesIO(held.getvalue())  # noqa: E731
    with av.open(held, "w", format="mp4", options={"movflags": "+faststart"}, io_open=again) as film:
        picture = film.add_stream("libx264", rate=RATE, options=_X264)
        picture.width, picture.height = size
        picture.pix_fmt = "yuv420p"
        context = picture.codec_context
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        heard = None
        if sound is not None:
            heard = film.add_stream("aac", rate=SAMPLES, layout="stereo")
            heard.bit_rate = _SOUND_BITS
        film.start_encoding()
        spoken = _samples(sound) if sound is not None else iter(())
        for at, frame in enumerate(frames):
            film.mux(picture.encode(_frame(frame, size, at)))
            if heard is not None:
                # Sound keeps pace with the picture, so that a player has both at once.
                for piece in itertools.islice(spoken, SAMPLES // RATE // 1024 + 1):
                    film.mux(heard.encode(piece))
        film.mux(picture.encode(None))
        if heard is not None:
            for piece in spoken:
                film.mux(heard.encode(piece))
            film.mux(heard.encode(None))
    return held.getvalue()


def _frame(image: Image.Image, size: tuple[int, int], at: int) -> av.VideoFrame:
    plain = av.VideoFrame.from_ndarray(np.asarray(image), format="rgba")
    frame = plain.reformat(
        width=size[0],
        height=size[1],
        format="yuv420p",
        interpolation="BICUBIC",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )
    frame.pts = at
    return frame


def _samples(sound: Field) -> Iterable[av.AudioFrame]:
    for start in range(0, sound.shape[1], 1024):
        piece = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[:, start : start + 1024]), format="fltp", layout="stereo"
        )
        piece.sample_rate = SAMPLES
        piece.pts = start
        yield piece
