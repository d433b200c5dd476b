"""Project money: cash flows, statements, returns, debt, incentives, contracts, options.

Functions take plain arrays, frozen records and calendars, vectorised over scenarios; rates,
lives and thresholds of the world are dated claims in this package's ``data`` folder. Conventions:
inflow positive, rates effective annual, nominal money of one currency, timing always named.
"""

from waferway.finance.accounts import Statements, statements
from waferway.finance.contracts import (
    Prepayment,
    Reservation,
    TakeOrPay,
    allocate,
    indexed_price,
    late_damages,
)
from waferway.finance.debt import construction_debt, cover, repayments, sculpt
from waferway.finance.depreciation import (
    bonus_share,
    convention_for,
    declining_balance,
    macrs,
    macrs_for_class,
    straight_line,
    tax_shield,
)
from waferway.finance.fab_claims import fab_in_country
from waferway.finance.incentives import Award, Incentive, Lots, award, shipped_incentives
from waferway.finance.money import DatedIndex, Money, forward_rate, period_rate
from waferway.finance.montecarlo import MonteCarlo, monte_carlo
from waferway.finance.options import (
    abandon,
    black_scholes,
    defer,
    expand,
    lattice,
    least_squares,
)
from waferway.finance.owners import PartyStatements, party_statements
from waferway.finance.phasing import (
    beta_curve,
    construction_days,
    logistic_curve,
    service_dates,
    spend,
    usable_output,
    with_awards,
)
from waferway.finance.places import (
    FabCost,
    FabPlace,
    compute_per_subsidy,
    explain_gap,
    fab_cost,
    shapley_parts,
)
from waferway.finance.plans import PlanFlows, plan_flows
from waferway.finance.project import Asset, Financing, Lease, Loan, Project, Shareholder
from waferway.finance.returns import (
    act365,
    annuity_factor,
    equivalent_annual_cost,
    levelised_cost,
    mirr,
    npv,
    payback_years,
    period_times,
    profitability_index,
    wacc,
)
from waferway.finance.roots import Irr, irr, sign_changes, xirr
from waferway.finance.sensitivity import (
    Interval,
    draw,
    fan,
    flip_point,
    from_claim,
    rank_variance,
    tail_risk,
    tornado,
)
from waferway.finance.serving import Serving, serving_result

__all__ = [
    "Asset",
    "Award",
    "DatedIndex",
    "FabCost",
    "FabPlace",
    "Financing",
    "Incentive",
    "Interval",
    "Irr",
    "Lease",
    "Loan",
    "Lots",
    "Money",
    "MonteCarlo",
    "PartyStatements",
    "PlanFlows",
    "Prepayment",
    "Project",
    "Reservation",
    "Serving",
    "Shareholder",
    "Statements",
    "TakeOrPay",
    "abandon",
    "act365",
    "allocate",
    "annuity_factor",
    "award",
    "beta_curve",
    "black_scholes",
    "bonus_share",
    "compute_per_subsidy",
    "construction_days",
    "construction_debt",
    "convention_for",
    "cover",
    "declining_balance",
    "defer",
    "draw",
    "equivalent_annual_cost",
    "expand",
    "explain_gap",
    "fab_cost",
    "fab_in_country",
    "fan",
    "flip_point",
    "forward_rate",
    "from_claim",
    "indexed_price",
    "irr",
    "late_damages",
    "lattice",
    "least_squares",
    "levelised_cost",
    "logistic_curve",
    "macrs",
    "macrs_for_class",
    "mirr",
    "monte_carlo",
    "npv",
    "party_statements",
    "payback_years",
    "period_rate",
    "period_times",
    "plan_flows",
    "profitability_index",
    "rank_variance",
    "repayments",
    "sculpt",
    "service_dates",
    "serving_result",
    "shapley_parts",
    "shipped_incentives",
    "sign_changes",
    "spend",
    "statements",
    "straight_line",
    "tail_risk",
    "tax_shield",
    "tornado",
    "usable_output",
    "wacc",
    "with_awards",
    "xirr",
]
