"""The projector at the meeting: every stage, no names until drawn, nothing that can be pressed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars.draw import sha256
from bazaars.services import drawing
from okoce.organisations.models import Organisation
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import (
    KPKP,
    PPKUKM,
    SECRET,
    ApplicationFactory,
    drawn_site,
    frozen_site,
    open_site,
)

pytestmark = pytest.mark.django_db


def screen(client_as, user, site):
    return client_as(user).get(reverse("bazaars:screen", args=[site.pk]))


def main_of(page) -> str:
    return page.content.decode().split("<main")[1].split("</main>")[0]


def test_before_the_draw_it_refreshes_itself_and_names_nobody(client_as, sudin):
    site = frozen_site(4)
    page = screen(client_as, sudin, site)

    assert "data-refresh" in main_of(page)
    assert "0 dari 1 rahasia sudah dibuka" in main_of(page)
    assert site.draw.frozen_hash in main_of(page)
    for application in site.applications.select_related("participant"):
        assert application.participant.full_name not in main_of(page)


def test_each_secret_is_sealed_until_its_own_party_opens_it(client_as, sudin):
    site = open_site()
    ApplicationFactory(site=site)
    for code, secret in ((PPKUKM, SECRET), (KPKP, "rahasia yang lain")):
        drawing.commit_seed(
            site_id=site.pk,
            organisation=Organisation.objects.get(pk=code),
            commitment=sha256(secret),
            by=sudin,
            now=timezone.now(),
        )
    drawing.freeze_list(site_id=site.pk, by=sudin, now=timezone.now(), reason="uji")
    first = site.seed_parts.get(organisation_id=PPKUKM)
    drawing.reveal_seed(part_id=first.pk, secret=SECRET, by=sudin, now=timezone.now())

    page = main_of(screen(client_as, sudin, site))

    assert SECRET in page
    assert "rahasia yang lain" not in page
    assert "1 dari 2 rahasia sudah dibuka" in page


def test_after_the_draw_it_says_who_has_which_stall_and_stands_still(client_as, sudin):
    site = drawn_site(5)
    page = screen(client_as, sudin, site)

    given = page.context["screen"].given
    assert [one.number for one in given] == ["A01", "A02", "A03"]
    assert "data-refresh" not in main_of(page)
    assert all(one.name in main_of(page) for one in given)


def test_an_agency_reads_the_names_of_its_own_people_alone(client_as):
    site = drawn_site(3)

    assert screen(client_as, member("pengampu", None, PPKUKM), site).context["screen"].given == ()
    assert len(screen(client_as, member("pengampu", None, KPKP), site).context["screen"].given) == 3


def test_it_is_read_only_and_belongs_to_its_city(client_as, sudin):
    site = frozen_site(2)

    assert client_as(sudin).post(reverse("bazaars:screen", args=[site.pk])).status_code == 405
    assert screen(client_as, member("sudin", JAKARTA_PUSAT), site).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_needs_the_same_queries_for_any_number_of_applicants(
    client_as, sudin, count, django_assert_num_queries
):
    client = client_as(sudin)
    address = reverse("bazaars:screen", args=[drawn_site(count).pk])
    client.get(address)

    with django_assert_num_queries(QUERIES):
        client.get(address)


QUERIES = 11
