"""Notices on phones by Web Push (RFC 8030; the sealing is okoce.notifications.push_protocol).

A notice says no more than the subject of an e-mail; who taps on it sees the page. The address of a
subscription is handed in by a page, so only the known push services are called (PUSH_HOSTS), and a redirect
is not followed.
"""

from __future__ import annotations

import json
import time
from typing import ClassVar
from uuid import UUID

import urllib3
from django.conf import settings
from django.utils import timezone

from okoce.notifications import phones
from okoce.notifications.channels.answers import beginning_of
from okoce.notifications.channels.base import ChannelDown, ConnectionLost, Letter, Refused, Sender
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, State
from okoce.notifications.models import PushSubscription
from okoce.notifications.push_protocol import is_push_service, seal, signature_for

TIMEOUT = urllib3.Timeout(connect=5.0, read=10.0)
LONGEST_PAYLOAD = 3000  # bytes; every push service takes 4,096 with what sealing adds
LONGEST_WAIT, SHORTEST_WAIT = (
    14 * 86400,
    60,
)  # seconds that the service keeps a notice for a phone that is off
GONE = (404, 410)


class PushWay:
    starts_as: ClassVar[State] = State.PENDING
    parts: ClassVar[tuple[str, ...]] = ("subject",)
    needs_phone: ClassVar[bool] = False
    reached_by: ClassVar[str] = "has_push"

    def why_not(self) -> str:
        return "" if settings.VAPID_PRIVATE_KEY else "push_not_connected"

    def reaches(self, person: Person) -> bool:
        return person.has_push and Channel.PUSH not in person.ended

    def gives_receipts(self) -> bool:
        """The phone itself tells that it showed a notice."""
        return True

    def open(self) -> Sender:
        return PushSender()


class PushSender:
    """Kept connections to the push services of the browsers."""

    def __init__(self) -> None:
        self.http = urllib3.PoolManager(num_pools=8, maxsize=1, timeout=TIMEOUT, retries=False)

    def send(self, letter: Letter) -> str:
        """Accepted when one of the person's phones has it. Phones that are gone are ended."""
        payload = json.dumps(notice_of(letter), ensure_ascii=False).encode()
        if len(payload) > LONGEST_PAYLOAD:
            raise Refused("push_too_long", is_final=True)
        accepted, trouble = 0, None
        for phone in phones.of(letter.participant_id):
            try:
                accepted += self._send_to(phone, payload, letter)
            except (ChannelDown, ConnectionLost, Refused) as problem:
                trouble = problem
        if accepted:
            return f"push:{letter.reference}"
        raise trouble or Refused("push_gone", is_final=True)

    def _send_to(self, phone: PushSubscription, payload: bytes, letter: Letter) -> bool:
        """False when the phone is gone."""
        endpoint, keys = phones.open_secret(phone)
        if not is_push_service(endpoint):  # the list of services was changed since
            phones.end(phone, why="refused")
            return False
        try:
            answer = self.http.request(
                "POST",
                endpoint,
                body=seal(payload, keys),
                headers=headers_of(letter, endpoint),
                redirect=False,
                preload_content=False,
            )
            beginning_of(answer)
        except urllib3.exceptions.HTTPError as error:  # one browser's service is away: others may work
            raise ConnectionLost from error
        return self._is_taken(phone, answer.status)

    def _is_taken(self, phone: PushSubscription, status: int) -> bool:
        if status in (200, 201, 202, 204):
            phones.note_ok(phone)
            return True
        if status in GONE:
            phones.end(phone, why="gone")
            return False
        if status in (401, 403):  # this subscription was made with another key of ours
            raise Refused(f"push_account:{status}", is_final=True)
        if status == 429 or status >= 500:
            raise Refused(f"push:{status}")
        if 300 <= status < 400:
            raise Refused(f"push_strange_answer:{status}")
        raise Refused(f"push:{status}", is_final=True)

    def close(self) -> None:
        self.http.clear()


def headers_of(letter: Letter, endpoint: str) -> dict[str, str]:
    """``Topic``: of two notices of one message the service keeps the last."""
    seconds = LONGEST_WAIT
    if letter.expires_at is not None:
        seconds = min(seconds, int((letter.expires_at - timezone.now()).total_seconds()))
    return {
        "Authorization": signature_for(endpoint, now=time.time()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(max(SHORTEST_WAIT, seconds)),
        "Urgency": "high" if letter.is_urgent else "normal",
        "Topic": UUID(letter.reference).hex,
    }


def notice_of(letter: Letter) -> dict[str, str]:
    """What the phone shows: no greeting, no name; ``told`` is where it says that it was shown."""
    return {
        "title": "OK OCE",
        "body": letter.text,
        "tag": letter.reference,
        "url": letter.url,
        "told": phones.receipt_path(letter.reference),
    }
