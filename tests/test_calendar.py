"""Labels of periods at the ends of the calendar."""

import pytest

from waferway.calendar import day, period
from waferway.errors import RangeError


@pytest.mark.parametrize("label", ["0000", "0000Q1", "0000-03", "9999", "9999H2", "9999-12"])
def test_years_outside_the_calendar_are_named(label):
    for read in (period, day):
        with pytest.raises(RangeError, match=f'"{label}" leaves the calendar'):
            read(label)


def test_the_last_year_has_an_end():
    assert period("9998").end.isoformat() == "9999-01-01"
    assert period("0001").start.isoformat() == "0001-01-01"
