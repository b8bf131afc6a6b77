"""What an upload may be, and what comes back of it (MED-02, MED-03, MED-04): told by its bytes, cleaned, inert."""

import io
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import ExifTags, Image
from serving import SQLITE, Person, has_error

# The pictures that mean harm belong to the decoder's tests, which need not be among those that run.
sys.path.append(str(Path(__file__).parents[1] / "media"))

import hostile_pictures
from hostile_pictures import SCRIPT, encoded

MOST = 20 << 20
FORMS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "HEIF", "BMP")
STORED = {
    "PNG": "png",
    "GIF": "png",
    "BMP": "png",
    "JPEG": "jpg",
    "WEBP": "webp",
    "AVIF": "jpg",
    "HEIF": "jpg",
}
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
INERT = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

Sent = httpx2.Response


def send_file(
    person: Person,
    data: bytes,
    name: str = "picture.png",
    declared: str = "image/png",
    *,
    part: str = "file",
    key: str | None = None,
) -> Sent:
    """Upload these bytes under this name and declared type."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return person.send("POST", "/uploads", files={part: (name, data, declared)}, headers=headers)


def kept(answer: Sent) -> dict[str, Any]:
    """What a successful upload was answered with, once it is certain that it has the documented shape."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"success", "id", "url"}
    assert body["success"] is True
    return body


def is_inert(answer: Sent) -> None:
    """Whatever the bytes are, no browser makes anything but a picture of them."""
    assert answer.status_code in {200, 206}
    assert answer.headers["content-type"] in TYPES.values()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("content-security-policy") == [INERT]
    assert answer.headers["content-disposition"].startswith('inline; filename="')
    assert answer.headers["cross-origin-resource-policy"] == "same-site"


def small(form: str, **settings: Any) -> bytes:
    return encoded(Image.new("RGB", (48, 32), "teal"), form, **settings)


def thumbnails_of(address: str) -> dict[int, str]:
    """The addresses of the three thumbnails of a file, by their longest side."""
    stem = address.rpartition(".")[0]
    return {side: f"{stem}.{side}.webp" for side in (256, 512, 1024)}


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_recognised_by_its_bytes_whatever_it_is_called(alice: Person, form: str):
    lies = [
        ("picture.svg", "image/svg+xml"),
        ("../../x.html", "text/html"),
        ("a.png", "image/png"),
        ("x", ""),
    ]
    for name, declared in lies:
        body = kept(send_file(alice, small(form), name, declared))

        assert body["url"].startswith(f"{alice.served.base}/workspaces/{alice.workspace_id}/uploads/")
        assert body["url"].endswith(f".{STORED[form]}")
        assert body["id"] in body["url"]
        answer = alice.served.client.get(body["url"])
        is_inert(answer)
        assert answer.headers["content-type"] == TYPES[STORED[form]]
        assert Image.open(io.BytesIO(answer.content)).size == (48, 32)


OTHERS = hostile_pictures.other_files()


@SQLITE
@pytest.mark.parametrize("name", sorted(set(OTHERS) - {"nothing"}))
def test_what_is_no_picture_is_refused_whatever_it_is_called(alice: Person, name: str):
    for called, declared in (("holiday.png", "image/png"), ("holiday.jpg", "image/jpeg")):
        error = has_error(send_file(alice, OTHERS[name], called, declared), 415, "unsupported_media_type")

        assert "PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP" in error["error"]
    assert files_of(alice) == []


@SQLITE
def test_an_empty_file_is_refused(alice: Person):
    error = has_error(send_file(alice, b""), 400, "empty_upload")

    assert [each["field"] for each in error["details"]] == ["file"]


