"""Both bazaars of the articles as the demonstration tells them, with all places and people."""

from collections import Counter

import pytest

from bazaars import verify_draw
from bazaars.models import Allocation, Draw, SeedPart, Site
from okoce.dashboard.demo.past_ceremonies import tell_past_bazaars
from tests.factories.accounts import member

pytestmark = [pytest.mark.drill, pytest.mark.django_db]


def test_the_demonstration_plays_east_jakarta_2018_and_central_jakarta_2023_whole():
    users = {"sudin.jaktim": member("sudin", "31.75"), "sudin.jakpus": member("sudin", "31.71")}

    tell_past_bazaars(users)

    for draw in Draw.objects.all():
        verify_draw.verify(draw.record)
    given = Allocation.objects.values_list("application__site__bazaar__city", "application__pengampu")
    east = Counter(agency for city, agency in given if city == "31.75")
    central = Counter(agency for city, agency in given if city == "31.71")
    assert east == {"ppkukm-31-75": 20, "kpkp-31-75": 8, "pkk-31-75": 8}
    assert (len(central), set(central.values())) == (6, {30})
    assert Counter(Site.objects.values_list("bazaar__city", "state")) == {
        ("31.75", "drawn"): 1,
        ("31.71", "drawn"): 6,
    }
    # Each agency of a place gave a part, on an account that can act for it alone.
    parts = SeedPart.objects.select_related("committed_by")
    assert parts.count() == 3 + 6 * 6
    for part in parts:
        assert [m.organisation_id for m in part.committed_by.memberships.all()] == [part.organisation_id]
