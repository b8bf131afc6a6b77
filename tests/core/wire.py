"""A relay in front of Postgres that can break a connection at its COMMIT."""

import socket
import threading
from collections.abc import Callable

CHUNK = 65536


class Wire:
    """Relays connections to the server of `url`. Once `armed`, the next COMMIT is handed to `at_commit` instead."""

    def __init__(self, url: str, at_commit: "Callable[[Wire, Callable[[], None]], None]") -> None:
        where, name = url.removeprefix("postgresql://aims@").rsplit("/", 1)
        host, port = where.split(":")
        self._target = (host, int(port))
        self._at_commit = at_commit
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.armed = threading.Event()
        self.silent = threading.Event()
        self.asked = threading.Event()
        self.url = f"postgresql://aims@127.0.0.1:{self._listener.getsockname()[1]}/{name}?sslmode=disable"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            self._ends += [client, server]
            for run in (self._send, self._answer):
                threading.Thread(target=run, args=(client, server), daemon=True).start()

    def _send(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while sent := client.recv(CHUNK):
                if b"COMMIT" in sent and self.armed.is_set():
                    self.armed.clear()
                    self.silent.set()  # before the server can have answered
                    self._at_commit(self, lambda: server.sendall(sent))
                    break
                server.sendall(sent)
                if b"pg_xact_status" in sent:
                    self.asked.set()
        except OSError:
            pass
        cut(client, server)
        self.silent.clear()

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        try:
            while answer := server.recv(CHUNK):
                if not self.silent.is_set():
                    client.sendall(answer)
        except OSError:
            pass
        cut(client, server)

    def refuse(self) -> None:
        """Accept no more connections: the server cannot be reached."""
        cut(self._listener)
        self._listener.close()

    def close(self) -> None:
        self.refuse()
        for end in self._ends:
            cut(end)
            end.close()


def cut(*ends: socket.socket) -> None:
    """End connections in both directions, waking whoever reads from them."""
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
