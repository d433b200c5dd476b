"""Checks of what tables say together: recipes, ownership, contracts, demand, rules, what-ifs."""

from __future__ import annotations

import datetime as dt
import graphlib
import itertools
import math
from collections import defaultdict

from waferway.errors import nearest
from waferway.network.check_time import find_cell
from waferway.network.findings import ITEM_KINDS, Findings, given, level, some
from waferway.network.schema import SETTINGS, TABLES
from waferway.network.selection import SELECT_COLUMNS, matches, parse_selection

__all__ = ["check_meaning"]

_EITHER = (
    ("demand", "item", "basis"), ("offer", "item", "line"), ("commitment", "line", "item")
)  # fmt: skip
_OUTTURN = {
    "starts": ("recipe", "line"),
    "deliveries": ("item", "demand"),
    "orders": ("module", ""),
}


def check_meaning(at: Findings) -> None:
    """Record every fault that shows only when tables are read together."""
    _either_or(at)
    _recipes(at)
    _circular(at)
    _sources(at)
    _line_recipes(at)
    _qualifications(at)
    _stakes(at)
    _commitments(at)
    _modules(at)
    _lanes(at)
    _bases(at)
    _offers(at)
    _limits(at)
    _outturns(at)
    _changes(at)


def _either_or(at: Findings) -> None:
    for table, first, second in _EITHER:
        pairs = zip(at.column(table, first), at.column(table, second), strict=True)
        for row, (one, other) in enumerate(pairs):
            if bool(one) == bool(other):
                what = (
                    f"names both {first} and {second}" if one else f"names no {first} or {second}"
                )
                at.add(
                    (table, row, first), what, f"a {table} is on one of the two",
                    f"keep {first} or {second}" if one else f"give {first} or {second}",
                    "either-or",
                )  # fmt: skip


