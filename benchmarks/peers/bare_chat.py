"""The smallest Chainlit: it says what it was told. Started by `chainlit run`."""

import chainlit


@chainlit.on_message
async def echo(message: chainlit.Message) -> None:
    await chainlit.Message(content=message.content).send()  # type: ignore[no-untyped-call]