@SQLITE
@pytest.mark.parametrize("form", FORMS)
def test_a_picture_that_breaks_off_is_refused(alice: Person, form: str):
    data = encoded(Image.effect_noise((64, 64), 90).convert("RGB"), form)

    answer = send_file(alice, data[: len(data) // 2])

    assert answer.status_code in {400, 415}, answer.text
    assert files_of(alice) == []


def files_of(person: Person) -> list[str]:
    """The names of this workspace's files on the disk."""
    folder = person.served.settings.home / "media" / "workspaces" / person.workspace_id
    return [path.name for path in folder.rglob("*") if path.is_file()]


def padded(size: int) -> bytes:
    """A PNG of exactly so many bytes."""
    plain = small("PNG")
    filler = bytes(size - len(plain) - 12)
    return plain[:33] + hostile_pictures.chunk(b"prVt", filler) + plain[33:]


@SQLITE
def test_a_file_of_exactly_twenty_mebibytes_is_kept_and_one_byte_more_is_too_large(alice: Person):
    exact = padded(MOST)
    assert len(exact) == MOST

    kept(send_file(alice, exact))
    error = has_error(send_file(alice, padded(MOST + 1)), 413, "upload_too_large")

    assert "20 MiB" in error["error"]
    assert len(files_of(alice)) == 4


def laden(form: str) -> bytes:
    """A picture with a place, a name and a serial number in it, in every way that its format has."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "SECRET artist"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SECRET serial"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    gps[ExifTags.GPS.GPSAreaInformation] = b"SECRET place"
    if form == "GIF":
        return small(form, comment=b"SECRET comment")
    if form == "BMP":
        return small(form) + b"SECRET tail"
    data = small(form, exif=exif.tobytes())
    if form == "PNG":
        data = data[:33] + hostile_pictures.chunk(b"tEXt", b"Comment\0SECRET text") + data[33:]
    return data


@SQLITE
@pytest.mark.parametrize("form", FORMS)
def test_nothing_private_of_an_upload_is_in_any_file_that_can_be_fetched(alice: Person, form: str):
    data = laden(form)
    assert b"SECRET" in data

    address = kept(send_file(alice, data))["url"]

    for each in (address, *thumbnails_of(address).values()):
        answer = alice.served.client.get(each)
        is_inert(answer)
        for secret in (b"SECRET", b"Exif", b"GPS", b"xmpmeta"):
            assert secret not in answer.content, (each, secret)
        assert not Image.open(io.BytesIO(answer.content)).getexif()


@SQLITE
def test_a_picture_that_lies_on_its_side_is_put_upright(alice: Person):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6

    address = kept(send_file(alice, small("JPEG", exif=exif.tobytes())))["url"]

    for each in (address, *thumbnails_of(address).values()):
        assert Image.open(io.BytesIO(alice.served.client.get(each).content)).size == (32, 48)


POLYGLOTS = hostile_pictures.polyglots()


@SQLITE
@pytest.mark.parametrize("name", sorted(POLYGLOTS))
def test_a_picture_that_is_also_something_else_comes_back_as_a_picture_only(alice: Person, name: str):
    data = POLYGLOTS[name]
    assert SCRIPT in data
    uploaded = kept(send_file(alice, data, "page.html", "text/html"))
    share = alice.send("POST", f"/media/{uploaded['id']}/share").json()["share_url"]

    addresses = [
        uploaded["url"],
        *thumbnails_of(uploaded["url"]).values(),
        f"{share}/file",
        f"{share}/thumbnail",
    ]

    for each in addresses:
        for headers in ({}, {"Range": "bytes=0-"}, {"Accept": "text/html"}):
            answer = alice.served.client.get(each, headers=headers)
            assert SCRIPT not in answer.content
            assert b"PK\x03\x04" not in answer.content
            is_inert(answer)


@SQLITE
def test_a_thumbnail_has_its_size_and_is_asked_for_again_with_its_tag(alice: Person):
    data = encoded(Image.effect_noise((1500, 900), 90).convert("RGB"), "PNG")
    address = kept(send_file(alice, data))["url"]
    tags = {alice.served.client.get(address).headers["etag"]}

    for side, thumbnail in thumbnails_of(address).items():
        answer = alice.served.client.get(thumbnail)
        assert answer.headers["content-type"] == "image/webp"
        image = Image.open(io.BytesIO(answer.content))
        assert (image.format, image.size) == ("WEBP", (side, round(side * 0.6)))
        tag = answer.headers["etag"]
        tags.add(tag)
        again = alice.served.client.get(thumbnail, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        part = alice.served.client.get(thumbnail, headers={"Range": "bytes=2-9", "If-Range": tag})
        assert (part.status_code, part.content) == (206, answer.content[2:10])
        assert part.headers["content-range"] == f"bytes 2-9/{len(answer.content)}"
        head = alice.served.client.head(thumbnail)
        assert (head.status_code, head.headers["content-length"]) == (200, str(len(answer.content)))
    assert len(tags) == 4


@SQLITE
def test_a_small_picture_is_not_enlarged_for_its_thumbnails(alice: Person):
    address = kept(send_file(alice, small("PNG")))["url"]

    for thumbnail in thumbnails_of(address).values():
        assert Image.open(io.BytesIO(alice.served.client.get(thumbnail).content)).size == (48, 32)


@SQLITE
def test_a_thumbnail_is_not_found_without_the_secret_of_its_address(alice: Person, charlie: Person):
    address = kept(send_file(alice, small("PNG")))["url"]
    other = kept(send_file(charlie, small("PNG")))["url"]
    stem = address.rpartition(".")[0]
    wrong = stem[:-1] + ("0" if stem[-1] != "0" else "1")
    swapped = stem[:-32] + other.rpartition(".")[0][-32:]
    beside = f"{alice.workspace_id}/uploads/"

    for each in (
        f"{wrong}.256.webp",
        f"{swapped}.256.webp",
        f"{stem[:-33]}.256.webp",
        f"{stem}.128.webp",
        f"{stem}.256.png",
        f"{stem}.256.256.webp",
        f"{stem}.webp",
        f"{stem}.svg",
        f"{address}.256.webp",
        f"{stem}.256.webp".replace(beside, f"{charlie.workspace_id}/uploads/"),
    ):
        answer = alice.served.client.get(each)
        assert answer.status_code == 404, each
        assert answer.json()["error"] == "There is no such file."
