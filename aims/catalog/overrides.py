"""Write and read what an operator has changed about models: price, status, visibility, defaults."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, func, select

from aims.catalog import added
from aims.catalog.added import Added
from aims.catalog.shelf import Change, Shelf
from aims.catalog.spec import Kind, Model, Price, Status
from aims.catalog.tables import EVERYWHERE, catalog_changes, catalog_defaults
from aims.core.clock import now
from aims.core.db import Tx, insert
from aims.core.errors import Invalid

_new = insert(catalog_changes).values(changed_at=now())
_SET = _new.on_conflict_do_update(
    index_elements=["workspace_id", "model"],
    # What is not said stays as it was.
    set_={
        "credits": func.coalesce(_new.excluded.credits, catalog_changes.c.credits),
        "status": func.coalesce(_new.excluded.status, catalog_changes.c.status),
        "substitute": func.coalesce(_new.excluded.substitute, catalog_changes.c.substitute),
        "hidden": func.coalesce(_new.excluded.hidden, catalog_changes.c.hidden),
        "changed_at": now(),
    },
)
_CLEAR = delete(catalog_changes).where(
    catalog_changes.c.workspace_id == bindparam("workspace"), catalog_changes.c.model == bindparam("named")
)
_default = insert(catalog_defaults)
_SET_DEFAULT = _default.on_conflict_do_update(
    index_elements=["workspace_id", "kind"], set_={"model": _default.excluded.model}
)
_CHANGES = select(catalog_changes)
_DEFAULTS = select(catalog_defaults)


@dataclass(frozen=True, slots=True)
class Said:
    """One model's row: None leaves what the file says."""

    credits: int | None
    status: Status | None
    substitute: str | None
    hidden: bool | None


@dataclass(frozen=True, slots=True)
class Overrides:
    """Every change of an operator, by workspace ("" is the whole instance) and model; the default models; and the
    models that were added, by id."""

    changes: dict[str, dict[str, Said]] = field(default_factory=dict)
    defaults: dict[tuple[str, str], str] = field(default_factory=dict)
    added: dict[str, Added] = field(default_factory=dict)


def change(tx: Tx, shelf: Shelf, workspace_id: str | None, model_id: str, said: Said) -> None:
    """Change what is said; what is None stays as it is. `workspace_id` None: for the whole instance.

    Raises Invalid for a model that is not there, a price out of bounds, or retiring without a substitute.
    """
    model = shelf.entry(model_id)
    if model is None:
        shelf.model(model_id)
        raise Invalid.field("model", f"There is no model '{model_id}'.")
    if said.credits is not None and not 0 <= said.credits <= 1_000_000:
        raise Invalid.field("price", "A price is a whole number of credits from 0 to 1,000,000.")
    if said.status == "retired" and not (said.substitute or model.substitute):
        raise Invalid.field("substitute", "A retired model names the model to use instead.")
    if said.substitute is not None and shelf.model(said.substitute).id == model_id:
        raise Invalid.field("substitute", "The model to use instead of a retired one is another model.")
    tx.run(
        _SET,
        workspace_id=workspace_id or EVERYWHERE,
        model=model_id,
        credits=said.credits,
        status=said.status,
        substitute=said.substitute,
        hidden=None if said.hidden is None else int(said.hidden),
    )


def clear(tx: Tx, shelf: Shelf, workspace_id: str | None, model_id: str) -> None:
    """Go back to what the model's file says. What was said of a model whose file is gone can be cleared too.

    Raises Invalid for a model that is not there and of which nothing was said.
    """
    if (
        not tx.run(_CLEAR, workspace=workspace_id or EVERYWHERE, named=model_id)
        and shelf.entry(model_id) is None
    ):
        shelf.model(model_id)


def set_default(tx: Tx, shelf: Shelf, workspace_id: str | None, model_id: str) -> Kind:
    """Let requests that name no model use this one; returns the kind that it is now the default of.

    Raises Invalid for a model that cannot be used from a prompt alone.
    """
    model = shelf.model(model_id)
    if model.task not in ("text2img", "text2video"):
        raise Invalid.field(
            "model", "A default model makes pictures or films from a prompt alone; this one needs a source."
        )
    tx.run(_SET_DEFAULT, workspace_id=workspace_id or EVERYWHERE, kind=model.kind, model=model_id)
    return model.kind


def load(tx: Tx) -> Overrides:
    """Everything that operators have changed."""
    changes: dict[str, dict[str, Said]] = defaultdict(dict)
    for row in tx.all(_CHANGES):
        hidden = None if row.hidden is None else bool(row.hidden)
        changes[row.workspace_id][row.model] = Said(row.credits, row.status, row.substitute, hidden)
    defaults = {(row.workspace_id, row.kind): row.model for row in tx.all(_DEFAULTS)}
    return Overrides(dict(changes), defaults, added.load(tx))


def applied(shelf: Shelf, said: dict[str, Said]) -> Shelf:
    """The shelf with these changes on it."""
    found = {name: (shelf.entry(name), one) for name, one in said.items()}
    return shelf.adjusted(
        {name: _change(model, one) for name, (model, one) in found.items() if model is not None}
    )


def _change(model: Model, said: Said) -> Change:
    price = None
    if said.credits is not None:
        # The version names the price that was sold, so another price is another version.
        old = model.price
        price = Price(
            credits=said.credits,
            unit=old.unit,
            version=f"{old.version}+{said.credits}",
            multipliers=old.multipliers,
        )
    return Change(price=price, status=said.status, substitute=said.substitute, hidden=said.hidden)
