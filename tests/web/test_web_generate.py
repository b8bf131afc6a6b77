"""The documented answer of `POST /images/generate`."""

import io

import pytest
from PIL import Image
from serving import SMALL, Person, Served


def test_alice_gets_a_picture_for_seventy_credits(alice: Person):
    answer = alice.send("POST", "/images/generate", json={"prompt": "A beautiful sunset over mountains"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"success", "images", "credits_used", "credits_remaining", "sandbox"}
    assert body["success"] is True
    assert body["sandbox"] is True
    assert (body["credits_used"], body["credits_remaining"]) == (70, 930)
    [image] = body["images"]
    assert set(image) == {"id", "url", "status", "credits_refunded"}
    assert (image["status"], image["credits_refunded"]) == ("completed", 0)
    assert alice.balance == (930, 0)
    picture = alice.served.client.get(image["url"])
    assert picture.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(picture.content)) as opened:
        opened.load()
        assert (opened.format, opened.size) == ("PNG", (1024, 1024))
