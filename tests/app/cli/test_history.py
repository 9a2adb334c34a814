"""`./coach history` as a person types it, against Massive's stand-in."""

import asyncio
import sys
from functools import partial

import pytest

from app.core.clock import WallClock
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import ROOT
from app.market.providers.simulated import SimulatedMarket
from app.market.standins.massive import KEY, massive_stand_in


async def _coach(
    *arguments: str, postgres: DatabaseUrls, base_url: str | None
) -> tuple[int, str, str]:
    """The command's exit code and what it printed."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "COACH_DATABASE__URL": postgres.owner,
        "COACH_DATABASE__APP_URL": postgres.application,
    }
    if base_url is not None:
        environment |= {
            "COACH_MASSIVE__API_KEY": KEY,
            "COACH_MASSIVE__BASE_URL": base_url,
            "COACH_MASSIVE__REQUESTS_PER_MINUTE": "60000",
        }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.cli",
        "history",
        *arguments,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode or 0, printed.decode(), complained.decode()


async def test_it_fills_shows_and_verifies(empty_postgres: DatabaseUrls) -> None:
    async with massive_stand_in(SimulatedMarket(seed=7), WallClock()) as stand_in:
        coach = partial(_coach, postgres=empty_postgres, base_url=stand_in.base_url)
        empty = await coach()
        filled = await coach("fill", "SPY", "--timeframe", "1d", "--since", "2020-01-01")
        again = await coach("fill", "SPY", "--timeframe", "1d", "--since", "2020-01-01")
        verified = await coach("verify", "SPY", "--timeframe", "1d")
        shown = await coach()

    assert "Nothing is kept yet" in empty[1]
    assert (filled[0], filled[2]) == (0, "")
    assert "SPY 1d: 2 of 2" in filled[1]
    assert "nothing is missing" in again[1]
    assert "as the provider has it" in verified[1]
    [line] = [line for line in shown[1].splitlines() if "SPY" in line]
    assert "Massive" in line
    assert "2020-01-01" in line


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fill", "SPY", "--since", "soon"), "`soon` is no date"),
        (("fill", "APPL"), "AAPL"),
        (("fill", "SPY", "--timeframe", "7m"), "invalid Timeframe value"),
        (("dance",), "invalid choice"),
    ],
)
async def test_what_cannot_be_done_is_told_in_a_line(
    empty_postgres: DatabaseUrls, arguments: tuple[str, ...], told: str
) -> None:
    async with massive_stand_in(SimulatedMarket(seed=7), WallClock()) as stand_in:
        code, _, complained = await _coach(
            *arguments, postgres=empty_postgres, base_url=stand_in.base_url
        )

    assert code != 0
    assert told in complained
    assert "Traceback" not in complained


async def test_without_a_provider_it_says_what_to_set(empty_postgres: DatabaseUrls) -> None:
    code, _, complained = await _coach("fill", "SPY", postgres=empty_postgres, base_url=None)

    assert code == 1
    assert "provider's key" in complained
