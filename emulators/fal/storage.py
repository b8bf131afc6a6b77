"""fal's storage: where inputs are uploaded to, in the two ways of its clients, and read from again.

By an address: `POST /storage/upload/initiate` with the key, then PUT to what it names, without a key. By a token:
`POST /storage/auth/token` with the key, then `POST /files/upload` with the token. Uploads in parts are not emulated.
"""

import base64
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

TOKEN_LIVES = timedelta(hours=1)
LIFECYCLE = ("X-Fal-Object-Lifecycle-Preference", "X-Fal-Object-Lifecycle")


@dataclass(slots=True)
class File:
    """What was, or will be, uploaded."""

    name: str
    content_type: str
    data: bytes | None = None


class Storage:
    """Files by their number, and the tokens that were given out. steps: what the next uploads come to, then `ok`."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._tokens: set[str] = set()
        self._lock = threading.Lock()
        self.steps: list[str] = []

    def step(self) -> str:
        """What the upload that comes now comes to."""
        with self._lock:
            return self.steps.pop(0) if self.steps else "ok"

    def begin(self, url: str, said: Any) -> tuple[int, dict[str, Any]]:
        """A place for a file."""
        if not isinstance(said, dict) or not isinstance(said.get("content_type"), str):
            return 422, {
                "detail": [{"loc": ["body", "content_type"], "msg": "Field required", "type": "missing"}]
            }
        number = uuid.uuid4().hex
        file = File(str(said.get("file_name") or "file"), said["content_type"])
        self._files[number] = file
        return 200, {
            "upload_url": f"{url}/storage/put/{number}?signature={uuid.uuid4().hex}",
            "file_url": self._address(url, number, file),
        }

    def put(self, number: str, content_type: str, data: bytes) -> int:
        """Take the bytes of a file whose place was asked for; the status of the answer."""
        file = self._files.get(number)
        if file is None or file.content_type != content_type:
            return 403
        file.data = data
        return 200

    def token(self, url: str) -> dict[str, Any]:
        """A token for uploads."""
        token = uuid.uuid4().hex
        self._tokens.add(f"Bearer {token}")
        ends = (datetime.now(UTC) + TOKEN_LIVES).isoformat()
        return {"token": token, "token_type": "Bearer", "base_url": url, "expires_at": ends}

    def take(
        self, url: str, authorization: str, name: str, content_type: str, data: bytes
    ) -> tuple[int, Any]:
        """Take a file that comes with a token."""
        if authorization not in self._tokens:
            return 401, {"detail": "Invalid token"}
        number = uuid.uuid4().hex
        file = self._files[number] = File(name or "file", content_type, data)
        return 200, {"access_url": self._address(url, number, file)}

    def find(self, path: str) -> File | None:
        """The file at an address, if it is there."""
        file = self._files.get(path.split("/")[3]) if path.startswith("/files/up/") else None
        return file if file is not None and file.data is not None else None

    def inlined(self, url: str, value: Any) -> Any:
        """A request, with the addresses of files that are here as the files themselves."""
        if isinstance(value, dict):
            return {name: self.inlined(url, each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.inlined(url, each) for each in value]
        file = (
            self.find(value.removeprefix(url)) if isinstance(value, str) and value.startswith(url) else None
        )
        if file is None or file.data is None:
            return value
        return f"data:{file.content_type};base64,{base64.b64encode(file.data).decode()}"

    @staticmethod
    def _address(url: str, number: str, file: File) -> str:
        return f"{url}/files/up/{number}/{file.name}"
