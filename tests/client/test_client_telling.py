"""Server-Sent Events come in pieces of any size, and say the same however they are cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aims.client.saving import LONGEST_NAME, name_of
from aims.client.telling import Event, Reader

STREAM = (
    b"retry: 2000\n\n: still here\n\n"
    b'id: 1\nevent: generation.updated\ndata: {"prompt": "a\xe2\x80\xa8b\x0cc"}\n\n'
    b"id: 2\r\ndata: one\r\ndata:two\r\n\r\nid: 3\rdata: x\r\revent: odd\n\ndata: unfinished"
)
EVENTS = [
    Event("1", "generation.updated", b'{"prompt": "a\xe2\x80\xa8b\x0cc"}'),
    Event("2", "message", b"one\ntwo"),
    Event("3", "message", b"x"),
]


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=20))
def test_the_cuts_do_not_matter(cuts: list[int]):
    reader, found = Reader(), []
    places = [0, *sorted(cuts), len(STREAM)]

    for begin, end in pairwise(places):
        found += reader.feed(STREAM[begin:end])

    assert found == EVENTS


@given(st.text(max_size=300))
def test_no_address_leads_out_of_its_folder(end: str):
    name = name_of(f"http://studio.example/{end}")

    assert "/" not in name
    assert name not in ("", ".", "..")
    assert not name.startswith(".")
    assert len(name) <= LONGEST_NAME
    assert name.isascii()
