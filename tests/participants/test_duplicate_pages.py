"""The queue of possible duplicates, the comparison, joining and taking back, as officers use them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants.models import DuplicateCandidate, Merge, Participant
from participants.services import duplicates, merging
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db

QUEUE = reverse("participants:duplicates")
NIK = "3173075708909001"


@pytest.fixture
def sudin():
    return member(Role.SUDIN, "31.73")


@pytest.fixture
def two():
    return (
        ParticipantFactory(full_name="Siti Aminah", nik=NIK, number="JB-PM-00001", phone="+6281200010000"),
        ParticipantFactory(full_name="Siti Aminnah", number="JB-PM-00002", phone="+6281200020000"),
    )


@pytest.fixture
def pair(two):
    return duplicates.propose(one_id=two[0].pk, other_id=two[1].pk, now=timezone.now())


def page_of(pair):
    return reverse("participants:duplicate", args=[pair.uid])


def form_of(client, pair, **changes):
    context = client.get(page_of(pair)).context
    typed = {name: context["form"].initial[name] for name in context["form"].initial}
    versions = dict(zip(("version_a", "version_b"), context["versions"], strict=True))
    return typed | versions | {"reason": "KTP dibandingkan"} | changes


def test_the_queue_shows_both_with_the_reasons(client_as, sudin, pair):
    text = client_as(sudin).get(QUEUE).content.decode()

    assert all(word in text for word in ("Siti Aminah", "Siti Aminnah", "JB-PM-00002", "tanggal lahir sama"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_asks_a_fixed_number_of_questions(client_as, sudin, rows, django_assert_num_queries):
    for _ in range(rows):
        one, other = ParticipantFactory(), ParticipantFactory()
        duplicates.propose(one_id=one.pk, other_id=other.pk, now=timezone.now())
    client = client_as(sudin)
    client.get(QUEUE)
    with django_assert_num_queries(QUEUE_QUERIES):
        assert len(client.get(QUEUE).context["rows"]) == rows


QUEUE_QUERIES = 7


def test_rule_10_a_phone_of_three_is_pointed_out_and_forbids_nothing(client_as, sudin):
    people = [ParticipantFactory(full_name="Siti Aminah", phone="+6281200000001") for _ in range(3)]
    duplicates.look_for([people[0].pk], now=timezone.now())
    client = client_as(sudin)

    assert "tiga peserta atau lebih memakai nomor HP ini" in client.get(QUEUE).content.decode()
    pair = DuplicateCandidate.objects.first()
    client.post(page_of(pair), form_of(client, pair))
    assert Merge.objects.count() == 1


def test_the_queue_is_narrowed_by_kecamatan_and_likelihood(client_as, sudin, pair):
    client = client_as(sudin)

    def shown(**query):
        return len(client.get(QUEUE, query).context["rows"])

    assert [shown(kecamatan="31.73.07"), shown(kecamatan="31.73.08"), shown(kuat="diminta")] == [1, 0, 0]


def test_numbers_are_masked_in_the_comparison(client_as, sudin, pair):
    text = client_as(sudin).get(page_of(pair)).content.decode()

    assert NIK not in text
    assert "317307••••••9001" in text
    assert "81200010000" not in text


def test_the_birthday_is_masked_with_the_nik(client_as, sudin, two, pair):
    """First six and last four digits with the birthday would be the whole NIK."""
    text = client_as(sudin).get(page_of(pair)).content.decode()

    assert f"•• •• {two[0].birth_date.year}" in text
    assert date_format(two[0].birth_date, "LONG_DATE_FORMAT") not in text


def test_rule_61_both_are_opened_by_a_recorded_press(client_as, sudin, two, pair):
    text = client_as(sudin).post(page_of(pair), {"buka": "1"}).content.decode()

    assert NIK in text
    assert date_format(two[0].birth_date, "LONG_DATE_FORMAT") in text
    events = AuditEvent.objects.filter(action="participants.nik.unmasked")
    assert (events.count(), Merge.objects.count()) == (2, 0)


def test_the_province_joins_but_opens_no_numbers(client_as, pair):
    province = client_as(member(Role.PROVINCE))

    assert province.get(page_of(pair)).context["may_open"] is False
    assert province.post(page_of(pair), {"buka": "1"}).status_code == 403


def test_joining_with_chosen_values(client_as, sudin, two, pair):
    client = client_as(sudin)
    answer = client.post(page_of(pair), form_of(client, pair, survivor="b", full_name="a"))

    assert answer.url == two[1].get_absolute_url()
    kept = Participant.objects.get(pk=two[1].pk)
    assert (kept.full_name, Participant.objects.count()) == ("Siti Aminah", 1)
    assert Merge.objects.get().chosen == ["full_name", "nik", "phone"]


def test_joining_twice_is_joining_once(client_as, sudin, two, pair):
    client = client_as(sudin)
    form = form_of(client, pair)
    client.post(page_of(pair), form)
    again = client.post(page_of(pair), form)

    assert (again.status_code, again.url) == (302, two[0].get_absolute_url())
    assert Merge.objects.count() == 1


def test_without_a_reason_nothing_happens_and_choices_stay(client_as, sudin, pair):
    client = client_as(sudin)
    answer = client.post(page_of(pair), form_of(client, pair, reason="", full_name="b"))

    assert Merge.objects.count() == 0
    chosen = {i["line"].name: i["chosen"] for i in answer.context["lines"] if i["line"].name}
    assert chosen["full_name"] == "b"


@pytest.mark.parametrize("reason", ["NIK 3173075708909001 sama", "hp 0812 3456 7890"])
def test_a_reason_holds_no_personal_number(client_as, sudin, pair, reason):
    client = client_as(sudin)
    client.post(page_of(pair), form_of(client, pair, reason=reason))

    assert Merge.objects.count() == 0


def test_a_change_since_the_page_was_opened_is_shown_first(client_as, sudin, two, pair):
    client = client_as(sudin)
    form = form_of(client, pair)
    two[1].full_name = "Siti Aminah Rahayu"
    two[1].save()
    answer = client.post(page_of(pair), form)

    assert Merge.objects.count() == 0
    assert "diubah orang lain" in answer.content.decode()


def test_joining_goes_on_to_the_next_pair(client_as, sudin, pair):
    other = duplicates.propose(
        one_id=ParticipantFactory().pk, other_id=ParticipantFactory().pk, now=timezone.now()
    )
    client = client_as(sudin)
    answer = client.post(page_of(pair), form_of(client, pair, next="1"))

    assert answer.url == page_of(other)


def test_not_the_same_person_leaves_the_queue(client_as, sudin, pair):
    client = client_as(sudin)
    answer = client.post(
        reverse("participants:duplicate_different", args=[pair.uid]), {"note": "KTP dua-duanya dilihat"}
    )

    assert answer.url == QUEUE
    assert client.get(QUEUE).context["rows"] == []


def test_of_somebody_elsewhere_only_the_area_is_told(client_as, sudin):
    mine = ParticipantFactory(full_name="Siti Aminah")
    theirs = ParticipantFactory(full_name="Siti Aminnah Rahasia", kelurahan_id="31.71.06.1001")
    pair = duplicates.propose(one_id=mine.pk, other_id=theirs.pk, now=timezone.now())
    client = client_as(sudin)
    for address in (QUEUE, page_of(pair)):
        text = client.get(address).content.decode()
        assert "Rahasia" not in text
        assert theirs.number not in text
        assert "Menteng" in text


def test_a_merge_over_two_cities_is_the_provinces(client_as, sudin):
    mine, theirs = ParticipantFactory(), ParticipantFactory(kelurahan_id="31.71.06.1001")
    pair = duplicates.propose(one_id=mine.pk, other_id=theirs.pk, now=timezone.now())
    client = client_as(sudin)
    client.post(page_of(pair), {"survivor": "a", "reason": "x", "version_a": "", "version_b": ""})
    assert Merge.objects.count() == 0

    client.post(reverse("participants:duplicate_ask", args=[pair.uid]))
    client.post(reverse("participants:duplicate_ask", args=[pair.uid]))
    assert DuplicateCandidate.objects.filter(asked_at__isnull=False, asked_by=sudin).count() == 1

    province = client_as(member(Role.PROVINCE))
    assert len(province.get(QUEUE, {"kuat": "diminta"}).context["rows"]) == 1
    province.post(page_of(pair), form_of(province, pair))
    assert Merge.objects.get().survivor_id == mine.pk


def test_a_pair_of_other_areas_is_not_found(client_as, pair):
    stranger = client_as(member(Role.KECAMATAN, "31.71.06"))

    assert stranger.get(page_of(pair)).status_code == 404


# ---------------------------------------------------------------- from a person's page


def join_page(person):
    return reverse("participants:join_with", args=[person.number])


@pytest.mark.parametrize("typed", ["JB-PM-00002", "jb-pm-00002"])
def test_somebody_is_found_by_number(client_as, sudin, two, typed):
    answer = client_as(sudin).post(join_page(two[0]), {"other": typed})

    assert answer.url == page_of(DuplicateCandidate.objects.get())


def test_somebody_is_found_by_nik_and_it_is_recorded(client_as, sudin, two):
    from okoce.audit.models import AuditEvent

    answer = client_as(sudin).post(join_page(two[1]), {"other": NIK})

    assert answer.url == page_of(DuplicateCandidate.objects.get())
    assert AuditEvent.objects.filter(action="participants.nik.looked_up").count() == 1


@pytest.mark.parametrize("typed", ["JB-PM-00001", NIK, "JB-PM-99999", "Siti Aminah", ""])
def test_the_same_person_nobody_and_nonsense_are_said_in_words(client_as, sudin, two, typed):
    answer = client_as(sudin).post(join_page(two[0]), {"other": typed})

    assert (answer.status_code, DuplicateCandidate.objects.count()) == (200, 0)
    assert answer.context["form"].errors


def test_the_persons_page_tells_of_pairs_and_of_a_shared_phone(client_as, sudin, two, pair):
    for n in range(2):
        ParticipantFactory(phone="+6281200010000", full_name=f"Bambang {'AB'[n]}")
    text = client_as(sudin).get(two[0].get_absolute_url()).content.decode()

    assert page_of(pair) in text
    assert "3 peserta memakai nomor HP ini" in text


# ---------------------------------------------------------------- taking back


@pytest.fixture
def joined(sudin, two):
    return merging.merge(
        survivor_id=two[0].pk, merged_id=two[1].pk, chosen={}, reason="KTP sama", by=sudin, now=timezone.now()
    )


def test_a_joining_is_asked_about_and_taken_back(client_as, sudin, two, joined):
    client, address = client_as(sudin), reverse("participants:merge_undo", args=[joined.uid])
    assert address in client.get(two[0].get_absolute_url()).content.decode()
    assert client.get(address).status_code == 200

    client.post(address)
    assert Participant.objects.count() == 2
    assert "sudah dibatalkan" in client.post(address).content.decode()


def test_the_history_tells_of_both(client_as, sudin, two, joined):
    merging.undo(merge_id=joined.pk, by=sudin, now=timezone.now())
    text = client_as(sudin).get(two[0].get_absolute_url() + "?riwayat=semua").content.decode()

    assert "JB-PM-00002 digabungkan ke JB-PM-00001" in text
    assert "Penggabungan JB-PM-00002 ke JB-PM-00001 dibatalkan" in text


def test_the_dashboard_tells_that_pairs_wait(client_as, sudin, pair):
    text = client_as(sudin).get(reverse("dashboard:home")).content.decode()

    assert "1 pasang data mungkin satu orang" in text
