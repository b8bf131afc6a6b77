"""People and their places from the command line."""

from collections.abc import Callable

import pytest
from typing_in import Said, refused

Run = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("made")


def test_the_first_start_makes_an_owner_who_can_become_somebody(run: Run):
    [owner] = run("users", "list", "--json").json
    assert (owner["name"], owner["email"]) == ("Owner", None)
    assert [at["role"] for at in owner["workspaces"]] == ["owner"]

    changed = run("users", "change", "Owner", "--name", "Ada", "--email", "Ada@Example.com", "--json").json

    assert changed == owner | {"name": "Ada", "email": "ada@example.com"}
    assert run("users", "list", "--json").json == [changed]


def test_somebody_is_added_with_a_place_and_shown_with_keys(process: Run):
    ada = process(
        "users", "create", "--name", "Ada", "--email", "ada@example.com", "--workspace", "My workspace",
        "--role", "admin", "--json",
    ).json  # fmt: skip
    key = process("keys", "create", "--user", "ada@example.com", "--name", "laptop", "--json").json

    shown = process("users", "show", "Ada", "--json").json
    said = process("users", "show", ada["user_id"])

    assert set(ada) == {"user_id", "name", "email", "created_at", "workspaces"}
    assert ada["workspaces"] == [
        {"workspace_id": key["workspace_id"], "name": "My workspace", "role": "admin"}
    ]
    assert shown == ada | {"keys": shown["keys"]}
    assert [(one["id"], one["name"], one["revoked_at"]) for one in shown["keys"]] == [
        (key["id"], "laptop", None)
    ]
    assert (said.code, said.err) == (0, "")
    for word in ("ada@example.com", "My workspace", "admin", key["id"]):
        assert word in said.out
    listed = process("keys", "list", "--json").json[1]
    assert (listed["user_id"], listed["user"]) == (ada["user_id"], "Ada")
    assert "Ada" in process("keys", "list").out


def test_without_a_workspace_somebody_has_no_place_until_he_joins(run: Run):
    run("workspaces", "create", "--name", "Marketing")
    bob = run("users", "create", "--name", "Bob", "--json").json
    assert bob["workspaces"] == []
    said = run("users", "create", "--name", "Eve")
    assert "Eve is added, and has no place in a workspace yet." in said.out
    command = (
        said.out.splitlines()[1].split("`")[1].removeprefix("aims ").replace("NAME", "Marketing").split()
    )
    assert run(*command).out == "Eve is in Marketing (member).\n"
    run("users", "remove", "Eve")
    refused(run("keys", "create", "--user", "Bob", "--workspace", "Marketing"), 2, "users join")

    joined = run("users", "join", "Bob", "--workspace", "Marketing", "--json").json

    assert [(at["name"], at["role"]) for at in joined["workspaces"]] == [("Marketing", "member")]
    assert [one["name"] for one in run("users", "list", "--workspace", "Marketing", "--json").json] == [
        "Owner",
        "Bob",
    ]
    refused(run("users", "join", "Bob", "--workspace", "Marketing"), 1, "already, as member")
    refused(run("users", "join", "Bob"), 1, "--workspace")
    run("users", "join", "Bob", "--workspace", "My workspace", "--role", "viewer")
    assert "Marketing (member)" in run("users", "list").out


def test_in_the_only_workspace_somebody_has_a_place_at_once(run: Run):
    said = run("users", "create", "--name", "Bob")
    vi = run("users", "create", "--name", "Vi", "--role", "viewer", "--json").json

    assert said.out.startswith("Bob is added to My workspace (member). The id is ")
    assert [at["role"] for at in run("users", "show", "Bob", "--json").json["workspaces"]] == ["member"]
    assert [at["role"] for at in vi["workspaces"]] == ["viewer"]
    changed = run("users", "change", "Bob", "--role", "admin")
    assert changed.out == "Bob is changed, and is now in My workspace (admin).\n"
    assert run("users", "change", "Bob", "--email", "bob@example.com").out == "Bob is changed.\n"


