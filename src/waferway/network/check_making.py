"""Checks of how things are made: recipes, the lines that run them, where each item comes from.

Owns what recipes, lines and qualifications say together. Numbers of one cell are for
`waferway.network.check_cells`.
"""

from __future__ import annotations

import graphlib
import itertools
from collections import defaultdict

from waferway.errors import nearest
from waferway.network.findings import Findings, given, some

__all__ = ["check_making"]


def check_making(at: Findings) -> None:
    """Record every fault of recipes, lines and qualifications read together."""
    _recipes(at)
    _circular(at)
    _sources(at)
    _line_recipes(at)
    _qualifications(at)


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


def _makers(at: Findings) -> dict[str, set[str]]:
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
    able = _makers(at)
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
