"""`aims backup` and `aims restore`: a whole studio in one folder or file, and a studio made of it again."""

import sys
from pathlib import Path

import click

from aims.cli.flags import as_json, examples


@click.command(
    epilog=examples(
        "aims backup /backups/studio-monday",
        "aims backup /backups/studio.tar --with-secret",
        "aims backup /backups/studio.tar --json",
    )
)
@click.argument("target", metavar="FOLDER|FILE.tar", type=click.Path(path_type=Path))
@click.option(
    "--with-secret",
    is_flag=True,
    help="Put the master secret and aims.toml in as well: whoever has the backup then has every key.",
)
@as_json
def backup(target: Path, with_secret: bool, json_: bool) -> None:
    """Copy the database and every file that it names, while the studio runs.

    Without --with-secret the secret (AIMS_SECRET, or the file `secret` in the data folder) has to be kept elsewhere:
    API keys, stored connections and webhook secrets cannot be used without it.
    """
    from aims import backups
    from aims.cli.instance import show
    from aims.core.settings import load

    taken = backups.take(load(), target, with_secret=with_secret)
    kept = taken.manifest
    total = sum(file.bytes for file in kept.files.values())
    value = {
        "path": str(taken.path),
        "taken_at": kept.taken_at,
        "seconds": round(taken.seconds, 3),
        "files": len(kept.files),
        "bytes": total,
        **kept.counts,
        "with_secret": with_secret,
        "deleted_meanwhile": kept.deleted,
        "missing": kept.missing,
        "damaged": kept.damaged,
    }
    text = (
        f"{taken.path} is a backup of {kept.taken_at}: {len(kept.files)} files, {total:,} bytes, "
        f"{kept.counts['generations']} generations ({kept.counts['unfinished']} unfinished), in {taken.seconds:.1f} s."
    )
    show(value, text, json_)
    if not with_secret:
        click.echo(
            "THE SECRET IS NOT IN IT. Keep AIMS_SECRET, or the file `secret` of the data folder, in another safe "
            "place: without it API keys, stored connections and webhook secrets are lost (--with-secret puts it in).",
            err=True,
        )
    for what, names in (("missing", kept.missing), ("damaged", kept.damaged)):
        for name in names:
            click.echo(f"aims: {what} in the media folder, before this backup: {name}", err=True)
    if kept.missing or kept.damaged:
        sys.exit(1)


@click.command(
    epilog=examples("aims restore /backups/studio-monday", "aims restore /backups/studio.tar --json")
)
@click.argument("source", metavar="FOLDER|FILE.tar", type=click.Path(path_type=Path))
@click.option(
    "--begin-unsent",
    is_flag=True,
    help="Send what was not sent at the backup's moment. Only if the original did nothing after it.",
)
@as_json
def restore(source: Path, begin_unsent: bool, json_: bool) -> None:
    """Make a studio of a backup, in a data folder and a database where nothing is.

    Every file is checked first. The next start goes on with what was with a provider, as after a crash. What was not
    sent yet is given up and its credits come back, since the original may have sent it after the backup.
    """
    from aims import backups
    from aims.cli.instance import show
    from aims.core.settings import load

    settings = load()
    made = backups.restore(settings, source, begin_unsent=begin_unsent)
    kept = made.manifest
    value = {
        "home": str(settings.home),
        "taken_at": kept.taken_at,
        "age_seconds": round(made.age, 3),
        "seconds": round(made.seconds, 3),
        "files": len(kept.files),
        **kept.counts,
        "given_up": made.given_up,
        "secret": made.secret,
        "ledger_ok": not made.breaches,
        "breaches": [str(one) for one in made.breaches],
    }
    text = (
        f"Restored to {settings.home} in {made.seconds:.1f} s: {len(kept.files)} files, all as they were.\n"
        f"The backup is of {kept.taken_at}: what happened in the {made.age:,.0f} s since then is not in it.\n"
        f"{made.given_up} generations had something unsent, which was given up.\n"
        + ("The ledger is right." if not made.breaches else "\n".join(value["breaches"]))
    )
    show(value, text, json_)
    if not made.secret:
        click.echo(
            f"THERE IS NO SECRET. Before the first start, put the one of the original into {settings.home / 'secret'} "
            "(mode 600), or into AIMS_SECRET.",
            err=True,
        )
    if made.breaches:
        sys.exit(1)