def test_a_viewers_key_generates_nothing(run: Run):
    run("users", "create", "--name", "Vi", "--role", "viewer")

    refused(run("keys", "create", "--user", "Vi", "--scopes", "media:read,image:generate"), 2, "viewer's key")
    usual = run("keys", "create", "--user", "Vi")
    named = run("keys", "create", "--user", "Vi", "--scopes", "usage:read,media:read,usage:read")

    assert usual.out.endswith("It may do media:read.\n")
    assert named.out.endswith("It may do usage:read, media:read.\n")
    assert [one["scopes"] for one in run("keys", "list", "--json").json][1:] == [
        ["media:read"],
        ["usage:read", "media:read"],
    ]


def test_the_last_owner_stays_until_there_is_another(run: Run):
    for command in (["leave", "Owner"], ["remove", "Owner"], ["change", "Owner", "--role", "viewer"]):
        refused(run("users", *command), 1, "no other owner")
    run("users", "create", "--name", "Ada", "--role", "owner")

    gone = run("users", "remove", "Owner", "--json").json

    assert (gone["removed"], gone["keys_revoked"]) == (True, 1)
    assert [one["name"] for one in run("users", "list", "--json").json] == ["Ada"]
    assert run("keys", "list", "--json").json[0]["revoked_at"] is not None
    refused(run("users", "remove", "Owner"), 1, "no such person")
    run("workspaces", "create", "--name", "Marketing")
    assert [at["role"] for at in run("users", "show", "Ada", "--json").json["workspaces"]] == ["owner"] * 2


def test_who_leaves_is_still_there_without_his_keys(run: Run):
    run("users", "create", "--name", "Bob", "--role", "member")
    key = run("keys", "create", "--user", "Bob", "--json").json

    said = run("users", "leave", "Bob")

    assert (said.code, said.out) == (0, "Bob has left My workspace (member). 1 key is revoked.\n")
    refused(run("users", "leave", "Bob"), 1, "not in the workspace")
    shown = run("users", "show", "Bob", "--json").json
    assert (shown["workspaces"], [one["id"] for one in shown["keys"]]) == ([], [key["id"]])
    assert shown["keys"][0]["revoked_at"] is not None
    assert "0 keys are revoked" in run("users", "remove", "Bob").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["create"],
        ["create", "--name", " "],
        ["create", "--name", "Ada", "--email", "ada"],
        ["create", "--name", "Ada", "--role", "king"],
        ["change", "Owner"],
        ["change", "Owner", "--workspace", "My workspace", "--name", "Ada"],
        ["change", "Owner", "--email", ""],
        ["change", "Owner", "--name", ""],
        ["join", "Owner", "--role", ""],
        ["show"],
        ["remove"],
    ],
    ids=" ".join,
)
def test_what_is_written_wrongly_is_a_usage_error_and_changes_nothing(run: Run, arguments: list[str]):
    before = run("users", "list", "--json").json

    refused(run("users", *arguments), 2)

    assert run("users", "list", "--json").json == before


@pytest.mark.parametrize("command", ["show", "change", "join", "leave", "remove"])
def test_somebody_who_is_not_there_is_said_not_to_be(run: Run, command: str):
    more = ["--name", "Nobody"] if command == "change" else []

    refused(run("users", command, "nobody@example.com", *more), 1, "no such person")


def test_an_address_that_somebody_has_makes_nobody(run: Run):
    run("users", "create", "--name", "Ada", "--email", "ada@example.com")

    refused(run("users", "create", "--name", "Eve", "--email", "ADA@example.com"), 1, "ada@example.com")
    refused(run("users", "change", "Owner", "--email", "ada@EXAMPLE.com"), 1, "ada@example.com")
    # Nobody is made of what is refused later.
    refused(run("users", "create", "--name", "Eve", "--workspace", "Nowhere"), 1, "no such workspace")

    assert [one["name"] for one in run("users", "list", "--json").json] == ["Owner", "Ada"]
