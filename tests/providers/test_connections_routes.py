"""Whose connection a generation is given, and which one it finds again."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from aims.core.errors import Unavailable
from aims.providers import Providers
from aims.providers.registry import Line, line, provider_of


@dataclass(slots=True)
class Named:
    """As much of an adapter as the registry looks at."""

    name: str
    closed: list[str] = field(default_factory=list)

    async def close(self) -> None:
        self.closed.append(self.name)


def row(provider: str, row_id: str, workspace: str = "", version: int = 1) -> Line:
    adapter: Any = Named(line(provider, row_id))
    return Line(workspace, version, adapter)


def providers(*given: str, mode: str = "auto") -> Providers:
    adapters: dict[str, Any] = {name: Named(name) for name in ("sandbox", *given)}
    return Providers(adapters, mode)


def refused(found: Providers, provider: str, workspace: str) -> None:
    with pytest.raises(Unavailable) as error:
        found.route(provider, workspace)
    assert error.value.code == "provider_not_connected"


def test_a_workspaces_own_comes_first_then_the_settings_then_the_instances_row():
    found = providers("fal")
    found.take([row("fal", "hers", "alice"), row("fal", "ours")])
    assert found.route("fal", "alice").name == "fal:hers"
    assert found.route("fal", "bob").name == "fal"

    found = providers()
    found.take([row("fal", "hers", "alice"), row("fal", "ours")])
    assert found.route("fal", "alice").name == "fal:hers"
    assert found.route("fal", "bob").name == "fal:ours"
    assert {provider_of(name) for name in found.adapters} == {"sandbox", "fal"}
    assert found.connected() == {"": {"sandbox", "fal"}, "alice": {"fal"}}


def test_the_sandbox_stands_in_where_neither_the_instance_nor_the_workspace_has_a_provider():
    found = providers()
    found.take([row("fal", "hers", "alice")])

    assert found.route("openai", "bob").name == "sandbox"
    refused(found, "openai", "alice")
    found.take([row("fal", "ours")])
    refused(found, "openai", "bob")


def test_the_sandbox_does_not_come_back_for_who_had_a_provider():
    """A key that was lost must not sell drawings."""
    found = providers()
    found.once = frozenset({"alice"})

    refused(found, "fal", "alice")
    assert found.route("fal", "bob").name == "sandbox"
    found.once = frozenset({""})
    refused(found, "fal", "bob")


@pytest.mark.parametrize(("mode", "served_by"), [("always", "sandbox"), ("off", "fal:hers")])
def test_a_mode_holds_for_a_workspaces_own_too(mode: str, served_by: str):
    found = providers(mode=mode)
    found.take([row("fal", "hers", "alice")])

    assert found.route("fal", "alice").name == served_by


def test_work_for_an_account_that_cannot_be_used_goes_to_no_other():
    found = providers("fal")
    found.take([], shut=[("alice", "fal")])

    refused(found, "fal", "alice")
    assert found.route("fal", "bob").name == "fal"


def test_what_was_begun_is_found_under_its_name():
    found = providers("fal")
    found.take([row("fal", "hers", "alice"), row("fal", "ours")])

    assert [getattr(found.get(name), "name", None) for name in ("fal", "fal:hers", "fal:ours", "fal:gone")] == [
        "fal", "fal:hers", "fal:ours", None,
    ]  # fmt: skip


def test_what_was_begun_with_the_settings_goes_on_with_the_instances_row():
    """An operator who has moved the key from the environment into the database loses no work."""
    found = providers()
    assert found.get("fal") is None
    found.take([row("fal", "hers", "alice")])
    assert found.get("fal") is None

    found.take([row("fal", "ours")])

    assert getattr(found.get("fal"), "name", None) == "fal:ours"


async def test_one_that_is_removed_stays_for_the_work_that_is_under_way_and_is_closed_after_it():
    found = providers()
    gone = row("fal", "ours")
    found.take([gone])
    with found.using("fal:ours"):
        found.take([], gone=["fal:ours"])
        await found.close_unused()

        assert found.route("fal", "bob").name == "sandbox"
        assert found.get("fal:ours") is gone.adapter
        assert getattr(gone.adapter, "closed") == []  # noqa: B009 - not in the contract
    await found.close_unused()

    assert found.get("fal:ours") is None
    assert getattr(gone.adapter, "closed") == ["fal:ours"]  # noqa: B009


async def test_one_that_is_changed_takes_the_place_of_the_one_before():
    found = providers()
    old, new = row("fal", "ours"), row("fal", "ours", version=2)
    found.take([old])
    with found.using("fal:ours"):
        found.take([new])
        await found.close_unused()
        assert found.get("fal:ours") is new.adapter
    await found.close_unused()

    assert found.get("fal:ours") is new.adapter
    assert getattr(old.adapter, "closed") == ["fal:ours"]  # noqa: B009
    assert found.versions() == {"fal:ours": 2}
    await found.close()
    assert getattr(new.adapter, "closed") == ["fal:ours"]  # noqa: B009
