"""The commands, as declared to Typer; what they do is loaded on use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from waferway.cli import say
from waferway.cli.atlas import atlas
from waferway.cli.checking import check_texts
from waferway.cli.chips import chips
from waferway.cli.claims import evidence
from waferway.cli.forecasting import demand, hindcast
from waferway.cli.ledger import ledger
from waferway.cli.money import finance
from waferway.cli.routing import partners, routes
from waferway.cli.scenarios import scenario
from waferway.cli.showing import Force, JsonFlag, show, show_json

__all__ = ["app"]

app = typer.Typer(
    name="waferway",
    help="Plan, simulate and finance networks of AI-chip factories; every number says where it "
    "comes from.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
network = typer.Typer(help="Networks of your own.", no_args_is_help=True)
app.add_typer(atlas, name="atlas")
app.add_typer(network, name="network")
app.add_typer(chips, name="chips")
app.add_typer(finance, name="finance")
app.add_typer(ledger, name="ledger")
app.add_typer(evidence, name="evidence")
app.add_typer(scenario, name="scenario")
app.command("demand")(demand)
app.add_typer(hindcast, name="hindcast")
app.command("check")(check_texts)
app.command("routes")(routes)
app.command("partners")(partners)

ConflictTime = Annotated[
    float, typer.Option(help="Seconds to look for what clashes where there is no plan.")
]
PlanFolder = Annotated[Path, typer.Argument(help="Folder that `waferway plan` wrote.")]


@app.callback(invoke_without_command=True)
def _version(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from waferway import __version__

        show(__version__)
        raise typer.Exit
    del ctx


@app.command()
def plan(
    network: Annotated[
        Path | None, typer.Argument(help="Network folder or YAML file; default: the atlas.")
    ] = None,
    party: Annotated[
        str | None, typer.Option(help="Whose plan; default: the whole system.")
    ] = None,
    now: Annotated[str | None, typer.Option(help="Last day of history, e.g. 2024-12-31.")] = None,
    known: Annotated[
        str | None, typer.Option(help="Plan the atlas as it could be known on that day.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(help="Scenario to apply; may be repeated.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="First period shown, e.g. 2025Q1.")] = None,
    until: Annotated[str | None, typer.Option(help="Last period shown, e.g. 2030Q4.")] = None,
    step: Annotated[
        str | None,
        typer.Option(help="month, quarter, half, year; or a mixture: quarter:2030Q4,year:2040."),
    ] = None,
    objective: Annotated[str, typer.Option(help="cost, value or compute.")] = "cost",
    basis: Annotated[str | None, typer.Option(help="Compute basis of `compute`.")] = None,
    budget: Annotated[
        str | None, typer.Option(help="Money beside the network's funds, e.g. '$10bn'.")
    ] = None,
    gap: Annotated[float, typer.Option(help="Relative gap at which to stop.")] = 5e-3,
    time_limit: Annotated[float | None, typer.Option(help="Seconds; keeps the best.")] = None,
    conflict_time: ConflictTime = 120.0,
    solver: Annotated[str, typer.Option(help="highs, or another that linopy knows.")] = "highs",
    seed: Annotated[int, typer.Option(help="Seed of the solver.")] = 0,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Plan again at both ends of what decides.")
    ] = False,
    imputed: Annotated[
        bool, typer.Option("--imputed/--no-imputed", help="Use numbers that fill gaps.")
    ] = True,
    explained: Annotated[
        bool, typer.Option("--explain/--no-explain", help="Keep an explanation in the folder.")
    ] = True,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")] = Path(
        "waferway-plan"
    ),
    force: Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Plan a network and leave a folder: manifest, tables, plan.html."""
    from waferway.cli.planning import run_plan

    run_plan(
        network, party, now, known, scenario or [], start, until, step, objective, basis, budget,
        gap, time_limit, conflict_time, solver, seed, sensitivity, imputed, explained, out,
        force, quiet, as_json,
    )  # fmt: skip


@app.command()
def explain(
    path: Annotated[
        Path, typer.Argument(metavar="PLAN", help="Plan folder; or a network, to see what clashes.")
    ],
    build: Annotated[
        str | None, typer.Option(help="Every order of one module (opening, right, stake).")
    ] = None,
    period: Annotated[str | None, typer.Option(help="One period, e.g. 2027Q1.")] = None,
    party: Annotated[
        str | None, typer.Option(help="Whose view of a network; default: the whole system.")
    ] = None,
    conflict_time: ConflictTime = 120.0,
    as_json: JsonFlag = False,
) -> None:
    """Say what binds, what pays for each build and what moves it; or why there is no plan."""
    from waferway.cli.planning import run_explain

    run_explain(path, build, period, party, conflict_time, as_json)


@app.command()
def verify(plan: PlanFolder, as_json: JsonFlag = False) -> None:
    """Recompute a plan from its data without the model code; exit code 1 if anything differs."""
    from waferway.planning.plan import Plan

    verdict = Plan.load(plan).verify()
    if as_json:
        show(verdict.to_json())
    else:
        show(str(verdict))
    if not verdict.ok:
        raise typer.Exit(1)


