"""The verbs behind `waferway hindcast score` and `check`: files in, a score out."""

from __future__ import annotations

from pathlib import Path

from waferway.evidence.dated import shipped
from waferway.network.network import Network
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.frozen import read_predictions
from waferway.studies.hindcast.history import read_history
from waferway.studies.hindcast.leave_one_out import leave_one_quarter_out
from waferway.studies.hindcast.left_out import LeftOut
from waferway.studies.hindcast.network_content import content_of
from waferway.studies.hindcast.rivals import RIVALS, rival_predictions
from waferway.studies.hindcast.run import run
from waferway.studies.hindcast.scoring import Score, read_outcomes, score
from waferway.studies.hindcast.supply import read_supply

__all__ = ["leave_out_2024", "score_year"]


def score_year(
    outcomes: Path | str,
    supply: Path | str | None = None,
    predictions: Path | str | None = None,
    draws: int = 4000,
    seed: int = 2024,
    network: Network | None = None,
    insist: bool = False,
) -> Score:
    """Score predictions of 2025 and both rivals against outcomes.

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

    Returns
    -------
    Score
    """
    from waferway.atlas.world import world

    happened = read_outcomes(outcomes)
    net = network or world()
    if predictions is not None:
        ours = read_predictions(predictions)
    else:
        given = None if supply is None else read_supply(supply, insist)
        ours = run(net, given, draws, seed).predictions
    reader = Reader(shipped("waferway.studies"))
    history = read_history(reader)
    rivals = rival_predictions(history, content_of(net).weight, reader)
    sides = {"hindcast": ours}
    sides |= {name: rivals[rivals["rival"] == name].drop(columns="rival") for name in RIVALS}
    return score(sides, happened)


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
