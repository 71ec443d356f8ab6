"""A resident registers alone: step by step, gone on with by a code, and nothing told to strangers."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from participants.enums import SelfState
from participants.models import Participant, SelfRegistration
from participants.services import self_registration as services
from tests.factories import ParticipantFactory, member
from tests.factories.applicants import answers, begun, sent_in
from tests.okoce.db.test_images import picture

pytestmark = pytest.mark.django_db
NIK = "3173074708909001"
START, CODE = reverse("participants:self_start"), reverse("participants:self_open")
PAGES = {
    "identitas": {"nik": NIK, "full_name": "Nurhayati", "birth_date": "1990-08-07", "sex": "P"},
    "wilayah": {"kecamatan": "31.73.07"},
    "alamat": {"kelurahan": "31.73.07.1001", "address": "Jalan Kemanggisan 4", "rt": "3", "rw": "11"},
    "kontak": {"phone": "0812 0000 4417", "email": ""},
    "usaha": {"category": "starter", "business_name": "Kue Nurhayati", "sector": "kuliner"},
    "foto": {},
    "persetujuan": {"is_informed": "on", "messages": "on"},
}


def begin(client):
    """The address of the first step."""
    return client.post(reverse("participants:self_begin"))["Location"]


def walk(client, **changes):
    """Through every step; the address of the last page."""
    address = begin(client)
    for _ in range(10):
        step = address.rstrip("/").rsplit("/", 1)[-1]
        if step not in PAGES:
            return address
        answer = client.post(address, {**PAGES[step], **changes.get(step, {})})
        assert answer.status_code == 302, answer.context["form"].errors
        address = answer["Location"]
    raise AssertionError("no end")


def only():
    return SelfRegistration.objects.get()


# ---------------------------------------------------------------- the way through


def test_seven_pages_lead_to_the_check_page_and_into_the_queue_of_the_kecamatan(client):
    check = walk(client)
    page = client.get(check).content.decode()
    sent = client.post(check)

    row = only()
    assert "Jalan Kemanggisan 4" in page
    assert sent["Location"] == reverse("participants:self_status", args=[row.uid])
    assert (row.state, row.kecamatan_id, row.city_id) == (SelfState.WAITING, "31.73.07", "31.73")
    assert list(SelfRegistration.objects.visible_to(member(Role.KECAMATAN, "31.73.07"))) == [row]


def test_sending_twice_makes_one(client):
    check = walk(client)
    client.post(check)
    again = client.post(check)

    assert again["Location"] == reverse("participants:self_status", args=[only().uid])
    assert [event.kind for event in only().events.all()] == ["sent"]


def test_going_back_shows_what_was_answered(client):
    walk(client)

    page = client.get(reverse("participants:self_step", args=[only().uid, "alamat"]))

    assert page.context["form"].initial["address"] == "Jalan Kemanggisan 4"


def test_a_wrong_answer_is_told_at_its_field_and_keeps_what_was_typed(client):
    page = client.post(begin(client), {**PAGES["identitas"], "nik": "31730747089090"})

    assert list(page.context["form"].errors) == ["nik"]
    assert 'value="Nurhayati"' in page.content.decode()


def test_another_kecamatan_asks_for_the_kelurahan_again(client):
    check = walk(client)
    client.post(reverse("participants:self_step", args=[only().uid, "wilayah"]), {"kecamatan": "31.73.08"})

    assert client.get(check)["Location"] == reverse("participants:self_step", args=[only().uid, "alamat"])


def test_under_eighteen_a_guardian_agrees(client):
    born = date(timezone.localdate().year - 17, 1, 1)
    if timezone.localdate() < date(timezone.localdate().year, 1, 2):
        pytest.skip("the first day of a year")
    young = {**PAGES["identitas"], "nik": f"317307{41:02d}01{born:%y}9001", "birth_date": born.isoformat()}

    step = client.post(begin(client), young)["Location"]
    refused = client.post(step, {"guardian_name": "Aminah", "guardian_relation": "parent"})
    agreed = client.post(step, {"guardian_name": "Aminah", "guardian_relation": "parent", "is_agreed": "on"})

    assert step.endswith("/wali/")
    assert list(refused.context["form"].errors) == ["is_agreed"]
    assert agreed["Location"].endswith("/wilayah/")


def test_rule_12_somebody_too_young_is_told_from_when_on(client):
    page = client.post(begin(client), {**PAGES["identitas"], "birth_date": "2020-08-07"})

    assert list(page.context["form"].errors) == ["birth_date"]


def test_rule_65_each_purpose_is_asked_by_itself_and_kept_with_its_text(client):
    client.post(walk(client))
    officer = member(Role.KECAMATAN, "31.73.07")

    person = services.accept(uid=only().uid, by=officer, today=timezone.localdate(), now=timezone.now())

    kept = person.consents.order_by("purpose").values_list(
        "purpose", "is_given", "channel", "recorded_by", "text_version"
    )
    assert list(kept) == [
        ("catalogue", False, "self", None, "katalog-1"),
        ("messages", True, "self", None, "pesan-1"),
        ("partners", False, "self", None, "mitra-1"),
        ("photos", False, "self", None, "foto-1"),
    ]


def test_a_photo_lies_sealed_and_goes_with_the_decision(client, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.post(walk(client, foto={"photo": SimpleUploadedFile("ktp.png", picture("PNG"))}))
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert b"JFIF\x00\x01" not in file.read_bytes()

    with connection.cursor():
        officer = member(Role.KECAMATAN, "31.73.07")
        services.refuse(uid=only().uid, reason="card", words="", by=officer, now=timezone.now())
    assert not hasattr(only(), "photo")


# ---------------------------------------------------------------- the code


def test_with_the_code_somebody_goes_on_in_another_browser(client):
    row = begun()
    typed = services.shown_code(row).lower().replace("-", " ")

    opened = client.post(CODE, {"code": typed}, follow=True)

    assert opened.redirect_chain[-1][0] == reverse("participants:self_check", args=[row.uid])


def test_whoever_comes_with_the_code_sees_numbers_masked_and_keeps_them(client):
    row = begun(nik=NIK)
    client.post(CODE, {"code": services.shown_code(row)})

    identity = reverse("participants:self_step", args=[row.uid, "identitas"])
    pages = (
        client.get(identity).content.decode()
        + client.get(reverse("participants:self_check", args=[row.uid])).content.decode()
    )
    client.post(identity, {**PAGES["identitas"], "nik": ""})

    assert (NIK in pages, "0812-0000-4417" in pages, "317307••••••9001" in pages) == (False, False, True)
    assert services.typed_in(only())["nik"] == NIK


def test_whoever_comes_with_the_code_reads_no_birthday_and_keeps_it(client):
    row = begun()
    client.post(CODE, {"code": services.shown_code(row)})
    born = services.typed_in(row)["birth_date"]

    identity = reverse("participants:self_step", args=[row.uid, "identitas"])
    page = client.get(identity).content.decode()
    client.post(identity, {**PAGES["identitas"], "birth_date": ""})

    assert (born in page, f"•• •• {born[:4]}" in page) == (False, True)
    assert services.typed_in(only())["birth_date"] == born


@pytest.mark.parametrize("page", ["self_status", "self_check", "self_withdraw"])
def test_the_address_alone_opens_nothing(client, page):
    row = sent_in()

    assert client.get(reverse(f"participants:{page}", args=[row.uid]))["Location"] == CODE


def test_an_hour_later_the_code_is_asked_for_again(client, monkeypatch):
    check = walk(client)
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert client.get(check)["Location"] == CODE


def test_codes_are_not_guessed(client):
    for _ in range(services.WRONG_CODES_AN_HOUR):
        assert client.post(CODE, {"code": "AAAAABBBBB"}).status_code == 200

    row = sent_in()
    assert client.post(CODE, {"code": services.shown_code(row)}).status_code == 429


def test_two_people_in_two_tabs_of_one_phone_stay_two(client):
    first, second = begin(client), begin(client)

    client.post(first, PAGES["identitas"])
    client.post(second, {**PAGES["identitas"], "nik": "3173071708909002", "full_name": "Ahmad", "sex": "L"})

    assert sorted(services.typed_in(row)["full_name"] for row in SelfRegistration.objects.all()) == [
        "Ahmad",
        "Nurhayati",
    ]


def test_closing_on_a_shared_phone_asks_for_the_code(client):
    check = walk(client)
    client.post(reverse("participants:self_close"))

    assert client.get(check)["Location"] == CODE


# ---------------------------------------------------------------- nothing for strangers


def test_a_registered_nik_and_a_new_one_get_the_same_pages(client):
    """Word for word, but for names, tokens and codes."""
    seen = []
    for nik, name in ((NIK, "Nurhayati"), ("3173074708909002", "Nurhayati")):
        if nik == NIK:
            ParticipantFactory(nik=NIK, full_name="Orang Lain", phone="+6281200009999")
        check = walk(client, identitas={"nik": nik, "full_name": name})
        client.post(check)
        row = SelfRegistration.objects.order_by("-pk").first()
        page = client.get(reverse("participants:self_status", args=[row.uid])).content.decode()
        main = page.split("<main")[1].split("</main>")[0]
        csrf = main.split('csrfmiddlewaretoken" value="')
        for part in csrf[1:]:
            main = main.replace(part.split('"')[0], "")
        seen.append(main.replace(str(row.uid), "").replace(services.shown_code(row), ""))

    assert seen[0] == seen[1]
    assert "Orang Lain" not in seen[0]


def test_the_answer_to_a_registered_nik_is_the_same_as_to_a_doubtful_card(client):
    officer, words = member(Role.KECAMATAN, "31.73.07"), []
    for reason in ("known", "visit"):
        row = sent_in()
        services.refuse(uid=row.uid, reason=reason, words="", by=officer, now=timezone.now())
        client.post(CODE, {"code": services.shown_code(row)})
        page = client.get(reverse("participants:self_status", args=[row.uid]))
        words.append(page.context["refusal"])

    assert words[0] == words[1]


def test_the_same_nik_is_not_sent_again_and_again(client):
    for _ in range(services.SENT_A_DAY):
        sent_in(nik=NIK)
    with pytest.raises(services.TooMany):
        sent_in(nik=NIK)


def test_no_row_and_no_session_holds_a_number(client):
    client.post(walk(client))

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM participants_selfregistration s")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(session_data, '') FROM django_session")
        stored += cursor.fetchone()[0]
    assert [word for word in (NIK, "81200004417", "Nurhayati", "Kemanggisan") if word in stored] == []


# ---------------------------------------------------------------- afterwards


def test_withdrawing_a_sent_one_empties_it(client):
    client.post(walk(client))
    client.post(reverse("participants:self_withdraw", args=[only().uid]))

    row = only()
    assert (row.state, row.typed_ciphertext, row.nik_lookup) == (SelfState.CANCELLED, None, None)


def test_withdrawing_a_draft_deletes_it(client):
    walk(client)
    client.post(reverse("participants:self_withdraw", args=[only().uid]))

    assert SelfRegistration.objects.count() == 0


def test_drafts_nobody_sent_are_deleted_after_thirty_days():
    begun(now=timezone.now() - timedelta(days=31))
    young = begun()

    assert services.forget_old(now=timezone.now()) == 1
    assert list(SelfRegistration.objects.all()) == [young]


def test_a_refused_one_is_emptied_after_thirty_days_and_still_counted():
    row, officer = sent_in(), member(Role.KECAMATAN, "31.73.07")
    services.refuse(uid=row.uid, reason="card", words="Fotonya buram", by=officer, now=timezone.now())

    assert services.forget_old(now=timezone.now() + timedelta(days=29)) == 0
    assert services.forget_old(now=timezone.now() + timedelta(days=31)) == 1
    row = only()
    assert (row.state, row.typed_ciphertext, row.nik_lookup) == (SelfState.REJECTED, None, None)
    assert [event.text_ciphertext for event in row.events.all()] == [None, None]


def test_an_unanswered_question_ends_after_fourteen_days_and_only_once():
    row, officer, now = sent_in(), member(Role.KECAMATAN, "31.73.07"), timezone.now()
    services.ask(uid=row.uid, question="Apakah alamatnya benar?", by=officer, now=now)

    assert services.expire_unanswered(now=now + timedelta(days=13)) == 0
    assert services.expire_unanswered(now=now + timedelta(days=15)) == 1
    assert services.expire_unanswered(now=now + timedelta(days=15)) == 0
    assert only().state == SelfState.EXPIRED


def test_rule_13_a_card_from_outside_jakarta_is_kept_and_counts_in_no_target():
    row = sent_in(is_outside_dki=True)

    person = services.accept(
        uid=row.uid, by=member(Role.SUDIN, "31.73"), today=timezone.localdate(), now=timezone.now()
    )

    assert (person.is_outside_dki, person.kelurahan_id, person.kecamatan_id) == (True, None, "31.73.07")
    assert list(Participant.objects.in_programme()) == []


def test_the_guardian_is_kept_with_the_participant():
    born = timezone.localdate() - timedelta(days=17 * 366)
    row = sent_in(
        nik=f"317307{born.day + 40:02d}{born:%m%y}9001", birth_date=born.isoformat(),
        guardian_name="Aminah", guardian_relation="parent", guardian_phone="+6281200001111",
    )  # fmt: skip

    person = services.accept(
        uid=row.uid, by=member(Role.KECAMATAN, "31.73.07"), today=timezone.localdate(), now=timezone.now()
    )

    assert [(g.full_name, g.phone) for g in person.guardians.all()] == [("Aminah", "+6281200001111")]


def test_every_answer_of_the_factory_is_one_the_pages_ask_for():
    asked = {name for page in PAGES.values() for name in page}

    assert asked - set(answers()) == set()
