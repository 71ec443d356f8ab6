"""SMS through an HTTP gateway that the settings describe (okoce.notifications.channels.sms_description).

A text goes in the small alphabet where nothing is lost by it, with the programme's name in it, in at most as
many parts as the description allows. ``reference`` is the message's uid: a gateway that honours it takes a
repeated request for one. Redirects are not followed: they would carry a person's number to somebody else.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar
from urllib.parse import urlencode

import urllib3
from django.conf import settings

from okoce.notifications import heard
from okoce.notifications.channels import sms_description
from okoce.notifications.channels.answers import beginning_of
from okoce.notifications.channels.base import ChannelDown, ConnectionLost, Letter, Refused, Sender
from okoce.notifications.channels.sms_description import LONGEST_ID, Faulty, Gateway, Meaning
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, State
from okoce.notifications.sms_length import as_sms, sms_parts

TIMEOUT = urllib3.Timeout(connect=5.0, read=15.0)
IDS = "sms:"  # before the gateway's own ids, which may be as short as "17"


def gateway() -> Gateway | None:
    """The gateway of the settings; None without one. Raises Faulty."""
    if not settings.SMS_GATEWAY:
        return None
    return sms_description.read(settings.SMS_GATEWAY, may_be_plain=settings.DEMO or settings.TESTING)


class SmsWay:
    starts_as: ClassVar[State] = State.PENDING
    parts: ClassVar[tuple[str, ...]] = ("text",)
    needs_phone: ClassVar[bool] = True
    reached_by: ClassVar[str] = "has_sms"

    def why_not(self) -> str:
        try:
            return "" if gateway() is not None else "sms_not_connected"
        except Faulty:
            return "sms_description_faulty"

    def reaches(self, person: Person) -> bool:
        return person.has_phone and Channel.SMS not in person.ended

    def gives_receipts(self) -> bool:
        try:
            described = gateway()
        except Faulty:
            return False
        return described is not None and described.receipts is not None and bool(settings.SMS_RECEIPT_SECRET)

    def open(self) -> Sender:
        try:
            described = gateway()
        except Faulty as error:
            raise ChannelDown("sms_description_faulty", rests_long=True) from error
        if described is None:
            raise ChannelDown("sms_not_connected")
        return SmsSender(described)


class SmsSender:
    """One kept connection to the gateway."""

    def __init__(self, described: Gateway) -> None:
        self.gateway = described
        self.http = urllib3.PoolManager(num_pools=1, maxsize=1, timeout=TIMEOUT, retries=False)

    def send(self, letter: Letter) -> str:
        """The gateway's id of the accepted message, with ours before it; empty when it gives none."""
        headers, body = self._request(letter)
        try:
            answer = self.http.request(
                self.gateway.method,
                self.gateway.url,
                headers=headers,
                body=body,
                redirect=False,
                preload_content=False,
            )
            content = beginning_of(answer)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise ChannelDown("sms_down") from error
        except urllib3.exceptions.HTTPError as error:
            raise ConnectionLost from error
        return accepted_id(self.gateway, answer.status, content)

    def _request(self, letter: Letter) -> tuple[dict[str, str], bytes]:
        text = wording(letter.text, brand=self.gateway.brand)
        if sms_parts(text) > self.gateway.parts:
            raise Refused("sms_too_long", is_final=True)
        headers, body = self.gateway.request(
            to=self.gateway.number_of(letter.to.phone),
            text=text,
            sender=self.gateway.sender,
            reference=letter.reference,
            token=settings.SMS_TOKEN,
        )
        if self.gateway.is_form:
            content, kind = urlencode(body).encode(), "application/x-www-form-urlencoded"
        else:
            content, kind = json.dumps(body).encode(), "application/json"
        return {"Accept": "*/*", "Content-Type": kind, **headers}, content

    def close(self) -> None:
        self.http.clear()


def wording(text: str, *, brand: str) -> str:
    """The text as it is sent: the programme's name in it, no empty lines, the small alphabet."""
    plain = "\n".join(line for line in (one.strip() for one in as_sms(text).splitlines()) if line)
    return plain if not brand or brand.lower() in plain.lower() else f"{brand}: {plain}"


def accepted_id(described: Gateway, status: int, content: bytes) -> str:
    """The id out of an answer. Raises what the answer means otherwise."""
    if not 200 <= status < 300 and not 400 <= status < 600:
        raise ChannelDown(f"sms_strange_answer:{status}")  # a redirect leads to some other server
    reading = described.answer
    said = _said(content, is_json=reading.is_json)
    match reading.meaning_of(status, said):
        case Meaning.ACCEPTED:
            return _id_of(described, said)
        case Meaning.AGAIN:
            if status == 429:
                raise ChannelDown(f"sms:{status}", is_counted=False)
            if status >= 500:
                raise ConnectionLost
            raise Refused(_reason(described, status, said))
        case Meaning.REFUSED:
            raise Refused(_reason(described, status, said), is_final=True)
        case Meaning.ACCOUNT:
            raise ChannelDown(f"sms_account:{status}", is_counted=False, rests_long=True)
        case _:
            raise ConnectionLost  # garbage: nobody knows what became of the message


def _id_of(described: Gateway, said: Any) -> str:
    reading = described.answer
    if not reading.id:
        return ""
    given = reading.find(said, reading.id)
    if not given or len(given) > LONGEST_ID or not given.isprintable():
        raise ConnectionLost
    return f"{IDS}{given}"


def _reason(described: Gateway, status: int, said: Any) -> str:
    """The gateway's code when it looks like one: words of others are not kept."""
    code = described.answer.find(said, described.answer.code) or ""
    return f"sms:{code if code.isascii() and code.isalnum() and len(code) <= 12 else status}"


def _said(content: bytes, *, is_json: bool) -> Any:
    text = content.decode("utf-8", "replace")
    if not is_json:
        return text
    try:
        return heard.parse(text)
    except heard.Unreadable:
        return None
