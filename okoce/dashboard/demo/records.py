"""What the offices know about some people of Palmerah: businesses, notes, papers, moves, a death."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from okoce.accounts.models import User
from okoce.dashboard.demo.accounts import KEMBANGAN, PALMERAH
from participants.enums import Status, Step
from participants.models import Business, Participant
from participants.services import businesses, dossier, status, steps, transfers

PEOPLE = 8
# name, price, unit, description, colours of the picture (ground, goods)
GOODS = {
    "Keripik Bu Siti": (
        (
            "Keripik singkong pedas",
            12_000,
            "bungkus 200 gram",
            "Tahan 3 bulan",
            "#f2b134",
            "#b3261e",
        ),
        ("Keripik pisang manis", 15_000, "bungkus 250 gram", "", "#dff0ec", "#6b4500"),
        ("Rempeyek kacang", 20_000, "toples", "Dipesan sehari sebelumnya", "#fff0cc", "#0b5d57"),
    ),
    "Jamu Mbok Darmi": (
        ("Beras kencur", 8_000, "botol 250 ml", "Dibuat setiap pagi", "#e1f3e5", "#14532b"),
        ("Kunyit asam", 8_000, "botol 250 ml", "", "#fff0cc", "#f2b134"),
    ),
}


def tell_records(users: dict[str, User], today: date) -> None:
    """Made through the same services as at the desk."""
    officer, neighbour = (_at_work(users[name]) for name in ("camat.palmerah", "camat.kembangan"))
    people = list(
        Participant.objects.in_programme().of_kecamatan(PALMERAH).order_by("number")[100 : 100 + PEOPLE]
    )
    if len(people) < PEOPLE:
        return
    for person, (name, goods) in zip(people, GOODS.items(), strict=False):
        _business(person, name, goods, officer, today)
    _dossier(people[0], officer, _at_work(users["pendamping.palmerah"]), today)
    _standings(people[2:], officer, neighbour, today)


def _at_work(user: User) -> User:
    return user.acting_as(user.memberships.order_by("pk").first())


def _business(person: Participant, name: str, goods: Any, by: User, today: date) -> None:
    there: Business | None = person.businesses.first()
    business, _changed = businesses.save_business(
        participant=person,
        business_id=there.pk if there else None,
        version=businesses.version_of(there) if there else "",
        fields={
            "name": name,
            "sector_id": "minuman" if name.startswith("Jamu") else "kuliner",
            "is_running": True,
            "started_on": today - timedelta(days=400),
            "description": ", ".join(product[0] for product in goods),
            "kbli": "11090" if name.startswith("Jamu") else "10794",
            "packaging": "labelled",
        },
        by=by,
        today=today,
    )
    for product, price, unit, description, ground, colour in goods:
        businesses.save_product(
            business_id=business.pk,
            product=None,
            fields={"name": product, "price": price, "unit": unit, "description": description},
            photo=picture(ground, colour),
            drops_photo=False,
            by=by,
        )
    for outlet in (
        {"kind": "home", "name": "", "address": "Rumah sendiri, buka 08.00-17.00", "url": ""},
        {"kind": "online", "name": "", "address": "", "url": "https://shopee.co.id/contoh-toko"},
    ):
        businesses.add_outlet(business=business, fields=outlet, by=by)
    businesses.record_figures(
        business=business, as_of=today, capital=5_000_000, annual_sales=96_000_000, by=by
    )


def picture(ground: str, colour: str) -> bytes:
    """A drawn stand-in for a photo: a plate on a table."""
    image = Image.new("RGB", (320, 320), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((50, 50, 270, 270), fill="#ffffff")
    draw.ellipse((95, 95, 225, 225), fill=colour)
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _dossier(person: Participant, officer: User, mentor: User, today: date) -> None:
    for by, text, is_sensitive in (
        (officer, "Label lama tanpa tanggal kedaluwarsa. Diarahkan ke klinik kemasan.", False),
        (mentor, "Produksi naik dari 12 ke 30 bungkus per hari. Perlu dibantu mencatat kas harian.", False),
        (officer, "Merawat orang tua yang sakit; telepon hanya sore hari.", True),
    ):
        dossier.write_note(participant_id=person.pk, text=text, is_sensitive=is_sensitive, by=by)
    dossier.add_document(
        participant=person,
        kind="permit",
        title="NIB",
        content=picture("#ffffff", "#174a85"),
        content_type="image/jpeg",
        by=officer,
    )
    steps.record_step(
        participant_id=person.pk,
        step=Step.P4_PERMITS,
        reached_on=max(person.registered_on, today - timedelta(days=30)),
        evidence="NIB dilihat di loket",
        reason="Terbit sebelum portal mencatat izin",
        by=officer,
        today=today,
    )


def _standings(people: list[Participant], officer: User, neighbour: User, today: date) -> None:
    moved, died, left, asked = people[:4]
    for person, state, reason in (
        (moved, Status.MOVED, "Pindah ke Bekasi, kabar dari RW"),
        (died, Status.DIED, "Akta kematian dilihat"),
    ):
        status.change_status(
            participant_id=person.pk,
            status=state,
            starts_on=max(person.registered_on, today - timedelta(days=20)),
            reason=reason,
            by=officer,
            today=today,
        )
    transfers.transfer(
        participant_id=left.pk,
        to_kelurahan=f"{KEMBANGAN}.1001",
        moved_on=today - timedelta(days=2),
        reason="KTP baru sudah dilihat",
        by=officer,
        today=today,
    )
    transfers.request_transfer(
        participant_id=asked.pk,
        to_kelurahan=f"{KEMBANGAN}.1002",
        moved_on=today - timedelta(days=5),
        reason="Datang ke loket Kembangan membawa KTP baru",
        by=neighbour,
        today=today,
    )
