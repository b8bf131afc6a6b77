"""What a test can do with a studio that nobody drives."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from aims import catalog, generation
from aims.accounts import Actor
from aims.core.db import Tx
from aims.generation import Accepted, Studio, submit

BODY = {"prompt": "Abstract", "model": "fal-ai/nano-banana-2", "resolution": "0.5K"}


@dataclass(frozen=True, slots=True)
class Idle:
    """A studio without a driver, and Alice's key in it."""

    studio: Studio
    workspace_id: str
    actor: Actor

    async def accept(self, **body: object) -> Accepted:
        """A generation that waits for somebody to drive it."""
        shelf = self.studio.counter.of(self.workspace_id).shelf
        draft = catalog.check(shelf, "image", BODY | body, default_model="")
        return await submit(self.studio, self.actor, draft)

    async def write(self, function: Any, *arguments: object) -> Any:
        """Write to the database."""
        return await self.studio.db.write(function, *arguments)

    async def view(self, generation_id: str) -> generation.GenerationView:
        """The generation as everybody sees it."""
        found = await self.studio.db.read(generation.read, self.workspace_id, generation_id, "http://x")
        return found.view

    async def breaches(self) -> set[str]:
        """The rules that are broken."""
        return {each.invariant for each in await self.studio.db.read(generation.verify)}

    async def by_hand(self, *statements: str, **values: object) -> None:
        """Change rows past all of our verbs. The statements are the test's own."""
        found = {f":{name}" for name in values}

        def change(tx: Tx) -> None:
            for statement in statements:
                used = {name[1:]: values[name[1:]] for name in found if name in statement}
                assert tx.run(text(statement), **used) >= 1, statement

        await self.write(change)
