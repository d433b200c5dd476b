"""The tables of the catalogue, each column declared once.

Owns what the catalogue may say. Reading, checking, `datapackage.json` and the reference pages
follow from these declarations. The planned network has its own (`waferway.network.schema`);
the catalogue holds the world beside it: parts of accelerators, facilities, volumes, awards.

A quantity with an interval has three columns: ``X_low``, ``X``, ``X_high``; one with quantiles
``X_p05``, ``X_p50``, ``X_p95``. `quantities` names them. A cell of a quantity holds a number or
one of the words of `MISSING`: missing is never zero and never blank.
"""

from __future__ import annotations

from waferway.network.declaration import REQUIRED, Attribute, Table

__all__ = ["BASES", "CATALOGUE", "CREDITS", "MISSING", "bounds_of", "quantities"]

MISSING = ("unknown", "not_applicable", "withheld")
BASES = (
    "announced", "built", "tool_installed", "qualified", "usable", "measured_output", "modelled",
)  # fmt: skip
GRADES = ("A", "B", "C", "D")
KINDS_OF_FACILITY = (
    "logic", "dram", "nand", "packaging", "test", "substrate", "mask", "research",
)  # fmt: skip
_RANGE = ("_low", "", "_high")
_QUANTILES = ("_p05", "_p50", "_p95")


def _name(meaning: str) -> Attribute:
    return Attribute("name", "name", meaning, default=REQUIRED)


def _text(name: str, meaning: str) -> Attribute:
    return Attribute(name, "text", meaning)


def _refers(name: str, table: str, meaning: str, *, required: bool = True) -> Attribute:
    default = REQUIRED if required else None
    return Attribute(name, "reference", meaning, default=default, refers=(table,))


def _choice(
    name: str, choices: tuple[str, ...], meaning: str, *, required: bool = True
) -> Attribute:
    default = REQUIRED if required else None
    return Attribute(name, "choice", meaning, default=default, choices=choices)


def _period(name: str, meaning: str, *, required: bool = False) -> Attribute:
    """A date as precise as its source: 2024, 2024-H2, 2024Q3, 2024-03 or 2024-03-18."""
    return Attribute(name, "period", meaning, default=REQUIRED if required else None)


def _quantity(
    name: str, unit: str, meaning: str, low: float, high: float, suffixes: tuple[str, ...]
) -> tuple[Attribute, ...]:
    said = {
        "_low": f"lower bound of `{name}`; empty: no interval is stated",
        "_high": f"upper bound of `{name}`; empty: no interval is stated",
        "_p05": f"5 % quantile: {meaning}",
        "_p50": f"median: {meaning}",
        "_p95": f"95 % quantile: {meaning}",
    }
    return tuple(
        Attribute(name + end, "number", said.get(end, meaning), unit, low=low, high=high)
        for end in suffixes
    )


def _point(name: str, unit: str, meaning: str, low: float, high: float) -> tuple[Attribute, ...]:
    return _quantity(name, unit, meaning, low, high, ("",))


def _range(name: str, unit: str, meaning: str, low: float, high: float) -> tuple[Attribute, ...]:
    return _quantity(name, unit, meaning, low, high, _RANGE)


def _quantiles(
    name: str, unit: str, meaning: str, low: float, high: float
) -> tuple[Attribute, ...]:
    return _quantity(name, unit, meaning, low, high, _QUANTILES)


def _record() -> tuple[Attribute, ...]:
    """What every row says of itself: since when it was public, and who says its words."""
    return (
        Attribute("known_from", "date", "first day on which the world could know this row; "
                  "empty: always", default=None),
        _refers("source_id", "source", "source of the words of this row"),
        _choice("grade", GRADES, "of those words; each number has the grade of its claim"),
        _text("note", "what a reader should know"),
    )  # fmt: skip


