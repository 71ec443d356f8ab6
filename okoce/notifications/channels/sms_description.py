"""How an SMS gateway wants to be spoken to, as its settings describe it. Nothing of a vendor stands in code.

``SMS_GATEWAY`` is one JSON object; docs/operations.md has two described examples. Its texts may hold the gaps
{to} {text} {sender} {reference} {token}; nothing in them is executed.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

GAP: Final = re.compile(r"\{(\w+)\}")
GAPS: Final = frozenset({"to", "text", "sender", "reference", "token"})
NUMBERS: Final = ("+62", "62", "0")
LONGEST_ID: Final = 190


class Faulty(Exception):
    """The description cannot be used; the text says why and repeats no value."""


class Meaning(StrEnum):
    """What an answer asks of us."""

    ACCEPTED = "accepted"
    AGAIN = "again"
    REFUSED = "refused"  # this message, for good
    ACCOUNT = "account"  # nothing goes until somebody has mended it


# What a status of HTTP means where the description says nothing else.
_BY_STATUS: Final = (
    (r"http:2..", Meaning.ACCEPTED),
    (r"http:(401|402|403|407)", Meaning.ACCOUNT),
    (r"http:(408|409|425|429|5..)", Meaning.AGAIN),
    (r"http:4..", Meaning.REFUSED),
)


@dataclass(frozen=True)
class Reading:
    """Where things stand in what the gateway says: ``code`` and ``id`` are paths (``messages.0.id``) in JSON,
    patterns with one group in plain text.
    """

    is_json: bool = True
    code: str = ""
    id: str = ""
    meanings: Mapping[str, Meaning] = field(default_factory=dict)

    def meaning_of(self, status: int, said: Any) -> Meaning | None:
        """None for an answer that the description does not know: nobody knows what became of the message."""
        by_status = next((m for pattern, m in _BY_STATUS if re.fullmatch(pattern, f"http:{status}")), None)
        if (named := self.meanings.get(f"http:{status}")) is not None:
            return named
        if by_status is not Meaning.ACCEPTED or not self.code:
            return by_status
        code = self.find(said, self.code)
        return None if code is None else self.meanings.get(code)

    def find(self, said: Any, path: str) -> str | None:
        if not path or said is None:
            return None
        if not self.is_json:
            found = re.search(path, str(said))
            return found[1].strip() if found else None
        value = at(said, path)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return None
        return str(value)


@dataclass(frozen=True)
class Receipts:
    """How the gateway tells later what became of a message. ``rows`` is the path of their list, if any."""

    rows: str = ""
    id: str = ""
    reference: str = ""
    status: str = ""
    delivered: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Gateway:
    url: str
    method: str
    headers: Mapping[str, str]
    is_form: bool
    body: Any
    number: str
    sender: str
    brand: str
    parts: int
    answer: Reading
    receipts: Receipts | None

    def request(self, **values: str) -> tuple[dict[str, str], Any]:
        """(headers, body) with the gaps filled; values never reach the address."""
        headers = {name: " ".join(fill(text, values).split()) for name, text in self.headers.items()}
        return headers, filled(self.body, values)

    def number_of(self, phone: str) -> str:
        """An E.164 number as this gateway wants it."""
        if phone.startswith("+62"):
            return self.number + phone.removeprefix("+62")
        return phone if self.number == "+62" else phone.lstrip("+")


def fill(text: str, values: Mapping[str, str]) -> str:
    return GAP.sub(lambda gap: values.get(gap[1], ""), text)


def filled(shape: Any, values: Mapping[str, str]) -> Any:
    """A shape of JSON with the gaps in its texts filled."""
    if isinstance(shape, str):
        return fill(shape, values)
    if isinstance(shape, list):
        return [filled(one, values) for one in shape]
    if isinstance(shape, dict):
        return {name: filled(one, values) for name, one in shape.items()}
    return shape


def at(said: Any, path: str) -> Any:
    """What stands at ``messages.0.id``; None when there is nothing."""
    for step in path.split("."):
        if isinstance(said, dict):
            said = said.get(step)
        elif isinstance(said, list) and step.isdigit() and int(step) < len(said):
            said = said[int(step)]
        else:
            return None
    return said


@lru_cache(maxsize=8)
def read(described: str, *, may_be_plain: bool) -> Gateway:
    """The gateway of a description. ``may_be_plain``: http instead of https may be used. Raises Faulty."""
    try:
        said = json.loads(described)
    except ValueError:
        raise Faulty("SMS_GATEWAY is no JSON.") from None
    if not isinstance(said, dict):
        raise Faulty("SMS_GATEWAY must be one JSON object.")
    unknown = set(said) - {
        "url", "method", "headers", "format", "body", "number", "sender", "brand", "parts", "answer",
        "receipts",
    }  # fmt: skip
    if unknown:
        raise Faulty(f"SMS_GATEWAY knows no {', '.join(sorted(unknown))}.")
    return Gateway(
        url=_url(said.get("url"), may_be_plain=may_be_plain),
        method=_one_of(said, "method", ("POST", "PUT")),
        headers={str(name): _text(value, "headers") for name, value in _object(said, "headers").items()},
        is_form=_one_of(said, "format", ("json", "form")) == "form",
        body=_body(said),
        number=_one_of(said, "number", NUMBERS),
        sender=_text(said.get("sender", ""), "sender"),
        brand=_text(said.get("brand", "OK OCE"), "brand"),
        parts=_parts(said.get("parts", 4)),
        answer=_answer(_object(said, "answer")),
        receipts=_receipts(_object(said, "receipts")) if said.get("receipts") else None,
    )


def _url(url: Any, *, may_be_plain: bool) -> str:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname or parts.scheme not in ("https", "http") or parts.username:
        raise Faulty("SMS_GATEWAY: url must be an address that begins with https://, without a password.")
    if GAP.search(str(url)):
        raise Faulty("SMS_GATEWAY: url must hold no gaps: a person's number does not belong into an address.")
    if parts.scheme == "http" and not (may_be_plain and is_this_machine(parts.hostname)):
        raise Faulty("SMS_GATEWAY: url must begin with https://.")
    return str(url)


def is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _body(said: Mapping[str, Any]) -> Any:
    body = said.get("body")
    if not isinstance(body, dict):
        raise Faulty("SMS_GATEWAY: body must be an object.")
    if said.get("format") == "form" and not all(isinstance(value, str) for value in body.values()):
        raise Faulty("SMS_GATEWAY: the body of a form holds texts only.")
    held = set(GAP.findall(json.dumps(body)))
    if unknown := held - GAPS:
        raise Faulty(f"SMS_GATEWAY: body has unknown gaps: {', '.join(sorted(unknown))}.")
    if missing := {"to", "text"} - held:
        raise Faulty(f"SMS_GATEWAY: body lacks the gaps {', '.join(sorted(missing))}.")
    return body


def _answer(said: Mapping[str, Any]) -> Reading:
    meanings = {}
    for meaning in Meaning:
        for code in _list(said, meaning.value):
            meanings[code] = meaning
    is_json = said.get("format", "json") == "json"
    code, given_id = _text(said.get("code", ""), "answer"), _text(said.get("id", ""), "answer")
    if not is_json:
        for pattern in filter(None, (code, given_id)):
            _pattern(pattern)
    if code and Meaning.ACCEPTED not in meanings.values():
        raise Faulty("SMS_GATEWAY: answer has a code and no list of accepted ones.")
    return Reading(is_json, code, given_id, meanings)


def _pattern(pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error:
        groups = 0
    if groups != 1:
        raise Faulty("SMS_GATEWAY: patterns in answer must have one group each.")


def _receipts(said: Mapping[str, Any]) -> Receipts:
    found = Receipts(
        rows=_text(said.get("rows", ""), "receipts"),
        id=_text(said.get("id", ""), "receipts"),
        reference=_text(said.get("reference", ""), "receipts"),
        status=_text(said.get("status", ""), "receipts"),
        delivered=frozenset(_list(said, "delivered")),
        failed=frozenset(_list(said, "failed")),
        sent=frozenset(_list(said, "sent")),
    )
    if not found.status or not (found.id or found.reference) or not found.delivered:
        raise Faulty("SMS_GATEWAY: receipts need status, delivered, and id or reference.")
    return found


def _one_of(said: Mapping[str, Any], name: str, choices: Sequence[str]) -> str:
    value = said.get(name, choices[0])
    if value not in choices:
        raise Faulty(f"SMS_GATEWAY: {name} must be one of {', '.join(choices)}.")
    return str(value)


def _object(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name, {})
    if not isinstance(value, dict):
        raise Faulty(f"SMS_GATEWAY: {name} must be an object.")
    return value


def _list(said: Mapping[str, Any], name: str) -> list[str]:
    value = said.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, (str, int)) for one in value):
        raise Faulty(f"SMS_GATEWAY: {name} must be a list of texts.")
    return [str(one) for one in value]


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise Faulty(f"SMS_GATEWAY: {name} must be text.")
    return value


def _parts(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10:
        raise Faulty("SMS_GATEWAY: parts must be a whole number from 1 to 10.")
    return value
