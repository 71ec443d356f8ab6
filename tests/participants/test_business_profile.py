"""The business profile: several businesses, products with photos and prices, places, figures, the end."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from okoce.accounts.roles import Role
from participants.models import Business, BusinessFigures, MentorAssignment, PackagingSeen, Product
from participants.services import businesses
from tests.factories import ParticipantFactory, member

pytestmark = pytest.mark.django_db
PALMERAH = "31.73.07"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def officer(client_as):
    return client_as(member(Role.KECAMATAN, PALMERAH, full_name="Wawan Setiawan"))


def typed(**changed):
    return {
        "name": "Keripik Bu Siti",
        "sector": "kuliner",
        "running": "yes",
        "started_on": "2026-01-05",
        "description": "Keripik singkong",
        "kbli": "10794",
        "packaging": "simple",
        **changed,
    }


def at(name, business, **more):
    return reverse(
        f"participants:{name}", kwargs={"number": business.participant.number, "pk": business.pk, **more}
    )


def a_business(**fields):
    return Business.objects.create(
        participant=ParticipantFactory(), name="Keripik Bu Siti", is_running=True, **fields
    )


def picture(size=(60, 40)):
    out = BytesIO()
    Image.new("RGB", size, "#b3261e").save(out, "JPEG", exif=b"Exif\x00\x00MM\x00*GPS-6.2")
    return SimpleUploadedFile("produk.jpg", out.getvalue(), "image/jpeg")


# ---------------------------------------------------------------- the business


def test_an_officer_adds_two_businesses_and_a_form_sent_twice_is_one(officer):
    person = ParticipantFactory()
    url = reverse("participants:business_add", args=[person.number])

    for _ in range(2):
        officer.post(url, typed())
    officer.post(url, typed(name="Jamu Bu Siti"))

    assert list(person.businesses.values_list("name", "sector_id", "kbli", "packaging")) == [
        ("Keripik Bu Siti", "kuliner", "10794", "simple"),
        ("Jamu Bu Siti", "kuliner", "10794", "simple"),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kbli": "1079"}, "kbli"),
        ({"kbli": "1079x"}, "kbli"),
        ({"sector": "tambang"}, "sector"),
        ({"running": "no"}, "started_on"),
        ({"name": ""}, "name"),
        ({"started_on": "2999-01-01"}, "started_on"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field_and_what_was_typed_stays(officer, changed, field):
    person = ParticipantFactory()

    page = officer.post(reverse("participants:business_add", args=[person.number]), typed(**changed))

    assert (list(page.context["form"].errors), person.businesses.count()) == ([field], 0)
    assert "Keripik singkong" in page.content.decode()


def test_a_kbli_has_five_digits_in_the_database_too():
    business = a_business()

    with pytest.raises(IntegrityError), transaction.atomic():
        Business.objects.filter(pk=business.pk).update(kbli="12")


def test_the_state_of_the_packaging_is_kept_with_its_day(officer):
    business = a_business()
    url = at("business_edit", business)

    officer.post(url, typed(packaging="simple"))
    business.refresh_from_db()
    officer.post(url, typed(packaging="designed", version=businesses.version_of(business)))

    today = timezone.localdate()
    assert list(PackagingSeen.objects.values_list("state", "seen_on")) == [
        ("designed", today),
        ("simple", today),
    ]


def test_two_officers_do_not_overwrite_each_other(officer):
    business = a_business()
    old = businesses.version_of(business)
    business.save()

    page = officer.post(at("business_edit", business), typed(version=old, name="Nama lain"))

    business.refresh_from_db()
    assert ("baru saja diubah orang lain" in page.content.decode(), business.name) == (
        True,
        "Keripik Bu Siti",
    )


def test_the_page_shows_what_changed_before_and_after(officer):
    business = a_business()
    officer.post(at("business_edit", business), typed(name="Keripik Singkong Bu Siti"))

    page = officer.get(at("business", business))

    changes = page.context["changes"]
    assert changes[0].fields[0] == ("nama", "Keripik Bu Siti", "Keripik Singkong Bu Siti")
    assert changes[0].by == "Wawan Setiawan"


def test_an_ended_business_stays_and_is_not_changed_any_more(officer):
    business = a_business(started_on=date(2026, 1, 5))

    wrong = officer.post(at("business_close", business), {"closed_on": "2025-01-01", "reason": "x"})
    officer.post(at("business_close", business), {"closed_on": "2026-06-30", "reason": "Pindah kerja"})

    business.refresh_from_db()
    assert list(wrong.context["form"].errors) == ["closed_on"]
    assert (business.closed_on, business.is_running, business.closed_why) == (
        date(2026, 6, 30),
        False,
        "Pindah kerja",
    )
    assert officer.get(at("business", business)).context["may_edit"] is False


# ---------------------------------------------------------------- products


def add_product(client, business, **more):
    fields = {"name": "Keripik pedas", "price": "12.000", "unit": "bungkus", **more}
    return client.post(at("product_add", business), fields)


def test_a_price_is_read_as_people_write_it_and_the_photo_is_cleaned(officer):
    business = a_business()

    add_product(officer, business, price="Rp 12.000,-", photo=picture())

    product = Product.objects.get()
    photo = officer.get(at("product_photo", business, uid=product.uid))
    assert product.price == 12_000
    assert (photo["Content-Type"], photo.content[:2], b"GPS-6.2" in photo.content) == (
        "image/jpeg",
        b"\xff\xd8",
        False,
    )


@pytest.mark.parametrize("price", ["1,5 juta", "-5000", "12.5"])
def test_a_price_that_could_mean_two_amounts_is_refused(officer, price):
    page = add_product(officer, a_business(), price=price)

    assert (list(page.context["form"].errors), Product.objects.count()) == (["price"], 0)


def test_a_product_sent_twice_is_one(officer):
    business = a_business()

    for _ in range(2):
        add_product(officer, business)

    assert Product.objects.count() == 1


def test_products_change_places_and_stop_at_the_borders(officer):
    business = a_business()
    for name in ("A", "B", "C"):
        add_product(officer, business, name=name)
    first, _second, last = business.products.all()

    for product, way in ((first, "naik"), (last, "turun"), (last, "naik")):
        officer.post(at("product_move", business, uid=product.uid), {"ke": way})

    assert [product.name for product in business.products.all()] == ["A", "C", "B"]


def test_a_removed_product_takes_its_photo_along(officer, django_capture_on_commit_callbacks):
    business = a_business()
    add_product(officer, business, photo=picture())
    product = Product.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        officer.post(at("product_remove", business, uid=product.uid))

    with pytest.raises(FileNotFoundError):
        businesses.photo_of(product)
    assert Product.objects.count() == 0


def test_the_photo_of_another_area_is_not_there(client_as):
    business = a_business()
    product = businesses.save_product(
        business_id=business.pk,
        product=None,
        fields={"name": "x"},
        photo=b"\xff\xd8",
        drops_photo=False,
        by=member(Role.KECAMATAN, PALMERAH),
    )

    stranger = client_as(member(Role.KECAMATAN, "31.73.08"))
    assert stranger.get(at("product_photo", business, uid=product.uid)).status_code == 404


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("shopee.co.id/busiti", "https://shopee.co.id/busiti"),
        (" https://shopee.co.id/busiti ", "https://shopee.co.id/busiti"),
    ],
)
def test_a_link_is_kept_as_https(officer, url, kept):
    business = a_business()

    officer.post(at("outlet_add", business), {"kind": "online", "url": url})

    assert business.outlets.get().url == kept


@pytest.mark.parametrize(
    "url", ["http://shopee.co.id/x", "javascript:alert(1)", "https://a@shopee.co.id/", "tidak ada"]
)
def test_a_link_that_is_no_plain_https_address_is_refused(officer, url):
    business = a_business()

    page = officer.post(at("outlet_add", business), {"kind": "online", "url": url})

    assert (list(page.context["form"].errors), business.outlets.count()) == (["url"], 0)


def test_the_shop_is_named_after_its_marketplace(officer):
    business = a_business()
    officer.post(at("outlet_add", business), {"kind": "online", "url": "https://www.tokopedia.com/busiti"})

    assert [o.shop for o in officer.get(at("business", business)).context["outlets"]] == ["Tokopedia"]


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(("sales", "size"), [("2.000.000.000", "micro"), ("2.000.000.001", "small")])
def test_rule_22_the_size_class_is_stored_with_the_rules_that_gave_it(officer, sales, size):
    business = a_business()

    officer.post(at("business_figures", business), {"as_of": "2026-06-30", "annual_sales": sales})

    row = BusinessFigures.objects.get()
    assert (row.size, row.rules_id, row.measured_by) == (size, "pp-7-2021", "sales")


def test_before_the_rules_there_is_no_class(officer):
    page = officer.post(
        at("business_figures", a_business()), {"as_of": "2020-06-30", "annual_sales": "1.000"}
    )

    assert (list(page.context["form"].errors), BusinessFigures.objects.count()) == (["as_of"], 0)


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.MENTOR, True), (Role.AUDITOR, False), (Role.PROVINCE, False)]
)
def test_money_is_for_those_with_the_permission(client_as, role, sees):
    business = a_business()
    businesses.record_figures(
        business=business,
        as_of=date(2026, 6, 30),
        capital=None,
        annual_sales=96_123_000,
        by=member(Role.KECAMATAN, PALMERAH),
    )
    user = member(role, PALMERAH)
    if role == Role.MENTOR:
        MentorAssignment.objects.create(participant=business.participant, mentor=user)
    client = client_as(user)

    pages = [
        client.get(url).content.decode()
        for url in (at("business", business), business.participant.get_absolute_url())
    ]

    assert "Rp96.123.000" in pages[0] if sees else "96.123.000" not in pages[0]
    assert ("skala: Mikro" in pages[1]) == sees
    assert (client.get(at("business_figures", business)).status_code == 200) == sees


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_number_of_queries_for_one_and_three_products(officer, count):
    business = a_business()
    for n in range(count):
        add_product(officer, business, name=f"Produk {n}")
        officer.post(at("outlet_add", business), {"kind": "home", "name": f"Tempat {n}"})
        officer.post(at("business_figures", business), {"as_of": f"2026-06-0{n + 1}", "capital": "5.000.000"})
    officer.get(at("business", business))

    with CaptureQueriesContext(connection) as queries:
        officer.get(at("business", business))

    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 8
