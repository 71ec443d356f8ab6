"""From the first stall to the published draw: what happens, and what is refused."""

import json
import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bazaars import draw as rules_of_the_draw
from bazaars import errors, messages, verify_draw
from bazaars.eligibility import Obstacle
from bazaars.enums import AllocationState, SiteState, TurnKind
from bazaars.feasibility import Bounds, ProblemCode
from bazaars.messages import STALL_GIVEN, STALL_RESERVE
from bazaars.models import Allocation, Application, Draw, Site, TurnLedger
from bazaars.services import applying, drawing, events, sealing
from okoce.audit.models import AuditEvent
from okoce.notifications import compose, kinds
from okoce.notifications.enums import Channel
from okoce.notifications.models import Message
from okoce.organisations.models import Organisation
from participants.models import FosterLink
from tests.factories.accounts import member
from tests.factories.bazaars import (
    KPKP,
    PKK,
    PPKUKM,
    SECRET,
    ApplicationFactory,
    BazaarFactory,
    SiteFactory,
    after_deadline,
    drawn_site,
    frozen_site,
    in_days,
    open_site,
    vendor,
)

pytestmark = pytest.mark.django_db


def apply(site, participant, by, now=None, **fields):
    values = {"pengampu": KPKP, "category": "kuliner", "product": "Asinan", "needs_power": False} | fields
    return applying.apply_for_stall(
        site_id=site.pk, participant_id=participant.pk, by=by, now=now or timezone.now(), **values
    )


# --- preparing ------------------------------------------------------------------------------------


def test_forty_stalls_are_numbered_and_placed_in_rows(sudin):
    site = SiteFactory()
    numbers = [f"A{n:02}" for n in range(1, 41)]
    events.add_stalls(
        site_id=site.pk, numbers=numbers, per_row=8, zone=None, has_power=False, is_partner=False, by=sudin
    )

    assert [(s.number, s.row, s.column) for s in site.stalls.all()][:9:4] == [
        ("A01", 1, 1),
        ("A05", 1, 5),
        ("A09", 2, 1),
    ]
    assert events.places_of(site) == 40


def test_a_stall_number_twice_is_refused_and_nothing_is_added(sudin):
    site = open_site(stalls=3)
    with pytest.raises(errors.StallTaken, match="A03"):
        events.add_stalls(
            site_id=site.pk,
            numbers=["A03", "A04"],
            per_row=8,
            zone=None,
            has_power=False,
            is_partner=False,
            by=sudin,
        )

    assert site.stalls.count() == 3


def test_partner_stalls_are_no_places_and_two_may_share_the_others(sudin):
    site = SiteFactory(share_limit=2)
    for numbers, is_partner in ((["A01", "A02"], False), (["D01"], True)):
        events.add_stalls(
            site_id=site.pk,
            numbers=numbers,
            per_row=8,
            zone=None,
            has_power=False,
            is_partner=is_partner,
            by=sudin,
        )

    assert events.places_of(site) == 4


def test_rule_46_minimums_above_the_places_are_refused_and_the_old_quotas_stay(sudin):
    site = open_site(stalls=3)
    with pytest.raises(errors.RulesImpossible) as refused:
        events.set_quotas(
            site_id=site.pk, pengampu={KPKP: Bounds(2, 3), PKK: Bounds(2, 3)}, categories={}, by=sudin
        )

    assert [(p.code, p.total, p.limit) for p in refused.value.problems] == [
        (ProblemCode.MINIMUMS_ABOVE_PLACES, 4, 3)
    ]
    assert set(site.quotas.values_list("pengampu_id", flat=True)) == {KPKP, PPKUKM}


def test_stalls_that_the_quotas_need_cannot_be_removed(sudin):
    site = open_site(stalls=3, pengampu={KPKP: Bounds(3, 3)})
    with pytest.raises(errors.RulesImpossible):
        events.remove_stalls(site_id=site.pk, stall_ids=[site.stalls.first().pk], by=sudin)

    assert site.stalls.count() == 3


