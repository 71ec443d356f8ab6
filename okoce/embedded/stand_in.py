"""A server of the loopback address that stands in for an outside service, in tests and demonstrations."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

POLL_SECONDS = 0.02  # how soon a request to stop is seen


class StandIn:
    """Serves ``handler`` on a port, a free one when it is 0; each request in a thread of its own."""

    def __init__(
        self,
        handler: type[BaseHTTPRequestHandler],
        *,
        port: int = 0,
        server: type[ThreadingHTTPServer] = ThreadingHTTPServer,
    ) -> None:
        self._http = server(("127.0.0.1", port), handler)
        self._http.daemon_threads = True

    def start(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"
