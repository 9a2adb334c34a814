"""Calls that mean the same compare equal."""

from app.agents.spelling import canonical


def test_the_parts_of_a_leg_may_stand_in_any_order() -> None:
    one = [{"kind": "put", "side": "sell", "strike": 95}]
    other = [{"strike": "95.0", "quantity": 1, "side": "sell", "kind": "put"}]

    assert canonical("legs", one) == canonical("legs", other)


def test_another_side_is_another_leg() -> None:
    one = [{"kind": "put", "side": "sell", "strike": 95}]
    other = [{"kind": "put", "side": "buy", "strike": 95}]

    assert canonical("legs", one) != canonical("legs", other)
