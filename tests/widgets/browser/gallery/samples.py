"""Every card in every state, as a contributor wants to see it. Prices are a made-up symbol's."""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

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
from widgets.options import (
    AgedRow,
    AssignmentRow,
    ChainRow,
    ChainSide,
    GreekRow,
    GreeksCard,
    GridRow,
    GridShift,
    OptionChainCard,
    PayoffPoint,
    ScenarioGrid,
    ScenarioRow,
    SmilePoint,
    StructureCard,
    StructureLeg,
    TermPointRow,
    VolatilityCard,
    VolatilityFact,
)
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
            "chain": (self.chain(),),
            "greeks": (self.greeks(),),
            "structure": (self.structure(),),
            "unbounded": (self.unbounded(),),
            "volatility": (self.volatility(),),
            **import_module("holdings").Holdings(self).all(),
            **import_module("rolls").Rolls(self).all(),
            **import_module("setups").Setups(self).all(),
            **import_module("alarms").Alarms(self).all(),
            "abilities": (self.abilities(),),
            "chart": (self.chart("inline"),),
            "panel": (self.chart("side"),),
            "drawn": (self.drawn(),),
            "beside": (self.beside(),),
            "profile": (self.profile(),),
            "broken": (self.chart("inline", symbol="NOBARS"),),
            **self.panels(),
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

    def chain(self) -> OptionChainCard:
        book = self.book("get_option_chain")

        def side(kind: str, strike: int) -> ChainSide | None:
            path, away = f"{strike}{kind}", (strike - 602.31) * (1 if kind == "C" else -1)
            worth = Decimal(repr(round(max(-away, 0) + 9.2 * 2.718 ** (-abs(away) / 9), 2)))

            def number(
                name: str, value: str, unit: Unit = Unit.USD, decimals: int = 2
            ) -> CardNumber:
                return self.number(book, f"{path}.{name}", Decimal(value), unit, decimals=decimals)

            return ChainSide(
                contract=f"SPY261218{kind}{strike * 1000:08d}",
                bid=number("bid", str(worth - Decimal("0.04"))),
                ask=number("ask", str(worth + Decimal("0.04"))),
                volatility=number("volatility", "16.4", Unit.PERCENT, 1) if strike > 590 else None,
                delta=number("delta", str(round(0.5 - away / 40, 2)), Unit.RATIO),
                open_interest=number("open_interest", str(12_400 + strike), Unit.SHARES, 0),
                is_in_the_money=away < 0,
                is_computed=True,
                is_early=kind == "P" and away < -4,
            )

        return OptionChainCard(
            symbol="SPY",
            name="S&P 500 Trust",
            expiry=date(2026, 12, 18),
            days=self.number(book, "days", Decimal(28), Unit.DAYS, decimals=0),
            spot=self.number(book, "spot", LAST),
            volatility=self.number(book, "volatility", Decimal("16.2"), Unit.PERCENT, decimals=1),
            move=self.number(book, "move", Decimal("14.80")),
            rows=tuple(
                ChainRow(
                    strike=self.number(book, f"{strike}", Decimal(strike), decimals=0),
                    call=side("C", strike),
                    put=side("P", strike) if strike != 610 else None,
                )
                for strike in range(585, 625, 5)
            ),
            expiries=(date(2026, 12, 18), date(2026, 12, 24)),
            notes=("Volatility and Greeks are computed from the middle of bid and ask.",),
            freshness=self.freshness(),
        )

    def greek_rows(self, book: Book, *, is_whole: bool = False) -> tuple[GreekRow, ...]:
        return tuple(
            GreekRow(
                name=name,
                words=words,
                share=None
                if is_whole
                else self.number(book, name, Decimal(value), Unit.RATIO, decimals=3, signed=True),
                contract=self.number(
                    book, f"{name}.contract", Decimal(value) * 100, Unit.RATIO, signed=True
                ),
            )
            for name, words, value in (
                ("delta", "per dollar of the underlying", "-0.296"),
                ("gamma", "delta per dollar of the underlying", "0.014"),
                ("theta", "dollars per calendar day", "-0.061"),
                ("vega", "dollars per point of volatility", "0.370"),
                ("rho", "dollars per point of the rate", "-0.121"),
            )
        )

    def greeks(self) -> GreeksCard:
        book = self.book("get_greeks")
        return GreeksCard(
            title="SPY 585 put of 8 January 2027",
            subtitle="S&P 500 Trust",
            price=self.number(book, "price", Decimal("7.42")),
            bid=self.number(book, "bid", Decimal("7.38")),
            ask=self.number(book, "ask", Decimal("7.46")),
            spot=self.number(book, "spot", LAST),
            days=self.number(book, "days", Decimal(49), Unit.DAYS, decimals=0),
            volatility=self.number(book, "volatility", Decimal("18.1"), Unit.PERCENT, decimals=1),
            odds=self.number(book, "odds", Decimal("32.0"), Unit.PERCENT, decimals=1),
            greeks=self.greek_rows(book),
            notes=("It may be exercised early.",),
            freshness=self.freshness(),
        )

    def structure(self) -> StructureCard:
        """A bull put spread, 590 over 580 for 2.10."""
        book = self.book("analyze_structure")

        def at(price: float) -> float:
            return 100 * (2.10 - max(590 - price, 0) + max(580 - price, 0))

        return StructureCard(
            title="bull put spread",
            subtitle="SPY",
            legs=tuple(
                StructureLeg(
                    action=action,
                    quantity=self.number(
                        book, f"{strike}.quantity", Decimal(1), Unit.SHARES, decimals=0
                    ),
                    words=f"{strike} put, 18 Dec 2026",
                    price=self.number(book, f"{strike}.price", Decimal(price)),
                    early=self.number(book, f"{strike}.early", Decimal("0.04"))
                    if action == "buy"
                    else None,
                )
                for action, strike, price in (("sell", 590, "6.20"), ("buy", 580, "4.10"))
            ),
            cost=self.number(book, "cost", Decimal(210)),
            is_credit=True,
            best=self.number(book, "best", Decimal(210)),
            worst=self.number(book, "worst", Decimal(790)),
            breakevens=(self.number(book, "breakeven1", Decimal("587.90")),),
            odds=self.number(book, "odds", Decimal("68.2"), Unit.PERCENT, decimals=1),
            touch=self.number(book, "touch", Decimal("52.1"), Unit.PERCENT, decimals=1),
            margin=self.number(book, "margin", Decimal(790)),
            greeks=self.greek_rows(book, is_whole=True),
            spot=self.number(book, "spot", LAST),
            curve=tuple(
                PayoffPoint(price=price, at_end=at(price), now=0.55 * at(price + (price - 600) / 9))
                for price in range(550, 651, 5)
            ),
            grid=self.grid(book),
            assignments=(
                AssignmentRow(
                    label="590 put",
                    words="may be assigned early, for the interest on its strike",
                    time_value=self.number(book, "time_value", Decimal("0.12")),
                    gained=self.number(book, "gained", Decimal("1.81")),
                ),
                AssignmentRow(
                    label="",
                    words="Whether SPY pays a dividend before then is not known here.",
                    time_value=None,
                    gained=None,
                ),
            ),
            scenarios=tuple(
                ScenarioRow(
                    words=f"{move} % at once",
                    result=self.number(book, f"move{move}", Decimal(result), signed=True),
                )
                for move, result in (("\u22121", -84), ("+1", 61))
            ),
            aged=tuple(
                AgedRow(
                    days=self.number(book, f"{days}.days", Decimal(days), Unit.DAYS, decimals=0),
                    result=self.number(book, f"{days}.result", Decimal(days * 2), signed=True),
                    theta=self.number(book, f"{days}.theta", Decimal("3.10"), signed=True),
                )
                for days in (0, 20, 40)
            ),
            is_modelled=False,
            notes=("Odds are risk-neutral.",),
            freshness=self.freshness(),
        )

    def grid(self, book: Book) -> ScenarioGrid:
        """Of a spread that wins 210 and loses 790; higher volatility costs a little."""

        def cell(points: int, day: int, move: int) -> CardNumber:
            middle = -290 + 500 * math.tanh((move + 1.5) * (0.35 + 0.25 * day)) - 8 * points
            path = f"grid.{points}.{day}.{move}"
            worth = Decimal(round(middle * 12))
            return self.number(book, path, worth, decimals=0, signed=True)

        moves = range(-6, 7, 2)
        return ScenarioGrid(
            moves=("\u22126%", "\u22124%", "\u22122%", "0%", "+2%", "+4%", "+6%"),
            shifts=tuple(
                GridShift(
                    words=words,
                    rows=tuple(
                        GridRow(
                            words=name,
                            results=tuple(cell(points, day, move) for move in moves),
                        )
                        for day, name in enumerate(("now", "29 Nov", "8 Dec", "18 Dec, end"))
                    ),
                )
                for words, points in (("\u22125", -5), ("0", 0), ("+5", 5))
            ),
        )

    def unbounded(self) -> StructureCard:
        """A call sold without cover, of which neither volatility nor time is known."""
        book = self.book("analyze_structure")
        return StructureCard(
            title="short call",
            subtitle="",
            legs=(
                StructureLeg(
                    action="sell",
                    quantity=self.number(book, "quantity", Decimal(2), Unit.SHARES, decimals=0),
                    words="610 call",
                    price=None,
                    early=None,
                ),
            ),
            cost=self.number(book, "cost", Decimal(300)),
            is_credit=True,
            best=self.number(book, "best", Decimal(300)),
            worst=None,
            breakevens=(self.number(book, "breakeven1", Decimal("611.50")),),
            odds=None,
            touch=None,
            margin=None,
            greeks=(),
            spot=None,
            curve=tuple(
                PayoffPoint(price=price, at_end=300 - 200 * max(price - 610, 0), now=None)
                for price in range(580, 641, 2)
            ),
            grid=None,
            assignments=(),
            scenarios=(),
            aged=(),
            is_modelled=False,
            notes=("For odds and Greeks I need the volatility.",),
            freshness=Freshness(provider="calculated from your numbers", as_of=self.now),
        )

    def volatility(self) -> VolatilityCard:
        book = self.book("get_volatility")

        def percent(path: str, value: str) -> CardNumber:
            return self.number(book, path, Decimal(value), Unit.PERCENT, decimals=1)

        return VolatilityCard(
            symbol="SPY",
            name="S&P 500 Trust",
            expiry=date(2026, 12, 18),
            spot=self.number(book, "spot", LAST),
            volatility=percent("volatility", "16.2"),
            facts=(
                VolatilityFact(label="Realised, 21 sessions", number=percent("realised", "11.0")),
                VolatilityFact(label="IV rank, a year", number=None, absent_because="no history"),
                VolatilityFact(label="25-delta put less call", number=percent("skew", "4.4")),
            ),
            smile=tuple(
                SmilePoint(
                    strike=strike, volatility=16 + (602 - strike) * 0.09 + (602 - strike) ** 2 / 900
                )
                for strike in range(540, 651, 5)
            ),
            term=tuple(
                TermPointRow(
                    expiry=self.now.date() + timedelta(days=days),
                    days=days,
                    volatility=percent(f"term{days}", value),
                )
                for days, value in (
                    (2, "14.1"),
                    (9, "14.9"),
                    (28, "16.2"),
                    (90, "17.0"),
                    (400, "18.3"),
                )
            ),
            notes=("The straddle's expected move is 85 % of its price.",),
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

    def panels(self) -> dict[str, tuple[BaseCard, ...]]:
        """Cards of later sentences about the chart in the panel, by what they ask for."""
        marks = (ChartMark(text="600.50", value="600.5"),)
        changes: dict[str, dict[str, object]] = {
            "panel-marked": {"marks": marks, "averages": ("sma50", "ema9")},
            "panel-4h": {"marks": marks, "averages": ("sma50", "ema9"), "timeframe": "4h"},
            "panel-month": {"zoom": "month"},
            "panel-pivots": {"show": ("pivots",)},
        }
        return {
            name: (self.chart("side").model_copy(update=each),) for name, each in changes.items()
        }

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
