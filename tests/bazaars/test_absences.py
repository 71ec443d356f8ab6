"""Who did not come: the turn it costs, an excuse accepted later, a mistake put right; the ledger in words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bazaars import errors, turns
from bazaars.enums import Excuse, ReleaseKind, TurnKind
from bazaars.messages import ABSENCE_NOTED
from bazaars.models import Absence, Allocation, Arrival, TurnLedger
from bazaars.services import absences, drawing, releasing
from okoce.notifications.models import Message
from tests.bazaars.test_pages import as_participant, text_of
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import drawn_site, held_site, sold, stall_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def held():
    """A bazaar that ended yesterday, with two vendors."""
    return held_site(2, begins_in=-2)


def note(allocation: Allocation, excuse: Excuse, by, **fields):
    now = fields.pop("now", None) or timezone.now()
    return absences.note_absence(allocation_id=allocation.pk, excuse=excuse, by=by, now=now)


def turns_of(allocation: Allocation) -> int:
    in_a_month = timezone.localdate() + timedelta(days=40)
    return drawing.turns_of([allocation.participant_id], before=in_a_month)[allocation.participant_id]


@pytest.mark.parametrize(
    ("excuse", "counted"),
    [
        (Excuse.NONE, 2),
        (Excuse.TOLD, 0),
        (Excuse.EMERGENCY, 0),
        (Excuse.OFFICE, 0),
        (Excuse.CAME, 1),
    ],
)
def test_a_no_show_counts_as_draw_md_says(held, sudin, excuse, counted):
    mine = stall_of(held)
    assert turns_of(mine) == 1

    note(mine, excuse, sudin)

    assert turns_of(mine) == counted


def test_an_excuse_accepted_later_takes_the_turn_back_and_the_ledger_keeps_both_lines(held, sudin):
    mine = stall_of(held)
    note(mine, Excuse.NONE, sudin)
    note(mine, Excuse.EMERGENCY, sudin)

    assert turns_of(mine) == 0
    assert TurnLedger.objects.filter(participant=mine.participant, kind=TurnKind.NO_SHOW).count() == 1
    note(mine, Excuse.CAME, sudin)
    assert turns_of(mine) == 1


def test_noting_the_same_twice_is_once_and_tells_once(held, sudin):
    mine = stall_of(held)
    first = note(mine, Excuse.NONE, sudin)
    again = note(mine, Excuse.NONE, sudin, now=timezone.now() + timedelta(hours=1))

    assert again.noted_at == first.noted_at
    assert Absence.objects.count() == 1
    assert Message.objects.filter(kind=ABSENCE_NOTED, participant_id=mine.participant_id).count() == 1
    assert turns_of(mine) == 2


def test_a_mistake_put_right_before_anything_was_noted_notes_nothing(held, sudin):
    assert note(stall_of(held), Excuse.CAME, sudin) is None
    assert not Absence.objects.exists()


def test_before_the_opening_long_after_it_and_for_a_stall_given_back_it_is_refused(held, sudin):
    coming = drawn_site(2)
    with pytest.raises(errors.BazaarNotBegun):
        note(stall_of(coming), Excuse.NONE, sudin)
    with pytest.raises(errors.ExcuseTooLate):
        note(stall_of(held), Excuse.NONE, sudin, now=absences.until(held.bazaar) + timedelta(seconds=1))
    gone = stall_of(coming)
    releasing.give_back(allocation_id=gone.pk, by=None, now=timezone.now())
    with pytest.raises(errors.NobodyHeldIt):
        note(gone, Excuse.NONE, sudin, now=coming.bazaar.begins_at)


def test_whoever_reported_sales_was_there(held, sudin):
    mine = stall_of(held)
    sold(mine, held.bazaar.starts_on)

    with pytest.raises(errors.WasThere):
        note(mine, Excuse.NONE, sudin)


def test_whoever_was_not_there_is_asked_for_no_sales(sudin):
    site = held_site(2, begins_in=-20)
    mine, other = stall_of(site, 0), stall_of(site, 1)
    Absence.objects.create(allocation=mine, excuse=Excuse.EMERGENCY, noted_at=timezone.now(), noted_by=sudin)

    late = Allocation.objects.late_with_sales(today=timezone.localdate())

    assert list(late) == [other]


# --- pages ----------------------------------------------------------------------------------------


def test_the_officer_notes_it_on_the_day_and_accepts_an_excuse_afterwards(client_as, sudin, held):
    officer = client_as(sudin)
    mine = stall_of(held)
    page = reverse("bazaars:absence", args=[mine.pk])
    assert "Siapa yang hadir?" in text_of(officer.get(reverse("bazaars:confirmations", args=[held.pk])))
    assert "menambah satu giliran" in text_of(officer.get(page))
    assert "Datang juga" not in text_of(officer.get(page))

    for _tab in range(2):
        assert officer.post(page, {"excuse": "none"}).status_code == 302

    assert "Tidak hadir" in text_of(officer.get(reverse("bazaars:confirmations", args=[held.pk])))
    vendor = as_participant(client_as, mine.participant)
    assert "Dicatat bahwa Anda tidak hadir" in text_of(vendor.get(reverse("bazaars:result", args=[held.pk])))
    officer = client_as(sudin)
    assert "Datang juga" in text_of(officer.get(page))
    officer.post(page, {"excuse": "told"})
    assert turns_of(mine) == 0


def test_no_choice_is_refused_at_the_field_and_another_city_sees_nothing(officer, client_as, held):
    page = reverse("bazaars:absence", args=[stall_of(held).pk])

    assert officer.post(page, {}).status_code == 200
    assert not Absence.objects.exists()
    stranger = client_as(member("sudin", JAKARTA_PUSAT))
    assert stranger.post(page, {"excuse": "none"}).status_code == 404


def held_before(allocation: Allocation) -> None:
    """Another stall of the same vendor, a month ago."""
    other = held_site(1, begins_in=-30)
    TurnLedger.objects.create(
        participant=allocation.participant, site=other, kind=TurnKind.STALL_HELD, on=other.bazaar.starts_on
    )


def test_a_vendor_reads_the_own_turns_one_by_one(client_as, held, sudin):
    mine = stall_of(held)
    note(mine, Excuse.NONE, sudin)
    held_before(mine)

    page = as_participant(client_as, mine.participant).get(reverse("bazaars:own_turns"))

    words = text_of(page)
    assert "Anda mendapat 2 giliran dalam 12 bulan terakhir" in words
    assert "juga hari ini" in words
    assert [line.state for line in page.context["lines"]].count("counts") == 2


def test_a_turn_of_more_than_a_year_ago_and_one_given_back_count_no_more(client_as, held):
    mine = stall_of(held)
    long_ago = held_site(1, begins_in=-400)
    TurnLedger.objects.create(
        participant=mine.participant,
        site=long_ago,
        kind=TurnKind.STALL_HELD,
        on=timezone.localdate() - timedelta(days=400),
    )
    Allocation.objects.filter(pk=mine.pk).update(
        state="released", release_kind="given_back", released_at=timezone.now()
    )

    rows = TurnLedger.objects.filter(participant=mine.participant).select_related("site__bazaar")
    lines = turns.lines_of(list(rows.order_by("-on")), today=timezone.localdate())

    assert {line.state for line in lines} == {"free", "over"}
    assert turns.count_of(mine.participant_id, today=timezone.localdate()) == 0


def test_a_stall_of_a_coming_bazaar_is_no_turn_had_yet(client_as):
    mine = stall_of(drawn_site(1))

    page = as_participant(client_as, mine.participant).get(reverse("bazaars:own_turns"))

    assert page.context["count"] == 0
    assert [line.state for line in page.context["lines"]] == ["coming"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_own_turns_asks_the_same_for_one_and_three(client_as, count):
    mine = stall_of(held_site(1, begins_in=-2))
    for number in range(1, count):
        other = held_site(1, begins_in=-30 * number)
        TurnLedger.objects.create(
            participant=mine.participant, site=other, kind=TurnKind.STALL_HELD, on=other.bazaar.starts_on
        )
    vendor = as_participant(client_as, mine.participant)
    with CaptureQueriesContext(connection) as queries:
        page = vendor.get(reverse("bazaars:own_turns"))

    assert len(page.context["lines"]) == count
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 7


def test_the_persons_page_tells_the_staff_how_many_turns(officer, held, sudin):
    mine = stall_of(held)
    note(mine, Excuse.NONE, sudin)
    held_before(mine)

    words = text_of(officer.get(f"/peserta/{mine.participant.number}/"))

    assert "2 giliran dalam 12 bulan terakhir" in words
    assert "1 di antaranya di tempat yang tidak tercantum di sini" in words


# --- with what the entrance noted -----------------------------------------------------------------


def test_a_stall_given_on_because_nobody_was_there_costs_its_vendor_two_turns_without_excuse(held, sudin):
    mine = stall_of(held)
    releasing.release(mine, ReleaseKind.ABSENT, by=sudin, now=timezone.now())
    assert turns_of(mine) == 1

    note(mine, Excuse.NONE, sudin)
    assert turns_of(mine) == 2

    note(mine, Excuse.EMERGENCY, sudin)
    assert turns_of(mine) == 0


def test_whoever_was_noted_at_the_entrance_is_not_noted_as_absent(officer, held, sudin):
    mine = stall_of(held)
    Arrival.objects.create(
        application=mine.application, day=held.bazaar.starts_on, at=timezone.now(), how="list", noted_by=sudin
    )

    with pytest.raises(errors.WasThere):
        note(mine, Excuse.NONE, sudin)
    view = officer.get(reverse("bazaars:confirmations", args=[held.pk])).context["view"]
    assert sorted(row.state for row in view.lines) == ["Belum ada catatan", "Hadir"]
