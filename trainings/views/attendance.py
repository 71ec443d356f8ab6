"""Taking attendance on a phone: a button a person, all but these, from paper, without a seat, closing."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.ui.responses import render_page, wants_fragment
from participants import searching
from trainings import rules, scheduling, services, shown
from trainings.attendance_words import News, closing, news_of, news_of_batch
from trainings.enums import ScanMethod, SessionState
from trainings.forms.attendance import NumbersForm
from trainings.models import AttendanceScan, Booking, TrainingSession, Waiting
from trainings.refusals import BookingRefused, Refusal, Refused
from trainings.views.sessions import find, posted

AT_ONCE = 50  # rows before "show all"
ABSENT, PRESENT, WAITING = "belum", "hadir", "tunggu"
IN_LINE = "waiting"  # no state of a place: somebody who has none yet


class ListClosed(PermissionDenied):
    """After closing only the offices correct the list."""

    @property
    def sentence(self) -> str:
        return BookingRefused(Refusal.CLOSED).sentence


# ---------------------------------------------------------------- the list


@requires("trainings.attendance")
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    session = find(request, pk)
    typed = request.GET.get("q", "")
    if searching.has_personal_digits(typed) and not searching.tidy(typed):
        messages.warning(request, _("Search by participant number or name, not by NIK or phone number."))
        return redirect("trainings:attendance", pk=pk)
    context = page_of(request, session) | {"news": last_news(request, session), "q": typed.strip()}
    if typed.strip():
        context |= found(request, session, typed, may_admit=context["may_take"])
    else:
        context |= listed(request, session)
    return render_page(request, "trainings/attendance.html", context)


def page_of(request: HttpRequest, session: TrainingSession) -> dict[str, Any]:
    now = timezone.now()
    may_take = rules.may_take_attendance(request.user, session, today=scheduling.day_of(now))
    return {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "may_take": may_take,
        "may_close": may_take and session.state == SessionState.PUBLISHED and session.starts_at <= now,
        "is_early": session.state == SessionState.PUBLISHED
        and scheduling.day_of(session.starts_at) > scheduling.day_of(now),
        "first_day": rules.long_day(session.starts_at),
        "may_plan": has_permission(request.user, "trainings.manage"),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Attendance"), "")
        ),
        **counts(request, session),
    }


def counts(request: HttpRequest, session: TrainingSession) -> dict[str, Any]:
    """One query for everything that is counted on the page."""
    mine = TrainingSession.objects.visible_to(request.user).filter(pk=session.pk)
    row = mine.with_attendance_counts().values(
        "present_count", "enrolled_count", "waiting_count", "saved_at", "confirmed_count", "no_show_count"
    )
    found = row.get()
    return found | {
        "no_show_rate": rules.share(found["no_show_count"], found["confirmed_count"]),
        "absent_count": found["enrolled_count"] - found["present_count"],
        "percent": found["present_count"] * 100 // found["enrolled_count"] if found["enrolled_count"] else 0,
    }


def places(request: HttpRequest, session: TrainingSession) -> Any:
    return (
        Booking.objects.visible_to(request.user)
        .filter(session=session)
        .for_the_door()
        .order_by(Lower("participant__full_name"), "pk")
    )


def listed(request: HttpRequest, session: TrainingSession) -> dict[str, Any]:
    chosen = request.GET.get("tampilkan", ABSENT)
    rows = places(request, session)
    if chosen == PRESENT:
        rows = rows.enrolled().filter(is_present=True)
    elif chosen == WAITING:
        return {"rows": with_nonces(in_line(request, session)), "has_more": False, "chosen": WAITING}
    else:
        chosen, rows = ABSENT, rows.enrolled().filter(is_present=False)
    show_all = "semua" in request.GET
    bookings = list(rows if show_all else rows[: AT_ONCE + 1])
    has_more = not show_all and len(bookings) > AT_ONCE
    return {"rows": with_nonces(bookings[:AT_ONCE] if has_more else bookings), "has_more": has_more,
            "chosen": chosen}  # fmt: skip


def in_line(request: HttpRequest, session: TrainingSession) -> list[Booking]:
    """People who wait for the activity here, as places that are not given yet."""
    line = Waiting.objects.visible_to(request.user).still().for_session(session)
    waiting = line.select_related("participant__kelurahan").prefetch_related("participant__businesses")
    return [
        Booking(session=session, participant=wait.participant, state=IN_LINE)
        for wait in waiting.order_by("since", "pk")[:AT_ONCE]
    ]


def found(request: HttpRequest, session: TrainingSession, typed: str, *, may_admit: bool) -> dict[str, Any]:
    """People of the list whom the words fit; else somebody with that number who came without a seat.

    Who may not admit anybody today learns no name from a number: numbers are easily guessed.
    """
    match = rules.matching(typed, prefix="participant__")
    rows = list(places(request, session).filter(match, state__in=rules.ENROLLED)[:AT_ONCE]) if match else []
    stranger = None
    if may_admit and not rows and (exact := rules.matching_number(typed, session)) is not None:
        stranger = rules.walk_ins_for(request.user, session).filter(exact).first()
    return {
        "rows": with_nonces(rows),
        "stranger": stranger,
        "stranger_nonce": uuid.uuid4(),
        "chosen": "",
        "is_search": True,
    }


def with_nonces(bookings: list[Any]) -> list[Any]:
    for booking in bookings:
        booking.nonce = uuid.uuid4()
        booking.business = next((b.name for b in booking.participant.businesses.all() if b.name), "")
    return bookings


def last_news(request: HttpRequest, session: TrainingSession) -> News | None:
    """The notice after a press without htmx: the address names the row or the press."""
    scans = AttendanceScan.objects.visible_to(request.user).filter(session=session)
    try:
        if batch := request.GET.get("tandai"):
            return news_of_batch(uuid.UUID(batch), scans.filter(batch=uuid.UUID(batch)).count())
        if number := request.GET.get("terakhir"):
            scan = scans.select_related("participant").filter(pk=int(number)).first()
            return news_of(scan, session) if scan else None
    except ValueError:
        return None
    return None


# ---------------------------------------------------------------- one press


DEVICES = ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux")  # an Android phone also says Linux


def _kind_of_device(request: HttpRequest) -> str:
    """As the page at the door says it; the browser's own long name tells an office nothing."""
    told = request.headers.get("User-Agent", "")
    return next((name for name in DEVICES if name in told), "")


