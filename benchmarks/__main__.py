"""Run benchmarks by name, or all of them: every module here that has a `run`.

A module with `ON_REQUEST` runs only when it is named.
"""

import argparse
from importlib import import_module
from pathlib import Path

from benchmarks.machine import describe_machine

HERE = Path(__file__).parent


def main() -> None:
    names = [path.stem for path in sorted(HERE.glob("*.py")) if not path.stem.startswith("__")]
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    known = [name for name, module in modules.items() if hasattr(module, "run")]
    usual = [name for name in known if not getattr(modules[name], "ON_REQUEST", False)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"of {', '.join(known)}; {', '.join(usual)} if none",
    )
    chosen = parser.parse_args().names or usual
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    print(f"{describe_machine()}\n")
    for name in chosen:
        modules[name].run()
        print(flush=True)


if __name__ == "__main__":
    main()
