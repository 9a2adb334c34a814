"""`./coach evaluate FILE.jsonl`: run a question set against whichever model is on.

Nothing is stored. The exit code is 1 if fewer questions than `--at-least` were answered right, or
if a line of the file is no question.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from app.agents.evaluate import (
    QuestionSet,
    Report,
    TopicRates,
    Verdict,
    asking,
    evaluate,
    load_questions,
)
from app.infra.settings import Settings
from app.wiring import Runtime, build_runtime

SHOWN_WRONG = 20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("evaluate", help="run a question set")
    parser.add_argument("file", type=Path, help="questions, one JSON object a line")
    parser.add_argument(
        "--at-least",
        type=_share,
        default=0.0,
        metavar="RATE",
        help="share that must be right: 0.95 or 95",
    )
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="questions at a time")
    parser.add_argument("--market", help="simulated, or files:DIR")
    parser.add_argument("--all-wrong", action="store_true", help="list every wrong answer")
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    parser.set_defaults(handler=_evaluate)


def _share(text: str) -> float:
    value = float(text.removesuffix("%"))
    return value / 100 if value > 1 else value


def _evaluate(arguments: argparse.Namespace) -> int:
    questions = load_questions(arguments.file)
    settings = Settings()
    if arguments.market:
        settings = settings.model_copy(update={"market": arguments.market})
    runtime = build_runtime(settings, with_database=False)
    report = asyncio.run(_run(runtime, questions, at_once=max(1, arguments.at_once)))
    if arguments.json:
        print(json.dumps(report_values(report, model=runtime.model.name), indent=2))
    else:
        _print(report, runtime.model.name, limit=None if arguments.all_wrong else SHOWN_WRONG)
    return 1 if report.bad_lines or report.rate < arguments.at_least else 0


async def _run(runtime: Runtime, questions: QuestionSet, *, at_once: int) -> Report:
    try:
        return await evaluate(questions, asking(runtime.coach), at_once=at_once)
    finally:
        await runtime.market.close()
        await runtime.macro.close()


def report_values(report: Report, *, model: str) -> dict[str, Any]:
    """The report in JSON-ready values."""
    return {
        "model": model,
        "rate": round(report.rate, 4),
        "topics": [_topic_values(rates) for rates in report.topics()],
        "wrong": [_wrong_values(verdict) for verdict in report.verdicts if not verdict.is_right],
        "bad_lines": [{"line": bad.line, "reason": bad.reason} for bad in report.bad_lines],
    }


def _topic_values(rates: TopicRates) -> dict[str, Any]:
    return {
        "topic": rates.topic,
        "questions": rates.questions,
        "right_tool": _rate(rates.right_tools, rates.questions),
        "right_arguments": _rate(rates.right_arguments, rates.questions),
        "right": _rate(rates.right, rates.questions),
        "numbers": rates.numbers,
        "bound_numbers": _rate(rates.bound, rates.numbers),
    }


def _wrong_values(verdict: Verdict) -> dict[str, Any]:
    question, answered = verdict.question, verdict.answered
    return {
        "id": question.id,
        "question": question.question,
        "wanted": [call.model_dump() for call in question.calls],
        "made": [{"tool": call.tool, "arguments": dict(call.arguments)} for call in answered.calls],
        "said_wrong": list(verdict.said_wrong),
        "failure": answered.failure,
        "answer": answered.text,
    }


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _print(report: Report, model: str, *, limit: int | None) -> None:
    for bad in report.bad_lines:
        print(f"line {bad.line}: {bad.reason}", file=sys.stderr)
    print(f"{'topic':<14}{'asked':>7}{'tool':>9}{'arguments':>11}{'right':>9}{'bound':>9}")
    for rates in report.topics():
        print(
            f"{rates.topic[:13]:<14}{rates.questions:>7}"
            f"{_percent(rates.right_tools, rates.questions):>9}"
            f"{_percent(rates.right_arguments, rates.questions):>11}"
            f"{_percent(rates.right, rates.questions):>9}"
            f"{_percent(rates.bound, rates.numbers):>9}"
        )
    wrong = [verdict for verdict in report.verdicts if not verdict.is_right]
    for verdict in wrong[:limit]:
        print(_explained(verdict))
    if limit is not None and len(wrong) > limit:
        print(f"… and {len(wrong) - limit} more; --all-wrong lists them")
    print(f"\n{report.rate:.1%} right, by {model}")


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _explained(verdict: Verdict) -> str:
    question, answered = verdict.question, verdict.answered
    wanted = ", ".join(f"{call.tool}{call.arguments}" for call in question.calls) or "no call"
    made = ", ".join(f"{call.tool}{dict(call.arguments)}" for call in answered.calls) or "no call"
    reasons = "; ".join((*verdict.said_wrong, *([answered.failure] if answered.failure else [])))
    return f"\n{question.id}: {question.question}\n  wanted {wanted}\n  made   {made}" + (
        f"\n  {reasons}" if reasons else ""
    )
