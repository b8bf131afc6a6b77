"""What people call the shape of a picture or film."""

from math import gcd, log

from aims.catalog.fields import ASPECT_RATIOS
from aims.catalog.framing import ratio_of

# An encoder wants even sides, so that 16:9 at 480 lines is 854 wide.
_NEAR = 0.01
_USUAL = {name: ratio_of(name) for name in ASPECT_RATIOS if name != "auto"}


def shape_of(width: int, height: int) -> str:
    """The usual name of a shape in pixels, such as 16:9; where it has none, the quotient itself."""
    distance = {name: abs(log(width / height / ratio)) for name, ratio in _USUAL.items()}
    nearest = min(distance, key=lambda name: distance[name])
    if distance[nearest] < _NEAR:
        return nearest
    most = gcd(width, height)
    return f"{width // most}:{height // most}"
