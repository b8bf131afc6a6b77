"""`aims image`, `aims edit` and `aims video`: ask for it, wait for it, print it and save it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from aims.cli.flags import examples
from aims.cli.remote import Remote, remote

Decorated = Callable[..., Any]

PROMPT = click.argument("words", nargs=-1, metavar="[PROMPT...]")
MODEL = click.option("-m", "--model", help="Id of `aims models`.  [default: the workspace's]")
ASPECT = click.option("-a", "--aspect-ratio", help="Such as 16:9, 1:1 or 9:16.  [default: the model's]")
FORMAT = click.option("-f", "--output-format", help="png, jpeg or webp.  [default: png]")
PUBLIC = click.option("--make-public", is_flag=True, default=None, help="Give it a public page: share_url.")
OUTPUT = click.option("-o", "--output", metavar="FILE|FOLDER/", help="Save what was made there.")
OPEN = click.option("--open", "opened", is_flag=True, help="Open the first result when it is made.")
STDIN = click.option("--stdin", is_flag=True, help="Read the prompt from standard input.")
SET = click.option(
    "--set",
    "more",
    metavar="NAME=VALUE",
    multiple=True,
    help="Any other setting that the model has. Several times.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Print the request and spend nothing.")


def together(*options: Callable[[Decorated], Decorated]) -> Callable[[Decorated], Decorated]:
    """Several options as one decorator, in this order."""

    def give(command: Decorated) -> Decorated:
        for option in reversed(options):
            command = option(command)
        return command

    return give


@click.command(
    epilog=examples(
        'aims image "A red fox in the snow" -o fox.png',
        "aims image A lighthouse at dusk --n 4 --style watercolor-style -o lighthouses/",
        'aims image "A red fox" --aspect-ratio 16:9 --print url',
        "aims image --stdin --json < prompt.txt",
        'aims image "A red fox" --n 4 --dry-run',
    )
)
@remote
@together(
    PROMPT,
    MODEL,
    click.option("-n", "--n", type=int, help="How many, 1 to 8.  [default: 1]"),
    ASPECT,
    click.option("-r", "--resolution", help="0.5K, 1K, 2K or 4K.  [default: the model's]"),
    click.option("-s", "--size", help="Such as 1024x1024; --aspect-ratio wins.  [default: 1024x1024]"),
    FORMAT,
    click.option("-q", "--quality", help="As the model has it.  [default: the model's]"),
    click.option("--style", "style_slug", metavar="SLUG", help="A preset of `aims styles`."),
    click.option("--seed", type=int, help="The same seed and request make the same picture."),
    click.option(
        "-i",
        "--image-url",
        "image_urls",
        multiple=True,
        help="Address or file to start from. Up to 10 times.",
    ),
    SET,
    PUBLIC,
    OUTPUT,
    OPEN,
    STDIN,
    DRY_RUN,
)
def image(at: Remote, **given: Any) -> None:
    """Make pictures from words, and from pictures with --image-url; a file is uploaded first.

    The prompt is the arguments, or standard input when that is a pipe.
    """
    _make(at, "images", given)


@click.command(
    epilog=examples(
        'aims edit "Add a rainbow" --image-url https://example.com/photo.jpg -o rainbow.png',
        'aims edit "Make it winter" -i photo.png -o winter.png',
        'aims edit "One collage" -i https://example.com/a.jpg -i https://example.com/b.jpg --json',
    )
)
@remote
@together(
    PROMPT,
    click.option(
        "-i",
        "--image-url",
        "image_urls",
        multiple=True,
        required=True,
        help="Address or file of the picture to edit. Up to 10 times.",
    ),
    MODEL,
    ASPECT,
    click.option("-r", "--resolution", help="0.5K, 1K, 2K or 4K.  [default: the model's]"),
    FORMAT,
    SET,
    PUBLIC,
    OUTPUT,
    OPEN,
    STDIN,
    DRY_RUN,
)
def edit(at: Remote, **given: Any) -> None:
    """Make a picture from pictures and words. A file is uploaded first."""
    _make(at, "images", given)


@click.command(
    epilog=examples(
        'aims video "Waves at dawn, slowly panning" --duration 4 --audio -o waves.mp4',
        'aims video "It turns its head" -m xai/grok-imagine-video/image-to-video '
        '--image-url "$(aims image A red fox --print url)"',
        'aims video "Waves" --aspect-ratio 9:16 --json',
    )
)
@remote
@together(
    PROMPT,
    MODEL,
    click.option("-d", "--duration", type=int, help="Seconds.  [default: the model's]"),
    ASPECT,
    click.option("--audio/--no-audio", default=None, help="With sound.  [default: without]"),
    click.option("-i", "--image-url", help="Address or file of the picture to begin with."),
    click.option("--image-urls", multiple=True, help="A reference, as address or file. Several times."),
    click.option("--first-frame-url", help="The first picture, as address or file."),
    click.option("--last-frame-url", help="The last picture, as address or file."),
    click.option("--extend-video-url", help="A film of the workspace to go on with, for extend models."),
    click.option("-r", "--resolution", help="Such as 720p or 1080p.  [default: the model's]"),
    click.option("--negative-prompt", help="What is not to be seen."),
    SET,
    PUBLIC,
    OUTPUT,
    OPEN,
    STDIN,
    DRY_RUN,
)
def video(at: Remote, **given: Any) -> None:
    """Make a film from words, and from pictures or a film where the model takes them.

    A picture that is a file of this machine is uploaded first.
    """
    _make(at, "videos", given)


def _make(at: Remote, kind: str, given: dict[str, Any]) -> None:
    from aims.cli.prompt import prompt_of

    prompt = prompt_of(given.pop("words"), given.pop("stdin"))
    output, dry_run, opened = given.pop("output"), given.pop("dry_run"), given.pop("opened")
    more = settings_of(given.pop("more"))
    said = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    body = {"prompt": prompt} | {name: value for name, value in said.items() if value not in (None, [])}
    if twice := sorted(body.keys() & more.keys()):
        raise click.UsageError(f"--set {twice[0]}=... says again what is said without --set: leave one out.")
    body |= more
    if dry_run:
        import json

        plan = {"dry_run": True, "method": "POST", "path": f"/{kind}/generate", "body": body}
        click.echo(json.dumps(plan, ensure_ascii=False))
        return
    from aims.cli.result import deliver

    deliver(at, kind, body, output, opened=opened)


def settings_of(pairs: tuple[str, ...]) -> dict[str, Any]:
    """What `--set` gives: numbers, true and false as such, everything else as text.

    Raises UsageError.
    """
    import json

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise click.UsageError(f"--set takes NAME=VALUE, such as --set steps=30; got '{pair}'.")
        try:
            read = json.loads(value)
        except ValueError:
            read = value
        found[name] = read if isinstance(read, int | float | bool) else value
    return found
