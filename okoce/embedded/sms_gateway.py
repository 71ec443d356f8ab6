"""A server on this machine that speaks two shapes of SMS gateways, for tests and the demonstration.

``/v1/messages`` takes JSON with an Authorization header and answers JSON; ``/send`` takes a form with the key
in it and answers plain text. A reference that came before is answered with the same id and sent once, as
gateways with idempotency do. It keeps what it accepted and sends nothing to anybody.

    python -m okoce.embedded.sms_gateway PORT WEBHOOK    as the demonstration starts it
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from okoce.embedded import cloud_api
from okoce.embedded.stand_in import StandIn

Answer = tuple[int, bytes]
TOKEN: Final = "demo-sms-token"  # noqa: S105  the stand-in's own
KINDS_OF_THE_DEMONSTRATION: Final = (*cloud_api.KINDS_OF_THE_DEMONSTRATION, "sign_in_code", "own_phone_code")
DELIVERS_AFTER: Final = 2.0  # seconds, in the demonstration


@dataclass
class Taken:
    """One message as it was taken."""

    id: str
    to: str
    text: str
    sender: str
    reference: str


@dataclass
class SmsGateway:
    """``misbehave`` gets the fields of a request and answers (status, content) instead, or None. ``hang`` is
    how long it is silent before it answers, ``delivers_after`` how long it takes to tell that one arrived.
    """

    token: str = TOKEN
    misbehave: Callable[[dict[str, str]], Answer | None] = lambda fields: None
    hang: float = 0.0
    delivers_after: float | None = None
    taken: list[Taken] = field(default_factory=list)
    requests: int = 0
    webhook: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, fields: dict[str, str]) -> Taken:
        with self._lock:
            for one in self.taken:
                if fields["reference"] and one.reference == fields["reference"]:
                    return one
            one = Taken(f"m-{len(self.taken) + 1}", fields["to"], fields["text"], fields["sender"],
                        fields["reference"])  # fmt: skip
            self.taken.append(one)
        if self.delivers_after is not None:
            threading.Timer(self.delivers_after, self._delivered, [one]).start()
        return one

    def _delivered(self, one: Taken) -> None:
        with contextlib.suppress(OSError):  # the portal is away: it does not hear of this one
            self.tell(one, "DELIVERED")

    def repeated(self) -> int:
        return sum(count - 1 for count in Counter(one.reference for one in self.taken).values())

    def tell(self, one: Taken, status: str, *, as_form: bool = False) -> int:
        """Post a receipt of ``one`` to the webhook; the answer's status."""
        said = {"id": one.id, "ref": one.reference, "status": status}
        content = urlencode(said).encode() if as_form else json.dumps({"results": [said]}).encode()
        return self.post(content, "application/x-www-form-urlencoded" if as_form else "application/json")

    def post(self, content: bytes, kind: str = "application/json") -> int:
        request = urllib.request.Request(  # noqa: S310  an address of the tester's own
            self.webhook, data=content, headers={"Content-Type": kind}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: the second would wait for the first
    gateway: SmsGateway

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.gateway._lock:
            self.gateway.requests += 1
        if self.gateway.hang:
            time.sleep(self.gateway.hang)
        try:
            self._say(*self._answer(content))
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def _answer(self, content: bytes) -> Answer:
        match self.path:
            case "/v1/messages":
                return self._by_json(content)
            case "/send":
                return self._by_form(content)
        return 404, b"not found"

    def _by_json(self, content: bytes) -> Answer:
        if self.headers.get("Authorization") != f"Bearer {self.gateway.token}":
            return 401, b'{"error": "unauthorised"}'
        said = json.loads(content)
        one = said["messages"][0]
        fields = {
            "to": str(one["to"]),
            "text": str(one["text"]),
            "sender": str(said.get("from", "")),
            "reference": str(one.get("ref", "")),
        }
        if (wrong := self.gateway.misbehave(fields)) is not None:
            return wrong
        if not fields["to"].removeprefix("+").isdigit():
            return 200, json.dumps({"messages": [{"status": {"code": 5}}]}).encode()
        taken = self.gateway.take(fields)
        return 200, json.dumps({"messages": [{"id": taken.id, "status": {"code": 1}}]}).encode()

    def _by_form(self, content: bytes) -> Answer:
        said = dict(parse_qsl(content.decode()))
        if said.get("key") != self.gateway.token:
            return 200, b"ERR 10"
        fields = {
            "to": said.get("msisdn", ""),
            "text": said.get("message", ""),
            "sender": said.get("from", ""),
            "reference": said.get("trx", ""),
        }
        if (wrong := self.gateway.misbehave(fields)) is not None:
            return wrong
        return 200, f"OK 0 id={self.gateway.take(fields).id}".encode()

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", content.decode())
            content = b""
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Numbers of people stand in the bodies: nothing is logged."""


class SmsGatewayServer(StandIn):
    """An SmsGateway on a port of the loopback address."""

    def __init__(self, gateway: SmsGateway | None = None, *, port: int = 0) -> None:
        self.gateway = gateway or SmsGateway()
        super().__init__(type("Handler", (_Handler,), {"gateway": self.gateway}), port=port)

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    def json_shape(self, **changes: Any) -> str:
        """The value of SMS_GATEWAY for the address that speaks JSON."""
        return json_shape(self.url, **changes)

    def form_shape(self, **changes: Any) -> str:
        """The value of SMS_GATEWAY for the address that takes a form and answers plain text."""
        return json.dumps(
            {
                "url": f"{self.url}/send",
                "format": "form",
                "body": {
                    "key": "{token}",
                    "msisdn": "{to}",
                    "message": "{text}",
                    "from": "{sender}",
                    "trx": "{reference}",
                },
                "number": "62",
                "sender": "OKOCE",
                "answer": {
                    "format": "text",
                    "code": r"^(?:OK|ERR) (\d+)",
                    "id": r"id=(\S+)",
                    "accepted": ["0"],
                    "again": ["20"],
                    "refused": ["30"],
                    "account": ["10", "11"],
                },
                "receipts": {"id": "id", "status": "status", "delivered": ["1"], "failed": ["2"]},
                **changes,
            }
        )


def json_shape(address: str, /, **changes: Any) -> str:
    """The value of SMS_GATEWAY for a gateway of JSON at ``address``."""
    return json.dumps(
        {
            "url": f"{address}/v1/messages",
            "headers": {"Authorization": "Bearer {token}"},
            "body": {
                "from": "{sender}",
                "messages": [{"to": "{to}", "text": "{text}", "ref": "{reference}"}],
            },
            "sender": "OKOCE",
            "answer": {
                "code": "messages.0.status.code",
                "id": "messages.0.id",
                "accepted": [1],
                "again": [9],
                "refused": [5],
                "account": [7],
            },
            "receipts": {
                "rows": "results",
                "id": "id",
                "reference": "ref",
                "status": "status",
                "delivered": ["DELIVERED"],
                "sent": ["SENT"],
                "failed": ["UNDELIVERABLE", "EXPIRED"],
            },
            **changes,
        }
    )


def settings_of_the_demonstration(port: int) -> dict[str, str]:
    """Connects a portal to the stand-in as an account would connect it to a gateway.

    Sign-in codes and what did not arrive by WhatsApp go that way; the other kinds show what an office does
    without a contract.
    """
    return {
        "SMS_GATEWAY": json_shape(f"http://127.0.0.1:{port}"),
        "SMS_TOKEN": secrets.token_urlsafe(24),
        "SMS_RECEIPT_SECRET": secrets.token_urlsafe(24),
        "SMS_KINDS": ",".join(KINDS_OF_THE_DEMONSTRATION),
    }


def main(words: list[str]) -> None:
    gateway = SmsGateway(
        token=os.environ.get("SMS_TOKEN", TOKEN),
        webhook=f"{words[1]}{os.environ.get('SMS_RECEIPT_SECRET', '')}/",
        delivers_after=DELIVERS_AFTER,
    )
    SmsGatewayServer(gateway, port=int(words[0])).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
