"""A push service on this machine, for tests and the demonstration: what stands between us and a browser.

It hands out subscriptions with real key pairs, takes notices over real HTTP, checks the sender's signature
(RFC 8292) as push services do, and opens the payload (RFC 8291) as the browser would. It asks nothing of the
portal's own code.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from okoce.embedded.stand_in import StandIn

CURVE = ec.SECP256R1()


def to_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """One subscription with its private half."""

    name: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    is_gone: bool = False
    notices: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, content: bytes) -> bytes:
        """The payload of a sealed record. Raises ValueError or InvalidTag."""
        salt, size, id_length = content[:16], int.from_bytes(content[16:20], "big"), content[20]
        sender, sealed = content[21 : 21 + id_length], content[21 + id_length :]
        if size < 18 or len(sealed) > size:
            raise ValueError("not one record")
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        secret = HKDF(hashes.SHA256(), 32, self.auth, b"WebPush: info\x00" + self.public + sender).derive(
            shared
        )
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        if not plain.endswith(b"\x02"):
            raise ValueError("no last record")
        return plain[:-1]


@dataclass
class PushService:
    """``misbehave`` answers (status, headers) instead of the service, or None."""

    origin: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)
    misbehave: Callable[[], tuple[int, dict[str, str]] | None] = lambda: None
    hang: float = 0.0
    requests: int = 0
    faults: list[str] = field(default_factory=list)

    def subscribe(self) -> dict[str, Any]:
        """A subscription as ``PushSubscription.toJSON()`` gives it."""
        browser = Browser(to_base64(os.urandom(12)))
        self.browsers[browser.name] = browser
        return {
            "endpoint": f"{self.origin}/push/{browser.name}",
            "expirationTime": None,
            "keys": {"p256dh": to_base64(browser.public), "auth": to_base64(browser.auth)},
        }

    @property
    def notices(self) -> list[dict[str, Any]]:
        return [notice for browser in self.browsers.values() for notice in browser.notices]

    def take(self, path: str, headers: dict[str, str], content: bytes) -> tuple[int, dict[str, str]]:
        self.requests += 1
        if self.hang:
            time.sleep(self.hang)
        if (wrong := self.misbehave()) is not None:
            return wrong
        browser = self.browsers.get(path.removeprefix("/push/"))
        if browser is None:
            return 404, {}
        if browser.is_gone:
            return 410, {}
        if fault := self._fault_of(headers):
            self.faults.append(fault)
            return 403, {}
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            self.faults.append("headers")
            return 400, {}
        try:
            browser.notices.append(json.loads(browser.open(content)))
        except (ValueError, InvalidTag) as error:
            self.faults.append(type(error).__name__)
            return 400, {}
        browser.headers.append(headers)
        return 201, {"Location": f"{self.origin}/m/{len(browser.notices)}"}

    def _fault_of(self, headers: dict[str, str]) -> str:
        """What is wrong with the sender's signature; empty when nothing is."""
        scheme, _space, rest = headers.get("authorization", "").partition(" ")
        said = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme != "vapid" or not said.get("t") or not said.get("k"):
            return "no signature"
        signed, _dot, mark = said["t"].rpartition(".")
        raw = from_base64(mark)
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64(said["k"]))
            numbers = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
            public.verify(encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError):
            return "wrong signature"
        claims = json.loads(from_base64(signed.split(".")[1]))
        if claims.get("aud") != self.origin:
            return "for somebody else"
        if not time.time() < claims.get("exp", 0) < time.time() + 86400:
            return "out of time"
        if not str(claims.get("sub", "")).startswith(("mailto:", "https:")):
            return "no contact"
        return ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets: the second would wait for the first
    service: PushService

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, answered = self.service.take(self.path, headers, content)
        try:
            self.send_response(status)
            for name, value in answered.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def log_message(self, format: str, *args: Any) -> None:
        """Addresses of subscriptions are secrets: nothing is logged."""


class PushServiceServer(StandIn):
    """A PushService on a port of the loopback address. ``place`` is the value of PUSH_STAND_IN."""

    def __init__(self, service: PushService | None = None, *, port: int = 0) -> None:
        self.service = service or PushService()
        super().__init__(type("Handler", (_Handler,), {"service": self.service}), port=port)
        self.service.origin = f"http://{self.place}"
