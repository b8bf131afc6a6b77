"""`aims login`, `logout`, `whoami`, `config`: whose key is used, and where it is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from remotely import Shell, config_of, shown
from serving import Person
from typing_in import Said, refused


def test_a_key_is_checked_and_kept_and_used_from_then_on(bob: Person, stranger: Shell):
    for _ in range(2):
        said = stranger("login", "--key", bob.text, "--base-url", bob.served.base)
        assert (said.code, said.err) == (0, "")
    assert shown(said)["workspace_id"] == [bob.workspace_id]
    assert config_of(stranger) == {"apiKey": bob.text, "baseUrl": f"{bob.served.base}/api/v1"}
    assert (stranger.folder / ".aims" / "config.json").stat().st_mode & 0o777 == 0o600

    who = stranger("whoami", "--json").json
    assert (who["workspace_id"], who["credits"]) == (bob.workspace_id, 1000)
    assert "image:generate" in who["scopes"]
    assert shown(stranger("status"))["credits"] == ["1000"]
    told = stranger("config", "show")
    assert shown(told)["apiKey"] == [f"{bob.text[:8]}…"]
    assert bob.text not in told.out

    assert stranger("logout", "--yes").code == 0
    assert stranger("logout", "-y").code == 0
    refused(stranger("whoami"), 2, "no API key", "aims login --key aims_")


def test_a_key_that_is_wrong_is_not_kept(bob: Person, stranger: Shell):
    said = stranger("login", "--key", "aims_" + "x" * 40, "--base-url", bob.served.base)

    refused(said, 1, "AIMS API error (401): ", "Hint: ")
    assert not (stranger.folder / ".aims").exists()


def test_without_a_key_and_without_a_terminal_nobody_is_asked(stranger: Shell):
    refused(stranger("login"), 2, "aims login --key aims_")
    refused(stranger("image", "A barn"), 2, "no API key")
    (stranger.folder / ".aims").mkdir()
    (stranger.folder / ".aims" / "config.json").write_text("{}")
    refused(stranger("logout"), 2, "aims logout --yes")


def test_on_a_terminal_the_key_is_asked_for_and_not_shown(bob: Person, stranger: Shell):
    terminal = stranger.on_a_terminal("login", "--base-url", bob.served.base)

    said = terminal.until("API key: ").type(f"{bob.text}\n").ended()

    assert said.code == 0, said
    assert bob.text not in said.err
    assert config_of(stranger)["apiKey"] == bob.text
    asked = stranger.on_a_terminal("logout").until("[y/N]: ").type("y\n").ended()
    assert asked.code == 0
    assert not (stranger.folder / ".aims" / "config.json").exists()


@pytest.mark.parametrize("forbidden", ["AIMS_NO_INPUT", "CI"])
def test_nothing_is_asked_where_that_is_forbidden(stranger: Shell, forbidden: str):
    said = stranger.on_a_terminal("login", **{forbidden: "true"}).ended()

    assert said.code == 2
    assert "aims login --key aims_" in said.err


def test_flags_win_before_and_after_the_command(bob: Person, aims: Shell):
    wrong = {"AIMS_API_KEY": "aims_wrong", "AIMS_BASE_URL": "http://127.0.0.1:9"}
    where = ("--key", bob.text, "--base-url", bob.served.base, "--json")

    before, after = aims(*where, "whoami", **wrong), aims("whoami", *where, **wrong)

    assert before.json == after.json
    assert aims("whoami", AIMS_OUTPUT="json").json == after.json
    assert aims("--version").out == aims("whoami", "-v").out
    assert aims("--json", "config", "path").json == {"path": str(aims.folder / ".aims" / "config.json")}


def test_the_commands_that_run_the_studio_hear_of_json_too(
    run: Callable[..., Said], made: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    after = run("workspaces", "list", "--json").json

    assert run("--json", "workspaces", "list").json == after
    assert run("--print", "json", "workspaces", "list").json == after
    monkeypatch.setenv("AIMS_OUTPUT", "json")
    assert run("workspaces", "list").json == after


def test_a_studio_that_is_not_there_is_named(bob: Person, aims: Shell):
    refused(
        aims("whoami", AIMS_BASE_URL="http://127.0.0.1:9"), 1, "no studio at http://127.0.0.1:9", "aims serve"
    )
    refused(aims("whoami", AIMS_BASE_URL="somewhere"), 2, "base URL")


def test_a_login_that_finds_no_studio_says_how_to_name_another(stranger: Shell):
    key, nowhere = ("--key", "aims_" + "x" * 40), "http://127.0.0.1:9"

    refused(
        stranger("login", *key, AIMS_BASE_URL=nowhere), 1, f"no studio at {nowhere}", "--base-url https://"
    )
    named = stranger("login", *key, "--base-url", nowhere)
    refused(named, 1, f"no studio at {nowhere}")
    assert "--base-url" not in named.err


def test_config_path_needs_neither_a_key_nor_a_file(stranger: Shell):
    assert Path(stranger("config", "path").out.strip()) == stranger.folder / ".aims" / "config.json"
    assert shown(stranger("config", "show"))["baseUrl"] == ["http://127.0.0.1:8787/api/v1"]
