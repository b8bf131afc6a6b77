"""`aims image`, `edit` and `video`: what is printed, what is saved, and what the exit code says."""

import json
from pathlib import Path
from typing import Any

import pytest
from between import Between
from remotely import SMALL, Shell, shown
from serving import Person
from typing_in import refused


def kind_of(file: Path) -> str:
    """What a file is, by its first bytes."""
    head = file.read_bytes()[:12]
    return "png" if head.startswith(b"\x89PNG") else "mp4" if head[4:8] == b"ftyp" else "?"


def test_a_picture_is_made_printed_and_saved(bob: Person, aims: Shell):
    said = aims("image", "A", "red", "barn", "--style", "watercolor-style", "-o", "barn.png", *SMALL)

    assert (said.code, said.err) == (0, "")
    told = shown(said)
    assert list(told) == [
        "index", "id", "url", "status", "credits_used", "credits_remaining", "style_applied", "saved",
    ]  # fmt: skip
    assert (told["index"], told["status"], told["saved"]) == (["1"], ["completed"], ["barn.png"])
    assert (told["credits_used"], told["credits_remaining"]) == (["25"], ["975"])
    assert kind_of(aims.folder / "barn.png") == "png"
    (made,) = bob.send("GET", "/generations").json()["items"]
    assert made["prompt"] == "A red barn"


def test_a_setting_of_a_model_is_never_taken_for_one_of_the_call(bob: Person, aims: Shell):
    """The client's own call has a `timeout`, a `wait` and a key; what is given with --set goes to the studio."""
    mine = ("--set", "timeout=0", "--set", "wait=false", "--set", "idempotency_key=mine", "--set", "seed=7")
    said = aims("image", "A red barn", "--json", *mine, *SMALL)

    assert (said.code, said.json["images"][0]["status"]) == (0, "completed")
    assert set(said.json["ignored_parameters"]) == {"timeout", "wait", "idempotency_key"}
    (made,) = bob.send("GET", "/generations").json()["items"]
    assert made["parameters"]["seed"] == 7


def test_one_of_several_that_fails_leaves_the_others(bob: Person, aims: Shell):
    said = aims(
        "image", "Barns [sandbox: fail=1]", "--n", "3", "--json", "-o", "barns/", "--make-public", *SMALL
    )

    assert said.code == 1
    assert "1 of 3 failed: " in said.err
    told = json.loads(said.out)
    assert [image["status"] for image in told["images"]].count("completed") == 2
    assert all(image["share_url"] for image in told["images"] if image["status"] == "completed")
    assert (told["success"], told["credits_used"], told["credits_remaining"]) == (True, 50, 950)
    assert (len(told["saved"]), told["download_errors"]) == (2, [])
    assert [Path(file).name[:3] for file in told["saved"]] == ["01-", "02-"]
    assert {kind_of(aims.folder / file) for file in told["saved"]} == {"png"}


def test_nothing_at_all_is_a_failure_that_says_why(bob: Person, aims: Shell):
    said = aims("image", "A barn [sandbox: fail=all]", "--print", "url", "-o", "barn.png", *SMALL)

    assert (said.code, said.out) == (1, "")
    assert "1 of 1 failed: " in said.err
    assert bob.balance == (1000, 0)
    assert not (aims.folder / "barn.png").exists()


def test_commands_are_chained_by_addresses(bob: Person, aims: Shell):
    said = aims.script(
        "aims video It turns its head --model xai/grok-imagine-video/image-to-video --duration 1 --resolution 480p "
        f'--image-url "$(aims image A red fox {" ".join(SMALL)} --print url)" --json -o fox'
    )

    told = said.json
    assert (told["video"]["status"], told["video"]["duration"]) == ("completed", 1)
    (saved,) = told["saved"]
    assert saved.startswith("fox/01-")
    assert kind_of(aims.folder / saved) == "mp4"
    film, picture = bob.send("GET", "/generations").json()["items"]
    assert (film["kind"], picture["kind"]) == ("video", "image")


