"""Papers from the phone: sent with the application, looked at by an office, counted once accepted."""

import threading
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.eligibility import Obstacle
from bazaars.models import Application, PaperKind, PaperSeen, PaperSent
from bazaars.services import applying
from bazaars.services import papers as services
from okoce.audit.models import AuditEvent
from okoce.dashboard import work
from participants.services import erasure, merging
from tests.bazaars.test_conditions import apply, as_participant, ask, text_of, url
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, UserFactory, member
from tests.factories.bazaars import KPKP, PPKUKM, ApplicationFactory, frozen_site, in_days, open_site, vendor
from tests.okoce.db.test_images import picture

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024
PDF = b"%PDF-1.4\nsurat izin\n%%EOF\n"
TYPED = {"product": "Asinan sayur Palmerah", "category": "kuliner", "pengampu": KPKP, "needs_power": "on"}


@pytest.fixture
def site(sudin):
    """A site that asks food stalls for the permit."""
    site = open_site()
    ask(site, sudin, papers={"kuliner": {"pirt"}})
    return site


def file(content=None, name="izin.jpg"):
    return SimpleUploadedFile(name, picture() if content is None else content, "image/jpeg")


def sent_by(person, content=b"isi", content_type="image/jpeg", paper="pirt"):
    return services.send(
        participant_id=person.pk,
        paper=PaperKind.objects.get(pk=paper),
        content=content,
        content_type=content_type,
        by=person.user or UserFactory(),
        now=timezone.now(),
    )


def accept(paper, by, **fields):
    values = {"valid_until": None, "today": in_days(0), "now": timezone.now()} | fields
    return services.accept(uid=paper.uid, by=by, **values)


def refuse(paper, by, reason="Buram"):
    return services.refuse(uid=paper.uid, reason=reason, by=by, now=timezone.now())


def decide_url(paper, name="decide_paper"):
    return reverse(f"bazaars:{name}", args=[paper.uid])


def on_disk(paper):
    return Path(settings.MEDIA_ROOT) / "sealed" / paper.file


# --- the vendor -----------------------------------------------------------------------------------


def test_whoever_lacks_a_paper_sends_it_from_the_phone_and_applies_while_it_is_checked(client_as, site):
    person = vendor()
    phone = as_participant(client_as, person)

    page = phone.post(url("apply", site), {"paper": "1", "file-pirt": file()}, follow=True)

    assert PaperSent.objects.values_list("participant_id", "paper_id", "state").get() == (
        person.pk,
        "pirt",
        "waiting",
    )
    assert "Sedang diperiksa: SPP-IRT." in text_of(page)
    phone.post(url("apply", site), TYPED)
    assert Application.objects.get().category_id == "kuliner"
    assert "Anda ikut setelah surat Anda diterima" in text_of(phone.get(url("result", site)))


def test_a_paper_and_the_application_go_in_one_tap(client_as, site):
    person = vendor()
    person.businesses.create(name="Batik Siti", sector_id="fashion", is_running=True)

    page = as_participant(client_as, person).post(url("apply", site), TYPED | {"file-pirt": file()})

    assert page.url == url("result", site)
    assert (Application.objects.count(), PaperSent.objects.count()) == (1, 1)


def test_what_was_typed_stays_when_a_paper_is_sent_from_the_form(client_as, site):
    person = vendor(sector="fashion")

    page = as_participant(client_as, person).post(
        url("apply", site), TYPED | {"paper": "1", "file-pirt": file()}
    )

    form = page.context["form"]
    assert (form["product"].value(), form["category"].value()) == ("Asinan sayur Palmerah", "kuliner")
    assert form["needs_power"].value() is True
    assert "kuliner" in dict(form.fields["category"].choices)
    assert not Application.objects.exists()


def test_the_same_file_sent_twice_changes_nothing_more(client_as, site):
    phone = as_participant(client_as, vendor())
    for _ in range(2):
        phone.post(url("apply", site), {"paper": "1", "file-pirt": file()})

    assert PaperSent.objects.count() == 1
    assert AuditEvent.objects.filter(action="bazaars.paper.sent").count() == 1


