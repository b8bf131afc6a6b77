"""Text is text, on both databases."""

import pytest
from serving import Person


@pytest.mark.parametrize(
    "prompt",
    [
        "{{7*7}} ${jndi:ldap://x} %s %n",
        "<script>alert(1)</script>",
        "\u202eright to left",
        "a\r\nSet-Cookie: x",
        "\x1b[31mred",
        "' OR (SELECT pg_sleep(8)) IS NOT NULL --",
    ],
)
def test_a_prompt_is_kept_as_it_was_written(alice: Person, prompt: str):
    view = alice.begin(prompt)

    assert view["prompt"] == prompt
    assert alice.finished(view["id"])["prompt"] == prompt
