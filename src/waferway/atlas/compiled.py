"""The atlas's dies, stacks and packages, compiled from chip designs.

Owns the step from the designs of the atlas to rows of `recipe_item`, `profile` and `cite` and the
claims under them, by the path a user's own chip takes (`waferway.chips.compile`). Refuses what is
no business of a design: who owns a product, when it is sold, how many it takes of a packaging
line (`recipe.csv`).

``designs/recipes.csv`` names for each recipe the design, its part, the year, and a figure of
the atlas on the same thing. Where the figure is ``measured`` (packages sold per wafer) it takes
the place of the model's yield; otherwise it stands behind it, for days on which the model's
claims were not yet known. Packages sold per wafer hold the losses of packaging too, so packages
made of measured dies lose nothing more.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from waferway.atlas.validity import dated
from waferway.atlas.world import data_folder
from waferway.calendar import day
from waferway.chips.design import ChipDesign
from waferway.chips.design_file import read_design
from waferway.chips.recipes import CompiledChip, compile_design
from waferway.chips.state import TechState, tech_state
from waferway.errors import RangeError
from waferway.evidence.claims import Claim, Evidence, Source, read_evidence

__all__ = ["Compiled", "accelerators", "compile_atlas", "differences"]

DRAWS, SEED = 1000, 0
CLAIMS, SOURCES = "claim-chips.csv", "source-chips.csv"  # what is written beside the tables
FROM = "2023Q1"  # first period of the atlas's calendar; a good fraction holds from there on
SUBSTRATE = "substrate:build-up"  # counted in square metres
ROADMAP_M2 = 0.0144  # the largest that a foundry plans: claim `substrate.next.area`
GOOD, GROSS = "good fraction of starts", "gross quantity per wafer"


@dataclass(frozen=True)
class _Entry:
    """One line of ``designs/recipes.csv``."""

    recipe: str
    design: str
    part: str
    node: str
    year: int
    value: str
    figure: str
    counts: str

    @property
    def item(self) -> str:
        """What the recipe makes, as the compiled design calls it."""
        kind = self.recipe.partition(":")[0]
        prefix = {"die": "die:", "stack": "", "pack": "package:"}[kind]
        return prefix + self.part

    @property
    def stem(self) -> str:
        """Beginning of the ids of its claims."""
        return f"compiled.{self.recipe.replace(':', '-')}"


@dataclass
class Compiled:
    """Rows and claims of all recipes.

    Attributes
    ----------
    items : mapping of (recipe, role, item) to float
        Quantity per start.
    good : mapping of str to (low, value, high)
        Good fraction by key of `recipe_item`, where it is not 1.
    cites : mapping of (key of `recipe_item`, column, period) to str
        Claim of each number made here.
    claims, sources : dict
    """

    items: dict[tuple[str, str, str], float] = field(default_factory=dict)
    good: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    cites: dict[tuple[str, str, str], str] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)


def _designs() -> Path:
    return Path(__file__).parent / "designs"


@cache
def _entries() -> tuple[_Entry, ...]:
    with (_designs() / "recipes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            _Entry(**{**row, "year": int(row["year"])})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        )


@cache
def _design(name: str) -> ChipDesign:
    """A design of the atlas, or one that ships with `waferway.chips`."""
    import waferway.chips

    own = _designs() / f"{name}.yaml"
    shipped = Path(waferway.chips.__file__).parent / "designs" / f"{name}.yaml"
    return read_design(own if own.is_file() else shipped)


def accelerators() -> dict[str, ChipDesign]:
    """The designs of the atlas by the package they make.

    Examples
    --------
    >>> accelerators()["h100"].dies[0].name
    'gh100'
    """
    packed = [entry.design for entry in _entries() if entry.recipe.startswith("pack:")]
    return {_sold_as(design): _design(design) for design in packed}


def _sold_as(design: str) -> str:
    """Name of the package of a design: that of its first recipe."""
    recipes = (e.recipe for e in _entries() if e.design == design)
    return next(name.removeprefix("pack:") for name in recipes if name.startswith("pack:"))


def _facts(folder: Path) -> Evidence:
    """Claims of the atlas that are not compiled from designs."""
    claims = [path for path in sorted(folder.glob("claim*.csv")) if path.name != CLAIMS]
    sources = [path for path in sorted(folder.glob("source*.csv")) if path.name != SOURCES]
    return read_evidence(claims, sources)


@cache
def _chip(design: str, node: str, year: int) -> CompiledChip:
    return compile_design(_design(design), node or None, year, draws=DRAWS, seed=SEED)


def compile_atlas(folder: Path | None = None) -> Compiled:
    """Rows and claims of the atlas's dies, stacks and packages, from their designs.

    Parameters
    ----------
    folder : Path, optional
        Tables and claims of the atlas; those shipped when absent.

    Returns
    -------
    Compiled
    """
    where = folder or data_folder()
    out = Compiled()
    facts = _facts(where)
    dies = {e.item for e in _entries() if e.recipe.startswith("die:")}
    for entry in _entries():
        if entry.recipe.startswith("pack:"):
            _package(out, entry, dies, facts)
        else:
            _parts_of_wafer(out, entry, facts)
    _take_sources(out, facts)
    for name, claim in out.claims.items():
        if not dated(claim):  # meant for the calendar of the atlas, from its first period on
            out.claims[name] = claim.model_copy(update={"valid_from": day(FROM)})
    return out


def differences(folder: Path | None = None) -> pd.DataFrame:
    """What the model gives beside what sales or the press say, where they say anything.

    Parameters
    ----------
    folder : Path, optional
        Tables and claims of the atlas; those shipped when absent.

    Returns
    -------
    DataFrame
        One row per recipe whose figure is measured: recipe, what, model, low and high of the
        model, measured, ratio (model over measured). Of dies and packages what is compared is
        packages sold, so both hold the losses of packaging; of stacks, good stacks.
    """
    where = folder or data_folder()
    facts = _facts(where)
    rows = []
    for entry in _entries():
        figure = facts[entry.figure]
        if entry.value != "measured":
            continue
        kind = entry.recipe.partition(":")[0]
        if kind != "stack" and _lent(facts, entry.figure):
            continue  # a figure of the nearest chip measures nothing here
        low, value, high = _modelled(entry)
        stated = figure.central or math.nan
        measured = 1 / stated if kind == "pack" else stated
        what = {"die": "dies sold per logic wafer", "stack": "stacks per DRAM wafer",
                "pack": "packages sold per CoWoS wafer"}[kind]  # fmt: skip
        rows.append((entry.recipe, what, value, low, high, measured, value / measured))
    columns = ["recipe", "what", "model", "low", "high", "measured", "ratio"]
    return pd.DataFrame(rows, columns=columns)


def _lent(facts: Evidence, name: str) -> bool:
    """Whether a figure, or one that it is derived from, was imputed."""
    claim = facts[name]
    return claim.imputed or any(_lent(facts, origin) for origin in claim.derived_from)


def _modelled(entry: _Entry) -> tuple[float, float, float]:
    """The model's figure for what the figure of an entry measures: low, central, high."""
    chip, key, row = _coefficients(entry)
    good = _interval(chip, key, "good_fraction", row["good_fraction"])
    if entry.recipe.startswith("pack:"):
        recipe = next(r for r in chip.tables["recipe"] if r["name"] == f"pack:{entry.design}")
        return tuple(share / recipe["capacity_per_start"] for share in good)
    sold = (1.0, 1.0, 1.0)
    if entry.recipe.startswith("die:"):
        pack = f"pack:{entry.design}/out/package:{entry.design}"
        made = next(
            r["good_fraction"]
            for r in chip.tables["recipe_item"]
            if r["recipe"] == f"pack:{entry.design}" and r["role"] == "out"
        )
        sold = _interval(chip, pack, "good_fraction", made)
    gross = row["quantity_per_start"]
    return tuple(gross * g * s for g, s in zip(good, sold, strict=True))


