from typing import Any

from app.market.providers.simulated import SimulatedMarket
from tools import READING, TOOLBOX


async def test_the_coach_describes_every_tool_it_has_and_no_more(ask: Any) -> None:
    said = await ask(TOOLBOX.get("describe_coach"), {})
    [card] = said.result.cards
    assert len(card.abilities) == len(READING)
    assert all(ability.questions for ability in card.abilities)


async def test_the_coach_says_where_its_prices_come_from(ask: Any) -> None:
    real = await ask(TOOLBOX.get("describe_coach"), {})
    made_up = await ask(TOOLBOX.get("describe_coach"), {}, market=SimulatedMarket())
    assert "simulated" not in real.sentence
    assert "Prices here are simulated" in made_up.sentence


async def test_every_question_the_coach_offers_is_an_example_of_its_tool(ask: Any) -> None:
    said = await ask(TOOLBOX.get("describe_coach"), {})
    offered = {
        question for ability in said.result.cards[0].abilities for question in ability.questions
    }
    assert offered <= {example.question for tool in READING for example in tool.examples}
