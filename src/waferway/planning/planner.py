"""`plan`: from a network to a plan.

Owns the order of the steps: calendar, view, layout, program, solver, result.
"""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import Calendar, day, end_of
from waferway.errors import Fault, Infeasible, InputError, Place, RangeError, SolverFailed, nearest
from waferway.network.network import Network
from waferway.planning.decisions import Decisions, decide
from waferway.planning.extensive import Program, assemble, to_linopy
from waferway.planning.instance import Instance, lay_out, lay_out_like
from waferway.planning.plan import Plan
from waferway.planning.reconstruction import lacks_a_past, reconstructed
from waferway.planning.results import tables_of
from waferway.planning.rounding import solve_by_rounding
from waferway.planning.solving import Answer, Progress, solve, solve_fixed
from waferway.planning.spending import Objective, objective, objective_like
from waferway.planning.view import cut_down

__all__ = ["OBJECTIVES", "plan"]

OBJECTIVES = ("cost", "value", "compute")
CONFLICT_SECONDS = 120.0
"""Most time for the search of what clashes, unless another is asked for."""
OPTION_NAMES = {
    "gurobi": ("MIPGap", "TimeLimit"),
    "highs": ("mip_rel_gap", "time_limit"),
    "scip": ("limits/gap", "limits/time"),
}
"""How solvers that linopy reaches call the relative gap and the limit in seconds."""
MANY_WHOLE = 500
"""From here on a plan is searched by rounding: the atlas as known in January 2024 (1,224 whole
decisions) took 135 s of CPU from the root of its tree and 15 s so, to the same gap."""
Step = str | Sequence[tuple[str, str]]


