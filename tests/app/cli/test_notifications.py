"""`./coach notifications` as an operator types it."""

import asyncio
import sys
from pathlib import Path

import pytest
from starlette.responses import Response

from app.cli import doctor
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.settings import ROOT, read_settings
from app.notifications.models import ChannelKind
from tests.app.notifications.conftest import (  # noqa: F401 - fixtures
    Desk,
    courier,
    desk,
    message,
    note,
    post_office,
    receiver,
    wall,
)
from tests.app.notifications.receivers import Receiver


async def _coach(postgres: DatabaseUrls, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.cli",
        "notifications",
        *arguments,
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "COACH_DATABASE__URL": postgres.owner,
            "COACH_DATABASE__APP_URL": postgres.application,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode or 0, printed.decode(), complained.decode()


async def test_an_operator_sees_what_died_but_not_what_it_said_and_tries_it_again(
    empty_postgres: DatabaseUrls,
    desk: Desk,  # noqa: F811
    receiver: Receiver,  # noqa: F811
) -> None:
    assert "Nothing was given up." in (await _coach(empty_postgres))[1]
    channel = await desk.add(ChannelKind.WEBHOOK, url=f"{receiver.url}/hook")
    receiver.replies = [Response(status_code=301)]
    await desk.tell("firing 1")
    await desk.deliver(channel)
    [row] = await desk.rows()

    code, printed, complained = await _coach(empty_postgres)
    assert (code, complained) == (0, "")
    [line] = [line for line in printed.splitlines() if str(row.id) in line]
    assert "  ada  webhook  1 try  The web-hook answered 301" in line
    assert "SPX" not in printed

    assert (await _coach(empty_postgres, "--again", str(row.id)))[0] == 0
    assert await desk.states() == ["waiting"]
    missing = await _coach(empty_postgres, "--again", str(row.id))
    assert (missing[0], "no dead letter" in missing[2]) == (1, True)
    assert (await _coach(empty_postgres, "--again", "x"))[0] == 1


@pytest.mark.parametrize(
    ("smtp", "told"),
    [
        ({"host": "127.0.0.1"}, "COACH_SMTP__SENDER is not set"),
        ({"sender": "coach@example.com"}, "COACH_SMTP__HOST is not set"),
        (
            {"host": "127.0.0.1", "port": 9, "sender": "coach@example.com"},
            "nothing answers at 127.0.0.1:9",
        ),
    ],
)
def test_the_doctor_says_why_nobody_is_told_by_e_mail(
    tmp_path: Path, smtp: dict[str, object], told: str
) -> None:
    found = doctor.examine(read_settings(home=tmp_path, smtp=smtp))
    [finding] = [each for each in found if each.subject == "e-mail"]
    assert (finding.verdict, finding.text.endswith(told)) == ("wrong", True)
