"""The slow twin's own reading of a network's tables: cells, dated and aged values, windows, lags.

Plain loops over rows, written from the section "Time" of docs/mathematics.md. Nothing here asks
the network for a value over time: what is compared would otherwise be compared with itself.
"""

from __future__ import annotations

import datetime as dt
import math

from waferway.calendar import Calendar, day, end_of
from waferway.network.network import Network
from waferway.network.schema import TABLES

DAYS_OF_A_MONTH = 30.4375
DAYS_OF_A_YEAR = 365.25


class Reading:
    """Cells of a network and what they are worth in each period of a calendar."""

    def __init__(self, network: Network, calendar: Calendar, now: dt.date | None) -> None:
        self.calendar = calendar
        self.settings = dict(network.settings)
        self.rows: dict[str, dict[str, dict]] = {}
        for table, frame in network.tables.items():
            self.rows[table] = {
                str(key): row
                for key, row in zip(frame.index, frame.to_dict("records"), strict=True)
            }
        self.profile = network.tables["profile"].to_dict("records")
        self.periods = range(len(calendar))
        self.decided = [
            now is None or calendar[t].end > now + dt.timedelta(days=1) for t in self.periods
        ]
        self.first_decided = self.decided.index(True)
        self.base_date = self.settings["base_date"] or calendar[self.first_decided].start
        self._known: dict = {}

    # -- one cell -------------------------------------------------------------------------------

    def number(self, table: str, key: str, column: str) -> float | None:
        """A number that does not vary, its declared default, or None."""
        value = self.rows[table][key][column]
        if value is not None and not math.isnan(value):
            return float(value)
        default = TABLES[table][column].default
        return float(default) if isinstance(default, int | float) else None

    def needed(self, table: str, key: str, column: str) -> float:
        """A number that must be known."""
        value = self.number(table, key, column)
        assert value is not None, f"{table} {key}: {column} is needed"
        return value

    # -- dated values ---------------------------------------------------------------------------

    def steps(self, table: str, key: str, column: str, branch: str) -> list:
        """Dates and levels of a cell; the deepest branch that says anything replaces the rest."""
        ask = (table, key, column, branch)
        if ask in self._known:
            return self._known[ask]
        of_branch: dict[str, list] = {}
        for row in self.profile:
            if (row["table"], row["key"], row["column"]) != (table, key, column):
                continue
            if not math.isnan(row["age_months"]):
                continue
            since = day(row["period"]) if row["period"] else dt.date.min
            of_branch.setdefault(row["branch"] or "", []).append((since, central(row)))
        found: list = []
        at = branch
        while True:
            if at in of_branch:
                found = sorted(of_branch[at])
                break
            if at == "":
                break
            at = self.rows["branch"][at]["parent"]
        self._known[ask] = found
        return found

    def on_day(self, table: str, key: str, column: str, when: dt.date, branch: str) -> float | None:
        """What a dated cell is on one day."""
        level = self.number(table, key, column)
        for since, value in self.steps(table, key, column, branch):
            if since <= when:
                level = value
        return level

    def dated(self, table: str, key: str, column: str, t: int, branch: str = "") -> float | None:
        """Average of a dated cell over the days of a period; None when a day is unknown."""
        period = self.calendar[t]
        changes = [
            since
            for since, _ in self.steps(table, key, column, branch)
            if period.start < since < period.end
        ]
        if not changes:
            return self.on_day(table, key, column, period.start, branch)
        total = 0.0
        for number in range(period.days):
            when = period.start + dt.timedelta(days=number)
            level = self.on_day(table, key, column, when, branch)
            if level is None:
                return None
            total += level
        return total / period.days

    def known(self, table: str, key: str, column: str, t: int, branch: str = "") -> float:
        """A dated number that must be known."""
        value = self.dated(table, key, column, t, branch)
        assert value is not None, f"{table} {key}: {column} is needed in {self.calendar[t]}"
        return value

    # -- values by age --------------------------------------------------------------------------

    def ages(self, table: str, key: str, column: str) -> list:
        """Ages in months and the value from each age on; one at age 0 for a plain cell."""
        found = [
            (row["age_months"], central(row))
            for row in self.profile
            if (row["table"], row["key"], row["column"]) == (table, key, column)
            and not math.isnan(row["age_months"])
        ]
        return sorted(found) or [(0.0, self.needed(table, key, column))]

    def at_age(self, table: str, key: str, column: str, months: float) -> float:
        """Value of an aged cell at one age."""
        level = self.needed(table, key, column)
        for age, value in self.ages(table, key, column):
            if age <= months:
                level = value
        return level

    # -- time -----------------------------------------------------------------------------------

    def months(self, t: int) -> float:
        """Length of a period in months."""
        return self.calendar[t].months

    def discount(self, when: dt.date) -> float:
        """What a dollar of a day is worth on the base date."""
        years = (when - self.base_date).days / DAYS_OF_A_YEAR
        return (1.0 + self.settings["discount_rate"]) ** (-years)

    def middle(self, t: int) -> dt.date:
        """First day plus half the days, rounded down."""
        period = self.calendar[t]
        return period.start + dt.timedelta(days=period.days // 2)

    def admits(self, row: dict, t: int) -> bool:
        """Whether the window of a row holds the middle day of a period."""
        return within(row["from_date"], self.middle(t), row["to_date"])

    def lag(self, days: float, start: int, end: int) -> float:
        """Share of what starts evenly over one period that arrives in another."""
        begun, arriving = self.calendar[start], self.calendar[end]
        low = max(begun.start.toordinal() + days, arriving.start.toordinal())
        high = min(begun.end.toordinal() + days, arriving.end.toordinal())
        return max(0.0, high - low) / begun.days

    def share_after(self, days: float, start: int, t: int) -> float:
        """Share of the days of t that lie on or after the first day of `start` plus `days`."""
        since = self.calendar[start].start.toordinal() + days
        period = self.calendar[t]
        high, low = period.end.toordinal(), max(since, period.start.toordinal())
        return max(0.0, high - low) / period.days

    def in_service(self, module: str, ordered: dt.date, t: int, *, ramped: bool) -> float:
        """Average capacity over the days of t of one module ordered on a day."""
        size = self.needed("module", module, "size")
        first = ordered.toordinal() + self.needed("module", module, "lead_days")
        last = first + self.needed("module", module, "life_years") * DAYS_OF_A_YEAR
        steps = self.ages("module", module, "ramp") if ramped else [(0.0, 1.0)]
        if steps[0][0] > 0:
            steps = [(0.0, 1.0), *steps]
        period = self.calendar[t]
        total = 0.0
        for number, (age, share) in enumerate(steps):
            low = first + age * DAYS_OF_A_MONTH
            high = last
            if number + 1 < len(steps):
                high = min(last, first + steps[number + 1][0] * DAYS_OF_A_MONTH)
            overlap = min(high, period.end.toordinal()) - max(low, period.start.toordinal())
            total += size * share * max(0.0, overlap)
        return total / period.days

    def overlap(self, label: str, t: int) -> float:
        """Share of the days of an outturn's period that fall in a period of the plan."""
        start, end = day(label), end_of(label)
        period = self.calendar[t]
        days = (min(end, period.end) - max(start, period.start)).days
        return max(0, days) / (end - start).days


def central(row: dict) -> float:
    """Value of a profile row, or the midpoint of its interval."""
    if not math.isnan(row["value"]):
        return row["value"]
    ends = [row[name] for name in ("low", "high") if not math.isnan(row[name])]
    return sum(ends) / len(ends)


def within(first: dt.date | None, when: dt.date, last: dt.date | None) -> bool:
    """Whether a day lies in a window, ends included."""
    return (first is None or first <= when) and (last is None or when <= last)
