"""The limited process that opens a picture somebody sent: little memory, little time, no file to write.

Started by ``okoce.db.images`` as a script with an empty environment, so that it holds no key and no address.
The picture comes on stdin, a clean JPEG goes to stdout; status 2 for too many pixels, 3 for a damaged file.
"""

import contextlib
import io
import resource
import sys

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 15
MOST_PIXELS = 50_000_000  # phones make 12 to 50 million; a bomb declares billions
TOO_MANY_PIXELS, DAMAGED = 2, 3
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 85


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def clean(content: bytes, longest: int) -> bytes:
    """Upright, at most ``longest`` pixels, JPEG, and nothing but the picture: no EXIF, no place, no tail."""
    from PIL import Image, ImageOps  # noqa: PLC0415  after the limits are set

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    if picture.width * picture.height > MOST_PIXELS:
        raise OverflowError
    picture.draft("RGB", (longest, longest))  # a JPEG is decoded at a fraction of its size
    picture.load()
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        picture = paper
    picture = picture.convert("RGB")
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    bare = Image.new(
        "RGB", picture.size
    )  # a new picture: whatever Pillow keeps beside the pixels stays behind
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def main() -> int:
    limit()
    try:
        result = clean(sys.stdin.buffer.read(), int(sys.argv[1]))
    except (OverflowError, MemoryError):
        return TOO_MANY_PIXELS
    except Exception as error:  # whatever a decoder says, the file is damaged
        bomb = "DecompressionBomb" in type(error).__name__
        return TOO_MANY_PIXELS if bomb else DAMAGED
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.buffer.write(result)
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
