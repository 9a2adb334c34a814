"""Level names as they are typed."""

import pytest

from app.core.errors import InvalidInput
from app.levels.models import Period
from app.levels.names import LEVEL_NAMES, parse_level_names, period_of


@pytest.mark.parametrize("name", LEVEL_NAMES)
def test_a_name_spells_itself_in_any_case(name: str) -> None:
    assert parse_level_names(name) == (name,)
    assert parse_level_names(name.lower()) == (name,)


@pytest.mark.parametrize(
    ("spelled", "names"),
    [
        ("premarket", ("PMH", "PML")),
        ("pre-market high", ("PMH",)),
        ("prior day high", ("PDH",)),
        ("yesterday's low", ("PDL",)),
        ("previous close", ("PDC",)),
        ("last week's high", ("PWH",)),
        ("or 30", ("OR30H", "OR30L")),
        ("50 sma", ("SMA50",)),
        ("200-day", ("SMA200",)),
        ("52 week high", ("52WH",)),
        ("vwap −1", ("VWAP-1",)),
        ("pivot point", ("PP",)),
        ("supports", ("S1", "S2", "S3")),
        ("point of control", ("POC",)),
        ("value area", ("VAH", "VAL")),
        ("volume profile", ("POC", "VAH", "VAL")),
        ("50 week ema", ("EMA50W",)),
        ("200-week", ("EMA200W",)),
    ],
)
def test_a_spoken_name_is_understood(spelled: str, names: tuple[str, ...]) -> None:
    assert parse_level_names(spelled) == names


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"golden pocket.*PDH.*52WL"):
        parse_level_names("golden pocket")


def test_a_premarket_high_and_a_previous_months_high_are_two_names() -> None:
    assert parse_level_names("pmh") == ("PMH",)
    assert parse_level_names("pmoh") == ("PMoH",)
    assert (period_of("PMH"), period_of("PMoH")) == (Period.DAY, Period.MONTH)
    assert period_of("VWAP") is None
    assert period_of("POC") is None