def plan(
    network: Network,
    party: str | None = None,
    now: str | dt.date | None = None,
    until: str | dt.date | None = None,
    start: str | dt.date | None = None,
    step: Step | None = None,
    objective: str = "cost",
    budget_usd: float | None = None,
    basis: str | None = None,
    gap: float = 5e-3,
    time_limit: float | None = None,
    seed: int = 0,
    solver: str = "highs",
    threads: int = 1,
    progress: Callable[[Progress], None] | None = None,
    by_rounding: bool | None = None,
    conflict_time: float = CONFLICT_SECONDS,
    **solver_options: Any,
) -> Plan:
    """Plan a network: what to build, buy, reserve and ship, where and when.

    Parameters
    ----------
    network : Network
        Never changed.
    party : str, optional
        Whose plan. None is the system view: one mind, all lines, all costs.
    now : str or date, optional
        Last day of history. Default: the network's setting, else the day before the calendar
        (warm-up included) begins.
    until, start : str or date, optional
        Last and first day shown; labels such as ``2030Q4`` name whole periods. Defaults: the
        network's settings.
    step : str, or sequence of (step, until), optional
        ``month``, ``quarter``, ``half``, ``year``, or a mixture such as
        ``[("quarter", "2030Q4"), ("year", "2040")]``.
    objective : str
        ``cost`` (serve demand; unserved demand costs its value), ``value`` (worth of what is
        served less cost), ``compute`` (most compute-years on a basis).
    budget_usd : float, optional
        One more fund, without cost of capital, beside those of the network.
    basis : str, optional
        Compute basis of ``compute``; default: the network's setting.
    gap : float
        Relative gap at which to stop, 0 to 1.
    time_limit : float, optional
        Seconds; a plan stopped by the clock says that it is not reproducible.
    seed, threads : int
        Of the solver. More than one thread is not reproducible.
    solver : str
        ``highs``, or any solver that linopy knows and this machine has (one branch only; the
        gap it reached is then not known, and not claimed).
    progress : callable, optional
        Called about once a second with bound, incumbent and gap.
    by_rounding : bool, optional
        Search among the roundings of the relaxed plan first; HiGHS with one thread only. By
        default where there are `MANY_WHOLE` whole decisions or more.
    conflict_time : float
        Where no plan satisfies the network: most seconds for the search of what clashes, and
        again half as much for the change that would end it. What was cut off is said.
    **solver_options
        Handed to other solvers.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If an argument does not fit the network; all faults at once.
    Infeasible
        If no plan satisfies the network; carries the smallest conflicting set as `conflict`.
    SolverFailed
        If the solver stopped without an answer.

    Examples
    --------
    >>> from waferway.network.network import Network
    >>> net = Network.build(
    ...     {
    ...         "party": [{"name": "fab", "kind": "foundry", "country": "TW"}],
    ...         "item": [{"name": "chip", "unit": "chip", "kind": "package"}],
    ...         "technology": [{"name": "logic", "capacity_unit": "wafer/month"}],
    ...         "recipe": [{"name": "chips", "technology": "logic"}],
    ...         "recipe_item": [{"recipe": "chips", "item": "chip", "role": "out",
    ...                          "quantity_per_start": 60}],
    ...         "line": [{"name": "l1", "party": "fab", "technology": "logic",
    ...                   "capacity": "1k wafers/month"}],
    ...         "demand": [{"name": "world", "item": "chip", "quantity": "80k chips/month",
    ...                     "value_usd": 10}],
    ...     },
    ...     {"start": "2026Q1", "until": "2026Q1", "currency": "USD", "price_year": 2026},
    ... )
    >>> p = plan(net)
    >>> float(p.unserved.to_frame()["unserved"].sum())
    60000.0
    """
    _check_arguments(network, objective, gap, time_limit, solver, budget_usd, seed,
                     conflict_time)  # fmt: skip
    calendar, decided, shown, now_day = _calendar(network, start, until, step, now)
    asked = network.sha256
    if lacks_a_past(network, decided):
        network = reconstructed(
            network, calendar, decided, gap=gap, seed=seed, threads=threads, time_limit=time_limit
        )
    first = calendar.periods[int(np.argmax(decided))].start
    base = network.setting("base_date") or first
    rate = float(network.setting("discount_rate"))
    of_basis = _basis(network, objective, basis)
    view, own = (network, None) if party is None else cut_down(network, party)

    def laid_out(of: Network) -> list[Instance]:
        one = lay_out(
            of, calendar, decided, base=base, rate=rate, party=party or "", own_lines=own,
            branch=of.leaves[0][0], budget_usd=budget_usd,
        )  # fmt: skip
        return [one, *(lay_out_like(one, b, budget_usd) for b, _ in of.leaves[1:])]

    instances, chances = laid_out(view), [p for _, p in view.leaves]
    try:
        branches, program = formulate(instances, chances, objective, of_basis)
        if by_rounding is None:
            by_rounding = threads == 1 and int(program.integer.sum()) >= MANY_WHOLE
        if solver == "highs" and by_rounding:
            answer = solve_by_rounding(
                program, _series(branches[0][1], program), gap=gap, time_limit=time_limit,
                seed=seed, progress=progress,
            )  # fmt: skip
        elif solver == "highs":
            answer = solve(program, gap=gap, time_limit=time_limit, seed=seed, threads=threads,
                           progress=progress)  # fmt: skip
        else:
            answer = _through_linopy(branches, program, solver, gap, time_limit, solver_options)
    except Infeasible as no:
        raise _explained(no, view, instances, laid_out, objective, of_basis,
                         conflict_time) from None  # fmt: skip
    answer = _polished(program, answer)
    manifest = {
        "waferway": _version(),
        "network_sha256": asked,
        "title": network.setting("title"),
        "scenarios": list(network.applied),
        "party": party,
        "own_lines": None if own is None else sorted(own),
        "now": now_day.isoformat(),
        "past": network.setting("past"),
        "start": calendar.periods[int(np.argmax(shown))].label,
        "until": calendar.periods[len(shown) - 1 - int(np.argmax(shown[::-1]))].label,
        "periods": [p.label for p in calendar],
        "objective": objective,
        "basis": of_basis,
        "budget_usd": budget_usd,
        "base_date": base.isoformat(),
        "discount_rate": rate,
        "solver": solver,
        "seed": seed,
        "threads": threads,
        "gap_asked": gap,
        "gap": _told(answer.gap),
        "objective_value": answer.value,
        "bound": _told(answer.bound),
        "status": answer.status,
        "reproducible": answer.status in ("optimal", "gap") and threads == 1,
        "rows": program.size()[0],
        "columns": program.size()[1],
        "integers": program.size()[2],
        "branches": [{"branch": b, "probability": p} for b, p in view.leaves],
    }
    volatile = {
        "solver_seconds": answer.seconds,
        "nodes": answer.nodes,
        "iterations": answer.iterations,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
    tables, cost = tables_of(branches, program, answer.x)
    manifest["cost_usd"] = cost
    return Plan(view, calendar, decided, shown, manifest, tables, volatile, program, answer.x)


def _explained(
    no: Infeasible,
    network: Network,
    real: list[Instance],
    laid_out: Callable[[Network], list[Instance]],
    objective_name: str,
    basis: str,
    seconds: float,
) -> Infeasible:
    """The answer "no" with what clashes and the least change, or as it is where none is found."""
    from waferway.planning.cells import Cells
    from waferway.planning.conflict import find_conflict
    from waferway.planning.conflict.opening import opened
    from waferway.planning.conflict.relaxable import relaxable

    instances = laid_out(opened(network))
    chances = [p for _, p in network.leaves]
    branches, program = formulate(instances, chances, objective_name, basis, keep_broken=True)
    decisions = [(d, v) for d, v, _, _ in branches]
    # Values and places are those of the network as read, the branch's own included.
    cells = Cells(network, real[0].calendar)
    try:
        conflict = find_conflict(relaxable(network, real, decisions, program), cells, seconds)
    except SolverFailed as unknown:
        return Infeasible(f"{no} ({unknown})")
    return no if conflict is None else Infeasible(str(conflict), conflict)


def _series(v: Decisions, program: Program) -> list[NDArray[np.int64]]:
    """Columns of the whole decisions, rows by periods; all of them are common to the branches."""
    of = program.columns[0]
    return [
        of[block.offset : block.offset + block.size].reshape(block.rows, block.width)
        for block in v
        if block.integer and block.size
    ]


def _polished(program: Program, answer: Answer) -> Answer:
    """The answer with its integers made whole and everything else solved again around them.

    A solver's integers are whole only to a tolerance, and a module has thousands of wafers a
    month: rounding without solving again would leave rows broken.
    """
    if not program.integer.any():
        return answer
    try:
        fixed = solve_fixed(program, answer.x)
    except SolverFailed:
        return answer
    x = fixed.x.copy()
    x[program.integer] = np.round(answer.x[program.integer])
    gap = abs(fixed.value - answer.bound) / max(abs(fixed.value), 1e-12)
    gap = gap if fixed.value > answer.bound and answer.gap > 0 else answer.gap
    return replace(answer, x=x, value=fixed.value, gap=gap)


def formulate(
    instances: Sequence[Instance],
    probabilities: Sequence[float],
    objective_name: str,
    basis: str,
    *,
    keep_broken: bool = False,
) -> tuple[list[tuple[Instance, Decisions, Objective, float]], Program]:
    """The branches of a network with their decisions and objectives, and the program of all."""
    branches: list[tuple[Instance, Decisions, Objective, float]] = []
    for d, probability in zip(instances, probabilities, strict=True):
        v = decide(d, objective_name, basis)
        if branches and d.changed == frozenset({"need"}) and objective_name == "cost":
            branches.append((d, v, objective_like(branches[0][2], v, d), probability))
            continue
        on_basis = (d.demand["basis"] == basis).to_numpy(dtype=bool)
        highest = _highest_value(d, on_basis)
        branches.append((d, v, objective(v, d, objective_name, basis, highest), probability))
    return branches, assemble(branches[0][1], branches, keep_broken=keep_broken)


def _highest_value(d: Instance, on_basis: Any) -> float:
    worth = d.network.values("demand", "value_usd", d.calendar, d.branch).to_numpy(dtype=float)
    known = worth[on_basis][:, d.decided] if len(worth) else worth
    return float(np.nanmax(known)) if known.size and not np.isnan(known).all() else 1.0


def _calendar(
    network: Network,
    start: str | dt.date | None,
    until: str | dt.date | None,
    step: Step | None,
    now: str | dt.date | None,
) -> tuple[Calendar, Any, Any, dt.date]:
    """Calendar, decided periods, shown periods, and the last day of history."""
    first = day(start) if start is not None else network.setting("start")
    last = until if until is not None else network.setting("until")
    missing = [n for n, x in (("start", first), ("until", last)) if x is None]
    if missing:
        raise InputError(
            [
                Fault(
                    Place("setting"),
                    f"{name} is not known",
                    why="a plan needs its first and last day",
                    suggestion=f'pass {name}= to plan, or set it, for example "2026Q1"',
                    kind="horizon",
                )
                for name in missing
            ],
            "nothing was planned",
        )
    if isinstance(first, str):
        first = day(first)
    plain = step if step is not None else str(network.setting("step"))
    steps = [(plain, str(last))] if isinstance(plain, str) else [(s, str(u)) for s, u in plain]
    begin = _months_later(first, -int(network.setting("warmup_months") or 0))
    now_value = now if now is not None else network.setting("now")
    now_day = (
        begin - dt.timedelta(days=1)
        if now_value is None
        else end_of(now_value) - dt.timedelta(days=1)
    )
    tail = int(network.setting("tail_months") or 0)
    end = _months_later(end_of(steps[-1][1]), tail)
    if tail:
        steps = [*steps, (steps[-1][0], str(end - dt.timedelta(days=1)))]
        if end <= end_of(steps[-2][1]):
            steps = steps[:-1]
    calendar = Calendar.build(begin, steps)
    shown = np.array([first <= p.start < end_of(last) for p in calendar])
    decided = np.array([p.end > now_day + dt.timedelta(days=1) for p in calendar])
    if not decided.any():
        raise RangeError(f"now ({now_day}) is after the last period ({calendar.labels[-1]})")
    return calendar, decided, shown, now_day


def _months_later(when: dt.date, months: int) -> dt.date:
    index = when.year * 12 + when.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1) if months else when


