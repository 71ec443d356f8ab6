"""East Jakarta 2018 and Central Jakarta 2023 as the articles tell them, played through the services.

What is fact and what was made up so that it can be played stands in okoce/dashboard/demo/past_bazaars.json.
"""

import json
from collections import Counter
from datetime import date, timedelta

import pytest

from bazaars import errors, verify_draw
from bazaars.draw import sha256
from bazaars.eligibility import Obstacle
from bazaars.enums import TurnKind
from bazaars.models import Allocation, Draw, Site, TurnLedger
from bazaars.services import applying, drawing, events
from okoce.dashboard.demo import past_bazaars
from okoce.organisations.models import Organisation
from tests.factories.accounts import member
from tests.factories.bazaars import SiteFactory, vendors

pytestmark = pytest.mark.django_db

CAKUNG, KARANG_ANYAR = "31.75.06.1005", "31.71.02.1002"


def apply(site: Site, person, pengampu: str, event, category: str = "kuliner"):
    return applying.apply_for_stall(
        site_id=site.pk,
        participant_id=person.pk,
        pengampu=pengampu,
        category=category,
        product="Asinan Betawi",
        needs_power=False,
        by=None,
        now=event.opened_at + timedelta(days=2),
    )


def ceremony(site: Site, event, officer) -> Draw:
    """Each pengampu commits and reveals on an account of its own, the Sudin freezes and draws."""
    now = event.closes_at + timedelta(minutes=1)
    agencies = Organisation.objects.in_bulk(q.pengampu_id for q in site.quotas.all())
    parts = {}
    for code, agency in sorted(agencies.items()):
        secret = f"rahasia {code} untuk {site.pk}"
        keeper = member("sudin", event.city) if code == event.host else member("pengampu", None, code)
        parts[secret] = (
            keeper,
            drawing.commit_seed(
                site_id=site.pk,
                organisation=agency,
                commitment=sha256(secret),
                by=keeper,
                now=event.opened_at,
            ),
        )
    drawing.freeze_list(site_id=site.pk, by=officer, now=now)
    for secret, (keeper, part) in parts.items():
        drawing.reveal_seed(part_id=part.pk, secret=secret, by=keeper, now=now)
    return drawing.run_draw(site_id=site.pk, by=officer, now=now)


def test_every_figure_says_whether_it_is_a_fact_or_made_up():
    told = json.loads(past_bazaars.FACTS.read_text(encoding="utf-8"))
    marks = set(told["_baca"]["jenis"])
    values = [fact for name in told.keys() - {"_baca"} for fact in told[name].values()]

    assert {fact["jenis"] for fact in values} <= marks
    assert all("sumber" in fact for fact in values if fact["jenis"] == "fakta")


def test_east_jakarta_2018_forty_stalls_three_agencies_and_the_bumd_apart():
    event = past_bazaars.east_jakarta_2018()
    officer = member("sudin", event.city)
    (site,) = past_bazaars.open_call(event, by=officer)
    kukmp, kpkp, pkk = "ppkukm-31-75", "kpkp-31-75", "pkk-31-75"
    people = {
        code: vendors(count, code, kelurahan_id=CAKUNG) for code, count in ((kukmp, 27), (kpkp, 10), (pkk, 8))
    }
    earlier = SiteFactory()
    veterans = people[kukmp][:10]
    for person in veterans:
        TurnLedger.objects.create(
            participant=person, site=earlier, kind=TurnKind.STALL_HELD, on=date(2017, 9, 1)
        )
    for code, some in people.items():
        for person in some:
            apply(site, person, code, event)

    draw = ceremony(site, event, officer)

    verify_draw.verify(draw.record)
    assert (event.starts_on, event.ends_on) == (date(2018, 3, 28), date(2018, 3, 29))
    assert (site.stalls.count(), events.places_of(site), len(draw.record["chosen"])) == (40, 36, 36)
    given = Allocation.objects.filter(application__site=site).select_related("stall", "application")
    assert Counter(a.application.pengampu_id for a in given) == {kukmp: 20, kpkp: 8, pkk: 8}
    assert all(a.stall.zone_id == a.application.pengampu_id for a in given)
    # Rule 48: the 17 newcomers of Sudin KUKMP stand before the ten who had a stall; three of those fit in.
    had = {person.pk for person in veterans}
    of_kukmp = [a.participant_id for a in given if a.application.pengampu_id == kukmp]
    assert len(had & set(of_kukmp)) == 3
    assert {row["reason"] for row in draw.record["reserve"]} <= {"PENGAMPU_FULL", "PLACES_FULL"}


