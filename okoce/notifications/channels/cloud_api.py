"""WhatsApp over Meta's Cloud API: endpoints, bodies and error codes as in docs/programme.md, 5.1.

A 200 says that a message was accepted, never that it arrived: what became of it is told later by a webhook
(okoce.notifications.receipts). ``biz_opaque_callback_data`` carries the message's uid through all of that, so
that a receipt finds its message even when this process died before it could note Meta's own id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, ClassVar

import urllib3
from django.conf import settings

from okoce.notifications import heard
from okoce.notifications.channels.answers import beginning_of
from okoce.notifications.channels.base import (
    ChannelDown,
    ConnectionLost,
    Letter,
    Refused,
    Sender,
    Switched,
)
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, State

TIMEOUT = urllib3.Timeout(connect=5.0, read=15.0)
LONGEST_BODY = 1024  # characters of a template's body with its values
PAIR_PAUSE, LONGEST_PAIR_PAUSE = 4.0, 3600.0


class Reaction(Enum):
    """What an error code asks of us. Decided by the code alone, never by title or subcode."""

    RETRY = auto()
    REST = auto()  # a limit of ours: the channel rests, nobody's try is counted
    PAIR = auto()  # too many to one person: this message waits longer and longer
    NOT_THIS_WAY = auto()  # this person is not reached by WhatsApp now: the next channel
    NO_TEXT = auto()  # the template is not there, paused, or has other variables: staff must mend it
    STOP = auto()  # token, permission, account: nothing goes until somebody has mended it


_REACTIONS: Mapping[int, Reaction] = {
    **dict.fromkeys((130429, 80007, 4), Reaction.REST),
    131056: Reaction.PAIR,
    **dict.fromkeys((131057, 131000, 1, 2), Reaction.RETRY),
    **dict.fromkeys((131026, 131047, 131049, 131050, 130472), Reaction.NOT_THIS_WAY),
    **dict.fromkeys((132000, 132001, 132007, 132012, 132015, 132016), Reaction.NO_TEXT),
    **dict.fromkeys((0, 190, 3, 10, *range(200, 300), 131042, 131031, 368, 131048), Reaction.STOP),
}
NUMBER_IS_DEAD = 131026
MARKETING_STOPPED = 131050


def reaction_to(code: int) -> Reaction:
    """Unknown codes are tried again: Meta adds some every year."""
    return _REACTIONS.get(code, Reaction.RETRY)


@dataclass(frozen=True, slots=True)
class TemplateCall:
    """A registered template and the values of its variables, in their order."""

    name: str
    language: str
    values: tuple[str, ...]


class WhatsAppWay:
    starts_as: ClassVar[State] = State.PENDING
    parts: ClassVar[tuple[str, ...]] = ("whatsapp",)
    needs_phone: ClassVar[bool] = True
    reached_by: ClassVar[str] = "has_whatsapp"

    def why_not(self) -> str:
        return "" if settings.WHATSAPP_TOKEN and settings.WHATSAPP_PHONE_ID else "whatsapp_not_connected"

    def reaches(self, person: Person) -> bool:
        is_off = person.is_off_whatsapp or Channel.WHATSAPP in person.ended
        return person.has_phone and not is_off

    def gives_receipts(self) -> bool:
        return bool(settings.WHATSAPP_APP_SECRET)

    def open(self) -> Sender:
        return CloudApiSender()


class CloudApiSender:
    """One kept connection to the messages endpoint of our number."""

    def __init__(self) -> None:
        self.url = f"{settings.WHATSAPP_URL}/{settings.WHATSAPP_PHONE_ID}/messages"
        self.http = urllib3.PoolManager(
            num_pools=1,
            maxsize=1,
            timeout=TIMEOUT,
            retries=False,
            headers={
                "Authorization": f"Bearer {settings.WHATSAPP_TOKEN}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )

    def send(self, letter: Letter) -> str:
        """Meta's id of the accepted message."""
        try:
            answer = self.http.request(
                "POST", self.url, body=json.dumps(body_of(letter)), redirect=False, preload_content=False
            )
            content = beginning_of(answer)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.TimeoutError) as error:
            # Silence too: the next letter would only wait as long, and everybody behind it.
            raise ChannelDown("whatsapp_down") from error
        except urllib3.exceptions.HTTPError as error:
            raise ConnectionLost from error
        return accepted_id(answer.status, content)

    def close(self) -> None:
        self.http.clear()


def body_of(letter: Letter) -> dict[str, Any]:
    """What the endpoint wants. ``to`` keeps its plus: without it Meta may put our own country before it."""
    call = letter.template
    if call is None:  # free text, to somebody who has written to us
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": letter.to.phone,
            "type": "text",
            "text": {"preview_url": False, "body": letter.text},
            "biz_opaque_callback_data": letter.reference,
        }
    template: dict[str, Any] = {"name": call.name, "language": {"code": call.language}}
    if call.values:
        template["components"] = [
            {"type": "body", "parameters": [{"type": "text", "text": value} for value in call.values]}
        ]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": letter.to.phone,
        "type": "template",
        "template": template,
        "biz_opaque_callback_data": letter.reference,
    }


def accepted_id(status: int, content: bytes) -> str:
    """Meta's id out of an answer. Raises what the answer means otherwise."""
    said = _json(content)
    if status == 200:
        return _id_of(said)
    if not 400 <= status < 600:
        raise ChannelDown(f"strange_answer:{status}")  # a redirect leads to some other server: not followed
    code = _code_of(said)
    if code is None:
        if status >= 500 or status == 429:
            raise ConnectionLost
        raise ChannelDown(f"strange_answer:{status}")
    raise _problem(code)


def _id_of(said: Any) -> str:
    wamid = next(heard.objects(said, "messages"), {}).get("id")
    if not isinstance(wamid, str) or not 0 < len(wamid) <= 200 or not wamid.isprintable():
        raise ConnectionLost  # a 200 of somebody else: nobody knows what became of the message
    return wamid


def _code_of(said: Any) -> int | None:
    code = heard.part(said, "error").get("code")
    return heard.number(code) if isinstance(code, int) else None


def _problem(code: int) -> Exception:
    reason = f"whatsapp:{code}"
    match reaction_to(code):
        case Reaction.REST:
            return ChannelDown(reason, is_counted=False)
        case Reaction.STOP:
            return ChannelDown(reason, is_counted=False, rests_long=True)
        case Reaction.PAIR:
            return Refused(reason, first_pause=PAIR_PAUSE, factor=4)
        case Reaction.NOT_THIS_WAY:
            return Refused(reason, is_final=True)
        case Reaction.NO_TEXT:
            return Switched(reason)
        case _:
            return Refused(reason)


def _json(content: bytes) -> Any:
    try:
        return heard.parse(content)
    except heard.Unreadable:
        return None
