"""Incidents with a sealed photo, and food checks: what is refused, what is recorded, what is never twice."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from bazaars import errors
from bazaars.models import FoodCheck, Incident
from bazaars.services import incidents
from okoce.audit.models import AuditEvent
from tests.bazaars.test_pages import text_of
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import held_site, site_of_today, stall_of
from tests.okoce.db.test_images import picture as jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return site_of_today(1)


def sent(**fields):
    return {"kind": "fire", "stall": "", "what": "Kabel terbakar", "form_key": str(uuid.uuid4())} | fields


def send(client, site, **fields):
    return client.post(reverse("bazaars:incidents", args=[site.pk]), sent(**fields))


def test_an_incident_with_its_photo_is_written_down_once_however_often_it_is_sent(client_as, site, sudin):
    client, key = client_as(sudin), str(uuid.uuid4())
    stall = stall_of(site).stall
    for _ in range(2):
        photo = SimpleUploadedFile("kabel.jpg", jpeg(), "image/jpeg")
        assert send(client, site, form_key=key, stall=str(stall.pk), photo=photo).status_code == 302
    incident = Incident.objects.get()

    assert (incident.stall, incident.kind, incident.reported_by) == (stall, "fire", sudin)
    assert "Kabel terbakar" in text_of(client.get(reverse("bazaars:incidents", args=[site.pk])))


def test_the_photo_lies_sealed_and_each_opening_is_recorded(client_as, site, sudin):
    client = client_as(sudin)
    send(client, site, photo=SimpleUploadedFile("kabel.jpg", jpeg(), "image/jpeg"))
    incident = Incident.objects.get()
    on_disk = (Path(settings.MEDIA_ROOT) / "sealed" / incident.photo).read_bytes()
    answer = client.post(reverse("bazaars:incident_photo", args=[incident.pk]))

    assert not on_disk.startswith(b"\xff\xd8")
    assert answer.content.startswith(b"\xff\xd8")
    assert answer["Cache-Control"] == "no-store, private"
    assert AuditEvent.objects.filter(action="bazaars.incident.photo_opened").count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xd8\xff" + b"0" * (8 * 1024 * 1024), "lebih besar dari 8 MB"),
        (b"%PDF-1.7 bukan foto", "bukan foto"),
        (b"\xff\xd8\xff rusak", "rusak"),
        (b"", "kosong"),
    ],
)
def test_a_photo_that_is_none_is_refused_in_words_and_what_was_typed_stays(
    client_as, site, sudin, content, words
):
    answer = send(client_as(sudin), site, photo=SimpleUploadedFile("a.jpg", content, "image/jpeg"))

    assert answer.status_code == 200
    assert words in text_of(answer)
    assert "Kabel terbakar" in text_of(answer)
    assert Incident.objects.count() == 0


def test_another_city_opens_neither_incident_nor_photo(client_as, site, sudin):
    send(client_as(sudin), site)
    incident, client = Incident.objects.get(), client_as(member("sudin", JAKARTA_PUSAT))

    assert client.post(reverse("bazaars:incident_photo", args=[incident.pk])).status_code == 404
    assert client.get(reverse("bazaars:close_incident", args=[incident.pk])).status_code == 404
    assert client.get(reverse("bazaars:incidents", args=[site.pk])).status_code == 404


def test_an_incident_is_closed_once_with_what_was_done(client_as, site, sudin):
    client = client_as(sudin)
    send(client, site)
    incident = Incident.objects.get()
    address = reverse("bazaars:close_incident", args=[incident.pk])

    assert client.post(address, {"done": ""}).status_code == 200
    assert client.post(address, {"done": "Kabel diganti"}).status_code == 302
    assert client.post(address, {"done": "Kabel diganti"}).status_code == 302
    assert "sudah ditutup orang lain" in text_of(client.post(address, {"done": "Lain"}))
    assert Incident.objects.get().done == "Kabel diganti"


def test_before_the_bazaar_nothing_can_have_happened(site, sudin):
    coming = held_site(1, begins_in=3)

    with pytest.raises(errors.NotToday):
        incidents.report(
            site_id=coming.pk, told=incidents.Told(kind="fire", what="Api"), form_key=uuid.uuid4(), by=sudin,
            now=timezone.now(),
        )  # fmt: skip


def test_photos_go_after_half_a_year_and_the_words_stay(client_as, site, sudin):
    send(client_as(sudin), site, photo=SimpleUploadedFile("kabel.jpg", jpeg(), "image/jpeg"))
    now = timezone.now()

    assert [incidents.forget_old_photos(now=now + timedelta(days=n)) for n in (179, 181, 182)] == [0, 1, 0]
    assert (Incident.objects.get().photo, Incident.objects.get().what) == ("", "Kabel terbakar")


# --- food ----------------------------------------------------------------------------------------


GOOD = dict.fromkeys(["is_clean", "is_apart", "is_warm_or_cold", "is_safe", "is_covered"], "on")


def check(client, site, **fields):
    values = {"stall": str(stall_of(site).pk), "form_key": str(uuid.uuid4()), "to_mend": ""} | fields
    return client.post(reverse("bazaars:food", args=[site.pk]), values)


def test_the_last_look_at_a_stall_counts(client_as, site, sudin):
    client = client_as(sudin)
    page = reverse("bazaars:food", args=[site.pk])

    check(client, site, **(GOOD | {"is_covered": "", "to_mend": "Tutup makanan"}))
    assert client.get(page).context["to_mend"] == 1
    check(client, site, **GOOD)
    assert (client.get(page).context["to_mend"], client.get(page).context["checked"]) == (0, 1)


def test_what_is_not_right_needs_words_and_the_same_form_counts_once(client_as, site, sudin):
    client = client_as(sudin)
    assert "Tulis yang harus diperbaiki" in text_of(check(client, site, **(GOOD | {"is_clean": ""})))
    key = str(uuid.uuid4())
    for _ in range(2):
        check(client, site, form_key=key, **GOOD)

    assert FoodCheck.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    client_as, sudin, count, django_assert_num_queries
):
    site = site_of_today(count)
    client = client_as(sudin)
    for n in range(count):
        send(client, site, what=f"Kejadian {n}")
        check(client, site, stall=str(stall_of(site, n).pk), **GOOD)
    for name in ("incidents", "food"):
        client.get(reverse(f"bazaars:{name}", args=[site.pk]))
        with django_assert_num_queries(8):
            client.get(reverse(f"bazaars:{name}", args=[site.pk]))
