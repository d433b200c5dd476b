"""Where the lines stand and what travels between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from waferway.report.drawing import FONT, GREY, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import shortened, text_width
from waferway.report.figures.reading import FAMILY_COLOURS, PlanReading
from waferway.report.names import label_of
from waferway.report.notes import Cell
from waferway.report.wording import listed
from waferway.report.world import View, borders, crowds, fitted, great_circle, land, region_name

__all__ = ["flows_between", "placed_lines", "places"]

KIND_COLOURS = {"die": FAMILY_COLOURS["logic"], "stack": FAMILY_COLOURS["stacking"]}
Box = tuple[float, float, float, float]
INSETS = 3
FEWEST = 0.01
"""Flows below this share of the largest of their kind are in the table, not on the map."""


def placed_lines(reading: PlanReading) -> pd.DataFrame:
    """Every line with a known point: what it does, its last capacity, what is spent on it.

    place, key, country, lat, lon, family, does, capacity, unit, ``spent, USD``, drawn at, line.
    """
    plan = reading.plan
    net = plan.network
    line, site, party = net.table("line"), net.table("site"), net.table("party")
    technology = net.table("technology")
    cap = plan.tables["capacity"]
    cap = cap[cap["period"] == plan.labels[-1]]
    capacity = (cap["capacity"].astype(float) * reading.chance(cap["branch"])).groupby(
        cap["line"]).sum()  # fmt: skip
    orders, module = plan.tables["orders"], net.table("module")
    orders = orders[orders["period"].isin(plan.labels)]
    price = net.values("module", "capex_usd", plan.calendar)
    spent: dict[str, float] = {}
    for key, period, count in zip(orders["module"], orders["period"], orders["orders"],
                                  strict=True):  # fmt: skip
        of = module.loc[key, "line"]
        spent[of] = spent.get(of, 0.0) + float(count) * float(price.loc[key, period])
    rows = []
    for name, row in line.iterrows():
        where = site.loc[row["site"]] if row["site"] else party.loc[row["party"]]
        if math.isnan(where["lat"]) or math.isnan(where["lon"]):
            continue
        kind = technology.loc[row["technology"]]
        at = ("site", row["site"]) if row["site"] else ("party", row["party"])
        rows.append(
            {
                "place": label_of(plan, *at), "key": str(at[1]),
                "country": where["country"], "lat": float(where["lat"]),
                "lon": float(where["lon"]), "family": kind["family"] or "other",
                "does": label_of(plan, "technology", row["technology"]),
                "capacity": float(capacity.get(name, 0.0)), "unit": kind["capacity_unit"],
                "spent, USD": spent.get(str(name), 0.0),
                "drawn at": "site" if row["site"] else "headquarters", "line": str(name),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def flows_between(reading: PlanReading) -> pd.DataFrame:
    """What travels between two known points in the last shown year: from, to, kind, pieces."""
    plan = reading.plan
    net = plan.network
    frame = plan.tables["flows"]
    last = max(reading.years.values(), default=0)
    frame = frame[frame["period"].map(reading.years) == last]
    if frame.empty:
        return pd.DataFrame(columns=["from", "to", "kind", "pieces"])
    pieces = frame["flow"].astype(float) * reading.chance(frame["branch"])
    kind = frame["item"].map(net.table("item")["kind"])
    by = pieces.groupby([frame["from_place"], frame["to_place"], kind]).sum()
    by.index.names = ["from", "to", "kind"]
    out = by.rename("pieces").reset_index()
    point = _points(reading)
    known = out["from"].isin(point) & out["to"].isin(point) & (out["from"] != out["to"])
    return out[known].sort_values("pieces", ascending=False).reset_index(drop=True)


def _points(reading: PlanReading) -> dict[str, tuple[float, float]]:
    out = {}
    for table in ("party", "site"):
        frame = reading.plan.network.table(table)
        for key, lon, lat in zip(frame.index, frame["lon"], frame["lat"], strict=True):
            if not (math.isnan(lon) or math.isnan(lat)):
                out[str(key)] = (float(lon), float(lat))
    return out


def places(reading: PlanReading) -> Figure | None:
    """World map with insets where places crowd, and flows as great circles."""
    frame = placed_lines(reading)
    if frame.empty:
        return None
    flows = flows_between(reading)
    shown = frame[["place", "country", "does", "capacity", "unit", "spent, USD", "drawn at"]]
    last = max(reading.years.values())
    cells: list[list[Cell]] = [[("line", line, "capacity")] for line in frame["line"]]
    where: list[list[Cell]] = [[("site", key, "")] for key in frame["key"]]
    flow = flows.assign(
        a=[_name(reading, f) for f in flows["from"]], b=[_name(reading, t) for t in flows["to"]]
    )
    return Figure(
        "map",
        _title(frame, flow, last),
        f"Marks: places with lines, by what they do, larger where more is built; a ring is a "
        f"company pool drawn at headquarters, because no source gives its sites. Lines: what "
        f"travels in {last}, along great circles, thicker for more pieces of its kind.",
        lambda width: _draw(reading, frame, flow, width),
        shown,
        reading.column_notes(shown, {"capacity": cells, "place": where}),
        "Map",
        {} if flow.empty else {
            f"Table of what travels in {last}": flow[["a", "b", "kind", "pieces"]].rename(
                columns={"a": "from", "b": "to", "kind": "what"})
        },
    )  # fmt: skip


def _name(reading: PlanReading, key: str) -> str:
    table = "site" if key in reading.plan.network.table("site").index else "party"
    return label_of(reading.plan, table, key)


def _title(frame: pd.DataFrame, flow: pd.DataFrame, year: int) -> str:
    built = frame[frame["spent, USD"] > 0]
    by_country = built.groupby("country")["spent, USD"].sum().sort_values(ascending=False)
    count = frame["country"].nunique()
    if len(by_country):
        parts = [f"{c} {v / by_country.sum():.0%}" for c, v in by_country.head(3).items()]
        title = f"New capacity by country: {listed(parts)} of the money"
    elif count > 1:
        title = f"Nothing is built; lines stand in {count} countries"
    else:
        title = f"Nothing is built; all lines stand in {frame['country'].iloc[0]}"
    if len(flow):
        top = flow.iloc[0]
        title += f"; the busiest route in {year} is {top['a']} to {top['b']} ({top['kind']}s)"
    return title


def _draw(reading: PlanReading, frame: pd.DataFrame, flow: pd.DataFrame, width: int) -> Spec:
    narrow = width < 500
    distinct = frame.drop_duplicates(["lon", "lat"])
    points = list(zip(distinct["lon"], distinct["lat"], strict=True))
    world_width = width - 16
    world = View("world", "equirectangular", (150.0, 28.0), world_width / math.radians(322),
                 world_width, round(world_width * (0.30 if narrow else 0.27)))  # fmt: skip
    if not all(world.sees(*p) for p in points):
        world = View("world", "equirectangular", (150.0, 15.0), world_width / math.radians(360),
                     world_width, round(world_width * 0.42))  # fmt: skip
    crowd = crowds(points)[:INSETS]
    columns = 1 if narrow else max(1, min(3, len(crowd)))
    inset_width = (width - 16 - 10 * (columns - 1)) / columns if crowd else 0.0
    insets = []
    for members in crowd:
        inside = [points[m] for m in members]
        lon, lat = (sum(v) / len(inside) for v in zip(*inside, strict=True))
        country = str(distinct["country"].iloc[members[0]])
        insets.append(fitted(region_name(lon, lat, country), inside, inset_width, 230.0))
    most = max(1.0, float(frame["spent, USD"].max()))
    spots = _spots(frame, most)
    lines = _lines(reading, flow)
    views = [_view(world, spots, lines, labels=False, legend=True, insets=insets)]
    drawn = [_view(v, spots, lines, labels=True) for v in insets]
    if drawn:
        views.append({"hconcat": drawn, "spacing": 10} if columns > 1 else
                     {"vconcat": drawn, "spacing": 10})  # fmt: skip
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "datasets": {
            "land": [{"type": "Feature", "geometry": land()}],
            "borders": [{"type": "Feature", "geometry": borders()}],
        },
        "vconcat": views, "spacing": 10,
        "resolve": {"scale": {"color": "independent"}, "legend": {"color": "independent"}},
    }  # fmt: skip
    out = framed(spec, width)
    out["config"]["view"] = {"stroke": GREY, "strokeOpacity": 0.6, "fill": None}
    return out


def _spots(frame: pd.DataFrame, most: float) -> list[dict[str, Any]]:
    """One mark per place and family; what is built there sets its size."""
    out = []
    for (place, family, drawn), group in frame.groupby(["place", "family", "drawn at"], sort=True):
        spent = float(group["spent, USD"].sum())
        at = list(FAMILY_COLOURS).index(family) if family in FAMILY_COLOURS else 5
        out.append({
            "place": place, "family": family, "ring": drawn == "headquarters",
            "lon": float(group["lon"].iloc[0]), "lat": float(group["lat"].iloc[0]),
            "size": round(38 + 320 * spent / most, 1), "shift": at,
            "does": ", ".join(dict.fromkeys(group["does"])), "spent": f"${spent / 1e9:,.2f} bn",
        })  # fmt: skip
    return sorted(out, key=lambda s: (-s["size"], s["place"]))


def _lines(reading: PlanReading, flow: pd.DataFrame) -> list[dict[str, Any]]:
    point = _points(reading)
    most = flow.groupby("kind")["pieces"].max() if len(flow) else {}
    out = []
    for k, row in enumerate(flow.itertuples(index=False)):
        source, target, kind, pieces, name_a, name_b = row
        share = pieces / most[kind]
        if share < FEWEST or point[source] == point[target]:
            continue
        feature = great_circle(point[source], point[target], k)
        feature["width"] = round(0.6 + 3.4 * math.sqrt(share), 2)
        feature["colour"] = KIND_COLOURS.get(kind, FAMILY_COLOURS["packaging"])
        feature["tip"] = {"from": name_a, "to": name_b, "what": f"{kind}s", "count": _count(pieces)}
        feature["ends"] = [point[source], point[target]]
        out.append(feature)
    return out


def _count(pieces: float) -> str:
    for scale, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if pieces >= scale:
            return f"{pieces / scale:.3g}{unit}"
    return f"{pieces:.3g}"


def _view(
    view: View, spots: list[dict[str, Any]], lines: list[dict[str, Any]], *, labels: bool,
    legend: bool = False, insets: Sequence[View] | None = None,
) -> dict[str, Any]:  # fmt: skip
    inside = [s for s in spots if view.sees(s["lon"], s["lat"])]
    families = [f for f in FAMILY_COLOURS if any(s["family"] == f for s in spots)]
    colour = {
        "field": "family", "type": "nominal",
        "scale": {"domain": families, "range": [FAMILY_COLOURS[f] for f in families]},
        "legend": {"symbolType": "circle", "symbolOpacity": 1} if legend else None,
    }  # fmt: skip
    layers: list[dict[str, Any]] = [
        {"data": {"name": "land"}, "mark": {"type": "geoshape", "fill": GREY, "fillOpacity": 0.22,
                                            "stroke": None}},
        {"data": {"name": "borders"}, "mark": {"type": "geoshape", "filled": False,
                                               "stroke": GREY, "strokeOpacity": 0.5,
                                               "strokeWidth": 0.6}},
    ]  # fmt: skip
    near = [f for f in lines if not labels or any(view.sees(*p) for p in f["ends"])]
    if near:
        values = [{k: v for k, v in f.items() if k != "ends"} for f in near]
        layers.append({
            "data": {"values": values},
            "mark": {"type": "geoshape", "filled": False, "strokeOpacity": 0.4 if labels else 0.6},
            "encoding": {
                "stroke": {"field": "colour", "type": "nominal", "scale": None},
                "strokeWidth": {"field": "width", "type": "quantitative", "scale": None},
                "tooltip": [{"field": f"tip.{n}", "type": "nominal", "title": n}
                            for n in ("from", "to", "what", "count")],
            },
        })  # fmt: skip
    placed = _placed(view, inside, spread=labels)
    pixel = {
        "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
    }
    tips = [{"field": n, "type": "nominal"} for n in ("place", "does")]
    tips.append({"field": "spent", "type": "nominal", "title": "spent on new capacity"})
    size = {"field": "size", "type": "quantitative", "scale": None}
    for ring in (True, False):
        mine = [s for s in placed if s["ring"] == ring]
        if not mine and not (legend and not ring):
            continue
        mark = {"type": "point", "filled": False, "strokeWidth": 1.8, "opacity": 1} if ring else {
            "type": "point", "filled": True, "opacity": 0.9}  # fmt: skip
        layers.append(
            {
                "data": {"values": mine},
                "mark": mark,
                "encoding": {**pixel, "size": size, "color": colour, "tooltip": tips},
            }
        )
    if labels:
        layers += _labels(view, placed, view.name)
        layers.append(_word(view.name, 6, 14, weight=600))
    elif insets is not None and view.width > 500:
        layers += _labels(view, placed, skip=insets)
    return {"width": view.width, "height": view.height, "projection": view.projection(),
            "layer": layers}  # fmt: skip


def _placed(view: View, spots: list[dict[str, Any]], *, spread: bool) -> list[dict[str, Any]]:
    """Marks with their pixels; several at one place stand side by side."""
    by_place: dict[tuple[float, float], list[dict[str, Any]]] = {}
    for spot in spots:
        by_place.setdefault((spot["lon"], spot["lat"]), []).append(spot)
    out = []
    for (lon, lat), mine in by_place.items():
        x, y = view.at(lon, lat)
        mine = sorted(mine, key=lambda s: (s["shift"], s["place"]))
        step = 9.0 if spread else 4.5
        for k, spot in enumerate(mine):
            out.append({**spot, "x": round(x + (k - (len(mine) - 1) / 2) * step, 1),
                        "y": round(y, 1)})  # fmt: skip
    return sorted(out, key=lambda s: (-s["size"], s["place"]))


def _word(
    text: str, x: float, y: float, *, align: str = "left", weight: int = 400
) -> dict[str, Any]:
    return {
        "data": {"values": [{"said": text, "x": x, "y": y}]},
        "mark": {"type": "text", "align": align, "fontSize": 11, "fontWeight": weight,
                 "baseline": "middle", "font": FONT},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
            "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
            "text": {"field": "said", "type": "nominal"},
        },
    }  # fmt: skip


def _labels(
    view: View, placed: list[dict[str, Any]], title: str = "", skip: Sequence[View] = ()
) -> list[dict[str, Any]]:
    """Names beside marks where there is room; those without room are in the table.

    Each name tries places beside its mark, then further off with a leader, and takes the first
    that touches no mark and no other name; larger marks choose first.
    """
    boxes = [(s["x"] - 5, s["y"] - 5, s["x"] + 5, s["y"] + 5) for s in placed]
    taken: list[Box] = [(0, 4, text_width(title, 12) + 8, 24)] if title else []
    by_spot: dict[tuple[float, float], list[dict[str, Any]]] = {}
    for spot in placed:
        by_spot.setdefault((spot["lon"], spot["lat"]), []).append(spot)
    words: list[dict[str, Any]] = []
    leaders = []
    for (lon, lat), mine in by_spot.items():
        if any(inset.sees(lon, lat) for inset in skip):
            continue
        names = list(dict.fromkeys(s["place"] for s in mine))
        left, right = min(s["x"] for s in mine) - 5, max(s["x"] for s in mine) + 5
        own = [(s["x"] - 5, s["y"] - 5, s["x"] + 5, s["y"] + 5) for s in mine]
        others = [b for b in boxes if b not in own]
        for share in (0.6, 0.42, 0.3):
            text = _short_name(names, view.width * share)
            found = _room(view, text, left, right, mine[0]["y"], [*taken, *others])
            if found is not None:
                break
        else:
            continue
        x, y, align, box = found
        taken.append(box)
        words.append(_word(text, round(x, 1), round(y, 1), align=align))
        if abs(y - mine[0]["y"]) > 8 or min(abs(x - left), abs(x - right)) > 8:
            from_x = right if align == "left" else left
            leaders.append({"x": round(from_x, 1), "y": mine[0]["y"], "x2": round(x, 1),
                            "y2": round(y, 1)})  # fmt: skip
    if leaders:
        pixel = {"type": "quantitative", "scale": None, "axis": None}
        words.append({
            "data": {"values": leaders},
            "mark": {"type": "rule", "color": "currentColor", "opacity": 0.5, "strokeWidth": 0.7},
            "encoding": {"x": {"field": "x", **pixel}, "y": {"field": "y", **pixel},
                         "x2": {"field": "x2"}, "y2": {"field": "y2"}},
        })  # fmt: skip
    return words


def _short_name(names: list[str], width: float) -> str:
    """Name of a place for a map: what stands in brackets goes, and what is too long is cut."""
    first = names[0].split(" (")[0]
    text = shortened(first, width, 11)
    return text if len(names) == 1 else f"{text} +{len(names) - 1}"


def _room(
    view: View, text: str, left: float, right: float, y: float, taken: Sequence[Box]
) -> tuple[float, float, str, Box] | None:
    long = 1.12 * text_width(text, 11)  # the reader's font may be wider than ours
    for away in (4, 16, 30):
        for dy in (0, -10, 10, -20, 20, -32, 32, -44, 44):
            for x, align in ((right + away, "left"), (left - away, "right")):
                a = x if align == "left" else x - long
                box = (a - 1, y + dy - 6, a + long + 1, y + dy + 6)
                inside = box[0] >= 2 and box[2] <= view.width - 2 and box[1] >= 2
                if inside and box[3] <= view.height - 2 and not any(_touch(box, b) for b in taken):
                    return x, y + dy, align, box
    return None


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
