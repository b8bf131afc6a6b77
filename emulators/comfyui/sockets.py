"""The server's side of a WebSocket (RFC 6455), as far as ComfyUI's clients need it."""

import base64
import hashlib
import json
import socket
import struct
import threading
from typing import Any

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def accepted(key: str) -> str:
    """The answer to a client's `Sec-WebSocket-Key`."""
    return base64.b64encode(hashlib.sha1(f"{key}{_MAGIC}".encode()).digest()).decode()


class Socket:
    """One client that listens."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def say(self, kind: str, data: dict[str, Any]) -> None:
        """Send a message, if anybody is still there."""
        self.send(TEXT, json.dumps({"type": kind, "data": data}).encode())

    def send(self, kind: int, data: bytes) -> None:
        """Send a frame."""
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x80 | kind, size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x80 | kind, 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | kind, 127, size)
        with self._lock:
            try:
                self._connection.sendall(head + data)
            except OSError:
                return

    def hang_up(self) -> None:
        """End it without a word."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def listen(self) -> None:
        """Answer pings, until the client is gone."""
        while (frame := self._frame()) is not None:
            kind, data = frame
            if kind == PING:
                self.send(PONG, data)
            elif kind == CLOSE:
                self.send(CLOSE, data)
                return

    def _frame(self) -> tuple[int, bytes] | None:
        head = self._read(2)
        if head is None:
            return None
        size = head[1] & 0x7F
        if size >= 126:
            more = self._read(2 if size == 126 else 8)
            if more is None:
                return None
            size = int.from_bytes(more, "big")
        mask = self._read(4) if head[1] & 0x80 else bytes(4)
        data = self._read(size)
        if mask is None or data is None:
            return None
        return head[0] & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))

    def _read(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            try:
                piece = self._connection.recv(size - len(data))
            except OSError:
                return None
            if not piece:
                return None
            data += piece
        return data
