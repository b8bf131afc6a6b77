"""What a request costs: whole credits, exact, and never a float."""

from fractions import Fraction
from typing import Any

import pytest
from catalog_bodies import SHELF, body_for
from hypothesis import given, settings
from hypothesis import strategies as some

from aims import catalog
from aims.catalog import Multiplier, Price, Quote, Shelf
from aims.core.errors import Broken

NANO, FAST, LITE = "fal-ai/nano-banana-2", "fal-ai/veo3.1/fast", "fal-ai/veo3.1/lite"


def quoted(model_id: str, override: Price | None = None, **more: Any) -> Quote:
    model = SHELF.model(model_id)
    draft = catalog.check(SHELF, model.kind, body_for(model, **more), default_model="none")
    return catalog.quote(draft.model, draft, override)


@pytest.mark.parametrize(
    ("model", "asked", "price"),
    [
        ("openai/gpt-image-2", {}, 70),
        ("openai/gpt-image-2", {"n": 8}, 560),
        ("openai/gpt-image-2", {"resolution": "2K"}, 70),
        ("openai/gpt-image-2", {"size": "3840x2160"}, 140),
        (NANO, {"resolution": "0.5K"}, 25),
        (NANO, {"resolution": "2K"}, 38),
        (NANO, {"resolution": "2K", "n": 2}, 76),
        (NANO, {"resolution": "4K"}, 50),
        ("fal-ai/nano-banana-pro", {"resolution": "2K"}, 50),
        (FAST, {"duration": 4}, 120),
        (FAST, {}, 240),
        (FAST, {"duration": 4, "audio": True}, 180),
        (FAST, {"duration": 4, "resolution": "4k"}, 360),
        (FAST, {"duration": 4, "resolution": "4k", "audio": True}, 420),
        (FAST, {"duration": 4, "resolution": "1080p"}, 120),
        (LITE, {"duration": 4, "audio": True}, 100),
        (LITE, {"duration": 4, "resolution": "1080p", "audio": True}, 160),
        ("fal-ai/kling-video/v3/standard/text-to-video", {"duration": 5, "audio": True}, 503),
        ("bytedance/seedance-2.0/text-to-video", {"duration": 4, "resolution": "1080p"}, 225),
        ("fal-ai/veo3.1/extend-video", {}, 420),
    ],
)
def test_a_request_costs_what_the_list_says(model: str, asked: dict[str, Any], price: int) -> None:
    assert quoted(model, **asked).credits == price


def test_a_quote_shows_how_it_came_about() -> None:
    quote = quoted(NANO, n=3, resolution="2K")
    assert (quote.unit, quote.unit_credits, quote.quantity) == ("image", 25, 3)
    assert quote.multipliers == (("2K", "3/2"),)
    assert quote.per_output == 38
    assert quote.price_version == SHELF.model(NANO).price.version
    assert quoted(FAST, duration=6).quantity == 6


def test_an_operators_price_takes_the_place_of_the_list(shelf: Shelf) -> None:
    price = Price(credits=7, unit="image", version="ours-1")
    assert quoted(NANO, price, n=2).credits == 14
    ours = shelf.adjusted({NANO: catalog.Change(price=price), "gone/model": catalog.Change(hidden=True)})
    assert ours.model(NANO).price is price
    assert catalog.describe(ours.model(NANO))["credit_cost"] == 7
    assert shelf.model(NANO).price.credits == 25


FACTORS = some.fractions(Fraction(1, 100), 100, max_denominator=10**6)
PRICES = some.builds(
    lambda price, factors: Price(
        credits=price,
        unit="image",
        version="1",
        multipliers=tuple(
            Multiplier(name=str(i), factor=f, when={"output_format": "png"}) for i, f in enumerate(factors)
        ),
    ),
    some.integers(0, 1_000_000),
    some.lists(FACTORS, max_size=4),
)


@settings(deadline=None)
@given(PRICES, some.integers(1, 7))
def test_a_price_is_whole_never_negative_never_below_exact_and_grows_with_n(price: Price, n: int) -> None:
    exact = Fraction(price.credits)
    for one in price.multipliers:
        exact *= one.factor
    try:
        less, more = quoted(NANO, price, n=n), quoted(NANO, price, n=n + 1)
    except Broken:
        assert exact * (n + 1) > catalog.pricing.MOST_CREDITS - 8
        return
    assert type(less.credits) is type(less.per_output) is int
    assert 0 <= less.credits <= more.credits
    assert exact * n <= less.credits < (exact + 1) * n
    assert less.credits == less.per_output * n


@settings(deadline=None)
@given(some.integers(1, 3600), some.booleans())
def test_a_longer_film_never_costs_less(seconds: int, audio: bool) -> None:
    now = quoted(FAST, duration=seconds, audio=audio)
    later = quoted(FAST, duration=min(3600, seconds + 1), audio=audio)
    assert 0 < now.credits <= later.credits


def test_a_price_beyond_counting_is_refused() -> None:
    huge = tuple(Multiplier(name="x", factor=Fraction(100), when={"output_format": "png"}) for _ in range(9))
    with pytest.raises(Broken, match="too high to be counted"):
        quoted(NANO, Price(credits=1_000_000, unit="image", version="1", multipliers=huge))