@requires("trainings.attendance")
@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    session = takeable(request, pk)
    booking = get_object_or_404(
        Booking.objects.visible_to(request.user), session=session, participant=number_in(request)
    )
    scan = services.mark_present(
        session_id=pk,
        participant_id=booking.participant_id,
        by=request.user,
        nonce=uuid_in(request, "nonce"),
        method=ScanMethod.LIST,
        device=_kind_of_device(request),
    )
    return answer(request, session, booking.participant_id, news_of(scan, session), scan)


@requires("trainings.attendance")
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    session = takeable(request, pk)
    if request.POST.get("batch"):
        batch = uuid_in(request, "batch") or uuid.UUID(int=0)
        count = services.take_back_batch(session_id=pk, batch=batch, by=request.user)
        words = ngettext("%(count)s person taken back.", "%(count)s people taken back.", count)
        messages.info(request, words % {"count": count})
        return redirect("trainings:attendance", pk=pk)
    booking = get_object_or_404(
        Booking.objects.visible_to(request.user), session=session, participant=number_in(request)
    )
    services.take_back(session_id=pk, participant_id=booking.participant_id, by=request.user)
    news = News("info", _("%(name)s is not present.") % {"name": booking.participant.full_name})
    scans = AttendanceScan.objects.visible_to(request.user)
    last = scans.filter(session=session, participant=booking.participant_id).order_by("-pk").first()
    return answer(request, session, booking.participant_id, news, last)


