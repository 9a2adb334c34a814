"""Whether a process number in a file still means the process that wrote it.

Numbers are used again, and a zombie is nobody: a process counts by how it was started.
"""

import subprocess
from pathlib import Path


def first_line_number(file: Path) -> int | None:
    """The process number a pid file begins with; None when there is none to read."""
    try:
        return int(file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    return bool(command_line(pid))


def command_line(pid: int) -> str:
    """How the process was started; empty for one that is gone or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
            )
        except (FileNotFoundError, ProcessLookupError):
            return ""
    found = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return "" if "<defunct>" in found.stdout else found.stdout.strip()
