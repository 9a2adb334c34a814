"""Files that strangers send: what is opened, and what is refused with a sentence."""

import base64
import io
import struct
import zlib

import pytest
from PIL import Image

from app.core.errors import InvalidInput
from app.screenshots.pictures import (
    LARGEST_SIDE_READ,
    MAX_BYTES,
    PictureKind,
    crop_clean,
    encode_clean,
    kind_of,
    open_upright,
)

# 64 x 48 pixels of one red, made by libheif.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAABoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5"
    "uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAA"
    "AAAAAAEAAQWBAgMFhAAAACJtZGF0AAAAFigBrxmA70mlv//f4x/19q/4prWmPm4="
)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, kind, **options)
    return written.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than the file could hold."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_known_by_their_content_and_opened(kind: str) -> None:
    content = picture(kind)
    assert kind_of(content) is PictureKind[kind]
    assert open_upright(content).size == (60, 40)


def test_a_phones_heic_is_opened() -> None:
    assert kind_of(HEIC) is PictureKind.HEIC
    opened = open_upright(HEIC)
    red, green, _ = opened.getpixel((9, 9))  # type: ignore[misc]
    assert opened.size == (64, 48)
    assert red > 150 > 60 > green


def test_a_photo_is_turned_as_its_camera_noted() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert open_upright(picture("JPEG", exif=exif)).size == (40, 60)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(50),
        b"%PDF-1.7",
        b"BM" + bytes(60),
        b"hello",
        b"%!PS-Adobe",
    ],
)
def test_what_is_no_picture_of_ours_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="PNG, JPEG, WebP or HEIC"):
        kind_of(content)


def test_an_empty_and_a_huge_file_are_refused_unopened() -> None:
    with pytest.raises(InvalidInput, match="empty"):
        kind_of(b"")
    with pytest.raises(InvalidInput, match="10 MB"):
        kind_of(picture() + bytes(MAX_BYTES))


@pytest.mark.parametrize("size", [(60_000, 60_000), (30_000, 40), (8_000, 8_000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match="pixels"):
        open_upright(png_that_claims(*size))


def test_a_picture_too_small_to_hold_a_word_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too small"):
        open_upright(picture(size=(60, 10)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_damaged_picture_is_refused(kind: str) -> None:
    content = picture(kind, (300, 200))
    with pytest.raises(InvalidInput, match="damaged"):
        open_upright(content[: len(content) // 3])


def test_a_damaged_heic_is_refused() -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        open_upright(HEIC[:120])


def test_a_large_photo_is_made_as_small_as_reading_needs() -> None:
    assert max(open_upright(picture(size=(4000, 3000))).size) == LARGEST_SIDE_READ


def test_what_is_kept_has_no_place_and_no_camera() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    clean = encode_clean(open_upright(picture("JPEG", exif=exif)))
    with Image.open(io.BytesIO(clean)) as opened:
        assert opened.format == "WEBP"
        assert not opened.getexif()


def test_a_crop_stays_inside_the_picture() -> None:
    clean = encode_clean(open_upright(picture(size=(100, 80))))
    with Image.open(io.BytesIO(crop_clean(clean, (-6, 10, 130, 40)))) as part:
        assert part.size == (100, 30)
