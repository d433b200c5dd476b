"""`waferway scenario`: the shipped what-ifs, what they change and what the model says of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waferway.cli import say
from waferway.cli.inputs import check_new
from waferway.cli.showing import Force, JsonFlag, show, show_json

if TYPE_CHECKING:
    from waferway.network.network import Network

__all__ = ["scenario"]

scenario = typer.Typer(help="The shipped what-ifs: what they change, and what the model says.",
                       no_args_is_help=True)  # fmt: skip

Source = Annotated[
    Path | None, typer.Option("--network", help="Network folder or YAML file; default: the atlas.")
]


@scenario.command("list")
def scenario_list(network: Source = None, as_json: JsonFlag = False) -> None:
    """List the what-ifs of a network."""
    found = _network(network).table("scenario")
    if as_json:
        show_json(
            {name: {"description": d, "parent": p} for name, d, p in
             zip(found.index, found["description"], found["parent"], strict=True)}
        )  # fmt: skip
        return
    for name, description in zip(found.index, found["description"], strict=True):
        show(f"{name}\n    {description}")


@scenario.command("show")
def scenario_show(
    name: Annotated[str, typer.Argument(help="Scenario, e.g. taiwan-closure.")],
    network: Source = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what a what-if changes, and the claims under its numbers."""
    from waferway.network.what_ifs import describe_scenario

    found = describe_scenario(_network(network), name)
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))


@scenario.command("run")
def scenario_run(
    name: Annotated[str, typer.Argument(help="Scenario, e.g. taiwan-closure.")],
    network: Source = None,
    gap: Annotated[float, typer.Option(help="Relative gap of each plan.")] = 0.01,
    party: Annotated[str | None, typer.Option(help="Whose plans; default: the system.")] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw what it changes: a file .svg, .png or .pdf.")
    ] = None,
    theme: Annotated[str, typer.Option(help="Of the picture: light, dark or page.")] = "light",
    force: Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Plan a what-if beside what it departs from; exit code 1 if no plan satisfies it."""
    from waferway.studies.scenarios import run_scenario

    if picture is not None:
        from waferway.report.figure import check_form

        check_new(picture, force)  # before the plans, not after them
        check_form(picture.suffix.removeprefix("."), theme, str(picture))
    study = run_scenario(_network(network), name, gap, party, None if quiet else say)
    if picture is not None and study.plans[-1]["compute"]:
        from waferway.report.scenario_figures import scenario_figure

        say(f"wrote {scenario_figure(study).save(picture, theme, force=force)}")  # type: ignore[arg-type]
    if as_json:
        show_json(study.to_json())
    else:
        show(str(study))
    if study.verdict == "infeasible":
        raise typer.Exit(1)


def _network(path: Path | None) -> Network:
    from waferway.atlas.world import world
    from waferway.network.reading import read

    return world() if path is None else read(path)
