"""A change of alerts is proposed where one is plainly asked for; a half-read sentence is asked back."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from app.agents.offline import replies
from app.agents.offline.alert_asking import asked_of_alerts
from app.agents.offline.alert_lengths import minutes_in
from app.agents.offline.plans import Asked, Frame
from app.agents.offline.reading import Reading

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)


@pytest.fixture
def ask(reading: Callable[[str], Reading]) -> Callable[[str], Asked]:
    return lambda question: asked_of_alerts(reading(question), Frame(), NOW)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("don't snooze anything", replies.ASK_CHANGE),
        ("do not delete my alerts", replies.ASK_CHANGE),
        ("please dont drop the nvda alert", replies.ASK_CHANGE),
        ("should i drop my nvda alert?", replies.ASK_CHANGE),
        ("how do i snooze an alert", replies.ASK_CHANGE),
        ("delete the old nvda alert and snooze the spy alert", replies.ASK_CHANGE),
        ("cancel my spy alert and set one at 610", replies.ASK_CHANGE),
        ("don't alert me when spy hits 600", replies.ASK_CHANGE),
        ("re-arm all my alerts except spy", replies.ASK_CHANGE_EXCEPT),
        ("drop all nvda alerts except the vwap one", replies.ASK_CHANGE_EXCEPT),
        ("mute every alert but the gold one", replies.ASK_CHANGE_EXCEPT),
        ("snooze all my alerts apart from amd for an hour", replies.ASK_CHANGE_EXCEPT),
        ("drop all alerts that fired", replies.ASK_CHANGE_EXCEPT),
        ("delete alerts older than a week", replies.ASK_CHANGE_EXCEPT),
        ("snooze nvda for 30 and amd for 60", replies.ASK_CHANGE),
        ("snooze it for 2-3 hours", replies.ASK_SNOOZE),
        ("turn off alerts after 4pm", replies.ASK_CHANGE_NOW),
        ("drop my alerts tomorrow", replies.ASK_CHANGE_NOW),
        ("cancel the spy alert if it fires", replies.ASK_CHANGE_NOW),
        ("mute my alerts on weekends", replies.ASK_CHANGE_NOW),
        ("snooze it 90 seconds", replies.ASK_SNOOZE),
        ("snooze all 1,5 hours", replies.ASK_SNOOZE),
    ],
)
def test_a_word_that_turns_or_limits_a_change_is_asked_back(
    ask: Callable[[str], Asked], question: str, said: str
) -> None:
    found = ask(question)
    assert (found.calls, found.said) == ([], [said])


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("snooze all for 1.5 hours", {"change": "snooze", "every": True, "minutes": 90}),
        ("mute it for an hour and a half", {"change": "snooze", "minutes": 90}),
        ("snooze it 120 seconds", {"change": "snooze", "minutes": 2}),
        ("snooze 45", {"change": "snooze", "minutes": 45}),
        ("snooze nvda for 1 hour and 15 minutes", {"change": "snooze", "symbol": "NVDA", "minutes": 75}),
        ("snooze the 5930 alert for an hour", {"change": "snooze", "words": "5930", "minutes": 60}),
        ("can you drop my nvda alert", {"change": "drop", "symbol": "NVDA"}),
        ("stop alerting me about nvda", {"change": "drop", "symbol": "NVDA"}),
        ("un-mute nvda", {"change": "rearm", "symbol": "NVDA"}),
        ("turn my alerts back on", {"change": "rearm", "every": True}),
        ("drop my alert at 180 on nvda", {"change": "drop", "symbol": "NVDA", "words": "180"}),
        ("drop the nvda vwap alert", {"change": "drop", "symbol": "NVDA", "words": "vwap"}),
        ("drop the alert about the 200 day", {"change": "drop", "words": "sma(200"}),
        ("snooze the 50 day alert", {"change": "snooze", "words": "sma(50", "minutes": 30}),
        ("mute the rsi alert for 2h", {"change": "snooze", "words": "rsi", "minutes": 120}),
        ("drop it", None),
    ],
)  # fmt: skip
def test_a_plain_change_is_proposed(
    ask: Callable[[str], Asked], question: str, wanted: dict[str, Any] | None
) -> None:
    found = ask(question)
    assert [call.arguments for call in found.calls] == ([wanted] if wanted else [])


def test_each_symbol_that_is_named_is_changed(ask: Callable[[str], Asked]) -> None:
    found = [call.arguments for call in ask("drop my nvda and amd alerts").calls]
    assert found == [{"change": "drop", "symbol": "NVDA"}, {"change": "drop", "symbol": "AMD"}]


@pytest.mark.parametrize(
    "question",
    ["did you drop my nvda alert?", "what are my quiet hours", "quiet day for spy?"],
)
def test_a_question_about_changes_is_none(ask: Callable[[str], Asked], question: str) -> None:
    assert not ask(question)


def test_a_drop_to_be_told_of_drops_no_alert(ask: Callable[[str], Asked]) -> None:
    [call] = ask("create an alert for a drop below 170 on nvda").calls
    assert call.arguments == {"symbol": "NVDA", "condition": "price crosses below 170"}


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("1.5 hours", Fraction(90)),
        ("one and a half hours", Fraction(90)),
        ("1h30m", Fraction(90)),
        ("2 hours, 15 minutes", Fraction(135)),
        ("three quarters of an hour", Fraction(45)),
        ("90 seconds", Fraction(3, 2)),
        ("the 5 minute rsi alert for an hour", Fraction(60)),
        ("the 5 minute rsi alert an hour", None),
        ("1,5 hours", None),
        ("an s&p alert", None),
    ],
)
def test_a_length_of_time_is_exact(words: str, minutes: Fraction | None) -> None:
    assert minutes_in(words) == minutes
