"""Where a provider's key comes from: a file, a pipe, or a question on the terminal that shows nothing."""

import sys
from pathlib import Path

import click

WARNING = "The key stays in your shell's history and was visible to other users. Next time use --key-file or a pipe."


def key_of(provider: str, file: str | None, written: str | None) -> str:
    """The key, without the blanks and line ends around it.

    Raises UsageError when there is none.
    """
    if file and written:
        raise click.UsageError("Give the key with --key-file or with --key, not with both.")
    if written:
        click.echo(WARNING, err=True)
        key = written
    elif file and file != "-":
        key = _read(Path(file))
    elif file == "-" or not sys.stdin.isatty():
        key = sys.stdin.read()
    else:
        key = click.prompt(f"Key for {provider}", hide_input=True, err=True)
    if not key.strip():
        raise click.UsageError("There is no key. Give it with --key-file, or pipe it in.")
    return key.strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{path} is no text.") from None
