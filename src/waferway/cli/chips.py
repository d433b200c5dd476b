"""`waferway chips`: cost, yield, compute, recipes and comparison of designs.

Owns the declaration of these verbs and how their results read in a terminal; the numbers come
from `waferway.chips`. With several designs ``--json`` prints one object, ``{"designs": [...]}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from waferway.cli.showing import Force, JsonFlag, show, show_json
from waferway.errors import Faults, InputError, RangeError

__all__ = ["chips"]

chips = typer.Typer(help="What a chip design costs, yields and computes.", no_args_is_help=True)

Designs = Annotated[list[Path], typer.Argument(metavar="DESIGN...", help="Design files (YAML).")]
When = Annotated[str, typer.Option("--year", help="Year (its middle), or a day.")]
Node = Annotated[str | None, typer.Option(help="Port every die to this node, e.g. n3.")]
Draws = Annotated[int, typer.Option(min=0, help="Joint draws for the intervals; 0: none.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Known = Annotated[str | None, typer.Option(help="Only claims known on that day.")]
LineAge = Annotated[
    float | None, typer.Option("--line-age", min=0, help="Age of the lines in years.")
]
Picture = Annotated[
    Path | None, typer.Option("--picture", help="Draw it: a file .svg, .png or .pdf.")
]
Theme = Annotated[str, typer.Option(help="Of pictures: light, dark or page.")]
YEAR = "2025"


def _when(text: str) -> int | str:
    return int(text) if re.fullmatch("[1-9][0-9]{3}", text) else text


def _each(designs: Sequence[Path], verb: Callable[[Path], Any]) -> list[Any]:
    """Results of every design, or the faults of all of them."""
    faults, found = Faults(), []
    for design in designs:
        try:
            found.append(verb(design))
        except InputError as error:
            faults.extend(error.faults)
    faults.raise_any("no number was computed")
    return found


def _one(found: Sequence[Any], option: str) -> Any:
    """The only result: a picture shows one design."""
    if len(found) != 1:
        raise RangeError(f"{option} draws one design; {len(found)} are given")
    return found[0]


def _draw(figure: Any, path: Path, theme: str, force: bool) -> None:
    from waferway.cli import say
    from waferway.report.chip_figures import titled

    chosen: Any = theme  # checked there
    say(f"wrote {titled(figure).save(path, chosen, force=force)}")


def _print(objects: list[dict[str, Any]]) -> None:
    show_json(objects[0] if len(objects) == 1 else {"designs": objects})


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "-"
    return f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1e4 else (
        f"{value:,.0f}" if isinstance(value, float) and abs(value) < 1e9 else
        f"{value:.4g}" if isinstance(value, float) else str(value)
    )  # fmt: skip


def _table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Aligned columns: text to the left, numbers to the right."""
    cells = [[_cell(row.get(name)) for name in columns] for row in rows]
    grid = [list(columns.values()), *cells]
    wide = [max(len(line[k]) for line in grid) for k in range(len(columns))]
    left = [any(isinstance(row.get(name), str) for row in rows) for name in columns]
    return "\n".join(
        "  ".join(
            text.ljust(w) if is_text else text.rjust(w)
            for text, w, is_text in zip(line, wide, left, strict=True)
        ).rstrip()
        for line in grid
    )


def _notes(notes: Sequence[str]) -> None:
    for note in notes:
        show(f"note: {note}")


