# ruff: noqa: E501 - patterns of many languages read better unbroken
"""What a number counts: the noun behind it, the counter, the product code beside it.

Owns the search for the thing, in languages that put it behind the number and in those that count
with counters and may name the thing before.
"""

from __future__ import annotations

import re

from waferway.evidence.extract.amounts import Amount, after_link
from waferway.evidence.extract.codes import MODEL
from waferway.evidence.extract.nouns import adjectives, counter, noun, special
from waferway.evidence.extract.shadow import Shadow

__all__ = ["Things"]

# A size that stands between a count and its noun: 50,000 300mm wafers.
_SIZE = re.compile(r"\d+(?:mm|nm|-inch|-mm|-nm|in|gb|kw|\"|-zoll)(?:-class)?")
# What may stand between a product and its count: H100を, H100 GPU, H100을 약.
_JOINED = re.compile(
    r"(?:[ ]?(?:gpu|GPU|チップ|칩|芯片|晶片))?(?:を|が|は|も|の|을|를|이|가|은|는)?[ ]?(?:約|约|약)?"
)
# One counter and a price or rate behind it: 1台約2億ユーロ, 1장당.
_EACH = re.compile(r"[ ]?(?:当たり|あたり|につき|当り|당|に付き|[约約]?\d|平均)")
_PLANTS = {"fab", "packaging_plant", "research_centre", "data_centre", "power_plant", "site",
           "building", "cleanroom"}  # fmt: skip
_FITS: dict[str, frozenset[str] | None] = {
    "company": frozenset({"company", "supplier", "customer", "investor", "partner", *_PLANTS}),
    "person": frozenset({"person", "job", "customer", "investor"}),
    "country": frozenset({"country"}),
    "wafer": frozenset({"wafer", "GPU", "chip", "accelerator", "module", "substrate", "die"}),
    "unit": frozenset({"tool:EUV", "tool:DUV", "tool", "server", "rack", "GPU", "accelerator", "unit",
                       "vehicle", "smartphone", "reactor"}),
    "site": frozenset({*_PLANTS, "company", "line", "supplier", "customer"}),
    "fab": frozenset({*_PLANTS, "tool:EUV", "tool:DUV", "tool", "reactor", "line", "GPU",
                      "accelerator", "server", "rack", "chip"}),
    "building": frozenset({*_PLANTS}),
    "line": frozenset({"line"}),
    "layer": frozenset({"layer"}),
    "chip": frozenset({"chip", "GPU", "accelerator", "die", "stack", "module", "package", "substrate"}),
    "share": frozenset({"share"}),
    "rack": frozenset({"rack", "server"}),
    "item": None, "room": frozenset({"cleanroom"}), "stack": frozenset({"stack"}),
    "server": frozenset({"server"}), "job": frozenset({"job"}),
}  # fmt: skip


