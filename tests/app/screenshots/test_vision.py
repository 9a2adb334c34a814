"""The second reader over real HTTP, against a scripted model."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core.errors import ProviderUnavailable
from app.infra.llm.endpoint import Endpoint
from app.infra.llm.extraction import Extractor
from app.infra.llm.scripted import Reply, ScriptedServer, scripted_model
from app.screenshots.models import FieldName
from app.screenshots.readers.vision import VisionReader

ROW = {
    "underlying": "SPY",
    "quantity": "-2",
    "right": "call",
    "strike": "410",
    "expiry": "2023-06-16",
    "mark": "$5.00",
    "market_value": "illegible",
}


@asynccontextmanager
async def _reader(*replies: Reply) -> AsyncIterator[tuple[VisionReader, ScriptedServer]]:
    async with scripted_model(replies) as server:
        reader = VisionReader(
            Extractor(Endpoint(base_url=server.base_url, model="eyes", retries=1))
        )
        yield reader, server
        await reader.close()


def _reporting(arguments: Mapping[str, Any] | str) -> Reply:
    return Reply(calls=(("SeenRows", arguments),))


async def test_rows_come_as_arguments_and_numbers_as_printed() -> None:
    async with _reader(_reporting({"rows": [ROW]})) as (reader, server):
        (row,) = await reader.read(b"pixels")
    assert {name.value: seen.value for name, seen in row.fields.items()} == {
        "underlying": "SPY",
        "quantity": Decimal(-2),
        "right": "call",
        "strike": Decimal(410),
        "expiry": date(2023, 6, 16),
        "mark": Decimal("5.00"),
    }
    (request,) = server.requests
    (message,) = request["messages"]
    assert message["content"][1]["image_url"]["url"] == "data:image/webp;base64,cGl4ZWxz"


async def test_rows_that_do_not_fit_are_asked_for_once_more_with_what_is_wrong() -> None:
    wrong = _reporting({"rows": [{**ROW, "right": "both"}]})
    async with _reader(wrong, _reporting({"rows": [ROW]})) as (reader, server):
        (row,) = await reader.read(b"pixels")
    assert row.value(FieldName.RIGHT) == "call"
    first, second = server.requests
    assert len(second["messages"]) > len(first["messages"])
    assert "right" in str(second["messages"][-1])


async def test_a_model_that_is_never_done_is_not_waited_for() -> None:
    async with scripted_model([Reply(delay_seconds=30)]) as server:
        endpoint = Endpoint(
            base_url=server.base_url, api_key="secret", model="eyes", timeout_seconds=0.3
        )
        extractor = Extractor(endpoint)
        with pytest.raises(ProviderUnavailable) as failed:
            await VisionReader(extractor).read(b"pixels")
        await extractor.close()
    assert "secret" not in str(failed.value)


async def test_what_names_no_symbol_is_left_out() -> None:
    rows = [{"underlying": "<b>hi</b>"}, {"underlying": "TOTAL"}, {"underlying": "aapl"}]
    async with _reader(_reporting({"rows": rows})) as (reader, _):
        found = await reader.read(b"pixels")
    assert [row.value(FieldName.UNDERLYING) for row in found] == ["AAPL"]


@pytest.mark.parametrize(
    "reply",
    [
        _reporting("no JSON"),
        _reporting({"rows": [{"underlying": "SPY", "right": "both"}]}),
        _reporting({"rows": [{"underlying": "SPY"}] * 101}),
        Reply(text="I see a nice picture."),
        Reply(status=503),
    ],
    ids=["no JSON", "no right", "too many", "no call", "down"],
)
async def test_an_answer_that_makes_no_sense_is_no_reading(reply: Reply) -> None:
    async with _reader(reply) as (reader, _):
        with pytest.raises(ProviderUnavailable):
            await reader.read(b"pixels")
