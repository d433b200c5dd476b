"""Which numbers a figure of a plan is made of.

Owns a rule per table of a plan, and the reading of what is asked. Money, capacity and compute are
taken apart exactly: their parts sum to the figure. A figure that the plan decided says so, and
names the numbers that bound it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from waferway.errors import Fault, InputError, Place, nearest
from waferway.network.network import Network
from waferway.network.row_units import units_of
from waferway.network.schema import TABLES
from waferway.planning.plan import Plan
from waferway.planning.results import COLUMNS, UNITS
from waferway.studies.tracing.evidence import Part, Trace, cells_of
from waferway.studies.tracing.ground import Ground
from waferway.studies.tracing.money import money_parts

__all__ = ["trace"]

_CLOSING = "nothing was traced"
_SMALL = 1e-9


def trace(of: Plan | Network, what: str, **where: Any) -> Trace:
    """A figure down to the claims it rests on, with their quotes, sources and grades.

    Parameters
    ----------
    of : Plan or Network
    what : str
        Of a plan: one of its tables (``capacity``, ``starts``, ``orders``, ``served``,
        ``money``, ...) or ``compute``. Of a network, or of a plan too: one of its tables
        (``line``, ``module``, ...) with ``key`` and ``column``.
    **where
        Which rows, by the names of their columns; what is left out is summed over. ``period``
        may be a year (``2027``); without it all shown periods count.

    Returns
    -------
    Trace
        Prints as text; `to_json` for programs; `shares` by grade.

    Raises
    ------
    InputError
        If the table, a column or a name is unknown; with the nearest right ones.

    Examples
    --------
    >>> net = Network.build({"fund": [{"name": "round", "amount_usd": 1e9, "purpose": "fabs"}]})
    >>> print(trace(net, "fund", key="round", column="amount_usd"))
    fund[round].amount_usd = 1e+09 USD
    As given in the network.
    Weakest grade under it: 100% uncited; 0% has an imputed value.
    <BLANKLINE>
             1e+09  as given
                    fund[round].amount_usd = 1e+09 USD
                      cites no claim
    """
    if isinstance(of, Network):
        return _cell(of, what, where)
    if what in TABLES and what not in COLUMNS:
        return _cell(of.network, what, where)
    figures = {**dict.fromkeys(COLUMNS), "compute": None}
    if what not in figures:
        raise _unknown(what, [*figures, *TABLES], "is no figure of a plan", "figures are")
    ground = Ground(of)
    return _compute(ground, where) if what == "compute" else _table(ground, what, where)


def _unknown(name: str, valid: Iterable[str], what: str, listing: str) -> InputError:
    names = [str(v) for v in valid]
    near = nearest(name, names)
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    fault = Fault(
        Place("what was asked"), f'"{name}" {what}', f"{listing}: {shown}" if shown else "",
        f"did you mean {near[0]}?" if near else "", "unknown-name",
    )  # fmt: skip
    return InputError([fault], _CLOSING)


def _cell(network: Network, table: str, where: dict[str, Any]) -> Trace:
    """A number of the network itself."""
    if table not in TABLES:
        raise _unknown(table, TABLES, "is no table of a network", "tables are")
    for name in where:
        if name not in ("key", "column", "period"):
            raise _unknown(name, ("key", "column", "period"), "does not choose a number", "use")
    key, column = str(where.get("key", "")), str(where.get("column", ""))
    frame = network.table(table)
    if key not in frame.index:
        raise _unknown(key, frame.index, f"is no row of {table}", "rows are")
    numeric = [a.name for a in TABLES[table].attributes if a.numeric]
    if column not in numeric:
        raise _unknown(column, numeric, f"is no number of {table}", "numbers are")
    from waferway.calendar import period

    span = period(str(where["period"])) if where.get("period") else None
    cells = cells_of(network, units_of(network), table, key, column, span)
    parts = tuple(Part(f"as given{f' from {c.period}' if c.period else ''}", c.value, (c,))
                  for c in cells)  # fmt: skip
    value = cells[-1].value if cells else math.nan
    at = f" ({where['period']})" if where.get("period") else ""
    said = "As given in the network." if cells else "Unknown: the network gives no value."
    unit = cells[-1].unit if cells else ""
    return Trace(f"{table}[{key}].{column}{at}", value, unit, said, parts, network.evidence)


def _chosen(ground: Ground, table: str, where: dict[str, Any]) -> tuple[pd.DataFrame, list[str]]:
    """Rows asked for, and the periods they fall in."""
    plan = ground.plan
    frame = plan.tables[table]
    columns = [c for c in COLUMNS[table].split() if c not in UNITS[table]]
    given = {k: str(v) for k, v in where.items() if v is not None}
    for name in given:
        if name not in columns:
            raise _unknown(
                name, columns, f"is no column that chooses rows of {table}", "columns are"
            )
    periods = _periods(ground, given.pop("period", "")) if "period" in columns else []
    for name, value in given.items():
        names = set(frame[name])
        if name == "line":
            names |= set(plan.network.table("line").index)
        if value not in names:
            raise _unknown(value, sorted(map(str, names)), f"is no {name} in {table}", "there are")
        frame = frame[frame[name] == value]
    if periods:
        frame = frame[frame["period"].isin(periods)]
    return frame, periods


def _periods(ground: Ground, asked: str) -> list[str]:
    """Periods meant: one, a year, or all that are shown."""
    if not asked:
        return ground.plan.labels
    if asked in ground.spans:
        return [asked]
    of_year = [p for p, span in ground.spans.items() if str(span.start.year) == asked]
    if not of_year:
        raise _unknown(asked, ground.spans, "is no period or year of the plan", "periods are")
    return of_year


def _said(what: str, where: dict[str, Any], count: int) -> str:
    chosen = ", ".join(f"{k} {v}" for k, v in where.items() if v is not None)
    return f"{what}{f' ({chosen})' if chosen else ''}" + (
        " over all shown periods" * (count > 1 and "period" not in where)
    )


def _table(ground: Ground, table: str, where: dict[str, Any]) -> Trace:
    """A figure of a table: the sum of its first number over the rows chosen."""
    plan = ground.plan
    frame, periods = _chosen(ground, table, where)
    column = next(iter(UNITS[table]))
    level = table in ("capacity", "stock", "cash")
    if level and len(set(frame["period"])) > 1:
        last = max(frame["period"], key=lambda label: ground.at[label])
        frame, periods = frame[frame["period"] == last], [last]
        where = {**where, "period": last}
    chance: Any = 1.0
    if "branch" in frame:
        chance = frame["branch"].map(plan.branch_weights).astype(float)
    if "branch" in where:
        chance = 1.0
    value = float((frame[column].astype(float) * chance).sum())
    unit = _unit(ground, table, column, frame)
    found, formula = _rule(table)(ground, frame.assign(_weight=chance), periods)
    return Trace(_said(table, where, len(periods)), value, unit, formula, _closed(found, value),
                 plan.network.evidence)  # fmt: skip


def _closed(parts: list[Part], value: float) -> tuple[Part, ...]:
    """Parts, largest first, with what they leave out as a last one."""
    parts = sorted(parts, key=lambda p: -abs(p.amount))
    rest = value - math.fsum(p.amount for p in parts)
    if abs(rest) > _SMALL * max(1.0, abs(value), *(abs(p.amount) for p in parts), 0.0):
        parts.append(Part("terms that are not taken apart", rest))
    return tuple(parts)


def _unit(ground: Ground, table: str, column: str, frame: pd.DataFrame) -> str:
    """The unit of a figure, with the row's own unit where all rows share it."""
    unit = UNITS[table][column]
    network = ground.network
    if "{capacity}" in unit and len(frame):
        technology = network.table("line").loc[list(dict.fromkeys(frame["line"])), "technology"]
        units = set(network.table("technology").loc[list(set(technology)), "capacity_unit"])
        unit = unit.replace("{capacity}", units.pop() if len(units) == 1 else "capacity units")
    if "{item}" in unit:
        names = set(frame["item"]) if "item" in frame else set()
        units = set(network.table("item")["unit"].reindex(list(names)).dropna())
        unit = unit.replace("{item}", units.pop() if len(units) == 1 else "item")
    if "{demand}" in unit:
        demand = network.table("demand").loc[list(dict.fromkeys(frame["demand"]))]
        bases = set(demand["basis"])
        unit = unit.replace(
            "{demand}", bases.pop() if len(bases) == 1 and "" not in bases else "item"
        )
    return unit.replace("/period", "")


