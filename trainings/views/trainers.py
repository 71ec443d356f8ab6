"""Trainers: what they teach and when they can, the days they are away, and their sessions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from trainings import plan_rules, rules, shown
from trainings.filters import TrainerFilter
from trainings.forms.resources import AbsenceForm, TrainerForm
from trainings.models import Trainer, TrainerAbsence, TrainingSession
from trainings.refusals import SessionRefused
from trainings.services import resources
from trainings.views.sessions import posted
from trainings.views.venues import retiring, stranded


def crumbs(user: Any, *more: tuple[str, str]) -> list[dict[str, str]]:
    """A trainer has no list of the others above the own page."""
    if not has_permission(user, "trainings.resources"):
        return shown.crumbs(*more)
    own = reverse("trainings:trainers") if more else ""
    return shown.crumbs((_("Trainers"), own), *more)


def find(request: HttpRequest, pk: int, *, may: Any = None) -> Trainer:
    """The trainer of this address; ``may``: a rule that the person must also pass."""
    mine = Trainer.objects.visible_to(request.user).own_or_all(request.user)
    mine = mine.select_related("home", "city", "user")
    trainer = get_object_or_404(mine, pk=pk)
    if may is not None and not may(request.user, trainer):
        return get_object_or_404(mine.none(), pk=pk)
    return trainer


@requires("trainings.resources")
def trainers(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = TrainerFilter(request.GET, user=request.user)
    mine = form.apply(Trainer.objects.visible_to(request.user)).for_the_list(now=now)
    page = keyset_page(mine, request, order=("name", "pk"), size=50)
    for trainer in page.rows:
        trainer.teaches = subjects_of(trainer)
        trainer.comes_on = weekdays_of(trainer)
        trainer.away = next_absence(trainer, now=now)
    context = {
        "form": form,
        "page": page,
        "may_keep": has_permission(request.user, "trainings.manage"),
        "crumbs": crumbs(request.user),
    }
    return render_page(request, "trainings/trainers.html", context, fragment="rows")


def subjects_of(trainer: Trainer) -> str:
    labels = [subject.label for subject in trainer.subjects.all()]
    return ", ".join(labels) if labels else _("Everything")


def weekdays_of(trainer: Trainer) -> str:
    if len(trainer.weekdays) == 7:
        return _("Every day")
    return ", ".join(plan_rules.weekday_name(n) for n in sorted(trainer.weekdays))


def next_absence(trainer: Trainer, *, now: Any) -> Any:
    today = timezone.localdate(now)
    return next((a for a in trainer.absences.all() if a.last_day >= today), None)


@requires("trainings.view")
def own(request: HttpRequest) -> HttpResponse:
    """The trainer's own page, for who is one."""
    trainer = get_object_or_404(Trainer.objects.visible_to(request.user), user=request.user)
    return redirect(trainer)


