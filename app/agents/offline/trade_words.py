"""Recognises trades that a member tells: "add two apr 130 calls in DIS at 3.20", "close one of them".

Decided: they are read before sums, contracts and prices, because all of those look like parts of one;
what is left over of the sentence is its symbol. Only what was done or is to be written down is a trade:
"buy 100 aapl" is an order, which we do not take.
"""

import re

from app.agents.offline.mentions import Canvas, Kind, Mention

_LEAD = (
    r"^\W*(?:(?:ok|okay|so|and|also|please|hey|coach|today|yesterday|just|then|now|can you|could you"
    r"|i've|ive|i have|i|we've|we|this morning)\b[ ,]*)*"
)
_COUNTS = {
    "a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "fifteen": "15",
    "twenty": "20", "thirty": "30", "fifty": "50", "a hundred": "100", "a thousand": "1000",
}  # fmt: skip
_SPELLED = "|".join(sorted(_COUNTS, key=len, reverse=True))
_QUANTITY = rf"(?P<quantity>\d[\d,]*(?:\.\d+)?k?|\.\d+|(?:{_SPELLED})\b)"
_OF = r"(?: (?:more|shares?|contracts?|coins|units?|lots?|of)\b)*"
_TRADE = re.compile(
    rf"{_LEAD}(?:(?P<buy>bought|buying|added|add|picked up|own|hold)|(?P<sell>sold|shorted|wrote))"
    rf"(?: (?:another|back|me|to (?:open|close)))* (?:\$)?{_QUANTITY}{_OF}(?= )(?! (?:and|or|to|on)\b)"
)
_CORRECT = re.compile(
    rf"{_LEAD}(?:(?:no|well|wait)[ ,]+)?(?:i )?(?:actually|really|in fact)[ ,]+(?:i )?(?:hold|have|own|got) {_QUANTITY}{_OF}(?= )"
    rf"|{_LEAD}(?:correct|fix) (?:my|the) .*?\bto {_QUANTITY.replace('quantity', 'fixed')}{_OF}(?= |$)"
)
_CLOSE = re.compile(
    rf"{_LEAD}(?:closed?(?: out)?|exited|got out of|sold out of|covered|bought back) "
    rf"(?:{_QUANTITY}(?: more| of)*(?: (?:the|my|them|those|these|it))?|(?:all(?: of)? )?(?:my|the|it|them|both|that|this|those|these)|all|everything)\b"
)
_NOT_A_TRADE = re.compile(
    r"\b(?:charts?|panel|window|tab|market|sma|ema|mas?|days?|averages?|pivots?|vwap|lines?|levels?|marks?"
    r"|minutes?|rsi|macd|gap|alerts?|price|candles?|indicators?|sectors?|stop|journal|account)\b"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_EXPIRY = (
    rf"(?:{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?(?![\d.]))?(?:,? \d{{4}}(?![\d.]))?"
    rf"|\d{{1,2}} {_MONTH}|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{4}}-\d{{2}}-\d{{2}})"
)
_CONTRACT = re.compile(
    rf"(?:\b(?P<before>{_EXPIRY}) )?\$?\b(?P<strike>\d+(?:\.\d+)?) ?(?:strike )?(?P<right>calls?|puts?|c|p)\b"
    rf"(?: (?:expiring |exp |for )?(?P<after>{_EXPIRY})\b)?"
)
_RIGHT = re.compile(r"\b(?P<right>calls?|puts?)\b")
_STRUCTURE = re.compile(
    r"\b(?:(?:long|short|bull|bear|call|put|credit|debit|calendar|diagonal|ratio|box|jade|covered|protective|iron|broken[ -]wing|vertical|synthetic|risk) )*"
    r"(?:condors?|butterfl(?:y|ies)|fly|strangles?|straddles?|spreads?|verticals?|calendars?|diagonals?|collars?|lizards?|backspreads?|covered (?:calls?|puts?)|protective puts?|risk reversals?)\b"
)
_PRICE = re.compile(
    r"(?:\b(?:at|for)|@) ?(?P<sign>[-−]?)\$?(?P<price>\d[\d,]*(?:\.\d+)?|\.\d+)(?: (?:each|apiece|a share|per share))?(?![\w%/]|[.,]\d)"
)


def recognise_trades(canvas: Canvas) -> None:
    """Claim the verb with its quantity, the contract and the price of a trade that is told."""
    low = canvas.low
    if _NOT_A_TRADE.search(low) or low.rstrip().endswith("?"):
        return
    for action, shape in (("correct", _CORRECT), ("close", _CLOSE), ("", _TRADE)):
        found = shape.match(low)
        if found is None:
            continue
        named = found.groupdict()
        spoken = action or ("buy" if named.get("buy") else "sell")
        quantity = _plain(named.get("quantity") or named.get("fixed") or "")
        values = [f"action={spoken}", *([f"quantity={quantity}"] if quantity else [])]
        canvas.claim(Mention(Kind.TRADE, *found.span(), values=tuple(values)))
        _claim_rest(canvas, found.end())
        return


def _claim_rest(canvas: Canvas, start: int) -> None:
    """The contract or the structure, and the price, behind the verb and its quantity."""
    structure = _STRUCTURE.search(canvas.low, start)
    if structure and canvas.is_free(*structure.span()):
        name = f"structure={structure[0]}"
        canvas.claim(Mention(Kind.TRADE, *structure.span(), values=(name,)))
    for match in _CONTRACT.finditer(canvas.low, start):
        named = match.groupdict()
        right = "call" if named["right"].startswith("c") else "put"
        values = [f"right={right}", f"strike={named['strike']}"]
        if expiry := named["before"] or named["after"]:
            values.append(f"expiry={expiry}")
        canvas.claim(Mention(Kind.TRADE, *match.span(), values=tuple(values)))
    if not any(each.startswith("right=") for m in canvas.mentions for each in m.values):
        for match in _RIGHT.finditer(canvas.low, start):
            if not canvas.is_free(*match.span()):
                continue
            right = "call" if match["right"].startswith("c") else "put"
            canvas.claim(Mention(Kind.TRADE, *match.span(), values=(f"right={right}",)))
            break
    _claim_price(canvas, start)


def _claim_price(canvas: Canvas, start: int) -> None:
    for match in _PRICE.finditer(canvas.low, start):
        if not canvas.is_free(*match.span()):
            continue
        price = (match["sign"] + match["price"]).replace(",", "").replace("−", "-")
        canvas.claim(Mention(Kind.TRADE, *match.span(), values=(f"price={price}",)))
        break


def _plain(quantity: str) -> str:
    spelled = _COUNTS.get(quantity, quantity).replace(",", "")
    return f"{spelled[:-1]}000" if spelled.endswith("k") and "." not in spelled else spelled
