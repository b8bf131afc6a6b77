"""Every provider in the folder, connected to its emulator or to nobody: what a driver and an operator rely on.

`test_providers_contract.py` looks at the modules; here the adapters work. A provider that is added is tested by being
there: with an emulator of its name against that, else against a port where nobody listens and one that says nothing
of use.
"""

import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import machine
import pytest
from accounts import key_for
from emulated import MODELS, ROOT, Emulator, until
from outside import Seen, Site, answer

from aims import bootstrap, catalog
from aims.catalog import provider_input
from aims.core import settings
from aims.core.children import Children
from aims.core.errors import Invalid
from aims.core.fetch import Fetcher, Origins
from aims.providers import Adapter, Ambiguous, Done, Down, Order, ProviderError, Running
from aims.providers.registry import SANDBOX, Tools

KEY = "contract-key-id:contract-key-secret"
OUTSIDE = [name for name in bootstrap.provider_modules() if name != SANDBOX]
EMULATED = [name for name in OUTSIDE if (ROOT / "emulators" / name).is_dir()]
# These give the picture in the answer itself, so that there is nothing to ask after.
AT_ONCE = frozenset({"google", "openai"})
# Where a provider's own programs look for the key.
ITS_OWN = {
    "fal": "FAL_KEY",
    "google": "GEMINI_API_KEY",
    "openai": "OPENAI_API_KEY",
    "replicate": "REPLICATE_API_TOKEN",
}
# On machines of one's own: connected by their address, with or without a key, and nobody is paid.
FREE = frozenset({"automatic1111", "comfyui"})
# What these have begun they finish, and nobody can ask them not to.
NEVER_STOPPED = frozenset({"vertex"})
PRIVATE = (KEY, *KEY.split(":"), "contract-key")


@dataclass(frozen=True, slots=True)
class Workshop:
    """Connects a provider to an address."""

    children: Children
    fetcher: Fetcher
    home: Path

    def connect(self, name: str, url: str | None = None, key: str | None = KEY) -> Adapter | None:
        """The adapter of a provider, as an operator who set these things would have it."""
        key = key_for(name, key, url) if key and key.strip() else key
        said = {"key": key, "base_url": url} if url else {"key": key}
        given = settings.load(home=self.home, connections={name: said})
        found: Adapter | None = import_module(f"aims.providers.{name}").connect(
            Tools(self.children, given, self.fetcher)
        )
        return found


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """What adapters work with."""
    made = Workshop(Children(1, allowed=bootstrap.provider_tasks()), Fetcher(), tmp_path)
    yield made
    await made.fetcher.close()
    await made.children.close()


@pytest.fixture
def site() -> Iterator[Callable[[Callable[[Seen], Any]], Site]]:
    """Makes servers that answer as they are told."""
    made: list[Site] = []

    def make(script: Callable[[Seen], Any]) -> Site:
        made.append(Site(script))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="module", params=[name for name in EMULATED if name not in AT_ONCE])
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Each provider that has an emulator and is asked after what it took."""
    emulator = Emulator(request.param, tmp_path_factory.mktemp("contract") / "ledger.db", key=KEY)
    yield emulator
    emulator.close()


def an_order(name: str, prompt: str = "A barn") -> Order:
    """A small order in the provider's own words."""
    model = catalog.open_shelf().entry(MODELS[name])
    assert model is not None
    return Order(
        nonce=hashlib.sha256(prompt.encode()).hexdigest()[:32], model=model.id, endpoint=model.endpoint,
        kind=model.kind, prompt=prompt, negative_prompt="",
        parameters={}, count=1, first=0, of=1, width=64, height=64,
        input=provider_input(model, prompt=prompt, parameters={}),
    )  # fmt: skip


def connected(workshop: Workshop, name: str, url: str) -> Adapter:
    """The adapter, which is there."""
    adapter = workshop.connect(name, url)
    assert adapter is not None
    return adapter


def logged_in(script: Callable[[Seen], Any]) -> Callable[[Seen], Any]:
    """The same site, which gives a token to whoever has to log in first."""
    token = json.dumps({"access_token": KEY, "expires_in": 3600}).encode()
    return lambda seen: answer(token) if seen.path == "/token" else script(seen)


def shows_nothing(*things: object) -> None:
    """No part of the key is in what any of these is shown as."""
    for thing in things:
        for text in (repr(thing), str(thing), repr(getattr(thing, "__dict__", ""))):
            assert not [part for part in PRIVATE if part in text], type(thing)


