"""What people agree to, word for word, in every version that was ever shown.

A text is never changed: a better one is a new version at the end of its list (a test holds the fingerprint of
each). Not gettext: a consent belongs to the words that were read. The seven steps of the programme rest on
public service and need none of these (docs/programme.md, "Law that shapes the software").
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.translation import get_language

from participants.enums import Purpose


@dataclass(frozen=True)
class ConsentText:
    version: str
    id: str
    en: str

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.version}\n{self.id}\n{self.en}".encode()).hexdigest()[:16]

    def in_language(self, language: str | None = None) -> str:
        return self.en if (language or get_language()) == "en" else self.id


# Consents of before: the notice at the counter, and the office's own form of an imported list.
ELSEWHERE = {"2026-01", "formulir-kertas"}

TEXTS: dict[str, tuple[ConsentText, ...]] = {
    Purpose.MESSAGES: (
        ConsentText(
            "pesan-1",
            "Saya setuju menerima undangan, pengingat, dan kabar program OK OCE melalui WhatsApp, SMS, "
            "atau email ke nomor dan alamat yang saya berikan. Pesan WhatsApp melewati penyedia di luar"
            " Indonesia; isinya tidak memuat NIK atau jumlah uang. Saya dapat mencabut persetujuan ini "
            "kapan saja; keikutsertaan saya dalam program tidak berubah.",
            "I agree to receive invitations, reminders and news of the OK OCE programme by WhatsApp, "
            "SMS or e-mail at the number and address I gave. WhatsApp messages pass a provider outside "
            "Indonesia; they hold no NIK and no amounts of money. I can withdraw this at any time; my "
            "place in the programme does not change.",
        ),
    ),
    Purpose.PHOTOS: (
        ConsentText(
            "foto-1",
            "Saya setuju foto diri saya dan produk saya yang diambil pada kegiatan program dipakai "
            "untuk dokumentasi dan publikasi program OK OCE. Saya dapat mencabut persetujuan ini kapan "
            "saja; foto yang belum dicetak tidak dipakai lagi.",
            "I agree that photos of me and my products taken at activities of the programme are used to"
            " document and publish the OK OCE programme. I can withdraw this at any time; photos that "
            "are not printed yet are no longer used.",
        ),
    ),
    Purpose.PARTNERS: (
        ConsentText(
            "mitra-1",
            "Saya setuju nama, nomor telepon, dan data usaha saya diberikan kepada bank dan BUMD yang "
            "bekerja sama dengan program, supaya mereka dapat menawarkan pembiayaan atau kerja sama. "
            "NIK saya tidak ikut diberikan. Saya dapat mencabut persetujuan ini kapan saja; data tidak "
            "diberikan lagi sejak saat itu.",
            "I agree that my name, phone number and business data are given to banks and city-owned "
            "companies that work with the programme, so that they can offer finance or cooperation. My "
            "NIK is not given. I can withdraw this at any time; nothing is given from then on.",
        ),
    ),
    Purpose.CATALOGUE: (
        ConsentText(
            "katalog-1",
            "Saya setuju nama usaha, produk, dan kecamatan usaha saya ditampilkan di katalog umum "
            "program yang dapat dibaca siapa saja. Nama lengkap, alamat rumah, dan NIK saya tidak "
            "ditampilkan. Saya dapat mencabut persetujuan ini kapan saja; tampilan dihapus saat itu "
            "juga.",
            "I agree that the name, products and kecamatan of my business are shown in the programme's "
            "public catalogue, which anybody can read. My full name, home address and NIK are not "
            "shown. I can withdraw this at any time; the entry disappears at once.",
        ),
    ),
}


def current(purpose: str) -> ConsentText:
    """The words that are shown today."""
    return TEXTS[purpose][-1]


def find(purpose: str, version: str) -> ConsentText | None:
    """The words of an earlier answer; None where they stood elsewhere (a paper form)."""
    return next((text for text in TEXTS[purpose] if text.version == version), None)
