"""What is told about each field is what its reader takes, and no more."""

from typing import Any

import jsonschema_rs
import pytest

from aims.catalog import Kind, request_schema
from aims.catalog.fields import FIELDS, FieldError

VALUES: list[Any] = [
    True, False, 0, 1, 3, 6, 7, 8, 9, -1, 100, 101, 3600, 3601, 2**63 - 1, 2**63, 1.5, -0.5, 1e300,
    "", "auto", "png", "jpeg", "webp", "gif", "high", "hd", "standard", "best", "vivid", "natural", "opaque",
    "transparent", "1024x1024", "64x64", "1024", "x", "1024x", "16:9", "1:1", "0:9", "100:1", "16x9", "0.5K", "1K",
    "4K", "8K", "720p", "1080p", "1", "6", "7", "0", "12", "6s", "0s", "s", "3600s", "x" * 17, "x" * 201,
    "x" * 4096, "x" * 4097, "x" * 32_001, "anime-style", [], ["x"], ["x"] * 10, ["x"] * 11, [""], [7], ["x" * 4097],
    {}, {"a": 1}, [None], [["x"]],
]  # fmt: skip

CASES = [(kind, name) for kind in FIELDS for name in FIELDS[kind]]


def takes(kind: Kind, name: str, value: object) -> bool:
    """Whether the reader of a field takes a value."""
    try:
        FIELDS[kind][name](value)
    except FieldError:
        return False
    return True


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_schema_says_what_the_reader_takes(kind: Kind, name: str):
    told = jsonschema_rs.validator_for(request_schema(kind)["properties"][name])

    for value in VALUES:
        assert told.is_valid(value) == takes(kind, name, value), value


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_field_that_may_be_left_out_may_be_null(kind: Kind, name: str):
    assert jsonschema_rs.validator_for(request_schema(kind)["properties"][name]).is_valid(None)


@pytest.mark.parametrize("kind", ["image", "video"])
def test_every_field_says_what_it_is_for(kind: Kind):
    told = request_schema(kind)

    assert told["properties"].keys() == {"prompt", "model", *FIELDS[kind]}
    assert told["required"] == ["prompt"]
    for name, field in told["properties"].items():
        assert field["description"].endswith("."), name


@pytest.mark.parametrize("kind", ["image", "video"])
def test_every_default_is_a_value_that_is_taken(kind: Kind):
    for name, field in request_schema(kind)["properties"].items():
        if "default" in field:
            assert jsonschema_rs.validator_for(field).is_valid(field["default"]), name
