"""Which libraries read strangers' files here, and whether one of them has a known hole.

Pillow, pillow-heif and PyAV carry these libraries inside their wheels, where no package list shows them. They are
asked in a child, because the server itself never loads them.
"""

import json
import re

from aims.core.children import Children

FLOORS = {"libavif": "1.3.0", "libheif": "1.23.3", "libwebp": "1.3.2"}
"""The first versions without holes that a picture can reach.

libwebp: CVE-2023-4863. libavif: CVE-2025-48174, CVE-2025-48175. libheif: CVE-2026-32740, CVE-2026-32741 and the nine
advisories mended in 1.23.3.
"""
_REPORT = "aims.media.codecs:report"
TASKS = (_REPORT,)
_SECONDS = 20


async def versions(children: Children) -> dict[str, str]:
    """The version of each library, by its name. Raises ChildFailed, Unavailable."""
    return json.loads(await children.run(_REPORT, b"", deadline=_SECONDS, cpu_seconds=_SECONDS))


def outdated(found: dict[str, str]) -> list[str]:
    """A sentence for each library that is too old, or that is not there to be asked."""
    return [
        f"{name} {found.get(name, 'of unknown version')} is older than {floor}, the first without known holes."
        for name, floor in FLOORS.items()
        if _numbers(found.get(name, "")) < _numbers(floor)
    ]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])


def report(_: bytes) -> bytes:
    """The child's side: ask each library."""
    import av
    import pillow_heif
    from PIL import features

    found = {
        "libavif": features.version("avif"),
        "libfreetype": features.version("freetype2"),
        "libheif": pillow_heif.libheif_info()["libheif"],
        "libjpeg-turbo": features.version("libjpeg_turbo"),
        "libwebp": features.version("webp"),
        "littlecms": features.version("littlecms2"),
        "zlib": features.version("zlib"),
    }
    films = {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}
    used = ("libavcodec", "libavformat", "libavutil", "libswresample", "libswscale")
    known = {name: str(version) for name, version in found.items() if version}
    return json.dumps(known | {name: films[name] for name in used if name in films}).encode()
