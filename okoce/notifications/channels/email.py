"""E-mail over SMTP, one line for many letters.

The message is written from a skeleton instead of ``EmailMessage``: building those costs five to ten times the
sending. ``X-OKOCE-Key`` and a Message-ID made from the key let the receiving side see a repeated delivery.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import smtplib
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache
from typing import ClassVar

from django.conf import settings

from okoce.notifications.channels.base import ChannelDown, ConnectionLost, Letter, Refused, Sender
from okoce.notifications.directory import Person
from okoce.notifications.enums import Channel, State

SERVICE_CLOSING = 421


class EmailWay:
    starts_as: ClassVar[State] = State.PENDING
    parts: ClassVar[tuple[str, ...]] = ("subject", "email")
    needs_phone: ClassVar[bool] = False
    reached_by: ClassVar[str] = "has_email"

    def why_not(self) -> str:
        return "" if settings.EMAIL_URL else "email_not_configured"

    def reaches(self, person: Person) -> bool:
        return person.has_email and Channel.EMAIL not in person.ended

    def gives_receipts(self) -> bool:
        return False

    def open(self) -> Sender:
        return SmtpSender()


class SmtpSender:
    """One connection to the mail server named in the settings."""

    def __init__(self) -> None:
        self.sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        connect = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        try:
            self.smtp = connect(
                settings.EMAIL_HOST,
                settings.EMAIL_PORT,
                local_hostname=_domain(self.sender),
                timeout=settings.EMAIL_TIMEOUT,
            )
            if settings.EMAIL_USE_TLS:
                self.smtp.starttls()
            if settings.EMAIL_HOST_USER:
                self.smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelDown("channel_down") from error

    def send(self, letter: Letter) -> str:
        try:
            self.smtp.sendmail(self.sender, [letter.to.email], as_bytes(letter))
        except UnicodeError as error:  # an address with letters that SMTP does not know
            raise Refused("address_refused") from error
        except smtplib.SMTPServerDisconnected as error:
            raise ConnectionLost from error
        except smtplib.SMTPSenderRefused as error:
            raise ChannelDown(f"refused:{error.smtp_code}") from error
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            if code == SERVICE_CLOSING:
                raise ConnectionLost from error
            raise Refused(f"address_refused:{code}") from error
        except smtplib.SMTPResponseException as error:
            if error.smtp_code == SERVICE_CLOSING:
                raise ConnectionLost from error
            raise Refused(f"refused:{error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise ConnectionLost from error
        return ""

    def close(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.smtp.quit()
        self.smtp.close()


def as_bytes(letter: Letter) -> bytes:
    """The letter as RFC 5322 text. A line break in a name or subject cannot become a header."""
    to = formataddr((_one_line(letter.to.name), _one_line(letter.to.email)), "utf-8")
    body = base64.encodebytes(letter.text.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    head = (
        f"From: {_from_header(settings.DEFAULT_FROM_EMAIL)}\r\n"
        f"To: {to}\r\n"
        f"Subject: {_encoded(_one_line(letter.subject))}\r\n"
        f"Date: {formatdate()}\r\n"
        f"Message-ID: {message_id(letter.key)}\r\n"
        f"X-OKOCE-Key: {_one_line(letter.key)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        f"{_ending(letter.ends_with)}"
        "MIME-Version: 1.0\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + body.replace(b"\n", b"\r\n")


def _ending(url: str) -> str:
    """The mail program's own button for ending such messages, one press (RFC 8058)."""
    if not url:
        return ""
    return f"List-Unsubscribe: <{_one_line(url)}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def message_id(key: str) -> str:
    """Always the same for a key, so that mail programs show a repeated delivery once."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{_own_domain(settings.DEFAULT_FROM_EMAIL)}>"


@lru_cache(maxsize=8)
def _own_domain(value: str) -> str:
    return _domain(parseaddr(value)[1])


@lru_cache(maxsize=8)
def _from_header(value: str) -> str:
    return formataddr(parseaddr(value), "utf-8")


def _domain(address: str) -> str:
    return address.rpartition("@")[2] or "localhost"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _encoded(text: str) -> str:
    if text.isascii() and len(text) < 70:
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")
