"""Tools reach what is remembered of volatility wherever a coach has a database."""

from datetime import UTC, datetime

from app.agents.coach import Coach
from app.agents.endpoint import OpenAIChatModel
from app.agents.events import ToolFinished
from app.core.clock import FrozenClock
from app.core.symbols import Symbol
from app.infra.db.database import Database
from app.infra.llm.endpoint import Endpoint
from app.infra.llm.scripted import Reply, scripted_model
from app.market.providers.simulated import SimulatedMarket
from app.options.records import StoredRecords, VolatilityDay, VolatilityRecords
from tools.base import ToolArgs, Toolbox, ToolContext, ToolResult, tool

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
SPY = Symbol("SPY")
KEPT = VolatilityDay(symbol=SPY, day=NOON.date(), at=NOON, provider="Told", at_the_money=0.2)


@tool(ToolArgs, examples=())
async def count_days(args: ToolArgs, context: ToolContext) -> ToolResult:
    """How many are remembered."""
    found = await context.records.between(SPY, NOON.date(), NOON.date())
    return ToolResult(sentence="Some." if found else "None.")


async def told(records: VolatilityRecords | None) -> str:
    script = [Reply(calls=(("count_days", {}),)), Reply(text=["Done."])]
    async with scripted_model(script) as server:
        model = OpenAIChatModel(
            Endpoint(base_url=server.base_url, api_key="sk-secret", model="scripted")
        )
        clock = FrozenClock(NOON)
        market = SimulatedMarket(seed=7)
        coach = Coach(model, Toolbox((count_days,)), market, clock, wall=clock, records=records)
        events = [event async for event in coach.answer("how many days?")]
        await model.close()
    [finished] = [event for event in events if isinstance(event, ToolFinished)]
    return finished.sentence


async def test_a_tool_sees_what_is_remembered_of_volatility(database: Database) -> None:
    records = StoredRecords(database)
    await records.keep(KEPT, close=NOON)

    assert await told(records) == "Some."


async def test_without_a_database_nothing_is_remembered() -> None:
    assert await told(None) == "None."
