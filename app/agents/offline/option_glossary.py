"""What words of options mean, where somebody asks just that."""

import re

_ASKS = re.compile(
    r"^(?:so |and |hey |ok )*(?:what(?:'s| is| are| does| do)?|explain|define|meaning of|what is the meaning of) (?:an? )?(?:option(?:s|'s)? )?(?P<term>[a-z/' -]+?)(?: mean| stand for| tell me| measure)?$"
)
_TERMS = {
    "delta": "**Delta** is how much an option's price moves when the underlying moves by a dollar.",
    "gamma": "**Gamma** is how much delta moves when the underlying moves by a dollar.",
    "theta": "**Theta** is what an option loses in a calendar day when nothing else changes.",
    "vega": "**Vega** is how much an option's price moves when volatility moves by a point.",
    "rho": "**Rho** is how much an option's price moves when interest moves by a point.",
    "implied volatility": "**Implied volatility** is the volatility at which the model gives the option's market price.",
    "iv rank": "**IV rank** is where implied volatility stands between the lowest and the highest of its year.",
    "iv percentile": "**IV percentile** is the share of days of the year on which implied volatility was lower.",
    "skew": "**Skew** is how much more volatility a put out of the money carries than a call as far away.",
    "max pain": "**Max pain** is the price at which all open options together would be worth least at expiry.",
    "straddle": "A **straddle** is a call and a put of one strike, both bought or both sold.",
    "strangle": "A **strangle** is a call and a put of different strikes, both bought or both sold.",
    "iron condor": "An **iron condor** sells a put spread below the market and a call spread above it.",
    "covered call": "A **covered call** is a sold call against shares that are held.",
    "collar": "A **collar** is shares with a bought put below and a sold call above them.",
    "jade lizard": "A **jade lizard** is a sold put and a sold call spread, for more credit than the spread is wide.",
    "poor man's covered call": "A **poor man's covered call** is a sold near call against a bought far one, deep in the money.",
    "calendar spread": "A **calendar spread** sells a near option and buys a later one of the same strike.",
}
_ALSO = {
    "iv": "implied volatility",
    "ivr": "iv rank",
    "implied vol": "implied volatility",
    "pmcc": "poor man's covered call",
    "poor mans covered call": "poor man's covered call",
    "calendar": "calendar spread",
}


def option_term(plain: str) -> str:
    """The meaning of the term that is asked about; empty where none is."""
    asked = _ASKS.match(plain)
    if asked is None:
        return ""
    term = asked["term"].strip()
    return _TERMS.get(_ALSO.get(term, term), "")
