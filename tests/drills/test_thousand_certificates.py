"""A thousand certificates as they are printed: every code is read from its page and leads to its own record.

The pages are read as pixels of the compiler that makes the files. ``OKOCE_PDF_PYTHON`` names an interpreter
with pypdfium2 and zxing-cpp: the files themselves are then opened, drawn and read by those as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import resolve
from django.utils import timezone

from okoce.accounts.roles import Role
from tests.factories import ParticipantFactory, SessionFactory, UserFactory, member
from tests.trainings.certificates.test_sheet import picture, read
from trainings import certifying
from trainings.certificates import sheet as sheets
from trainings.enums import BookingState, ScanMethod, ScanResult, SessionState
from trainings.models import AttendanceScan, Booking, Certificate, CertificateEdition, NameConfirmation
from trainings.services import certificates

pytestmark = [pytest.mark.drill, pytest.mark.django_db]

MANY = 1000
YEAR = 2018
READS_PDF = """
import json, sys, pypdfium2, zxingcpp
found = []
for name in sys.argv[1:]:
    for page in pypdfium2.PdfDocument(name):
        codes = zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("L"))
        found.append([[code.text for code in codes], page.get_textpage().get_text_bounded()])
print(json.dumps(found))
"""


@pytest.fixture
def issued():
    """A thousand people with three activities each; their certificates, in order of the number."""
    officer = member(Role.SUDIN, "31.73")
    people = [ParticipantFactory(full_name=f"Nur'aini {n:04d}") for n in range(MANY)]
    for month, code in enumerate(("dasar", "kemasan-pemasaran", "izin-keuangan"), 3):
        starts_at = timezone.make_aware(datetime(YEAR, month, 14, 9))
        session = SessionFactory(
            activity_code=code, starts_at=starts_at, state=SessionState.HELD, capacity=MANY,
            venue__capacity=MANY,
        )  # fmt: skip
        Booking.objects.bulk_create(
            Booking(
                session=session, participant=person, state=BookingState.CONFIRMED, queue_number=n + 1,
                during=(session.starts_at, session.ends_at), booked_at=starts_at,
            )
            for n, person in enumerate(people)
        )  # fmt: skip
        AttendanceScan.objects.bulk_create(
            AttendanceScan(
                session=session, participant=person, method=ScanMethod.LIST, result=ScanResult.ACCEPTED,
                device_at=starts_at,
            )
            for person in people
        )  # fmt: skip
    confirmed_by = UserFactory()
    NameConfirmation.objects.bulk_create(
        NameConfirmation(
            participant=person, name=person.full_name, confirmed_at=timezone.now(), confirmed_by=confirmed_by
        )
        for person in people
    )
    outcome = certificates.issue_for(participant_ids=[p.pk for p in people], year=YEAR, by=officer)
    assert outcome.new_count == MANY
    return list(
        CertificateEdition.objects.select_related("certificate__participant", "certificate__issuer").order_by(
            "certificate__serial"
        )
    )


def sheets_of(editions):
    return [certifying.sheet_of(edition.certificate, edition) for edition in editions]


def led_to(address: str) -> certificates.Checked | None:
    """The record that the check page shows for an address read from a sheet."""
    found = resolve("/" + address.split("://")[1].partition("/")[2])
    assert found.view_name == "trainings:certificate"
    return certificates.check(found.kwargs["code"])


def changed(code: str, at: int) -> str:
    signs = certifying.CODE_SIGNS
    return code[:at] + signs[(signs.index(code[at]) + 1) % len(signs)] + code[at + 1 :]


def test_each_of_a_thousand_codes_is_read_and_leads_to_its_own_certificate(issued):
    wrong = []
    for edition, sheet in zip(issued, sheets_of(issued), strict=True):
        checked = led_to(read(picture(sheet, fine=5)))
        if checked is None or checked.edition.pk != edition.pk or not checked.is_valid:
            wrong.append(sheet.number)

    assert wrong == []
    serials = list(Certificate.objects.order_by("serial").values_list("serial", flat=True))
    assert serials == list(range(1, MANY + 1))


def test_none_of_a_thousand_codes_verifies_with_one_sign_changed(issued):
    codes = [certifying.code_of(edition) for edition in issued]

    assert len(set(codes)) == MANY
    others = (changed(code, n % certifying.CODE_LENGTH) for n, code in enumerate(codes))
    assert [code for code in others if certificates.check(code)] == []


def test_a_thousand_pages_are_ten_files_that_other_programs_open_and_read(issued, tmp_path: Path):
    python = os.environ.get("OKOCE_PDF_PYTHON", sys.executable)
    has_it = subprocess.run([python, "-c", "import pypdfium2, zxingcpp"], capture_output=True, check=False)
    if has_it.returncode:
        pytest.skip("no pypdfium2 and zxing-cpp here: set OKOCE_PDF_PYTHON to an interpreter that has them")
    expected = sheets_of(issued)
    files = []
    for n, made in enumerate(sheets.pdfs(expected)):
        files.append(tmp_path / f"{n:02d}.pdf")
        files[-1].write_bytes(made)
    assert len(files) == MANY // sheets.AT_ONCE

    said = subprocess.run([python, "-c", READS_PDF, *map(str, files)], capture_output=True, check=True)
    pages = json.loads(said.stdout)

    assert [codes for codes, _text in pages] == [[sheet.address] for sheet in expected]
    assert [s.number for s, (_codes, text) in zip(expected, pages, strict=True) if s.number not in text] == []
    assert [s.name for s, (_codes, text) in zip(expected, pages, strict=True) if s.name not in text] == []
