"""Running the network in one branch: starts, stocks, flows, service, history (families 4-7, 11)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from waferway.planning.verification.capacity import Capacity, text
from waferway.planning.verification.decisions import Decisions
from waferway.planning.verification.history import check_history, started_before
from waferway.planning.verification.reading import MONTH_DAYS, Values, ordinal
from waferway.planning.verification.result import Findings
from waferway.planning.verification.structure import FlowKey, StockKey, Structure

__all__ = ["Operation", "Sum"]

Floats = NDArray[np.float64]


class Sum:
    """Sums of terms by row, with the largest absolute term of each; shape (rows, T)."""

    def __init__(self, rows: int, periods: int) -> None:
        self.total = np.zeros((rows, periods))
        self.largest = np.zeros((rows, periods))

    def add(self, rows: Iterable[int], terms: Floats) -> None:
        """Add one term per entry of `rows`; several may go to the same row."""
        at = np.fromiter(rows, dtype=int)
        if at.size:
            np.add.at(self.total, at, terms)
            np.maximum.at(self.largest, at, np.abs(terms))


class Operation:
    """What the plan does in one branch, as arrays, and the rows about it."""

    def __init__(
        self, structure: Structure, values: Values, decisions: Decisions, capacity: Capacity
    ) -> None:
        self.structure, self.values, self.decisions = structure, values, decisions
        self.capacity, self.branch = capacity, values.branch
        self.clock, self.decided = structure.clock, decisions.decided
        self.months = self.clock.months
        self._activities()
        self._flows()
        self._service()
        self._purchases()

    def _activities(self) -> None:
        structure, values, branch = self.structure, self.values, self.branch
        self.activities = structure.activities
        recipes = np.array([a.at_recipe for a in self.activities], dtype=int)
        pairs = np.array([a.at_pair for a in self.activities], dtype=int)
        self.line_of = np.array([a.at_line for a in self.activities], dtype=int)
        self.recipe_of = recipes
        self.x = self.decisions.dense(
            "starts", "starts", branch, [(a.recipe, a.line) for a in self.activities]
        )
        self.use = values.plain("recipe", "capacity_per_start")[recipes]
        self.cycle = values.plain("recipe", "cycle_days")[recipes]
        self.good = np.ones_like(self.x)
        paired = pairs >= 0
        if paired.any():
            own = values.plain("line_recipe", "cycle_days")[pairs[paired]]
            self.cycle[paired] = np.where(np.isnan(own), self.cycle[paired], own)
            self.good[paired] = values("line_recipe", "good_fraction")[pairs[paired]]
        # one entry for each (activity, recipe_item row)
        entries = [
            (row, at, role, item)
            for row, a in enumerate(self.activities)
            for at, role, item in structure.recipe_items.get(a.recipe, [])
        ]
        quantity = values("recipe_item", "quantity_per_start")
        fraction = values("recipe_item", "good_fraction")
        outs = [(row, at, item) for row, at, role, item in entries if role == "out"]
        ins = [(row, at, item) for row, at, role, item in entries if role == "in"]
        self.out_activity = np.array([row for row, _, _ in outs], dtype=int)
        self.out_item = [item for _, _, item in outs]
        at_out = np.array([at for _, at, _ in outs], dtype=int)
        begun = _times(self.x[self.out_activity], quantity[at_out], fraction[at_out],
                       self.good[self.out_activity])  # fmt: skip
        self.output = self.clock.arrive(begun, self.cycle[self.out_activity])
        self.in_activity = np.array([row for row, _, _ in ins], dtype=int)
        self.in_item = [item for _, _, item in ins]
        at_in = np.array([at for _, at, _ in ins], dtype=int)
        self.input = _times(self.x[self.in_activity], quantity[at_in])

    def _flows(self) -> None:
        found = self.decisions.get("flows", "flow", self.branch)
        self.flow_keys = [FlowKey(*key) for key in found]
        self.f = np.array(list(found.values())) if found else np.zeros((0, self.clock.size))
        lanes = self.structure.lane_row
        self.lane_of = np.array([lanes.get(k.lane, -1) for k in self.flow_keys], dtype=int)
        self.item_of_flow = self._rows("item", [k.item for k in self.flow_keys])
        days = np.zeros(len(self.flow_keys))
        if len(lanes):
            table = self.values.plain("lane", "days")
            days = np.where(self.lane_of >= 0, table[self.lane_of], 0.0)
        self.arriving = self.clock.arrive(self.f, days)

    def _service(self) -> None:
        demand = self.structure.network.table("demand")
        self.demands = list(demand.index)
        row = {key: at for at, key in enumerate(self.demands)}
        found = {
            key: array
            for key, array in self.decisions.get("served", "served", self.branch).items()
            if key[0] in row
        }
        self.served_keys = list(found)
        self.y = np.array(list(found.values())) if found else np.zeros((0, self.clock.size))
        self.demand_of = np.array([row[key[0]] for key in self.served_keys], dtype=int)
        self.weight_of = np.array(
            [self.structure.eligible[row[k[0]]].get(k[1], 0.0) for k in self.served_keys]
        )
        keys = [(name,) for name in self.demands]
        self.u = self.decisions.dense("unserved", "unserved", self.branch, keys)
        self.v = self.decisions.dense("unserved", "surplus", self.branch, keys)

    def _purchases(self) -> None:
        steps, offers = (self.structure.network.table(t) for t in ("offer_step", "offer"))
        row = {key: at for at, key in enumerate(offers.index)}
        self.step_offer = np.array([row[name] for name in steps["offer"]], dtype=int)
        keys = [(o, str(int(s))) for o, s in zip(steps["offer"], steps["step"], strict=True)]
        self.step_names = [f"{offer} step {step}" for offer, step in keys]
        self.q = self.decisions.dense("purchases", "quantity", self.branch, keys)
        self.bought = np.zeros((len(offers), self.clock.size))
        np.add.at(self.bought, self.step_offer, self.q)

    def _rows(self, table: str, names: Iterable[str]) -> NDArray[np.int_]:
        row = {key: at for at, key in enumerate(self.structure.network.table(table).index)}
        return np.array([row.get(name, -1) for name in names], dtype=int)

    # -- checks --------------------------------------------------------------------------

    def check(self, findings: Findings) -> None:
        """Families 4 to 7, 11, windows and history."""
        self._windows(findings)
        self._use(findings)
        self._balance(findings)
        self._demand(findings)
        self._activation(findings)
        check_history(self, findings)

    def _windows(self, findings: Findings) -> None:
        structure, decided = self.structure, self.decided
        findings.compare(
            "start_window", [], self.x, "==", 0.0, "starts while the recipe is not admitted",
            branch=self.branch, where=~structure.may_start & decided, name=self._activity,
        )  # fmt: skip
        if self.flow_keys:
            carries = np.array([structure.flow(key)[1] for key in self.flow_keys])
            findings.compare(
                "lane_window", [str(k) for k in self.flow_keys], self.f, "==", 0.0,
                "a flow while its lane is closed or its end not qualified", branch=self.branch,
                where=~carries & decided,
            )  # fmt: skip
        lane = structure.network.table("lane")
        if len(lane):
            moved = Sum(len(lane), self.clock.size)
            by_lane = self.lane_of >= 0
            moved.add(self.lane_of[by_lane], self.f[by_lane])
            most = self.values("lane", "capacity")
            findings.compare(
                "lane_capacity", list(lane.index), moved.total, "<=", most * self.months,
                "all that a lane carries against its capacity", branch=self.branch,
                where=~np.isnan(most) & decided,
            )  # fmt: skip
        if self.served_keys:
            open_to = np.array([
                structure.service(int(d), key[1], key[2])[1]
                for d, key in zip(self.demand_of, self.served_keys, strict=True)
            ])  # fmt: skip
            findings.compare(
                "service_window", [f"{i} from {p} to {d}" for d, i, p in self.served_keys], self.y,
                "==", 0.0, "service before the item is qualified", branch=self.branch,
                where=~open_to & decided,
            )  # fmt: skip

    def _activity(self, row: int) -> str:
        return f"{self.activities[row].recipe} on {self.activities[row].line}"

    def _use(self, findings: Findings) -> None:
        structure, months = self.structure, self.months
        used = Sum(len(structure.line_names), self.clock.size)
        main = self.use[:, None] * self.x
        used.add(self.line_of, main)
        self.used = used
        room = months * (self.capacity.total + self.capacity.staked)
        bought = np.zeros_like(room)
        if structure.party:
            offer = structure.network.table("offer")
            for row, line in enumerate(offer["line"]):
                if text(line):
                    bought[structure.line_row[line]] += self.bought[row]
        room = room + bought
        findings.compare("use", structure.line_names, used.total, "<=", room,
                         "capacity used against capacity in service", branch=self.branch,
                         scale=used.largest, where=self.decided[None, :])  # fmt: skip
        whole = months * (self.capacity.existing + self.capacity.orders.ordered)
        findings.compare("use", structure.line_names, used.total, "<=", whole,
                         "use of a line of others against all that it has", branch=self.branch,
                         scale=used.largest,
                         where=~structure.own[:, None] & self.decided[None, :])  # fmt: skip
        shown = self.decisions.dense(
            "capacity", "used", self.branch, [(n,) for n in structure.line_names]
        )
        findings.compare("capacity", structure.line_names, shown, "==", used.total / months,
                         "column used of the plan's capacity table", branch=self.branch,
                         scale=used.largest / months)  # fmt: skip
        further = structure.network.table("recipe_use")
        uses: dict[str, list[tuple[str, float]]] = {}
        for recipe, technology, per_start in zip(
            further["recipe"], further["technology"], further["capacity_per_start"], strict=True
        ):
            uses.setdefault(recipe, []).append((technology, float(per_start)))
        pools: dict[tuple[str, str], int] = {}
        terms: list[tuple[int, Floats]] = []
        for row, a in enumerate(self.activities):
            for technology, per_start in uses.get(a.recipe, []):
                pool = pools.setdefault((a.place, technology), len(pools))
                terms.append((pool, per_start * self.x[row]))
        if not pools:
            return
        shared = Sum(len(pools), self.clock.size)
        shared.add([pool for pool, _ in terms], np.array([term for _, term in terms]))
        inside = np.array(
            [
                pools.get((p, t), -1)
                for p, t in zip(structure.line_place, structure.line_technology, strict=True)
            ]
        )
        mine = inside[self.line_of] >= 0
        shared.add(inside[self.line_of][mine], main[mine])
        available = np.zeros((len(pools), self.clock.size))
        np.add.at(available, inside[inside >= 0], room[inside >= 0])
        findings.compare(
            "shared_use", [f"{t} at {p}" for p, t in pools], shared.total, "<=", available,
            "main and further use of a technology at a place against its capacity",
            branch=self.branch, scale=shared.largest, where=self.decided[None, :],
        )  # fmt: skip

    def _balance(self, findings: Findings) -> None:
        structure, size, months = self.structure, self.clock.size, self.months
        index: dict[StockKey, int] = {}

        def at(item: str, place: str, owner: str = "") -> int:
            return index.setdefault(StockKey(item, place, owner), len(index))

        for stock in structure.stocks:
            at(*stock)
        levels = self.decisions.get("stock", "stock", self.branch)
        for key in levels:
            at(*key)
        arrivals = [at(f.item, f.to_place, f.owner) for f in self.flow_keys]
        departures = [at(f.item, f.from_place) for f in self.flow_keys]
        services = [at(item, place) for _, item, place in self.served_keys]
        outs = [
            at(item, self.activities[a].place)
            for a, item in zip(self.out_activity, self.out_item, strict=True)
        ]
        ins = [
            at(*structure.drawn(item, self.activities[a].place, self.activities[a].customer))
            for a, item in zip(self.in_activity, self.in_item, strict=True)
        ]
        offer = structure.network.table("offer")
        lead = self.values.plain("offer", "lead_days")
        delivered = self.clock.arrive(self.q, lead[self.step_offer])
        to_item = [row for row, o in enumerate(self.step_offer) if text(offer["item"].iloc[o])]
        bought = [
            at(offer["item"].iloc[o], structure.offer_place[o]) for o in self.step_offer[to_item]
        ]
        given = structure.network.table("stock")
        stock_rows = [at(i, p) for i, p in zip(given["item"], given["place"], strict=True)]

        side = Sum(len(index), size)
        drawn = Sum(len(index), size)
        side.add(outs, self.output)
        side.add(arrivals, self.arriving)
        side.add(bought, delivered[to_item])
        side.add(stock_rows, self.values("stock", "arrivals") * months)
        for rows, terms in ((ins, self.input), (departures, self.f), (services, self.y)):
            side.add(rows, -terms)
            drawn.add(rows, terms)
        keys = [tuple(key) for key in index]
        level = self.decisions.dense("stock", "stock", self.branch, keys)
        scrap = self.decisions.dense("stock", "scrap", self.branch, keys)
        before = np.concatenate([np.zeros((len(index), 1)), level[:, :-1]], axis=1)
        if self.decided.any():
            first = int(np.argmax(self.decided))
            before[:, first] = 0.0
            np.add.at(before[:, first], stock_rows, self.values.plain("stock", "opening"))
        right = before + side.total - scrap
        scale = np.maximum(np.maximum(side.largest, np.abs(before)), scrap)
        names = list(index)
        findings.compare(
            "balance", [], level, "==", right, "stock against what came in and went out",
            branch=self.branch, scale=scale, where=self.decided[None, :],
            name=lambda row: str(names[row]),
        )  # fmt: skip
        cover = float(structure.network.setting("stock_cover_months"))
        findings.compare(
            "cover", [], level, "<=", cover / months * drawn.total,
            "stock against the cover that what is drawn from it allows", branch=self.branch,
            scale=cover / months * drawn.largest, where=self.decided[None, :],
            name=lambda row: str(names[row]),
        )  # fmt: skip
        self.stock_keys, self.level = names, level

    def _demand(self, findings: Findings) -> None:
        structure, decided = self.structure, self.decided
        frame = structure.network.table("demand")
        if frame.empty:
            return
        quantity = self.values("demand", "quantity")
        unknown = np.isnan(quantity)
        served = Sum(len(frame), self.clock.size)
        stock = (frame["measure"] == "stock").to_numpy()
        amounts = self.weight_of[:, None] * self.y
        for row in np.flatnonzero(stock):
            mine = self.demand_of == row
            amounts[mine] = amounts[mine] @ self._survival(self.demands[row])
        served.add(self.demand_of, amounts)
        target = np.where(stock[:, None], quantity, quantity * self.months)
        findings.compare(
            "demand", self.demands, served.total + self.u - self.v, "==", target,
            "served and unserved against the demand", branch=self.branch,
            scale=np.maximum(served.largest, np.maximum(self.u, self.v)),
            where=~unknown & decided,
        )  # fmt: skip
        needs = self.decisions.needs
        if needs:
            said = [
                [needs.get((self.branch, name, label), 0.0) for label in self.clock.labels]
                for name in self.demands
            ]
            findings.compare(
                "demand", self.demands, np.array(said), "==", target,
                "column need of the plan's table of unserved demand", branch=self.branch,
                where=~unknown & decided,
            )  # fmt: skip
        taken = Sum(len(frame), self.clock.size)
        taken.add(self.demand_of, self.y)
        findings.compare(
            "demand", self.demands, taken.total + self.u + self.v, "==", 0.0,
            "nothing is served or left while the demand is unknown", branch=self.branch,
            where=unknown & decided,
        )  # fmt: skip
        must = frame["must_serve"].to_numpy(dtype=bool)
        findings.compare("must_serve", self.demands, self.u, "==", 0.0,
                         "demand that must be served is left", branch=self.branch,
                         where=must[:, None] & decided[None, :])  # fmt: skip
        manifest = self.decisions.manifest
        surplus = np.zeros(len(frame), dtype=bool)
        if manifest.get("objective") == "compute":
            surplus = (frame["basis"] == manifest.get("basis")).to_numpy()
        findings.compare("surplus", self.demands, self.v, "==", 0.0,
                         "surplus of a demand that may have none", branch=self.branch,
                         where=~surplus[:, None] & decided[None, :])  # fmt: skip

    def _survival(self, demand: str) -> Floats:
        steps = self.values.step("demand", "survival", demand)
        ages = (self.clock.middle[None, :] - self.clock.middle[:, None]) / MONTH_DAYS
        at = np.searchsorted([age for age, _ in steps], ages, side="right") - 1
        share = np.array([value for _, value in steps])[np.clip(at, 0, None)]
        share = np.where(ages < 0, 0.0, share)
        np.fill_diagonal(share, 1.0)
        survival: Floats = share
        return survival

    def most(self) -> Floats:
        """Most capacity that a line can have, by period (family 11); shape (lines, T)."""
        capacity, build = self.capacity, self.capacity.build
        total = capacity.existing + np.maximum(capacity.orders.ordered, 0.0)
        frame = self.structure.network.table("module")
        cap = frame["total"].to_numpy(dtype=float)
        yearly = capacity.yearly()
        for module, line in enumerate(build.line):
            by_year = [yearly[module, self.clock.year == y][0] for y in np.unique(self.clock.year)]
            years = np.cumsum(by_year)[np.unique(self.clock.year, return_inverse=True)[1]]
            most = np.minimum(years, np.inf if np.isnan(cap[module]) else cap[module])
            with np.errstate(invalid="ignore"):
                total[line] += np.where(most == 0, 0.0, build.size[module] * most)
        return total + np.where(self.structure.own[:, None], 0.0, np.inf)

    def _activation(self, findings: Findings) -> None:
        structure, clock = self.structure, self.clock
        recipe = structure.network.table("recipe")
        begun = started_before(self)
        allowed = np.full((len(self.activities), clock.size), np.inf)
        most = self.most()[self.line_of] * self.months
        rows = {
            name: [i for i, a in enumerate(self.activities) if a.recipe == name]
            for _, recipes in self.decisions.groups.values()
            for name in recipes
        }
        for group, (_, recipes) in self.decisions.groups.items():
            if begun & set(recipes):
                continue
            done = self.decisions.dense("activations", "activated", "", [(group,)])[0]
            count = np.cumsum(done)
            for row in (r for name in recipes for r in rows[name]):
                allowed[row] = _scaled(most[row], count)
        used = self.use[:, None] * self.x
        where = np.isfinite(allowed) & self.decided
        findings.compare("activation", [], used, "<=", allowed,
                         "starts of a recipe that is not activated", branch=self.branch,
                         where=where, name=self._activity)  # fmt: skip
        if not structure.party:
            return
        needs = recipe["needs_right"].to_numpy(dtype=bool)
        allowed = np.full((len(self.activities), clock.size), np.inf)
        for row, a in enumerate(self.activities):
            if needs[a.at_recipe]:
                technology = recipe["technology"].iloc[a.at_recipe]
                allowed[row] = _scaled(most[row], self._rights({a.recipe, technology}))
        findings.compare("right", [], used, "<=", allowed, "starts of a recipe without a right",
                         branch=self.branch, where=np.isfinite(allowed) & self.decided,
                         name=self._activity)  # fmt: skip

    def _rights(self, opens: set[str]) -> Floats:
        """Held rights, and the share of days on which bought ones count; shape (T,)."""
        clock, frame = self.clock, self.structure.network.table("right")
        lead = self.values.plain("right", "lead_days")
        out = np.zeros(clock.size)
        for row, key in enumerate(frame.index):
            if frame["what"].iloc[row] not in opens:
                continue
            if frame["party"].iloc[row] != self.structure.party:
                continue
            if np.isnan(frame["cost_usd"].iloc[row]):
                out += clock.middle >= ordinal(frame["from_date"].iloc[row], -np.inf)
                continue
            bought = self.decisions.dense("rights", "bought", "", [(key,)])[0]
            for t in np.flatnonzero(bought):
                out += bought[t] * clock.share(clock.start[t] + lead[row])
        return out


def _times(amounts: Floats, *factors: Floats) -> Floats:
    """A product that an unknown factor makes unknown only where there is something to multiply."""
    out = amounts.copy()
    for factor in factors:
        out = np.where(amounts == 0, 0.0, out * factor)
    return out


def _scaled(most: Floats, count: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        scaled: Floats = np.where(count == 0, 0.0, most * count)
    return scaled
