"""The model of the family as near as Pyomo and PyPSA can state it, for the time of stating it.

Both are given what waferway has already worked out (pairs, coefficients, lag shares), so that
their time is that of stating the model and handing it to HiGHS, not of reading a network.
PyPSA has no decision lag, no lag of output, no cover of stock: its model is smaller than ours.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from waferway.planning.instance import Instance
from waferway.planning.planner import formulate
from waferway.planning.solving import highs_of

__all__ = ["pyomo_seconds", "pypsa_seconds", "waferway_seconds"]


def waferway_seconds(make: Any, probabilities: list[float]) -> tuple[float, tuple[int, int, int]]:
    """Lay out, state, assemble, hand over; `make` lays out all branches."""
    began = time.perf_counter()
    instances = make()
    _, program = formulate(instances, probabilities, "cost", "")
    highs = highs_of(program)
    seconds = time.perf_counter() - began
    del highs
    return seconds, program.size()


def pyomo_seconds(instances: list[Instance]) -> tuple[float, tuple[int, int]]:
    """The same rows with Pyomo's concrete model, handed over with its own HiGHS interface."""
    import pyomo.environ as pyo
    from pyomo.contrib.appsi.solvers.highs import Highs

    began = time.perf_counter()
    d = instances[0]
    t_all = range(d.periods)
    m = pyo.ConcreteModel()
    b_all = range(len(d.module))
    m.n = pyo.Var(b_all, t_all, domain=pyo.NonNegativeIntegers,
                  bounds=lambda _, b, t: (0, float(d.a["most_orders"][b, t])))  # fmt: skip
    m.c = pyo.Var(range(len(d.line)), t_all, domain=pyo.Reals)
    of_line: dict[int, list[int]] = {}
    for b, line in enumerate(d.module["line_index"]):
        of_line.setdefault(line, []).append(b)
    kappa = d.a["kappa"]

    def added(m: Any, line: int, t: int) -> Any:
        return m.c[line, t] == sum(
            kappa[b, s, t] * m.n[b, s] for b in of_line.get(line, []) for s in range(t + 1)
            if kappa[b, s, t]
        )  # fmt: skip

    m.added = pyo.Constraint(range(len(d.line)), t_all, rule=added)
    m.total = pyo.Constraint(
        b_all, rule=lambda m, b: sum(m.n[b, t] for t in t_all) <= float(d.module["left"][b])
    )
    cost: Any = sum(
        float(d.a["net_price"][b, t] * d.a["worth"][b, t]) * m.n[b, t] for b in b_all for t in t_all
    )
    for w, inst in enumerate(instances):
        block = pyo.Block()
        m.add_component(f"branch{w}", block)
        cost += _pyomo_branch(pyo, m, block, inst) / len(instances)
    m.cost = pyo.Objective(expr=cost)
    solver = Highs()
    solver.set_instance(m)
    seconds = time.perf_counter() - began
    lp = solver._solver_model.getLp()
    return seconds, (lp.num_row_, lp.num_col_)


def _pyomo_branch(pyo: Any, m: Any, k: Any, d: Instance) -> Any:
    t_all = range(d.periods)
    a_all, h_all, f_all = range(len(d.activity)), range(len(d.stock)), range(len(d.flow))
    j_all, s_all = range(len(d.demand)), range(len(d.serve))
    k.x = pyo.Var(a_all, t_all, domain=pyo.NonNegativeReals)
    k.f = pyo.Var(f_all, t_all, domain=pyo.NonNegativeReals)
    k.y = pyo.Var(s_all, t_all, domain=pyo.NonNegativeReals)
    k.u = pyo.Var(j_all, t_all, domain=pyo.NonNegativeReals,
                  bounds=lambda _, j, t: (0, float(d.a["need"][j, t])))  # fmt: skip
    k.i = pyo.Var(h_all, t_all, domain=pyo.NonNegativeReals)
    k.s = pyo.Var(h_all, t_all, domain=pyo.NonNegativeReals)
    on: dict[int, list[int]] = {}
    for a, line in enumerate(d.activity["line_index"]):
        on.setdefault(line, []).append(a)
    months, use = d.months, d.activity["use"].to_numpy()
    k.use = pyo.Constraint(
        sorted(on), t_all,
        rule=lambda k, line, t: sum(float(use[a]) * k.x[a, t] for a in on[line])
        - float(months[t]) * m.c[line, t] <= float(d.a["existing"][line, t] * months[t]),
    )  # fmt: skip
    makes: dict[int, list[int]] = {}
    takes: dict[int, list[int]] = {}
    for e, h in enumerate(d.makes.rows):
        makes.setdefault(int(h), []).append(e)
    for e, h in enumerate(d.takes.rows):
        takes.setdefault(int(h), []).append(e)
    into: dict[int, list[int]] = {}
    out: dict[int, list[int]] = {}
    for f, (source, target) in enumerate(zip(d.flow["source"], d.flow["target"], strict=True)):
        into.setdefault(target, []).append(f)
        out.setdefault(source, []).append(f)
    serves: dict[int, list[int]] = {}
    wants: dict[int, list[int]] = {}
    for s, (h, j) in enumerate(zip(d.serve["stock_index"], d.serve["demand_index"], strict=True)):
        serves.setdefault(h, []).append(s)
        wants.setdefault(j, []).append(s)
    lag_of = [d.lag(x) for x in d.flow["days"]]
    shares = [[[(int(s), float(lag[s, t])) for s in np.flatnonzero(lag[:, t])] for t in t_all]
              for lag in d.lags]  # fmt: skip
    make_value, take_value = d.makes.value, d.takes.value

    def balance(k: Any, h: int, t: int) -> Any:
        made = sum(
            float(make_value[e, s]) * share * k.x[int(d.makes.cols[e]), s]
            for e in makes.get(h, []) for s, share in shares[d.makes.lag[e]][t]
        )  # fmt: skip
        taken = sum(float(take_value[e, t]) * k.x[int(d.takes.cols[e]), t]
                    for e in takes.get(h, []))  # fmt: skip
        came = sum(share * k.f[f, s] for f in into.get(h, []) for s, share in shares[lag_of[f]][t])
        went = sum(k.f[f, t] for f in out.get(h, []))
        served = sum(k.y[s, t] for s in serves.get(h, []))
        before = k.i[h, t - 1] if t else 0.0
        return k.i[h, t] - before - made + taken - came + went + served + k.s[h, t] == 0.0

    k.balance = pyo.Constraint(h_all, t_all, rule=balance)

    def cover(k: Any, h: int, t: int) -> Any:
        taken = sum(float(take_value[e, t]) * k.x[int(d.takes.cols[e]), t]
                    for e in takes.get(h, []))  # fmt: skip
        went = sum(k.f[f, t] for f in out.get(h, []))
        served = sum(k.y[s, t] for s in serves.get(h, []))
        return k.i[h, t] - (3.0 / float(months[t])) * (taken + went + served) <= 0.0

    k.cover = pyo.Constraint(h_all, t_all, rule=cover)
    k.demand = pyo.Constraint(
        j_all, t_all,
        rule=lambda k, j, t: sum(k.y[s, t] for s in wants.get(j, [])) + k.u[j, t]
        == float(d.a["need"][j, t]),
    )  # fmt: skip
    delta = d.delta
    return (
        sum(float(delta[t] * d.a["start_cost"][a, t]) * k.x[a, t] for a in a_all for t in t_all)
        + sum(float(delta[t] * d.a["freight"][f, t]) * k.f[f, t] for f in f_all for t in t_all)
        + sum(float(delta[t] * d.a["holding"][h, t]) * k.i[h, t] for h in h_all for t in t_all)
        + sum(float(delta[t] * d.a["unserved_worth"][j, t]) * k.u[j, t]
              for j in j_all for t in t_all)
    )  # fmt: skip


