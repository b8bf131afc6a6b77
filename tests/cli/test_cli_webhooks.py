"""`aims doctor` and webhooks: an endpoint that was switched off is named, with what to do."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from typing_in import Said

from aims.core import ids

Run = Callable[..., Said]

SWITCHED_OFF = """
INSERT INTO webhook_endpoints (id, workspace_id, url, events, salt, disabled_at, disabled_reason, created_at)
VALUES (?, ?, 'https://shop.example/', 'generation.failed', 'salt', unixepoch() * 1000000, ?, 0)
"""


def test_the_doctor_names_an_endpoint_that_was_switched_off(run: Run, made: dict[str, str], home: Path):
    endpoint_id = ids.new_id()
    with closing(sqlite3.connect(home / "studio.db")) as connection, connection:
        connection.execute(
            SWITCHED_OFF, (endpoint_id, made["workspace_id"], "Nothing has arrived for 5 days.")
        )

    said = run("doctor", "--json")

    assert said.code == 1
    (finding,) = [one for one in json.loads(said.out)["findings"] if one["name"] == "webhooks"]
    assert not finding["ok"]
    assert endpoint_id in finding["sentence"]
    assert "Nothing has arrived for 5 days." in finding["sentence"]
    assert "PATCH" in finding["remedy"]