def test_the_same_content_sent_again_is_the_same_row_and_another_replaces_it(
    django_capture_on_commit_callbacks,
):
    person = vendor()
    first = sent_by(person)
    assert sent_by(person) == first

    with django_capture_on_commit_callbacks(execute=True):
        second = sent_by(person, b"lebih jelas")

    assert list(PaperSent.objects.all()) == [second]
    assert not on_disk(first).exists()
    assert on_disk(second).exists()


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_paper():
    person, start = vendor(), threading.Barrier(2)
    by = UserFactory()
    kind = PaperKind.objects.get(pk="pirt")

    def tap():
        start.wait(5)
        services.send(
            participant_id=person.pk,
            paper=kind,
            content=b"isi",
            content_type="image/jpeg",
            by=by,
            now=timezone.now(),
        )
        connection.close()

    threads = [threading.Thread(target=tap) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert PaperSent.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xd8\xff" + b"0" * (8 * MEGABYTE), "lebih besar dari 8 MB"),
        (b"%PDF-1.4" + b"0" * (8 * MEGABYTE), "lebih besar dari 8 MB"),
        (b"MZ program", "bukan foto"),
        (b"%PDF-1.4 terpotong", "PDF rusak"),
        (b"", "kosong"),
    ],
    ids=["large photo", "large PDF", "program", "cut off", "empty"],
)
def test_a_file_too_large_or_neither_photo_nor_pdf_is_refused_in_words_and_what_was_typed_stays(
    client_as, site, content, words
):
    person = vendor(sector="fashion")
    page = as_participant(client_as, person).post(
        url("apply", site), TYPED | {"category": "fashion", "file-pirt": file(content)}
    )

    assert words in text_of(page)
    assert page.context["form"]["product"].value() == "Asinan sayur Palmerah"
    assert not PaperSent.objects.exists()
    assert not Application.objects.exists()


@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"%PDF-1.4"], ids=["photo", "PDF"])
def test_forty_megabytes_are_refused_in_words_before_they_are_read_and_nothing_is_kept(
    client_as, site, start
):
    person = vendor(sector="fashion")
    large = file(start + b"0" * (40 * MEGABYTE))

    page = as_participant(client_as, person).post(url("apply", site), TYPED | {"file-pirt": large})

    assert page.status_code == 413
    assert "ukuran lebih kecil" in text_of(page)
    assert not PaperSent.objects.exists()
    assert not Application.objects.exists()


def test_a_phone_says_that_a_file_is_too_large_before_it_is_sent(client_as, site):
    page = as_participant(client_as, vendor()).get(url("apply", site))

    widget = page.context["sending"]["file-pirt"].as_widget()
    assert 'data-most="8388608"' in widget
    assert "Berkas ini lebih besar dari 8 MB" in widget
    assert "js/file-size" in page.content.decode()


def test_the_button_without_a_file_says_what_to_do(client_as, site):
    page = as_participant(client_as, vendor()).post(url("apply", site), {"paper": "1"})

    assert "Pilih dulu foto atau PDF-nya" in text_of(page)


def test_who_cannot_take_part_for_another_reason_is_not_asked_for_papers(client_as, site):
    person = vendor(pengampu=PPKUKM.replace("31-73", "31-75"))

    page = as_participant(client_as, person).get(url("apply", site))

    assert list(page.context["sending"].fields) == []


def test_the_reason_of_a_refusal_stands_on_the_result_and_another_is_sent_from_there(client_as, site, sudin):
    person = vendor()
    phone = as_participant(client_as, person)
    refused = sent_by(person)
    apply(site, person)
    refuse(refused, sudin, "Tanggalnya tidak terbaca.")

    page = text_of(phone.get(url("result", site)))
    assert "Kata petugas: “Tanggalnya tidak terbaca.”" in page
    assert phone.post(url("result", site), {"file-pirt": file(PDF, "izin.pdf")}).status_code == 302

    assert sorted(PaperSent.objects.values_list("state", "content_type")) == [
        ("refused", "image/jpeg"),
        ("waiting", "application/pdf"),
    ]
    assert "Sedang diperiksa" in text_of(phone.get(url("result", site)))


def test_a_refused_paper_and_its_reason_stand_on_the_form_too(client_as, site, sudin):
    person = vendor()
    phone = as_participant(client_as, person)
    refuse(sent_by(person), sudin, "Buram sekali.")

    assert "Ditolak: SPP-IRT. Kata petugas: “Buram sekali.”" in text_of(
        phone.get(url("apply", site))
    ).replace("</b>", "")


def test_a_file_that_is_no_photo_is_refused_on_the_result_page(client_as, site, sudin):
    person = vendor()
    phone = as_participant(client_as, person)
    refused = sent_by(person)
    apply(site, person)
    refuse(refused, sudin)

    page = phone.post(url("result", site), {"file-pirt": file(b"MZ program")})

    assert "bukan foto" in text_of(page)


