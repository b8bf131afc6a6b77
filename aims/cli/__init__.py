"""The `aims` command: pictures and films from a studio, the operator's view of an instance, and the studio itself.

Standard output is the result, standard error is everything else. Exit 0: done; 1: it could not be done; 2: the command
was written wrongly. Each command's module is imported only when it is run, so that `--help` is quick.
"""

from typing import Any

import click

from aims.cli.flags import everywhere

COMMANDS = {
    "login": ("aims.cli.account:login", "Check a key and keep it."),
    "logout": ("aims.cli.account:logout", "Forget the key that was kept."),
    "whoami": ("aims.cli.account:whoami", "Say whose key this is, and what there is to spend."),
    "config": ("aims.cli.account:config", "Show what is configured, and where."),
    "models": ("aims.cli.offer:models", "List the models that can be asked."),
    "styles": ("aims.cli.offer:styles", "List the style presets."),
    "upload": ("aims.cli.offer:upload", "Keep a picture to work from."),
    "image": ("aims.cli.make:image", "Make pictures from words."),
    "edit": ("aims.cli.make:edit", "Make a picture from pictures."),
    "video": ("aims.cli.make:video", "Make a film."),
    "serve": ("aims.cli.serve:serve", "Run the whole studio in one process."),
    "worker": ("aims.cli.worker:worker", "Make what servers have accepted, on a machine of its own."),
    "mcp": ("aims.cli.mcp:mcp", "Offer the studio's tools to an agent."),
    "init": ("aims.cli.init:init", "Make the database, the owner, a workspace and a key."),
    "keys": ("aims.cli.keys:keys", "Create, list and revoke API keys."),
    "workspaces": ("aims.cli.workspaces:workspaces", "Create and list workspaces."),
    "users": ("aims.cli.users:users", "People, and their places in workspaces."),
    "credits": ("aims.cli.credits:credits_group", "Grant credits and show statements."),
    "catalog": ("aims.cli.catalog:catalog", "List, price, pause, hide and add models."),
    "providers": ("aims.cli.providers:providers", "Connect providers, and check that they answer."),
    "ledger": ("aims.cli.ledger:ledger", "Check the books."),
    "backup": ("aims.cli.backup:backup", "Copy a whole studio, while it runs."),
    "restore": ("aims.cli.backup:restore", "Make a studio of a backup."),
    "doctor": ("aims.cli.doctor:doctor", "Say what is wrong with this instance, and what to do."),
}


ALIASES = {"status": "whoami"}
"""Names that are understood and not listed."""
_RUNS_THE_STUDIO = "serve"


class Lazy(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        cmd_name = ALIASES.get(cmd_name, cmd_name)
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, text) for name, (_, text) in COMMANDS.items()]
        first = next(at for at, (name, _) in enumerate(rows) if name == _RUNS_THE_STUDIO)
        for title, part in (("Use a studio", rows[:first]), ("Run a studio", rows[first:])):
            with formatter.section(title):
                formatter.write_dl(part)


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  aims serve
  aims login --key aims_3fA9xQ2LmZ0b...
  aims image "A red fox in the snow" -o fox.png
  aims keys create --name laptop --rate-limit 600
  aims credits grant --amount 500
""",
)
@everywhere
def aims(**_: Any) -> None:
    """AI Media Studio: make pictures and films through hosted models."""


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code. The one place where this face catches what is not named."""
    from aims.core.errors import StudioError

    try:
        result: Any = aims.main(args=arguments, prog_name="aims", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return 1
    except StudioError as error:
        click.echo(f"aims: {error.sentence}", err=True)
        # A value that names its field was written on the command line; anything else went wrong while running.
        return 2 if error.kind == "invalid" and error.details else 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    return result if isinstance(result, int) else 0


__all__ = ["aims", "run"]