Rule = Callable[[Ground, pd.DataFrame, list[str]], tuple[list[Part], str]]


def _rule(table: str) -> Rule:
    return _RULES.get(table, _decided(table))


def _capacity(ground: Ground, frame: pd.DataFrame, periods: list[str]) -> tuple[list[Part], str]:
    parts: list[Part] = []
    orders = ground.plan.tables["orders"].groupby(["module", "period"])["orders"].sum()
    for row in frame.to_dict(orient="records"):
        line, period, weight = str(row["line"]), str(row["period"]), float(row["_weight"])
        d = ground.layout(str(row["branch"]))
        t = ground.at[period]
        if row["existing"]:
            parts.append(Part(f"{line}: existing", weight * float(row["existing"]),
                              ground.cells("line", line, "capacity", period,
                                           str(row["branch"]))))  # fmt: skip
        if row["ordered"]:
            parts.append(Part(f"{line}: from orders of the past", weight * float(row["ordered"]),
                              _past_orders(ground, line)))  # fmt: skip
        names = d.module["module"].tolist()
        for (module, when), n in orders.items():
            b, since = names.index(module), ground.at[when]
            own = d.module["line"][b] == line
            gives = not own and d.module["exchange_index"][b] >= 0 and (
                d.line["line"][d.module["exchange_index"][b]] == line)  # fmt: skip
            if own:
                amount = float(n * d.a["kappa"][b, since, t])
            elif gives:
                amount = -float(n * d.module["exchange"][b] * d.a["kappa_full"][b, since, t])
            else:
                continue
            if amount:
                verb = "ordered" if own else "converted away, ordered"
                cells = ground.cells("module", module, "size lead_days ramp")
                parts.append(Part(f"{n:g} x {module} {verb} {when}", weight * amount, cells))
    retired = ground.plan.tables["retirements"]
    for row in retired[retired["period"].isin(periods)].to_dict(orient="records"):
        if row["line"] in set(frame["line"]):
            parts.append(Part(f"{row['line']}: retired", -float(row["retired"]),
                              ground.cells("line", str(row["line"]), "fixed_usd")))  # fmt: skip
    return parts, "Existing capacity, plus modules ordered times size and ramp, less conversions."


