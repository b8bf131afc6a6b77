"""`./dev sbom`: the bill of materials, as CycloneDX JSON: each pinned package, and the libraries inside of them."""

import asyncio
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx import model
from cyclonedx.model import HashAlgorithm, bom, component
from cyclonedx.model.component import ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from aims.core.children import Children
from aims.media import codecs
from checks import project

# Their classes are made by a decorator that a type checker does not see through.
HashType: Any = model.HashType
Bom: Any = bom.Bom
Component: Any = component.Component

LOCK = "requirements.lock"
ROOT = Path(__file__).resolve().parent.parent
_REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:(?P<digest>[0-9a-f]{64})")


def packages(lock: str) -> Iterator[Any]:
    """What the studio needs to run, with the hash of every file that may be installed for it."""
    for block in re.split(r"\n(?=\S)", lock):
        found = _REQUIREMENT.match(block)
        if found is None:
            continue
        name, version = project.plain(found["name"]), found["version"]
        yield Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version,
            bom_ref=f"{name}@{version}",
            purl=PackageURL("pypi", name=name, version=version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in _HASH.findall(block)],
        )


async def bundled() -> list[Any]:
    """The libraries that read pictures and films. They lie inside wheels, where no package list names them."""
    children = Children(1, allowed=codecs.TASKS)
    try:
        found = await codecs.versions(children)
    finally:
        await children.close()
    return [
        Component(type=ComponentType.LIBRARY, name=name, version=version, bom_ref=f"{name}@{version}")
        for name, version in found.items()
    ]


def bill(lock: str) -> str:
    """The whole bill, as JSON."""
    studio = Component(
        type=ComponentType.APPLICATION,
        name="ai-media-studio",
        version=metadata.version("ai-media-studio"),
        bom_ref="ai-media-studio",
    )
    whole = Bom(components=[*packages(lock), *asyncio.run(bundled())])
    whole.metadata.component = studio
    whole.register_dependency(studio, whole.components)
    return JsonV1Dot6(whole).output_as_string(indent=2)


if __name__ == "__main__":
    sys.stdout.write(bill((ROOT / LOCK).read_text(encoding="utf-8")) + "\n")
