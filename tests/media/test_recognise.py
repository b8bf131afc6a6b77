"""A file is what its bytes say (MED-02)."""

import hostile_pictures
import pytest
from PIL import Image

from aims.media.recognise import AVIF, BMP, GIF, HEAD, HEIC, JPEG, MP4, PNG, WEBP, Kind, recognise

FORMS = [
    ("PNG", PNG),
    ("JPEG", JPEG),
    ("WEBP", WEBP),
    ("GIF", GIF),
    ("BMP", BMP),
    ("AVIF", AVIF),
    ("HEIF", HEIC),
]


@pytest.mark.parametrize(("form", "kind"), FORMS)
def test_every_kind_of_picture_is_known_by_its_first_bytes(form: str, kind: Kind) -> None:
    data = hostile_pictures.encoded(Image.new("RGB", (8, 8)), form)
    assert recognise(data[:HEAD]) is kind
    assert kind.is_image


@pytest.mark.parametrize("others", [b"avifmif1miaf", b"mif1avis"])
def test_a_still_picture_is_told_apart_by_its_other_brands(others: bytes) -> None:
    size = (16 + len(others)).to_bytes(4, "big")
    assert recognise(size + b"ftypmif1\0\0\0\0" + others) is AVIF
    assert recognise(size + b"ftypmif1\0\0\0\0" + b"heic" + others[4:]) in (HEIC, AVIF)
    assert recognise(size + b"ftypmif1\0\0\0\0" + bytes(len(others))) is None


def test_a_film_is_known_and_is_no_picture() -> None:
    kind = recognise(hostile_pictures.other_files()["mp4"])
    assert kind is MP4
    assert not kind.is_image


def test_nothing_else_is_known() -> None:
    known = {name for name, data in hostile_pictures.other_files().items() if recognise(data)}
    assert known == {"mp4"}


def test_no_head_is_too_short_to_ask() -> None:
    for length in range(40):
        for data in hostile_pictures.polyglots().values():
            recognise(data[:length])
