"""The tables of a network, each attribute declared once.

Owns what a network may say. Reading, checking, the reference pages and the JSON Schema all
follow from these declarations; nothing else lists columns.

Rates are per month whatever the step of a plan (a quarter has three, a year twelve). A dated
value holds from the first day of the period it names until the next one; a plan averages it
over the days of each of its periods. Ages are in months.
"""

from __future__ import annotations

from waferway.network.declaration import REQUIRED, Attribute, Table

__all__ = ["SCHEMA_VERSION", "SETTINGS", "TABLES"]

SCHEMA_VERSION = 1


def _name(meaning: str) -> Attribute:
    return Attribute("name", "name", meaning, default=REQUIRED)


def _label() -> Attribute:
    return Attribute("label", "text", "name for people; the key when empty")


def _reference(
    name: str, refers: str, meaning: str, *, required: bool = True, symbol: str = ""
) -> Attribute:
    default = REQUIRED if required else None
    return Attribute(
        name, "reference", meaning, default=default, refers=tuple(refers.split()), symbol=symbol
    )


def _span(what: str) -> tuple[Attribute, Attribute]:
    return (
        Attribute("from_date", "date", f"first day on which {what}; empty: always"),
        Attribute("to_date", "date", f"last day on which {what}; empty: without end", closes=True),
    )