@pytest.mark.parametrize("change", ["stalls", "remove", "quotas", "deadline", "withdraw", "commit"])
def test_after_freezing_nothing_that_was_published_can_change(change, sudin):
    site = frozen_site(3)
    deeds = {
        "stalls": lambda: events.add_stalls(
            site_id=site.pk,
            numbers=["B01"],
            per_row=8,
            zone=None,
            has_power=False,
            is_partner=False,
            by=sudin,
        ),
        "remove": lambda: events.remove_stalls(site_id=site.pk, stall_ids=[site.stalls.first().pk], by=sudin),
        "quotas": lambda: events.set_quotas(
            site_id=site.pk, pengampu={KPKP: Bounds(0, 1)}, categories={}, by=sudin
        ),
        "deadline": lambda: events.open_applications(
            site_id=site.pk, closes_at=timezone.now() + timedelta(days=9), by=sudin, now=timezone.now()
        ),
        "withdraw": lambda: applying.withdraw(
            application_id=site.applications.first().pk, by=sudin, now=timezone.now()
        ),
        "commit": lambda: drawing.commit_seed(
            site_id=site.pk,
            organisation=Organisation.objects.get(pk=PKK),
            commitment="0" * 64,
            by=sudin,
            now=timezone.now(),
        ),
    }
    refusal = errors.CommitmentTooLate if change == "commit" else errors.SiteIsFrozen

    with pytest.raises(refusal):
        deeds[change]()


def test_a_bazaar_that_begins_today_is_refused(sudin):
    with pytest.raises(errors.DaysInThePast):
        events.create_bazaar(
            name="Bazar",
            starts_on=date(2026, 8, 11),
            ends_on=date(2026, 8, 12),
            opens_at="08:00",
            closes_at="17:00",
            city=sudin.active_membership.area,
            host=sudin.active_membership.organisation,
            site_name="Halaman",
            kecamatan=sudin.active_membership.area,
            address="",
            share_limit=1,
            by=sudin,
            today=date(2026, 8, 11),
        )


# --- applying -------------------------------------------------------------------------------------


def test_applying_again_changes_the_application_and_makes_no_second(sudin):
    site, person = open_site(), vendor()
    first = apply(site, person, sudin)
    again = apply(site, person, sudin, product="Rujak")

    assert (again.pk, again.public_id, again.product) == (first.pk, first.public_id, "Rujak")
    assert Application.objects.filter(site=site).count() == 1


def test_an_application_a_second_after_the_deadline_is_refused(sudin):
    site, person = open_site(), vendor()
    with pytest.raises(errors.DeadlinePassed):
        apply(site, person, sudin, now=site.applications_close_at + timedelta(seconds=1))

    assert not Application.objects.filter(site=site).exists()


def test_applying_to_a_draft_is_refused(sudin):
    with pytest.raises(errors.NotOpen):
        apply(SiteFactory(), vendor(), sudin)


def test_rule_47_nobody_applies_at_two_places_on_one_day(sudin):
    person = vendor()
    bazaar = BazaarFactory()
    apply(open_site(bazaar=bazaar), person, sudin)
    with pytest.raises(errors.NotEligible) as refused:
        apply(open_site(bazaar=bazaar), person, sudin)

    assert refused.value.obstacles == (Obstacle.SAME_DAYS,)


def test_rule_47_the_database_refuses_two_stalls_on_one_day():
    site = drawn_site(1)
    held = Allocation.objects.get(application__site=site)
    other = open_site(bazaar=BazaarFactory(starts_on=site.bazaar.ends_on, ends_on=site.bazaar.ends_on))
    second = ApplicationFactory(site=other, participant=held.participant)
    with pytest.raises(IntegrityError, match="bazaars_allocation_one_place_a_day"), transaction.atomic():
        Allocation.objects.create(
            application=second,
            participant=held.participant,
            stall=other.stalls.first(),
            days=(other.bazaar.starts_on, other.bazaar.ends_on + timedelta(days=1)),
            decided_at=timezone.now(),
        )


def test_another_day_is_no_obstacle(sudin):
    person = vendor()
    apply(open_site(), person, sudin)

    assert apply(open_site(bazaar=BazaarFactory(starts_on=in_days(60))), person, sudin).pk


def test_an_agency_that_does_not_foster_the_person_is_refused(sudin):
    with pytest.raises(errors.NotEligible):
        apply(open_site(), vendor(KPKP), sudin, pengampu=PPKUKM)


def test_whoever_withdrew_may_apply_again_until_the_deadline(sudin):
    site, person = open_site(), vendor()
    application = apply(site, person, sudin)
    applying.withdraw(application_id=application.pk, by=sudin, now=timezone.now())
    assert list(site.applications.submitted()) == []

    apply(site, person, sudin)

    assert list(site.applications.submitted()) == [application]


