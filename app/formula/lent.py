"""Names agreed here for what other domains give: levels of the map, options, positions, earnings.

Only the names are here. The values come from the caller, under the keys that `Formula.needs` lists.
"""

from collections.abc import Iterator

from app.formula.vocabulary import Kind, Parameter, Part, Role, Vocabulary, Word
from app.formula.words import ARITHMETIC, BARS, CLOCK, INDICATORS


def _level(
    name: str, title: str, *spoken: str, daily: str = "", made: bool = False, example: str = ""
) -> Word:
    return Word(
        name=name,
        kind=Kind.PRICE,
        role=Role.LEVEL,
        meaning=title,
        title=title,
        provider="levels",
        spoken=spoken,
        daily=daily,
        is_slow=True,
        is_made=made,
        example=example,
    )


def _previous(span: str, letter: str) -> Iterator[Word]:
    for side, key, field in (("high", "h", "high"), ("low", "l", "low"), ("close", "c", "close")):
        spoken = [f"{which} {span} {side}" for which in ("previous", "prior")]
        spoken += [f"{which} {span}'s {side}" for which in ("previous", "prior", "last")]
        spoken += [f"yesterday's {side}", f"yesterdays {side}"] if span == "day" else []
        yield _level(
            f"p{letter}{key}",
            f"yesterday's {side}" if span == "day" else f"the previous {span}'s {side}",
            *spoken,
            daily=f"{field}[1]" if span == "day" else "",
        )


_PP = "((high[1] + low[1] + close[1]) / 3)"
_PIVOTS = {
    "pp": _PP,
    "r1": f"2 * {_PP} - low[1]",
    "s1": f"2 * {_PP} - high[1]",
    "r2": f"{_PP} + (high[1] - low[1])",
    "s2": f"{_PP} - (high[1] - low[1])",
    "r3": f"2 * {_PP} + (high[1] - 2 * low[1])",
    "s3": f"2 * {_PP} - (2 * high[1] - low[1])",
}

LEVELS = (
    *_previous("day", "d"),
    *_previous("week", "w"),
    *_previous("month", "mo"),
    _level("pmh", "the premarket high", "premarket high", "pre-market high"),
    _level("pml", "the premarket low", "premarket low", "pre-market low"),
    _level("onh", "the overnight high", "overnight high"),
    _level("onl", "the overnight low", "overnight low"),
    *(
        Word(
            name=f"or{side[0]}",
            kind=Kind.PRICE,
            role=Role.LEVEL,
            meaning=f"{side} of the first minutes of the session, once they are over",
            title=f"the {{minutes}}-minute opening range {side}",
            provider="levels",
            parameters=(Parameter(name="minutes", default="15", least=5, most=60),),
            spoken=(f"opening range {side}",),
            is_slow=True,
            is_made=True,
            example=f"or{side[0]}(30)",
        )
        for side in ("high", "low")
    ),
    _level("pp", "the pivot", "pivot", "pivot point", daily=_PIVOTS["pp"]),
    *(
        _level(
            f"{side}{n}",
            f"pivot {side.upper()}{n}",
            daily=_PIVOTS.get(f"{side}{n}", ""),
        )
        for n in range(1, 6)
        for side in ("r", "s")
    ),
    _level("poc", "the point of control", "point of control", made=True),
    _level("vah", "the value area high", "value area high", made=True),
    _level("val", "the value area low", "value area low", made=True),
    _level("high52w", "the 52-week high", "52wh", "52w high", "52-week high", "52 week high",
           daily="highest(high, 252)[1]"),
    _level("low52w", "the 52-week low", "52wl", "52w low", "52-week low", "52 week low",
           daily="lowest(low, 252)[1]"),
)  # fmt: skip


def _outside(
    name: str, kind: Kind, meaning: str, *spoken: str, provider: str, example: str = ""
) -> Word:
    return Word(
        name=name,
        kind=kind,
        role=Role.OUTSIDE,
        meaning=meaning,
        title=meaning,
        provider=provider,
        spoken=spoken,
        is_slow=True,
        example=example,
    )


