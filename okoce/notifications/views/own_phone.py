"""The own number of somebody of the staff, to which tests of messages may go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from okoce.accounts.access import requires
from okoce.notifications import own_phones
from okoce.notifications.own_phones import Problem
from okoce.ui import forms
from okoce.ui.responses import render_page

MAY = "notifications.own_phone"


class OwnPhoneForm(forms.Form):
    phone = forms.PhoneField(label=gettext_lazy("Your mobile number"), mobile_only=True)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("The six digits"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": forms.SHORT}
        ),
    )

    def clean_code(self) -> str:
        return "".join(letter for letter in str(self.cleaned_data["code"]) if letter.isdigit())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MAY)
def own_phone(request: HttpRequest) -> HttpResponse:
    """A POST notes the number (``aksi`` catat) or confirms it by the code (kode)."""
    deed = request.POST.get("aksi", "")
    form = OwnPhoneForm(request.POST if deed == "catat" else None)
    code = CodeForm(request.POST if deed == "kode" else None)
    if deed == "catat" and form.is_valid() and _noted(request, form):
        return redirect("notifications:own_phone")
    if deed == "kode" and code.is_valid() and _confirmed(request, code):
        return redirect("notifications:own_phone")
    row = own_phones.of(request.user)
    context = {
        "form": form,
        "code": code,
        "faulty": code if deed == "kode" else form,
        "shown": own_phones.masked(row) if row else "",
        "is_confirmed": row is not None and row.confirmed_at is not None,
        "can_be_confirmed": own_phones.can_be_confirmed(),
        "crumbs": [
            {"label": _("Messages"), "url": reverse("notifications:messages")},
            {"label": _("My number for tests")},
        ],
    }
    return render_page(request, "notifications/own_phone.html", context)


def _noted(request: HttpRequest, form: OwnPhoneForm) -> bool:
    try:
        own_phones.note(phone=form.cleaned_data["phone"], by=request.user, now=timezone.now())
    except own_phones.NotConnected:
        form.add_error(None, _("Neither SMS nor WhatsApp is connected: no code can be sent now."))
        return False
    except own_phones.TooManyCodes:
        form.add_error(None, _("Too many codes were asked for. Try again in an hour."))
        return False
    notices.success(request, _("A code is on its way to your number."))
    return True


def _confirmed(request: HttpRequest, form: CodeForm) -> bool:
    problem = own_phones.confirm(typed=form.cleaned_data["code"], by=request.user, now=timezone.now())
    if problem is None:
        notices.success(request, _("Your number is confirmed. Tests of messages can go there."))
        return True
    form.add_error("code", str(_words()[problem]))
    return False


def _words() -> dict[Problem, Any]:
    return {
        Problem.NOT_ASKED: _("Note your number first."),
        Problem.WRONG: _("The digits are not right. Compare them with the message."),
        Problem.LATE: _("The code is over. Ask for a new one."),
        Problem.SPENT: _("There were too many wrong tries. Ask for a new code."),
    }


@require_POST
@requires(MAY)
def own_phone_remove(request: HttpRequest) -> HttpResponse:
    if own_phones.remove(by=request.user):
        notices.success(request, _("Your number is taken out."))
    return redirect("notifications:own_phone")
