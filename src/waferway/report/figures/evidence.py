"""How good the evidence is."""

from __future__ import annotations

import pandas as pd

from waferway.planning.evidence_shares import evidence_shares
from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import Lanes, legend_columns
from waferway.report.figures.reading import PlanReading, inline

__all__ = ["evidence"]

GRADES = {
    "A": ("A official", "#2c9a6b"),
    "B": ("B several independent", SERIES[0]),
    "C": ("C analyst or press", SERIES[5]),
    "D": ("D own estimate", SERIES[1]),
    "uncited": ("uncited", GREY),
}
WHAT = {
    "numbers": "Numbers of the network", "compute": "Compute delivered",
    "modules": "Money for new capacity", "gaps": "Numbers that fill a gap",
}  # fmt: skip


def evidence(reading: PlanReading) -> Figure | None:
    """Shares by grade, and how many numbers are imputed."""
    shares = evidence_shares(reading.plan)
    total = sum(shares.numbers.values())
    if not total:
        return None
    rows: list[tuple[str, str, float, float | None]]
    rows = [("numbers", g, n / total, float(n)) for g, n in shares.numbers.items()]
    rows += [("compute", g, s, None) for g, s in shares.compute.items()]
    rows += [("modules", g, s, None) for g, s in shares.modules.items()]
    frame = pd.DataFrame(rows, columns=["of", "grade", "share", "count"])
    frame["of"] = frame["of"].map(WHAT)
    gaps = shares.imputed / total
    weak = shares.compute.get("D", shares.numbers.get("D", 0) / total)
    best = (shares.numbers.get("A", 0) + shares.numbers.get("B", 0)) / total
    table = frame.assign(grade=[GRADES[g][0] for g in frame["grade"]])
    table["count"] = [f"{c:,.0f}" if c == c and c is not None else "" for c in table["count"]]
    table.loc[len(table)] = [WHAT["gaps"], "imputed", gaps, f"{shares.imputed:,}"]
    return Figure(
        "evidence",
        f"{best:.0%} of the numbers are official or confirmed by several sources; {gaps:.0%} fill "
        f"gaps; {weak:.0%} of the compute rests on at least one estimate of our own",
        "Shares by the grade of the weakest claim: of all cited numbers of the network; of the "
        "compute delivered, over every recipe from wafer to package; of the money for new "
        "capacity. The last row: numbers that fill a gap.",
        lambda width: _draw(frame, gaps, width),
        table.rename(columns={"of": "of what"}),
        {},
        "Evidence",
    )


def _draw(frame: pd.DataFrame, gaps: float, width: int) -> Spec:
    import altair as alt

    narrow = width < 500
    order = [w for w in WHAT.values() if w in set(frame["of"])] + [WHAT["gaps"]]
    bars = []
    for of in order[:-1]:
        left = 0.0
        mine = frame[frame["of"] == of]
        for grade, (label, colour) in GRADES.items():
            share = float(mine.loc[mine["grade"] == grade, "share"].sum())
            if share > 0:
                bars.append((of, label, colour, left, left + share, f"{share:.0%}"))
                left += share
    bars.append((WHAT["gaps"], "imputed", SERIES[6], 0.0, gaps, f"{gaps:.0%}"))
    drawn = pd.DataFrame(bars, columns=["of", "grade", "colour", "a", "b", "said"])
    drawn["mid"] = (drawn["a"] + drawn["b"]) / 2
    room = 0.09 if narrow else 0.05
    drawn["shown"] = drawn["said"].where(drawn["b"] - drawn["a"] > room, "")
    lanes = Lanes(order, narrow, 30)
    names = list(dict.fromkeys(drawn["grade"]))
    colours = dict(zip(drawn["grade"], drawn["colour"], strict=True))
    x = {"scale": alt.Scale(domain=[0, 1], nice=False)}
    axis = alt.Axis(format="%", tickCount=5)
    base = alt.Chart(inline(lanes.placed(drawn, "of")))
    boxes = base.mark_bar(fillOpacity=0.45, strokeWidth=1.5).encode(
        x=alt.X("a:Q", title=None, axis=axis, **x), x2="b:Q", **lanes.span(),
        fill=alt.Fill("grade:N", scale=alt.Scale(
            domain=names, range=[colours[n] for n in names]),
            legend=alt.Legend(columns=legend_columns(names, width))),
        stroke=alt.Stroke("colour:N", scale=None),
        tooltip=[alt.Tooltip("of:N", title="of"), alt.Tooltip("grade:N"),
                 alt.Tooltip("said:N", title="share")],
    )  # fmt: skip
    words = base.mark_text().encode(
        x=alt.X("mid:Q", title=None, axis=axis, **x), text="shown:N", **lanes.middle()
    )
    named = lanes.names(width)
    chart = alt.layer(boxes, words, *named).properties(height=lanes.height)
    return framed(chart.to_dict(validate=False), width, lanes.spare)
