"""Looks for thousands of known NIKs and phone numbers in whatever a portal keeps.

A number counts as shown when it stands there in plain digits (with blanks, dots or dashes between them), in
hex, in base64 at any offset, packed by zlib, or as an unkeyed digest: sixteen digits are guessed from such a
digest in minutes. What is found is named by kind only, never by the number.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from okoce.values import phone
from participants.importing import engine

LIST = Path(engine.__file__).parents[1] / "demo" / "jakbar_tahap1.xlsx"

DIGESTS = ("md5", "sha1", "sha256", "sha512")
HEAD = 4  # so many first bytes of a digest are compared before all of it
SHORTEST = 9  # digits of the shortest number worth looking for: a mobile number without its leading zero

_DIGITS = re.compile(rb"\d(?:[ .\-]?\d){%d,}" % (SHORTEST - 1))
_HEX = re.compile(rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}){%d,}(?![0-9a-fA-F])" % SHORTEST)
# Digits nobody wrote as a number, among thousands of which some look like one sooner or later: identifiers,
# sealed bytes in hex (which is also read as bytes), how long a task took, and when.
_CHANCE = re.compile(
    rb"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
    rb"|(?<![0-9a-f])(?=[0-9]*[a-f])[0-9a-f]{32,}(?![0-9a-f])"
    rb"|\b\d+\.\d+(?:e-\d+)?s\b"
    rb"|\b1\d{9}\.\d+\b"
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{12,}")
_NO_DIGIT = re.compile(rb"[^0-9]")
_STANDARD = bytes.maketrans(b"-_", b"+/")


class KnownNumbers:
    """``niks`` are digits as people wrote them, damaged ones too; ``phones`` are E.164."""

    def __init__(self, *, niks: Iterable[str], phones: Iterable[str]) -> None:
        self.kinds: dict[bytes, str] = {}
        self.digests: dict[bytes, str] = {}
        for nik in niks:
            self._know(nik.encode(), "NIK", [nik])
        for number in phones:
            national = number.removeprefix("+62")
            spellings = [number, number[1:], f"0{national}", national, phone.display(number)]
            self._know(national.encode(), "phone", spellings)
        self.lengths = sorted({len(digits) for digits in self.kinds})
        self.heads = {digest[:HEAD] for digest in self.digests}
        self.sizes = sorted({len(digest) for digest in self.digests})

    def _know(self, digits: bytes, kind: str, spellings: list[str]) -> None:
        assert len(digits) >= SHORTEST
        self.kinds[digits] = kind
        for name in DIGESTS:
            for text in spellings:
                self.digests[hashlib.new(name, text.encode()).digest()] = f"{name} of a {kind}"

    def shown_in(self, content: bytes) -> set[str]:
        """``{"NIK in hex", "phone in plain", …}``; empty when none of the numbers can be seen."""
        found = {f"{kind} in plain" for kind in self._in_plain(_CHANCE.sub(b" ", content))}
        for packed, way in self._unpacked(content):
            found |= {f"{kind} in {way}" for kind in self._in_plain(packed)}
            found |= {f"{what} in {way}" for what in self._digests_in(packed)}
        if not content.isascii():  # a digest as raw bytes
            found |= {f"{what} raw" for what in self._digests_in(content)}
        return found

    def _in_plain(self, content: bytes) -> Iterator[str]:
        for match in _DIGITS.finditer(content):
            digits = _NO_DIGIT.sub(b"", match[0])
            for length in self.lengths:
                for start in range(len(digits) - length + 1):
                    if (kind := self.kinds.get(digits[start : start + length])) is not None:
                        yield kind

    def _digests_in(self, content: bytes) -> Iterator[str]:
        heads = self.heads
        for start in range(len(content) - self.sizes[0] + 1):
            if content[start : start + HEAD] in heads:
                for size in self.sizes:
                    if (what := self.digests.get(content[start : start + size])) is not None:
                        yield what

    def _unpacked(self, content: bytes) -> Iterator[tuple[bytes, str]]:
        for match in _HEX.finditer(content):
            yield binascii.unhexlify(match[0]), "hex"
        for match in _BASE64.finditer(content):
            text = match[0].translate(_STANDARD)
            for offset in range(4):
                part = text[offset:]
                part = part[: len(part) - 1] if len(part) % 4 == 1 else part
                packed = base64.b64decode(part + b"=" * (-len(part) % 4))
                yield packed, "base64"
                with suppress(zlib.error):
                    yield zlib.decompress(packed), "zlib"


def numbers_of_the_list() -> tuple[set[str], set[str]]:
    """Every NIK of the demonstration's workbook, whole or damaged, and every phone number (E.164)."""
    report = engine.check_file(LIST, kota="31.73", as_of=date(2018, 3, 14)).as_json(with_cells=True)
    niks, phones = set(), set()
    for row in report["rows"]:
        values = row["values"] or row["cells"]
        niks.add(re.sub(r"\D", "", values.get("nik") or ""))
        phones.add(phone.mobile_in(values.get("hp") or "")[0] or "")
    return {nik for nik in niks if len(nik) >= 13}, phones - {""}
