"""The verbs behind `waferway hindcast score` and `check`: files in, a score out."""

from __future__ import annotations

from pathlib import Path

from waferway.evidence.dated import shipped
from waferway.network.network import Network
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.companions import (
    NETWORK_ALONE,
    PLAN,
    floored,
    plan_as_forecast,
    read_plan,
)
from waferway.studies.hindcast.frozen import read_predictions
from waferway.studies.hindcast.history import read_history
from waferway.studies.hindcast.leave_one_out import leave_one_quarter_out
from waferway.studies.hindcast.left_out import LeftOut
from waferway.studies.hindcast.network_content import content_of
from waferway.studies.hindcast.rivals import RIVALS, rival_predictions
from waferway.studies.hindcast.run import run
from waferway.studies.hindcast.scoring import Score, read_outcomes, score
from waferway.studies.hindcast.supply import read_supply

__all__ = ["ALONE_FILE", "PLAN_FILE", "leave_out_2024", "score_year"]

ALONE_FILE, PLAN_FILE = "network-alone-2025.csv", "plan-2025.csv"
"""Names of the frozen forecasts beside the predictions."""


def score_year(
    outcomes: Path | str,
    supply: Path | str | None = None,
    predictions: Path | str | None = None,
    draws: int = 4000,
    seed: int = 2024,
    network: Network | None = None,
    insist: bool = False,
    plan: Path | str | None = None,
) -> Score:
    """Score predictions of 2025, the network alone, the plan and both rivals against outcomes.

    Parameters
    ----------
    outcomes : Path
        See `read_outcomes`.
    supply : Path, optional
        Supply of the year: the predictions are made given it.
    predictions : Path, optional
        A file of predictions, for example the frozen one; it is scored as it stands.
    draws, seed : int
        Of predictions made anew.
    network : Network, optional
    insist : bool
        Whether supplies far from those of 2024Q4 are taken as they stand.
    plan : Path, optional
        A frozen plan. Without it the one beside `predictions` is scored, if there is one; the
        network alone is read from beside them too, else made anew.

    Returns
    -------
    Score
    """
    from waferway.atlas.world import world

    happened = read_outcomes(outcomes)
    net = network or world()
    beside = None if predictions is None else Path(predictions).parent
    given = None if supply is None else read_supply(supply, insist)
    alone = None if beside is None else beside / ALONE_FILE
    if predictions is not None and alone is not None and alone.is_file():
        ours, bare = read_predictions(predictions), read_predictions(alone)
    else:
        made = run(net, given, draws, seed)
        ours = made.predictions if predictions is None else read_predictions(predictions)
        bare = made.network_alone
    reader = Reader(shipped("waferway.studies"))
    rivals = rival_predictions(read_history(reader), content_of(net).weight, reader)
    sides, notes = {"hindcast": ours, NETWORK_ALONE: bare}, []
    if plan is None and beside is not None and (beside / PLAN_FILE).is_file():
        plan = beside / PLAN_FILE
    if plan is not None:
        planned = read_plan(plan)
        sides[PLAN] = plan_as_forecast(planned, ours)
        notes.append("The plan is a point: it has the relative spread of the hindcast around it.")
        scored = planned.merge(happened[["metric", "subject", "period"]])
        if count := floored(scored, ours):
            notes.append(f"The plan makes next to nothing in {count} of these cells: scored as a "
                         "hundredth of the hindcast's median.")  # fmt: skip
    companions = [name for name in (NETWORK_ALONE, PLAN) if name in sides]
    sides |= {name: rivals[rivals["rival"] == name].drop(columns="rival") for name in RIVALS}
    return score(sides, happened, companions, notes)


def leave_out_2024(network: Network | None = None, past_only: bool = False) -> LeftOut:
    """Leave each quarter of 2024 out in turn, on the shipped claims.

    Parameters
    ----------
    network : Network, optional
    past_only : bool
        Only the quarters before count.

    Returns
    -------
    LeftOut

    Examples
    --------
    >>> leave_out_2024().passed
    True
    """
    from waferway.atlas.world import world

    history = read_history(Reader(shipped("waferway.studies")))
    return leave_one_quarter_out(network or world(), history, past_only)