def _past_orders(ground: Ground, line: str) -> tuple[Any, ...]:
    module, outturn = ground.network.table("module"), ground.network.table("outturn")
    own = set(module.index[module["line"] == line])
    rows = outturn.index[(outturn["measure"] == "orders") & outturn["subject"].isin(own)]
    return ground.rows("outturn", rows, "quantity") + ground.rows(
        "module", sorted(own), "size lead_days ramp"
    )


def _money(ground: Ground, frame: pd.DataFrame, periods: list[str]) -> tuple[list[Part], str]:
    parts: list[Part] = []
    for (kind, branch), rows in frame.groupby(["kind", "branch"], sort=False):
        weight = float(rows["_weight"].iloc[0])
        for part in money_parts(ground, str(kind), str(branch), periods):
            parts.append(Part(part.says, weight * part.amount, part.cells))
    return parts, "What the plan decided, times prices; expected over branches."


def _served(ground: Ground, frame: pd.DataFrame, periods: list[str]) -> tuple[list[Part], str]:
    parts = []
    for (demand, item), rows in frame.groupby(["demand", "item"], sort=False):
        amount = float((rows["served"].astype(float) * rows["_weight"]).sum())
        parts.append(Part(f"{item} to {demand}", amount,
                          _made(ground, str(item), str(demand), set(rows["period"]))))  # fmt: skip
    del periods
    return parts, "Recorded deliveries, then what the plan delivers through the recipes below."


def _made(ground: Ground, item: str, demand: str, periods: set[str]) -> tuple[Any, ...]:
    """Numbers behind deliveries: records of the past, recipes for what is decided."""
    cells: tuple[Any, ...] = ()
    past = sorted(p for p in periods if not ground.decided[p])
    for period in past:
        cells += ground.recorded("deliveries", item, demand, period)
    if len(past) < len(periods):
        cells += ground.chain(item)
    return tuple(dict.fromkeys(cells))


def _compute(ground: Ground, where: dict[str, Any]) -> Trace:
    """Compute delivered: weight of an item times deliveries, over demand on the basis."""
    plan = ground.plan
    basis = str(plan.manifest["basis"] or "")
    if not basis:
        raise InputError([Fault(Place(), "the plan has no compute basis")], _CLOSING)
    asked = dict(where)
    if "year" in asked:
        asked["period"] = asked.pop("year")
    demand = plan.network.table("demand")
    on_basis = demand.index[demand["basis"] == basis]
    frame, periods = _chosen(ground, "served", asked)
    frame = frame[frame["demand"].isin(on_basis)]
    weights = plan.network.filled("weight")
    weights = weights[weights["basis"] == basis].reset_index().set_index("item")
    parts = []
    for (name, item), rows in frame.groupby(["demand", "item"], sort=False):
        if item not in weights.index:
            continue
        chance = rows["branch"].map(plan.branch_weights).astype(float)
        units = float((rows["served"].astype(float) * chance).sum())
        key = str(weights.at[item, "key"])
        weight = float(weights.at[item, "weight"])
        cells = ground.cells("weight", key, "weight")
        cells += _made(ground, str(item), str(name), set(rows["period"]))
        parts.append(Part(f"{units:,.6g} {item} to {name}, {weight:g} each", units * weight, cells))
    value = math.fsum(p.amount for p in parts)
    return Trace(_said("compute", where, len(periods)), value, basis,
                 "Deliveries times weight: recorded, then what the plan delivers through the "
                 "recipes below.", _closed(parts, value), plan.network.evidence)  # fmt: skip


