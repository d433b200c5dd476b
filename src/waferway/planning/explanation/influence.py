"""Which numbers, and so which claims, move a plan or one of its builds most.

Owns first-order effects. By the envelope theorem the cost of a plan changes with a number as the
Lagrangian does, decisions and prices held: every entry of the program that is proportional to a
number contributes price times coefficient times decision.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from waferway.planning.capacity_layout import module_timing
from waferway.planning.decisions import Decisions, decide, growing_lines
from waferway.planning.explanation.choices import Outcome
from waferway.planning.explanation.numbers import Number, numbers_of
from waferway.planning.instance import Array, Instance

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["Influence"]

NOISE = 1e-6
"""Effects this small beside the largest are rounding of the solver."""

Cell = tuple[str, str, str]
Effects = dict[Cell, Array]
"""Per cell, by period: what the cost changes when the number grows by its own size."""


class Influence:
    """First-order effects of every uncertain number of a plan.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.at = plan.solved
        self.numbers = numbers_of(plan.network, plan.calendar)
        program = self.at.program
        self._entry_rows = np.repeat(
            np.arange(program.matrix.shape[0]), np.diff(program.matrix.indptr)
        )
        self._family = np.empty(program.matrix.shape[0], dtype=object)
        self._subject = np.empty(program.matrix.shape[0], dtype=object)
        self._period = np.zeros(program.matrix.shape[0], dtype=np.int64)
        self._branch = np.empty(program.matrix.shape[0], dtype=object)
        for block in program.names:
            span = slice(block.first, block.first + len(block.row))
            self._family[span], self._branch[span] = block.name, block.branch
            self._subject[span] = np.array(block.subject, dtype=object)[block.row]
            self._period[span] = block.period
        objective, basis = plan.manifest["objective"], plan.manifest["basis"]
        self._decisions = {b: decide(d, objective, basis) for b, d in self.at.instances.items()}

    def most(self, outcome: Outcome, before: Outcome | None = None, count: int = 5) -> pd.DataFrame:
        """The claims that move the cost most, or the worth of what only `outcome` lacks.

        Parameters
        ----------
        outcome : Outcome
            A solved program.
        before : Outcome, optional
            Another one; effects are those on the difference of the two costs.
        count : int

        Returns
        -------
        DataFrame
            claim ("" where the number cites none), table, key, column, since (of the dated
            value), relative (half the range over the value), effect_usd (of half the range,
            upwards), largest first. A claim behind several numbers is counted once, with the sum
            of their effects.
        """
        effects = self.effects(outcome)
        if before is not None:
            for cell, value in self.effects(before).items():
                effects[cell] = effects.get(cell, np.zeros(len(value))) - value
        found: dict[Any, list[tuple[float, Number]]] = defaultdict(list)
        for cell, by_period in effects.items():
            for number in self.numbers.get(cell, ()):
                effect = float(by_period[number.holds].sum()) * number.relative
                found[number.claim or (cell, number.since)].append((effect, number))
        rows = []
        for group in found.values():
            total = sum(effect for effect, _ in group)
            _, most = max(group, key=lambda pair: abs(pair[0]))
            rows.append(
                (most.claim, *most.cell, most.since, most.relative, total, most.low, most.high)
            )
        columns = ["claim", "table", "key", "column", "since", "relative", "effect_usd", "low",
                   "high"]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns)
        size = frame["effect_usd"].abs()
        frame = frame[size > NOISE * size.max()]
        order = frame["effect_usd"].abs().sort_values(ascending=False, kind="stable").index
        return frame.loc[order].head(count).reset_index(drop=True)

    def effects(self, outcome: Outcome) -> Effects:
        """d(cost) / d(ln number) of every cell, by period."""
        out: Effects = defaultdict(lambda: np.zeros(len(self.plan.calendar)))
        p = self.at.program
        moved = -outcome.duals[self._entry_rows] * p.matrix.data * outcome.x[p.matrix.indices]
        table = pd.DataFrame(
            {"row": self._entry_rows, "column": p.matrix.indices, "value": moved}
        )[np.abs(moved) > 0]  # fmt: skip
        table["family"] = self._family[table["row"]]
        right = np.where(np.isfinite(p.row_high), p.row_high, p.row_low)
        on_right = outcome.duals * np.where(np.isfinite(right), right, 0.0)
        for branch, d in self.at.instances.items():
            v = self._decisions[branch]
            first = branch == next(iter(self.at.instances))
            self._of_columns(out, outcome, table, branch, d, v, first)
            self._of_rows(out, outcome, on_right, branch, d, v)
        return dict(out)

    # -- numbers that multiply decisions --------------------------------------------------------

    def _of_columns(
        self, out: Effects, outcome: Outcome, table: pd.DataFrame, branch: str, d: Instance,
        v: Decisions, first: bool,
    ) -> None:  # fmt: skip
        at, cost = self.at.program.columns[self._order(branch)], self.at.program.cost

        def grid(block: Any, *families: str) -> Array:
            """Effect through chosen families of rows, on the grid of a block of decisions."""
            own = at[block.offset : block.offset + block.size]
            rows = table[table["family"].isin(families)]
            sums = np.bincount(rows["column"], rows["value"], minlength=len(cost))
            return np.asarray(sums[own], dtype=float).reshape(block.rows, block.width)

        def money(block: Any) -> Array:
            own = at[block.offset : block.offset + block.size]
            return np.asarray(cost[own] * outcome.x[own]).reshape(block.rows, block.width)

        act = d.activity
        used = grid(v.starts, "use", "shared use", "booking", "use of what is bought",
                    "use of the line", "commitment")  # fmt: skip
        _add(out, "recipe", act["recipe"], "capacity_per_start", used)
        self._of_parts(out, table, d, v, at)
        _add(out, "recipe", act["recipe"], "variable_usd", money(v.starts))
        _add(out, "weight", [self._weight(x, i) for x, i in
             zip(d.serve["demand"], d.serve["item"], strict=True)], "weight",
             grid(v.served, "demand"))  # fmt: skip
        _add(out, "item", d.serve["item"], "power_kw", grid(v.served, "limit"))
        _add(out, "demand", d.demand["demand"], "value_usd", money(v.unserved))
        _add(out, "lane", d.flow["lane"], "freight_usd", money(v.flow))
        _add(out, "offer_step", d.purchase["key"], "price_usd", grid(v.purchase, "payment"))
        if first:
            paid = money(v.orders) + grid(v.orders, "cash")
            _add(out, "module", d.module["module"], "capex_usd", paid)
            _add(out, "module", d.module["module"], "size", grid(v.orders, "added"))
            growing = [d.line["line"][k] for k in growing_lines(d)]
            _add(out, "line", growing, "fixed_usd", money(v.added))
            self._of_lead(out, outcome, d, v, at)

    def _of_parts(
        self, out: Effects, table: pd.DataFrame, d: Instance, v: Decisions, at: Any
    ) -> None:
        """What recipes give and take: entries of starts in balances and covers, item by item."""
        column = np.full(self.at.program.matrix.shape[1], -1, dtype=np.int64)
        own = at[v.starts.offset : v.starts.offset + v.starts.size]
        column[own] = np.arange(len(own))
        rows = table[table["family"].isin(("balance", "cover"))]
        where = column[rows["column"].to_numpy()]
        rows = rows[where >= 0]
        where = where[where >= 0]
        item = [str(s).split(" at ")[0] for s in self._subject[rows["row"]]]
        recipe = d.activity["recipe"].to_numpy(dtype=object)[where // d.periods]
        pair = d.activity["pair"].to_numpy(dtype=object)[where // d.periods]
        lots = pd.DataFrame({"recipe": recipe, "item": item, "pair": pair, "t": where % d.periods,
                             "value": rows["value"].to_numpy()})  # fmt: skip
        roles = d.network.filled("recipe_item")
        known = {(r, i, role) for r, i, role in
                 zip(roles["recipe"], roles["item"], roles["role"], strict=True)}  # fmt: skip
        for (name, part, on), group in lots.groupby(["recipe", "item", "pair"]):
            by = np.bincount(group["t"], group["value"], minlength=d.periods)
            for role in ("in", "out"):
                if (name, part, role) in known:
                    key = f"{name}/{role}/{part}"
                    out["recipe_item", key, "quantity_per_start"] += by
                    if role == "out":
                        out["recipe_item", key, "good_fraction"] += by
                        if on:
                            out["line_recipe", str(on), "good_fraction"] += by

    def _of_lead(self, out: Effects, outcome: Outcome, d: Instance, v: Decisions, at: Any) -> None:
        """Lead times: capacity that comes later, as a difference over their range."""
        added = {
            (str(self._subject[i]), int(self._period[i])): outcome.duals[i]
            for i in np.flatnonzero(self._family == "added")
        }
        orders = outcome.x[at[v.orders.offset : v.orders.offset + v.orders.size]]
        orders = orders.reshape(v.orders.rows, v.orders.width)
        for b, name in enumerate(d.module["module"]):
            for number in self.numbers.get(("module", str(name), "lead_days"), ()):
                if not orders[b].any() or not number.relative:
                    continue
                size, line = float(d.module["size"][b]), str(d.module["line"][b])
                ends = [module_timing(d, str(name), x) for x in (number.low, number.high)]
                price = np.array([added.get((line, t), 0.0) for t in range(d.periods)])
                later = size * (ends[1][0] - ends[0][0]) @ price
                # What is later in service keeps more of its price at the end.
                later = later + d.a["net_price"][b] * (ends[1][2] - ends[0][2])
                out["module", str(name), "lead_days"] += orders[b] * later / (2.0 * number.relative)

    # -- numbers that stand alone ---------------------------------------------------------------

    def _of_rows(
        self, out: Effects, outcome: Outcome, on_right: Array, branch: str, d: Instance,
        v: Decisions,
    ) -> None:  # fmt: skip
        mine = self._branch == branch
        for table, column, family in (
            ("demand", "quantity", "demand"), ("limit", "bound", "limit"),
            ("lane", "capacity", "lane"), ("fund", "amount_usd", "fund"),
            ("commitment", "quantity", "commitment"),
        ):  # fmt: skip
            for i in np.flatnonzero(mine & (self._family == family) & (on_right != 0)):
                out[table, str(self._subject[i]), column][self._period[i]] += on_right[i]
        at = self.at.program.columns[self._order(branch)]
        for block, names, table, column in (
            (v.unserved, d.demand["demand"], "demand", "quantity"),
            (v.purchase, d.purchase["key"], "offer_step", "volume"),
        ):
            own = at[block.offset : block.offset + block.size]
            high = np.where(np.isfinite(self.at.program.high[own]), self.at.program.high[own], 0.0)
            full = (outcome.reduced[own] < 0) & (outcome.x[own] >= high * (1 - 1e-9))
            effect = np.where(full, outcome.reduced[own] * high, 0.0)
            _add(out, table, names, column, effect.reshape(block.rows, block.width))
        self._of_capacity(out, outcome, branch, d)
        for i in np.flatnonzero(mine & (self._family == "power_mw")):
            cap = d.network.values("site", "power_mw", d.calendar, branch)
            t, site = int(self._period[i]), str(self._subject[i])
            out["site", site, "power_mw"][t] += outcome.duals[i] * float(cap.loc[site].iloc[t])

    def _of_capacity(self, out: Effects, outcome: Outcome, branch: str, d: Instance) -> None:
        """Existing capacity: what it lets be used, what it costs and draws."""
        line = {str(name): k for k, name in enumerate(d.line["line"])}
        pool = {
            f"{d.line['technology'][p[0]]} at {d.line['place'][p[0]]}": p for p in d.pools
        }  # fmt: skip
        rate = {"power_mw": "mw_per_unit", "water_m3": "water_per_unit"}
        stands = np.where((d.line["opening"] < 0).to_numpy()[:, None], d.a["existing"], 0.0)
        effect = np.zeros_like(stands)
        families = ("use", "shared use", "booking", *rate)
        for i in np.flatnonzero((self._branch == branch) & np.isin(self._family, families)):
            price, t = outcome.duals[i], int(self._period[i])
            if not price:
                continue
            subject, family = str(self._subject[i]), str(self._family[i])
            if family == "shared use":
                members = np.array(pool[subject])
                factor = d.months[t] * np.ones(len(members))
            elif family in rate:
                members = np.flatnonzero(((d.line["site"] == subject) & d.line["owned"]).to_numpy())
                factor = -d.a[rate[family]][members]
            else:
                members = np.array([line[subject.rpartition(" on ")[2]]])
                factor = d.months[t] * np.ones(1)
            effect[members, t] += price * factor * stands[members, t]
        weight = self.plan.branch_weights[branch] * d.delta * d.decided * d.months
        fixed = d.a["fixed"] * stands * weight
        _add(out, "line", d.line["line"], "capacity", effect + fixed)
        _add(out, "line", d.line["line"], "fixed_usd", fixed)

    # -- names ------------------------------------------------------------------------------------

    def _order(self, branch: str) -> int:
        return list(self.at.instances).index(branch)

    def _weight(self, demand: str, item: str) -> str:
        basis = str(self.plan.network.table("demand").at[demand, "basis"])
        return f"{basis}/{item}" if basis else ""


def _add(out: Effects, table: str, keys: Any, column: str, grid: Array) -> None:
    for k, key in enumerate(keys):
        if key and grid[k].any():
            out[table, str(key), column] += grid[k]
