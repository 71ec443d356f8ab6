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
import secrets
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
from typing import Any, Final, Self

from okoce.embedded.stand_in import StandIn

VERSION: Final = "v23.0"
PHONE_ID: Final = "106540352242922"
PORTFOLIO: Final = "102290129340398"
PHONE: Final = ("stand-in-says", "stand-in-reads")
Answer = tuple[int, dict[str, Any] | bytes]
DELIVERED_AFTER: Final = 0.3  # seconds
WINDOW: Final = 24 * 3600.0  # seconds in which free text may follow what somebody wrote
LONGEST_TEXT: Final = 4096
KINDS_OF_THE_DEMONSTRATION: Final = (
    "session_invitation",
    "session_reminder",
    "session_changed",
    "session_cancelled",
    "seat_offered",
    "stall_offered",
    "stall_confirm",
)


@dataclass
class Accepted:
    """One message as it was accepted."""

    wamid: str
    to: str
    template: str
    language: str
    values: tuple[str, ...]
    reference: str
    text: str = ""  # of a free text; a template has none
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
    wrote: dict[str, float] = field(default_factory=dict)  # when each number wrote to us last
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
        if body.get("messaging_product") != "whatsapp" or not str(body.get("to", "")).startswith("+"):
            return problem(400, 100, "Invalid parameter")
        if body.get("type") == "text":
            return self._accept_text(body)
        template = body.get("template") or {}
        name, language = template.get("name", ""), (template.get("language") or {}).get("code", "")
        values = tuple(
            one.get("text", "")
            for part in template.get("components", ())
            for one in part.get("parameters", ())
        )
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
        return self._take(one)

    def _accept_text(self, body: dict[str, Any]) -> Answer:
        """Free text: only to who wrote within the last 24 hours."""
        to, words = str(body["to"]), (body.get("text") or {}).get("body", "")
        if not isinstance(words, str) or not 0 < len(words) <= LONGEST_TEXT:
            return problem(400, 100, "Invalid parameter")
        if time.time() - self.wrote.get(to, 0.0) > WINDOW:
            return problem(400, 131047, "Re-engagement message")
        reference = str(body.get("biz_opaque_callback_data", ""))
        return self._take(Accepted(f"wamid.{uuid.uuid4().hex}", to, "", "", (), reference, text=words))

    def _take(self, one: Accepted) -> Answer:
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
        message = written(sender, text, answering=answering, wamid=wamid)
        self.wrote["+" + sender.lstrip("+")] = time.time()
        self._telling.put((time.monotonic(), envelope(messages=[message])))
        return str(message["id"])

    def reads(self, wamids: Iterable[str]) -> None:
        """Somebody opens the messages: WhatsApp tells that they were read."""
        wanted = set(wamids)
        for one in [one for one in self.accepted if one.wamid in wanted]:
            self._telling.put((time.monotonic(), envelope(statuses=[status_of(one, "read")])))

    def checks(self, name: str, language: str, event: str, *, reason: str = "") -> None:
        """Meta tells what became of a registered text: APPROVED, REJECTED, PAUSED, …"""
        self._telling.put((time.monotonic(), template_update(name, language, event, reason=reason)))

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


def written(
    sender: str, text: str, *, answering: str = "", wamid: str = "", at: float | None = None
) -> dict[str, Any]:
    """One entry of ``messages`` in a webhook: a text that somebody wrote."""
    message: dict[str, Any] = {
        "from": sender.lstrip("+"),
        "id": wamid or f"wamid.{uuid.uuid4().hex}",
        "timestamp": str(int(time.time() if at is None else at)),
        "type": "text",
        "text": {"body": text},
    }
    if answering:
        message["context"] = {"id": answering}
    return message


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


def template_update(
    name: str, language: str, event: str, *, reason: str = "", at: float | None = None
) -> dict[str, Any]:
    """A webhook's body about a registered text."""
    value = {
        "event": event,
        "message_template_id": 1_000_000 + sum(name.encode()),
        "message_template_name": name,
        "message_template_language": language,
        "reason": reason or "NONE",
    }
    change = {"field": "message_template_status_update", "value": value}
    seconds = int(time.time() if at is None else at)
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": PORTFOLIO, "time": seconds, "changes": [change]}],
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: the second would wait for the first
    api: CloudApi

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.strip("/").split("/")
        if parts[-1] not in ("messages", *PHONE) or len(parts) != 3:
            self._say(problem(404, 2500, "Unknown path components"))
            return
        try:
            body = json.loads(content)
        except ValueError:
            self._say(problem(400, 100, "Invalid JSON"))
            return
        if parts[2] in PHONE:
            self._say(self._of_a_phone(parts[2], body))
            return
        self._say(self.api.answer(self.headers.get("Authorization", ""), parts[1], body))

    def _of_a_phone(self, deed: str, body: dict[str, Any]) -> Answer:
        """What people do on their phones: not Meta's, but how one plays them in the demonstration."""
        if self.headers.get("Authorization", "") != f"Bearer {self.api.token}":
            return problem(401, 190, "Invalid OAuth access token.")
        if deed == "stand-in-reads":
            self.api.reads(map(str, body.get("ids", ())))
            return 200, {}
        wamid = self.api.says(str(body["from"]), str(body["text"]), answering=str(body.get("answering", "")))
        return 200, {"id": wamid}

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


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A portal that was killed or gave up waiting is no matter of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class CloudApiServer(StandIn):
    """A CloudApi on a free port of the loopback address."""

    def __init__(self, api: CloudApi | None = None, *, port: int = 0) -> None:
        self.api = api or CloudApi()
        super().__init__(type("Handler", (_Handler,), {"api": self.api}), port=port, server=_Server)

    def start(self) -> Self:
        threading.Thread(target=self.api.keep_telling, daemon=True).start()
        return super().start()

    @property
    def url(self) -> str:
        """The value of WHATSAPP_URL."""
        return f"http://{self.place}/{VERSION}"


def settings_of_the_demonstration(port: int) -> dict[str, str]:
    """Connects a portal to the stand-in as a real token would connect it to Meta.

    Only kinds whose answers matter go that way: the others show what an office does without a contract. The
    keys are made anew at each start, as nobody but the two programs has to know them.
    """
    return {
        "WHATSAPP_URL": f"http://127.0.0.1:{port}/{VERSION}",
        "WHATSAPP_PHONE_ID": PHONE_ID,
        "WHATSAPP_ACCOUNT_ID": PORTFOLIO,
        "WHATSAPP_TOKEN": secrets.token_urlsafe(24),
        "WHATSAPP_APP_SECRET": secrets.token_urlsafe(24),
        "WHATSAPP_VERIFY_TOKEN": secrets.token_urlsafe(24),
        "WHATSAPP_NEW_PEOPLE_A_DAY": "2000",
        "WHATSAPP_KINDS": ",".join(KINDS_OF_THE_DEMONSTRATION),
    }


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