@requires("trainings.attendance")
@require_POST
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody from the waiting list, or with a participant number and no invitation."""
    session = takeable(request, pk)
    number = request.POST.get("number", "").replace("\x00", "")
    person = rules.walk_ins_for(request.user, session).filter(number=number).first()
    if person is None:
        place = get_object_or_404(
            Booking.objects.visible_to(request.user).select_related("participant"),
            session=session,
            participant__number=number,
        )
        person = place.participant
    try:
        scan = services.admit(
            session_id=pk, participant=person, by=request.user, nonce=uuid_in(request, "nonce")
        )
    except Refused as refused:
        return answer(request, session, person.pk, News("bad", refused.sentence), None)
    return answer(request, session, person.pk, news_of(scan, session), scan)


def answer(
    request: HttpRequest, session: TrainingSession, person: int, news: News, scan: AttendanceScan | None
) -> HttpResponse:
    """For htmx the row and, out of band, the figures and the notice; else back to the list."""
    if not wants_fragment(request):
        if scan is None:
            messages.error(request, news.title)
            return redirect("trainings:attendance", pk=session.pk)
        return redirect(f"{reverse('trainings:attendance', args=[session.pk])}?terakhir={scan.pk}")
    rows = with_nonces(list(places(request, session).filter(participant=person)))
    for booking in rows:
        booking.refusal = news.title if news.tone == "bad" else ""
    context = page_of(request, session) | {
        "booking": rows[0] if rows else None,
        "news": news,
        "chosen": request.POST.get("tampilkan", ABSENT),
        "is_answer": True,
    }
    return render_page(request, "trainings/attendance.html", context, fragment="answer")


def takeable(request: HttpRequest, pk: int) -> TrainingSession:
    """The session, unless its list is closed to the person; too early is refused by the service."""
    session = find(request, pk)
    is_open = session.state == SessionState.PUBLISHED or has_permission(request.user, "trainings.manage")
    if not is_open:
        raise ListClosed
    return session


def number_in(request: HttpRequest) -> int:
    text = request.POST.get("participant", "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def uuid_in(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        return None


# ---------------------------------------------------------------- many at once, paper, closing


@requires("trainings.attendance")
def all_but(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody came, but these: ticked in the list, or by numbers from the paper sheet."""
    session = find(request, pk)
    if not rules.may_take_attendance(request.user, session, today=timezone.localdate()):
        return redirect("trainings:attendance", pk=pk)
    rows = list(places(request, session).enrolled().filter(is_present=False))
    numbers = {b.participant.number: b.participant_id for b in rows}
    form = NumbersForm(posted(request), numbers_of=numbers)
    if request.method == "POST" and form.is_valid():
        ticked = {int(value) for value in request.POST.getlist("tidak") if value.isdecimal()}
        absent = ticked | set(form.cleaned_data["numbers"])
        batch = uuid_in(request, "nonce") or uuid.uuid4()
        try:
            services.mark_all_present(
                session_id=pk,
                except_ids=absent,
                by=request.user,
                batch=batch,
                method=ScanMethod.PAPER if form.cleaned_data["numbers"] else ScanMethod.LIST,
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect(f"{reverse('trainings:attendance', args=[pk])}?tandai={batch}")
    ticked_before = set(request.POST.getlist("tidak"))
    for booking in rows:
        booking.is_ticked = str(booking.participant_id) in ticked_before
    context = {
        "session": session,
        "form": form,
        "rows": rows,
        "nonce": request.POST.get("nonce") or uuid.uuid4(),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()),
            (_("Attendance"), reverse("trainings:attendance", args=[pk])),
            (_("All but these"), ""),
        ),
    }
    return render_page(request, "trainings/all_but.html", context)


@requires("trainings.attendance")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    session = find(request, pk)
    address = reverse("trainings:attendance", args=[pk])
    if session.state != SessionState.PUBLISHED:
        return redirect(address)
    if request.method == "POST":
        try:
            services.close_list(session_id=pk, by=request.user)
        except Refused as refused:
            messages.error(request, refused.sentence)
            return redirect(address)
        messages.success(request, _("The list is closed. The session counts as held."))
        return redirect(session)
    figures = counts(request, session)
    context = {
        "question": _("Close the list of %(session)s?") % {"session": shown.short_name(session)},
        "intro": _("What happens when the list is closed:"),
        "consequences": closing(figures),
        "form": None,
        "action_label": _("Close the attendance list"),
        "cancel_url": address,
        "cancel_label": _("Keep it open"),
        "dangerous": "no",
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()),
            (_("Attendance"), address),
            (_("Close"), ""),
        ),
    }
    return render_page(request, "trainings/confirm.html", context)
