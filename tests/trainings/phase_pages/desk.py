"""What a test of the phase pages types, plans and reads."""

from datetime import date
from html import unescape

from tests.factories.trainings import PhaseFactory
from trainings.services import planning, publishing

TODAY = date(2026, 1, 5)
HTMX = {"HX-Request": "true"}


def typed(city, **changes):
    halls, trainers = city
    filled = {
        "name": "Tahap I",
        "starts_on": "2026-04-01",
        "ends_on": "2026-05-31",
        "activities": ["dasar", "izin-keuangan", "kemasan-pemasaran"],
        "weekdays": ["0", "1", "2", "3", "4"],
        "mulai_1": "08:30",
        "minutes": "180",
        "gap_days": "7",
        "kecamatan_a_day": "4",
        "venues": [hall.pk for hall in halls],
        "trainers": [trainer.pk for trainer in trainers],
    }
    for code in ("31.73.07", "31.73.08"):
        filled |= {f"ikut_{code}": "on", f"peserta_{code}": "200", f"kelompok_{code}": "2"}
    return {name: value for name, value in (filled | changes).items() if value is not None}


def page(response):
    return unescape(response.content.decode())


def planned(officer, **changes):
    phase = PhaseFactory(**({"year": 2026} | changes))
    return planning.request_plan(phase_id=phase.pk, by=officer, today=TODAY)


def published(officer, **changes):
    run = planned(officer, **changes)
    publishing.publish_plan(run_id=run.pk, by=officer)
    return run.phase


def change_of(phase, officer, **changes):
    run = planning.request_replan(phase_id=phase.pk, by=officer, today=TODAY, **changes)
    planning.work(run.pk, seconds=20)
    run.refresh_from_db()
    return run
