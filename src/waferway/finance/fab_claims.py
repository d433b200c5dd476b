"""A fab in a country, put together from claims.

Owns the step from claims (capital cost of a node, share of equipment, cost and time of building
by country, credits by rate) to a `FabPlace` whose fields are draws of the claims' intervals.
Refuses to fill a gap: what no claim gives must be given, and the error says what.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import ArrayLike

from waferway.errors import Faults, Place, nearest
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.dated import claims_about, holds, shipped
from waferway.finance.incentives import Lots, award, incentive_from_claim
from waferway.finance.places import FabPlace
from waferway.finance.sensitivity import draw, from_claim

__all__ = ["fab_in_country"]


def fab_in_country(
    country: str,
    fab: str,
    start: dt.date,
    *,
    fixed_per_year: ArrayLike | None,
    variable_per_wafer: ArrayLike | None,
    wafers_per_month: float,
    reference_wafers: float,
    reference_country: str = "TW",
    construction_factor: ArrayLike | None = None,
    ramp_years: ArrayLike = 0.0,
    good_fraction: ArrayLike = 1.0,
    draws: int = 1000,
    seed: int = 0,
    evidence: Evidence | None = None,
) -> FabPlace:
    """A fab as claims describe it, built in a country from a date on.

    Parameters
    ----------
    country : str
        ISO 3166 alpha-2 code.
    fab : str
        Subject of a capital-cost claim without ``fab:``, for example
        ``3nm-50000-wafers-per-month``.
    start : datetime.date
        Start of construction: decides which credits are earned.
    fixed_per_year, variable_per_wafer : float or array, money
        Operating cost here: no shipped claim gives it, so it has no default.
    wafers_per_month, reference_wafers : float
        Output, and the output to which the capital claim refers.
    reference_country : str
        Where building costs are those of the capital claim.
    construction_factor : float or array, optional
        Cost of building against the reference country; from claims when absent.
    ramp_years, good_fraction : float or array
    draws : int
        Draws of the claims' intervals.
    seed : int
    evidence : Evidence, optional

    Returns
    -------
    FabPlace
        Credits by rate that are earned in every draw are added up (they are assumed not to
        lower one another's base); grants are named parties' and are left out.

    Raises
    ------
    InputError
        With everything that no claim gives.

    Examples
    --------
    >>> place = fab_in_country("US", "3nm-50000-wafers-per-month", dt.date(2026, 6, 1),
    ...                        fixed_per_year=1.6e9, variable_per_wafer=2600.0,
    ...                        wafers_per_month=50_000, reference_wafers=50_000)
    >>> place.incentive_rate, round(float(np.mean(place.construction_years)), 3)
    (0.35, 2.015)
    """
    facts = evidence or shipped("waferway.finance")
    faults = Faults()
    here = Place(f"fab in {country}")
    used: list[str] = []

    def find(metric: str, subject: str, when: dt.date, **qualifiers: str) -> Claim | None:
        found = [c for c in claims_about(facts, metric, subject, **qualifiers) if holds(c, when)]
        if not found:
            known = dict.fromkeys(c.subject for c in claims_about(facts, metric))
            near = nearest(subject, known)
            faults.add(here, f"no claim gives the {metric.replace('_', ' ')} of {subject}",
                       "known: " + (", ".join(known) or "none"),
                       f"did you mean {near[0]}?" if near else "give it as an argument",
                       kind="claim")  # fmt: skip
            return None
        newest = max(found, key=lambda c: c.known_from or dt.date.min)
        used.append(newest.claim_id)
        return newest

    capex = find("capex", f"fab:{fab}", start)
    share = find("equipment_share_of_capex", "asset:fab", start)
    days = find("construction_to_production", f"country:{country}", start)
    factor: Claim | None = None
    if construction_factor is None and country != reference_country:
        factor = find("construction_ratio", f"country:{country}", start, against=reference_country)
    for name, value in (("fixed_per_year", fixed_per_year),
                        ("variable_per_wafer", variable_per_wafer)):  # fmt: skip
        if value is None:
            faults.add(here, f"{name} is not given", "no claim gives operating cost by country; "
                       "missing is never zero", f"give {name}=", kind="missing")  # fmt: skip
    faults.raise_any("no fab was put together")
    claims = {"capex": capex, "share": share, "days": days, "factor": factor}
    sample = draw({k: from_claim(c) for k, c in claims.items() if c is not None}, draws, seed)
    building_factor = (
        construction_factor if construction_factor is not None
        else sample["factor"] if factor is not None else 1.0
    )  # fmt: skip
    rate, earned_by = _credits(facts, country, start, sample["days"])
    return FabPlace(
        f"{fab} in {country}",
        equipment=sample["capex"] * sample["share"],
        building=sample["capex"] * (1.0 - sample["share"]),
        construction_years=sample["days"] / 365.25,
        fixed_per_year=fixed_per_year if fixed_per_year is not None else np.nan,
        variable_per_wafer=variable_per_wafer if variable_per_wafer is not None else np.nan,
        wafers_per_month=wafers_per_month,
        reference_wafers=reference_wafers,
        construction_factor=building_factor,
        ramp_years=ramp_years,
        good_fraction=good_fraction,
        incentive_rate=rate,
        claims=(*used, *earned_by),
    )


def _credits(
    facts: Evidence, country: str, start: dt.date, days: np.ndarray
) -> tuple[float, list[str]]:
    """Rate of credits earned in every draw, by name of the country and dates."""
    found = [
        incentive_from_claim(claim)
        for claim in claims_about(facts, "rate", place=country)
        if claim.subject.startswith("incentive:")
    ]
    begun = np.array(start, dtype="datetime64[D]")
    service = begun + np.rint(days).astype("timedelta64[D]")
    rate, used = 0.0, []
    for name in dict.fromkeys(one.name for one in found):
        family = [one for one in found if one.name == name]
        # capital is paid between start and service: payments count by the day of the start
        events = {"placed_in_service": service[:, None], "payment": np.full((len(days), 1), begun)}
        lots = Lots(np.ones((len(days), 1)), "", (country,), begun, events)
        [result] = award(family, lots)
        rate += float(result.amount.min())
        used += list(result.claim_ids) if result.amount.min() > 0 else []
    return rate, used
