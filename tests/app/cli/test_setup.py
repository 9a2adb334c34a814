"""The launcher before anything is installed, and the lock it installs from."""

import ast
import fcntl
import re
import runpy
import subprocess
import sys
import threading
import time
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest

from app.cli import setup
from app.infra.settings import ROOT

LOCK = ROOT / "requirements.lock"
Version = namedtuple("Version", "major minor micro releaselevel serial")


def test_any_python_3_can_read_the_launcher() -> None:
    ast.parse((ROOT / "coach").read_text(encoding="utf-8"), feature_version=(3, 4))


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14)])
def test_a_python_that_does_not_fit_is_one_clear_line(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "version_info", Version(*version, 0, "final", 0))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(ROOT / "coach"), run_name="__main__")

    line = str(stopped.value)
    assert f"this is {version[0]}.{version[1]}" in line
    assert "3.11, 3.12 or 3.13" in line
    assert "\n" not in line


def test_the_set_up_needs_nothing_but_the_standard_library() -> None:
    code = "import app.cli.setup, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert "app.cli.setup" in loaded


def test_the_lock_names_no_registry() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text


def test_everything_in_the_lock_is_pinned_and_hashed() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8"))
    wishes = [block for block in blocks if not block.startswith("#")]
    assert len(wishes) > 150
    for wish in wishes:
        assert re.match(r"[a-z0-9][a-z0-9._\[\],-]*==\S+", wish), wish.splitlines()[0]
        assert "--hash=sha256:" in wish, wish.splitlines()[0]


def test_the_lock_covers_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = set(re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==", LOCK.read_text(), re.MULTILINE))
    missing = {
        name
        for wish in asked
        if (name := re.split(r"[\[<>=!~ ;]", wish)[0].lower().replace("_", "-")) not in locked
    }
    assert missing == set()


def test_the_installer_is_pinned_by_the_lock_itself() -> None:
    pinned = setup._pinned_uv(LOCK)
    assert re.fullmatch(r"uv==\S+ \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", pinned)


def test_an_environment_counts_as_ready_only_with_the_stamp_of_this_lock(tmp_path: Path) -> None:
    wanted = setup._fingerprint(LOCK)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    assert not setup._is_ready(tmp_path, wanted)
    stamp = tmp_path / ".venv" / "coach-stamp"
    stamp.write_text(wanted)
    assert not setup._is_ready(tmp_path, wanted)
    python.touch()
    assert setup._is_ready(tmp_path, wanted)
    stamp.write_text("3.11 of another lock")
    assert not setup._is_ready(tmp_path, wanted)


def test_an_interrupted_environment_is_begun_again(tmp_path: Path) -> None:
    venv = setup._fresh_venv(tmp_path)
    (venv / "coach-unfinished").touch()
    (venv / "half-made").touch()

    assert not (setup._fresh_venv(tmp_path) / "half-made").exists()


def test_a_finished_environment_is_kept_and_only_brought_up_to_date(tmp_path: Path) -> None:
    venv = setup._fresh_venv(tmp_path)
    (venv / "package").touch()
    (venv / "coach-stamp").write_text("old")

    assert (setup._fresh_venv(tmp_path) / "package").exists()
    assert not (venv / "coach-stamp").exists()


def test_two_set_ups_at_once_take_turns(tmp_path: Path) -> None:
    (tmp_path / ".boot").mkdir()
    lock = tmp_path / ".boot" / "lock"
    turns: list[str] = []

    def second() -> None:
        with setup._alone(lock):
            turns.append("second")

    with lock.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        turns.append("first")
        fcntl.flock(held, fcntl.LOCK_UN)
        waiting.join(10)

    assert turns == ["first", "second"]


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "disk filled up"),
        ("error: Failed to fetch: dns error", "index could not be reached"),
        ("/usr/bin/python3: No module named pip", "apt install python3-pip"),
        ("something never seen", "try again"),
    ],
)
def test_a_failed_installation_says_what_to_do(said: str, advice: str) -> None:
    assert advice in setup._advice(said)
