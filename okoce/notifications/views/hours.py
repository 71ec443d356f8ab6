"""The hours at which messages go out, set by the province."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from okoce.accounts.access import requires
from okoce.notifications import decency, decent_hours
from okoce.notifications.hours_form import HoursForm
from okoce.ui.responses import render_page

HOLIDAYS_SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@requires("notifications.hours")
def hours(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = HoursForm(request.POST or None, initial=vars(decency.hours_set()))
    if request.method == "POST" and form.is_valid():
        if decent_hours.set_hours(hours=form.hours, by=request.user, now=now):
            notices.success(request, _("The hours are saved. What waits is looked at again at once."))
        else:
            notices.info(request, _("These are the hours that hold already."))
        return redirect("notifications:hours")
    context = {
        "form": form,
        "versions": decent_hours.versions(),
        "sends_at_any_hour": settings.MESSAGES_AT_ANY_HOUR,
        **_now_and_soon(now),
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": _("Hours of messages")},
        ],
    }
    return render_page(request, "notifications/hours.html", context)


def _now_and_soon(now: Any) -> dict[str, Any]:
    rules = decency.rules_set(now)
    today = timezone.localdate(now)
    until = decency.next_moment(now, rules)
    return {
        "goes_now": until <= now,
        "opens_at": timezone.localtime(until),
        "holidays": [
            {"day": day, "name": name}
            for day, name in sorted(rules.calendar.holidays.items())
            if day >= today
        ][:HOLIDAYS_SHOWN],
        "ramadans": [
            {"first": first, "last": last} for first, last in rules.calendar.ramadans if last >= today
        ],
    }
