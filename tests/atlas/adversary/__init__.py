"""Faults and honest edits of the atlas, made at random and without a look at the gate's rules."""

from tests.atlas.adversary import dates, edits, form, places, slips, sums, wafers
from tests.atlas.adversary.book import EDITS, PLANTS, Book

__all__ = ["EDITS", "PLANTS", "Book", "dates", "edits", "form", "places", "slips", "sums", "wafers"]
