"""The hindcast against its goals: quarters of 2024 left out, bands on synthetic networks.

``python -m benchmarks.hindcast`` prints errors by metric beside both naive rivals, and how many
outcomes of synthetic networks lie inside stated 90 % bands. Exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.studies.synthetic_networks import METRICS, coverage
from waferway.studies.hindcast import leave_out_2024

BOUNDS = (0.85, 0.95)


def main() -> int:
    """Print the figures as JSON; exit code 1 where one misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=400)
    networks = parser.parse_args().networks
    left, past = leave_out_2024(), leave_out_2024(past_only=True)
    covered = dict(zip(METRICS, coverage(networks, first=10_000).tolist(), strict=True))
    inside = all(BOUNDS[0] <= share <= BOUNDS[1] for share in covered.values())
    found = {
        "leave_one_quarter_out": left.errors().round(4).to_dict(orient="index"),
        "past_only": past.errors().round(4).to_dict(orient="index"),
        "coverage90_on_synthetic_networks": {k: round(v, 4) for k, v in covered.items()},
        "networks": networks, "goal_error": 0.15, "goal_coverage": list(BOUNDS),
        "passed": left.passed and inside,
    }  # fmt: skip
    print(json.dumps(found, indent=1))
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
