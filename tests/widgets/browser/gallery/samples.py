"""Every card in every state, as a contributor wants to see it. Prices are a made-up symbol's."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from app.core.figures import Unit
from app.grounding.ledger import Book, Ledger
from widgets.base import BaseCard, CardNumber, Freshness
from widgets.charts import ChartLine, ChartMark, PriceChart
from widgets.coach import AbilitiesCard, Ability
from widgets.indicators import IndicatorsCard, Reading
from widgets.levels import LevelsCard, LevelsRow, LevelsTable, Rung
from widgets.macro import (
    CalendarAmount,
    CalendarCard,
    CalendarRow,
    CurvePoint,
    MeetingRow,
    OutcomeRow,
    RatesCard,
)
from widgets.market import CalendarDay, MarketStatusCard, Milestone
from widgets.quotes import QuoteCard, QuotesTable, Statistic
from widgets.sources import Sources

LEVELS = (
    ("52WH", "52-week high", "range", "613.23"),
    ("R3", "traditional pivot R3", "pivot", "611.04"),
    ("R2", "traditional pivot R2", "pivot", "608.10"),
    ("R1", "traditional pivot R1", "pivot", "605.20"),
    ("PMH", "premarket high", "premarket", "604.02"),
    ("OR30H", "opening range high, 30 minutes", "opening", "603.44"),
    ("VWAP+1", "session VWAP, one deviation above", "vwap", "603.10"),
    ("EMA9", "9-day exponential average", "average", "602.80"),
    ("VWAP", "session VWAP", "vwap", "602.05"),
    ("PDH", "previous day high", "previous", "601.77"),
    ("OR30L", "opening range low, 30 minutes", "opening", "601.02"),
    ("PP", "traditional pivot", "pivot", "600.16"),
    ("PDC", "previous day close", "previous", "599.80"),
    ("PML", "premarket low", "premarket", "598.91"),
    ("PDL", "previous day low", "previous", "597.40"),
    ("SMA20", "20-day average", "average", "594.12"),
    ("SMA200", "200-day average", "average", "561.90"),
)
LAST = Decimal("602.31")
ATR = Decimal("6.80")


class Samples:
    """Builds cards at `now`, the moment their prices hold for."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.ledger = Ledger()

    def all(self) -> dict[str, tuple[BaseCard, ...]]:
        """The cards by the name a member types to see them."""
        return {
            "levels": (self.levels(),),
            "frozen": (self.levels(is_frozen=True),),
            "bare": (self.bare_levels(),),
            "compare": (self.comparison(),),
            "quote": (self.quote(),),
            "quotes": (self.quotes(),),
            "market": (self.market(),),
            "indicators": (self.indicators(),),
            "calendar": (self.calendar(),),
            "rates": (self.rates(),),
            "norates": (self.no_rates(),),
            "abilities": (self.abilities(),),
            "chart": (self.chart("inline"),),
            "panel": (self.chart("side"),),
            "drawn": (self.drawn(),),
            "beside": (self.beside(),),
            "profile": (self.profile(),),
            "broken": (self.chart("inline", symbol="NOBARS"),),
        }

    def book(self, tool: str = "get_key_levels") -> Book:
        return self.ledger.open(
            call_id=f"call {self.ledger.opened}",
            tool=tool,
            provider="Simulated market",
            is_simulated=True,
        )

    def number(
        self,
        book: Book,
        path: str,
        value: Decimal,
        unit: Unit = Unit.USD,
        *,
        decimals: int = 2,
        signed: bool = False,
        entity: str = "SPY",
    ) -> CardNumber:
        figure = book.record(
            path,
            value,
            unit,
            label=path,
            entity=entity,
            as_of=self.now,
            decimals=decimals,
            signed=signed,
        )
        return CardNumber.of(figure)

    def freshness(self, *, is_frozen: bool = False, delay: int = 0) -> Freshness:
        return Freshness(
            provider="Simulated market",
            as_of=self.now,
            is_simulated=True,
            delay_minutes=delay,
            session="regular session",
            is_frozen=is_frozen,
        )

    def calendar(self) -> CalendarCard:
        book = self.book("get_calendar")
        day = self.now.date()
        rows = (
            (1, "earnings", "NVDA earnings", "NVIDIA, Q3 2027, after the close", True, "1.40"),
            (3, "release", "Consumer Price Index", "November", True, "2.90"),
            (9, "earnings", "AVGO earnings", "Broadcom, Q4 2026", False, "1.87"),
            (20, "fed", "Fed interest rate decision", "", True, None),
        )
        return CalendarCard(
            title="scheduled, US stocks",
            rows=tuple(
                CalendarRow(
                    date=day + timedelta(days=wait),
                    at=self.now + timedelta(days=wait) if kind in ("fed", "release") else None,
                    kind=kind,
                    title=title,
                    detail=detail,
                    is_confirmed=is_confirmed,
                    wait=self.number(book, f"wait{wait}", Decimal(wait), Unit.DAYS, decimals=0),
                    amounts=tuple(
                        CalendarAmount(
                            label="EPS estimate" if kind == "earnings" else "forecast",
                            number=self.number(book, f"amount{wait}", Decimal(amount)),
                        )
                        for amount in (estimate,)
                        if amount is not None
                    ),
                )
                for wait, kind, title, detail, is_confirmed, estimate in rows
            ),
            notes=("Dates marked expected are estimates until the company confirms them.",),
            freshness=Freshness(provider="files in macro, published schedules", as_of=self.now),
        )

    def rates(self) -> RatesCard:
        book = self.book("get_rates")

        def rate(path: str, value: str, *, signed: bool = False) -> CardNumber:
            return self.number(book, path, Decimal(value), Unit.PERCENT, signed=signed)

        curve = (
            ("1m", 1, "3.91"),
            ("3m", 3, "3.87"),
            ("6m", 6, "3.77"),
            ("1y", 12, "3.62"),
            ("2y", 24, "3.52"),
            ("5y", 60, "3.68"),
            ("10y", 120, "4.13"),
            ("20y", 240, "4.72"),
            ("30y", 360, "4.74"),
        )
        odds = (("3.50", "3.75", "61.4"), ("3.75", "4.00", "38.6"))
        return RatesCard(
            title="US Treasury yields",
            curve=tuple(
                CurvePoint(tenor=tenor, months=months, rate=rate(tenor, value))
                for tenor, months, value in curve
            ),
            slope=rate("slope", "0.61", signed=True),
            lean=rate("lean", "-0.35", signed=True),
            leans="to lower rates",
            inflation=(CurvePoint(tenor="5y", months=60, rate=rate("inflation.5y", "2.31")),),
            meeting=self.meeting(book),
            outcomes=tuple(
                OutcomeRow(
                    low=rate(f"low {low}", low),
                    high=rate(f"high {high}", high),
                    probability=rate(f"odds {low}", probability),
                )
                for low, high, probability in odds
            ),
            notes=("The lean is the two-year yield less the three-month one.",),
            freshness=Freshness(provider="Massive, files in macro", as_of=self.now),
        )

    def no_rates(self) -> RatesCard:
        """Nothing is set up: the meeting stands alone, and what to set."""
        return RatesCard(
            title="US interest rates",
            curve=(),
            slope=None,
            lean=None,
            leans="",
            inflation=(),
            meeting=self.meeting(self.book("get_rates")),
            outcomes=(),
            notes=("Treasury yields need a source, and none is set up.",),
            freshness=Freshness(provider="published schedules", as_of=self.now),
        )

    def meeting(self, book: Book) -> MeetingRow:
        at = self.now + timedelta(days=20)
        wait = self.number(book, "wait", Decimal(20), Unit.DAYS, decimals=0)
        return MeetingRow(date=at.date(), at=at, wait=wait)

    def levels(self, *, is_frozen: bool = False) -> LevelsCard:
        book = self.book()
        last = self.number(book, "last", LAST)
        return LevelsCard(
            symbol="SPY",
            name="S&P 500 Trust",
            title="key levels, Friday 20 November",
            last=last,
            change_pct=self.number(book, "change_pct", Decimal("0.42"), Unit.PERCENT, signed=True),
            atr=self.number(book, "atr", ATR),
            rungs=tuple(self._rungs(book)),
            pivot_method="traditional",
            notes=("3 minute bars are missing between 10:02 and 10:05.",),
            freshness=self.freshness(is_frozen=is_frozen),
        )

    def _rungs(self, book: Book) -> Iterable[Rung]:
        for name, title, kind, price in LEVELS:
            away = Decimal(price) - LAST
            yield Rung.model_validate(
                {
                    "name": name,
                    "title": title,
                    "kind": kind,
                    "side": "above" if away > 0 else "below",
                    "price": self.number(book, name, Decimal(price)),
                    "distance": self.number(book, f"{name}.distance", away, signed=True),
                    "distance_pct": self.number(
                        book, f"{name}.distance_pct", away / LAST * 100, Unit.PERCENT, signed=True
                    ),
                    "distance_atr": self.number(
                        book, f"{name}.distance_atr", abs(away) / ATR, Unit.ATR
                    ),
                    "tested": self.number(
                        book,
                        f"{name}.tested",
                        Decimal(2 if name == "PMH" else 0),
                        Unit.COUNT,
                        decimals=0,
                    ),
                    "since": self.now - timedelta(hours=20),
                    "is_nearest": name == "EMA9",
                    "is_highlighted": name == "PDH",
                }
            )

    def bare_levels(self) -> LevelsCard:
        book = self.book()
        return LevelsCard(
            symbol="NEWCO",
            name="Listed this morning",
            title="key levels",
            last=self.number(book, "last", Decimal("21.40"), entity="NEWCO"),
            change_pct=None,
            atr=None,
            rungs=(),
            pivot_method="",
            notes=("NEWCO has traded for one session only.",),
            freshness=self.freshness(delay=15),
        )

    def comparison(self) -> LevelsTable:
        rows = []
        for symbol, scale in (("DIA", "0.71"), ("XLF", "0.08"), ("SPX", "10.02")):
            book, factor = self.book(), Decimal(scale)
            prices = [Decimal(price) * factor for name, _, _, price in LEVELS if name[0] == "P"]
            rows.append(
                LevelsRow(
                    symbol=symbol,
                    last=self.number(book, "last", LAST * factor, entity=symbol),
                    change_pct=self.number(
                        book, "change_pct", Decimal("-0.31"), Unit.PERCENT, signed=True
                    ),
                    levels=tuple(
                        None
                        if symbol == "SPX" and index in {0, 4}
                        else self.number(book, f"level {index}", price, entity=symbol)
                        for index, price in enumerate(prices)
                    ),
                    distances=tuple(
                        self.number(book, f"away {index}", price - LAST * factor, signed=True)
                        for index, price in enumerate(prices)
                    ),
                    nearest="PDH",
                    freshness=self.freshness(),
                )
            )
        columns = tuple(name for name, *_ in LEVELS if name[0] == "P")
        return LevelsTable(
            title="Key levels side by side",
            columns=columns,
            rows=tuple(rows),
            notes=("SPX is an index: it has no premarket.",),
        )

    def quote(self, symbol: str = "MSFT", last: str = "412.50", change: str = "-3.87") -> QuoteCard:
        book = self.book("get_quote")
        price, moved = Decimal(last), Decimal(change)

        def stat(label: str, value: str, unit: Unit = Unit.USD, decimals: int = 2) -> Statistic:
            number = self.number(book, label, Decimal(value), unit, decimals=decimals)
            return Statistic(label=label, number=number)

        return QuoteCard(
            symbol=symbol,
            name="Microsoft Corporation" if symbol == "MSFT" else f"{symbol} Inc.",
            title="quote",
            last=self.number(book, "last", price, entity=symbol),
            change=self.number(book, "change", moved, signed=True),
            change_pct=self.number(
                book, "change_pct", moved / (price - moved) * 100, Unit.PERCENT, signed=True
            ),
            statistics=(
                stat("Open", str(price + 2)),
                stat("High", str(price + 3)),
                stat("Low", str(price - 4)),
                stat("Previous close", str(price - moved)),
                stat("Volume", "18452113", Unit.SHARES, 0),
                Statistic(label="Gap", number=None, absent_because="the session has not opened"),
            ),
            notes=(),
            freshness=self.freshness(),
        )

    def quotes(self) -> QuotesTable:
        return QuotesTable(
            title="LMT ahead of BA",
            rows=(self.quote("LMT", "1488.03", "12.40"), self.quote("BA", "201.77", "-0.51")),
        )

    def market(self) -> MarketStatusCard:
        book = self.book("get_market_status")
        close = self.now + timedelta(hours=3, minutes=4)
        return MarketStatusCard(
            title="US stocks",
            phase="open",
            headline="The regular session runs until 16:00 ET.",
            until_next=self.number(book, "until", Decimal("3.1"), Unit.HOURS, decimals=1),
            milestones=(
                Milestone(label="opened", at=self.now - timedelta(hours=3)),
                Milestone(label="closes", at=close),
                Milestone(label="after hours end", at=close + timedelta(hours=4)),
            ),
            days_ahead=(
                CalendarDay(date=date(2026, 11, 26), label="Thanksgiving, closed"),
                CalendarDay(date=date(2026, 11, 27), label="closes at 13:00 ET"),
            ),
            notes=(),
            freshness=self.freshness(),
        )

    def indicators(self) -> IndicatorsCard:
        book = self.book("get_indicators")

        def part(path: str, value: str) -> tuple[str, CardNumber]:
            return path, self.number(book, path, Decimal(value), Unit.INDEX, signed=True)

        rsi = self.number(book, "rsi(14)", Decimal("61.8"), Unit.INDEX, decimals=1)
        return IndicatorsCard(
            symbol="BABA",
            name="Alibaba Group",
            timeframe="1d",
            last=self.number(book, "last", Decimal("84.12"), entity="BABA"),
            readings=(
                Reading(name="RSI 14", number=rsi, remark="neither high nor low"),
                Reading(
                    name="MACD 12 26 9",
                    number=None,
                    parts=(part("line", "1.20"), part("signal", "0.96"), part("hist", "0.24")),
                    remark="above its signal",
                ),
                Reading(name="SMA 200", number=None, remark="needs 200 days, has 143"),
            ),
            notes=(),
            freshness=self.freshness(),
        )

    def abilities(self) -> AbilitiesCard:
        return AbilitiesCard(
            title="What I am good at",
            abilities=(
                Ability(
                    title="Levels",
                    description="Yesterday's and premarket extremes, ranges, VWAP, pivots.",
                    questions=("Where's PDH for SPX?", "levels side by side: dia xlf spx"),
                ),
                Ability(
                    title="Charts",
                    description="Candles with the levels drawn on them.",
                    questions=("put spx up with its levels",),
                ),
            ),
            notes=("No forecasts, no orders.",),
        )

    def chart(self, display: str, symbol: str = "SPY") -> PriceChart:
        book = self.book("show_chart")
        return PriceChart.model_validate(
            {
                "display": display,
                "symbol": symbol,
                "name": "S&P 500 Trust",
                "timeframe": "5m",
                "extended": True,
                "lines": [
                    ChartLine.model_validate(
                        {
                            "name": name,
                            "kind": kind,
                            "price": self.number(book, name, Decimal(price)),
                            "side": "above" if Decimal(price) > LAST else "below",
                        }
                    )
                    for name, _, kind, price in LEVELS
                ],
                "averages": ("ema9",),
                "as_of": None,
                "decimals": 2,
                "freshness": self.freshness(),
            }
        )

    def drawn(self) -> PriceChart:
        """A chart with all that the coach draws besides levels."""
        marks = (ChartMark(text="600.50", value="600.5"),)
        averages = ("sma50", "ema9", "sma200", "sma200@1d")
        return self.chart("inline").model_copy(update={"marks": marks, "averages": averages})

    def profile(self) -> PriceChart:
        """A chart with the volume of the bars in view along its edge."""
        return self.chart("inline").model_copy(update={"profile": "visible", "averages": ()})

    def beside(self) -> PriceChart:
        changes = {"compare": ("AMD", "QQQ", "DIA", "IWM"), "lines": (), "averages": ()}
        return self.chart("inline").model_copy(update=changes)

    def sources(self, *, unbound: tuple[str, ...] = ()) -> Sources:
        figures = [figure for figure in self.ledger if "." not in figure.path][:14]
        return Sources.of(
            figures, numbers=len(figures) + len(unbound), bound=len(figures), unbound=unbound
        )


def samples_at(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Samples:  # noqa: TID251
    """Samples of this moment to the second, so that the live feed may move them."""
    return Samples(clock().replace(microsecond=0))
