"""What the client commands share: which studio is asked with which key, and how its answers and refusals are said."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from aims.cli.flags import everywhere, form_of

if TYPE_CHECKING:
    from aims.client import AIMS, APIError

HINTS = {
    401: "Log in with `aims login --key aims_...`, or set AIMS_API_KEY.",
    402: "`aims whoami` shows the credits, `aims models` what costs less.",
    403: "`aims whoami` shows what this key may do; the operator makes another with `aims keys create`.",
}


@dataclass(frozen=True, slots=True)
class Remote:
    """A studio as this command is to talk to it. form: `text`, `json` or `url`."""

    key: str | None
    base_url: str | None
    form: str
    quiet: bool

    @contextmanager
    def talking(self) -> Generator[AIMS, None, None]:
        """A client for the time of the command. What goes wrong is said on standard error, and ends it."""
        from aims import client

        with self.said(), client.AIMS(self.key, self.base_url) as aims:
            yield aims

    @contextmanager
    def said(self) -> Generator[None, None, None]:
        """Say what the client raises, and end the command: with 2 for what is to be configured, else with 1."""
        from aims import client

        try:
            yield
        except client.NotConfigured as error:
            click.echo(f"aims: {clean(error.sentence)}", err=True)
            self.hint("aims login --key aims_...")
            sys.exit(2)
        except client.APIError as error:
            self.refused(error)
            sys.exit(1)
        except client.AIMSError as error:
            click.echo(f"aims: {clean(error.sentence)}", err=True)
            sys.exit(1)

    def refused(self, error: APIError) -> None:
        """Say what the studio refused, and what may help."""
        click.echo(f"AIMS API error ({error.status}): {clean(error.sentence)}", err=True)
        for detail in error.details:
            if detail.message != error.sentence:
                click.echo(f"  {clean(detail.field)}: {clean(detail.message)}", err=True)
        hint = HINTS.get(error.status)
        if error.status == 429:
            when = f"in {error.retry_after:.0f} s" if error.retry_after else "a little later"
            hint = f"This key asks too often. Try again {when}."
        if hint:
            self.hint(hint)
        if error.request_id and error.status >= 500:
            click.echo(f"Request id: {clean(error.request_id)}", err=True)

    def hint(self, text: str) -> None:
        """Say what may help, unless nothing of the kind is wanted."""
        if not self.quiet:
            click.echo(f"Hint: {text}", err=True)

    def note(self, text: str) -> None:
        """Say something that is no result, unless nothing of the kind is wanted."""
        if not self.quiet:
            click.echo(text, err=True)

    def show(self, value: Any, text: str, urls: list[str] | None = None) -> None:
        """Print the result in the form that is wanted. urls: for `--print url`; None where there is no such thing."""
        if self.form == "json":
            click.echo(json.dumps(value, ensure_ascii=False))
        elif self.form == "url" and urls is not None:
            for url in urls:
                click.echo(clean(url))
        else:
            click.echo(text)


def remote(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the flags that work everywhere, and hand them to it as a Remote, first."""

    @click.pass_context
    @wraps(command)
    def run(
        ctx: click.Context,
        *,
        key: str | None,
        base_url: str | None,
        json_: bool,
        print_: str | None,
        quiet: bool,
        **own: Any,
    ) -> Any:
        before = ctx.find_root().params
        return command(
            Remote(
                key or before.get("key"),
                base_url or before.get("base_url"),
                form_of(ctx),
                quiet or bool(before.get("quiet")),
            ),
            **own,
        )

    own_flags = list(vars(run).get("__click_params__", ()))
    vars(run)["__click_params__"] = []
    # Help lists last what is given first: the command's own flags stand above those of every command.
    everywhere(run)
    vars(run)["__click_params__"] += own_flags
    return run


def may_ask() -> bool:
    """Whether somebody is there to be asked: standard input is a terminal, and nothing forbids it."""
    forbidden = os.environ.get("AIMS_NO_INPUT", "") not in ("", "0") or os.environ.get("CI", "").lower() in (
        "true",
        "1",
    )
    return not forbidden and sys.stdin is not None and sys.stdin.isatty()


def clean(text: object) -> str:
    """A text of the studio on one line, without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in str(text))


def pairs(**values: object) -> str:
    """`key: value` lines; what is None is left out."""
    return "\n".join(f"{name}: {clean(value)}" for name, value in values.items() if value is not None)
