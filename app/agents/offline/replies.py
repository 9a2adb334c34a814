"""What the offline coach says in its own words. No digits: figures come from tools only."""

from app.agents.offline.intents import Intent

INTRODUCTION = (
    "I am the offline coach: no language model is connected, so I answer with the tools' own words."
)
ENGLISH_ONLY = "I understand a little {language}, but I answer in English."
NOT_UNDERSTOOD = (
    "I did not understand that. I am the offline coach and know markets only: ask me for key levels, quotes,"
    " indicators, market hours or charts, for example “where is PDH on SPX” or “daily MACD on NVDA”."
)
OFF_TOPIC = "That is outside of what I do. I help with key levels, quotes, indicators, market hours and charts."
REFUSED = (
    "I cannot help with that. Ask me about levels, quotes, indicators, market hours or charts."
)
HELLO = "Hello. Ask me about a symbol: its key levels, a quote, an indicator, a chart, or the market's hours."
THANKS = "You're welcome."
VENTING = (
    "That sounds hard, and I am sorry. A pause costs nothing; the market will be there."
    " When you want to go on, I can lay out levels so that the next plan is calm."
)
FORECAST = "Nobody knows where a price will go, and I do not forecast. What I can say is where it stands among its levels."
ADVICE = "I do not say what to buy or sell. These are the levels a plan could be built on."
NO_REASONS = "I have no news, so I cannot say why. What the tape says:"
ASK_SYMBOL = "Which symbol do you mean? For example SPY, NVDA or BTC."
NO_CHART = "No chart is open in this conversation. Name a symbol and I will draw one: “chart SPY”."
NO_SUCH_LINE = "The chart has no such line."
LEVEL_IS_DRAWN = "The key levels are lines of the chart, {names} among them."
NEAREST_ZOOM = "I zoom to whole sessions; this is the nearest."
WHICH_ZOOM = (
    "I can zoom to today, to the last week, month, quarter, half year or year, to the year so far, or"
    " to all there is."
)
ASK_POSITION = (
    "Which position do you mean? Name its symbol, and of an option call or put, strike and expiry."
)
ASK_ALERT = (
    "When should I tell you? Name a symbol and what must happen, for example “alert me when NVDA loses"
    " VWAP” or “when SPY gets near yesterday's high”. I could not read that as a condition."
)
ONE_ALERT = "One alert at a time: name one symbol, and send a sentence for each of the others."
ALERT_IN_ENGLISH = (
    "I understand a little {language}, but read alerts in English, for example “alert me when NVDA loses"
    " VWAP”."
)
ASK_ALERT_SYMBOL = "An alert on which symbol? Say it together with what must happen."
ALERT_OF_NEWS = (
    "I cannot alert on earnings of one company, or on news; alerts watch prices, levels, indicators, volume"
    " and what you hold, and whether something of it reports: “alert on earnings week for my positions”."
    " Ask me when a company reports, and I look it up."
)
ALERTS_EACH = (
    "An alert watches one symbol, so these are drafts of their own, each armed and told alone."
)
ALERT_OF_TWO = (
    "An alert watches one symbol: it can neither wait for two of them together nor compare them. Ask for"
    " one, for example “alert me when SPY loses VWAP”, and send a sentence for the other."
)
ALERT_OF_FUND = "{name} is watched through the fund {fund}."
ALERT_OF_FUND_PRICE = (
    "Do you mean {name} itself or the fund {fund}? I watch {name} through {fund}, whose price is another"
    " one: say “alert me when {fund} hits” with a price of the fund."
)
ALERT_WHICH_BARS = (
    "A close on which bars? Name them together with the level: “closes below VWAP on the five-minute”, or"
    " “on the hourly”, or “on the daily”."
)
ASK_CHANGE = (
    "Nothing is changed. To change an alert, say one thing to do and which one: “snooze my NVDA alert for"
    " an hour”, “re-arm the SPY alert”, “drop the gold one”. A card shows it, and your click does it."
)
ASK_CHANGE_EXCEPT = (
    "I cannot pick some and leave others out. Nothing is changed: name those that are meant, by symbol, or"
    " use the buttons of the list (“list my alerts”)."
)
ASK_CHANGE_NOW = (
    "Alerts are changed as you click, not at another time, and not chosen by time. Nothing is changed. You"
    " can snooze them until a moment, and quiet hours are in the notification settings."
)
ASK_HOLDING = (
    "I could not read what is to be watched of what you hold. For example: “when my SPX condor is down”"
    " with an amount or a percentage, “when my net delta goes over” with a number, or “when the delta on"
    " my AAPL call drops under” with its strike and a number."
)
ALERT_OF_ACCOUNT = (
    "What your account is worth is not known here, so I cannot watch it. I can watch the open profit and"
    " loss of all you hold (“when my book is down” with an amount), its net Greeks, or one position."
)
ALERT_OF_SPAN = (
    "I cannot watch the result of a day, or of any other span. What I can watch is the open profit and"
    " loss since it was opened: “when my book is down” or “when my NVDA position is up”, with an amount."
)
ALERT_OF_VALUE = (
    "Is that a result, a value or a price? Say what I should watch: what a position has made or lost"
    " (“is up”, “is down” with an amount or a percentage), what it “is worth more than” or “less than”,"
    " or the mark of one contract, named by its strike and side."
)
ALERT_OF_GREEK = (
    "Of a position I can watch delta and theta, of one contract, named by its strike and side, also gamma"
    " and vega, and of all you hold each net Greek."
)
ALERT_OF_DELTA = (
    "The delta of one contract is never greater than one. For all that you hold of it, name the position"
    " without its strike, or say net delta."
)
ASK_SNOOZE = (
    "For how long should it be silent? Say a number of minutes, hours or days, or until when: “until"
    " monday”, “until the open”, “till noon”."
)
ASK_REPLAY = (
    "Which alert do you mean? Name a symbol and a condition, for example “how often would SPY crossing"
    " VWAP have fired this month”."
)
ASK_FORECAST = "Name a symbol and I will show you its levels."

