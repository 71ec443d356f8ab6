"""The pages on which the province writes texts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.dashboard.work import messages as work
from okoce.notifications import editing
from okoce.notifications.models import Message, MessageText, RegisteredTemplate, SendingTimes
from tests.factories import ParticipantFactory, member
from tests.factories.accounts import PALMERAH

pytestmark = pytest.mark.django_db

KIND = "session_reminder"
EDIT = reverse("notifications:text_edit", args=[KIND, "email", "id"])
WHATSAPP = reverse("notifications:text_edit", args=[KIND, "whatsapp", "id"])
BODY = "Halo {name}, sampai jumpa {starts_at} di {venue}. Jawab di {answer_link} ya."


@pytest.fixture
def province():
    return member(Role.PROVINCE)


@pytest.fixture
def staff(client_as, province):
    return client_as(province)


def given(**changed) -> dict[str, str]:
    return {
        "aksi": "simpan", "subject": "Pengingat {starts_at_day}", "body": BODY, "reason": "lebih ramah",
        "based_on": "0",
    } | changed  # fmt: skip


def page_of(answer) -> str:
    return answer.content.decode()


def test_the_list_names_every_message_and_is_searched(staff):
    everything = page_of(staff.get(reverse("notifications:texts")))
    found = page_of(staff.get(reverse("notifications:texts"), {"q": "pengingat sesi"}))

    assert all(str(kind.label) in everything for kind in editing.editable())
    assert reverse("notifications:text_kind", args=[KIND]) in found
    assert reverse("notifications:text_kind", args=["stall_given"]) not in found


def test_the_list_asks_the_database_a_fixed_number_of_times(staff, province, django_assert_num_queries):
    staff.get(reverse("notifications:texts"))
    with django_assert_num_queries(7):
        staff.get(reverse("notifications:texts"))
    for number in range(3):
        editing.save(
            kind=KIND, channel="ready_text", language="id", body=f"{BODY} {number}", reason="x",
            based_on=number, by=province,
        )  # fmt: skip
    with django_assert_num_queries(7):
        staff.get(reverse("notifications:texts"))


@pytest.mark.parametrize("role", [Role.KECAMATAN, Role.SUDIN])
def test_offices_may_not_write_texts(client_as, role):
    office = member(role, PALMERAH if role == Role.KECAMATAN else PALMERAH[:5])

    assert client_as(office).get(reverse("notifications:texts")).status_code == 403


@pytest.mark.parametrize("place", [("unknown", "email", "id"), (KIND, "pigeon", "id"), (KIND, "email", "de")])
def test_what_is_no_text_is_not_found(staff, place):
    assert staff.get(reverse("notifications:text_edit", args=place)).status_code == 404


def test_a_new_version_is_saved_with_its_reason(staff, province):
    answer = staff.post(EDIT, given())

    text = MessageText.objects.get()
    assert answer.status_code == 302
    assert (text.version, text.subject, text.body, text.reason) == (
        1, "Pengingat {starts_at_day}", BODY, "lebih ramah"
    )  # fmt: skip
    assert "lebih ramah" in page_of(staff.get(EDIT))


def test_pressing_twice_saves_one_version(staff):
    for _ in range(2):
        staff.post(EDIT, given())

    assert MessageText.objects.count() == 1


def test_a_faulty_text_is_kept_in_the_field_with_words_beside_it(staff):
    answer = staff.post(EDIT, given(body="Halo {nama}, biaya Rp 50.000"))

    page = page_of(answer)
    assert answer.status_code == 200
    assert "Halo {nama}, biaya Rp 50.000" in page
    assert "{nama}: pesan ini tidak mengenalnya" in page
    assert "Ada jumlah uang di dalamnya" in page
    assert not MessageText.objects.exists()


def test_two_people_at_once_the_slower_keeps_the_text_and_sees_who_was_faster(staff):
    other = member(Role.PROVINCE)
    editing.save(
        kind=KIND, channel="email", language="id", subject="S", body=BODY + " A", reason="dulu", based_on=0,
        by=other,
    )  # fmt: skip

    page = page_of(staff.post(EDIT, given(body=BODY + " B")))

    assert other.full_name in page
    assert BODY + " B" in page
    assert MessageText.objects.count() == 1
    staff.post(EDIT, given(body=BODY + " B", based_on="1"))
    assert MessageText.objects.count() == 2


def test_a_preview_on_a_person_names_them_is_recorded_and_sends_nothing(staff):
    person = ParticipantFactory(full_name="Siti Rahmawati")

    found = page_of(staff.post(EDIT, given(aksi="cari", cari=person.number)))
    shown = page_of(staff.post(EDIT, given(aksi="lihat", orang=str(person.uid))))

    assert str(person.uid) in found
    assert "Halo Siti Rahmawati, sampai jumpa" in shown
    assert AuditEvent.objects.filter(action="notifications.text.previewed").count() == 1
    assert (Message.objects.count(), MessageText.objects.count()) == (0, 0)


def test_enter_in_a_field_never_saves(staff):
    """The browser presses the first button of the form; with a name typed it looks for the person."""
    person = ParticipantFactory(full_name="Siti Rahmawati")
    page = page_of(staff.get(EDIT))
    first = page.partition("data-steady")[2].partition("<button")[2].partition(">")[0]

    found = page_of(staff.post(EDIT, given(aksi="lihat", cari=person.number)))

    assert 'value="lihat"' in first
    assert str(person.uid) in found
    assert not MessageText.objects.exists()


def test_a_person_is_not_looked_for_by_a_personal_number(staff):
    person = ParticipantFactory(full_name="Siti Rahmawati", phone="+6281234567890")

    page = page_of(staff.post(EDIT, given(aksi="cari", cari="081234567890")))

    assert str(person.uid) not in page
    assert "Tidak ada yang cocok" in page


def test_the_length_is_told_while_typing(staff):
    sms = reverse("notifications:text_look", args=[KIND, "sms", "id"])

    page = page_of(staff.post(sms, {"body": BODY, "based_on": "0"}))

    assert "dari 765 karakter" in page
    assert "bagian sebagai SMS" in page


def test_a_text_for_whatsapp_leads_to_what_is_pasted_and_waits_for_approval(staff):
    answer = staff.post(WHATSAPP, given())
    page = page_of(staff.get(answer.url))

    assert f"{KIND}_v1" in page
    assert "Halo {{1}}, sampai jumpa {{2}} di {{3}}." in page
    assert RegisteredTemplate.objects.get().state == "not_submitted"

    staff.post(answer.url, {"state": "approved", "reason": ""})
    assert RegisteredTemplate.objects.get().state == "approved"


def test_older_words_are_used_again_from_their_page(staff):
    staff.post(EDIT, given())
    staff.post(EDIT, given(body=BODY + " Kedua.", based_on="1"))
    older = reverse("notifications:text_version", args=[KIND, "email", "id", 1])
    own = reverse("notifications:text_version", args=[KIND, "email", "id", 0])
    assert "Kedua." in page_of(staff.get(older))

    staff.post(older, {"reason": "lebih baik", "based_on": "2"})
    staff.post(older, {"reason": "lebih baik", "based_on": "2"})
    staff.post(own, {"reason": "cukup", "based_on": "3"})

    assert list(MessageText.objects.order_by("version").values_list("version", "restores")) == [
        (1, None), (2, None), (3, 1), (4, 0)
    ]  # fmt: skip


def test_times_are_set_on_their_page(staff):
    page = reverse("notifications:text_times", args=[KIND])
    wrong = page_of(staff.post(page, {"times": "besok", "reason": "x", "based_on": "0"}))
    for unclear in ("7h", "2d", "1 minggu", "hari", "²hari", "3 hari 2 jam"):
        assert "bukan waktu" in page_of(staff.post(page, {"times": unclear, "reason": "x", "based_on": "0"}))
    staff.post(page, {"times": "3 hari, 90 menit", "reason": "cukup dua", "based_on": "0"})

    assert "bukan waktu" in wrong
    assert list(SendingTimes.objects.values_list("minutes_before", "reason")) == [([4320, 90], "cukup dua")]
    assert staff.get(reverse("notifications:text_times", args=["stall_given"])).status_code == 404


def test_switched_off_texts_are_work_for_the_province(staff, province):
    template = reverse("notifications:text_template", args=[KIND, "id", 0])
    staff.post(template, {"state": "paused", "reason": "mutu rendah"})

    (found,) = work.texts(province, timezone.now())
    assert found.title == "WhatsApp mematikan 1 teks"
    assert "mutu rendah" in page_of(staff.get(template))