def test_rule_52_partner_stalls_are_on_the_plan_and_never_drawn():
    event = past_bazaars.east_jakarta_2018()
    (site,) = past_bazaars.open_call(event, by=member("sudin", event.city))
    partners = site.stalls.of_partners().order_by("number")

    assert [(s.number, s.zone_id) for s in partners] == [
        ("D01", "food-station"),
        ("D02", "food-station"),
        ("D03", "dharma-jaya"),
        ("D04", "dharma-jaya"),
    ]
    assert sum(q.maximum for q in site.quotas.all()) == events.places_of(site) == 36


def who_applies(site: Site, event) -> list:
    """(person, agency): five of each agency, and a sixth of the first: somebody stands back."""
    first, *others = event.places[0].quotas
    found = [(p, first) for p in vendors(6, first, kelurahan_id=KARANG_ANYAR)]
    for code in others:
        found += [(p, code) for p in vendors(5, code, kelurahan_id=KARANG_ANYAR)]
    for person, code in found:
        apply(site, person, code, event)
    return found


def test_central_jakarta_2023_six_kecamatan_at_once_with_thirty_vendors_of_six_agencies_each():
    event = past_bazaars.central_jakarta_2023()
    officer = member("sudin", event.city)
    sites = past_bazaars.open_call(event, by=officer)
    agencies = list(event.places[0].quotas)
    assert [len(sites), len(agencies), {events.places_of(site) for site in sites}] == [6, 6, {30}]
    people = [who_applies(site, event) for site in sites[:1]]  # all six: tests/drills/test_past_bazaars.py

    # Rule 47: one participant is not in two places on the same days.
    with pytest.raises(errors.NotEligible) as refused:
        apply(sites[1], *people[0][0], event)
    assert refused.value.obstacles == (Obstacle.SAME_DAYS,)

    for site in sites[:1]:
        record = ceremony(site, event, officer).record
        verify_draw.verify(record)
        assert [len(record[key]) for key in ("seed_parts", "chosen", "reserve")] == [6, 30, 1]
    given = Allocation.objects.filter(application__site__bazaar=sites[0].bazaar)
    assert Counter(given.values_list("application__pengampu_id", flat=True)) == dict.fromkeys(agencies, 5)
    assert given.values("participant").distinct().count() == 30


def test_whoever_stood_back_in_march_2023_goes_first_two_weeks_later():
    march, april = past_bazaars.central_jakarta_2023(), past_bazaars.central_jakarta_2023(second=True)
    officer = member("sudin", march.city)
    earlier, later = (past_bazaars.open_call(event, by=officer)[0] for event in (march, april))
    people = who_applies(earlier, march)
    before = ceremony(earlier, march, officer).record
    for person, code in people:
        apply(later, person, code, april)

    after = ceremony(later, april, officer).record

    turns = {one["id"]: one["turns"] for one in after["frozen"]["applications"]}
    assert Counter(turns.values()) == {1: 30, 0: 1}
    first = after["order"][0]
    assert (turns[first], after["chosen"][0]) == (0, first)
    stood_back = earlier.applications.get(public_id=before["reserve"][0]["id"])
    assert later.applications.get(public_id=first).participant_id == stood_back.participant_id
