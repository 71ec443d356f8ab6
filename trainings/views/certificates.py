"""Certificates: for the person, for the office that prints a session's, and for whoever checks one."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okoce.accounts.access import participant_only, public, requires
from okoce.ui.responses import render_page
from participants.models import Participant
from trainings import certifying, shown
from trainings.certificates import sheet as sheets
from trainings.forms.certificates import CertificateReasonForm
from trainings.models import Certificate, NameConfirmation, TrainingSession
from trainings.refusals import Refused
from trainings.scheduling import day_of
from trainings.services import certificates
from trainings.views.sessions import find

NEVER_KEPT = "no-store, private"


def _pdf(content: bytes, name: str) -> HttpResponse:
    """``name`` holds a certificate number or a session's, never anything of a person."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = NEVER_KEPT
    return response


def _file_name(certificate: Certificate) -> str:
    return f"sertifikat-{certificate.number.replace('/', '-').lower()}"


# ---------------------------------------------------------------- the participant's own


def _me(request: HttpRequest) -> Participant:
    return get_object_or_404(Participant.objects.visible_to(request.user).select_related("kecamatan"))


@participant_only
@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """This year's certificate and those of the years before."""
    participant, year = _me(request), timezone.localdate().year
    mine = list(Certificate.objects.visible_to(request.user).order_by("-year"))
    facts = certifying.completed_in([participant.pk], year).get(participant.pk)
    context = {
        "participant": participant,
        "year": year,
        "facts": _in_words(facts) if facts else None,
        "is_issued": any(c.year == year for c in mine),
        "is_confirmed": certificates.has_confirmed_name(participant),
        "certificates": mine,
    }
    return render_page(request, "trainings/certificates_own.html", context)


def _in_words(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "completed_on": date.fromisoformat(facts["completed_on"]),
        "hours": certifying.hours(facts["minutes"]),
        "activities": [
            {
                "title": row["title"],
                "day": date.fromisoformat(row["day"]),
                "clock": f"{row['starts']}-{row['ends']}",
                "place": row["place"],
            }
            for row in facts["activities"]
        ],
    }


@participant_only
@require_POST
def make_own(request: HttpRequest) -> HttpResponse:
    """The name is right, and the certificate is made: one press."""
    participant = _me(request)
    try:
        certificates.confirm_name(
            participant_id=participant.pk, name=request.POST.get("nama", ""), by=request.user
        )
        certificates.issue(participant_id=participant.pk, year=timezone.localdate().year, by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("Your certificate is ready. Open it, and keep or print it."))
    return redirect("trainings:own_certificates")


@participant_only
@require_GET
def own_file(request: HttpRequest, year: int) -> HttpResponse:
    certificate = get_object_or_404(
        Certificate.objects.visible_to(request.user).with_sheet(), year=year, revoked_at=None
    )
    sheet = certifying.sheet_of(certificate, certificate.current)
    return _pdf(sheets.pdf([sheet]), _file_name(certificate))


# ---------------------------------------------------------------- of a session


