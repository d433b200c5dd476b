"""Reference pages of the catalogue, written from its declarations and from what it holds.

Owns the pages that the documentation includes: all tables with their columns, counts, and how
the source of each claim was read.
"""

from __future__ import annotations

import re
from collections import Counter

from waferway.atlas.catalogue import catalogue
from waferway.atlas.catalogue_schema import CATALOGUE, CREDITS, MISSING, bounds_of
from waferway.atlas.release import DATA_VERSION
from waferway.evidence.claims import Claim

__all__ = ["counts_page", "reading_of", "readings_page", "tables_page"]

READINGS = {
    "read": "read on the page, day noted in the claim",
    "re-opened": "first tabulated from an excerpt, then found again on the page and compared",
    "excerpt": "tabulated from an excerpt; not yet re-opened",
    "table": "row of a published data set",
    "own": "our own judgement, imputation or arithmetic",
}

_OURS = "own tabulation of cited facts; CC BY 4.0"


def tables_page() -> str:
    """Markdown: every table of the catalogue, its columns, rows and credit.

    Examples
    --------
    >>> "## accelerator" in tables_page()
    True
    """
    found = catalogue()
    lines = []
    for name, table in CATALOGUE.items():
        lines += [
            f"## {name}", "",
            f"{table.meaning[:1].upper()}{table.meaning[1:]}. "
            f"{len(found.table(name))} rows; key: {', '.join(f'`{k}`' for k in table.key)}. "
            f"Credit: {CREDITS.get(name, _OURS)}.", "",
            "| column | kind | unit | meaning |", "|---|---|---|---|",
        ]  # fmt: skip
        for a in table.attributes:
            bound = bounds_of(a.name)[1]
            if a.kind == "number" and bound not in ("value", "p50"):
                continue
            quantity = bounds_of(a.name)[0]
            others = [
                c for c in table.columns if c != a.name and bounds_of(c)[0] == quantity
            ] if a.kind == "number" else []  # fmt: skip
            named = ", ".join(f"`{c}`" for c in (a.name, *others))
            said = a.meaning.removeprefix("median: ")
            if a.kind == "choice":
                said += ": " + ", ".join(f"`{c}`" for c in a.choices)
            if a.kind == "reference":
                said += f" ({' or '.join(a.refers[0].split())})"
            lines.append(f"| {named} | {a.kind} | {f'`{a.unit}`' if a.unit else ''} | {said} |")
        lines.append("")
    words = ", ".join(f"`{word}`" for word in MISSING)
    lines += [f"A number that is missing is one of {words}; it is never blank and never zero.", ""]
    return "\n".join(lines)


def counts_page() -> str:
    """Markdown: what the catalogue holds, counted.

    Examples
    --------
    >>> counts_page().startswith("| what")
    True
    """
    found = catalogue()
    plants, chips = found.table("facility"), found.table("accelerator")
    kinds = Counter(plants["kind"])
    parts = plants["parent"].astype(bool).sum()
    unsourced = (plants["source_id"] == "waferway").sum()
    awards = found.table("award")
    american = awards[(awards["payer"] == "us-state") & (awards["recipient"] != "")]
    grades = Counter(claim.grade for claim in found.evidence.values())
    graded = ", ".join(f"{grades[grade]} {grade}" for grade in sorted(grades))
    rows = [
        ("accelerators", len(chips),
         f"{len(found.table('accelerator_part'))} parts; die area of {chips['die_mm2'].count()}, "
         f"stacks of {chips['memory_stacks'].count()}, memory of {chips['memory_gb'].count()}, "
         f"power of {chips['tdp_w'].count()}, price of {chips['price_usd'].count()}"),
        ("plants and campuses", len(plants),
         ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
         + f"; {parts} are parts of a campus; {unsourced} rest on general knowledge alone"),
        ("states, milestones, owners", sum(len(found.table(t)) for t in (
            "facility_status", "facility_event", "facility_owner")), "of plants, each with its "
         "dates"),
        ("processes", len(found.table("process")), "price, defects, yield, cycle time, capital, "
         "masks as intervals where a source gives them"),
        ("capacity figures", len(found.table("capacity")), ", ".join(
            f"{count} {basis}" for basis, count in
            Counter(found.table("capacity")["basis"]).most_common())),
        ("product-quarters sold", len(found.table("volume")), "2022 to 2024, at 5, 50 and 95 %"),
        ("holdings", len(found.table("holding")), "chips held, by owner, designer and quarter"),
        ("awards", len(awards), f"{american['recipient'].nunique()} recipients of the CHIPS Act "
         "in their versions; Japan, Korea, Germany, EU"),
        ("rules, deals, shares", sum(len(found.table(t)) for t in ("rule", "deal", "share")),
         "by date"),
        ("racks, inputs, data-centre states", sum(len(found.table(t)) for t in (
            "rack", "input", "data_centre")), "what the network draws on and feeds"),
        ("countries", len(found.table("country")), "time to build, cost, governance, hazard"),
        ("claims", len(found.evidence), f"by grade: {graded}"),
    ]  # fmt: skip
    lines = ["| what | count | |", "|---|---|---|"]
    lines += [f"| {what} | {count:,} | {said} |" for what, count, said in rows]
    return "\n".join([*lines, "", f"Version {DATA_VERSION} of the data.", ""])


def reading_of(claim: Claim) -> str:
    """How the source of a claim was read: one of the words of `READINGS`.

    Examples
    --------
    >>> reading_of(catalogue().evidence["accelerator.amazon-trainium3.fp8_tflops"])
    'read'
    >>> reading_of(catalogue().evidence["country.US.hazard_class"])
    'own'
    """
    said = claim.locator or ""
    if claim.source_id == "waferway" or claim.method.startswith(("imputed:", "derived:")):
        return "own"
    if "re-opened" in said:
        return "re-opened"
    if re.search(r"; read \d{4}-\d\d-\d\d", said):
        return "read"
    return "excerpt" if "excerpt" in said or "tabulated as" in said else "table"


def readings_page() -> str:
    """Markdown: claims of the catalogue by grade and by how their source was read.

    Examples
    --------
    >>> readings_page().splitlines()[0]
    '| how the source was read | A | B | C | D | all |'
    """
    found: Counter[tuple[str, str]] = Counter(
        (reading_of(c), c.grade) for c in catalogue().evidence.values()
    )
    grades = ("A", "B", "C", "D")
    lines = ["| how the source was read | A | B | C | D | all |", "|---|---|---|---|---|---|"]
    for reading, meaning in READINGS.items():
        counts = [found[reading, grade] for grade in grades]
        lines.append(f"| {meaning} | {' | '.join(f'{n:,}' for n in (*counts, sum(counts)))} |")
    totals = [sum(found[reading, grade] for reading in READINGS) for grade in grades]
    lines.append(f"| **all** | {' | '.join(f'{n:,}' for n in (*totals, sum(totals)))} |")
    return "\n".join([*lines, ""])
