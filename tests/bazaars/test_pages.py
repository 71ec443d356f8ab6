"""The pages end to end: who may open them, what they say, how many queries they need."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bazaars import verify_draw
from bazaars.enums import SiteState
from bazaars.feasibility import Bounds
from bazaars.models import Application, Bazaar, Site
from okoce.accounts.models import Membership
from okoce.accounts.sessions import PARTICIPANT
from tests.factories.accounts import JAKARTA_PUSAT, UserFactory, member
from tests.factories.bazaars import (
    KPKP,
    PPKUKM,
    SECRET,
    ApplicationFactory,
    BazaarFactory,
    SiteFactory,
    drawn_site,
    frozen_site,
    in_days,
    open_site,
    vendor,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def url(name, site, **more):
    return reverse(f"bazaars:{name}", args=[site.pk])


def as_participant(client_as, participant):
    user = UserFactory()
    participant.user = user
    participant.save()
    membership = Membership.objects.create(user=user, role="participant")
    return client_as(user.acting_as(membership), membership, kind=PARTICIPANT)


# --- preparing ------------------------------------------------------------------------------------


def test_a_sudin_opens_a_bazaar_of_forty_stalls_from_the_first_form_to_the_open_call(officer):
    answer = officer.post(
        reverse("bazaars:create"),
        {
            "name": "Bazar UKM OK OCE",
            "starts_on": in_days(30).isoformat(),
            "ends_on": in_days(31).isoformat(),
            "opens_at": "08.00",
            "closes_at": "17:00",
            "site_name": "Halaman Kantor Wali Kota",
            "kind": "city_hall",
            "kecamatan": "31.73.08",
            "address": "",
            "share_limit": "1",
        },
    )
    site = Site.objects.get()
    assert answer.url == url("stalls", site)

    officer.post(url("stalls", site), {"numbers": "A01-A40", "per_row": "8", "zone": ""})
    officer.post(
        url("quotas", site),
        {
            f"pengampu-{KPKP}-min": "8",
            f"pengampu-{KPKP}-max": "12",
            f"pengampu-{PPKUKM}-max": "30",
            "categories-kuliner-max": "16",
        },
    )
    officer.post(url("open", site), {"closes_on": in_days(10).isoformat(), "closes_time": "23:59"})

    site.refresh_from_db()
    assert (site.state, site.stalls.count()) == (SiteState.OPEN, 40)
    assert sorted(
        site.quotas.values_list("pengampu_id", "category_id", "minimum", "maximum"), key=str
    ) == sorted([(KPKP, None, 8, 12), (PPKUKM, None, 0, 30), (None, "kuliner", 0, 16)], key=str)
    assert timezone.localtime(site.applications_close_at).strftime("%H:%M") == "23:59"


def test_quotas_that_cannot_be_met_are_refused_beside_the_field_with_their_sum(officer):
    site = open_site(stalls=30)
    pkk = "pkk-31-73"
    data = {
        f"pengampu-{KPKP}-min": "8",
        f"pengampu-{KPKP}-max": "20",
        f"pengampu-{PPKUKM}-min": "14",
        f"pengampu-{PPKUKM}-max": "20",
        f"pengampu-{pkk}-min": "10",
        f"pengampu-{pkk}-max": "20",
    }

    page = officer.post(url("quotas", site), data)

    form = page.context["form"]
    assert form.errors[f"pengampu-{KPKP}-min"] == [
        "Minimum 8 + 10 + 14 adalah 32, sedangkan tempatnya 30. Turunkan salah satu."
    ]
    assert set(site.quotas.values_list("pengampu_id", "minimum")) == {(KPKP, 0), (PPKUKM, 0)}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (f"pengampu-{KPKP}-max", "41", "Sudin KPKP: maksimum 41 melebihi 3 tempat yang diundi"),
        (f"pengampu-{KPKP}-max", "-1", "Sudin KPKP: kuota tidak boleh di bawah 0"),
        (f"pengampu-{KPKP}-max", "dua", "Sudin KPKP: tulis angka bulat, misalnya 8"),
        ("categories-kuliner-min", "5", "Kuliner: minimum 5 melebihi maksimum 2"),
    ],
)
def test_a_quota_that_makes_no_sense_says_so_at_its_field(officer, field, value, words):
    site = open_site(stalls=3)
    data = {f"pengampu-{KPKP}-max": "3", "categories-kuliner-max": "2"} | {field: value}

    page = officer.post(url("quotas", site), data)

    assert page.context["form"].errors[field] == [words]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": in_days(29).isoformat()}, "ends_on"),
        ({"ends_on": in_days(99).isoformat()}, "ends_on"),
        ({"closes_at": "07:00"}, "closes_at"),
        ({"starts_on": in_days(-2).isoformat(), "ends_on": in_days(-1).isoformat()}, "starts_on"),
        ({"kecamatan": "31.71.01"}, "kecamatan"),
        ({"name": ""}, "name"),
    ],
)
def test_a_bazaar_that_cannot_be_is_refused_at_the_field(officer, changes, field):
    data = {
        "name": "Bazar",
        "starts_on": in_days(30).isoformat(),
        "ends_on": in_days(31).isoformat(),
        "opens_at": "08:00",
        "closes_at": "17:00",
        "site_name": "Halaman",
        "kind": "city_hall",
        "kecamatan": "31.73.08",
        "share_limit": "1",
    }

    page = officer.post(reverse("bazaars:create"), data | changes)

    assert list(page.context["form"].errors) == [field]
    assert not Bazaar.objects.exists()


def test_a_second_site_of_the_same_name_is_refused_in_words(officer):
    site = SiteFactory()
    page = officer.post(
        reverse("bazaars:add_site", args=[site.bazaar.slug]),
        {"site_name": site.name, "kind": "rusun", "kecamatan": "31.73.08", "share_limit": "2"},
    )

    assert list(page.context["form"].errors) == ["site_name"]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ("A01", "Sudah ada di denah: A01. Pilih nomor lain."),
        ("A-1", "Tulis huruf dan angka, misalnya A01 atau A01-A16"),
        ("A01-B03", "Kedua nomor harus diawali huruf yang sama, misalnya A01-A16"),
    ],
)
def test_stalls_that_cannot_be_added_say_why(officer, numbers, words):
    page = officer.post(url("stalls", open_site()), {"numbers": numbers, "per_row": "8", "zone": ""})

    assert page.context["form"].errors["numbers"] == [words]


def test_a_zone_is_removed_with_one_press(officer):
    site = SiteFactory()
    for numbers in ("A01-A02", "B01"):
        officer.post(url("stalls", site), {"numbers": numbers, "per_row": "8", "zone": ""})

    officer.post(reverse("bazaars:remove_stalls", args=[site.pk, "B"]))

    assert list(site.stalls.values_list("number", flat=True)) == ["A01", "A02"]


def test_a_deadline_in_the_past_or_on_the_first_day_is_refused(officer):
    site = open_site()
    for day in (in_days(-1), site.bazaar.starts_on):
        page = officer.post(url("open", site), {"closes_on": day.isoformat(), "closes_time": "12:00"})

        assert list(page.context["form"].errors) == ["closes_on"]


# --- the ceremony ---------------------------------------------------------------------------------


def test_the_ceremony_on_the_pages_from_commitment_to_result(officer, client_as):
    site = open_site(closes_in=timedelta(seconds=-1))
    applications = [ApplicationFactory(site=site) for _ in range(5)]
    page = officer.post(url("commit", site), {"secret": SECRET})
    assert SECRET in text_of(page)

    officer.post(url("freeze", site))
    site.refresh_from_db()
    assert site.state == SiteState.FROZEN
    part = site.seed_parts.get()
    wrong = officer.post(url("reveal", site), {"part": part.pk, "secret": "bukan yang ini"})
    assert "SHA-256-nya berbeda" in text_of(wrong)
    officer.post(url("reveal", site), {"part": part.pk, "secret": SECRET})
    officer.post(url("draw", site))
    again = officer.post(url("draw", site), follow=True)

    assert "Hasilnya tidak pernah diundi ulang." in text_of(again)
    site.refresh_from_db()
    assert site.state == SiteState.DRAWN
    record = json.loads(Client().get(url("record", site)).content)
    verify_draw.verify(record)
    assert sorted(record["order"]) == sorted(a.public_id for a in applications)


def test_a_pengampu_commits_on_its_own_account(client_as):
    site = open_site()
    agency = member("pengampu", None, KPKP)
    fingerprint = hashlib.sha256(SECRET.encode()).hexdigest()

    page = client_as(agency).post(url("commit", site), {"secret": "", "commitment": fingerprint})

    assert fingerprint in text_of(page)
    assert site.seed_parts.values_list("organisation_id", "commitment", "secret").get() == (
        KPKP,
        fingerprint,
        "",
    )


def test_a_secret_never_comes_into_the_database_before_it_is_revealed(officer):
    site = open_site()
    officer.post(url("commit", site), {"secret": SECRET})

    assert site.seed_parts.get().secret == ""


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"secret": "pendek"}, "secret"),
        ({"secret": "dua baris\nsatu rahasia"}, "secret"),
        ({"secret": ""}, "secret"),
        ({"commitment": "xyz"}, "commitment"),
        ({"secret": SECRET, "commitment": "0" * 64}, "commitment"),
    ],
)
def test_a_secret_that_protects_nothing_is_refused_at_the_field(officer, data, field):
    site = open_site()
    page = officer.post(url("commit", site), data)

    assert list(page.context["form"].errors) == [field]
    assert not site.seed_parts.exists()


def test_freezing_early_asks_for_the_reason(officer):
    site = open_site()
    ApplicationFactory(site=site)
    officer.post(url("commit", site), {"secret": SECRET})
    page = officer.post(url("freeze", site), {"reason": ""})
    assert list(page.context["form"].errors) == ["reason"]

    officer.post(url("freeze", site), {"reason": "Tempat pindah karena hujan"})

    site.refresh_from_db()
    assert site.state == SiteState.FROZEN


def test_the_freeze_page_says_beforehand_what_the_applicants_cannot_meet(officer):
    site = open_site(stalls=3, pengampu={KPKP: Bounds(2, 3), PPKUKM: Bounds(0, 3)})
    ApplicationFactory(site=site)
    officer.post(url("commit", site), {"secret": SECRET})

    page = officer.get(url("freeze", site))

    assert page.context["problems"] == [
        "Sudin KPKP: minimumnya 2, tetapi hanya 1 pendaftar yang termasuk. "
        "Turunkan minimum, atau perpanjang pendaftaran."
    ]


# --- the participant ------------------------------------------------------------------------------


def test_a_participant_applies_with_what_the_profile_says(client_as):
    site, person = open_site(), vendor(sector="minuman")
    me = as_participant(client_as, person)
    form = me.get(url("apply", site)).context["form"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}

    answer = me.post(url("apply", site), {k: v for k, v in values.items() if v})

    application = Application.objects.get()
    assert answer.url == url("result", site)
    assert (application.product, application.category_id, application.pengampu_id) == (
        "Asinan Betawi",
        "minuman",
        KPKP,
    )


def test_whoever_cannot_apply_reads_why_and_what_next_instead_of_a_form(client_as):
    site = open_site()
    me = as_participant(client_as, vendor("pkk-31-73"))

    page = me.get(url("apply", site))

    assert page.context["obstacles"] == [
        {
            "what": "Anda belum dibina instansi yang punya stan di sini: Sudin KPKP, Sudin PPKUKM.",
            "next": "Tanyakan kepada pendamping atau kantor kecamatan, instansi mana yang membina Anda.",
        }
    ]
    assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]


def test_an_application_after_the_deadline_is_refused_in_words(client_as):
    site, person = open_site(closes_in=timedelta(seconds=-1)), vendor()
    me = as_participant(client_as, person)
    data = {"product": "Asinan", "category": "kuliner", "pengampu": KPKP}

    page = me.post(url("apply", site), data)

    assert "Pendaftaran ditutup" in text_of(page)
    assert not Application.objects.exists()


def test_the_result_page_names_the_stall_or_the_reason_and_the_own_number(client_as):
    site = drawn_site(5)
    record = site.draw.record
    for public_id, words in (
        (record["chosen"][0], "Stan Anda: A01"),
        (
            record["reserve"][0]["id"],
            "Semua tempat sudah terisi oleh pendaftar yang urutannya lebih atas.",
        ),
    ):
        application = Application.objects.get(public_id=public_id)
        page = text_of(as_participant(client_as, application.participant).get(url("result", site)))

        assert words in page
        assert public_id in page
        others = Application.objects.exclude(pk=application.pk).select_related("participant")
        assert [o.public_id for o in others if o.participant.full_name + "," in page] == []


def test_the_result_page_speaks_english_too(client_as):
    site = drawn_site(5)
    application = Application.objects.get(public_id=site.draw.record["reserve"][0]["id"])
    me = as_participant(client_as, application.participant)
    me.cookies["bahasa"] = "en"

    assert "All places were taken by applicants further up in the order." in text_of(
        me.get(url("result", site))
    )


def test_an_application_is_withdrawn_after_a_page_that_asks(client_as):
    site = open_site()
    application = ApplicationFactory(site=site)
    me = as_participant(client_as, application.participant)
    assert "Tarik pendaftaran Anda" in text_of(me.get(url("withdraw", site)))

    me.post(url("withdraw", site))

    application.refresh_from_db()
    assert application.state == "withdrawn"


def test_the_result_of_somebody_who_did_not_apply_is_not_there(client_as):
    site = drawn_site(2)

    assert as_participant(client_as, vendor()).get(url("result", site)).status_code == 404


# --- the public -----------------------------------------------------------------------------------


def test_the_public_page_shows_hash_commitments_order_and_no_name(client):
    site = drawn_site(5)
    page = text_of(client.get(url("public_draw", site)))

    assert site.draw.frozen_hash in page
    assert site.seed_parts.get().commitment in page
    assert site.draw.record["seed"] in page
    for application in site.applications.select_related("participant"):
        assert application.public_id in page
        assert application.participant.full_name not in page
        assert application.participant.number not in page


def test_the_frozen_list_as_downloaded_has_the_published_hash(client):
    site = frozen_site(3)

    assert hashlib.sha256(client.get(url("frozen_list", site)).content).hexdigest() == site.draw.frozen_hash


def test_a_secret_stays_hidden_until_it_is_revealed_and_the_record_until_it_is_drawn(client):
    site = frozen_site(3)

    assert SECRET not in text_of(client.get(url("public_draw", site)))
    assert client.get(url("record", site)).status_code == 404


def test_the_script_is_served_as_it_stands(client):
    answer = client.get(reverse("bazaars:script"))

    assert b"".join(answer.streaming_content).decode() == Path(verify_draw.__file__).read_text(
        encoding="utf-8"
    )


def test_a_draft_is_nowhere_public(client):
    site = SiteFactory()

    assert client.get(url("public_draw", site)).status_code == 404
    assert client.get(site.bazaar.get_absolute_url()).status_code == 404
    assert site.bazaar.name not in text_of(client.get(reverse("bazaars:public")))


# --- who sees what --------------------------------------------------------------------------------


def test_the_sudin_of_another_city_finds_nothing(client_as):
    site = frozen_site(2)
    other = client_as(member("sudin", JAKARTA_PUSAT))

    for name in ("site", "stalls", "quotas", "open", "commit", "freeze", "reveal", "draw"):
        assert other.get(url(name, site)).status_code == 404


def test_a_pengampu_sees_its_own_applicants_only(client_as):
    site = open_site()
    own, other = ApplicationFactory(site=site), ApplicationFactory(site=site, pengampu_id=PPKUKM)
    page = client_as(member("pengampu", None, KPKP)).get(url("site", site))

    assert [row.public_id for row in page.context["rows"]] == [own.public_id]
    assert other.participant.number not in text_of(page)


@pytest.mark.parametrize("name", ["stalls", "quotas", "open", "freeze", "draw"])
def test_a_pengampu_prepares_and_draws_nothing(client_as, name):
    site = frozen_site(2)

    assert client_as(member("pengampu", None, KPKP)).get(url(name, site)).status_code == 403


# --- queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_staff_list_needs_the_same_queries_for_any_number_of_rows(
    officer, count, django_assert_num_queries
):
    for _ in range(count):
        SiteFactory()
    officer.get(reverse("bazaars:bazaars"))

    with django_assert_num_queries(LIST_QUERIES):
        officer.get(reverse("bazaars:bazaars"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_public_list_needs_the_same_queries_for_any_number_of_rows(
    client, count, django_assert_num_queries
):
    for _ in range(count):
        open_site()

    with django_assert_num_queries(PUBLIC_QUERIES):
        client.get(reverse("bazaars:public"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_drawn_site_needs_the_same_queries_for_any_number_of_applicants(
    officer, count, django_assert_num_queries
):
    site = drawn_site(count)
    officer.get(url("site", site))

    with django_assert_num_queries(SITE_QUERIES):
        officer.get(url("site", site))


@pytest.mark.parametrize("count", [1, 3])
def test_an_open_site_needs_the_same_queries_for_any_number_of_applicants(
    officer, count, django_assert_num_queries
):
    site = open_site(bazaar=BazaarFactory())
    for _ in range(count):
        ApplicationFactory(site=site)
    officer.get(url("site", site))

    with django_assert_num_queries(OPEN_SITE_QUERIES):
        officer.get(url("site", site))


LIST_QUERIES, PUBLIC_QUERIES, SITE_QUERIES, OPEN_SITE_QUERIES = 6, 4, 16, 24
