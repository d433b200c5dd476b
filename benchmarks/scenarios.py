"""Shipped what-ifs planned again, the atlas balanced and sampled, against the stated bounds.

``python -m benchmarks.scenarios`` plans every scenario that has a page, each to a gap of 1 %,
balances the atlas and makes 1,000 sampled networks; exit code 1 where a bound is passed or a page
no longer says what the plans say. ``--write`` writes the results beside the pages, the figures into
them, and their pictures; ``--draw`` does the same from the results as they are, without planning.
Names limit it to the plans of some scenarios; ``--quick`` leaves the plans out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

import waferway
from benchmarks.cases import CASES, case_table, run_case, spent
from benchmarks.scenario_pictures import draw, image, picture
from benchmarks.scenario_variations import run_variations, variation_table
from waferway.atlas.announcements import sums_of
from waferway.atlas.balance import balance
from waferway.atlas.sampling import sample
from waferway.evidence.claims import Evidence
from waferway.planning.plan import Plan
from waferway.studies.scenario_study import ScenarioStudy
from waferway.studies.scenarios import run_scenario

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "scenarios"
RESULTS = PAGES / "results"
BEGIN, END = "<!-- figures: written by benchmarks.scenarios -->", "<!-- end of figures -->"
BOUNDS = {
    "scenario_plan_seconds": 180.0, "gap": 0.01, "balance_seconds": 10.0,
    "sampled_1000_seconds": 20.0,
}  # fmt: skip


QUESTIONS = {
    "openai-2024": "what do 8 to 10 billion dollars buy one without fabs, by which route?",
    "openai-36-fabs": "what would 36 fabs be, and what stops them?",
    "openai-7tn": "can seven trillion dollars be spent on chips?",
    "openai-26gw": "can 26 GW of three deals be supplied, and what is left for others?",
    "korea-2047": "which of 13 fabs for 622 trillion won pay?",
    "meta-350k-h100": "could one buyer have 350,000 H100 in 2024?",
    "taiwan-closure": "what does a closed year cost, and what helps?",
    "hbm-two-suppliers": "what is the third maker of HBM worth, and the second?",
    "hbm-slip": "what does a year of delay in memory cost?",
    "no-chips-act": "what do the awards still move?",
}
"""What each page answers, in the order of the overview."""


def paged() -> list[str]:
    """Scenarios that have a page."""
    return list(QUESTIONS)


def overview(evidence: Evidence) -> str:
    """The block of the overview: question, verdict and finding of every page."""
    lines = [BEGIN, "", "| scenario | question | verdict | in a figure |", "|---|---|---|---|"]
    for name, question in QUESTIONS.items():
        content = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        verdict = content.get("verdict") or ("money binds" if spent(content) > 0.9 * content[
            "fund_usd"] else "money does not bind")  # fmt: skip
        lines.append(f"| [{name}]({name}.md) | {question} | {verdict} "
                     f"| {picture(name, evidence).title} |")  # fmt: skip
    return "\n".join([*lines, "", END])


def figures(name: str, content: dict[str, Any], evidence: Evidence) -> str:
    """The block of a page: picture, figures, arithmetic on claims, sources of what is named."""
    varied = ""
    if name in CASES:
        said = case_table(content)
    else:
        study = ScenarioStudy.from_json(content)
        said, varied = study.markdown(), variation_table(study, content.get("varied", []))
    arithmetic = sums_of(evidence, name)
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    prose = page.split(BEGIN)[0] + page.split(END)[1]
    named = sources(evidence, prose + arithmetic)
    parts = [BEGIN, image(name, picture(name, evidence)), said, varied,
             arithmetic,
             f"Sources of the claims named on this page:\n\n{named}" if named else ""]  # fmt: skip
    return "\n\n".join([*(part for part in parts if part), END])


def sources(evidence: Evidence, text: str) -> str:
    """The sources of the claims that a page names, as a table; empty where it names none."""
    named = dict.fromkeys(re.findall(r"[a-z][a-z0-9.\-]*[a-z0-9]", text))
    by_source: dict[str, list[str]] = {}
    for claim in (c for c in named if c in evidence and evidence[c].source_id):
        by_source.setdefault(str(evidence[claim].source_id), []).append(claim)
    if not by_source:
        return ""
    lines = ["| source | made public | grade | claims |", "|---|---|---|---|"]
    for source_id, claims in by_source.items():
        source = evidence.sources[source_id]
        days = sorted({str(evidence[c].known_from) for c in claims if evidence[c].known_from})
        grades = ", ".join(sorted({evidence[c].grade for c in claims}))
        title = f"[{source.title}]({source.url})" if source.url else source.title
        lines.append(f"| {title} | {', '.join(days) or '-'} | {grades} | {', '.join(claims)} |")
    return "\n".join(lines)


def put(name: str, block: str) -> None:
    """Replace the block of a page."""
    path = PAGES / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    path.write_text(head + block + rest.split(END, 1)[1], encoding="utf-8")


def rewrite(name: str, evidence: Evidence) -> None:
    """Picture and block of a page, from its results."""
    draw(name, evidence)
    content = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    put(name, figures(name, content, evidence))
    put("index", overview(evidence))


def children() -> float:
    """Processor seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def differs(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What two results disagree on, beyond what two solves within a gap of 1 % may differ by.

    Years of one plan may differ more than its total: stock bridges them.
    """
    out = [k for k in ("verdict", "basis") if old.get(k) != new.get(k)]
    for before, after in zip(old.get("routes", []), new.get("routes", []), strict=False):
        for when in before["delivered"]:
            amount, made = (row["delivered"][when] or 0.0 for row in (before, after))
            if before["route"] != after["route"] or abs(amount - made) > 0.03 * max(amount, 1.0):
                out.append(f"{after['route']} by {when}: {made:.4g}, the page says {amount:.4g}")
    if "routes" in old:
        return out
    for before, after in zip(old["plans"], new["plans"], strict=False):
        a, b = (sum(row["delivered"] for row in p["compute"]) for p in (before, after))
        if abs(a - b) > 0.03 * max(a, 1.0):
            out.append(f"{after['name']}: {b:.4g} delivered, the page says {a:.4g}")
    return out


def machinery(network: waferway.Network) -> dict[str, float]:
    """Seconds of balancing the atlas, and of 1,000 sampled networks, each in one thread.

    Bounds are on processor time, which other work on the machine does not stretch; the time on
    the wall stands beside it.
    """
    begin, wall = time.process_time(), time.perf_counter()
    found = balance(network)
    balanced, balanced_wall = time.process_time() - begin, time.perf_counter() - wall
    begin, wall = time.process_time(), time.perf_counter()
    count = sum(1 for _ in sample(network, draws=1000, seed=1))
    return {
        "balance_seconds": balanced,
        "balance_wall_seconds": balanced_wall,
        "identities": float(len(found.result.identities)),
        "conflicts": float(len(found.conflicts)),
        "sampled_1000_seconds": time.process_time() - begin,
        "sampled_1000_wall_seconds": time.perf_counter() - wall,
        "sampled": float(count),
    }


def main() -> int:
    """Print the figures as JSON; exit code 1 where one passes its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--draw", action="store_true")
    asked = parser.parse_args()
    network = waferway.world()
    if asked.draw:
        for name in asked.names or paged():
            rewrite(name, network.evidence)
        return 0
    found: dict[str, Any] = {} if asked.names else dict(machinery(network))
    wrong = [k for k in ("balance_seconds", "sampled_1000_seconds")
             if k in found and found[k] > BOUNDS[k]]  # fmt: skip
    scenarios: dict[str, Any] = {}
    for name in [] if asked.quick else (asked.names or paged()):
        begin = time.process_time(), children()
        if name in CASES:
            content = run_case(network, name, BOUNDS["gap"])
            seconds = [time.process_time() - begin[0] + children() - begin[1]]
            gaps = [row["gap"] for row in content["routes"] if row["gap"] is not None]
        else:
            departed: dict[str, Plan] = {}
            study = run_scenario(network, name, BOUNDS["gap"], departed=departed)
            content, seconds = study.to_json(), list(study.seconds)
            if asked.write:
                content["varied"] = run_variations(network, name, BOUNDS["gap"], departed)
            gaps = [p["gap"] for p in study.plans if p["gap"] is not None]
        scenarios[name] = {"processor_seconds": [round(s, 1) for s in seconds], "gaps": gaps,
                           "verdict": content.get("verdict")}  # fmt: skip
        print(name, scenarios[name], file=sys.stderr, flush=True)
        # The seconds of a case are those of all its routes and draws together.
        most = max(seconds) / (len(content["routes"]) if name in CASES else 1)
        if most > BOUNDS["scenario_plan_seconds"] or max(gaps) > BOUNDS["gap"]:
            wrong.append(name)
        path = RESULTS / f"{name}.json"
        if asked.write:
            RESULTS.mkdir(exist_ok=True)
            path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            rewrite(name, network.evidence)
        else:
            wrong += differs(json.loads(path.read_text(encoding="utf-8")), content)
    found |= {"scenarios": scenarios, "bounds": BOUNDS, "passed_bounds": wrong,
              "machine": platform.machine(), "load": os.getloadavg()[0]}  # fmt: skip
    print(json.dumps(found, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
