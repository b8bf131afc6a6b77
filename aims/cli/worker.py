"""`aims worker`: make what servers have accepted, on a machine of its own."""

from typing import TYPE_CHECKING

import click

from aims.cli.flags import examples

if TYPE_CHECKING:
    from aims.core.settings import Settings


@click.command(epilog=examples("aims worker"))
def worker() -> None:
    """Make what servers have accepted, without answering anybody. Needs Postgres.

    Start as many as you like, on machines that share the database, the secret and the media folder. A worker also sends
    webhooks and empties the trash. Asked to end (SIGTERM), it finishes what runs, as far as AIMS_SHUTDOWN_SECONDS
    allows; the rest goes to another worker.
    """
    from aims.core import log
    from aims.core.settings import load
    from aims.running import run, work

    settings = load()
    log.configure(settings.log_level, settings.log_format)
    run(work(settings, greet))


def greet(settings: "Settings") -> None:
    """Say what is worked on."""
    click.echo(f"AI Media Studio worker: ready. Data: {settings.home}")
