"""A real Chromium, and what it did: every script that ran and every policy that stopped something."""

import http.server
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import machine
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError

PATIENCE_MS = 30_000
QUIET = (
    "--no-sandbox",  # the tests may run as root, where Chromium's own sandbox does not start
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium without a window. It reaches nothing but this machine."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        machine.missing("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page under observation. dialogs: what scripts said; complaints: what the browser wrote to the console."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hear(self, dialog: Dialog) -> None:
        """Note a dialog and close it."""
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def read(self, message: ConsoleMessage) -> None:
        """Note a line of the console."""
        self.complaints.append(message.text)

    @property
    def refusals(self) -> list[str]:
        """What a Content Security Policy stopped: there should have been nothing to stop."""
        return [line for line in self.complaints if "Content Security Policy" in line]


@contextmanager
def watched(browser: Browser, *, bypass_csp: bool = False) -> Iterator[Watched]:
    """A new page in a profile of its own. bypass_csp: switch off the policies, which leaves the other locks."""
    with browser.new_context(bypass_csp=bypass_csp) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        seen = Watched(page)
        context.on("dialog", seen.hear)
        context.on("console", seen.read)
        yield seen


class Site(http.server.ThreadingHTTPServer):
    """Also ends the connections that a browser opens ahead of time and never uses."""

    daemon_threads = False

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    def server_close(self) -> None:
        for connection in self._connections:
            with suppress(OSError):  # most have ended by themselves
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


@contextmanager
def site(pages: dict[str, tuple[str, bytes]]) -> Iterator[str]:
    """Somebody else's web site on this machine: its address. `pages`: content type and body by path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, body = pages.get(self.path, ("text/plain", b"nothing here"))
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = Site(Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


__all__ = ["Browser", "PlaywrightError", "Response", "chromium", "site", "watched"]
