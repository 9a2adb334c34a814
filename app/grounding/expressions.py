"""Arithmetic over figures: what stands between the braces of a reference.

    (a1-a3)/a7 : ATR, 2          expression : unit, decimals - unit and decimals may be left out

Decided: units are checked like types, so that a wrong sum is refused instead of shown.

- Sums need one unit, and prices one entity: SPX − SPY is refused, SPX / SPY is a ratio.
- price / price is a ratio; price / ATR (a figure of path `atr`, same entity) is a number of ATRs.
- A quantity of shares, coins or counts times a price is money; a ratio scales anything.
- A percentage is never silently a factor: `a5/100` is its ratio, and a ratio times 100, or shown
  `: %`, is a percentage.
- A typed number is a factor out of `FACTORS`, or was written by the member; then it may also be
  added, and takes the unit of what it is added to. Nothing else can be smuggled in.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext

from app.core.errors import InvalidInput
from app.core.figures import Figure, Unit, format_decimal, written_unit

FACTORS = frozenset(map(Decimal, ("0.5", "1", "2", "3", "4", "5", "10", "100", "1000")))
PRICES = frozenset({Unit.USD, Unit.POINTS})
_COUNTED = frozenset({Unit.SHARES, Unit.COINS, Unit.CONTRACTS, Unit.COUNT})
_LONGEST = 300
_PRECISION = 34

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?%?)|(?P<function>min|max|abs)\b|(?P<id>[a-z]{1,3}\d{1,4})\b"
    r"|(?P<sign>[-+*/(),]))"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PLAIN_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/"})
_SPELLED = {
    **{str(unit).lower(): unit for unit in Unit},
    "$": Unit.USD,
    "dollars": Unit.USD,
    "pts": Unit.POINTS,
    "point": Unit.POINTS,
    "percent": Unit.PERCENT,
    "pct": Unit.PERCENT,
    "atrs": Unit.ATR,
    "sigma": Unit.SIGMA,
    "sd": Unit.SIGMA,
    "x": Unit.COUNT,
    "times": Unit.COUNT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A value under way. `unit` None is a plain number; `is_said` one that the member wrote.

    `is_hundredfold` remembers a factor of 100 until it turns a ratio into a percentage.
    """

    value: Decimal
    unit: Unit | None = None
    entity: str = ""
    decimals: int = 0
    is_atr: bool = False
    is_said: bool = False
    is_hundredfold: bool = False
    figures: tuple[str, ...] = ()

    @property
    def is_price(self) -> bool:
        return self.unit in PRICES

    @property
    def is_scalar(self) -> bool:
        return self.unit is None or self.unit is Unit.RATIO


@dataclass(frozen=True, slots=True)
class Computed:
    """The result: exact, with the unit and decimals it is shown with, and what it came from."""

    value: Decimal
    unit: Unit
    decimals: int
    entity: str
    figures: tuple[str, ...]

    @property
    def text(self) -> str:
        rounded = self.value.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)
        return format_decimal(rounded) + written_unit(self.unit)


Find = Callable[[str], Figure | None]


def compute(content: str, find: Find, *, said: Collection[Decimal] = ()) -> Computed:
    """Evaluate `expression : unit, decimals`; `InvalidInput` says what to write instead."""
    expression, unit, decimals = _split(content)
    return evaluate(expression, find, unit=unit, decimals=decimals, said=said)


def evaluate(
    expression: str,
    find: Find,
    *,
    unit: str = "",
    decimals: int | None = None,
    said: Collection[Decimal] = (),
) -> Computed:
    """The value of `expression`, shown as `unit` where given; `InvalidInput` if it makes no sense."""
    if decimals is not None and not 0 <= decimals <= 8:
        raise InvalidInput("Decimals go from 0 to 8.")
    try:
        with localcontext(prec=_PRECISION):
            result = _shown_as(_Parser(expression, find, said).result(), _unit(unit))
            places = result.decimals if decimals is None else decimals
            result.value.quantize(Decimal(1).scaleb(-places))
    except ZeroDivisionError as error:
        raise InvalidInput(f"`{expression}` divides by zero.") from error
    except DecimalException as error:
        raise InvalidInput(f"`{expression}` is too large to be shown.") from error
    shown = result.unit or Unit.RATIO
    return Computed(result.value, shown, places, result.entity, result.figures)


