"""What fires when, by the plain machine: each rule by hand."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from app.alerts.edges import day_of, minute_of
from app.alerts.states import Machine, path_of
from app.alerts.triggers import (
    Already,
    Condition,
    Crosses,
    Distance,
    Firing,
    Moves,
    NthTest,
    Passes,
    Phase,
    Reaches,
    Side,
    Spikes,
    State,
    Tape,
    Trigger,
    Window,
)
from app.core.symbols import Symbol
from app.core.timeframes import Timeframe
from app.market.models import Bars, Provider

SPX, ALERT = Symbol("SPX"), UUID(int=7)
OPEN = datetime(2026, 11, 2, 14, 30, tzinfo=UTC).timestamp()
"""09:30 in New York."""
ABOVE, BELOW = Crosses(Side.ABOVE), Crosses(Side.BELOW)
PLAYED = 15.0
"""Seconds between two prices of `Play.prices`."""


class Play:
    """One alert, a tick every fifteen seconds."""

    def __init__(
        self,
        condition: Condition,
        *,
        level: float | None = 100.0,
        average: float | None = None,
        repeats: bool = True,
        rearm: float = 0.0,
        already: Already = Already.FIRES,
        active: Window | None = None,
        expires_at: float | None = None,
        start: float = OPEN,
    ) -> None:
        self.machine, self.at = Machine(), start
        trigger = Trigger(
            condition=condition,
            rearm=rearm,
            repeats=repeats,
            already=already,
            active=active or Window(),
            expires_at=expires_at,
        )
        self.machine.add(ALERT, SPX, trigger, State(level=level, average=average))

    def prices(self, *prices: float) -> list[float]:
        """Those at which it fired."""
        return [each.price for each in self.firings(prices)]

    def firings(self, prices: Sequence[float]) -> list[Firing]:
        fired = []
        for price in prices:
            fired += self.machine.tick(SPX, self.at, price)
            self.at += PLAYED
        return fired

    @property
    def state(self) -> State:
        return self.machine.state(ALERT)


def test_a_cross_above_needs_a_price_beyond_the_level() -> None:
    assert Play(ABOVE).prices(99, 100, 100.01, 101) == [100.01]


def test_a_cross_below_needs_a_price_beyond_the_level() -> None:
    assert Play(BELOW).prices(101, 100, 99.99, 99) == [99.99]


def test_one_that_includes_its_level_fires_at_it() -> None:
    at_least = Crosses(Side.ABOVE, includes=True)
    assert Play(at_least).prices(99.99, 100, 100.01) == [100]
    assert Play(at_least).prices(99, 100, 99.5, 100) == [100, 100]
    waiting = Play(at_least, already=Already.WAITS)
    assert waiting.prices(100, 101, 100, 99.99, 100) == [100], "the level itself arms nothing"
    assert Play(Crosses(Side.BELOW, includes=True)).prices(101, 100, 99) == [100]


def test_a_level_is_passed_either_way_and_not_by_a_touch() -> None:
    assert Play(Passes()).prices(99, 100, 99, 100, 101, 100, 99) == [101, 99]
    assert Play(Passes()).prices(101, 100, 101, 90, 110) == [90, 110]


def test_what_was_passed_is_told_again_only_when_the_price_was_away() -> None:
    play = Play(Passes(), rearm=1.0)
    assert play.prices(99, 100.5, 99.5, 100.5, 101, 99.5, 98) == [100.5, 99.5]


def test_it_does_not_fire_again_before_it_was_away() -> None:
    play = Play(ABOVE, rearm=1.0)
    assert play.prices(99, 101, 99.5, 101) == [101]
    assert play.prices(99, 101) == [101]


def test_without_a_distance_it_fires_at_every_crossing() -> None:
    assert Play(ABOVE).prices(99, 101, 100, 101) == [101, 101]


def test_what_is_true_already_fires_at_once_or_waits_for_the_next_cross() -> None:
    assert Play(ABOVE).prices(101, 102) == [101]
    waiting = Play(ABOVE, already=Already.WAITS, rearm=5.0)
    assert waiting.prices(101, 102, 99.9, 100.5) == [100.5], "no rearm before the first firing"


def test_a_touch_is_one_from_either_side() -> None:
    assert Play(Reaches(), rearm=1.0).prices(99, 100, 99) == [100]
    assert Play(Reaches(), rearm=1.0).prices(101, 99.99) == [99.99]


def test_a_jump_over_the_level_is_one_touch_and_so_is_the_way_back() -> None:
    assert Play(Reaches(), rearm=1.0).prices(99, 110, 111, 90) == [110, 90]


def test_a_price_that_hovers_at_the_level_is_told_once() -> None:
    assert Play(Reaches(), rearm=0.5).prices(99, 100, 99.8, 100.2, 99.9, 100.4) == [100]


def test_within_a_percent_counts_from_the_level() -> None:
    near = Reaches(Distance(0.3, is_percent=True))
    assert Play(near, level=200.0).prices(198, 199.39, 199.5, 200.1) == [199.5]


def test_the_third_test_of_the_day_fires_when_it_is_over() -> None:
    third = NthTest(3, Distance(0.25))
    play = Play(third, rearm=0.5)
    assert play.prices(99, 99.8, 99, 100, 99.2) == []
    (fired,) = play.firings([100.1, 100.5, 101])
    assert (fired.price, fired.number) == (101, 3)
    assert play.prices(100, 99, 100, 99) == [], "a fourth and a fifth are not told"


def test_a_jump_over_the_whole_band_is_one_test() -> None:
    assert Play(NthTest(2, Distance(0.25))).prices(99, 101, 99) == [99]


def test_a_test_is_not_one_that_began_before_it_was_watched() -> None:
    assert Play(NthTest(1, Distance(0.25))).prices(100, 101, 100, 99) == [99]


def test_tests_are_counted_anew_every_day() -> None:
    play = Play(NthTest(2, Distance(0.25)))
    assert play.prices(99, 100, 99) == []
    play.at += 86_400
    assert play.prices(99, 100, 99) == []
    assert play.prices(100, 99) == [99]


def test_tests_of_the_morning_can_be_given_along() -> None:
    play = Play(NthTest(3, Distance(0.25)))
    two = State(level=100.0, count=2, day=day_of("America/New_York", OPEN))
    play.machine.add(ALERT, SPX, Trigger(condition=NthTest(3, Distance(0.25))), two)
    assert play.prices(99, 100, 99) == [99]


def volumes(play: Play, *ticks: tuple[float, float, float]) -> list[float]:
    """The seconds after the open at which it fired; ticks are seconds, price, volume of the minute."""
    fired = []
    for seconds, price, volume in ticks:
        fired += play.machine.tick(SPX, OPEN + seconds, price, volume)
    return [each.at - OPEN for each in fired]


def test_a_volume_spike_fires_once_a_bar_while_it_forms() -> None:
    play = Play(Spikes(2.0), level=None, average=50.0)
    ticks = [(1, 9.0, 60.0), (20, 9.0, 100.0), (40, 9.0, 150.0), (61, 9.0, 20.0), (90, 9.0, 130.0)]
    assert volumes(play, *ticks) == [20, 90]


def test_a_bar_of_five_minutes_adds_up_its_minutes() -> None:
    play = Play(Spikes(2.0, 5), level=None, average=100.0)
    ticks = [(30, 9.0, 90.0), (90, 9.0, 90.0), (130, 9.0, 30.0), (299, 9.0, 99.0), (301, 9.0, 99.0)]
    assert volumes(play, *ticks) == [130]


def test_a_spike_at_a_level_needs_both_at_one_tick() -> None:
    play = Play(Spikes(2.0, 1, Distance(0.5)), average=50.0)
    ticks = [(1, 100.0, 10.0), (20, 102.0, 120.0), (40, 98.0, 130.0), (50, 100.4, 140.0)]
    assert volumes(play, *ticks) == [50], "a jump over the level is not near it"


def test_a_move_is_measured_from_the_low_or_the_high_of_the_window() -> None:
    assert Play(Moves(3.0, 3_600), level=None).prices(100, 98, 100.9, 100.94) == [100.94]
    assert Play(Moves(3.0, 3_600, Side.BELOW), level=None).prices(98, 101, 97.98, 97.97) == [97.97]


def test_after_a_move_the_window_begins_anew() -> None:
    assert Play(Moves(1.0, 3_600), level=None).prices(100, 101, 101.9, 102.01) == [101, 102.01]


def test_what_is_older_than_the_window_does_not_count() -> None:
    play = Play(Moves(1.0, 600), level=None)
    play.prices(100)
    play.at += 700
    assert play.prices(101.5, 102) == []


def test_once_is_once() -> None:
    play = Play(Reaches(), repeats=False)
    assert play.prices(99, 100, 101, 99) == [100]
    assert play.state.is_over


def test_nothing_is_told_outside_of_its_hours_but_it_is_counted() -> None:
    early = Play(Reaches(), active=Window(570, 571), already=Already.WAITS)
    fired = early.firings([99, 101, 99, 101, 99])
    assert [(each.price, each.number) for each in fired] == [(101, 1), (99, 2), (101, 3)]
    early.at += 86_400 - 5 * PLAYED
    assert [each.number for each in early.firings([99, 101])] == [1]


def test_a_crossing_outside_of_its_hours_is_not_made_up_for() -> None:
    play = Play(ABOVE, active=Window(570, 571))
    play.prices(99)
    play.at += 3_600
    assert play.prices(99, 101) == []
    play.at += 82_800 - 3 * PLAYED
    assert play.prices(102) == [], "it was above before its hours began"


def test_the_first_look_is_within_its_hours() -> None:
    play = Play(ABOVE, active=Window(600, 660))
    assert play.prices(101, 102) == []
    assert play.state.phase is Phase.NEW
    play.at = OPEN + 1_800
    assert play.prices(103) == [103]


def test_hours_are_those_of_new_york_in_winter_and_in_summer() -> None:
    summer = datetime(2026, 7, 1, 13, 30, tzinfo=UTC).timestamp()
    assert minute_of("America/New_York", OPEN) == minute_of("America/New_York", summer) == 570


def test_a_snoozed_alert_tells_nothing_and_goes_on_afterwards() -> None:
    play = Play(Reaches())
    play.prices(99)
    play.machine.snooze(ALERT, OPEN + 60)
    assert play.prices(101, 102, 103) == []
    assert [each.number for each in play.firings([99])] == [2]


def test_it_is_over_when_it_expires() -> None:
    play = Play(ABOVE, expires_at=OPEN + 2 * PLAYED)
    assert play.prices(99, 99, 101) == []
    assert play.state.is_over


def test_a_level_that_passes_the_price_is_a_crossing() -> None:
    play = Play(BELOW)
    play.prices(101)
    play.machine.relevel(ALERT, 102.0)
    assert play.prices(101) == [101]


def test_another_level_of_the_same_name_is_no_crossing() -> None:
    play = Play(BELOW)
    play.prices(101)
    play.machine.relevel(ALERT, 102.0, afresh=True)
    assert play.prices(101, 103, 101.5) == [101.5]


def test_without_a_level_it_sleeps() -> None:
    play = Play(ABOVE, level=None)
    assert play.prices(99, 101) == []
    play.machine.relevel(ALERT, 100.0)
    assert play.prices(101) == [101]


@pytest.mark.parametrize("price", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_price_is_refused(price: float) -> None:
    play = Play(BELOW)
    play.prices(101)
    before = play.machine.tape(SPX)
    assert play.prices(price) == []
    assert play.machine.refused == 1
    assert play.machine.tape(SPX) == before


def test_a_tick_out_of_order_is_refused_and_one_of_the_same_time_is_not() -> None:
    machine = Play(BELOW).machine
    machine.tick(SPX, OPEN, 101)
    assert machine.tick(SPX, OPEN - 1, 99) == []
    assert machine.refused == 1
    assert [each.price for each in machine.tick(SPX, OPEN, 99)] == [99]


def bars(*rows: tuple[float, float, float, float], start: int = 0) -> Bars:
    """Minutes from the open on: open, high, low, close."""
    columns = np.array(rows, dtype=float).reshape(-1, 4).T
    return Bars(
        symbol=SPX,
        timeframe=Timeframe.M1,
        time=int(OPEN) + 60 * np.arange(start, start + len(rows)),
        open=columns[0],
        high=columns[1],
        low=columns[2],
        close=columns[3],
        volume=np.full(len(rows), 10.0),
        provider=Provider(name="hand"),
    )


def test_minutes_that_were_missed_are_told_as_late() -> None:
    machine = Play(ABOVE).machine
    (fired,) = machine.catch_up(bars((99, 99, 98, 99), (99, 103, 99, 102)))
    assert fired.is_late
    assert (fired.price, fired.at - OPEN) == (103, 90)


def test_a_bar_that_rose_went_to_its_low_first_and_one_that_fell_to_its_high() -> None:
    def prices(close: float) -> list[float]:
        return [price for _, price, _ in path_of(bars((100, 102, 99, close)), Tape())]

    assert prices(101) == [100, 99, 102, 101]
    assert prices(99.5) == [100, 102, 99, 99.5]


def test_of_a_minute_that_was_seen_in_part_only_what_is_new_is_played() -> None:
    play = Play(Reaches(), rearm=0.5)
    assert play.prices(99, 100.5, 99) == [100.5, 99]
    assert play.machine.catch_up(bars((99, 100.5, 99, 99.5))) == []
    again = Play(BELOW)
    again.prices(101, 100.5)
    (fired,) = again.machine.catch_up(bars((101, 101, 98, 100.7)))
    assert (fired.price, fired.at - OPEN) == (98, 30)


def test_minutes_seen_already_are_not_played_again() -> None:
    play = Play(ABOVE)
    play.at += 180
    play.prices(99)
    assert play.machine.catch_up(bars((99, 105, 99, 99), (99, 105, 99, 99))) == []


def test_only_minutes_make_up_for_what_was_missed() -> None:
    hourly = replace(bars((99, 99, 98, 99)), timeframe=Timeframe.H1)
    with pytest.raises(ValueError, match="minutes"):
        Play(ABOVE).machine.catch_up(hourly)
