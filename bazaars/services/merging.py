"""Applications and stalls of somebody who turns out to be another: one person has one stall a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from bazaars.enums import AllocationState, ApplicationState, ReleaseKind, SiteState
from bazaars.models import Allocation, Application, Site
from participants.services.merging import Table, swap


class Stalls:
    """The rule of Application.participant and Allocation.participant, which go together.

    Two applications for one site: the one with a stall goes to the survivor, else the one that stands, else
    the earlier. The other is kept aside, withdrawn while the list is open. A frozen list is never touched.
    Two stalls on one day: one is released.
    """

    def lock(self, *, survivor_id: int, merged_id: int) -> None:
        """Sites before people, as when applying."""
        ids = Application.objects.filter(participant__in=[survivor_id, merged_id]).values("site_id")
        list(Site.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk", flat=True))

    def merge(self, *, survivor_id: int, merged_id: int, now: datetime) -> dict[str, Any]:
        own, theirs = _applications(survivor_id), _applications(merged_id)
        here = {one.site_id: one for one in own}
        held = _stalls([*own, *theirs])
        kept: dict[str, Any] = {
            "moved": [], "swapped": [], "withdrawn": [], "released": [], "stalls": [], "stalls_swapped": [],
        }  # fmt: skip

        def release(stall: Allocation) -> None:
            kept["released"].append([stall.pk, stall.state])
            stall.state = AllocationState.RELEASED
            Allocation.objects.filter(pk=stall.pk).update(
                state=AllocationState.RELEASED, release_kind=ReleaseKind.MERGED, released_at=now
            )

        def set_aside(loser: Application) -> None:
            if loser.state == ApplicationState.SUBMITTED and loser.site.state == SiteState.OPEN:
                kept["withdrawn"].append(loser.pk)
                rows = Application.objects.filter(pk=loser.pk)
                rows.update(state=ApplicationState.WITHDRAWN, withdrawn_at=now)
            stall = held.get(loser.pk)
            if stall is not None and stall.state != AllocationState.RELEASED:
                release(stall)

        mine = [held[one.pk] for one in own if one.pk in held]
        for one in theirs:
            other = here.get(one.site_id)
            if other is not None and _rank(other, held) <= _rank(one, held):
                set_aside(one)
                continue
            stall = held.get(one.pk)
            if other is not None:
                set_aside(other)
                kept["swapped"].append([other.pk, one.pk])
                if other.pk in held:
                    kept["stalls_swapped"].append(held[other.pk].pk)
            else:
                kept["moved"].append(one.pk)
            if stall is not None:
                for rival in mine:
                    if _at_once(stall, rival):
                        release(stall)
                kept["stalls"].append(stall.pk)
                mine.append(stall)
        Application.objects.filter(pk__in=kept["moved"]).update(participant=survivor_id)
        swap(_TABLE, kept["swapped"], survivor_id, merged_id)
        Allocation.objects.filter(pk__in=kept["stalls_swapped"]).update(participant=merged_id)
        Allocation.objects.filter(pk__in=kept["stalls"]).update(participant=survivor_id)
        return kept if any(kept.values()) else {}

    def finish(self, kept: Mapping[str, Any], *, now: datetime) -> None:
        """A stall that is set free goes to a reserve by the office's own act."""

    def undo(self, kept: Mapping[str, Any], *, survivor_id: int, merged_id: int, now: datetime) -> None:
        """As before. A share of a stall that somebody else has by now stays with them."""
        moved = Application.objects.filter(pk__in=kept["moved"], participant=survivor_id)
        moved.update(participant=merged_id)
        swap(_TABLE, [[theirs, own] for own, theirs in kept["swapped"]], survivor_id, merged_id)
        Allocation.objects.filter(pk__in=kept["stalls"]).update(participant=merged_id)
        Allocation.objects.filter(pk__in=kept["stalls_swapped"]).update(participant=survivor_id)
        rows = Application.objects.filter(pk__in=kept["withdrawn"], site__state=SiteState.OPEN)
        rows.update(state=ApplicationState.SUBMITTED, withdrawn_at=None)
        for pk, state in kept["released"]:
            stall = Allocation.objects.get(pk=pk)
            others = Allocation.objects.exclude(pk=pk).exclude(state=AllocationState.RELEASED)
            taken = others.filter(stall=stall.stall_id, share=stall.share)
            elsewhere = others.filter(participant=stall.participant_id, days__overlap=stall.days)
            if not taken.exists() and not elsewhere.exists():
                released = Allocation.objects.filter(pk=pk, state=AllocationState.RELEASED)
                released.update(state=state, release_kind="", released_at=None)


_TABLE = Table.of(Application._meta.get_field("participant"))


def _applications(participant_id: int) -> list[Application]:
    rows = Application.objects.filter(participant=participant_id).select_related("site").order_by("pk")
    return list(rows)


def _stalls(applications: list[Application]) -> dict[int, Allocation]:
    rows = Allocation.objects.filter(application__in=applications)
    return {row.application_id: row for row in rows}


def _rank(one: Application, held: Mapping[int, Allocation]) -> tuple[bool, bool, Any]:
    stall = held.get(one.pk)
    has_stall = stall is not None and stall.state != AllocationState.RELEASED
    return (not has_stall, one.state != ApplicationState.SUBMITTED, one.submitted_at)


def _at_once(stall: Allocation, rival: Allocation) -> bool:
    if AllocationState.RELEASED in (stall.state, rival.state):
        return False
    a, b = stall.days, rival.days
    return a.lower < b.upper and b.lower < a.upper


def stalls_of(ids: Sequence[int]) -> dict[int, str]:
    """For the comparison of two people: their applications and stalls."""
    sent = Application.objects.submitted().filter(participant__in=ids).order_by()
    asked = dict(sent.values_list("participant").annotate(Count("pk")))
    given = Allocation.objects.exclude(state=AllocationState.RELEASED).filter(participant__in=ids).order_by()
    held = dict(given.values_list("participant").annotate(Count("pk")))
    return {
        pk: _("%(held)d stalls, %(asked)d applications")
        % {"held": held.get(pk, 0), "asked": asked.get(pk, 0)}
        for pk in ids
    }
