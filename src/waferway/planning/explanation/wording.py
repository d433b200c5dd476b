"""Sentences of an explanation.

Owns the words; every figure in them is in a table of the explanation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from waferway.planning.summary import money

if TYPE_CHECKING:
    from waferway.planning.explanation.explanation import Explanation

__all__ = ["sentences"]

LINKS, BUILDS, PERIODS = 12, 12, 4
"""Most links, builds, and paying periods of a build that are put into sentences."""


LEAST = 0.005
"""Worth, in USD, that is written as nothing."""


def sentences(e: Explanation) -> list[str]:
    """What the tables say: what binds, then what pays for each build."""

    def said(x: float) -> str:
        if e.counted_in == "USD":
            return "nothing" if abs(x) < LEAST else money(x)
        return f"{x:,.3g} {e.counted_in}" if x else "nothing"

    given = ", given these builds" if e.whole else ""
    main = e.claims[e.claims["kind"] == "plan"]
    one = len(e.builds) > 0 and e.bottlenecks.empty and main.empty  # asked about a build only
    lines: list[str] = []
    if not one:
        lines.append(f"What binds, and what one more unit is worth{given}")
        lines += _links(e, said) or ["  nothing binds: all demand worth its cost is served"]
    if len(main):
        lines += ["", "Numbers that move the cost of the plan most, to first order"]
        lines += [f"  {_claim(row, said)}" for row in main.itertuples()
                  if said(row.effect_usd) != "nothing"]  # fmt: skip
    if len(e.builds):
        lines += [] if one else [""]
        lines.append("What pays for each order" if one else
                     "What pays for each build (the last order of each)")  # fmt: skip
        if not one and (e.builds["kind"] == "order").any():
            lines.append("  earlier orders are left out; every order of one module: waferway "
                         "explain PLAN --build NAME")  # fmt: skip
        for row in e.builds.head(BUILDS).itertuples():
            lines += _build(e, row, said)
        more = len(e.builds) - BUILDS + e.left_out if len(e.builds) > BUILDS else e.left_out
        if more > 0:
            lines.append(f"  {more} smaller builds are in the tables or left out")
    return lines


def _links(e: Explanation, said) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    frame = e.bottlenecks
    if len(frame):
        largest = frame[["value_usd", "high_usd"]].max(axis=1)
        frame = frame[[said(float(worth)) != "nothing" for worth in largest]]
    if frame.empty:
        return []
    total = frame.groupby(["link", "what"])["percent_usd"].sum()
    most = frame.groupby(["link", "what"])["high_usd"].max().fillna(0.0)
    order = pd.DataFrame({"total": total, "most": most})
    order = order.sort_values(["total", "most"], ascending=False)
    lines = []
    for link, what in order.index[:LINKS]:
        mine = frame[(frame["link"] == link) & (frame["what"] == what)]
        top = mine.sort_values(["value_usd", "high_usd"], ascending=False, kind="stable").iloc[0]
        spans = _spans(mine["period"], e.periods)
        row = str(top["row"])  # a pool of sites is already "what at whom"
        where = "" if row == what else f" at {row.removeprefix(f'{what} at ')}"
        lines.append(
            f"  {link}: {what}{where} binds {spans}; one more {top['unit']} is worth "
            f"{_worth(top, said)} ({top['period']})"
        )
    if len(order) > LINKS:
        lines.append(f"  and {len(order) - LINKS} more; see the table")
    return lines


def _worth(row: pd.Series, said) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """What one more is worth, and what one less costs where that is another number."""
    value, low, high = (float(row[name]) for name in ("value_usd", "low_usd", "high_usd"))
    if high != high:
        return f"at least {said(low)}" if said(low) != "nothing" else f"up to {said(value)}"
    if high - low <= 1e-6 * max(1.0, abs(high)):
        return f"up to {said(value)}"
    return f"{said(low)}, one less costs {said(high)}"


def _spans(labels: Sequence[str], every: Sequence[str]) -> str:
    known = set(labels)
    runs: list[list[str]] = []
    for before, label in zip(("", *every), every, strict=False):
        if label in known:
            if runs and runs[-1][-1] == before:
                runs[-1].append(label)
            else:
                runs.append([label])
    said = [r[0] if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs]
    return ", ".join(said[:4]) + (", ..." if len(said) > 4 else "")


def _build(e: Explanation, row, said) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    times = f" ({row.taken} of it)" if row.taken > 1 else ""
    lines = [f"  {row.name} in {row.period}{times}: costs {said(row.cost_usd)}"]
    if row.worth_usd != row.worth_usd:
        lines[0] += "; nothing satisfies the network without it"
    elif said(row.worth_usd) == "nothing":
        lines[0] += "; without it the plan would cost the same"
    elif row.worth_usd < 0:
        lines[0] += f"; without it the plan would cost {said(-row.worth_usd)} less, within its gap"
    else:
        lines[0] += f"; without it the plan would cost {said(row.worth_usd)} more"
    mine = _of(e.paying, row)
    pays = mine[mine["value_without_usd"].fillna(mine["value_usd"]) > 0]
    worth = pays["value_without_usd"].fillna(pays["value_usd"])
    if len(pays):
        by = worth.groupby([pays["row"], pays["subject"]]).sum().sort_values(ascending=False)
        rows = "; ".join(f"{name} of {subject}" for name, subject in by.index[:2])
        first = worth.groupby(pays["in_period"]).sum().sort_values(ascending=False)
        when = ", ".join(sorted(first.index[:PERIODS]))
        branches = [b for b in dict.fromkeys(pays["branch"]) if b]
        inside = f" in {', '.join(branches)}" if branches else ""
        lines.append(f"    paid for by {rows}, most in {when}{inside}")
    options = _of(e.alternatives, row)
    if len(options):
        best = options.loc[options["extra_usd"].idxmin()]
        name = "nothing" if best["instead"] == "without" else (
            f"{best['instead_name']} in {best['instead_period']}"
        )  # fmt: skip
        extra = float(best["extra_usd"])
        word = "more" if extra >= 0 else "less, within the gap"
        cost = "at the same cost" if said(extra) == "nothing" else f"{said(abs(extra))} {word}"
        lines.append(f"    cheapest alternative: {name}, {cost}")
    moved = [c for c in _of(e.claims, row).itertuples() if said(c.effect_usd) != "nothing"]
    lines += [f"    moved by {_claim(c, said)}" for c in moved]
    return lines


def _of(frame: pd.DataFrame, row) -> pd.DataFrame:  # type: ignore[no-untyped-def]  # noqa: ANN001
    same = (frame["kind"] == row.kind) & (frame["name"] == row.name)
    return frame[same & (frame["period"] == row.period)]


def _claim(row, said) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    since = f" from {row.since}" if row.since else ""
    claim = f" [{row.claim}]" if row.claim else ""
    return (
        f"{row.table} {row.key} {row.column}{since}, +{row.relative:.0%}: "
        f"{'+' if row.effect_usd >= 0 else '-'}{said(abs(row.effect_usd))}{claim}"
    )
