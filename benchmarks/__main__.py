"""Run benchmarks by name, or all of them: every module here that has a `run`."""

import argparse
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    names = [path.stem for path in sorted(HERE.glob("*.py")) if not path.stem.startswith("__")]
    runs = {name: getattr(import_module(f"benchmarks.{name}"), "run", None) for name in names}
    known = [name for name, run in runs.items() if run is not None]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"of {', '.join(known)}; all if none"
    )
    chosen = parser.parse_args().names or known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    for name in chosen:
        run = runs[name]
        if run is not None:
            run()
            print()


if __name__ == "__main__":
    main()
