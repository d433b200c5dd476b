"""The cases of OpenAI without fabs: routes planned, kept as results, said as tables of a page.

Owns what the pages of `openai-2024`, `openai-36-fabs` and `openai-7tn` print. A fund has no
meaning for the plan of the whole system, so these what-ifs are asked of one party, by its routes.
"""

from __future__ import annotations

from typing import Any

import waferway
from waferway.network.network import Network
from waferway.studies.route_words import amount, binds_in_words, usd

__all__ = ["CASES", "case_table", "command", "run_case", "spent"]

CASES = {"openai-2024": 40, "openai-36-fabs": 0, "openai-7tn": 0}
"""Draws of the intervals by scenario: with money without end the volumes on offer decide."""
ASKED = {"party": "openai", "now": "2024-01-31", "by": "2028Q4", "until": "2030Q4"}
MODULE = "openai-plants-n2+5k"
KEPT = (
    "route", "label", "rank", "open", "why_closed", "delivered", "quantiles", "binds", "gap",
    "cost_per_compute_usd", "peak_cash_usd", "total_capital_usd", "first_delivery", "country",
    "supplier",
)  # fmt: skip


def _with_memory(network: Network, factor: float) -> Network:
    """A network in which so many times as much HBM is on sale."""
    kind, item = network.table("item")["kind"], network.table("offer")["item"]
    stacks = {name for name, of in item.items() if of and kind[of] == "stack"}
    step = network.table("offer_step").copy()
    step.loc[step["offer"].isin(stacks), "volume"] *= factor
    return network.with_tables({"offer_step": step})


def _with_fund(network: Network, usd_amount: float) -> Network:
    fund = network.table("fund").copy()
    fund.loc[fund["party"] == ASKED["party"], "amount_usd"] = usd_amount
    return network.with_tables({"fund": fund})


def _variations(name: str) -> list[tuple[str, Network]]:
    """Assumptions changed one at a time: what, and the network."""
    net = waferway.world().with_scenario(name)
    if name == "openai-2024":
        past = waferway.world(known=ASKED["now"]).with_scenario(name)
        return [("8 billion dollars", _with_fund(net, 8e9)),
                ("10 billion dollars", _with_fund(net, 10e9)),
                ("only what was known on 31 January 2024", past)]  # fmt: skip
    return [("ten times the HBM on sale", _with_memory(net, 10.0)),
            ("a thousand times the HBM on sale", _with_memory(net, 1000.0))]  # fmt: skip


def command(name: str) -> str:
    """What a reader types to see the same."""
    asked = " ".join(f"--{key} {value}" for key, value in ASKED.items())
    return f"waferway routes --scenario {name} {asked} --draws {CASES[name]}"


def run_case(network: Network, name: str, gap: float) -> dict[str, Any]:
    """Routes of one case as plain data, in figures of six digits."""
    net = network.with_scenario(name)
    found = waferway.routes(net, **ASKED, gap=gap / 2, draws=CASES[name], workers=2)
    price = float(net.table("module").at[MODULE, "capex_usd"])
    fund = float(net.table("fund").loc[net.table("fund")["party"] == "openai", "amount_usd"].sum())
    varied = []
    for says, other in _variations(name):
        run = waferway.routes(other, **ASKED, gap=gap / 2, draws=0, workers=2)
        varied.append({
            "says": says, "built": _built(run), "own_binds": run.row("own")["binds"],
            "routes": [{"route": row["route"], "label": row["label"], "gap": row["gap"],
                        "delivered": row["delivered"], "peak_cash_usd": row["peak_cash_usd"]}
                       for row in run.rows],
        })  # fmt: skip
    return {
        "scenario": name,
        "description": str(network.table("scenario").at[name, "description"]),
        "asked": {**ASKED, "draws": CASES[name]},
        "basis": found.basis,
        "dates": list(found.dates),
        "fund_usd": fund,
        "own_modules": {"size_wafers_month": float(net.table("module").at[MODULE, "size"]),
                        "built": _built(found), "paid_for": int(fund // price)},
        "routes": [_rounded({key: row[key] for key in KEPT}) for row in found.rows],
        "varied": _rounded(varied),
    }  # fmt: skip


def _built(found: Any) -> int:
    """Modules of logic ordered on the route of own plants."""
    own = found.plans.get("own")
    if own is None:
        return 0
    orders = own.tables["orders"]
    return round(float(orders.loc[orders["module"] == MODULE, "orders"].sum()))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value


def spent(content: dict[str, Any]) -> float:
    """Most cash that the mix of all routes draws, USD."""
    return float(next(r for r in content["routes"] if r["route"] == "mix")["peak_cash_usd"])


def case_table(content: dict[str, Any]) -> str:
    """The figures as tables of a page."""
    first, last = content["dates"][0], content["dates"][-1]
    drawn = any(row["quantiles"] for row in content["routes"])
    spread = " (P10 / P50 / P90)" if drawn else ""
    own, fund = content["own_modules"], content["fund_usd"]
    size = own["size_wafers_month"]
    lines = [
        f"Fund: {usd(fund)}. The mix of all routes draws {usd(spent(content))} of it, "
        f"{spent(content) / fund:.1%}. Modules of {size:,.0f} wafers a month on the route of own "
        f"plants: {own['built']} built; the fund would pay for {own['paid_for']:,}.",
        "",
        f"Compute in {content['basis']}, by the end of {first} and of {last}{spread}:",
        "",
        f"| | route | by {first} | by {last} | most cash drawn | per unit | first | binds | gap |",
        "|---|---|---|---|---:|---:|---|---|---:|",
    ]
    for row in content["routes"]:
        if not row["open"] or not row["delivered"][last]:
            why = row["why_closed"] or "not taken: too dear, too late, or no gain"
            lines.append(f"| | {row['label']} | {why} | | | | | | |")
            continue
        made = [_made(row, when) for when in (first, last)]
        lines.append(
            f"| {row['rank'] or ''} | {row['label']} | {made[0]} | {made[1]} "
            f"| {usd(row['peak_cash_usd'])} | {usd(row['cost_per_compute_usd'])} "
            f"| {row['first_delivery'] or '-'} | {binds_in_words(row)} "
            f"| {'-' if row['gap'] is None else format(row['gap'], '.2%')} |"
        )
    lines += ["", f"One assumption changed at a time, compute by the end of {last}:", ""]
    names = [row["label"] for row in content["routes"]]
    heads = ["as above", *(one["says"] for one in content["varied"])]
    lines += [f"| route | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    sides = [content["routes"], *(one["routes"] for one in content["varied"])]
    for label in names:
        cells = []
        for side in sides:
            made = next((r["delivered"][last] for r in side if r["label"] == label), None)
            cells.append("-" if not made else amount(made))
        lines.append(f"| {label} | {' | '.join(cells)} |")
    built = [own["built"], *(one["built"] for one in content["varied"])]
    lines.append(f"| modules of own plants | {' | '.join(f'{n:,}' for n in built)} |")
    plants = next(row for row in content["routes"] if row["route"] == "own")
    stops = [plants, *({"binds": one["own_binds"]} for one in content["varied"])]
    lines.append(f"| what binds own plants | {' | '.join(binds_in_words(s) for s in stops)} |")
    return "\n".join(lines)


def _made(row: dict[str, Any], when: str) -> str:
    found = (row["quantiles"] or {}).get(when)
    if not found:
        return amount(row["delivered"][when])
    spread = " / ".join(amount(found[q]) for q in ("p10", "p50", "p90"))
    return f"{amount(row['delivered'][when])} ({spread})"
