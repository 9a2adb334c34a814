"""All ways of asking give the same bits: whole panels, single symbols, bar by bar, tick by tick."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.timeframes import Timeframe
from app.formula.evaluating import fires, values, verdicts
from app.formula.formula import Formula, parse, parse_value
from app.formula.live import Live
from app.formula.panel import Panel
from app.formula.running import Run
from app.market.models import Floats
from tests.app.formula.markets import (
    FIELDS,
    column,
    days_before,
    minutes_of,
    row_of,
    walk,
    with_holes,
)
from tests.app.formula.phrases import conditions, prices

COLUMNS = 3
DAYS = walk(days_before(date(2026, 10, 28), 40), COLUMNS, 2, Timeframe.D1)
QUARTERS = walk(minutes_of(6, 15), COLUMNS, 3, Timeframe.M15)
BASE = walk(minutes_of(6, 5, extended=True)[:700], COLUMNS, 1, Timeframe.M5)
PANELS = {panel.timeframe: panel for panel in (BASE, QUARTERS, DAYS)}

often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def outside(formula: Formula, panel: Panel, seed: int = 5) -> Mapping[str, Floats]:
    """Values for everything that others give, some of it unknown at times."""
    random = np.random.default_rng(seed)
    return {
        key: np.where(
            random.random(panel.shape) < 0.1, np.nan, 50 + random.normal(0, 4, panel.shape)
        )
        for key in formula.needs.keys
    }


def row_given(given: Mapping[str, Floats], number: int) -> Mapping[str, Floats]:
    return {key: matrix[number] for key, matrix in given.items()}


@often
@given(conditions())
def test_a_formula_reads_back_from_its_canonical_text(text: str) -> None:
    formula = parse(text)
    again = parse(str(formula))
    assert again == formula
    assert str(again) == str(formula)
    assert formula.in_words() == again.in_words()


@often
@example("price < vwap", 0)
@given(conditions(), st.integers(0, 650))
def test_bar_by_bar_is_what_the_whole_panel_says(text: str, split: int) -> None:
    formula = parse(text).on(Timeframe.M5)
    given_values = outside(formula, BASE)
    whole = verdicts(formula, list(PANELS.values()), given_values)
    history = [
        PANELS[frame].rows(0, int((PANELS[frame].ends <= _end(split)).sum()))
        for frame in (Timeframe.M15, Timeframe.D1)
    ]
    live = Live(
        formula,
        [BASE.rows(0, split), *history],
        {key: matrix[:split] for key, matrix in given_values.items()},
    )
    seen = {panel.timeframe: len(panel.time) for panel in history}
    for number in range(split, min(split + 40, len(BASE.time))):
        _finish_others(live, number, seen)
        wrong = row_of(BASE, max(0, number - 7))
        live.peek(wrong, row_given(given_values, max(0, number - 7)))
        row, now_given = row_of(BASE, number), row_given(given_values, number)
        peeked, closed = live.peek(row, now_given), live.close(row, now_given)
        for now in (peeked, closed):
            np.testing.assert_array_equal(now.is_true, whole.is_true[number])
            np.testing.assert_array_equal(now.is_false, whole.is_false[number])


@often
@given(prices(), st.integers(0, 650))
def test_values_are_the_same_to_the_last_bit(text: str, split: int) -> None:
    formula = parse_value(f"abs({text})").on(Timeframe.M5)
    if not formula.needs.bars or text.isdigit():
        return
    given_values = outside(formula, BASE)
    whole = values(formula, list(PANELS.values()), given_values)
    history = [
        PANELS[frame].rows(0, int((PANELS[frame].ends <= _end(split)).sum()))
        for frame in (Timeframe.M15, Timeframe.D1)
    ]
    past = {key: matrix[:split] for key, matrix in given_values.items()}
    live = Live(formula, [BASE.rows(0, split), *history], past)
    seen = {panel.timeframe: len(panel.time) for panel in history}
    for number in range(split, min(split + 40, len(BASE.time))):
        _finish_others(live, number, seen)
        now = live.close(row_of(BASE, number), row_given(given_values, number))
        np.testing.assert_array_equal(now.value, whole[number])


@often
@given(conditions(), st.integers(1, 64))
def test_neither_the_stretch_nor_the_neighbours_change_a_result(text: str, stretch: int) -> None:
    formula = parse(text).on(Timeframe.M5)
    given_values = outside(formula, BASE)
    whole = verdicts(formula, list(PANELS.values()), given_values)
    run = Run(formula, list(PANELS.values()), given_values, wants=(True, False))
    is_true, is_false = run.over(stretch)
    np.testing.assert_array_equal(is_true, whole.is_true)
    np.testing.assert_array_equal(is_false, whole.is_false)
    alone = verdicts(
        formula,
        [column(panel, 1) for panel in PANELS.values()],
        {key: matrix[:, 1:2] for key, matrix in given_values.items()},
    )
    np.testing.assert_array_equal(alone.is_true[:, 0], whole.is_true[:, 1])
    np.testing.assert_array_equal(alone.is_false[:, 0], whole.is_false[:, 1])


@often
@example("price tested sma(20, 1d) 1 times and price tested sma(20, 1d) 1 times for 1 bars", 0)
@example("(not (price tested 52 1 times within 0.1%)) for 2 bars", 0)
@given(conditions(), st.integers(0, 2))
def test_a_symbol_with_missing_bars_is_as_if_it_were_alone(text: str, number: int) -> None:
    formula = parse(text).on(Timeframe.M5)
    holed = {frame: with_holes(panel, 11) for frame, panel in PANELS.items()}
    base = holed[Timeframe.M5]
    given_values = outside(formula, base)
    whole = verdicts(formula, list(holed.values()), given_values)
    there = ~np.isnan(base.close[:, number])
    alone = verdicts(
        formula,
        [column(panel, number) for panel in holed.values()],
        {key: matrix[there, number : number + 1] for key, matrix in given_values.items()},
    )
    np.testing.assert_array_equal(whole.is_true[there, number], alone.is_true[:, 0])
    np.testing.assert_array_equal(whole.is_false[there, number], alone.is_false[:, 0])
    assert whole.is_unknown[~there, number].all()


@often
@given(conditions(), st.integers(20, 650))
def test_missing_bars_of_the_past_do_not_disturb_the_live_ones(text: str, split: int) -> None:
    formula = parse(text).on(Timeframe.M5)
    there = np.arange(len(BASE.time))[:, None] >= split
    holed = with_holes(BASE, 11)
    fields = {name: np.where(there, getattr(BASE, name), getattr(holed, name)) for name in FIELDS}
    base = replace(BASE, **fields)
    given_values = outside(formula, base)
    whole = verdicts(formula, [base, QUARTERS, DAYS], given_values)
    history = [
        PANELS[frame].rows(0, int((PANELS[frame].ends <= _end(split)).sum()))
        for frame in (Timeframe.M15, Timeframe.D1)
    ]
    past = {key: matrix[:split] for key, matrix in given_values.items()}
    live = Live(formula, [base.rows(0, split), *history], past)
    seen = {panel.timeframe: len(panel.time) for panel in history}
    for number in range(split, min(split + 30, len(base.time))):
        _finish_others(live, number, seen)
        now = live.close(row_of(base, number), row_given(given_values, number))
        np.testing.assert_array_equal(now.is_true, whole.is_true[number])
        np.testing.assert_array_equal(now.is_false, whole.is_false[number])


@often
@example("(pdh + 0.5%)[2]", 1)
@given(prices(), st.integers(1, 9))
def test_the_last_bars_alone_say_what_the_whole_history_says(text: str, last: int) -> None:
    formula = parse_value(f"abs({text})").on(Timeframe.M5)
    for panels in (PANELS, {frame: with_holes(panel, 11) for frame, panel in PANELS.items()}):
        base = panels[Timeframe.M5]
        given_values = outside(formula, base)
        whole = values(formula, list(panels.values()), given_values)
        end = values(formula, list(panels.values()), given_values, last=last)
        np.testing.assert_allclose(end, whole[-last:], rtol=1e-7)


@often
@given(conditions())
def test_a_condition_is_never_true_and_false(text: str) -> None:
    formula = parse(text).on(Timeframe.M5)
    given_values = outside(formula, BASE)
    found = verdicts(formula, list(PANELS.values()), given_values)
    assert not (found.is_true & found.is_false).any()
    np.testing.assert_array_equal(
        fires(formula, list(PANELS.values()), given_values), found.is_true
    )


def test_formulas_by_chance_are_worth_testing() -> None:
    """They come out true here and false there, and are not all unknown."""
    from hypothesis import find

    def is_mixed(text: str) -> bool:
        formula = parse(text).on(Timeframe.M5)
        found = verdicts(formula, list(PANELS.values()), outside(formula, BASE))
        return bool(found.is_true.any() and found.is_false.any())

    assert is_mixed(find(conditions(), is_mixed))


def test_a_symbol_without_a_bar_is_not_stepped() -> None:
    live = Live(parse("close > open").on(Timeframe.M5), [BASE])
    with pytest.raises(ValueError, match="without a bar"):
        live.close(row_of(with_holes(BASE, 1), 0))


def _end(split: int) -> int:
    """When the history before a row of the base is over."""
    return int(BASE.ends[split - 1]) if split else int(BASE.time[0])


def _finish_others(live: Live, number: int, seen: dict[Timeframe, int]) -> None:
    """Tell of bars of other timeframes that are finished when this row's bar is."""
    for frame in live.timeframes:
        panel = PANELS[frame]
        while seen[frame] < len(panel.time) and panel.ends[seen[frame]] <= BASE.ends[number]:
            live.finish(frame, row_of(panel, seen[frame]))
            seen[frame] += 1
