"""Structures in words: which legs, which side, how many, at what price; or what has to be asked.

Today is Wednesday 18 November 2026. A leg is written `-2p280@1.10`: two 280 puts sold at 1.10.
"""

from datetime import date
from typing import Any

import pytest

from app.agents.offline import option_structures as structures
from app.agents.offline.option_structures import structure_of

TODAY = date(2026, 11, 18)
DEC, JAN, LEAP = "2026-12-18", "2027-01-15", "2028-01-21"


def _leg(leg: dict[str, Any]) -> str:
    how = [f"{leg['strike']}"] if "strike" in leg else []
    how += [f"d{leg['delta']}"] if "delta" in leg else []
    how += [f"w{leg['wide']}"] if "wide" in leg else []
    how += ["atm"] if "at_the_money" in leg else []
    sign = "+" if leg["side"] == "buy" else "-"
    price = f"@{leg['price']:g}" if "price" in leg else ""
    end = leg.get("expiry", leg.get("days", ""))
    return f"{sign}{leg.get('quantity', '')}{leg['kind'][0]}{''.join(how)}{price}" + (
        f"[{end}]" if end else ""
    )


def told(text: str) -> tuple[str, dict[str, Any]]:
    found = structure_of(text, TODAY)
    assert found is not None
    assert not found.asks, found.asks
    [arguments] = found.calls
    rest = {name: value for name, value in arguments.items() if name != "legs"}
    return " ".join(_leg(leg) for leg in arguments["legs"]), rest


def asks(text: str) -> str:
    found = structure_of(text, TODAY)
    assert found is not None
    assert not found.calls
    return found.asks


@pytest.mark.parametrize(
    ("text", "legs", "rest"),
    [
        ("sold 285/280 put spread for 1.05", "+p280 -p285", {"credit": 1.05}),
        ("sell the 290/300 call spread for 3.20", "-c290 +c300", {"credit": 3.2}),
        ("bought the 290/300 call spread for 3.20", "+c290 -c300", {"debit": 3.2}),
        ("110/105 put spread, took in 1.40", "+p105 -p110", {"credit": 1.4}),
        ("put credit spread 600/590", "+p590 -p600", {}),
        ("put debit spread 260/250", "-p250 +p260", {}),
        ("bull put 95/90 for 1.20", "+p90 -p95", {"credit": 1.2}),
        ("bear call 120/125 at 1.65", "-c120 +c125", {"credit": 1.65}),
        ("sold a 110/115/120 call fly for 1.20", "-c110 +2c115 -c120", {"credit": 1.2}),
        ("110/115/120 call fly for 1.20", "+c110 -2c115 +c120", {"debit": 1.2}),
        ("iron condor 270/275/300/305 for 1.30", "+p270 -p275 -c300 +c305", {"credit": 1.3}),
        ("bought an iron condor 270/275/300/305 for 1.30", "-p270 +p275 +c300 -c305", {"debit": 1.3}),
        ("short straddle at 120 for 9.50", "-p120 -c120", {"credit": 9.5}),
        ("long 115 straddle 11.40", "+p115 +c115", {"debit": 11.4}),
        ("csp 14 strike .35", "-p14@0.35", {}),
        ("call backspread 120/130", "-c120 +2c130", {}),
    ],
)  # fmt: skip
def test_sold_is_sold_and_bought_is_bought(text: str, legs: str, rest: dict[str, Any]) -> None:
    assert told(text) == (legs, rest)


@pytest.mark.parametrize(
    "text",
    [
        "290/280 put spread",
        "290/280 put spread for 2.10",
        "120 straddle",
        "16 delta strangle 45 days",
        "risk reversal 105/125",
    ],
)
def test_a_side_that_nobody_said_is_asked_for(text: str) -> None:
    assert asks(text) == structures.ASK_SIDE


@pytest.mark.parametrize(
    "text",
    [
        "bought a bull put spread 285/280 for 1.10",
        "sold 285/280 put spread for a 1.10 debit",
        "long iron condor 270/275/300/305",
        "bought and sold the 290/280 put spread",
    ],
)
def test_words_that_say_both_sides_are_asked_about(text: str) -> None:
    assert asks(text) == structures.ASK_CONTRADICTION


@pytest.mark.parametrize(
    ("text", "legs", "rest"),
    [
        ("short straddle at 120, 30 days", "-p120 -c120", {"days": 30}),
        ("bull put 450/445 at 30 days", "+p445 -p450", {"days": 30}),
        ("sold 285/280 put spread dec 18", "+p280 -p285", {"expiry": DEC}),
        ("covered call 120 dec 18 at 3.10", "+100s -c120@3.1", {"expiry": DEC}),
        ("bull put 450/445 for 2 weeks", "+p445 -p450", {"days": 14}),
        ("long 115 straddle", "+p115 +c115", {}),
    ],
)
def test_only_a_number_in_the_place_of_a_price_is_one(
    text: str, legs: str, rest: dict[str, Any]
) -> None:
    assert told(text) == (legs, rest)


