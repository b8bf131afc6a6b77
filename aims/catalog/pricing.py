"""What a request costs, in whole credits, worked out with whole numbers only."""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from aims.core.errors import Broken

from .spec import Model, Multiplier, Price, Scalar

if TYPE_CHECKING:
    from .drafts import Draft

# The largest number that every database column and every JSON reader holds exactly.
MOST_CREDITS = 2**53 - 1


class Quote(Struct, frozen=True, kw_only=True):
    """The price of one request, frozen on its hold.

    unit_credits: the list price of one unit. quantity: images, or seconds of film.
    multipliers: the ones that apply, as (name, factor), the factor exact: "3/2".
    per_output: what one image, or the whole film, costs; so much comes back when it fails.
    credits: what the request costs, `per_output` times the number of outputs.
    """

    unit: Literal["image", "second"]
    unit_credits: int
    quantity: int
    multipliers: tuple[tuple[str, str], ...]
    per_output: int
    credits: int
    price_version: str


def quote(model: Model, draft: "Draft", override: Price | None = None) -> Quote:
    """What this draft costs with this model.

    override: the operator's price for the model, in place of the file's.
    Fractions are rounded up for each output, so that every output of a request costs the same whole credits.
    """
    price = override or model.price
    over, under = 1, 1
    applied: list[tuple[str, str]] = []
    for multiplier in price.multipliers:
        if _applies(multiplier, draft):
            factor = multiplier.factor
            over *= factor.numerator
            under *= factor.denominator
            applied.append((multiplier.name, str(factor)))
    seconds = draft.duration or 1
    units = seconds if price.unit == "second" else 1
    outputs = draft.n
    per_output = -(-price.credits * units * over // under)
    if per_output * outputs > MOST_CREDITS:
        raise Broken(f"The price of '{model.id}' is too high to be counted. Check its multipliers.")
    return Quote(
        unit=price.unit,
        unit_credits=price.credits,
        quantity=units * outputs,
        multipliers=tuple(applied),
        per_output=per_output,
        credits=per_output * outputs,
        price_version=price.version,
    )


def _applies(multiplier: Multiplier, draft: "Draft") -> bool:
    limit = multiplier.over_pixels
    if limit is not None and (draft.width or 0) * (draft.height or 0) <= limit:
        return False
    return all(_holds(draft.parameters.get(name), wanted) for name, wanted in multiplier.when.items())


def _holds(value: Scalar | None, wanted: Scalar | tuple[Scalar, ...]) -> bool:
    return value in wanted if isinstance(wanted, tuple) else value == wanted