@requires("trainings.certificates")
@require_http_methods(["GET", "HEAD", "POST"])
def of_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who was there: who has completed the year, whose name is confirmed, who has a certificate."""
    session = find(request, pk)
    if request.method == "POST":
        return _issue(request, session)
    rows = _rows(request, session)
    context = {
        "session": session,
        "where_and_when": shown.where_and_when(session),
        "year": day_of(session.starts_at).year,
        "rows": [row for row in rows if row["is_complete"] or row["certificate"]],
        "incomplete_count": sum(not row["is_complete"] and not row["certificate"] for row in rows),
        "ready_count": sum(row["is_ready"] for row in rows),
        "valid_count": sum(row["is_valid"] for row in rows),
        "crumbs": shown.crumbs(
            (shown.short_date_name(session), session.get_absolute_url()), (_("Certificates"), "")
        ),
    }
    return render_page(request, "trainings/certificates_session.html", context)


def _people(request: HttpRequest, session: TrainingSession) -> list[Participant]:
    """Who was present, as far as the person may see them; by name."""
    present = session.scans.standing().values("participant")
    people = Participant.objects.visible_to(request.user).filter(pk__in=present)
    return list(people.order_by("name_key", "pk"))


def _rows(request: HttpRequest, session: TrainingSession) -> list[dict[str, Any]]:
    people, year = _people(request, session), day_of(session.starts_at).year
    ids = [p.pk for p in people]
    facts = certifying.completed_in(ids, year)
    mine = Certificate.objects.visible_to(request.user).filter(participant__in=ids, year=year)
    held = {c.participant_id: c for c in mine}
    names = dict(
        NameConfirmation.objects.visible_to(request.user)
        .filter(participant__in=ids)
        .values_list("participant_id", "name")
    )
    rows = []
    for person in people:
        certificate = held.get(person.pk)
        is_confirmed = names.get(person.pk) == person.full_name
        rows.append(
            {
                "person": person,
                "certificate": certificate,
                "is_complete": person.pk in facts,
                "is_confirmed": is_confirmed,
                "is_ready": certificate is None and person.pk in facts and is_confirmed,
                "is_valid": certificate is not None and certificate.revoked_at is None,
                "edition": None,
            }
        )
    return rows


def _issue(request: HttpRequest, session: TrainingSession) -> HttpResponse:
    """Confirms the names that were ticked, then issues for everybody who is ready."""
    people, year = {p.pk: p for p in _people(request, session)}, day_of(session.starts_at).year
    ticked = {int(pk) for pk in request.POST.getlist("nama") if pk.isdigit()} & people.keys()
    for pk in sorted(ticked):
        certificates.confirm_name(participant_id=pk, name=people[pk].full_name, by=request.user)
    issued = certificates.issue_for(participant_ids=list(people), year=year, by=request.user)
    if issued.new_count:
        text = ngettext(
            "%(count)d certificate was issued.", "%(count)d certificates were issued.", issued.new_count
        )
        messages.success(request, text % {"count": issued.new_count})
    else:
        messages.info(request, _("Nothing was left to issue. Tick the names you compared with the KTP."))
    return redirect("trainings:session_certificates", pk=session.pk)


@requires("trainings.certificates")
@require_GET
def session_file(request: HttpRequest, pk: int) -> HttpResponse:
    """All valid certificates of those who were there, a page each, to be printed in one go."""
    session = find(request, pk)
    present = [p.pk for p in _people(request, session)]
    found = (
        Certificate.objects.visible_to(request.user)
        .with_sheet()
        .filter(participant__in=present, year=day_of(session.starts_at).year, revoked_at=None)
        .order_by("participant__name_key", "pk")
        .prefetch_related("editions")
    )
    printed = [certifying.sheet_of(c, _newest(c)) for c in found[: sheets.AT_ONCE]]
    if not printed:
        messages.info(request, _("There is no certificate to print yet."))
        return redirect("trainings:session_certificates", pk=pk)
    return _pdf(sheets.pdf(printed), f"sertifikat-sesi-{pk}")


def _newest(certificate: Certificate) -> Any:
    return next(e for e in certificate.editions.all() if e.superseded_at is None)


# ---------------------------------------------------------------- one certificate, for the office


def _find(request: HttpRequest, uid: UUID) -> Certificate:
    mine = Certificate.objects.visible_to(request.user).with_sheet()
    return get_object_or_404(mine, uid=uid)


@requires("trainings.certificates")
@require_GET
def detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    certificate = _find(request, uid)
    context = {
        "certificate": certificate,
        "participant": certificate.participant,
        "editions": list(certificate.editions.select_related("issued_by").order_by("-edition")),
        "is_confirmed": certificates.has_confirmed_name(certificate.participant),
        "reason": _reason(certificate),
        "crumbs": _crumbs(certificate),
    }
    return render_page(request, "trainings/certificate_detail.html", context)


def _crumbs(certificate: Certificate, here: str = "") -> list[dict[str, str]]:
    person = certificate.participant
    url = reverse("trainings:certificate_detail", args=[certificate.uid]) if here else ""
    items = [
        {"label": _("Participants"), "url": reverse("participants:list")},
        {"label": person.full_name, "url": person.get_absolute_url()},
        {"label": _("Certificate"), "url": url},
    ]
    return [*items, {"label": here, "url": ""}] if here else items


def _reason(certificate: Certificate) -> str:
    if certificate.revoke_reason == certificates.ATTENDANCE_CORRECTED:
        return _("The attendance was corrected, and the three activities are not complete any more.")
    return certificate.revoke_reason


@requires("trainings.certificates")
@require_GET
def file(request: HttpRequest, uid: UUID) -> HttpResponse:
    certificate = _find(request, uid)
    if certificate.revoked_at is not None:
        messages.error(request, _("The certificate was withdrawn. The office can issue it anew."))
        return redirect("trainings:certificate_detail", uid=uid)
    sheet = certifying.sheet_of(certificate, certificate.current)
    return _pdf(sheets.pdf([sheet]), _file_name(certificate))


@requires("trainings.certificates")
@require_POST
def confirm_name(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The officer compared the name with the identity card."""
    certificate = _find(request, uid)
    try:
        certificates.confirm_name(
            participant_id=certificate.participant_id, name=request.POST.get("nama", ""), by=request.user
        )
        messages.success(request, _("The name is confirmed. Issue the certificate anew to print it."))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("trainings:certificate_detail", uid=uid)


