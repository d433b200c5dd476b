"""`waferway demand` and `waferway hindcast`: fans, predictions and their scores."""

from __future__ import annotations

from typing import Annotated

import typer

from waferway.cli.showing import JsonFlag, show, show_json

__all__ = ["demand"]

Seed = Annotated[int, typer.Option(help="Seed of the draws.")]


def demand(
    basis: Annotated[
        str, typer.Option(help="h100e-8bit-dense, h100e-16bit-dense or h100e-bandwidth.")
    ] = "h100e-8bit-dense",
    party: Annotated[
        str | None,
        typer.Option(help="openai, clouds, others, google, amazon, china, or market."),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option(help="training, inference, enterprise; or edge, in wafers a month."),
    ] = None,
    until: Annotated[str, typer.Option(help="Last quarter, 2025Q1 to 2032Q4.")] = "2032Q4",
    step: Annotated[str, typer.Option(help="quarter or year, of the table.")] = "year",
    paths: Annotated[int, typer.Option(help="Paths drawn.")] = 2000,
    seed: Seed = 0,
    compare: Annotated[
        bool, typer.Option("--compare", help="Published forecasts beside the fan instead.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compute that would be bought, as a fan by quarter; see the page on demand."""
    from waferway.demand.fan import fan
    from waferway.demand.forecasts import compare_forecasts
    from waferway.demand.showing import comparison_text, fan_text, plain

    drawn = fan(until=until, basis=basis, paths=paths, seed=seed)
    if as_json:
        found = drawn.to_json(party, segment)
        show_json(found | {"forecasts": plain(compare_forecasts(drawn))})
    elif compare:
        show(comparison_text(compare_forecasts(drawn)))
    else:
        show(fan_text(drawn, party, segment, step))
