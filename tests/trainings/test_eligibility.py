"""Who may take an activity, how many of whom sit in a session, and what is given once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from okoce.accounts.roles import Role
from participants.enums import Step
from participants.models import Participant, StepReached
from participants.services.erasure import erase
from tests.factories import BookingFactory, ParticipantFactory, ScanFactory, SessionFactory, member
from tests.factories.trainings import class_of, day_at
from trainings import eligibility, rules, services
from trainings.certifying import completed_in
from trainings.models import Activity, ActivityCondition, Booking, EquipmentGrant, EquipmentMark, SeatQuota
from trainings.querysets import can_come
from trainings.refusals import BookingRefused, SessionRefused
from trainings.scheduling import JAKARTA
from trainings.services import curriculum, shares

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _indonesian():
    """The sentences are read as the person gets them, whatever page another test opened before."""
    with translation.override("id"):
        yield


@pytest.fixture
def office():
    return member(Role.KECAMATAN, "31.73.07")


def demand(code, *, similar=(), activity="dasar"):
    row = Activity.objects.get(code=activity)
    Activity.objects.filter(pk=activity).update(has_conditions=True)
    return ActivityCondition.objects.create(activity=row, code=code, similar=list(similar))


def answer(session, person):
    """Both answers: the one sentence (or None), and whether the set has the person."""
    session.refresh_from_db()
    reason = rules.why_not(session, person)
    able = can_come(Participant.objects.filter(pk=person.pk), session).exists()
    assert able == (reason is None)
    return reason.sentence if reason else None


def test_rule_28_a_permit_is_needed_and_the_sentence_says_where_to_get_it():
    demand("permit")
    session, person = SessionFactory(), ParticipantFactory(full_name="Siti")

    assert answer(session, person).startswith("Siti perlu izin usaha untuk Kegiatan 1")
    StepReached.objects.create(
        participant=person, step=Step.P4_PERMITS, reached_on=date(2026, 1, 5), evidence="NIB"
    )
    assert answer(session, person) is None


def test_rule_28_who_did_a_similar_training_in_any_year_takes_another():
    demand("not_similar", similar=["izin-keuangan"])
    session, person = SessionFactory(), ParticipantFactory(full_name="Siti")
    past = SessionFactory(
        activity_code="izin-keuangan", state="held", starts_at=datetime(2019, 5, 6, 9, tzinfo=JAKARTA)
    )
    ScanFactory(session=past, participant=person)

    assert "pelatihan serupa pada Senin 6 Mei 2019" in answer(session, person)
    assert answer(session, ParticipantFactory()) is None


def test_rule_28_who_scales_up_does_not_take_the_basic_class():
    session = SessionFactory()

    assert answer(session, ParticipantFactory(category="scaling_up")) is not None


def test_rule_28_people_are_refused_when_they_are_given_a_seat(office):
    demand("permit")
    session = SessionFactory()

    with pytest.raises(BookingRefused, match="no_permit"):
        services.book_seat(session_id=session.pk, participant=ParticipantFactory(), by=office)


def test_rule_35_equipment_is_given_once_per_nik_ever(office):
    demand("no_equipment")
    session, person = SessionFactory(state="held"), ParticipantFactory(full_name="Siti")
    ScanFactory(session=session, participant=person)

    first = shares.grant_equipment(session_id=session.pk, people=[person.pk], item="Blender", by=office)
    second = shares.grant_equipment(session_id=session.pk, people=[person.pk], item="Mikser", by=office)

    assert (first.done, second.done) == ([person.pk], [])
    assert "sudah menerima alat" in second.refused[0]
    assert list(EquipmentGrant.objects.values_list("item", flat=True)) == ["Blender"]
    assert "(Blender)" in answer(SessionFactory(), person)


def test_rule_35_the_database_refuses_a_second_grant_under_another_entry():
    person = ParticipantFactory()
    EquipmentGrant.objects.create(
        participant=person, nik_lookup=person.nik_lookup, item="Blender", given_on=date(2026, 1, 5)
    )

    with pytest.raises(IntegrityError, match="trainings_equipment_once_per_nik"), transaction.atomic():
        EquipmentGrant.objects.create(
            participant=ParticipantFactory(), nik_lookup=person.nik_lookup, item="Mikser",
            given_on=date(2026, 2, 5),
        )  # fmt: skip


def test_equipment_is_for_those_who_came(office, client_as):
    session = SessionFactory(state="held", starts_at=datetime(2026, 3, 2, 9, tzinfo=JAKARTA))
    came, stayed_away = ParticipantFactory(), BookingFactory(session=session).participant
    ScanFactory(session=session, participant=came)
    client = client_as(office)

    page = client.get(reverse("trainings:equipment", args=[session.pk]))
    assert [int(pk) for pk, _label in page.context["form"].fields["orang"].choices] == [came.pk]
    client.post(reverse("trainings:equipment", args=[session.pk]), {"item": "Blender", "orang": [came.pk]})
    shares.grant_equipment(session_id=session.pk, people=[stayed_away.pk], item="Blender", by=office)

    assert list(EquipmentGrant.objects.values_list("participant", flat=True)) == [came.pk]


# ---------------------------------------------------------------- quotas


def limited(session, office, **seats):
    limits = {("kelurahan", "31.73.07.1001"): seats["kelurahan"]}
    shares.keep_quotas(limits=limits, session=session, by=office)
    session.refresh_from_db()
    return session


def test_seats_of_a_kelurahan_are_limited_in_the_batch_and_one_by_one(office):
    session = limited(SessionFactory(), office, kelurahan=2)
    for _n in range(4):
        ParticipantFactory(kelurahan_id="31.73.07.1001")
    other = ParticipantFactory(kelurahan_id="31.73.07.1002")

    services.invite(session_id=session.pk, by=office)

    seated = list(Booking.objects.values_list("participant__kelurahan_id", flat=True).order_by("pk"))
    assert sorted(seated) == ["31.73.07.1001", "31.73.07.1001", other.kelurahan_id]
    late = ParticipantFactory(kelurahan_id="31.73.07.1001", full_name="Siti")
    with pytest.raises(BookingRefused) as refused:
        services.book_seat(session_id=session.pk, participant=late, by=office)
    assert refused.value.sentence.startswith("2 kursi sesi ini untuk ")


def test_seats_of_a_trade_are_limited(office):
    session = SessionFactory()
    shares.keep_quotas(limits={("sector", "kuliner"): 1}, session=session, by=office)
    for _n in range(2):
        ParticipantFactory().businesses.create(name="Usaha", sector_id="kuliner")

    services.invite(session_id=session.pk, by=office)

    assert Booking.objects.count() == 1


def test_the_same_limits_twice_are_one_row_each_and_none_lifts_them(office):
    session = SessionFactory()
    for _n in range(2):
        limited(session, office, kelurahan=2)
    assert SeatQuota.objects.count() == 1

    shares.keep_quotas(limits={}, session=session, by=office)

    session.refresh_from_db()
    assert (SeatQuota.objects.count(), session.has_quotas) == (0, False)


def test_limits_are_typed_on_a_page_and_more_than_the_seats_is_refused(office, client_as):
    session = SessionFactory(capacity=40, starts_at=day_at(5, 9))
    client, address = client_as(office), reverse("trainings:session_quotas", args=[session.pk])

    assert client.post(address, {"batas_0": "41"}).context["form"].errors.keys() == {"batas_0"}
    client.post(address, {"batas_0": "10"})

    assert list(SeatQuota.objects.values_list("session", "seats")) == [(session.pk, 10)]


# ---------------------------------------------------------------- the curriculum


def entry(**changes):
    values = {"code": "memasak", "name_id": "Memasak", "name_en": "Cooking"} | changes
    return curriculum.ActivityEntry(**values)


def test_a_fourth_required_activity_in_one_year_is_refused_and_a_follower_is_not(office):
    with pytest.raises(SessionRefused, match="too_many_required"):
        curriculum.keep_activity(entry=entry(is_required=True), by=office)
    assert not Activity.objects.filter(code="memasak").exists()

    with pytest.raises(SessionRefused, match="too_few_required"):
        curriculum.keep_activity(entry=entry(code="dasar", is_required=True, last_year=2027), by=office)


def test_an_optional_activity_has_its_years_its_city_and_its_conditions(client_as):
    province = client_as(member(Role.PROVINCE, "31"))

    province.post(
        reverse("trainings:activity_create"),
        {
            "code": "memasak", "name_id": "Memasak", "name_en": "Cooking", "first_year": "2024",
            "last_year": "2026", "area": "31.73", "days": "4", "required_days": "3", "needs_permit": "on",
            "no_equipment": "on", "similar": ["dasar"],
        },
    )  # fmt: skip

    row = Activity.objects.get(code="memasak")
    assert (row.is_required, row.area_id, row.days, row.required_days, row.has_conditions) == (
        False,
        "31.73",
        4,
        3,
        True,
    )
    assert sorted(row.conditions.values_list("code", flat=True)) == ["no_equipment", "not_similar", "permit"]
    assert [len(eligibility.conditions_of(a)) for a in (row, Activity.objects.get(code="dasar"))] == [3, 0]


# ---------------------------------------------------------------- what stands on a certificate


def test_rule_32_dates_and_hours_of_a_class_are_those_attended():
    person = ParticipantFactory()
    days = class_of(3, required=2, starts_at=datetime(2018, 3, 5, 9, tzinfo=JAKARTA), state="held")
    for day in (days[0], days[2]):
        ScanFactory(session=day, participant=person)
    for month, code in ((4, "izin-keuangan"), (5, "kemasan-pemasaran")):
        held = SessionFactory(
            activity_code=code, state="held", starts_at=datetime(2018, month, 5, 9, tzinfo=JAKARTA)
        )
        ScanFactory(session=held, participant=person)

    facts = completed_in([person.pk], 2018)[person.pk]

    assert facts["activities"][0]["days"] == ["2018-03-05", "2018-03-07"]
    assert [row["minutes"] for row in facts["activities"]] == [360, 180, 180]
    assert facts["minutes"] == 720


# ---------------------------------------------------------------- equipment, after the person was erased


NIK = "3173070101900007"


def granted_and_erased():
    person = ParticipantFactory(nik=NIK)
    EquipmentGrant.objects.create(
        participant=person, nik_lookup=person.nik_lookup, item="Blender", given_on=date(2026, 3, 2)
    )
    erase(participant_id=person.pk, by=None, now=timezone.now(), why="request")
    return person


def test_rule_35_equipment_stays_given_once_when_the_person_was_erased_and_registers_anew():
    demand("no_equipment")
    granted_and_erased()
    again, other, session = ParticipantFactory(nik=NIK), ParticipantFactory(), SessionFactory()

    assert "NIK ini pernah menerima alat" in answer(session, again)
    assert answer(session, other) is None


def test_what_outlives_the_entry_is_a_digest_that_nothing_points_to():
    person = granted_and_erased()

    [mark] = EquipmentMark.objects.all()
    assert {field.name for field in EquipmentMark._meta.get_fields()} == {"id", "nik_lookup", "forget_after"}
    assert EquipmentGrant.objects.get(participant=person).nik_lookup is None
    assert mark.forget_after == date(2026, 3, 2) + timedelta(days=3650)


def test_a_mark_is_forgotten_after_ten_years():
    granted_and_erased()
    EquipmentMark.objects.update(forget_after=timezone.localdate() - timedelta(days=1))

    assert not eligibility.has_mark(ParticipantFactory(nik=NIK))
    assert (eligibility.forget_old_marks(), EquipmentMark.objects.count()) == (1, 0)


def test_who_got_no_equipment_leaves_no_mark():
    erase(participant_id=ParticipantFactory().pk, by=None, now=timezone.now(), why="request")

    assert not EquipmentMark.objects.exists()