# --- freezing -------------------------------------------------------------------------------------


def test_freezing_before_the_deadline_needs_a_reason(sudin):
    site = open_site()
    ApplicationFactory(site=site)
    drawing.commit_seed(
        site_id=site.pk,
        organisation=Organisation.objects.get(pk=PPKUKM),
        commitment=rules_of_the_draw.sha256(SECRET),
        by=sudin,
        now=timezone.now(),
    )
    now = timezone.now()
    with pytest.raises(errors.StillOpen):
        drawing.freeze_list(site_id=site.pk, by=sudin, now=now)

    drawing.freeze_list(site_id=site.pk, by=sudin, now=now, reason="Hujan, tempat pindah")

    site.refresh_from_db()
    assert (site.state, site.applications_close_at) == (SiteState.FROZEN, now)


def test_freezing_without_a_commitment_is_refused(sudin):
    site = open_site()
    with pytest.raises(errors.NoCommitment):
        drawing.freeze_list(site_id=site.pk, by=sudin, now=after_deadline(site))


def test_freezing_twice_is_refused(sudin):
    site = frozen_site(2)
    with pytest.raises(errors.SiteIsFrozen):
        drawing.freeze_list(site_id=site.pk, by=sudin, now=after_deadline(site))


def test_a_minimum_that_the_applicants_cannot_meet_stops_the_freezing_and_leaves_all_open():
    site = open_site(stalls=3, pengampu={KPKP: Bounds(2, 3)})
    with pytest.raises(errors.CannotFreeze) as refused:
        frozen_site(1, site=site)

    assert [p.code for p in refused.value.problems] == [ProblemCode.TOO_FEW_APPLICANTS]
    assert not Draw.objects.exists()


def test_whoever_lost_a_condition_is_not_on_the_frozen_list():
    site = open_site()
    stays, moved, dropped = (ApplicationFactory(site=site) for _ in range(3))
    moved.participant.status = "moved"
    moved.participant.save()
    FosterLink.objects.filter(participant=dropped.participant).update(valid_until=in_days(-1))

    frozen = frozen_site(0, site=site)

    assert [e["id"] for e in frozen.draw.frozen["applications"]] == [stays.public_id]


def test_the_frozen_list_carries_no_name_and_no_participant_number():
    site = frozen_site(2)
    text = json.dumps(site.draw.frozen)

    for application in site.applications.select_related("participant"):
        assert application.participant.full_name not in text
        assert application.participant.number not in text


def test_turns_are_stalls_and_no_shows_of_the_last_twelve_months():
    site = open_site()
    application = ApplicationFactory(site=site)
    first_day = site.bazaar.starts_on
    for days, kind in (
        (10, TurnKind.STALL_HELD),
        (10, TurnKind.NO_SHOW),
        (300, TurnKind.STALL_HELD),
        (366, TurnKind.STALL_HELD),
    ):
        TurnLedger.objects.create(
            participant=application.participant,
            site=SiteFactory(),
            kind=kind,
            on=first_day - timedelta(days=days),
        )

    assert drawing.turns_of([application.participant_id], before=first_day) == {application.participant_id: 3}


def test_a_stall_that_was_released_is_no_turn():
    site = drawn_site(1)
    allocation = Allocation.objects.get(application__site=site)
    before = site.bazaar.starts_on + timedelta(days=40)
    assert drawing.turns_of([allocation.participant_id], before=before) == {allocation.participant_id: 1}

    Allocation.objects.filter(pk=allocation.pk).update(
        state=AllocationState.RELEASED, release_kind="given_back", released_at=timezone.now()
    )

    assert drawing.turns_of([allocation.participant_id], before=before) == {}


# --- secrets --------------------------------------------------------------------------------------


def test_one_unit_commits_once_and_never_to_the_commitment_of_another(sudin):
    site = open_site()
    unit, other = Organisation.objects.get(pk=PPKUKM), Organisation.objects.get(pk=KPKP)
    values = {"site_id": site.pk, "by": sudin, "now": timezone.now()}
    drawing.commit_seed(organisation=unit, commitment="a" * 64, **values)

    with pytest.raises(errors.CommitmentStands):
        drawing.commit_seed(organisation=unit, commitment="b" * 64, **values)
    with pytest.raises(errors.CommitmentRepeated):
        drawing.commit_seed(organisation=other, commitment="a" * 64, **values)


