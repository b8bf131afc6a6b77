"""Models by the names that programs written for OpenAI have for them."""

from aims.catalog import Model, Shelf
from aims.core.errors import Invalid

ALIASES = {
    "gpt-image-2-2026-04-21": "openai/gpt-image-2",
    "chatgpt-image-latest": "openai/gpt-image-2",
    "sora-2-pro": "fal-ai/sora-2/text-to-video/pro",
}
"""Names that do not follow from an id."""

CLOSED = {
    "dall-e-2": "openai/gpt-image-2",
    "dall-e-3": "openai/gpt-image-2",
    "gpt-image-1": "fal-ai/gpt-image-1.5",
    "gpt-image-1-mini": "fal-ai/gpt-image-1.5",
}
"""Models that were never here and that older programs still name, with what comes nearest."""

_FROM_WORDS = ("/text-to-image", "/text-to-video")
_FROM_A_PICTURE = "/image-to-video"


def known_as(shelf: Shelf, name: object) -> object:
    """The id that a name stands for: an id itself, an id without its maker (`gpt-image-2`), or one without what it
    makes from what (`sora-2`). Whatever stands for nothing comes back as it is, to be refused in a sentence.

    Raises Invalid for a model that its maker has closed, naming another.
    """
    if not isinstance(name, str) or shelf.entry(name) is not None:
        return name
    if name in CLOSED:
        sentence = f"The model '{name}' is not here. Use '{CLOSED[name]}' instead."
        raise Invalid.field("model", sentence, code="model_retired")
    if name in ALIASES:
        return ALIASES[name]
    for model in shelf.models(status=None):
        bare = model.id.partition("/")[2]
        if name in (bare, family(bare)):
            return model.id
    return name


def family(name: str) -> str:
    """A name without its last part, where that says only that the model works from words."""
    for ending in _FROM_WORDS:
        name = name.removesuffix(ending)
    return name


def beginning_with_a_picture(shelf: Shelf, model: Model) -> Model:
    """The model of the same family that films from a picture; the model itself if there is none, or it does."""
    if model.sources:
        return model
    return shelf.entry(family(model.id) + _FROM_A_PICTURE) or model
