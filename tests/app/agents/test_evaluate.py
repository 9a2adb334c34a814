from pathlib import Path

import pytest

from app.agents.evaluate import (
    Answered,
    ExpectedCall,
    Made,
    Question,
    QuestionSet,
    evaluate,
    judge,
    load_questions,
)
from app.core.errors import InvalidInput, ProviderUnavailable


def question(*calls: ExpectedCall, **others: object) -> Question:
    return Question.model_validate({"id": "1", "question": "?", "calls": calls, **others})


def levels(**arguments: object) -> ExpectedCall:
    return ExpectedCall(tool="get_key_levels", arguments=arguments)


def made(**arguments: object) -> Made:
    return Made("get_key_levels", arguments)


def is_right(asked: Question, *calls: Made, text: str = "") -> bool:
    return judge(asked, Answered(calls, text)).is_right


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"symbol": "btc"}, {"symbol": "BTC/USD"}),
        ({"symbol": "^SPX"}, {"symbol": "SPX"}),
        ({"symbol": "BRK-B"}, {"symbol": "BRK.B"}),
        ({"symbol": "FB"}, {"symbol": "META"}),
        ({"timeframe": "15 minutes"}, {"timeframe": "15m"}),
        ({"price": 412.5}, {"price": "412.50"}),
        ({"names": ["PDL", "pdh"]}, {"names": ["PDH", "PDL"]}),
        ({"as_of": "2025-11-18T10:45:00-05:00"}, {"as_of": "2025-11-18T15:45:00Z"}),
        ({"period": "day"}, {}),
        ({"indicators": ["SMA 50", "rsi(14)"]}, {"indicators": ["rsi", "sma50"]}),
        ({}, {"symbol": "SPX", "period": "week"}),
    ],
)
def test_spelling_does_not_matter(wanted: dict[str, object], given: dict[str, object]) -> None:
    assert is_right(question(levels(**wanted)), made(**given))


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"symbol": "SPX"}, {"symbol": "SPY"}),
        ({"timeframe": "1m"}, {"timeframe": "1mo"}),
        ({"price": 412.5}, {"price": "412.51"}),
        ({"names": ["PDH"]}, {"names": ["PDH", "PDL"]}),
        ({"names": ["PDH"]}, {}),
        ({"date": "2025-11-18"}, {}),
        ({"indicators": ["rsi"]}, {"indicators": ["rsi(7)"]}),
    ],
)
def test_meaning_does_matter(wanted: dict[str, object], given: dict[str, object]) -> None:
    verdict = judge(question(levels(**wanted)), Answered((made(**given),)))
    assert verdict.right_tools
    assert not verdict.right_arguments


def test_no_call_forbids_any() -> None:
    assert is_right(question())
    assert not is_right(question(), made(symbol="SPX"))


def test_several_symbols_equal_several_calls_in_any_order() -> None:
    asked = question(levels(symbols=["SPY", "QQQ"]))
    assert is_right(asked, made(symbol="QQQ"), made(symbol="SPY"))
    assert not is_right(asked, made(symbol="QQQ"))
    assert not is_right(asked, made(symbol="QQQ"), made(symbol="SPY"), made(symbol="DIA"))


def test_a_loose_expectation_does_not_steal_the_call_of_a_strict_one() -> None:
    asked = question(levels(), levels(symbol="SPY"))
    assert is_right(asked, made(symbol="SPY"), made(symbol="QQQ"))


def test_an_alternative_is_as_good() -> None:
    asked = question(levels(symbol="SPY"), **{"or": [[{"tool": "get_quote"}]]})
    assert is_right(asked, Made("get_quote", {}))


def test_words_that_must_or_must_not_be_said() -> None:
    asked = question(must=["AAPL"], must_not=["guarantee"])
    assert is_right(asked, text="Did you mean aapl?")
    assert not is_right(asked, text="No.")
    assert not is_right(asked, text="AAPL, I GUARANTEE it.")


def test_bad_lines_are_named_with_their_number(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(
        '{"id": 1, "question": "a", "calls": []}\n\nnot json\n[]\n{"id": 2, "calls": []}\n'
        '{"id": 1, "question": "b", "calls": []}\n{"id": 3, "question": "c"}\n',
        encoding="utf-8",
    )
    found = load_questions(file)
    assert [each.id for each in found.questions] == ["1"]
    assert [bad.line for bad in found.bad_lines] == [3, 4, 5, 6, 7]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_questions(tmp_path / "none.jsonl")


async def test_a_model_that_fails_gets_the_question_wrong_and_the_rest_goes_on() -> None:
    asked = QuestionSet((question(), question(id="2")), ())

    async def ask(each: Question) -> Answered:
        if each.id == "1":
            raise ProviderUnavailable("The model does not answer.")
        return Answered(())

    report = await evaluate(asked, ask)
    assert report.rate == 0.5
    assert report.verdicts[0].answered.failure == "The model does not answer."


async def test_rates_are_counted_by_topic() -> None:
    asked = QuestionSet((question(id="1", topic="a"), question(levels(), id="2", topic="b")), ())

    async def ask(_: Question) -> Answered:
        return Answered((), numbers=4, bound=3)

    report = await evaluate(asked, ask)
    assert [(rates.topic, rates.right) for rates in report.topics()] == [
        ("a", 1),
        ("b", 0),
        ("all", 1),
    ]
    assert report.topics()[-1].bound == 6
