"""Style words: each brush and the words that call for it."""

from __future__ import annotations

BRUSHES: dict[str, str] = {
    "watercolor": "watercolor watercolour aquarelle",
}
