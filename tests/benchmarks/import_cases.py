"""One process that imports the demonstration's list in several ways and says what each cost.

Started by bench_import: reads the name of a case a line, answers a line of JSON. Settings, models and the
database connection are there before the clock starts, as in the portal's worker.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import django

django.setup()

import openpyxl  # noqa: E402
import python_calamine  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from import_export import fields, resources  # noqa: E402
from import_export.formats.base_formats import XLSX  # noqa: E402

import okoce.celery  # noqa: E402, F401 (the worker's broker, which the services wake)
from okoce.accounts.models import User  # noqa: E402
from okoce.organisations.models import Organisation  # noqa: E402
from okoce.values import names  # noqa: E402
from participants.models import Business, Consent, Enrolment, FosterLink, Participant, StepReached  # noqa: E402
from participants.services import importing  # noqa: E402
from tests.benchmarks.measure import cost_of  # noqa: E402

LIST = Path(__file__).resolve().parents[2] / "participants" / "demo" / "jakbar_tahap1.xlsx"
CITY, UNIT = "31.73", "ppkukm-31-73"
AS_OF, ON = date(2018, 3, 14), date(2026, 11, 21)

PEOPLE = "participants_participant"
# What an import fills besides the people; their history is written by the database itself.
THEIRS = [
    "participants_importbatch",
    "participants_importrow",
    "participants_business",
    "participants_enrolment",
    "participants_stepreached",
    "participants_fosterlink",
    "participants_consent",
]


# ---------------------------------------------------------------- the portal
def portal(path: Path = LIST) -> int:
    """From the bytes on the disk to saved participants, by the service that page and command use."""
    batch = importing.import_content(
        content=path.read_bytes(),
        file_name=path.name,
        city=CITY,
        organisation=Organisation.objects.get(pk=UNIT),
        by=officer(),
        as_of=AS_OF,
        on=ON,
        messages_consented=True,
    )
    return batch.new_count


@cache
def officer() -> User:
    return User.objects.get_or_create(username="petugas", defaults={"full_name": "Petugas"})[0]


# ---------------------------------------------------------------- the floors
kept: dict[str, bytes] = {}
clean: list[dict[str, Any]] = []


def keep() -> None:
    """What ``portal`` has just written, as COPY writes it, and as rows for a clean file."""
    with connection.cursor() as cursor:
        for table in [PEOPLE, *THEIRS]:
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                kept[table] = b"".join(bytes(piece) for piece in copy)
    for person in Participant.objects.prefetch_related("businesses").order_by("pk"):
        trade = next(iter(person.businesses.all()), Business())
        row = {name: getattr(person, name) for name in COLUMNS if name not in TRADE}
        clean.append({**row, "business": trade.name, "sector": trade.sector_id, "running": trade.is_running})


def floor() -> int:
    """Reads the sheets and writes the same people: nothing is checked, sealed or reported."""
    return _read_and_copy([PEOPLE])


def floor_of_all_tables() -> int:
    """As ``floor``, with the rows of the list and of all that belongs to the people."""
    return _read_and_copy([PEOPLE, *THEIRS])


def _read_and_copy(tables: list[str]) -> int:
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(LIST.read_bytes()))
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name).to_python()
    counts = []
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(kept[table])
            counts.append(cursor.rowcount)
    return counts[0]


# ---------------------------------------------------------------- django-import-export
TRADE = ["business", "sector", "running"]
COLUMNS = [
    *("number", "full_name", "nik", "phone", "email", "birth_date", "birth_place", "sex", "address", "rt"),
    *("rw", "kelurahan_id", "kecamatan_id", "city_id", "category", "source", "registered_on", *TRADE),
]


@cache
def clean_file() -> bytes:
    """A file without titles, mistakes and formulas, numbers given: import-export is spared all of that."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for row in clean:
        sheet.append(
            [row[name].isoformat() if isinstance(row[name], date) else row[name] for name in COLUMNS]
        )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class People(resources.ModelResource):
    """The same people into the same table, NIK and phone sealed alike; nothing is checked."""

    nik = fields.Field(attribute="nik", column_name="nik")
    phone = fields.Field(attribute="phone", column_name="phone")
    kelurahan_id = fields.Field(attribute="kelurahan_id", column_name="kelurahan_id")
    kecamatan_id = fields.Field(attribute="kecamatan_id", column_name="kecamatan_id")
    city_id = fields.Field(attribute="city_id", column_name="city_id")

    class Meta:
        model = Participant
        fields = tuple(name for name in COLUMNS if name not in TRADE)
        import_id_fields = ("number",)

    def before_save_instance(self, instance: Participant, row: Any, **kwargs: Any) -> None:
        instance.name_key = names.key(instance.full_name)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Spared too: resetting the sequences, which the application's role may not."""


class PeopleInBulk(People):
    class Meta(People.Meta):
        use_bulk = True
        skip_diff = True
        force_init_instance = True


def belongings(person: Participant, row: Any) -> list[Any]:
    """What the portal writes besides the person."""
    now = timezone.now()
    return [
        Business(
            participant=person, name=row["business"] or "", sector_id=row["sector"], is_running=row["running"]
        ),
        Enrolment(participant=person, year=ON.year, enrolled_on=ON),
        StepReached(participant=person, step=1, reached_on=ON, evidence="import:1", actor=officer()),
        FosterLink(participant=person, organisation_id=UNIT, valid_from=ON),
        Consent(
            participant=person,
            purpose="messages",
            is_given=True,
            text_version="1",
            channel="import",
            at=now,
            recorded_by=officer(),
        ),
    ]


class WholePeople(People):
    def after_save_instance(self, instance: Participant, row: Any, **kwargs: Any) -> None:
        for one in belongings(instance, row):
            one.save()


class WholePeopleInBulk(PeopleInBulk):
    class Meta(PeopleInBulk.Meta):
        pass

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.saved: list[tuple[Participant, Any]] = []

    def before_save_instance(self, instance: Participant, row: Any, **kwargs: Any) -> None:
        super().before_save_instance(instance, row, **kwargs)
        self.saved.append((instance, row))

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        for same in zip(*(belongings(person, row) for person, row in self.saved), strict=True):
            type(same[0]).objects.bulk_create(same, batch_size=1000)


def import_export(resource: type[People]) -> int:
    data = XLSX().create_dataset(clean_file())
    result = resource().import_data(data, dry_run=False, raise_errors=True, use_transactions=True)
    return result.totals["new"]


# ---------------------------------------------------------------- the process
CASES: dict[str, tuple[Callable[[], int], Callable[[], object]]] = {  # the case, and what is ready before it
    "portal": (portal, officer),
    "portal-large": (lambda: portal(Path(os.environ["BENCH_LARGE_LIST"])), officer),
    "floor": (floor, officer),
    "floor-of-all-tables": (floor_of_all_tables, officer),
    "import-export": (lambda: import_export(People), clean_file),
    "import-export-bulk": (lambda: import_export(PeopleInBulk), clean_file),
    "import-export-whole": (lambda: import_export(WholePeople), clean_file),
    "import-export-bulk-whole": (lambda: import_export(WholePeopleInBulk), clean_file),
}


def run(name: str, postmaster: int) -> dict[str, Any]:
    case, prepare = CASES[name]
    prepare()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    saved: list[int] = []
    cost = cost_of(lambda: saved.append(case()), postmaster=postmaster)
    return {**asdict(cost), "saved": saved[0]}


def main() -> None:
    postmaster = int(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing but answers on the line home
    for line in sys.stdin:
        asked = line.strip()
        answer = keep() if asked == "keep" else run(asked, postmaster)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