def test_a_picture_is_brought_in_and_edited_by_what_is_piped(bob: Person, aims: Shell):
    assert aims("image", "A barn", "-o", "barn.png", *SMALL).code == 0

    url = aims("upload", "barn.png", "--print", "url").out.strip()
    said = aims("edit", "-i", url, "--json", "--model", SMALL[1], "-f", "webp", stdin="Make it winter\n")

    assert said.json["images"][0]["url"].endswith(".webp")
    made = bob.send("GET", "/generations").json()["items"][0]
    assert (made["prompt"], made["model"]) == ("Make it winter", f"{SMALL[1]}/edit")


@pytest.mark.parametrize(
    ("words", "stdin", "body"),
    [
        (("image", "A", "barn", "--n", "2"), None, {"prompt": "A barn", "n": 2}),
        (("image", "A barn"), "from the pipe", {"prompt": "A barn"}),
        (("image",), "from the pipe\n", {"prompt": "from the pipe"}),
        (("image", "-"), "from the pipe", {"prompt": "from the pipe"}),
        (("image", "A barn", "--set", "steps=30", "--set", "strength=0.5", "--set", "tiled=true", "--set", "way=a=b",
          "--set", "name=\"x\""), None, {
            "prompt": "A barn", "steps": 30, "strength": 0.5, "tiled": True, "way": "a=b", "name": "\"x\"",
        }),
        (("edit", "--stdin", "-i", "https://a.example/b.png"), "Üb", {
            "prompt": "Üb", "image_urls": ["https://a.example/b.png"],
        }),
        (("image", "A", "-m", "m", "-a", "1:1", "-r", "1K", "-s", "9x9", "-f", "webp", "-q", "hd", "--style", "s",
          "--seed", "0", "-i", "u", "-i", "v", "--make-public"), None, {
            "prompt": "A", "model": "m", "aspect_ratio": "1:1", "resolution": "1K", "size": "9x9",
            "output_format": "webp", "quality": "hd", "style_slug": "s", "seed": 0, "image_urls": ["u", "v"],
            "make_public": True,
        }),
        (("video", "A", "-d", "4", "-a", "16:9", "--audio", "-i", "u", "--image-urls", "a", "--image-urls", "b",
          "--first-frame-url", "f", "--last-frame-url", "l", "--extend-video-url", "e", "-r", "720p",
          "--negative-prompt", "n", "-m", "m", "--make-public"), None, {
            "prompt": "A", "model": "m", "duration": 4, "aspect_ratio": "16:9", "audio": True, "image_url": "u",
            "image_urls": ["a", "b"], "first_frame_url": "f", "last_frame_url": "l", "extend_video_url": "e",
            "resolution": "720p", "negative_prompt": "n", "make_public": True,
        }),
    ],
)  # fmt: skip
def test_a_dry_run_shows_what_was_given_and_nothing_else(
    stranger: Shell, words: tuple[str, ...], stdin: str | None, body: dict[str, Any]
):
    said = stranger(*words, "--dry-run", stdin=stdin)

    kind = "videos" if words[0] == "video" else "images"
    assert said.json == {"dry_run": True, "method": "POST", "path": f"/{kind}/generate", "body": body}
    assert said.err == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("image", "A barn", "--n", "1.9oops"), "1.9oops"),
        (("video", "A barn", "--duration", "long"), "long"),
        (("image", "A barn", "--seed", ""), "--seed"),
        (("video", "A barn", "--set", "steps"), "NAME=VALUE"),
        (("image", "A barn", "--set", "1=2"), "NAME=VALUE"),
        (("image", "A barn", "-i", "https://a.example/b.png", "-i", "nothing.png"), "aims upload FILE"),
        (("edit", "A barn", "-i", "nothing.png"), "no file 'nothing.png'"),
        (("video", "A barn", "-i", "x" * 5000), "--image-url"),
        (("video", "A barn", "--first-frame-url", "nothing.png"), "--first-frame-url"),
        (("image", "A barn", "--set", "prompt=B"), "prompt"),
        (("image", "A barn", "--n", "2", "--set", "n=3"), "leave one out"),
        (("image",), "no prompt"),
        (("image", "   "), "no prompt"),
        (("image", "A barn", "--stdin"), "not both"),
        (("edit", "A barn"), "--image-url"),
        (("image", "A barn", "--print", "xml"), "xml"),
        (("models", "--type", "sound"), "sound"),
        (("upload", "nothing.png"), "nothing.png"),
        (("upload", "."), "."),
        (("nonsense",), "nonsense"),
    ],
)
def test_what_is_written_wrongly_is_said_before_anything_is_sent(
    aims: Shell, words: tuple[str, ...], said: str
):
    refused(aims(*words, AIMS_BASE_URL="http://127.0.0.1:9"), 2, said)


