"""The page everybody sees first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bazaars.models import Site
from okoce.accounts.access import public
from okoce.ui.responses import render_page
from okoce.ui.templatetags.okoce_ui import clock
from participants.enums import Step
from participants.forms.sign_in import PhoneForm
from trainings import public_schedule

SHOWN = 3


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    chosen = request.GET.get("kecamatan", "")
    kecamatan = [(area.code, area.name) for area in public_schedule.kecamatan_with_sessions(now=now)]
    names = dict(kecamatan)
    context = {
        "phone_form": _phone_form(),
        "kecamatan": kecamatan,
        "chosen": chosen if chosen in names else "",
        "place": names.get(chosen, ""),
        "sessions": _sessions(chosen if chosen in names else None, now),
        "bazaars": _bazaars(now),
        "steps": [{"label": step.label, "text": text, "state": ""} for step, text in _step_texts()],
    }
    return render_page(request, "dashboard/home.html", context)


def _phone_form() -> PhoneForm:
    """The sign-in form as a box of its own: the input takes its whole width."""
    form = PhoneForm()
    form.fields["phone"].widget.attrs.pop("class", None)
    return form


def _sessions(kecamatan: str | None, now: datetime) -> list[dict[str, Any]]:
    rows = []
    for session in public_schedule.nearest(kecamatan=kecamatan, limit=SHOWN, now=now):
        starts = timezone.localtime(session.starts_at)
        times = f"{date_format(starts, 'l')} {clock(starts)}-{clock(session.ends_at)}"
        where = session.venue_name if kecamatan else f"{session.venue_name}, {session.kecamatan_name}"
        if session.is_full:
            tone, icon, label = "", "x-circle-fill", _("Full")
        else:
            tone, icon = session.tone, ""
            label = ngettext("%(count)d seat left", "%(count)d seats left", session.seats_left)
            label = label % {"count": session.seats_left}
        title = _("Activity %(position)s: %(name)s")
        rows.append(
            {
                "day": starts,
                "title": title % {"position": session.activity_position, "name": session.activity_name},
                "text": f"{times}, {where}",
                "tone": tone,
                "icon": icon,
                "label": label,
            }
        )
    return rows


def _bazaars(now: datetime) -> list[dict[str, Any]]:
    """Sites of the next bazaars, nearest first."""
    today = timezone.localtime(now).date()
    sites = (
        Site.objects.public()
        .exclude(state="cancelled")
        .filter(bazaar__ends_on__gte=today)
        .select_related("bazaar", "kecamatan")
        .annotate(stall_count=Count("stalls"))
        .order_by("bazaar__starts_on", "pk")[:SHOWN]
    )
    return [_bazaar(site, now) for site in sites]


def _bazaar(site: Site, now: datetime) -> dict[str, Any]:
    bazaar = site.bazaar
    days = date_format(bazaar.starts_on, "l")
    if bazaar.ends_on != bazaar.starts_on:
        days = f"{days}-{date_format(bazaar.ends_on, 'l')}"
    stalls = ngettext("%(count)d stall", "%(count)d stalls", site.stall_count) % {"count": site.stall_count}
    tone, icon, label = _bazaar_state(site, now)
    return {
        "day": bazaar.starts_on,
        "slug": bazaar.slug,
        "title": bazaar.name if site.name in bazaar.name else f"{bazaar.name}, {site.name}",
        "text": f"{days} {clock(bazaar.opens_at)}-{clock(bazaar.closes_at)}, {stalls}",
        "tone": tone,
        "icon": icon,
        "label": label,
    }


def _bazaar_state(site: Site, now: datetime) -> tuple[str, str, str]:
    if site.state == "drawn":
        return "", "check-lg", _("Stalls are given")
    if site.state == "frozen":
        return "info", "", _("Waiting for the draw")
    opens, closes = site.applications_open_at, site.applications_close_at
    if opens and opens > now:
        return "", "hourglass-split", _("Not open yet")
    if closes and closes <= now:
        return "", "hourglass-split", _("Applications closed")
    return "ok", "", _("Open for applications")


def _step_texts() -> list[tuple[Step, str]]:
    return [
        (Step.P1_REGISTRATION, _("At the counter; the Sudin checks the data")),
        (Step.P2_TRAINING, _("Three activities within one year")),
        (Step.P3_MENTORING, _("One mentor for your business")),
        (Step.P4_PERMITS, _("NIB, PIRT, halal: helped until issued")),
        (Step.P5_MARKETING, _("Packaging, bazaars and online shops")),
        (Step.P6_FINANCIAL_REPORTING, _("Simple cash notes every month")),
        (Step.P7_CAPITAL, _("Prepared to apply for capital")),
    ]
