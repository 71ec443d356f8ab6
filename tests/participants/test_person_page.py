"""A participant's page: what it shows to whom, how data is corrected, and how a full number is opened."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts import limits, sessions
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants.models import Consent, Participant, StepReached
from participants.panels import Event, NextStep, Panel, RowFacts, panels, register
from participants.services import changes
from participants.services import status as statuses
from participants.services.sign_in import account_of
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.KECAMATAN, "31.73.07", full_name="Wawan Setiawan"))


def typed(person, **changed):
    return {
        "full_name": person.full_name,
        "birth_date": person.birth_date.isoformat(),
        "sex": person.sex,
        "kelurahan": person.kelurahan_id,
        "category": person.category,
        "version": changes.version_of(person),
        **changed,
    }


def url(name, person):
    return reverse(f"participants:{name}", args=[person.number])


# ---------------------------------------------------------------- showing


def test_the_page_shows_masked_numbers_only(officer):
    person = ParticipantFactory(nik="3173074708909001", phone="+6281200004417")

    page = officer.get(person.get_absolute_url()).content.decode()

    assert ("317307••••••9001" in page, "0812-••••-•417" in page) == (True, True)
    assert ("3173074708909001" in page, "81200004417" in page) == (False, False)


@pytest.mark.parametrize("name", ["detail", "edit", "unmask", "registered"])
def test_a_participant_of_another_kecamatan_is_answered_like_an_absent_one(officer, name):
    person = ParticipantFactory(kelurahan_id="31.73.08.1001")

    assert officer.get(url(name, person)).status_code == 404


@pytest.mark.parametrize(
    ("role", "buttons"),
    [(Role.KECAMATAN, (True, True)), (Role.AUDITOR, (False, False)), (Role.PROVINCE, (False, False))],
)
def test_only_offices_see_the_buttons_to_change_and_open(client_as, role, buttons):
    person = ParticipantFactory()

    page = client_as(member(role, "31.73.07")).get(person.get_absolute_url())

    assert (page.context["may_change"], page.context["may_unmask"]) == buttons


def test_the_seven_steps_stand_there_with_their_days(client_as, time_machine):
    # a day of the present year stands there without the year
    time_machine.move_to(datetime(2026, 8, 10, 9, tzinfo=JAKARTA), tick=False)
    officer = client_as(member(Role.KECAMATAN, "31.73.07"))
    person = ParticipantFactory()
    StepReached.objects.create(participant=person, step=1, reached_on="2026-03-12", evidence="counter:x")
    StepReached.objects.create(participant=person, step=4, reached_on="2026-05-02", evidence="permit:1")

    steps = officer.get(person.get_absolute_url()).context["steps"]

    assert [step["state"] for step in steps] == ["done", "", "", "done", "", "", ""]
    assert steps[0]["text"] == "Selesai 12 Mar"


def test_without_a_phone_the_next_thing_is_to_ask_for_one(officer):
    person = ParticipantFactory(phone="", status="active")

    assert officer.get(person.get_absolute_url()).context["next_step"].title == "Nomor HP belum ada."


def test_apps_above_add_their_panel_their_events_and_their_proposal(officer, monkeypatch):
    monkeypatch.setattr("participants.panels._registered", type(panels.__globals__["_registered"])())
    person = ParticipantFactory()
    register(
        Panel(
            position=1,
            template="components/empty.html",
            context=lambda participant, *, user, today: {"title": participant.number},
            events=lambda participant, *, user, today: [Event(today, "Datang ke bazar", "Rina", "ok")],
            next_step=lambda participant, *, user, today: NextStep("Telepon dulu", "", weight=99),
            step_texts=lambda participant, *, user, today: {5: ("now", "Bazar 28 Agu")},
        )
    )

    context = officer.get(person.get_absolute_url()).context

    assert [item["panel"] for item in context["panels"]] == [{"title": person.number}]
    assert context["events"][0]["text"] == "Datang ke bazar"
    assert context["next_step"].title == "Telepon dulu"
    assert (context["steps"][4]["state"], context["steps"][4]["text"]) == ("now", "Bazar 28 Agu")
    assert RowFacts() == RowFacts(None, None)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_queries_for_one_and_three_facts(officer, count, monkeypatch):
    monkeypatch.setattr("participants.panels._registered", type(panels.__globals__["_registered"])())
    person = ParticipantFactory()
    for step in range(1, count + 1):
        StepReached.objects.create(participant=person, step=step, reached_on="2026-03-12", evidence="x")
    for _ in range(count):
        Consent.objects.create(
            participant=person,
            purpose="messages",
            is_given=True,
            text_version="1",
            channel="counter",
            at="2026-03-12T09:00:00+07:00",
            recorded_by=None,
        )
    officer.get(person.get_absolute_url())

    with CaptureQueriesContext(connection) as queries:
        officer.get(person.get_absolute_url())

    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == QUERIES


QUERIES = 18  # of the page itself: each panel counts its own


# ---------------------------------------------------------------- changing


def test_a_correction_is_saved_recorded_and_told_in_the_history_without_its_values(officer):
    person = ParticipantFactory(full_name="Siti Rahmawti")

    answer = officer.post(
        url("edit", person),
        typed(person, full_name="Siti Rahmawati", phone="0812 0000 9999", rt="5", rw="16"),
    )
    person.refresh_from_db()
    events = officer.get(answer["Location"]).context["events"]

    assert (person.full_name, person.name_key) == ("Siti Rahmawati", "siti rahmawati")
    assert (person.phone, person.rt, person.rw) == ("+6281200009999", "005", "016")
    assert AuditEvent.objects.get(action="participants.participant.changed").details == {
        "fields": ["full_name", "rt", "rw", "phone"]
    }
    assert events[0]["text"] == "Data diubah: nama lengkap, nomor HP, RT, RW"
    assert "Wawan Setiawan" in events[0]["meta"]


def test_an_empty_phone_field_keeps_the_number_and_a_tick_removes_it(officer):
    person = ParticipantFactory()
    before = person.phone

    officer.post(url("edit", person), typed(person, phone=""))
    person.refresh_from_db()
    assert person.phone == before

    officer.post(url("edit", person), typed(person, phone="", no_phone="on"))
    person.refresh_from_db()
    assert (person.phone, person.phone_lookup) == ("", None)


def test_moving_within_the_kecamatan_moves_the_kelurahan(officer):
    person = ParticipantFactory()

    officer.post(url("edit", person), typed(person, kelurahan="31.73.07.1003"))

    assert Participant.objects.get().kelurahan_id == "31.73.07.1003"


def test_an_office_cannot_move_somebody_to_another_office(officer):
    person = ParticipantFactory()

    page = officer.post(url("edit", person), typed(person, kelurahan="31.73.08.1001"))

    assert list(page.context["form"].errors) == ["kelurahan"]


def test_two_officers_do_not_overwrite_each_other(officer):
    person = ParticipantFactory()
    old = typed(person, full_name="Nama Saya")
    Participant.objects.get().save()  # somebody else saved meanwhile

    page = officer.post(url("edit", person), old)

    assert "baru saja diubah orang lain" in page.content.decode()
    assert Participant.objects.get().full_name == person.full_name


def new_phone(officer, person):
    officer.post(url("edit", person), typed(person, phone="0812 0000 7777"))


def death(officer, person):
    by = member(Role.KECAMATAN, "31.73.07")
    today = timezone.localdate()
    statuses.change_status(
        participant_id=person.pk, status="died", starts_on=today, reason="Surat kematian", by=by, today=today
    )


@pytest.mark.parametrize("happens", [new_phone, death])
def test_a_new_phone_and_a_death_sign_the_participant_out_everywhere(officer, happens):
    person = ParticipantFactory(phone="+6281200004417")
    own = Client()
    own.force_login(account_of(person.pk))
    person.refresh_from_db()
    session = own.session
    sessions.start(session, kind=sessions.OWN_PHONE, now=timezone.now())
    session.save()
    before = own.get(reverse("dashboard:status")).status_code

    happens(officer, person)

    assert (before, own.get(reverse("dashboard:status")).status_code) == (200, 302)


def test_nothing_different_changes_nothing(officer):
    person = ParticipantFactory()

    officer.post(url("edit", person), typed(person))

    assert AuditEvent.objects.filter(action="participants.participant.changed").count() == 0


# ---------------------------------------------------------------- opening the numbers


def test_the_numbers_are_opened_with_a_reason_and_it_is_recorded(officer):
    person = ParticipantFactory(nik="3173074708909001", phone="+6281200004417")

    asked = officer.get(url("unmask", person)).content.decode()
    page = officer.post(url("unmask", person), {"reason": "call"})

    assert "3173074708909001" not in asked
    assert "3173074708909001" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    event = AuditEvent.objects.get(action="participants.nik.unmasked")
    assert (event.target_id, event.details) == (str(person.pk), {"reason": "call"})


@pytest.mark.parametrize("reason", ["", "penasaran"])
def test_without_a_reason_of_the_list_nothing_is_opened(officer, reason):
    person = ParticipantFactory(nik="3173074708909001")

    page = officer.post(url("unmask", person), {"reason": reason})

    assert "3173074708909001" not in page.content.decode()
    assert AuditEvent.objects.filter(action="participants.nik.unmasked").count() == 0


def test_after_thirty_openings_in_an_hour_it_is_enough(officer, monkeypatch):
    monkeypatch.setattr(changes, "UNMASKED_AN_HOUR", 2)
    person = ParticipantFactory(nik="3173074708909001")

    codes = [officer.post(url("unmask", person), {"reason": "call"}).status_code for _ in range(3)]

    assert codes == [200, 200, 429]
    assert AuditEvent.objects.filter(action="participants.nik.unmasked").count() == 2


def test_openings_are_counted_when_the_cache_is_away(officer, monkeypatch):
    def gone(*_args, **_kwargs):
        raise ConnectionError

    for name in ("add", "incr"):
        monkeypatch.setattr(limits.cache, name, gone)
    monkeypatch.setattr(changes, "UNMASKED_AN_HOUR", 2)
    person = ParticipantFactory()

    codes = [officer.post(url("unmask", person), {"reason": "call"}).status_code for _ in range(3)]

    assert codes == [200, 200, 429]


def test_a_mentor_may_not_open_the_numbers(client_as):
    person = ParticipantFactory()

    assert client_as(member(Role.MENTOR, "31.73.07")).post(url("unmask", person)).status_code == 403
