"""The counter: answers at once, loses nothing, and asks to compare where the rules say so."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from participants import drafts
from participants.models import CardSeen, IdentityPhoto, Participant, RegistrationDraft
from participants.services import identity_photos
from participants.services.registration import Doubt
from tests.factories import ParticipantFactory, member
from tests.okoce.db.test_images import picture
from tests.participants.test_registration import NIK, NOW, START, typed

pytestmark = pytest.mark.django_db
HTMX, STEADY = {"HX-Request": "true"}, {"X-Steady": "1"}
IMPOSSIBLE = "3173023002900001"  # the 30th of February


@pytest.fixture
def camat():
    return member(Role.KECAMATAN, "31.73.07")


@pytest.fixture
def officer(client_as, camat):
    return client_as(camat)


def begin(client, nik=NIK, **more):
    return client.post(START, {"nik": nik, **more})["Location"]


# ---------------------------------------------------------------- rule 1: the vectors of the NIK


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("3173021708450001", "3173021708450001"),
        ("31.73.02.570895.0003", "3173025708950003"),
        ("3173 0241 0199 0001", "3173024101990001"),
        ("3173026902000001", "3173026902000001"),
        ("9603015506010002", "9603015506010002"),
        ("5401011001700001", "5401011001700001"),
        ("３１７３０２１７０８４５０００１", "3173021708450001"),
    ],
)
def test_rule_01_a_right_nik_opens_the_form_however_it_is_written(officer, camat, written, stored):
    token = begin(officer, written).rstrip("/").rsplit("/", 1)[-1]

    assert drafts.read(user=camat, token=token).nik == stored


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("3173026902010001", "nik_date"),
        (IMPOSSIBLE, "nik_date"),
        ("3173021213900001", "nik_date"),
        ("3173028101900001", "nik_day"),
        ("3173020001900001", "nik_day"),
        ("3173021708450000", "nik_serial"),
        ("3173021708450O01", "nik_not_digits"),
        ("317302170845000", "nik_length"),
    ],
)
def test_rule_01_a_wrong_nik_is_refused_with_its_reason(officer, written, code):
    page = officer.post(START, {"nik": written})

    assert [error.code for error in page.context["form"].errors.as_data()["nik"]] == [code]
    assert RegistrationDraft.objects.count() == 0


def test_a_nik_whose_date_is_no_date_passes_when_the_card_was_seen_and_a_reason_is_written(officer, camat):
    refused = officer.post(START, {"nik": IMPOSSIBLE, "is_card_seen": "on", "card_reason": ""})
    form = begin(officer, IMPOSSIBLE, is_card_seen="on", card_reason="Tanggal diperbaiki di Dukcapil")
    officer.post(form, typed(birth_date="1990-03-02", sex="L"))

    person = Participant.objects.get()
    assert list(refused.context["form"].errors) == ["card_reason"]
    assert (person.nik, person.birth_date) == (IMPOSSIBLE, date(1990, 3, 2))
    assert list(CardSeen.objects.values_list("participant", "reason", "seen_by")) == [
        (person.pk, "Tanggal diperbaiki di Dukcapil", camat.pk)
    ]


def test_a_serial_of_zeros_is_refused_even_with_the_card(officer):
    page = officer.post(START, {"nik": "3173021708450000", "is_card_seen": "on", "card_reason": "dilihat"})

    assert list(page.context["form"].errors) == ["nik"]


# ---------------------------------------------------------------- the answer as the NIK is typed


def test_a_new_nik_is_answered_while_it_is_typed_and_nothing_is_begun(officer):
    page = officer.post(START, {"nik": NIK}, headers=HTMX)

    text = page.content.decode()
    assert ("<html" in text, "NIK ini belum terdaftar" in text, "7 Agustus 1990" in text) == (
        False,
        True,
        True,
    )
    assert RegistrationDraft.objects.count() == 0


def test_somebody_registered_elsewhere_is_told_by_area_and_agency_only(officer):
    other = ParticipantFactory(
        nik=NIK, full_name="Rahasia Sekali", kelurahan_id="31.73.08.1001", registered_at_unit_id="pkk-31-73"
    )

    page = officer.post(START, {"nik": NIK}, headers=HTMX).content.decode()

    assert "Kembangan, Jakarta Barat" in page
    assert "PKK" in page
    assert (other.full_name in page, other.number in page) == (False, False)


def test_the_answer_while_typing_and_the_button_are_one_question_in_the_trail(officer):
    officer.post(START, {"nik": NIK}, headers=HTMX)
    officer.post(START, {"nik": NIK})

    assert AuditEvent.objects.filter(action="participants.nik.checked").count() == 1


# ---------------------------------------------------------------- the form


def test_rule_03_the_region_of_the_nik_decides_nothing(officer):
    officer.post(begin(officer, "3374054708909001"), typed())

    person = Participant.objects.get()
    assert (person.kecamatan_id, person.is_outside_dki) == ("31.73.07", False)


def test_rule_06_the_kk_number_is_never_the_nik(officer):
    page = officer.post(begin(officer), typed(kk=NIK))

    assert list(page.context["form"].errors) == ["kk"]


def test_rule_07_a_family_shares_its_kk_number(officer):
    kk = "3173070101150001"
    officer.post(begin(officer), typed(kk=kk))
    officer.post(
        begin(officer, "3173071708909002"),
        typed(full_name="Ahmad", sex="L", birth_date="1990-08-17", kk=kk, phone=""),
    )

    assert [person.kk for person in Participant.objects.all()] == [kk, kk]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0812-3456-7890", "+6281234567890"),
        ("(0812) 34567890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("62081234567890", "+6281234567890"),
        ("0062 812 3456 7890", "+6281234567890"),
        ("0811812345", "+62811812345"),
        ("62811812345", "+62811812345"),
        ("811812345", "+62811812345"),
    ],
)
def test_rule_09_a_phone_number_is_understood_as_people_write_it(officer, written, stored):
    officer.post(begin(officer), typed(phone=written))

    assert Participant.objects.get().phone == stored


@pytest.mark.parametrize("written", ["021-5550123", "08123456", "nol delapan", "081234567890 / 081234567891"])
def test_rule_09_what_no_message_reaches_is_refused(officer, written):
    page = officer.post(begin(officer), typed(phone=written))

    assert list(page.context["form"].errors) == ["phone"]


def test_rule_10_a_third_person_on_one_phone_is_a_warning(officer):
    for number in ("JB-PM-09001", "JB-PM-09002"):
        ParticipantFactory(number=number, phone="+6281200004417")

    page = officer.post(begin(officer), typed())
    officer.post(page.request["PATH_INFO"], typed(is_compared="on"))

    assert page.context["form"].doubts == [Doubt.SHARED_PHONE]
    assert Participant.objects.filter(nik_lookup__isnull=False).count() == 3


def test_rule_08_a_namesake_with_the_same_birth_date_is_a_warning(officer):
    ParticipantFactory(full_name="Hj. Siti Rahmawati", birth_date=date(1990, 8, 7))

    assert officer.post(begin(officer), typed()).context["form"].doubts == [Doubt.SAME_PERSON]


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "Suparno",
        "N" * 100,
        "Nur'aini",
        "Nur’aini",
        "Nurʼaini",
        "Nur`aini",
        "Ma'ruf Al-Fatih, S.E., M.M.",
    ],
)
def test_rule_11_a_name_is_stored_as_it_was_typed(officer, name):
    officer.post(begin(officer), typed(full_name=f"  {name} "))

    assert Participant.objects.get().full_name == name


@pytest.mark.parametrize(
    ("written", "stored"),
    [("Siti 😀 Rahmawati", "Siti Rahmawati"), ("\u202eSiti\u202c Rahmawati\u200f", "Siti Rahmawati")],
)
def test_emoji_and_direction_marks_do_not_enter_a_name(officer, written, stored):
    officer.post(begin(officer), typed(full_name=written))

    assert Participant.objects.get().full_name == stored


def test_a_name_of_a_hundred_and_one_letters_is_refused(officer):
    assert list(officer.post(begin(officer), typed(full_name="N" * 101)).context["form"].errors) == [
        "full_name"
    ]


def test_rule_12_the_minimum_age_is_a_setting(officer, settings):
    settings.MINIMUM_AGE = 40
    page = officer.post(begin(officer), typed(birth_date="1990-08-07"))

    assert page.context["form"].errors["birth_date"] == [
        "Peserta belum berumur 40 tahun. Daftarkan mulai hari ulang tahunnya"
    ]


def test_under_eighteen_the_form_asks_who_agrees(officer):
    born = timezone.localdate() - timedelta(days=17 * 366)
    nik = f"317307{born.day + 40:02d}{born:%m%y}9001"
    form = begin(officer, nik)
    young = typed(birth_date=born.isoformat())

    refused = officer.post(form, young)
    officer.post(form, {**young, "guardian_name": "Aminah", "guardian_relation": "parent"})

    assert list(refused.context["form"].errors) == ["guardian_name", "guardian_relation"]
    assert [g.full_name for g in Participant.objects.get().guardians.all()] == ["Aminah"]


def test_rule_13_a_card_from_outside_jakarta_is_kept_after_a_second_look(officer):
    form = begin(officer)
    first = officer.post(form, typed(kelurahan="luar"))
    officer.post(form, typed(kelurahan="luar", is_compared="on"))

    assert first.context["form"].doubts == [Doubt.OUTSIDE_DKI]
    assert Participant.objects.get().is_outside_dki
    assert Participant.objects.in_programme().count() == 0


def test_rule_14_kelurahan_jatinegara_lies_in_kecamatan_cakung(client_as):
    client = client_as(member(Role.SUDIN, "31.75"))
    choices = client.get(begin(client)).context["form"].fields["kelurahan"].choices

    groups = {
        label: [name for _code, name in inside] for label, inside in choices if isinstance(inside, list)
    }
    assert [label for label, names in groups.items() if "Jatinegara" in names] == ["Cakung"]


def test_the_kelurahan_used_last_stands_first_and_only_once(officer):
    officer.post(begin(officer), typed(kelurahan="31.73.07.1003"))
    choices = officer.get(begin(officer, "3173071708909002")).context["form"].fields["kelurahan"].choices

    (_blank, (label, used), (_others, rest), _outside) = choices
    assert (str(label), [code for code, _name in used], len(rest)) == (
        "Terakhir dipakai",
        ["31.73.07.1003"],
        5,
    )


# ---------------------------------------------------------------- nothing is lost


def test_what_is_typed_is_kept_as_it_is_typed(officer):
    form = begin(officer)

    assert officer.post(f"{form}simpan/", typed(full_name="Siti Setengah"), headers=STEADY).status_code == 204
    assert officer.get(form).context["form"].initial["full_name"] == "Siti Setengah"


def test_without_a_script_the_draft_is_kept_by_its_button(officer):
    form = begin(officer)

    assert officer.post(f"{form}simpan/", typed(full_name="Siti Setengah"))["Location"] == form


def test_the_same_nik_begun_again_goes_on_where_it_was(officer):
    form = begin(officer)
    officer.post(f"{form}simpan/", typed(full_name="Siti Setengah"))

    assert begin(officer) == form
    assert officer.get(form).context["form"].initial["full_name"] == "Siti Setengah"


def test_a_draft_outlives_the_browser(officer, client_as, camat):
    form = begin(officer)
    officer.post(f"{form}simpan/", typed(full_name="Siti Setengah"))
    officer.cookies.clear()

    assert client_as(camat).get(form).context["form"].initial["full_name"] == "Siti Setengah"


def test_what_was_typed_when_the_session_had_ended_survives_the_sign_in(
    officer, client_as, camat, monkeypatch
):
    """First a draft saved in the background, then the button: the button's answers come back."""
    form = begin(officer)
    later = timezone.now() + timedelta(hours=13)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        saved = officer.post(f"{form}simpan/", typed(full_name="Lebih awal"), headers=STEADY)
        sent = officer.post(form, typed(full_name="Yang terakhir"), headers=STEADY)
    assert saved.status_code in (200, 302)
    assert "/masuk/petugas/" in sent.json()["go"]

    kept = {"draft": {**officer.session["draft"], "at": timezone.now().timestamp()}}
    client = client_as(camat)
    session = client.session
    session.update(kept)
    session.save()
    page = client.get(reverse("accounts:resume")).content.decode()
    assert ('value="Yang terakhir"' in page, form in page) == (True, True)


