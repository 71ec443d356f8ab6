"""Saved views of the list, and its columns."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.ui.responses import render_page
from participants import chips, counters, filter_fields, list_columns, own_list
from participants.filters import PeopleFilter
from participants.forms.lists import ColumnsForm, ViewForm
from participants.models import Participant, SavedView
from participants.services import saved_views as services

NOT_KEPT = ("q", "simpanan", "kolom")


def _crumbs(*steps: tuple[str, str]) -> list[dict[str, str]]:
    crumbs = [{"label": _("Participants"), "url": reverse("participants:list")}]
    return crumbs + [{"label": label, "url": url} for label, url in steps]


def _add_errors(form: ViewForm, error: Exception) -> None:
    if isinstance(error, services.NameTaken):
        form.add_error("name", _("You have a view of this name already. Choose another name"))
    else:
        form.add_error(None, _("You have 30 saved views. Delete one that you do not need any more"))


@requires("participants.view")
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """The filters, columns and order in the address get a name."""
    chosen = PeopleFilter.read(request.GET)
    kept = {name: value for name, value in chosen.chosen().items() if name not in NOT_KEPT}
    form = ViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        own = own_list.read(request.user)
        columns = list_columns.shown(chosen.kolom.split(","), own.columns)
        try:
            view = services.save_view(**form.cleaned_data, filters=kept, columns=columns, by=request.user)
        except (services.NameTaken, services.TooMany) as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(f"{reverse('participants:list')}?simpanan={view.uid}")
    context = {
        "form": form,
        "described": filter_fields.described(kept, request.user, timezone.localdate()),
        "leaves_search": bool(chosen.q),
        "back_url": reverse("participants:list") + chosen.address(),
        "crumbs": _crumbs((_("Save this view"), "")),
    }
    return render_page(request, "participants/view_save.html", context)


@requires("participants.view")
@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """All views one can choose, with what they ask and how many people they hold."""
    user, today = request.user, timezone.localdate()
    own, visible = own_list.read(user), Participant.objects.visible_to(user).open_to(user)
    counts = counters.counts_for(user, visible, chips.questions(own, today), today=today)
    rows = [
        {
            "view": view,
            "url": reverse("participants:list") + chips.address_of(view),
            "asks": filter_fields.described(view.filters, user, today),
            "count": counts.get(view.code),
            "cap": counters.VIEW_CAP,
            "opens": view.uid == own.opens_with,
        }
        for view in own.views
    ]
    context = {"rows": rows, "crumbs": _crumbs((_("Saved views"), ""))}
    return render_page(request, "participants/views.html", context)


@requires("participants.view")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, uid: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), uid=uid, made_by=request.user.pk)
    opens = own_list.read(request.user).opens_with == str(uid)
    initial = {"name": view.name, "is_shared": view.is_shared, "opens_with": opens}
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_view(view=view, **form.cleaned_data, by=request.user)
        except services.NameTaken as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect("participants:views")
    context = {
        "form": form,
        "described": filter_fields.described(view.filters, request.user, timezone.localdate()),
        "back_url": reverse("participants:views"),
        "crumbs": _crumbs((_("Saved views"), reverse("participants:views")), (view.name, "")),
    }
    return render_page(request, "participants/view_save.html", context)


@requires("participants.view")
@require_POST
def open_with(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list opens with this view; pressing again, with everybody."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), uid=uid)
    wanted = view if request.POST.get("buka") == "1" else None
    services.open_with(view=wanted, by=request.user)
    messages.success(
        request,
        _("Your list opens with “%(name)s”.") % {"name": view.name}
        if wanted
        else _("Your list opens with everybody."),
    )
    return redirect("participants:views")


@requires("participants.view")
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), uid=uid, made_by=request.user.pk)
    if request.method == "POST":
        services.delete_view(view=view, by=request.user)
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect("participants:views")
    consequences = [_("No participant is changed.")]
    if view.is_shared:
        consequences.append(_("Your colleagues do not see it above their list any more."))
    context: dict[str, Any] = {
        "question": _("Delete the view “%(name)s”?") % {"name": view.name},
        "consequences": consequences,
        "action_label": _("Delete the view"),
        "cancel_url": reverse("participants:views"),
        "cancel_label": _("Keep the view"),
        "crumbs": _crumbs((_("Saved views"), reverse("participants:views")), (view.name, "")),
    }
    return render_page(request, "participants/bulk_confirm.html", context)


@requires("participants.view")
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest) -> HttpResponse:
    """Which columns the person sees from now on. The filters in the address stay."""
    chosen = PeopleFilter.read(request.GET)
    back = reverse("participants:list") + chosen.address(kolom="", simpanan="")
    own = own_list.read(request.user)
    shown = list_columns.shown(chosen.kolom.split(","), own.columns)
    form = ColumnsForm(request.POST if request.method == "POST" else None, initial={"columns": shown})
    if request.method == "POST" and form.is_valid():
        services.choose_columns(columns=form.cleaned_data["columns"], by=request.user)
        messages.success(request, _("The list shows these columns from now on."))
        return redirect(back)
    context = {"form": form, "back_url": back, "crumbs": _crumbs((_("Choose columns"), ""))}
    return render_page(request, "participants/columns.html", context)
