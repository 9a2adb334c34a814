"""Every job has its task and every task is a job; workers stay light."""

import os
import subprocess
import sys
from pathlib import Path

from app.core.jobs import Job
from workers.main import celery
from workers.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]


def _tasks() -> set[str]:
    celery.finalize()
    return {name for name in celery.tasks if not name.startswith("celery.")}


def test_every_job_has_its_task_and_every_task_is_a_job() -> None:
    assert _tasks() == {job.value for job in Job}


def test_what_is_scheduled_is_a_job() -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} <= {job.value for job in Job}


def test_a_job_is_named_domain_and_verb() -> None:
    for job in Job:
        domain, verb = job.value.split(".")
        assert domain.isidentifier()
        assert verb.isidentifier()


def test_a_worker_imports_neither_the_chat_nor_a_model_client(tmp_path: Path) -> None:
    program = (
        "import sys, workers.main;"
        "heavy = {'chainlit', 'openai', 'fastapi', 'pandas'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
    )

    assert done.returncode == 0, done.stderr.decode()
    assert list(tmp_path.iterdir()) == []
