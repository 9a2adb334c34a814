"""Lists of words that several recognisers share."""

_TOO_COMMON = """
a i it on so or are be am an can for he has out see you all now at go by do is to in of we me my
us no if up as any one two ten big new old per via yes not but may the and was his her its own
off low high open real fun run play just like well next last back down time day key cash post
life love nice safe true free main bit coach data work eat app team tap gap spider how who what
when where why did does will with from this that then than them they have had ok
"""
NEVER_LOWER = frozenset(_TOO_COMMON.split())
"""Words too common to be a ticker unless they are written in capitals."""

_FIELD = """
pdh pdl pdc pmh pml onh onl pp vwap atr rsi macd ema sma adx obv bb bbs ma dma hod lod ohlc orb
or ib etf ipo ceo et est edt pt ct utc gmt usa us usd eur am pm eod ytd p&l pnl iv oi otm itm
atm dte lol omg wtf fyi asap btw imo tldr ai api llm id ok eps pe roi cpi fomc gdp fed sec nyse
opex fomc fed witching nfp ppi pce ism pmi yield yields treasury treasuries earnings reports sectors rotation nasdaq amex faq url json sql html ta hi sd ny nyc high low open close last quote chart price
poc vpoc vah
levels level up down today bid ask stoch key bbands bband dmas smas emas vwaps atrs macds
"""
TERMS = frozenset(_FIELD.split())
"""Capitals that are words of the field, never tickers unless the directory knows them."""

_TRADED = """
apple amazon oracle gold silver visa oil nasdaq nas russell wells shell chase citi meta ether
ripple avalanche dow brazil china japan crude vertex southwest coke dia ba coin dis gm hd hood
ms sol ups mo ci cat snow snap shop plug pins spiders arkk riot mid elon ford nat gas lucid
warner conoco
"""
TRADED_WORDS = frozenset(_TRADED.split())
"""Everyday words that a trader who writes to a trading coach means as a symbol all the same."""

VERBS = frozenset(
    [
        "chase",
        "target",
        "snap",
        "shop",
        "plug",
        "block",
        "play",
        "run",
        "gap",
        "spot",
        "link",
        "dash",
        "zoom",
    ]
)
"""Names that are verbs as well, and mean what they say behind "don't" or "to"."""

_CUES = """
levels level support supports resistance resistances pivot pivots pivot's key quote price prices
last chart charts graph candles indicators indicator technicals rsi macd stochastic stochastics
bollinger bands average averages moving volume volatility range high low highs lows close closed
closes opening open opened gap gapped market markets holiday holidays premarket overnight
afterhours previous yesterday yesterday's tomorrow today monday tuesday wednesday thursday
friday saturday sunday weekly daily monthly hourly minute minutes weekend thanksgiving christmas
compare versus stronger weaker fibonacci camarilla woodie demark traditional vwap above below
between trading session overbought oversold momentum trend trending change percent finish finished
started before after nearest bitcoin crypto calculate position positions portfolio journal alert
alerts options option order orders earnings please thanks hello what where when which should
would afternoon morning without
"""
CUES = frozenset(_CUES.split())
"""Words the grammar looks for; slips of the finger are brought back to them."""

_SURE = """
any under over far away near from weekly daily please there good morning hi hey
"""
SURE = frozenset(_SURE.split())
"""Words beside which a doubtful ticker is still read as one."""
