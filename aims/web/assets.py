"""Our own files as pages name them: style sheet, scripts, icons, fonts. A name changes when the bytes do.

Nothing is built before the start. The parts of the style sheet are put together, names inside of files are replaced by
the ones they are served under, and all of it is kept in memory: it is a few hundred kilobytes.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from litestar import Response
from litestar.params import FromPath

from aims.core.errors import NotFound
from aims.web.desk import AnyRequest
from aims.web.kept import FIVE_MINUTES, Kept, answer
from aims.web.linked import linked
from aims.web.sending import POLICY

STATIC = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
SHEET = "studio.css"
FOR_EVER = "public, max-age=31536000, immutable"
MARK = 12
"""Digits of the hash that stand in a name."""

_NAMED = re.compile(r'(?<=url\()[\w-]+\.\w+(?=\))|(?<="\./)[\w-]+\.js(?=")')


@linked("/static/{name:str}")
async def static(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A style sheet, script, icon or font of ours, by its name or by the name that a page has for it."""
    plain = _plain(name)
    kept = _files().get(plain)
    if kept is None:
        raise NotFound("There is nothing at this address.")
    # Another release's page may ask another release's server: it gets what there is, and keeps it for a moment only.
    cache_ = FOR_EVER if name == _marked(plain, kept) else FIVE_MINUTES
    return answer(request, kept, cache=cache_, more={"Content-Security-Policy": POLICY})


def address(name: str) -> str:
    """Where a page finds one of our files, such as `studio.css`."""
    return f"/static/{_marked(name, _files()[name])}"


def names() -> tuple[str, ...]:
    """The plain names of all files that are served."""
    return tuple(_files())


def _marked(name: str, kept: Kept) -> str:
    stem, _, kind = name.rpartition(".")
    return f"{stem}.{kept.tag[1 : MARK + 1]}.{kind}"


def _plain(name: str) -> str:
    parts = name.split(".")
    return f"{parts[0]}.{parts[2]}" if len(parts) == 3 and len(parts[1]) == MARK else name


@cache
def _files() -> dict[str, Kept]:
    """Every file by its plain name, each after the ones that it names."""
    sources = {path.name: path for path in sorted(STATIC.rglob("*")) if path.suffix in KINDS}
    sheets = [sources.pop(name) for name in [*sources] if sources[name].suffix == ".css"]
    made: dict[str, Kept] = {}

    def serve(name: str) -> Kept:
        if name not in made:
            data = _sheet(sheets) if name == SHEET else sources[name].read_bytes()
            kind = Path(name).suffix
            if kind in (".css", ".js"):
                data = _renamed(data, lambda inner: _marked(inner, serve(inner)))
            made[name] = Kept.of(data, KINDS[kind], pack=kind != ".woff2")
        return made[name]

    for name in (*sources, SHEET):
        serve(name)
    return made


def _sheet(paths: list[Path]) -> bytes:
    """One sheet of all. Which rule wins is said by the layers, which the first file names; the order says nothing."""
    ordered = sorted(paths, key=lambda path: path.relative_to(STATIC).as_posix())
    return b"\n".join(path.read_bytes() for path in ordered)


def _renamed(data: bytes, known: Callable[[str], str]) -> bytes:
    """The same text, with the names of our files as they are served."""
    return _NAMED.sub(lambda found: known(found[0]), data.decode()).encode()