def _coefficients(entry: _Entry) -> tuple[CompiledChip, str, Mapping[str, Any]]:
    """The compiled design, the key and the row of what the recipe makes."""
    chip = _chip(entry.design, entry.node, entry.year)
    kind = entry.recipe.partition(":")[0]
    key = f"{kind}:{entry.part}/out/{entry.item}"
    row = next(
        r for r in chip.tables["recipe_item"] if f"{r['recipe']}/{r['role']}/{r['item']}" == key
    )
    return chip, key, row


def _interval(
    chip: CompiledChip, key: str, column: str, value: float
) -> tuple[float, float, float]:
    for row in chip.tables["profile"]:
        if (row["key"], row["column"]) == (key, column):
            return _round(row["low"]), _round(row["value"]), _round(row["high"])
    return _round(value), _round(value), _round(value)


def _round(value: float) -> float:
    return float(f"{value:.6g}")


def _parts_of_wafer(out: Compiled, entry: _Entry, facts: Evidence) -> None:
    """A die or stack recipe: what a wafer holds, and the share of it that is good."""
    chip, key, row = _coefficients(entry)
    spot = f"{entry.recipe}/out/{entry.item}"
    unit = "die/start" if entry.item.startswith("die:") else "stack/start"
    # A count is no draw: what varies is the share that is good.
    gross = (_round(row["quantity_per_start"]),) * 3
    out.items[entry.recipe, "out", entry.item] = gross[1]
    name, good = f"{entry.stem}.gross", f"{entry.stem}.good"
    early = facts.get(f"early.{entry.figure}")
    _claim(out, name, entry.recipe, GROSS, "count", gross, unit,
           "derived:best grid of the outline on a wafer",
           _geometry(out, entry, tech_state(entry.year), early))  # fmt: skip
    out.cites[spot, "quantity_per_start", ""] = name
    out.cites[spot, "good_fraction", FROM] = good
    if entry.value == "model":
        share = _interval(chip, key, "good_fraction", row["good_fraction"])
        out.good[spot] = share
        _claim(out, good, entry.recipe, GOOD, "ratio", share, "1",
               "derived:chips.compile, yield with repair and tests",
               _rests_on(out, chip, key, "good_fraction"))  # fmt: skip
    elif entry.value == "measured":
        out.good[spot] = _of_figure(out, good, entry, facts[entry.figure], gross[1])
    # What stands in on a day when the claims of the model, or the figure, were not yet known.
    for word, figure in (("figure", facts.get(entry.figure)), ("early", early)):
        if figure is not None:
            count = f"{name}.{word}"
            _claim(out, count, entry.recipe, GROSS, "count", gross, unit,
                   "imputed:parts-of-this-class", [figure.claim_id],
                   reason="before the claims of the model were published")  # fmt: skip
            _of_figure(out, f"{good}.{word}", entry, figure, gross[1])


