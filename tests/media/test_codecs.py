"""The libraries inside our dependencies are known by name and version, and old ones are told of (MED-07)."""

import pytest

from aims.core.children import Children
from aims.media import codecs


async def test_each_library_that_reads_a_strangers_file_says_its_version_and_none_is_old():
    children = Children(1, allowed=codecs.TASKS)
    try:
        found = await codecs.versions(children)
    finally:
        await children.close()

    assert set(codecs.FLOORS) | {"libjpeg-turbo", "zlib", "libavcodec", "libavformat"} <= set(found)
    assert all(version[0].isdigit() for version in found.values())
    assert codecs.outdated(found) == []


@pytest.mark.parametrize(
    ("name", "version", "well"),
    [
        ("libwebp", "1.3.1", False),
        ("libwebp", "1.3.2", True),
        ("libwebp", "1.10.0", True),
        ("libheif", "1.23.2", False),
        ("libheif", "1.23.6", True),
        ("libavif", "0.11.1", False),
        ("libavif", "1.4.2 (abc)", True),
    ],
)
def test_a_library_below_its_floor_is_named(name: str, version: str, well: bool):
    found = dict(codecs.FLOORS) | {name: version}

    told = codecs.outdated(found)

    assert (told == []) is well
    assert all(f"{name} {version} is older than" in sentence for sentence in told)


def test_a_library_that_does_not_answer_is_not_taken_to_be_new():
    assert len(codecs.outdated({})) == len(codecs.FLOORS)
