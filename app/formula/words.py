"""The words the language has by itself: bars, indicators, the clock, arithmetic."""

from app.formula.vocabulary import Kind, Parameter, Part, Role, Word

PRICE = "price"
"""The live price: the close of the bar that is asked about, which may still be forming."""


def _length(default: str | None, name: str = "length", *, least: int = 2) -> Parameter:
    return Parameter(name=name, default=default, least=least)


def _field(name: str, kind: Kind, meaning: str, title: str, *spoken: str) -> Word:
    return Word(
        name=name,
        kind=kind,
        role=Role.BARS,
        meaning=meaning,
        title=title,
        provider="bars",
        has_timeframe=name != PRICE,
        spoken=spoken,
    )


BARS = (
    _field(PRICE, Kind.PRICE, "the live price", "price", "last", "last price"),
    _field("open", Kind.PRICE, "a bar's first price", "the open"),
    _field("high", Kind.PRICE, "its highest price", "the high"),
    _field("low", Kind.PRICE, "its lowest price", "the low"),
    _field("close", Kind.PRICE, "its last price", "the close"),
    _field("volume", Kind.VOLUME, "what traded in it", "volume", "vol"),
)


def _average(name: str, title: str, meaning: str, *spoken: str) -> Word:
    return Word(
        name=name,
        kind=None,
        role=Role.INDICATOR,
        meaning=meaning,
        title=title,
        provider="bars",
        parameters=(_length("20"),),
        source="close",
        has_timeframe=True,
        spoken=spoken,
        example=f"{name}(50, 1d)",
    )


