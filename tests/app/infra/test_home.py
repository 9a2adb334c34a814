"""The home folder: private, locked once, its secrets made once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.infra.faults import CannotStart
from app.infra.home import Home

ROOT = Path(__file__).resolve().parents[3]


def test_nobody_else_can_look_into_a_new_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")

    assert home.path.stat().st_mode & 0o066 == 0
    assert home.logs.stat().st_mode & 0o077 == 0


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = Home(tmp_path).secret("web")

    assert Home(tmp_path).secret("web") == first
    assert Home(tmp_path).secret("other") != first
    assert len(first) >= 43
    kept = list((tmp_path / "secrets").iterdir())
    assert {file.name for file in kept} == {"web", "other"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)


def test_a_second_run_on_the_same_home_is_told_who_holds_it(tmp_path: Path) -> None:
    holder = Home(tmp_path)
    with holder.alone():
        assert Home(tmp_path).running() == os.getpid()
        with pytest.raises(CannotStart, match=f"already running .*process {os.getpid()}.*--home"):
            Home(tmp_path).alone().__enter__()
    assert Home(tmp_path).running() is None


def test_the_lock_of_a_killed_run_holds_nobody_back(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from app.infra.home import Home\n"
        "with Home(Path(sys.argv[1])).alone(): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)

    with Home(tmp_path).alone():
        assert Home(tmp_path).running() == os.getpid()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotStart, match=r"cannot write to .*--home"):
        Home(tmp_path / "home")


def test_a_file_in_the_place_of_the_home_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(CannotStart, match="cannot be used as the home folder"):
        Home(tmp_path / "home")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_line(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / f".write-{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(CannotStart, match=r"The disk of .* is full"):
        Home(home.path)


def test_a_log_that_grew_large_is_set_aside(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.log_file("web").write_bytes(b"x" * 10_000_001)

    assert not home.log_file("web").exists()
    assert (home.logs / "web.log.1").stat().st_size == 10_000_001
