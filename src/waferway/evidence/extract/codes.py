# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Text that looks like a number and is none: product codes, tickers, ordinals, addresses.

Owns the spans no quantity may touch. Refuses dates, which are read before. Families of products
are known by how they are written (letters first, a proper noun before a bare number), and by a
short list of family names; the list is vocabulary of the field, not of any text.
"""

from __future__ import annotations

import re

from waferway.evidence.extract.shadow import Shadow

__all__ = ["MODEL", "masks"]

# A model code: letters, then digits; the last group may have letters behind.
MODEL = re.compile(
    r"(?<![A-Za-z0-9])(?!(?:[QHTS][1-4](?!\d)|(?:FY|CY|US|EUR|USD|KRW|JPY|TWD|NT|HK|GBP|CNY|RMB)\d))"
    r"[A-Z][A-Za-z]{0,11}-?\d+[A-Za-z0-9]*(?:[-.]\d+[A-Za-z]*)?"
)

_FAMILIES = (
    "RTX|GTX|GeForce|Radeon|Ryzen|EPYC|Threadripper|Xeon|Core Ultra|Core|Gaudi|Ascend|TPU|Kirin|"
    "Snapdragon|Exynos|Dimensity|Helio|iPhone|iPad|Galaxy|Pixel|Instinct|Trainium|Inferentia|"
    "Maia|Cobalt|Graviton|Axion|Windows|Android|iOS|GPT|Llama|Claude|Gemini|Grok|Qwen|PCIe|PCI "
    "Express|DDR|LPDDR|GDDR|UFS|USB|Wi-Fi|NVLink|Blackwell|Hopper|Rubin|Vera|Boeing|Airbus|Intel|"
    "EXE|NXE|NXT|Twinscan|Tesla|Model|Dojo|Colossus|Stargate|Euro|CUDA|Thunderbolt|Bluetooth|"
    "昇腾|昇騰|麒麟|骁龙|天玑"
)
_LABELS = (
    "Fab|FAB|Phase|Phases|Building|Tier|Level|Lot|Section|Article|Chapter|Figure|Table|Number|"
    "Version|Gen|Generation|Series|Route|Highway|Interstate|Terminal|Gate|Group|Unit|Plant|Line|Module|"
    "Werk|Fabrik|Halle|Stufe|Paragraf|Artikel|Kapitel|Abschnitt|Bauabschnitt|Teil|Etappe|Linie|"
    "fase|Fase|línea|Línea|linea|Linea|artículo|capítulo|sección|edificio|Edificio|planta|Planta|fábrica|Fábrica|"
    "articolo|capitolo|lotto|stabilimento|Stabilimento|phase|ligne|Ligne|article|bâtiment|tranche|chapitre|usine|Usine|"
    "section|chapter|figure|table|step|stage|Stage|level|tier|version|generation|Industrie|Industry|"
    "Class|Type|Typ|Klasse|Serie|Zen|Horizon|Agenda|Article|Act|Top|Fortune|STOXX|DAX|IBEX|CAC|FTSE|Nikkei|S&P|Nasdaq|Stoxx|Dow"
)
_PATTERNS = (
    re.compile(r"(?:https?://|www\.)[^\s<>\"）)」]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}"),
    re.compile(
        r"(?i:\b(?:NASDAQ|NYSE|TWSE|TPEX|KRX|KOSPI|KOSDAQ|TSE|TYO|HKEX|SEHK|SSE|SZSE|TPE|XETRA|LSE|"
        r"EPA|BIT|BME|AMS|ETR|FRA|SHA|SHE))\s?[::]\s?[A-Z0-9.]+"
    ),
    re.compile(r"\b\d{4,6}\.(?:KS|KQ|TW|TWO|T|HK|SS|SZ|KOSDAQ)\b"),
    re.compile(r"(?:종목코드|股票代[码碼號号]|証券コード|代[码碼號号])\s?[::]?\s?\d+"),
    re.compile(r"[(（]\s?(?!(?:19|20)\d\d)\d{4,6}\s?[)）]"),
    re.compile(r"(?<![\w.])\d{1,2}:\d{2}(?::\d{2})?(?![\w])"),
    re.compile(r"(?<![\w.,])\+?\d{1,4}(?:[-/]\d{2,5}){2,}(?![\w])"),
    re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"),
    re.compile(r"(?<![A-Za-z])[A-Za-z]{2,}(?:-[A-Za-z]+)*-\d+(?![\d.,]*\s?(?:%|km|GW|MW|kW|GB|TB|nm|mm|Prozent|percent))[A-Za-z]*\b"),
    re.compile(rf"\b(?:{_FAMILIES})[ -](?:[A-Z][A-Za-z]+ )?\d{{1,4}}(?:\.\d)?[A-Za-z]{{0,3}}\b(?!\s?(?:%|[.,]\d))"),
    re.compile(rf"\b(?:{_LABELS})[ -](?:[Nn](?:o\.|r\.|º|°) ?)?\d{{1,3}}\b(?!\s?(?:%|[.,]\d|[/]))(?!\s?(?:million|billion|Mill|Mrd|mil\b|milli|bn\b|percent|Prozent|por c|per c|pour c))"),
    re.compile(r"(?<!\w)(?:#|No\. ?|Nr\. ?|N[º°] ?|n[º°] ?|Nummer |num[eé]ro |número |numero )\d+"),
    re.compile(r"第[ ]?(?:\d+|[一二三四五六七八九十百]+)|제[ ]?\d+|(?<![\d.,])\d{1,2}(?:号(?!召)|號|호기|호(?=[가-힣 ]|$)|期(?!间|間|待)|世代|세대|단계|차(?=[ ]?(?:전지|공장|팹|투자|사업|협력))|次(?!元)|代(?=[目の]))"),
    re.compile(r"(?<![\d.,가-힣])\d{1,2}(?:공장|대 ?(?:그룹|기업|은행|업체|핵심|과제))"),
    re.compile(r"三星|三菱|三井|三洋|三重|三安|四川|四日市|千葉|百度|万科|九州|八幡|六本木|一汽|万达|百事|五矿|三桥|三桜|一橋|千歳|二次|一次|三国志|四半期|第三方|万一|一般|一部|一方|十分|四国|五輪|百貨|万博"),
    re.compile(r"삼성|이천|오산|구미|천안|만도|일본|사업|억제|천문|백신|만일|조만간"),
)  # fmt: skip
_PROPER = re.compile(
    r"(?<=[a-zà-ÿ,;] )(?P<name>[A-Z][a-z]{2,}(?: (?:Ultra|Pro|Max|Plus|Super|Mini|Edge|Next))?) "
    r"\d{1,4}(?![\d.,:]\d|\w|\s?[%€$])"
)
_PROPER_LANGUAGES = frozenset({"en", "es", "fr", "it"})


def masks(shadow: Shadow, lang: str) -> list[tuple[int, int]]:
    """Spans of the shadow in which no quantity may be read.

    Examples
    --------
    >>> from waferway.evidence.extract.shadow import shadow
    >>> made = shadow("Its RTX 4090 and H200 use HBM3; see Fab 18.")
    >>> [made.text[a:b] for a, b in masks(made, "en")]
    ['RTX 4090', 'H200', 'HBM3', 'Fab 18']
    """
    text = shadow.text
    spans = {match.span() for match in MODEL.finditer(text)}
    for pattern in _PATTERNS:
        spans.update(match.span() for match in pattern.finditer(text))
    if lang in _PROPER_LANGUAGES:
        spans.update(_proper(text))
    return sorted(spans)


_MONTH_LIKE = frozenset(
    "January February March April May June July August September October November December".split()
)


def _proper(text: str) -> list[tuple[int, int]]:
    """A proper noun and a bare number before a product ("Orion 5 chips") name a product."""
    product = re.compile(
        r" (?:chips?|gpus?|accelerat\w+|process\w+|servers?|systems?|platforms?|smartphones?|"
        r"aceleradores|procesadores|acc[eé]l[eé]rateurs|puces|acceleratori|cpus?)\b",
        re.IGNORECASE,
    )
    found = []
    for match in _PROPER.finditer(text):
        if match["name"] in _MONTH_LIKE:
            continue
        after = product.match(text, match.end())
        if after is not None or re.match(r"[.,;)]|\s?$", text[match.end() : match.end() + 2]):
            found.append(match.span())
    return found
