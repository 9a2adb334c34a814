"""Pictures of the screens, as members send them: both themes, sizes, formats, compression, turned."""

import asyncio
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from PIL import Image
from playwright.async_api import async_playwright

from benchmarks.skins.book import Truth
from benchmarks.skins.screens import NEGATIVES, SKINS, Look
from benchmarks.skins.worn import wear

_FONTS = ("Liberation Sans", "DejaVu Sans", "Liberation Sans Narrow", "Liberation Serif")
_SCALES = (1.0, 1.0, 1.25, 1.5, 2.0)
_ONE_IN_TEN = 0.1
_ROTATED = 6
"""EXIF: the camera was turned to its right."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file, and the truth about it."""

    path: Path
    broker: str
    truth: tuple[Truth, ...]


def render(folder: Path, count: int, seed: int) -> list[Picture]:
    """`count` pictures in `folder`, one in ten without positions; the same ones for a seed."""
    return asyncio.run(_render(folder, count, seed))


def worn(pictures: Sequence[Picture], seed: int) -> list[Picture]:
    """The same pictures, worn."""
    random = Random(seed)  # noqa: S311 - pictures to measure by, no secrets
    return [replace(each, path=wear(each.path, random)) for each in pictures]


async def _render(folder: Path, count: int, seed: int) -> list[Picture]:
    random = Random(seed)  # noqa: S311 - pictures to measure by, no secrets
    pictures = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for number in range(count):
            shelf = NEGATIVES if number % 10 == 9 else SKINS
            skin = shelf[(number // 10 if shelf is NEGATIVES else number) % len(shelf)]
            look = Look(
                is_dark=random.random() < 0.5,
                font=random.choice(_FONTS),
                size=(size := random.choice([12, 13, 14, 15])),
                line=size + random.choice([6, 9, 14]),
            )
            screen = skin(random, look)
            page = await browser.new_page(
                viewport={"width": 1100, "height": 300}, device_scale_factor=random.choice(_SCALES)
            )
            await page.set_content(screen.html)
            shot = await page.locator("body").screenshot()
            await page.close()
            path = _compressed(shot, folder / f"{number:04}", random)
            pictures.append(Picture(path, screen.broker, screen.truth))
        await browser.close()
    truths = [{"file": p.path.name, "broker": p.broker, "rows": p.truth} for p in pictures]
    (folder / "truth.json").write_text(json.dumps(truths, indent=1))
    return pictures


def _compressed(shot: bytes, stem: Path, random: Random) -> Path:
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    kind = random.choice(["png", "jpg", "jpg", "webp"])
    path = stem.with_suffix(f".{kind}")
    if kind == "png":
        picture.save(path)
    elif kind == "webp":
        picture.save(path, quality=random.randint(55, 90))
    elif random.random() < _ONE_IN_TEN:
        exif = Image.Exif()
        exif[0x0112] = _ROTATED
        picture.rotate(90, expand=True).save(path, quality=85, exif=exif)
    else:
        picture.save(path, quality=random.randint(50, 92))
    return path