def url_of(made: Site) -> str:
    return f"http://127.0.0.1:{made.place[1]}"


def test_there_is_a_provider_to_test():
    assert EMULATED


@pytest.mark.parametrize("name", OUTSIDE)
def test_it_is_connected_by_a_key_and_by_nothing_else(name: str, workshop: Workshop):
    """Or by its address, where there is no other to be had."""
    where = "http://10.0.0.7:8188" if name in FREE else None
    adapter = workshop.connect(name, where)

    if where is None:
        assert workshop.connect(name, key=None) is None
        assert workshop.connect(name, key=" \n") is None
    else:
        assert workshop.connect(name) is None
        assert workshop.connect(name, where, key=None) is not None
    assert adapter is not None
    assert adapter.name == name
    assert adapter.repeatable is (name in FREE), "what costs money is not sent twice"
    assert Origins.of(adapter.output_origins)
    assert adapter.vet("Words [sandbox: fail=1]") == ("Words [sandbox: fail=1]", "")


@pytest.mark.parametrize("name", sorted(ITS_OWN))
def test_the_key_of_its_own_programs_is_taken_and_can_be_kept_out(
    name: str, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    """Somebody may have it for something else, and wants the sandbox here."""
    monkeypatch.setenv(ITS_OWN[name], KEY)
    assert workshop.connect(name, key=None) is not None

    monkeypatch.setenv(f"AIMS_{name.upper()}_KEY", "")
    assert workshop.connect(name, key=None) is None
    assert workshop.connect(name) is not None, "what aims.toml says holds"


@pytest.mark.parametrize("name", OUTSIDE)
def test_settings_come_from_the_environment_and_from_files(
    name: str, workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    variable = f"AIMS_{name.upper()}"
    if name in FREE:
        monkeypatch.setenv(f"{variable}_BASE_URL", "http://10.0.0.7:8188")
    (tmp_path / "key").write_text(f"{key_for(name, KEY)}\n")
    monkeypatch.setenv(f"{variable}_KEY_FILE", str(tmp_path / "key"))
    assert workshop.connect(name, key=None) is not None
    monkeypatch.setenv(f"{variable}_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(Invalid, match=f"{variable}_KEY_FILE cannot be read"):
        workshop.connect(name, key=None)
    monkeypatch.setenv(f"{variable}_KEY", "two words of a secret")
    with pytest.raises(Invalid, match=f"{variable}_KEY is wrong") as refusal:
        workshop.connect(name)
    assert "secret" not in refusal.value.sentence
    monkeypatch.setenv(f"{variable}_KEY", key_for(name, KEY))
    for wrong in ("ftp://x.test", "http://x.test/path", "somewhere", "http://user:password@x.test"):
        monkeypatch.setenv(f"{variable}_BASE_URL", wrong)
        with pytest.raises(Invalid, match=f"{variable}_BASE_URL is wrong"):
            workshop.connect(name)
    monkeypatch.setenv(f"{variable}_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv(f"{variable}_OUTPUT_ORIGINS", "https://*.example.com, http://10.0.0.7:9000")
    adapter = workshop.connect(name)
    assert adapter is not None
    assert {"https://*.example.com", "http://10.0.0.7:9000"} <= set(adapter.output_origins)
    monkeypatch.setenv(f"{variable}_OUTPUT_ORIGINS", "everywhere")
    with pytest.raises(Invalid, match=f"{variable}_OUTPUT_ORIGINS is wrong"):
        workshop.connect(name)


@pytest.mark.parametrize("name", OUTSIDE)
async def test_nothing_that_is_shown_has_the_key_in_it(name: str, workshop: Workshop, site: Any):
    echo = site(logged_in(lambda seen: answer(repr(seen.headers).encode(), 400)))
    adapter = connected(workshop, name, url_of(echo))
    given = settings.load(home=workshop.home, connections={name: {"key": key_for(name, KEY)}})

    with pytest.raises(ProviderError) as refusal:
        await adapter.submit(an_order(name))

    if name not in FREE:
        assert any(part in repr(echo.requests[-1].headers) for part in PRIVATE), "the key was sent"
    assert not any(part in each.path for each in echo.requests for part in PRIVATE)
    assert repr(adapter) == object.__repr__(adapter)
    for thing in (refusal.value, refusal.value.reason, given, given.connections, adapter.output_origins):
        assert not [part for part in PRIVATE if part in f"{thing!r} {thing!s}"]


@pytest.mark.parametrize("name", OUTSIDE)
async def test_what_was_not_sent_and_what_may_have_been_are_told_apart(
    name: str, workshop: Workshop, site: Any
):
    nobody = connected(workshop, name, f"http://127.0.0.1:{machine.spare_port()}")
    with pytest.raises(Down):
        await nobody.submit(an_order(name))

    def hang_up(_: Seen) -> Any:
        raise OSError

    for script in (hang_up, lambda _: answer(b"<html>", 502), lambda _: answer(b"<html>", 200)):
        # What is free is looked for before it is sent, and whatever comes of it is sent again.
        with pytest.raises((Ambiguous, Down) if name in FREE else Ambiguous) as unclear:
            await connected(workshop, name, url_of(site(logged_in(script)))).submit(an_order(name))
        assert unclear.value.reason.endswith(".")


@pytest.mark.parametrize("name", sorted(AT_ONCE & set(EMULATED)))
async def test_work_that_is_answered_at_once_is_done(name: str, workshop: Workshop, tmp_path: Path):
    emulator = Emulator(name, tmp_path / "ledger.db", key=KEY)
    adapter = connected(workshop, name, emulator.url)

    done = await adapter.submit(an_order(name, "Made at once"))

    assert isinstance(done, Done)
    assert len(done.outcomes) == 1
    assert emulator.billed() == {done.reference: 1}
    await adapter.close()
    emulator.close()


async def test_work_that_was_taken_is_done_at_some_poll(provider: Emulator, workshop: Workshop):
    adapter, order = connected(workshop, provider.name, provider.url), an_order(provider.name, "Work taken")

    running = await adapter.submit(order)

    assert isinstance(running, Running)
    assert running.wait > 0
    assert all(isinstance(each, str) for pair in running.data.items() for each in pair), "kept as text"
    state = running
    while isinstance(state, Running):
        state = await adapter.poll(order, state)
    assert len(state.outcomes) == 1  # ty: ignore[possibly-missing-attribute] - it is done
    await adapter.close()


async def test_polls_are_further_and_further_apart(provider: Emulator, workshop: Workshop):
    adapter = connected(workshop, provider.name, provider.url)
    order = an_order(provider.name, "Slow [emulator: work=ever]")
    state: Any = await adapter.submit(order)
    waits = [state.wait]
    for _ in range(12):
        state = await adapter.poll(order, state)
        waits.append(state.wait)

    assert waits == sorted(waits)
    assert waits[0] <= 1
    assert waits[-1] == (1 if provider.name in FREE else 5)


@pytest.mark.parametrize("script", ["queue=ever", "work=ever", ""], ids=["queued", "running", "finished"])
async def test_cancelling_twice_is_safe(script: str, provider: Emulator, workshop: Workshop):
    adapter = connected(workshop, provider.name, provider.url)
    order = an_order(provider.name, f"Stopped twice [emulator: {script}]")
    running = await adapter.submit(order)
    assert isinstance(running, Running)

    first = await adapter.cancel(order, running)
    second = await adapter.cancel(order, running)

    if provider.name in FREE:
        assert (first, second) == (False, False)
        return
    if provider.name in NEVER_STOPPED:
        assert (first, second) == (True, True)
        return
    assert first is (script != "queue=ever"), "whether it may be paid for"
    assert second in (True, first)
    until(lambda: len(provider.calls("cancel", running.reference)) == 2, "it was asked twice")


async def test_a_connection_that_leads_elsewhere_now_is_not_asked_about_the_old_work(
    provider: Emulator, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
):
    """The operator has changed the address: what another address answered with is not followed with the key."""
    if provider.name in FREE:
        # Its work has no address of its own: the new place is asked, and does not answer.
        monkeypatch.setattr(import_module(f"aims.providers.{provider.name}.adapter"), "ASK_SECONDS", 1.0)
    order = an_order(provider.name, "Moved")
    running = await connected(workshop, provider.name, provider.url).submit(order)
    assert isinstance(running, Running)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        moved = connected(workshop, provider.name, f"http://127.0.0.1:{listener.getsockname()[1]}")

        with pytest.raises(Down):
            await moved.poll(order, running)
        if provider.name not in NEVER_STOPPED:
            with pytest.raises(Down):
                await moved.cancel(order, running)
