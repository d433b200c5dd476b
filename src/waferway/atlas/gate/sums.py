"""Rules on shares, money and time: sums, rates of exchange, versions that follow one another."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from waferway.atlas.gate.folder import AtlasFolder, Row, fault, over, span
from waferway.errors import Fault

__all__ = ["sums"]

_LIKELY_RATES = {"EUR": (0.6, 1.3), "JPY": (70, 220), "KRW": (800, 2000), "TWD": (22, 40)}


def sums(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of shares, awards, rates, rules, deals and data centres."""
    yield from _shares(atlas)
    yield from _rates(atlas)
    yield from _awards(atlas)
    yield from _dates(atlas)
    yield from _products(atlas)
    yield from _sites(atlas)


_ROUNDED = 0.012  # whole per cents of a few holders round up to a little more than all


def _shares(atlas: AtlasFolder) -> Iterator[Fault]:
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in atlas.rows("share"):
        groups[row["of"], row["period"], row["modality"]].append(row)
    for (of, period, _), rows in groups.items():
        known = [r for r in rows if not math.isnan(r.number("share"))]
        total = sum(r.number("share") for r in known)
        if total > 1 + _ROUNDED and known:
            yield fault(
                "sum",
                max(known, key=lambda row: row.number("share")),
                "share",
                f"shares of {of} in {period} sum to {100 * total:.4g} %",
                ", ".join(r["holder"] for r in known),
                "is a row repeated, or a share given in per cent?",
            )


def _rates(atlas: AtlasFolder) -> Iterator[Fault]:
    for row in atlas.rows("rate"):
        low, high = _LIKELY_RATES.get(row["currency"], (0, math.inf))
        value = row.number("per_usd")
        if not low <= value <= high and not math.isnan(value):
            yield fault(
                "currency",
                row,
                "per_usd",
                f"{value:g} {row['currency']} for a dollar",
                f"since 2000 between {low:g} and {high:g}",
                "upside down?",
            )


def _awards(atlas: AtlasFolder) -> Iterator[Fault]:
    rates = {(r["currency"], r["year"]): r.number("per_usd") for r in atlas.rows("rate")}
    by_name = {row["name"]: row for row in atlas.rows("award")}
    for row in by_name.values():
        amount, dollars = row.number("amount"), row.number("amount_usd")
        if row["currency"] == "USD":
            rate = 1.0
        else:
            rate = rates.get((row["currency"], row["date"][:4]), math.nan)
            if math.isnan(rate):
                yield fault(
                    "currency",
                    row,
                    "currency",
                    f"no rate of {row['currency']} for {row['date'][:4]}",
                )
        ratio = over(over(amount, rate), dollars)
        if not math.isnan(ratio) and abs(ratio - 1) > 0.02:
            what = f"{row['currency']} as dollars" if abs(ratio * rate - 1) < 0.02 else "slipped"
            yield fault(
                "currency",
                row,
                "amount_usd",
                f"{row['name']}: {dollars:.6g} dollars for {amount:.6g} {row['currency']}",
                f"at {rate:g} a dollar it is {over(amount, rate):.6g}",
                what,
            )
        claim = atlas.claim_by_id.get(f"award.{row['name']}.amount_usd")
        rated = atlas.row("rate", f"{row['currency']}/{row['date'][:4]}")
        mean = rated.number("per_usd") if rated else math.nan
        ours = claim is not None and claim["method"].startswith("derived:")
        ours = ours and abs(over(over(amount, dollars), mean) - 1) < 1e-4
        if (
            ours
            and claim
            and rated
            and claim["known_from"]
            and claim["known_from"] < rated["known_from"]
        ):
            yield fault(
                "before-the-fact",
                claim,
                "known_from",
                f"{claim['claim_id']} is known from {claim['known_from']}",
                f"the mean rate of {rated['year']} is known from {rated['known_from']}",
                "a figure is known once all that it is derived from is",
            )
        invested = row.number("investment_usd")
        if dollars > invested:
            yield fault(
                "money", row, "amount_usd", f"{row['name']}: more than the investment it belongs to"
            )
        if row["stage"] in ("preliminary", "final", "amended") and dollars > 2e10:
            yield fault(
                "money",
                row,
                "amount_usd",
                f"{row['name']}: {dollars:.3g} dollars to one recipient",
                "no award is so large",
                "won or yen as dollars?",
            )
        older = by_name.get(row["supersedes"])
        if older is not None:
            if older["recipient"] != row["recipient"]:
                yield fault(
                    "versions",
                    row,
                    "supersedes",
                    f"{row['name']} replaces an award to {older['recipient']}",
                )
            if older["date"] >= row["date"]:
                yield fault(
                    "versions",
                    row,
                    "supersedes",
                    f"{row['name']} of {row['date']} replaces one of {older['date']}",
                )
            change = over(dollars, older.number("amount_usd"))
            if not math.isnan(change) and not 0.3 <= change <= 3:
                yield fault(
                    "jump",
                    row,
                    "amount_usd",
                    f"{row['name']} is {change:.3g} times {older['name']}",
                    "millions, or another currency?",
                )


