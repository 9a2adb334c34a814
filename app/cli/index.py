"""Where packages come from: pip's own settings, in uv's words.

A company's mirror, proxy or certificate is configured once, for pip; uv reads none of it. What is
already set for uv is left alone.
"""

import ast
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit


def for_uv(environment: Mapping[str, str], *, python: str = sys.executable) -> dict[str, str]:
    """`environment`, completed by what the configuration of `python`'s pip says."""
    return {**translate(_pip_settings(environment, python)), **environment}


def _pip_settings(environment: Mapping[str, str], python: str) -> dict[str, str]:
    """pip's settings by bare name, e.g. `index-url`; the environment wins over files."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"],
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
    )
    return parse(listed.stdout)


def parse(listing: str) -> dict[str, str]:
    """Read `pip config list`; of one name, `install.` beats `global.`, and `:env:` beats both."""
    found: dict[str, str] = {}
    ranks = {"global": 0, "install": 1, ":env:": 2}
    best: dict[str, int] = {}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.partition(".")
        rank = ranks.get(section, -1)
        if rank >= best.get(key, 0):
            best[key] = rank
            found[key] = str(ast.literal_eval(value)) if value.startswith(("'", '"')) else value
    return found


def translate(settings: Mapping[str, str]) -> dict[str, str]:
    """uv's environment for pip's `settings`; the system's certificates are always trusted."""
    words: dict[str, Callable[[str], dict[str, str]]] = {
        "index-url": lambda value: {"UV_DEFAULT_INDEX": value},
        "extra-index-url": _further_indexes,
        "find-links": lambda value: _if_any("UV_FIND_LINKS", _reachable(value), ","),
        "no-index": lambda value: {"UV_NO_INDEX": "1"} if value.lower() in {"1", "true"} else {},
        "cert": lambda value: {"SSL_CERT_FILE": value} if Path(value).is_file() else {},
        "client-cert": lambda value: {"SSL_CLIENT_CERT": value},
        "proxy": lambda value: {"HTTP_PROXY": value, "HTTPS_PROXY": value},
        "trusted-host": lambda value: {"UV_INSECURE_HOST": " ".join(value.split())},
        "timeout": lambda value: {"UV_HTTP_TIMEOUT": value},
        "default-timeout": lambda value: {"UV_HTTP_TIMEOUT": value},
    }
    result = {"UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1"}
    for name, value in settings.items():
        if name in words:
            result |= words[name](value)
    return result


def _further_indexes(value: str) -> dict[str, str]:
    """pip takes the best of all indexes; the lock's hashes make that safe for uv as well."""
    found = _if_any("UV_INDEX", _reachable(value), " ")
    return {**found, "UV_INDEX_STRATEGY": "unsafe-best-match"} if found else {}


def _reachable(value: str) -> list[str]:
    """Without folders that are configured but not there, at which uv would stop."""
    return [place for place in value.split() if _exists(place)]


def _exists(place: str) -> bool:
    parts = urlsplit(place)
    if parts.scheme == "file":
        return Path(unquote(parts.path)).exists()
    return bool(parts.scheme) or Path(place).exists()


def _if_any(name: str, values: list[str], separator: str) -> dict[str, str]:
    return {name: separator.join(values)} if values else {}
