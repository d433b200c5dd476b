"""A design becomes items and recipes of a network.

Owns the step from the cost tree to tables: items, recipes with dated coefficients, weights, and
the claims that each coefficient rests on. Refuses sites, lines, parties and demand: where a chip
is made and for whom is the network's business.

A coefficient is a year's: it holds from the first day of that year until the next one given.
Recipes cost what the tree costs: what a plan spends on one good package through them is the
tree's total (tested to 1e-9).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from waferway.calendar import Period
from waferway.chips.costing import build_tree, design_nre_usd
from waferway.chips.design import ChipDesign
from waferway.chips.design_file import read_design
from waferway.chips.equivalents import equivalents
from waferway.chips.recipe_rows import Recipe, recipes_of_tree
from waferway.chips.state import TechState, tech_state
from waferway.errors import RangeError
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network, empty_table

__all__ = ["CompiledChip", "compile_design"]

Row = dict[str, Any]
DRAWS = 1000


@dataclass(frozen=True)
class CompiledChip:
    """Tables of one design, ready for a network.

    Attributes
    ----------
    design : str
    years : tuple of int
    tables : mapping of str to tuple of rows
        Rows of `technology`, `item`, `weight`, `recipe`, `recipe_item`, `recipe_use`, `profile`
        and `cite`, in the columns of the schema.
    evidence : Evidence
        The claims that `cite` names, with their sources.
    starts : mapping of str to float
        Starts of each recipe per good package, in the first year.
    total_usd : float
        Cost of one good package by the tree, in the first year.
    party : str
        Owner of the design; empty: anyone.
    notes : tuple of str
    """

    design: str
    years: tuple[int, ...]
    tables: Mapping[str, tuple[Row, ...]]
    evidence: Evidence
    starts: Mapping[str, float]
    total_usd: float
    party: str = ""
    notes: tuple[str, ...] = ()

    def network(self) -> Network:
        """The tables alone, checked; it has no lines yet, so nothing in it can run.

        Lines stand in while it is checked, since a recipe that no line can run is a fault.
        """
        stand_in = {
            "party": [{"name": "anyone", "kind": "other"}],
            "line": [
                {"name": f"line-{k}", "technology": row["name"], "party": "anyone"}
                for k, row in enumerate(self.tables["technology"])
            ],
        }
        if self.party:
            stand_in["party"].append({"name": self.party, "kind": "designer"})
        net = Network.build({**self.tables, **stand_in}, evidence=self.evidence)
        return net.with_tables({name: empty_table(name) for name in stand_in})

    def add_to(self, net: Network) -> Network:
        """A network with this design's rows beside its own.

        Rows whose key the network has already (a technology, a stack it makes) are left as they
        are, so that the design uses them.

        Raises
        ------
        RangeError
            If the network already has a recipe that makes this package.
        """
        import pandas as pd

        if f"pack:{self.design}" in net.table("recipe").index:
            raise RangeError(f"the network already has a recipe pack:{self.design}")
        mine = self.network()
        kept = {key for key in mine.table("recipe").index if key not in net.table("recipe").index}
        changed = {}
        for name in self.tables:
            own, there = mine.table(name), net.table(name)
            new = own.loc[[key for key in own.index if key not in there.index]]
            if name in ("recipe_item", "recipe_use"):
                new = new.loc[new["recipe"].isin(kept)]
            if name in ("profile", "cite"):
                recipe = new["key"].str.split("/").str[0]
                about = new["table"].isin(["recipe", "recipe_item", "recipe_use"])
                new = new.loc[~about | recipe.isin(kept)]
            if len(new):
                changed[name] = pd.concat([there, new]) if len(there) else new
        claims = {**dict(net.evidence), **dict(self.evidence)}
        sources = {**net.evidence.sources, **self.evidence.sources}
        merged = Evidence(claims.values(), sources.values())
        return replace(net.with_tables(changed), evidence=merged)

    def to_frame(self) -> Any:
        """Recipes with what they take and give, one row each."""
        import pandas as pd

        return pd.DataFrame(list(self.tables["recipe_item"])).merge(
            pd.DataFrame(list(self.tables["recipe"])),
            left_on="recipe",
            right_on="name",
            suffixes=("", "_recipe"),
        )

    def to_json(self) -> str:
        """One JSON object with every table."""
        import json

        return json.dumps(
            {
                "design": self.design,
                "years": self.years,
                "total_usd": self.total_usd,
                "starts": dict(self.starts),
                "notes": self.notes,
                "tables": {name: list(rows) for name, rows in self.tables.items()},
                "claims": list(self.evidence),
            },
            ensure_ascii=False,
        )


def _kind(item: str) -> tuple[str, str]:
    """Unit and kind of an item by its name."""
    head = item.partition(":")[0]
    known = {
        "wafer": ("wafer:logic", "wafer"), "die": ("die", "die"), "core-die": ("die", "die"),
        "base-die": ("die", "die"), "interposer": ("interposer", "interposer"),
        "substrate": ("substrate", "substrate"), "package": ("package", "package"),
    }  # fmt: skip
    return known.get(head, ("stack", "stack"))


def _number(value: Any) -> float:
    return float(np.mean(np.asarray(value, float)))


def _bounds(value: Any) -> tuple[float, float]:
    array = np.asarray(value, float)
    if array.ndim == 0:
        return float(array), float(array)
    low, high = np.quantile(array, [0.05, 0.95])
    return float(low), float(high)


class _Tables:
    """Collects the rows of all years."""

    def __init__(self, design: ChipDesign, facility_factor: float) -> None:
        self.design = design
        self.facility_factor = facility_factor
        self.rows: dict[str, dict[str, Row]] = {
            name: {}
            for name in ("technology", "item", "weight", "recipe", "recipe_item", "recipe_use",
                         "profile", "cite")
        }  # fmt: skip
        self.claims: dict[str, Claim] = {}

    def put(self, table: str, key: str, /, **row: Any) -> None:
        self.rows[table].setdefault(key, row)

    def dated(
        self, table: str, key: str, column: str, year: int, value: Any, drawn: Any, many: bool
    ) -> None:
        """A profile row, where years or an interval make one necessary."""
        low, high = _bounds(drawn)
        central = _number(value)
        low, high = min(low, central), max(high, central)
        if not many and low == high:
            return
        period = str(year)
        self.put(
            "profile", f"{table}/{key}/{column}/{period}", table=table, key=key, column=column,
            period=period, low=low, value=central, high=high,
        )  # fmt: skip

    def cite(
        self, table: str, key: str, column: str, period: str, subjects: Iterable[str],
        state: TechState, metrics: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        names = None if metrics is None else set(metrics)
        for subject in subjects:
            for other, metric in {(c.subject, c.metric) for c in state.evidence.values()}:
                if other != subject or (names is not None and metric not in names):
                    continue
                found = state.find(subject, metric)
                if found is None or found.claim is None:
                    continue
                self.claims[found.claim.claim_id] = found.claim
                self.put(
                    "cite", f"{table}/{key}/{column}/{period}/{found.claim.claim_id}",
                    table=table, key=key, column=column, period=period,
                    claim_id=found.claim.claim_id,
                )  # fmt: skip


# What each coefficient rests on, by column: metrics of the recipe's subjects.
GOOD_METRICS = ("defect_density", "clustering", "coverage", "bond_yield", "core_die_yield",
                "die_bond_yield", "repair_gain", "stack_bond_yield", "substrate_yield",
                "final_yield")  # fmt: skip
COST_METRICS = ("wafer_price", "tester_rate", "time_per_mm2", "time_per_package",
                "dram_wafer_cost", "base_die_cost", "bond_cost", "stack_test_cost",
                "price_per_gb", "interposer_wafer_price", "interposer_defects",
                "substrate_price", "assembly_cost", "auxiliary_fixed",
                "auxiliary_per_w")  # fmt: skip


def compile_design(
    design: ChipDesign | str | Path,
    node: str | None = None,
    year: int | Iterable[int | Period] = 2025,
    *,
    detail: Literal["network", "full"] = "network",
    party: str = "",
    variable_costs: bool = True,
    facility_factor: float = 1.0,
    draws: int = DRAWS,
    seed: int = 0,
    line_age_years: float | None = None,
    evidence: Evidence | None = None,
    known: str | dt.date | None = None,
) -> CompiledChip:
    """Items and recipes of a design, with the claims each coefficient rests on.

    Parameters
    ----------
    design : ChipDesign, str or Path
    node : str, optional
        Takes the place of the node of every die: a port to another process.
    year : int, iterable of int, or Calendar
        One year, or several: then coefficients are dated.
    detail : str
        ``network``: a die, a stack and a package recipe, on the technologies of the shipped
        atlas, so that the chip can be planned beside its accelerators. ``full``: wafers, known
        good dies, core and base dies, interposers, substrates and tester hours each stand alone.
    party : str
        Who owns the design; empty: anyone.
    variable_costs : bool
        Whether a start costs what its wafers, stacks, parts and tests are bought for. False where
        the lines of the network charge for wafers already, as those of the shipped atlas do.
    facility_factor : float, at least 1
        Power of a site for each W of the package: processors, links, cooling, conversion. The
        shipped atlas counts 1.4.
    draws, seed : int
        Joint draws behind the intervals of the coefficients.

    Returns
    -------
    CompiledChip

    Raises
    ------
    InputError
        With every fault of the design in any of the years.

    Examples
    --------
    >>> from waferway.chips.design_file import parse_design
    >>> chip = compile_design(parse_design('''
    ... name: tiny
    ... dies: [{name: core, node: n5, width_mm: 10, height_mm: 10}]
    ... package: {kind: flip-chip, substrate: {width_mm: 20, height_mm: 20}}
    ... '''), year=2025, draws=0)
    >>> [row["name"] for row in chip.tables["recipe"]]
    ['die:core', 'pack:tiny']
    """
    if detail not in ("network", "full"):
        raise RangeError(f"detail is {detail!r}; known: network, full")
    chip = design if isinstance(design, ChipDesign) else read_design(design)
    if node is not None:
        chip = replace(chip, dies=tuple(replace(die, node=node) for die in chip.dies))
    given = (year,) if isinstance(year, int) else year
    years = tuple(sorted({y.start.year if isinstance(y, Period) else int(y) for y in given}))
    if not years:
        raise RangeError("year is empty; give at least one")
    if not facility_factor >= 1:
        raise RangeError(f"facility_factor is {facility_factor:g}; at least 1")
    tables = _Tables(chip, facility_factor)
    starts: dict[str, float] = {}
    total = 0.0
    for index, when in enumerate(years):
        state = tech_state(when, evidence=evidence, known=known, overrides=chip.assume)
        tree = build_tree(chip, state, line_age_years=line_age_years)
        nre = design_nre_usd(chip, state)
        central = recipes_of_tree(tree, nre, detail)
        drawn = central
        if draws:
            sample = build_tree(chip, state.drawn(draws, seed), line_age_years=line_age_years)
            drawn = recipes_of_tree(sample, nre, detail)
        if index == 0:
            for recipe in central:  # stacks of one kind share their core and base dies
                starts[recipe.name] = starts.get(recipe.name, 0.0) + _number(recipe.starts)
            total = float(tree.total_usd)
            _weights(tables, chip, state)
        for recipe, noisy in zip(central, drawn, strict=True):
            if not variable_costs:
                recipe, noisy = (replace(r, variable_usd=0.0) for r in (recipe, noisy))
            _add(tables, recipe, noisy, when, len(years) > 1, party, state)
    held = dict.fromkeys(
        claim.source_id for claim in tables.claims.values() if claim.source_id is not None
    )
    shipped = tech_state(years[0], evidence=evidence).evidence
    claims = Evidence(
        (c.model_copy(update={"derived_from": (), "supersedes": None}) for c in
         tables.claims.values()),
        (shipped.sources[name] for name in held),
    )  # fmt: skip
    rows = {name: tuple(found.values()) for name, found in tables.rows.items()}
    notes = (
        ("power is of the package alone, without cooling or conversion",)
        if facility_factor == 1
        else (f"power is that of the package times {facility_factor:g}",)
    )
    return CompiledChip(chip.name, years, rows, claims, starts, total, party, notes)


def _weights(tables: _Tables, chip: ChipDesign, state: TechState) -> None:
    item = f"package:{chip.name}"
    for basis, weight in equivalents(chip, state).weights.items():
        if weight is not None:
            tables.put("weight", f"{basis}/{item}", basis=basis, item=item, weight=weight)


def _item(tables: _Tables, item: str) -> None:
    chip = tables.design
    unit, kind = _kind(item)
    row: Row = {"name": item, "label": item, "unit": unit, "kind": kind}
    if kind == "package":
        row["label"] = chip.label or chip.name
        if chip.power_w:
            row["power_kw"] = chip.power_w / 1000 * tables.facility_factor
        if chip.memory:
            row["memory_gb"] = chip.compute.memory_gb or chip.memory_gb
    for memory in chip.memory:
        if item == f"{memory.kind}-{memory.gb_per_stack:g}gb":
            row["memory_gb"] = memory.gb_per_stack
    tables.put("item", item, **row)


def _add(
    tables: _Tables,
    recipe: Recipe,
    noisy: Recipe,
    year: int,
    many: bool,
    party: str,
    state: TechState,
) -> None:
    period = str(year)
    for name, unit, family in (recipe.technology, *recipe.uses):
        tables.put("technology", name, name=name, capacity_unit=unit, family=family)
    row: Row = {
        "name": recipe.name,
        "label": recipe.label,
        "technology": recipe.technology[0],
        "capacity_per_start": recipe.capacity,
        "cycle_days": recipe.cycle_days,
        "variable_usd": _number(recipe.variable_usd),
        "activation_usd": recipe.activation_usd,
    }
    if recipe.activation_usd:
        row["reuse_group"] = recipe.reuse_group
    if party and not recipe.name.startswith(("stack:", "core-die:", "base-die:")):
        row["party"] = party
    tables.put("recipe", recipe.name, **row)
    tables.dated(
        "recipe", recipe.name, "variable_usd", year, recipe.variable_usd, noisy.variable_usd, many
    )
    key = ("recipe", recipe.name, "variable_usd")
    cited = period if ("/".join([*key, period])) in tables.rows["profile"] else ""
    if row["variable_usd"]:
        tables.cite(*key, cited, recipe.subjects, state, COST_METRICS)
    for (name, _, _), amount in recipe.uses.items():
        tables.put(
            "recipe_use", f"{recipe.name}/{name}", recipe=recipe.name, technology=name,
            capacity_per_start=amount,
        )  # fmt: skip
    for item, quantity in recipe.inputs.items():
        _item(tables, item)
        spot = f"{recipe.name}/in/{item}"
        tables.put(
            "recipe_item", spot, recipe=recipe.name, role="in", item=item,
            quantity_per_start=_number(quantity),
        )  # fmt: skip
        tables.dated(
            "recipe_item", spot, "quantity_per_start", year, quantity, noisy.inputs[item], many
        )
    for item, (quantity, good) in recipe.outputs.items():
        _item(tables, item)
        spot = f"{recipe.name}/out/{item}"
        tables.put(
            "recipe_item", spot, recipe=recipe.name, role="out", item=item,
            quantity_per_start=_number(quantity), good_fraction=_number(good),
        )  # fmt: skip
        more, share = noisy.outputs[item]
        tables.dated("recipe_item", spot, "quantity_per_start", year, quantity, more, many)
        tables.dated("recipe_item", spot, "good_fraction", year, good, share, many)
        cited = (
            period if f"recipe_item/{spot}/good_fraction/{period}" in tables.rows["profile"] else ""
        )
        tables.cite(
            "recipe_item", spot, "good_fraction", cited, recipe.subjects, state, GOOD_METRICS
        )
