"""Reference pages written from the code when the documentation is built.

Owns nothing of its own: tables come from the declarations of the network, results from those of
the planner, commands from the Typer application, names from the face of the package.
"""

import inspect
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "reference" / "generated"


def results() -> str:
    """Tables of a plan: columns and units."""
    from waferway.planning.results import COLUMNS, UNITS

    lines = []
    for name, columns in COLUMNS.items():
        units = UNITS[name]
        lines += [f"## {name}", "", "| column | unit |", "|---|---|"]
        lines += [
            f"| `{column}` | {f'`{units[column]}`' if column in units else 'name'} |"
            for column in columns.split()
        ]
        lines.append("")
    lines += ["## Tables of an explanation", "",
              "In `explanation/` of a plan folder, as Parquet and CSV, beside `explanation.json`; "
              "in Python `plan.explain()`. What each column means stands with "
              "`waferway.planning.explanation.Explanation` and on the page of the mathematics.",
              "", "| table | columns |", "|---|---|"]  # fmt: skip
    from waferway.planning.explanation.explanation import TABLES

    lines += [f"| `{name}` | {', '.join(f'`{c}`' for c in columns)} |"
              for name, columns in TABLES.items()]  # fmt: skip
    lines.append("")
    return "\n".join(lines)


MEANINGS = {
    "manifest.json of a plan folder": {
        "plan_version": "version of the folder's form",
        "waferway": "version that planned",
        "network_sha256": "hash of the network as given, before a party view",
        "title": "of the network",
        "scenarios": "applied, in order",
        "party": "whose plan; null: the system",
        "own_lines": "lines the party runs; null: the system",
        "now": "last day of history",
        "past": "`recorded`; or `reconstructed`: what happened was not on record, and was planned",
        "start": "first period shown",
        "until": "last period shown",
        "periods": "labels of all periods, warm-up and tail included",
        "shown": "of each period: whether reports show it",
        "decided": "of each period: whether it was decided (not history)",
        "spans": "of each period: first day, and first day after it",
        "objective": "`cost`, `value` or `compute`",
        "basis": "compute basis, or empty",
        "budget_usd": "cap on all spending; null: none",
        "base_date": "day to which money is discounted",
        "discount_rate": "per year",
        "solver": "name",
        "seed": "of the solver",
        "threads": "of the solver",
        "gap_asked": "relative",
        "gap": "relative, reached",
        "objective_value": "what was minimised",
        "bound": "its proven lower bound",
        "status": "`optimal`, `gap`, `time limit` or `interrupted`",
        "reproducible": "whether the same input gives the same plan",
        "rows": "of the program",
        "columns": "of the program",
        "integers": "integer columns",
        "branches": "leaves and their probabilities",
        "cost_usd": "expected discounted cost, whatever was minimised",
    },
    "waferway summary --json": {
        "party": "whose plan; null: the system",
        "start": "first period shown",
        "until": "last period shown",
        "now": "last day of history",
        "basis": "compute basis, or empty",
        "objective": "`cost`, `value` or `compute`",
        "compute": "by year, in units of the basis",
        "items": "demand on an item: share left unserved over the shown periods",
        "spending_usd": "undiscounted, by kind",
        "emergency_usd": "cash drawn beyond all funds, expected, undiscounted",
        "cost_usd": "expected discounted cost, unserved demand at its value included",
        "orders": "by module, largest spending first",
        "binding": "by year: the link of which one more per cent is worth most",
        "evidence": "numbers by grade, and the weakest grade behind results",
        "gap": "relative, reached",
        "status": "`optimal`, `gap`, `time limit` or `interrupted`",
    },
    "waferway explain --json": {
        "feasible": "true",
        "given": "`these builds` where prices are given whole decisions, else empty",
        "counted_in": "`USD`, or the compute basis under the objective `compute`",
        "left_out": "builds that are not explained, cheaper than all that are",
        "bottlenecks": "what binds: by branch, period and thing, with its worth",
        "builds": "the last order of each module (with `--build`: every one), and what it is worth",
        "paying": "by build: the rows and periods that pay for it or that it must pay for",
        "alternatives": "by build: cheapest of each class, and its extra cost",
        "claims": "by build, and for the plan: the five claims that move it most",
        "says": "the same in sentences",
    },
    "waferway explain --json, and waferway plan --json, of an infeasible network": {
        "feasible": "false",
        "cut_off": "what the time (`--conflict-time`) was too short for: `search`: the conflict is "
        "not the smallest, empty where none was found; `least`; `alone`; empty where nothing was",
        "whole": "whether only whole modules, openings and contracts clash",
        "conflict": "cells that cannot hold together, each with its place and periods; `alone`: "
        "how it would have to change with all others standing, null where that is not enough",
        "least_change": "numbers of the least change; null where no change of numbers is enough",
        "says": "the same for people",
    },
    "waferway verify --json": {
        "ok": "whether the plan holds",
        "cost_usd": "recomputed",
        "cost_difference": "relative to the manifest",
        "money_difference": "of the money table, relative",
        "objective_difference": "relative to the manifest",
        "worst": "by family of rows: largest relative violation",
        "checked": "by family of rows: how many",
        "cost_lines": "recomputed cost by branch and kind",
        "violations": "every row that is broken",
    },
    "waferway diff --json, of two plans": {
        "differs": "whether anything differs",
        "question": "entries of the manifests that differ: what was asked",
        "inputs": "of the networks as planned; keys as for two networks",
        "decisions": "that differ, the earliest first",
        "supply": "compute by year, in units of the basis",
        "demands": "other demand: shares left unserved that differ",
        "capacity": "lines whose capacity differs, in the last shown period in which it does",
        "money": "undiscounted, by kind, where it differs; and the discounted cost",
        "basis": "compute basis of both plans; empty where they have none in common",
        "within_gap": "whether the costs lie closer than the gaps of the two solves can tell apart",
        "not_compared": "why compute is not compared; empty where it is",
    },
    "waferway diff --json, of two networks": {
        "differs": "whether anything differs",
        "settings": "that differ",
        "rows": "added or removed",
        "cells": "numbers, texts and dates that differ, in the order in which they take effect, "
        "with their claims",
        "claims": "added, removed or changed",
    },
    "waferway trace --json": {
        "figure": "what was traced, in words",
        "value": "null: unknown",
        "unit": "of the value",
        "formula": "how the parts make the figure, and what of it the plan decided",
        "shares": "share of the figure by the weakest grade under each part",
        "imputed_share": "share of the figure that has an imputed value under it",
        "parts": "largest first; they sum to the value; each with its `cells` and their `claims`",
        "claims": "cited, and derived from at any depth, with quote, locator and source",
    },
    "waferway atlas balance --json": {
        "objective": "sum of squared moves, in half-ranges",
        "identities": "each with its residual `before` and `after`, `multiplier` and `status`: "
        "`met`, `balanced` or `conflict`",
        "moved": "claims that moved, the furthest first; `move` in half-ranges",
        "conflicts": "smallest sets of claims that cannot be had together, with `doubts`: what "
        "would end it, and `says`: the same in words",
        "unstated": "identities whose claims are not there, and why",
    },
    "waferway scenario run --json": {
        "scenario": "its name",
        "description": "what it asks",
        "verdict": "`feasible`, `partly`, `infeasible`; `possible` where it asks for nothing",
        "basis": "of `compute`",
        "asks": "demands that the scenario adds: needed, served, share",
        "plans": "what it departs from, the steps to it, itself, itself as a surprise: each with "
        "gap, compute and what binds by year, money undiscounted, modules ordered",
    },
    "waferway scenario show --json": {
        "name": "of the scenario",
        "description": "what it asks",
        "parents": "applied before it",
        "changes": "in order, each with the `claims` under its numbers",
    },
    "waferway routes --json": {
        "party": "who wants compute",
        "basis": "on which compute is counted",
        "dates": "to whose end it is counted: that of the ranking, and the last",
        "ranking": "`compute` or `cost`",
        "best": "route that ranks first; null: none delivers",
        "routes": "by rank, then those closed, then the mix",
        "flips": "with --flips: `route`, `against`, `lever` (`price`, `date`), `value` (factor, or "
        "days; null: none in `range`), its bracket `low` and `high`, and how many `plans`",
        "manifest": "what was asked, of which input",
    },
    "waferway routes --json, each of `routes`": {
        "route": "its name",
        "label": "for people",
        "open": "whether the network gives this route and its plan takes it",
        "why_closed": "why not, or empty",
        "rank": "null: the mix, and what delivers nothing",
        "option": "which of its options is the best, where it has some",
        "options": "every option, with `taken`, `delivered`, `cost_per_compute_usd`, `gap`",
        "delivered": "compute by the end of each date, as planned",
        "quantiles": "by date: p10, p50, p90 over draws, decisions kept",
        "cut_share": "share of draws in which not all decisions fitted; null: no draws",
        "cost_per_compute_usd": "levelised, net of what modules are worth at the end",
        "cost_per_million_tokens_usd": "the same over the output tokens of a unit's life",
        "peak_cash_usd": "most money spent at any time up to the last date; no income counted",
        "total_capital_usd": "of it for modules, sites, activations, rights and stakes",
        "net_present_cost_usd": "of the whole calendar, unserved demand left out",
        "first_wafer": "period of the first wafer started for the party; null: none",
        "first_delivery": "period of the first compute",
        "binds": "rows of which one per cent more adds most: `what`, `of`, `gain_percent` (of the "
        "objective)",
        "country": "country on which most depends, and the share",
        "supplier": "supplier on whom most depends, and the share",
        "dependence": "the same for all countries and suppliers",
        "rights": "bought",
        "qualifications": "of the items drawn on: lines and days",
        "used": "means that the plan uses, and how much",
        "gap": "relative, of the plan",
        "status": "of the solver",
        "periods": "labels of the curves",
        "compute_curve": "compute so far",
        "cash_curve_usd": "money spent so far, negative",
        "deals": "stakes taken, each screened by market: figures, rules, sources, open questions",
        "antitrust": "`flagged`, `depends on tail`, `clear`, `not screened`, `no deal`",
    },
    "waferway finance fabs --json": {
        "node": "of the fab",
        "years": "of operation",
        "rate": "per year, at which costs are discounted",
        "start": "of construction",
        "countries": "p10, p50, p90 of each part, of `total`, of three metrics a wafer; `gap` to "
        "the first country and its `gap_parts`; what is `assumed`; `claims`",
    },
    "waferway finance subsidies --json": {
        "basis": "on which compute is counted",
        "states": "each with `compute_gained`, `paid_usd`, `compute_per_usd` (null: nothing paid), "
        "`gaps` of the two plans, `certain`",
    },
    "waferway partners --json": {
        "party": "who wants compute",
        "members": "whom it may join with",
        "basis": "of `delivered`",
        "coalitions": "each with `members`, `worth_usd`, `gain_usd` over its members apart, "
        "`delivered`, `gap`, `orders`",
        "best_partner": "the one member with which the party gains most",
        "split": "of all together: `method`, `shares`, `gains`, `gain`, `core`, `slack`, `tight` "
        "groups, `reason`",
        "superadditivity_violations": "pairs worth more apart than together",
        "manifest": "what was asked, of which input",
    },
    "waferway network check --json": {
        "ok": "whether there is no fault",
        "faults": "each with `place`, `what`, `why`, `try`, `kind`",
        "sha256": "hash of the network; only where there is no fault",
    },
    "waferway doctor --json": {
        "ok": "whether all checks pass",
        "checks": "each with `name`, `ok`, `says`",
    },
    "waferway demand --json": {
        "basis": "unit of the numbers: the basis, or wafers a month for `edge`",
        "party": "as asked; null: all",
        "segment": "as asked; null: all",
        "quarters": "fan of need by quarter",
        "years": "the same by year: quarters of each path summed (edge: averaged)",
        "stock": "fan of compute in use at the end of each quarter, all parties",
        "manifest": "basis, seed, paths, horizon, hash of the claims and the claims read",
        "forecasts": "published forecasts in the order in which they were made, with the same "
        "quantity of the fan (`p05` to `p95`), the outcome where it is known, and `reason` where "
        "the fan has no such quantity",
        "worth": "by year and step, falling: share of need, USD per H100 equivalent",
    },
    "waferway hindcast run --json": {
        "conditional": "whether the supply of the year was given",
        "predictions": "one per metric, subject and period, with `unit` and quantiles",
        "network_alone": "the same with every fitted factor at 1",
        "factors": "what was fitted to 2024: `component`, `chip`, `factor` (outcome over what the "
        "network's recipes say), `quarters`",
        "manifest": "cut, seed, draws, hashes of network and claims, fitted lag and spreads, "
        "source of supply, and every claim read with its day of knowledge and the ground on "
        "which it was admitted",
    },
    "waferway hindcast plan --json": {
        "plan": "one `value` per metric, subject and period, with `unit`",
        "manifest": "cut, version of the atlas, hashes of network and view, bookings left out, and "
        "the manifest of the plan",
        "binding": "technologies used to the full and demand left unserved: `what`, `period`, "
        "`share`",
    },
    "waferway hindcast score --json": {
        "better_than_rivals": "whether the mean score over cells that the hindcast and both rivals "
        "predict is lowest; null: not judged, no rival predicts any",
        "notes": "how the plan was scored",
        "summary": "by metric (`all`: cells that all predict) and forecaster: `cells`, "
        "`log_error` (median absolute), `bias` (mean log of predicted over outcome), coverage of "
        "50, 80 and 90 % bands, `wis` (mean weighted interval score of logarithms), `wis_units` "
        "(in the unit), `interval90` (mean interval score of logarithms)",
        "cells": "the same for each outcome and forecaster",
        "unmatched": "outcomes that a rival does not predict",
        "unused": "outcomes that the hindcast does not predict, so that they were not scored: "
        "`metric`, `subject`, `period` as the file gives them, and `nearest`, the right key most "
        "like them (empty: none is near)",
        "unit_warnings": "outcomes whose unit is in doubt: another one is stated, or they lie "
        "over 15 times from the prediction; they were scored as they stand",
    },
    "waferway hindcast check --json": {
        "passed": "whether each metric is within the goal and better than both rivals",
        "goal": "largest median absolute error",
        "past_only": "whether only the quarters before were used",
        "errors": "by metric: median absolute error of the hindcast, of the network alone and of "
        "both rivals, median "
        "absolute log error, bias, coverage of 80 and 90 % bands, share of predictions inside the "
        "source's 90 % band, cells",
        "forecasters": "by metric and forecaster: `error`, `log_error`, `bias`, `cover80`, "
        "`cover90`, `score`, `cells`; null: states no band",
        "comparisons": "by metric, forecaster and rival: cells `won`, `p_better` (bootstrap chance "
        "of the lower error), `distinguishable`",
        "packaging_by_designer": "median absolute error of each forecaster",
        "factors": "as in `waferway hindcast run --json`",
        "cells": "each designer and quarter left out",
    },
    "waferway atlas audit --json": {
        "passed": "whether no rule fails",
        "numbers": "cells and dated values that hold a number",
        "claims": "in network and catalogue",
        "grades": "claims by grade",
        "kinds": "faults by kind",
        "faults": "each with `place` (file:line:column), `kind`, `what`, `why`, `try`",
    },
    "waferway atlas diff --json": {
        "old": "folder, and version where it has one",
        "new": "likewise",
        "counts": "by table: rows added and removed, cells changed",
        "changes": "each with `table`, `key`, `column`, `kind`, `before`, `after`; with `--plan` "
        "a further key `plan`, as `waferway diff --json` prints it",
    },
    "waferway atlas export --json": {
        "folder": "that was written",
        "files": "in it",
    },
    "waferway check --json": {
        "ok": "whether no claim is contradicted or infeasible",
        "documents": "texts, each with name, language, day, hash and number of claims",
        "counts": "claims by verdict",
        "claims": "each with its quote and place, `about` (whose figure and of what it was read to "
        "be), `verdict` and `reason` on all that is known, `verdict_then` on what was known when "
        "the text appeared, `binds`, `arithmetic` (steps with the claims they rest on), `record` "
        "(claims of the record), `implies` and `plan`",
        "misfits": "announcements of the record that do not fit each other, with arithmetic",
        "facts": "claims of the record that are used",
        "sources": "of these claims",
        "record_sha256": "hash of the record",
    },
    "waferway atlas show --json": {
        "table": "as asked",
        "key": "as asked",
        "cells": "each with `column`, `value`, `unit`, `claims`; dated ones with `period`, `low`, "
        "`high`",
        "text": "the same for people",
    },
}
"""What every key means; a key without a meaning stops the build."""