@pytest.mark.parametrize(
    ("text", "legs"),
    [
        ("5 bull put spreads 450/445 for 1.10", "+5p445 -5p450"),
        ("10 lot bull put 450/445 for 1.10", "+10p445 -10p450"),
        ("bull put 450/445 for 1.10 x3", "+3p445 -3p450"),
        ("bull put 450/445 for 1.10, 2 contracts", "+2p445 -2p450"),
        ("short 3 450/445 put spreads for 1.10", "+3p445 -3p450"),
        ("bull put 450/445 for 1.10, can lose a lot", "+p445 -p450"),
    ],
)
def test_so_many_of_them_are_counted(text: str, legs: str) -> None:
    assert told(text) == (legs, {"credit": 1.1})


@pytest.mark.parametrize(
    ("text", "legs", "rest"),
    [
        ("sell a 280 put and buy a 270 put for 2.10 credit", "-p280 +p270", {"credit": 2.1}),
        ("buy the 120 call sell the 125 call for 1.80", "+c120 -c125", {"debit": 1.8}),
        ("bull call 120/125 @1.8", "+c120 -c125", {"debit": 1.8}),
        ("sold 16 delta strangle 45 days", "-pd0.16 -cd0.16", {"days": 45}),
        ("iron condor 16 delta 10 wide", "-pd0.16 +pw10 -cd0.16 +cw10", {}),
        ("jade lizard 105 put 125/130 calls for 3.4", "-p105 -c125 +c130", {"credit": 3.4}),
        ("sell 2 covered calls 130", "+200s -2c130", {}),
        ("call calendar 120 dec/jan", f"-c120[{DEC}] +c120[{JAN}]", {}),
        ("pmcc: buy jan 2028 90 call, sell dec 18 125 call", f"+c90[{LEAP}] -c125[{DEC}]", {}),
        ("collar 110/120 jan 15", "+100s +p110 -c120", {"expiry": JAN}),
        ("iron fly at 115, wings 10 wide", "+p105 -p115 -c115 +c125", {}),
        ("285 bull put 5 wide", "+p280 -p285", {}),
        ("sold atm straddle", "-patm -catm", {}),
        ("own 100 at 110, sell the 120 call for 1.9", "+100s@110 -c120@1.9", {}),
        ("put calendar 285, 2 weeks vs 6 weeks", "-p285[14] +p285[42]", {}),
        ("12/18 290/280 put spread bought at 3.05", "-p280 +p290", {"expiry": DEC, "debit": 3.05}),
        ("iron condor 10 delta wings 20 delta shorts", "-pd0.2 +pd0.1 -cd0.2 +cd0.1", {}),
        ("20/10 delta iron condor", "-pd0.2 +pd0.1 -cd0.2 +cd0.1", {}),
        ("reverse iron condor 280/285/292/297", "-p280 +p285 +c292 -c297", {}),
        ("collar on 200 shares, 110/125", "+200s +2p110 -2c125", {}),
        ("2x 280/270 bps for 1.85", "+2p270 -2p280", {"credit": 1.85}),
        ("sell puts 280 and buy puts 270 for 2.10", "-p280 +p270", {"credit": 2.1}),
        ("bto 120 call 3.10 sto 130 call 1.20", "+c120@3.1 -c130@1.2", {}),
        ("synthetic long 288", "+c288 -p288", {}),
        ("call ratio 1x2 120/130", "+c120 -2c130", {}),
    ],
)  # fmt: skip
def test_structures_as_they_are_typed(text: str, legs: str, rest: dict[str, Any]) -> None:
    assert told(text) == (legs, rest)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("jade lizard", "Which strikes"),
        ("pmcc", "Which strikes"),
        ("collar", "Which strikes"),
        ("calendar 120 jan/feb", "calls or puts"),
        ("call calendar 120", "Which two expiries"),
        ("16 delta iron condor", "How wide"),
        ("short 12 puts and long 10 puts", "how many"),
        ("call double calendar 280/295 dec/jan", "Spell the legs out"),
        ("reverse butterfly 100/105/110", "Spell the legs out"),
        ("sell 280/270 put spread and 300/310 call spread for 2.20", "Spell the legs out"),
        ("diagonal 120/125", "Spell the legs out"),
        ("condor 100/105/110/115 for 1.10", "Spell the legs out"),
        ("sold a 290/280 put spread 30/2", "no such day"),
    ],
)
def test_what_is_missing_is_asked_for(text: str, question: str) -> None:
    assert question in asks(text)


def test_a_number_that_has_no_place_is_owned_up_to() -> None:
    placed = structure_of("sold 285/280 put spread for 1.05", TODAY)
    unplaced = structure_of("sold 285/280 put spread 77 for 1.05", TODAY)

    assert placed is not None
    assert unplaced is not None
    assert structures.LEFT_OVER not in placed.notes
    assert structures.LEFT_OVER in unplaced.notes
