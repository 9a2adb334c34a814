"""What is read out of a post from outside, and what is refused with what to change."""

import json
from decimal import Decimal

import pytest

from app.core.errors import InvalidInput, TooLarge
from app.scanner.setups import Direction
from app.scanner.signals import LONGEST, REASON_LENGTH, Sent, Signal, read_signal


def read(given: object) -> Signal:
    return read_signal((given if isinstance(given, str) else json.dumps(given)).encode())


def test_json_in_the_senders_own_words_is_read() -> None:
    found = read(
        {
            "Ticker": "NASDAQ:AAPL",
            "side": "BUY",
            "price": "1,231.50",
            "sl": 1228,
            "take_profit": 1240.25,
            "message": "base\nbroken",
            "id": "x1",
        }
    )
    assert (found.symbol, found.direction, found.setup) == ("AAPL", Direction.LONG, Sent.LONG)
    assert found.prices == {
        "entry": Decimal("1231.5"),
        "stop": Decimal(1228),
        "target": Decimal("1240.25"),
    }
    assert (found.reason, found.key) == ("base broken", "x1")


@pytest.mark.parametrize(
    ("line", "symbol", "direction", "prices"),
    [
        ("buy AAPL at 231.50 stop 228 target 240", "AAPL", "long", "231.5 228 240"),
        ("NASDAQ:TSLA short @ $410.5, SL: 420; TP 380.", "TSLA", "short", "410.5 420 380"),
        ("BINANCE:BTCUSDT long", "BTC/USD", "long", "- - -"),
        ("sell SPY stop at 600", "SPY", "short", "- 600 -"),
        ("short SPY 5m: RSI at 71, stop above the high", "SPY", "short", "- - -"),
        ("sell short AAPL at 231.50", "AAPL", "short", "231.5 - -"),
        ("AAPL sell short: weak", "AAPL", "short", "- - -"),
        ("AAPL sell signal at 231.50", "AAPL", "short", "231.5 - -"),
        ("Buy AAPL 231.5", "AAPL", "long", "231.5 - -"),
        ("Buy AAPL 231.5 stop loss 228, take profit 240", "AAPL", "long", "231.5 228 240"),
        ("AAPL - BUY @231.50", "AAPL", "long", "231.5 - -"),
        ("buy AAPL 100 shares at $231.50", "AAPL", "long", "231.5 - -"),
        ("buy AAPL at 231.50, target price 240, stop at 228", "AAPL", "long", "231.5 228 240"),
        ("buy AAPL 5 min breakout", "AAPL", "long", "- - -"),
        ("buy IT at 400", "IT", "long", "400 - -"),
        ("buy AMD, its gap down is filled", "AMD", "long", "- - -"),
        ("AAPL stop 228 target 240", "AAPL", "long", "- 228 240"),
    ],
)
def test_a_line_of_text_is_read(line: str, symbol: str, direction: str, prices: str) -> None:
    found = read(line)
    assert (found.symbol, found.direction, found.reason) == (symbol, direction, line)
    given = [found.entry, found.stop, found.target]
    assert given == [None if each == "-" else Decimal(each) for each in prices.split()]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("TSLA went up to resistance, short it", "right beside the symbol"),
        ("AAPL not a buy, short it", "right beside the symbol"),
        ("AMD long-term weak, sell", "right beside the symbol"),
        ("NVDA down 3%, buy the dip", "right beside the symbol"),
        ("AAPL not a buy, stop 228 target 240", "right beside the symbol"),
        ("NVDA up 3%", "Say which way"),
        ("AMD long term weak", "`long term` is no direction"),
        ("GME short squeeze", "`short squeeze` is no direction"),
        ("buy AAPL, sell at 240", "says `buy` and `sell`"),
        ("AAPL bullish, short it", "says `bullish` and `short`"),
        ("BUY SELL AAPL", "says `buy` and `sell`"),
        ("buy to cover AAPL", "`to` stands where the symbol"),
        ("BUY TO COVER AAPL", "Send entries only"),
        ("AAPL sell to close", "Send entries only"),
        ("close long AAPL", "Send entries only"),
        ("AAPL exit long", "Send entries only"),
        ("dont buy AAPL", "`dont` stands where the symbol"),
        ("buy it now", "`it` stands where the symbol"),
        ("sell short", "Name the symbol"),
        ("buy AAPL 231.5 breakout", "write `at 231.5`"),
        ("buy AAPL at 231,5", "`entry` is no price"),
        ("buy AAPL s\u2060hort it", "says `buy` and `short`"),
    ],
)
def test_a_line_that_leaves_its_side_or_its_entry_in_doubt_is_refused(line: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(line)
    assert says in refused.value.message


def test_without_a_word_for_it_the_direction_is_where_stop_and_target_lie() -> None:
    assert read({"symbol": "SPY", "stop": 590, "target": 620}).direction is Direction.LONG
    assert read({"symbol": "SPY", "stop": 620, "target": 590}).direction is Direction.SHORT


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "is empty"),
        ("AAPL Crossing 231.50", "Say which way"),
        ('{"symbol": "AAPL", ', "begins like JSON"),
        ('{"symbol": "AAPL", "entry": {{close}}}', "placeholder was not filled in"),
        ('{"symbol": "{{ticker}}", "side": "buy"}', "placeholder of the symbol"),
        ('{"symbol": "%alert_symbol%", "side": "buy"}', "placeholder of the symbol"),
        ('{"symbol": "AAPL", "side": "buy", "stop": NaN}', "NaN"),
        ("[" * 9000, "begins like JSON"),
        ("[1]", "one signal as an object"),
        ({"side": "buy"}, "Name the symbol"),
        ({"symbol": ["AAPL"], "side": "buy"}, "must be text"),
        ({"symbol": "???", "side": "buy"}, "is not a symbol"),
        ({"symbol": "AAPL", "side": "flat"}, "Send entries only"),
        ({"symbol": "AAPL", "side": "buy", "stop": "231,5"}, "`stop` is no price"),
        ({"symbol": "AAPL", "side": "buy", "entry": True}, "`entry` is no price"),
        ({"symbol": "AAPL", "side": "buy", "entry": -5}, "`entry` is no possible price"),
        ('{"symbol": "AAPL", "side": "buy", "entry": 1e999999}', "`entry` is no possible"),
        ('{"symbol": "AAPL", "side": "buy", "volume": 1e9999999999999999999}', "too large"),
        ({"symbol": "AAPL", "direction": "long", "action": "sell"}, "opposite directions"),
        ({"symbol": "AAPL", "side": "buy", "entry": 5, "stop": 6}, "stop lies below"),
        ({"symbol": "AAPL", "side": "sell", "stop": 5, "target": 6}, "stop above"),
        ({"symbol": "AAPL", "side": "buy", "stop": 5, "target": 5}, "stop lies below"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_change(given: object, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(given)
    assert says in refused.value.message


def test_too_much_and_no_text_are_refused() -> None:
    with pytest.raises(TooLarge):
        read_signal(b"x" * (LONGEST + 1))
    with pytest.raises(InvalidInput, match="UTF-8"):
        read_signal(b"\xff\xfe buy AAPL")


def test_half_a_character_is_replaced() -> None:
    found = read('{"symbol": "AAPL", "side": "buy", "reason": "\\ud83d x", "id": "\\ud83d"}')
    assert (found.reason, found.key) == ("? x", "?")


def test_the_senders_words_are_kept_on_one_line_and_short() -> None:
    found = read({"symbol": "AAPL", "side": "buy", "reason": "a\u202e\x00b\n" + "c" * 900})
    assert found.reason.startswith("a b c")
    assert read("buy AAPL, base\u2064 bro\U000e0041ken").reason == "buy AAPL, base broken"
    assert len(found.reason) == REASON_LENGTH
