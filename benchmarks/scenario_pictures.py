"""The picture of each scenario's page, drawn from its results.

Owns which picture a page has and what it says; how it is drawn is for
`waferway.report.scenario_figures`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.cases import CASES, spent
from waferway.evidence.claims import Evidence
from waferway.report.figure import Figure
from waferway.report.scenario_figures import (
    parts_by_period,
    routes_by_money,
    scenario_figure,
    sizes,
)
from waferway.studies.route_words import amount, usd
from waferway.studies.scenario_study import ScenarioStudy

__all__ = ["FOLDER", "THEMES", "draw", "image", "picture"]

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "scenarios" / "results"
FOLDER = ROOT / "docs" / "scenarios" / "figures"
THEMES = ("light", "dark")


def picture(name: str, evidence: Evidence) -> Figure:
    """The picture of one page, from the results as committed."""
    content = _results(name)
    if name == "openai-36-fabs":
        return _fabs(evidence)
    if name == "openai-7tn":
        return _three_funds()
    if name in CASES:
        return _routes(content)
    if name == "meta-350k-h100":
        return _meta(evidence)
    return scenario_figure(ScenarioStudy.from_json(content))


def draw(name: str, evidence: Evidence) -> list[Path]:
    """Write the picture of a page, light and dark; returns the files."""
    FOLDER.mkdir(exist_ok=True)
    figure = picture(name, evidence)
    out = []
    for theme in THEMES:
        path = FOLDER / f"{name}-{theme}.svg"
        path.write_text(figure.svg(theme), encoding="utf-8")  # type: ignore[arg-type]
        out.append(path)
    return out


def image(name: str, figure: Figure) -> str:
    """The picture in a page: the one that fits the reader's theme, with words for it."""
    said = f"{figure.title}. {figure.description}".replace("\n", " ")
    return "\n\n".join(
        f"```{{image}} figures/{name}-{theme}.svg\n:alt: {said}\n:class: only-{theme}\n```"
        for theme in THEMES
    )


def _results(name: str) -> dict[str, Any]:
    return dict(json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")))


def _routes(content: dict[str, Any]) -> Figure:
    """Compute by route, with the quantiles of the draws."""
    last = content["dates"][-1]
    rows = []
    for row in content["routes"]:
        made = row["delivered"][last]
        if not row["open"] or not made:
            continue
        found = (row["quantiles"] or {}).get(last) or {}
        rows.append({"route": row["label"], "case": last, "amount": made / 1e6,
                     "low": found.get("p10", float("nan")) / 1e6,
                     "high": found.get("p90", float("nan")) / 1e6})  # fmt: skip
    best = max((r for r in rows if not r["route"].startswith("Mix")), key=lambda r: r["amount"])
    fund = usd(content["fund_usd"])
    return routes_by_money(
        f"{fund}, one route alone: {best['route'].lower()} delivers {best['amount']:.3g} million "
        f"by the end of {last}",
        f"Compute delivered by the end of {last} on each route, in million {content['basis']}. "
        "The line is the range from the 10 % to the 90 % quantile of the draws.",
        f"million {content['basis']}", rows,
    )  # fmt: skip


def _three_funds() -> Figure:
    """The same routes with three funds."""
    rows, mixes = [], []
    for name in CASES:
        content = _results(name)
        last = content["dates"][-1]
        fund = usd(content["fund_usd"])
        mixes.append((content["fund_usd"], spent(content)))
        rows += [
            {"route": row["label"], "case": fund, "amount": row["delivered"][last] / 1e6,
             "low": None, "high": None}
            for row in content["routes"] if row["open"]
        ]  # fmt: skip
    (_, _), (_, some), (most, used) = mixes
    more = "nothing more" if abs(used - some) < 0.01 * some else usd(used - some)
    return routes_by_money(
        f"Of {usd(most)} the mix of all routes can use {usd(used)}, {more} than of a seventh",
        f"Compute delivered by the end of {last} on each route with three funds, in million "
        f"{content['basis']}.",
        f"million {content['basis']}", rows,
    )  # fmt: skip


def _fabs(evidence: Evidence) -> Figure:
    """Wafers a month: what is claimed beside what the world has."""

    def v(name: str) -> float:
        return float(evidence[name].central or 0.0)

    n3, n2, fab = v("logic-080"), v("logic-081"), 50_000.0
    low, high = float(evidence["oai-001"].low or 0.0), float(evidence["oai-001"].high or 0.0)
    fabs = v("oai-36.fabs") * fab
    return sizes(
        f"36 fabs are {amount(fabs)} wafers a month, {fabs / v('logic-005'):.1f} times what SEMI "
        "saw for the whole world in 2028",
        "Wafers a month, on a scale of powers of ten: what the announcements would pay for at "
        "IBS cost of 2 nm (dark) and of 3 nm (light), and the world's capacity at 7 nm and below "
        "as SEMI stated and forecast it in June 2025.",
        "wafers a month",
        [("8 to 10 billion dollars", low / n2, high / n3, True),
         ("one fab", fab, fab, False),
         ("the world in 2024, 7 nm and below", v("logic-002"), v("logic-002"), False),
         ("the world in 2028, 7 nm and below", v("logic-005"), v("logic-005"), False),
         ("36 fabs", fabs, fabs, True),
         ("7 trillion dollars", v("oai-003") / n2, v("oai-003") / n3, True)],
    )  # fmt: skip


def _meta(evidence: Evidence) -> Figure:
    """What Meta bought of all H100 and H200 that were sold, quarter by quarter."""

    def v(name: str) -> float:
        return float(evidence[name].central or 0.0)

    mine = (v("dem-009") - v("dem-004")) / 4
    rows = []
    for quarter in range(1, 5):
        sold = v(f"epoch.units.h100x.2024Q{quarter}")
        rows += [{"period": f"2024Q{quarter}", "part": "all others", "amount": sold - mine},
                 {"period": f"2024Q{quarter}", "part": "Meta, evenly over the year",
                  "amount": mine}]  # fmt: skip
    share = 4 * mine / sum(r["amount"] for r in rows)
    return parts_by_period(
        f"Meta's {4 * mine:,.0f} H100 are {share:.1%} of the H100 and H200 sold in 2024".replace(
            "%", " %"),
        "H100 and H200 sold in the world by quarter as Epoch AI estimates them, and the part that "
        "Meta had to buy to reach its figure.",
        "packages", rows,
    )  # fmt: skip