def _unserved(ground: Ground, frame: pd.DataFrame, periods: list[str]) -> tuple[list[Part], str]:
    parts = []
    for demand, rows in frame.groupby("demand", sort=False):
        need = float((rows["need"].astype(float) * rows["_weight"]).sum())
        left = float((rows["unserved"].astype(float) * rows["_weight"]).sum())
        cells = tuple(dict.fromkeys(
            c for p in rows["period"] for c in ground.cells("demand", str(demand), "quantity", p)
        ))  # fmt: skip
        parts.append(Part(f"need of {demand}", need, cells))
        if need - left:
            served = ground.plan.tables["served"]
            served = served[(served["demand"] == demand) & served["period"].isin(periods)]
            within = set(served["period"])
            made = dict.fromkeys(
                cell
                for item in sorted(set(served["item"]))
                for cell in _made(ground, item, str(demand), within)
            )
            parts.append(Part(f"served to {demand}", left - need, tuple(made)))
    return parts, "Need less what is served."


def _starts(ground: Ground, frame: pd.DataFrame, periods: list[str]) -> tuple[list[Part], str]:
    parts = []
    for (recipe, line), rows in frame.groupby(["recipe", "line"], sort=False):
        for past, of_time in rows.groupby(~rows["period"].map(ground.decided).astype(bool)):
            amount = float((of_time["starts"].astype(float) * of_time["_weight"]).sum())
            spans = list(dict.fromkeys(of_time["period"]))
            cells: tuple[Any, ...] = ()
            if past:
                for period in spans:
                    cells += ground.recorded("starts", str(recipe), str(line), period)
            else:
                cells += ground.cells("recipe", str(recipe), "capacity_per_start cycle_days")
                for period in (spans[0], spans[-1]):
                    cells += ground.cells("line", str(line), "capacity", period)
            says = "recorded" if past else "decided by the plan"
            parts.append(Part(f"{recipe} on {line}, {says}", amount, tuple(dict.fromkeys(cells))))
    del periods
    return parts, "Records of the past; later starts are decided, within the capacity below."


_KEYS = {
    "orders": ("module", "module", "size capex_usd lead_days orders_per_year total"),
    "openings": ("site", "site", "opening_usd opening_days"),
    "rights": ("right", "right", "cost_usd lead_days"),
    "stakes": ("stake", "stake", "share price_usd"),
    "reservations": ("offer", "offer", "premium_usd prepayment floor share"),
    "retirements": ("line", "line", "fixed_usd capacity"),
    "purchases": ("offer", "offer", "share prepayment floor"),
    "payments": ("offer", "offer", "premium_usd prepayment floor"),
    "incentives": ("incentive", "incentive", "share_of_capex amount_usd"),
    "shortfall": ("commitment", "commitment", "quantity price_usd"),
    "stock": ("item", "item", "holding_usd"),
    "draws": ("fund", "fund", "amount_usd cost_of_capital"),
}
"""Tables of decisions: the column that names the row that bounds them, its table, its numbers."""


def _decided(table: str) -> Rule:
    def rule(ground: Ground, frame: pd.DataFrame, periods: list[str]) -> tuple[list[Part], str]:
        del periods
        column = next(iter(UNITS[table]))
        name, of, numbers = _KEYS.get(table, ("", "", ""))
        if not name:
            amount = float((frame[column].astype(float) * frame["_weight"]).sum())
            return [Part("decided by the plan", amount)], "Decided by the plan."
        known = [n for n in numbers.split() if n in TABLES[of]]
        parts = []
        for key, rows in frame.groupby(name, sort=False):
            amount = float((rows[column].astype(float) * rows["_weight"]).sum())
            cells = ground.cells(of, str(key), " ".join(known))
            parts.append(Part(str(key), amount, cells))
        return parts, "Decided by the plan, within the numbers below."

    return rule


_RULES: dict[str, Rule] = {
    "capacity": _capacity,
    "money": _money,
    "served": _served,
    "unserved": _unserved,
    "starts": _starts,
}
