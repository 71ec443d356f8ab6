"""The door of a session on phones: by camera, without a line, two doors at once, a browser that is killed.

The phones are real profiles of Chromium on the disk; the line is cut by the browser itself.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.journeys import qr_reader
from tests.journeys.conftest import ARGUMENTS, CHROMIUM, Portal, Visitor, listen

WITHOUT_LINE = ("Failed to load resource", "net::ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
# A camera that holds one card after another before the browser's own detector.
CAMERA_OF_CARDS = """
window.cardsToSee = [];
window.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
    detect() {
        const next = window.cardsToSee.shift();
        return Promise.resolve(next ? [{ rawValue: next }] : []);
    }
};
"""


KEPT = """async () => {
    const ask = request => new Promise(done => { request.onsuccess = () => done(request.result); });
    const db = await ask(indexedDB.open("okoce-pintu"));
    const all = name => ask(db.transaction(name).objectStore(name).getAll());
    const keys = await all("keys"), lists = await all("lists");
    db.close();
    const text = lists.map(l => new TextDecoder("latin1").decode(l.sealed.data)).join("");
    return { extractable: keys.find(k => k instanceof CryptoKey).extractable, text, lists: lists.length };
}"""


class Phone:
    """A browser with a profile of its own on the disk, which survives being killed."""

    def __init__(self, portal: Portal, play, folder: Path, *, cards: bool = True, video: Path | None = None):
        self.portal, self.folder, self.play, self.cards, self.video = portal, folder, play, cards, video
        self.open()

    def open(self) -> None:
        source = [f"--use-file-for-fake-video-capture={self.video}"] if self.video else []
        self.context: BrowserContext = self.play.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=[
                *ARGUMENTS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--okoce-phone={self.folder.name}",
                *source,
            ],
            viewport={"width": 390, "height": 844},
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            permissions=["camera"],
        )
        self.context.set_default_timeout(20_000)
        if self.cards:
            self.context.add_init_script(CAMERA_OF_CARDS)
        self.page: Page = self.context.pages[0]
        self.person = Visitor(self.portal, self.context, self.page)
        self.person.expected += WITHOUT_LINE
        listen(self.person)

    def kill(self) -> None:
        """As when the battery dies: nothing is written any more."""
        mark = f"--okoce-phone={self.folder.name}"
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                told = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if mark in told:  # our own browser: the mark is of this test
                subprocess.run(["kill", "-9", folder.name], check=False)
        time.sleep(0.5)
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def at_door(self, session: int) -> None:
        self.person.goto(f"/pelatihan/pintu/?sesi={session}")
        expect(self.page.locator("#pintu[data-ready]")).to_be_visible()

    def see(self, *addresses: str) -> None:
        """Holds cards before the camera, one after the other, until the page has taken them all."""
        if not self.page.locator("#pintu[data-camera=on]").count():
            self.page.get_by_role("button", name="Pindai kartu").click()
            expect(self.page.locator("#pintu[data-camera=on]")).to_have_count(1)
        self.page.evaluate("addresses => window.cardsToSee.push(...addresses)", list(addresses))
        self.page.wait_for_function("() => window.cardsToSee.length === 0", timeout=60_000)

    def unsent(self, count: int) -> None:
        expect(self.page.locator("#pintu")).to_have_attribute("data-unsent", str(count), timeout=60_000)

    def present(self) -> int:
        return int(self.page.locator("#pintu-jumlah").inner_text().split()[0])


@pytest.fixture
def phones(portal, playing, tmp_path):
    opened: list[Phone] = []
    portal.forget_tries()

    def get(name: str, **more) -> Phone:
        opened.append(Phone(portal, playing, tmp_path / f"{name}-{time.monotonic_ns()}", **more))
        return opened[-1]

    yield get
    for phone in opened:
        with contextlib.suppress(Error):  # it was killed
            phone.context.close()
    complaints = [
        c
        for phone in opened
        for c in phone.person.complaints
        if not any(e in c for e in phone.person.expected)
    ]
    assert complaints == []


def session_of_today(phone: Phone, kecamatan: str) -> int:
    """A session of today of that kecamatan nobody else's journey uses."""
    phone.person.goto(f"/pelatihan/?kecamatan={kecamatan}")
    phone.page.locator("td.today a.oo-ev").first.click()
    phone.page.wait_for_url("**/absen/")
    return int(re.search(r"/sesi/(\d+)/", phone.page.url)[1])


def people_of(phone: Phone, session: int, *, absent: bool = False) -> list[str]:
    answer = phone.context.request.get(f"{phone.portal.address}/pelatihan/sesi/{session}/pintu/daftar/")
    return [p["number"] for p in answer.json()["people"] if not (absent and p["at"])]


def card_of(phone: Phone, number: str) -> str:
    """What the code on the person's card says; the card is made where there is none."""
    web, address = phone.context.request, f"{phone.portal.address}/peserta/{number}/kartu/"
    page = web.get(address).text()
    if 'class="oo-qr' not in page and '<path d="M' not in page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        page = web.post(address, form={"csrfmiddlewaretoken": token}, headers={"Referer": address}).text()
    return qr_reader.read(max(re.findall(r'd="((?:M\d+ \d+\.5h\d+)+)"', page), key=len))


