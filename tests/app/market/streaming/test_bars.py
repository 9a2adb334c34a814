"""Minute bars out of trades and vendors' minutes: in order, each once, corrected in place."""

from hypothesis import given
from hypothesis import strategies as st

from app.core.symbols import Symbol
from app.market.streaming.bars import BarBuilder
from app.market.vendor import Minute, StreamEvent, Trade

SPY = Symbol("SPY")
NOON = 1795104000


def trade(second: float, price: float, size: float = 1) -> Trade:
    return Trade(SPY, NOON + second, price, size)


def minute(number: int, close: float, *, is_final: bool = True) -> Minute:
    return Minute(SPY, NOON + 60 * number, 1, 9, 1, close, 7, is_final=is_final)


def test_trades_make_a_bar_that_grows() -> None:
    builder = BarBuilder(SPY)
    for second, price in ((1, 5.0), (2, 7.0), (3, 4.0)):
        builder.take(trade(second, price, 10))
    update = builder.take(trade(4, 6.0, 10))

    assert update is not None
    assert update.forming == Minute(SPY, NOON, 5, 7, 4, 6, 40, is_final=False)
    assert update.finished == ()


def test_a_trade_of_the_next_minute_finishes_this_one() -> None:
    builder = BarBuilder(SPY)
    builder.take(trade(5, 5.0))

    update = builder.take(trade(61, 6.0))

    assert update is not None
    assert [each.time for each in update.finished] == [NOON]
    assert update.finished[0].is_final


def test_the_vendors_minute_corrects_ours_in_its_place() -> None:
    builder = BarBuilder(SPY)
    builder.take(trade(5, 5.0))
    builder.take(trade(61, 6.0))

    update = builder.take(minute(0, 5.5))

    assert update is not None
    assert update.finished == (minute(0, 5.5),)
    assert update.price == 6.0, "a late minute does not move the price back"
    assert builder.take(minute(0, 5.5)) is None, "the same again is no news"


def test_a_late_trade_of_a_finished_minute_is_dropped() -> None:
    builder = BarBuilder(SPY)
    builder.take(minute(0, 5.0))

    assert builder.take(trade(59, 99.0)) is None
    assert builder.price == 5.0


def test_a_late_trade_within_the_minute_counts_for_its_range_only() -> None:
    builder = BarBuilder(SPY)
    builder.take(trade(10, 5.0))
    update = builder.take(trade(8, 9.0))

    assert update is not None
    assert (update.price, update.forming and update.forming.high) == (5.0, 9.0)
    assert update.forming is not None
    assert update.forming.close == 5.0


def test_a_minute_nobody_finished_and_that_comes_late_is_dropped() -> None:
    builder = BarBuilder(SPY)
    builder.take(minute(5, 5.0))

    assert builder.take(minute(2, 4.0)) is None


EVENTS = st.lists(
    st.one_of(
        st.builds(
            trade,
            st.floats(0, 600, allow_nan=False),
            st.floats(1, 100, allow_nan=False),
        ),
        st.builds(minute, st.integers(0, 9), st.floats(1, 9), is_final=st.booleans()),
    ),
    max_size=60,
)


@given(EVENTS)
def test_whatever_comes_bars_are_told_in_order_and_each_once(events: list[StreamEvent]) -> None:
    builder = BarBuilder(SPY)
    told: list[Minute] = []
    for event in events:
        update = builder.take(event)
        if update is None:
            continue
        new = [each for each in update.finished if each.time not in {bar.time for bar in told}]
        assert [each.time for each in new] == sorted(each.time for each in new)
        assert all(each.time > max((bar.time for bar in told), default=0) for each in new[:1])
        told += new
        if update.forming is not None:
            assert update.forming.time > max((bar.time for bar in told), default=0)

    times = [each.time for each in told]
    assert times == sorted(set(times))


@given(st.permutations([trade(second, 10 + second % 7, 1) for second in range(0, 300, 11)]))
def test_trades_in_any_order_never_make_a_second_bar_of_a_minute(trades: list[Trade]) -> None:
    builder = BarBuilder(SPY)
    for each in trades:
        builder.take(each)

    times = [*builder.finished, *([builder.forming.time] if builder.forming else [])]
    assert times == sorted(set(times))
