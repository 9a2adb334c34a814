"""A map of levels as figures, and the ladder drawn from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.figures import Figure, Unit
from app.grounding.ledger import Book
from app.levels.frame import spoken_date
from app.levels.models import Level, LevelMap, Period
from tools.wording import PriceBook, freshness
from widgets.base import CardNumber
from widgets.levels import LevelsCard, Rung

PRICE = "price"
"""Path of the price that the member asked about."""


@dataclass(frozen=True, slots=True)
class MapFigures:
    """The figures of a map by path: `last`, `atr`, `PDH`, `PDH.distance`, `PDH.tested` …"""

    by_path: Mapping[str, Figure]

    def get(self, path: str) -> Figure | None:
        return self.by_path.get(path)

    def __getitem__(self, path: str) -> Figure:
        return self.by_path[path]


def record_map(book: Book, found: LevelMap, *, asked_price: Decimal | None = None) -> MapFigures:
    """Every number of the map, in `book`: five a level, and the last price, its change and the ATR."""
    prices = PriceBook(book, found.instrument, found.as_of, found.provider)
    figures = [prices.price("last", found.last, "last", as_of=found.last_at)]
    if found.change_pct is not None:
        figures.append(prices.percent("change_pct", found.change_pct, "change"))
    if found.atr is not None:
        figures.append(prices.price("atr", found.atr, "ATR(14)"))
    if asked_price is not None:
        figures.append(prices.price(PRICE, asked_price, "price asked about"))
    if found.profile is not None:
        figures += [
            prices.price("profile.row", found.profile.row, "row of the volume profile"),
            prices.percent(
                "profile.share", found.profile.share_pct, "volume in the value area", signed=False
            ),
        ]
    if found.missing_bars:
        figures.append(
            book.record(
                "missing_bars",
                Decimal(found.missing_bars),
                Unit.MINUTES,
                label="regular minutes without a bar",
                entity=found.symbol,
                as_of=found.as_of,
                decimals=0,
            )
        )
    for level in found.levels:
        figures += _record_level(book, prices, found, level)
    return MapFigures({figure.path: figure for figure in figures})


def _record_level(book: Book, prices: PriceBook, found: LevelMap, level: Level) -> list[Figure]:
    name = level.name
    figures = [
        prices.price(name, level.price, name),
        prices.move(f"{name}.distance", level.distance, f"distance to {name}"),
        prices.percent(f"{name}.distance_pct", level.distance_pct, f"distance to {name}"),
    ]
    counted = (
        ("distance_atr", level.distance_atr, Unit.ATR, f"distance to {name}", 2),
        ("tested", level.tested, Unit.COUNT, f"tests of {name}", 0),
    )
    figures += [
        book.record(
            f"{name}.{path}",
            Decimal(value),
            unit,
            label=label,
            entity=found.symbol,
            as_of=found.as_of,
            decimals=decimals,
            signed=unit is Unit.ATR,
        )
        for path, value, unit, label, decimals in counted
        if value is not None
    ]
    return figures


def draw_ladder(
    found: LevelMap, figures: MapFigures, *, asked: Sequence[str], is_frozen: bool
) -> LevelsCard:
    """The card: rungs from the highest to the lowest, the asked ones highlighted."""

    def number(path: str, *, with_unit: bool = False) -> CardNumber | None:
        figure = figures.get(path)
        return CardNumber.of(figure, with_unit=with_unit) if figure else None

    shown = freshness(
        found.provider, found.instrument, found.last_at, found.session, asked_at=found.as_of
    )
    return LevelsCard(
        symbol=found.symbol,
        name=found.instrument.name,
        title=_title(found),
        last=CardNumber.of(figures["last"]),
        change_pct=number("change_pct", with_unit=True),
        atr=number("atr"),
        rungs=tuple(
            Rung(
                name=level.name,
                title=level.title,
                kind=level.kind,
                side=level.side,
                price=CardNumber.of(figures[level.name]),
                distance=CardNumber.of(figures[f"{level.name}.distance"]),
                distance_pct=CardNumber.of(figures[f"{level.name}.distance_pct"], with_unit=True),
                distance_atr=number(f"{level.name}.distance_atr", with_unit=True),
                tested=number(f"{level.name}.tested"),
                since=level.since,
                is_nearest=level is found.levels[0],
                is_highlighted=level.name in asked,
            )
            for level in sorted(found.levels, key=lambda level: level.price, reverse=True)
        ),
        pivot_method=str(found.pivot_method) if found.find("PP") else "",
        profile=found.profile.window if found.profile else "",
        notes=(*found.notes, *absences(found), *_profile_note(found, figures)),
        freshness=shown.model_copy(update={"is_frozen": is_frozen}),
    )


def _profile_note(found: LevelMap, figures: MapFigures) -> tuple[str, ...]:
    if found.profile is None:
        return ()
    row = figures["profile.row"].text(with_unit=False)
    return (f"Volume profile of {found.profile.words}, in rows of {row}.",)


def absences(found: LevelMap) -> tuple[str, ...]:
    """Why levels are missing, each reason once and in the map's order."""
    return tuple(dict.fromkeys(absence.reason for absence in found.absent))


def _title(found: LevelMap) -> str:
    day = found.session.date
    if found.period is Period.WEEK:
        return f"levels of the week, {spoken_date(day)}"
    if found.period is Period.MONTH:
        return f"levels of {day:%B} {day.year}"
    return f"key levels, {spoken_date(day)}"