# ---------------------------------------------------------------- the camera


@pytest.fixture
def picture_of(tmp_path):
    """A film of one card, as the fake camera of Chromium wants it."""

    def film(text: str) -> Path:
        code = tmp_path / "card.png"
        segno.make_qr(text, error="m").save(str(code), scale=7, border=4)
        frame = Image.new("RGB", (640, 480), (176, 168, 158))
        card = Image.open(code).convert("RGB").rotate(8, expand=True, fillcolor=(176, 168, 158))
        frame.paste(card, ((640 - card.width) // 2, (480 - card.height) // 2))
        path = tmp_path / "card.mjpeg"
        frame.save(path, format="JPEG", quality=85)
        return path

    return film


def test_a_card_before_the_camera_is_read_with_the_bundled_decoder(phones, picture_of):
    desk = phones("meja", cards=False)
    desk.person.sign_in_staff("sudin.jakbar")
    session = session_of_today(desk, "31.73.03")
    number = people_of(desk, session, absent=True)[0]  # a first try may have noted the one before
    film = picture_of(card_of(desk, number))
    desk.context.close()

    phone = phones("kamera", cards=False, video=film)
    phone.person.sign_in_staff("sudin.jakbar")
    phone.at_door(session)
    assert phone.page.evaluate("() => !!window.BarcodeDetector") is False
    before = phone.present()
    phone.person.check("the door")
    phone.page.get_by_role("button", name="Pindai kartu").click()

    expect(phone.page.locator("#pintu-hasil .is-ok b")).to_contain_text("hadir")
    phone.unsent(0)
    assert phone.present() == before + 1
    phone.person.check("a card was read")
    phone.page.get_by_role("button", name="Matikan kamera").click()
    phone.page.get_by_role("button", name="Bukan kartu orang ini").click()
    expect(phone.page.locator("#pintu-hasil .is-warn b")).to_contain_text("bukan milik orang ini")
    phone.unsent(0)
    assert phone.present() == before

    phone.person.goto(f"/pelatihan/sesi/{session}/absen/catatan/")
    phone.person.sees("Kartu orang lain", "Hadir", number)
    phone.person.check()


# ---------------------------------------------------------------- two doors, one without a line


def test_a_hundred_by_scan_at_two_doors_one_of_them_offline_half_of_the_time(phones):
    north, south = phones("utara"), phones("selatan")
    for phone in (north, south):
        phone.person.sign_in_staff("sudin.jakbar")
    session = session_of_today(north, "31.73.05")
    numbers = people_of(north, session)
    cards = {number: card_of(north, number) for number in numbers}
    for phone in (north, south):
        phone.at_door(session)
    half = len(numbers) // 2

    # Both doors see some people twice: ten go to the other door as well.
    north.see(*[cards[n] for n in numbers[: half // 2]])
    north.unsent(0)
    north.context.set_offline(True)
    expect(north.page.locator("#pintu-sambungan")).to_contain_text("Tanpa sambungan")
    north.see(*[cards[n] for n in numbers[half // 2 : half + 5]])
    south.see(*[cards[n] for n in numbers[half - 5 :]])
    north.unsent(half + 5 - half // 2)
    expect(north.page.locator("#pintu-belum")).to_have_text(f"{half + 5 - half // 2} belum terkirim")
    north.person.check("a queue that waits")

    north.page.reload()  # from the phone's own memory
    expect(north.page.locator("#pintu[data-ready]")).to_be_visible()
    north.unsent(half + 5 - half // 2)

    north.context.set_offline(False)
    north.unsent(0)
    south.unsent(0)
    south.page.reload()
    expect(south.page.locator("#pintu-jumlah")).to_have_text(f"{len(numbers)} hadir dari {len(numbers)}")
    assert len(numbers) == 100

    found = north.context.request.get(
        f"{north.portal.address}/pelatihan/sesi/{session}/absen/?tampilkan=hadir&semua=1"
    )
    assert len(re.findall(r'<li id="p\d+"', found.text())) == 100
    north.person.goto(f"/pelatihan/sesi/{session}/absen/catatan/?tampilkan=ditolak")
    north.person.sees("Sudah hadir sebelumnya")  # those who went to both doors


# ---------------------------------------------------------------- killed, signed out


def test_a_killed_browser_loses_no_scan_and_only_the_same_person_sends_them(phones):
    phone = phones("mati")
    phone.person.sign_in_staff("sudin.jakbar")
    session = session_of_today(phone, "31.73.01")
    numbers = people_of(phone, session, absent=True)[:4]
    cards = [card_of(phone, n) for n in numbers]
    phone.at_door(session)
    before = phone.present()
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.see(*cards)
    phone.unsent(4)
    phone.kill()

    phone.open()
    phone.context.set_offline(True)
    phone.at_door(session)
    phone.unsent(4)
    assert phone.present() == before + 4

    # The session ended meanwhile, and somebody else takes the phone.
    phone.context.clear_cookies()
    phone.context.set_offline(False)
    expect(phone.page.locator("#pintu-catatan")).to_contain_text("Tidak ada yang hilang", timeout=40_000)
    phone.person.expected.append(f"404 GET {phone.portal.address}/pelatihan/sesi/{session}/pintu/daftar/")
    phone.person.sign_in_staff("pelatih.palmerah")
    phone.at_door(session)
    phone.unsent(4)

    phone.context.clear_cookies()
    phone.person.sign_in_staff("sudin.jakbar")
    phone.at_door(session)
    phone.unsent(0)
    assert phone.present() == before + 4


def test_what_the_phone_keeps_is_sealed_and_goes_at_sign_out(phones):
    phone = phones("segel")
    phone.person.sign_in_staff("sudin.jakbar")
    session = session_of_today(phone, "31.73.03")
    phone.at_door(session)
    name = phone.page.locator("#pintu-orang b").first.inner_text()
    kept = phone.page.evaluate(KEPT)
    assert (kept["extractable"], kept["lists"]) == (False, 1)
    assert name.split()[0] not in kept["text"]

    phone.person.goto("/pelatihan/")
    phone.person.menu("Keluar", role="button")
    phone.page.wait_for_load_state()
    left = phone.page.evaluate("async () => (await indexedDB.databases()).map(d => d.name)")
    workers = phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length")
    assert (left, workers) == ([], 0)


# ---------------------------------------------------------------- by hand


def test_a_hundred_people_in_under_two_minutes_by_one_officer(phones):
    """All but these: opened from the day's page, three absent ticked. Pages and taps are counted."""
    phone = phones("cepat")
    phone.person.sign_in_staff("sudin.jakbar")
    session_of_today(phone, "31.73.03")
    began, taps = time.monotonic(), 0
    phone.person.follow("Semua hadir kecuali")
    taps += 1
    boxes = phone.page.locator("input[name=tidak]")
    for at in range(3):
        boxes.nth(at).check()
        taps += 1
    phone.person.press("Tandai semua yang lain hadir")
    taps += 1
    expect(phone.page.locator("#kabar")).to_contain_text("ditandai hadir")
    seconds = time.monotonic() - began

    assert taps == 5
    print(f"\n100 people, one officer: 2 pages, {taps} taps, {seconds:.1f} s of pages")


# ---------------------------------------------------------------- the code on the wall, and paper


def wait_for_time_to_look(hall: Phone) -> None:
    """The page opens itself anew when its code changes: not while somebody reads it."""
    while int(hall.page.locator("[data-refresh]").get_attribute("data-refresh")) < 20:
        with hall.page.expect_navigation(timeout=60_000):
            pass


def test_somebody_checks_in_with_the_card_and_the_code_on_the_wall(phones):
    hall, own = phones("dinding"), phones("peserta")
    hall.person.sign_in_staff("sudin.jakbar")
    session = session_of_today(hall, "31.73.07")
    number = people_of(hall, session, absent=True)[-1]
    card = card_of(hall, number).split("/k/")[1]
    hall.person.follow("Tampilkan kode")
    wait_for_time_to_look(hall)
    code = re.sub(r"\D", "", hall.page.locator(".oo-wall__digits").inner_text())
    hall.person.check()
    picture = qr_reader.read(hall.page.locator(".oo-wall__qr path").get_attribute("d"))
    assert picture.endswith(f"/pelatihan/hadir/dinding/?sesi={session}&kode={code}")

    own.person.goto(f"/k/{card}")
    own.person.follow("Saya hadir")
    own.person.check("checking in")
    own.person.fill(kode=f"{(int(code) + 1) % 1_000_000:06d}")
    own.person.press("Saya hadir")
    own.person.sees("Kodenya sudah lama atau salah.")
    own.person.check("a wrong code")
    hall.page.reload()
    own.person.fill(kode=hall.page.locator(".oo-wall__digits").inner_text())
    own.person.press("Saya hadir")
    own.person.sees("Anda hadir: Kegiatan")
    own.person.check("checked in")

    hall.person.goto(f"/pelatihan/sesi/{session}/absen/catatan/")
    hall.person.sees("Dengan kode di dinding", "Kode di dinding sudah lama atau salah")


def test_a_printed_sheet_is_entered_by_its_rows(phones):
    desk = phones("kertas")
    desk.person.sign_in_staff("sudin.jakbar")
    session = session_of_today(desk, "31.73.01")
    began, taps = time.monotonic(), 0
    desk.person.goto(f"/pelatihan/sesi/{session}/absen/cetak/")
    desk.person.check()
    desk.person.follow("Isi dari lembar")
    desk.person.check()
    desk.person.fill(rows="3, 17, 41-43, 900")
    desk.person.press("Tampilkan nama")
    desk.person.sees("Ini bukan baris di lembar")
    desk.person.check("rows that are not there")
    desk.person.fill(rows="3, 17, 41-43")
    desk.person.press("Tampilkan nama")
    desk.person.check("names to compare")
    desk.person.press("Simpan kehadiran")
    taps += 3
    expect(desk.page.locator("#kabar")).to_contain_text("ditandai hadir")
    print(f"\na paper sheet: {taps} taps, {time.monotonic() - began:.1f} s of pages")
