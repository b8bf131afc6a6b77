"""Models that an operator has added: the text of each file is a row, so that every server of an instance has it."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select

from aims.catalog.files import parse, wrong_file
from aims.catalog.graphs import checked_nodes
from aims.catalog.spec import Model
from aims.catalog.tables import catalog_models
from aims.core.clock import now
from aims.core.db import Tx, insert

LARGEST = 1 << 16
"""Characters of a model's file."""

_new = insert(catalog_models).values(changed_at=now())
_PUT = _new.on_conflict_do_nothing(index_elements=["model"])
_REPLACE = _new.on_conflict_do_update(
    index_elements=["model"],
    set_={"source": _new.excluded.source, "graph": _new.excluded.graph, "changed_at": now()},
)
_REMOVE = delete(catalog_models).where(catalog_models.c.model == bindparam("named"))
_ALL = select(catalog_models)


@dataclass(frozen=True, slots=True)
class Added:
    """The text of a model's file, and of the graph that it names."""

    source: str
    graph: str | None = None

    def read(self, name: str) -> Model:
        """The model. name: what it is called when it is wrong.

        Raises Invalid (code `catalog_file`), naming it and the key.
        """

        def complete(raw: dict[str, Any]) -> None:
            workflow = raw.get("workflow")
            if isinstance(workflow, dict) and self.graph is not None:
                try:
                    workflow["nodes"] = checked_nodes(json.loads(self.graph))
                except ValueError as problem:
                    raise wrong_file(name, f"its workflow cannot be used: {problem}.") from problem

        if len(self.source) > LARGEST:
            raise wrong_file(name, f"it has more than {LARGEST:,} characters.")
        return parse(name, self.source, Model, complete)


def put(tx: Tx, model_id: str, one: Added, replace: bool = False) -> bool:
    """Keep a model. False when one of its id is kept already and is not to be replaced."""
    return bool(tx.run(_REPLACE if replace else _PUT, model=model_id, source=one.source, graph=one.graph))


def remove(tx: Tx, model_id: str) -> bool:
    """Take a model away. False when it is not one of these."""
    return bool(tx.run(_REMOVE, named=model_id))


def load(tx: Tx) -> dict[str, Added]:
    """Every model that was added, by id."""
    return {row.model: Added(row.source, row.graph) for row in tx.all(_ALL)}
