"""The curriculum: required and other activities, with years, area, categories and conditions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page
from participants.enums import Category
from trainings import shown
from trainings.enums import ConditionCode
from trainings.forms.curriculum import ActivityForm
from trainings.models import Activity
from trainings.refusals import Refused
from trainings.services import curriculum
from trainings.views.sessions import posted


def crumbs(*more: tuple[str, str]) -> list[dict[str, str]]:
    own = reverse("trainings:activities") if more else ""
    return shown.crumbs((_("Curriculum"), own), *more)


@requires("trainings.view")
def activities(request: HttpRequest) -> HttpResponse:
    year = timezone.localdate().year
    rows = list(
        Activity.objects.visible_to(request.user).select_related("area").prefetch_related("conditions")
    )
    names = {row.pk: row.name for row in rows}
    for row in rows:
        row.years = years_of(row)
        row.is_current = (row.first_year or 0) <= year <= (row.last_year or 9999)
        closed = ", ".join(str(Category(code).label) for code in row.closed_to)
        row.not_for = _("Not for: %(categories)s") % {"categories": closed} if closed else ""
        row.asks = [condition_words(condition, names) for condition in row.conditions.all()]
    context = {
        "required": [row for row in rows if row.is_required],
        "optional": [row for row in rows if not row.is_required],
        "may_keep": has_permission(request.user, "trainings.curriculum"),
        "crumbs": crumbs(),
    }
    return render_page(request, "trainings/activities.html", context)


def years_of(activity: Activity) -> str:
    first, last = activity.first_year, activity.last_year
    if first and last:
        return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
    if first:
        return _("From %(year)s on") % {"year": first}
    return _("Until %(year)s") % {"year": last} if last else _("Every year")


def condition_words(condition: Any, names: dict[str, str]) -> str:
    if condition.code == ConditionCode.NOT_SIMILAR:
        return _("Nobody who did one of these before: %(names)s") % {
            "names": ", ".join(names.get(code, code) for code in condition.similar)
        }
    if condition.code == ConditionCode.NO_EQUIPMENT:
        return _("Only who never got equipment: it is handed out afterwards")
    return str(ConditionCode(condition.code).label)


@requires("trainings.curriculum")
def create(request: HttpRequest) -> HttpResponse:
    return _keep(request, ActivityForm(posted(request), user=request.user), _("Enter an activity"))


@requires("trainings.curriculum")
def edit(request: HttpRequest, pk: str) -> HttpResponse:
    row = get_object_or_404(Activity.objects.visible_to(request.user), pk=pk)
    form = ActivityForm(posted(request), user=request.user, activity=row)
    return _keep(request, form, _("Change %(name)s") % {"name": row.label})


def _keep(request: HttpRequest, form: ActivityForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            curriculum.keep_activity(entry=form.entry, by=request.user)
        except Refused as refused:
            form.add_error("is_required", refused.sentence)
        else:
            messages.success(request, _("The activity is saved."))
            return redirect("trainings:activities")
    context = {
        "form": form,
        "title": title,
        "action_label": _("Save"),
        "back_url": reverse("trainings:activities"),
        "crumbs": crumbs((title, "")),
    }
    return render_page(request, "trainings/form_page.html", context)
