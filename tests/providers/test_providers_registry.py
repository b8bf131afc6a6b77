"""Which provider serves a model: its own, the sandbox while it stands in, or nobody, who says so."""

from dataclasses import dataclass
from typing import Any

import pytest

from aims.core.errors import Unavailable
from aims.providers import Providers


@dataclass(frozen=True, slots=True)
class Named:
    """As much of an adapter as the registry looks at."""

    name: str


def connected(mode: str, *names: str) -> Providers:
    """An instance with these adapters."""
    adapters: dict[str, Any] = {name: Named(name) for name in names}
    return Providers(adapters, mode)


@pytest.mark.parametrize(
    ("mode", "names", "asked", "served_by"),
    [
        ("auto", ["sandbox"], "fal", "sandbox"),
        ("auto", ["sandbox"], "sandbox", "sandbox"),
        ("auto", ["sandbox", "fal"], "fal", "fal"),
        ("auto", ["sandbox", "fal"], "openai", None),
        ("auto", ["sandbox", "fal"], "sandbox", "sandbox"),
        ("always", ["sandbox"], "fal", "sandbox"),
        ("always", ["sandbox", "fal"], "fal", "sandbox"),
        ("always", ["sandbox", "fal"], "openai", "sandbox"),
        ("off", [], "fal", None),
        ("off", ["fal"], "fal", "fal"),
        ("off", ["fal"], "openai", None),
        ("off", [], "sandbox", None),
    ],
)
def test_a_model_is_served_by(mode: str, names: list[str], asked: str, served_by: str | None):
    found = connected(mode, *names)

    if served_by is not None:
        assert found.route(asked).name == served_by
        return
    with pytest.raises(Unavailable) as refusal:
        found.route(asked)
    assert refusal.value.code == "provider_not_connected"
    assert f"`{asked}`" in refusal.value.sentence
    assert refusal.value.retry_after > 0


def test_a_lost_connection_never_sells_drawings_for_what_was_begun():
    """What was given to a provider stays with it, whatever the mode is now."""
    found = connected("auto", "sandbox")

    assert found.get("fal") is None
    assert found.get("sandbox") is not None
