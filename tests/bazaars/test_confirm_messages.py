"""Who has a stall and has not answered is reminded once before the deadline."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from bazaars import confirm_messages
from bazaars.enums import AllocationState, ReleaseKind
from bazaars.messages import STALL_CONFIRM, STALL_GIVEN, STALL_OFFERED
from bazaars.models import Allocation
from bazaars.services import cancelling, confirming, releasing
from bazaars.tasks import settle_stalls
from okoce.accounts.roles import Role
from okoce.notifications import compose, kinds, timing
from okoce.notifications.models import Message
from tests.bazaars.test_after_the_draw import all_at_once, held_by
from tests.factories import member
from tests.factories.bazaars import drawn_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn():
    """Three stalls, five applicants."""
    site = drawn_site(5)
    Allocation.objects.of_site(site).update(decided_at=site.confirm_by - timedelta(days=10))
    return site


def remind(site, **before) -> int:
    return confirm_messages.remind(now=site.confirm_by - timedelta(**before))


def reminded() -> set[int]:
    return set(Message.objects.filter(kind=STALL_CONFIRM).values_list("participant_id", flat=True))


def why_not() -> set[str]:
    _ready, refused = compose.prepare(list(Message.objects.filter(kind=STALL_CONFIRM)))
    return {verdict.reason for verdict in refused}


# ---------------------------------------------------------------- when, and to whom


def test_rule_56_everybody_who_has_not_answered_is_reminded_once_from_a_day_before_on(drawn):
    assert [remind(drawn, hours=hours) for hours in (25, 24, 23, 1)] == [0, 3, 0, 0]


def test_after_the_deadline_nobody_is_reminded(drawn):
    assert [remind(drawn, minutes=minutes) for minutes in (0, -1)] == [0, 0]


def test_who_confirmed_or_gave_the_stall_back_is_not_reminded(drawn):
    now = drawn.confirm_by - timedelta(days=2)
    confirmed, gave_back, silent = (held_by(drawn, number) for number in range(3))
    confirming.confirm(allocation_id=confirmed.pk, by=None, now=now)
    releasing.give_back(allocation_id=gave_back.pk, by=None, now=now)
    Allocation.objects.filter(state=AllocationState.OFFERED).update(answer_by=now + timedelta(days=9))

    remind(drawn, hours=20)

    assert reminded() == {silent.participant_id}


def test_an_offer_that_lasts_a_day_is_reminded_of_in_its_second_half(drawn):
    """Nobody is asked and reminded in one breath."""
    now = drawn.confirm_by - timedelta(days=5)
    releasing.give_back(allocation_id=held_by(drawn, 0).pk, by=None, now=now)
    offer = Allocation.objects.get(state=AllocationState.OFFERED)
    Allocation.objects.filter(pk=offer.pk).update(answer_by=F("decided_at") + timedelta(hours=24))

    told = [confirm_messages.remind(now=now + timedelta(hours=hours)) for hours in (1, 11, 12, 13)]

    assert told == [0, 0, 1, 0]
    assert reminded() == {offer.participant_id}


def test_a_cancelled_place_reminds_nobody(drawn, sudin):
    cancelling.cancel_site(site_id=drawn.pk, reason="Banjir", by=sudin, now=timezone.now())

    assert remind(drawn, hours=20) == 0


def test_the_province_sets_other_times(drawn):
    timing.set_times(
        kind=STALL_CONFIRM, times=[timedelta(days=2), timedelta(hours=3)], reason="Banyak yang lupa",
        based_on=0, by=member(Role.PROVINCE),
    )  # fmt: skip

    assert [remind(drawn, hours=hours) for hours in (49, 48, 24, 3, 1)] == [0, 3, 0, 3, 0]


def test_the_clock_reminds_along_with_settling(drawn, time_machine):
    time_machine.move_to(drawn.confirm_by - timedelta(hours=20), tick=False)
    for _time in range(2):
        settle_stalls()

    assert len(reminded()) == 3


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_remind_once():
    site = drawn_site(3)
    Allocation.objects.of_site(site).update(decided_at=site.confirm_by - timedelta(days=10))

    assert all_at_once(*[lambda: remind(site, hours=20)] * 3) == []

    assert Message.objects.filter(kind=STALL_CONFIRM).count() == 3


@pytest.mark.parametrize("count", [1, 3])
def test_it_is_one_statement_for_one_stall_and_for_three(count, django_assert_num_queries):
    site = drawn_site(count)
    Allocation.objects.of_site(site).update(decided_at=site.confirm_by - timedelta(days=10))

    # The times and the ways of the kind; the savepoint, the statement and its release.
    with django_assert_num_queries(5):
        assert remind(site, hours=20) == count


# ---------------------------------------------------------------- looked at again when it is sent


def test_it_names_the_stall_the_deadline_and_the_own_link(drawn):
    remind(drawn, hours=20)

    ready, refused = compose.prepare(list(Message.objects.filter(kind=STALL_CONFIRM)))

    assert refused == []
    assert {one.details["answer_by"] for one in ready} == {drawn.confirm_by}
    assert all(one.details["answer_path"].startswith("/bazar/jawab/") for one in ready)
    assert {one.details["stall"] for one in ready} == {"A01", "A02", "A03"}


def test_who_has_answered_in_the_meantime_is_not_told(drawn):
    remind(drawn, hours=20)
    for number in range(3):
        confirming.confirm(allocation_id=held_by(drawn, number).pk, by=None, now=timezone.now())

    assert why_not() == {"answered"}


def test_whose_stall_has_gone_to_the_next_is_not_told(drawn):
    remind(drawn, hours=20)
    Allocation.objects.of_site(drawn).update(
        state=AllocationState.RELEASED, release_kind=ReleaseKind.LAPSED, released_at=timezone.now()
    )

    assert why_not() == {"stall_gone"}


def test_it_can_be_answered_by_whatsapp_like_the_question_itself():
    assert kinds.get(STALL_CONFIRM).answers is kinds.get(STALL_OFFERED).answers


def test_what_waits_by_hand_is_gone_from_the_desk_once_the_vendor_has_answered(drawn):
    """Nobody presses "send" for a question that is answered."""
    confirmed, gave_back, silent = (held_by(drawn, number) for number in range(3))
    confirming.confirm(allocation_id=confirmed.pk, by=None, now=timezone.now())
    releasing.give_back(allocation_id=gave_back.pk, by=None, now=timezone.now())

    told = Message.objects.filter(kind=STALL_GIVEN)
    states = dict(told.values_list("participant_id", "reason"))
    assert [states[one.participant_id] for one in (confirmed, gave_back, silent)] == [
        "answered",
        "stall_gone",
        "",
    ]


@pytest.mark.parametrize(("hours", "kept"), [(50, 0), (47, 3), (25, 3), (23, 0)])
def test_whatsapp_keeps_room_for_whoever_is_asked_within_the_day(drawn, hours, kept):
    now = drawn.confirm_by - timedelta(hours=hours)

    assert len(confirm_messages.people_between(now, now + timedelta(hours=24))) == kept
