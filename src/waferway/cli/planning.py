"""What `waferway plan` does: read, plan, save, tell."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waferway.cli import say
from waferway.cli.routing import refuse_known
from waferway.cli.showing import show, show_json

if TYPE_CHECKING:
    from waferway.planning.explanation import Explanation
    from waferway.planning.plan import Plan

__all__ = ["run_explain", "run_plan"]


def run_plan(
    path: Path | None,
    party: str | None,
    now: str | None,
    known: str | None,
    scenarios: list[str],
    start: str | None,
    until: str | None,
    step: str | None,
    objective: str,
    basis: str | None,
    budget: str | None,
    gap: float,
    time_limit: float | None,
    conflict_time: float,
    solver: str,
    seed: int,
    sensitivity: bool,
    imputed: bool,
    explained: bool,
    out: Path,
    force: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Plan and leave the folder; see `waferway plan --help`."""
    import waferway
    from waferway.planning.plan import check_replaceable
    from waferway.units import parse_quantity

    check_replaceable(out, force)  # before the work, not after it
    refuse_known(path, known)
    if path is None:
        net = waferway.world(known=known, imputed=imputed)
    else:
        net = waferway.read(path)
        net = net if imputed else net.without_imputed()
    net = net.with_scenario(*scenarios)
    if sensitivity:
        from waferway.studies.deciders import compare_deciders, declared_deciders

        declared_deciders(net)  # before the work too
    steps: Any = None
    if step and ":" in step:
        steps = [tuple(part.split(":", 1)) for part in step.split(",")]
    elif step:
        steps = step
    money = None if budget is None else parse_quantity(budget, "USD").central
    with told_as_json(as_json):
        result = waferway.plan(
            net, party=party, now=now, until=until, start=start, step=steps, objective=objective,
            basis=basis, budget_usd=money, gap=gap, time_limit=time_limit, solver=solver,
            seed=seed, progress=None if quiet else progress_line(), conflict_time=conflict_time,
        )  # fmt: skip
    clear_line()
    deciders = None
    if sensitivity:
        deciders = compare_deciders(net, result, say=None if quiet else say)
    if explained:
        result.explain()  # kept in the folder, so that `waferway explain` only reads
    html = waferway.render_report(result, deciders=deciders)
    folder = result.save(out, force=force, pages={"plan.html": html})
    summary = result.summary()
    if as_json:
        show_json({"folder": str(folder), "manifest": result.manifest, **summary.to_json()})
        return
    show(str(summary))
    if deciders is not None:
        show("\n" + str(deciders))
    say(f"\nwrote {folder}: manifest.json, tables/, network/, plan.html")


def run_explain(
    path: Path, build: str | None, period: str | None, party: str | None, conflict_time: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Explain a plan folder, or say what clashes in a network; see `waferway explain --help`."""
    import waferway
    from waferway.planning.explanation import Explanation
    from waferway.planning.plan import Plan

    if not (path / "manifest.json").is_file():
        net = waferway.read(path)
        with told_as_json(as_json):
            waferway.plan(net, party=party, progress=progress_line(), conflict_time=conflict_time)
        clear_line()
        if as_json:
            show_json({"feasible": True})
        else:
            show(f"{path}: some plan satisfies the network; explain one with: waferway plan {path}")
        return
    kept = Explanation.read(path) if build is None else None
    found = kept if kept is not None else _explained(Plan.load(path), build or "")
    found = found.only(build=build or "", period=period or "")
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))


def _explained(plan: Plan, build: str) -> Explanation:
    """The explanation, computed where the folder keeps none."""
    if not plan.is_explained:
        say("the folder keeps no explanation; computing it, which takes longer")
    return plan.explain(build)


@contextlib.contextmanager
def told_as_json(as_json: bool) -> Iterator[None]:
    """An infeasible network: its conflict as one object where JSON was asked for; exit code 1."""
    import typer

    from waferway.errors import Infeasible

    try:
        yield
    except Infeasible as no:
        clear_line()
        if not as_json or no.conflict is None:
            raise
        show_json(no.conflict.to_json())
        raise typer.Exit(1) from None


def progress_line() -> Callable[[Any], None] | None:
    """A line on standard error that is written over; None where nobody watches."""
    if not sys.stderr.isatty():
        return None

    def tell(p: Any) -> None:
        gap = "" if p.gap != p.gap else f"gap {p.gap:.2%}"
        sys.stderr.write(
            f"\r{p.seconds:6.0f} s  best {p.incumbent:.5g}  bound {p.bound:.5g}  {gap}   "
        )
        sys.stderr.flush()

    return tell


def clear_line() -> None:
    """Remove the progress line."""
    if sys.stderr.isatty():
        sys.stderr.write("\r" + " " * 72 + "\r")
