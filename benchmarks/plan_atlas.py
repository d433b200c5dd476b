"""The shipped atlas planned as a user does, against the stated bounds of time and memory.

``python -m benchmarks.plan_atlas`` runs whole processes: the plan with its report, the help, the
import beside pandas; ``--sensitivity`` adds the plan at both ends of what decides it. Exit code
1 where a bound is passed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUNDS = {
    "plan_seconds": 60.0,
    "plan_memory_gb": 2.0,
    "sensitivity_seconds": 180.0,
    "help_seconds": 0.3,
    "import_over_pandas": 1.5,
}


def timed(*command: str, cwd: str | None = None) -> tuple[float, float]:
    """Seconds of one process, and the peak memory of any child so far in GB."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=cwd)
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6


def best(count: int, *command: str) -> float:
    """Shortest of several runs: what the machine can do when it is left alone."""
    return min(timed(*command)[0] for _ in range(count))


def main() -> int:
    """Print the figures as JSON; exit code 1 where one passes its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sensitivity", action="store_true")
    asked = parser.parse_args()
    python = sys.executable
    waferway = str(Path(python).with_name("waferway"))
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        found["help_seconds"] = best(5, waferway, "--help")
        ours, pandas = best(5, python, "-c", "import waferway"), best(
            5, python, "-c", "import pandas"
        )  # fmt: skip
        found["import_over_pandas"] = ours / pandas
        found["plan_seconds"], found["plan_memory_gb"] = timed(waferway, "plan", cwd=folder)
        manifest = json.loads((Path(folder) / "waferway-plan" / "manifest.json").read_text())
        found["gap"] = manifest["gap"]
        if asked.sensitivity:
            found["sensitivity_seconds"], _ = timed(
                waferway, "plan", "--sensitivity", "--force", cwd=folder
            )
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    passed = [name for name, bound in BOUNDS.items() if found.get(name, 0.0) > bound]
    print(json.dumps({"bounds": BOUNDS, **found, "load": load, "passed_bounds": passed}, indent=1))
    return 1 if passed or found["gap"] > 5e-3 else 0


if __name__ == "__main__":
    sys.exit(main())
