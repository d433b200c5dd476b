"""The slow, obvious twin of the planner: the full extensive form, one plain row at a time.

Written from docs/mathematics.md alone; the section numbers below are that page's. It knows
nothing of `waferway.planning`, and it shares no values over time with it either
(`planning_reading`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from tests.reference.planning_contracts import Contracts
from tests.reference.planning_costs import Costs
from tests.reference.planning_operation import Operation
from tests.reference.planning_reading import Reading
from tests.reference.planning_rows import Rows, Sum, minimise
from tests.reference.planning_sets import Sets
from waferway.calendar import Calendar
from waferway.network.network import Network

__all__ = ["Model", "Twin", "solve"]


@dataclass
class Twin:
    """What the twin found.

    Attributes
    ----------
    status : str
        ``optimal``, ``infeasible`` or ``unbounded``; the rest is empty unless optimal.
    objective, cost : float
        What was minimised, and the expected cost of the same plan.
    values : dict of variable to float
        Variables are tuples: ("starts", branch, recipe, line, period), ...
    """

    status: str
    objective: float | None = None
    cost: float | None = None
    values: dict = field(default_factory=dict)


def solve(
    network: Network,
    calendar: Calendar,
    now: dt.date | None,
    objective: str = "cost",
    basis: str | None = None,
    party_own_lines: list[str] | None = None,
    budget_usd: float | None = None,
    gap: float = 1e-9,
) -> Twin:
    """Solve a network exactly; `party_own_lines` marks a network cut down to a party's view."""
    model = Model(network, calendar, now, objective, basis, party_own_lines, budget_usd)
    return model.solve(gap)


class Model(Sets, Operation, Contracts, Costs):
    """The extensive form of one network."""

    def __init__(
        self,
        network: Network,
        calendar: Calendar,
        now: dt.date | None,
        objective: str = "cost",
        basis: str | None = None,
        party_own_lines: list[str] | None = None,
        budget_usd: float | None = None,
    ) -> None:
        self.read = Reading(network, calendar, now)
        self.table = self.read.rows
        self.goal = objective
        self.basis = basis or self.read.settings["compute_basis"] or ""
        self.party_view = party_own_lines is not None
        self.own = set(self.table["line"] if party_own_lines is None else party_own_lines)
        self.budget = budget_usd
        self.problem = Rows()
        self.unserved_cost = Sum()  # worth of what is not served, by variable
        self.other_cost = Sum()  # every other cost
        self.spent: dict[tuple, Sum] = {}  # (branch, t) -> money that leaves the cash
        self.decided = [t for t in self.read.periods if self.read.decided[t]]
        self.labels = calendar.labels
        self.leaves = self._leaves()
        self._sets()
        self._variables()
        self._capacity()
        self._orders()
        self._use()
        self._balance()
        self._demand()
        self._purchase()
        self._commitments()
        self._activation_and_rights()
        self._power_water_lanes()
        self._operation_cost()
        self._module_cost()
        self._limits()
        self._money()

    def solve(self, gap: float) -> Twin:
        """Minimise the objective."""
        status, result, values = minimise(self.problem, self.objective(), gap)
        if status != "optimal":
            return Twin(status)
        cost = self.unserved_cost.value(values) + self.other_cost.value(values)
        return Twin(status, result, cost, values)