def routes_json() -> dict:
    """Keys of routes and partners, of the network of the how-to page."""
    import tempfile

    import waferway

    page = (Path(__file__).parent / "howto" / "routes.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lab.yaml"
        file.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
        net = waferway.read(file)
    routes = waferway.routes(net, "lab", draws=0, workers=1, only_routes=["buy", "partner"])
    found = routes.to_json()
    allies = waferway.partners(net, "lab", ["memory"], workers=1).to_json()
    return {
        "waferway routes --json": found,
        "waferway routes --json, each of `routes`": found["routes"][0],
        "waferway partners --json": allies,
        "waferway finance fabs --json": waferway.fab_countries(("TW", "US"), draws=10).to_json(),
        "waferway finance subsidies --json": {"basis": "H100e", "states": []},
    }


def json_keys() -> str:
    """Keys of the JSON that commands print and of the manifest of a plan, by example."""
    import tempfile

    import waferway
    from waferway.atlas.difference import compare
    from waferway.atlas.gate import check_folder
    from waferway.atlas.world import data_folder
    from waferway.cli.doctor import examine
    from waferway.cli.evidence import describe_row
    from waferway.network.what_ifs import describe_scenario
    from waferway.studies.scenarios import run_scenario

    net = example()
    plan = waferway.plan(net)
    with tempfile.TemporaryDirectory() as folder:
        saved = plan.save(Path(folder) / "plan") / "manifest.json"
        manifest = json.loads(saved.read_text(encoding="utf-8"))
    shown = {
        "manifest.json of a plan folder": manifest,
        "waferway summary --json": plan.summary().to_json(),
        "waferway explain --json": plan.explain().to_json(),
        "waferway explain --json, and waferway plan --json, of an infeasible network": conflict(),
        "waferway verify --json": _object(plan.verify().to_json()),
        "waferway diff --json, of two plans": _differs(waferway.diff(plan, plan)),
        "waferway diff --json, of two networks": _differs(
            waferway.diff(net, net.with_scenario("hbm-late"))
        ),
        "waferway trace --json": waferway.trace(plan, "money", kind="modules").to_json(),
        "waferway atlas balance --json": waferway.balance(waferway.world()).to_json(),
        "waferway scenario run --json": run_scenario(net, "hbm-late").to_json(),
        "waferway scenario show --json": describe_scenario(net, "hbm-late").to_json(),
        **routes_json(),
        "waferway network check --json": {"ok": True, "faults": [], "sha256": net.sha256},
        "waferway doctor --json": examine(),
        "waferway demand --json": demand_json(),
        **hindcast_json(),
        "waferway atlas audit --json": check_folder(data_folder()).to_json(),
        "waferway atlas diff --json": compare(data_folder(), data_folder()).to_json(),
        "waferway atlas export --json": {"folder": "waferway-atlas", "files": []},
        "waferway check --json": check_json(),
        "waferway atlas show --json": describe_row(net, "line", "yongin-hbm"),
    }
    parts = []
    for title, content in shown.items():
        parts += [f"## {title}", ""]
        if title == "waferway summary --json":
            parts += ["`waferway plan --json` prints the same keys and two more: `folder`, the "
                      "plan folder, and `manifest`, its manifest without `plan_version`, `shown`, "
                      "`decided` and `spans`.", ""]  # fmt: skip
        parts += _keys(content, MEANINGS[title])
    parts += ["## Other commands", "",
              "`waferway atlas list --json` prints an object of counts by table, "
              "those of the catalogue under `catalogue`;",
              "with a table, an object of rows by key. `waferway atlas show --json` of a row of "
              "the catalogue has `missing` and all bounds in its cells, and `rows` about it. "
              "`waferway atlas audit --draw N --json` prints the claims under `drawn`. "
              "`waferway network schema` prints the",
              "[JSON Schema](schema.md).", ""]  # fmt: skip
    return "\n".join(parts)


def conflict() -> dict:
    """What an infeasible network says: the small one, all of it to be served."""
    import waferway
    from waferway.errors import Infeasible

    net = example()
    demand = net.table("demand").assign(must_serve=True)
    try:
        waferway.plan(net.with_tables({"demand": demand}))
    except Infeasible as no:
        return no.conflict.to_json()
    raise ValueError("the small network serves all of its demand")


def _differs(found):
    return {"differs": bool(found), **found.to_json()}


def check_json() -> dict:
    """What `waferway check --json` prints, on two sentences."""
    from waferway.evidence.extract.files import Document
    from waferway.studies.check import check_documents

    text = (
        "OpenAI signed letters of intent with Samsung and SK hynix for 900,000 DRAM wafers a month "
        "by 2029. The H200 carries 96 GB."
    )
    return check_documents([Document("note.txt", text, "en", "2025-11-01")], plans=False).to_json()


def demand_json() -> dict:
    """What `waferway demand --json` prints, on few paths."""
    from waferway.demand.fan import fan
    from waferway.demand.showing import fan_json

    return fan_json(fan(until="2025Q4", paths=20))


def hindcast_json() -> dict:
    """What `waferway hindcast` prints with `--json`, on few draws and made-up outcomes."""
    import tempfile

    from waferway.studies.hindcast import leave_out_2024, plan_forecast, run, score_year

    found = run(draws=50)
    with tempfile.TemporaryDirectory() as folder:
        happened = Path(folder) / "outcomes.csv"
        table = found.predictions.rename(columns={"p50": "value"})
        table[["metric", "subject", "period", "value"]].head(4).to_csv(happened, index=False)
        scored = score_year(happened, draws=50)
    return {
        "waferway hindcast run --json": found.to_json(),
        "waferway hindcast plan --json": plan_forecast().to_json(),
        "waferway hindcast score --json": scored.to_json(),
        "waferway hindcast check --json": leave_out_2024().to_json(),
    }


def _object(content):
    return json.loads(content) if isinstance(content, str) else content


def _keys(content: dict, meanings: dict) -> list[str]:
    unknown = set(content) ^ set(meanings)
    if unknown:
        raise ValueError(f"docs/generated.py: give or drop the meaning of {sorted(unknown)}")
    lines = ["| key | kind | meaning | keys within |", "|---|---|---|---|"]
    for key, value in content.items():
        inner = value[0] if isinstance(value, list) and value else value
        names = list(inner) if isinstance(inner, dict) else []
        within = ", ".join(f"`{k}`" for k in names[:8]) + (", ..." if len(names) > 8 else "")
        lines.append(f"| `{key}` | {_kind(value)} | {meanings[key]} | {within} |")
    return [*lines, ""]


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "number", float: "number", str: "text", list: "list",
             dict: "object", type(None): "may be null"}  # fmt: skip
    return kinds[type(value)]


