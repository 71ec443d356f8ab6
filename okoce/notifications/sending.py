"""Sending the letters of one line, window by window.

A window is what the channel takes in about a quarter of a second: one letter with a slow server, a hundred
with a fast one. One statement begins it (confirms that all are still ours and wanted, and renews leases that
are not fresh) and one writes the results and counts the tries. In between the journal knows which letter was
tried and accepted, so that a killed worker repeats at most the one it was sending; without a journal a window
is one letter, whose try is counted before it.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError

from okoce.notifications import breaker, chains, leases, numbers, outcomes, registering
from okoce.notifications.chains import Chains
from okoce.notifications.channels import WAYS, ChannelDown, ConnectionLost, Letter, Refused, Sender, Switched
from okoce.notifications.enums import State
from okoce.notifications.joining import Parcel
from okoce.notifications.journal import Journal, Left, left_behind
from okoce.notifications.models import Message
from okoce.notifications.outcomes import Outcome

log = logging.getLogger("okoce.notifications")
WINDOW_SECONDS = 0.25  # between the statement that begins a letter and its sending, at most about this
MOST_IN_A_WINDOW = 200
LOST_LINES_IN_A_ROW = 3

Ready = tuple[Parcel, Letter]


class Line:
    """One channel's connection and journal, for one drain: opened when first needed, opened anew after it
    broke. ``now``: a clock that is given, for what is written down.
    """

    def __init__(
        self, code: str, owner: uuid.UUID, *, now: datetime | None, count: Callable[[Sequence[Outcome]], None]
    ) -> None:
        self.code, self.owner, self.now = code, owner, now
        self._count = count
        self._sender: Sender | None = None
        self._journal = Journal(owner)
        self._is_written_down = True
        self._fits, self._lost = 1, 0

    def send(self, letters: Sequence[Ready], *, until: float) -> int:
        """Send until everything is sent or it is ``until`` (monotonic); how many were dealt with. The rest
        stays leased and is not begun.

        What became of each letter is written down whatever happens. Raises ChannelDown.
        """
        queue = deque(letters)
        while queue and time.monotonic() < until:
            window = [queue.popleft() for _ in range(min(self._fits, len(queue)))]
            began = time.monotonic()
            rest = self._send_window(window)
            queue.extendleft(reversed(rest))
            done, took = len(window) - len(rest), time.monotonic() - began
            self._fit(done, took)
        return len(letters) - len(queue)

    def close(self) -> None:
        self._hang_up()
        self._journal.close(is_written_down=self._is_written_down)

    def _fit(self, done: int, took: float) -> None:
        """How many letters the next window has."""
        in_time = int(WINDOW_SECONDS * done / max(took, 1e-6))
        most = min(2 * self._fits, MOST_IN_A_WINDOW) if self._journal.is_kept else 1
        self._fits = max(1, min(in_time, most))

    def _send_window(self, window: Sequence[Ready]) -> Sequence[Ready]:
        """Begin these together, send one after the other; those for which the time was over."""
        ids = [pk for parcel, _letter in window for pk in parcel.ids]
        self._open()
        begun, until = leases.begin(self.owner, ids), time.monotonic() + WINDOW_SECONDS
        uncounted = set(begun)
        results: list[Outcome] = []
        left = list(window)
        try:
            self._journal.begin_window()
            while left and (len(left) == len(window) or time.monotonic() < until):
                parcel, letter = left[0]
                sender = self._open()
                self._journal.begin(parcel.ids)
                if not self._journal.is_kept:
                    if len(window) > 1:
                        break
                    leases.count_tries(self.owner, begun)
                    uncounted.clear()
                left.pop(0)
                if begun.issuperset(parcel.ids):
                    self._send_one(sender, parcel, letter, results)
                else:
                    # One of them was cancelled or taken in this very moment: what is left is looked at again.
                    results += outcomes.left_of(parcel, begun.intersection(parcel.ids))
        finally:
            self._write_down(results, uncounted)
            tried = {pk for parcel, _letter in window[: len(window) - len(left)] for pk in parcel.ids}
            leases.count_tries(self.owner, (tried & uncounted) - {one.message_id for one in results})
        return left

    def _write_down(self, results: Sequence[Outcome], uncounted: Collection[int]) -> None:
        self._is_written_down = False
        try:
            leases.settle(self.owner, results, begun=uncounted, now=self.now)
        except DatabaseError:  # a full disk may still take the note, and that keeps us from repeating
            with suppress(DatabaseError):
                leases.note_accepted(
                    self.owner, [one.message_id for one in results if one.state == State.SENT]
                )
            raise
        self._is_written_down = True
        self._count(results)

    def _send_one(self, sender: Sender, parcel: Parcel, letter: Letter, results: list[Outcome]) -> None:
        """Adds what became of it to ``results``."""
        message = parcel.message
        try:
            given_id = sender.send(letter)
        except Refused as refusal:
            outcome = outcomes.refused(message, refusal)
            results += outcomes.for_all(parcel, outcome, is_final=refusal.is_final)
            self._lost = 0
            if refusal.reason == numbers.REASON:
                numbers.is_dead([letter.to.phone])
        except Switched as problem:
            registering.note_refusal(letter, problem.reason)
            results += outcomes.switched(parcel, problem.reason)
            self._lost = 0
        except ConnectionLost:
            outcome = outcomes.failed_try(message, "connection_lost")
            results += outcomes.for_all(parcel, outcome, is_unknown=True)
            self._lost += 1
            self._hang_up()
        except ChannelDown as problem:
            outcome = outcomes.down(message, problem)
            results += outcomes.for_all(parcel, outcome, is_unknown=problem.is_counted)
            raise
        else:
            self._journal.accepted()
            results += outcomes.accepted_by(parcel, letter, given_id)
            self._lost = 0

    def _open(self) -> Sender:
        if self._lost >= LOST_LINES_IN_A_ROW:
            raise ChannelDown("connection_lost")
        if self._sender is None:
            self._sender = WAYS[self.code].open()
            breaker.reset(self.code)
        return self._sender

    def _hang_up(self) -> None:
        if self._sender is not None:
            self._sender.close()
            self._sender = None


def take_over() -> None:
    """Write down what dead senders of this machine could not: what was accepted is sent, what was not tried
    is free at once. The letter that was on its way keeps its try and goes again: nobody knows.
    """
    with left_behind() as found:
        known = chains.in_force() if found else chains.USUAL
        for left in found:
            try:
                _write_for(left, known)
            except (OperationalError, InterfaceError):
                raise  # the database is away or full: the journal stays for the next drain
            except Exception:
                log.exception("a journal could not be taken over; its letters go when their lease ends")


def _write_for(left: Left, known: Chains) -> None:
    accepted = Message.objects.filter(pk__in=left.accepted, lease_owner=left.owner)
    told = [outcomes.told_accepted(message, known.find(message.kind)) for message in accepted]
    leases.settle(left.owner, told, begun=left.tried)
    leases.count_tries(left.owner, left.tried)
    leases.release(left.owner)
