"""From ticked people to a page that says what will happen, to the deed, and back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants.models import BulkDeed, FosterLink, MentorAssignment
from tests.factories import ParticipantFactory, SessionFactory, member
from trainings.models import Booking, Waiting
from trainings.services import publish

pytestmark = pytest.mark.django_db

SELECT = reverse("participants:select")
KPKP = "kpkp-31-73"


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.SUDIN, "31.73"))


def chosen(client, action, people=(), asal="", everybody=False):
    data = {"tindakan": action, "asal": asal, "id": [one.pk for one in people]}
    return client.post(SELECT, data | ({"semua": "1"} if everybody else {}))["Location"]


def assign(client, page, **data):
    today = timezone.localdate().isoformat()
    asked = {"organisation": KPKP, "day": today} | data
    seen = client.get(page, asked).context["count"]
    return client.post(page, asked | {"seen": seen})


def test_the_page_says_how_many_and_who_is_left_out_and_nothing_is_done_yet(officer):
    a, b, c = ParticipantFactory.create_batch(3)
    FosterLink.objects.create(participant=b, organisation_id=KPKP)
    type(c).objects.filter(pk=c.pk).update(status="died")

    page = chosen(officer, "pengampu", [a, b, c])
    answer = officer.get(page, {"organisation": KPKP, "day": timezone.localdate().isoformat()})

    assert (answer.context["chosen_count"], answer.context["count"]) == (3, 1)
    assert sorted(entry["count"] for entry in answer.context["left_out"]) == [1, 1]
    assert b.full_name in answer.content.decode()
    assert FosterLink.objects.count() == 1


def test_an_agency_is_assigned_from_a_day_on_and_the_deed_is_told(officer):
    people = ParticipantFactory.create_batch(3)

    answer = assign(officer, chosen(officer, "pengampu", people))
    told = officer.get(answer["Location"])

    links = FosterLink.objects.filter(organisation_id=KPKP)
    assert {link.participant_id for link in links} == {p.pk for p in people}
    assert {link.valid_from for link in links} == {timezone.localdate()}
    assert "3 peserta diampu" in told.context["heading"]
    event = AuditEvent.objects.get(action="participants.bulk.agency")
    assert (event.count, event.details["organisation"]) == (3, KPKP)


def test_the_same_page_sent_twice_is_one_deed(officer):
    people = ParticipantFactory.create_batch(2)
    page = chosen(officer, "pengampu", people)
    asked = {"organisation": KPKP, "day": timezone.localdate().isoformat(), "seen": "2"}

    first, second = officer.post(page, asked), officer.post(page, asked)

    assert first["Location"] == second["Location"]
    assert (FosterLink.objects.count(), BulkDeed.objects.count()) == (2, 1)


def test_all_that_the_filter_leaves_and_not_only_the_page(officer):
    ParticipantFactory.create_batch(52, category="starter")
    ParticipantFactory(category="would_be")

    assign(officer, chosen(officer, "pengampu", asal="?kategori=starter", everybody=True))

    assert FosterLink.objects.count() == 52


def test_people_of_another_city_are_silently_absent(officer):
    mine, stranger = ParticipantFactory(), ParticipantFactory(kelurahan_id="31.71.01.1001")

    assign(officer, chosen(officer, "pengampu", [mine, stranger]))

    assert [link.participant_id for link in FosterLink.objects.all()] == [mine.pk]


def test_numbers_that_changed_meanwhile_are_shown_again(officer):
    people = ParticipantFactory.create_batch(2)
    page = chosen(officer, "pengampu", people)
    FosterLink.objects.create(participant=people[0], organisation_id=KPKP)

    answer = officer.post(page, {"organisation": KPKP, "day": timezone.localdate().isoformat(), "seen": "2"})

    assert (answer.status_code, answer.context["count"], FosterLink.objects.count()) == (200, 1, 1)


def test_the_selection_of_another_session_is_absent(officer, client_as, client):
    page = chosen(officer, "pengampu", [ParticipantFactory()])
    client.logout()

    assert client_as(member(Role.SUDIN, "31.73")).get(page).status_code == 404


def test_the_selection_names_nobody_in_the_session_row(officer):
    ParticipantFactory(full_name="Siti Rahmawati")

    chosen(officer, "pengampu", asal="?q=Siti+Rahmawati", everybody=True)

    assert "Siti" not in str(dict(officer.session))


def test_nobody_ticked_leads_back_with_words(officer):
    back = officer.post(SELECT, {"tindakan": "pengampu", "asal": "?hp=tanpa"}, follow=True)

    assert "Centang sedikitnya satu peserta" in back.content.decode()
    assert back.redirect_chain[-1][0].endswith("?hp=tanpa")


def test_taking_back_restores_what_was_before(officer):
    people = ParticipantFactory.create_batch(2)
    deed = assign(officer, chosen(officer, "pengampu", people))["Location"]

    for _time in range(2):
        officer.post(f"{deed}batal/")

    assert FosterLink.objects.count() == 0
    assert BulkDeed.objects.get().undone_at is not None


def test_an_end_is_a_last_day_and_can_be_taken_back(officer):
    person, today = ParticipantFactory(), timezone.localdate()
    link = FosterLink.objects.create(
        participant=person, organisation_id=KPKP, valid_from=today - timedelta(days=90)
    )

    deed = assign(officer, chosen(officer, "pengampu-selesai", [person]))["Location"]
    link.refresh_from_db()
    assert link.valid_until == today
    officer.post(f"{deed}batal/")
    link.refresh_from_db()
    assert link.valid_until is None


def test_a_mentor_takes_over_and_gives_back(officer):
    before, after = member(Role.MENTOR, "31.73.07"), member(Role.MENTOR, "31.73.07")
    person, today = ParticipantFactory(), timezone.localdate()
    old = MentorAssignment.objects.create(
        participant=person, mentor=before, valid_from=today - timedelta(days=30)
    )

    page = chosen(officer, "pendamping", [person])
    asked = {"mentor": after.pk, "day": today.isoformat(), "seen": "1"}
    deed = officer.post(page, asked)["Location"]
    open_one = MentorAssignment.objects.get(valid_until__isnull=True)
    old.refresh_from_db()
    assert (open_one.mentor, old.valid_until) == (after, today - timedelta(days=1))
    officer.post(f"{deed}batal/")
    assert MentorAssignment.objects.get(valid_until__isnull=True).pk == old.pk


def test_a_deed_of_another_unit_is_absent(officer, client_as):
    deed = assign(officer, chosen(officer, "pengampu", [ParticipantFactory()]))["Location"]
    stranger = client_as(member(Role.SUDIN, "31.71"))

    assert stranger.get(deed).status_code == 404
    assert stranger.post(f"{deed}batal/").status_code == 404
    assert FosterLink.objects.count() == 1


def test_who_may_not_assign_sees_no_bar(client_as):
    client = client_as(member(Role.AUDITOR))
    ParticipantFactory()

    page = client.get(reverse("participants:list")).content.decode()

    assert 'name="tindakan"' not in page
    assert client.get(reverse("participants:bulk_agency", args=["0" * 32])).status_code == 403


def test_cards_are_made_once_and_stand_on_one_page(officer):
    people = ParticipantFactory.create_batch(3)
    page = chosen(officer, "kartu", people)

    officer.post(page)
    sheet = officer.get(officer.post(page)["Location"])

    assert len(sheet.context["cards"]) == 3
    assert {card["number"] for card in sheet.context["cards"]} == {p.number for p in people}


def test_chosen_people_are_invited_as_seats_allow_and_the_others_wait(officer):
    people = ParticipantFactory.create_batch(3)
    gone = ParticipantFactory()
    type(gone).objects.filter(pk=gone.pk).update(status="moved")
    session = SessionFactory(capacity=2)
    if session.state == "draft":
        publish(session_id=session.pk, by=member(Role.SUDIN, "31.73"))

    page = chosen(officer, "undang", [*people, gone])
    shown = officer.get(page, {"sesi": session.pk})
    plan = shown.context["plan"]
    assert (len(plan.seated), len(plan.waiting), plan.left_count) == (2, 1, 1)
    assert Booking.objects.count() == 0
    first = officer.post(page, {"sesi": session.pk, "seen": shown.context["seen"]})
    second = officer.post(page, {"sesi": session.pk, "seen": shown.context["seen"]})

    assert first["Location"] == second["Location"]
    assert list(Booking.objects.values_list("state", flat=True)) == ["invited", "invited"]
    assert list(Waiting.objects.values_list("participant", "activity", "area")) == [
        (people[2].pk, session.activity_id, session.kecamatan_id)
    ]
    assert "2 orang diundang, 1 orang menunggu" in officer.get(first["Location"]).context["heading"]
