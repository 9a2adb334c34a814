"""The model's door to listed options and to option arithmetic. Read-only."""

from asyncio import to_thread
from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 - `date` is a word of arguments

import numpy as np

from app.core.errors import InvalidInput, NotFound
from app.core.symbols import Symbol
from app.macro.short_rate import short_rate
from app.options.chains import Series
from app.options.history import MONTH
from app.options.past import volatility_history
from app.options.service import (
    Listed,
    Reading,
    contract_row,
    exact_reading,
    listed_options,
    nearest_series,
    strikes_around,
    volatility_now,
)
from app.options.smile import Wanted, chosen
from tools.base import Example, ToolContext, ToolResult, tool
from tools.options_arguments import MOST_EACH_SIDE, ChainArgs, GreeksArgs, VolatilityArgs
from tools.options_chain import (
    EARLY_COUNTS,
    ChainFigures,
    chain_card,
    chain_freshness,
    early_of,
    figures_for,
    record_chain,
    whose,
)
from tools.options_greeks import by_numbers, by_words
from tools.options_volatility import volatility_card, volatility_sentence
from tools.options_words import rate_note, series_on
from tools.wording import day_in_words


@tool(
    ChainArgs,
    examples=[
        Example("option chain for nvda", {"symbol": "NVDA"}),
        Example("show me the spy chain", {"symbol": "SPY"}),
        Example("aapl calls 30 days out", {"symbol": "AAPL", "kind": "call", "days": 30}),
        Example("spx puts expiring tomorrow", {"symbol": "SPX", "kind": "put", "days": 1}),
        Example("tsla options chain ten strikes each side", {"symbol": "TSLA", "strikes": 10}),
        Example("0dte qqq chain", {"symbol": "QQQ", "days": 0}),
        Example("what strikes are there in disney", {"symbol": "DIS"}),
        Example(
            "liquid msft puts, open interest over 500",
            {"symbol": "MSFT", "kind": "put", "min_open_interest": 500},
        ),
    ],
)
async def get_option_chain(args: ChainArgs, context: ToolContext) -> ToolResult:
    """Listed options of one symbol and expiry: bid, ask, implied volatility, delta, open interest.

    By date or days to expiry, so many strikes around the price; filters by delta, open interest,
    volume and width of the market. Without an expiry the nearest one after today.
    """
    as_of = context.moment(args.as_of)
    rate = await short_rate(context.macro, as_of=as_of)
    listed = await listed_options(context.market, Symbol(args.symbol), as_of=as_of, rate=rate.value)
    series = _series(listed, args.expiry, args.days)
    rows = _chosen(listed, series, args)
    if not rows:
        raise NotFound(f"No option of {day_in_words(series.expiry)} passes these filters.")
    readings = await to_thread(lambda: [exact_reading(listed, row) for row in rows])
    early = await to_thread(early_of, listed, readings, rows)
    found = record_chain(
        figures_for(context, listed),
        listed,
        series,
        readings,
        early=early,
    )
    notes = (*whose(readings), *((EARLY_COUNTS,) if early else ()), rate_note(rate))
    card = chain_card(context, listed, series, found, notes)
    frozen = chain_freshness(listed, is_frozen=args.as_of is not None)
    return ToolResult(
        _chain_sentence(listed, series, found, readings),
        (card.model_copy(update={"freshness": frozen}),),
    )


def _series(listed: Listed, expiry: Date | None, days: int | None) -> Series:
    """Of that date exactly, else nearest to so many days, else the first after today."""
    if expiry is not None:
        return series_on(listed, expiry)
    if days is not None:
        return nearest_series(listed, days=days)
    first = nearest_series(listed)
    later = [each for each in listed.measured.series if each.expiry > listed.chain.as_of.date()]
    return nearest_series(listed, expiry=later[0].expiry) if later else first


def _chosen(listed: Listed, series: Series, args: ChainArgs) -> list[int]:
    deltas = None
    if args.min_delta is not None or args.max_delta is not None:
        deltas = (args.min_delta or 0.0, 1.0 if args.max_delta is None else args.max_delta)
    wanted = Wanted(
        expiries=frozenset({series.expiry}),
        kind=args.kind,
        deltas=deltas,
        open_interest=args.min_open_interest,
        volume=args.min_volume,
        spread=None if args.max_spread is None else args.max_spread / 100.0,
    )
    rows = listed.measured.on(series)
    if deltas is None:
        near = strikes_around(listed, series, args.strikes)
        rows &= np.isin(listed.measured.contracts.strike, np.array(near))
    found = [row for row in chosen(listed.measured, wanted) if rows[row]]
    return found if len(found) <= 4 * MOST_EACH_SIDE else _nearest(listed, found)


def _nearest(listed: Listed, rows: Sequence[int]) -> list[int]:
    away = np.abs(listed.measured.contracts.strike[list(rows)] - listed.measured.spot)
    kept = np.argsort(away, kind="stable")[: 4 * MOST_EACH_SIDE]
    return [rows[place] for place in sorted(kept.tolist())]