def _check_arguments(
    network: Network, objective_name: str, gap: float, time_limit: float | None, solver: str,
    budget_usd: float | None, seed: int, conflict_time: float,
) -> None:  # fmt: skip
    if objective_name not in OBJECTIVES:
        close = nearest(objective_name, OBJECTIVES)
        raise RangeError(
            f'"{objective_name}" is no objective; use {", ".join(OBJECTIVES)}'
            + (f" (did you mean {close[0]}?)" if close else "")
        )
    if not 0 <= gap < 1:
        raise RangeError(f"gap is {gap}; it must be at least 0 and below 1")
    if time_limit is not None and not time_limit > 0:
        raise RangeError(f"time_limit is {time_limit}; it must be above 0 seconds")
    if not conflict_time > 0:
        raise RangeError(f"conflict_time is {conflict_time}; it must be above 0 seconds")
    if not 0 <= seed < 2**31:
        raise RangeError(f"seed is {seed}; it must be 0 to {2**31 - 1}")
    if budget_usd is not None and not 0 <= budget_usd < np.inf:
        raise RangeError(f"budget_usd is {budget_usd}; it must be at least 0, and finite")
    if solver != "highs":
        _check_solver(solver)
    if solver != "highs" and len(network.leaves) > 1:
        raise RangeError(f"{solver} plans one branch; for several use highs")