@app.command()
def summary(plan: PlanFolder, as_json: JsonFlag = False) -> None:
    """Print the few figures of a plan."""
    from waferway.planning.plan import Plan

    found = Plan.load(plan).summary()
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))


@app.command()
def report(
    plan: PlanFolder,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; else plan.html.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--figures",
            help="Folder for every figure as a file; the report is then "
            "written only where --out names it.",
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="Of the figures: svg, png or pdf.")] = "svg",
    theme: Annotated[str, typer.Option("--theme", help="Of the figures: light or dark.")] = "light",
    force: Force = False,
) -> None:
    """Write the one-file report of a plan, or its figures as files."""
    from waferway.cli.reporting import run_report

    run_report(plan, out, figures, form, theme, force)


@app.command()
def excel(
    plan: PlanFolder,
    out: Annotated[Path, typer.Argument(help="Workbook to write (.xlsx).")],
    force: Force = False,
) -> None:
    """Write the tables of a plan as an Excel workbook."""
    from waferway.planning.plan import Plan

    say(f"wrote {Plan.load(plan).to_excel(out, force=force)}")


Compared = Annotated[str, typer.Argument(help="Plan folder, network folder or file, or `atlas`.")]


@app.command()
def diff(
    before: Compared,
    after: Compared,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write it as a page too, with a map.")
    ] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """What changed from one plan or network to another, first cause first."""
    from waferway.cli.comparing import read_either, run_diff

    run_diff(read_either(before), read_either(after), as_json, html, force)


@app.command()
def trace(
    of: Compared,
    figure: Annotated[
        str, typer.Argument(help="Table of the plan (capacity, money, ...), `compute`, or a table "
                                 "of the network.")
    ],
    where: Annotated[
        list[str] | None, typer.Argument(help="Which rows: line=tsmc-n3 period=2027Q1 ...")
    ] = None,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """From a figure down to the claims and sources it rests on."""
    from waferway.cli.comparing import read_either, run_trace

    run_trace(read_either(of), figure, where or [], as_json)


@app.command()
def doctor(as_json: JsonFlag = False) -> None:
    """Say what is installed and whether the parts work together."""
    from waferway.cli.doctor import examine

    found = examine()
    if as_json:
        show_json(found)
    else:
        for check in found["checks"]:
            show(f"{'ok  ' if check['ok'] else 'FAIL'}  {check['name']:<22} {check['says']}")
    if not found["ok"]:
        raise typer.Exit(1)


@network.command("check")
def network_check(
    path: Annotated[Path, typer.Argument(help="Network folder or YAML file.")],
    listing: Annotated[
        str | None, typer.Option("--list", help="Print the names of one table, e.g. site.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read a network and report every fault at once; exit code 1 if there is any."""
    from waferway.errors import InputError
    from waferway.network.reading import read

    try:
        found = read(path)
    except InputError as fault:
        if not as_json:
            say(str(fault))
        else:
            show_json({"ok": False, "faults": [
                {"place": str(f.place), "what": f.what, "why": f.why, "try": f.suggestion,
                 "kind": f.kind} for f in fault.faults]})  # fmt: skip
        # a path that is not there is a wrong call, not a network with faults
        raise typer.Exit(1 if path.exists() else 2) from None
    if listing:
        for name in found.table(listing).index:
            show(str(name))
    elif as_json:
        show_json({"ok": True, "faults": [], "sha256": found.sha256})
    else:
        show(f"{path}: no fault\n{found!r}")


@network.command("new")
def network_new(
    path: Annotated[Path, typer.Argument(help="File (.yaml) or folder to write.")],
    force: Force = False,
) -> None:
    """Write a small network with comments, ready to plan and to change."""
    from waferway.network.writing import write_example

    say(f"wrote {write_example(path, force=force)}; plan it with: waferway plan {path}")


@network.command("excel")
def network_excel(
    book: Annotated[Path, typer.Argument(help="Workbook (.xlsx) to write.")],
    path: Annotated[
        str | None,
        typer.Argument(metavar="[NETWORK]", help="Network folder or file, or `atlas`; default: "
                       "the small example of `network new`."),
    ] = None,
    back: Annotated[
        Path | None,
        typer.Option("--back", help="The way back: read the workbook, write this folder or "
                     ".yaml file."),
    ] = None,
    force: Force = False,
) -> None:  # fmt: skip
    """Write a network as an Excel workbook, a sheet a table; or with --back, read one."""
    from waferway.cli.workbooks import book_to_network, network_to_book

    if back is None:
        network_to_book(book, path, force)
    else:
        book_to_network(book, back, force)


@network.command("schema")
def network_schema() -> None:
    """Print the JSON Schema of network files, for editors."""
    from waferway.network.editor import json_schema

    show_json(json_schema())
