"""What Chainlit runs in the gallery: a message names the cards to send."""

from importlib import import_module

import chainlit as cl

from widgets.base import BaseCard

# Chainlit runs this file by its path, with its folder on the import path.
samples_at = import_module("samples").samples_at

PROSE = (
    "SPY trades at [602.31](#a1), [0.08 ATR](#a1,a3) above yesterday's high of [601.77](#a{pdh}). "
    'Someone wrote [⚠ 602.40](#unsourced "not from a source").'
)


SHOWN: dict[str, BaseCard] = {}
"""Cards by the `card_id` that a click names."""

DRAWN = {"drawn", "beside", "profile"}
"""Charts that "all" leaves out."""


@cl.set_starters
async def starters(_user: cl.User | None) -> list[cl.Starter]:
    names = ["levels", "compare", "quote", "market", "chart", "abilities"]
    return [cl.Starter(label=name, message=name) for name in names]


@cl.on_message
async def on_message(message: cl.Message) -> None:
    samples = samples_at()
    cards = samples.all()
    wanted = message.content.split()
    if wanted == ["all"]:
        wanted = [name for name in cards if name not in DRAWN and not name.startswith("panel")]
    shown = [card for name in wanted for card in cards.get(name, ())]
    report = samples.sources(unbound=("602.40",) if "levels" in wanted else ())
    elements = [_element(card) for card in (*shown, report)]
    SHOWN.update({card.card_id: card for card in shown})
    panel = [each for each in elements if each.display == "side"]
    if panel:
        await cl.ElementSidebar.set_title("Chart")
        await cl.ElementSidebar.set_elements(panel)
    pdh = next(figure.id for figure in samples.ledger if figure.path == "PDH")[1:]
    await cl.Message(
        content=PROSE.format(pdh=pdh), elements=[each for each in elements if each not in panel]
    ).send()  # type: ignore[no-untyped-call]


@cl.action_callback("show_chart")
async def on_show_chart(action: cl.Action) -> None:
    await cl.Message(content=f"Asked for a chart: {action.payload}").send()  # type: ignore[no-untyped-call]


@cl.action_callback("open_card")
async def on_open_card(action: cl.Action) -> None:
    card = SHOWN[action.payload["card_id"]].model_copy(update={"display": "side"})
    await cl.ElementSidebar.set_elements([_element(card)])


def _element(card: BaseCard) -> cl.CustomElement:
    return cl.CustomElement(name=card.element, props=card.props(), display=card.display)
