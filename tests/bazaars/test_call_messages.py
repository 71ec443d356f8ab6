"""The call of a bazaar: told once to everybody who may apply and agreed, and to nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars import call_messages
from bazaars.enums import AllocationState
from bazaars.feasibility import Bounds
from bazaars.models import Allocation, Site
from bazaars.services import applying, calling, cancelling, drawing, events
from bazaars.services.calling import BAZAAR_CALL
from okoce.accounts.roles import Role
from okoce.audit.models import AuditEvent
from okoce.notifications import compose, kinds, wishes
from okoce.notifications.enums import ConsentRule, Meaning, State, Topic
from okoce.notifications.models import Campaign, Message, MessagePause
from okoce.organisations.models import Organisation
from participants.enums import Status
from participants.models import Business, Consent, FosterLink, Participant
from tests.bazaars.test_pages import text_of
from tests.factories import ScanFactory, SessionFactory
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, member
from tests.factories.bazaars import (
    KPKP,
    PKK,
    PPKUKM,
    ApplicationFactory,
    BazaarFactory,
    SiteFactory,
    drawn_site,
    in_days,
    open_site,
    vendor,
)
from tests.factories.trainings import day_at

pytestmark = pytest.mark.django_db


def agreed(**fields) -> Participant:
    """A vendor who may apply at every site of these tests and has agreed to messages."""
    return answered(vendor(**fields), is_given=True)


def answered(person: Participant, *, is_given: bool) -> Participant:
    Consent.objects.create(
        participant=person, purpose="messages", is_given=is_given, text_version="1", channel="counter",
        at=timezone.now(),
    )  # fmt: skip
    return person


@pytest.fixture
def prepared(sudin) -> Site:
    """A draft with stalls and quotas, whose applications nobody has opened."""
    return draft(sudin)


def draft(sudin, **fields) -> Site:
    site = SiteFactory(**fields)
    events.add_stalls(
        site_id=site.pk, numbers=["A01", "A02"], per_row=8, zone=None, has_power=False, by=sudin
    )
    quotas = {KPKP: Bounds(0, 2), PPKUKM: Bounds(0, 2)}
    events.set_quotas(site_id=site.pk, pengampu=quotas, categories={}, by=sudin)
    return site


def open_and_tell(site: Site, by, *, closes_in: int = 5, tells: bool = True) -> int:
    """How many new messages there are."""
    before, now = Message.objects.filter(kind=BAZAAR_CALL).count(), timezone.now()
    events.open_applications(
        site_id=site.pk, closes_at=now + timedelta(days=closes_in), by=by, now=now, tells=tells
    )
    return Message.objects.filter(kind=BAZAAR_CALL).count() - before


def told() -> set[int]:
    return set(Message.objects.filter(kind=BAZAAR_CALL).values_list("participant_id", flat=True))


def why_not() -> str:
    """Why the one message does not go now; empty when it does."""
    message = Message.objects.get(kind=BAZAAR_CALL)
    _ready, refused = compose.prepare([message])
    return refused[0].reason if refused else ""


# ---------------------------------------------------------------- to whom


def test_rule_54_only_those_who_agreed_and_may_apply_are_told(prepared, sudin):
    yes, other_agency = agreed(), agreed(pengampu=PPKUKM)
    vendor()  # was never asked
    answered(vendor(), is_given=False)
    agreed(pengampu=PKK)  # takes no part
    agreed(kelurahan_id="31.71.01.1001")
    agreed(status=Status.MOVED)
    agreed(restricted_at=timezone.now())
    Business.objects.filter(participant=agreed()).delete()
    FosterLink.objects.filter(participant=agreed()).update(valid_until=in_days(1))

    open_and_tell(prepared, sudin)

    assert told() == {yes.pk, other_agency.pk}


def test_whom_the_statement_tells_is_whom_the_rules_of_applying_let_in(prepared, sudin):
    """One row and many rows agree."""
    other = open_site(bazaar=BazaarFactory(starts_on=prepared.bazaar.starts_on))
    people = [agreed(), agreed(), agreed(pengampu=PKK), agreed(kelurahan_id="31.71.01.1001"), agreed()]
    ApplicationFactory(site=other, participant=people[1])
    Business.objects.filter(participant=people[4]).delete()
    open_and_tell(prepared, sudin, tells=False)
    site, now = Site.objects.select_related("bazaar").get(pk=prepared.pk), timezone.now()

    may = {p.pk for p in people if not applying.obstacles_for(site, p, now=now)}

    assert set(calling.may_apply(site).values_list("pk", flat=True)) == may == {people[0].pk}


def test_a_bazaar_without_the_demand_of_a_business_tells_those_without_one_too(prepared, sudin):
    person = agreed()
    Business.objects.filter(participant=person).delete()
    prepared.bazaar.needs_business = False
    prepared.bazaar.save()

    assert open_and_tell(prepared, sudin) == 1


def test_activities_of_this_year_and_the_one_before_count(prepared, sudin, time_machine):
    time_machine.move_to(day_at(0, 9), tick=False)
    prepared.bazaar.least_activities = 1
    prepared.bazaar.save()
    trained = agreed()
    agreed()
    session = SessionFactory(state="held", starts_at=day_at(-3, 9))
    ScanFactory(participant=trained, session=session)
    type(prepared.bazaar).objects.filter(pk=prepared.bazaar_id).update(
        starts_on=session.starts_at.date().replace(year=session.starts_at.year + 1, month=2, day=3),
        ends_on=session.starts_at.date().replace(year=session.starts_at.year + 1, month=2, day=3),
    )

    open_and_tell(prepared, sudin)

    assert told() == {trained.pk}


def test_who_ended_messages_about_bazaars_or_rests_from_messages_is_left_out(prepared, sudin):
    ended, resting = agreed(), agreed()
    wishes.end(participant_id=ended.pk, topic=Topic.BAZAARS, by=None, way="own")
    MessagePause.objects.create(participant_id=resting.pk, until=in_days(9), reason="Berduka", made_by=sudin)

    assert open_and_tell(prepared, sudin) == 0


def test_an_announcement_of_this_week_keeps_nobody_from_the_call(prepared, sudin):
    """Two announcements a week are too many; a call is told once and is none of them."""
    person, now = agreed(), timezone.now()
    campaign = Campaign.objects.create(
        title="Tahap 2", announcement="Dibuka", page="home", audience="everybody", made_by=sudin
    )
    Message.objects.create(
        key="tes:campaign", kind="announcement", channel="email", state=State.SENT, campaign=campaign,
        participant_id=person.pk, due_at=now, finished_at=now,
    )  # fmt: skip

    assert open_and_tell(prepared, sudin) == 1


def test_rule_54_the_kind_asks_for_consent_and_stands_under_the_topic_of_bazaars():
    kind = kinds.get(BAZAAR_CALL)

    assert (kind.consent, kind.topic, kind.is_bulk) == (ConsentRule.REQUIRED, Topic.BAZAARS, True)


# ---------------------------------------------------------------- once


def test_rule_56_opening_twice_or_moving_the_deadline_tells_nobody_twice(prepared, sudin):
    agreed()

    assert [open_and_tell(prepared, sudin, closes_in=days) for days in (5, 5, 9)] == [1, 0, 0]


def test_moving_the_deadline_tells_who_may_apply_only_since_then(prepared, sudin):
    agreed()
    open_and_tell(prepared, sudin)
    late = agreed()

    assert open_and_tell(prepared, sudin, closes_in=8) == 1
    assert late.pk in told()


def test_a_bazaar_of_two_places_is_told_once(prepared, sudin):
    first, only_here = agreed(), agreed(pengampu=PKK)
    second = draft(sudin, bazaar=prepared.bazaar)
    events.set_quotas(site_id=second.pk, pengampu={PKK: Bounds(0, 2), KPKP: Bounds(0, 2)}, categories={},
                      by=sudin)  # fmt: skip

    assert [open_and_tell(site, sudin) for site in (prepared, second)] == [1, 1]
    assert told() == {first.pk, only_here.pk}


def test_opening_without_telling_tells_nobody_and_can_be_made_up_for(prepared, sudin):
    agreed()

    assert [open_and_tell(prepared, sudin, tells=tells) for tells in (False, True)] == [0, 1]


@pytest.mark.parametrize("people", [1, 3])
def test_telling_is_one_statement_for_any_number_of_people(
    prepared, sudin, people, django_assert_num_queries
):
    for _ in range(people):
        agreed()
    open_and_tell(prepared, sudin, tells=False)
    site = Site.objects.select_related("bazaar").get(pk=prepared.pk)

    # The ways of the kind, to count and to queue; the statement between its savepoints; the audit.
    with django_assert_num_queries(6):
        calling.tell(site, by=sudin, now=timezone.now())

    assert len(told()) == people


def test_what_waits_is_of_use_until_the_new_deadline(prepared, sudin):
    agreed()
    open_and_tell(prepared, sudin, closes_in=3)
    open_and_tell(prepared, sudin, closes_in=6, tells=False)
    prepared.refresh_from_db()

    assert Message.objects.get(kind=BAZAAR_CALL).expires_at == prepared.applications_close_at


def test_telling_is_recorded_with_its_number(prepared, sudin):
    agreed()
    open_and_tell(prepared, sudin)

    assert AuditEvent.objects.get(action="bazaars.call.told").count == 1


# ---------------------------------------------------------------- looked at again when it is sent


def test_the_call_names_the_bazaar_the_place_the_deadline_and_the_page_to_apply(prepared, sudin):
    agreed()
    open_and_tell(prepared, sudin)

    (one,), refused = compose.prepare(list(Message.objects.filter(kind=BAZAAR_CALL)))

    prepared.refresh_from_db()
    assert refused == []
    assert {name: one.details[name] for name in ("bazaar", "site", "closes_at", "page_path")} == {
        "bazaar": prepared.bazaar.name,
        "site": prepared.name,
        "closes_at": prepared.applications_close_at,
        "page_path": reverse("bazaars:apply", args=[prepared.pk]),
    }


def test_with_two_open_places_it_leads_to_the_page_of_both_and_names_the_nearer_deadline(prepared, sudin):
    agreed()
    second = draft(sudin, bazaar=prepared.bazaar)
    open_and_tell(prepared, sudin, closes_in=9)
    open_and_tell(second, sudin, closes_in=4)

    (one,), _refused = compose.prepare(list(Message.objects.filter(kind=BAZAAR_CALL)))

    second.refresh_from_db()
    assert one.details["site"] == "2 tempat"
    assert one.details["closes_at"] == second.applications_close_at
    assert one.details["page_path"] == prepared.bazaar.get_absolute_url()


def test_who_has_applied_in_the_meantime_is_not_told(prepared, sudin):
    person = agreed()
    open_and_tell(prepared, sudin)
    ApplicationFactory(site=prepared, participant=person)

    assert why_not() == "applied"


def test_who_may_not_apply_any_more_is_not_told(prepared, sudin):
    person = agreed()
    open_and_tell(prepared, sudin)
    FosterLink.objects.filter(participant=person).delete()

    assert why_not() == "not_eligible"


def test_whose_business_has_applied_through_another_of_the_household_is_not_told(prepared, sudin):
    first, second = agreed(), agreed()
    for person in (first, second):
        person.kk = "3173070101200001"
        person.save()
    open_and_tell(prepared, sudin)
    ApplicationFactory(site=prepared, participant=first)

    (message,) = Message.objects.filter(participant_id=second.pk)
    assert call_messages.void([message]) == {message.key: "not_eligible"}


def test_after_the_deadline_nobody_is_told(prepared, sudin, time_machine):
    agreed()
    open_and_tell(prepared, sudin)
    prepared.refresh_from_db()
    time_machine.move_to(prepared.applications_close_at + timedelta(minutes=1), tick=False)

    assert why_not() == "call_closed"


def test_a_cancelled_place_withdraws_what_waits_unless_another_is_open(prepared, sudin):
    agreed()
    second = draft(sudin, bazaar=prepared.bazaar)
    for site in (prepared, second):
        open_and_tell(site, sudin)

    states = []
    for site in (prepared, second):
        cancelling.cancel_site(site_id=site.pk, reason="Banjir", by=sudin, now=timezone.now())
        states.append(Message.objects.get(kind=BAZAAR_CALL).state)

    assert states == [State.READY, State.CANCELLED]


def test_freezing_the_list_withdraws_what_waits(prepared, sudin):
    agreed()
    open_and_tell(prepared, sudin)
    prepared.refresh_from_db()
    ApplicationFactory(site=prepared)
    drawing.commit_seed(
        site_id=prepared.pk,
        organisation=Organisation.objects.get(pk=PPKUKM),
        commitment="0" * 64,
        by=sudin,
        now=timezone.now(),
    )
    late = prepared.applications_close_at + timedelta(minutes=1)
    drawing.freeze_list(site_id=prepared.pk, by=sudin, now=late)

    message = Message.objects.get(kind=BAZAAR_CALL)
    assert (message.state, message.reason) == (State.CANCELLED, "call_closed")


@pytest.mark.parametrize("people", [1, 3])
def test_looking_again_costs_the_same_for_one_and_three(prepared, sudin, people, django_assert_num_queries):
    for _ in range(people):
        agreed()
    open_and_tell(prepared, sudin)
    messages = list(Message.objects.filter(kind=BAZAAR_CALL))

    with django_assert_num_queries(10):
        assert call_messages.void(messages) == {}


def test_a_vendor_with_a_stall_elsewhere_on_these_days_is_not_told(prepared, sudin):
    person = agreed()
    open_and_tell(prepared, sudin)
    other = drawn_site(1, bazaar=BazaarFactory(starts_on=prepared.bazaar.starts_on))
    allocation = Allocation.objects.get(stall__site=other)
    type(allocation.application).objects.filter(pk=allocation.application_id).update(participant=person)
    Allocation.objects.filter(pk=allocation.pk).update(participant=person, state=AllocationState.CONFIRMED,
                                                       confirmed_at=timezone.now())  # fmt: skip

    assert why_not() == "not_eligible"


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("meaning", "outcome", "words"),
    [
        (Meaning.YES, "link_to_apply", "/bazar/daftar/"),
        (Meaning.NO, "not_interested", "Giliran Anda tidak berkurang"),
        (Meaning.MOVE, "link_to_bazaars", "/bazar/"),
    ],
)
def test_an_answer_to_the_call_changes_nothing_and_says_what_to_do(prepared, sudin, meaning, outcome, words):
    agreed()
    open_and_tell(prepared, sudin)
    message = Message.objects.get(kind=BAZAAR_CALL)

    done = call_messages.take(message, meaning, timezone.now())

    assert done.code == outcome
    assert words in done.words
    assert prepared.applications.count() == 0


def test_a_yes_after_applying_or_after_the_deadline_says_so(prepared, sudin, time_machine):
    person = agreed()
    open_and_tell(prepared, sudin)
    message = Message.objects.get(kind=BAZAAR_CALL)
    application = ApplicationFactory(site=prepared, participant=person)
    said = [call_messages.take(message, Meaning.YES, timezone.now()).code]
    application.delete()
    prepared.refresh_from_db()
    time_machine.move_to(prepared.applications_close_at + timedelta(hours=1), tick=False)
    said.append(call_messages.take(message, Meaning.YES, timezone.now()).code)

    assert said == ["applied", "call_closed"]


# ---------------------------------------------------------------- the page


def address(site: Site) -> str:
    return reverse("bazaars:open", args=[site.pk])


def filled(**more) -> dict[str, str]:
    return {"closes_on": f"{in_days(9):%Y-%m-%d}", "closes_time": "20:00", **more}


def test_the_officer_sees_before_opening_how_many_are_told_and_who_is_not(officer, prepared):
    agreed()
    agreed()
    vendor()

    page = text_of(officer.get(address(prepared)))

    assert '<b class="oo-num">2</b> dari 3 orang yang boleh mendaftar' in page
    assert '<b class="oo-num">1</b> belum menyetujui pesan' in page
    assert "2 orang mendapat satu pesan" in page


def test_the_tick_is_set_at_first_and_the_officer_may_take_it_out(officer, prepared):
    agreed()
    page = officer.get(address(prepared))
    assert page.context["form"]["tells"].initial is True

    officer.post(address(prepared), filled())

    prepared.refresh_from_db()
    assert (prepared.state, told()) == ("open", set())


def test_with_the_tick_everybody_is_told_and_a_second_press_tells_nobody_more(officer, prepared):
    person = agreed()

    answer = officer.post(address(prepared), filled(tells="on"), follow=True)
    officer.post(address(prepared), filled(tells="on"))

    assert "dikirim kepada 1 orang" in text_of(answer)
    assert told() == {person.pk}
    assert Message.objects.filter(kind=BAZAAR_CALL).count() == 1


def test_where_nobody_is_left_to_tell_the_tick_cannot_be_set(officer, prepared):
    page = officer.get(address(prepared))

    assert page.context["form"].fields["tells"].disabled is True
    assert "Tidak ada lagi yang perlu diberi tahu" in text_of(page)


def test_moving_the_deadline_shows_who_was_told_and_tells_nobody_unasked(officer, prepared, sudin):
    agreed()
    open_and_tell(prepared, sudin)
    agreed()

    page = officer.get(address(prepared))

    assert "1 orang sudah diberi tahu" in text_of(page)
    assert page.context["form"]["tells"].initial is False
    assert officer.get(page.context["forecast"].told_url).status_code == 200


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_asks_the_same_for_one_and_three(officer, prepared, people, django_assert_num_queries):
    for _ in range(people):
        agreed()
    officer.get(address(prepared))

    with django_assert_num_queries(10):
        officer.get(address(prepared))


def test_another_city_opens_and_tells_nothing(client_as, prepared):
    agreed()
    other = client_as(member(Role.SUDIN, JAKARTA_PUSAT))

    assert other.post(address(prepared), filled(tells="on")).status_code == 404
    assert told() == set()


def test_the_cause_of_a_call_is_named_to_its_city_only(prepared):
    mine, other = (member(Role.SUDIN, area) for area in (JAKARTA_BARAT, JAKARTA_PUSAT))

    assert call_messages.describe_cause(mine, prepared.bazaar_id).label == prepared.bazaar.name
    assert call_messages.describe_cause(other, prepared.bazaar_id) is None