def _check_solver(solver: str) -> None:
    """Refuse a solver that is not there, before any work."""
    import linopy

    there = list(linopy.available_solvers)
    if solver not in there:
        known = [name.value for name in linopy.solvers.SolverName]
        close = nearest(solver, there)
        raise InputError(
            [Fault(Place(), f'"{solver}" is {"not installed" if solver in known else "no solver"}',
                   why=f"this machine has {', '.join(there)}; linopy knows "
                   f"{', '.join(sorted(known))}",
                   suggestion=f"did you mean {close[0]}?" if close else "leave the solver out: "
                   "highs is the default", kind="unknown solver")],
            "nothing was planned",
        )  # fmt: skip


def _basis(network: Network, objective_name: str, basis: str | None) -> str:
    chosen = basis or network.setting("compute_basis") or ""
    known = sorted(set(network.table("weight")["basis"]))
    if chosen and chosen not in known:
        close = nearest(chosen, known)
        raise RangeError(
            f'"{chosen}" is no compute basis of this network; it has {", ".join(known) or "none"}'
            + (f" (did you mean {close[0]}?)" if close else "")
        )
    if objective_name == "compute" and not chosen:
        raise RangeError("the objective compute needs a basis: pass basis= or set compute_basis")
    return chosen


def _through_linopy(
    branches: list[tuple[Instance, Decisions, Objective, float]],
    program: Program,
    solver: str,
    gap: float,
    time_limit: float | None,
    options: dict[str, Any],
) -> Answer:
    """Solve with another solver through linopy."""
    import time

    d, v, goal, _ = branches[0]
    model = to_linopy(v, d, goal)
    names = OPTION_NAMES.get(solver)
    if names is not None:
        asked = dict(zip(names, (gap, time_limit), strict=True))
        options = {name: v for name, v in asked.items() if v is not None} | options
    elif time_limit is not None:
        raise RangeError(
            f"how {solver} takes a time limit is not known here; pass its own option to plan"
        )
    began = time.perf_counter()
    status, condition = model.solve(solver_name=solver, progress=False, **options)
    if status != "ok":
        raise SolverFailed(f"{solver} stopped without an answer: {condition}")
    x = np.zeros(program.matrix.shape[1])
    for block in v:
        if block.size:
            at = program.columns[0][block.offset : block.offset + block.size]
            x[at] = model.variables[block.name].solution.to_numpy().ravel()
    value = float(program.cost @ x + program.constant)
    seconds = time.perf_counter() - began
    # linopy tells no bound, so no gap is claimed.
    return Answer(x, value, np.nan, np.nan, str(condition), seconds, 0, 0)


def _told(number: float) -> float | None:
    """None where the solver told nothing: missing is not a number, and not zero."""
    return None if np.isnan(number) else number


def _version() -> str:
    from waferway import __version__

    return __version__
