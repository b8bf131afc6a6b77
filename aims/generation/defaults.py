"""Which model makes what is asked for without one: the stated default where it can be made, else another that can."""

from collections.abc import Collection, Mapping
from functools import partial

from aims import catalog
from aims.catalog import Draft, Kind, Model, Shelf
from aims.catalog.prepared import SOURCES
from aims.generation.routing import is_available
from aims.generation.studio import Studio

_EDITED = "image_urls"


def default_model(
    studio: Studio, workspace_id: str, kind: Kind, body: Mapping[str, object] | None = None
) -> str:
    """The id of the model that a request of this workspace without one gets now.

    body: the request's fields, as far as they are known; one with pictures to edit gets a model that edits.

    It is the workspace's default, or the instance's, while a provider for it is connected; else the first of the
    catalogue that can be made and takes what is sent. While there is none, and while the operator has paused or retired
    the default, it stays the default, which then says why it is refused.
    """
    offer = studio.counter.of(workspace_id)
    stated = offer.default_model(kind)
    sent = {name for name in SOURCES if body is not None and body.get(name) is not None}
    if kind == "image":
        sent &= {_EDITED}
    model = offer.shelf.entry(stated)
    if model is not None:
        runs = _running(offer.shelf, model, sent)
        is_stopped = any(each is not None and each.status != "active" for each in (model, runs))
        if is_stopped or (runs is not None and is_available(studio, workspace_id, runs)):
            return stated
    found = [
        (each.id, runs)
        for each in offer.shelf.models(kind)
        if (runs := _running(offer.shelf, each, sent)) is not None
        and runs.status == "active"
        and _has_all(runs, sent)
        and is_available(studio, workspace_id, runs)
    ]
    # A film of the words alone is the second choice where pictures are sent.
    return next((id_ for id_, runs in found if _takes_all(runs, sent)), found[0][0] if found else stated)


def checked(studio: Studio, workspace_id: str, kind: Kind, body: Mapping[str, object]) -> Draft:
    """The decoded JSON body of a generate request of this workspace, as a draft.

    Raises as `catalog.check` does; only models that can be made now are named in place of one that there is not.
    """
    return catalog.check(
        studio.counter.of(workspace_id).shelf,
        kind,
        body,
        default_model=default_model(studio, workspace_id, kind, body) if body.get("model") is None else "",
        is_usable=partial(is_available, studio, workspace_id),
    )


def _running(shelf: Shelf, model: Model, sent: Collection[str]) -> Model | None:
    """The model that runs when this one is asked for: for edits of pictures, the one that edits for it."""
    if model.kind == "video" or _EDITED not in sent or model.task == "img2img":
        return model
    return shelf.entry(model.edit) if model.edit else None


def _has_all(model: Model, sent: Collection[str]) -> bool:
    """Whether everything that the model works from is sent."""
    return all(
        not source.required or name in sent or source.instead in sent
        for name, source in model.sources.items()
    )


def _takes_all(model: Model, sent: Collection[str]) -> bool:
    """Whether the model works from everything that is sent."""
    used = {name if name in sent else source.instead for name, source in model.sources.items()}
    return used.issuperset(sent)
