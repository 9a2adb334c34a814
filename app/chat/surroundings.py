"""What Chainlit must find before it is imported: its folder, its environment, and no ballast.

Decided: Chainlit reads its folder and its cookie settings while it is imported, and only from the
environment; so everything is prepared here first.
"""

import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from app.chat.appearance import furnish
from app.users.tokens import COOKIE_NAME

_NOT_OURS = ("DATABASE_URL", "LITERAL_API_KEY")
"""Either would start a data layer of Chainlit's own."""


def prepare(folder: Path, *, secret: str, about: Path) -> None:
    """Furnish `folder`, point Chainlit at it, and keep out what is not used.

    `secret` signs member tokens; `about` is the page behind "About". Must run before the first
    import of Chainlit in this process. Files of earlier sessions go.
    """
    shutil.rmtree(folder / ".files", ignore_errors=True)
    furnish(folder, about=about)
    for name in _NOT_OURS:
        os.environ.pop(name, None)  # noqa: TID251 - Chainlit can be told only by its environment
    os.environ.update(  # noqa: TID251 - the same
        {
            "CHAINLIT_APP_ROOT": str(folder),
            "CHAINLIT_AUTH_SECRET": secret,
            "CHAINLIT_CUSTOM_AUTH": "1",
            "CHAINLIT_AUTH_COOKIE_NAME": COOKIE_NAME,
            "CHAINLIT_COOKIE_SAMESITE": "lax",
            "CHAINLIT_ROOT_PATH": "/",
        }
    )
    leave_out_tracing()


def leave_out_tracing() -> None:
    """Put an empty `traceloop.sdk` in the place of the real one.

    Chainlit's types come from `literalai`, which imports this tracing SDK (two seconds, 60 MB, 57
    packages) and calls it only when a Literal AI client is made, which nothing here does. The
    stand-in has the one name that is imported; using it fails loudly.
    """
    if "traceloop.sdk" in sys.modules:
        return
    package, sdk = ModuleType("traceloop"), ModuleType("traceloop.sdk")
    package.__path__ = []
    sdk.Traceloop = _NoTracing  # type: ignore[attr-defined]
    package.sdk = sdk  # type: ignore[attr-defined]
    sys.modules.update({"traceloop": package, "traceloop.sdk": sdk})


class _Absent(type):
    def __getattr__(cls, name: str) -> Any:
        raise NotImplementedError("Tracing by Literal AI is left out of this program.")


class _NoTracing(metaclass=_Absent):
    """Stands where the tracing SDK's class would be."""
