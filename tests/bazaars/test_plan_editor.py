"""The officer draws the plan by forms that need no script: rows at once, facts, places, numbers, tents."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from bazaars import errors
from bazaars.enums import SiteState
from bazaars.feasibility import Bounds
from bazaars.models import PlanVersion, Site, Stall
from bazaars.services import copies, events, plans
from okoce.audit.models import AuditEvent
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import (
    KPKP,
    BazaarFactory,
    SiteFactory,
    drawn_site,
    frozen_site,
    in_days,
    open_site,
)
from tests.okoce.db.test_images import picture
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def url(name, site, *more):
    return reverse(f"bazaars:{name}", args=[site.pk, *more])


def places(site):
    return {s.number: (s.row, s.column) for s in site.stalls.all()}


def keys(site, *numbers):
    return [site.stalls.get(number=number).pk for number in numbers]


def deed(officer, site, name, numbers=(), **typed):
    data = {"perbuatan": name, "stan": keys(site, *numbers), **typed}
    return officer.post(url("change_stalls", site), data, follow=True)


# --- facts ----------------------------------------------------------------------------------------


def test_facts_of_the_ticked_stalls_are_changed_and_the_others_stay(officer):
    site = open_site(stalls=3)

    deed(
        officer, site, "fakta", ["A01", "A03"],
        **{"fakta-zone": KPKP, "fakta-kind": "=", "fakta-has_water": "1", "fakta-is_corner": "1",
           "fakta-has_power": "=", "fakta-is_shaded": "="},
    )  # fmt: skip

    facts = ("number", "zone_id", "has_water", "is_corner", "has_power")
    assert list(site.stalls.values_list(*facts)) == [
        ("A01", KPKP, True, True, False),
        ("A02", None, False, False, False),
        ("A03", KPKP, True, True, False),
    ]


def test_a_whole_zone_is_changed_at_once(officer, sudin):
    site = open_site(stalls=2)
    events.add_stalls(site_id=site.pk, numbers=["B01"], per_row=8, zone=None, has_power=False, by=sudin)

    deed(officer, site, "fakta", zona=["A"], **{"fakta-zone": "=", "fakta-has_power": "1"})

    assert dict(site.stalls.values_list("number", "has_power")) == {"A01": True, "A02": True, "B01": False}


def test_a_stall_becomes_a_partners_and_leaves_the_draw(officer):
    site = open_site(stalls=3)

    deed(
        officer,
        site,
        "fakta",
        ["A03"],
        **{"fakta-zone": "=", "fakta-kind": "partner", "fakta-label": "Bulog"},
    )

    stall = site.stalls.get(number="A03")
    assert (stall.kind, stall.label, events.places_of(site)) == ("partner", "Bulog", 2)


def test_stalls_that_the_quotas_need_stay_in_the_draw(officer):
    site = open_site(stalls=3, pengampu={KPKP: Bounds(3, 3)})

    page = deed(
        officer,
        site,
        "fakta",
        ["A03"],
        **{"fakta-zone": "=", "fakta-kind": "partner", "fakta-label": "Bulog"},
    )

    assert "Kuota memerlukan stan ini" in text_of(page)
    assert events.places_of(site) == 3


@pytest.mark.parametrize("size", ["-2", "0"])
def test_a_negative_size_is_refused_in_words_and_what_was_typed_stays(officer, size):
    site = open_site(stalls=2)

    page = deed(
        officer, site, "fakta", ["A02"], **{"fakta-zone": "=", "fakta-width": size, "fakta-label": ""}
    )

    words = text_of(page)
    assert "Tulis 1 atau lebih" in words
    assert f'value="{size}"' in words
    assert f'id="pilih-{keys(site, "A02")[0]}" checked' in words
    assert set(site.stalls.values_list("width", flat=True)) == {1}


def test_a_larger_stall_covers_no_other(officer):
    site = open_site(stalls=3)

    page = deed(officer, site, "fakta", ["A01"], **{"fakta-zone": "=", "fakta-width": "2"})

    assert "A01 dan A02" in text_of(page)
    assert site.stalls.get(number="A01").width == 1


def test_a_stage_covers_several_cells(officer, sudin):
    site = open_site(stalls=2)
    events.add_stalls(
        site_id=site.pk, numbers=["X01"], per_row=8, zone=None, has_power=False, kind="reserved",
        label="Panggung", by=sudin,
    )  # fmt: skip

    deed(officer, site, "fakta", ["X01"], **{"fakta-zone": "=", "fakta-width": "4", "fakta-depth": "2"})

    stage = site.stalls.get(number="X01")
    assert (stage.width, stage.depth) == (4, 2)


def test_choosing_nothing_to_change_or_no_stall_is_said(officer):
    site = open_site(stalls=1)

    assert "Tidak ada yang dipilih untuk diubah" in text_of(
        deed(officer, site, "fakta", ["A01"], **{"fakta-zone": "="})
    )
    assert "Belum ada stan yang dicentang" in text_of(
        deed(officer, site, "fakta", **{"fakta-zone": "=", "fakta-has_power": "1"})
    )
    assert not PlanVersion.objects.filter(site=site, what__has_key="changed").exists()


# --- places ---------------------------------------------------------------------------------------


def test_the_ticked_stalls_move_together(officer):
    site = open_site(stalls=4)

    deed(officer, site, "pindah", ["A02", "A03"], **{"letak-row": "3", "letak-column": "5"})

    assert places(site) == {"A01": (1, 1), "A02": (3, 5), "A03": (3, 6), "A04": (1, 4)}


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("1", "1", "A01 dan A02"),
        ("1", "40", "di luar denah"),
        ("61", "1", "Denah paling banyak 60"),
        ("-1", "1", "Tulis 1 atau lebih"),
        ("dua", "1", "Tulis bilangan bulat"),
    ],
)
def test_places_that_cannot_be_are_refused_in_words(officer, row, column, words):
    site = open_site(stalls=3)
    before = places(site)

    page = deed(officer, site, "pindah", ["A02", "A03"], **{"letak-row": row, "letak-column": column})

    assert words in text_of(page)
    assert f'value="{row}"' in text_of(page)
    assert places(site) == before


def test_all_places_are_saved_in_one_request_and_the_same_again_changes_nothing(officer):
    site = open_site(stalls=2)
    one, two = keys(site, "A01", "A02")
    seen = PlanVersion.objects.get(site=site).number
    sent = {"letak": f"{one}@1,2 {two}@1,1", "versi": seen}

    officer.post(url("place_stalls", site), sent)
    officer.post(url("place_stalls", site), sent)

    assert places(site) == {"A01": (1, 2), "A02": (1, 1)}
    assert PlanVersion.objects.filter(site=site).count() == 2


def test_places_from_an_older_plan_are_refused_and_stay_on_the_screen(officer, sudin):
    site = open_site(stalls=2)
    (one,) = keys(site, "A01")
    events.add_stalls(site_id=site.pk, numbers=["B01"], per_row=8, zone=None, has_power=False, by=sudin)

    page = officer.post(url("place_stalls", site), {"letak": f"{one}@4,4", "versi": "1"})

    words = text_of(page)
    assert "Orang lain telah menyimpan denah ini" in words
    assert (
        'data-number="A01" data-row="4" data-column="4" data-width="1" data-depth="1" data-was="1,1"' in words
    )
    assert places(site)["A01"] == (1, 1)


@pytest.mark.parametrize("letak", ["", "x", "1@2", "1@2,3;", "9999999999@1,1"])
def test_places_that_cannot_be_read_are_refused(officer, letak):
    site = open_site(stalls=1)

    page = officer.post(url("place_stalls", site), {"letak": letak, "versi": "1"}, follow=True)

    assert "tidak dapat dibaca" in text_of(page)


def test_a_stall_of_another_place_is_not_moved(officer, sudin):
    site, other = open_site(stalls=1), open_site(stalls=1, bazaar=BazaarFactory(city_id=JAKARTA_PUSAT))
    (foreign,) = keys(other, "A01")

    officer.post(url("place_stalls", site), {"letak": f"{foreign}@5,5", "versi": "1"})
    with pytest.raises(errors.StallsGone):
        plans.change_stalls(site_id=site.pk, changes={foreign: {"row": 5}}, by=sudin)

    assert places(other) == {"A01": (1, 1)}


# --- numbers --------------------------------------------------------------------------------------


def test_the_ticked_stalls_are_numbered_anew_row_by_row(officer):
    site = open_site(stalls=3)

    deed(officer, site, "nomor", ["A02", "A03"], **{"nomor-first": "b7"})

    assert list(site.stalls.values_list("number", flat=True)) == ["A01", "B07", "B08"]


def test_numbers_of_stalls_are_exchanged_among_themselves(officer):
    site = open_site(stalls=3)

    deed(officer, site, "nomor", ["A01", "A02", "A03"], **{"nomor-first": "A02"})

    assert list(site.stalls.values_list("number", flat=True)) == ["A02", "A03", "A04"]


@pytest.mark.parametrize(
    ("first", "words"),
    [("A03", "Sudah ada di denah: A03"), ("12", "Tulis huruf dan angka"), ("A01-A02", "huruf")],
)
def test_a_stall_numbered_twice_is_refused_in_words(officer, first, words):
    site = open_site(stalls=3)

    page = deed(officer, site, "nomor", ["A01"], **{"nomor-first": first})

    assert words in text_of(page)
    assert list(site.stalls.values_list("number", flat=True)) == ["A01", "A02", "A03"]


# --- tents ----------------------------------------------------------------------------------------


def tents(site):
    return {s.number: (s.tent, s.tent_half) for s in site.stalls.all()}


def test_stalls_are_put_two_by_two_into_tents(officer):
    site = open_site(stalls=4)

    page = deed(officer, site, "tenda", ["A01", "A02", "A03", "A04"])

    assert tents(site) == {"A01": (1, 1), "A02": (1, 2), "A03": (2, 1), "A04": (2, 2)}
    assert "tenda bersama A02" in text_of(page)


@pytest.mark.parametrize("numbers", [["A01"], ["A01", "A03"], ["A01", "A02", "A03"]])
def test_a_tent_covers_two_that_stand_side_by_side(officer, numbers):
    site = open_site(stalls=3)

    page = deed(officer, site, "tenda", numbers)

    assert "dua stan yang bersebelahan" in text_of(page)
    assert set(tents(site).values()) == {(None, None)}


def test_a_tent_ends_when_its_stalls_are_moved_apart_or_one_is_removed(officer):
    site = open_site(stalls=4)
    deed(officer, site, "tenda", ["A01", "A02", "A03", "A04"])

    deed(officer, site, "pindah", ["A02"], **{"letak-row": "5", "letak-column": "5"})
    deed(officer, site, "hapus", ["A04"])

    assert tents(site) == {"A01": (None, None), "A02": (None, None), "A03": (None, None)}


def test_tents_are_separated_again(officer):
    site = open_site(stalls=2)
    deed(officer, site, "tenda", ["A01", "A02"])

    deed(officer, site, "pisah", ["A01"])

    assert set(tents(site).values()) == {(None, None)}


# --- removing, freezing, two at once ----------------------------------------------------------------


def test_the_ticked_stalls_are_removed(officer):
    site = open_site(stalls=3)

    page = deed(officer, site, "hapus", ["A02"])

    assert "1 stan dihapus" in text_of(page)
    assert sorted(places(site)) == ["A01", "A03"]


@pytest.mark.parametrize("name", ["fakta", "pindah", "nomor", "tenda", "pisah", "hapus"])
def test_once_the_list_is_frozen_every_change_is_refused_in_words(officer, name):
    site = frozen_site(1, stalls=2)
    before = list(site.stalls.values())

    page = deed(
        officer, site, name, ["A01", "A02"],
        **{"fakta-zone": "=", "fakta-has_power": "1", "letak-row": "4", "letak-column": "4"},
        **{"nomor-first": "C01"},
    )  # fmt: skip

    assert "dibekukan" in text_of(page)
    assert list(site.stalls.values()) == before


def test_the_page_of_a_frozen_plan_offers_no_change(officer):
    page = text_of(officer.get(url("stalls", frozen_site(1, stalls=2))))

    assert "Denah tetap seperti yang diumumkan" in page
    assert "perbuatan" not in page
    assert "data-canvas" not in page


def test_a_deed_that_nobody_knows_is_said(officer):
    site = open_site(stalls=1)

    assert "Pilih apa yang dilakukan" in text_of(deed(officer, site, "terbang", ["A01"]))


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_take_the_same_number_get_it_once(sudin):
    site = open_site(stalls=2)
    one, two = keys(site, "A01", "A02")
    start, refused = threading.Barrier(2), []

    def number(key):
        start.wait()
        try:
            plans.renumber_stalls(site_id=site.pk, stall_ids=[key], first="C01", by=sudin)
        except errors.StallTaken:
            refused.append(key)
        finally:
            connection.close()

    both = [threading.Thread(target=number, args=[key]) for key in (one, two)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert len(refused) == 1
    assert site.stalls.filter(number="C01").count() == 1


# --- versions -------------------------------------------------------------------------------------


def versions(site):
    return list(PlanVersion.objects.filter(site=site).order_by("number").values_list("number", "what"))


def test_every_change_is_kept_with_what_it_changed(officer, sudin):
    site = open_site(stalls=3)

    deed(officer, site, "pindah", ["A03"], **{"letak-row": "4", "letak-column": "1"})
    deed(officer, site, "nomor", ["A03"], **{"nomor-first": "B01"})
    deed(officer, site, "fakta", ["A01"], **{"fakta-zone": "=", "fakta-has_power": "1"})

    assert versions(site) == [
        (1, {"added": ["A01", "A02", "A03"]}),
        (2, {"moved": ["A03"]}),
        (3, {"added": ["B01"], "removed": ["A03"]}),
        (4, {"changed": ["A01"]}),
    ]
    page = text_of(officer.get(url("plan_versions", site)))
    assert "Ditambah: A01-A03" in page
    assert "Dipindah: A03" in page
    assert sudin.full_name in page


def test_a_version_is_restored_and_that_is_a_version_too(officer):
    site = open_site(stalls=3)
    before = list(site.stalls.values("number", "row", "column", "has_power"))
    deed(officer, site, "pindah", ["A01"], **{"letak-row": "7", "letak-column": "7"})
    deed(officer, site, "hapus", ["A03"])
    deed(officer, site, "fakta", ["A02"], **{"fakta-zone": "=", "fakta-has_power": "1"})
    kept = keys(site, "A01")

    page = officer.post(url("restore_plan", site, 1), follow=True)
    officer.post(url("restore_plan", site, 1))

    assert "Denah kembali seperti pada versi 1" in text_of(page)
    assert list(site.stalls.values("number", "row", "column", "has_power")) == before
    assert keys(site, "A01") == kept
    assert versions(site)[-1] == (5, {"restored": 1, "added": ["A03"], "moved": ["A01"], "changed": ["A02"]})


def test_a_version_that_the_quotas_forbid_is_not_restored(officer, sudin):
    site = SiteFactory()
    for numbers in (["A01"], ["A02", "A03"]):
        events.add_stalls(site_id=site.pk, numbers=numbers, per_row=8, zone=None, has_power=False, by=sudin)
    events.set_quotas(site_id=site.pk, pengampu={KPKP: Bounds(3, 3)}, categories={}, by=sudin)

    page = officer.post(url("restore_plan", site, 1), follow=True)

    assert "Kuota memerlukan stan ini" in text_of(page)
    assert site.stalls.count() == 3


def test_a_version_is_not_restored_once_the_list_is_frozen(officer, sudin):
    site = open_site(stalls=2)
    events.add_stalls(site_id=site.pk, numbers=["B01"], per_row=8, zone=None, has_power=False, by=sudin)
    site = frozen_site(1, site=site)

    page = officer.post(url("restore_plan", site, 1), follow=True)

    assert "dibekukan" in text_of(page)
    assert site.stalls.count() == 3
    assert "kembali/" not in text_of(officer.get(url("plan_version", site, 1)))


def test_a_plan_from_before_versions_is_kept_before_its_first_change(sudin):
    site = SiteFactory()
    site.stalls.create(number="A01", row=1, column=1)

    events.add_stalls(site_id=site.pk, numbers=["A02"], per_row=8, zone=None, has_power=False, by=sudin)

    assert versions(site) == [(1, {"begun": True}), (2, {"added": ["A02"]})]


def test_a_copied_plan_says_where_it_came_from(sudin):
    site = open_site(stalls=1)
    other = SiteFactory(bazaar=site.bazaar)

    copies.give_plan(site_id=site.pk, by=sudin)

    assert versions(other) == [(1, {"copied": site.name, "added": ["A01"]})]


def test_versions_need_the_same_queries_for_one_and_for_twenty(officer, sudin, django_assert_num_queries):
    site = open_site(stalls=1)
    with django_assert_num_queries(7):
        officer.get(url("plan_versions", site))
    for number in range(1, 4):
        events.add_stalls(
            site_id=site.pk, numbers=[f"B{number:02}"], per_row=8, zone=None, has_power=False, by=sudin
        )
    with django_assert_num_queries(7):
        officer.get(url("plan_versions", site))


def test_versions_of_another_city_are_not_found(client_as):
    site = open_site(stalls=1)
    stranger = client_as(member("sudin", JAKARTA_PUSAT))

    answers = [
        stranger.get(url("plan_versions", site)).status_code,
        stranger.get(url("plan_version", site, 1)).status_code,
        stranger.post(url("restore_plan", site, 1)).status_code,
        stranger.post(url("place_stalls", site), {"letak": "1@1,1", "versi": "1"}).status_code,
    ]

    assert answers == [404, 404, 404, 404]


# --- the picture below ------------------------------------------------------------------------------


def photo(size=(400, 300), name="lapangan.jpg"):
    return SimpleUploadedFile(name, picture(size=size), content_type="image/jpeg")


def test_a_photo_lies_below_the_stalls_with_rows_that_fit_its_shape(officer):
    client = Client()
    site = open_site(stalls=2)

    officer.post(
        url("ground", site), {"entrance": "Pintu dari Jalan Raya", "columns": "20", "photo": photo()}
    )

    ground = Site.objects.get(pk=site.pk).ground
    assert (ground.columns, ground.rows, ground.entrance) == (20, 18, "Pintu dari Jalan Raya")
    page = text_of(client.get(url("plan", site)))
    address = url("plan_photo", site, ground.photo.uid)
    assert f'<image href="{address}"' in page
    answer = client.get(address)
    assert (answer["Content-Type"], answer.content[:2]) == ("image/jpeg", b"\xff\xd8")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 bukan foto", "bukan foto"),
        (b"\xff\xd8\xff" + b"0" * 2000, "Fotonya rusak"),
        (b"\xff\xd8\xff" + b"0" * (9 * 1024 * 1024), "8 MB"),
    ],
)
def test_what_is_no_photo_or_too_large_is_refused_in_words_and_the_rest_stays(officer, content, words):
    site = open_site(stalls=1)

    page = officer.post(
        url("ground", site),
        {"entrance": "Pintu dari Jalan Raya", "columns": "14", "photo": SimpleUploadedFile("x.jpg", content)},
    )

    assert words in text_of(page)
    assert 'value="Pintu dari Jalan Raya"' in text_of(page)
    assert 'value="14"' in text_of(page)
    assert not hasattr(Site.objects.get(pk=site.pk), "ground")


def test_a_picture_on_which_stalls_do_not_fit_is_refused(officer):
    site = open_site(stalls=8)

    page = officer.post(url("ground", site), {"entrance": "", "columns": "6", "photo": photo()})

    assert "di luar denah" in text_of(page)
    assert not site.plan_photos.exists()


def test_a_stall_is_not_moved_beside_the_picture(officer):
    site = open_site(stalls=1)
    officer.post(url("ground", site), {"entrance": "", "columns": "10", "photo": photo()})

    page = deed(officer, site, "pindah", ["A01"], **{"letak-row": "1", "letak-column": "11"})

    assert "A01 akan berada di luar denah, yang berisi 9 baris dan 10 kolom" in text_of(page)


def test_the_picture_is_taken_away_and_a_version_brings_it_back(officer):
    site = open_site(stalls=1)
    officer.post(url("ground", site), {"entrance": "", "columns": "10", "photo": photo()})

    officer.post(url("ground", site), {"buang": "1"})
    assert Site.objects.get(pk=site.pk).ground.photo is None

    officer.post(url("restore_plan", site, 2))
    ground = Site.objects.get(pk=site.pk).ground
    assert (ground.photo, ground.columns) == (site.plan_photos.get(), 10)
    assert [what for _, what in versions(site)][1:] == [
        {"photo": "added"},
        {"photo": "dropped"},
        {"restored": 2},
    ]


def test_a_bazaar_on_other_days_keeps_picture_and_entrance(officer, sudin):
    site = open_site(stalls=1)
    officer.post(url("ground", site), {"entrance": "Pintu barat", "columns": "10", "photo": photo()})

    copied = copies.copy_bazaar(
        bazaar_id=site.bazaar_id, name="Bazar lagi", starts_on=in_days(60), by=sudin, today=in_days(0)
    ).sites.get()

    ground = copied.ground
    assert (ground.entrance, ground.columns, ground.photo) == ("Pintu barat", 10, site.plan_photos.get())
    assert officer.get(url("plan_photo", copied, ground.photo.uid)).status_code == 200


def test_the_picture_of_a_draft_is_not_public(officer):
    site = SiteFactory()
    officer.post(url("ground", site), {"entrance": "", "columns": "10", "photo": photo()})
    address = url("plan_photo", site, site.plan_photos.get().uid)

    assert (officer.get(address).status_code, Client().get(address).status_code) == (200, 404)


# --- the sheet and the board ------------------------------------------------------------------------


def test_the_sheet_says_as_a_list_what_the_plan_draws(officer):
    site = open_site(stalls=2)
    deed(
        officer,
        site,
        "fakta",
        ["A01"],
        **{"fakta-zone": KPKP, "fakta-has_power": "1", "fakta-is_shaded": "1"},
    )
    deed(officer, site, "tenda", ["A01", "A02"])

    page = text_of(Client().get(url("plan", site)))

    assert "listrik, teduh, tenda bersama A02" in page
    assert '<rect class="oo-tent"' in page


@pytest.mark.parametrize("name", ["plan", "plan_board"])
def test_the_sheet_and_the_board_name_no_vendor_even_to_officers(officer, name):
    site = drawn_site(3)
    people = [a.participant.full_name for a in site.applications.select_related("participant")]

    for browser in (Client(), officer):
        page = text_of(browser.get(url(name, site)))
        assert not [person for person in people if person in page]
        assert "Kuliner" in page


@pytest.mark.parametrize("name", ["plan", "plan_board"])
def test_a_draft_is_seen_by_those_who_prepare_it(officer, name):
    site = SiteFactory()

    assert (Client().get(url(name, site)).status_code, officer.get(url(name, site)).status_code) == (404, 200)


@pytest.mark.parametrize("name", ["plan", "plan_board"])
def test_the_sheet_needs_the_same_queries_for_one_and_for_three_stalls(
    client, name, django_assert_num_queries
):
    for stalls in (1, 3):
        site = open_site(stalls=stalls)
        with django_assert_num_queries(9):
            client.get(url(name, site))


def test_changes_are_in_the_audit(officer, sudin):
    site = open_site(stalls=2)
    deed(officer, site, "pindah", ["A01"], **{"letak-row": "4", "letak-column": "4"})
    officer.post(url("restore_plan", site, 1))

    actions = AuditEvent.objects.filter(actor=sudin).values_list("action", flat=True)
    assert [a for a in actions.order_by("pk") if a.startswith(("bazaars.plan", "bazaars.stalls"))] == [
        "bazaars.stalls.changed",
        "bazaars.plan.restored",
    ]


def test_the_plan_is_refused_to_change_while_it_is_drawn(sudin):
    site = drawn_site(1)

    with pytest.raises(errors.SiteIsFrozen):
        plans.drop_photo(site_id=site.pk, by=sudin)
    assert (site.state, Stall.objects.filter(site=site).count()) == (SiteState.DRAWN, 3)
