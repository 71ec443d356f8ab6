"""Cancelling a place or the whole bazaar: once, with a reason, and nothing goes on afterwards."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.enums import SiteState
from bazaars.feasibility import Bounds
from bazaars.messages import PLACE_CANCELLED
from bazaars.models import Site
from bazaars.services import applying, cancelling, drawing, events, releasing
from okoce.notifications.enums import State
from okoce.notifications.models import Message
from tests.bazaars.test_after_the_draw import held_by
from tests.bazaars.test_pages import text_of
from tests.factories.bazaars import KPKP, SECRET, SiteFactory, drawn_site, frozen_site, open_site

pytestmark = pytest.mark.django_db


def cancel(site, by, now=None):
    return cancelling.cancel_site(site_id=site.pk, reason="Hujan", by=by, now=now or timezone.now())


def test_a_place_is_cancelled_until_the_first_day_opens(sudin):
    site = drawn_site(2)
    with pytest.raises(errors.BazaarBegun):
        cancel(site, sudin, now=site.bazaar.begins_at)

    assert cancel(site, sudin, now=site.bazaar.begins_at - timedelta(hours=10)) == 2
    assert cancel(site, sudin, now=site.bazaar.begins_at - timedelta(hours=9)) == 0


def test_what_was_still_to_be_said_about_the_place_is_withdrawn(sudin):
    site = drawn_site(5)
    cancel(site, sudin)

    rows = Message.objects.filter(cause_type="bazaars.site", cause_id=site.pk)
    waiting = rows.exclude(state=State.CANCELLED)
    assert set(waiting.values_list("kind", flat=True)) == {PLACE_CANCELLED}


def test_after_cancelling_nothing_goes_on(sudin):
    site = drawn_site(5)
    given = held_by(site, 0)
    cancel(site, sudin)

    assert releasing.settle_all(now=site.confirm_by + timedelta(hours=1)) == 0
    with pytest.raises(errors.SiteIsCancelled):
        events.set_quotas(site_id=site.pk, pengampu={KPKP: Bounds(0, 1)}, categories={}, by=sudin)
    assert (
        releasing.give_back(allocation_id=given.pk, by=None, now=timezone.now()).release_kind == "cancelled"
    )


def test_a_cancelled_place_is_not_drawn_and_takes_no_secret(sudin):
    site = frozen_site(2)
    cancel(site, sudin)
    values = {"by": sudin, "now": timezone.now()}
    with pytest.raises(errors.SiteIsCancelled):
        drawing.reveal_seed(part_id=site.seed_parts.get().pk, secret=SECRET, **values)
    with pytest.raises(errors.SiteIsCancelled):
        drawing.run_draw(site_id=site.pk, **values)


def test_an_application_to_a_cancelled_place_is_not_withdrawn_but_said_to_be_void(sudin):
    site = frozen_site(1)
    cancel(site, sudin)
    with pytest.raises(errors.SiteIsCancelled):
        applying.withdraw(application_id=site.applications.get().pk, by=None, now=timezone.now())


def test_the_database_refuses_a_cancelled_site_without_moment_and_reason():
    with pytest.raises(IntegrityError, match="bazaars_site_cancelled_whole"), transaction.atomic():
        Site.objects.filter(pk=open_site().pk).update(state=SiteState.CANCELLED)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_cancel_at_once_tell_everybody_once(sudin):
    site, told = drawn_site(3), []

    def press() -> None:
        told.append(cancel(site, sudin))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == [0, 0, 3]
    assert Message.objects.filter(kind=PLACE_CANCELLED).count() == 3


# --- drafts beside places that are announced ------------------------------------------------------


def test_drafts_of_a_bazaar_are_told_as_places_that_open_later_without_their_names(client, client_as, sudin):
    site = open_site()
    SiteFactory(bazaar=site.bazaar, name="Rahasia Timur")
    SiteFactory(bazaar=site.bazaar, name="Rahasia Barat")

    for page in (reverse("bazaars:public"), site.bazaar.get_absolute_url()):
        words = text_of(client.get(page))
        assert "2 tempat lagi" in words
        assert "Rahasia" not in words
    words = text_of(client_as(sudin).get(reverse("bazaars:bazaars")))
    assert "2 tempat masih berupa draf" in words
    assert "Rahasia Timur" in words


def test_a_bazaar_of_drafts_alone_is_not_announced(client):
    site = SiteFactory()

    assert site.bazaar.name not in text_of(client.get(reverse("bazaars:public")))
    assert client.get(site.bazaar.get_absolute_url()).status_code == 404
