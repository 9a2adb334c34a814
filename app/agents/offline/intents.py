"""What a clause may want."""

from enum import StrEnum


class Intent(StrEnum):
    """What is wanted. Those before FORECAST are tools; the rest is answered without calling any."""

    LEVELS = "get_key_levels"
    QUOTE = "get_quote"
    INDICATORS = "get_indicators"
    STATUS = "get_market_status"
    CHART = "show_chart"
    CALCULATE = "calculate"
    DESCRIBE = "describe_coach"
    ROTATION = "get_sector_rotation"
    CALENDAR = "get_calendar"
    RATES = "get_rates"
    BOOK = "list_positions"
    RISK = "get_portfolio_greeks"
    DRAFT = "draft_position_change"
    FORECAST = "forecast"
    ADVICE = "advice"
    EXPLAIN = "explain"
    HELLO = "hello"
    THANKS = "thanks"
    VENTING = "venting"
    REFUSED = "refused"
    OFF_TOPIC = "off topic"
    ALERT = "alerts"
    ORDER = "orders"
    JOURNAL = "a trading journal"
    POSITIONS = "account balances and watch lists"
    OPTIONS = "options"
    SCAN = "rankings of stocks"
    NEWS = "news"
    FUNDAMENTALS = "company fundamentals"
    BACKTEST = "backtests"
    NONE = ""


TOOLS = frozenset(list(Intent)[: list(Intent).index(Intent.FORECAST)])
HELD = frozenset({Intent.BOOK, Intent.RISK, Intent.DRAFT})
"""About what the member holds."""
UNBUILT = frozenset(list(Intent)[list(Intent).index(Intent.ORDER) : -1])
