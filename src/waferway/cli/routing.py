"""`waferway routes` and `waferway partners`: one party's ways to compute, and its allies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from waferway.cli import say
from waferway.cli.showing import Force, JsonFlag, show, show_json
from waferway.errors import Fault, InputError, Place

__all__ = ["partners", "routes"]

NetworkPath = Annotated[
    Path | None, typer.Argument(help="Network folder or YAML file; default: the atlas.")
]
Party = Annotated[str, typer.Option(help="Who wants compute, for example openai.")]
Now = Annotated[str | None, typer.Option(help="Last day of history, e.g. 2024-01-31.")]
Known = Annotated[str | None, typer.Option(help="Plan the atlas as it could be known on that day.")]
Scenarios = Annotated[
    list[str] | None, typer.Option("--scenario", help="Scenario to apply; may be repeated.")
]
Until = Annotated[str | None, typer.Option(help="Last period planned, e.g. 2030Q4.")]
Budget = Annotated[str | None, typer.Option(help="Money beside the network's funds, e.g. '$9bn'.")]
Gap = Annotated[float, typer.Option(help="Relative gap of each plan, at most 0.01.")]
Workers = Annotated[int, typer.Option(help="Processes; the result is the same for any number.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def opened(network: Path | None, known: str | None, scenarios: list[str] | None) -> Any:
    """The network asked for, scenarios applied."""
    import waferway

    refuse_known(network, known)
    net = waferway.world(known=known) if network is None else waferway.read(network)
    return net.with_scenario(*(scenarios or []))


def refuse_known(network: Path | None, known: str | None) -> None:
    """Raise where --known is asked of a network that does not know it."""
    if network is not None and known is not None:
        raise InputError(
            [Fault(Place(), "--known looks back on the atlas only",
                   why=f"{network} says nothing of when its numbers became known",
                   suggestion="leave out --known, or the network", kind="wrong call")],
            "nothing was planned",
        )  # fmt: skip


def usd(text: str | None) -> float | None:
    """Money of an option, in USD."""
    from waferway.units import parse_quantity

    return None if text is None else parse_quantity(text, "USD").central


def routes(
    network: NetworkPath = None,
    party: Party = "openai",
    by: Annotated[
        str | None, typer.Option(help="To whose end compute is counted, e.g. 2028Q4.")
    ] = None,
    now: Now = None,
    known: Known = None,
    scenario: Scenarios = None,
    until: Until = None,
    budget: Budget = None,
    rank: Annotated[
        str, typer.Option(help="compute (most by --by) or cost (least per unit).")
    ] = "compute",
    route: Annotated[
        list[str] | None, typer.Option(help="Only this route; may be repeated.")
    ] = None,
    flips: Annotated[
        bool, typer.Option("--flips", help="Also find the price and date that flip the ranking.")
    ] = False,
    draws: Annotated[int, typer.Option(help="Draws for P10, P50, P90; 0 for none.")] = 40,
    gap: Gap = 5e-3,
    seed: Annotated[int, typer.Option(help="Of the draws and the solver.")] = 0,
    workers: Workers = 2,
    report: Annotated[Path | None, typer.Option(help="One-file report to write.")] = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: JsonFlag = False,
) -> None:
    """Compare a party's ways to compute: each is a plan of the same network."""
    import waferway
    from waferway.cli.inputs import check_new

    check_new(report, force)  # before the work, not after it
    found = waferway.routes(
        opened(network, known, scenario), party=party, by=by, now=now, until=until,
        budget_usd=usd(budget), ranking=rank, only_routes=route, flips=flips, draws=draws,
        gap=gap, seed=seed, workers=workers, say=None if quiet else say,
    )  # fmt: skip
    if report is not None:
        found.report(report, force=force)
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if report is not None:
        say(f"wrote {report}")


def partners(
    network: NetworkPath = None,
    party: Party = "openai",
    member: Annotated[
        list[str] | None, typer.Option(help="Whom it may join with; may be repeated.")
    ] = None,
    now: Now = None,
    known: Known = None,
    scenario: Scenarios = None,
    until: Until = None,
    step: Annotated[str | None, typer.Option(help="month, quarter, half or year.")] = None,
    budget: Budget = None,
    gap: Gap = 5e-3,
    seed: Annotated[int, typer.Option(help="Of the solver.")] = 0,
    workers: Workers = 2,
    quiet: Quiet = False,
    as_json: JsonFlag = False,
) -> None:
    """Plan each coalition of a party with others, and split the gain so that it holds."""
    import waferway

    found = waferway.partners(
        opened(network, known, scenario), party=party, members=member, now=now, until=until,
        step=step, budget_usd=usd(budget), gap=gap, seed=seed, workers=workers,
        say=None if quiet else say,
    )  # fmt: skip
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
