"""Whatever bytes are stored, and however they are asked for, nobody's browser runs them (MED-03).

What providers send is kept byte for byte, so that its signature survives; here it is a picture that is also a page.
"""

import hashlib

import pytest
from serving import SQLITE, Person
from test_uploads_kinds import INERT, POLYGLOTS, SCRIPT

from aims import media
from aims.core import ids
from aims.core.db import Tx
from aims.media import assets, decode, storage
from aims.media.recognise import recognise

ALLOWED = {"image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/avif", "image/heic"}
ASKED = [
    {},
    {"Accept": "text/html"},
    {"Accept": "image/svg+xml"},
    {"Range": "bytes=0-"},
    {"Range": f"bytes=-{len(SCRIPT)}"},
    {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"},
]

pytestmark = SQLITE


def delivered(person: Person, data: bytes) -> tuple[str, str]:
    """Keep these bytes as a provider's output is kept: the id of the asset, and its address."""
    served = person.served
    kind = recognise(data[:512])
    assert kind is not None
    probe, small = served.do(decode.examine(served.studio.children, data, generated=True))
    asset_id = ids.new_id()
    key = storage.key(person.workspace_id, asset_id, ids.token(), kind.extension, 1_795_000_000_000_000)
    served.studio.storage.write_all(media.files(key, data, small))

    def keep(tx: Tx) -> None:
        assets.keep(
            tx, id=asset_id, workspace_id=person.workspace_id, kind="image", storage_key=key,
            content_type=probe.content_type, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(),
            width=probe.width, height=probe.height, source="generation", prompt=SCRIPT.decode(), model="x",
        )  # fmt: skip

    served.write(keep)
    return asset_id, f"{served.base}/{key}"


@pytest.mark.parametrize("name", sorted(POLYGLOTS))
def test_a_providers_picture_that_is_also_a_page_is_sent_as_a_picture_that_may_do_nothing(
    alice: Person, name: str
):
    data = POLYGLOTS[name]
    asset_id, address = delivered(alice, data)
    share = alice.send("POST", f"/media/{asset_id}/share").json()["share_url"]
    stem = address.rpartition(".")[0]
    whole = [address, f"{share}/file"]
    small = [f"{share}/thumbnail", *(f"{stem}.{side}.webp" for side in (256, 512, 1024))]

    for each in whole + small:
        for headers in ASKED:
            answer = alice.served.client.get(each, headers=headers)
            assert answer.status_code in {200, 206}
            assert answer.headers.get_list("content-type")[0] in ALLOWED
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
            assert answer.headers.get_list("content-security-policy") == [INERT]
            assert "html" not in answer.headers["content-disposition"]
            assert each in whole or SCRIPT not in answer.content
    assert {alice.served.client.get(each).content for each in whole} == {data}
    page = alice.served.client.get(share).text
    assert "alert" not in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "ending", ["svg", "html", "htm", "xml", "js", "swf", "pdf", "png.html", "png/", "png;.html"]
)
def test_no_ending_makes_another_type_of_a_file(alice: Person, ending: str):
    _, address = delivered(alice, POLYGLOTS["png, html"])

    answer = alice.served.client.get(f"{address.rpartition('.')[0]}.{ending}")

    assert answer.status_code == 404 or answer.headers["content-type"] == "image/png"
    assert SCRIPT not in answer.content or answer.headers["content-type"] == "image/png"


def test_an_address_of_a_file_below_a_share_is_of_that_share_only(alice: Person):
    first, _ = delivered(alice, POLYGLOTS["png, html"])
    _, address = delivered(alice, POLYGLOTS["gif, html"])
    share = alice.send("POST", f"/media/{first}/share").json()["share_url"]

    for end in (
        f"file/{address.rpartition('/')[2]}",
        "file/..",
        "file.html",
        "thumbnail.svg",
        "file%2f..",
        "256",
    ):
        answer = alice.served.client.get(f"{share}/{end}")
        assert answer.status_code == 404 or SCRIPT not in answer.content
