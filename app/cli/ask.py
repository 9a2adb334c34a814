"""`./coach ask "…"`: one question from the terminal, without a server or a database.

What is asked and answered is forgotten when the command ends; the page and the HTTP interface keep
their conversations.
"""

import argparse
import asyncio
import json
import sys
from datetime import datetime

from app.agents.events import GroundingReport, NumberPart, TextPart, TurnDone
from app.agents.history import Memory
from app.infra.settings import Settings
from app.market.moments import parse_moment
from app.wiring import Runtime, build_runtime

NOT_STORED = ""
"""The thread id of a conversation that is not kept."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("ask", help="ask the coach one question")
    parser.add_argument("question", nargs="+", help="in your own words")
    parser.add_argument("--as-of", metavar="T", help="answer as of a past moment, ISO 8601")
    parser.add_argument("--market", help="simulated, or files:DIR")
    parser.add_argument(
        "--json", action="store_true", help="the answer as POST /api/v1/chat gives it"
    )
    parser.set_defaults(handler=_ask)


def _ask(arguments: argparse.Namespace) -> int:
    settings = Settings()
    if arguments.market:
        settings = settings.model_copy(update={"market": arguments.market})
    runtime = build_runtime(settings, with_database=False)
    as_of = parse_moment(arguments.as_of) if arguments.as_of else None
    question = " ".join(arguments.question)
    done = asyncio.run(_answer(runtime, question, as_of, is_quiet=arguments.json))
    if arguments.json:
        from app.api.chat import answer_body

        print(json.dumps(answer_body(done, NOT_STORED).model_dump(mode="json"), indent=2))
    else:
        print(f"\n\n{_footer(runtime, done)}")
    return 0


async def _answer(
    runtime: Runtime, question: str, as_of: datetime | None, *, is_quiet: bool
) -> TurnDone:
    """The finished turn; its text is printed as it comes unless `is_quiet`."""
    done: TurnDone | None = None
    try:
        async for event in runtime.coach.answer(question, Memory(), as_of=as_of):
            if isinstance(event, TextPart | NumberPart) and not is_quiet:
                sys.stdout.write(event.text)
                sys.stdout.flush()
            elif isinstance(event, TurnDone):
                done = event
    finally:
        await runtime.market.close()
        await runtime.macro.close()
    if done is None:
        raise RuntimeError("the turn ended without an answer")
    return done


def _footer(runtime: Runtime, done: TurnDone) -> str:
    provider = runtime.market.provider
    source = "simulated prices" if provider.is_simulated else f"prices from {provider.name}"
    return f"{_checked(done.grounding)} · {source} · {done.model}"


def _checked(report: GroundingReport) -> str:
    if not report.numbers:
        return "no numbers"
    plural = "" if report.numbers == 1 else "s"
    unsourced = f", {len(report.unbound)} without a source" if report.unbound else ""
    return f"{report.numbers} number{plural} checked{unsourced}"
