"""`waferway demand` and `waferway hindcast`: fans, predictions and their scores."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from waferway.cli import say
from waferway.cli.showing import Force, JsonFlag, show, show_json

__all__ = ["demand", "hindcast"]

hindcast = typer.Typer(
    help="Predict 2025 from what was known at the end of 2024, and score it.",
    no_args_is_help=True,
)
Supply = Annotated[
    Path | None,
    typer.Option(help="CSV of the supply of 2025 by quarter; without it the run is unconditional."),
]
Insist = Annotated[
    bool,
    typer.Option("--insist", help="Take supplies far from those of 2024Q4 as they stand."),
]
Draws = Annotated[int, typer.Option(help="Draws.")]

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
    assumptions: Annotated[
        Path | None,
        typer.Option(help="CSV of claims to change: claim_id and low, value, high."),
    ] = None,
    power: Annotated[
        bool, typer.Option("--power/--no-power", help="Whether power limits what is bought.")
    ] = True,
    compare: Annotated[
        bool, typer.Option("--compare", help="Published forecasts beside the fan instead.")
    ] = False,
    worth: Annotated[
        int | None, typer.Option(help="What serving it is worth in a year, step by step, instead.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the fan: a file .svg, .png or .pdf.")
    ] = None,
    theme: Annotated[str, typer.Option(help="Of the picture: light, dark or page.")] = "light",
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Compute that would be bought, as a fan by quarter; see the page on demand."""
    from waferway.demand.fan import fan
    from waferway.demand.forecasts import compare_forecasts
    from waferway.demand.given import with_assumptions
    from waferway.demand.showing import comparison_text, fan_json, fan_text, worth_text
    from waferway.demand.worth import worth_of_serving

    facts = None if assumptions is None else with_assumptions(assumptions)
    if worth is not None and not as_json:
        show(worth_text(worth_of_serving(worth, facts)))
        return
    drawn = fan(until=until, basis=basis, paths=paths, seed=seed, evidence=facts, power=power)
    if picture is not None:
        from waferway.report.demand_figures import demand_figure

        path = demand_figure(drawn, party, segment, facts).save(picture, theme, force=force)  # type: ignore[arg-type]
        say(f"wrote {path}")
    if as_json:
        show_json(fan_json(drawn, party, segment, facts))
    elif compare:
        show(comparison_text(compare_forecasts(drawn, facts)))
    else:
        show(fan_text(drawn, party, segment, step))


@hindcast.command("run")
def hindcast_run(
    supply: Supply = None,
    insist: Insist = False,
    draws: Draws = 4000,
    seed: Seed = 2024,
    freeze: Annotated[
        Path | None, typer.Option(help="Folder in which to write the predictions and their hash.")
    ] = None,
    add: Annotated[
        bool,
        typer.Option("--add", help="Add lines to frozen predictions, which stay as they are."),
    ] = False,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Predict 2025 by designer and quarter, each number with its distribution."""
    from waferway.studies.hindcast import frozen_predictions, read_supply, run
    from waferway.studies.hindcast.year import ALONE_FILE

    given = None if supply is None else read_supply(supply, insist)
    found = run(supply=given, draws=draws, seed=seed)
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if freeze is not None:
        say(f"wrote {frozen_predictions(freeze, found.predictions, force, add)}")
        alone = frozen_predictions(freeze, found.network_alone, force, add, ALONE_FILE)
        say(f"wrote {alone}")


@hindcast.command("plan")
def hindcast_plan(
    freeze: Annotated[
        Path | None,
        typer.Option(help="File in which to write the plan; its hash and manifest go beside it."),
    ] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Plan the atlas as known at the end of 2024: what the plan itself says of 2025."""
    import json

    from waferway.studies.hindcast import plan_forecast
    from waferway.studies.hindcast.frozen import freeze as frozen_file

    found = plan_forecast()
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if freeze is not None:
        say(f"wrote {frozen_file(freeze, found.text(), force)}")
        manifest = json.dumps(dict(found.manifest), indent=1, default=str) + "\n"
        freeze.with_suffix(".manifest.json").write_bytes(manifest.encode())


@hindcast.command("score")
def hindcast_score(
    outcomes: Annotated[
        Path, typer.Option(help="CSV with metric, subject, period, value: what happened.")
    ],
    supply: Supply = None,
    insist: Insist = False,
    predictions: Annotated[
        Path | None,
        typer.Option(help="Predictions to score; without it they are made anew."),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="A frozen plan to score too; default: plan-2025.csv beside them."),
    ] = None,
    must_judge: Annotated[
        bool, typer.Option("--must-judge", help="Exit with 1 also if no rival could be compared.")
    ] = False,
    draws: Draws = 4000,
    seed: Seed = 2024,
    as_json: JsonFlag = False,
) -> None:
    """Score predictions, network and plan beside two naive rivals; exit code 1 if one is better."""
    from waferway.studies.hindcast import score_year

    found = score_year(outcomes, supply, predictions, draws, seed, insist=insist, plan=plan)
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if found.better is False or (must_judge and found.better is None):
        raise typer.Exit(1)


@hindcast.command("check")
def hindcast_check(
    past_only: Annotated[
        bool, typer.Option("--past-only", help="Use only the quarters before, not those after.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Leave each quarter of 2024 out in turn; exit code 1 if a goal is missed."""
    from waferway.studies.hindcast import leave_out_2024

    found = leave_out_2024(past_only=past_only)
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if not found.passed:
        raise typer.Exit(1)