def example():
    """The small network that `waferway network new` writes."""
    from importlib.resources import files

    import waferway

    return waferway.read(files("waferway.network") / "example.yaml")


def schema() -> str:
    """The JSON Schema of network files."""
    from waferway.network.editor import json_schema

    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def commands() -> str:
    """Every command with its arguments and options."""
    import typer

    from waferway.cli.commands import app

    parts: list[str] = []
    _command(typer.main.get_command(app), "waferway", parts)
    return "\n".join(parts)


def _command(command, path: str, parts: list[str]) -> None:
    import click

    inner = getattr(command, "commands", None)
    if inner is None or path == "waferway":
        said = (command.help or "").strip()
        parts += [f"## {path}", "", said, ""]
        rows = []
        for p in command.params:
            if p.param_type_name == "argument":
                name = p.name.upper() if p.required else f"[{p.name.upper()}]"
            else:
                name = ", ".join([*p.opts, *p.secondary_opts])
            default = p.default if isinstance(p.default, str | int | float | Path) else None
            shown = "required" if p.required else "" if default in (None, False) else f"`{default}`"
            rows.append(f"| `{name}` | {shown} | {(getattr(p, 'help', '') or '').strip()} |")
        if rows:
            parts += ["| argument or option | default | meaning |", "|---|---|---|", *rows, ""]
    if inner is not None:
        for name in command.list_commands(click.Context(command)):
            _command(inner[name], f"{path} {name}", parts)


