"""Opportunities: one to buy, one to sell short, and a scan that found none."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.figures import Unit
from app.grounding.ledger import Book
from app.scanner.setups import Setup
from tools.scanner_card import TITLES
from widgets.base import BaseCard, CardNumber
from widgets.option_scans import OptionScanCard, OptionScanFact, OptionScanRow
from widgets.saved_scans import SavedScanRow, SavedScansCard, ScanDraftCard, ScanTerm
from widgets.scanner import OpportunitiesCard, OpportunityFact, OpportunityRow

LONG = ("AMD", "Advanced Micro Devices", "support_bounce", "long")
SHORT = ("BRK.B", "Berkshire Hathaway Class B", "bearish_divergence", "short")
SEARCH = {"setups": [], "sector": ""}


class Setups:
    """The cards of scans."""

    def __init__(self, samples: Any) -> None:
        self.samples = samples

    def all(self) -> dict[str, tuple[BaseCard, ...]]:
        return {
            "setups": (self.found(),),
            "nosetups": (self.none(),),
            "spreads": (self.spreads(),),
            "scandraft": (self.draft(),),
            "scanrefused": (self.draft(refused="Your plan runs no scan by itself."),),
            "scans": (self.kept(),),
            "sharedscans": (self.kept(is_shared=True),),
            "nospreads": (self.spreads(is_empty=True),),
        }

    def spreads(self, *, is_empty: bool = False) -> OptionScanCard:
        book = self.samples.book("scan_options")
        figures = (
            ("Chance of profit", "71.2", Unit.PERCENT),
            ("Credit", "1.85", Unit.USD),
            ("Most it loses", "815.00", Unit.USD),
            ("Return on risk", "22.7", Unit.PERCENT),
            ("Breakeven, low", "568.15", Unit.USD),
            ("Breakeven, high", "631.85", Unit.USD),
        )
        facts = tuple(
            OptionScanFact(
                label=label,
                number=self.samples.number(
                    book, label, Decimal(value), unit, decimals=len(value.partition(".")[2])
                ),
            )
            for label, value, unit in figures
        )
        legs = (
            ("put", "sell", "570"),
            ("put", "buy", "560"),
            ("call", "sell", "630"),
            ("call", "buy", "640"),
        )
        condor = OptionScanRow(
            symbol="SPY",
            name="SPDR S&P 500 ETF Trust",
            kind="iron_condor",
            setup="iron condor",
            words="sell 570 put, buy 560 put, sell 630 call, buy 640 call, 31 December 2026",
            facts=facts,
            action="Analyze",
            tool="analyze_structure",
            arguments={
                "symbol": "SPY",
                "expiry": "2026-12-31",
                "legs": [{"kind": kind, "side": side, "strike": strike} for kind, side, strike in legs],
            },
            variant="2026-12-31 0.16",
            invalid="No longer valid once the price trades at a sold strike.",
            find={"setup": "iron_condor"},
        )  # fmt: skip
        return OptionScanCard(
            title="iron condor",
            search=SEARCH,
            rows=() if is_empty else (condor,),
            notes=("The chance of profit at expiry is computed.",),
            freshness=self.samples.freshness(),
        )

    def draft(self, *, refused: str = "") -> ScanDraftCard:
        return ScanDraftCard(
            change="save",
            name="morning pullbacks",
            scan_id=None,
            version=None,
            terms=(
                ScanTerm(label="Universe", words="stocks of the sector technology"),
                ScanTerm(label="Setups", words="pullback in an uptrend"),
                ScanTerm(label="Price", words="up to 50"),
                ScanTerm(label="Filter", words="rsi(14) < 30 and close > sma(200) and volume > 1000000"),
            ),
            schedule="every hour",
            every_minutes=60,
            search={"setups": ["trend_pullback"]},
            plan="Your plan runs up to 20 scans by themselves, every five minutes at most; none runs now.",
            refused=refused,
            outcome="",
            valid_minutes=30,
            notes=(),
            freshness=self.samples.freshness(),
        )  # fmt: skip

    def kept(self, *, is_shared: bool = False) -> SavedScansCard:
        def row(name: str, words: str, every: int | None) -> SavedScanRow:
            return SavedScanRow(
                id=name,
                name=name,
                words=words,
                schedule="every hour" if every else "only when asked",
                every_minutes=every,
                due_at=self.samples.now + timedelta(minutes=30) if every else None,
                version=2 if every else 1,
                tool="scan_market",
                arguments={"setups": ["breakout"]},
                has_list=every is not None,
                is_shared=is_shared,
            )

        return SavedScansCard(
            title="saved",
            rows=(
                row("morning pullbacks", "pullback in an uptrend in technology", 60),
                row("bases", "breakout from a base, breakdown from a base, long only", None),
            ),
            plan="Your plan runs up to 20 scans by themselves, every five minutes at most; 1 runs now.",
            notes=(),
            freshness=self.samples.freshness(),
        )

    def found(self) -> OpportunitiesCard:
        book = self.samples.book("scan_market")
        bounce = (("support", "116.20", Unit.USD), ("low", "116.45", Unit.USD))
        turn = (
            ("swing high", "498.10", Unit.USD),
            ("RSI there", "71.4", Unit.INDEX),
            ("higher high", "501.77", Unit.USD),
            ("its RSI", "62.9", Unit.INDEX),
        )
        return self._card(
            self._row(book, LONG, ("118.40", "115.02", "127.75", "2.8", "29"), bounce),
            self._row(book, SHORT, ("496.02", "503.10", "480.55", "2.2", ""), turn),
        )

    def none(self) -> OpportunitiesCard:
        return self._card()

    def _card(self, *rows: OpportunityRow) -> OpportunitiesCard:
        return OpportunitiesCard(
            title="all setups",
            search=SEARCH,
            rows=rows,
            notes=("Today's bar is still open: what stands now may be gone at the close.",),
            freshness=self.samples.freshness(),
        )

    def _row(
        self,
        book: Book,
        named: tuple[str, str, str, str],
        figures: tuple[str, ...],
        facts: tuple[tuple[str, str, Unit], ...],
    ) -> OpportunityRow:
        symbol, name, kind, direction = named

        def number(path: str, value: str, unit: Unit = Unit.USD, decimals: int = 2) -> CardNumber:
            made: CardNumber = self.samples.number(
                book, f"{symbol}.{path}", Decimal(value), unit, decimals=decimals, entity=symbol
            )
            return made

        entry, stop, target, ratio, chance = figures
        return OpportunityRow(
            symbol=symbol,
            name=name,
            kind=kind,
            setup=TITLES[Setup(kind)],
            direction=direction,
            at=self.samples.now - timedelta(hours=5),
            is_forming=True,
            entry=number("entry", entry),
            stop=number("stop", stop),
            target=number("target", target),
            reward_to_risk=number("ratio", ratio, Unit.RATIO, 1),
            chance=number("chance", chance, Unit.PERCENT, 0) if chance else None,
            expectation=number("expectation", "0.12", Unit.RATIO, 2) if chance else None,
            counted=number("cases", "1660" if chance else "12", Unit.INDEX, 0),
            reached=number("reached", "512" if chance else "3", Unit.INDEX, 0),
            stopped=number("stopped", "871" if chance else "5", Unit.INDEX, 0),
            mean=number("mean", "0.09", Unit.RATIO, 2),
            days=number("days", "1" if direction == "long" else "3", Unit.INDEX, 0),
            facts=tuple(
                OpportunityFact(label=label, number=number(label, value, unit, len(value) - value.index(".") - 1))
                for label, value, unit in facts
            ),
            invalid="No longer valid beyond the stop, or once its time is over.",
        )  # fmt: skip