def test_a_secret_before_the_hash_is_refused(sudin):
    site = open_site()
    part = drawing.commit_seed(
        site_id=site.pk,
        organisation=Organisation.objects.get(pk=PPKUKM),
        commitment=rules_of_the_draw.sha256(SECRET),
        by=sudin,
        now=timezone.now(),
    )
    with pytest.raises(errors.NotFrozenYet):
        drawing.reveal_seed(part_id=part.pk, secret=SECRET, by=sudin, now=timezone.now())


def test_a_secret_that_does_not_match_or_comes_twice_is_refused(sudin):
    part = frozen_site(2).seed_parts.get()
    with pytest.raises(errors.SecretDiffers):
        drawing.reveal_seed(part_id=part.pk, secret=SECRET + " ", by=sudin, now=timezone.now())
    drawing.reveal_seed(part_id=part.pk, secret=SECRET, by=sudin, now=timezone.now())

    with pytest.raises(errors.SecretRevealed):
        drawing.reveal_seed(part_id=part.pk, secret=SECRET, by=sudin, now=timezone.now())


def test_a_secret_comes_from_an_account_of_its_own_unit_and_from_no_other(sudin):
    part = frozen_site(2).seed_parts.get()

    with pytest.raises(errors.NotYourSecret):
        drawing.reveal_seed(
            part_id=part.pk, secret=SECRET, by=member("pengampu", None, KPKP), now=timezone.now()
        )
    part.refresh_from_db()
    assert part.secret == ""
    drawing.reveal_seed(part_id=part.pk, secret=SECRET, by=sudin, now=timezone.now())


def test_a_draw_without_every_secret_is_refused(sudin):
    site = frozen_site(2)
    with pytest.raises(errors.SecretsMissing, match="Sudin PPKUKM"):
        drawing.run_draw(site_id=site.pk, by=sudin, now=timezone.now())


# --- the draw -------------------------------------------------------------------------------------


def test_the_draw_gives_stalls_turns_and_a_record_that_the_script_accepts(capsys):
    site = drawn_site(5)
    record = site.draw.record
    given = {
        a.application.public_id: a.stall.number for a in Allocation.objects.filter(application__site=site)
    }

    verify_draw.verify(record)
    assert sorted(given) == sorted(record["chosen"])
    assert sorted(given.values()) == ["A01", "A02", "A03"]
    assert [r["reason"] for r in record["reserve"]] == ["PLACES_FULL", "PLACES_FULL"]
    assert TurnLedger.objects.filter(site=site, kind=TurnKind.STALL_HELD).count() == 3


def test_the_stored_record_survives_the_database_byte_for_byte(tmp_path):
    site = drawn_site(4)
    path = tmp_path / "undian.json"
    path.write_text(json.dumps(Draw.objects.get(site=site).record), encoding="utf-8")

    assert verify_draw.main(path) == 0


def test_rule_45_a_stall_has_at_most_as_many_vendors_as_its_share_limit():
    site = drawn_site(9, stalls=3, share_limit=2, pengampu={KPKP: Bounds(0, 6)})
    shares = Counter(
        Allocation.objects.filter(application__site=site).values_list("stall__number", flat=True)
    )
    held = Allocation.objects.filter(application__site=site).first()

    assert shares == {"A01": 2, "A02": 2, "A03": 2}
    for share in (held.share, 3):
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.create(
                application=site.applications.exclude(allocation__isnull=False).first(),
                participant=vendor(),
                stall=held.stall,
                share=share,
                days=held.days,
                decided_at=timezone.now(),
            )


def test_quotas_changed_in_the_database_after_freezing_do_not_reach_the_draw(sudin):
    """The service refuses; and were the rows changed behind it, the frozen rules are what is drawn."""
    site = frozen_site(4)
    drawing.reveal_seed(part_id=site.seed_parts.get().pk, secret=SECRET, by=sudin, now=timezone.now())
    site.quotas.filter(pengampu_id=KPKP).update(maximum=0)

    draw = drawing.run_draw(site_id=site.pk, by=sudin, now=timezone.now())

    assert draw.record["frozen"]["pengampu"][KPKP] == {"min": 0, "max": 3}
    assert len(draw.record["chosen"]) == 3
    verify_draw.verify(draw.record)


