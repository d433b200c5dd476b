"""Routes in words: the table for people, the finding, the text of the command.

Owns how figures of routes are said. No figure is made here.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from waferway.planning.summary import money

if TYPE_CHECKING:
    from waferway.studies.routes import Routes

__all__ = ["amount", "described", "finding", "table_for_people", "usd"]


def amount(number: float | None) -> str:
    """A count in three figures: 1.23 M.

    Examples
    --------
    >>> amount(1234567), amount(0.0), amount(None), amount(812.4)
    ('1.23 M', '0', '-', '812')
    """
    if number is None:
        return "-"
    for scale, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(number) >= 0.9995 * scale:
            figure = number / scale
            digits = 2 if abs(figure) < 9.995 else 1 if abs(figure) < 99.95 else 0
            return f"{figure:.{digits}f}{unit}"
    return f"{number:.3g}"


def usd(number: float | None) -> str:
    """Money in three figures; a dash where it is unknown."""
    return "-" if number is None else money(number)


def _share(found: dict[str, Any] | None) -> str:
    return "-" if not found else f"{found['name']} {found['share']:.0%}"


def _spread(row: dict[str, Any], when: str) -> str:
    found = (row["quantiles"] or {}).get(when)
    return "-" if not found else " / ".join(amount(found[q]) for q in ("p10", "p50", "p90"))


def binds_in_words(row: dict[str, Any]) -> str:
    """What binds, most first; at most three."""
    return "; ".join(f"{b['what']} ({b['of']})" for b in row["binds"][:3]) or "-"


def table_for_people(found: Routes) -> pd.DataFrame:
    """The same columns for every route, in words and three figures."""
    rows = []
    for row in found.rows:
        flips = [f for f in found.flips if f.route == row["route"]]
        out = {"rank": row["rank"] or "", "route": row["label"]}
        for when in found.dates:
            out[f"compute by {when}"] = amount(row["delivered"][when])
            out[f"P10 / P50 / P90 by {when}"] = _spread(row, when)
        out |= {
            "cost per unit of compute": usd(row["cost_per_compute_usd"]),
            "cost per million tokens": _cents(row["cost_per_million_tokens_usd"]),
            "peak cash": usd(row["peak_cash_usd"]),
            "total capital": usd(row["total_capital_usd"]),
            "first wafer": row["first_wafer"] or "-",
            "first delivery": row["first_delivery"] or "-",
            "what binds": binds_in_words(row) if row["open"] else f"closed: {row['why_closed']}",
            "most dependent on country": _share(row["country"]),
            "most dependent on supplier": _share(row["supplier"]),
            "rights": ", ".join(row["rights"]) or "-",
            "qualifications": "; ".join(row["qualifications"]) or "-",
            "antitrust": row["antitrust"],
            "ranking flips": "; ".join(str(f).partition(": ")[2] for f in flips) or "-",
            "gap": "-" if row["gap"] is None else f"{row['gap']:.2%}",
        }
        rows.append(out)
    return pd.DataFrame(rows)


def _cents(usd: float | None) -> str:
    return "-" if usd is None else f"${usd:.3g}"


def finding(found: Routes) -> str:
    """The finding in one sentence."""
    best = found.best
    when = found.dates[0]
    if best is None:
        return f"No route delivers {found.party} any compute by {when}"
    said = (
        f"{best['label']} delivers {found.party} most by {when}: {amount(best['delivered'][when])}"
        if found.ranking == "compute"
        else f"{best['label']} costs {found.party} least: "
        f"{usd(best['cost_per_compute_usd'])} per unit"
    )
    second = next((row for row in found.rows if row["rank"] == 2), None)
    if second is None:
        return f"{said} {found.basis}"
    other = (amount(second["delivered"][when]) if found.ranking == "compute"
             else usd(second["cost_per_compute_usd"]))  # fmt: skip
    return f"{said} {found.basis}; next is {second['label'].lower()} with {other}"


def described(found: Routes) -> str:
    """The text that the command prints, 80 columns wide."""
    first, last = found.dates[0], found.dates[-1]
    lines = [*wrap(finding(found) + ".", 80), ""]
    lines.append(f"{'':<11}{'by ' + first:>12}{'P10 / P50 / P90':>26}{'per unit':>10}"
                 f"{'peak cash':>11}{'first':>8}")  # fmt: skip
    for row in found.rows:
        name = f"{row['rank'] or ' '} {row['route']}"
        if not row["open"]:
            lines.append(f"{name:<11}  closed: {row['why_closed']}")
            continue
        lines.append(
            f"{name:<11}{amount(row['delivered'][first]):>12}{_spread(row, first):>26}"
            f"{usd(row['cost_per_compute_usd']):>10}{usd(row['peak_cash_usd']):>11}"
            f"{row['first_delivery'] or '-':>8}"
        )
    if last != first:
        lines += ["", f"{'':<11}{'by ' + last:>12}{'P10 / P50 / P90':>26}{'capital':>10}"
                  f"{'country':>11}{'supplier':>14}"]  # fmt: skip
        for row in found.rows:
            if row["open"]:
                name = f"{row['rank'] or ' '} {row['route']}"
                lines.append(
                    f"{name:<11}{amount(row['delivered'][last]):>12}{_spread(row, last):>26}"
                    f"{usd(row['total_capital_usd']):>10}{_share(row['country']):>11}"
                    f"{_share(row['supplier']):>14}"
                )
    lines.append("")
    for row in found.rows:
        if row["open"]:
            gap = "not told" if row["gap"] is None else f"{row['gap']:.2%}"
            lines += wrap(f"{row['route']}: binds: {binds_in_words(row)}; antitrust: "
                          f"{row['antitrust']}; gap {gap}", 80, subsequent_indent="  ")  # fmt: skip
    if found.flips:
        lines += ["", f"The ranking by {first} flips"]
        for flip in found.flips:
            lines += wrap(f"  {flip} (against {flip.against})", 80, subsequent_indent="    ")
    return "\n".join(lines)
