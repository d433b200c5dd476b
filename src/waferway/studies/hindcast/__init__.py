"""Hindcast: what the planner's own network says of a year that it was not shown.

`run` predicts 2025 by designer and quarter from what was known at the end of 2024, with or
without the supply of the year; `score` compares predictions with outcomes and with naive
rivals. The chain is the network's: packaging wafers become packages, dies, stacks and units by
its recipes, lags and weights.
"""

from waferway.studies.hindcast.admission import CUT, Reader, admitted
from waferway.studies.hindcast.coefficients import Chip, chips_of
from waferway.studies.hindcast.flow import flow
from waferway.studies.hindcast.frozen import frozen_predictions, read_predictions, sha256_of
from waferway.studies.hindcast.leave_one_out import leave_one_quarter_out
from waferway.studies.hindcast.left_out import LeftOut
from waferway.studies.hindcast.plan_forecast import PlanForecast, plan_forecast, view_at_the_cut
from waferway.studies.hindcast.planned import compare_with_planner
from waferway.studies.hindcast.run import Hindcast, run
from waferway.studies.hindcast.scoring import Score, read_outcomes, score
from waferway.studies.hindcast.supply import read_supply
from waferway.studies.hindcast.year import leave_out_2024, score_year

__all__ = [
    "CUT",
    "Chip",
    "Hindcast",
    "LeftOut",
    "PlanForecast",
    "Reader",
    "Score",
    "admitted",
    "chips_of",
    "compare_with_planner",
    "flow",
    "frozen_predictions",
    "leave_one_quarter_out",
    "leave_out_2024",
    "plan_forecast",
    "read_outcomes",
    "read_predictions",
    "read_supply",
    "run",
    "score",
    "score_year",
    "sha256_of",
    "view_at_the_cut",
]