@requires("trainings.certificates")
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: HttpRequest, uid: UUID) -> HttpResponse:
    certificate = _find(request, uid)
    form = CertificateReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            certificates.reissue(
                certificate_id=certificate.pk, reason=form.cleaned_data["reason"], by=request.user
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(
                request, _("The certificate is issued anew. Earlier prints are no longer valid.")
            )
            return redirect("trainings:certificate_detail", uid=uid)
    question = _("Issue certificate %(number)s anew?") % {"number": certificate.number}
    context = {
        "question": question,
        "consequences": [
            _("The number stays the same."),
            _("Name and attendance are taken as they are today."),
            _("Whoever checks an earlier print is told that there is a newer one."),
        ],
        "action_label": _("Issue the certificate anew"),
        "cancel_label": _("Keep the present one"),
        "dangerous": "no",
    }
    return _asked(request, certificate, form, context)


@requires("trainings.certificates")
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, uid: UUID) -> HttpResponse:
    certificate = _find(request, uid)
    form = CertificateReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        certificates.revoke(
            certificate_id=certificate.pk, reason=form.cleaned_data["reason"], by=request.user
        )
        messages.success(request, _("The certificate is withdrawn. Whoever checks it is told so."))
        return redirect("trainings:certificate_detail", uid=uid)
    context = {
        "question": _("Withdraw certificate %(number)s?") % {"number": certificate.number},
        "consequences": [
            _("Whoever checks it is told that it is not valid, without the reason."),
            _("The number is never given to anybody else."),
            _("You can issue it anew later."),
        ],
        "action_label": _("Withdraw the certificate"),
        "cancel_label": _("Keep the certificate"),
        "dangerous": "yes",
    }
    return _asked(request, certificate, form, context)


def _asked(
    request: HttpRequest, certificate: Certificate, form: CertificateReasonForm, context: dict[str, Any]
) -> HttpResponse:
    rest = {
        "form": form,
        "cancel_url": reverse("trainings:certificate_detail", args=[certificate.uid]),
        "crumbs": _crumbs(certificate, str(context["action_label"])),
    }
    return render_page(request, "trainings/confirm.html", context | rest)


# ---------------------------------------------------------------- for whoever holds one in hand


@public
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """The code typed by hand, as it stands under the square on the sheet."""
    typed = request.GET.get("kode", "").strip()[:60]
    if typed and len(code := certifying.normalised_code(typed)) == certifying.CODE_LENGTH:
        return redirect("trainings:certificate", code=code)
    context = {"typed": typed, "is_wrong": bool(typed), "length": certifying.CODE_LENGTH}
    return render_page(request, "trainings/certificate_check.html", context, status=400 if typed else 200)


@public
@require_GET
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Name, course and dates, valid or not: never a NIK, a phone, an address or a reason."""
    found = certificates.check(code)
    context = {
        "found": found,
        "facts": _in_words(found.edition.facts) if found else None,
        "code": certifying.grouped(certifying.normalised_code(code)),
    }
    response = render_page(request, "trainings/certificate.html", context, status=200 if found else 404)
    response["Cache-Control"] = NEVER_KEPT
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
