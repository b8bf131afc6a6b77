"""The tools, each defined once: what it is called, what it does, what it takes and gives, and how it behaves."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

NAME = "aims"
TITLE = "AI Media Studio"

Takes = Literal["upload", "image", "edit", "video", "models", "styles", "account", "generation"]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. takes: which schemas hold, from `aims.mcp.schemas`.

    reads: it changes nothing. idempotent: calling it again with the same arguments adds nothing. open_world: it reaches
    beyond the studio, as a hosted model or an address of a picture may.
    """

    name: str
    title: str
    description: str
    takes: Takes
    reads: bool = False
    idempotent: bool = False
    open_world: bool = False


TOOLS: dict[str, Tool] = {
    each.name: each
    for each in (
        Tool(
            "upload_image",
            "Upload an image",
            "Bring a picture in to work from: PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP as base64, at most 20 MiB. "
            "Returns the `url` that goes into `image_urls` and the like. Costs no credits. It reads no file.",
            "upload",
        ),
        Tool(
            "generate_image",
            "Generate images",
            "Make 1 to 8 pictures from words, or from words and pictures. Charges credits for each picture that is "
            "made. Waits until they are there and returns their URLs, the credits used and the credits left.",
            "image",
            open_world=True,
        ),
        Tool(
            "edit_image",
            "Edit images",
            "Change a picture, or combine up to 10, as the prompt says. Charges credits. Waits until the result is "
            "there and returns its URL, the credits used and the credits left. The originals stay as they are.",
            "edit",
            open_world=True,
        ),
        Tool(
            "generate_video",
            "Generate a video",
            "Make a film from words, or from pictures, first and last frames, or a film that is to go on, as its "
            "model wants. Charges credits for each second. Waits until it is there, which may take minutes.",
            "video",
            open_world=True,
        ),
        Tool(
            "list_models",
            "List the models",
            "The models with their ids, prices in credits, and what each takes: `available_settings` has the type, "
            "range, choices and default of each setting. What is no argument of a tool goes into its `settings`. "
            "Model ids come from here and nowhere else.",
            "models",
            reads=True,
            idempotent=True,
        ),
        Tool(
            "list_styles",
            "List the styles",
            "The style presets: the `slug` of one goes into `style_slug` of `generate_image`.",
            "styles",
            reads=True,
            idempotent=True,
        ),
        Tool(
            "get_account",
            "Show the account",
            "The workspace, the credits that are left, the scopes of the key, and the image models.",
            "account",
            reads=True,
            idempotent=True,
        ),
        Tool(
            "get_generation",
            "Look at a generation",
            "What became of an earlier request: its status, outputs with their URLs, and credits. For work that went "
            "on after its call had ended.",
            "generation",
            reads=True,
            idempotent=True,
        ),
    )
}


def release() -> str:
    """The version of the package."""
    return version("ai-media-studio")


def listing() -> dict[str, Any]:
    """What `aims-mcp --list-tools` prints."""
    tools = [{"name": each.name, "description": each.description} for each in TOOLS.values()]
    return {"name": NAME, "version": release(), "tools": tools}
