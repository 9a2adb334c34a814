import pytest

from app.core.errors import InvalidInput
from app.core.timeframes import Timeframe


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("15 minutes", "15m"),
        ("5-minute", "5m"),
        ("1m", "1m"),
        ("1M", "1mo"),
        ("60m", "1h"),
        ("hourly", "1h"),
        ("4H", "4h"),
        ("D", "1d"),
        ("daily", "1d"),
        ("Weekly", "1w"),
        ("month", "1mo"),
    ],
)
def test_a_timeframe_is_understood_as_people_write_it(said: str, meant: str) -> None:
    assert Timeframe.parse(said) == meant


@pytest.mark.parametrize("said", ["", "7m", "2d", "fortnight", "15", "m15x"])
def test_a_timeframe_there_is_no_bar_for_is_refused_with_those_there_are(said: str) -> None:
    with pytest.raises(InvalidInput, match="1m, 5m, 15m"):
        Timeframe.parse(said)