def _of_figure(
    out: Compiled, name: str, entry: _Entry, figure: Claim, gross: float
) -> tuple[float, float, float]:
    """Claim on the good share that a figure of good parts per wafer means."""
    low, value, high = (
        float(f"{min(float(number or 0) / gross, 1.0):.9g}")
        for number in (figure.low, figure.value, figure.high)
    )
    method = figure.method if figure.imputed else "derived:good parts per wafer as a share of gross"
    reason = (figure.rank_reason or "") if figure.imputed else ""
    _claim(out, name, entry.recipe, GOOD, "ratio", (low, value, high), "1", method,
           [figure.claim_id], known=figure.known_from, reason=reason)  # fmt: skip
    return low, value, high


def _package(out: Compiled, entry: _Entry, dies: set[str], facts: Evidence) -> None:
    """A package recipe: parts taken per start, and the share of starts that is sold."""
    chip, key, row = _coefficients(entry)
    made = f"package:{_sold_as(entry.design)}"
    stacks = {e.part for e in _entries() if e.recipe.startswith("stack:")}
    counted = _counts(_design(entry.design))
    out.items[entry.recipe, "out", made] = row["quantity_per_start"]
    taken = {
        part["item"]: part["quantity_per_start"]
        for part in chip.tables["recipe_item"]
        if part["recipe"] == f"pack:{entry.design}"
        and part["role"] == "in"
        # Parts the atlas does not plan (base dies of AMD on N6) are left out.
        and part["item"] in dies | stacks
    }
    _substrate(out, entry)
    if entry.value == "measured":
        for item in taken:
            out.items[entry.recipe, "in", item] = counted[item]
        return
    spot, name = f"{entry.recipe}/out/{made}", f"{entry.stem}.good"
    rests = _rests_on(out, chip, key, "good_fraction")
    share = _interval(chip, key, "good_fraction", row["good_fraction"])
    out.good[spot] = share
    _claim(out, name, entry.recipe, GOOD, "ratio", share, "1",
           "derived:chips.compile, bonds, mounting and final tests", rests)  # fmt: skip
    _claim(out, f"{name}.early", entry.recipe, GOOD, "ratio", (share[0], 1.0, 1.0), "1",
           "imputed:inside-parts-per-wafer", [],
           reason="figures of good dies per wafer hold the losses of packaging")  # fmt: skip
    out.cites[spot, "good_fraction", FROM] = name
    counts = dict(pair.split("=") for pair in entry.counts.split())
    for item, quantity in taken.items():
        name = f"{entry.stem}.{item.replace(':', '-')}"
        numbers = _interval(chip, f"pack:{entry.design}/in/{item}", "quantity_per_start", quantity)
        out.items[entry.recipe, "in", item] = numbers[1]
        unit = "die/start" if item.startswith("die:") else "stack/start"
        metric = f"{item} per start"
        _claim(out, name, entry.recipe, metric, "count", numbers, unit,
               "derived:chips.compile, parts per package begun",
               [counts[item], *rests])  # fmt: skip
        for word, count in (("count", counts[item]), ("early", f"early.{counts[item]}")):
            if count in facts:
                _claim(out, f"{name}.{word}", entry.recipe, metric, "count",
                       (counted[item],) * 3, unit, "derived:parts per package",
                       [count])  # fmt: skip
        out.cites[f"{entry.recipe}/in/{item}", "quantity_per_start", ""] = name