def test_a_steady_form_is_told_the_address_instead_of_being_sent_there(officer):
    answer = officer.post(begin(officer), typed(), headers=STEADY)

    person = Participant.objects.get()
    assert answer.json() == {"go": reverse("participants:registered", args=[person.number])}


def test_a_form_sent_again_after_a_lost_answer_registers_once(officer):
    form = begin(officer)
    first = officer.post(form, typed(), headers=STEADY).json()
    second = officer.post(form, typed(), headers=STEADY).json()

    assert (first, Participant.objects.count()) == (second, 1)


def test_a_finished_draft_is_empty_and_forgotten_after_a_week(officer):
    officer.post(begin(officer), typed())
    row = RegistrationDraft.objects.get()

    assert (row.typed_ciphertext, row.nik_lookup) == (None, None)
    assert drafts.forget_old(now=timezone.now() + timedelta(days=8)) == 1


def test_a_draft_can_be_thrown_away(officer):
    officer.post(f"{begin(officer)}buang/")

    assert RegistrationDraft.objects.count() == 0


def test_no_row_of_a_draft_holds_what_was_typed(officer):
    officer.post(f"{begin(officer)}simpan/", typed())

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM participants_registrationdraft d")
        stored = cursor.fetchone()[0]
    assert [word for word in (NIK, "Siti", "4417") if word in stored] == []


