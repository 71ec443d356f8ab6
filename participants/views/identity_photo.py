"""The photo of a participant's identity card, taken at the counter for one later comparison."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from okoce.accounts.access import requires
from okoce.db.sealed_files import private_response
from participants.forms.photo import PhotoForm
from participants.models import IdentityPhoto, Participant
from participants.services import identity_photos


def _participant(request: HttpRequest, number: str) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user).named(), number=number)


@requires("participants.register")
@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    participant = _participant(request, number)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        identity_photos.attach(
            content=form.cleaned_data["photo"], participant=participant, by=request.user, now=timezone.now()
        )
        messages.success(request, _("The photo is kept sealed until somebody has compared it."))
    else:
        messages.error(request, " ".join(f"{error}." for error in form.errors["photo"]))
    return redirect("participants:registered", number=number)


@requires("participants.verify")
@require_POST
def open_photo(request: HttpRequest, number: str) -> HttpResponse:
    """The picture itself. A POST, because every opening is recorded."""
    participant = _participant(request, number)
    photos = IdentityPhoto.objects.visible_to(request.user).select_related("participant", "registration")
    photo = get_object_or_404(photos, participant=participant)
    try:
        content = identity_photos.open_recorded(photo, by=request.user)
    except FileNotFoundError:
        raise Http404 from None
    return private_response(content, content_type="image/jpeg")


@requires("participants.verify")
@require_POST
def compared(request: HttpRequest, number: str) -> HttpResponse:
    """The data agrees with the card: the photo is deleted."""
    participant = _participant(request, number)
    if identity_photos.delete_of(participant=participant, by=request.user):
        messages.success(request, _("The photo is deleted. That it was compared stands in the history."))
    return redirect(participant)
