"""Chips: a million designs, a million kernels, a thousand die sizes, each beside a peer.

Run with ``python -m benchmarks.chips [--json FILE]``. The peers are measured in the same run:
Chiplet Actuary's formulas evaluated one design at a time (its own code states no licence and is
not distributed here), the same laws one by one, and a plain search for gross dies. Ratios are
asserted; seconds are recorded.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from pathlib import Path

import numpy as np

from tests.reference import chips_wafer as slow_wafer
from waferway.chips import wafer
from waferway.chips.batch import batch_cost, batch_performance
from waferway.chips.harvest_table import _table, clustered_harvest
from waferway.chips.published.actuary import ActuaryDie, recurring_cost
from waferway.chips.roofline import Accelerator, Roofline, kernel_time_s
from waferway.streams import stream

ROWS = 1_000_000


def best_of(function, repeats=3):
    """Least seconds of several runs, and the last result."""
    least, result = np.inf, None
    for _ in range(repeats):
        start = time.perf_counter()
        result = function()
        least = min(least, time.perf_counter() - start)
    return least, result


def designs(rows):
    rng = stream(1, "benchmark", "designs")
    return {
        "die_width_mm": rng.uniform(5, 26, rows),
        "die_height_mm": rng.uniform(5, 33, rows),
        "d0_per_cm2": rng.uniform(0.05, 0.2, rows),
        "clustering": 3.0,
        "wafer_usd": rng.uniform(9e3, 2e4, rows),
        "dies": rng.integers(1, 5, rows).astype(float),
        "probe_usd": 1.0,
        "stacks": rng.integers(0, 9, rows).astype(float),
        "stack_places": rng.integers(0, 9, rows).astype(float),
        "core_dies": rng.choice([4.0, 8.0, 12.0], rows),
        "core_die_usd": 9.0,
        "base_die_usd": 15.0,
        "bond_usd": 1.0,
        "stack_bond_yield": 0.98,
        "stack_test_usd": 15.0,
        "interposer_mm2": rng.uniform(800, 2800, rows),
        "interposer_wafer_usd": 12000.0,
        "interposer_gross": 20.0,
        "interposer_d0_per_cm2": 0.002,
        "interposer_clustering": 6.0,
        "die_attach_yield": 0.985,
        "stack_attach_yield": 0.985,
        "substrate_usd": 100.0,
        "assembly_usd": 100.0,
        "mount_yield": 0.99,
        "final_yield": 0.98,
        "final_usd": 8.0,
        "final_coverage": 0.98,
        "system_usd": 50.0,
        "system_coverage": 0.9,
        "auxiliary_usd": 400.0,
        "node_nre_usd": 542e6,
        "masks_usd": 18e6,
    }


def one_by_one(count=400):
    """The peer: four chiplets on an interposer, one design after the other."""
    rng = stream(2, "benchmark", "one by one")
    areas = rng.uniform(50, 250, count)

    def run():
        for area in areas:
            recurring_cost([ActuaryDie(float(area), 16988.0, 0.11)] * 4, "2.5D")

    return best_of(run)[0] / count


def measure():
    out = {}
    given = designs(ROWS)
    seconds, _ = best_of(lambda: batch_cost(given))
    peer = one_by_one()
    out["designs"] = {
        "what": f"{ROWS:,} designs: die, yield, memory, package, test, NRE",
        "seconds": seconds,
        "peer": "Chiplet Actuary's formulas, one design at a time",
        "peer_seconds": peer * ROWS,
    }
    rng = stream(3, "benchmark", "harvest")
    share = rng.uniform(0.3, 0.7, ROWS)
    kinds = {"repairable_share": share, "blocks": 144.0, "blocks_needed": 132.0}
    _table.cache_clear()
    first, _ = best_of(lambda: batch_cost(given | kinds), 1)
    seconds, table = best_of(lambda: batch_cost(given | kinds))
    peer, direct = best_of(lambda: batch_cost(given | kinds, harvest="quadrature"), 1)
    out["harvest"] = {
        "what": "the same with clustered harvesting, tables made",
        "seconds": seconds,
        "seconds_with_tables": first,
        "largest_error": float(np.abs(table.die_yield - direct.die_yield).max()),
        "peer": "32-node quadrature of every design",
        "peer_seconds": peer,
    }
    peak, wide = rng.uniform(1e14, 5e15, ROWS), rng.uniform(1e12, 8e12, ROWS)
    work, moved = rng.uniform(1e9, 1e14, ROWS), rng.uniform(1e6, 1e10, ROWS)
    law = {
        "compute_efficiency": 0.745,
        "bandwidth_efficiency": 0.86,
        "launch_s": 7.5e-6,
        "sharpness": 1.35,
    }
    seconds, _ = best_of(lambda: batch_performance(peak, wide, work, moved, **law))
    roof = Roofline(0.745, 0.86, 7.5e-6, 1.35)
    chip = Accelerator("x", 1e15, 3e12)
    peer, _ = best_of(lambda: [kernel_time_s(chip, roof, 1e12, 1e9) for _ in range(2000)])
    out["performance"] = {
        "what": f"{ROWS:,} kernels on {ROWS:,} chips",
        "seconds": seconds,
        "peer": "the same law one kernel at a time",
        "peer_seconds": peer / 2000 * ROWS,
    }
    sizes = np.round(stream(4, "benchmark", "sizes").uniform([3, 3], [26, 33], (1000, 2)), 3)
    wafer.best_grid.cache_clear()
    seconds, counted = best_of(lambda: wafer.gross_dies(sizes[:, 0], sizes[:, 1]), 1)
    cached, _ = best_of(lambda: wafer.gross_dies(sizes[:, 0], sizes[:, 1]))
    large = [(25.5, 32.4), (26.0, 31.3), (24.7, 24.7)]
    peer, slow = best_of(lambda: [slow_wafer.exact(w, h, 300, 3, 0.1) for w, h in large], 1)
    wafer.best_grid.cache_clear()
    reticle, fast = best_of(lambda: [wafer.exact_gross_dies(w, h) for w, h in large], 1)
    assert slow == fast and counted.method == "exact"
    out["gross-dies"] = {
        "what": "1,000 distinct die sizes from 3 x 3 to 26 x 33 mm, counted exactly",
        "seconds": seconds,
        "seconds_cached": cached,
        "ms_per_reticle_die": reticle / len(large) * 1e3,
        "peer": "trying every critical shift in plain Python (reticle-sized dies)",
        "peer_seconds": peer / len(large) * 1000,
    }
    # one class of blocks, so that the ratio of table to integral is seen by itself
    faults = rng.uniform(0.1, 2.0, 100_000)
    args = (faults, 3.0, 0.5, 144.0, 132.0)
    seconds, _ = best_of(lambda: clustered_harvest(*args))
    peer, _ = best_of(lambda: clustered_harvest(*args, method="quadrature"), 1)
    out["harvest-table"] = {
        "what": "100,000 harvest yields by table",
        "seconds": seconds,
        "peer": "32-node quadrature",
        "peer_seconds": peer,
    }
    for result in out.values():
        result["ratio"] = result["peer_seconds"] / result["seconds"]
    return out


# Least ratios; far below what is measured, so that a busy machine does not fail them.
LEAST = {"designs": 100, "harvest": 2, "performance": 10, "gross-dies": 100, "harvest-table": 10}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    results = measure()
    for name, result in results.items():
        print(
            f"{name:16} {result['seconds']:9.3f} s   peer {result['peer_seconds']:10.1f} s   "
            f"ratio {result['ratio']:9.0f}   {result['what']} | {result['peer']}"
        )
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"largest memory {peak_gb:.2f} GB")
    if given.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        body = {"machine": machine, "peak_gb": peak_gb, "results": results}
        given.json.write_text(json.dumps(body, indent=1))
    for name, least in LEAST.items():
        assert results[name]["ratio"] >= least, (name, results[name]["ratio"])
    assert peak_gb <= 1.0


if __name__ == "__main__":
    main()