def face() -> str:
    """Public names, each with its docstring."""
    import waferway

    parts = []
    for name in sorted(waferway.__all__, key=str.lower):
        if name.startswith("__"):
            continue
        module, attribute = waferway._FACE[name]
        if attribute is None:
            parts += [f"## waferway.{name}", "", *_module(module)]
            continue
        found = getattr(__import__(module, fromlist=[attribute]), attribute)
        directive = "autoclass" if inspect.isclass(found) else "autofunction"
        parts += [f"## waferway.{name}", "", *_directive(directive, f"{module}.{attribute}")]
    return "\n".join(parts)


def _module(module: str) -> list[str]:
    import importlib

    made = importlib.import_module(module)
    lines = [(inspect.getdoc(made) or "").split("\n\n")[0].replace("\n", " "), ""]
    public = [n for n in getattr(made, "__all__", []) if not inspect.ismodule(getattr(made, n))]
    if public:
        lines += ["| name | meaning |", "|---|---|"]
        for name in public:
            found = getattr(made, name)
            said = inspect.getdoc(found) if callable(found) else ""
            first = (said or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            lines.append(f"| `{name}` | {_plain(first)} |")
        lines.append("")
    return lines


def _plain(text: str) -> str:
    return text.replace("``", "`").replace("<", "&lt;").replace("[", "\\[")


def _directive(directive: str, target: str) -> list[str]:
    options = [":no-index-entry:"] + ([":members:"] if directive == "autoclass" else [])
    indented = "\n".join(f"   {o}" for o in options)
    return ["```{eval-rst}", f".. {directive}:: {target}", indented, "```", ""]


PAGES = {
    "results.md": results, "json.md": json_keys, "network.schema.json": schema,
    "commands.md": commands, "face.md": face,
}  # fmt: skip


def write(_app, _config) -> None:
    """Write every page; unchanged pages keep their time, so builds stay quick."""
    from waferway.atlas.pages import counts_page, readings_page, tables_page
    from waferway.network.reference import reference_page

    FOLDER.mkdir(parents=True, exist_ok=True)
    written = {
        **PAGES, "network.md": reference_page, "catalogue.md": tables_page,
        "atlas-counts.md": counts_page, "atlas-readings.md": readings_page,
    }  # fmt: skip
    for name, page in written.items():
        path, text = FOLDER / name, page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("config-inited", write)
    return {"parallel_read_safe": True}
