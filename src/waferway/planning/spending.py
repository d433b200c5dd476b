"""What is spent, and what is minimised.

Owns the section "Cost" of the mathematics page: money by kind and period, interest, objectives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.planning.capacity_rows import capacity, stake_capacity
from waferway.planning.decisions import Decisions
from waferway.planning.instance import Array, Instance
from waferway.planning.sums import Sum, Variable

__all__ = [
    "Objective",
    "interest",
    "module_payments",
    "objective",
    "objective_like",
    "spending",
]

COST_IN_COMPUTE = 1e-3
"""Weight of money under the objective `compute`: it breaks ties, it does not decide."""


def module_payments(v: Decisions, d: Instance, keep: NDArray[np.int64]) -> Sum:
    """Payments for modules by the period in which they fall; one row."""
    zeros = np.zeros(len(keep))
    paid = v.orders.into(1, zeros, keep, d.a["net_price"][keep], list(d.a["paid"][keep]),
                         np.arange(len(keep)))  # fmt: skip
    if len(d.incentive):
        of = d.incentive["module_index"].to_numpy(dtype=int)
        rows = np.flatnonzero(np.isin(of, keep))
        share = d.incentive["share"].to_numpy(dtype=float)[rows, None] * d.a["price"][of[rows]]
        paid = paid - v.earned.into(1, np.zeros(len(rows)), rows, share,
                                    list(d.a["paid"][of[rows]]), np.arange(len(rows)))  # fmt: skip
    return paid


def spending(v: Decisions, d: Instance) -> dict[str, tuple[Sum, Array]]:
    """Money spent by kind and period: one row of T expressions, and the fixed part (T,)."""
    none = np.zeros(d.periods)
    fixed = d.a["fixed"] * d.months
    there, given = capacity(v, d)
    given = np.where(d.line["owned"].to_numpy(dtype=bool)[:, None], given, 0.0)
    running = (there * fixed).collapse()
    for part in stake_capacity(v, d):
        rate = d.network.values("line", "fixed_usd", d.calendar, d.branch)
        cost = rate.loc[d.line["line"]].to_numpy(dtype=float) * d.months
        running = running + (part * cost).collapse()
    of = d.purchase["offer_index"].to_numpy(dtype=int)
    steps = np.arange(len(of))
    offers = np.arange(len(d.offer))
    zeros = np.zeros(len(offers))
    prepaid = d.offer["prepayment"].to_numpy(dtype=float)
    months_open = d.a["offer_open"] * d.months
    premium = d.offer["premium"].to_numpy(dtype=float)[:, None] * months_open
    signing = np.zeros((len(offers), d.periods))
    signing[:, d.first] = prepaid * (d.a["first_price"] * months_open).sum(axis=1)
    credit = d.a["offer_price"] * 0.0
    if len(of):
        credit = prepaid[of][:, None] * d.a["first_price"][of]
    purchases = (
        v.payment.here().collapse()
        + v.reserved.into(1, zeros, offers, premium + signing)
        - v.purchase.into(1, np.zeros(len(of)), steps, credit)
    )
    price = np.nan_to_num(d.commitment["price_usd"].to_numpy(dtype=float))
    out = {
        "modules": (module_payments(v, d, np.arange(len(d.module))), none),
        "openings": (_events(v.opened, d.opening["cost"], d), none),
        "activations": (_events(v.activated, d.activation["cost"], d), none),
        "rights": (_events(v.bought, d.right["cost"], d), none),
        "stakes": (_events(v.taken, d.stake["cost"], d), none),
        "fixed": (running, np.where(d.decided, (fixed * given).sum(axis=0), 0.0)),
        "variable": ((v.starts.here() * (d.a["start_cost"] * d.decided)).collapse(), none),
        "purchases": (purchases, none),
        "freight": ((v.flow.here() * d.a["freight"]).collapse(), none),
        "tariffs": ((v.flow.here() * d.a["tariff"]).collapse(), none),
        "holding": ((v.stock.here() * d.a["holding"]).collapse(), none),
        "shortfall": ((v.shortfall.here() * price[:, None]).collapse(), none),
    }
    if len(d.fund):
        out["interest"] = (interest(v, d), none)
    return out


def _events(block: Variable, cost: object, d: Instance) -> Sum:
    usd = np.asarray(cost, dtype=float)
    return block.into(1, np.zeros(block.rows), np.arange(block.rows),
                      np.repeat(usd[:, None], d.periods, axis=1).reshape(block.rows, -1)
                      if block.rows else 1.0)  # fmt: skip


def interest(v: Decisions, d: Instance) -> Sum:
    """Cost of what is drawn and not repaid, of funds and of emergency cash."""
    # What is drawn in a period is drawn evenly over it and bears half of its interest.
    held = np.triu(np.ones((d.periods, d.periods)), 1) + 0.5 * np.eye(d.periods)
    upto = held * d.months / 12.0
    rate = d.fund["rate"].to_numpy(dtype=float)
    funds = v.drawn.into(1, np.zeros(len(rate)), np.arange(len(rate)), rate, [upto], 0)
    emergency = float(d.network.setting("emergency_cash_cost"))
    return funds + v.emergency.into(1, [0], [0], emergency, [upto], 0)


@dataclass(frozen=True)
class Objective:
    """What one branch minimises: a coefficient for every decision, and a constant.

    Attributes
    ----------
    cost : array, shape (decisions,)
        Of decisions of this branch.
    common : array, shape (decisions,)
        Of decisions common to all branches, counted once.
    constant : float
    """

    cost: Array
    common: Array
    constant: float


_COMMON_KINDS = frozenset({"modules", "openings", "activations", "rights", "stakes"})


def objective(
    v: Decisions, d: Instance, name: str = "cost", basis: str = "", value: float = 1.0
) -> Objective:
    """The objective of one branch: expected cost, value, or compute.

    Parameters
    ----------
    name : str
        ``cost``, ``value`` or ``compute``.
    basis : str
        Compute basis, for ``compute``.
    value : float
        nu of the mathematics page: highest value of the demand on the basis.
    """
    shape = v.size
    common, own = np.zeros(shape), np.zeros(shape)
    constant = 0.0
    weight = COST_IN_COMPUTE if name == "compute" else 1.0
    for kind, (part, given) in spending(v, d).items():
        target = common if kind in _COMMON_KINDS else own
        np.add.at(target, part.label, weight * part.value * d.delta[part.cell])
        constant += weight * float((given * d.delta).sum())
    common += weight * _beyond(v, d)
    on_basis = (d.demand["basis"] == basis).to_numpy(dtype=bool)
    worth = d.a["unserved_worth"] * d.delta * d.decided
    if name == "compute":
        worth = np.where(on_basis[:, None], 0.0, worth)
        of = d.serve["demand_index"].to_numpy(dtype=int)
        end = d.years(d.calendar.end)
        psi = np.clip(end - d.calendar.years_from(d.base), 0.0, None) * d.decided
        gain = d.serve["weight"].to_numpy(dtype=float)[:, None] * psi * value
        gain = np.where(on_basis[of][:, None], gain, 0.0)
        own[v.served.offset : v.served.offset + v.served.size] -= gain.ravel()
    if v.unserved.size:
        own[v.unserved.offset : v.unserved.offset + v.unserved.size] += worth.ravel()
    if name == "value":
        constant -= float((worth * d.a["need"]).sum())
    return Objective(own, common, constant)


def objective_like(base: Objective, v: Decisions, d: Instance) -> Objective:
    """The objective `cost` of a branch that differs from `base` only in need and its worth."""
    own = base.cost.copy()
    worth = d.a["unserved_worth"] * d.delta * d.decided
    own[v.unserved.offset : v.unserved.offset + v.unserved.size] = worth.ravel()
    return Objective(own, base.common, base.constant)


def _beyond(v: Decisions, d: Instance) -> Array:
    """Payments after the calendar, less what modules are still worth at its end."""
    out = np.zeros(v.size)
    if not v.orders.size:
        return out
    inside = (d.a["paid"] * d.delta).sum(axis=2)
    change = d.a["worth"] - inside
    at = v.orders.offset
    out[at : at + v.orders.size] += (d.a["net_price"] * change).ravel()
    if len(d.incentive):
        of = d.incentive["module_index"].to_numpy(dtype=int)
        share = d.incentive["share"].to_numpy(dtype=float)[:, None] * d.a["price"][of]
        at = v.earned.offset
        out[at : at + v.earned.size] -= (share * change[of]).ravel()
    return out
