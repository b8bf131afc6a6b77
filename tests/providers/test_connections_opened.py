"""Every provider there is can be connected by a row, beside what the settings say, and is known by the row's name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from accounts import key_for
from pydantic import SecretStr

from aims import bootstrap
from aims.core import settings
from aims.core.children import Children
from aims.core.db import Database
from aims.core.fetch import Fetcher
from aims.core.secrets import Secrets
from aims.providers import Checks, Providers, sealed
from aims.providers.connection import Kept
from aims.providers.opening import Connections
from aims.providers.registry import SANDBOX, Tools, line

KEY = "opened-key-id:opened-key-secret"
URL = "http://127.0.0.1:9"
NAMES = [name for name in bootstrap.provider_modules() if name != SANDBOX]


@pytest.fixture
async def tools(tmp_path: Path) -> AsyncIterator[Tools]:
    """What adapters work with."""
    made = Tools(Children(1, allowed=bootstrap.provider_tasks()), settings.load(home=tmp_path), Fetcher())
    yield made
    await made.fetcher.close()
    await made.children.close()


@pytest.mark.parametrize("name", NAMES)
async def test_a_row_becomes_an_adapter_of_its_own_name(name: str, db: Database, tools: Tools):
    found = Providers({}, "auto")
    connections = Connections(found, tools, Secrets(b"a secret of this test alone" * 2), NAMES)
    said = Kept(key=SecretStr(key_for(name, KEY, URL)), base_url=URL)
    await connections.look(db)
    assert found.adapters == {}

    row = await db.write(sealed.put, connections.vault, None, name, said)
    assert await connections.look(db)
    assert not await connections.look(db), "nothing has changed since"

    adapter = found.route(name, "anybody")
    assert adapter.name == line(name, row)
    assert found.get(adapter.name) is found.get(name) is adapter
    assert isinstance(adapter, Checks)
    assert "opened-key-secret" not in f"{adapter!r} {found.adapters!r}"
    await db.write(sealed.remove, None, name)
    assert await connections.look(db)
    assert found.adapters == {}
    assert found.get(adapter.name) is None
