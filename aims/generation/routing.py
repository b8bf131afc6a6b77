"""Where a request may be made: by the model that was asked for, and by the same model at other providers."""

from dataclasses import dataclass

import msgspec

from aims import catalog
from aims.accounts import Actor
from aims.catalog import Draft, Model, Quote
from aims.core.errors import Unavailable
from aims.generation.leases import Route
from aims.generation.request import Request, SourceKey, freeze, spell
from aims.generation.studio import Studio
from aims.providers import Adapter
from aims.providers.registry import SANDBOX, provider_of


@dataclass(frozen=True, slots=True)
class Way:
    """A request, where it goes first, and everywhere that it may go. It stays with the generation."""

    adapter: Adapter
    request: Request
    routes: tuple[Route, ...]


def find_way(studio: Studio, actor: Actor, draft: Draft, quote: Quote, sources: tuple[SourceKey, ...]) -> Way:
    """Choose the provider, and freeze the request in its words, and in those of the others that are connected.

    A provider is passed over when it does not make the same of the request, or fewer pictures with a call than are
    planned for the first one's calls.

    Raises Unavailable when none is connected, and Invalid for an instruction that the provider does not know.
    """
    ways: list[tuple[Adapter, Request]] = []
    missing: Unavailable | None = None
    try:
        adapter = studio.providers.route(draft.model.provider, actor.workspace_id)
        ways.append((adapter, _frozen(adapter, draft, quote, sources)))
    except Unavailable as error:
        missing = error
    if not ways or ways[0][0].name != SANDBOX:
        ways += _elsewhere(studio, actor, draft, quote, sources)
    if not ways:
        raise missing or AssertionError("a model has a provider")
    first, request = ways[0]
    others = {adapter.name: each for adapter, each in ways[1:] if each.per_call >= request.per_call}
    routes = (
        Route(first.name, request.model),
        *(Route(name, each.model) for name, each in others.items()),
    )
    return Way(first, msgspec.structs.replace(request, others=others) if others else request, routes)


def is_available(studio: Studio, workspace_id: str, model: Model) -> bool:
    """Whether this workspace can have anything made by this model now: at a connection to its provider, by the sandbox
    in its place, or as the same model elsewhere. What a request says may still keep it from going elsewhere.
    """
    if _line(studio, workspace_id, model) is not None:
        return True
    shelf = studio.counter.of(workspace_id).shelf
    return any(
        (adapter := _line(studio, workspace_id, other)) is not None and adapter.name != SANDBOX
        for other in map(shelf.entry, model.also_at)
        if other is not None
    )


def _line(studio: Studio, workspace_id: str, model: Model) -> Adapter | None:
    try:
        return studio.providers.route(model.provider, workspace_id)
    except Unavailable:
        return None


def _elsewhere(
    studio: Studio, actor: Actor, draft: Draft, quote: Quote, sources: tuple[SourceKey, ...]
) -> list[tuple[Adapter, Request]]:
    found: list[tuple[Adapter, Request]] = []
    if not draft.model.also_at:
        return found
    shelf = studio.counter.of(actor.workspace_id).shelf
    for model_id in draft.model.also_at:
        model = shelf.entry(model_id)
        if model is None:
            continue
        adapter = _line(studio, actor.workspace_id, model)
        if adapter is None:
            continue
        other = catalog.elsewhere(shelf, draft, model) if adapter.name != SANDBOX else None
        if other is not None:
            found.append((adapter, _frozen(adapter, other, quote, sources)))
    return found


def _frozen(adapter: Adapter, draft: Draft, quote: Quote, sources: tuple[SourceKey, ...]) -> Request:
    prompt, directive = adapter.vet(draft.styled_prompt)
    request = freeze(draft, quote, prompt, directive, sources)
    return spell(request, draft) if provider_of(adapter.name) == draft.model.provider else request
