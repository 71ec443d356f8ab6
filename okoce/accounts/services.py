"""Beginning and ending sessions, and the letter with which a forgotten password is set anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from kombu.exceptions import OperationalError

from okoce.accounts import browsers, sessions
from okoce.accounts.models import Membership, SignIn, TryCount, User

PLACES_KEPT_FOR = timedelta(days=90)


def begin_session(request: HttpRequest, user: User, *, kind: str, now: datetime) -> None:
    """Called once, right after Django's login: sets the limits and notes where the person is signed in."""
    sessions.start(request.session, kind=kind, now=now)
    place = SignIn.objects.create(
        user=user, kind=kind, browser=browsers.name_of(request), started_at=now, seen_at=now
    )
    sessions.set_place(request.session, place.pk)


def note_presence(request: HttpRequest, *, now: datetime) -> None:
    """At most once a minute: the person is still there."""
    if sessions.touch(request.session, now=now):
        SignIn.objects.filter(pk=sessions.place_of(request.session), seen_at__lt=now).update(seen_at=now)


def end_session(request: HttpRequest, *, now: datetime) -> None:
    """Before Django's logout."""
    SignIn.objects.filter(pk=sessions.place_of(request.session), ended_at=None).update(ended_at=now)


@transaction.atomic
def end_other_sessions(request: HttpRequest, *, now: datetime) -> int:
    """Ends every session of the person but this one; how many there were. They are dead at their next
    request.
    """
    User.objects.filter(pk=request.user.pk).update(session_epoch=F("session_epoch") + 1)
    user = User.objects.get(pk=request.user.pk)
    update_session_auth_hash(request, user)
    others = SignIn.objects.filter(user=user).exclude(pk=sessions.place_of(request.session)).open_at(now)
    return others.update(ended_at=now)


def choose_unit(request: HttpRequest, membership: Membership) -> None:
    request.session[sessions.MEMBERSHIP] = membership.pk


def request_password_letter(*, email: str) -> None:
    """Has the letter written by a worker, so that an unknown address costs no less time than a known one.

    The broker carries the person's id, never the key. Without a broker the letter is written here.
    """
    user_id = User.objects.filter(email=email.lower(), is_active=True).values_list("pk", flat=True).first()
    transaction.on_commit(lambda: _wake_the_writer(user_id))


def _wake_the_writer(user_id: int | None) -> None:
    try:
        current_app.send_task(
            "okoce.accounts.tasks.send_password_letter", args=[user_id], retry=False, ignore_result=True
        )
    except OperationalError:
        send_password_letter(user_id=user_id)


def send_password_letter(*, user_id: int | None) -> None:
    """Sends the link to a person with an e-mail address; the key exists in the letter only."""
    user = User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None or not user.has_usable_password():  # participants have none, and get none this way
        return
    link = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    context = {
        "name": user.full_name,
        "username": user.username,
        "link": f"{settings.PORTAL_URL.rstrip('/')}{link}",
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    with translation.override(user.language):
        subject = " ".join(render_to_string("account/email/password_letter_subject.txt", context).split())
        body = render_to_string("account/email/password_letter.txt", context)
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])


def forget_what_is_over(*, now: datetime) -> None:
    """Once a day: sessions that ended, places of ninety days ago, counts whose window is over."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    SignIn.objects.filter(seen_at__lt=now - PLACES_KEPT_FOR).delete()
    TryCount.objects.filter(expires_at__lt=now).delete()
