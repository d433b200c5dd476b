"""Explain, diff and trace on a plan of the shipped atlas, as whole processes, against 2 s each.

``python -m benchmarks.questions`` plans the atlas twice (median demand, and `demand-high`), then
asks each question several times and takes the shortest time. Exit code 1 where one takes longer.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUND_SECONDS = 2.0
QUESTIONS = {
    "explain": ["explain", "a"],
    "diff": ["diff", "a", "b"],
    "trace capacity": ["trace", "a", "capacity", "line=fab18-n3", "period=2028Q1"],
    "trace compute": ["trace", "a", "compute", "year=2030"],
    "trace money": ["trace", "a", "money", "kind=modules"],
}


def asked(command: list[str], folder: str) -> tuple[float, float]:
    """Seconds by the clock and of CPU of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print the figures as JSON; exit code 1 where a question takes longer than its bound."""
    waferway = str(Path(sys.executable).with_name("waferway"))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, more in (("a", []), ("b", ["--scenario", "demand-high"])):
            asked([waferway, "plan", "--quiet", "--out", name, *more], folder)
        for name, arguments in QUESTIONS.items():
            runs = [asked([waferway, *arguments], folder) for _ in range(5)]
            found[name] = {"seconds": round(min(w for w, _ in runs), 3),
                           "cpu_seconds": round(min(c for _, c in runs), 3)}  # fmt: skip
    late = [name for name, figures in found.items() if figures["seconds"] > BOUND_SECONDS]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(json.dumps({"bound_seconds": BOUND_SECONDS, **found, "load": load, "late": late},
                     indent=1))  # fmt: skip
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
