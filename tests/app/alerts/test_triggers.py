"""What a trigger may be, and that it and its watch survive being stored."""

import json
import math
from typing import Any
from uuid import UUID

import pytest

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
    usual_rearm,
    usual_width,
)
from app.core.errors import InvalidInput

CONDITIONS: list[Condition] = [
    Crosses(Side.BELOW),
    Crosses(Side.ABOVE, includes=True),
    Passes(),
    Reaches(),
    Reaches(Distance(0.3, is_percent=True)),
    NthTest(3, Distance(1.5)),
    Spikes(2.5),
    Spikes(2.5, 5, Distance(0.1)),
    Moves(3.0, 3_600),
    Moves(0.1, 61, Side.ABOVE),
]


def stored(values: dict[str, Any]) -> dict[str, Any]:
    back: dict[str, Any] = json.loads(json.dumps(values, allow_nan=False))
    return back


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_trigger_of_every_kind_comes_back_from_json_as_it_was(condition: Condition) -> None:
    trigger = Trigger(
        condition=condition,
        rearm=0.1 + 0.2,
        repeats=True,
        already=Already.WAITS,
        zone="UTC",
        active=Window(570, 660),
        expires_at=1_793_629_800.123456,
    )
    assert Trigger.of(stored(trigger.json())) == trigger


def test_a_watch_comes_back_from_json_to_the_last_bit() -> None:
    state = State(
        phase=Phase.RESTING,
        level=0.1 + 0.2,
        average=1 / 3,
        sequence=4,
        day=739_922,
        count=2,
        snoozed_until=1_793_629_800.1,
        bar=1_793_629_800.0,
        buckets=((29_893_830, 1 / 3, 2 / 3),),
    )
    assert State.of(stored(state.json())) == state


@pytest.mark.parametrize("tape", [Tape(), Tape(at=61.5, minute=60.0, low=1.0, high=2.0)])
def test_a_tape_comes_back_from_json_before_its_first_tick_too(tape: Tape) -> None:
    assert Tape.of(stored(tape.json())) == tape


def test_the_same_firing_worked_out_again_has_the_same_id() -> None:
    one = Firing(alert=UUID(int=1), sequence=2, price=5_930.0, at=10.0, number=1)
    again = Firing(alert=UUID(int=1), sequence=2, price=5_931.0, at=60.0, number=1, is_late=True)
    another = Firing(alert=UUID(int=1), sequence=3, price=5_930.0, at=10.0, number=1)
    assert one.id == again.id != another.id


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Distance, (-1.0,)),
        (Distance, (math.nan,)),
        (NthTest, (0, Distance(1.0))),
        (Spikes, (0.0,)),
        (Spikes, (2.0, 7)),
        (Spikes, (2.0, 240)),
        (Moves, (0.0, 3_600)),
        (Moves, (3.0, 59)),
        (Window, (600, 600)),
        (Window, (-1, 600)),
        (Window, (0, 1_500)),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(kind: type, values: tuple[object, ...]) -> None:
    with pytest.raises(InvalidInput):
        kind(*values)


def test_a_distance_to_rearm_is_never_negative() -> None:
    with pytest.raises(InvalidInput):
        Trigger(condition=Reaches(), rearm=-0.01)


def test_a_window_may_span_midnight() -> None:
    night = Window(22 * 60, 4 * 60)
    assert [night.holds(hour * 60) for hour in (21, 22, 0, 3, 4)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_another_level_of_the_same_name_is_looked_at_afresh() -> None:
    armed = State(phase=Phase.BELOW, level=100.0)
    assert armed.at_level(90.0).phase is Phase.BELOW
    assert armed.at_level(90.0, afresh=True).phase is Phase.WAITING
    over = State(phase=Phase.OVER, level=100.0)
    assert over.at_level(90.0, afresh=True).phase is Phase.OVER


def test_the_usual_distances_come_from_the_atr_and_without_one_from_the_price() -> None:
    assert usual_rearm(600.0, 5.0) == 0.5
    assert usual_width(600.0, 5.0) == 0.1
    assert usual_rearm(600.0) == pytest.approx(0.6)
    assert usual_width(600.0, None) == pytest.approx(0.12)
