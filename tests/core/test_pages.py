"""A cursor brings back exactly the place it was made for, and nothing else is taken for one."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aims.core import pages
from aims.core.errors import Invalid

NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@given(NUMBERS, TEXTS, TEXTS)
def test_a_cursor_brings_its_values_back(number: int, text: str, workspace: str):
    made = pages.cursor((number, text), workspace, None, 3)

    assert pages.read(made, tuple[int, str], workspace, None, 3) == (number, text)
    assert made.isascii()


@pytest.mark.parametrize(
    "other", [("bob", "image"), ("alice", None), ("alice",), ("alice", "image", None), ()]
)
def test_a_cursor_of_another_list_is_refused(other: tuple[str | None, ...]):
    made = pages.cursor((1, "a"), "alice", "image")

    with pytest.raises(Invalid) as refused:
        pages.read(made, tuple[int, str], *other)

    assert refused.value.code == "invalid_cursor"


@pytest.mark.parametrize(
    "values", [(1,), ("a", 1), (1, "a", 2), (1, 2), (1.5, "a"), (True, "a"), (None, "a"), ()]
)
def test_a_cursor_of_another_shape_is_refused(values: tuple[object, ...]):
    made = pages.cursor(values, "alice")  # ty: ignore[invalid-argument-type] - as somebody might forge it

    with pytest.raises(Invalid):
        pages.read(made, tuple[int, str], "alice")


@pytest.mark.parametrize(
    "values", [(2**63, "a"), (-(2**64), "a"), (10**400, "a"), (1, "a\0b")], ids=["63", "64", "400", "nul"]
)
def test_what_no_database_takes_is_refused(values: tuple[int, str]):
    with pytest.raises(Invalid):
        pages.read(
            encoded(str(values).replace("(", "[").replace(")", "]").replace("'", '"')), tuple[int, str]
        )
    with pytest.raises(Invalid):
        pages.read(
            pages.cursor(values, "alice") if abs(values[0]) < 2**63 else "e30", tuple[int, str], "alice"
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "====",
        "e30",
        "W10",
        "bnVsbA",
        "' OR 1=1 --",
        "\u00e4",
        "\ud800",
        "A" * 5000,
        "[" * 900,
        "\0",
        " ",
    ],
    ids=ascii,
)
def test_what_is_no_cursor_is_refused_in_a_sentence(text: str):
    with pytest.raises(Invalid) as refused:
        pages.read(text, tuple[int, str], "alice")

    assert refused.value.details[0].field == "cursor"


@given(st.text(max_size=200))
def test_no_text_makes_it_stumble(text: str):
    with pytest.raises(Invalid):
        pages.read(text, tuple[int, str], "alice")


@given(st.text(max_size=200).map(encoded))
def test_no_forged_text_makes_it_stumble(text: str):
    with pytest.raises(Invalid):
        pages.read(text, tuple[int, str], "alice")


@pytest.mark.parametrize(("text", "expected"), [(None, 20), ("1", 1), ("100", 100), ("007", 7)])
def test_how_many_are_asked_for(text: str | None, expected: int):
    assert pages.limit(text) == expected


@pytest.mark.parametrize("text", ["", "0", "101", "-1", "1.5", "ten", "1e2", "²", "٣", " 5", "9" * 5000])
def test_a_length_that_is_none_is_refused(text: str):
    with pytest.raises(Invalid):
        pages.limit(text)


@pytest.mark.parametrize(
    ("rows", "page", "more"), [([], [], False), ([1, 2], [1, 2], False), ([1, 2, 3], [1, 2], True)]
)
def test_a_page_is_cut_out_of_one_row_more(rows: list[int], page: list[int], more: bool):
    assert pages.cut(rows, 2) == (page, more)
