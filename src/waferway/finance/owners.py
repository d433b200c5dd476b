"""Statements of a party: its own money and what it holds in projects.

Owns consolidation: a project that a party controls enters in full with the others' interest
beside it, one it does not control enters as an investment by the equity method. Control,
economic share and recourse are three things. Refuses group tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Faults, Place
from waferway.finance.accounts import BALANCE, CASH, INCOME, Statements

__all__ = ["PartyStatements", "party_statements"]

Floats = NDArray[np.float64]
_FLOWS = [name for name in {**INCOME, **CASH} if name not in ("equity_called", "support_equity",
          "distributions", "change_in_cash")]  # fmt: skip
_HELD = [name for name in BALANCE if name not in ("cash", "paid_in", "retained", "total_assets",
         "total_claims")]  # fmt: skip


@dataclass(frozen=True)
class PartyStatements:
    """Statements of one party.

    Attributes
    ----------
    party : str
    lines : dict of str to array, shape (S, T), money
        Consolidated lines of controlled projects, and ``own_cash``, ``cash`` (own and
        consolidated), ``investments`` (equity method), ``income_from_investments``,
        ``minority_interest``, ``minority_income``, ``party_income``, ``party_equity``,
        ``called``, ``distributed``, ``recourse_debt``, ``funding_gap``.
    consolidated : tuple of str
        Projects entered in full.
    """

    party: str
    lines: dict[str, Floats]
    consolidated: tuple[str, ...]

    def residual(self) -> float:
        """Largest gap between assets and claims, relative to assets."""
        size = np.abs(self.lines["total_assets"]).max(initial=1e-300)
        gap = self.lines["total_assets"] - self.lines["total_claims"]
        return float(np.abs(gap).max(initial=0.0) / size)

    def frame(self, scenario: int = 0) -> Any:
        """All lines of a scenario, lines down, periods across."""
        import pandas as pd

        return pd.DataFrame({n: a[scenario] for n, a in self.lines.items()}).T


def party_statements(
    party: str, projects: Sequence[Statements], *, funds: ArrayLike
) -> PartyStatements:
    """Statements of a party over the projects in which it has a stake.

    Parameters
    ----------
    party : str
    projects : sequence of Statements
        Same calendar and currency; those in which the party has no stake are left out.
    funds : float or array, shape (S,), money
        Own money at the start; finite.

    Returns
    -------
    PartyStatements

    Raises
    ------
    InputError
        Mixed currencies or calendars, a party without funds or without any stake.
    """
    faults = Faults()
    place = Place(f"party {party}")
    money = np.asarray(funds, dtype=float)
    if not np.isfinite(money).all() or (money < 0).any():
        faults.add(place, f"{party} has funds of {money}", "a party without funds cannot pay calls",
                   "give its own money, finite and at least 0", kind="funds")  # fmt: skip
    held = []
    for one in projects:
        for owner in one.financing.shareholders:
            if owner.party == party:
                held.append((one, owner))
    if not held:
        faults.add(
            place,
            f"{party} has a stake in none of these projects",
            "projects: " + ", ".join(p.project.name for p in projects),
            kind="stake",
        )
    for one, _ in held[1:]:
        first = held[0][0].project
        if one.project.currency != first.currency:
            faults.add(place, f"{one.project.name} is in {one.project.currency}, {first.name} in "
                       f"{first.currency}", "currencies never mix without a dated rate",
                       kind="currency")  # fmt: skip
        if one.project.calendar.labels != first.calendar.labels:
            faults.add(place, f"{one.project.name} and {first.name} have different calendars",
                       kind="shape")  # fmt: skip
    faults.raise_any("no statement was computed")
    shape = np.broadcast_shapes(*[s.lines["cash"].shape for s, _ in held])
    zero = np.zeros(shape)
    lines: dict[str, Floats] = {name: zero.copy() for name in (
        *_FLOWS, *_HELD, "project_cash", "investments", "income_from_investments",
        "minority_interest", "minority_income", "called", "distributed", "recourse_debt",
        "party_income",
    )}  # fmt: skip
    full = []
    for one, owner in held:
        share = owner.share
        net_assets = one.lines["paid_in"] + one.lines["retained"]
        called = share * (one.lines["equity_called"] + one.lines["support_equity"])
        lines["called"] += called
        lines["distributed"] += share * one.lines["distributions"]
        lines["party_income"] += share * one.lines["net_income"]
        for loan in one.financing.loans:
            if loan.recourse:
                lines["recourse_debt"] += share * one.loans[loan.name]["balance"]
        controls = owner.controls if owner.controls is not None else share > 0.5
        if controls:
            full.append(one.project.name)
            for name in (*_FLOWS, *_HELD):
                lines[name] += one.lines[name]
            lines["project_cash"] += one.lines["cash"]
            lines["minority_interest"] += (1 - share) * net_assets
            lines["minority_income"] += (1 - share) * one.lines["net_income"]
        else:
            lines["investments"] += share * net_assets
            lines["income_from_investments"] += share * one.lines["net_income"]
    start = money[:, None] if money.ndim else money
    lines["own_cash"] = start + np.cumsum(lines["distributed"] - lines["called"], axis=-1)
    lines["funding_gap"] = np.maximum(-lines["own_cash"], 0.0)
    lines["cash"] = lines["own_cash"] + lines.pop("project_cash")
    lines["party_equity"] = start + np.cumsum(lines["party_income"], axis=-1)
    signs = {name: sign for name, sign in BALANCE.items() if name in _HELD}
    lines["total_assets"] = lines["cash"] + lines["investments"] + sum(
        (lines[n] for n, s in signs.items() if s > 0), zero
    )  # fmt: skip
    lines["total_claims"] = lines["minority_interest"] + lines["party_equity"] + sum(
        (lines[n] for n, s in signs.items() if s < 0), zero
    )  # fmt: skip
    return PartyStatements(party, lines, tuple(full))