@pytest.mark.parametrize(
    "changes", [{"number": "JB-PM-00001"}, {"typed_ciphertext": None}, {"nik_lookup": None}]
)
def test_a_draft_is_open_or_finished_and_nothing_between(camat, changes):
    drafts.begin(user=camat, nik=NIK, now=NOW)

    with pytest.raises(IntegrityError, match="open_or_finished"):
        RegistrationDraft.objects.update(**changes)


# ---------------------------------------------------------------- the result, and a photo of the card


def test_the_result_holds_a_card_without_anything_personal_in_its_code(officer):
    answer = officer.post(begin(officer), typed())
    page = officer.get(answer["Location"])

    assert page.context["code"].path.startswith("M")
    assert "autofocus" in page.content.decode().split("Daftarkan berikutnya")[0].rsplit("<a", 1)[1]


@pytest.fixture
def photographed(officer, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    person = ParticipantFactory()
    photo = SimpleUploadedFile("ktp.jpg", picture(), content_type="image/jpeg")
    officer.post(reverse("participants:identity_photo", args=[person.number]), {"photo": photo})
    return person


def test_rule_61_a_photo_is_opened_by_a_recorded_press_only(officer, photographed):
    url = reverse("participants:identity_photo_open", args=[photographed.number])

    assert officer.get(url).status_code == 405
    opened = officer.post(url)
    assert (opened["Content-Type"], opened.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert AuditEvent.objects.filter(action="participants.identity_photo.opened").count() == 1


def test_after_the_comparison_the_photo_is_gone(officer, photographed):
    officer.post(reverse("participants:identity_photo_compared", args=[photographed.number]))

    assert IdentityPhoto.objects.count() == 0


def test_a_photo_nobody_compared_is_deleted_after_fourteen_days(photographed):
    assert identity_photos.forget_old(now=timezone.now() + timedelta(days=13)) == 0
    assert identity_photos.forget_old(now=timezone.now() + timedelta(days=15)) == 1


def test_another_office_cannot_open_the_photo(client_as, photographed):
    other = client_as(member(Role.KECAMATAN, "31.73.08"))

    assert (
        other.post(reverse("participants:identity_photo_open", args=[photographed.number])).status_code == 404
    )


def test_a_photo_that_is_none_is_refused_in_words(officer):
    person = ParticipantFactory()
    url = reverse("participants:identity_photo", args=[person.number])
    page = officer.post(url, {"photo": SimpleUploadedFile("x.jpg", b"%PDF-1.7")}, follow=True)

    assert "Berkas ini bukan foto" in page.content.decode()
