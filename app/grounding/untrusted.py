"""Text that comes from elsewhere: a page, a CSV, a lesson, a broker's note.

Decided: it reaches a model only between delimiters it cannot forge, and it yields quotations, never
figures. What an answer quotes from it word for word is left alone; a number taken out of it without
quotation marks is a claim like any other, and no figure will support it.
"""

import re
from html import escape, unescape

_TAG = re.compile(r"<(?=\s*/?\s*untrusted)", re.IGNORECASE)
_WRAPPED = re.compile(r'<untrusted source="[^"]*">\n(.*?)\n</untrusted>', re.DOTALL)
_SPACE = re.compile(r"\s+")


def untrusted(source: str, text: str) -> str:
    """`text` between delimiters, for a model; a delimiter inside it is written `&lt;`.

    Braces become round brackets: text from elsewhere cannot point at figures.
    """
    safe = _TAG.sub("&lt;", text).replace("{", "(").replace("}", ")")
    return f'<untrusted source="{escape(source)}">\n{safe}\n</untrusted>'


def quotable(text: str) -> list[str]:
    """Every untrusted passage inside a tool's answer, spaces folded, to compare quotations with."""
    return [folded(unescape(passage)) for passage in _WRAPPED.findall(text)]


def folded(text: str) -> str:
    """`text` in lower case with single spaces."""
    return _SPACE.sub(" ", text).strip().casefold()
