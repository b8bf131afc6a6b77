"""The word that fal sends when a request is over, as it signs and repeats it, and the keys that it publishes.

`hook` in a script lists what is sent, one after the other:

    ok        the message as it should be; `off`: none at all
    twice     the same message ten times at once
    error     one that says ERROR, whatever happened
    made      it was made and billed after all, although it was stopped
    forged    signed with a stranger's key; `stranger`: another account's, properly signed
    garbage   signed, and not a message

`hook-wait` seconds pass before the first. What is not answered with 2xx is sent again, a little later each time.
"""

import base64
import hashlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from emulators.fal import speech
from emulators.fal.work import Request, Work
from emulators.serving import Emulator

USER = "emulator-user"
ANSWER_SECONDS = 15.0
TRIES = 31
FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0
AT_ONCE = 10


def signing_key(number: int) -> Ed25519PrivateKey:
    """A key for signing. It keeps nothing safe: everybody can make the same."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"emulated {number}".encode()).digest())


def published(*keys: Ed25519PrivateKey) -> dict[str, Any]:
    """What is published about keys."""
    raw = [base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=") for key in keys]
    return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x} for x in raw]}


def signed(
    key: Ed25519PrivateKey, request_id: str, body: bytes, *, user: str = USER, moment: int | None = None
) -> dict[str, str]:
    """The headers of a message."""
    said = str(int(time.time()) if moment is None else moment)
    message = "\n".join((request_id, user, said, hashlib.sha256(body).hexdigest()))
    return {
        "X-Fal-Webhook-Request-Id": request_id,
        "X-Fal-Webhook-User-Id": user,
        "X-Fal-Webhook-Timestamp": said,
        "X-Fal-Webhook-Signature": key.sign(message.encode()).hex(),
        "Content-Type": "application/json",
    }


class Hooks:
    """Sends word of every request that asked for it.

    names: where the names of this world lie, as `{"studio.example": ["127.0.0.1", 8787]}`; word goes nowhere else.
    """

    def __init__(self, work: Work, emulator: Emulator) -> None:
        self._work = work
        self._emulator = emulator
        self._number = 1
        self.available = True
        self.names: dict[str, tuple[str, int]] = {}
        work.when_over = self.begin

    @property
    def key(self) -> Ed25519PrivateKey:
        """What is signed with now."""
        return signing_key(self._number)

    def rotate(self) -> None:
        """Sign with a new key; the old one is not published any more."""
        self._number += 1

    def steer(self, said: dict[str, Any]) -> None:
        """Change how this world is: `names`, `keys` (false: they cannot be had), `rotate`, `send` (an id)."""
        self.names |= {name: (where[0], where[1]) for name, where in said.get("names", {}).items()}
        self.available = bool(said.get("keys", self.available))
        if said.get("rotate"):
            self.rotate()
        request = self._work.find(said.get("send", ""))
        if request is not None:
            if said.get("as") == "made":
                request.removed = False
                self._work.bill(request)
            self.begin(request, said.get("as", "ok").split("/"))

    def begin(self, request: Request, steps: list[str] | None = None) -> None:
        """Send what the request's script says, in a thread of its own."""
        steps = steps or request.script.steps.get("hook", ["ok"])
        if request.webhook and steps != ["off"]:
            threading.Thread(target=self._send_all, args=(request, steps), daemon=True).start()

    def _send_all(self, request: Request, steps: list[str]) -> None:
        time.sleep(request.script.seconds("hook-wait"))
        for step in steps:
            if step == "twice":
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    list(pool.map(lambda _: self._send(request, "ok"), range(AT_ONCE)))
            else:
                self._send(request, step)

    def _send(self, request: Request, step: str) -> None:
        body = self._body(request, step)
        key = signing_key(0) if step == "forged" else self.key
        user = "somebody-else" if step == "stranger" else USER
        wait = FIRST_WAIT
        # What is meant to be refused is not worth repeating.
        for _ in range(TRIES if step in ("ok", "error", "made") else 1):
            status = self._post(request.webhook, signed(key, request.id, body, user=user), body)
            self._work.note("hook", request.id, f"{step} {status}", with_key=False)
            if 200 <= status < 400:
                return
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _body(self, request: Request, step: str) -> bytes:
        if step == "garbage":
            return b"<html>It works!</html>"
        failure = "internal_error" if step == "error" else request.failure
        said: dict[str, Any] = {"request_id": request.id, "gateway_request_id": request.id}
        if failure:
            code, detail, _ = speech.failed(failure)
            said |= {"status": "ERROR", "error": f"Invalid status code: {code}", "payload": detail}
        else:
            said |= {
                "status": "OK",
                "payload": speech.result(request, f"{self._emulator.url}/files/b/{request.id}"),
            }
        return json.dumps(said).encode()

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer; 0 when there is none."""
        there = urlsplit(url)
        where = self.names.get(there.hostname or "")
        if where is None:
            return 0
        connection = HTTPConnection(*where, timeout=ANSWER_SECONDS)
        try:
            connection.request("POST", there.path, body, headers | {"Host": there.netloc})
            return connection.getresponse().status
        except (OSError, HTTPException):
            return 0
        finally:
            connection.close()
