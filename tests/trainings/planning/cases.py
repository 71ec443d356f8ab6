"""Problems to plan. West Jakarta 2018: 8,000 people, 8 kecamatan x 10 groups x 3 activities, four a day.

The holidays of 2018 are written out: the cases do not change when the library does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from trainings.planning.problem import Day, Kecamatan, Problem, Slot, Trainer, Venue

ACTIVITIES = ("dasar", "izin-keuangan", "kemasan-pemasaran")
BARAT = (
    ("31.73.01", "Cengkareng"),
    ("31.73.02", "Grogol Petamburan"),
    ("31.73.03", "Taman Sari"),
    ("31.73.04", "Tambora"),
    ("31.73.05", "Kebon Jeruk"),
    ("31.73.06", "Kalideres"),
    ("31.73.07", "Pal Merah"),
    ("31.73.08", "Kembangan"),
)
HOLIDAYS_2018 = frozenset(
    date(2018, month, day)
    for month, days in (
        (3, (17, 30)),
        (4, (14,)),
        (5, (1, 10, 29)),
        (6, (1, 11, 12, 13, 14, 15, 16, 18, 19, 20, 27)),
        (8, (17, 22)),
        (9, (11,)),
        (11, (20,)),
        (12, (24, 25)),
    )
    for day in days
)
BEGIN = date(2018, 3, 13)
MORNING = Slot(time(8, 30), time(11, 30))
AFTERNOON = Slot(time(13), time(16))


def workdays(first: date, last: date, weekdays: Sequence[int] = range(5)) -> list[date]:
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() in weekdays and day not in HOLIDAYS_2018]


def west_jakarta(*, weeks: int = 42, gap_days: int = 7, trainers: int = 10) -> Problem:
    """One session a day in a kecamatan's hall, as in 2018; trainers know two of the three subjects each."""
    days = workdays(BEGIN, BEGIN + timedelta(days=7 * weeks - 1))
    return Problem(
        days=tuple(Day(day, (0,)) for day in days),
        slots=(MORNING,),
        activities=ACTIVITIES,
        kecamatan=tuple(Kecamatan(code, name, "31.73", groups=10) for code, name in BARAT),
        venues=tuple(
            Venue(number, f"Aula Kantor Kecamatan {name}", code, 100)
            for number, (code, name) in enumerate(BARAT, 1)
        ),
        trainers=tuple(
            Trainer(
                number,
                f"Pelatih {number}",
                frozenset((ACTIVITIES[number % 3], ACTIVITIES[(number + 1) % 3])),
                weekdays=frozenset(range(5)) - {number % 5},
                home=BARAT[number % 8][0],
            )
            for number in range(1, trainers + 1)
        ),
        gap_days=gap_days,
        per_day=4,
    )


def west_jakarta_halls(*, trainers: int = 4, weeks: int = 12) -> Problem:
    """The harder form: two venues with two slots each, three pools of trainers, six sessions a week each."""
    days = workdays(BEGIN, BEGIN + timedelta(days=7 * weeks - 1))
    return Problem(
        days=tuple(Day(day, (0, 1)) for day in days),
        slots=(MORNING, AFTERNOON),
        activities=ACTIVITIES,
        kecamatan=tuple(Kecamatan(code, name, "31.73", groups=10) for code, name in BARAT),
        venues=tuple(
            Venue(10 * number + hall, f"Aula {hall} {name}", code, 100)
            for number, (code, name) in enumerate(BARAT, 1)
            for hall in (1, 2)
        ),
        trainers=tuple(
            Trainer(100 * pool + number, f"Pelatih {pool}.{number}", frozenset((activity,)))
            for pool, activity in enumerate(ACTIVITIES, 1)
            for number in range(1, trainers + 1)
        ),
        gap_days=7,
        per_day=4,
    )


CITIES = (("31.71", 8), ("31.72", 6), ("31.73", 8), ("31.74", 10), ("31.75", 10), ("31.01", 2))


def jakarta() -> Problem:
    """All 44 kecamatan: 1,320 sessions, four kecamatan a day in each city, 66 trainers of the cities."""
    days = workdays(BEGIN, date(2018, 12, 20))
    areas = [
        Kecamatan(f"{city}.{number:02d}", f"{city}.{number:02d}", city, groups=10)
        for city, count in CITIES
        for number in range(1, count + 1)
    ]
    trainers = []
    for city, count in CITIES:
        for number in range(max(3, count * 3 // 2)):
            subjects = frozenset((ACTIVITIES[number % 3], ACTIVITIES[(number + 1) % 3]))
            trainers.append(
                Trainer(len(trainers) + 1, f"Pelatih {len(trainers) + 1}", subjects, frozenset((city,)))
            )
    return Problem(
        days=tuple(Day(day, (0, 1)) for day in days),
        slots=(MORNING, AFTERNOON),
        activities=ACTIVITIES,
        kecamatan=tuple(areas),
        venues=tuple(
            Venue(10 * number + hall, f"Aula {hall} {area.code}", area.code, 100)
            for number, area in enumerate(areas, 1)
            for hall in (1, 2)
        ),
        trainers=tuple(trainers),
        gap_days=7,
        per_day=4,
    )
