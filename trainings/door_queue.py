"""What a phone at a door recorded, as it is sent in parts: read with suspicion, into entries."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

AT_ONCE = 200  # entries of one sending
LONGEST = 64  # signs of a token or a number
LONGEST_WAIT = timedelta(days=3)  # a queue that is older, by its own clock, had its clock changed


class NotTaken(Exception):
    """Nothing of the sending is taken. ``code`` goes to the phone with the HTTP ``status``."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done at the door; ``at`` by the device's clock. ``undoes`` names an earlier one."""

    nonce: uuid.UUID
    does: str
    how: str
    at: datetime
    token: str = ""
    number: str = ""
    undoes: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    entries: list[Entry]
    device: str
    device_now: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """The device's clock against ours, at the moment of sending."""

    device_now: datetime
    now: datetime

    def ahead_for(self, at: datetime) -> timedelta:
        """What to take off ``at``. A clock that was set meanwhile is not followed: then it is now."""
        age = self.device_now - at
        return self.device_now - self.now if timedelta() <= age <= LONGEST_WAIT else at - self.now


def read(body: bytes, *, owner: str, does: Collection[str], hows: Collection[str]) -> Sending:
    """The first two hundred entries of a part of the queue.

    Raises NotTaken: it is not from our page (400), or belongs to another account than ``owner`` (409).
    """
    try:
        sent = json.loads(body)
        entries = [_entry(row, does, hows) for row in sent["entries"][:AT_ONCE]]
        sending = Sending(entries, str(sent["device"]).replace("\x00", ""), moment(sent["now"]))
        sender = str(sent["owner"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotTaken("unreadable", 400) from error
    if not secrets.compare_digest(sender.encode(), owner.encode()):
        raise NotTaken("owner", 409)
    return sending


def _entry(row: Mapping[str, Any], possible: Collection[str], hows: Collection[str]) -> Entry:
    does, how, token, number = (str(row.get(k, "")) for k in ("does", "how", "token", "number"))
    if does not in possible or how not in hows or max(len(token), len(number)) > LONGEST:
        raise ValueError(does)
    if "\x00" in token + number:
        raise ValueError("sign")
    undoes = uuid.UUID(row["undoes"]) if row.get("undoes") else None
    return Entry(uuid.UUID(row["nonce"]), does, how, moment(row["at"]), token, number, undoes)


def moment(text: str) -> datetime:
    """With its zone, in a year that can be meant; ValueError otherwise."""
    found = parse_datetime(text)
    if found is None or found.tzinfo is None or not 2000 < found.year < 2200:
        raise ValueError(text)
    return found