SETTINGS: tuple[Attribute, ...] = (
    Attribute("title", "text", "what this network is, for people"),
    Attribute("currency", "text", "ISO code of all money", default="USD"),
    Attribute("price_year", "integer", "year of constant prices; empty: nominal money", "year"),
    Attribute("base_date", "date", "day to which money is discounted; empty: first day planned"),
    Attribute(
        "discount_rate", "number", "per year, nominal with nominal prices", "1/year",
        default=0.08, low=0.0, high=1.0, symbol="r",
    ),
    Attribute("start", "date", "first day that a plan shows"),
    Attribute("until", "date", "last day that a plan shows", closes=True),
    Attribute("now", "date", "last day of history; later periods are decided", closes=True),
    Attribute("past", "choice", "what no `outturn` of starts tells of periods before `now`: that "
              "nothing was begun, or that nothing is known, so that it is planned without orders",
              default="recorded", choices=("recorded", "reconstructed")),
    Attribute("step", "choice", "step of a plan", default="quarter",
              choices=("month", "quarter", "half", "year")),
    Attribute("warmup_months", "integer", "months planned before `start` and not shown: the work "
              "in process of the first period comes from them", "month", default=0, low=0),
    Attribute("tail_months", "integer", "months planned after `until` and not shown: what is "
              "started near the end is worth what it becomes", "month", default=0, low=0),
    Attribute("stock_cover_months", "number", "most stock of an item at a place, in months of "
              "the largest use the lines there allow", "month", default=3.0, low=0.0),
    Attribute("cash_floor_usd", "number", "least cash at any time", "USD", default=0.0),
    Attribute("emergency_cash_cost", "number", "yearly cost of cash beyond all funds; a plan "
              "that needs it says so", "1/year", default=1.0, low=0.0),
    Attribute("compute_basis", "text", "basis on which summaries count compute"),
)  # fmt: skip


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("party", "who acts: owns, books, buys, designs, lends", ("name",), (
            _name("short name, used everywhere"),
            _label(),
            Attribute("kind", "choice", "role in the network", default=REQUIRED,
                      choices=("lab", "designer", "foundry", "memory", "packager", "cloud",
                               "investor", "state", "market", "other")),
            _reference("parent", "party", "party that owns it", required=False),
            _reference("country", "country", "of its headquarters", required=False),
            Attribute("lat", "number", "headquarters", "degree", low=-90, high=90),
            Attribute("lon", "number", "headquarters", "degree", low=-180, high=180),
        )),
        Table("stake", "who owns what share of what, from when; or a stake on offer",
              ("owner", "owned", "from_date"), (
            _reference("owner", "party", "holder, or the party it is offered to"),
            _reference("owned", "party site line", "what is owned"),
            Attribute("share", "number", "share of the capacity it gives", "1",
                      default=REQUIRED, low=0, high=1),
            Attribute("from_date", "date", "first day held; for an offer: first day it can be"),
            Attribute("price_usd", "number", "price of a stake on offer; empty: already held",
                      "USD", low=0),
            Attribute("until_date", "date", "last day on which the offer can be taken",
                      closes=True),
            Attribute("lead_days", "number", "from signing to capacity", "day",
                      default=0.0, low=0),
        )),
        Table("item", "what flows, counted in one strict unit", ("name",), (
            _name("for example die:h100, hbm3e-8hi, package:h200"),
            _label(),
            Attribute("unit", "text", "strict unit", default=REQUIRED),
            Attribute("kind", "choice", "stage", default=REQUIRED,
                      choices=("wafer", "die", "stack", "interposer", "substrate", "package",
                               "rack", "power", "compute", "material", "other")),
            _reference("captive_to", "party", "serves only demand of this party and of those "
                       "it owns; empty: sold to anyone", required=False),
            Attribute("holding_usd", "number", "cost of one unit in stock for a month",
                      "USD/{item}/month", default=0.0, low=0, symbol="hold"),
            Attribute("value_usd", "number", "customs value, for tariffs", "USD/{item}", low=0,
                      dated=True),
            Attribute("power_kw", "number", "site power that one delivered unit draws",
                      "kW/{item}", low=0, dated=True),
            Attribute("memory_gb", "number", "memory of one unit", "GB/{item}", low=0),
        )),
        Table("weight", "worth of one unit of an item on a compute basis", ("basis", "item"), (
            Attribute("basis", "name", "stated basis, for example h100e-8bit-dense",
                      default=REQUIRED),
            _reference("item", "item", "delivered item"),
            Attribute("weight", "number", "units of the basis per unit of the item",
                      "{basis}/{item}", default=REQUIRED, low=0, symbol="w"),
        )),
        Table("technology", "a capacity family: what a line can do", ("name",), (
            _name("for example n5, hbm-tsv, cowos"),
            _label(),
            Attribute("capacity_unit", "text", "unit of capacity, a rate per month",
                      default=REQUIRED),
            Attribute("family", "choice", "link of the chain", default="other",
                      choices=("logic", "dram", "stacking", "packaging", "substrate", "test",
                               "assembly", "power", "other")),
            Attribute("curve", "text", "operating curve, by name; empty: none"),
        )),
        Table("recipe", "one way to make items from items", ("name",), (
            _name("for example wafer:h100"),
            _label(),
            _reference("technology", "technology", "main pool it draws on", symbol="p"),
            _reference("party", "party", "who owns the design and books capacity for it; "
                       "empty: anyone", required=False),
            Attribute("capacity_per_start", "number", "capacity of the main pool per start",
                      "{capacity}*month/start", default=1.0, low=0, symbol="use"),
            Attribute("cycle_days", "number", "from start to output", "day", default=0.0, low=0,
                      symbol="lambda"),
            Attribute("variable_usd", "number", "cost of one start beside the line's",
                      "USD/start", default=0.0, low=0, dated=True, symbol="v"),
            Attribute("activation_usd", "number", "one-off cost before the first start (NRE, "
                      "masks)", "USD", default=0.0, low=0),
            Attribute("reuse_group", "text", "recipes that share one activation"),
            Attribute("needs_right", "flag", "only a party with a right may run it",
                      default=False),
            *_span("it can be started"),
        )),
        Table("recipe_item", "what a recipe takes and gives", ("recipe", "role", "item"), (
            _reference("recipe", "recipe", "the recipe"),
            _reference("item", "item", "what is taken or given"),
            Attribute("role", "choice", "direction", default=REQUIRED, choices=("in", "out")),
            Attribute("quantity_per_start", "number", "gross quantity per start",
                      "{item}/start", default=REQUIRED, low=0, dated=True, symbol="in, out"),
            Attribute("good_fraction", "number", "good share of an output", "1", default=1.0,
                      low=0, high=1, dated=True, symbol="Y"),
        )),
        Table("recipe_use", "a further pool a recipe draws on, at the same place",
              ("recipe", "technology"), (
            _reference("recipe", "recipe", "the recipe"),
            _reference("technology", "technology", "the further pool"),
            Attribute("capacity_per_start", "number", "its capacity per start",
                      "{capacity}*month/start", default=REQUIRED, low=0, symbol="use"),
        )),
        Table("site", "a place where lines stand", ("name",), (
            _name("for example tsmc-fab21"),
            _label(),
            _reference("party", "party", "operator"),
            _reference("country", "country", "ISO 3166 alpha-2 code"),
            Attribute("lat", "number", "", "degree", low=-90, high=90),
            Attribute("lon", "number", "", "degree", low=-180, high=180),
            Attribute("power_mw", "number", "most power; empty: no limit known", "MW", low=0,
                      dated=True, symbol="E"),
            Attribute("water_m3", "number", "most water per month; empty: no limit known",
                      "m3/month", low=0, dated=True, symbol="H"),
            Attribute("opening_usd", "number", "cost of opening; lines and modules here have no "
                      "capacity before it is paid", "USD", low=0, symbol="G"),
            Attribute("opening_days", "number", "from opening to use", "day", default=0.0,
                      low=0),
        )),
        Table("line", "a technology at a site, or a company pool, with dated capacity",
              ("name",), (
            _name("for example tsmc-n5-taiwan"),
            _label(),
            _reference("site", "site", "empty: a company pool, drawn at headquarters",
                       required=False),
            _reference("technology", "technology", "what it can do"),
            _reference("party", "party", "who runs it"),
            Attribute("capacity", "number", "existing capacity", "{capacity}", default=0.0,
                      low=0, dated=True, symbol="K0"),
            Attribute("basis", "choice", "what kind of capacity figure this is", default=None,
                      choices=("announced", "built", "tool_installed", "qualified", "usable",
                               "measured_output", "modelled")),
            Attribute("mw_per_unit", "number", "power per unit of capacity", "MW/{capacity}",
                      default=0.0, low=0, symbol="e"),
            Attribute("water_per_unit", "number", "water per unit of capacity",
                      "m3/month/{capacity}", default=0.0, low=0, symbol="w"),
            Attribute("fixed_usd", "number", "cost of a unit of capacity for a month",
                      "USD/month/{capacity}", default=0.0, low=0, dated=True, symbol="fom"),
            Attribute("variable_usd", "number", "cost of one unit of capacity used",
                      "USD/month/{capacity}", default=0.0, low=0, dated=True, symbol="v"),
            Attribute("may_retire", "flag", "whether capacity may be given up", default=False),
        )),
        Table("line_recipe", "a recipe on a line: a recipe listed here runs only where listed",
              ("line", "recipe"), (
            _reference("line", "line", "the line"),
            _reference("recipe", "recipe", "the recipe"),
            Attribute("good_fraction", "number", "factor on the recipe's good fractions on this "
                      "line", "1", default=1.0, low=0, dated=True, symbol="Y"),
            Attribute("cycle_days", "number", "on this line; empty: the recipe's", "day", low=0),
            *_span("it can be started here"),
        )),
        Table("module", "capacity that can be added to a line, or converted from another",
              ("name",), (
            _name("for example tsmc-cowos+5k"),
            _label(),
            _reference("line", "line", "the line that grows", symbol="b"),
            Attribute("size", "number", "capacity of one module at full ramp", "{capacity}",
                      default=REQUIRED, low=0, symbol="kappa"),
            Attribute("capex_usd", "number", "price of one module", "USD", default=REQUIRED,
                      low=0, dated=True, symbol="F"),
            Attribute("lead_days", "number", "from order to first capacity", "day",
                      default=REQUIRED, low=0, symbol="L"),
            Attribute("life_years", "number", "of service, for the end value", "year",
                      default=10.0, low=0, symbol="N"),
            Attribute("ramp", "number", "share of size reached, by age in months since first "
                      "capacity", "1", default=1.0, low=0, high=1, aged=True, symbol="rho"),
            Attribute("payments", "number", "share of the price paid, by months since order; "
                      "sums to 1", "1", default=1.0, low=0, high=1, aged=True, symbol="pay"),
            Attribute("earliest", "date", "first day of an order"),
            Attribute("latest", "date", "last day of an order", closes=True),
            Attribute("orders_per_year", "number", "most orders in a calendar year", "module/year",
                      low=0, dated=True, symbol="n-hat"),
            Attribute("total", "integer", "most modules in all", "module", low=0),
            _reference("exchange_line", "line", "line that gives up capacity", required=False),
            Attribute("exchange_per_unit", "number", "capacity given up per unit gained",
                      "1", default=0.0, low=0),
        )),
        Table("stock", "what lies at a place, and what arrives from work begun before",
              ("place", "item"), (
            _reference("place", "site party region", "site, headquarters or region"),
            _reference("item", "item", "what lies there"),
            Attribute("opening", "number", "at the end of history", "{item}", default=0.0,
                      low=0, symbol="I0"),
            Attribute("arrivals", "number", "rate of arrival from outside the plan",
                      "{item}/month", default=0.0, low=0, dated=True, symbol="A"),
        )),
        Table("lane", "a permitted movement; without any lane for an item it does not move",
              ("from_place", "to_place", "what"), (
            _reference("from_place", "site party country any", "`any`, a country, or a place",
                       symbol="a"),
            _reference("to_place", "site party region country any", "likewise"),
            Attribute("what", "text", "item, kind of item, or `any`", default="any"),
            Attribute("days", "number", "transit", "day", default=0.0, low=0, symbol="tr"),
            Attribute("freight_usd", "number", "per unit", "USD/{item}", default=0.0, low=0,
                      dated=True, symbol="fr"),
            Attribute("tariff", "number", "share of the item's customs value", "1",
                      default=0.0, low=0, dated=True, symbol="tar"),
            Attribute("capacity", "number", "most units per month, all items together; empty: "
                      "no limit", "{item}/month", low=0, dated=True),
            *_span("the lane is open"),
        )),
        Table("offer", "what is on sale, to whom, on which terms", ("name",), (
            _name("for example tsmc-n3-wafers-2026"),
            _label(),
            _reference("seller", "party", "who sells"),
            _reference("item", "item", "item sold; or name a line", required=False),
            _reference("line", "line", "line whose capacity is sold; or name an item",
                       required=False),
            _reference("place", "site party region", "where items are delivered",
                       required=False),
            _reference("open_to", "party", "only to this party; empty: to anyone",
                       required=False),
            Attribute("share", "number", "standing share of what the bookings of others leave "
                      "of the line", "1", default=1.0, low=0, high=1, dated=True),
            Attribute("reserve", "flag", "only reserved volume can be drawn", default=False),
            Attribute("premium_usd", "number", "fee per unit of reserved monthly volume and "
                      "month", "USD/{item}", default=0.0, low=0),
            Attribute("prepayment", "number", "share of the reserved value paid at signing, "
                      "credited as drawn", "1", default=0.0, low=0, high=1),
            Attribute("floor", "number", "take-or-pay: share of the reserved volume paid "
                      "whether drawn or not; without `reserve`, of the volume of the first step",
                      "1", default=0.0, low=0, high=1, symbol="floor"),
            Attribute("sign_by", "date", "last day of signing a reservation", closes=True),
            Attribute("lead_days", "number", "from payment to delivery", "day", default=0.0,
                      low=0),
            *_span("it can be drawn"),
        )),
        Table("offer_step", "a price step of an offer", ("offer", "step"), (
            _reference("offer", "offer", "the offer"),
            Attribute("step", "integer", "1, 2, ... in order of price", default=REQUIRED, low=1,
                      symbol="q"),
            Attribute("volume", "number", "most units per month at this price; empty: no limit",
                      "{item}/month", low=0, dated=True, symbol="Q"),
            Attribute("price_usd", "number", "per unit", "USD/{item}", default=REQUIRED, low=0,
                      dated=True, symbol="P"),
        )),
        Table("commitment", "who has booked what from whom", ("name",), (
            _name("for example nvidia-cowos-2025"),
            _reference("customer", "party", "who booked"),
            _reference("supplier", "party", "who delivers"),
            _reference("line", "line", "booked capacity; or name an item", required=False),
            _reference("item", "item", "booked item; or name a line", required=False),
            Attribute("quantity", "number", "per month", "{item}/month", default=REQUIRED,
                      low=0, dated=True),
            Attribute("force", "choice", "letter of intent: shown only; booking: kept free for "
                      "the customer; take-or-pay: used, or delivered, at least",
                      default=REQUIRED,
                      choices=("letter_of_intent", "booking", "take_or_pay")),
            Attribute("price_usd", "number", "per unit, in the customer's own view",
                      "USD/{item}", low=0),
            *_span("it is in force"),
        )),
        Table("qualification", "a supplier's line may deliver an item to a customer; an item "
              "with any row here moves only where a row allows it",
              ("line", "item", "customer"), (
            _reference("line", "line", "supplier's line"),
            _reference("item", "item", "what it supplies"),
            _reference("customer", "party", "who qualified it"),
            Attribute("from_date", "date", "first day; empty: always"),
        )),
        Table("right", "access of a party to a process or a design", ("party", "what"), (
            _reference("party", "party", "who holds or may buy it"),
            _reference("what", "technology recipe", "what it opens"),
            Attribute("from_date", "date", "first day held, or first day it can be bought"),
            Attribute("cost_usd", "number", "price; empty: already held", "USD", low=0),
            Attribute("lead_days", "number", "from payment to use", "day", default=0.0, low=0),
        )),
        Table("demand", "need for an item, or for compute on a basis", ("name",), (
            _name("for example compute-world"),
            _label(),
            _reference("party", "party", "who needs it; empty: anyone", required=False),
            Attribute("segment", "text", "for example training, inference, non-ai"),
            Attribute("region", "text", "where it is delivered: a country code or a name; "
                      "empty: anywhere, without transport"),
            _reference("item", "item", "item needed; or name a basis", required=False),
            Attribute("basis", "text", "compute basis of `weight`; or name an item"),
            Attribute("measure", "choice", "flow: deliveries per month; stock: a fleet in "
                      "service", default="flow", choices=("flow", "stock")),
            Attribute("quantity", "number", "per month for a flow, in all for a stock",
                      "{item}/month", default=REQUIRED, low=0, dated=True, symbol="D"),
            Attribute("value_usd", "number", "worth of serving one unit", "USD/{item}",
                      default=REQUIRED, low=0, dated=True, symbol="V"),
            Attribute("must_serve", "flag", "leaving any of it unserved is infeasible",
                      default=False),
            Attribute("survival", "number", "share of deliveries still in service, by age",
                      "1", default=1.0, low=0, high=1, aged=True),
        )),
        Table("fund", "money that a party can spend", ("name",), (
            _name("for example g42-round"),
            _reference("party", "party", "who spends it", required=False),
            Attribute("amount_usd", "number", "in all", "USD", default=REQUIRED, low=0,
                      symbol="B"),
            Attribute("purpose", "text", "what for", default=REQUIRED),
            Attribute("cost_of_capital", "number", "per year on what is drawn", "1/year",
                      default=0.0, low=0),
            *_span("it can be drawn"),
        )),
        Table("incentive", "public money for building", ("name",), (
            _name("for example us-itc-35"),
            _reference("state", "party", "who pays", required=False),
            _reference("place", "site country", "where it is earned"),
            Attribute("share_of_capex", "number", "of the price of modules", "1", default=0.0,
                      low=0, high=1),
            Attribute("amount_usd", "number", "most in all; empty: no limit", "USD", low=0),
            Attribute("conditions", "text", "in words"),
            *_span("an order earns it"),
        )),
        Table("limit", "a rule: a cap, a floor, a share, a ban", ("name",), (
            _name("for example h20-to-china"),
            Attribute("measure", "choice", "what is counted", default=REQUIRED,
                      choices=("starts", "output", "capacity", "orders", "flow", "deliveries",
                               "delivered_power_mw", "site_power_mw", "capex_usd")),
            Attribute("select", "text", "which: `column=value` pairs joined by `;`, for example "
                      "`country=TW; technology=cowos`; empty: all", default=""),
            Attribute("share_of", "text", "bound is a share of this selection; empty: absolute"),
            Attribute("sense", "choice", "direction", default=REQUIRED, choices=("<=", ">=")),
            Attribute("bound", "number", "rate per month for flows, level for capacity and "
                      "power, count per month for orders, money per month for capex; or a share",
                      "{limit}", default=REQUIRED, low=0, dated=True),
            *_span("it holds"),
        )),
        Table("scenario", "a named what-if: a set of changes", ("name",), (
            _name("for example korea-2047"),
            Attribute("probability", "number", "", "1", low=0, high=1),
            Attribute("description", "text", "what it asks"),
            _reference("parent", "scenario", "changes applied before its own", required=False),
        )),
        Table("change", "one change of a scenario", ("scenario", "order"), (
            _reference("scenario", "scenario", "the what-if"),
            Attribute("order", "integer", "1, 2, ...", default=REQUIRED, low=1),
            Attribute("table", "text", "table changed", default=REQUIRED),
            Attribute("key", "text", "row key; `*` inside it stands for any text; or a selection, "
                      "`country=TW; technology=cowos*`, of the row or what it refers to",
                      default=REQUIRED),
            Attribute("column", "text", "column; empty to add or remove a row"),
            Attribute("period", "text", "from which period on; `2027Q1/2027Q4`: only in these; "
                      "`age 12`: at this age; empty: always"),
            Attribute("operation", "choice", "what is done", default=REQUIRED,
                      choices=("set", "multiply", "add", "remove", "row")),
            Attribute("value", "text", "number with unit, text, or a row as `column=value; ...`"),
        )),
        Table("branch", "an uncertain future inside one plan", ("name",), (
            _name("for example demand-high"),
            _reference("parent", "branch", "values not given here come from it",
                       required=False),
            Attribute("probability", "number", "of the branch given its parent", "1",
                      default=REQUIRED, low=0, high=1, symbol="pi"),
        )),
        Table("outturn", "what happened: history that no plan decides again",
              ("measure", "subject", "of", "period"), (
            Attribute("measure", "choice", "starts of a recipe on a line; deliveries of an item "
                      "to a demand; orders of a module", default=REQUIRED,
                      choices=("starts", "deliveries", "orders")),
            _reference("subject", "recipe item module", "what was started, delivered, ordered"),
            _reference("of", "line demand", "on which line, to which demand; empty for orders",
                       required=False),
            Attribute("period", "text", "when: a period label", default=REQUIRED),
            Attribute("quantity", "number", "in the whole period (a count, not a rate)",
                      "{item}", default=REQUIRED, low=0),
        )),
        Table("profile", "a value by period, age or branch, with its interval",
              ("table", "key", "column", "period", "age_months", "branch"), (
            Attribute("table", "text", "table of the cell", default=REQUIRED),
            Attribute("key", "text", "row key", default=REQUIRED),
            Attribute("column", "text", "column", default=REQUIRED),
            Attribute("period", "text", "holds from the start of this period or day; empty: "
                      "always"),
            Attribute("age_months", "number", "holds from this age on", "month", low=0),
            _reference("branch", "branch", "only in this branch", required=False),
            Attribute("low", "number", "in the unit of the cell"),
            Attribute("value", "number", "central value; empty: the midpoint of the interval"),
            Attribute("high", "number", "in the unit of the cell"),
        )),
        Table("cite", "the claims on which a number rests",
              ("table", "key", "column", "period", "claim_id"), (
            Attribute("table", "text", "table of the cell", default=REQUIRED),
            Attribute("key", "text", "row key", default=REQUIRED),
            Attribute("column", "text", "column", default=REQUIRED),
            Attribute("period", "text", "profile row of the cell (period, or `age N`); empty: "
                      "the cell itself"),
            Attribute("claim_id", "text", "claim in the network's evidence", default=REQUIRED),
        )),
    )
}  # fmt: skip
