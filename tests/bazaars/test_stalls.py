"""The facts of a stall: what the database refuses, and what is outside the draw and published as such."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from bazaars import errors
from bazaars.services import copies, drawing, events
from okoce.organisations.models import Organisation
from tests.factories.bazaars import KPKP, SiteFactory, drawn_site, frozen_site, open_site
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def stalls_url(site):
    return reverse("bazaars:stalls", args=[site.pk])


# --- what the database refuses --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"number": "A02"}, "bazaars_stall_number_once"),
        ({"column": 2}, "bazaars_stall_place_once"),
        ({"width": 2}, "bazaars_stall_place_once"),
        ({"width": 0}, "bazaars_stall_has_a_size"),
        ({"depth": 0}, "bazaars_stall_has_a_size"),
        ({"row": 0}, "bazaars_stall_on_the_plan"),
        ({"row": 61}, "bazaars_stall_on_the_plan"),
        ({"row": 2, "column": 40, "width": 2}, "bazaars_stall_on_the_plan"),
        ({"label": "Bulog"}, "bazaars_stall_of_vendor_without_label"),
        ({"tent": 1}, "bazaars_stall_tent_whole"),
        ({"tent": 1, "tent_half": 3}, "bazaars_stall_tent_whole"),
    ],
)
def test_the_database_refuses_what_cannot_stand_on_a_plan(values, constraint):
    first = open_site(stalls=3).stalls.get(number="A01")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        type(first).objects.filter(pk=first.pk).update(**values)


@pytest.mark.parametrize("size", ["width", "depth"])
def test_a_negative_size_is_refused_by_the_database(size):
    first = open_site(stalls=1).stalls.get()

    with (
        pytest.raises(IntegrityError, match=rf"bazaars_stall_(has_a_size|{size}_check)"),
        transaction.atomic(),
    ):
        type(first).objects.filter(pk=first.pk).update(**{size: -1})


def test_a_third_stall_does_not_fit_into_a_tent():
    site = open_site(stalls=3)
    for half, stall in enumerate(site.stalls.order_by("number")[:2], 1):
        site.stalls.filter(pk=stall.pk).update(tent=1, tent_half=half)

    with pytest.raises(IntegrityError, match="bazaars_stall_two_in_a_tent"), transaction.atomic():
        site.stalls.filter(number="A03").update(tent=1, tent_half=2)


def test_two_stalls_exchange_number_and_place_in_one_statement():
    site = open_site(stalls=2)
    one, two = site.stalls.order_by("number")
    (one.number, one.column), (two.number, two.column) = (two.number, two.column), (one.number, one.column)

    type(one).objects.bulk_update([one, two], ["number", "column"])

    assert list(site.stalls.order_by("pk").values_list("number", "column")) == [("A02", 2), ("A01", 1)]


# --- outside the draw, and published as such ----------------------------------------------------------


OUTSIDE = [("D01", "partner", "Bulog"), ("E01", "service", "Meja izin"), ("X01", "reserved", "Panggung")]


def with_outside(site, by):
    for number, kind, label in OUTSIDE:
        events.add_stalls(
            site_id=site.pk, numbers=[number], per_row=8, zone=None, has_power=False, kind=kind, label=label,
            by=by,
        )  # fmt: skip
    return site


def test_only_vendors_stalls_are_places_of_the_draw(sudin):
    site = with_outside(open_site(stalls=3), sudin)

    assert (events.places_of(site), site.stalls.count()) == (3, 6)
    assert [stall.number for stall in site.stalls.all() if stall.is_in_draw] == ["A01", "A02", "A03"]


def test_the_frozen_list_counts_no_place_of_partners_services_and_kept_free(sudin):
    site = frozen_site(2, site=with_outside(open_site(stalls=2), sudin))

    assert site.draw.frozen["places"] == 2


def test_the_draw_gives_nobody_a_stall_of_a_partner(sudin):
    site = drawn_site(5, site=with_outside(open_site(stalls=3), sudin))

    given = {a.allocation.stall.number for a in site.applications.filter(allocation__isnull=False)}
    assert given == {"A01", "A02", "A03"}


def test_everybody_reads_which_places_are_outside_the_draw(client, sudin):
    site = with_outside(open_site(stalls=2), sudin)

    words = text_of(client.get(reverse("bazaars:public_draw", args=[site.pk])))

    assert "Di luar undian" in words
    for number, kind, label in zip(
        ("D01", "E01", "X01"),
        ("Mitra", "Layanan", "Disisihkan"),
        ("Bulog", "Meja izin", "Panggung"),
        strict=True,
    ):
        assert f'<th scope="row">{number}</th><td>{label}</td><td>{kind}</td>' in words


def test_a_partner_without_a_name_is_called_after_its_unit(sudin):
    site = SiteFactory()
    events.add_stalls(
        site_id=site.pk, numbers=["D01"], per_row=8, zone=Organisation.objects.get(pk=KPKP), has_power=False,
        is_partner=True, by=sudin,
    )  # fmt: skip

    stall = site.stalls.get()
    assert (stall.kind, stall.label) == ("partner", stall.zone.short_name)


def test_copied_stalls_keep_their_facts(sudin):
    site = with_outside(open_site(stalls=1), sudin)
    other = SiteFactory(bazaar=site.bazaar)

    copies.give_plan(site_id=site.pk, by=sudin)

    facts = ("number", "kind", "label")
    assert list(other.stalls.values_list(*facts)) == list(site.stalls.values_list(*facts))


def test_sales_are_written_down_for_partners_only(officer, sudin):
    site = with_outside(open_site(stalls=1), sudin)

    answers = [
        officer.get(reverse("bazaars:partner_sales", args=[site.pk, number])).status_code
        for number in ("A01", "D01", "E01", "X01")
    ]

    assert answers == [404, 200, 404, 404]


# --- the form -------------------------------------------------------------------------------------


def test_a_row_of_stalls_gets_its_facts_from_one_form(officer):
    site = SiteFactory()

    officer.post(
        stalls_url(site),
        {
            "numbers": "A01-A03",
            "per_row": "8",
            "zone": "",
            "kind": "vendor",
            "has_water": "on",
            "is_shaded": "on",
        },
    )

    assert set(site.stalls.values_list("kind", "has_power", "has_water", "is_shaded")) == {
        ("vendor", False, True, True)
    }


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("partner", "", "Tulis siapa yang menempati"),
        ("vendor", "Bulog", "Stan yang diundi belum punya nama"),
    ],
)
def test_a_name_belongs_to_places_outside_the_draw(officer, kind, label, words):
    site = SiteFactory()

    page = officer.post(
        stalls_url(site), {"numbers": "D01", "per_row": "8", "zone": "", "kind": kind, "label": label}
    )

    assert words in text_of(page)
    assert 'value="D01"' in text_of(page)
    assert site.stalls.count() == 0


def test_stalls_below_the_last_row_are_refused_in_words(officer, sudin):
    site = SiteFactory()
    site.stalls.create(number="A01", row=59, column=1)

    page = officer.post(stalls_url(site), {"numbers": "B01-B03", "per_row": "1", "zone": ""})

    assert "B03 akan berada di luar denah" in text_of(page)
    assert site.stalls.count() == 1


def test_nothing_is_added_once_the_list_is_frozen(sudin):
    site = frozen_site(1)

    with pytest.raises(errors.SiteIsFrozen):
        with_outside(site, sudin)

    assert drawing.locked_site(site.pk).stalls.count() == 3
