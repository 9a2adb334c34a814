"""Which words ask for news."""

from typing import Any

import pytest

from tools.news import get_news


@pytest.mark.parametrize(
    ("question", "calls"),
    [
        *((each.question, [("get_news", dict(each.arguments))]) for each in get_news.examples),
        ("nvda headlines?", [("get_news", {"symbol": "NVDA"})]),
        ("any news on boeing today", [("get_news", {"symbol": "BA"})]),
        ("why is nvda down today", [("get_quote", {"symbol": "NVDA"})]),
        ("what's the news", []),
        ("any upgrades on amd", []),
        ("alert me on news for tsla", []),
    ],
)
async def test_news_is_asked_for_by_its_name(
    conversation: Any, question: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    made, _ = await conversation.say(question)

    assert [(call.name, call.arguments) for call in made] == calls