@requires("trainings.view")
def trainer(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    person = find(request, pk)
    booked = person.sessions.active().filter(ends_at__gt=now).with_places().with_seats()
    page = keyset_page(booked, request, order=("starts_at", "pk"), size=50)
    shown.link(page.rows, request.user, now=now)
    context = {
        "trainer": person,
        "teaches": subjects_of(person),
        "comes_on": weekdays_of(person),
        "absences": list(person.absences.filter(last_day__gte=timezone.localdate(now))),
        "page": page,
        "may_keep": rules.may_keep_trainer(request.user, person),
        "may_be_absent": rules.may_enter_absence(request.user, person),
        "crumbs": crumbs(request.user, (person.name, "")),
    }
    return render_page(request, "trainings/trainer.html", context, fragment="rows")


@requires("trainings.manage")
def create(request: HttpRequest) -> HttpResponse:
    return _keep(request, TrainerForm(posted(request), user=request.user), title=_("Enter a trainer"))


@requires("trainings.manage")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = find(request, pk, may=rules.may_keep_trainer)
    form = TrainerForm(posted(request), user=request.user, trainer=person)
    return _keep(request, form, title=_("Change %(name)s") % {"name": person.name}, trainer=person)


def _keep(
    request: HttpRequest, form: TrainerForm, *, title: str, trainer: Trainer | None = None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            kept = resources.keep_trainer(
                entry=form.entry, trainer_id=trainer.pk if trainer else None, by=request.user
            )
        except SessionRefused as refused:
            form.add_error(refused.field, refused.sentence)
        else:
            messages.success(request, _("The trainer is saved."))
            return redirect(kept)
    own_page = [(trainer.name, trainer.get_absolute_url())] if trainer else []
    context = {
        "form": form,
        "title": title,
        "action_label": _("Save"),
        "back_url": trainer.get_absolute_url() if trainer else reverse("trainings:trainers"),
        "crumbs": crumbs(request.user, *own_page, (title, "")),
    }
    return render_page(request, "trainings/form_page.html", context)


@requires("trainings.view")
def absent(request: HttpRequest, pk: int) -> HttpResponse:
    person = find(request, pk, may=rules.may_enter_absence)
    form = AbsenceForm(posted(request), today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        absence = resources.set_absence(
            trainer_id=pk, first=given["first"], last=given["last"], by=request.user
        )
        messages.success(request, _("The absence is saved."))
        return redirect("trainings:absence", pk=pk, absence=absence.pk)
    title = _("Enter days on which %(name)s cannot come") % {"name": person.name}
    context = {
        "form": form,
        "title": title,
        "intro": _("The reason is not asked. Sessions on these days are shown next."),
        "action_label": _("Save the absence"),
        "back_url": person.get_absolute_url(),
        "crumbs": crumbs(request.user, (person.name, person.get_absolute_url()), (_("Absence"), "")),
    }
    return render_page(request, "trainings/form_page.html", context)


@requires("trainings.view")
def absence(request: HttpRequest, pk: int, absence: int) -> HttpResponse:
    """Sessions on the days the trainer is away, and who else could teach each."""
    now, person = timezone.now(), find(request, pk, may=rules.may_enter_absence)
    row = get_object_or_404(TrainerAbsence, pk=absence, trainer=person)
    mine = TrainingSession.objects.visible_to(request.user)
    standing = list(
        resources.standing_on(person, row.first_day, row.last_day, now=now).filter(pk__in=mine.values("pk"))
    )
    may_move = has_permission(request.user, "trainings.manage")
    context: dict[str, Any] = {
        "form": None,
        "title": _("Sessions of %(name)s on the days of absence") % {"name": person.name},
        "subtitle": _("%(first)s to %(last)s")
        % {
            "first": date_format(row.first_day, "LONG_DATE_FORMAT"),
            "last": date_format(row.last_day, "LONG_DATE_FORMAT"),
        },
        "empty": _("No session stands on these days."),
        "back_url": person.get_absolute_url(),
        "back_label": _("To the trainer"),
        "crumbs": crumbs(request.user, (person.name, person.get_absolute_url()), (_("Absence"), "")),
    }
    if not may_move:
        context |= {
            "seen": [{"where": shown.where_and_when(s), "url": s.get_absolute_url()} for s in standing]
        }
        return render_page(request, "trainings/stranded.html", context)
    return stranded(request, standing, {s.pk: resources.free_trainers(s) for s in standing}, context)


@requires("trainings.view")
@require_POST
def present(request: HttpRequest, pk: int, absence: int) -> HttpResponse:
    person = find(request, pk, may=rules.may_enter_absence)
    if person.absences.filter(pk=absence).exists():
        resources.end_absence(absence_id=absence, by=request.user)
    messages.success(request, _("The absence is taken back."))
    return redirect(person)


@requires("trainings.manage")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    now, person = timezone.now(), find(request, pk, may=rules.may_keep_trainer)
    if request.method == "POST":
        if person.retired_at is None:
            resources.retire(what=person, by=request.user)
            messages.success(request, _("The trainer is not offered for new sessions any more."))
        else:
            resources.bring_back(what=person, by=request.user)
            messages.success(request, _("The trainer can be chosen again."))
        return redirect(person)
    coming = person.sessions.active().upcoming(now=now).count()
    context = retiring(person, coming) | {
        "cancel_url": person.get_absolute_url(),
        "crumbs": crumbs(request.user, (person.name, person.get_absolute_url()), (_("Out of use"), "")),
    }
    return render_page(request, "trainings/confirm.html", context)
