"""The request as it is frozen on the generation: whatever the catalogue says tomorrow, this is what was sold."""

from typing import Any

import msgspec

from aims.catalog import Draft, Quote, provider_input
from aims.providers import Order, Role, Source


class SourceKey(msgspec.Struct, frozen=True):
    """A stored picture or film that a request works from: what it is for, and its storage key."""

    role: Role
    key: str


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that driving the generation needs, and nothing that can change under it.

    directive: instructions to the sandbox that stood in the prompt. per_call: outputs that one provider call makes.
    sources: the stored pictures and films to work from.
    others: the request for the same model at other providers, by their names; it is planned as this one is.
    input, input_sources: the same in the provider's words, as `Order` has them. count_as: its name for how many.
    """

    model: str
    endpoint: str
    prompt: str
    per_output: int
    negative_prompt: str = ""
    parameters: dict[str, str | int | float | bool | None] = {}
    directive: str = ""
    n: int = 1
    per_call: int = 1
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    audio: bool = False
    aspect_ratio: str | None = None
    sources: tuple[SourceKey, ...] = ()
    make_public: bool = False
    sync_mode: bool = False
    input: dict[str, Any] = {}
    input_sources: dict[str, int | list[int]] = {}
    count_as: str | None = None
    others: dict[str, "Request"] = {}

    def at(self, provider: str) -> "Request":
        """The request as it is made there."""
        return self.others.get(provider, self)

    def calls(self) -> list[tuple[int, int]]:
        """The planned calls to the provider, as (first position, how many). The same after every restart."""
        return [(first, min(self.per_call, self.n - first)) for first in range(0, self.n, self.per_call)]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Request)


def freeze(
    draft: Draft, quote: Quote, prompt: str, directive: str, sources: tuple[SourceKey, ...] = ()
) -> Request:
    """The request that a checked draft becomes; `prompt` is the styled prompt without the provider's instructions."""
    return Request(
        model=draft.model.id,
        endpoint=draft.model.endpoint,
        prompt=prompt,
        per_output=quote.per_output,
        negative_prompt=draft.negative_prompt or "",
        parameters=dict(draft.parameters),
        directive=directive,
        n=draft.n,
        per_call=max(1, min(draft.model.outputs_per_call, draft.n)),
        seed=draft.seed,
        width=draft.width,
        height=draft.height,
        duration=draft.duration,
        audio=draft.audio,
        aspect_ratio=draft.aspect_ratio,
        sources=sources,
        make_public=draft.make_public,
        sync_mode=draft.sync_mode,
    )


def spell(request: Request, draft: Draft) -> Request:
    """The same request, with what its provider is to be sent. Each picture stands as its position in `sources`."""
    body = provider_input(
        draft.model,
        prompt=request.prompt,
        parameters=draft.parameters,
        references=[(each.field, str(position)) for position, each in enumerate(draft.references)],
        count=request.per_call,
    )
    given = {
        name: body.pop(name) for source in draft.model.sources.values() if (name := source.sent_as) in body
    }
    sources = {
        name: [int(each) for each in at] if isinstance(at, list) else int(at) for name, at in given.items()
    }
    count_as = draft.model.outputs_sent_as
    return msgspec.structs.replace(request, input=body, input_sources=sources, count_as=count_as)


def encode(value: object) -> str:
    """JSON text for a column."""
    return _encoder.encode(value).decode()


def decode(text: str) -> Request:
    """The frozen request of a generation."""
    return _decoder.decode(text)


def order(
    request: Request,
    kind: str,
    nonce: str,
    first: int,
    count: int,
    references: tuple[Source, ...],
    callback: str = "",
) -> Order:
    """One call to the provider."""
    return Order(
        nonce=nonce,
        model=request.model,
        endpoint=request.endpoint,
        kind=kind,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        parameters=request.parameters,
        count=count,
        first=first,
        of=request.n,
        directive=request.directive,
        seed=request.seed,
        width=request.width,
        height=request.height,
        duration=request.duration,
        audio=request.audio,
        references=references,
        input=request.input | ({request.count_as: count} if request.count_as else {}),
        input_sources=request.input_sources,
        callback=callback,
    )
