"""Every benchmark, one after the other, each against its named peers in the same run.

``python -m benchmarks.run`` writes ``benchmarks/results/<name>.json`` and ends with 1 where a
goal is missed; ``--quick`` takes the small sizes. Names limit it to some benchmarks, and
``--with`` gives these other arguments, which the results file then states:
``python -m benchmarks.run scenarios --with korea-2047 hbm-slip``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
MODULES: dict[str, tuple[list[str], list[str]]] = {
    # name -> arguments of the full run, arguments of the quick run
    "plan_atlas": (["--sensitivity"], []),
    "questions": ([], []),
    "build": (["--size", "full"], ["--size", "slice"]),
    "chips": ([], []),
    "finance_rates": ([], []),
    "routes": ([], ["--quick"]),
    "ledger": ([], []),
    "extract": ([], []),
    "scenarios": ([], ["--quick"]),
    "hindcast": ([], ["--networks", "40"]),
    "report": ([], []),
}


def main() -> int:
    """Run what there is; exit code 1 where one of them missed its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MODULES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--with", nargs="+", dest="instead", metavar="argument")
    asked = parser.parse_args()
    quick = asked.quick
    if unknown := set(asked.names) - set(MODULES):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if asked.instead and len(asked.names) != 1:
        parser.error("--with gives the arguments of one named benchmark")
    RESULTS.mkdir(exist_ok=True)
    missed = []
    for name, (full, small) in MODULES.items():
        if asked.names and name not in asked.names:
            continue
        if not (Path(__file__).parent / f"{name}.py").is_file():
            continue
        arguments = asked.instead or (small if quick else full)
        print(f"== {name} {' '.join(arguments)}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *arguments],
            stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        print(done.stdout)
        content = {"commit": _commit(), "arguments": arguments, "exit": done.returncode,
                   "output": _parsed(done.stdout)}  # fmt: skip
        if not quick:
            text = json.dumps(content, indent=1) + "\n"
            (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
        if done.returncode:
            missed.append(name)
    if missed:
        print(f"goal missed or failed: {', '.join(missed)}")
    return 1 if missed else 0


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                          check=False)  # fmt: skip
    return done.stdout.strip() or "unknown"


def _parsed(text: str) -> object:
    start = text.find("{")
    try:
        return json.loads(text[start:])
    except ValueError:
        return text.splitlines()


if __name__ == "__main__":
    sys.exit(main())
