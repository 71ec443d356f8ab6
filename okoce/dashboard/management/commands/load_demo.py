"""Tells the demonstration: West Jakarta with its list, sessions, bazaars, an account for every role.

Only in demonstration mode. Safe to repeat: what was told once is not told again. The accounts are written to
settings.DEMO_FILE, readable by its owner only.
"""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from bazaars.models import Allocation, Application, Site
from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import ACCOUNTS, CITY, PALMERAH, create_accounts, new_password
from okoce.dashboard.demo.after_draw import tell_after_draw
from okoce.dashboard.demo.answers import tell_answers
from okoce.dashboard.demo.applicants import tell_applicants
from okoce.dashboard.demo.bazaar_day import tell_bazaar_day, tell_earlier_bazaars
from okoce.dashboard.demo.bazaars import tell_bazaars
from okoce.dashboard.demo.calendar import tell_calendar
from okoce.dashboard.demo.calls import tell_calls
from okoce.dashboard.demo.certificates import tell_certificates
from okoce.dashboard.demo.chains import tell_chains
from okoce.dashboard.demo.decency import tell_pauses
from okoce.dashboard.demo.desk import tell_desk
from okoce.dashboard.demo.door import tell_door
from okoce.dashboard.demo.duplicates import tell_duplicates
from okoce.dashboard.demo.imports import tell_imports
from okoce.dashboard.demo.lists import share_views
from okoce.dashboard.demo.own_phones import tell_own_phones
from okoce.dashboard.demo.past_ceremonies import tell_past_bazaars
from okoce.dashboard.demo.people import foster_and_mentor, registered_on
from okoce.dashboard.demo.phases import tell_phases
from okoce.dashboard.demo.plans import draw_plan
from okoce.dashboard.demo.records import tell_records
from okoce.dashboard.demo.rights import tell_rights
from okoce.dashboard.demo.sales import tell_sales
from okoce.dashboard.demo.seats import tell_seats
from okoce.dashboard.demo.texts import write_texts
from okoce.dashboard.demo.trainings import build_stage, tell_trainings
from okoce.dashboard.demo.wishes import tell_wishes
from okoce.organisations.management.commands.load_organisations import code_of
from okoce.organisations.models import Organisation
from participants.models import Participant
from participants.services import importing
from trainings.models import Booking, TrainingSession

WORKBOOK = settings.BASE_DIR / "participants" / "demo" / "jakbar_tahap1.xlsx"


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration is for demonstration mode only: DEMO=1")
        if TrainingSession.objects.exists():
            self.stdout.write("The demonstration is told already.")
            return
        today = timezone.localdate()
        password = new_password()
        with transaction.atomic():
            users = create_accounts(password)
        self._import(users["sudin.jakbar"], today)
        with transaction.atomic():
            foster_and_mentor(users, today)
            share_views(users)
            tell_trainings(build_stage(users, today))
            tell_door(users, today)
            tell_seats(users, timezone.now())
            tell_calendar(users, today)
            tell_certificates(users, today)
            tell_earlier_bazaars(users, today)
            site = tell_bazaars(users, today)
            tell_after_draw(users, site)
            draw_plan(users, today)
            tell_calls(users, today)
            tell_sales(users, today)
            tell_bazaar_day(users, today)
            tell_records(users, today)
            tell_applicants(users, timezone.now())
            tell_rights(users)
            tell_wishes()
            write_texts(users)
            tell_chains(users)
            tell_pauses(users)
            tell_own_phones(users, timezone.now())
            tell_phases(users, today)
            tell_duplicates(users, today=today, now=timezone.now())
            tell_answers(timezone.now())
            tell_desk(users, timezone.now())
        with transaction.atomic():
            tell_past_bazaars(users)
        tell_imports(users, today)  # checks its lists in a process of their own: not in a transaction
        _write_private(
            Path(settings.DEMO_FILE),
            {
                "password": password,
                "accounts": [{"username": a.username, "role": a.shown_role} for a in ACCOUNTS],
                "participants": _printed_participants(site, today),
            },
        )

    def _import(self, officer: User, today: date) -> None:
        if Participant.objects.exists():
            return
        batch = importing.import_content(
            content=WORKBOOK.read_bytes(),
            file_name=WORKBOOK.name,
            city=CITY,
            organisation=Organisation.objects.get(pk=code_of("ppkukm", CITY)),
            by=officer,
            as_of=today,
            on=registered_on(today),
            messages_consented=True,
        )
        self.stdout.write(f"{batch.new_count} participants")


def _printed_participants(site: Site, today: date) -> list[dict[str, str]]:
    """Three people whose phone numbers are printed: one learning, one with a stall, one on the reserve."""
    tomorrow = today + timedelta(days=1)
    learning = (
        Booking.objects.seated()
        .filter(
            session__kecamatan_id=PALMERAH,
            session__activity__position=2,
            session__starts_at__date=tomorrow,
            participant__phone_lookup__isnull=False,
            participant__scans__result="accepted",
        )
        .order_by("queue_number")
        .values_list("participant_id", flat=True)
        .first()
    )
    stories = (
        ("learning", "1 dari 3 kegiatan, sesi besok", learning),
        ("stall", "mendapat stan bazar", _one_with_phone(Allocation.objects.unanswered().of_site(site))),
        ("reserve", "cadangan stan bazar", _last_reserve(site)),
    )
    printed = []
    for story, words, pk in stories:
        person = Participant.objects.get(pk=pk)
        printed.append(
            {
                "story": story,
                "name": f"{person.full_name}: {words}",
                "phone": "0" + person.phone.removeprefix("+62"),
                "number": person.number,
            }
        )
    return printed


def _last_reserve(site: Site) -> int:
    """Whoever is asked last when a stall comes free, so that the story stays true for a while."""
    waiting = dict(
        Application.objects.filter(site=site, allocation=None, participant__phone_lookup__isnull=False)
        .order_by()
        .values_list("public_id", "participant_id")
    )
    return next(waiting[one["id"]] for one in reversed(site.draw.record["reserve"]) if one["id"] in waiting)


def _one_with_phone(rows: Any) -> int:
    return (
        rows.filter(participant__phone_lookup__isnull=False)
        .order_by("pk")
        .values_list("participant_id", flat=True)[0]
    )


def _write_private(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
