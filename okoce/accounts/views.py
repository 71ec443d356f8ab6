"""Sign-in of staff: allauth's views that we use, each with our mark, and our own pages around them."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth
from allauth.account.utils import url_str_to_user_pk
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts import browsers, drafts, services, sessions
from okoce.accounts.access import home_of, public, requires, safe_next, signed_in
from okoce.accounts.forms import UnitForm
from okoce.accounts.models import SignIn
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page


@public
@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Who are you: participant or staff."""
    if request.user.is_authenticated:
        return redirect(safe_next(request, home_of(request.user)))
    return render_page(request, "accounts/choose.html", {"next": safe_next(request, "")})


@public
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    response = allauth.login(request)
    if request.method == "POST" and request.user.is_authenticated:
        browsers.remember(request, response, request.user.pk)
    return response


@public
def sign_out(request: HttpRequest) -> HttpResponse:
    return allauth.logout(request)


@public
def account_closed(request: HttpRequest) -> HttpResponse:
    return allauth.account_inactive(request)


@public
@never_cache
def forgot_password(request: HttpRequest) -> HttpResponse:
    return allauth.password_reset(request)


@public
def letter_is_on_its_way(request: HttpRequest) -> HttpResponse:
    return allauth.password_reset_done(request)


@public
@never_cache
def set_new_password(request: HttpRequest, uidb36: str, key: str) -> HttpResponse:
    """The link of the letter. Whoever sets a password with it is known in this browser afterwards."""
    response = allauth.password_reset_from_key(request, uidb36=uidb36, key=key)
    if request.method == "POST" and response.status_code == 302:
        browsers.remember(request, response, url_str_to_user_pk(uidb36))
    response["Referrer-Policy"] = "no-referrer"
    return response


@public
def new_password_is_set(request: HttpRequest) -> HttpResponse:
    return allauth.password_reset_from_key_done(request)


@requires("accounts.password")
def change_password(request: HttpRequest) -> HttpResponse:
    return allauth.password_change(request)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose_unit(request: HttpRequest) -> HttpResponse:
    """For which of their units somebody works now; the same page switches later."""
    user: Any = request.user
    current = user.active_membership
    form = UnitForm(
        request.POST or None,
        memberships=user.valid_memberships,
        initial={"unit": str(current.pk) if current else None},
    )
    if form.is_valid():
        services.choose_unit(request, form.membership)
        return redirect(safe_next(request, home_of(user.acting_as(form.membership))))
    context = {"form": form, "next": safe_next(request, ""), "current": current}
    return render_page(request, "accounts/choose_unit.html", context)


@signed_in
@require_safe
def my_sessions(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    places = SignIn.objects.visible_to(request.user).open_at(now)[:20]
    here = sessions.place_of(request.session)
    context = {
        "places": [{"row": row, "is_here": row.pk == here} for row in places],
        "has_password": request.user.has_usable_password(),
        "may_note_phone": has_permission(request.user, "notifications.own_phone"),
        "layout": layout_of(request),
    }
    return render_page(request, "accounts/sessions.html", context)


@signed_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    ended = services.end_other_sessions(request, now=timezone.now())
    messages.success(
        request,
        ngettext(
            "You are signed out in %(count)s other place. You stay signed in here.",
            "You are signed out in %(count)s other places. You stay signed in here.",
            ended,
        )
        % {"count": ended},
    )
    return redirect("accounts:sessions")


@signed_in
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """What somebody was typing when the session ended: sent again only when they press the button."""
    draft = drafts.of(request, now=timezone.now())
    if draft is None:
        messages.info(request, _("There is nothing left to send again."))
        return redirect(home_of(request.user))
    return render_page(request, "accounts/resume.html", {"draft": draft, "layout": layout_of(request)})


@signed_in
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    drafts.drop(request)
    messages.info(request, _("What you had typed is thrown away."))
    return redirect(home_of(request.user))


def layout_of(request: HttpRequest) -> str:
    """Pages for staff and participants alike wear the shell of the one who looks."""
    is_participant = sessions.kind_of(request.session) != sessions.STAFF
    return "layouts/participant.html" if is_participant else "layouts/staff.html"
