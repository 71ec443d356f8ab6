"""Photos that people send: only pixels come through, and whatever cannot be opened is refused in words."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from okoce.db import images
from okoce.db.images import clean_photo

ORIENTATION, GPS = 0x0112, 0x8825


def picture(kind="JPEG", size=(64, 40), mode="RGB", colour="white", **how) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(content))
    found.load()
    return found


def refusal(content) -> str:
    with pytest.raises(ValidationError) as caught:
        clean_photo(content)
    return caught.value.code


def with_exif(**tags) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = tags.get("orientation", 1)
    exif[0x010E] = "Siti Rahmawati 3173075708909001"
    exif.get_ifd(GPS).update({1: "S", 2: (6.0, 11.0, 30.0), 3: "E", 4: (106.0, 47.0, 0.0)})
    return picture(exif=exif, comment=b"a note of the camera")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_telephones_make_becomes_a_jpeg(kind):
    result = opened(clean_photo(SimpleUploadedFile("ktp", picture(kind))))

    assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (64, 40))


def test_place_camera_and_words_of_the_exif_are_dropped():
    result = clean_photo(with_exif())

    assert dict(opened(result).getexif()) == {}
    assert b"Exif" not in result
    assert b"3173075708909001" not in result
    assert b"a note of the camera" not in result


def test_a_photo_taken_sideways_is_turned_before_its_exif_is_dropped():
    assert opened(clean_photo(with_exif(orientation=6))).size == (40, 64)


def test_a_large_photo_is_made_smaller_and_keeps_its_shape():
    assert opened(clean_photo(picture(size=(4000, 3000)))).size == (1600, 1200)


def test_what_is_transparent_becomes_white_paper():
    result = opened(clean_photo(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))))

    assert result.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_every_kind_of_colour_is_read(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert opened(clean_photo(picture(kind, mode=mode, colour=0))).mode == "RGB"


def test_something_hung_on_to_a_picture_does_not_come_along():
    tail = b"<script>alert(1)</script>PK\x03\x04 payload"

    assert b"<script>" not in clean_photo(picture() + tail)


def test_a_page_that_only_begins_like_a_picture_is_damaged():
    assert refusal(b"\xff\xd8\xff<html><script>alert(1)</script></html>") == "photo_damaged"


def test_a_photo_that_was_cut_off_is_refused():
    whole = picture(size=(800, 600), colour="red")

    assert refusal(whole[: len(whole) // 2]) == "photo_damaged"


def test_a_png_that_declares_billions_of_pixels_is_refused_before_it_is_decoded():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(10**7))) + chunk(b"IEND", b"")

    assert refusal(bomb) == "photo_too_many_pixels"


def test_a_real_picture_of_too_many_pixels_is_refused():
    assert refusal(picture("PNG", size=(10_000, 6_000), mode="1", colour=0)) == "photo_too_many_pixels"


def test_a_file_above_the_limit_is_refused_unread():
    assert refusal(b"\xff\xd8\xff" + bytes(images.LARGEST_BYTES)) == "photo_too_large"


def test_the_format_of_newer_telephones_is_named_with_a_way_out():
    with pytest.raises(ValidationError) as caught:
        clean_photo(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200))

    assert caught.value.code == "photo_heic"
    assert "HEIC" in caught.value.message


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 ...", b"GIF89a" + bytes(40), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"BM" + bytes(60),
     b"PK\x03\x04" + bytes(60), b"RIFF\x00\x00\x00\x00WAVE" + bytes(60), b"MZ" + bytes(60)],
)  # fmt: skip
def test_anything_else_is_no_photo(content):
    assert refusal(content) == "photo_unknown"


def test_an_empty_file_is_said_to_be_empty():
    assert refusal(b"") == "photo_empty"


def test_a_decoder_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(images, "PATIENCE_SECONDS", 0.001)

    assert refusal(picture()) == "photo_damaged"
