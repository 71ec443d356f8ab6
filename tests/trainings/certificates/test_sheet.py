"""The printed sheet: its code is read from the pixels of the page, and nothing but that code verifies."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from io import BytesIO

import pytest
from PIL import Image

from okoce.accounts.roles import Role
from tests.factories import ParticipantFactory, UserFactory, member
from tests.factories.trainings import completed
from tests.journeys import qr_reader
from trainings import certifying
from trainings.certificates import sheet as sheets
from trainings.models import Certificate
from trainings.services import certificates

PIXELS_A_MM = 8
BORDER = 2  # modules of white around the code


def picture(sheet: sheets.Sheet, fine: int = PIXELS_A_MM) -> Image.Image:
    """The page as pixels, ``fine`` of them a millimetre, by the compiler that makes the PDF of it."""
    data = [{**asdict(sheet), "qr": sheets.qr(sheet.address)}]
    made = sheets._compiler().compile(
        format="png", ppi=fine * 25.4, sys_inputs={"sheets": json.dumps(data)}, timestamp=0
    )
    return Image.open(BytesIO(made)).convert("L")


def modules(page: Image.Image) -> list[list[int]]:
    """The code at the lower right, sampled in the middle of each module. A4 is 297 mm wide."""
    fine = page.width / 297
    right, bottom = page.width - round(22 * fine), page.height - round(14 * fine)
    corner = page.crop((right - round(28 * fine), bottom - round(28 * fine), right, bottom))
    dark = corner.point(lambda value: 255 if value < 128 else 0)
    left, top, end, _low = dark.getbbox()
    across = 0
    while dark.getpixel((left + across, top + 2)):
        across += 1  # the upper edge of a finder is seven modules
    size = round((end - left) / (across / 7))
    step = (end - left) / size
    middle = [int(step * (n + 0.5)) for n in range(size)]
    return [[int(dark.getpixel((left + x, top + y)) > 0) for x in middle] for y in middle]


def read(page: Image.Image) -> str:
    code = modules(page)
    strokes = [f"M{x} {y}.5h1" for y, row in enumerate(code) for x, on in enumerate(row) if on]
    return qr_reader.read("".join(strokes))


def issued(year: int = 2018) -> Certificate:
    person, officer = ParticipantFactory(full_name="Siti Nur'aini"), member(Role.KECAMATAN, "31.73.07")
    completed(person, year=year)
    certificates.confirm_name(participant_id=person.pk, name=person.full_name, by=UserFactory())
    return certificates.issue(participant_id=person.pk, year=year, by=officer)


@pytest.mark.django_db
def test_the_printed_code_leads_to_the_page_that_says_it_is_valid(client):
    certificate = issued()
    sheet = certifying.sheet_of(certificate, certificate.current)

    address = read(picture(sheet))

    assert address == sheet.address
    page = client.get(address.split("//")[-1].partition("/")[1] + address.split("//")[-1].partition("/")[2])
    assert page.status_code == 200
    assert "Siti Nur&#x27;aini" in page.content.decode()


@pytest.mark.django_db
def test_a_sheet_whose_code_was_changed_verifies_nothing():
    certificate = issued()
    code = certifying.code_of(certificate.current)
    signs = certifying.CODE_SIGNS

    changed = [
        code[:at] + signs[(signs.index(code[at]) + 1) % len(signs)] + code[at + 1 :]
        for at in range(len(code))
    ]

    assert [certificates.check(other) for other in changed] == [None] * len(code)
    assert certificates.check(code).is_valid


def some_sheet(n: int, **changes) -> sheets.Sheet:
    values = {
        "number": f"OKOCE/JB/2026/{n:05d}", "edition": 1, "name": "Siti", "participant_number": "JB-PM-00001",
        "year": 2026, "total_hours": "9", "completed_on": "12 Agustus 2026", "rows": (), "issuer": "Sudin",
        "issued_on": "1 September 2026", "code": "", "check_page": "portal",
        "address": f"https://portal.okoce.example/pelatihan/sertifikat/{n * 7919:016X}/",
    }  # fmt: skip
    return sheets.Sheet(**{**values, **changes})


def test_each_sheet_carries_its_own_code():
    some = [some_sheet(n) for n in range(1, 6)]

    assert [read(picture(sheet)) for sheet in some] == [sheet.address for sheet in some]


def test_a_file_opens_as_pdf_with_a_page_for_each_sheet():
    made = sheets.pdf([some_sheet(n) for n in range(12)])

    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/Count (\d+)", made)[1] == b"12"


def test_more_sheets_than_a_file_holds_become_several_files():
    files = list(sheets.pdfs([some_sheet(n) for n in range(sheets.AT_ONCE + 1)]))

    assert [re.search(rb"/Count (\d+)", made)[1] for made in files] == [b"100", b"1"]


def test_the_same_sheets_give_the_same_bytes_whatever_was_made_before():
    first = sheets.pdf([some_sheet(1)])
    sheets.pdf([some_sheet(n) for n in range(12)])

    assert sheets.pdf([some_sheet(1)]) == first
