"""Pictures that were sent on too often: made small, blurred, tilted, noisy, pressed hard.

Screens as rendered are too easy to say what a faint letter is worth; in these, letters are misread.
"""

import io
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageFilter

_TILT = 1.0
"""Degrees to either side."""


def wear(path: Path, random: Random) -> Path:
    """The picture anew, worn, beside the one it was made of."""
    with Image.open(path) as opened:
        upright = opened.convert("RGB")
    share = random.uniform(0.6, 0.9)
    size = round(upright.width * share), round(upright.height * share)
    small = upright.resize(size, Image.Resampling.BILINEAR)
    tilted = small.rotate(random.uniform(-_TILT, _TILT), Image.Resampling.BICUBIC, expand=True)
    blurred = tilted.filter(ImageFilter.GaussianBlur(random.uniform(0.2, 0.7)))
    worn = path.with_name(f"worn-{path.stem}.jpg")
    worn.write_bytes(_noisy(blurred, random))
    return worn


def _noisy(picture: Image.Image, random: Random) -> bytes:
    grain = np.random.default_rng(random.randrange(2**32)).normal(0, 6, (*picture.size[::-1], 3))
    pixels = np.clip(np.asarray(picture, dtype=float) + grain, 0, 255).astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=random.randint(30, 60))
    return written.getvalue()