def _flows(at: Findings) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Inputs and outputs of each recipe."""
    takes: dict[str, list[str]] = defaultdict(list)
    makes: dict[str, list[str]] = defaultdict(list)
    cells = (at.column("recipe_item", name) for name in ("recipe", "role", "item"))
    for recipe, role, item in zip(*cells, strict=True):
        (takes if role == "in" else makes)[recipe].append(item)
    return takes, makes


def _recipes(at: Findings) -> None:
    """Recipes that no line can run, or that make nothing."""
    _, makes = _flows(at)
    lines = set(at.column("line", "technology"))
    further = defaultdict(list)
    uses = zip(
        at.column("recipe_use", "recipe"), at.column("recipe_use", "technology"), strict=True
    )
    for use_row, (recipe, technology) in enumerate(uses):
        further[recipe].append((use_row, technology))
    places = _technologies_by_place(at)
    technologies = at.column("recipe", "technology")
    for row, (recipe, technology) in enumerate(zip(at["recipe"].index, technologies, strict=True)):
        if not makes.get(recipe):
            at.add(
                ("recipe", row, "name"), "makes nothing", "it has no row with role out in "
                "recipe_item", "add what it gives", "no-output",
            )  # fmt: skip
        if technology and technology not in lines and technology in at.valid("technology"):
            at.add(
                ("recipe", row, "technology"), f"no line can run it: none has {technology}",
                f"lines have: {some(lines - {''})}" if lines - {""} else "there is no line at all",
                f"add a line with technology {technology}", "no-line",
            )  # fmt: skip
            continue
        homes = [there for there in places.values() if technology in there]
        for use_row, other in further[recipe]:
            if homes and other and not any(other in there for there in homes):
                at.add(
                    ("recipe_use", use_row, "technology"),
                    f"no place has both {technology} and {other}",
                    "a further pool is drawn on at the place of the main line",
                    f"add a line with {other} where a line with {technology} stands", "no-line",
                )  # fmt: skip


def _technologies_by_place(at: Findings) -> dict[str, set[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    cells = (at.column("line", name) for name in ("site", "party", "technology"))
    for site, party, technology in zip(*cells, strict=True):
        out[f"site {site}" if site else f"party {party}"].add(technology)
    return out


def _circular(at: Findings) -> None:
    """Recipes by which an item is needed to make itself."""
    takes, makes = _flows(at)
    graph: dict[str, set[str]] = defaultdict(set)
    for recipe, made in makes.items():
        for item in made:
            graph[item] |= set(takes.get(recipe, ()))
    while True:
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            circle = list(error.args[1])  # each is needed for the next
        else:
            return
        start = circle.index(min(circle[:-1]))
        circle = [*circle[start:-1], *circle[:start], circle[start]]
        recipe = next(r for r, made in makes.items() if circle[1] in made
                      and circle[0] in takes.get(r, ()))  # fmt: skip
        at.add(
            ("recipe", list(at["recipe"].index).index(recipe), "name")
            if recipe in at.valid("recipe")
            else ("recipe_item", at.column("recipe_item", "recipe").index(recipe), "recipe"),
            "needs its own output",
            f"items are made from one another in a circle: {' -> '.join(circle)}",
            "give what comes back an item of its own", "circular",
        )  # fmt: skip
        for before, after in itertools.pairwise(circle):
            graph[after].discard(before)


def _sources(at: Findings) -> None:
    """Items that are used, yet that nobody makes, sells or holds."""
    _, makes = _flows(at)
    have = {item for made in makes.values() for item in made}
    have |= set(at.column("offer", "item")) | set(at.column("stock", "item"))
    seen: set[str] = set()
    cells = (at.column("recipe_item", name) for name in ("recipe", "role", "item"))
    uses = [
        ("recipe_item", row, item, f"recipe {recipe}")
        for row, (recipe, role, item) in enumerate(zip(*cells, strict=True))
        if role == "in"
    ]
    for table in ("demand", "commitment"):
        uses += [(table, row, item, "") for row, item in given(at.column(table, "item"))]
    for table, row, item, who in uses:
        if item in have or item not in at.valid("item") or item in seen:
            continue
        seen.add(item)
        at.add(
            (table, row, "item"), f"nobody makes, sells or holds {item}",
            f"{who} takes it; no recipe gives it, no offer sells it, no stock holds it"
            if who else "no recipe gives it, no offer sells it, no stock holds it",
            f"add a recipe that makes {item}, an offer or a stock", "no-source",
        )  # fmt: skip


def _line_recipes(at: Findings) -> None:
    technology = dict(zip(at["recipe"].index, at.column("recipe", "technology"), strict=True))
    on_line = dict(zip(at["line"].index, at.column("line", "technology"), strict=True))
    for row, (line, recipe) in enumerate(
        zip(at.column("line_recipe", "line"), at.column("line_recipe", "recipe"), strict=True)
    ):
        if line not in on_line or recipe not in technology:
            continue
        if on_line[line] != technology[recipe]:
            at.add(
                ("line_recipe", row, "recipe"), f"line {line} cannot run recipe {recipe}",
                f"the line has technology {on_line[line]}, the recipe needs "
                f"{technology[recipe]}", "", "wrong-line",
            )  # fmt: skip


def makers(at: Findings) -> dict[str, set[str]]:
    """Lines that can make each item."""
    _, made = _flows(at)
    lines = defaultdict(set)
    for line, technology in zip(at["line"].index, at.column("line", "technology"), strict=True):
        lines[technology].add(line)
    listed = defaultdict(set)
    for line, recipe in zip(
        at.column("line_recipe", "line"), at.column("line_recipe", "recipe"), strict=True
    ):
        listed[recipe].add(line)
    out: dict[str, set[str]] = defaultdict(set)
    for recipe, technology in zip(
        at["recipe"].index, at.column("recipe", "technology"), strict=True
    ):
        able = lines[technology] & listed[recipe] if recipe in listed else lines[technology]
        for item in made.get(recipe, ()):
            out[item] |= able
    return out


def _qualifications(at: Findings) -> None:
    able = makers(at)
    for row, (line, item) in enumerate(
        zip(at.column("qualification", "line"), at.column("qualification", "item"), strict=True)
    ):
        if line not in at.valid("line") or item not in at.valid("item") or line in able[item]:
            continue
        at.add(
            ("qualification", row, "item"), f"line {line} makes no {item}",
            f"lines that make it: {some(able[item]) or 'none'}",
            f"did you mean line {nearest(line, able[item], cutoff=0.0)[0]}?" if able[item] else
            f"add a recipe that makes {item} on {line}", "wrong-line",
        )  # fmt: skip


def _stakes(at: Findings) -> None:
    """Shares held in one thing sum to at most one on every date."""
    held: dict[str, list[tuple[dt.date, str, float, int]]] = defaultdict(list)
    names = ("owner", "owned", "from_date", "share", "price_usd")
    for row, (owner, owned, since, share, price) in enumerate(
        zip(*(at.column("stake", name) for name in names), strict=True)
    ):
        if math.isnan(price) and not math.isnan(share):
            held[owned].append((since or dt.date.min, owner, share, row))
    for owned, rows in held.items():
        now: dict[str, float] = {}
        for since, owner, share, row in sorted(rows):
            now[owner] = share
            total = sum(now.values())
            if total > 1 + 1e-9:
                when = "" if since == dt.date.min else f" from {since}"
                at.add(
                    ("stake", row, "share"), f"shares of {owned} sum to {total:g}{when}",
                    ", ".join(f"{who} {part:g}" for who, part in now.items()),
                    "shares sum to at most 1; date the stake that was sold", "stake",
                )  # fmt: skip
                break


def _commitments(at: Findings) -> None:
    """Booked capacity of a line is at most what it has and what may be added."""
    booked: dict[str, list[int]] = defaultdict(list)
    force = at.column("commitment", "force")
    for row, line in given(at.column("commitment", "line")):
        if force[row] in ("booking", "take_or_pay"):
            booked[line].append(row)
    lines = {name: row for row, name in enumerate(at["line"].index)}
    for line, rows in booked.items():
        if line in lines and at.sound("line", lines[line], "capacity"):
            _commitments_of(at, line, lines[line], rows)


def _commitments_of(at: Findings, line: str, line_row: int, rows: list[int]) -> None:
    capacity = at.steps("line", line_row, "capacity")
    start = at.column("commitment", "from_date")
    end = at.column("commitment", "to_date")
    steps = {row: at.steps("commitment", row, "quantity") for row in rows}
    dates = {since for since, _ in capacity} | {s for row in rows for s, _ in steps[row]}
    dates |= {start[row] for row in rows if start[row]}
    # What lies before the plan, or before anything is known of the line, is no one's booking.
    unknown = math.isnan(at.numbers("line", "capacity")[line_row]) and len(capacity) > 1
    floor = at.network.settings["start"] or (capacity[1][0] if unknown else dt.date.min)
    for when in sorted({max(when, floor) for when in dates}):
        active = [
            row
            for row in rows
            if (not start[row] or start[row] <= when) and (not end[row] or when <= end[row])
        ]
        total = sum(q for row in active if not math.isnan(q := level(steps[row], when)))
        have = level(capacity, when)
        most = have + _may_be_added(at, line, when)
        if math.isnan(most) or total <= most * (1 + 1e-9):
            continue
        since = "" if when == dt.date.min else f" from {when}"
        at.add(
            ("commitment", active[-1], "quantity"),
            f"commitments on line {line} are {total:g}{since}, its capacity is {have:g}"
            + (f", at most {most:g} with modules" if most > have else ""),
            "they are: " + ", ".join(at["commitment"].index[row] for row in active),
            "lower a quantity, end one earlier, or add capacity or a module", "overbooked",
        )  # fmt: skip
        return


def _may_be_added(at: Findings, line: str, when: dt.date) -> float:
    extra = 0.0
    frame = at["module"]
    for cells in frame[frame["line"] == line].to_dict("records"):
        lead = 0.0 if math.isnan(cells["lead_days"]) else cells["lead_days"]
        first = cells["earliest"]
        if first and (when - first).days < lead:
            continue
        if math.isnan(cells["total"]):
            return math.inf
        extra += cells["total"] * cells["size"]
    return extra


def _modules(at: Findings) -> None:
    ratio = at.numbers("module", "exchange_per_unit")
    for row, (line, other) in enumerate(
        zip(at.column("module", "line"), at.column("module", "exchange_line"), strict=True)
    ):
        if other and other == line:
            at.add(
                ("module", row, "exchange_line"), f"exchanges line {line} with itself", "",
                "name the line that gives up capacity", "exchange",
            )  # fmt: skip
        if other and math.isnan(ratio[row]):
            at.add(
                ("module", row, "exchange_line"), f"says not how much {other} gives up", "",
                "give exchange_per_unit", "exchange",
            )  # fmt: skip
        if not other and ratio[row] > 0:
            at.add(
                ("module", row, "exchange_per_unit"), "says not which line gives up capacity",
                "", "give exchange_line", "exchange",
            )  # fmt: skip


def _lanes(at: Findings) -> None:
    known = {*at.valid("item"), *ITEM_KINDS, "any"}
    unknown = set(at.column("lane", "what")) - known
    names = ("from_place", "to_place", "what")
    for row, (start, end, what) in enumerate(
        zip(*(at.column("lane", name) for name in names), strict=True)
    ):
        if what in unknown:
            at.add(
                ("lane", row, "what"), f'what is "{what}", no item, kind of item or `any`',
                f"kinds: {', '.join(ITEM_KINDS)}", at.guess(what, known, "item"), "dangling",
            )  # fmt: skip
        if start == end and start in {*at.valid("site"), *at.valid("party")}:
            at.add(
                ("lane", row, "to_place"), f"leads from {start} to itself", "",
                "nothing has to move there: leave the lane out", "lane",
            )  # fmt: skip


def _bases(at: Findings) -> None:
    """Demand on a basis without weights, or whose items all lack a source."""
    for row, basis in given(at.column("demand", "basis")):
        if basis not in at.bases:
            at.add(
                ("demand", row, "basis"), f'basis is "{basis}", which has no weights', "",
                at.guess(basis, at.bases, "weight"), "no-weights",
            )  # fmt: skip


def _offers(at: Findings) -> None:
    priced = set(at.column("offer_step", "offer"))
    for row, name in enumerate(at["offer"].index):
        if name and name not in priced:
            at.add(
                ("offer", row, "name"), "has no price", "it has no row in offer_step",
                "add a step with price_usd", "no-price",
            )  # fmt: skip


def _limits(at: Findings) -> None:
    for column in ("select", "share_of"):
        for row, text in given(at.column("limit", column)):
            try:
                pairs = parse_selection(text)
            except ValueError as error:
                at.add(
                    ("limit", row, column), f'{column} holds "{error}", which is no pair', "",
                    "write column=value; column=value|value", "selection",
                )  # fmt: skip
                continue
            for name, values in pairs:
                _pair(at, row, column, name, values)


def _pair(at: Findings, row: int, column: str, name: str, values: list[str]) -> None:
    cell = ("limit", row, column)
    if name not in SELECT_COLUMNS:
        at.add(
            cell, f'{column} names "{name}", which nothing is selected by',
            f"columns: {', '.join(SELECT_COLUMNS)}",
            at.guess(name, SELECT_COLUMNS, "column"), "unknown-column",
        )  # fmt: skip
        return
    valid: set[str] = set()
    for refers in SELECT_COLUMNS[name]:
        valid |= set(at.valid(refers))
    if name == "family":
        valid = set(TABLES["technology"]["family"].choices)
    elif name == "kind":
        valid = set(ITEM_KINDS)
    elif name in ("basis", "segment"):
        valid = set(at.column("demand", name))
    for value in values:
        if not any(matches(other, value) for other in valid):
            at.add(
                cell, f'{column} has {name}={value}, and there is no such {name}', "",
                at.guess(value, at.valid("country") if "country" in SELECT_COLUMNS[name][:1]
                         else valid, name), "dangling",
            )  # fmt: skip


def _outturns(at: Findings) -> None:
    names = ("measure", "subject", "of")
    for row, (measure, subject, of) in enumerate(
        zip(*(at.column("outturn", name) for name in names), strict=True)
    ):
        if measure not in _OUTTURN:
            continue
        for column, cell, table in zip(
            ("subject", "of"), (subject, of), _OUTTURN[measure], strict=True
        ):
            if not table and cell:
                at.add(
                    ("outturn", row, column), f"{column} is given for {measure}", "",
                    "leave it empty", "outturn",
                )  # fmt: skip
            elif table and not cell:
                at.add(
                    ("outturn", row, column), f"{column} is missing",
                    f"{measure} are of a {_OUTTURN[measure][0]} on a {table}",
                    f"name a {table}", "missing",
                )  # fmt: skip
            elif (
                table
                and cell not in at.valid(table)
                and any(cell in at.valid(other) for other in TABLES["outturn"][column].refers)
            ):
                at.add(
                    ("outturn", row, column), f'{column} is "{cell}", which is no {table}',
                    f"{measure} name a {table} here", at.guess(cell, at.valid(table), table),
                    "dangling",
                )  # fmt: skip


def _changes(at: Findings) -> None:
    """What can be said of a what-if before it is applied."""
    frame = at["change"]
    made = {
        (cells["table"], cells["key"])
        for cells in frame.to_dict("records")
        if cells["operation"] == "row"
    }
    for row, cells in enumerate(frame.to_dict("records")):
        table, key, column = cells["table"], cells["key"], cells["column"]
        operation = cells["operation"]
        if table == "setting":
            valid = [a.name for a in SETTINGS]
            if key not in valid:
                at.add(
                    ("change", row, "key"), f'key is "{key}", which is no setting', "",
                    at.guess(key, valid, "setting"), "unknown-setting",
                )  # fmt: skip
            continue
        if table in ("profile", "cite", "scenario", "change"):
            at.add(
                ("change", row, "table"), f"changes table {table}",
                "a change is made to a cell, by table, key, column and period", "", "change",
            )  # fmt: skip
            continue
        if table and table not in TABLES:
            at.add(
                ("change", row, "table"), f'table is "{table}", which is no table', "",
                at.guess(table, list(TABLES), "table"), "unknown-table",
            )  # fmt: skip
            continue
        if not (table and key and operation):
            continue
        if operation in ("set", "multiply", "add") and not cells["value"]:
            at.add(("change", row, "value"), f"{operation} needs a value", "", "give value",
                   "missing")  # fmt: skip
        if operation in ("set", "multiply", "add") and not column:
            at.add(("change", row, "column"), f"{operation} needs a column", "", "give column",
                   "missing")  # fmt: skip
            continue
        if column and column not in TABLES[table]:
            at.add(
                ("change", row, "column"), f'column is "{column}", which is no column of {table}',
                f"{table} has: {', '.join(TABLES[table].columns)}",
                at.guess(column, TABLES[table].columns, "column"), "unknown-column",
            )  # fmt: skip
            continue
        # Once a scenario is applied, rows that changes name may rightly be gone.
        if (
            operation == "row"
            or "*" in key
            or "=" in key
            or (table, key) in made
            or at.network.applied
        ):
            continue
        if column:
            find_cell(at, "change", row, (table, key, column))
        elif key not in at.valid(table):
            at.add(
                ("change", row, "key"), f'key is "{key}", which is no row of {table}', "",
                at.guess(key, at.valid(table), f"row of {table}"), "dangling",
            )  # fmt: skip
