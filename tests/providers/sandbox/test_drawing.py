"""How large the sandbox draws an edit: the shape of its reference, at the resolution that is paid for."""

import io

import pytest
from PIL import Image

from aims.providers import Order, Source
from aims.providers.sandbox.drawing import size


def edit(width: int, height: int, **parameters: str) -> Order:
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "PNG")
    return Order(
        nonce="n",
        model="m",
        endpoint="e",
        kind="image",
        prompt="",
        negative_prompt="",
        parameters=parameters,
        count=1,
        first=0,
        of=1,
        references=(Source("reference", data.getvalue()),),
    )


@pytest.mark.parametrize(("resolution", "megapixels"), [("0.5K", 0.25), ("1K", 1), ("2K", 4)])
def test_an_edit_keeps_its_references_shape_at_the_resolution_that_is_paid_for(
    resolution: str, megapixels: float
) -> None:
    width, height = size(edit(1200, 800, resolution=resolution))
    assert width / height == pytest.approx(1.5, rel=0.02)
    assert width * height / (1 << 20) == pytest.approx(megapixels, rel=0.03)


def test_the_largest_edit_stays_within_the_side_that_can_be_drawn_and_in_shape() -> None:
    width, height = size(edit(1200, 800, resolution="4K"))
    assert width == 4096
    assert width / height == pytest.approx(1.5, rel=0.02)


def test_an_edit_that_names_no_resolution_has_about_a_megapixel() -> None:
    width, height = size(edit(640, 640))
    assert (width, height) == (1024, 1024)
