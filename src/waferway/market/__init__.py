"""Concentration and the deal screen: what merger rules would say, with figures and sources."""

from waferway.market.deals import Deal, Finding, Screen, screen, screen_deals, screen_pairs
from waferway.market.dependence import Exposure, exposure, single_source_threshold
from waferway.market.price_effects import (
    Logit,
    calibrate_logit,
    cournot_saving,
    guppi,
    logit_merger,
)
from waferway.market.rules import Condition, Rule, read_rules, rules_on
from waferway.market.shares import (
    Concentration,
    Market,
    Stake,
    check_shares,
    concentration,
    concentration_ratio,
    controllers,
    effective_number,
    hhi,
    modified_hhi,
    tail_bounds,
)

__all__ = [
    "Concentration",
    "Condition",
    "Deal",
    "Exposure",
    "Finding",
    "Logit",
    "Market",
    "Rule",
    "Screen",
    "Stake",
    "calibrate_logit",
    "check_shares",
    "concentration",
    "concentration_ratio",
    "controllers",
    "cournot_saving",
    "effective_number",
    "exposure",
    "guppi",
    "hhi",
    "logit_merger",
    "modified_hhi",
    "read_rules",
    "rules_on",
    "screen",
    "screen_deals",
    "screen_pairs",
    "single_source_threshold",
    "tail_bounds",
]
