"""The page over HTTP: the page itself, what is understood, a drawing as a stream of events, and its files."""

from __future__ import annotations

import json
import logging
import re
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from cosimgen_monai.serving.form import read_form
from cosimgen_monai.serving.frames import StoppedError
from cosimgen_monai.serving.guests import is_own_host, is_own_origin
from cosimgen_monai.serving.page import content_policy, prompt_page
from cosimgen_monai.serving.studio import Studio

logger = logging.getLogger(__name__)

_ARCHIVE = re.compile(r"/drawings/(?P<name>[\w-]+)(/(?P<part>\w+)/(?P<sample>\w+))?\.zip", re.ASCII)


class PageServer(ThreadingHTTPServer):
    """Serve the prompt page of a studio.

    Args:
        host: the address to listen on.
        port: the port; 0 for any that is free.
        studio: what draws.

    Raises:
        OSError: if the address cannot be listened on.
    """

    daemon_threads = True

    def __init__(self, host: str, port: int, studio: Studio) -> None:
        self.host = host
        self.studio = studio
        self.page = prompt_page(studio).encode()
        self.policy = content_policy(self.page.decode())
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self.address_family = family
        super().__init__(address[:2], PageHandler)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        """Bind the socket, without the base class's look-up of the machine's name, which may ask a network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.host, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep a connection that broke off out of the log."""
        logger.debug("a request broke off", exc_info=True)


class PageHandler(BaseHTTPRequestHandler):
    """Answer one request; each has a connection of its own, whose end ends a stream."""

    server: PageServer
    timeout = 60
    server_version = "CoSimGen"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the page, or with a drawing's files."""
        if not self._is_welcome():
            return
        archive = _ARCHIVE.fullmatch(self.path)
        if self.path in ("/", "/index.html"):
            self._answer(
                200, "text/html; charset=utf-8", self.server.page, {"Content-Security-Policy": self.server.policy}
            )
        elif archive is not None:
            self._send_archive(archive)
        else:
            self._refuse(404, "There is no such page.")

    def do_POST(self) -> None:
        """Answer what is understood of a form, or draw it."""
        if not self._is_welcome():
            return
        handle = {"/read": self._read, "/draw": self._draw}.get(self.path)
        if handle is None:
            self._refuse(404, "There is no such page.")
        elif not is_own_origin(self.headers["Origin"], self.headers["Host"]):
            self._refuse(403, "Only the page itself may ask for pairs.")
        elif self.headers.get_content_type() != "application/json":
            self._refuse(415, "A form is sent as application/json.")
        elif not re.fullmatch(r"\d{1,6}", self.headers["Content-Length"] or "", re.ASCII):
            self._refuse(413, "A form says its length, which is below 1,000,000 bytes.")
        else:
            handle(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of single requests, unless debugging."""
        logger.debug(format, *args)

    def _read(self, content: bytes) -> None:
        try:
            answer = self.server.studio.reading(read_form(content))
        except ValueError as error:
            self._answer_event(400, {"event": "error", "message": str(error)})
        else:
            self._answer_event(200, {"event": "read", **answer})

    def _draw(self, content: bytes) -> None:
        try:
            self.server.studio.draw(read_form(content), self._tell)
        except StoppedError:
            logger.info("a drawing was stopped")
        except ValueError as error:
            self._fail(400, error)
        except Exception as error:
            logger.exception("a drawing failed")
            self._fail(500, error)

    def _fail(self, status: int, error: Exception) -> None:
        event = {"event": "error", "message": str(error) or type(error).__name__}
        try:
            if self._begun:
                self._tell(event)
            else:
                self._answer_event(status, event)
        except StoppedError:
            pass

    _begun = False

    def _tell(self, event: dict[str, Any]) -> None:
        """Send an event as a line; the browser's going away stops what tells."""
        try:
            if not self._begun:
                self._begun = True
                self._begin(200, "application/x-ndjson", {})
            self.wfile.write(json.dumps(event).encode() + b"\n")
            self.wfile.flush()
        except OSError as error:
            raise StoppedError from error

    def _is_welcome(self) -> bool:
        if is_own_host(self.headers["Host"], self.server.host):
            return True
        self._refuse(403, "This page answers to localhost, IP addresses and the name in `host` only.")
        return False

    def _send_archive(self, asked: re.Match[str]) -> None:
        content = self.server.studio.drawings.archive(**asked.groupdict())
        if content is None:
            self._refuse(404, "That drawing is not kept any more: draw it again.")
            return
        name = "_".join(part for part in (asked["sample"], asked["part"]) if part) or "cosimgen_pairs"
        self._answer(200, "application/zip", content, {"Content-Disposition": f'attachment; filename="{name}.zip"'})

    def _refuse(self, status: int, words: str) -> None:
        self._answer(status, "text/plain; charset=utf-8", f"{words}\n".encode())

    def _answer_event(self, status: int, event: dict[str, Any]) -> None:
        self._answer(status, "application/x-ndjson", json.dumps(event).encode() + b"\n")

    def _answer(self, status: int, kind: str, content: bytes, headers: dict[str, str] | None = None) -> None:
        self._begin(status, kind, {"Content-Length": str(len(content)), **(headers or {})})
        self.wfile.write(content)

    def _begin(self, status: int, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        own = {
            "Content-Type": kind,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
        }
        for name, value in {**own, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
