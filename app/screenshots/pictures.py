"""Opening a picture that a stranger made: its kind by its content, its size before its pixels.

Decided: nothing is decoded in the web process. It looks at the first bytes only (`kind_of`); the
rest happens in a child process that can be killed. HEIC is read by pi-heif, the build without the
encoder under the GPL.
"""

import io
from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.errors import InvalidInput

if TYPE_CHECKING:  # Pillow is loaded in the child process only
    from PIL.Image import Image

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
"""A phone's largest photo; a bomb promises more, and is refused before it is decoded."""
MAX_SIDE = 20_000
MIN_SIDE = 24
LARGEST_SIDE_READ = 2_600

_FORMATS = ("PNG", "JPEG", "WEBP")
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


class PictureKind(StrEnum):
    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"
    HEIC = "image/heic"


def kind_of(content: bytes) -> PictureKind:
    """What `content` is by its first bytes, whatever its name says; `InvalidInput` if no picture."""
    if not content:
        raise InvalidInput("The file is empty.")
    if len(content) > MAX_BYTES:
        raise InvalidInput("The picture is larger than 10 MB. Crop it to the positions.")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureKind.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return PictureKind.JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PictureKind.WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return PictureKind.HEIC
    raise InvalidInput("The file is no picture that can be read: send PNG, JPEG, WebP or HEIC.")


def check_size(width: int, height: int) -> None:
    """Refuse what would need more memory than a picture can."""
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise InvalidInput(
            f"The picture has {width} × {height} pixels, more than can be read. Crop it."
        )
    if min(width, height) < MIN_SIDE:
        raise InvalidInput(f"The picture has {width} × {height} pixels: too small to read.")


def open_upright(content: bytes) -> "Image":
    """The picture in RGB, turned as its camera noted, no larger than is useful to read."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    formats = _allow(kind_of(content))
    try:
        with Image.open(io.BytesIO(content), formats=formats) as opened:
            check_size(*opened.size)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            flat = _flattened(upright)
    except InvalidInput:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidInput("The picture has more pixels than can be read. Crop it.") from error
    except Exception as error:
        raise InvalidInput("The picture is damaged: it cannot be decoded.") from error
    flat.thumbnail((LARGEST_SIDE_READ, LARGEST_SIDE_READ), Image.Resampling.LANCZOS)
    return flat


def _allow(kind: PictureKind) -> tuple[str, ...]:
    if kind is not PictureKind.HEIC:
        return _FORMATS
    import pi_heif

    pi_heif.register_heif_opener()
    return ("HEIF",)


def _flattened(picture: "Image") -> "Image":
    """Without transparency: what shines through is taken for white."""
    from PIL import Image

    if "transparency" not in picture.info and picture.mode not in {"RGBA", "LA", "PA"}:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")


def encode_clean(picture: "Image") -> bytes:
    """The picture anew, without anything but its pixels: no place, no camera, no name."""
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=86, method=2)
    return written.getvalue()


def crop_clean(content: bytes, box: tuple[int, int, int, int]) -> bytes:
    """A part of a picture that `encode_clean` wrote."""
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=("WEBP",)) as opened:
        left, top, right, bottom = box
        part = opened.crop(
            (max(0, left), max(0, top), min(opened.width, right), min(opened.height, bottom))
        )
        return encode_clean(part)
