"""Every provider in the folder keeps the contract: whatever is added is tested by being there."""

import ast
import importlib
import inspect
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from aims import bootstrap, providers
from aims.core import settings
from aims.core.children import Children
from aims.core.fetch import Fetcher, parse
from aims.providers import Adapter, Order, Running
from aims.providers.registry import NOT_PROVIDERS, SANDBOX, Tools

NAMES = bootstrap.provider_modules()
WAITS = {"sleep", "wait_for"}


@pytest.fixture
async def tools(tmp_path: Path) -> AsyncIterator[Tools]:
    """What a provider is given to work with."""
    children = Children(1, allowed=bootstrap.provider_tasks())
    fetcher = Fetcher()
    yield Tools(children, settings.load(home=tmp_path), fetcher)
    await fetcher.close()
    await children.close()


@pytest.fixture(params=NAMES)
def module(request: pytest.FixtureRequest) -> ModuleType:
    """Each provider's module."""
    return importlib.import_module(f"aims.providers.{request.param}")


def sources(module: ModuleType) -> list[Path]:
    """Every file of a provider."""
    path = Path(str(module.__file__))
    return [*path.parent.rglob("*.py")] if path.name == "__init__.py" else [path]


def an_order(**others: object) -> Order:
    """A small order."""
    given: dict[str, object] = {
        "nonce": "n" * 32, "model": "m", "endpoint": "e", "kind": "image", "prompt": "Abstract",
        "negative_prompt": "", "parameters": {}, "count": 1, "first": 0, "of": 1, "width": 64, "height": 64,
    }  # fmt: skip
    return Order(**(given | others))  # ty: ignore[invalid-argument-type]


def test_the_sandbox_is_there_and_the_rest_of_the_folder_is_providers():
    assert SANDBOX in NAMES
    assert not NOT_PROVIDERS & set(NAMES)
    assert all((Path(providers.__path__[0]) / f"{name}.py").exists() for name in NOT_PROVIDERS)


async def test_a_provider_connects_or_says_that_it_is_not_connected(module: ModuleType, tools: Tools):
    adapter: Adapter | None = module.connect(tools)

    if adapter is None:
        return
    assert adapter.name == module.__name__.rpartition(".")[2]
    assert isinstance(adapter.repeatable, bool)
    assert adapter.concurrency >= 1
    for origin in adapter.output_origins:
        assert str(parse(origin)) == f"{origin}/", "an origin, and nothing after it"
    for verb in ("submit", "poll", "cancel", "close"):
        assert inspect.iscoroutinefunction(getattr(adapter, verb)), verb
    assert adapter.vet("A plain prompt [with brackets]") == ("A plain prompt [with brackets]", "")
    await adapter.close()


async def test_cancelling_twice_is_safe(module: ModuleType, tools: Tools):
    adapter: Adapter | None = module.connect(tools)

    if adapter is not None and adapter.name == SANDBOX:
        order = an_order(directive="delay=5m")
        running = await adapter.submit(order)
        assert isinstance(running, Running)
        await adapter.cancel(order, running)
        await adapter.cancel(order, running)


def test_its_tasks_name_functions_that_are_there(module: ModuleType):
    for task in getattr(module, "TASKS", ()):
        name, _, function = task.partition(":")
        assert callable(getattr(importlib.import_module(name), function))


def test_an_adapter_never_waits_by_itself(module: ModuleType):
    """It says what happened; the driver decides when to try again."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in sources(module)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in WAITS
    ]

    assert found == []


def test_a_provider_knows_neither_the_database_nor_the_web(module: ModuleType):
    for path in sources(module):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not [
                name for name in names
                if name.startswith(("aims.core.db", "aims.web", "aims.generation", "aims.credits", "sqlalchemy"))
            ], path  # fmt: skip
