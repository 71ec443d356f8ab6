"""The officer's moves on the plan: told beforehand, refused when the plan changed, kept in history."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars import errors, messages
from bazaars.after import events_of, moves_at, published_record
from bazaars.enums import TurnKind
from bazaars.feasibility import Bounds
from bazaars.models import Allocation, Site, TurnLedger
from bazaars.placement import Spot, Vendor, Wish, wishes_broken
from bazaars.services import events, placing
from okoce.audit.models import AuditEvent
from okoce.notifications.models import Message
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.bazaars import (
    KPKP,
    PPKUKM,
    ApplicationFactory,
    BazaarFactory,
    drawn_site,
    in_days,
    open_site,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def mixed_site():
    """Five stalls in a row, three vendors: two with food, one with drinks who needs power (A05 has it)."""
    site = open_site(stalls=4, pengampu={KPKP: Bounds(0, 3), PPKUKM: Bounds(0, 3)})
    sudin = member("sudin", JAKARTA_BARAT)
    events.add_stalls(
        site_id=site.pk, numbers=["B01"], per_row=8, zone=None, has_power=True, is_partner=False, by=sudin
    )
    for category, power in (("kuliner", False), ("kuliner", False), ("minuman", True)):
        ApplicationFactory(site=site, category_id=category, needs_power=power)
    return drawn_site(0, site=site)


def plan(site) -> dict[str, tuple[str, int]]:
    return placing.given_in(placing.standing(site))


def test_the_draw_gives_stalls_by_the_wishes_and_the_trail_says_that_it_was_proved():
    site = mixed_site()
    rows = placing.standing(site)

    assert {one.wish for one in placing.broken_in(site, rows, plan(site))} == {Wish.FRONT}  # food apart
    power = next(row for row in rows if row.application.needs_power)
    assert power.stall.number == "B01"
    event = AuditEvent.objects.get(action="bazaars.draw.run")
    assert event.details["plan_is_proved"] is True


def test_whoever_stood_in_the_back_row_last_time_is_remembered():
    earlier = drawn_site(9, stalls=9)  # eight in a row, the ninth behind them
    later = open_site(bazaar=BazaarFactory(starts_on=in_days(60)))
    people = list(Allocation.objects.filter(application__site=earlier).select_related("stall"))

    found = placing._stood_in_the_back(later, [a.participant_id for a in people])

    assert found == {a.participant_id for a in people if a.stall.number == "A09"}


def test_a_move_to_an_empty_stall_says_what_it_breaks_and_asks_for_a_reason(client_as, sudin):
    site = mixed_site()
    power = next(row for row in placing.standing(site) if row.application.needs_power)
    who = power.application.public_id
    address = f"{reverse('bazaars:move', args=[site.pk])}?siapa={who}&ke=A04/1"
    client = client_as(sudin)

    page = client.get(address)
    assert page.context["proposal"]["breaks"] == [
        f"{power.participant.full_name} membutuhkan listrik, sedangkan A04 tidak ada listriknya."
    ]
    assert page.context["form"]["reason"].label == "Alasan"  # must be given
    seen = page.context["form"]["seen"].value()
    refused = client.post(address, {"seen": seen, "reason": ""})
    assert list(refused.context["form"].errors) == ["reason"]
    assert plan(site)[who] == ("B01", 1)

    client.post(address, {"seen": seen, "reason": "Membawa genset sendiri"})
    client.post(address, {"seen": seen, "reason": "Membawa genset sendiri"})

    assert plan(site)[who] == ("A04", 1)
    moved = AuditEvent.objects.get(action="bazaars.stall.moved")
    assert (moved.details["before"], moved.details["after"]) == ("B01", "A04")


def test_whoever_is_moved_is_told_once_and_the_move_is_published_with_its_reason_and_no_name(sudin):
    site = mixed_site()
    first, *_ = placing.standing(site)
    who, name = first.application.public_id, first.participant.full_name
    for number in ("A04", "A03"):
        seen = plan(site)
        if seen[who] == (number, 1) or (number, 1) in seen.values():
            continue
        placing.move(
            site_id=site.pk, public_id=who, target=(number, 1), seen=seen, reason="Genset", by=sudin, now=NOW
        )

    site = Site.objects.get(pk=site.pk)
    record = published_record(site.draw)
    lines = [one for one in record["overrides"] if one["change"].startswith("moved ")]
    assert {one["id"] for one in lines} == {who}
    assert {one["reason"] for one in lines} == {"Genset"}
    assert name not in str(record)
    told = list(Message.objects.filter(kind="stall_moved", participant_id=first.participant_id))
    assert len(told) == len(lines) >= 1
    void = messages.void(told)
    assert [void.get(one.key, "") for one in sorted(told, key=lambda m: m.pk)] == ["moved_again"] * (
        len(told) - 1
    ) + [""]
    [*_, newest] = lines
    assert newest["change"].endswith(plan(site)[who][0])
    shown = events_of([], moves_at(site.pk), with_names=False)
    assert [one.who for one in shown] == [who] * len(lines)


def test_two_exchange_their_stalls_and_keep_their_states(sudin):
    site = mixed_site()
    first, second, *_ = placing.standing(site)
    before = plan(site)
    one, other = first.application.public_id, second.application.public_id

    placing.move(
        site_id=site.pk, public_id=one, target=before[other], seen=before, reason="Genset", by=sudin, now=NOW
    )

    assert plan(site) == {**before, one: before[other], other: before[one]}
    assert set(Allocation.objects.values_list("state", flat=True)) == {"allocated"}
    assert TurnLedger.objects.filter(site=site, kind=TurnKind.STALL_HELD).count() == 3


def test_a_plan_that_somebody_else_changed_is_not_moved(sudin):
    site = mixed_site()
    first, *_ = placing.standing(site)
    one, old = first.application.public_id, plan(site)
    placing.move(
        site_id=site.pk, public_id=one, target=("A02", 1), seen=old, reason="Genset", by=sudin, now=NOW
    )

    with pytest.raises(errors.PlanChanged):
        placing.move(
            site_id=site.pk, public_id=one, target=("A04", 1), seen=old, reason="Genset", by=sudin, now=NOW
        )

    assert plan(site)[one] == ("A02", 1)


@pytest.mark.parametrize("target", [("Z09", 1), ("A01", 2), ("A01", 7)])
def test_a_stall_that_is_not_there_is_refused(sudin, target):
    site = mixed_site()
    who = next(iter(plan(site)))
    with pytest.raises(errors.MoveImpossible):
        placing.move(
            site_id=site.pk, public_id=who, target=target, seen=plan(site), reason="Genset", by=sudin, now=NOW
        )


def test_before_the_draw_there_is_nothing_to_move(client_as, sudin):
    site = open_site()
    answer = client_as(sudin).get(reverse("bazaars:move", args=[site.pk]))

    assert answer.url == reverse("bazaars:site", args=[site.pk])


def test_a_move_into_the_back_row_of_somebody_who_stood_there_last_time_is_told():
    spots = [Spot("A01", 1, 1), Spot("A02", 2, 1)]
    vendors = [Vendor("v", "P", "K", was_poor=True), Vendor("w", "P", "L")]

    before = wishes_broken(vendors, spots, {"v": ("A01", 1), "w": ("A02", 1)})
    after = wishes_broken(vendors, spots, {"v": ("A02", 1), "w": ("A01", 1)})

    assert (before, [one.wish for one in after]) == ([], [Wish.BETTER])


def test_a_stall_of_the_plan_fills_in_who_moves(client_as, sudin):
    site = mixed_site()
    who = placing.standing(site)[0].application.public_id

    page = client_as(sudin).get(reverse("bazaars:move", args=[site.pk]))

    assert f'href="?siapa={who}#pindah"' in page.content.decode()
