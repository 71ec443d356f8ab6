"""Who may apply: set by the Sudin, told before the form, checked again when the list is frozen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.eligibility import Obstacle, missing_papers, obstacles_of_person
from bazaars.models import Application, Bazaar, Demand, PaperKind, PaperSeen
from bazaars.proposals import proposal
from bazaars.services import applying, copies, drawing
from bazaars.services.conditions import Conditions, note_paper, set_conditions
from okoce.accounts.models import Membership
from okoce.accounts.sessions import PARTICIPANT
from okoce.audit.models import AuditEvent
from participants.models import Business
from tests.bazaars.test_eligibility import CALL, FIT
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, UserFactory, member
from tests.factories.bazaars import (
    KPKP,
    ApplicationFactory,
    frozen_site,
    in_days,
    open_site,
    vendor,
)
from tests.factories.trainings import completed
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def as_participant(client_as, participant):
    user = UserFactory()
    participant.user = user
    participant.save()
    membership = Membership.objects.create(user=user, role="participant")
    return client_as(user.acting_as(membership), membership, kind=PARTICIPANT)


def url(name, thing):
    return reverse(f"bazaars:{name}", args=[thing.slug if isinstance(thing, Bazaar) else thing.pk])


def ask(site, sudin, **conditions):
    set_conditions(bazaar_id=site.bazaar_id, conditions=Conditions(**conditions), by=sudin)
    site.bazaar.refresh_from_db()


def see(person, code="pirt", *, is_good=True, valid_until=None, by=None, today=None):
    return note_paper(
        participant_id=person.pk,
        paper=PaperKind.objects.get(pk=code),
        is_good=is_good,
        valid_until=valid_until,
        by=by or member("sudin", JAKARTA_BARAT),
        today=today or in_days(0),
    )


def apply(site, person, category="kuliner", **changes):
    values = {"pengampu": KPKP, "category": category, "product": "Asinan", "needs_power": False} | changes
    return applying.apply_for_stall(
        site_id=site.pk, participant_id=person.pk, by=person.user, now=timezone.now(), **values
    )


# --- the rule, from plain values ------------------------------------------------------------------


def test_rule_50_a_food_stall_needs_the_papers_the_bazaar_demands_and_a_cloth_stall_does_not():
    call = replace(CALL, papers={"kuliner": {"pirt", "uji-pangan"}})
    half = replace(FIT, papers={"pirt"})

    assert missing_papers(half, call, "kuliner") == {"uji-pangan"}
    assert obstacles_of_person(half, call, "kuliner") == [Obstacle.PAPERS_MISSING]
    assert obstacles_of_person(half, call, "fashion") == []
    assert obstacles_of_person(replace(FIT, papers={"pirt", "uji-pangan"}), call, "kuliner") == []


@pytest.mark.parametrize(("done", "expected"), [(1, [Obstacle.FEW_ACTIVITIES]), (2, []), (3, [])])
def test_too_few_activities_stand_in_the_way(done, expected):
    call = replace(CALL, least_activities=2)

    assert obstacles_of_person(replace(FIT, activities_done=done), call) == expected


def test_a_bazaar_may_do_without_a_business():
    call = replace(CALL, needs_business=False)

    assert obstacles_of_person(replace(FIT, has_business=False), call) == []


# --- papers ---------------------------------------------------------------------------------------


def test_rule_50_an_application_without_the_paper_is_refused_and_goes_through_once_it_was_seen(sudin):
    site, person = open_site(), vendor()
    ask(site, sudin, papers={"kuliner": {"pirt"}})
    with pytest.raises(errors.NotEligible) as refused:
        apply(site, person)
    assert refused.value.obstacles == (Obstacle.PAPERS_MISSING,)

    see(person)

    assert apply(site, person).site == site


@pytest.mark.parametrize(
    ("last_word", "counts"),
    [
        (lambda: {"valid_until": None}, True),
        (lambda: {"valid_until": in_days(31)}, True),
        (lambda: {"valid_until": in_days(30)}, False),
        (lambda: {"is_good": False}, False),
    ],
    ids=["lasts", "to the last day", "a day less", "not good"],
)
def test_a_paper_counts_when_its_last_word_is_good_and_lasts_through_the_last_day(last_word, counts):
    person = vendor()
    see(person, today=in_days(-3))
    see(person, **last_word())  # asked here: a day may begin after the tests were collected

    found = applying.good_papers([person.pk], until=in_days(31))

    assert found == ({person.pk: {"pirt"}} if counts else {})


def test_the_same_paper_noted_twice_on_a_day_is_one_row():
    person = vendor()
    assert see(person) == see(person)
    assert PaperSeen.objects.count() == 1


def test_a_paper_cannot_end_before_it_was_seen():
    person = vendor()
    with pytest.raises(IntegrityError, match="bazaars_paperseen_valid_after_seen"), transaction.atomic():
        see(person, valid_until=in_days(-1))


def test_the_office_notes_a_paper_on_its_page_and_reads_it_there(client_as):
    person = vendor()
    camat = client_as(member("kecamatan", "31.73.07"))
    page = reverse("bazaars:papers", args=[person.number])

    camat.post(page, {"paper": "pirt", "is_good": "1", "valid_until": in_days(300).isoformat()})

    assert PaperSeen.objects.values_list("participant_id", "paper_id", "is_good", "valid_until").get() == (
        person.pk,
        "pirt",
        True,
        in_days(300),
    )
    assert "SPP-IRT" in text_of(camat.get(page))


def test_a_paper_that_is_over_is_refused_at_its_field(client_as):
    person = vendor()
    camat = client_as(member("kecamatan", "31.73.07"))

    page = camat.post(
        reverse("bazaars:papers", args=[person.number]),
        {"paper": "pirt", "is_good": "1", "valid_until": in_days(-1).isoformat()},
    )

    assert list(page.context["form"].errors) == ["valid_until"]
    assert not PaperSeen.objects.exists()


def test_papers_of_people_of_another_kecamatan_are_not_there(client_as):
    person = vendor()
    elsewhere = client_as(member("kecamatan", "31.73.08"))

    assert elsewhere.get(reverse("bazaars:papers", args=[person.number])).status_code == 404


# --- activities, household ------------------------------------------------------------------------


def test_activities_of_this_year_and_the_last_count(sudin):
    site, person = open_site(), vendor()
    ask(site, sudin, least_activities=3)
    facts = applying.applicants_for(site, [person])[person.pk]
    assert (facts.activities_done, applying.obstacles_for(site, person, now=timezone.now())) == (
        0,
        [Obstacle.FEW_ACTIVITIES],
    )

    completed(person, year=site.bazaar.starts_on.year - 1)

    assert applying.applicants_for(site, [person])[person.pk].activities_done == 3
    assert applying.obstacles_for(site, person, now=timezone.now()) == []


def test_two_people_of_one_business_have_one_application(sudin):
    site = open_site()
    one, other, neighbour = vendor(), vendor(), vendor()
    for person in (one, other):
        person.kk = "3173070101200001"
        person.save()
    apply(site, one)

    with pytest.raises(errors.NotEligible) as refused:
        apply(site, other)

    assert refused.value.obstacles == (Obstacle.SAME_BUSINESS,)
    assert apply(site, neighbour)  # the same name of a business in another household is another business
    apply(site, one, product="Asinan dan sambal")  # who came first may still change


def test_two_businesses_of_one_household_are_two(sudin):
    site = open_site()
    one, other = vendor(), vendor()
    for person in (one, other):
        person.kk = "3173070101200001"
        person.save()
    Business.objects.filter(participant=other).update(name="Batik Palmerah")
    apply(site, one)

    assert apply(site, other, "fashion")


# --- what the vendor reads ------------------------------------------------------------------------


def test_the_vendor_reads_why_not_and_what_next_before_any_form(client_as, sudin):
    site, person = open_site(), vendor()
    ask(site, sudin, least_activities=2, papers={"kuliner": {"pirt"}})

    page = as_participant(client_as, person).get(url("apply", site))

    assert page.context["obstacles"] == [
        {
            "what": "Untuk bazar ini harus sudah mengikuti 2 dari tiga kegiatan; yang tercatat 0.",
            "next": "Pesan tempat di pelatihan berikutnya pada menu “Pelatihan”, "
            "atau tanyakan kepada pendamping.",
        },
        {
            "what": "Untuk dagangan ini bazar meminta: SPP-IRT. Belum ada petugas yang melihatnya.",
            "next": "Bawa ke kantor kecamatan atau pendamping; mereka langsung mencatatnya. SPP-IRT: Ikuti "
            "penyuluhan keamanan pangan, lalu daftar di sppirt.pom.go.id; pendamping membantu.",
        },
    ]
    assert 'name="product"' not in page.content.decode()


def test_whoever_has_a_second_business_is_offered_that_one_and_told_why(client_as, sudin):
    site, person = open_site(), vendor()
    Business.objects.create(participant=person, name="Batik Siti", sector_id="fashion", is_running=True)
    ask(site, sudin, papers={"kuliner": {"pirt"}})

    page = as_participant(client_as, person).get(url("apply", site))

    form = page.context["form"]
    assert page.context["obstacles"] == []
    assert page.context["closed"] == ["Kuliner: SPP-IRT"]
    assert (form["product"].value(), form["category"].value()) == ("Batik Siti", "fashion")
    assert "kuliner" not in dict(form.fields["category"].choices)


def test_goods_that_are_closed_to_the_vendor_are_refused_with_the_reason_when_sent_all_the_same(
    client_as, sudin
):
    site, person = open_site(), vendor()
    ask(site, sudin, papers={"kuliner": {"pirt"}})

    page = as_participant(client_as, person).post(
        url("apply", site), {"product": "Asinan", "category": "kuliner", "pengampu": KPKP}
    )

    assert "Untuk dagangan ini bazar meminta: SPP-IRT." in text_of(page)
    assert not Application.objects.exists()


def test_the_public_page_tells_the_conditions(client, sudin):
    site = open_site()
    ask(site, sudin, least_activities=1, papers={"kuliner": {"uji-pangan", "pirt"}})

    page = text_of(client.get(site.bazaar.get_absolute_url()))

    for words in ("Ada usaha di profil", "1 dari tiga kegiatan", "Kuliner: SPP-IRT, Uji bahan berbahaya"):
        assert words in page


def test_two_taps_the_form_holds_the_products_of_the_shelf():
    person = vendor()
    business = person.businesses.get()
    for position, name in enumerate(["Asinan", "Bir pletok"]):
        business.products.create(name=name, position=position)

    assert proposal(person, None, closed=()) == {"product": "Asinan, Bir pletok", "category": "kuliner"}


def test_two_taps_the_form_holds_what_was_asked_for_last_time():
    last = ApplicationFactory(product="Kue basah", needs_power=True)

    assert proposal(last.participant, None, closed=()) == {
        "product": "Kue basah",
        "category": "kuliner",
        "pengampu": KPKP,
        "needs_power": True,
    }


# --- setting them ---------------------------------------------------------------------------------


def test_the_sudin_sets_the_conditions_and_reads_who_of_the_applicants_fails_them(officer):
    site = open_site()
    ApplicationFactory(site=site)
    data = {"needs_business": "on", "least_activities": "0", "papers-kuliner": ["pirt", "uji-pangan"]}

    page = officer.post(url("conditions", site.bazaar), data, follow=True)

    assert sorted(Demand.objects.values_list("category_id", "paper_id")) == [
        ("kuliner", "pirt"),
        ("kuliner", "uji-pangan"),
    ]
    assert "1 orang yang sudah mendaftar kini tidak memenuhi syarat." in text_of(page)


def test_the_same_conditions_saved_twice_are_recorded_once(sudin):
    site = open_site()
    for _ in range(2):
        ask(site, sudin, least_activities=1, papers={"kuliner": ["pirt"]})

    assert AuditEvent.objects.filter(action="bazaars.conditions.set").count() == 1


def test_conditions_stay_once_a_list_is_frozen(officer):
    site = frozen_site(1)

    page = officer.post(url("conditions", site.bazaar), {"needs_business": "on", "least_activities": "3"})

    assert "Sudah ada daftar yang dibekukan" in text_of(page)
    site.bazaar.refresh_from_db()
    assert site.bazaar.least_activities == 0


def test_four_activities_cannot_be_asked_for():
    site = open_site()
    with pytest.raises(IntegrityError, match="bazaars_bazaar_at_most_three_activities"), transaction.atomic():
        Bazaar.objects.filter(pk=site.bazaar_id).update(least_activities=4)


def test_the_sudin_of_another_city_sets_no_conditions(client_as):
    site = open_site()

    other = client_as(member("sudin", JAKARTA_PUSAT))

    assert other.post(url("conditions", site.bazaar), {"least_activities": "3"}).status_code == 404


def test_a_copy_asks_for_the_same(sudin):
    site = open_site()
    ask(site, sudin, least_activities=2, papers={"kuliner": {"pirt"}})

    copy = copies.copy_bazaar(
        bazaar_id=site.bazaar_id, name="Lagi", starts_on=in_days(60), by=sudin, today=in_days(0)
    )

    assert (copy.least_activities, applying.demands_of(copy)) == (2, {"kuliner": {"pirt"}})


# --- at freezing ----------------------------------------------------------------------------------


def test_conditions_are_checked_again_at_freezing_and_the_vendor_reads_which_was_not_met(client_as, sudin):
    site = open_site()
    ask(site, sudin, papers={"kuliner": {"pirt"}})
    stays, loses = vendor(), vendor()
    for person in (stays, loses):
        see(person, today=in_days(-1))
        ApplicationFactory(site=site, participant=person)
    see(loses, is_good=False)

    frozen = frozen_site(0, site=site)

    left = Application.objects.get(participant=loses)
    assert [e["id"] for e in frozen.draw.frozen["applications"]] == [
        Application.objects.get(participant=stays).public_id
    ]
    assert left.left_out == ["papers_missing"]
    page = text_of(as_participant(client_as, loses).get(url("result", site)))
    assert "bazar meminta: SPP-IRT. Belum ada petugas yang melihatnya." in page


def test_conditions_are_asked_of_many_in_the_same_queries(sudin, django_assert_num_queries):
    site = open_site()
    ask(site, sudin, least_activities=1, papers={"kuliner": {"pirt"}})

    for count in (1, 3):
        people = [vendor() for _ in range(count)]
        with django_assert_num_queries(8):
            applying.applicants_for(site, people)


def test_freezing_with_nobody_left_out_marks_nobody(sudin):
    site = frozen_site(2)

    assert drawing.Draw.objects.get(site=site).frozen["applications"]
    assert [a.left_out for a in site.applications.all()] == [[], []]


def test_an_application_a_second_after_the_deadline_is_too_late_and_a_second_before_is_not():
    site = open_site()
    person, late = vendor(), vendor()
    close = site.applications_close_at
    values = {"pengampu": KPKP, "category": "kuliner", "product": "Asinan", "needs_power": False, "by": None}

    applying.apply_for_stall(
        site_id=site.pk, participant_id=person.pk, now=close - timedelta(seconds=1), **values
    )
    with pytest.raises(errors.DeadlinePassed):
        applying.apply_for_stall(
            site_id=site.pk, participant_id=late.pk, now=close + timedelta(seconds=1), **values
        )

    assert list(site.applications.values_list("participant_id", flat=True)) == [person.pk]