def _substrate(out: Compiled, entry: _Entry) -> None:
    """Area of build-up substrate under a package: the outline of its design."""
    outline = _design(entry.design).package.substrate
    area = _round(outline.area_mm2 / 1e6)
    # Packages of a hundred millimetres are plans, and plans of foundries go further.
    planned = area > 0.009
    high = ROADMAP_M2 if planned else _round(1.25 * area)
    name = f"{entry.stem}.substrate"
    size = f"{outline.width_mm:g} by {outline.height_mm:g} mm"
    reason = f"outline of the design, {size}; no data sheet read"
    if planned:
        reason += "; high: 120 by 120 mm"
    _claim(out, name, entry.recipe, "area of substrate per start", "ratio",
           (_round(0.8 * area), area, high), "m2/start", "imputed:outline-of-design",
           ["substrate.next.area"] if planned else [], reason=reason)  # fmt: skip
    out.items[entry.recipe, "in", SUBSTRATE] = area
    out.cites[f"{entry.recipe}/in/{SUBSTRATE}", "quantity_per_start", ""] = name


def _counts(design: ChipDesign) -> dict[str, float]:
    """Dies and stacks in one package, by item."""
    base = {die.name: die.count for die in design.dies}
    out = {f"die:{die.name}": float(die.count * base.get(die.on, 1)) for die in design.dies}
    for memory in design.memory:
        item = f"{memory.kind}-{memory.gb_per_stack:g}gb"
        out[item] = out.get(item, 0.0) + memory.stacks
    return out


def _claim(
    out: Compiled, name: str, recipe: str, metric: str, kind: str, numbers: tuple[float, ...],
    unit: str, method: str, origins: Iterable[str], *, known: dt.date | None = None,
    reason: str = "",
) -> None:  # fmt: skip
    low, value, high = (Decimal(repr(number)) for number in numbers)
    out.claims[name] = Claim(
        claim_id=name, subject=f"recipe.{recipe}", metric=metric, kind=kind, form="point",  # type: ignore[arg-type]
        low=low, value=value, high=high, unit=unit,
        modality="assumed" if method.startswith("imputed:") else "estimate", grade="D",
        rank_reason=reason or None, known_from=known, method=method,
        derived_from=tuple(dict.fromkeys(origins)),
    )  # fmt: skip


def _rests_on(out: Compiled, chip: CompiledChip, key: str, column: str) -> list[str]:
    """Claims of `waferway.chips` under a coefficient, taken into the atlas."""
    names = sorted(
        row["claim_id"]
        for row in chip.tables["cite"]
        if (row["key"], row["column"]) == (key, column)
    )
    return [_take(out, chip.evidence[name]) for name in names]


def _take(out: Compiled, claim: Claim) -> str:
    """A claim of `waferway.chips` as a claim of the atlas."""
    out.claims[claim.claim_id] = claim.model_copy(update={"derived_from": (), "supersedes": None})
    return claim.claim_id


def _take_parameter(out: Compiled, state: TechState, subject: str, metric: str) -> str:
    claim = state.parameter(subject, metric).claim
    if claim is None:
        raise RangeError(f"{subject} {metric} rests on no claim")
    return _take(out, claim)


def _geometry(out: Compiled, entry: _Entry, state: TechState, early: Claim | None) -> list[str]:
    """Claims that gross parts per wafer rest on: edge, street, and the outline."""
    names = []
    for metric in ("edge_exclusion", "street"):
        names.append(_take_parameter(out, state, "wafer:300mm", metric))
    design = _design(entry.design)
    if entry.recipe.startswith("stack:"):
        kind = entry.part.rpartition("-")[0]
        for metric in ("core_die_width", "core_die_height", "core_die_yield"):
            names.append(_take_parameter(out, state, f"memory:{kind}", metric))
        return names
    die = next(die for die in design.dies if die.name == entry.part)
    for side, length in (("width", die.width_mm), ("height", die.height_mm)):
        name = f"design.{entry.design}.{die.name}.{side}"
        names.append(name)
        _claim(out, name, f"die:{die.name}", f"{side} in the design {entry.design}", "distance",
               (length, length, length), "mm", "imputed:design-file", [],
               known=early.known_from if early else None,
               reason="outline in the design file, which says what is published")  # fmt: skip
    return names


def _take_sources(out: Compiled, facts: Evidence) -> None:
    """Sources of the claims taken, unless the atlas has them."""
    import waferway.evidence.dated as dated

    chips = dated.shipped("waferway.chips").sources
    for claim in out.claims.values():
        if claim.source_id and claim.source_id not in facts.sources:
            out.sources[claim.source_id] = chips[claim.source_id]
