"""Limits, breakers and retries, alone and shared through a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest
from typing_extensions import override

from app.core.clock import Clock
from app.core.errors import NotFound, ProviderUnavailable
from app.infra.embedded.valkey import EmbeddedValkey
from app.market.directory import find_instrument
from app.market.models import Instrument
from app.market.vendor import Allowance, NotCovered, Snapshot, Throttled, next_page
from app.market.vendors.guarded import FAILURES_TO_OPEN, Guarded, Guards
from tests.app.market.vendors.conftest import ToldVendor

SOME_DAY = date(2026, 1, 1)
DOWN = ProviderUnavailable("Told did not answer.")


def _aapl() -> Instrument:
    found = find_instrument("AAPL")
    assert found is not None
    return found


AAPL = _aapl()


@pytest.fixture(params=["alone", "shared"])
async def guards(request: pytest.FixtureRequest) -> AsyncIterator[Guards]:
    shared = request.param == "shared"
    made = Guards(request.getfixturevalue("valkey").url if shared else None)
    yield made
    await made.close()


async def test_a_question_that_fails_once_is_asked_again(told: ToldVendor, guards: Guards) -> None:
    told.failures = [DOWN, DOWN]

    found = await Guarded(told, guards).snapshot(AAPL)

    assert found.symbol == "AAPL"
    assert len(told.asked) == 3


async def test_it_gives_up_after_three_tries(told: ToldVendor, guards: Guards) -> None:
    told.always = DOWN

    with pytest.raises(ProviderUnavailable):
        await Guarded(told, guards).snapshot(AAPL)

    assert len(told.asked) == 3


@pytest.mark.parametrize("answer", [NotFound("no such symbol"), NotCovered("not in the plan")])
async def test_a_clear_no_is_not_asked_again_and_is_no_failure(
    told: ToldVendor, guards: Guards, answer: Exception
) -> None:
    told.always = answer
    vendor = Guarded(told, guards)

    for _ in range(FAILURES_TO_OPEN + 2):
        with pytest.raises(type(answer)):
            await vendor.snapshot(AAPL)

    assert len(told.asked) == FAILURES_TO_OPEN + 2


async def test_a_vendor_that_is_down_is_left_alone(told: ToldVendor, guards: Guards) -> None:
    told.always = DOWN
    vendor = Guarded(told, guards)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ProviderUnavailable):
            await vendor.snapshot(AAPL)
    before = len(told.asked)

    with pytest.raises(ProviderUnavailable, match="left alone"):
        await vendor.snapshot(AAPL)

    assert len(told.asked) == before


async def test_another_endpoint_of_it_is_still_asked(told: ToldVendor, guards: Guards) -> None:
    told.always = DOWN
    vendor = Guarded(told, guards)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ProviderUnavailable):
            await vendor.snapshot(AAPL)
    told.always = None

    assert await vendor.splits(AAPL, since=SOME_DAY) == []


async def test_a_silent_vendor_is_not_waited_for(told: ToldVendor, guards: Guards) -> None:
    told.seconds = 30

    with pytest.raises(ProviderUnavailable, match="in time"):
        await Guarded(told, guards, patience_seconds=0.3, answer_seconds=0.05).snapshot(AAPL)


async def test_no_more_is_asked_than_is_allowed(told: ToldVendor, guards: Guards) -> None:
    told.allowed = Allowance(requests=60, per_seconds=60, burst=5)
    vendor = Guarded(told, guards, patience_seconds=0.2)

    answers = await asyncio.gather(
        *(vendor.snapshot(AAPL) for _ in range(12)), return_exceptions=True
    )

    refused = [each for each in answers if isinstance(each, Throttled)]
    assert len(told.asked) == 5
    assert len(refused) == 7
    assert "allows no more requests" in refused[0].message


async def test_a_token_is_waited_for_while_patience_lasts(told: ToldVendor, guards: Guards) -> None:
    told.allowed = Allowance(requests=20, per_seconds=1, burst=1)
    vendor = Guarded(told, guards)

    await asyncio.gather(*(vendor.snapshot(AAPL) for _ in range(6)))

    assert len(told.asked) == 6


async def test_a_pause_the_vendor_asks_for_is_kept_by_all(told: ToldVendor, guards: Guards) -> None:
    told.failures = [Throttled("fewer", retry_after_seconds=30)]
    vendor = Guarded(told, guards, patience_seconds=1)
    with pytest.raises(Throttled):
        await vendor.snapshot(AAPL)
    before = len(told.asked)

    with pytest.raises(Throttled):
        await vendor.splits(AAPL, since=SOME_DAY)

    assert len(told.asked) == before


async def test_two_processes_share_one_allowance(told: ToldVendor, valkey: EmbeddedValkey) -> None:
    told.allowed = Allowance(requests=60, per_seconds=60, burst=4)
    one, other = Guards(valkey.url), Guards(valkey.url)
    vendors = [Guarded(told, each, patience_seconds=0.2) for each in (one, other)]

    await asyncio.gather(
        *(vendor.snapshot(AAPL) for vendor in vendors for _ in range(4)), return_exceptions=True
    )

    assert len(told.asked) == 4
    for each in (one, other):
        await each.close()


async def test_a_breaker_opened_by_one_process_is_open_for_the_other(
    told: ToldVendor, valkey: EmbeddedValkey
) -> None:
    one, other = Guards(valkey.url), Guards(valkey.url)
    told.always = DOWN
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ProviderUnavailable):
            await Guarded(told, one).snapshot(AAPL)

    with pytest.raises(ProviderUnavailable, match="left alone"):
        await Guarded(told, other).snapshot(AAPL)
    for each in (one, other):
        await each.close()


async def test_without_valkey_answers_go_on(told: ToldVendor, valkey: EmbeddedValkey) -> None:
    guards = Guards(valkey.url)
    vendor = Guarded(told, guards)
    await vendor.snapshot(AAPL)

    valkey.process.kill()  # type: ignore[attr-defined]
    valkey.process.wait()  # type: ignore[attr-defined]

    assert (await vendor.snapshot(AAPL)).symbol == "AAPL"
    assert (await vendor.snapshot(AAPL)).symbol == "AAPL"
    await guards.close()


class Paged(ToldVendor):
    """An answer of as many pages as told, each as slow as told."""

    pages = 1
    page_seconds = 0.0
    turned = 0

    @override
    async def snapshot(self, instrument: Instrument) -> Snapshot:
        for number in range(self.pages):
            if number:
                await next_page()
            self.turned += 1
            await asyncio.sleep(self.page_seconds)
        return await super().snapshot(instrument)


async def test_every_page_costs_a_token(clock: Clock, guards: Guards) -> None:
    paged = Paged(clock)
    paged.allowed, paged.pages = Allowance(requests=5, per_seconds=60, burst=5), 20

    with pytest.raises(Throttled, match="no more requests"):
        await Guarded(paged, guards, patience_seconds=1).snapshot(AAPL)

    assert paged.turned == 5


async def test_a_long_answer_has_time_for_each_of_its_pages(clock: Clock, guards: Guards) -> None:
    paged = Paged(clock)
    paged.pages, paged.page_seconds = 8, 0.1

    await Guarded(paged, guards, answer_seconds=0.4).snapshot(AAPL)

    assert paged.turned == 8


async def test_a_page_that_does_not_come_ends_the_answer(clock: Clock, guards: Guards) -> None:
    paged = Paged(clock)
    paged.pages, paged.page_seconds = 3, 0.3

    with pytest.raises(ProviderUnavailable, match="in time"):
        await Guarded(paged, guards, answer_seconds=0.1, patience_seconds=0.3).snapshot(AAPL)


async def test_an_adapter_that_nobody_guards_turns_its_pages_freely(clock: Clock) -> None:
    paged = Paged(clock)
    paged.pages = 50

    await paged.snapshot(AAPL)

    assert paged.turned == 50
