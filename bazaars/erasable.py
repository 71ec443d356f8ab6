"""What becomes of applications and stalls when a person is erased (participants.erasing).

The frozen list and the published record of a draw hold random ids, agency, kind of goods and turns: no name
and no participant number. They stay as they are, and the draw can still be verified by anyone.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from bazaars.enums import ApplicationState, SiteState
from bazaars.models import Allocation, Application
from bazaars.services import applying, papers, releasing
from participants.erasing import blank, delete, keep, leaves_plans, nobody
from participants.services.retention import register_activity


def declare() -> None:
    """Called when the app starts."""
    nobody(
        "bazaars.Bazaar",
        "bazaars.Site",
        "bazaars.Stall",
        "bazaars.Quota",
        "bazaars.Demand",
        "bazaars.PaperKind",
        "bazaars.Criterion",
        "bazaars.SeedPart",
        "bazaars.GivenUpSecrets",
        "bazaars.Ground",
        "bazaars.PlanPhoto",
        "bazaars.PlanVersion",
        why="the event and its places",
    )
    nobody("bazaars.Draw", why="applications under random ids; the record must stay verifiable")
    blank(
        "bazaars.Application",
        person="participant",
        columns={"product": ""},
        stays=("public_id", "left_out"),
        why="applications are counted; what was offered is the person's own words",
    )
    person = "application__participant"
    keep("bazaars.Score", person=person, why="how the curation judged is counted")
    keep("bazaars.Conflict", person=person, stays=("reason",), why="why a curator stepped back, append-only")
    keep(
        "bazaars.Decision",
        person=person,
        stays=("reason",),
        why="the office's own words on goods, append-only",
    )
    blank("bazaars.Answer", person=person, columns={"text": ""}, why="the person's own words")
    keep(
        "bazaars.Allocation",
        person="participant",
        stays=("state", "release_kind", "release_reason"),
        why="stalls held are counted; the reason of a release is published, it names nobody",
    )
    keep("bazaars.PaperSeen", person="participant", why="which kinds of papers were seen, without the papers")
    delete(
        "bazaars.PaperSent",
        person="participant",
        deed=papers.delete_files,
        why="papers that were sent, with their files",
    )
    keep(
        "bazaars.Absence",
        person="allocation__participant",
        stays=("excuse",),
        why="turns are counted; what the reason was is nowhere written",
    )
    keep(
        "bazaars.StallMove",
        person="allocation__participant",
        stays=("reason",),
        why="published with its reason, which names nobody; append-only",
    )
    keep("bazaars.Exchange", person="asker__participant", stays=("state",), why="which stalls changed hands")
    keep("bazaars.TurnLedger", person="participant", why="turns of the last twelve months are counted")
    blank(
        "bazaars.SalesReport",
        person="allocation__participant",
        columns={"best_product": ""},
        stays=("band", "came_by"),
        why="sales are counted; what sold best is the person's own words",
    )
    keep("bazaars.SalesAddress", person="allocation__participant", why="a number: which address is good")
    keep("bazaars.Arrival", person="application__participant", stays=("how",), why="stall days are counted")
    keep(
        "bazaars.ArrivalScan",
        person="application__participant",
        stays=("how", "result", "device"),
        why="which phone sent what, and what became of it",
    )
    keep(
        "bazaars.FoodCheck",
        person="allocation__participant",
        stays=("to_mend",),
        why="food checks of a place are counted; what was to be mended at a stall names nobody",
    )
    nobody("bazaars.Incident", "bazaars.VisitorCount", why="what happened at a place, written without names")
    delete("bazaars.FairnessAnswer", person="participant", why="sensitive, and of no use without the person")
    leaves_plans(_leave_sites)
    register_activity(_active_since)


def _leave_sites(participant_id: int, now: datetime) -> None:
    """Applications of sites that are still open are taken back, stalls of coming bazaars given back.

    What is frozen or drawn stays as it was published.
    """
    waiting = Application.objects.filter(
        participant=participant_id, site__state=SiteState.OPEN, state=ApplicationState.SUBMITTED
    )
    for pk in waiting.order_by("site_id").values_list("pk", flat=True):
        applying.withdraw(application_id=pk, by=None, now=now)
    held = Allocation.objects.held().filter(
        participant=participant_id, application__site__state=SiteState.DRAWN
    )
    for stall in held.select_related("application__site__bazaar").order_by("application__site_id"):
        if stall.application.site.bazaar.begins_at > now:
            releasing.give_back(allocation_id=stall.pk, by=None, now=now)


def _active_since(moment: datetime) -> QuerySet:
    return Application.objects.filter(submitted_at__gte=moment).values("participant_id")