INDICATORS = (
    _average(
        "sma",
        "the {length}-bar average",
        "simple moving average",
        "ma",
        "average",
        "moving average",
    ),
    _average(
        "ema",
        "the {length}-bar exponential average",
        "exponential moving average, seeded with the mean of its first bars",
        "exponential moving average",
    ),
    _average(
        "wma",
        "the {length}-bar weighted average",
        "linearly weighted moving average",
        "weighted moving average",
    ),
    Word(
        name="rsi",
        kind=Kind.NUMBER,
        role=Role.INDICATOR,
        meaning="Wilder's relative strength index, 0 to 100",
        title="RSI({length})",
        provider="bars",
        parameters=(_length("14"),),
        source="close",
        has_timeframe=True,
        spoken=("relative strength index",),
        example="rsi(14, 5m)",
    ),
    Word(
        name="atr",
        kind=Kind.PRICE,
        role=Role.INDICATOR,
        meaning="Wilder's average true range, in price",
        title="ATR({length})",
        provider="bars",
        parameters=(_length("14"),),
        has_timeframe=True,
        spoken=("average true range",),
        example="atr(14, 1d)",
    ),
    Word(
        name="macd",
        kind=None,
        role=Role.INDICATOR,
        meaning="difference of two exponential averages, its signal line and their difference",
        title="MACD({fast},{slow},{signal})",
        provider="bars",
        parameters=(_length("12", "fast"), _length("26", "slow"), _length("9", "signal")),
        source="close",
        parts=(
            Part(name="signal", kind=None, title="the signal line of"),
            Part(name="histogram", kind=None, title="the histogram of"),
        ),
        has_timeframe=True,
        example="macd(12, 26, 9).histogram",
    ),
    Word(
        name="bb",
        kind=None,
        role=Role.INDICATOR,
        meaning="Bollinger bands: mean, and mean ± so many population deviations; `width` is the "
        "distance of the bands in percent of the mean",
        title="Bollinger({length},{deviations})",
        provider="bars",
        parameters=(
            _length("20"),
            Parameter(name="deviations", default="2", least=0.1, most=10, is_fraction=True),
        ),
        source="close",
        parts=(
            Part(name="upper", kind=None, title="the upper band of"),
            Part(name="middle", kind=None, title="the middle of"),
            Part(name="lower", kind=None, title="the lower band of"),
            Part(name="width", kind=Kind.PERCENT, title="the width of"),
        ),
        has_main=False,
        has_timeframe=True,
        spoken=("bollinger", "bollinger bands"),
        example="bb(20, 2).upper",
    ),
    Word(
        name="stdev",
        kind=None,
        role=Role.INDICATOR,
        meaning="population standard deviation",
        title="the {length}-bar deviation",
        provider="bars",
        parameters=(_length("20"),),
        source="close",
        has_timeframe=True,
        spoken=("standard deviation",),
        example="stdev(20)",
    ),
    Word(
        name="highest",
        kind=None,
        role=Role.INDICATOR,
        meaning="highest of the last bars, this one included",
        title="the highest of {length} bars",
        provider="bars",
        parameters=(_length("20"),),
        source="high",
        has_timeframe=True,
        example="highest(close, 55)[1]",
    ),
    Word(
        name="lowest",
        kind=None,
        role=Role.INDICATOR,
        meaning="lowest of the last bars, this one included",
        title="the lowest of {length} bars",
        provider="bars",
        parameters=(_length("20"),),
        source="low",
        has_timeframe=True,
        example="lowest(20)",
    ),
    Word(
        name="roc",
        kind=Kind.PERCENT,
        role=Role.INDICATOR,
        meaning="rate of change over so many bars, in percent",
        title="the {length}-bar rate of change",
        provider="bars",
        parameters=(_length("12", least=1),),
        source="close",
        has_timeframe=True,
        spoken=("rate of change", "momentum"),
        example="roc(20)",
    ),
    Word(
        name="adx",
        kind=Kind.NUMBER,
        role=Role.INDICATOR,
        meaning="Wilder's average directional index, 0 to 100, with +DI and −DI",
        title="ADX({length})",
        provider="bars",
        parameters=(_length("14"),),
        parts=(
            Part(name="plus", kind=Kind.NUMBER, title="+DI of"),
            Part(name="minus", kind=Kind.NUMBER, title="−DI of"),
        ),
        has_timeframe=True,
        example="adx(14)",
    ),
    Word(
        name="stoch",
        kind=Kind.NUMBER,
        role=Role.INDICATOR,
        meaning="slow stochastic %K and its average %D, 0 to 100",
        title="stochastic({length},{smooth},{signal})",
        provider="bars",
        parameters=(
            _length("14"),
            _length("3", "smooth", least=1),
            _length("3", "signal", least=1),
        ),
        parts=(Part(name="d", kind=Kind.NUMBER, title="%D of"),),
        has_timeframe=True,
        spoken=("stochastic", "stochastics"),
        example="stoch(14, 3, 3)",
    ),
    Word(
        name="rvol",
        kind=Kind.NUMBER,
        role=Role.INDICATOR,
        meaning="volume of the bar over the mean of so many bars before it",
        title="relative volume",
        provider="bars",
        parameters=(_length("20"),),
        has_timeframe=True,
        spoken=("relative volume",),
        example="rvol > 2x",
    ),
    Word(
        name="change",
        kind=Kind.PERCENT,
        role=Role.INDICATOR,
        meaning="percent since so long ago. A time counts as the bars it takes; days, asked on "
        "shorter bars, count from the close so many days ago",
        title="the change over {span}",
        provider="bars",
        parameters=(Parameter(name="span", kind=Kind.DURATION, default="1d"),),
        source="close",
        spoken=("pct_change", "percent change"),
        example="change(1h)",
    ),
    Word(
        name="gap",
        kind=Kind.PERCENT,
        role=Role.INDICATOR,
        meaning="percent from the previous session's close to this session's open",
        title="the gap at the open",
        provider="bars",
        is_slow=True,
        example="gap > 2%",
    ),
    Word(
        name="vwap",
        kind=Kind.PRICE,
        role=Role.INDICATOR,
        meaning="volume-weighted average price since the open, of typical prices (H+L+C)/3",
        title="VWAP",
        provider="bars",
        is_slow=True,
        is_made=True,
        example="price crosses above vwap",
    ),
    *(
        Word(
            name=name,
            kind=Kind.PRICE,
            role=Role.INDICATOR,
            meaning=f"{side} of the session's regular hours before this bar",
            title=f"the day's {side}",
            provider="bars",
            spoken=(f"day {side}", f"day's {side}", f"today's {side}"),
            is_slow=True,
            is_made=True,
            example=f"price crosses {'above' if side == 'high' else 'below'} {name}",
        )
        for name, side in (("hod", "high"), ("lod", "low"))
    ),
)

CLOCK = (
    Word(
        name="time",
        kind=Kind.TIME,
        role=Role.CLOCK,
        meaning="time of day at which the bar begins, New York; unknown on bars of a day and longer",
        title="the time",
        provider="clock",
        example="time >= 10:00",
    ),
)

ARITHMETIC = tuple(
    Word(
        name=name,
        kind=None,
        role=Role.ARITHMETIC,
        meaning=meaning,
        title=title,
        provider="arithmetic",
        example=example,
    )
    for name, meaning, title, example in (
        ("abs", "its size without its sign", "the size of", "abs(gap) > 3%"),
        ("min", "the smaller of several", "the smaller of", "min(open, close)"),
        ("max", "the larger of several", "the larger of", "max(pdh, pmh)"),
    )
)
