"""The page at the door and what a phone gets from it and gives to it."""

import hashlib
import json
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.services import cards
from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory, member
from tests.factories.trainings import day_at
from trainings.enums import BookingState, ScanResult
from trainings.models import AttendanceScan
from trainings.scheduling import JAKARTA
from trainings.views import door as views

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_morning(time_machine):
    time_machine.move_to(datetime(2026, 8, 10, 8, 0, tzinfo=JAKARTA), tick=False)


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def camat(office, client_as):
    return client_as(office)


@pytest.fixture
def today():
    return SessionFactory(starts_at=day_at(0, 9))


def url(name, session):
    return reverse(f"trainings:{name}", args=[session.pk])


def listed(client, session) -> dict:
    return client.get(url("door_list", session)).json()


def entry(person=None, **changes) -> dict:
    return {
        "nonce": str(uuid.uuid4()),
        "does": "in",
        "how": "number",
        "at": timezone.now().isoformat(),
        "number": person.number if person else "",
        "token": "",
        "undoes": "",
        **changes,
    }


def send(client, session, *entries, owner=None, **more):
    body = {
        "owner": owner or listed(client, session)["owner"],
        "device": "a1b2c3 Android",
        "now": timezone.now().isoformat(),
        "entries": list(entries),
        **more,
    }
    return client.post(url("door_send", session), json.dumps(body), content_type="application/json")


# ---------------------------------------------------------------- what the phone keeps


def test_a_phone_gets_names_numbers_and_digests_of_cards_and_nothing_else(camat, today, office):
    person = ParticipantFactory(full_name="Nurhayati Sulastri")
    BookingFactory(session=today, participant=person)
    token = cards.address_of(cards.issue(participant_id=person.pk, by=office)).split("/")[-2]

    answer = camat.get(url("door_list", today))

    digest = hashlib.sha256(f"okoce-door:{today.pk}:{token}".encode()).hexdigest()[:32]
    assert answer.json()["people"] == [
        {"number": person.number, "name": "Nurhayati Sulastri", "cards": [digest], "at": "", "out": ""}
    ]
    said = answer.content.decode()
    private = (person.nik, person.phone, person.phone[3:], token, person.birth_date.isoformat())
    assert [secret for secret in private if secret in said] == []
    assert answer["Cache-Control"] == "no-store, private"


def test_the_page_that_a_phone_keeps_names_nobody(camat, today, office):
    BookingFactory(session=today, participant__full_name="Nurhayati Sulastri")

    page = camat.get(reverse("trainings:door"), {"sesi": today.pk}).content.decode()

    assert [name for name in ("Nurhayati", office.full_name, office.username) if name in page] == []


def test_who_declined_or_was_released_is_not_on_the_phone(camat, today):
    for state in (BookingState.DECLINED, BookingState.RELEASED, BookingState.RELEASED):
        BookingFactory(session=today, state=state)

    assert listed(camat, today)["people"] == []


@pytest.mark.parametrize(("days", "kept"), [(8, 0), (7, 1), (0, 1), (-1, 0)])
def test_a_list_is_given_from_a_week_before_until_the_day_is_over(camat, days, kept):
    session = SessionFactory(starts_at=day_at(days, 8))
    BookingFactory(session=session)

    assert len(listed(camat, session)["people"]) == kept


@pytest.mark.parametrize("state", ["cancelled", "draft"])
def test_the_people_of_a_session_that_is_not_on_are_not_given(camat, state):
    session = SessionFactory(starts_at=day_at(0, 9), state=state)
    BookingFactory(session=session)

    assert listed(camat, session)["people"] == []


def test_a_session_of_another_kecamatan_is_not_there(camat):
    other = SessionFactory(kecamatan_id="31.73.08", starts_at=day_at(0, 9))

    assert camat.get(url("door_list", other)).status_code == 404
    assert send(camat, other, owner="x").status_code == 404


def test_the_worker_keeps_the_page_and_its_files_only(camat):
    answer = camat.get(reverse("trainings:door_worker"))

    text = answer.content.decode()
    assert answer["Content-Type"] == "text/javascript"
    assert re.search(r'PAGE = "([^"]+)"', text)[1] == "/pelatihan/pintu/"
    assert len(re.findall(r'"[^"]*/static/[^"]+"', text)) == len(views.ASSETS)
    assert "&quot;" not in text


def test_the_policy_lets_only_our_own_workers_run_and_no_code_be_made_of_text(camat):
    policy = camat.get(reverse("trainings:door"))["Content-Security-Policy"]

    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_decoder_needs_neither_eval_nor_webassembly():
    text = (Path(settings.BASE_DIR) / "static/vendor/qr-decode.min.js").read_text()

    assert re.findall(r"\beval\(|new Function|WebAssembly", text) == []


# ---------------------------------------------------------------- what it sends


def test_a_queue_is_answered_entry_by_entry_with_a_sentence(camat, today):
    person = BookingFactory(session=today, participant__full_name="Siti Rahmawati").participant

    told = send(camat, today, entry(person), entry(token="x" * 22, how="card")).json()["told"]

    assert [(t["result"], t["tone"], t["text"], t["number"]) for t in told] == [
        ("accepted", "ok", "Siti Rahmawati hadir, 08.00.", person.number),
        ("unknown", "bad", "Ini bukan kartu program. Cari dengan nomor atau nama.", ""),
    ]


