"""Reads how a clip ends: its last frame, and which way it was moving."""

from __future__ import annotations

import io
from collections import deque

import av
import numpy as np
from PIL import Image

from aims.core.errors import Invalid
from aims.providers.sandbox.noise import Field

# Frames before the last from which its motion is taken, and the longest clip that is read to its end.
_BACK = 6
MOST_FRAMES = 60 * 120


def ending(data: bytes) -> tuple[Image.Image, tuple[float, float]]:
    """The last frame (RGB) of a film and its motion, in shares of the frame a second.

    Raises Invalid when it is not a film that we can read.
    """
    try:
        with av.open(io.BytesIO(data), "r") as film:
            video = film.streams.video[0]
            video.thread_type = "NONE"
            rate = float(video.average_rate or 24)
            kept: deque[av.VideoFrame] = deque(maxlen=_BACK + 1)
            _near_end(film, video)
            for at, frame in enumerate(film.decode(video)):
                kept.append(frame)
                if at > MOST_FRAMES:
                    break
            pictures = [_upright(kept[0]), _upright(kept[-1])]
    except (av.FFmpegError, IndexError, ValueError, OSError) as error:
        raise Invalid.field("references", "The clip to extend is not a film we can read.") from error
    steps = len(kept) - 1
    if steps < 2:
        return pictures[1], (0.0, 0.0)
    shift = _shift(*(_small(each) for each in pictures))
    return pictures[1], (shift[0] * rate / steps, shift[1] * rate / steps)


def _near_end(film: av.container.InputContainer, video: av.VideoStream) -> None:
    """Jumps close to the end of a long clip, if its index allows."""
    if video.duration and video.time_base and float(video.duration * video.time_base) > 4:
        back = int(2 / video.time_base)
        try:
            film.seek((video.start_time or 0) + video.duration - back, stream=video)
        except av.FFmpegError:
            film.seek(0)


def _upright(frame: av.VideoFrame) -> Image.Image:
    image = frame.to_image()
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return image.rotate(90 * turns, expand=True) if turns else image


def _small(image: Image.Image) -> Field:
    field = np.asarray(image.convert("L").resize((128, 128), Image.Resampling.BOX), np.float32)
    window = np.hanning(128).astype(np.float32)
    return (field - field.mean()) * window[:, None] * window[None, :]


def _shift(before: Field, after: Field) -> tuple[float, float]:
    """How far the camera has moved, as shares of the sides (phase correlation); 0 where that is not clear."""
    cross = np.fft.rfft2(before) * np.conj(np.fft.rfft2(after))
    peak = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-6))
    y, x = np.unravel_index(int(peak.argmax()), peak.shape)
    if float(peak.max()) < 0.06:
        return 0.0, 0.0
    across, down = (int(v) - 128 if v > 64 else int(v) for v in (x, y))
    if abs(across) > 20 or abs(down) > 20:
        return 0.0, 0.0
    return across / 128, down / 128