def pypsa_seconds(instances: list[Instance]) -> tuple[float, tuple[int, int]]:
    """Buses for stocks, links for activities and flows, stores, loads, generators for unserved.

    Modules become extendable links; branches become PyPSA's scenarios.
    """
    import logging
    import warnings

    import pandas as pd
    import pypsa

    logging.disable(logging.WARNING)
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        d = instances[0]
        n = pypsa.Network()
        n.set_snapshots(range(d.periods))
        stock = [f"h{h}" for h in range(len(d.stock))]
        n.add("Bus", stock)
        n.add("Bus", "source")
        n.add("Generator", "free", bus="source", p_nom=1e12)
        n.add("Store", [f"store {h}" for h in stock], bus=stock, e_nom=1e9, e_cyclic=False)
        takes: dict[int, list[tuple[str, float]]] = {}
        for e, a in enumerate(d.takes.cols):
            takes.setdefault(int(a), []).append((stock[d.takes.rows[e]], d.takes.value[e, 0]))
        makes = {int(a): (stock[d.makes.rows[e]], d.makes.value[e, 0])
                 for e, a in enumerate(d.makes.cols)}  # fmt: skip
        names = [f"x{a}" for a in range(len(d.activity))]
        bus0 = [takes[a][0][0] if a in takes else "source" for a in range(len(names))]
        per = [takes[a][0][1] if a in takes else 1.0 for a in range(len(names))]
        cap = d.a["existing"][d.activity["line_index"].to_numpy(dtype=int), 0] * 3 * np.array(per)
        n.add(
            "Link", names, bus0=bus0, bus1=[makes[a][0] for a in range(len(names))],
            efficiency=[makes[a][1] / per[a] for a in range(len(names))], p_nom_extendable=True,
            p_nom_min=cap, p_nom_max=cap + 1e6, p_nom_mod=150.0, capital_cost=1e5 / 150,
            marginal_cost=10.0,
        )  # fmt: skip
        flows = [f"f{f}" for f in range(len(d.flow))]
        n.add(
            "Link", flows, bus0=[stock[h] for h in d.flow["source"]],
            bus1=[stock[h] for h in d.flow["target"]], p_nom=1e9, marginal_cost=1.0,
        )  # fmt: skip
        target = {j: stock[h] for h, j in zip(d.serve["stock_index"], d.serve["demand_index"],
                                              strict=True)}  # fmt: skip
        loads = [f"d{j}" for j in range(len(d.demand))]
        n.add("Load", loads, bus=[target[j] for j in range(len(loads))])
        n.add("Generator", [f"u{j}" for j in range(len(loads))],
              bus=[target[j] for j in range(len(loads))], p_nom=1e9,
              marginal_cost=500.0)  # fmt: skip
        if len(instances) > 1:
            n.set_scenarios({f"b{w}": 1 / len(instances) for w in range(len(instances))})
            need = pd.concat(
                {f"b{w}": pd.DataFrame(i.a["need"].T, columns=loads)
                 for w, i in enumerate(instances)}, axis=1,
            )  # fmt: skip
            need.index = n.snapshots
            need.columns.names = n.loads_t.p_set.columns.names or ["scenario", "name"]
            n.loads_t.p_set = need
        else:
            n.loads_t.p_set = pd.DataFrame(d.a["need"].T, columns=loads, index=n.snapshots)
        n.optimize.create_model()
        highs = n.model.to_highspy()
    seconds = time.perf_counter() - began
    logging.disable(logging.NOTSET)
    lp = highs.getLp()
    return seconds, (lp.num_row_, lp.num_col_)
