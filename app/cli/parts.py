"""The Python processes of `run`: how they start, and how one knows that they are up."""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

from app.cli.serve import GO
from app.infra.embedded.launch import Program, launch
from app.infra.embedded.postgres import DatabaseUrls
from app.infra.embedded.valkey import EmbeddedValkey
from app.infra.faults import CannotStart
from app.infra.home import Home
from app.infra.settings import ROOT, Settings, WebSettings, variable
from app.infra.supervisor import Part

_ANSWER_SECONDS = 0.5
_LAST_LINES = 12


def child_environment(
    settings: Settings, home: Home, urls: DatabaseUrls, valkey: EmbeddedValkey | None
) -> dict[str, str]:
    """Our environment, completed by where everything is."""
    secret = settings.web.secret
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        variable("home"): str(home.path),
        variable("database", "url"): urls.owner,
        variable("database", "app_url"): urls.application,
        **({variable("queue", "url"): valkey.url} if valkey is not None else {}),
        variable("web", "secret"): secret.get_secret_value() if secret else home.secret("web"),
    }


class Web:
    """The web process. It loads at once and serves when the gate is opened."""

    def __init__(self, settings: WebSettings, environment: Mapping[str, str], home: Home) -> None:
        self._settings = settings
        self._log = home.log_file("web")
        command = [sys.executable, "-m", "app.cli", "serve"]
        self._program = Program(command, environment, folder=ROOT, has_input=True)
        self._is_open = False
        self.part = Part("web", self._spawn)

    def check_port(self) -> None:
        """CannotStart when the port is taken or not ours to take."""
        host, port = self._settings.host, self._settings.port
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise CannotStart(_port_trouble(error, host, port)) from None

    def open_gate(self) -> None:
        """Let it serve, now and after every restart."""
        self._is_open = True
        if self.part.process is not None:
            _say_go(self.part.process)

    def is_answering(self) -> bool:
        host = self._settings.host
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        connection = http.client.HTTPConnection(
            reachable, self._settings.port, timeout=_ANSWER_SECONDS
        )
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last_words(self) -> str:
        """The end of its log, for a start that failed."""
        lines = self._log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        return "\n".join(["The web process did not come up. Its log ends with:", *lines])

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            process = launch(self._program, log=log, orphan_signal=signal.SIGKILL)
        if self._is_open:
            _say_go(process)
        return process


class Worker:
    """The worker with its pool, and the clock of scheduled jobs in it."""

    def __init__(self, environment: Mapping[str, str], home: Home) -> None:
        self._log = home.log_file("worker")
        command = [sys.executable, "-m", "workers"]
        self._program = Program(command, environment, folder=ROOT)
        self.part = Part("worker", self._spawn)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return launch(self._program, log=log, keep_watch=True)


class FeedProcess:
    """The process that follows live prices for all others."""

    def __init__(self, environment: Mapping[str, str], home: Home) -> None:
        self._log = home.log_file("feed")
        command = [sys.executable, "-m", "workers.feed"]
        self._program = Program(command, environment, folder=ROOT)
        self.part = Part("feed", self._spawn)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return launch(self._program, log=log, orphan_signal=signal.SIGKILL)


class MonitorProcess:
    """The process that watches what members asked to be told of."""

    def __init__(self, environment: Mapping[str, str], home: Home) -> None:
        self._log = home.log_file("monitor")
        command = [sys.executable, "-m", "workers.monitor"]
        self._program = Program(command, environment, folder=ROOT)
        self.part = Part("monitor", self._spawn)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return launch(self._program, log=log, orphan_signal=signal.SIGKILL)


def _say_go(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is None:
        return
    try:
        process.stdin.write(GO)
        process.stdin.close()
    except BrokenPipeError:  # it died already; the supervisor sees that
        return


def _port_trouble(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. Choose another: ./coach run --port "
            f"{port + 1}"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root. Choose one above 1023: ./coach run --port 8000"
    return f"Cannot listen on {host}:{port}: {error.strerror or error}. Choose another --host."
