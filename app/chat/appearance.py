"""Our name, colours and words on Chainlit's pages.

Chainlit reads its configuration from one writable folder and creates files beside it, so the folder
lies in the home and is filled anew at every start; the sources stay as they are.
"""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SITE = Path(__file__).parent / "site"
_PUBLIC = ("theme.json", "favicon.svg", "logo_light.svg", "logo_dark.svg")


def furnish(app_root: Path, *, about: Path) -> None:
    """Fill Chainlit's `app_root`, which is created if need be; `about` is the page behind "About".

    Must happen before `chainlit` is imported for the first time, because it reads the folder then.
    """
    settings, public = app_root / ".chainlit", app_root / "public"
    (settings / "translations").mkdir(parents=True, exist_ok=True)
    public.mkdir(exist_ok=True)
    shutil.copyfile(SITE / "config.toml", settings / "config.toml")
    for name in _PUBLIC:
        shutil.copyfile(SITE / name, public / name)
    shutil.copyfile(about, app_root / "chainlit.md")
    (settings / "translations" / "en-US.json").write_text(
        json.dumps(_wording(), ensure_ascii=False), encoding="utf-8"
    )


def _wording() -> dict[str, Any]:
    """Chainlit's English with our words in place of some of its own."""
    spec = find_spec("chainlit")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("chainlit is not installed")
    theirs = Path(spec.origin).parent / "translations" / "en-US.json"
    words: dict[str, Any] = json.loads(theirs.read_text(encoding="utf-8"))
    _replace(words, json.loads((SITE / "wording.json").read_text(encoding="utf-8")))
    return words


def _replace(words: dict[str, Any], ours: dict[str, Any]) -> None:
    for key, value in ours.items():
        if isinstance(value, dict):
            _replace(words.setdefault(key, {}), value)
        else:
            words[key] = value