def test_no_paper_is_taken_once_the_list_is_frozen(client_as, site):
    person = vendor()
    phone = as_participant(client_as, person)
    ApplicationFactory(site=site, participant=person)
    frozen_site(0, site=site)

    phone.post(url("result", site), {"file-pirt": file()})

    assert not PaperSent.objects.exists()


# --- what counts ----------------------------------------------------------------------------------


def test_a_paper_that_waits_is_enough_to_apply_and_not_enough_to_be_drawn(site):
    waits, accepted = vendor(), vendor()
    for person in (waits, accepted):
        paper = sent_by(person)
        apply(site, person)
    accept(paper, member("sudin", JAKARTA_BARAT))

    frozen = frozen_site(0, site=site)

    assert [e["id"] for e in frozen.draw.frozen["applications"]] == [
        Application.objects.get(participant=accepted).public_id
    ]
    assert Application.objects.get(participant=waits).left_out == ["papers_missing"]


def test_a_refused_paper_stands_in_the_way_of_applying_again(site, sudin):
    person = vendor()
    refuse(sent_by(person), sudin)

    with pytest.raises(errors.NotEligible) as refused:
        apply(site, person)

    assert refused.value.obstacles == (Obstacle.PAPERS_MISSING,)


# --- the office -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("area", "count"), [("31.73.07", 1), ("31.73.08", 0)])
def test_the_office_reads_what_waits_in_its_area(client_as, area, count):
    sent_by(vendor())
    officer = client_as(member("kecamatan", area))

    page = officer.get(reverse("bazaars:papers_waiting"))

    assert len(page.context["page"].rows) == count


@pytest.mark.parametrize("name", ["decide_paper", "open_paper"])
@pytest.mark.parametrize("who", [("kecamatan", "31.73.08"), ("sudin", JAKARTA_PUSAT), ("mentor", "31.73.07")])
def test_papers_of_people_of_another_office_are_not_there(client_as, who, name):
    paper = sent_by(vendor())
    elsewhere = client_as(member(*who))

    assert elsewhere.post(decide_url(paper, name), {"decision": "accept"}).status_code == 404
    assert PaperSent.objects.get().state == "waiting"


def test_a_vendor_opens_no_office_page_of_papers(client_as):
    person = vendor()
    phone = as_participant(client_as, person)
    paper = sent_by(person)

    assert phone.post(decide_url(paper), {"decision": "accept"}).status_code in (403, 404)
    assert PaperSent.objects.get().state == "waiting"


def test_the_paper_lies_sealed_and_each_opening_is_recorded(client_as, site, sudin):
    as_participant(client_as, vendor()).post(url("apply", site), {"paper": "1", "file-pirt": file()})
    paper = PaperSent.objects.get()

    answer = client_as(sudin).post(decide_url(paper, "open_paper"))

    assert answer.content.startswith(b"\xff\xd8")
    assert answer.content[:64] not in on_disk(paper).read_bytes()
    assert answer["Cache-Control"] == "no-store, private"
    assert AuditEvent.objects.filter(action="bazaars.paper.opened").count() == 1


def test_a_pdf_is_a_download_as_it_was_sent_and_never_a_page(client_as, sudin):
    paper = sent_by(vendor(), PDF, "application/pdf")

    answer = client_as(sudin).post(decide_url(paper, "open_paper"))

    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment;")


def test_nobody_opens_papers_without_end(client_as, sudin):
    paper = sent_by(vendor())
    officer = client_as(sudin)

    with mock.patch("bazaars.services.papers.OPENED_AN_HOUR", 1):
        answers = [officer.post(decide_url(paper, "open_paper")).status_code for _ in range(2)]

    assert answers == [200, 429]


def test_accepting_notes_the_paper_as_seen_deletes_the_file_and_twice_is_once(
    client_as, sudin, django_capture_on_commit_callbacks
):
    paper = sent_by(vendor())
    officer = client_as(sudin)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            officer.post(decide_url(paper), {"decision": "accept", "valid_until": in_days(300).isoformat()})

    seen = PaperSeen.objects.get()
    assert (seen.participant_id, seen.paper_id, seen.is_good) == (paper.participant_id, "pirt", True)
    assert (seen.valid_until, seen.recorded_by) == (in_days(300), sudin)
    assert PaperSent.objects.values_list("state", "file", "decided_by_id").get() == ("accepted", "", sudin.pk)
    assert not on_disk(paper).exists()


