"""Routes of the shipped case against the stated bounds of time and gap.

``python -m benchmarks.routes`` runs whole processes as a user does: all routes with their
quantiles, then the flip points. Exit code 1 where a bound is passed. ``--quick`` takes few draws
and no flip points.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

BOUNDS = {"routes_seconds": 300.0, "flips_seconds": 300.0, "largest_gap": 0.01}
CASE = ["--party", "openai", "--scenario", "openai-2024", "--now", "2024-01-31", "--by", "2028Q4",
        "--until", "2030Q4", "--workers", "2", "--quiet", "--json"]  # fmt: skip


def run(*more: str) -> tuple[dict, float, float]:
    """Answer, seconds of the clock, and seconds of the processor with all its children."""
    waferway = str(Path(sys.executable).with_name("waferway"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run([waferway, "routes", *CASE, *more], check=True, capture_output=True)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), seconds, busy


def main() -> int:
    """Print the figures as JSON; exit code 1 where one passes its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    found: dict[str, object] = {}
    answer, wall, busy = run("--draws", "4" if quick else "40")
    gaps = {row["route"]: row["gap"] for row in answer["routes"]}
    found |= {
        "draws": answer["manifest"]["draws"], "routes_seconds": wall, "routes_cpu_seconds": busy,
        "gaps": gaps, "largest_gap": max(g for g in gaps.values() if g is not None),
        "ranking": [row["route"] for row in answer["routes"] if row["rank"]],
        "delivered": {row["route"]: row["delivered"]["2028Q4"] for row in answer["routes"]},
    }  # fmt: skip
    if not quick:
        answer, wall, busy = run("--draws", "0", "--flips")
        found |= {
            "flips_seconds": wall, "flips_cpu_seconds": busy,
            "flip_plans": sum(flip["plans"] for flip in answer["flips"]),
            "flips": answer["flips"],
        }  # fmt: skip
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    passed = [n for n, bound in BOUNDS.items() if float(str(found.get(n, 0.0))) > bound]
    print(json.dumps({"bounds": BOUNDS, **found, "load": load, "passed_bounds": passed}, indent=1))
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
