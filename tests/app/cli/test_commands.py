"""The commands as a person types them, each a real process."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import COMMANDS
from app.infra.settings import ROOT


def _coach(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_names_every_command_and_imports_none() -> None:
    shown = _coach("--help").stdout
    for name, purpose in COMMANDS.items():
        assert (purpose.split()[0] in shown) == (name != "serve")
    assert "serve" not in shown


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"test"}))  # that one is pytest's
def test_every_command_explains_itself(name: str) -> None:
    done = _coach(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"coach {name}" in done.stdout


def test_an_unknown_command_is_refused() -> None:
    done = _coach("dance")
    assert done.returncode == 2
    assert "dance" in done.stderr


def test_a_wrong_setting_stops_a_command_with_a_list_and_no_traceback() -> None:
    done = _coach("doctor", COACH_WEB__PORT="eighty")
    assert done.returncode == 1
    assert "COACH_WEB__PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_needs_no_server_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = _coach("doctor", "--home", str(home), COACH_WEB__PORT="0" * 4 + "1")
    assert "embedded PostgreSQL" in done.stdout
    assert not home.exists()


def test_the_doctor_finds_what_is_wrong_and_keeps_secrets(tmp_path: Path) -> None:
    done = _coach(
        "doctor",
        "--home",
        str(tmp_path / "home"),
        COACH_MARKET="files:/nonexistent",
        COACH_DATABASE__URL="postgresql://coach:sesame@127.0.0.1:1/coach",
        COACH_QUEUE__URL="redis://:sesame@127.0.0.1:1/0",
        COACH_LLM__BASE_URL="http://127.0.0.1:1/v1",
        COACH_LLM__API_KEY="sesame",
        COACH_MRKET="simulated",
    )
    assert done.returncode == 1
    wrong = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  wrong")]
    assert wrong == ["database", "queue", "model", "market"]
    assert "did you mean COACH_MARKET?" in done.stdout
    assert "sesame" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"COACH_MARKET": "live"}, "COACH_MARKET=live needs a provider"),
        ({"COACH_ALPACA__API_KEY": "sesame"}, "needs COACH_ALPACA__API_SECRET beside it"),
        ({"COACH_CRYPTO__EXCHANGES": "mtgox"}, "`mtgox` is not an exchange we know"),
        (
            {"COACH_CRYPTO__EXCHANGES": "kraken", "COACH_PROVIDERS__STOCKS": "massive"},
            "COACH_PROVIDERS__STOCKS names `massive`, which is not set up; set up: kraken.",
        ),
    ],
    ids=["nobody", "no secret", "no such exchange", "not set up"],
)
def test_the_doctor_says_which_setting_of_a_provider_to_change(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    done = _coach("doctor", "--home", str(tmp_path / "home"), **settings)

    [line] = [line for line in done.stdout.splitlines() if line.split()[1:2] == ["market"]]
    assert line.lstrip().startswith("wrong")
    assert told in line
    assert "sesame" not in done.stdout


def test_the_doctor_names_the_providers_that_are_on(tmp_path: Path) -> None:
    done = _coach(
        "doctor",
        "--home",
        str(tmp_path / "home"),
        COACH_MASSIVE__API_KEY="sesame",
        COACH_CRYPTO__EXCHANGES="kraken",
    )

    assert "live: Massive, Kraken" in done.stdout


def test_a_command_that_needs_prices_says_which_setting_adds_them() -> None:
    done = _coach("levels", "SPX", COACH_CRYPTO__EXCHANGES="kraken")

    assert done.returncode == 1
    assert "COACH_MASSIVE__API_KEY adds one." in done.stderr
    assert "Traceback" not in done.stderr