def _chain_sentence(
    listed: Listed, series: Series, found: ChainFigures, readings: Sequence[Reading]
) -> str:
    low, high = found.rows[0].strike, found.rows[-1].strike
    said = f"{listed.instrument.symbol} is at {found.spot.ref}. "
    said += f"Options of {day_in_words(series.expiry)}, {found.days.ref} away: "
    said += f"strikes {{{low.figure}}} to {{{high.figure}}}"
    if found.volatility is not None:
        said += f", volatility at the money {found.volatility.ref}"
    said += "."
    if found.move is not None:
        said += f" The straddle expects a move of {found.move.ref} either way by then."
    if found.early is not None:
        said += (
            f" The right to exercise early counts in {found.early.ref} of them, which are marked."
        )
    return said


@tool(
    GreeksArgs,
    examples=[
        Example(
            "greeks of the 45 day 30 delta put on spy",
            {"kind": "put", "symbol": "SPY", "days": 45, "delta": 0.30},
        ),
        Example(
            "iv of the 2 week at the money call in apple",
            {"kind": "call", "symbol": "AAPL", "days": 14},
        ),
        Example(
            "price a call: stock 100, strike 105, 30 days, vol 25, rates 4",
            {"kind": "call", "spot": 100, "strike": 105, "days": 30, "volatility": 25, "rate": 4},
        ),
        Example(
            "what's the delta of the amd 130 call in 30 days",
            {"kind": "call", "symbol": "AMD", "strike": 130, "days": 30},
        ),
        Example(
            "implied vol of a put at 2.40, spot 50, strike 48, 60 days",
            {"kind": "put", "price": 2.40, "spot": 50, "strike": 48, "days": 60},
        ),
        Example(
            "theta on a 16 delta spx put 30 days out",
            {"kind": "put", "symbol": "SPX", "delta": 0.16, "days": 30},
        ),
        Example(
            "how much vega does the one year at the money call on qqq have",
            {"kind": "call", "symbol": "QQQ", "days": 365},
        ),
        Example(
            "greeks for the nvda 60 day 25 delta call",
            {"kind": "call", "symbol": "NVDA", "days": 60, "delta": 0.25},
        ),
    ],
)
async def get_greeks(args: GreeksArgs, context: ToolContext) -> ToolResult:
    """Price, implied volatility and Greeks of one option, listed or made of given numbers.

    A listed contract by strike, by delta, or at the money if neither is given, and by date or days to
    expiry. Or, with `spot`, of numbers alone: strike, days, and volatility or price.
    """
    as_of = context.moment(args.as_of)
    rate = await short_rate(context.macro, as_of=as_of)
    if args.spot is not None:
        return by_numbers(args, context, rate, as_of)
    if args.symbol is None:
        raise InvalidInput("Name the underlying (`symbol`), or give its price (`spot`).")
    listed = await listed_options(context.market, Symbol(args.symbol), as_of=as_of, rate=rate.value)
    days = MONTH if args.days is None and args.expiry is None else args.days
    series = _series(listed, args.expiry, days)
    row = contract_row(listed, series, args.kind, strike=args.strike, delta=args.delta)
    return by_words(args, context, listed, row, rate_note(rate))


@tool(
    VolatilityArgs,
    examples=[
        Example("is vol in nvda rich", {"symbol": "NVDA"}),
        Example("iv rank of tesla", {"symbol": "TSLA"}),
        Example("expected move in spy by friday", {"symbol": "SPY", "days": 5}),
        Example("what's the implied volatility of apple", {"symbol": "AAPL"}),
        Example("skew in spx", {"symbol": "SPX"}),
        Example("term structure of qqq vol", {"symbol": "QQQ"}),
        Example("max pain msft", {"symbol": "MSFT"}),
        Example("put call ratio of amd open interest", {"symbol": "AMD"}),
    ],
)
async def get_volatility(args: VolatilityArgs, context: ToolContext) -> ToolResult:
    """What options of one symbol say: implied volatility, expected move, smile and term structure.

    With it what was realised, IV rank and percentile where there is history, skew, put/call ratio,
    walls of open interest and max pain. Of the expiry nearest to a month out unless one is named.
    """
    as_of = context.moment(args.as_of)
    rate = await short_rate(context.macro, as_of=as_of)
    listed = await listed_options(context.market, Symbol(args.symbol), as_of=as_of, rate=rate.value)
    days = MONTH if args.days is None and args.expiry is None else args.days
    history = await volatility_history(
        context.market,
        listed.instrument.symbol,
        records=context.records,
        as_of=as_of,
        rate=rate.value,
        chain=listed.chain,
    )
    found = volatility_now(listed, _series(listed, args.expiry, days), history)
    card, figures = volatility_card(context, found, is_frozen=args.as_of is not None)
    return ToolResult(volatility_sentence(found, figures), (card,))