def test_the_same_queue_twice_is_answered_alike_and_adds_nothing(camat, today):
    row = entry(BookingFactory(session=today).participant)
    first = send(camat, today, row).json()

    assert send(camat, today, row).json() == first
    assert AttendanceScan.objects.count() == 1


def test_what_one_officer_recorded_is_not_sent_by_another(camat, client_as, today):
    person, owner = BookingFactory(session=today).participant, listed(camat, today)["owner"]
    other = client_as(member(Role.KECAMATAN, "31.73.07"))

    answer = send(other, today, entry(person), owner=owner)

    assert (answer.status_code, AttendanceScan.objects.count()) == (409, 0)


def test_after_the_session_ended_a_phone_is_led_to_the_sign_in(client, today):
    answer = client.get(url("door_list", today))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/masuk/petugas/")


@pytest.mark.parametrize(
    "changes",
    [
        {"does": "vanish"},
        {"how": "magic"},
        {"nonce": "1"},
        {"at": "yesterday"},
        {"at": "2026-08-10T08:00:00"},
        {"token": "x" * 65},
        {"number": "JB-PM-\x00"},
        {"undoes": "x"},
    ],
)
def test_an_entry_that_is_not_from_our_page_is_refused_whole(camat, today, changes):
    person = BookingFactory(session=today).participant

    answer = send(camat, today, entry(person), entry(person, **changes))

    assert (answer.status_code, AttendanceScan.objects.count()) == (400, 0)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"entries": 1}', '"x"'])
def test_a_body_that_is_no_queue_is_refused(camat, today, body):
    answer = camat.post(url("door_send", today), body, content_type="application/json")

    assert answer.status_code == 400


def test_a_name_of_somebody_from_another_city_is_not_told(camat, today):
    stranger = ParticipantFactory(full_name="Kartolo", kelurahan_id="31.71.06.1001")
    seat = BookingFactory(
        participant=stranger, session=SessionFactory(kecamatan_id="31.71.06", starts_at=day_at(0, 13))
    )

    told = send(camat, today, entry(stranger)).json()["told"][0]

    assert (told["result"], told["name"], told["number"]) == ("elsewhere", "", "")
    assert "Kartolo" not in told["text"]
    assert seat.session.kecamatan.name not in told["text"]


def test_the_other_session_of_a_neighbour_is_told_with_its_place(camat, today):
    person = ParticipantFactory(full_name="Siti Rahmawati")
    BookingFactory(
        participant=person,
        session=SessionFactory(
            kecamatan_id="31.73.08", starts_at=day_at(0, 13), activity_code="izin-keuangan"
        ),
    )

    told = send(camat, today, entry(person)).json()["told"][0]

    assert told["text"] == (
        "Siti Rahmawati terdaftar di sesi lain: Kegiatan 2, kecamatan Kembangan, "
        "Senin 10 Agustus 2026 13.00-16.00."
    )


@pytest.mark.parametrize(("people", "queries"), [(1, 7), (3, 7)])
def test_the_list_costs_the_same_with_one_person_and_with_three(
    camat, today, office, django_assert_num_queries, people, queries
):
    for _ in range(people):
        person = BookingFactory(session=today).participant
        cards.issue(participant_id=person.pk, by=office)
    camat.get(url("door_list", today))

    with django_assert_num_queries(queries):
        camat.get(url("door_list", today))


# ---------------------------------------------------------------- the log


def test_the_log_shows_each_attempt_with_its_reason_phone_and_clock(camat, today, office):
    person = BookingFactory(session=today, participant__full_name="Siti Rahmawati").participant
    now = timezone.now()
    body = {"now": (now + timedelta(hours=5)).isoformat(), "owner": listed(camat, today)["owner"]}
    ahead = (now + timedelta(hours=4, minutes=50)).isoformat()
    send(camat, today, entry(person, at=ahead), entry(token="x" * 22, how="card", at=ahead), **body)

    page = camat.get(url("scan_log", today))

    assert [(s.result, s.device, s.clock_note) for s in page.context["page"].rows] == [
        ("unknown", "a1b2c3 Android", "Jam ponsel lebih cepat 5 jam 0 menit"),
        ("accepted", "a1b2c3 Android", "Jam ponsel lebih cepat 5 jam 0 menit"),
    ]


def test_the_log_can_show_refusals_only(camat, today):
    ScanFactory(session=today)
    refused = ScanFactory(session=today, result=ScanResult.NOT_BOOKED)

    page = camat.get(url("scan_log", today), {"tampilkan": "ditolak"})

    assert page.context["page"].rows == [refused]


def test_the_log_names_nobody_whom_the_office_may_not_admit(camat, today):
    stranger = ParticipantFactory(full_name="Kartolo", kelurahan_id="31.71.06.1001")
    there = SessionFactory(kecamatan_id="31.71.06", starts_at=day_at(0, 13))
    ScanFactory(session=today, participant=stranger, result=ScanResult.ELSEWHERE, elsewhere=there)

    page = camat.get(url("scan_log", today)).content.decode()

    assert "Seseorang di wilayah lain" in page
    assert [word for word in ("Kartolo", stranger.number, there.kecamatan.name) if word in page] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_costs_the_same_with_one_row_and_with_three(camat, today, django_assert_num_queries, rows):
    for _ in range(rows):
        ScanFactory(session=today, result=ScanResult.ELSEWHERE, elsewhere=SessionFactory())
    camat.get(url("scan_log", today))

    with django_assert_num_queries(8):
        camat.get(url("scan_log", today))