def _split(content: str) -> tuple[str, str, int | None]:
    expression, _, shown = content.partition(":")
    unit, _, places = (part.strip() for part in shown.partition(","))
    if unit.isdigit() and not places:
        unit, places = "", unit
    if places and not places.isdigit():
        raise InvalidInput(f"`{places}` is no number of decimals.")
    return expression.strip(), unit, int(places) if places else None


def _unit(spelled: str) -> Unit | None:
    if not spelled:
        return None
    found = _SPELLED.get(spelled.lower())
    if found is None:
        raise InvalidInput(
            f"`{spelled[:20]}` is no unit. Units: {', '.join(str(unit) for unit in Unit)}."
        )
    return found


def _shown_as(result: Quantity, unit: Unit | None) -> Quantity:
    if unit is None or unit is result.unit:
        return result
    if result.unit is Unit.RATIO and unit is Unit.PERCENT:
        return replace(result, value=result.value * 100, unit=unit)
    if (
        (result.unit is None and result.is_said)
        or (result.unit is Unit.RATIO and (unit is Unit.COUNT or result.is_said))
        or (result.is_price and unit in PRICES)
    ):
        return replace(result, unit=unit)
    raise InvalidInput(f"This comes out in {result.unit or 'plain numbers'}, not in {unit}.")


class _Parser:
    """Recursive descent: sum → product → signed → atom."""

    def __init__(self, expression: str, find: Find, said: Collection[Decimal]) -> None:
        if len(expression) > _LONGEST:
            raise InvalidInput(f"An expression has at most {_LONGEST} characters.")
        self._tokens = _tokens(expression)
        self._at = 0
        self._find = find
        self._said = said

    def result(self) -> Quantity:
        value = self._sum()
        if self._at < len(self._tokens):
            raise InvalidInput(f"`{self._tokens[self._at][1]}` is not expected there.")
        if not value.figures and not value.is_said:
            raise InvalidInput("An expression needs a figure or a number of the member.")
        return value

    def _take(self, *signs: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at][1] in signs:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return None

    def _expect(self, sign: str) -> None:
        if self._take(sign) is None:
            raise InvalidInput(f"A `{sign}` is missing.")

    def _sum(self) -> Quantity:
        left = self._product()
        while sign := self._take("+", "-"):
            right = self._product()
            left = _added(left, right if sign == "+" else replace(right, value=-right.value))
        return left

    def _product(self) -> Quantity:
        left = self._signed()
        while sign := self._take("*", "/"):
            right = self._signed()
            left = _multiplied(left, right) if sign == "*" else _divided(left, right)
        return left

    def _signed(self) -> Quantity:
        if self._take("-"):
            value = self._signed()
            return replace(value, value=-value.value)
        return self._atom()

    def _atom(self) -> Quantity:
        if self._take("("):
            value = self._sum()
            self._expect(")")
            return value
        if self._at >= len(self._tokens):
            raise InvalidInput("The expression ends too early.")
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return self._literal(text)
        if kind == "function":
            return self._function(text)
        if kind == "id":
            return self._figure(text)
        raise InvalidInput(f"`{text}` is not expected there.")

    def _literal(self, text: str) -> Quantity:
        value = Decimal(text.rstrip("%"))
        is_said = value in self._said
        if not is_said and value not in FACTORS:
            raise InvalidInput(f"{text} has no source: use a figure, or ask a tool for it.")
        places = -int(value.as_tuple().exponent)
        if text.endswith("%"):
            return Quantity(value=value / 100, decimals=2, is_said=is_said)
        return Quantity(value=value, decimals=places, is_said=is_said)

    def _figure(self, text: str) -> Quantity:
        figure = self._find(text)
        if figure is None:
            raise InvalidInput(f"There is no figure `{text}`.")
        return Quantity(
            value=figure.value,
            unit=figure.unit,
            entity=figure.entity,
            decimals=figure.decimals,
            is_atr=figure.path.lower() == "atr",
            figures=(figure.id,),
        )

    def _function(self, name: str) -> Quantity:
        self._expect("(")
        values = [self._sum()]
        while self._take(","):
            values.append(self._sum())
        self._expect(")")
        if name == "abs":
            if len(values) != 1:
                raise InvalidInput("`abs` takes one value.")
            return replace(values[0], value=abs(values[0].value))
        for other in values[1:]:
            _added(values[0], other)
        chosen = (max if name == "max" else min)(values, key=lambda each: each.value)
        return replace(chosen, figures=_union(*(each.figures for each in values)))


