"""The own answer for the fairness report: asked apart from every application, and never needed for one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.models import FairnessAnswer
from bazaars.services import fairness as services
from bazaars.views.events import get_or_post
from okoce.accounts.access import participant_only
from okoce.ui import forms
from okoce.ui.responses import render_page
from participants.models import Participant

AGREED = _lazy(
    "I agree that my answer is counted in the yearly report on how fairly stalls are spread. "
    "Nobody reads it with my name, and I may take it back at any time."
)


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_lazy("Do you have a disability?"),
        choices=[("ya", _lazy("Yes")), ("tidak", _lazy("No"))],
        widget=forms.RadioSelect,
    )
    agrees = forms.BooleanField(
        label=AGREED,
        error_messages={"required": _lazy("Tick that you agree, or leave this page: it is free")},
    )


@participant_only
@get_or_post
def own(request: HttpRequest) -> HttpResponse:
    participant = get_object_or_404(Participant.objects.visible_to(request.user))
    known = FairnessAnswer.objects.visible_to(request.user).first()
    initial = {"answer": "ya" if known.has_disability else "tidak"} if known else {}
    if request.method == "POST" and "hapus" in request.POST:
        if services.withdraw(participant_id=participant.pk, by=request.user):
            messages.success(request, _("Your answer was deleted. It is counted nowhere any more."))
        return redirect("bazaars:fairness_answer")
    form = AnswerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.answer(
            participant_id=participant.pk,
            has_disability=form.cleaned_data["answer"] == "ya",
            text=str(AGREED),
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Thank you. Your answer is counted without your name."))
        return redirect("bazaars:fairness_answer")
    return render_page(request, "bazaars/fairness_answer.html", {"form": form, "known": known})
