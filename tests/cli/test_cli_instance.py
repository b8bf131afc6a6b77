"""Setting an instance up, and asking for one that is not there."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typing_in import Said, refused

Run = Callable[..., Said]
COMMANDS = [
    "serve",
    "worker",
    "init",
    "keys",
    "workspaces",
    "users",
    "credits",
    "catalog",
    "ledger",
    "backup",
    "restore",
    "doctor",
]


def test_the_first_init_makes_a_workspace_and_a_key(process: Run, home: Path):
    said = process("init", "--json")

    value = said.json
    assert set(value) == {"workspace_id", "api_key", "setup_url"}
    assert value["api_key"].startswith("aims_")
    assert value["setup_url"] == "http://127.0.0.1:8787/"
    assert said.err == ""
    assert (home / "studio.db").is_file()
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    statement = process("credits", "statement", "--json").json
    assert (statement["available"], statement["held"]) == (1000, 0)
    assert [entry["verb"] for entry in statement["entries"]] == ["grant"]


def test_in_text_it_shows_the_key_and_says_that_it_is_shown_once(run: Run, home: Path):
    said = run("init")

    assert said.code == 0
    assert "API key    aims_" in said.out
    assert "only now" in said.out


def test_a_second_init_changes_nothing_and_says_what_to_do(run: Run, made: dict[str, str], home: Path):
    refused(run("init"), 1, "set up before", "aims keys create")
    refused(run("init", "--json"), 1, str(home))

    assert len(run("workspaces", "list", "--json").json) == 1
    assert len(run("keys", "list", "--json").json) == 1


@pytest.mark.parametrize(
    "command",
    [
        ["keys", "create"],
        ["keys", "list"],
        ["keys", "revoke", "x"],
        ["workspaces", "create", "--name", "x"],
        ["workspaces", "list"],
        ["users", "create", "--name", "x"],
        ["users", "list"],
        ["credits", "grant", "--amount", "5"],
        ["credits", "statement"],
        ["credits", "reset-sandbox"],
        ["catalog", "list"],
        ["ledger", "verify"],
        ["ledger", "verify", "--json"],
    ],
    ids=" ".join,
)
def test_without_a_database_a_command_names_the_path_and_makes_none(run: Run, home: Path, command: list[str]):
    refused(run(*command), 1, str(home / "studio.db"), "aims init")

    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIMS_PORT", "many"),
        ("AIMS_DATABASE_URL", "mysql://x"),
        ("AIMS_SANDBOX", "perhaps"),
        ("AIMS_PUBLIC_URL", "studio.example.com"),
        ("AIMS_STARTING_CREDITS", "-1"),
        ("AIMS_SECRET_FILE", "/nonexistent/secret"),
    ],
)
def test_a_wrong_setting_is_named(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(name, value)

    refused(run("init"), 1, name)
    assert not (home / "studio.db").exists()


def test_a_secret_that_is_not_the_databases_stops_every_command_that_needs_it(
    run: Run, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AIMS_SECRET", "x" * 40)

    refused(run("keys", "create"), 1, "secret does not belong to this database")


def test_a_file_that_is_no_database_is_named(run: Run, home: Path):
    home.mkdir()
    (home / "studio.db").write_bytes(b"this is no database " * 1000)

    said = run("ledger", "verify")

    assert said.code == 1
    assert said.out == ""
    assert "Traceback" not in said.err


def test_the_version_is_that_of_the_changelog(process: Run):
    from importlib.metadata import version

    for flag in ("--version", "-v"):
        said = process(flag)
        assert (said.code, said.out, said.err) == (0, f"aims {version('ai-media-studio')}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["keys", "nothing"], ["--nothing"], ["keys", "list", "--no"], ["keys", "revoke"]],
)
def test_a_command_that_is_written_wrongly_is_a_usage_error(run: Run, arguments: list[str]):
    refused(run(*arguments), 2, "Usage: aims")


def test_the_help_lists_every_command(process: Run):
    said = process("--help")

    assert (said.code, said.err) == (0, "")
    assert [
        word for line in said.out.splitlines() if (word := line.split(maxsplit=1)[:1]) and word[0] in COMMANDS
    ]
    for command in COMMANDS:
        assert f"\n  {command}" in said.out


def test_the_help_and_the_version_are_quick_because_they_load_nothing_heavy(home: Path):
    import subprocess
    import sys

    script = (
        "import sys, json\n"
        "from aims.cli import run\n"
        "code = run([sys.argv[1]])\n"
        "heavy = {'litestar', 'sqlalchemy', 'pydantic', 'numpy', 'PIL', 'uvicorn', 'alembic', 'psycopg', 'structlog'}\n"
        "print('\\n' + json.dumps([code, sorted(heavy & set(sys.modules))]))\n"
    )
    for flag in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-c", script, flag], capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
