"""How long the shipped atlas's plan takes to explain, and the hundred infeasible networks.

``python -m benchmarks.explain`` plans the atlas into a temporary folder and runs
``waferway explain`` on it as whole processes; ``--conflicts`` also finds the conflict of every
generated infeasible network. ``--save`` writes ``benchmarks/results/explain.json``. Exit code 1
where the explanation takes longer than its bound or a conflict is not minimal.
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
from typing import Any

BOUND_SECONDS = 2.0
RESULTS = Path(__file__).parent / "results" / "explain.json"


def processes(count: int, *command: str) -> tuple[float, float]:
    """Least wall and least processor seconds of several runs of a process."""
    walls, processor = [], []
    for _ in range(count):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        walls.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(processor)


def conflicts() -> dict[str, Any]:
    """Every generated infeasible network: is its conflict minimal, and the planted one?"""
    import waferway as ww
    from tests.planning.conflict.infeasible_networks import cases
    from waferway.errors import Infeasible
    from waferway.network.network import Network

    began = time.process_time()
    minimal = planted = whole = 0
    everything = cases()
    for case in everything:
        try:
            ww.plan(Network.build(case.tables, case.setting), **case.arguments)
            continue
        except Infeasible as no:
            found = no.conflict
        members = found.members
        minimal += not found.feasible(members) and all(
            found.feasible([m for m in members if m != other]) for other in members
        )
        planted += {m.entity for m in members} == case.planted
        whole += found.whole
    return {"networks": len(everything), "minimal": minimal, "planted": planted, "whole": whole,
            "processor_seconds": time.process_time() - began}  # fmt: skip


def main() -> int:
    """Print the figures as JSON; exit code 1 where one misses its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conflicts", action="store_true")
    parser.add_argument("--save", action="store_true")
    asked = parser.parse_args()
    waferway = str(Path(sys.executable).with_name("waferway"))
    with tempfile.TemporaryDirectory() as folder:
        plan = str(Path(folder) / "plan")
        subprocess.run([waferway, "plan", "-q", "-o", plan], check=True, capture_output=True)
        wall, processor = processes(5, waferway, "explain", plan)
    found: dict[str, Any] = {
        "bound_seconds": BOUND_SECONDS, "explain_wall_seconds": wall,
        "explain_processor_seconds": processor, "load": os.getloadavg()[0],
    }  # fmt: skip
    fine = processor <= BOUND_SECONDS
    if asked.conflicts:
        found["conflicts"] = conflicts()
        fine = fine and found["conflicts"]["minimal"] == found["conflicts"]["networks"]
    print(json.dumps(found, indent=1))
    if asked.save:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
