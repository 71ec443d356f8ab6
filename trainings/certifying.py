"""Who has earned a certificate, and what stands on it: facts from attendance, never from the plan.

Source: docs/programme.md, "Certificates".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from okoce.db.encryption import decrypt, lookup
from trainings import completion
from trainings.certificates.sheet import Row, Sheet
from trainings.models import Activity, AttendanceScan, Certificate, CertificateEdition, TrainingSession
from trainings.progress import attended_by
from trainings.scheduling import day_of
from trainings.stays import stays_in

CODE_COLUMN = "trainings.certificate_code"
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud and typed without mistakes
CODE_LENGTH = 16


# ---------------------------------------------------------------- what was earned


def completed_in(ids: Collection[int], year: int) -> dict[int, dict[str, Any]]:
    """The facts of everybody of ``ids`` who completed ``year``; who did not is absent. Three queries,
    and three more where an activity counts hours.

    The shape is that of ``CertificateEdition.facts``.
    """
    activities = {a.code: a for a in Activity.objects.required()}
    attended = attended_by(ids, year)
    found, chosen = {}, {}
    for person in ids:
        done = completion.completing(attended[person], year=year, required=activities)
        if done is not None:
            found[person] = done
            chosen[person] = _first(attended[person], year, activities)
    sessions = _sessions({one.session_id for rows in chosen.values() for one in rows})
    minutes, days = _minutes(sessions, chosen), _class_days(sessions, chosen)
    return {
        person: _facts(
            found[person].on, rows, sessions, activities, minutes.get(person, {}), days.get(person, {})
        )
        for person, rows in chosen.items()
    }


def _first(
    attended: list[completion.Attended], year: int, required: Collection[str]
) -> list[completion.Attended]:
    firsts = completion.first_of_each(attended, year=year, required=required).values()
    return sorted(firsts, key=lambda one: (one.on, one.session_id))


def _sessions(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    rows = AttendanceScan.objects.filter(session__in=ids).order_by().values(
        "session_id", "session__starts_at", "session__ends_at", "session__venue__name",
        "session__kecamatan__name", "session__activity__counts_hours", "session__day_count",
        "session__head_id",
    )  # fmt: skip
    return {row["session_id"]: row for row in rows.distinct()}


def _minutes(sessions: dict[int, dict[str, Any]], people: Collection[int]) -> dict[int, dict[int, int]]:
    """Person → session → minutes between coming and leaving, for sessions whose activity counts hours."""
    counted = [pk for pk, row in sessions.items() if row["session__activity__counts_hours"]]
    found: dict[int, dict[int, int]] = {}
    if counted:
        for pk, stays in stays_in(TrainingSession.objects.filter(pk__in=counted), people).items():
            for person, stay in stays.items():
                found.setdefault(person, {})[pk] = stay.minutes
    return found


def _class_days(
    sessions: dict[int, dict[str, Any]], people: Collection[int]
) -> dict[int, dict[int, list[tuple[Any, Any]]]]:
    """Person → session → start and end of each day attended, for classes of several days. One query."""
    heads = {
        row["session__head_id"] or pk: pk for pk, row in sessions.items() if row["session__day_count"] > 1
    }
    found: dict[int, dict[int, list[tuple[Any, Any]]]] = {}
    if not heads:
        return found
    rows = (
        AttendanceScan.objects.standing()
        .filter(participant__in=people)
        .annotate(first=Coalesce("session__head_id", "session_id"))
        .filter(first__in=heads)
        .order_by("session__starts_at")
        .values_list("participant_id", "first", "session__starts_at", "session__ends_at")
        .distinct()
    )
    ends_in = {row["session__head_id"] or pk: [] for pk, row in sessions.items()}
    for pk, row in sessions.items():
        ends_in[row["session__head_id"] or pk].append(pk)
    for person, first, starts_at, ends_at in rows:
        for pk in ends_in[first]:
            days = found.setdefault(person, {}).setdefault(pk, [])
            days.append((timezone.localtime(starts_at), timezone.localtime(ends_at)))
    return found


def _facts(
    completed_on: date,
    attended: list[completion.Attended],
    sessions: dict[int, Any],
    activities: Any,
    minutes: dict[int, int],
    days: dict[int, list[tuple[Any, Any]]],
) -> dict[str, Any]:
    """Of a class the days and hours are those the person came to: ``days`` lists them."""
    rows = []
    for one in attended:
        session = sessions[one.session_id]
        came = days.get(one.session_id)
        starts, ends = (timezone.localtime(session[f"session__{k}_at"]) for k in ("starts", "ends"))
        rows.append(
            {
                "code": one.activity,
                "title": activities[one.activity].name_id,
                "day": day_of(starts).isoformat(),
                "starts": f"{starts:%H.%M}",
                "ends": f"{ends:%H.%M}",
                "minutes": minutes.get(one.session_id, int((ends - starts).total_seconds() // 60)),
                "place": session["session__venue__name"],
                "kecamatan": session["session__kecamatan__name"],
                "session": one.session_id,
            }
            | _of_a_class(came)
        )
    return {
        "completed_on": completed_on.isoformat(),
        "minutes": sum(row["minutes"] for row in rows),
        "activities": rows,
    }


def _of_a_class(came: list[tuple[Any, Any]] | None) -> dict[str, Any]:
    if not came:
        return {}
    return {
        "days": [start.date().isoformat() for start, _end in came],
        "minutes": sum(int((end - start).total_seconds() // 60) for start, end in came),
    }


# ---------------------------------------------------------------- the code


def normalised_code(typed: str) -> str:
    """What somebody typed or scanned, as it is looked up: signs only, look-alikes mended."""
    signs = typed.upper().translate(str.maketrans("ILO", "110"))
    return "".join(sign for sign in signs if sign in CODE_SIGNS)[:CODE_LENGTH]


def code_lookup(typed: str) -> bytes:
    return lookup(normalised_code(typed), column=CODE_COLUMN)


def code_of(edition: CertificateEdition) -> str:
    return decrypt(edition.code_ciphertext, column=CODE_COLUMN, row=edition.certificate.uid)


def grouped(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def check_address(code: str) -> str:
    return f"{settings.PORTAL_URL.rstrip('/')}{reverse('trainings:certificate', args=[code])}"


# ---------------------------------------------------------------- the sheet


def sheet_of(certificate: Certificate, edition: CertificateEdition) -> Sheet:
    """The printed words, in Indonesian whoever prints. ``certificate`` with its sheet's records."""
    edition.certificate = certificate
    code, facts = code_of(edition), edition.facts
    check_page = f"{settings.PORTAL_URL.rstrip('/')}{reverse('trainings:certificate_check')}"
    with translation.override("id"):
        return Sheet(
            number=certificate.number,
            edition=edition.edition,
            name=edition.name,
            participant_number=certificate.participant.number,
            year=certificate.year,
            total_hours=hours(facts["minutes"]),
            completed_on=date_format(date.fromisoformat(facts["completed_on"]), "DATE_FORMAT"),
            rows=tuple(_row(n, row) for n, row in enumerate(facts["activities"], 1)),
            issuer=certificate.issuer.name,
            issued_on=date_format(edition.issued_on, "DATE_FORMAT"),
            code=grouped(code),
            check_page=check_page.split("//")[-1],
            address=check_address(code),
        )


def _row(number: int, row: dict[str, Any]) -> Row:
    return Row(
        f"{number}. {row['title']}",
        _days_in_words(row),
        f"{row['starts']}-{row['ends']}",
        hours(row["minutes"]),
        row["place"],
    )


def _days_in_words(row: dict[str, Any]) -> str:
    """Rabu 12 Agustus 2026; of a class 10 Agustus-13 Agustus 2026 (3 hari), the days attended."""
    days = row.get("days", [])
    if len(days) < 2:
        return date_format(date.fromisoformat(row["day"]), "LONG_DATE_FORMAT")
    first, last = (date.fromisoformat(days[n]) for n in (0, -1))
    return _("%(first)s to %(last)s (%(count)s days)") % {
        "first": date_format(first, "DAY_MONTH_FORMAT"),
        "last": date_format(last, "DATE_FORMAT"),
        "count": len(days),
    }


def hours(minutes: int) -> str:
    """3, or 2,5: hours with a comma, quarters kept."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def year_of(now: datetime) -> int:
    return timezone.localtime(now).year
