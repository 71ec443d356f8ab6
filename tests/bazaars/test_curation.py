"""Curation: blind, by several people, with conflicts enforced, a reason for everybody and one answer."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.feasibility import Bounds
from bazaars.models import Answer, Conflict, Criterion, Decision, Score
from bazaars.rules import conflicts_of
from bazaars.services import applying, curating
from bazaars.services.conditions import Conditions, set_conditions
from participants.models import FosterLink
from tests.bazaars.test_conditions import as_participant, text_of
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, member
from tests.factories.bazaars import (
    KPKP,
    PKK,
    PPKUKM,
    ApplicationFactory,
    frozen_site,
    in_days,
    open_site,
    vendor,
)

pytestmark = pytest.mark.django_db

CODES = ("mutu", "kemasan", "kesiapan", "kekhasan")


@pytest.fixture
def pkk():
    return member("pengampu", None, PKK)


@pytest.fixture
def site(sudin):
    place = open_site(pengampu={KPKP: Bounds(0, 3), PPKUKM: Bounds(0, 3), PKK: Bounds(0, 3)})
    set_conditions(bazaar_id=place.bazaar_id, conditions=Conditions(is_curated=True), by=sudin)
    place.bazaar.refresh_from_db()
    return place


def score(application, by, value=4, **values):
    curating.score(
        application_id=application.pk,
        values=dict.fromkeys(CODES, value) | values,
        by=by,
        now=timezone.now(),
    )


def decide(application, by, *, yes, reason="Kemasan belum berlabel"):
    return curating.decide(
        application_id=application.pk, is_accepted=yes, reason=reason, by=by, now=timezone.now()
    )


def reject(application, *curators):
    for curator in curators:
        score(application, curator, 2)
    return decide(application, curators[0], yes=False)


def answer(application, text="Kemasan baru sudah berlabel"):
    return curating.answer(application_id=application.pk, text=text, by=None, now=timezone.now())


# --- scoring --------------------------------------------------------------------------------------


def test_the_page_of_a_curator_names_neither_the_applicant_nor_the_agency(client_as, site, pkk):
    application = ApplicationFactory(site=site)
    product = application.participant.businesses.get().products.create(name="Asinan sayur", price=15000)

    for page in (
        reverse("bazaars:curation", args=[site.pk]),
        reverse("bazaars:score", args=[application.public_id]),
    ):
        words = text_of(client_as(pkk).get(page))
        main = words.split("<main")[1].split("</main>")[0]
        assert application.participant.full_name not in main
        assert application.participant.number not in main
        assert "KPKP" not in main
    assert product.name in main


def test_a_score_sent_twice_or_from_two_tabs_stays_one_and_the_last_counts(site, sudin):
    application = ApplicationFactory(site=site)
    for value in (3, 5, 5):
        score(application, sudin, value)

    assert list(Score.objects.values_list("value", flat=True)) == [5, 5, 5, 5]


def test_a_missing_or_foreign_score_is_refused_at_the_field_and_nothing_is_saved(client_as, site, pkk):
    application = ApplicationFactory(site=site)
    data = {"mutu": "4", "kemasan": "9", "kesiapan": "3"}

    page = client_as(pkk).post(reverse("bazaars:score", args=[application.public_id]), data)

    assert sorted(page.context["form"].errors) == ["kekhasan", "kemasan"]
    assert not Score.objects.exists()


@pytest.mark.parametrize("value", [0, 6])
def test_a_score_outside_one_to_five_cannot_be_stored(site, sudin, value):
    application = ApplicationFactory(site=site)
    score(application, sudin)
    with pytest.raises(IntegrityError, match="bazaars_score_one_to_five"), transaction.atomic():
        Score.objects.update(value=value)


# --- conflicts ------------------------------------------------------------------------------------


def test_the_host_who_registers_everybody_may_score_but_not_in_its_own_quota(site, sudin):
    outside = ApplicationFactory(site=site)
    inside = ApplicationFactory(site=site, pengampu_id=PPKUKM)
    FosterLink.objects.create(participant=outside.participant, organisation_id=PPKUKM)

    assert conflicts_of(sudin, [outside, inside], on=in_days(0)) == {inside.pk: "rule"}


def test_a_curator_of_the_agency_that_fosters_the_applicant_cannot_score_whatever_is_sent(client_as, site):
    application = ApplicationFactory(site=site)
    own = member("pengampu", None, KPKP)
    assert conflicts_of(own, [application], on=in_days(0)) == {application.pk: "rule"}

    client_as(own).post(reverse("bazaars:score", args=[application.public_id]), dict.fromkeys(CODES, "5"))

    assert not Score.objects.exists()
    with pytest.raises(errors.ConflictOfInterest):
        score(application, own)


def test_the_agency_that_fosters_somebody_beside_the_one_of_the_quota_cannot_score_either(site, pkk):
    application = ApplicationFactory(site=site)
    application.participant.foster_links.create(organisation_id=PKK)

    with pytest.raises(errors.ConflictOfInterest):
        score(application, pkk)


def test_a_declared_conflict_takes_the_own_scores_out_and_keeps_the_curator_out(client_as, site, pkk):
    application = ApplicationFactory(site=site)
    score(application, pkk)
    page = reverse("bazaars:conflict", args=[application.public_id])

    for _ in range(2):
        client_as(pkk).post(page, {"reason": "Adik saya"})

    assert Conflict.objects.values_list("application_id", "reason").get() == (application.pk, "Adik saya")
    assert not Score.objects.exists()
    with pytest.raises(errors.ConflictOfInterest):
        score(application, pkk)


def test_whoever_declared_a_conflict_does_not_decide(site, sudin, pkk):
    application = ApplicationFactory(site=site)
    score(application, pkk)
    curating.declare_conflict(application_id=application.pk, reason="Saudara", by=sudin, now=timezone.now())

    with pytest.raises(errors.ConflictOfInterest):
        decide(application, sudin, yes=True)


# --- decisions ------------------------------------------------------------------------------------


def test_one_person_s_score_is_not_enough_to_decide(site, sudin):
    application = ApplicationFactory(site=site)
    score(application, sudin)

    with pytest.raises(errors.TooFewCurators, match="1"):
        decide(application, sudin, yes=True)


def test_rule_53_a_decision_has_who_when_score_and_reason_and_the_rejected_applicant_reads_them(
    client_as, site, sudin, pkk
):
    application = ApplicationFactory(site=site)
    score(application, pkk, 2, mutu=3)
    score(application, sudin, 3)

    client_as(sudin).post(
        reverse("bazaars:decide", args=[application.public_id]),
        {"is_accepted": "0", "reason": "Kemasan belum berlabel"},
    )

    decision = Decision.objects.get()
    assert (decision.decided_by, decision.unit_id, decision.score, decision.curators) == (
        sudin,
        PPKUKM,
        263,
        2,
    )
    page = text_of(as_participant(client_as, application.participant).get(result_of(site)))
    for words in ("Kemasan belum berlabel", "Nilai 2,63 dari 5", "2 orang", "Sudin PPKUKM"):
        assert words in page
    assert pkk.full_name not in page.split("<main")[1]


def result_of(site):
    return reverse("bazaars:result", args=[site.pk])


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"reason": ""}, "bazaars_decision_has_reason"),
        ({"score": 501}, "bazaars_decision_score_in_range"),
        ({"round": 3}, "bazaars_decision_two_rounds"),
    ],
)
def test_a_decision_without_reason_or_score_cannot_be_stored(site, sudin, changes, name):
    application = ApplicationFactory(site=site)
    values = {
        "application": application,
        "is_accepted": False,
        "score": 250,
        "curators": 2,
        "reason": "Belum",
        "decided_at": timezone.now(),
        "decided_by": sudin,
        "unit_id": PPKUKM,
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Decision.objects.create(**values | changes)


def test_a_decision_sent_twice_is_one_and_another_one_is_refused(site, sudin, pkk):
    application = ApplicationFactory(site=site)
    reject(application, sudin, pkk)
    decide(application, sudin, yes=False)

    with pytest.raises(errors.Decided):
        decide(application, sudin, yes=True, reason="Berubah")
    with pytest.raises(errors.Decided):
        score(application, pkk, 5)

    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_decide_at_once_decide_once(site, sudin, pkk):
    application = ApplicationFactory(site=site)
    score(application, sudin)
    score(application, pkk)
    other, outcomes = member("sudin", JAKARTA_BARAT), []

    def press(officer, yes):
        try:
            decide(application, officer, yes=yes)
            outcomes.append("decided")
        except errors.Decided:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in ((sudin, True), (other, False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["decided", "refused"]
    assert Decision.objects.count() == 1


# --- the answer -----------------------------------------------------------------------------------


def test_the_rejected_answer_once_and_the_second_decision_is_the_last(client_as, site, sudin, pkk):
    application = ApplicationFactory(site=site)
    reject(application, sudin, pkk)
    me = as_participant(client_as, application.participant)
    assert "Kirim jawaban" in text_of(me.get(result_of(site)))

    for text in ("Kemasan baru sudah berlabel", "Kemasan baru sudah berlabel", "Sekali lagi"):
        me.post(reverse("bazaars:answer_curation", args=[site.pk]), {"text": text})

    assert Answer.objects.values_list("text", flat=True).get() == "Kemasan baru sudah berlabel"
    assert "Kirim jawaban" not in text_of(me.get(result_of(site)))
    decide(application, sudin, yes=True, reason="Kemasan baru sudah baik")
    with pytest.raises(errors.Decided):
        decide(application, sudin, yes=False, reason="Berubah lagi")
    assert applying.accepted_among([application]) == {application.pk}


def test_whoever_was_accepted_has_nothing_to_answer(site, sudin, pkk):
    application = ApplicationFactory(site=site)
    score(application, sudin)
    score(application, pkk)
    decide(application, sudin, yes=True)

    with pytest.raises(errors.NothingToAnswer):
        answer(application)


# --- the frozen list ------------------------------------------------------------------------------


def test_only_accepted_applications_are_frozen_and_the_others_read_why(client_as, site, sudin, pkk):
    accepted, rejected, unseen = (ApplicationFactory(site=site) for _ in range(3))
    for application in (accepted, rejected):
        score(application, sudin)
        score(application, pkk)
    decide(accepted, sudin, yes=True)
    decide(rejected, sudin, yes=False)

    frozen = frozen_site(0, site=site)

    assert [e["id"] for e in frozen.draw.frozen["applications"]] == [accepted.public_id]
    unseen.refresh_from_db()
    assert unseen.left_out == ["not_accepted"]
    page = text_of(as_participant(client_as, rejected.participant).get(result_of(site)))
    assert "Kurasi tidak menerima pendaftaran ini." in page


def test_after_the_freezing_nothing_is_scored_decided_or_answered(site, sudin, pkk):
    accepted, rejected = ApplicationFactory(site=site), ApplicationFactory(site=site)
    for application in (accepted, rejected):
        score(application, sudin)
        score(application, pkk)
    decide(accepted, sudin, yes=True)
    decide(rejected, sudin, yes=False)
    frozen_site(0, site=site)

    for deed in (
        lambda: score(rejected, pkk, 5),
        lambda: decide(rejected, sudin, yes=True),
        lambda: answer(rejected),
    ):
        with pytest.raises(errors.NotCurated):
            deed()


def test_the_public_page_says_how_many_were_accepted_and_names_nobody(client, site, sudin, pkk):
    accepted, rejected = ApplicationFactory(site=site), ApplicationFactory(site=site)
    for application, yes in ((accepted, True), (rejected, False)):
        score(application, sudin)
        score(application, pkk)
        decide(application, sudin, yes=yes)

    page = text_of(client.get(reverse("bazaars:public_draw", args=[site.pk])))

    assert "1 dari 2 pendaftaran diterima." in page
    assert rejected.participant.full_name not in page


# --- who ------------------------------------------------------------------------------------------


def test_the_curation_of_another_city_is_not_there(client_as, site):
    application = ApplicationFactory(site=site)
    other = client_as(member("sudin", JAKARTA_PUSAT))

    assert other.get(reverse("bazaars:curation", args=[site.pk])).status_code == 404
    for name in ("score", "conflict", "decide"):
        assert other.get(reverse(f"bazaars:{name}", args=[application.public_id])).status_code == 404


def test_an_agency_scores_but_does_not_decide(client_as, site, pkk):
    application = ApplicationFactory(site=site)

    page = client_as(pkk).get(reverse("bazaars:decide", args=[application.public_id]))

    assert page.status_code == 403


def test_nobody_answers_for_somebody_else(client_as, site, sudin, pkk):
    reject(ApplicationFactory(site=site), sudin, pkk)

    me = as_participant(client_as, vendor())

    assert me.post(reverse("bazaars:answer_curation", args=[site.pk]), {"text": "Saya"}).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_the_curation_needs_the_same_queries_for_any_number_of_rows(
    client_as, site, sudin, pkk, count, django_assert_num_queries
):
    for _ in range(count):
        reject(ApplicationFactory(site=site), sudin, pkk)
    officer = client_as(sudin)
    officer.get(reverse("bazaars:curation", args=[site.pk]))

    with django_assert_num_queries(LIST_QUERIES):
        officer.get(reverse("bazaars:curation", args=[site.pk]))


def test_the_criteria_are_data():
    assert list(Criterion.objects.values_list("pk", flat=True)) == list(CODES)


LIST_QUERIES = 13