def _tokens(expression: str) -> list[tuple[str, str]]:
    text = expression.translate(_PLAIN_SIGNS).replace("$", "").rstrip()
    if "(" not in text:
        text = _THOUSANDS.sub("", text)
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise InvalidInput(f"`{text[position : position + 12].strip()}` cannot be read there.")
        found.append((token.lastgroup or "", token.group(token.lastgroup or 0)))
        position = token.end()
    return found


def _added(left: Quantity, right: Quantity) -> Quantity:
    unit = left.unit or right.unit
    if left.unit is not right.unit and not _may_join(left, right):
        raise InvalidInput(
            f"{left.unit or 'a plain number'} and {right.unit or 'a plain number'} do not add up."
        )
    if left.entity and right.entity and left.entity != right.entity:
        raise InvalidInput(
            f"{left.entity} and {right.entity} cannot be added or subtracted; divide them instead."
        )
    return Quantity(
        value=left.value + right.value,
        unit=unit,
        entity=left.entity or right.entity,
        decimals=max(left.decimals, right.decimals),
        is_said=left.is_said or right.is_said,
        figures=_union(left.figures, right.figures),
    )


def _may_join(left: Quantity, right: Quantity) -> bool:
    """A plain number joins a ratio, and one that the member wrote joins anything."""
    plain, other = (left, right) if left.unit is None else (right, left)
    return plain.unit is None and (plain.is_said or other.is_scalar)


def _multiplied(left: Quantity, right: Quantity) -> Quantity:
    scaled, factor = (right, left) if left.is_scalar else (left, right)
    if not factor.is_scalar:
        return _product_of(scaled, factor, _unit_of_product(scaled, factor))
    unit, hundred = scaled.unit or factor.unit, factor.unit is None and factor.value == 100
    if (unit is Unit.RATIO and hundred) or (scaled.unit is None and scaled.value == 100 and unit):
        return _product_of(scaled, factor, Unit.PERCENT)
    product = _product_of(scaled, factor, unit)
    return replace(product, is_hundredfold=hundred, is_atr=scaled.is_atr and not hundred)


def _unit_of_product(left: Quantity, right: Quantity) -> Unit:
    units = {left.unit, right.unit}
    if Unit.USD in units and units & _COUNTED:
        return Unit.USD
    atr = left if left.is_atr else right
    if atr.is_atr and Unit.ATR in units:
        return atr.unit or Unit.USD
    hint = "; write a percentage as `a5/100`" if Unit.PERCENT in units else ""
    raise InvalidInput(f"{left.unit} times {right.unit} is nothing we know{hint}.")


def _divided(left: Quantity, right: Quantity) -> Quantity:
    if right.value == 0:
        raise ZeroDivisionError
    unit = _unit_of_quotient(left, right)
    if unit is Unit.RATIO and left.is_hundredfold:
        unit = Unit.PERCENT
    quotient = _product_of(left, replace(right, value=1 / right.value), unit)
    return replace(quotient, value=left.value / right.value)


def _unit_of_quotient(left: Quantity, right: Quantity) -> Unit | None:
    if right.unit is None:
        is_ratio = left.unit is Unit.PERCENT and right.value == 100
        return Unit.RATIO if is_ratio else left.unit
    if left.is_price and right.is_price:
        if right.is_atr and not left.is_atr:
            if left.entity != right.entity:
                raise InvalidInput(f"The ATR of {right.entity} does not measure {left.entity}.")
            return Unit.ATR
        return Unit.RATIO
    if left.unit is right.unit or (left.unit is None and left.is_said and right.is_price):
        return Unit.RATIO
    if right.unit is Unit.RATIO:
        return left.unit or Unit.RATIO
    if left.unit is Unit.USD and right.unit in _COUNTED:
        return Unit.USD
    raise InvalidInput(f"{left.unit or 'a plain number'} over {right.unit} is nothing we know.")


def _product_of(left: Quantity, right: Quantity, unit: Unit | None) -> Quantity:
    same = left.entity == right.entity or not (left.entity and right.entity)
    is_rate = unit in (Unit.RATIO, Unit.PERCENT, Unit.ATR)
    decimals = 2 if is_rate else max(left.decimals, right.decimals)
    return Quantity(
        value=left.value * right.value,
        unit=unit,
        entity=(left.entity or right.entity) if same else f"{left.entity} / {right.entity}",
        decimals=decimals,
        is_said=left.is_said or right.is_said,
        figures=_union(left.figures, right.figures),
    )


def _union(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(figure for group in groups for figure in group))