CATALOGUE: dict[str, Table] = {
    table.name: table
    for table in (
        Table("organisation", "who owns, makes, buys or pays", ("name",), (
            _name("for example tsmc"),
            _text("label", "name for people"),
            _choice("kind", ("lab", "designer", "foundry", "memory", "packager", "test",
                             "substrate", "mask", "equipment", "cloud", "investor", "state",
                             "joint_venture", "other"), "main role"),
            _refers("country", "country_code", "of its headquarters", required=False),
            _refers("parent", "organisation", "organisation that controls it", required=False),
            _text("party", "name of the same party in the planned network"),
            *_record(),
        )),
        Table("process", "a process family of a maker, by its own label", ("name",), (
            _name("for example tsmc-n4"),
            _text("label", "the maker's label; never a bare number of nanometres"),
            _refers("maker", "organisation", "who runs it", required=False),
            _choice("kind", ("logic", "dram", "hbm", "packaging"), "link of the chain"),
            _text("technology", "technology of the planned network that it belongs to"),
            _text("unit", "what a wafer of it is: wafer:logic, wafer:dram, wafer:hbm, "
                  "wafer:cowos"),
            *_range("wafer_price_usd", "USD/wafer", "price of a 300 mm wafer", 500, 100000),
            *_range("defects_per_cm2", "1/cm2", "defect density once stable", 0.01, 0.6),
            *_range("die_yield", "1", "good share of a typical large die", 0.01, 1),
            *_range("cycle_days", "day", "from wafer start to wafer out", 30, 400),
            *_range("capex_usd_per_kwpm", "USD/(1000 wafer/month)", "capital for 1,000 wafer "
                    "starts a month", 1e7, 2e9),
            *_range("mask_set_usd", "USD", "price of a mask set", 2e5, 1e8),
            *_record(),
        )),
        Table("accelerator", "a chip product as sold, in one unit", ("name",), (
            _name("for example nvidia-h100-sxm"),
            _text("label", "name for people"),
            _refers("designer", "organisation", "who designs it"),
            _choice("counted", ("package", "superchip", "card"), "what one unit of it is; all "
                    "its numbers are per this unit"),
            _text("item", "item of the planned network that it is"),
            _refers("predecessor", "accelerator", "product it replaces", required=False),
            _refers("foundry", "organisation", "maker of its compute dies", required=False),
            _refers("process", "process", "of its compute dies", required=False),
            _choice("memory_type", ("HBM2", "HBM2E", "HBM3", "HBM3E", "HBM4", "GDDR6",
                                    "LPDDR5", "SRAM"), "generation of its memory",
                    required=False),
            _text("package_type", "for example CoWoS-S"),
            _period("announced", "first public announcement"),
            _period("launched", "release or general availability"),
            *_point("compute_dies", "die", "compute dies", 1, 16),
            *_range("die_mm2", "mm2", "area of one compute die", 20, 900),
            *_range("total_die_mm2", "mm2", "area of all its logic dies", 20, 5000),
            *_point("transistors", "1e9 transistor", "transistors of all its logic dies", 1, 1000),
            *_point("memory_stacks", "stack", "HBM stacks", 0, 16),
            *_range("memory_gb", "GB", "memory beside the compute dies (HBM, GDDR, LPDDR)",
                    0.1, 1200),
            *_range("bandwidth_tb_s", "TB/s", "bandwidth of that memory", 0.02, 60),
            *_range("tdp_w", "W", "thermal design power", 10, 4000),
            *_range("fp4_tflops", "TFLOP/s", "dense 4-bit floating point", 1, 80000),
            *_range("fp8_tflops", "TFLOP/s", "dense 8-bit floating point", 1, 40000),
            *_range("int8_tops", "TOP/s", "dense 8-bit integer", 1, 40000),
            *_range("bf16_tflops", "TFLOP/s", "dense 16-bit floating point in tensor units", 1,
                    20000),
            *_range("price_usd", "USD", "price of a unit", 500, 200000),
            *_range("cost_usd", "USD", "cost of making a unit", 50, 50000),
            *_record(),
        )),
        Table("accelerator_part", "what a unit of an accelerator is made of",
              ("accelerator", "part"), (
            _refers("accelerator", "accelerator", "the product"),
            Attribute("part", "name", "for example compute-die", default=REQUIRED),
            _choice("kind", ("compute_die", "io_die", "cpu_die", "hbm_stack", "dram",
                             "interposer", "substrate", "package"), "what it is"),
            _refers("process", "process", "of a die", required=False),
            *_point("quantity", "1", "of it in a unit", 1, 64),
            *_range("area_mm2", "mm2", "of one", 10, 12000),
            *_range("memory_gb", "GB", "of one stack or device", 1, 200),
            *_record(),
        )),
        Table("facility", "a plant or campus", ("name",), (
            _name("for example tsmc-fab18"),
            _text("label", "name for people"),
            _refers("operator", "organisation", "who runs it"),
            _refers("parent", "facility", "campus it is a part of", required=False),
            _choice("kind", KINDS_OF_FACILITY, "what is made there"),
            _text("makes", "processes or products, in the words of the source"),
            _refers("country", "country_code", "where"),
            _text("place", "town or park"),
            _text("site", "site of the planned network that it is"),
            _choice("precision", ("surveyed", "building", "campus", "address", "town"),
                    "how exact the point is; town: to about 5 km"),
            *_point("lat", "degree", "north", -90, 90),
            *_point("lon", "degree", "east", -180, 180),
            *_record(),
        )),
        Table("facility_point", "points of OpenStreetMap, under their own licence (ODbL 1.0)",
              ("facility",), (
            _refers("facility", "facility", "the plant"),
            _text("feature", "address of the map feature"),
            *_point("lat", "degree", "north", -90, 90),
            *_point("lon", "degree", "east", -180, 180),
            *_record(),
        )),
        Table("facility_owner", "who holds which share of a plant from when",
              ("facility", "owner", "from_date"), (
            _refers("facility", "facility", "the plant"),
            _refers("owner", "organisation", "holder"),
            _period("from_date", "since", required=True),
            _period("to_date", "until; empty: still"),
            *_point("share", "1", "of the plant's owner", 0, 1),
            *_record(),
        )),
        Table("facility_status", "state of a plant on a day", ("facility", "as_of"), (
            _refers("facility", "facility", "the plant"),
            _period("as_of", "when it was so", required=True),
            _choice("status", ("planned", "under_construction", "pilot", "ramping",
                               "operating", "expanding", "delayed", "paused", "uncertain"),
                    "state"),
            *_record(),
        )),
        Table("facility_event", "a milestone of a plant, reached or planned",
              ("facility", "event", "date", "modality"), (
            _refers("facility", "facility", "the plant"),
            _choice("event", ("announced", "ground_breaking", "shell_complete", "tool_in",
                              "pilot", "production", "full_output", "commissioned"),
                    "milestone"),
            _period("date", "when", required=True),
            _choice("modality", ("reported", "planned", "forecast"), "reached, the owner's "
                    "plan, or a third party's forecast"),
            *_record(),
        )),
        Table("capacity", "a capacity figure of a plant, a company or the world, on one basis",
              ("of", "unit", "period", "basis"), (
            _refers("of", "facility organisation world", "plant, company, or `world`"),
            _choice("unit", ("wafer:logic", "wafer:dram", "wafer:hbm", "wafer:cowos",
                             "wafer:nand"), "wafers that must not be added to others"),
            _refers("process", "process", "of the wafers", required=False),
            _period("period", "end of the period it speaks of", required=True),
            _choice("basis", BASES, "what kind of figure; figures of different bases are never "
                    "added, averaged or compared"),
            Attribute("wafer_mm", "integer", "wafer size", "mm", default=None),
            *_range("wafers_per_month", "wafer/month", "starts", 100, 2e7),
            *_record(),
        )),
        Table("volume", "units sold in a quarter", ("accelerator", "period"), (
            _refers("accelerator", "accelerator", "the product, or the first of the products "
                    "counted together"),
            _period("period", "calendar quarter", required=True),
            _refers("designer", "organisation", "who sells it"),
            *_quantiles("units", "unit", "units", 1, 1e8),
            *_quantiles("h100e", "H100e", "dense 8-bit H100 equivalents", 1, 1e9),
            *_record(),
        )),
        Table("holding", "chips held at the end of a quarter, nothing retired",
              ("owner", "designer", "period"), (
            _refers("owner", "organisation", "who holds them"),
            _refers("designer", "organisation", "whose chips"),
            _period("period", "calendar quarter", required=True),
            *_quantiles("units", "unit", "units", 0, 1e8),
            *_quantiles("h100e", "H100e", "dense 8-bit H100 equivalents", 0, 1e9),
            *_record(),
        )),
        Table("award", "public money for a plant or a firm, in one of its versions", ("name",), (
            _name("for example us-tsmc-2024-04"),
            _refers("payer", "organisation", "who pays"),
            _refers("recipient", "organisation", "who receives it", required=False),
            _refers("facility", "facility", "for which plant; empty: several", required=False),
            _text("programme", "under which law or fund"),
            _choice("stage", ("package", "preliminary", "final", "amended", "goal"),
                    "how firm it is"),
            _choice("form", ("grant", "loan", "state_aid", "mixed"), "of what kind"),
            _period("date", "of the announcement", required=True),
            _refers("supersedes", "award", "earlier version that it replaces", required=False),
            _choice("currency", ("USD", "EUR", "JPY", "KRW", "TWD"), "of `amount`"),
            *_range("amount", "{currency}", "in its own currency", 1e6, 1e15),
            *_range("amount_usd", "USD", "at the mean rate of the year", 1e6, 1e12),
            *_range("investment_usd", "USD", "stated investment it belongs to", 1e7, 1e12),
            *_record(),
        )),
        Table("rate", "mean exchange rate of a year", ("currency", "year"), (
            _choice("currency", ("EUR", "JPY", "KRW", "TWD"), "ISO 4217"),
            Attribute("year", "integer", "calendar year", "year", default=REQUIRED, low=2000,
                      high=2050),
            *_range("per_usd", "{currency}/USD", "units of the currency for a dollar", 0.1,
                    5000),
            *_record(),
        )),
        Table("rule", "a rule of a state from a date", ("name",), (
            _name("for example us-export-2023-10"),
            _refers("state", "organisation", "whose rule"),
            _choice("kind", ("export_control", "tariff", "merger_review", "subsidy_condition",
                             "tax_credit"), "what kind"),
            _text("what", "what it says, in short"),
            _period("from_date", "in force from"),
            _period("to_date", "until; empty: without end"),
            _text("network", "row of the planned network that carries it, as table/key"),
            *_point("threshold", "{unit}", "its figure", 0, 1e6),
            _text("unit", "of the figure"),
            *_record(),
        )),
        Table("deal", "an announced purchase, booking, letter of intent or stake", ("name",), (
            _name("for example openai-amd-6gw"),
            _refers("customer", "organisation", "who buys or books"),
            _refers("supplier", "organisation", "who delivers", required=False),
            _text("what", "what is bought"),
            _choice("force", ("letter_of_intent", "booking", "contract", "plan", "talks"),
                    "how binding"),
            _period("from_date", "delivery from"),
            _period("to_date", "delivery until"),
            _text("network", "row of the planned network, or scenario, that carries it, as "
                  "table/key"),
            _text("outside", "why no row of the planned network carries it; empty where one "
                  "does"),
            *_range("quantity", "{unit}", "how much", 0.1, 1e9),
            _text("unit", "of the quantity"),
            *_range("value_usd", "USD", "stated value; deals below 100 million are left out", 1e8,
                    1e13),
            *_record(),
        )),
        Table("input", "what the network draws on from outside it: tools, materials, power",
              ("name",), (
            _name("for example euv-scanner"),
            _text("label", "name for people"),
            _choice("kind", ("tool", "material", "substrate", "memory", "rack", "power"),
                    "what it is"),
            _refers("supplier", "organisation", "main supplier", required=False),
            _text("used_by", "processes, items or places that use it"),
            _text("unit", "in which it is counted"),
            *_range("per_year", "{unit}/year", "output of the world in a year", 0.1, 1e9),
            *_range("price_usd", "USD/{unit}", "price of one", 0.01, 1e9),
            *_range("per_use", "{unit}/{use}", "need of one use", 1e-6, 1e9),
            _text("use", "what one use is"),
            *_record(),
        )),
        Table("rack", "a rack system", ("name",), (
            _name("for example gb200-nvl72"),
            _text("label", "name for people"),
            _refers("accelerator", "accelerator", "what it holds"),
            *_point("units", "unit", "accelerators in it, in the unit of the accelerator", 1, 512),
            *_range("power_kw", "kW", "power of the rack", 5, 1000),
            *_range("memory_tb", "TB", "memory beside the compute dies", 0.1, 200),
            *_range("price_usd", "USD", "price", 1e5, 2e7),
            *_record(),
        )),
        Table("data_centre", "a dated state of an AI data centre, observed or planned",
              ("name", "date", "modality"), (
            _name("of the site"),
            _text("owner", "as the source names it"),
            _refers("country", "country_code", "where", required=False),
            _period("date", "when", required=True),
            _choice("modality", ("reported", "planned"), "seen, or planned"),
            *_point("power_mw", "MW", "power of the site", 0, 20000),
            *_point("h100e", "H100e", "compute, dense 8-bit H100 equivalents", 0, 1e8),
            *_record(),
        )),
        Table("share", "a share of a market or capacity in a period",
              ("of", "holder", "period", "modality"), (
            Attribute("of", "name", "the whole, for example hbm-market", default=REQUIRED),
            _text("holder", "organisation or country that holds it"),
            _period("period", "of the share", required=True),
            _choice("modality", ("reported", "estimate", "forecast", "planned"), "whose view"),
            *_range("share", "1", "of the whole", 0, 1),
            *_record(),
        )),
        Table("country", "a country as a place to build", ("name",), (
            Attribute("name", "reference", "ISO 3166 alpha-2 code", default=REQUIRED,
                      refers=("country_code",)),
            _text("label", "name for people"),
            *_range("build_days", "day", "from the start of construction to production", 200,
                    2500),
            *_range("permit_months", "month", "from permit application to completion", 6, 96),
            *_range("build_cost_factor", "1", "cost of construction over that in Taiwan", 0.5, 5),
            *_range("run_cost_factor", "1", "cost of running a fab over that in Taiwan", 0.5, 3),
            *_point("governance", "1", "mean of the six Worldwide Governance Indicators of 2022, "
                    "scaled to 0-1", 0.05, 0.95),
            *_point("hazard_class", "1", "natural hazard to plants: 1 low, 2 moderate, 3 high", 1,
                    3),
            *_record(),
        )),
    )
}  # fmt: skip