def test_a_secret_that_never_comes_holds_the_draw_and_the_next_day_it_goes_on(sudin):
    site = open_site(stalls=2)
    for code, secret in ((PPKUKM, SECRET), (KPKP, "satu lagi rahasia")):
        drawing.commit_seed(
            site_id=site.pk,
            organisation=Organisation.objects.get(pk=code),
            commitment=rules_of_the_draw.sha256(secret),
            by=sudin,
            now=timezone.now(),
        )
    for _ in range(3):
        ApplicationFactory(site=site)
    drawing.freeze_list(site_id=site.pk, by=sudin, now=after_deadline(site))
    own, late = site.seed_parts.order_by("position")
    drawing.reveal_seed(part_id=own.pk, secret=SECRET, by=sudin, now=after_deadline(site))
    with pytest.raises(errors.SecretsMissing, match="KPKP"):
        drawing.run_draw(site_id=site.pk, by=sudin, now=after_deadline(site))
    assert not Allocation.objects.exists()

    next_day = after_deadline(site) + timedelta(days=1)
    agency = member("pengampu", None, KPKP)
    drawing.reveal_seed(part_id=late.pk, secret="satu lagi rahasia", by=agency, now=next_day)

    assert len(drawing.run_draw(site_id=site.pk, by=sudin, now=next_day).record["chosen"]) == 2


def test_a_second_draw_is_refused_and_changes_nothing(sudin):
    site = drawn_site(3)
    before = Draw.objects.get(site=site).record
    with pytest.raises(errors.AlreadyDrawn):
        drawing.run_draw(site_id=site.pk, by=sudin, now=timezone.now())

    assert Draw.objects.get(site=site).record == before
    assert Allocation.objects.filter(application__site=site).count() == 3


def test_a_list_that_was_changed_in_the_database_is_not_drawn(sudin):
    site = frozen_site(2)
    drawing.reveal_seed(part_id=site.seed_parts.get().pk, secret=SECRET, by=sudin, now=timezone.now())
    draw = Draw.objects.get(site=site)
    draw.frozen["places"] = 2
    Draw.objects.filter(pk=draw.pk).update(frozen=draw.frozen)

    with pytest.raises(errors.ListChanged):
        drawing.run_draw(site_id=site.pk, by=sudin, now=timezone.now())


def test_whoever_had_a_stall_before_stands_behind_newcomers():
    site = open_site(stalls=1)
    veteran, newcomer = ApplicationFactory(site=site), ApplicationFactory(site=site)
    TurnLedger.objects.create(
        participant=veteran.participant, site=SiteFactory(), kind=TurnKind.STALL_HELD, on=in_days(-20)
    )

    drawn = drawn_site(0, site=site)

    assert drawn.draw.record["chosen"] == [newcomer.public_id]


