"""`aims doctor`: look at everything that a start needs, and say what to do about what is wrong."""

import asyncio
import sys

import click

from aims.cli.instance import as_json, examples, show


@click.command(epilog=examples("aims doctor", "aims doctor --json"))
@as_json
def doctor(json_: bool) -> None:
    """Say what is wrong with this instance, and what to do. Exits 1 if anything is."""
    from aims.cli.findings import Finding, look
    from aims.core.errors import StudioError
    from aims.core.settings import load

    try:
        settings = load()
    except StudioError as error:
        findings = [Finding("settings", False, error.sentence, "Correct the setting.")]
    else:
        findings = asyncio.run(look(settings))
    text = "\n".join(
        f"{'ok ' if one.ok else 'BAD'}  {one.name}: {one.sentence}"
        + (f"\n     {one.remedy}" if one.remedy else "")
        for one in findings
    )
    value = {
        "ok": all(one.ok for one in findings),
        "findings": [
            {"name": one.name, "ok": one.ok, "sentence": one.sentence, "remedy": one.remedy}
            for one in findings
        ],
    }
    show(value, text, json_)
    if not value["ok"]:
        sys.exit(1)