CREDITS: dict[str, str] = {
    "accelerator": "Epoch AI, Machine Learning Hardware (CC BY 4.0); makers, press and analysts as "
    "cited",
    "volume": "Epoch AI, AI chip counts, April 2026 (CC BY 4.0)",
    "holding": "Epoch AI, AI chip counts, April 2026 (CC BY 4.0)",
    "data_centre": "Epoch AI, Frontier Data Centers, August 2026 (CC BY 4.0)",
    "facility": "Berkeley AI Risk, AI Chip Fab Atlas v1.0.0 (CC BY 4.0); sites as cited",
    "facility_status": "Berkeley AI Risk, AI Chip Fab Atlas v1.0.0 (CC BY 4.0); sites as cited",
    "facility_point": "(c) OpenStreetMap contributors, ODbL 1.0",
    "country": "World Bank, Worldwide Governance Indicators (CC BY 4.0); CSET and others as cited",
}
"""Whom to name beside a table; tables not listed are our own tabulation of cited facts."""


def bounds_of(column: str) -> tuple[str, str]:
    """Quantity and bound that a column belongs to.

    Returns
    -------
    tuple of str
        Name of the quantity, and one of low, value, high, p05, p50, p95.

    Examples
    --------
    >>> bounds_of("price_usd_low"), bounds_of("units_p50"), bounds_of("lat")
    (('price_usd', 'low'), ('units', 'p50'), ('lat', 'value'))
    """
    for end in ("_low", "_high", *_QUANTILES):
        if column.endswith(end):
            return column.removesuffix(end), end[1:]
    return column, "value"


def quantities(table: Table) -> dict[str, dict[str, Attribute]]:
    """Quantities of a table that rest on claims.

    Returns
    -------
    dict of str to dict of str to Attribute
        By quantity, its columns by bound. Integers are parts of names or sizes, no quantities.

    Examples
    --------
    >>> sorted(quantities(CATALOGUE["volume"])["units"])
    ['p05', 'p50', 'p95']
    """
    found: dict[str, dict[str, Attribute]] = {}
    for attribute in table.attributes:
        if attribute.kind == "number":
            quantity, bound = bounds_of(attribute.name)
            found.setdefault(quantity, {})[bound] = attribute
    return found
