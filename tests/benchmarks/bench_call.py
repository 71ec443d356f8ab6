"""The call of a bazaar: counted before it is told, and told by one statement, to the vendors of West Jakarta
and to as many as the whole province has.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bazaars.feasibility import Bounds
from bazaars.models import Site
from bazaars.services import calling, events
from okoce.notifications.models import Message
from okoce.regions.models import Region
from participants.numbering import PREFIXES
from tests.benchmarks import people
from tests.benchmarks.measure import figure
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.bazaars import KPKP, SiteFactory

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

SIZES = [int(size) for size in os.environ.get("BENCH_CALLS", "8000,281000").split(",")]
FACTS = (
    "INSERT INTO participants_business (participant_id, name, created_at, updated_at)"
    " SELECT id, 'Dapur', now(), now() FROM participants_participant",
    "INSERT INTO participants_fosterlink (participant_id, organisation_id, valid_from)"
    f" SELECT id, '{KPKP}', '2020-01-01' FROM participants_participant",
    "INSERT INTO participants_consent"
    " (participant_id, purpose, is_given, text_version, language, channel, at)"
    " SELECT id, 'messages', true, '1', 'id', 'counter', now() FROM participants_participant",
)


def make_vendors(count: int) -> None:
    """So many people of West Jakarta who may apply, have a phone and agreed to messages."""
    kelurahan = Region.objects.filter(level=4, pk__startswith=JAKARTA_BARAT).order_by("pk")
    rows = people.rows(list(kelurahan.values_list("pk", flat=True)), count, PREFIXES, all_have_phones=True)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY participants_participant ({people.PARTICIPANTS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        for sql in FACTS:
            cursor.execute(sql)
        cursor.execute("RESET ROLE")
        cursor.execute("ANALYZE")
        cursor.execute("SET ROLE okoce_app")


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


@pytest.mark.parametrize("count", SIZES)
def test_a_call_to_everybody_who_may_apply(count: int) -> None:
    make_vendors(count)
    by, now, drafted = member("sudin", JAKARTA_BARAT), timezone.now(), SiteFactory()
    events.add_stalls(
        site_id=drafted.pk, numbers=["A01"], per_row=8, zone=None, has_power=False, is_partner=False, by=by
    )
    events.set_quotas(site_id=drafted.pk, pengampu={KPKP: Bounds(0, 1)}, categories={}, by=by)
    events.open_applications(site_id=drafted.pk, closes_at=now + timedelta(days=5), by=by, now=now)
    site = Site.objects.select_related("bazaar").get(pk=drafted.pk)

    counting = seconds(lambda: calling.forecast(site, now=now))
    with CaptureQueriesContext(connection) as queries:
        telling = seconds(lambda: calling.tell(site, by=by, now=now))
    again = seconds(lambda: calling.tell(site, by=by, now=now))

    figure(f"call_count_{count}", counting, "s")
    figure(f"call_tell_{count}", telling, "s", f"{count / telling:.0f} people a second")
    figure(f"call_tell_again_{count}", again, "s")
    inserts = [q for q in queries if "INSERT INTO notifications_message" in q["sql"]]
    assert (Message.objects.count(), len(inserts)) == (count, 1)