def test_the_trail_says_who_did_what():
    drawn_site(1)

    assert [e.action for e in AuditEvent.objects.order_by("pk") if e.action.startswith("bazaars.")] == [
        "bazaars.stalls.added",
        "bazaars.quotas.set",
        "bazaars.applications.opened",
        "bazaars.seed.committed",
        "bazaars.list.frozen",
        "bazaars.seed.revealed",
        "bazaars.draw.run",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_draw_at_once_draw_once(sudin):
    site = frozen_site(4)
    drawing.reveal_seed(part_id=site.seed_parts.get().pk, secret=SECRET, by=sudin, now=timezone.now())
    outcomes = []

    def press() -> None:
        try:
            drawing.run_draw(site_id=site.pk, by=sudin, now=timezone.now())
            outcomes.append("drawn")
        except errors.AlreadyDrawn:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["drawn", "refused", "refused", "refused"]
    assert Allocation.objects.filter(application__site=site).count() == 3
    assert Site.objects.get(pk=site.pk).state == SiteState.DRAWN


# --- messages -------------------------------------------------------------------------------------


def test_everybody_in_the_draw_is_told_once():
    site = drawn_site(5)
    told = Message.objects.filter(cause_type="bazaars.site", cause_id=site.pk)

    assert sorted(told.values_list("kind", flat=True)) == [STALL_GIVEN] * 3 + [STALL_RESERVE] * 2
    people = site.applications.values_list("participant_id", flat=True)
    assert set(told.values_list("participant_id", flat=True)) == set(people)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("code", [STALL_GIVEN, STALL_RESERVE])
def test_the_texts_name_bazaar_place_days_and_page(code, language):
    parts = compose.sample_letter(kinds.get(code), Channel.READY_TEXT, language=language)

    for words in ("Siti Rahmawati", "Halaman Kantor Wali Kota", "2026", "/bazar/hasil/12/"):
        assert words in parts["text"]


def test_a_message_about_a_stall_that_was_given_back_is_not_sent():
    site = drawn_site(1)
    message = Message.objects.get(kind=STALL_GIVEN)
    assert messages.void([message]) == {}

    Allocation.objects.filter(application__site=site).update(
        state=AllocationState.RELEASED, release_kind="given_back", released_at=timezone.now()
    )

    assert messages.void([message]) == {message.key: "stall_gone"}


# --- a secret that never comes --------------------------------------------------------------------

LATER = timedelta(days=1, minutes=1)


def two_sealed(sudin) -> Site:
    """Frozen with the secrets of Sudin PPKUKM and Sudin KPKP; the first is revealed, the other not."""
    site = open_site(stalls=2)
    for code, secret in ((PPKUKM, SECRET), (KPKP, "satu lagi rahasia")):
        seal(site, code, secret)
    for _ in range(3):
        ApplicationFactory(site=site)
    drawing.freeze_list(site_id=site.pk, by=sudin, now=after_deadline(site))
    reveal(site, PPKUKM, SECRET)
    return Site.objects.get(pk=site.pk)


def seal(site, code, secret):
    return drawing.commit_seed(
        site_id=site.pk,
        organisation=Organisation.objects.get(pk=code),
        commitment=rules_of_the_draw.sha256(secret),
        by=member("pengampu", None, code),
        now=timezone.now(),
    )


def reveal(site, code, secret):
    part = site.seed_parts.get(organisation_id=code)
    keeper = member("pengampu", None, code)
    return drawing.reveal_seed(part_id=part.pk, secret=secret, by=keeper, now=after_deadline(site))


def give_up(site, sudin, *, after=LATER):
    return sealing.give_up_secrets(
        site_id=site.pk, reason="Petugas sakit", by=sudin, now=after_deadline(site) + after
    )


def test_secrets_are_given_up_a_day_after_the_freezing_and_not_before(sudin):
    site = two_sealed(sudin)
    with pytest.raises(errors.TooSoonToGiveUp):
        give_up(site, sudin, after=timedelta(hours=23))

    given_up = give_up(site, sudin)

    assert given_up.missing == [KPKP]
    assert [(p["from"], bool(p["secret"])) for p in given_up.parts] == [
        ("Sudin PPKUKM Jakarta Barat", True),
        ("Sudin KPKP Jakarta Barat", False),
    ]
    assert not site.seed_parts.exists()
    with pytest.raises(errors.NothingMissing):
        give_up(site, sudin)


def test_after_that_the_others_seal_anew_without_whoever_did_not_reveal(sudin):
    site = two_sealed(sudin)
    hash_before = site.draw.frozen_hash
    give_up(site, sudin)

    with pytest.raises(errors.LeftOutNow):
        seal(site, KPKP, "rahasia yang kedua")
    seal(site, PPKUKM, "rahasia kedua sudin")
    with pytest.raises(errors.TooFewSealed):
        reveal(site, PPKUKM, "rahasia kedua sudin")
    seal(site, PKK, "rahasia pkk jakbar")
    reveal(site, PPKUKM, "rahasia kedua sudin")
    with pytest.raises(errors.CommitmentTooLate):
        seal(site, "parekraf-31-73", "terlambat menyegel")
    reveal(site, PKK, "rahasia pkk jakbar")
    record = drawing.run_draw(site_id=site.pk, by=sudin, now=after_deadline(site) + LATER).record

    assert record["frozen_hash"] == hash_before
    assert [part["secret"] for part in record["seed_parts"]] == ["rahasia kedua sudin", "rahasia pkk jakbar"]
    verify_draw.verify(record)
    with pytest.raises(errors.AlreadyDrawn):
        give_up(site, sudin)


def test_without_a_missing_secret_a_frozen_list_seals_nothing_new(sudin):
    site = two_sealed(sudin)
    with pytest.raises(errors.CommitmentTooLate):
        seal(site, PKK, "rahasia pkk jakbar")
    reveal(site, KPKP, "satu lagi rahasia")
    with pytest.raises(errors.NothingMissing):
        give_up(site, sudin)