def _contract(name: str, kind: Kind, title: str) -> Word:
    return Word(
        name=name,
        kind=kind,
        role=Role.OUTSIDE,
        meaning=f"{title} of an option contract, or of the one you hold",
        title=f"{title} of {{contract}}",
        provider="options",
        parameters=(Parameter(name="contract", kind=Kind.TEXT),),
        example=f'{name}("AMD 180c jan")',
    )


OUTSIDE = (
    _outside("iv", Kind.PERCENT, "30-day implied volatility", "implied volatility",
             provider="volatility"),
    _outside("iv_rank", Kind.PERCENT, "IV rank", "iv rank", "ivr", provider="volatility",
             example="iv_rank > 50"),
    _outside("iv_percentile", Kind.PERCENT, "IV percentile", "iv percentile",
             provider="volatility"),
    _outside("hv", Kind.PERCENT, "30-day realised volatility", "realised volatility",
             "realized volatility", "historical volatility", provider="volatility"),
    _outside("expected_move", Kind.PERCENT, "the expected move to the next monthly expiry",
             "expected move", provider="volatility"),
    _outside("option_volume", Kind.NUMBER, "option volume today", "option volume",
             provider="options"),
    _outside("open_interest", Kind.NUMBER, "open interest", "open interest",
             provider="options"),
    *(
        _contract(name, kind, title)
        for name, kind, title in (
            ("delta", Kind.NUMBER, "delta"),
            ("gamma", Kind.NUMBER, "gamma"),
            ("theta", Kind.NUMBER, "theta"),
            ("vega", Kind.NUMBER, "vega"),
            ("mark", Kind.PRICE, "the mark"),
        )
    ),
    Word(
        name="position",
        kind=None,
        role=Role.OUTSIDE,
        meaning="a position of yours, by its name or symbol",
        title="{name}",
        provider="positions",
        parameters=(Parameter(name="name", kind=Kind.TEXT),),
        parts=(
            Part(name="pnl", kind=Kind.PRICE, title="profit and loss of"),
            Part(name="pnl_pct", kind=Kind.PERCENT, title="profit and loss in percent of"),
            Part(name="value", kind=Kind.PRICE, title="the value of"),
            Part(name="delta", kind=Kind.NUMBER, title="delta of"),
            Part(name="theta", kind=Kind.PRICE, title="theta of"),
            Part(name="days_to_expiry", kind=Kind.NUMBER, title="days to expiry of"),
        ),
        has_main=False,
        example='position("SPX condor").pnl <= -$500',
    ),
    *(
        _outside(f"net_{greek}", kind, f"your net {greek}", f"net {greek}",
                 f"portfolio {greek}", provider="positions")
        for greek, kind in (
            ("delta", Kind.NUMBER), ("gamma", Kind.NUMBER),
            ("theta", Kind.PRICE), ("vega", Kind.PRICE),
        )
    ),
    _outside("open_pnl", Kind.PRICE, "your open profit and loss", "open pnl", "open p&l",
             provider="positions", example="open_pnl <= -$500"),
    Word(
        name="reports_this_week",
        kind=Kind.NUMBER,
        role=Role.OUTSIDE,
        meaning="how many companies you hold, as stock or by options, are still to report earnings this "
        "week; from Saturday morning on, in the coming one",
        title="the number of companies you hold still to report this week",
        provider="positions",
        spoken=("reports this week",),
        is_slow=True,
        example="reports_this_week >= 1",
    ),
    _outside("days_to_earnings", Kind.NUMBER, "days to earnings", "days to earnings",
             provider="earnings", example="days_to_earnings <= 7"),
    _outside("days_since_earnings", Kind.NUMBER, "days since earnings", "days since earnings",
             provider="earnings"),
    _outside("market_cap", Kind.PRICE, "market capitalisation", "market cap",
             provider="universe", example="market_cap > $10B"),
    _outside("usual_option_volume", Kind.NUMBER, "usual option volume of a day",
             "usual option volume", "option liquidity", provider="universe",
             example="usual_option_volume > 10000"),
)  # fmt: skip

VOCABULARY = Vocabulary((*BARS, *INDICATORS, *CLOCK, *ARITHMETIC, *LEVELS, *OUTSIDE))
"""All of them. A caller adds its own with `with_words`."""
