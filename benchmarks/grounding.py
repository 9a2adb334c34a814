"""What checking an answer costs: 2,000 characters against 400 figures; the goal is 2 ms.

Processor time is measured, so that a busy machine does not change it.
"""

import time
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median, quantiles

from app.core.figures import Unit
from app.grounding.answer import Writer
from app.grounding.ledger import Ledger

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
GOAL_MS = 2.0
RUNS = 300
LEVELS = ("PDH", "PDL", "PDC", "PMH", "PML", "VWAP", "PP", "R1", "R2", "S1", "S2", "SMA50", "EMA9")
SYMBOLS = ("SPY", "QQQ", "DIA", "IWM", "AAPL", "MSFT", "NVDA", "AMD", "TSLA", "META")


def ledger_of_400() -> Ledger:
    """Ten symbols with their price and thirteen levels, three figures each."""
    ledger = Ledger()
    for number, symbol in enumerate(SYMBOLS):
        book = ledger.open(call_id=symbol, tool="get_key_levels")
        last = Decimal(100 + 37 * number) + Decimal("0.31")
        values = [("last", last, Unit.USD, False)]
        for step, level in enumerate(LEVELS):
            price = last + Decimal(step - 6) * (Decimal("0.83") + Decimal(number) / 7)
            values += [
                (level, price, Unit.USD, False),
                (f"{level}.distance", price - last, Unit.USD, True),
                (f"{level}.distance_pct", (price - last) / last * 100, Unit.PERCENT, True),
            ]
        for path, value, unit, signed in values:
            book.record(
                path,
                value,
                unit,
                label=path.partition(".")[0],
                entity=symbol,
                as_of=NOW,
                decimals=2,
                signed=signed,
            )
    return ledger


def answer_of_2000(ledger: Ledger, symbols: int) -> str:
    """Prose of 2,000 characters with six typed figures for each of `symbols` symbols."""
    text = ""
    for book in ledger.books[:symbols]:
        figures = {figure.path: figure for figure in book.figures}
        symbol = book.figures[0].entity
        text += (
            f"**{symbol}** trades at {figures['last'].text()} on the 5-minute chart, with PDH at "
            f"{figures['PDH'].text()} ({figures['PDH.distance_pct'].text()}) and VWAP at "
            f"{figures['VWAP'].text()}. R1 sits at {figures['R1'].text()}, "
            f"{figures['R1.distance'].text()} away; nothing else is close at 10:45 ET.\n"
        )
    patience = "Patience is a position, and waiting for the level is most of the work. "
    return (text + patience * 28)[:2000]


def timed(ledger: Ledger, text: str) -> tuple[Writer, list[float], list[float]]:
    """The last writer, and the milliseconds of each look-up table and of each check."""
    tables, checks = [], []
    writer = Writer(ledger, now=NOW)
    for _ in range(RUNS):
        start = time.process_time()
        writer = Writer(ledger, now=NOW, question="levels")
        ready = time.process_time()
        writer.feed(text)
        writer.close()
        tables.append((ready - start) * 1000)
        checks.append((time.process_time() - ready) * 1000)
    return writer, tables, checks


def run() -> None:
    """Print what a usual answer costs, and one that is nothing but typed numbers."""
    ledger = ledger_of_400()
    print(f"{sum(1 for _ in ledger)} figures, answers of 2,000 characters, processor time in ms")
    for name, symbols in (("a usual answer", 4), ("the most numbers", 10)):
        writer, tables, checks = timed(ledger, answer_of_2000(ledger, symbols))
        verdict = "met" if median(checks) < GOAL_MS else "missed"
        print(
            f"{name:18} {writer.report.bound:3} of {writer.report.numbers:3} bound"
            f"   check p50 {median(checks):5.2f}  p95 {quantiles(checks, n=20)[-1]:5.2f}"
            f"   table, once a round {median(tables):5.2f}   under {GOAL_MS:g} ms: {verdict}"
        )


if __name__ == "__main__":
    run()
