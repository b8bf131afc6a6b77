"""Keys and workspaces from the command line."""

import json
import re
from collections.abc import Callable

import pytest
from typing_in import Said, refused

Run = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("made")


def test_a_key_is_printed_once_and_listed_without_its_secret(run: Run):
    value = run("keys", "create", "--name", "laptop", "--json").json
    said = run("keys", "list")
    listed = run("keys", "list", "--json").json

    assert set(value) == {"id", "api_key", "workspace_id", "name"}
    assert value["api_key"].startswith(f"aims_{value['id']}")
    assert value["api_key"] not in said.out
    assert value["api_key"][17:] not in said.out
    assert [one["name"] for one in listed] == ["First key", "laptop"]
    assert value["api_key"] not in json.dumps(listed)
    assert listed[1]["rate_limit"] == 60
    assert listed[1]["scopes"] == ["image:generate", "video:generate", "media:read", "media:write"]


def test_the_text_form_begins_with_the_key_alone_on_its_line(run: Run):
    said = run("keys", "create")

    assert said.code == 0
    assert re.fullmatch(r"aims_[0-9A-Za-z]{50}", said.out.splitlines()[0])


def test_a_key_is_made_as_it_was_described(run: Run):
    run(
        "keys", "create", "--name", "ci", "--scopes", "image:generate, usage:read", "--rate-limit", "600",
        "--burst", "5", "--cap", "500", "--expires", "90d",
    )  # fmt: skip

    one = run("keys", "list", "--json").json[1]
    assert (one["name"], one["scopes"]) == ("ci", ["image:generate", "usage:read"])
    assert (one["rate_limit"], one["burst"], one["cap"], one["used"]) == (600, 5, 500, 0)
    assert one["expires_at"] > one["created_at"]
    assert one["revoked_at"] is None


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--expires", "soon"),
        ("--expires", "-1d"),
        ("--expires", "0d"),
        ("--expires", "9999y"),
        ("--rate-limit", "0"),
        ("--rate-limit", "many"),
        ("--rate-limit", "1.5"),
        ("--rate-limit", "99999999999"),
        ("--burst", "0"),
        ("--burst", "61"),
        ("--cap", "-1"),
        ("--cap", "1.9oops"),
        ("--scopes", "everything"),
        ("--scopes", ","),
        ("--name", "  "),
        ("--name", "x" * 101),
    ],
)
def test_a_wrong_value_is_a_usage_error_and_makes_no_key(run: Run, flag: str, value: str):
    refused(run("keys", "create", flag, value), 2)

    assert len(run("keys", "list", "--json").json) == 1


def test_an_unknown_workspace_is_said_to_be_unknown(run: Run):
    for command in (["keys", "create"], ["keys", "list"], ["credits", "statement"]):
        refused(run(*command, "--workspace", "Nowhere"), 1, "no such workspace")


def test_a_key_is_revoked_once_and_for_all(run: Run):
    key = run("keys", "create", "--json").json

    assert run("keys", "revoke", key["id"], "--json").json == {"id": key["id"], "revoked": True}
    first = run("keys", "list", "--json").json[1]["revoked_at"]
    assert run("keys", "revoke", key["id"]).code == 0
    assert run("keys", "list", "--json").json[1]["revoked_at"] == first
    assert "revoked" in run("keys", "list").out
    refused(run("keys", "revoke", "nothing"), 1, "no such key")
    refused(run("keys", "revoke", "' OR 1=1 --"), 1, "no such key")


def test_a_key_is_revoked_by_its_id_whichever_workspace_has_it(run: Run):
    made = run("workspaces", "create", "--name", "Marketing", "--json").json
    [theirs] = run("keys", "list", "--workspace", "Marketing", "--json").json

    refused(run("keys", "revoke", "nosuch"), 1, "no such key")
    refused(run("keys", "revoke", theirs["id"], "--workspace", "My workspace"), 1, "no such key in this")
    assert run("keys", "list", "--workspace", "Marketing", "--json").json[0]["revoked_at"] is None
    assert run("keys", "revoke", theirs["id"]).out == f"{theirs['id']} is revoked.\n"

    assert made["api_key"].startswith(f"aims_{theirs['id']}")
    assert run("keys", "list", "--workspace", "Marketing", "--json").json[0]["revoked_at"] is not None
    assert run("keys", "list", "--workspace", "My workspace", "--json").json[0]["revoked_at"] is None


def test_a_workspace_comes_with_credits_and_a_key(run: Run):
    made = run("workspaces", "create", "--name", "Marketing", "--json").json

    assert set(made) == {"workspace_id", "api_key"}
    assert [one["name"] for one in run("workspaces", "list", "--json").json] == ["My workspace", "Marketing"]
    statement = run("credits", "statement", "--workspace", made["workspace_id"], "--json").json
    assert statement["available"] == 1000
    keys = run("keys", "list", "--workspace", "Marketing", "--json").json
    assert made["api_key"].startswith(f"aims_{keys[0]['id']}")


def test_with_two_workspaces_one_has_to_be_named(run: Run):
    run("workspaces", "create", "--name", "Marketing")

    for command in (["keys", "create"], ["credits", "grant", "--amount", "5"], ["credits", "reset-sandbox"]):
        refused(run(*command), 1, "--workspace")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_workspace_has_a_name(run: Run, name: str):
    refused(run("workspaces", "create", "--name", name), 2, "1 to 100 characters")

    assert len(run("workspaces", "list", "--json").json) == 1
