"""Whose screen it is, by words that only this broker prints; and where no broker's, what it is."""

import re
from collections.abc import Mapping, Sequence

from app.screenshots.headings import Column, Header
from app.screenshots.models import Broker, Shows

_GIVEAWAYS: Mapping[Broker, tuple[str, ...]] = {
    Broker.THINKORSWIM: (
        "thinkorswim", "position statement", "bp effect", "mrk chng", "group symbol by", "activity and positions",
    ),
    Broker.TASTYTRADE: ("tastytrade", "tastyworks", "trd prc", "netliq", "ivr", "bp eff"),
    Broker.INTERACTIVE_BROKERS: (
        "interactive brokers", "interactivebrokers", "ibkr", "financial instrument", "unrlzd p&l", "mkt val",
        "dly p&l", "classic tws", "excess liq", "mktprice",
    ),
    Broker.ROBINHOOD: ("robinhood", "total return", "1 share", "buying power", "average cost", "1 buy", "1 sell"),
    Broker.WEBULL: ("webull", "mkt value/qty", "last/cost", "open p&l", "market value/qty"),
}  # fmt: skip

_SAYS: Sequence[tuple[Shows, str, int]] = (
    (
        Shows.ORDERS,
        r"\b(filled|cancell?ed|expired|order history|working orders|time placed|tif|limit|gtc)\b",
        3,
    ),
    (
        Shows.TICKET,
        r"\b(trade ticket|order ticket|buy \d+ shares|stop loss|risk budget|execution plan|review order|order type"
        r"|time in force|estimated cost|place order)\b",
        2,
    ),
    (
        Shows.DIAGRAM,
        r"\b(break-?even|max profit|max loss|unlimited|strike price|at expiration|payoff|profit|loss)\b",
        3,
    ),
    (Shows.CHAIN, r"\b(calls|puts|strike|bid|ask|open int|implied vol)\b", 4),
)


def broker_of(text: str) -> Broker:
    """The broker with most of its words in `text`; unknown if none or two are equally likely."""
    spelled = re.sub(r"\s*/\s*", "/", text.lower())
    counts = {
        broker: sum(bool(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", spelled)) for each in words)
        for broker, words in _GIVEAWAYS.items()
    }
    best = max(counts, key=lambda broker: counts[broker])
    is_alone = sum(count == counts[best] for count in counts.values()) == 1
    return best if counts[best] and is_alone else Broker.UNKNOWN


def what_it_shows(text: str, headers: Sequence[Header]) -> Shows:
    """What a picture without positions is."""
    spelled = text.lower()
    if any(header.lists_orders for header in headers):
        return Shows.ORDERS
    if any(Column.QUANTITY in header.columns for header in headers):
        return Shows.GREEKS
    for shows, pattern, at_least in _SAYS:
        if len({str(found) for found in re.findall(pattern, spelled)}) >= at_least:
            return shows
    return Shows.TEXT if re.search(r"\w{2}", spelled) else Shows.NOTHING
