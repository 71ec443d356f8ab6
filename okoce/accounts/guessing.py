"""Guessing a password is made slow without locking the owner out.

Two counts: one per account and place (the address prefix, or the browser when the person has signed in with
it before), with a delay that doubles after five wrong tries; and one per account over all unknown places, ten
an hour, so that a hundred addresses help no more than one. A browser that is known passes by the second
count: during an attack the owner still gets in from there, and a password reset by e-mail makes a browser
known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from okoce.accounts import limits

FREE_TRIES = 5
LONGEST_DELAY = timedelta(minutes=30)
TRIES_AN_HOUR = 10  # per account, over all places nobody knows
PLACE_WINDOW = timedelta(hours=12)
HOUR = timedelta(hours=1)


class TooManyTries(Exception):
    """Not now. ``minutes``: how long to wait."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"wait {minutes} minutes")
        self.minutes = minutes


def delay_after(wrong_tries: int) -> timedelta:
    """How long a place waits after so many wrong tries: nothing up to four, then 1, 2, 4 … 30 minutes."""
    if wrong_tries < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(wrong_tries - FREE_TRIES, 10)), LONGEST_DELAY)


@dataclass(frozen=True)
class Attempt:
    """One try of a password. ``account``: the user's id, or what was typed when nobody has that name."""

    account: str
    place: str
    is_known_browser: bool

    def begin(self, now: datetime) -> None:
        """Counts the try before the password is looked at. Raises TooManyTries."""
        here = limits.count("password", self.account, self.place, window=PLACE_WINDOW, now=now)
        if delay := delay_after(here - 1):
            seconds = limits.seconds_until_gate_opens(
                "password", self.account, self.place, every=delay, now=now
            )
            if seconds:
                limits.uncount("password", self.account, self.place)
                raise TooManyTries(ceil(seconds / 60))
        if self.is_known_browser:
            return
        if limits.count("password_anywhere", self.account, window=HOUR, now=now) > TRIES_AN_HOUR:
            limits.uncount("password", self.account, self.place)
            raise TooManyTries(60)

    def succeeded(self) -> None:
        """The password was right: this place begins anew, and the try does not count for the account."""
        limits.forget("password", self.account, self.place)
        if not self.is_known_browser:
            limits.uncount("password_anywhere", self.account)
