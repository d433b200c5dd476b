"""How much compute the world would buy: a fan by quarter, party class and segment.

`fan` turns claims about sales, stock, growth of work, efficiency, retirement and capital
budgets into seeded paths of need. Need is what would be bought if supply were no limit: sales
of a shortage bound it from below and are corrected for it.
"""

from waferway.demand.branches import with_need_branches
from waferway.demand.censoring import CensoredFit, fit_censored
from waferway.demand.fan import BASES, PARTIES, SEGMENTS, Fan, fan
from waferway.demand.forecasts import compare_forecasts
from waferway.demand.given import with_assumptions
from waferway.demand.growth import autoregressive, interpolate_nodes
from waferway.demand.observed import Sales, observed_sales
from waferway.demand.retirement import stock, survival
from waferway.demand.shortage import NeedDraws, Statement, draw_need
from waferway.demand.spread import positive_quantile
from waferway.demand.training import chips_for_run, frontier_runs, record_growth
from waferway.demand.worth import Worth, rental_value, worth_of_serving

__all__ = [
    "BASES",
    "PARTIES",
    "SEGMENTS",
    "CensoredFit",
    "Fan",
    "NeedDraws",
    "Sales",
    "Statement",
    "Worth",
    "autoregressive",
    "chips_for_run",
    "compare_forecasts",
    "draw_need",
    "fan",
    "fit_censored",
    "frontier_runs",
    "interpolate_nodes",
    "observed_sales",
    "positive_quantile",
    "record_growth",
    "rental_value",
    "stock",
    "survival",
    "with_assumptions",
    "with_need_branches",
    "worth_of_serving",
]
