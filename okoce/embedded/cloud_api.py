"""A server on this machine that speaks the messages endpoint of Meta's Cloud API and its webhooks.

The demonstration and the tests talk to it as the portal would talk to Meta: real HTTP, a token, templates
with so many variables, error codes, signed webhooks. It keeps what it accepted and sends nothing to anybody.

    python -m okoce.embedded.cloud_api 8099 http://localhost:8000/pesan/whatsapp/
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import queue
import random
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

VERSION: Final = "v23.0"
PHONE_ID: Final = "106540352242922"
PORTFOLIO: Final = "102290129340398"
Answer = tuple[int, dict[str, Any] | bytes]
DELIVERED_AFTER: Final = 0.3  # seconds


@dataclass
class Accepted:
    """One message as it was accepted."""

    wamid: str
    to: str
    template: str
    language: str
    values: tuple[str, ...]
    reference: str
    at: float = field(default_factory=time.time)


@dataclass
class CloudApi:
    """What the server knows and how it misbehaves when asked to.

    ``templates`` are {(name, language): number of variables}; empty, every template is known. ``misbehave``
    gets the body of a request and answers (status, body) instead of the server, or None. ``statuses`` are
    told about each accepted message, in this order, unless ``shuffled``; each ``repeats`` times.
    """

    token: str = "demo-token"  # noqa: S105  the stand-in's own
    app_secret: str = "demo-app-secret"  # noqa: S105
    webhook: str = ""
    templates: dict[tuple[str, str], int] = field(default_factory=dict)
    misbehave: Callable[[dict[str, Any]], Answer | None] = lambda body: None
    delay: float = 0.0
    statuses: tuple[str, ...] = ("sent", "delivered")
    repeats: int = 1
    shuffled: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _telling: queue.Queue[tuple[float, dict[str, Any]]] = field(default_factory=queue.Queue)

    # ------------------------------------------------------------ what was sent

    @property
    def references(self) -> list[str]:
        return [one.reference for one in self.accepted]

    def repeated(self) -> int:
        """Messages accepted beyond the first of each reference."""
        return sum(count - 1 for count in Counter(self.references).values())

    # ------------------------------------------------------------ answers

    def answer(self, token: str, phone_id: str, body: dict[str, Any]) -> Answer:
        with self._lock:
            self.requests += 1
        if self.delay:
            time.sleep(self.delay)
        if token != f"Bearer {self.token}":
            return problem(401, 190, "Invalid OAuth access token.")
        if phone_id != PHONE_ID:
            return problem(400, 100, "Unsupported post request.")
        if (wrong := self.misbehave(body)) is not None:
            return wrong
        return self._accept(body)

    def _accept(self, body: dict[str, Any]) -> Answer:
        template = body.get("template") or {}
        name, language = template.get("name", ""), (template.get("language") or {}).get("code", "")
        values = tuple(
            one.get("text", "")
            for part in template.get("components", ())
            for one in part.get("parameters", ())
        )
        if body.get("messaging_product") != "whatsapp" or not str(body.get("to", "")).startswith("+"):
            return problem(400, 100, "Invalid parameter")
        if self.templates:
            wanted = self.templates.get((name, language))
            if wanted is None:
                return problem(404, 132001, "Template name does not exist in the translation")
            if wanted != len(values) or not all(values):
                return problem(400, 132000, "Number of parameters does not match the expected number")
        if any("\n" in value or "    " in value for value in values):
            return problem(400, 132018, "Param text cannot have new-line/tab characters or 4 spaces")
        one = Accepted(
            f"wamid.{uuid.uuid4().hex}",
            str(body["to"]),
            name,
            language,
            values,
            str(body.get("biz_opaque_callback_data", "")),
        )
        with self._lock:
            self.accepted.append(one)
        self._tell_about(one)
        number = one.to.lstrip("+")
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": one.to, "wa_id": number}],
            "messages": [{"id": one.wamid, "message_status": "accepted"}],
        }

    # ------------------------------------------------------------ webhooks

    def _tell_about(self, one: Accepted) -> None:
        if not self.webhook:
            return
        told = [status_of(one, status) for status in self.statuses for _time in range(self.repeats)]
        if self.shuffled:
            random.shuffle(told)
        for status in told:
            self._telling.put((time.monotonic() + DELIVERED_AFTER, envelope(statuses=[status])))

    def says(self, sender: str, text: str, *, answering: str = "", wamid: str = "") -> str:
        """Somebody writes to the portal's number; the id of what they wrote."""
        wamid = wamid or f"wamid.{uuid.uuid4().hex}"
        message: dict[str, Any] = {
            "from": sender.lstrip("+"),
            "id": wamid,
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": text},
        }
        if answering:
            message["context"] = {"id": answering}
        self._telling.put((time.monotonic(), envelope(messages=[message])))
        return wamid

    def tell(self, content: bytes, *, signature: str | None = None) -> int:
        """Post ``content`` to the webhook, signed unless a ``signature`` is given; the answer's status."""
        request = urllib.request.Request(  # noqa: S310  an address of the tester's own
            self.webhook,
            data=content,
            headers={
                "Content-Type": "application/json",
                "X-Hub-Signature-256": self.sign(content) if signature is None else signature,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    def sign(self, content: bytes) -> str:
        return "sha256=" + hmac.new(self.app_secret.encode(), content, hashlib.sha256).hexdigest()

    def keep_telling(self) -> None:
        """Deliver webhooks one after the other, each until it is taken (at most eight tries)."""
        while True:
            at, told = self._telling.get()
            time.sleep(max(0.0, at - time.monotonic()))
            content = json.dumps(told).encode()
            for tries in range(8):
                if self.tell(content) == 200:
                    break
                time.sleep(0.2 * 2**tries)


def problem(status: int, code: int, title: str) -> Answer:
    return status, {"error": {"message": f"(#{code}) {title}", "type": "OAuthException", "code": code}}


def status_of(one: Accepted, status: str, *, code: int | None = None) -> dict[str, Any]:
    """One entry of ``statuses`` in a webhook."""
    told: dict[str, Any] = {
        "id": one.wamid,
        "status": status,
        "timestamp": str(int(time.time())),
        "recipient_id": one.to.lstrip("+"),
        "biz_opaque_callback_data": one.reference,
    }
    if code is not None:
        told["errors"] = [{"code": code, "title": "…"}]
    return told


def envelope(
    *,
    statuses: Iterable[dict[str, Any]] = (),
    messages: Iterable[dict[str, Any]] = (),
    phone_id: str = PHONE_ID,
) -> dict[str, Any]:
    """A webhook's body."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "622130000000", "phone_number_id": phone_id},
    }
    if statuses := list(statuses):
        value["statuses"] = statuses
    if messages := list(messages):
        value["messages"] = messages
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": PORTFOLIO, "changes": [{"field": "messages", "value": value}]}],
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: CloudApi

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.strip("/").split("/")
        if len(parts) != 3 or parts[2] != "messages":
            self._say(problem(404, 2500, "Unknown path components"))
            return
        try:
            body = json.loads(content)
        except ValueError:
            self._say(problem(400, 100, "Invalid JSON"))
            return
        self._say(self.api.answer(self.headers.get("Authorization", ""), parts[1], body))

    def _say(self, answer: Answer) -> None:
        status, said = answer
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Numbers of people stand in the bodies: nothing is logged."""


class CloudApiServer:
    """A CloudApi on a free port of the loopback address."""

    def __init__(self, api: CloudApi | None = None, *, port: int = 0) -> None:
        self.api = api or CloudApi()
        handler = type("Handler", (_Handler,), {"api": self.api})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True

    def start(self) -> CloudApiServer:
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        threading.Thread(target=self.api.keep_telling, daemon=True).start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """The value of WHATSAPP_URL."""
        return f"http://127.0.0.1:{self.port}/{VERSION}"


def main(words: list[str]) -> None:
    api = CloudApi(
        token=os.environ.get("WHATSAPP_TOKEN", CloudApi.token),
        app_secret=os.environ.get("WHATSAPP_APP_SECRET", CloudApi.app_secret),
        webhook=words[1] if len(words) > 1 else "",
    )
    CloudApiServer(api, port=int(words[0])).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
