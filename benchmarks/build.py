"""Time and memory to state a plan and hand it to HiGHS: waferway, Pyomo, PyPSA, in one run.

Each contender runs in a process of its own, one after the other, and reports wall seconds and
the growth of its peak memory from before it began. ``python -m benchmarks.build --size full``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from typing import Any

import numpy as np

from benchmarks.family import family_network
from waferway.calendar import Calendar
from waferway.planning.instance import Instance, lay_out, lay_out_like

__all__ = ["SIZES", "compare"]

SIZES: dict[str, dict[str, int]] = {
    "slice": {"sites": 6, "technologies": 4, "items": 6, "quarters": 12, "branches": 4},
    "medium": {"sites": 15, "technologies": 6, "items": 9, "quarters": 24, "branches": 8},
    "full": {"sites": 30, "technologies": 8, "items": 12, "quarters": 40, "branches": 20},
}
GOAL = 20.0


def _instances(size: str) -> tuple[Any, list[float]]:
    net = family_network(**SIZES[size])
    calendar = Calendar.build(net.setting("start"), "quarter", str(net.setting("until")))
    decided = np.ones(len(calendar), dtype=bool)

    def make() -> list[Instance]:
        names = [name for name, _ in net.leaves]
        first = lay_out(net, calendar, decided, base=calendar.start, rate=0.08, branch=names[0])
        return [first, *(lay_out_like(first, name) for name in names[1:])]

    return make, [p for _, p in net.leaves]


def _run(contender: str, size: str, pipe: Any) -> None:
    from benchmarks import peers

    make, probabilities = _instances(size)
    if contender != "waferway":
        instances = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if contender == "waferway":
        seconds, shape = peers.waferway_seconds(make, probabilities)
    elif contender == "pyomo":
        seconds, shape = peers.pyomo_seconds(instances)
    else:
        seconds, shape = peers.pypsa_seconds(instances)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e6
    pipe.send({"seconds": seconds, "rows": shape[0], "columns": shape[1], "memory_gb": grown})


def compare(size: str, contenders: tuple[str, ...] = ("waferway", "pyomo", "pypsa")) -> dict:
    """Seconds, size and memory of each contender, and ratios to waferway."""
    out: dict[str, Any] = {"size": size, **SIZES[size]}
    context = multiprocessing.get_context("spawn")
    for contender in contenders:
        mine, theirs = context.Pipe()
        worker = context.Process(target=_run, args=(contender, size, theirs))
        worker.start()
        while worker.is_alive() and not mine.poll(0.2):
            time.sleep(0.1)
        out[contender] = mine.recv() if mine.poll() else {"failed": worker.exitcode}
        worker.join()
    own = out["waferway"]
    for contender in contenders[1:]:
        theirs_found = out[contender]
        if "seconds" in theirs_found:
            theirs_found["times_slower"] = theirs_found["seconds"] / own["seconds"]
            theirs_found["times_memory"] = theirs_found["memory_gb"] / max(own["memory_gb"], 1e-3)
    return out


def main() -> int:
    """Print the comparison; exit code 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="medium")
    size = parser.parse_args().size
    found = compare(size)
    print(json.dumps(found, indent=1))
    slowest = min(found[c].get("times_slower", 0.0) for c in ("pyomo", "pypsa"))
    return 0 if slowest >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
