"""Colours one can read, and nothing that is fetched from elsewhere."""

import colorsys
import json
import re
from pathlib import Path

import pytest

import widgets
from app.chat.appearance import SITE, furnish

AA = 4.5
ON_CARD = (
    "text",
    "muted",
    "up",
    "down",
    "pivot",
    "vwap",
    "average",
    "violet",
    "at",
    "warn",
    "accent",
)
STYLES = (widgets.PAGE / "coach.css").read_text(encoding="utf-8")
THEME = json.loads((SITE / "theme.json").read_text(encoding="utf-8"))["variables"]
SERVED = [
    *widgets.PAGE.iterdir(),
    *widgets.ELEMENTS.glob("*.jsx"),
    *(path for path in SITE.iterdir() if path.is_file()),
]
Rgb = tuple[float, float, float]


def palette(selector: str) -> dict[str, str]:
    """The `--tc-` colours a rule sets, as hexadecimal triples."""
    [block] = re.findall(rf"^{re.escape(selector)} \{{(.*?)^\}}", STYLES, re.DOTALL | re.MULTILINE)[
        :1
    ]
    return dict(re.findall(r"--tc-([\w-]+): (#[0-9a-f]{6});", block))


def of_hex(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def of_hsl(triple: str) -> Rgb:
    hue, saturation, lightness = (float(part.rstrip("%")) for part in triple.split())
    return colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)


def luminance(colour: Rgb) -> float:
    """Relative luminance of WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(of_hex("#777777"), of_hex("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("selector", [":root", ".dark"])
@pytest.mark.parametrize("name", ON_CARD)
def test_a_colour_of_a_card_can_be_read(selector: str, name: str) -> None:
    colours = palette(selector)

    for surface in ("surface", "sunken"):
        assert contrast(of_hex(colours[name]), of_hex(colours[surface])) >= AA, surface


@pytest.mark.parametrize("selector", [":root", ".dark"])
def test_a_badge_can_be_read(selector: str) -> None:
    colours = palette(selector)

    assert contrast(of_hex(colours["warn"]), of_hex(colours["warn-wash"])) >= AA
    assert contrast(of_hex(colours["text"]), of_hex(colours["lit"])) >= AA


@pytest.mark.parametrize("variant", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("foreground", "background"),
        ("muted-foreground", "background"),
        ("muted-foreground", "accent"),
        ("card-foreground", "card"),
        ("primary-foreground", "primary"),
        ("destructive", "background"),
        ("sidebar-foreground", "sidebar-background"),
    ],
)
def test_a_pair_of_the_page_can_be_read(variant: str, text: str, ground: str) -> None:
    theme = THEME[variant]

    assert contrast(of_hsl(theme[f"--{text}"]), of_hsl(theme[f"--{ground}"])) >= AA


def test_both_themes_name_the_same_colours() -> None:
    assert THEME["light"].keys() == THEME["dark"].keys()
    inherited = {"resistance", "support"}
    assert palette(".dark").keys() - inherited == palette(":root").keys() - inherited


def test_the_page_loads_every_sheet_by_the_one_it_names() -> None:
    loaded = re.findall(r'^@import url\("([\w.]+)"\);', STYLES, re.MULTILINE)
    assert {"coach.css", *loaded} == {path.name for path in widgets.PAGE.glob("*.css")}


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_nothing_is_fetched_from_another_host(path: Path) -> None:
    hosts = set(re.findall(r"https?://([\w.-]+)", path.read_text(encoding="utf-8")))

    assert hosts <= {"www.w3.org"}


def test_chainlits_folder_is_filled_with_our_name_and_keeps_its_other_words(tmp_path: Path) -> None:
    about = tmp_path / "about.md"
    about.write_text("# Trading Coach", encoding="utf-8")

    furnish(tmp_path / "chainlit", about=about)
    furnish(tmp_path / "chainlit", about=about)

    folder = tmp_path / "chainlit"
    words = json.loads((folder / ".chainlit/translations/en-US.json").read_text(encoding="utf-8"))
    assert words["navigation"]["header"]["readme"] == "About"
    assert words["navigation"]["header"]["theme"]["dark"] == "Dark Theme"
    assert 'name = "Trading Coach"' in (folder / ".chainlit/config.toml").read_text("utf-8")
    assert (folder / "public/logo_dark.svg").is_file()
