# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Rates: what turns a count into a flow (a month, a year) or money into a price (a wafer).

Owns the words behind an amount and, where they reach it, those before.
"""

from __future__ import annotations

import re

from waferway.evidence.extract.amounts import Amount
from waferway.evidence.extract.nouns import CJK, noun
from waferway.evidence.extract.phrases import Phrases, phrases_of
from waferway.evidence.extract.shadow import Shadow

__all__ = ["Rates"]

_FLOW = frozenset(
    "wafer chip die GPU accelerator unit server rack module package stack vehicle smartphone "
    "substrate t panel job order TWh GWh MWh kWh".split()
)
# What a count may be of, between the thing and its rate: obleas de DRAM al mes.
_SORT = re.compile(
    r" (?:(?:de|di|d'|of|aus|for) ?)?(?:dram|hbm\d?e?|nand|cowos|silici(?:o|um)|silicon|l[oó]gic[ao]?|"
    r"logique|memori[ae]|mémoire|memory)(?= )"
)


class Rates:
    """Finds the rates of the amounts of one text."""

    def __init__(self, shadow: Shadow, lang: str) -> None:
        self.lang, self.cjk = lang, lang in CJK
        self.lower = shadow.lower
        self.words: Phrases = phrases_of(lang)

    def read(self, found: Amount) -> None:
        """Add the rate to the unit of an amount, if one is stated."""
        unit = found.unit or ""
        match = self.words.rate_after.match(self.lower, found.end)
        flow = unit.partition(":")[0] in _FLOW
        if found.kind == "money":
            self._money_rate(found, match)
            return
        if not flow:
            return
        if match is None and (kind := _SORT.match(self.lower, found.end)):
            match = self.words.rate_after.match(self.lower, kind.end())
        if match:
            found.unit = f"{unit}/{match.lastgroup}"
            found.end = match.end()
            return
        inner = self.lower[found.number.end : found.end]
        window = self.lower[max(0, found.start - 46) : found.start]
        for mark in (". ", "; ", "。", "；", "\n", "，" if unit != "wafer" else "。"):
            window = window.rpartition(mark)[2]
        for place in (inner, window):
            hits = list(self.words.rate_before.finditer(place))
            if hits and (place is inner or self._rate_reaches(place, hits[-1], unit)):
                found.unit = f"{unit}/{hits[-1].lastgroup}"
                if place is window and len(place) - hits[-1].start() < 8:
                    found.phrase = found.start - len(place) + hits[-1].start()
                return
        if re.search(r"wspm|wpm", inner):
            found.unit = f"{unit}/month"

    def _rate_reaches(self, window: str, hit: re.Match[str], unit: str) -> bool:
        between = window[hit.end() :]
        if unit == "wafer":
            return True
        if hit.lastgroup == "year" and len(between) > 24:
            return False
        return not re.search(r"\d", between) or len(between) < 12

    def _money_rate(self, found: Amount, match: re.Match[str] | None) -> None:
        if match is not None and match.lastgroup in {"month", "year", "week", "day", "hour"}:
            found.unit = f"{found.unit}/{match.lastgroup}"
            found.end = match.end()
            return
        per = self.words.per.match(self.lower, found.end)
        if per is not None:
            got = noun(self.lang).at(self.lower, per.end())
            if got is not None and got[0] in {
                "wafer",
                "chip",
                "die",
                "server",
                "rack",
                "stack",
                "package",
                "module",
                "GPU",
            }:
                said = self.lower[per.end() : got[1]]
                if got[0] == "chip" and re.search(r"(?:ores|s|ori)$", said) and not self.cjk:
                    return  # "por semiconductores" is what it was for, no rate
                found.unit, found.end = f"{found.unit}/{got[0]}", got[1]
                return
            hour = re.compile(r"kwh|mwh").match(self.lower, per.end())
            if hour:
                found.unit = f"{found.unit}/{hour[0].replace('w', 'W').replace('mW', 'MW')}"
                found.end = hour.end()
                return
        if self.cjk:
            lead = self.lower[max(0, found.start - 14) : found.start]
            each = re.search(
                r"(?:ウエハー?|ウェハー?)(?:1枚|一枚)?(?:当たり|あたり)|웨이퍼[ ]?(?:한[ ]?|1)?장당|(?:每片|单片|單片)(?:晶[圆圓])?",
                lead,
            )
            if each:
                found.unit = f"{found.unit}/wafer"
