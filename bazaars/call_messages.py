"""The call of a bazaar: told once, when applications open, to everybody who may apply and agreed to messages.

What it says is read when it goes out: a bazaar of which several places are open leads to the page of all of
them. Whoever has applied by then, or may not any more, gets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bazaars import messages
from bazaars.eligibility import obstacles
from bazaars.enums import SiteState
from bazaars.models import Application, Bazaar, Site
from bazaars.services import applying
from bazaars.services.calling import BAZAAR_CALL, CAUSE
from okoce.notifications import causes, kinds
from okoce.notifications.enums import ConsentRule, Meaning, Topic
from okoce.notifications.kinds import BESIDE, Answered, Answers
from participants.models import Participant

NAMES = ("bazaar", "site", "starts_on", "ends_on", "opens", "closes", "closes_at")


def register() -> None:
    """Called when the app starts; the outbox knows the kind from then on."""
    causes.register(CAUSE, describe_cause)
    kinds.register(
        kinds.Kind(
            code=BAZAAR_CALL,
            label=gettext_lazy("Call of a bazaar"),
            channels=kinds.USUAL_CHAIN,
            topic=Topic.BAZAARS,
            consent=ConsentRule.REQUIRED,  # an invitation to something new, not a matter of the person's own
            is_bulk=True,
            details=details,
            recheck=void,
            reasons={
                "bazaar_cancelled": gettext_lazy("The bazaar was cancelled"),
                "call_closed": gettext_lazy("Applications are closed"),
                "applied": gettext_lazy("The person has applied already"),
                "not_eligible": gettext_lazy("The person does not meet the conditions any more"),
            },
            sample={**{name: messages.SAMPLE[name] for name in NAMES}, "page_path": "/bazar/daftar/12/"},
            gaps={
                **{name: messages.GAPS[name] for name in NAMES},
                "page_link": gettext_lazy("Link to the page to apply"),
                "portal_url": messages.GAPS["portal_url"],
            },
            required=("bazaar", "closes_at", "page_link"),
            answers=ANSWERS,
        )
    )


def describe_cause(user: Any, bazaar_id: int) -> causes.Described | None:
    bazaar = Bazaar.objects.visible_to(user).filter(pk=bazaar_id).first()
    return causes.Described(bazaar.name, bazaar.get_absolute_url()) if bazaar else None


def _sites(rows: Sequence[Any]) -> dict[int, list[Site]]:
    """Every place of the bazaars of these messages. Two queries."""
    wanted = Site.objects.filter(bazaar__in={m.cause_id for m in rows if m.cause_id})
    found: dict[int, list[Site]] = {}
    for site in wanted.select_related("bazaar").prefetch_related("quotas").order_by("pk"):
        found.setdefault(site.bazaar_id, []).append(site)
    return found


def details(rows: Sequence[Any]) -> Mapping[str, Mapping[str, Any]]:
    """Bazaar, place and deadline as they stand now. Two queries."""
    now, found = timezone.now(), _sites(rows)
    told = {pk: _described(sites, now) for pk, sites in found.items()}
    return {m.key: told[m.cause_id] for m in rows if m.cause_id in told}


def _described(sites: Sequence[Site], now: datetime) -> dict[str, Any]:
    places = (
        [site for site in sites if site.is_open_at(now)]
        or [site for site in sites if site.is_public]
        or list(sites)
    )
    first, count = places[0], len(places)
    one = reverse("bazaars:apply", args=[first.pk])
    return {
        "bazaar": first.bazaar.name,
        "site": first.name
        if count == 1
        else ngettext("%(count)d place", "%(count)d places", count) % {"count": count},
        "starts_on": first.bazaar.starts_on,
        "ends_on": first.bazaar.ends_on,
        "opens": first.bazaar.opens_at,
        "closes": first.bazaar.closes_at,
        "closes_at": min((p.applications_close_at for p in places if p.applications_close_at), default=None),
        "page_path": one if count == 1 else first.bazaar.get_absolute_url(),
    }


def void(rows: Sequence[Any]) -> Mapping[str, str]:
    """Who needs the call no more: it is over, they have applied, or may not. The same queries for each place
    of a bazaar that is open, however many people.
    """
    now, found = timezone.now(), _sites(rows)
    gone: dict[str, str] = {}
    for pk, group in _by_bazaar(rows).items():
        sites = found.get(pk, [])
        if places := [site for site in sites if site.is_open_at(now)]:
            gone |= _who_cannot(places, group, now)
        else:
            is_off = all(site.state == SiteState.CANCELLED for site in sites)
            gone |= dict.fromkeys((m.key for m in group), "bazaar_cancelled" if is_off else "call_closed")
    return gone


def _by_bazaar(rows: Sequence[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for message in rows:
        groups.setdefault(message.cause_id, []).append(message)
    return groups


def _who_cannot(places: Sequence[Site], rows: Sequence[Any], now: datetime) -> dict[str, str]:
    people = Participant.objects.in_bulk({m.participant_id for m in rows})
    mine = Application.objects.filter(site__bazaar=places[0].bazaar_id, participant__in=people)
    applied = set(mine.values_list("participant_id", flat=True))
    able: set[int] = set()
    for site in places:
        call = applying.call_of(site)
        facts = applying.applicants_for(site, people.values())
        able |= {pk for pk, applicant in facts.items() if not obstacles(applicant, call, now=now)}
    return {
        m.key: "applied" if m.participant_id in applied else "not_eligible"
        for m in rows
        if m.participant_id in applied or m.participant_id not in able
    }


# ---------------------------------------------------------------- what somebody answers to it


def still_open(rows: Sequence[Any]) -> Mapping[str, int]:
    """As long as one may apply; it takes an answer only where nothing else was asked."""
    gone = void(rows)
    return {m.key: BESIDE for m in rows if m.key not in gone}


def about(rows: Sequence[Any]) -> Mapping[str, str]:
    """Bazar Kantor Wali Kota Jakarta Barat, 28 Agustus 2026"""
    return {key: _what(one) for key, one in details(rows).items()}


def _what(told: Mapping[str, Any]) -> str:
    return f"{told['bazaar']}, {date_format(told['starts_on'], 'LONG_DATE_FORMAT')}"


def take(message: Any, meaning: Meaning, now: datetime) -> Answered:
    """Nobody applies by one word: what is sold has to be said. YES is answered with where to say it."""
    told, reason = details([message]).get(message.key), void([message]).get(message.key)
    if told is None:
        return Answered("call_closed", _("That bazaar is not in the portal any more. Nothing has changed."))
    values = {"what": _what(told), "link": settings.PORTAL_URL + told["page_path"]}
    if reason is not None:
        return Answered(reason, _no_more(reason) % values)
    match meaning:
        case Meaning.YES:
            closes_at = timezone.localtime(told["closes_at"])
            until = f"{date_format(closes_at, 'LONG_DATE_FORMAT')}, {time_format(closes_at)}"
            text = _("To apply, say here what you sell: %(link)s (%(what)s). You have until %(until)s WIB.")
            return Answered("link_to_apply", text % {**values, "until": until})
        case Meaning.NO:
            text = _("Thank you for telling us. You need to do nothing: %(what)s. It costs you no turn.")
            return Answered("not_interested", text % values)
        case _:
            text = _("The days of a bazaar stay as they are: %(what)s. Other bazaars are here: %(all)s")
            everything = settings.PORTAL_URL + reverse("bazaars:public")
            return Answered("link_to_bazaars", text % {**values, "all": everything})


def _no_more(reason: str) -> str:
    return {
        "bazaar_cancelled": _("That bazaar was cancelled: %(what)s. Nothing has changed."),
        "call_closed": _("Applications are closed: %(what)s. Nothing has changed."),
        "applied": _("You have applied already: %(what)s. Nothing has changed. See it here: %(link)s"),
        "not_eligible": _("You cannot apply for this bazaar at the moment: %(what)s. Why: %(link)s"),
    }[reason]


ANSWERS = Answers(still_open=still_open, take=take, about=about)
