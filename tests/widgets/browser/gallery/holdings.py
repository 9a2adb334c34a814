"""Cards of positions in every state, of a made-up book."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.figures import Unit
from app.grounding.ledger import Book
from widgets.base import BaseCard, CardNumber
from widgets.options import AssignmentRow
from widgets.positions import (
    DraftRow,
    DraftTerms,
    ExpiryRow,
    LeftOut,
    PortfolioGreeksCard,
    PositionDraftCard,
    PositionRow,
    PositionsCard,
    RiskNumber,
    StructureRow,
    UnderlyingRow,
    WhatIf,
)


class Holdings:
    """The cards a member sees of what they hold."""

    def __init__(self, samples: Any) -> None:
        self.samples = samples

    def all(self) -> dict[str, tuple[BaseCard, ...]]:
        return {
            "positions": (self.positions(),),
            "risk": (self.risk(),),
            "draft": (self.draft(),),
            "stored": (self.draft(outcome="stored"),),
        }

    def _money(self, book: Book, path: str, value: str, decimals: int = 2) -> CardNumber:
        made: CardNumber = self.samples.number(
            book, path, Decimal(value), decimals=decimals, signed=True
        )
        return made

    def positions(self) -> PositionsCard:
        book = self.samples.book("list_positions")
        rows = (
            self._row(book, "SPY", "SPY", ("100", "588.10", "602.31", "60231.00", "251.00", "1421.00")),
            self._row(book, "BTC/USD", "BTC/USD", ("0.25", "91000.00", "90120.50", "22530.13", "-310.20", "-219.88")),
            self._row(book, "SPY 605 call 18 Dec 2026", "", ("-1", "7.10", "6.42", "-642.00", "31.00", "68.00"), kind="option"),
            self._row(book, "SPY 590 put 18 Dec 2026", "", ("1", None, "4.85", "485.00", "-22.50", None), kind="option"),
            self._row(book, "ES 18 Dec 2026", "", ("2", "6801.25", None, None, None, None), kind="future", why="there are no prices of futures here"),
        )  # fmt: skip
        return PositionsCard(
            title="all positions",
            value=self.samples.number(book, "value", Decimal("82604.13")),
            day=self._money(book, "day", "-50.70"),
            result=self._money(book, "open", "1269.12"),
            left_out=LeftOut(value=1, day=1, result=2),
            rows=rows,
            structures=(
                StructureRow(
                    symbol="SPY",
                    name="collar",
                    legs=("+100 shares", "−1 605 call, 18 Dec 2026", "+1 590 put, 18 Dec 2026"),
                    is_opened_together=True,
                    is_credit=False,
                    cost=self._money(book, "collar.cost", "58570.00"),
                    day=self._money(book, "collar.day", "-112.40"),
                    result=None,
                    delta=self._money(book, "collar.delta", "41.20"),
                    theta=self._money(book, "collar.theta", "3.11"),
                    vega=self._money(book, "collar.vega", "-8.02"),
                ),
            ),
            assignments=(
                AssignmentRow(
                    label="SPY 605 call of 18 December 2026",
                    words="may be assigned before it goes ex-dividend on Friday 11 December 2026",
                    time_value=self.samples.number(book, "time_value", Decimal("0.42")),
                    gained=self.samples.number(book, "gained", Decimal("1.81")),
                ),
            ),
            notes=(
                "An option's day is estimated: from the underlying's last close, at today's volatility.",
            ),
            freshness=self.samples.freshness(),
        )

    def _row(
        self,
        book: Book,
        label: str,
        symbol: str,
        numbers: tuple[str | None, ...],
        *,
        kind: str = "stock",
        why: str = "",
    ) -> PositionRow:
        held, paid, price, value, day, result = numbers
        unit = Unit.SHARES if kind == "stock" else Unit.CONTRACTS

        def money(name: str, amount: str | None) -> CardNumber | None:
            return None if amount is None else self._money(book, f"{label}.{name}", amount)

        def plain(name: str, amount: str | None) -> CardNumber | None:
            if amount is None:
                return None
            made: CardNumber = self.samples.number(book, f"{label}.{name}", Decimal(amount))
            return made

        quantity = Decimal(held or 0)
        exponent = quantity.as_tuple().exponent
        return PositionRow(
            label=label,
            symbol=symbol,
            multiplier="100" if kind == "option" else "1",
            quantity=self.samples.number(
                book,
                f"{label}.held",
                quantity,
                unit,
                decimals=-exponent if isinstance(exponent, int) else 0,
            ),
            paid=plain("paid", paid),
            price=plain("price", price),
            value=plain("value", value),
            day=money("day", day),
            is_day_estimated=kind == "option",
            result=money("open", result),
            absent_because=why,
            source="screenshot" if kind == "option" else "typed",
            as_of=self.samples.now - timedelta(minutes=3),
            stale_since=self.samples.now - timedelta(hours=2)
            if label.endswith("put 18 Dec 2026")
            else None,
        )

    def risk(self) -> PortfolioGreeksCard:
        book = self.samples.book("get_portfolio_greeks")

        def dollars(path: str, value: str, decimals: int = 0) -> CardNumber:
            return self._money(book, path, value, decimals)

        def shares(path: str, value: str, decimals: int = 1) -> CardNumber:
            made: CardNumber = self.samples.number(
                book, path, Decimal(value), Unit.SHARES, decimals=decimals, signed=True
            )
            return made

        def row(symbol: str, delta: str, beta: str | None, share: str) -> UnderlyingRow:
            percent = self.samples.number(
                book, f"{symbol}.share", Decimal(share), Unit.PERCENT, decimals=0
            )
            return UnderlyingRow(
                symbol=symbol,
                delta=shares(f"{symbol}.delta", delta),
                dollars=dollars(f"{symbol}.dollars", str(Decimal(delta) * 602)),
                beta=None
                if beta is None
                else self.samples.number(book, f"{symbol}.beta", Decimal(beta), Unit.RATIO),
                weighted=None
                if beta is None
                else shares(f"{symbol}.weighted", str(Decimal(delta) * Decimal(beta))),
                gamma=dollars(f"{symbol}.gamma", "-1204"),
                theta=dollars(f"{symbol}.theta", "18.20", 2),
                vega=dollars(f"{symbol}.vega", "-31.44", 2),
                share=percent.model_copy(update={"text": f"{share}%"}),
            )

        def expiry(name: str) -> ExpiryRow:
            path = name or "none"
            return ExpiryRow(
                expiry=name,
                dollars=dollars(f"{path}.dollars", "-4820"),
                gamma=dollars(f"{path}.gamma", "-1204"),
                theta=dollars(f"{path}.theta", "18.20", 2),
                vega=dollars(f"{path}.vega", "-31.44", 2),
            )

        return PortfolioGreeksCard(
            title="all positions",
            net=(
                RiskNumber(label="Beta-weighted delta", number=shares("weighted", "84.3"), means="shares of SPY it moves like"),
                RiskNumber(label="In dollars", number=dollars("weighted_dollars", "50775"), means="of SPY"),
                RiskNumber(label="Delta", number=dollars("net.dollars", "61240"), means="dollars of underlyings, as they are"),
                RiskNumber(label="Gamma", number=dollars("net.gamma", "-1204"), means="dollars of delta on one percent"),
                RiskNumber(label="Theta", number=dollars("net.theta", "18.20", 2), means="dollars a calendar day"),
                RiskNumber(label="Vega", number=dollars("net.vega", "-31.44", 2), means="dollars a point of volatility"),
                RiskNumber(label="Rho", number=None, means="dollars a point of the rate"),
            ),
            underlyings=(row("SPY", "62.4", "1.00", "72"), row("NEWCO", "10.0", None, "28")),
            expiries=(expiry("18 Dec 2026"), expiry("")),
            what_if=WhatIf(words="SPY by −2%, 7 days later", result=dollars("what_if", "-1391.20", 2)),
            notes=("Too little history for a beta: NEWCO.",),
            freshness=self.samples.freshness(),
        )  # fmt: skip

    def draft(self, *, outcome: str = "") -> PositionDraftCard:
        book = self.samples.book("draft_position_change")

        def contracts(path: str, value: str) -> CardNumber:
            made: CardNumber = self.samples.number(
                book, path, Decimal(value), Unit.CONTRACTS, decimals=0
            )
            return made

        return PositionDraftCard(
            draft=DraftTerms(
                summary="Buy 2 DIS 130 call 16 Apr 2027 at 3.20",
                kind="option",
                symbol="DIS",
                right="call",
                strike="130",
                expiry="2027-04-16",
                root="",
                multiplier="100",
                change="trade",
                quantity="2",
                price="3.20",
                opened_at=None,
                at=self.samples.now.isoformat(),
                version=1,
            ),
            rows=(
                DraftRow(
                    label="Held", before=contracts("before", "1"), after=contracts("after", "3")
                ),
                DraftRow(
                    label="Average price",
                    before=None,
                    after=self.samples.number(book, "paid.after", Decimal("3.35")),
                ),
            ),
            cash=self._money(book, "cash", "-640.00"),
            realised=self._money(book, "realised", "112.50") if outcome else None,
            market=self.samples.number(book, "market", Decimal("3.15")),
            valid_minutes=15,
            outcome=outcome,
            notes=("One contract is 100 times its price.",),
            freshness=self.samples.freshness(),
        )