_INSTEAD = {
    Intent.ORDER: "I never trade by myself. I can show you the levels and a chart.",
    Intent.JOURNAL: "I can look up the levels and prices of any past session.",
    Intent.POSITIONS: "I can give you quotes and key levels of what you hold, symbol by symbol.",
    Intent.SCAN: "Ask me to scan for setups, such as breakouts or pullbacks, or name some symbols to"
    " compare.",
    Intent.NEWS: "I can give you the quote, the key levels and the market's hours.",
    Intent.FUNDAMENTALS: "I can give you the quote, the key levels and indicators.",
    Intent.BACKTEST: "I can answer for any past moment: “as of last Tuesday, where was SPX”.",
}


ASK_OPTION = (
    "Name the underlying, and I show its option chain, a contract's Greeks, its volatility, or what a"
    " spread can win and lose: “greeks of the three week at-the-money put on SPY”."
)


def not_yet(intent: Intent) -> str:
    """That something cannot be done yet, and what can; of options, what is missing."""
    if intent is Intent.OPTIONS:
        return ASK_OPTION
    verb = "do" if intent is Intent.BACKTEST else "handle"
    subject = "place or change orders" if intent is Intent.ORDER else f"{verb} {intent}"
    return f"I cannot {subject} yet. {_INSTEAD[intent]}"


GLOSSARY = {
    "PDH": "The **previous day high** is the highest price of the last finished regular session; many watch whether price is accepted above it.",
    "PDL": "The **previous day low** is the lowest price of the last finished regular session.",
    "PDC": "The **previous day close** is where the last regular session ended; a gap is measured from it.",
    "PM": "**Premarket** levels are the high and low traded before the bell, from 04:00 to 09:30 New York.",
    "ON": "**Overnight** levels are the high and low traded between the last close and the next open.",
    "OR": "The **opening range** is the high and low of the first minutes of the regular session.",
    "VWAP": "**VWAP** is the volume-weighted average price since the open: the typical price of each bar weighted by its volume.",
    "PP": "The **pivot point** is the mean of the previous period's high, low and close; resistances R and supports S are spaced from it by the chosen method.",
    "POC": "The **point of control** (POC) is the price at which most volume traded: the middle of the fullest row of the volume profile.",
    "VAH": "The **value area** is the range around the point of control that holds seventy percent of the volume; VAH is its high, VAL its low.",
    "VAL": "The **value area** is the range around the point of control that holds seventy percent of the volume; VAH is its high, VAL its low.",
    "52W": "The **52-week high and low** are the extremes of the last year of daily bars.",
    "rsi": "**RSI** compares the average gain with the average loss of recent bars on a scale from nought to a hundred.",
    "macd": "**MACD** is a fast exponential average minus a slow one; its signal line is an average of that difference.",
    "atr": "**ATR** is the average true range: Wilder's smoothed average of how far price travels per bar, gaps included. It tells how large a distance is.",
    "bb": "**Bollinger bands** lie a number of standard deviations above and below a moving average.",
    "stoch": "The **stochastic** shows where the close lies within the range of recent bars.",
    "adx": "**ADX** measures how strong a trend is, whatever its direction.",
    "obv": "**OBV** adds the volume of rising bars and subtracts that of falling ones.",
    "cci": "**CCI** measures how far the typical price is from its own average, in mean deviations.",
    "mfi": "**MFI** is an RSI weighted by volume.",
    "willr": "**Williams %R** shows where the close lies below the highest high of recent bars.",
    "ema": "An **exponential moving average** weighs recent closes more than old ones.",
    "sma": "A **simple moving average** is the plain mean of the last closes.",
    "fibonacci": "**Fibonacci pivots** space their levels by Fibonacci ratios of the previous range around the pivot point.",
    "camarilla": "**Camarilla pivots** space their levels by fixed fractions of the previous range around the previous close.",
    "woodie": "**Woodie's pivots** give the latest price double weight in the pivot point.",
    "demark": "**DeMark's pivots** weigh high, low and close by whether the period closed above or below its open.",
    "traditional": "**Traditional (floor) pivots** start from the mean of the previous high, low and close.",
    "gap": "A **gap** is the difference between a session's open and the close before it.",
    "support": "A **support** is a price below the market where buying was seen or is expected; a **resistance** is one above it where selling is.",
    "pivot": "A **pivot point** is the mean of the previous period's high, low and close, with resistances above and supports below.",
}


def explained(names: list[str], plain: str) -> str:
    """What the named terms mean; empty if none is known."""
    found = [text for name in names if (text := _entry(name))]
    if not found:
        words = ("pivot", "support", "resistance", "gap", "opening range", "premarket")
        keys = {"resistance": "support", "opening range": "OR", "premarket": "PM"}
        found = [GLOSSARY[keys.get(word, word)] for word in words if word in plain][:1]
    return " ".join(dict.fromkeys(found))


def _entry(name: str) -> str:
    for key in sorted(GLOSSARY, key=len, reverse=True):
        if name == key or (key not in ("gap", "support", "pivot") and name.startswith(key)):
            return GLOSSARY[key]
    if name[:1] in "RS" and name[1:].isdigit():
        return GLOSSARY["PP"]
    return GLOSSARY.get(name[:3].lower(), "") if name[:3] in ("SMA", "EMA") else ""
