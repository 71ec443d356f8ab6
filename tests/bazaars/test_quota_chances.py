"""The quota page tells what quotas do to the chances, before the call and with the present applicants."""

import pytest
from django.urls import reverse

from bazaars.feasibility import Bounds
from tests.factories.bazaars import KPKP, PPKUKM, ApplicationFactory, drawn_site, open_site

pytestmark = pytest.mark.django_db


def quotas(site):
    return reverse("bazaars:quotas", args=[site.pk])


def typed(**bounds) -> dict[str, str]:
    codes = {"kpkp": KPKP, "ppkukm": PPKUKM}
    return {
        f"pengampu-{codes[name]}-{end}": str(value)
        for name, pair in bounds.items()
        for end, value in zip(("min", "max"), pair, strict=True)
    }


def lines(page, heading="Pengampu"):
    tables = dict(page.context["expected"].tables)
    return {line.name: line for line in tables[heading]}


def test_before_the_call_opens_the_chances_are_of_supposed_first_timers(officer):
    site = open_site(stalls=6, pengampu={KPKP: Bounds(4, 6), PPKUKM: Bounds(0, 2)})

    page = officer.get(quotas(site))

    assert "dua peserta baru untuk setiap tempat" in page.context["expected"].over
    found = lines(page)
    assert (found["Sudin KPKP"].applicants, found["Sudin KPKP"].words) == (6, "Lebih besar karena kuota")
    assert found["Sudin PPKUKM"].ruled == 33


def test_with_an_earlier_draw_of_the_city_its_applicants_are_taken(officer):
    earlier = drawn_site(8)
    site = open_site(stalls=4)

    page = officer.get(quotas(site))

    assert earlier.name in page.context["expected"].over
    assert lines(page)["Sudin KPKP"].applicants == 8


def test_the_present_applicants_count_as_soon_as_there_are_some(officer):
    site = open_site(stalls=4)
    for code in (KPKP, KPKP, KPKP, PPKUKM, PPKUKM, PPKUKM, PPKUKM, PPKUKM):
        ApplicationFactory(site=site, pengampu_id=code)

    page = officer.post(quotas(site), typed(kpkp=(3, 4), ppkukm=("", 4)) | {"chances": "1"})

    assert "8 pendaftar" in page.context["expected"].over
    assert {name: (line.applicants, line.ruled) for name, line in lines(page).items()} == {
        "Sudin KPKP": (3, 100),
        "Sudin PPKUKM": (5, 20),
    }
    assert "belum disimpan" in page.content.decode()


def test_seeing_the_chances_saves_nothing_and_keeps_what_was_typed(officer):
    site = open_site(stalls=4)
    before = list(site.quotas.values_list("pengampu_id", "minimum", "maximum"))

    page = officer.post(quotas(site), typed(kpkp=(1, 2), ppkukm=(0, 3)) | {"chances": "1"})

    assert list(site.quotas.values_list("pengampu_id", "minimum", "maximum")) == before
    assert page.context["form"][f"pengampu-{KPKP}-max"].value() == "2"


def test_impossible_quotas_say_so_at_the_field_and_show_no_chances(officer):
    site = open_site(stalls=4)

    page = officer.post(quotas(site), typed(kpkp=(3, 4), ppkukm=(3, 4)) | {"chances": "1"})

    assert page.context["expected"] is None
    assert page.context["form"].errors[f"pengampu-{KPKP}-min"] == [
        "Minimum 3 + 3 adalah 6, sedangkan tempatnya 4. Turunkan salah satu."
    ]


def test_a_minimum_that_the_present_applicants_cannot_meet_is_told_instead_of_chances(officer):
    site = open_site(stalls=4)
    for _ in range(6):
        ApplicationFactory(site=site)

    page = officer.post(quotas(site), typed(kpkp=(0, 4), ppkukm=(2, 4)) | {"chances": "1"})

    assert page.context["expected"].problems == (
        "Sudin PPKUKM: minimumnya 2, tetapi hanya 0 pendaftar yang termasuk. "
        "Turunkan minimum, atau perpanjang pendaftaran.",
    )


@pytest.mark.parametrize("count", [6, 9])
def test_the_chances_need_the_same_queries_for_any_number_of_applicants(
    officer, count, django_assert_num_queries
):
    site = open_site(stalls=4)
    for _ in range(count):
        ApplicationFactory(site=site)
    officer.get(quotas(site))

    with django_assert_num_queries(QUERIES):
        officer.get(quotas(site))


QUERIES = 28
