"""What the component gallery shows: every component in its states. Invented content."""

import datetime
from typing import Any

from django.http import HttpRequest, QueryDict

from okoce.ui import forms
from okoce.ui.pagination import KeysetPage


class Said(str):
    """A message as django.contrib.messages hands it over: words with a level."""

    def __new__(cls, text: str, level_tag: str) -> "Said":
        said = super().__new__(cls, text)
        said.level_tag = level_tag  # type: ignore[attr-defined]
        return said


class SampleForm(forms.Form):
    """One field of each kind, as the counter form has them."""

    full_name = forms.CharField(label="Nama lengkap", help_text="Sesuai KTP, tanpa gelar")
    nik = forms.NikField(label="NIK", help_text="Dipakai hanya untuk mencegah data ganda")
    phone = forms.PhoneField(label="Nomor HP", help_text="Jadwal dan hasil dikirim ke nomor ini")
    kelurahan = forms.ChoiceField(
        label="Kelurahan", choices=[("", "Pilih kelurahan"), ("1", "Grogol"), ("2", "Jelambar")]
    )
    business = forms.ChoiceField(
        label="Keadaan usaha",
        widget=forms.RadioSelect,
        choices=[("0", "Belum punya usaha"), ("1", "Kurang dari satu tahun"), ("2", "Satu tahun atau lebih")],
    )
    turnover = forms.RupiahField(label="Omzet bulan lalu", required=False)
    first_day = forms.DateField(label="Usaha sejak", required=False)
    opens_at = forms.TimeField(label="Buka pukul", required=False)
    photo = forms.FileField(label="Foto produk", required=False)
    note = forms.CharField(label="Catatan", required=False, widget=forms.Textarea)
    consent = forms.BooleanField(
        label="Peserta setuju datanya dipakai untuk program ini", help_text="Bacakan sebelum dicentang."
    )


class SampleFilter(forms.FilterForm):
    q = forms.CharField(label="Cari nama, nomor, usaha")
    kecamatan = forms.ChoiceField(label="Kecamatan", choices=[("", "Semua kecamatan"), ("1", "Palmerah")])


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Sebab pembatalan", help_text="Ikut ditulis di pesan kepada peserta", widget=forms.Textarea
    )


STEPS = [
    {"label": "Pendaftaran", "text": "Selesai 12 Maret", "state": "done"},
    {"label": "Pelatihan", "text": "2 dari 3 kegiatan", "state": "now"},
    {"label": "Pendampingan", "text": "3 pertemuan", "state": "now"},
    {"label": "Perizinan", "text": "1 dari 3 izin terbit", "state": "now"},
    {"label": "Pemasaran", "text": "Belum dimulai", "state": ""},
    {"label": "Pelaporan keuangan", "text": "Belum dimulai", "state": ""},
    {"label": "Permodalan", "text": "Belum dimulai", "state": ""},
]
EVENTS = [
    {"text": "Mendapat stan A07", "meta": "10 Agu, Rina (Sudin)", "tone": "ok"},
    {"text": "Foto label ditolak: tidak terbaca", "meta": "5 Agu, Sudin Kesehatan", "tone": "warn"},
    {"text": "Sertifikat halal diajukan", "meta": "3 Agu, peserta", "tone": "info"},
    {"text": "Terdaftar", "meta": "12 Mar, petugas kecamatan", "tone": ""},
]
NAVIGATION = [
    {
        "heading": "",
        "items": [
            {"label": "Dasbor", "url": "#", "icon": "house-door", "is_current": True},
            {
                "label": "Perizinan",
                "url": "#",
                "icon": "file-earmark-check",
                "badge": 41,
                "badge_label": "menunggu",
            },
        ],
    }
]


def _area(path: str, label: str, x: int, level: int, ink: str, value: str) -> dict[str, Any]:
    return {
        "path": path,
        "label": label,
        "x": x,
        "y": 70,
        "value_y": 96,
        "level": level,
        "ink": ink,
        "value": value,
        "title": f"{label}: {value}",
        "url": "#",
    }


MAP = {
    "view_box": "0 0 600 150",
    "frame": "",
    "areas": [
        _area("M10 10 L290 10 L290 140 L10 140 Z", "Tambora", 150, 1, "dk", "44%"),
        _area("M290 10 L590 10 L590 140 L290 140 Z", "Cengkareng", 440, 5, "lt", "104%"),
    ],
}


def bound_sample() -> SampleForm:
    """The form with four mistakes; the numbers in it are invented."""
    data = QueryDict(mutable=True)
    data.update(
        {"full_name": "Budi Santoso", "nik": "3173021503890", "phone": "08I2 5550 0655", "business": "1"}
    )
    return SampleForm(data, prefix=None, auto_id="id_salah_%s")


def context(request: HttpRequest) -> dict[str, Any]:
    page = KeysetPage(
        rows=[1] * 50,
        next_url="?halaman=x",
        previous_url="?halaman=y",
        count=1000,
        count_is_capped=True,
        start=51,
        end=100,
    )
    return {
        "navigation": NAVIGATION,
        "steps": STEPS,
        "note_items": ["Aula Palmerah dipakai kegiatan lain", "Hari itu hari libur"],
        "states": [step["state"] for step in STEPS],
        "events": EVENTS,
        "map": MAP,
        "page": page,
        "first_page": KeysetPage(
            rows=[1] * 10,
            next_url="?halaman=x",
            previous_url=None,
            count=32,
            count_is_capped=False,
            start=1,
            end=10,
        ),
        "form": SampleForm(auto_id="id_contoh_%s"),
        "wrong_form": bound_sample(),
        "reason_form": ReasonForm(auto_id="id_batal_%s"),
        "filter_form": SampleFilter(auto_id="id_saring_%s"),
        "day": datetime.date(2026, 8, 12),
        "hour": datetime.time(9, 0),
        "crumbs": [{"label": "Peserta", "url": "#"}, {"label": "Siti Rahmawati"}],
        "consequences": [
            "62 orang yang terdaftar dikirimi pesan pembatalan.",
            "Aula bebas lagi. Pembatalan tidak bisa ditarik kembali.",
        ],
        "notes": [
            Said("Sesi disimpan.", "success"),
            Said("Sesi tidak tersimpan: aula sudah dipakai kegiatan lain.", "error"),
            Said("Pesan dikirim, 3 nomor tidak aktif.", "warning"),
            Said("Laporan sedang dibuat.", "info"),
        ],
        "qr": "M1 1.5h7m2 0h1m2 0h1m1 0h7m-21 1h1m5 0h1m5 0h1m1 0h1m5 0h1m-21 1h1m1 0h3m1 0h1m3 0h1",
    }
