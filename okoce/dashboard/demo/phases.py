"""Two phases: the whole of West Jakarta as in 2018, planned and waiting to be published, and a small one of
Grogol Petamburan that is published, with its groups.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import CITY
from okoce.regions.models import Region
from trainings.models import Activity, Phase, Trainer, Venue
from trainings.services import groups, planning, publishing
from trainings.services.phases import PhaseEntry, Share, create_phase

GROGOL = "31.73.02"
SMALL_TAKES = timedelta(weeks=5)


def tell_phases(users: dict[str, User], today: date) -> None:
    officer = users["sudin.jakbar"]
    _west_jakarta(officer, today)
    _small(officer, today)


def _phase(officer: User, entry: PhaseEntry) -> Phase:
    return create_phase(city=CITY, entry=entry, by=officer)


def _west_jakarta(officer: User, today: date) -> None:
    """8 kecamatan x 1,000 people x 3 activities from 13 March on, four kecamatan a day."""
    year = today.year + (today >= date(today.year, 3, 1))
    phase = _phase(
        officer,
        PhaseEntry(
            name=f"Jakarta Barat {year}",
            starts_on=date(year, 3, 13),
            ends_on=date(year, 12, 31),
            activities=list(Activity.objects.required()),
            shares=[Share(area.code, 1000, 10) for area in Region.objects.kecamatan(city=CITY)],
            weekdays=range(5),
            starts=[time(8, 30)],
            minutes=180,
            kecamatan_a_day=4,
            gap_days=7,
            venues=list(Venue.objects.filter(city=CITY, capacity__gte=100)),
            trainers=list(Trainer.objects.filter(city=CITY)),
        ),
    )
    planning.request_plan(phase_id=phase.pk, by=officer, today=today)


def _small(officer: User, today: date) -> None:
    """Who registered late: two groups of 20 in an RPTRA."""
    starts = today + timedelta(days=4)
    if starts + SMALL_TAKES > date(today.year, 12, 31):
        starts = date(today.year + 1, 1, 5)
    phase = _phase(
        officer,
        PhaseEntry(
            name="Susulan Grogol Petamburan",
            starts_on=starts,
            ends_on=starts + SMALL_TAKES,
            activities=list(Activity.objects.required()),
            shares=[Share(GROGOL, 40, 2)],
            weekdays=range(5),
            starts=[time(8, 30)],
            minutes=180,
            kecamatan_a_day=4,
            gap_days=7,
            venues=list(Venue.objects.filter(kecamatan=GROGOL)),
            trainers=list(Trainer.objects.filter(city=CITY)),
        ),
    )
    groups.form_groups(phase_id=phase.pk, by=officer)
    run = planning.request_plan(phase_id=phase.pk, by=officer, today=today)
    planning.cancel_run(run_id=run.pk, by=officer)  # the first plan is good enough here
    publishing.publish_plan(run_id=run.pk, by=officer)