class Things:
    """Finds what the numbers of one text count."""

    def __init__(self, shadow: Shadow, lang: str) -> None:
        self.lang = lang
        self.text, self.lower = shadow.text, shadow.lower

    def head_noun(self, found: Amount, place: int) -> None:
        """Take the noun behind a number, over adjectives and a product code."""
        lower, lang = self.lower, self.lang
        stop = re.compile(r"[,.;:!?()\[\]\n–]|$").search(lower, place)
        limit = min(place + 70, stop.start() if stop else len(lower))
        names, function = noun(lang), adjectives(lang)
        if lower[place : place + 1] not in {" ", "-", "\u00a0"}:
            return
        spot = after_link(lower, place, lang) if lower[place] != "-" else place + 1
        model: str | None = None
        word = re.compile(r"[^\s,.;:()]+")
        for step in range(5 if lang in {"en", "de"} else 4):
            if spot >= limit:
                return
            code = MODEL.match(self.text, spot)
            if code is not None and model is None:
                model = code[0]
                after = self.text[code.end() : code.end() + 1]
                plural = re.match(r"s(?!\w)", self.text[code.end() :]) is not None
                got = None
                if after == "-":
                    spot = code.end() + 1
                    continue
                end = code.end() + (1 if plural else 0)
                follow = names.at(lower, end + 1, limit) if after == " " else None
                if follow is None and re.search(r"\d[a-z]*s?$", code[0]) and step == 0:
                    clean = code[0].removesuffix("s")
                    if _is_processor(clean):
                        found.unit, found.end, found.kind = f"GPU:{clean}", end, "count"
                        return
                spot = end + 1
                continue
            got = names.at(lower, spot, limit)
            if got is not None:
                self._name(found, got, model)
                return
            token = word.match(lower, spot, limit)
            size = token is not None and _SIZE.fullmatch(token[0]) is not None
            if token is None or token[0] in function or (token[0][0].isdigit() and not size):
                return
            if lang == "de" and self.text[spot].isupper() and "-" not in token[0]:
                return  # another German noun: the number counts that
            if lang in {"es", "it", "fr"} and step >= 2:
                return
            spot = token.end() + 1
            if lower[token.end() : token.end() + 1] not in {" ", "-"}:
                return

    def _name(self, found: Amount, got: tuple[str, int], model: str | None) -> None:
        thing, end = got
        if found.number.article and not (
            self.lang == "en" and self.lower[found.start : found.start + 3] == "one"
            and thing in {"fab", "packaging_plant", "research_centre", "data_centre", "line", "power_plant"}
            and self.lower[max(0, found.start - 4) : found.start] not in {"the ", "his ", "hat "}
        ):  # fmt: skip
            return
        if thing == "fab" and (more := special(self.lang)) is not None:
            extended = more.at(self.lower, end)
            if extended is not None:
                thing, end = extended
        if thing in {"GPU", "accelerator"}:
            if model is None and self.lang in {"es", "it", "fr", "en"}:
                behind = MODEL.match(self.text, end + 1)
                brand = re.match(r"(?: (?:de |d')?[A-Z][a-z]+)? ", self.text[end:])
                if behind is None and brand is not None:
                    behind = MODEL.match(self.text, end + brand.end())
                if behind is not None and not behind[0].startswith("HBM"):
                    model, end = behind[0], behind.end()
            if model is not None:
                thing = f"GPU:{model}"
        found.unit, found.end, found.kind = thing, end, "count"

    def counted(self, found: Amount, place: int) -> None:
        """Take what a counter behind a number counts."""
        lower, lang = self.lower, self.lang
        spot = place + 1 if lower[place : place + 1] == " " else place
        more = re.compile(r"[多余餘여][ ]?").match(lower, spot)
        if more:
            spot = more.end()
        got = counter(lang).at(lower, spot)
        if got is not None and found.value == 1 and _EACH.match(lower, got[1]):
            return
        if found.number.article and (got is None or got[0] != "unit" or lang != "ko"):
            return
        if got is None:
            direct = noun(lang).at(lower, spot)
            stated = found.number.digits or found.number.scale != 1
            if direct is not None and stated and (spot == place or lang != "ko"):
                self._settle(found, direct[0], direct[1])
            return
        kind, end = got
        if kind in {"item", "unit", "chip", "fab"} and (near := self._code_near(found.start, end)):
            found.unit, found.end, found.kind = f"GPU:{near[0]}", near[1], "count"
            return
        thing = self._near_noun(kind, end, found.start)
        if thing is None and kind in {"item", "room"}:
            return
        self._settle(found, thing[0] if thing else kind, max(end, thing[1]) if thing else end)
        if thing and thing[2] < found.start and lower[thing[2] : found.start].count(" ") < 3:
            found.phrase = thing[2] if found.start - thing[2] < 14 else -1

    def _code_near(self, start: int, end: int) -> tuple[str, int] | None:
        """A processor right before a count or right behind its counter: H100を35万個, 35万块H100."""
        behind = MODEL.match(self.text, end + (self.text[end : end + 1] == " "))
        if behind is not None and _is_processor(behind[0]):
            return behind[0], behind.end()
        lead = self.text[max(0, start - 24) : start]
        for code in reversed(list(MODEL.finditer(lead))):
            joined = _JOINED.fullmatch(lead, code.end())
            if joined is not None and _is_processor(code[0]):
                return code[0], end
        return None

    def _settle(self, found: Amount, thing: str, end: int) -> None:
        if thing in {"GPU", "accelerator"}:
            lead = self.text[max(0, found.start - 24) : end]
            code = [m for m in MODEL.finditer(lead) if not m[0].startswith("HBM")]
            if code and _is_processor(code[-1][0]):
                thing = f"GPU:{code[-1][0]}"
        found.unit, found.end, found.kind = thing, end, "count"

    def _near_noun(self, kind: str, end: int, before: int) -> tuple[str, int, int] | None:
        """The thing a counter counts: the noun behind it, else the nearest one before."""
        lower = self.lower
        stop = re.compile(r"[，,。.、;:!?()（）「」\n]|\d+[,.]?\d*(?=[^\d]*(?:元|円|원|%))").search(
            lower, end
        )
        limit = min(end + 14, stop.start() if stop else len(lower))
        link = re.compile(r"[ ]?(?:의|の|的)?[ ]?").match(lower, end)
        spot = link.end() if link else end
        fits = _FITS.get(kind)
        reach = (
            limit
            if self.lang == "zh" or spot > end + 1 or lower[end : end + 1] in "の의"
            else min(limit, spot + 8)
        )
        if self.lang == "ja" and lower[end : end + 1] != "の":
            reach = 0
        if self.lang == "ko" and re.match(
            r"(?:를|을|이|가|은|는|에|로|과|와|씩|까지|부터|으로)(?![가-힣])", lower[end:]
        ):
            reach = 0
        if reach > spot:
            behind = noun(self.lang).all(lower, spot, reach)
            found = [hit for hit in behind if fits is None or hit[0] in fits]
            if found:
                if self.lang == "zh" or self.lang == "ko":
                    first = found[0]
                    chain = [hit for hit in found if hit[1] - first[2] <= 2]
                    pick = chain[-1] if self.lang == "zh" and kind == "company" else first
                    return pick[0], pick[2], pick[1]
                return found[0][0], found[0][2], found[0][1]
        window = max(0, before - 18)
        cut = max(
            (
                m.end()
                for m in re.compile(r"[，,。、;!?（）「」\n]").finditer(lower, window, before)
            ),
            default=window,
        )
        ahead = [h for h in noun(self.lang).all(lower, cut, before) if fits is None or h[0] in fits]
        if kind == "wafer":  # 半導体を月5万枚: sheets are wafers unless the chips follow
            ahead = [hit for hit in ahead if hit[0] != "chip"]
        if ahead:
            return ahead[-1][0], end, ahead[-1][1]
        return None


def _is_processor(code: str) -> bool:
    return bool(re.match(r"(?:H|A|B|V|L|P|GB|GH|MI|R|VR|TPU|RTX)\d", code)) and not code.startswith(
        "HBM"
    )
