"""Addresses with which a person answers an invitation or an offer, or says how a session was, without signing
in.

The address names one booking as it stands now: a seat that is given anew has another. It holds nothing of
the person and no digit, so that no message looks as if it held a number.
"""

from __future__ import annotations

import hmac
from functools import cache
from string import ascii_lowercase

from django.db.models import QuerySet
from django.urls import reverse

from okoce.db.encryption import lookup
from trainings.models import Booking

COLUMN = "trainings.answer_link"
FEEDBACK = "trainings.feedback_link"
AGAIN = "trainings.again_link"
LETTERS = 24  # of 4.7 bits
BASE = len(ascii_lowercase)


def token_of(booking_id: int, queue_number: int, *, column: str = COLUMN) -> str:
    digest = int.from_bytes(lookup(f"{booking_id}:{queue_number}", column=column), "big")
    return f"{_letters(booking_id)}-{_letters(digest)[-LETTERS:]}"


def path_of(booking_id: int, queue_number: int) -> str:
    before, behind = _around_token()
    return before + token_of(booking_id, queue_number) + behind


@cache
def _around_token() -> tuple[str, str]:
    """Resolved once: it costs as much as the rest of a reminder."""
    token = token_of(1, 1)
    before, _token, behind = reverse("trainings:answer_link", args=[token]).partition(token)
    return before, behind


def move_path_of(booking_id: int, queue_number: int) -> str:
    """Where the person chooses another session: the same right as answering."""
    return reverse("trainings:move_link", args=[token_of(booking_id, queue_number)])


def again_path_of(booking_id: int, queue_number: int) -> str:
    """Where somebody who missed the session of the seat takes one in a coming session; it shows no data."""
    token = token_of(booking_id, queue_number, column=AGAIN)
    return reverse("trainings:again_link", args=[token])


def feedback_path_of(booking: Booking) -> str:
    """Where somebody says how the session of the seat was; it answers nothing else."""
    token = token_of(booking.pk, booking.queue_number, column=FEEDBACK)
    return reverse("trainings:feedback_link", args=[token])


def bookings_of(token: str, *, column: str = COLUMN) -> QuerySet[Booking]:
    """The one booking whose address somebody holds: the address is the right to it. Or none."""
    return Booking.objects.filter(pk=booking_of(token, column=column))


def booking_of(token: str, *, column: str = COLUMN) -> int | None:
    """The id of the booking the address was made for; None when it never was, or when it is an older one."""
    number = number_in(token)
    queue_number = Booking.objects.filter(pk=number).values_list("queue_number", flat=True).first()
    if number is None or queue_number is None:
        return None
    return number if is_made_for(token, number, queue_number, column=column) else None


def number_in(token: str) -> int | None:
    """The id that an address says it is for. ``is_made_for`` decides whether it is true."""
    name, _dash, _rest = token.partition("-")
    if not 1 <= len(name) <= 13 or not set(name) <= set(ascii_lowercase):
        return None
    number = 0
    for letter in name:
        number = number * BASE + ascii_lowercase.index(letter)
    return number if number < 2**63 else None


def is_made_for(token: str, number: int, version: int, *, column: str) -> bool:
    """Whether this portal made the address, for this version of this row and for this purpose."""
    return hmac.compare_digest(token.encode(), token_of(number, version, column=column).encode())


def _letters(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number, BASE)
        found = ascii_lowercase[rest] + found
    return found or ascii_lowercase[0]
