"""The token bucket, driven by a clock that is set by hand."""

import pytest

from app.core.errors import RateLimited
from app.infra.throttle import Throttle


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_is_allowed_and_the_next_one_is_refused_with_the_seconds_to_wait() -> None:
    throttle = Throttle(3, 10, "questions", clock=Hand())
    for _ in range(3):
        throttle.take("ada")
    with pytest.raises(RateLimited, match="Too many questions") as refused:
        throttle.take("ada")
    assert refused.value.retry_after_seconds == 10


def test_one_comes_back_after_its_time_and_never_more_than_the_burst() -> None:
    hand = Hand()
    throttle = Throttle(2, 10, "questions", clock=hand)
    throttle.take("ada")
    throttle.take("ada")
    hand.at = 10
    throttle.take("ada")
    with pytest.raises(RateLimited):
        throttle.take("ada")
    hand.at = 10_000
    throttle.take("ada")
    throttle.take("ada")
    with pytest.raises(RateLimited):
        throttle.take("ada")


def test_a_refusal_costs_nothing() -> None:
    hand = Hand()
    throttle = Throttle(1, 10, "questions", clock=hand)
    throttle.take("ada")
    for at in (2.0, 4.0, 6.0):
        hand.at = at
        with pytest.raises(RateLimited):
            throttle.take("ada")
    hand.at = 10
    throttle.take("ada")


def test_one_member_does_not_use_up_anothers() -> None:
    throttle = Throttle(1, 10, "questions", clock=Hand())
    throttle.take("ada")
    throttle.take("bob")


def test_looking_whether_one_is_left_takes_none() -> None:
    throttle = Throttle(1, 10, "questions", clock=Hand())
    for _ in range(3):
        throttle.check("ada")
    throttle.take("ada")
    with pytest.raises(RateLimited) as refused:
        throttle.check("ada")
    assert refused.value.retry_after_seconds == 10
