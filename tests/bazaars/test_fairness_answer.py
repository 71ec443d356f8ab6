"""Disability in the fairness report: only where people agreed, never in small groups, gone when withdrawn."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars.fairness_report import Report
from bazaars.models import Application, Bazaar, FairnessAnswer
from bazaars.services import fairness
from okoce.audit.models import AuditEvent
from participants.copying import sections_of
from participants.services.sign_in import account_of
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_BARAT, member
from tests.factories.bazaars import drawn_site, vendor

pytestmark = pytest.mark.django_db
ADDRESS = "bazaars:fairness_answer"


@pytest.fixture
def siti():
    return vendor()


@pytest.fixture
def own(client_as, siti):
    return client_as(account_of(siti.pk))


def told(participant, has_disability):
    return fairness.answer(
        participant_id=participant.pk,
        has_disability=has_disability,
        text="setuju",
        by=account_of(participant.pk),
        now=timezone.now(),
    )


def report_of(site):
    year = Bazaar.objects.get(pk=site.bazaar_id).starts_on.year
    return Report(member("sudin", JAKARTA_BARAT), year)


def people_of(site):
    return [one.participant for one in Application.objects.filter(site=site).order_by("pk")]


def test_an_answer_needs_consent_and_says_so(own):
    answer = own.post(reverse(ADDRESS), {"answer": "ya"})

    assert "Centang tanda setuju" in text_of(answer)
    assert FairnessAnswer.objects.count() == 0


def test_an_answer_keeps_the_text_that_was_read_and_is_changed_and_deleted(own, siti):
    own.post(reverse(ADDRESS), {"answer": "ya", "agrees": "on"})
    assert FairnessAnswer.objects.get().text.startswith("Saya setuju")
    own.post(reverse(ADDRESS), {"answer": "tidak", "agrees": "on"})
    assert FairnessAnswer.objects.get().has_disability is False
    for _ in range(2):
        own.post(reverse(ADDRESS), {"hapus": "1"})
    assert FairnessAnswer.objects.count() == 0


def test_the_trail_never_says_what_was_answered(siti):
    told(siti, True)
    told(siti, True)
    (event,) = AuditEvent.objects.filter(action="bazaars.fairness.answered")

    assert event.details == {}


def test_no_office_reads_an_answer(own, siti):
    told(siti, True)

    assert own.get(reverse(ADDRESS)).context["known"].has_disability is True
    for user in (member("sudin", JAKARTA_BARAT), member("province"), member("auditor")):
        assert FairnessAnswer.objects.visible_to(user).count() == 0


def test_small_groups_are_not_shown_on_the_page_nor_in_the_file(client_as):
    site = drawn_site(5)
    for person in people_of(site)[:4]:
        told(person, True)
    report = report_of(site)
    client = client_as(report.user)
    page = client.get(reverse("bazaars:fairness"), {"tahun": report.year})

    assert report.hides_disability
    assert "kelompok di bawah lima orang tidak ditampilkan" in text_of(page)
    assert "Dengan disabilitas" not in text_of(page)
    answer = client.post(f"{reverse('bazaars:fairness_file', args=['csv'])}?tahun={report.year}")
    assert "disabilitas" not in answer.content.decode().casefold()


def test_groups_of_five_are_shown_with_their_share():
    site = drawn_site(10)
    for number, person in enumerate(people_of(site)):
        told(person, number < 5)
    report = report_of(site)
    (group,) = [one for one in report.groups() if one["code"] == "disability"]

    assert not report.hides_disability
    assert sorted((row.code, row.applicants) for row in group["rows"]) == [("D0", 5), ("D1", 5)]
    assert sum(row.stall_days for row in group["rows"]) == 6


def test_a_copy_of_the_own_data_made_by_an_office_does_not_hold_the_answer(siti):
    told(siti, True)

    assert "isabilit" not in str(sections_of(siti))