@chips.command("cost")
def cost(
    designs: Designs,
    when: When = YEAR,
    node: Node = None,
    draws: Draws = 2000,
    seed: Seed = 0,
    line_age: LineAge = None,
    known: Known = None,
    tornado: Annotated[
        bool, typer.Option("--tornado/--no-tornado", help="Say what the interval rests on.")
    ] = True,
    picture: Picture = None,
    tornado_picture: Annotated[
        Path | None, typer.Option(help="Draw what the interval rests on.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a page: cost, wafers, compute.")
    ] = None,
    theme: Theme = "light",
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Cost of one good package: parts with intervals, one-off cost, carbon, what decides."""
    from waferway import chips as room

    found = _each(designs, lambda design: room.cost(
        design, _when(when), node=node, draws=draws, seed=seed, tornado=tornado,
        line_age_years=line_age, known=known))  # fmt: skip
    if picture or tornado_picture or page:
        from waferway.report import chip_figures

        if picture:
            _draw(chip_figures.cost_figure(_one(found, "--picture")), picture, theme, force)
        if tornado_picture:
            drawn = chip_figures.tornado_figure(_one(found, "--tornado-picture"))
            _draw(drawn, tornado_picture, theme, force)
        if page:
            _page(_one(found, "--html"), designs[0], when, node, draws, seed, line_age, known,
                  page, force)  # fmt: skip
    if as_json:
        _print([{**json.loads(one.to_json()), "tornado": one.tornado_rows} for one in found])
        return
    for one in found:
        show(f"{one.design}, {one.when}: USD for one good package")
        show(_table(one.records(), {"component": "part", "usd": "USD", "low_usd": "5 %",
                                    "high_usd": "95 %", "share": "share"}))  # fmt: skip
        show(f"one-off cost {_cell(one.nre_usd)} USD; package yield {one.package_yield:.3f}; "
             f"carbon {_cell(one.carbon_low_kg)} ({one.carbon_low_name}) to "
             f"{_cell(one.carbon_high_kg)} kg ({one.carbon_high_name})")  # fmt: skip
        if one.tornado_rows:
            show("\nwhat the interval rests on (total in USD at either end)")
            show(_table(one.tornado_rows[:5], {
                "parameter": "parameter", "total_at_low_usd": "at low", "total_at_high_usd":
                "at high", "grade": "grade", "claim_id": "claim"}))  # fmt: skip
        _notes(one.notes)


def _page(
    spent: Any, design: Path, when: str, node: str | None, draws: int, seed: int,
    line_age: float | None, known: str | None, path: Path, force: bool,
) -> None:  # fmt: skip
    from waferway import chips as room
    from waferway.cli import say
    from waferway.report.chip_figures import chip_page
    from waferway.report.page import write_page

    made = room.yield_(design, _when(when), node=node, draws=draws, seed=seed,
                       line_age_years=line_age, known=known)  # fmt: skip
    worth = room.compute(design, _when(when), node=node, known=known)
    say(f"wrote {write_page(chip_page(spent, made, worth), path, force)}")


@chips.command("yield")
def yields(
    designs: Designs,
    when: When = YEAR,
    node: Node = None,
    draws: Draws = 2000,
    seed: Seed = 0,
    line_age: LineAge = None,
    known: Known = None,
    picture: Picture = None,
    die: Annotated[str | None, typer.Option(help="Die on the picture; default: the first.")] = None,
    theme: Theme = "light",
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Gross and good dies, stacks and interposers of a wafer, and bins."""
    from waferway import chips as room

    found = _each(designs, lambda design: room.yield_(
        design, _when(when), node=node, draws=draws, seed=seed, line_age_years=line_age,
        known=known))  # fmt: skip
    if picture:
        from waferway.report.chip_figures import wafer_figure

        _draw(wafer_figure(_one(found, "--picture"), die), picture, theme, force)
    if as_json:
        _print([json.loads(one.to_json()) for one in found])
        return
    for one in found:
        show(f"{one.design}, {one.when}")
        show(_table(one.records(), {"part": "part", "gross": "gross", "yield": "yield",
                                    "low": "5 %", "high": "95 %", "good_per_wafer": "good/wafer",
                                    "wafers_per_1000_packages": "wafers/1000"}))  # fmt: skip
        if one.bins:
            show(_table(one.bins, {"die": "die", "bin": "bin", "needed": "needed",
                                   "share": "share"}))  # fmt: skip
        show(f"package yield {one.package_yield:.3f} "
             f"({one.package_yield_low:.3f} to {one.package_yield_high:.3f}); "
             f"faulty packages sold {one.escape_rate:.2g}")  # fmt: skip
        _notes(one.notes)


@chips.command("compute")
def compute(
    designs: Designs,
    when: When = YEAR,
    node: Node = None,
    fleet: Annotated[
        list[int] | None, typer.Option(min=1, help="Chips that train together; may be repeated.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Sequences in a training step.")] = 4096,
    software: Annotated[str | None, typer.Option(help="nvidia, amd or any.")] = None,
    usd_per_hour: Annotated[
        float | None, typer.Option(min=0, help="Cost of one chip for an hour.")
    ] = None,
    known: Known = None,
    as_json: JsonFlag = False,
) -> None:
    """H100-equivalents on four bases, kernels, training and serving."""
    from waferway import chips as room

    given: dict[str, Any] = {"fleet": fleet} if fleet else {}
    found = _each(designs, lambda design: room.compute(
        design, _when(when), node=node, global_batch=batch, software=software,
        usd_per_hour=usd_per_hour, known=known, **given))  # fmt: skip
    if as_json:
        _print([json.loads(one.to_json()) for one in found])
        return
    for one in found:
        show(f"{one.design}, {one.when}")
        show(_table(one.records(), {"measure": "measure", "value": "value", "low": "low",
                                    "high": "high", "unit": "unit", "basis": "basis"}))  # fmt: skip
        _notes(one.notes)


@chips.command("compile")
def compile_(
    designs: Designs,
    years: Annotated[
        list[int] | None,
        typer.Option("--year", min=1900, max=9999, help="May be repeated: dated coefficients."),
    ] = None,
    node: Node = None,
    detail: Annotated[str, typer.Option(help="network or full.")] = "network",
    party: Annotated[str, typer.Option(help="Owner of the design; default: anyone.")] = "",
    variable_costs: Annotated[
        bool, typer.Option(help="Off where lines charge for wafers, as in the shipped atlas.")
    ] = True,
    facility_factor: Annotated[
        float, typer.Option(min=1, help="Site power for each W of the package; the atlas has 1.4.")
    ] = 1.0,
    draws: Draws = 1000,
    seed: Seed = 0,
    line_age: LineAge = None,
    known: Known = None,
    add_to: Annotated[
        Path | None, typer.Option(help="Network that gets the recipes; needs --out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Network to write (.yaml or a folder).")
    ] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Items and recipes of a network, with the claims they rest on."""
    from waferway import chips as room

    if (add_to is None) != (out is None):
        raise RangeError("--add-to NETWORK and --out PATH go together; give both or neither")
    found = _each(designs, lambda design: room.compile(
        design, node, years or int(YEAR), detail=detail, party=party,
        variable_costs=variable_costs, facility_factor=facility_factor, draws=draws, seed=seed,
        line_age_years=line_age, known=known))  # fmt: skip
    if add_to is not None and out is not None:
        _add(found, add_to, out, force)
    if as_json:
        _print([json.loads(one.to_json()) for one in found])
        return
    for one in found:
        show(f"{one.design}, {', '.join(str(year) for year in one.years)}: "
             f"{_cell(one.total_usd)} USD for one good package")  # fmt: skip
        show(_table(one.tables["recipe"], {"name": "recipe", "technology": "technology",
                                           "variable_usd": "USD a start",
                                           "activation_usd": "USD once"}))  # fmt: skip
        show(_table(one.tables["recipe_item"], {
            "recipe": "recipe", "role": "", "item": "item", "quantity_per_start": "a start",
            "good_fraction": "good"}))  # fmt: skip
        _notes([*one.notes, f"{len(one.evidence)} claims stand under these rows"])


def _add(found: Sequence[Any], path: Path, out: Path, force: bool) -> None:
    import waferway
    from waferway.cli import say
    from waferway.network.checking import check

    net = waferway.read(path)
    for one in found:
        net = one.add_to(net)
    faults = check(net)
    if faults:
        raise InputError(faults, "nothing was written")
    form = "yaml" if out.suffix in (".yaml", ".yml") else "folder"
    say(f"wrote {waferway.write(net, out, form, force=force)}")


@chips.command("compare")
def compare(
    designs: Designs,
    when: When = YEAR,
    draws: Draws = 2000,
    seed: Seed = 0,
    known: Known = None,
    as_json: JsonFlag = False,
) -> None:
    """Designs side by side: cost, yield, compute, memory, carbon and their ratios."""
    from waferway import chips as room

    found = room.compare(designs, _when(when), draws=draws, seed=seed, known=known)
    if as_json:
        show_json(json.loads(found.to_json()))
        return
    rows = found.records()
    sides = {row["design"]: row["design"] for row in rows}
    turned = [{"measure": name, **{row["design"]: row[name] for row in rows}}
              for name in rows[0] if name != "design"]  # fmt: skip
    show(found.when)
    show(_table(turned, {"measure": "measure", **sides}))
    _notes(found.notes)
