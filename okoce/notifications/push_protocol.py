"""What Web Push asks of us: which addresses may be called, how a payload is sealed for one browser (RFC 8291
over RFC 8188), and our signature on every request (RFC 8292).

Written here on ``cryptography`` instead of taken from a library: docs/decisions/0140.
"""

from __future__ import annotations

import base64
import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

RECORD_SIZE = 4096
TOKEN_SECONDS = 12 * 3600  # at most 24 hours are allowed


# ---------------------------------------------------------------- which addresses

# Only what every program reads alike: behind a backslash one sees a path, another one the rest of the name.
_ORDINARY = re.compile(r"https?://[A-Za-z0-9.:-]+(?:[/?][!-\[\]-~]*)?")


def is_push_service(endpoint: str) -> bool:
    """Whether ``endpoint`` is an address of a known push service. Everything else is not ours to call."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password or not _ORDINARY.fullmatch(endpoint):
        return False
    if is_stand_in(parts.scheme, parts.netloc):
        return True
    host = parts.hostname.lower()
    known = any(host == one or (one.startswith(".") and host.endswith(one)) for one in settings.PUSH_HOSTS)
    return parts.scheme == "https" and port in (None, 443) and known


def is_stand_in(scheme: str, netloc: str) -> bool:
    """The push service of this machine, in demonstration and tests only."""
    is_allowed = settings.DEMO or settings.TESTING
    return bool(is_allowed and scheme == "http" and netloc and netloc == settings.PUSH_STAND_IN)


# ---------------------------------------------------------------- sealing (RFC 8291, RFC 8188)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a browser hands out with its subscription: its public key (65 bytes) and 16 shared bytes."""

    p256dh: bytes
    auth: bytes

    def __post_init__(self) -> None:
        if len(self.auth) != 16 or len(self.p256dh) != 65:
            raise ValueError("these are no keys of a subscription")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.p256dh)


def seal(
    payload: bytes, keys: Keys, *, own: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """``payload`` as one record of ``aes128gcm`` that only this browser opens. ``own`` and ``salt`` are new
    for every notice; they are given in tests.
    """
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.p256dh)
    our_point = point_of(own.public_key())
    key, nonce = content_keys(own.exchange(ec.ECDH(), theirs), keys, our_point=our_point, salt=salt)
    head = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(our_point)]) + our_point
    return head + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def content_keys(shared: bytes, keys: Keys, *, our_point: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """(key, nonce) of the only record."""
    secret = _derive(shared, salt=keys.auth, info=b"WebPush: info\x00" + keys.p256dh + our_point, length=32)
    key = _derive(secret, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    return key, _derive(secret, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)


def _derive(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def point_of(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


# ---------------------------------------------------------------- our signature (RFC 8292)


@lru_cache(maxsize=2)
def _private_key(encoded: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unbase64(encoded), "big"), ec.SECP256R1())


def public_key() -> str:
    """What a page hands to the browser: only notices signed with our key are shown to it."""
    return base64url(point_of(_private_key(settings.VAPID_PRIVATE_KEY).public_key()))


def signature_for(endpoint: str, *, now: float) -> str:
    """The Authorization header: a token for this push service and nobody else."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(now) + TOKEN_SECONDS,
        "sub": settings.VAPID_CONTACT,
    }
    signed = f"{_json64({'typ': 'JWT', 'alg': 'ES256'})}.{_json64(claims)}"
    r, s = decode_dss_signature(
        _private_key(settings.VAPID_PRIVATE_KEY).sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    )
    return f"vapid t={signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={public_key()}"


def _json64(value: Any) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
