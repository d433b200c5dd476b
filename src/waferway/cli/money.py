"""`waferway finance`: what a fab costs where, and what public money buys."""

from __future__ import annotations

from typing import Annotated

import typer

from waferway.cli.routing import Known, NetworkPath, Now, Scenarios, Until, opened
from waferway.cli.showing import JsonFlag, show, show_json

__all__ = ["finance"]

finance = typer.Typer(help="What a fab costs where, and what public money buys.",
                      no_args_is_help=True)  # fmt: skip


@finance.command("fabs")
def fabs(
    country: Annotated[
        list[str] | None, typer.Option(help="ISO code; may be repeated; the first is the measure.")
    ] = None,
    node: Annotated[str, typer.Option(help="3nm or 2nm.")] = "2nm",
    start: Annotated[
        str, typer.Option(help="Start of construction: decides which credits are earned.")
    ] = "2026-06-01",
    years: Annotated[float, typer.Option(help="Of operation.")] = 10.0,
    draws: Annotated[int, typer.Option(help="Draws of the claims' intervals.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Total cost of a fab of 50,000 wafers a month by country, by part, with its interval."""
    import waferway

    found = waferway.fab_countries(
        country or ("TW", "KR", "JP", "US"), node, start, years=years, draws=draws, seed=seed
    )
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))


@finance.command("subsidies")
def subsidies(
    network: NetworkPath = None,
    party: Annotated[str | None, typer.Option(help="Whose plan; default: the system.")] = None,
    now: Now = None,
    known: Known = None,
    scenario: Scenarios = None,
    until: Until = None,
    gap: Annotated[float, typer.Option(help="Relative gap of each plan.")] = 1e-3,
    as_json: JsonFlag = False,
) -> None:
    """Compute gained per unit of public money, state by state: two plans each."""
    import waferway

    found = waferway.subsidies(
        opened(network, known, scenario), party=party, now=now, until=until, gap=gap
    )
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