@pytest.mark.parametrize("stdin", ["", " \n"])
def test_an_empty_pipe_is_no_prompt(stranger: Shell, stdin: str):
    refused(stranger("image", "--dry-run", stdin=stdin), 2, "no prompt")


def test_refusals_are_the_studios_own_words_with_a_hint(bob: Person, aims: Shell):
    poor = bob.served.person(10).text
    narrow = bob.served.key(bob.workspace_id, scopes=("media:read",)).text
    asked = ("image", "A red barn", *SMALL, "--key")

    refused(aims(*asked, poor), 1, "AIMS API error (402): This needs 25 credits", "Hint: ")
    refused(aims(*asked, narrow), 1, "AIMS API error (403): ", "image:generate", "Hint: ")
    refused(aims(*asked, "aims_no"), 1, "AIMS API error (401): ", "Hint: ")
    refused(
        aims("image", "A red barn", "--model", "nano-bananas"), 1, "AIMS API error (400): ", "nano-banana"
    )
    quiet = aims(*asked, poor, "--quiet")
    refused(quiet, 1, "AIMS API error (402): ")
    assert "Hint" not in quiet.err


def test_a_key_that_asks_too_often_is_told_when_to_come_back(aims: Shell, between: Between):
    said = b'{"error": "This key has asked too often.", "code": "rate_limited", "request_id": "r"}'
    between.rule("/images/generate", status=429, headers={"Retry-After": "3600"}, body=said)

    answer = aims("image", "A red barn", *SMALL, AIMS_BASE_URL=between.url)

    refused(answer, 1, "AIMS API error (429): This key has asked too often.", "Hint: ", "3600 s")


def test_an_answer_that_is_lost_is_paid_once(bob: Person, aims: Shell, between: Between):
    between.rule("/images/generate", lose=True)

    said = aims("image", "A red barn", "--json", *SMALL, AIMS_BASE_URL=between.url)

    assert (said.json["credits_used"], said.json["credits_remaining"]) == (25, 975)
    keys = [
        one.headers["idempotency-key"] for one in between.sent("/images/generate") if one.method == "POST"
    ]
    assert (len(keys), len(set(keys))) == (2, 1)
    assert len(bob.send("GET", "/generations").json()["items"]) == 1


def test_a_result_that_cannot_be_saved_is_printed_all_the_same(bob: Person, aims: Shell):
    (aims.folder / "barns").mkdir()
    name = "x" * 250 + ".png"

    said = aims("image", "A barn", "--json", "-o", f"barns/{name}", *SMALL)

    assert said.code == 1
    told = json.loads(said.out)
    (lost,) = told["download_errors"]
    assert lost["url"] == told["images"][0]["url"]
    assert lost["error"]
    assert told["saved"] == []
    assert "do not generate them again" in said.err
    assert len(bob.send("GET", "/generations").json()["items"]) == 1


def test_where_nothing_can_be_saved_nothing_is_bought(bob: Person, aims: Shell):
    (aims.folder / "file").write_text("here")

    refused(aims("image", "A barn", "-o", "file/barn.png", *SMALL), 1, "nothing paid")
    assert bob.balance == (1000, 0)
