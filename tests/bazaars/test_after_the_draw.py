"""After the draw: confirming by the deadline, giving back, the next reserve asked at once and only once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bazaars import errors, messages, verify_draw
from bazaars.after import published_record
from bazaars.enums import AllocationState, ReleaseKind, SiteState, TurnKind
from bazaars.feasibility import Bounds
from bazaars.messages import STALL_LOST, STALL_OFFERED
from bazaars.models import Allocation, Draw, Site, TurnLedger
from bazaars.services import confirming, drawing, releasing
from okoce.notifications.models import Message
from participants.models import FosterLink
from tests.factories.bazaars import (
    KPKP,
    PPKUKM,
    ApplicationFactory,
    BazaarFactory,
    after_deadline,
    drawn_site,
    in_days,
    open_site,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn():
    """Three stalls, five applicants: two reserves, in the order of the draw."""
    return drawn_site(5)


def held_by(site: Site, number: int) -> Allocation:
    """What the draw gave to the n-th of those chosen."""
    return Allocation.objects.get(application__public_id=site.draw.record["chosen"][number])


def reserve(site: Site, number: int) -> str:
    return site.draw.record["reserve"][number]["id"]


def offered(site: Site) -> list[str]:
    rows = Allocation.objects.of_site(site).filter(state=AllocationState.OFFERED)
    return list(rows.values_list("application__public_id", flat=True))


# --- the deadline ---------------------------------------------------------------------------------


def test_the_draw_gives_every_stall_the_usual_deadline(drawn):
    deadlines = set(Allocation.objects.of_site(drawn).values_list("answer_by", flat=True))

    assert deadlines == {confirming.usual_deadline(drawn.bazaar)} == {drawn.confirm_by}
    assert timezone.localtime(drawn.confirm_by).strftime("%H.%M") == "20.00"
    assert timezone.localtime(drawn.confirm_by).date() == drawn.bazaar.starts_on - timedelta(days=3)


def test_the_office_sets_another_deadline_before_the_draw(sudin):
    site = open_site()
    wanted = confirming.usual_deadline(site.bazaar) - timedelta(days=4)
    confirming.set_deadline(site_id=site.pk, confirm_by=wanted, by=sudin, now=timezone.now())

    assert drawn_site(4, site=site).confirm_by == wanted


def test_a_deadline_that_a_late_draw_has_passed_still_leaves_time_to_answer(sudin):
    site = open_site()
    wanted = timezone.now() + timedelta(hours=1)
    confirming.set_deadline(site_id=site.pk, confirm_by=wanted, by=sudin, now=timezone.now())

    drawn = drawn_site(4, site=site)

    assert drawn.confirm_by >= after_deadline(site) + timedelta(hours=24)


def test_a_deadline_after_the_draw_in_the_past_or_after_the_opening_is_refused(drawn, sudin):
    coming = open_site()
    now = timezone.now()
    with pytest.raises(errors.DeadlineTold):
        confirming.set_deadline(site_id=drawn.pk, confirm_by=now + timedelta(days=9), by=sudin, now=now)
    with pytest.raises(errors.MomentIsOver):
        confirming.set_deadline(site_id=coming.pk, confirm_by=now, by=sudin, now=now)
    with pytest.raises(errors.DeadlineAfterOpening):
        confirming.set_deadline(site_id=coming.pk, confirm_by=coming.bazaar.begins_at, by=sudin, now=now)


# --- confirming -----------------------------------------------------------------------------------


def test_confirming_twice_is_once(drawn):
    allocation, now = held_by(drawn, 0), timezone.now()
    confirming.confirm(allocation_id=allocation.pk, by=None, now=now)
    confirming.confirm(allocation_id=allocation.pk, by=None, now=now + timedelta(hours=1))

    allocation.refresh_from_db()
    assert (allocation.state, allocation.confirmed_at) == (AllocationState.CONFIRMED, now)


def test_confirming_after_the_deadline_is_refused_in_words_when_somebody_waits(drawn):
    allocation = held_by(drawn, 0)
    with pytest.raises(errors.AnswerTooLate, match="cadangan"):
        confirming.confirm(allocation_id=allocation.pk, by=None, now=drawn.confirm_by + timedelta(seconds=1))


def test_confirming_after_the_deadline_and_after_the_next_was_asked_is_refused_in_words(drawn):
    allocation, late = held_by(drawn, 0), drawn.confirm_by + timedelta(minutes=1)
    assert releasing.settle(drawn.pk, now=late) == 2

    with pytest.raises(errors.StallGone, match="ditawarkan"):
        confirming.confirm(allocation_id=allocation.pk, by=None, now=late + timedelta(minutes=1))

    allocation.refresh_from_db()
    assert allocation.release_kind == ReleaseKind.LAPSED


def test_a_late_answer_still_holds_when_nobody_could_be_asked_instead():
    site = drawn_site(3)
    late = site.confirm_by + timedelta(hours=1)
    assert releasing.settle(site.pk, now=late) == 0

    allocation = confirming.confirm(allocation_id=held_by(site, 0).pk, by=None, now=late)

    assert allocation.state == AllocationState.CONFIRMED


def test_nobody_confirms_or_gives_back_once_the_bazaar_has_begun(drawn):
    allocation, now = held_by(drawn, 0), drawn.bazaar.begins_at
    with pytest.raises(errors.BazaarBegun):
        confirming.confirm(allocation_id=allocation.pk, by=None, now=now)
    with pytest.raises(errors.BazaarBegun):
        releasing.give_back(allocation_id=allocation.pk, by=None, now=now)


# --- giving back, and the next --------------------------------------------------------------------


def test_a_stall_given_back_is_offered_at_once_to_the_first_reserve(drawn):
    given = held_by(drawn, 1)
    releasing.give_back(allocation_id=given.pk, by=None, now=timezone.now())

    offer = Allocation.objects.get(replaces=given)
    assert offer.application.public_id == reserve(drawn, 0)
    assert (offer.state, offer.stall_id, offer.share) == (AllocationState.OFFERED, given.stall_id, 1)
    assert timezone.now() < offer.answer_by <= drawn.bazaar.begins_at
    assert Message.objects.filter(kind=STALL_OFFERED, participant_id=offer.participant_id).count() == 1


def test_giving_back_twice_offers_once(drawn):
    given = held_by(drawn, 1)
    for _again in range(2):
        releasing.give_back(allocation_id=given.pk, by=None, now=timezone.now())

    assert offered(drawn) == [reserve(drawn, 0)]


def test_declining_an_offer_asks_the_one_after_and_never_the_same_again(drawn):
    now = timezone.now()
    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=now)
    first = Allocation.objects.get(application__public_id=reserve(drawn, 0))
    releasing.give_back(allocation_id=first.pk, by=None, now=now)
    assert offered(drawn) == [reserve(drawn, 1)]

    second = Allocation.objects.get(application__public_id=reserve(drawn, 1))
    releasing.give_back(allocation_id=second.pk, by=None, now=now)

    assert offered(drawn) == []
    assert Allocation.objects.get(pk=second.pk).release_kind == ReleaseKind.DECLINED


def test_an_offer_not_answered_goes_on_and_the_task_run_again_changes_nothing(drawn):
    now = timezone.now()
    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=now)
    first = Allocation.objects.get(application__public_id=reserve(drawn, 0))
    late = first.answer_by + timedelta(minutes=1)

    assert [releasing.settle_all(now=late) for _again in range(3)] == [1, 0, 0]

    first.refresh_from_db()
    assert (first.release_kind, offered(drawn)) == (ReleaseKind.LAPSED, [reserve(drawn, 1)])
    assert Message.objects.filter(kind=STALL_LOST, participant_id=first.participant_id).count() == 1


def test_an_offer_costs_a_turn_only_when_it_is_taken(drawn):
    now = timezone.now()
    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=now)
    offer = Allocation.objects.get(application__public_id=reserve(drawn, 0))
    turns = {"participant_id": offer.participant_id, "kind": TurnKind.STALL_HELD}
    assert not TurnLedger.objects.filter(**turns).exists()

    confirming.confirm(allocation_id=offer.pk, by=None, now=now)

    assert TurnLedger.objects.filter(**turns, site=drawn).count() == 1


def test_giving_a_stall_back_costs_no_turn(drawn):
    given = held_by(drawn, 0)
    releasing.give_back(allocation_id=given.pk, by=None, now=timezone.now())

    after = drawn.bazaar.starts_on + timedelta(days=40)
    assert drawing.turns_of([given.participant_id], before=after) == {}


def test_the_next_is_passed_over_who_would_break_a_quota():
    """Two places of three for KPKP; when the only vendor of PPKUKM leaves, KPKP stays full."""
    site = open_site(stalls=3, pengampu={KPKP: Bounds(0, 2), PPKUKM: Bounds(0, 3)})
    for pengampu in (KPKP, KPKP, KPKP, PPKUKM):
        ApplicationFactory(site=site, pengampu_id=pengampu)
    drawn = drawn_site(0, site=site)
    other = Allocation.objects.of_site(drawn).get(application__pengampu=PPKUKM)

    releasing.give_back(allocation_id=other.pk, by=None, now=timezone.now())
    assert offered(drawn) == []

    one = Allocation.objects.of_site(drawn).held().filter(application__pengampu=KPKP).first()
    releasing.give_back(allocation_id=one.pk, by=None, now=timezone.now())

    assert offered(drawn) == [reserve(drawn, 0)]


def test_a_reserve_who_meets_the_conditions_no_more_is_passed_over(drawn):
    first = drawn.applications.get(public_id=reserve(drawn, 0))
    FosterLink.objects.filter(participant=first.participant).update(valid_until=in_days(-1))

    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=timezone.now())

    assert offered(drawn) == [reserve(drawn, 1)]


def test_a_reserve_with_a_stall_elsewhere_that_day_is_passed_over(drawn):
    first = drawn.applications.get(public_id=reserve(drawn, 0))
    other = open_site(bazaar=BazaarFactory(starts_on=drawn.bazaar.starts_on))
    elsewhere = ApplicationFactory(site=other, participant=first.participant)
    Allocation.objects.create(
        application=elsewhere,
        participant=first.participant,
        stall=other.stalls.first(),
        days=(other.bazaar.starts_on, other.bazaar.ends_on + timedelta(days=1)),
        decided_at=timezone.now(),
    )

    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=timezone.now())

    assert offered(drawn) == [reserve(drawn, 1)]


# --- by hand --------------------------------------------------------------------------------------


def test_the_office_takes_a_stall_back_with_a_reason_that_is_published_and_told(drawn, sudin):
    taken = held_by(drawn, 0)
    releasing.take_back(allocation_id=taken.pk, reason="Izin habis", by=sudin, now=timezone.now())

    record = published_record(Draw.objects.select_related("site__bazaar__host").get(site=drawn))
    verify_draw.verify(record)
    assert [(o["id"], o["change"], o["reason"]) for o in record["overrides"]] == [
        (taken.application.public_id, f"released {taken.stall.number}", "Izin habis")
    ]
    told = Message.objects.get(kind=STALL_LOST)
    assert told.participant_id == taken.participant_id
    assert messages.details([told])[told.key]["reason"] == "Izin habis"


def test_the_first_reason_stays(drawn, sudin):
    taken = held_by(drawn, 0)
    for reason in ("Izin habis", "Lain"):
        releasing.take_back(allocation_id=taken.pk, reason=reason, by=sudin, now=timezone.now())

    taken.refresh_from_db()
    assert taken.release_reason == "Izin habis"


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("released_whole", {"state": "released"}),
        ("released_whole", {"release_kind": "declined"}),
        ("confirmed_with_its_moment", {"state": "confirmed"}),
        ("offer_replaces", {"state": "offered"}),
        (
            "taken_back_with_reason",
            {"state": "released", "release_kind": "taken_back", "released_at": timezone.now()},
        ),
    ],
)
def test_the_database_refuses_half_a_release(drawn, constraint, fields):
    rows = Allocation.objects.filter(pk=held_by(drawn, 0).pk)
    with pytest.raises(IntegrityError, match=f"bazaars_allocation_{constraint}"), transaction.atomic():
        rows.update(**fields)


# --- at once --------------------------------------------------------------------------------------


def all_at_once(*deeds) -> list[str]:
    """Each deed in a thread with a connection of its own; the names of the errors."""
    failed = []

    def press(deed) -> None:
        try:
            deed()
        except Exception as error:
            failed.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_release_the_same_stall_at_once_make_one_offer(sudin):
    site = drawn_site(5)
    taken, now = held_by(site, 0), timezone.now()

    def press() -> None:
        releasing.take_back(allocation_id=taken.pk, reason="Izin habis", by=sudin, now=now)

    assert all_at_once(press, press, press, press) == []
    assert offered(site) == [reserve(site, 0)]
    assert Message.objects.filter(kind=STALL_OFFERED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_clock_and_two_pages_that_settle_at_once_ask_each_reserve_once():
    site = drawn_site(5)
    late = site.confirm_by + timedelta(minutes=1)

    assert all_at_once(*[lambda: releasing.settle(site.pk, now=late)] * 3) == []

    assert sorted(offered(site)) == sorted([reserve(site, 0), reserve(site, 1)])
    assert Allocation.objects.of_site(site).held().count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_vendor_who_confirms_while_the_office_takes_the_stall_back_has_it_or_not(sudin):
    site = drawn_site(5)
    one, now = held_by(site, 0), timezone.now()

    failed = all_at_once(
        lambda: confirming.confirm(allocation_id=one.pk, by=None, now=now),
        lambda: releasing.take_back(allocation_id=one.pk, reason="Izin habis", by=sudin, now=now),
    )

    one.refresh_from_db()
    assert failed in ([], ["StallGone"])
    assert (one.state, offered(site)) == (AllocationState.RELEASED, [reserve(site, 0)])
    assert Site.objects.get(pk=site.pk).state == SiteState.DRAWN
