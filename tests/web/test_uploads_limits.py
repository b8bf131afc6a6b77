"""What an upload may cost us: parts, headers, lengths, pixels, in bytes that no library sends (INP-02, MED-01)."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from select import select

import httpx2
import machine
import pytest
from PIL import Image
from serving import PATIENCE, SQLITE, Person, Served, has_error, heard
from test_uploads_kinds import encoded, files_of, hostile_pictures, send_file, small

MIB = 1 << 20
MOST_GROWTH = 32 * MIB
BOUNDARY = b"xYz"
FORM = f"multipart/form-data; boundary={BOUNDARY.decode()}"


def part(
    body: bytes, disposition: str = 'form-data; name="file"; filename="a.png"', *headers: bytes
) -> bytes:
    head = b"\r\n".join([f"Content-Disposition: {disposition}".encode(), *headers])
    return b"--" + BOUNDARY + b"\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"


def send_form(person: Person, body: bytes, kind: str = FORM) -> httpx2.Response:
    return person.send("POST", "/uploads", headers={"Content-Type": kind}, content=body)


def refused(person: Person, body: bytes, kind: str = FORM, code: str = "invalid_request") -> dict:
    """The error that a body gets, once it is certain that it is ours to give and that nothing was kept."""
    error = has_error(send_form(person, body, kind), 400, code)
    assert files_of(person) == []
    return error


PNG = small("PNG")


@SQLITE
def test_a_form_written_by_hand_is_read(alice: Person):
    assert send_form(alice, form(part(PNG))).status_code == 200
    assert send_form(alice, b"a preamble\r\n" + form(part(PNG)) + b"an epilogue").status_code == 200
    assert send_form(alice, form(part(b"x", 'form-data; name="note"'), part(PNG))).status_code == 200


@SQLITE
@pytest.mark.parametrize(
    "body",
    [
        form(part(PNG, 'form-data; name="image"; filename="a.png"')),
        form(part(PNG, 'form-data; name="files"; filename="a.png"')),
        form(part(PNG, 'form-data; name="File"; filename="a.png"')),
        form(part(PNG, 'form-data; name=""; filename="a.png"')),
        form(part(PNG, 'form-data; filename="a.png"')),
        form(part(b"text", 'form-data; name="file"')),
        form(part(b"text", 'form-data; name="file"; filename=""')),
        form(part(b'{"path": "/etc/passwd"}', 'form-data; name="file"')),
        form(),
    ],
)
def test_without_a_file_in_a_part_named_file_there_is_nothing_to_keep(alice: Person, body: bytes):
    error = refused(alice, body)

    assert "`file`" in error["error"]
    assert [each["field"] for each in error["details"]] == ["file"]


POSED = (
    b'{"file": {"path": "/etc/passwd", "filepath": "/etc/passwd", "originalFilename": "a.png", "size": 1}}'
)


@SQLITE
@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "image/png",
        "text/plain",
        "",
        "multipart/mixed",
    ],
)
def test_what_is_no_form_is_never_taken_for_one(alice: Person, kind: str):
    for body in (POSED, b"file=/etc/passwd", PNG, b""):
        error = refused(alice, body, kind)

        assert "multipart/form-data" in error["error"]


@SQLITE
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, POSED),
        (FORM, b""),
        (FORM, PNG),
        (FORM, form(part(PNG))[:-20]),
        (FORM, b"--" + BOUNDARY + b"\r\n"),
        ("multipart/form-data", form(part(PNG))),
        ("multipart/form-data; boundary=", form(part(PNG))),
        ('multipart/form-data; boundary=""', form(part(PNG))),
        ("multipart/form-data; boundary=other", form(part(PNG))),
        ("multipart/form-data; boundary=" + "b" * 20_000, form(part(PNG))),
        (FORM, form(part(PNG, 'attachment; name="file"; filename="a.png"'))),
        (FORM, form(b"--" + BOUNDARY + b"\r\n\r\n" + PNG + b"\r\n")),
        (FORM, form(part(PNG, 'form-data; name="file"; filename="a.png"', b"Content-Length: 3"))),
        (FORM, form(part(PNG, 'form-data; name="file"; filename="a.png"', b"Content-Length: -3"))),
    ],
    ids=range(14),
)
def test_a_form_that_is_broken_is_a_bad_request_and_no_fault(alice: Person, kind: str, body: bytes):
    error = refused(alice, body, kind, "invalid_multipart")

    assert "form cannot be read" in error["error"]


@SQLITE
@pytest.mark.parametrize("charset", ["klingon", "rot13", "zip", "utf-7", "ascii"])
def test_what_stands_beside_the_file_is_not_read_at_all(alice: Person, charset: str):
    kind = f"Content-Type: text/plain; charset={charset}".encode()
    note = part(b"\xff\xfe" * 1000, 'form-data; name="note"', kind)

    assert send_form(alice, form(note, part(PNG), note)).status_code == 200


@SQLITE
def test_two_files_in_one_form_are_refused_not_chosen_from(alice: Person):
    assert "two files" in refused(alice, form(part(PNG), part(small("JPEG"))))["error"]


@SQLITE
def test_a_file_in_a_form_stops_at_twenty_mebibytes(alice: Person):
    has_error(send_form(alice, form(part(b"x" * (20 * MIB + 1)))), 413, "upload_too_large")

    assert files_of(alice) == []


@SQLITE
def test_a_form_of_ten_thousand_parts_is_refused_at_the_ninth(alice: Person):
    note = part(b"x", 'form-data; name="note"')
    assert send_form(alice, form(*[note] * 7, part(PNG))).status_code == 200

    for count in (8, 10_000):
        has_error(send_form(alice, form(*[note] * count, part(PNG))), 400, "invalid_multipart")


@SQLITE
@pytest.mark.parametrize(
    "headers",
    [
        [b"X-Long: " + b"x" * MIB],
        [b"X-Long: x\r\n " + b"\r\n ".join([b"x" * 4000] * 260)],
        [b"X-%d: x" % at for at in range(10_000)],
    ],
    ids=["one of a mebibyte", "one in many lines", "ten thousand"],
)
def test_headers_of_a_part_have_an_end(alice: Person, headers: list[bytes]):
    refused(
        alice, form(part(PNG, 'form-data; name="file"; filename="a.png"', *headers)), code="invalid_multipart"
    )


@SQLITE
def test_a_name_of_a_file_is_never_a_path(alice: Person):
    for name in (
        "../../../../etc/passwd",
        "/etc/passwd",
        "C:\\windows\\a.png",
        "a\x00.png",
        "%2e%2e%2f",
        "x" * 3000,
    ):
        send_form(alice, form(part(PNG, f'form-data; name="file"; filename="{name}"')))

    names = files_of(alice)
    assert names
    assert all(re.fullmatch(r"[0-9a-f-]{36}-[0-9a-f]{32}(\.\d+)?\.(png|webp)", each) for each in names), names


def head(person: Person, *lines: str) -> bytes:
    """The head of an upload, as it is on the wire."""
    first = ("POST /api/v1/uploads HTTP/1.1", "Host: localhost", f"Authorization: Bearer {person.text}")
    return "\r\n".join([*first, f"Content-Type: {FORM}", *lines, "", ""]).encode()


@SQLITE
@pytest.mark.parametrize("promised", [21 * MIB + 1, 50 * MIB, 10**15])
def test_a_promise_of_too_much_is_refused_before_any_of_it_is_read(alice: Person, promised: int):
    status, _, body = alice.served.say(head(alice, f"Content-Length: {promised}"))

    assert (status, b"too_large" in body) == (413, True)


@SQLITE
@pytest.mark.parametrize("told", ["-1", "x", "1e3", "+5", "5, 6", "99999999999999999999999"])
def test_a_length_that_is_no_length_is_refused(alice: Person, told: str):
    status, _, _ = alice.served.say(
        head(alice, f"Content-Length: {told}", "Connection: close") + form(part(PNG))
    )

    assert status in {400, 413}


@SQLITE
def test_a_length_that_is_too_short_cuts_the_form_off(alice: Person):
    body = form(part(PNG))

    status, _, _ = alice.served.say(head(alice, f"Content-Length: {len(body) // 2}") + body)

    assert status == 400
    assert files_of(alice) == []
    assert alice.served.client.get("/health").status_code == 200


@SQLITE
def test_somebody_who_leaves_in_the_middle_of_a_form_leaves_nothing(alice: Person):
    body = form(part(PNG))
    for ending in (socket.SHUT_WR, socket.SHUT_RDWR):
        with alice.served.raw() as connection:
            connection.sendall(head(alice, f"Content-Length: {len(body) + 1000}") + body)
            connection.shutdown(ending)
            while ending == socket.SHUT_WR and connection.recv(65536):
                pass

    assert alice.served.client.get("/health").status_code == 200
    assert files_of(alice) == []


@SQLITE
def test_a_body_in_pieces_without_an_end_is_answered_when_it_is_too_much(alice: Person):
    piece = b"%x\r\n%s\r\n" % (MIB, b"x" * MIB)
    begin = part(b"", 'form-data; name="note"')[:-2]
    sent = 0
    with alice.served.raw() as connection:
        connection.sendall(head(alice, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(begin), begin))
        # Somebody who listens while they speak hears the answer before they have said it all.
        while not select([connection], [], [], 0)[0] and sent < 500:
            connection.sendall(piece)
            sent += 1
        status, _, body = heard(connection)

    # More is on its way than was read: that is what the buffers of two sockets hold.
    assert 20 <= sent < 60
    assert (status, b"too_large" in body) == (413, True)
    assert files_of(alice) == []
    assert alice.served.client.get("/health").status_code == 200


@SQLITE
@pytest.mark.parametrize("where", ["before", "after"])
def test_what_stands_before_and_after_the_parts_counts_as_well(alice: Person, where: str):
    filler = b"x" * (22 * MIB)
    body = filler + b"\r\n" + form(part(PNG)) if where == "before" else form(part(PNG)) + filler

    has_error(send_form(alice, body), 413, "too_large")

    assert files_of(alice) == []


@dataclass(frozen=True, slots=True)
class Alone:
    """A studio in a process of its own, so that its memory is its own."""

    pid: int
    base: str
    key: str

    def upload(self, client: httpx2.Client, data: bytes) -> tuple[int, float]:
        """The status of the answer, and the seconds until it came."""
        begin = time.perf_counter()
        answer = client.post(
            f"{self.base}/api/v1/uploads",
            headers={"Authorization": f"Bearer {self.key}"},
            files={"file": ("bomb.png", data, "image/png")},
        )
        return answer.status_code, time.perf_counter() - begin

    def memory(self, name: str) -> int:
        """VmRSS or VmHWM, in bytes."""
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1]) << 10


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    """A studio as `aims serve` runs it."""
    if not Path("/proc/self/clear_refs").exists():
        machine.missing("/proc")
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        port = spare.getsockname()[1]
    machine.new_sqlite(tmp_path / "studio.db")
    given = {"AIMS_HOME": str(tmp_path), "AIMS_MIN_FREE_MIB": "0", "AIMS_DRAWING_PROCESSES": "2"}
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "aims", "serve", "--port", str(port)],
            env={**os.environ, **given, "AIMS_LOG_LEVEL": "error"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        said = next((line for line in process.stdout if "API key " in line), "")
        yield Alone(process.pid, f"http://127.0.0.1:{port}", said.split()[-1])
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_eight_bombs_at_once_are_refused_and_the_server_does_not_grow(
    alone: Alone, capsys: pytest.CaptureFixture[str]
):
    bombs = hostile_pictures.bombs()
    limits = httpx2.Limits(max_connections=8)
    with (
        httpx2.Client(timeout=PATIENCE, trust_env=False, limits=limits) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        ordinary = [encoded(Image.new("RGB", (64, 64)), form) for form in ("PNG", "HEIF", "AVIF", "WEBP")] * 4
        assert {status for status, _ in pool.map(lambda data: alone.upload(client, data), ordinary)} == {200}
        small_ones = {name: data for name, data in bombs.items() if len(data) < 4 * MIB}
        before = alone.memory("VmRSS")
        Path(f"/proc/{alone.pid}/clear_refs").write_text("5")
        answers = list(pool.map(lambda data: alone.upload(client, data), [*small_ones.values()][:8]))
        growth = alone.memory("VmHWM") - before
        others = [name for name in bombs if name not in [*small_ones][:8]]
        answers += [alone.upload(client, bombs[name]) for name in others]

    taken = dict(zip([*[*small_ones][:8], *others], answers, strict=True))
    with capsys.disabled():
        print(f"\n8 bombs at once: {growth / 1e6:.1f} MB; ms each:", end=" ")
        print(", ".join(f"{name} {seconds * 1e3:.0f}" for name, (_, seconds) in taken.items()))
    assert {name: status for name, (status, _) in taken.items()} == dict.fromkeys(taken, 413)
    assert growth < MOST_GROWTH


@SQLITE
def test_a_bomb_says_that_it_is_too_large_and_leaves_nothing(alice: Person, served: Served):
    has_error(send_file(alice, hostile_pictures.webp_bomb()), 413, "image_too_large")

    assert files_of(alice) == []
    assert served.client.get("/ready").status_code == 200
