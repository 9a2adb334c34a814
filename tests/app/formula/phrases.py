"""Formulas by chance: hypothesis strategies over the grammar."""

from hypothesis import strategies as st

FRAMES = ("", "", "", "15m", "1d")


def _framed(spelled: str, frame: str) -> str:
    if not frame:
        return spelled
    return f"{spelled[:-1]}, {frame})" if spelled.endswith(")") else f"{spelled}({frame})"


_fields = st.sampled_from(["close", "open", "high", "low"])
_lengths = st.integers(2, 24)


@st.composite
def readings(draw: st.DrawFn) -> str:
    """A price per bar, of one word."""
    frame, length = draw(st.sampled_from(FRAMES)), draw(_lengths)
    average = draw(st.sampled_from(["sma", "ema", "wma", "highest", "lowest"]))
    field, band = draw(_fields), draw(st.sampled_from(["upper", "middle", "lower"]))
    level = draw(st.sampled_from(["vwap", "hod", "lod", "pdh", "orh(30)", "max(pdh, pml)"]))
    choices = (
        "price",
        level,
        _framed(field, frame),
        _framed(f"{average}({length})", frame),
        f"bb({length}, 2{', ' + frame if frame else ''}).{band}",
        _framed(field, frame) + f"[{length}]",
        f"sma({field} {draw(st.sampled_from('+-'))} atr(5), {length})",
        f"highest(ema({field}, {length}), {draw(_lengths)})",
    )
    return draw(st.sampled_from(choices))


@st.composite
def prices(draw: st.DrawFn) -> str:
    """A price per bar."""
    first, second = draw(readings()), draw(readings())
    distance = draw(st.sampled_from(["0.5%", "$0.5", "stdev(9)", "atr(4)"]))
    choices = (
        first,
        first,
        f"({first} + {distance})[2]",
        f"min({first}, {second}, price)",
        f"2 * {first} - {second}",
    )
    return draw(st.sampled_from(choices))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number or percentage per bar, and what it is compared with."""
    frame, length = draw(st.sampled_from(FRAMES)), draw(_lengths)
    left, limits = draw(
        st.sampled_from(
            [
                (_framed(f"rsi({length})", frame), (30, 50, 70)),
                (_framed(f"adx({length})", frame), (15, 25)),
                (_framed(f"stoch({length}, 3, 2)", frame), (20, 80)),
                (_framed("rvol(5)", frame), (1, 2)),
                (_framed(f"roc({length})", frame), (-1, 0, 1)),
                ("change(1h)", (-1, 0, 1)),
                ("change(2d)", (-1, 0, 1)),
                ("gap", (-1, 0, 1)),
                ("sma(rsi(5), 4)", (40, 60)),
                ("abs(close - open) / atr(6)", (0.5, 1)),
                ("macd(4, 9, 3).histogram", (0,)),
                ("volume / volume[1]", (1,)),
                ("iv_rank", (50,)),
                ('position("x").pnl', (0,)),
                (f"bb({length}, 2).width", (1, 2)),
            ]
        )
    )
    return f"{left} ? {draw(st.sampled_from(limits))}"


@st.composite
def claims(draw: st.DrawFn) -> str:
    """A condition of one bar or a few."""
    first, second = draw(prices()), draw(st.one_of(prices(), st.sampled_from(["48", "$52.5"])))
    relation = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    cross = draw(st.sampled_from(["crosses above", "crosses below", "crosses"]))
    number, by = draw(numbers()), draw(st.sampled_from(["1%", "$0.5"]))
    near = draw(st.sampled_from(["0.5%", "$0.2", "atr(5)"]))
    level = draw(st.sampled_from(["pdh", "52", "vwap", "hod", "sma(20, 1d)"]))
    band = draw(st.sampled_from(["", " within 0.1%", " within $0.2"]))
    move = draw(st.sampled_from(["rises", "falls", "moves"]))
    hours = draw(
        st.sampled_from(
            ["before 11:00", "after 9:00 CT", "between 15:30 and 10:30", "on monday, wednesday"]
        )
    )
    choices = (
        f"{first} {relation} {second}",
        f"{first} {cross} {second}",
        number.replace("?", relation),
        number.replace("?", cross),
        f"{first} within {near} of {second}",
        f"{first} between {second} and {draw(prices())}",
        f"price tested {level} {draw(st.integers(1, 3))} times{band}",
        f"price {move} by {by} in {draw(st.sampled_from(['30m', '4 bars', '1d']))}",
        f"price hits {second}",
        hours,
    )
    return draw(st.sampled_from(choices))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    """Claims put together."""
    if depth == 0:
        return draw(claims())
    match draw(st.integers(0, 4)):
        case 0:
            return draw(claims())
        case 1:
            word = draw(st.sampled_from(["and", "or"]))
            return f"({draw(conditions(depth - 1))}) {word} {draw(conditions(depth - 1))}"
        case 2:
            return f"not ({draw(conditions(depth - 1))})"
        case 3:
            return f"({draw(conditions(depth - 1))}) for {draw(st.integers(1, 4))} bars"
        case _:
            word = draw(st.sampled_from(["and", "or"]))
            return f"{draw(claims())} {word} {draw(claims())} {word} {draw(claims())}"
