"""Saved charts that are dropped into the chat again."""

import json

import pytest

from app.chat.pictures import saved_chart


@pytest.mark.parametrize(
    ("symbol", "moment"), [("SPY", "20 Nov 2026, 13:45 ET"), ("BTC/USD", "20 Nov 2026, 18:45 UTC")]
)
def test_a_dropped_picture_is_named_by_the_clock_of_its_market(symbol: str, moment: str) -> None:
    text = {
        "version": 1,
        "chart": {"symbol": symbol, "timeframe": "5m"},
        "lines": [],
        "as_of": "2026-11-20T18:45:00Z",
    }
    found = saved_chart(json.dumps(text))
    assert found is not None
    assert found.question.endswith(f"from my picture of {moment}")
