"""What one more unit would be worth: prices of a plan, given its builds.

Owns duals in words. Integers are fixed at the plan and the rest is solved again, so that a
price says what one more unit is worth with these builds standing. Degenerate prices are shown as
intervals: what a little more is worth, and what a little less would cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.planning.extensive import Program
from waferway.planning.instance import Array
from waferway.planning.solving import FixedAnswer, solve_fixed

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["Prices", "Solved", "counted_in", "prices_of", "solved", "used_by_compute"]

NUDGE = 1e-4
"""Relative change of a right side by which intervals are measured."""


@dataclass(frozen=True)
class Prices:
    """Prices of the rows of a plan.

    Attributes
    ----------
    rows : DataFrame
        branch, row (family of constraints), subject, period, worth: what one more unit on the
        right side saves, in the money of its period (for ``demand``, ``commitment``: what it
        costs). Units are those of the row: a use row counts capacity units times months.
    links : DataFrame
        technology (or the name of a limit), year, line (where one more unit is worth most),
        worth_usd, low_usd,
        high_usd: what one more unit of capacity, used once, is worth in that year, and the
        interval of a little less and a little more; NaN where no interval was asked for.
        percent_usd: what one more per cent of what compute uses of the technology would be
        worth over the year (of all that is used, where the plan has no compute basis); it
        compares links that are counted in different units.
    unit : str
        Of `worth`: money, or compute under the objective ``compute``.
    """

    rows: pd.DataFrame
    links: pd.DataFrame
    unit: str

    def binding(self) -> pd.DataFrame:
        """The link of which one more per cent is worth most, in each year."""
        if self.links.empty:
            return self.links
        best = self.links.sort_values("percent_usd", ascending=False).groupby("year").head(1)
        return best.sort_values("year").reset_index(drop=True)


@dataclass(frozen=True)
class Solved:
    """A plan solved again with its integers fixed, and the prices of its rows.

    Attributes
    ----------
    program : Program
    instances : dict of str to Instance
        Layout of each branch.
    fixed : FixedAnswer
        Its HiGHS stays warm for small changes.
    basis : object
        The basis at the plan: where every small change begins, so that results do not depend on
        the order of questions.
    rows : DataFrame
        As `Prices.rows`, and position: of the row in the program.
    """

    program: Program
    instances: dict[str, Any]
    fixed: FixedAnswer
    basis: Any
    rows: pd.DataFrame


def solved(plan: Plan) -> Solved:
    """Fix the integers of a plan at what it orders and solve the rest again."""
    program, x, instances = restored(plan)
    fixed = solve_fixed(program, x)
    duals = fixed.duals
    weights = plan.branch_weights
    frames = []
    for block in program.names:
        d = instances[block.branch]
        factor = weights[block.branch] * d.delta[block.period]
        dual = duals[block.first : block.first + len(block.row)]
        sign = 1.0 if block.name in ("demand", "commitment", "take or pay") else -1.0
        frames.append(
            pd.DataFrame(
                {
                    "branch": block.branch,
                    "row": block.name,
                    "subject": np.array(block.subject, dtype=object)[block.row],
                    "period": np.array(d.calendar.labels, dtype=object)[block.period],
                    "worth": sign * dual / factor,
                    "position": block.first + np.arange(len(block.row)),
                }
            )
        )
    columns = ["branch", "row", "subject", "period", "worth", "position"]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return Solved(program, instances, fixed, fixed.highs.getBasis(), rows)


def prices_of(plan: Plan, *, intervals: bool = False) -> Prices:
    """Prices of a plan, given its builds.

    Parameters
    ----------
    plan : Plan
    intervals : bool
        Measure left and right prices of every link and year by solving again.

    Returns
    -------
    Prices
    """
    at = plan.solved
    at.fixed.highs.setBasis(at.basis)
    links = _links(plan, at.rows, at.program, at.instances, at.fixed if intervals else None)
    return Prices(at.rows.drop(columns="position"), links, counted_in(plan))


def counted_in(plan: Plan) -> str:
    """What prices are counted in: money, or compute under the objective ``compute``."""
    return "USD" if plan.manifest["objective"] != "compute" else str(plan.manifest["basis"])


def restored(plan: Plan) -> tuple[Program, Array, dict[str, Any]]:
    """The program of a plan and its integers, from memory or from its tables."""
    import datetime as dt

    from waferway.planning.instance import lay_out, lay_out_like
    from waferway.planning.planner import formulate

    m = plan.manifest
    own = None if m["own_lines"] is None else frozenset(m["own_lines"])
    names = list(plan.branch_weights)
    first = lay_out(
        plan.network, plan.calendar, plan.decided, base=dt.date.fromisoformat(m["base_date"]),
        rate=m["discount_rate"], party=m["party"] or "", own_lines=own, branch=names[0],
        budget_usd=m["budget_usd"],
    )  # fmt: skip
    instances = {names[0]: first}
    instances |= {b: lay_out_like(first, b, m["budget_usd"]) for b in names[1:]}
    if plan.program is not None and plan.solution is not None:
        return plan.program, plan.solution, instances
    branches, program = formulate(
        list(instances.values()), list(plan.branch_weights.values()), m["objective"], m["basis"]
    )
    d, v, _, _ = branches[0]
    x = np.zeros(program.matrix.shape[1])
    at_period = {label: t for t, label in enumerate(plan.calendar.labels)}
    for table, block, names, column in (
        ("orders", v.orders, d.module["module"], "orders"),
        ("openings", v.opened, d.opening["site"], "opened"),
        ("activations", v.activated, d.activation["group"], "activated"),
        ("rights", v.bought, d.right["right"], "bought"),
        ("stakes", v.taken, d.stake["stake"], "taken"),
    ):
        row_of = {name: i for i, name in enumerate(names)}
        frame = plan.tables[table]
        for name, period, amount in zip(
            frame.iloc[:, 0], frame["period"], frame[column], strict=True
        ):
            label = block.offset + row_of[name] * block.width + at_period[period]
            x[program.columns[0][label]] = amount
    return program, x, instances


def _links(
    plan: Plan,
    rows: pd.DataFrame,
    program: Program,
    instances: dict[str, Any],
    fixed: FixedAnswer | None,
) -> pd.DataFrame:
    """Worth of one more unit of each technology by year, at the line where it is worth most."""
    d = next(iter(instances.values()))
    technology = dict(zip(d.line["line"], d.line["technology"], strict=True))
    used = rows[rows["row"].isin(("use", "use of what is bought", "limit"))].copy()
    used = used[np.isfinite(program.row_high[used["position"]])]
    # A rule with an upper bound (power, a ban, a cap) is a link like any other.
    rule = used["row"] == "limit"
    used["technology"] = used["subject"].map(technology).where(~rule, used["subject"])
    years = {p.label: p.start.year for p, s in zip(plan.calendar, plan.shown, strict=True) if s}
    used = used[used["period"].isin(years)]
    columns = ["technology", "year", "line", "worth_usd", "low_usd", "high_usd", "percent_usd"]
    if used.empty:  # a party that only buys has no line of its own
        return pd.DataFrame(columns=columns)
    used["year"] = used["period"].map(years)
    weights = used["branch"].map(plan.branch_weights)
    used["weighted"] = used["worth"] * weights
    # Average over the year's periods of the expected worth of one unit in that period.
    per_line = used.groupby(["technology", "year", "subject"], sort=True)
    worth = per_line["weighted"].sum() / per_line["period"].nunique()
    out = []
    # A line without capacity has a price but no use: its row is degenerate and says nothing.
    room = pd.Series(program.row_high[used["position"]], index=used.index)
    live = room.groupby([used["technology"], used["year"], used["subject"]]).min() > 0
    worth = worth[live]
    key = pd.MultiIndex.from_frame(used[["branch", "subject", "period"]])
    amount = used_by_compute(plan).reindex(key).fillna(0.0)
    amount = np.where(used["row"] == "limit", room.clip(lower=0.0), amount)
    used["percent"] = 0.01 * used["weighted"].clip(lower=0.0) * amount
    percent = used.groupby(["technology", "year"])["percent"].sum()
    for (name, year), group in worth.groupby(level=[0, 1]):
        line = group.idxmax()[2]
        members = used[(used["subject"] == line) & (used["year"] == year)]
        low = high = np.nan
        if fixed is not None:
            low, high = _interval(
                members["position"].to_numpy(dtype=int), program, fixed, plan, members, d
            )
        out.append(
            {"technology": name, "year": year, "line": line,
             "worth_usd": max(0.0, float(group.max())), "low_usd": low, "high_usd": high,
             "percent_usd": float(percent.loc[name, year])}
        )  # fmt: skip
    frame = pd.DataFrame(out, columns=columns)
    both = frame[["worth_usd", "low_usd", "high_usd"]]
    frame["low_usd"] = both.min(axis=1).where(frame["low_usd"].notna())
    frame["high_usd"] = both.max(axis=1).where(frame["high_usd"].notna())
    return frame


def used_by_compute(plan: Plan) -> pd.Series:
    """Capacity that recipes on the way to compute use, by branch, line and period.

    Of all recipes where the plan has no compute basis.
    """
    starts, recipe = plan.tables["starts"], plan.network.filled("recipe")
    chain = _chain(plan)
    starts = starts[starts["recipe"].isin(chain)] if chain else starts
    use = starts["recipe"].map(recipe["capacity_per_start"]).astype(float)
    amount = starts["starts"].astype(float) * use
    return amount.groupby([starts["branch"], starts["line"], starts["period"]]).sum()


def _chain(plan: Plan) -> set[str]:
    """Recipes that make items counted on the basis, or what goes into them, at any depth."""
    basis = plan.manifest["basis"]
    weight, parts = plan.network.table("weight"), plan.network.table("recipe_item")
    items = set(weight.loc[weight["basis"] == basis, "item"]) if basis else set()
    recipes: set[str] = set()
    while True:
        makes = (parts["role"] == "out") & parts["item"].isin(items)
        found = set(parts.loc[makes, "recipe"]) - recipes
        if not found:
            return recipes
        recipes |= found
        items |= set(parts.loc[(parts["role"] == "in") & parts["recipe"].isin(found), "item"])


def _interval(
    positions: NDArray[np.int64],
    program: Program,
    fixed: FixedAnswer,
    plan: Plan,
    members: pd.DataFrame,
    d: Any,
) -> tuple[float, float]:
    """What a little more is worth, and what a little less costs, per unit and month."""
    import highspy

    right = program.row_high[positions]
    at = {label: t for t, label in enumerate(plan.calendar.labels)}
    months = np.array([d.months[at[p]] for p in members["period"]])
    delta = np.array([d.delta[at[p]] for p in members["period"]])
    probability = members["branch"].map(plan.branch_weights).to_numpy(dtype=float)
    step = NUDGE * max(1.0, float(np.max(np.abs(right / months))))
    scale = step * float((probability * delta * months).sum())
    found = []
    highs, seen = fixed.highs, fixed.scaling.rows[positions]
    low = program.row_low[positions] * seen
    for sign in (1.0, -1.0):
        changed_to = (right + sign * step * months) * seen
        for position, lower, upper in zip(positions, low, changed_to, strict=True):
            highs.changeRowBounds(int(position), float(lower), float(upper))
        highs.run()
        fine = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        changed = float(highs.getInfo().objective_function_value) / fixed.scaling.cost
        found.append(max(0.0, sign * (fixed.value - changed) / scale) if fine else np.inf)
    for position, lower, upper in zip(positions, low, right * seen, strict=True):
        highs.changeRowBounds(int(position), float(lower), float(upper))
    finite = [worth for worth in found if np.isfinite(worth)]
    return (min(finite), max(finite)) if finite else (np.nan, np.nan)
