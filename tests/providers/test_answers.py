"""Whatever a provider answers, or does not, has an end, a code and a clean sentence (PRV-02, 03, 05, 06, 08).

Here is what holds in the same way for every provider; what each has of its own is in the files with its name.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import machine
import pytest
from emulated import KEY, MODELS, Emulator, is_clean, made, until
from outside import Outside, silent
from serving import Person

from aims import catalog
from aims.catalog import provider_input
from aims.core import settings
from aims.core.children import Children
from aims.core.fetch import Fetcher
from aims.providers import Down, Order
from aims.providers.registry import Tools

START = 100_000
HOSTS = {
    "fal": "queue.fal.run",
    "google": "generativelanguage.googleapis.com",
    "openai": "api.openai.com",
    "replicate": "api.replicate.com",
}
GARBAGE = ("html", "truncated", "deep", "nan", "wrong", "list", "null")
# What each answers a wish with, and what it is asked afterwards.
ROUTES = (
    ("fal", "submit"),
    ("fal", "status"),
    ("google", "submit"),
    ("openai", "submit"),
    ("replicate", "submit"),
    ("replicate", "status"),
    ("vertex", "submit"),
    ("vertex", "status"),
)
REFUSALS = {
    "fal": ("400", "401", "402", "403", "404", "image_too_small", "policy"),
    "google": ("400", "401", "403", "404", "413", "key", "billing"),
    "openai": ("400", "401", "403", "404", "413", "unknown", "spent", "limit", "policy"),
    "replicate": ("400", "401", "402", "403", "404", "422"),
    "vertex": ("400", "401", "403", "404", "billing", "guidelines"),
}
NO_ACCESS = frozenset({"401", "402", "403", "key", "billing", "spent", "limit"})
CONTENT = frozenset({"policy", "guidelines"})
# Whether it was taken, nobody can say.
UNCLEAR = {
    "fal": ("500", "502", "503"),
    "google": ("408", "409", "502", "504"),
    "openai": ("408", "409", "500", "502", "503", "504"),
    "replicate": ("408", "409", "500", "502", "503", "504"),
}


def each(names: str, *cases: tuple[str, ...]) -> pytest.MarkDecorator:
    """With the emulator of the provider that each case begins with. names: of the rest of it."""
    told = names.split(",") if names else []
    return pytest.mark.parametrize(("emulator", *told), sorted(cases), indirect=["emulator"], scope="module")


def of(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """The pairs of a table."""
    return [(name, step) for name, steps in table.items() for step in steps]


@pytest.mark.parametrize("away", ["no name", "another's certificate", "refused"])
@pytest.mark.parametrize("name", HOSTS)
async def test_prv_02_what_cannot_have_been_read_was_not_bought(name: str, away: str, tmp_path: Path):
    """The way to the provider itself: its name has no address, somebody else answers there, or nobody does."""
    world, host = Outside(), HOSTS[name]
    if away == "another's certificate":
        site = world.site(host, silent, certificate="somebody.test")
    elif away == "refused":
        world.names[host] = ["93.184.216.34"]
        world.routes["93.184.216.34", 443] = ("127.0.0.1", machine.spare_port())
    fetcher, children = Fetcher(world.network), Children(1, allowed=())
    given = settings.load(home=tmp_path, connections={name: {"key": KEY}})
    adapter = import_module(f"aims.providers.{name}").connect(Tools(children, given, fetcher))

    with pytest.raises(Down):
        await adapter.submit(an_order(name))

    assert world.leaks == 0
    assert away != "another's certificate" or site.requests == []
    await adapter.close()
    await fetcher.close()
    await children.close()
    world.close()


@each(
    "route,silence",
    *(
        (name, route, silence)
        for name, route in ROUTES
        if route == "status"
        for silence in ("hang", "drip", "endless")
    ),
)
@pytest.mark.usefixtures("impatient")
def test_prv_03_nothing_hangs_for_ever(route: str, silence: str, person: Person, emulator: Emulator):
    end = made(person, f"Held up at {route} by {silence}", f"{route}={silence}")

    assert (end.status, end.state, end.charged, end.cost_outcome) == ("failed", "unknown", 0, "absorbed")
    assert person.balance == (START, 0)
    is_clean(end, emulator.name)


@each("", ("fal",), ("openai",), ("replicate",))
def test_prv_05_a_retry_after_is_obeyed(person: Person, emulator: Emulator):
    end = made(person, "Told to wait", "submit=429/ok, retry-after=2")

    assert (end.status, end.tries) == ("completed", 2)
    (first,), (second,) = emulator.rows(
        "SELECT at FROM calls WHERE route = 'submit' AND instr(whose, 'Told to wait') ORDER BY at"
    )
    assert second - first >= 1.9


@each("step", *of(REFUSALS))
@pytest.mark.usefixtures("quick")
def test_prv_06_what_is_refused_is_not_asked_again(step: str, person: Person, emulator: Emulator):
    code = "content_refused" if step in CONTENT else "provider_rejected_input"
    end = made(person, f"Refused with {step}", f"submit={step}/ok")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert end.error_code == ("provider_no_access" if step in NO_ACCESS else code)
    assert (end.state, end.cost_outcome) == ("failed", None)
    assert emulator.calls("submit", f"Refused with {step}") == [step]
    is_clean(end, emulator.name)


@each("step", *of(UNCLEAR))
@pytest.mark.usefixtures("quick")
def test_an_error_that_does_not_say_that_nothing_was_taken_is_final(
    step: str, person: Person, emulator: Emulator
):
    """Here it was not taken, and it is still not sent again."""
    emulator.never_taken += 1
    end = made(person, f"Unclear {step}", f"submit={step}/ok")

    assert (end.status, end.state, end.cost_outcome, end.charged) == ("failed", "unknown", "absorbed", 0)
    assert emulator.calls("submit", f"Unclear {step}") == [step]
    is_clean(end, emulator.name)


@each("route,garbage", *((name, route, garbage) for name, route in ROUTES for garbage in GARBAGE))
@pytest.mark.usefixtures("quick")
def test_prv_08_garbage_cannot_hurt(route: str, garbage: str, person: Person, emulator: Emulator):
    end = made(person, f"{garbage} for {route}", f"{route}={garbage}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.error_code, end.cost_outcome) == ("provider_bad_response", "absorbed")
    assert len(emulator.calls("submit", f"{garbage} for {route}")) == 1
    is_clean(end, emulator.name)


@each("route", *((name, route) for name, route in ROUTES if name in ("fal", "openai", "replicate")))
@pytest.mark.usefixtures("quick")
def test_prv_08_an_answer_without_end_is_not_read_to_its_end(
    route: str, person: Person, emulator: Emulator, adapter: Any
):
    end = made(person, f"Huge for {route}", f"{route}=huge")

    assert (end.status, end.state, end.cost_outcome) == ("failed", "unknown", "absorbed")
    whose = end.request_id if route != "submit" else f"Huge for {route}"
    query = "SELECT max(sent) FROM calls WHERE route = ? AND instr(whose, ?) HAVING min(sent) > 0"
    ((most,),) = until(lambda: emulator.rows(query, route, whose), "it has stopped to send")
    # What a socket's buffers hold comes on top of what is read.
    assert most < getattr(adapter, "LARGEST_PICTURE", 0) + (40 << 20)
    is_clean(end, emulator.name)


@each("", *((name,) for name in REFUSALS))
@pytest.mark.usefixtures("quick")
def test_the_key_is_in_no_line_of_the_log(
    person: Person, emulator: Emulator, capfd: pytest.CaptureFixture[str]
):
    """Also where the provider says it in an error."""
    for script in ("", "submit=401", "submit=400", "submit=html", "status=html", "where=elsewhere"):
        made(person, f"Logged {script}", script)

    said = capfd.readouterr()
    assert "tested-key" not in said.out + said.err
    assert "provider refuses the key" in said.out + said.err


def an_order(name: str) -> Order:
    """A small order in a provider's own words."""
    model, prompt = catalog.open_shelf().entry(MODELS[name]), "Nobody is there"
    assert model is not None
    return Order(
        nonce="n" * 32, model=model.id, endpoint=model.endpoint, kind="image", prompt=prompt, negative_prompt="",
        parameters={}, count=1, first=0, of=1, input=provider_input(model, prompt=prompt, parameters={}),
    )  # fmt: skip