def test_a_refusal_needs_a_reason_and_is_recorded_once(client_as, sudin):
    paper = sent_by(vendor())
    officer = client_as(sudin)
    page = officer.post(decide_url(paper), {"decision": "refuse", "reason": "  "})
    assert list(page.context["form"].errors) == ["reason"]

    for _ in range(2):
        officer.post(decide_url(paper), {"decision": "refuse", "reason": "Buram"})

    assert PaperSent.objects.values_list("state", "reason").get() == ("refused", "Buram")
    assert AuditEvent.objects.filter(action="bazaars.paper.refused").count() == 1
    assert not PaperSeen.objects.exists()


def test_a_paper_that_has_run_out_cannot_be_accepted(client_as, sudin):
    paper = sent_by(vendor())

    page = client_as(sudin).post(
        decide_url(paper), {"decision": "accept", "valid_until": in_days(-1).isoformat()}
    )

    assert list(page.context["form"].errors) == ["valid_until"]
    assert PaperSent.objects.get().state == "waiting"


def test_the_second_of_two_officers_is_told_that_it_was_decided(client_as, sudin):
    paper = sent_by(vendor())
    refuse(paper, sudin)

    page = client_as(member("kecamatan", "31.73.07")).post(
        decide_url(paper), {"decision": "accept"}, follow=True
    )

    assert "sudah diputuskan orang lain" in text_of(page)
    assert not PaperSeen.objects.exists()


def test_a_paper_that_was_replaced_meanwhile_is_not_accepted_unseen(sudin):
    person = vendor()
    old = sent_by(person)
    sent_by(person, b"yang lain")

    with pytest.raises(errors.PaperDecided):
        accept(old, sudin)

    assert not PaperSeen.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_queries_for_any_number(client_as, sudin, count, django_assert_num_queries):
    for _ in range(count):
        sent_by(vendor())
    officer = client_as(sudin)
    officer.get(reverse("bazaars:papers_waiting"))

    with django_assert_num_queries(5):
        page = officer.get(reverse("bazaars:papers_waiting"))

    assert len(page.context["page"].rows) == count


def test_papers_that_wait_are_work_of_the_office_until_they_are_decided():
    papers, camat = [sent_by(vendor()) for _ in range(2)], member("kecamatan", "31.73.07")
    titles = [item.title for item in work.work_for(camat, now=timezone.now())]
    assert any(title.startswith("2 ") for title in map(str, titles))

    for paper in papers:
        accept(paper, camat)

    assert work.work_for(camat, now=timezone.now()) == []


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"file": ""}, "decided_whole"),
        ({"state": "accepted", "decided_at": timezone.now()}, "decided_whole"),
        ({"state": "refused", "file": "", "decided_at": timezone.now()}, "decided_whole"),
        ({"content_type": "text/html"}, "photo_or_pdf"),
    ],
)
def test_the_database_keeps_no_half_decision(fields, constraint):
    paper = sent_by(vendor())

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PaperSent.objects.filter(pk=paper.pk).update(**fields)


def test_one_paper_of_a_kind_waits_for_each_person():
    paper = sent_by(vendor())
    paper.pk, paper.uid = None, "5f0c6b1e-6f0c-4a58-9d6e-000000000001"

    with pytest.raises(IntegrityError, match="one_waits"), transaction.atomic():
        paper.save(force_insert=True)


def test_an_erased_person_leaves_neither_paper_nor_file(django_capture_on_commit_callbacks):
    person = vendor()
    paper = sent_by(person)
    assert on_disk(paper).exists()

    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(participant_id=person.pk, by=None, now=timezone.now())

    assert not PaperSent.objects.exists()
    assert not on_disk(paper).exists()


def test_two_people_who_are_one_keep_the_waiting_paper_once(sudin):
    survivor, merged = vendor(), vendor()
    mine, theirs, other = sent_by(survivor), sent_by(merged), sent_by(merged, paper="halal")

    merging.merge(
        survivor_id=survivor.pk, merged_id=merged.pk, chosen={}, reason="", by=sudin, now=timezone.now()
    )

    assert set(PaperSent.objects.filter(participant=survivor)) == {mine, other}
    assert set(PaperSent.objects.visible_to(sudin)) == {mine, other}
    assert applying.papers_waiting([survivor.pk]) == {survivor.pk: {"pirt", "halal"}}
    assert theirs.participant == merged