def _dates(atlas: AtlasFolder) -> Iterator[Fault]:
    """Ends follow beginnings, and nothing is known before it is announced."""
    for table in ("rule", "deal"):
        for row in atlas.rows(table):
            begin = span(row["from_date"]) if row["from_date"] else None
            end = span(row["to_date"]) if row["to_date"] else None
            if begin and end and end[1] <= begin[0]:
                yield fault(
                    "dates",
                    row,
                    "to_date",
                    f"{row['name']} ends {row['to_date']}, begins {row['from_date']}",
                )
            target = row["network"].partition("/")
            sheet = atlas.network.get(target[0])
            if row["network"] and atlas.network and (not sheet or target[2] not in sheet.by_name):
                yield fault("reference", row, "network", f"{row['network']} is not in the network")
    for row in atlas.rows("deal"):
        if bool(row["network"]) == bool(row["outside"]):
            given = "a row of the network and a reason" if row["network"] else "neither"
            yield fault(
                "deal",
                row,
                "outside",
                f"{row['name']} has {given}: give `network`, or `outside` where no row carries it",
            )
    for row in atlas.rows("accelerator"):
        first, last = span(row["announced"] or "x"), span(row["launched"] or "x")
        if first and last and last[1] <= first[0]:
            yield fault(
                "dates",
                row,
                "launched",
                f"{row['name']} launched {row['launched']}, announced {row['announced']}",
            )
        before = atlas.row("accelerator", row["predecessor"])
        if before is not None:
            mine = span(row["announced"] or row["launched"] or "x")
            theirs = span(before["announced"] or before["launched"] or "x")
            if mine and theirs and mine[1] <= theirs[0]:
                yield fault(
                    "dates",
                    row,
                    "predecessor",
                    f"{row['name']} is older than its predecessor {before['name']}",
                )
    for table in ("award",):
        for row in atlas.rows(table):
            when, known = span(row["date"]), span(row["known_from"] or "x")
            if when and known and known[0] < when[0]:
                yield fault(
                    "before-the-fact",
                    row,
                    "known_from",
                    f"{row['name']} of {row['date']} known on {row['known_from']}",
                )
    for table in atlas.catalogue:
        for row in atlas.rows(table):
            known = span(row["known_from"]) if row["known_from"] else None
            if known and known[0] > atlas.day:
                yield fault(
                    "future",
                    row,
                    "known_from",
                    f"known from {row['known_from']}; the atlas was made on {atlas.day}",
                )


_WAFER_OF = {
    "logic": "wafer:logic",
    "dram": "wafer:dram",
    "hbm": "wafer:hbm",
    "packaging": "wafer:cowos",
}


def _products(atlas: AtlasFolder) -> Iterator[Fault]:
    """What a wafer of a process is; cost of a line against the capital of its process."""
    for row in atlas.rows("process"):
        if row["unit"] and row["unit"] != _WAFER_OF.get(row["kind"], row["unit"]):
            yield fault(
                "mixed-units",
                row,
                "unit",
                f"{row['name']} is {row['kind']}, counted in {row['unit']}",
                "starts of logic, DRAM, HBM and packaging are different wafers",
                f"{_WAFER_OF[row['kind']]}?",
            )
    yield from _capital(atlas)


def _capital(atlas: AtlasFolder) -> Iterator[Fault]:
    """Cost of a line in the planned network against the capital of its process."""
    capital: dict[str, list[float]] = defaultdict(list)
    for row in atlas.rows("process"):
        figures = [row.number(f"capex_usd_per_kwpm{e}") for e in ("_low", "", "_high")]
        capital[row["technology"]] += [f / 1000 for f in figures if not math.isnan(f)]
    module, line = atlas.network.get("module"), atlas.network.get("line")
    if module is None or line is None:
        return
    for at, cells in module:
        row = Row(module, at)
        owner = line.by_name.get(cells.get("line", ""))
        known = capital.get(owner.get("technology", ""), []) if owner else []
        each = over(row.number("capex_usd"), row.number("size"))
        if known and not math.isnan(each) and not min(known) / 5 <= each <= max(known) * 3:
            yield fault(
                "money",
                row,
                "capex_usd",
                f"{cells['name']}: {each:.3g} USD for a wafer a month",
                f"capital of its process: {min(known):.3g} to {max(known):.3g}",
                "thousands, or another currency?",
            )


def _sites(atlas: AtlasFolder) -> Iterator[Fault]:
    for row in atlas.rows("data_centre"):
        each = over(row.number("power_mw"), row.number("h100e")) * 1000
        if not math.isnan(each) and math.isfinite(each) and not 0.15 <= each <= 12:
            yield fault(
                "power",
                row,
                "power_mw",
                f"{row['name']} {row['date']}: {each:.3g} kW for an H100 equivalent",
                "known sites lie between 0.15 and 12",
                "kW, MW or GW?",
            )
        when = span(row["date"])
        if when and row["modality"] == "reported" and when[0] > atlas.day:
            yield fault("future", row, "date", f"seen on {row['date']}")
