# ruff: noqa: E501 - patterns of many languages read better unbroken
"""What a quantity is about: subject, metric, time, modality, who says it.

Owns the reading of the sentence around a quantity. Refuses numbers and dates themselves. A
subject that cannot be found is `unresolved:unnamed`, never a guess.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from waferway.evidence.extract.dates import DateHit
from waferway.evidence.extract.names import Mention
from waferway.evidence.extract.quantities import Quantity

__all__ = ["Context", "Reading", "sentences"]

LONGEST = 700  # code points of the longest sentence looked at as one
_ABBREVIATION = re.compile(
    r"\b(?:Mio|Mrd|Bio|ca|Nr|Co|Inc|Corp|Ltd|St|Dr|Mr|Mrs|Ms|No|vs|approx|bzw|z\.B|d\.h|u\.a|Jh|Abs|art|pag|sig|Sr|Sra|EE|UU|U\.S|est|max|min|Std|rd)\.$"
)
_BREAK = re.compile(r"[.!?]+[\"»”')\]]*(?=\s+[^\sa-zà-ÿ])|[。！？!?]+[」』”]?|\n+")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text; abbreviations and ordinals do not end one.

    Examples
    --------
    >>> sentences("Es kostet 3 Mio. Euro. Ab dem 3. Quartal 2027.")
    [(0, 22), (23, 46)]
    """
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        before = text[start : match.start() + 1]
        if match[0][0] == "." and (
            _ABBREVIATION.search(before) or re.search(r"(?:^|\s)\d{1,2}\.$", before)
        ):
            continue
        if match.end() > start:
            spans.append((start, match.end()))
        start = match.end()
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        spans.append((start, len(text)))
    return [piece for span in spans for piece in _cut(text, *span)]


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A stretch without full stops (a table, a list) in pieces of at most a long sentence."""
    pieces = []
    while end - start > LONGEST:
        middle = max(text.rfind(mark, start + LONGEST // 2, start + LONGEST) for mark in " ,，、;")
        middle = start + LONGEST if middle < 0 else middle + 1
        pieces.append((start, middle))
        start = middle
    return [*pieces, (start, end)]


# metric: (kinds or units it applies to, cue pattern over all languages). First match wins; cues
# nearer to the number are preferred by looking at the clause before the sentence.
_METRICS: tuple[tuple[str, str, str], ...] = (
    ("market_share", "share", r"market share|share of|cuota de mercado|quota di mercato|part de march[eé]|parts de march[eé]|marktanteil|점유율|シェア|市场份额|市場份額|市占率|市场占有率|offerta globale|offre mondiale|global supply|oferta (?:global|mundial)"),
    ("yield", "share", r"yield|rendimiento|\bres[ae]\b|rendement|ausbeute|수율|歩留|良率"),
    ("growth", "share", r"year on year|year-on-year|from a year earlier|rose|grew|grow|up \d|fell|increase|más que|in più|de plus|en hausse|mehr als im|wachs|steig|전년|증가|성장|감소|前年|増|減|同比|环比|增长|下降|crec|progress|aument"),
    ("cost_share", "share", r"of the cost|del cost[eo]|du co[uû]t|dei costi|der kosten|총사업비|総事業費|总投资|總投資|总成本"),
    ("subsidy", "money", r"subsid|grants?\b|state aid|tax credit|ayudas?|subvenci|aiuti|sovvenzion|contribut[oi] pubblic|subvention|aides?\b|f[oö]rder|zuschuss|beihilfe|보조금|지원금|補助|助成|补贴|補貼|补助|補助"),
    ("funds_sought", "money", r"rais(?:e|ing)|seek|funding round|recaudar|financiaci[oó]n|raccogliere|finanziament|fonds d'une|lev[eé]e|cherche des fonds|recherche des fonds|einsammeln|finanzierung|조달|자금|調達|筹集|募资|融资|融資"),
    ("investment", "money", r"invest|spend|capex|capital expenditure|inversi[oó]n|invert|destinar|investim|investir|investiss|ausgaben|투자|투입|投資|投じ|投资|投入"),
    ("price", "money", r"price|cost(?:s|ing)? |apiece|each|sells? for|precio|cuesta|vender|prezzo|costa|vendut|prix|co[uû]te|vendu|pi[eè]ce|preis|kostet?|koste|가격|단가|판매|당 |価格|単価|発売|1台|价格|單價|单价|售价|每台|每片"),
    ("revenue", "money", r"revenue|sales|turnover|ingresos|ingres[oó]\b|factur[oó]\b|ventas|ricavi|fatturato|chiffre d'affaires|recettes|ventes|ums[aä]tz|erl[oö]s|매출|売上|营收|營收|收入"),
    ("contract_value", "money", r"contract|deal|order|agreement|contrato|pedido|acuerdo|contratt|ordin[ei]|accord|contrat|commande|vertrag|auftrag|bestellung|계약|발주|契約|受注|発注|合同|协议|協議|订单|訂單"),
    ("loan", "money", r"loan|pr[eé]stamo|prestito|pr[eê]t\b|kredit|darlehen|대출|融資|贷款|貸款"),
    ("lead_time", "duration", r"lead[ -]times?|delivery|plazos? de entrega|tempi di consegna|d[eé]lais? de livraison|lieferzeit|lieferbar|납기|納期|交期|交货|交貨"),
    ("power_cap", "power", r"capped|limit|begrenzt|plafonn|limitad|limitat|제한|制限|上限"),
    ("distance", "distance", r"km|kilom|from|south|north|entfernt|distan|떨어|離れ|距"),
)  # fmt: skip
_BY_KIND = {
    "money": "amount", "share": "share", "duration": "period", "power": "power", "memory": "memory",
    "distance": "length", "area": "area", "mass": "mass", "energy": "energy", "ratio": "ratio",
    "rank": "rank", "count": "count",
}  # fmt: skip
_NEW = re.compile(
    r"\bnew\b|build|construct|nuev[oa]s?|constru|nuov[iae]|costru|nouv|neue|\bbau|errich|신규|새|건설|짓|建設|新|建设|建設|興建"
)
_EXISTING = re.compile(
    r"existing|already|existentes?|ya |esistent|già|existant|d[eé]jà|bestehend|bereits|기존|既存|现有|現有|已有"
)

# A plan is what the subject itself means to do; a forecast is what others expect.
_RUMOUR = re.compile(
    r"reportedly|rumou?r|is said to|are said to|supuestamente|al parecer|según rumores|secondo indiscrezioni|sarebbe|avrebbe|selon les rumeurs|serait|seraient|aurait|auraient|d[’']apr[eè]s des sources|angeblich|ger[uü]cht|"
    r"소문|알려졌다|것으로 알려|とされる|という噂|据传|據傳|传闻|傳聞"
)
_FORECAST = re.compile(
    r"forecast|expect(?:s|ed)?|predict|projects?|projected|analysts?|likely to|outlook|estima que|prev[eé]n?|pronostic|previsi[oó]n|analistas|prevede|prevision|analisti|stima|si prevede|pr[eé]voi|pr[eé]vision|devrait|devraient|analystes|cabinet|prognos|erwarte|voraussichtlich|marktforscher|analysten|d[uü]rfte|"
    r"전망|예상|예측|관측|見通し|予測|見込|予想|预计|預計|预测|預測|预期|有望|研究机构"
)
_PLAN = re.compile(
    r"\bwill\b|\bwants?\b|plans?\b|planned|would|aims? to|intends?|target|pledged|to build|set to|scheduled|quiere |planea|prev[eé] |destinar[aá]|\w{2,}(?:ará|erá|irá|drá)n?\b|se propone|objetivo|plan de|\w+(?:er|ir)(?:à|anno)\b|intende|mira a|vuole|vogliono|punta a|conta di|prevede di|progett|obiettivo|entend |veut |veulent|compte |pr[eé]voit de|objectif|\w+(?:era|eront|ira|iront|ndra|ndront|fera|aura|sera)\b|\bsoll(?:en|e)?\b|\bwill\b|\bwollen\b|plant|planen|\bwerden\b|\bwird\b|ziel|"
    r"계획|예정|목표|하기로|할 것|짓는다|투자해|한다고|計画|予定|目指|する方針|投じ|生産すると|计划|計劃|计畫|将|將|拟|擬|目标|目標|宣布投"
)
_ITALIAN_FUTURE = re.compile(r"\b\w{3,}(?:rà|ranno)\b")
_ESTIMATE = re.compile(
    r"estimat|is thought|se estima|stimat|estim[eé]|gesch[aä]tzt|sch[aä]tz|추정|추산|推定|推計|估计|估計|估算"
)
_SAYS = {
    "en": re.compile(r"(?:according to|said|says|told by) (?:the )?$|^,? (?:said|says|forecast|expects?|estimates?)\b"),
    "es": re.compile(r"(?:según|de acuerdo con|dijo|afirma|anunció)(?: el| la)?(?: consultora| analista| firma)? $|^,? (?:dijo|afirma|anunció|prevé)\b"),
    "it": re.compile(r"(?:secondo|per)(?: gli analisti di| la società| l')? ?$|^,? (?:ha detto|afferma|prevede)\b"),
    "fr": re.compile(r"(?:selon|d'après)(?: le cabinet| les analystes de| la société)? $|^,? (?:affirme|a déclaré|prévoit)\b"),
    "de": re.compile(r"(?:laut|nach Angaben von|zufolge)(?: dem Marktforscher| der Firma)? $|^ zufolge|^,? (?:sagte|teilte|erwartet|prognostiziert)\b"),
    "ko": re.compile(r"^(?:은|는|이|가)? ?.{0,60}(?:밝혔|전망했|말했|발표했)"),
    "ja": re.compile(r"^(?:は|が)、?.{0,80}(?:発表した|述べた|予測した|明らかにした)"),
    "zh": re.compile(r"^[，,]?(?:称|稱|表示|宣布|预计|預計)"),
}  # fmt: skip
_WORLD = re.compile(
    r"world|global|mundial|mundo|mondial|mondo|monde|weltweit|welt|세계|글로벌|世界|全球|グローバル"
)


_PREPOSITION = re.compile(
    r"(?:\b(?:in|at|the|near|of|to|from|with|between|including|en|de|del|entre|y|a|con|incluidos|incluida|"
    r"à|au|près de|chez|et|avec|dont|bei|bis|von|aus|nach|mit|und|zwischen|im|al|nel|nella|di|della|da|tra|e|a|"
    r"con|fra)|d'|l'|dell'|all'|nell'|在|の|、|·|에서|및)\s*$"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sentence says around one quantity or date."""

    subject: str
    subject_text: str | None
    metric: str
    modality: str
    attribution: str | None
    valid_text: str | None
    qualifiers: dict[str, str] = field(default_factory=dict)


class Context:
    """Sentences, names and dates of one text, to be asked about any span of it.

    Parameters
    ----------
    text, lower : str
        Shadow of the text.
    lang : str
    names : sequence of Mention
    dates : sequence of DateHit
    """

    def __init__(
        self, text: str, lower: str, lang: str, names: Sequence[Mention], dates: Sequence[DateHit]
    ) -> None:
        self.text, self.lower, self.lang = text, lower, lang
        self.sentences = sentences(text)
        self._starts = [start for start, _ in self.sentences]
        self.places = [n for n in names if n.entity.startswith("place:")]
        self.dates = list(dates)
        self.actors = list(names)
        self.demoted = {
            n.start for n in names if _PREPOSITION.search(lower, max(0, n.start - 16), n.start)
        }
        self._actor_starts = [n.start for n in self.actors]
        self._date_starts = [hit.start for hit in self.dates]
        # For each name, the last name up to it that no preposition leads.
        self._leading: list[Mention | None] = []
        latest: Mention | None = None
        for name in self.actors:
            latest = latest if name.start in self.demoted else name
            self._leading.append(latest)

    def sentence(self, place: int) -> tuple[int, int]:
        """Sentence around a place."""
        index = max(0, bisect_right(self._starts, place) - 1)
        return self.sentences[index] if self.sentences else (0, len(self.text))

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Stretch between commas, semicolons or joining words around a span."""
        first, last = self.sentence(start)
        mark = re.compile(r"[;；,，、](?!\d)|[–—]| and | y | e | et | und |며|고 |、")
        for match in mark.finditer(self.lower, first, start):
            first = match.end()
        after = mark.search(self.lower, end, last)
        return first, after.start() if after else last

    def subject(self, place: int) -> tuple[str, str | None]:
        """Nearest name before a place in its sentence, else in sentences before, else behind it.

        Names behind a preposition ("near Dresden", "including Samsung") are taken last.
        """
        first, last = self.sentence(place)
        low = bisect_left(self._actor_starts, first)
        inside = self.actors[low : bisect_left(self._actor_starts, last)]
        leading = self._leading[low - 1 : low] if low else []
        choices = (
            [n for n in inside if n.start <= place and n.start not in self.demoted][::-1],
            [n for n in leading if n is not None],
            [n for n in inside if n.start not in self.demoted],
            [n for n in inside if n.start <= place][::-1],
            self.actors[low - 1 : low] if low else [],
            inside,
        )
        pick = next((group[0] for group in choices if group), None)
        return (pick.entity, pick.text) if pick else ("unresolved:unnamed", None)

    def read(self, quantity: Quantity) -> Reading:
        """Reading of one quantity."""
        span = self.sentence(quantity.num_start)
        clause = self.clause(quantity.start, quantity.end)
        subject, written = self.subject(quantity.num_start)
        metric = self._metric(quantity, span, clause)
        modality = self._modality(span, clause)
        if metric.endswith("_existing") and modality == "planned":
            modality = "reported"
        elif metric in {"market_share", "growth"} and modality == "planned":
            modality = "forecast"  # nobody plans a share of a market; it is expected
        return Reading(
            subject, written, metric, modality, self._attribution(span), self._time(quantity, span),
            self._qualifiers(quantity, span, clause),
        )  # fmt: skip

    def read_date(self, hit: DateHit, quantities: Sequence[Quantity]) -> Reading:
        """Reading of one date; without a quantity in its sentence it is an interval of its own."""
        span = self.sentence(hit.num_start)
        clause = self.clause(hit.start, hit.end)
        place = bisect_left(quantities, span[0], key=lambda q: q.num_start)
        alone = place >= len(quantities) or quantities[place].num_start >= span[1]
        value = hit.value
        if alone and not re.match(r"FY|--", value):
            value = {"until": f"/{value}", "since": f"{value}/"}.get(hit.relation, value)
        subject, written = self.subject(hit.num_start)
        metric = {"until": "end", "since": "start"}.get(hit.relation, "date")
        return Reading(
            subject, written, metric, self._modality(span, clause), self._attribution(span), value
        )

    def _metric(self, quantity: Quantity, span: tuple[int, int], clause: tuple[int, int]) -> str:
        unit = quantity.unit
        thing = unit.partition("/")[0]
        if quantity.kind == "count":
            if thing == "wafer":
                return "capacity" if "/" in unit else "wafers"
            if thing in {"fab", "packaging_plant", "research_centre", "data_centre", "line"}:
                near = self.lower[
                    max(span[0], quantity.start - 30) : min(span[1], quantity.end + 30)
                ]
                state = "_existing" if _EXISTING.search(near) else "_new" if _NEW.search(
                    self.lower, *clause) else ""  # fmt: skip
                return f"{thing}s{state}"
            return {"person": "employees", "job": "jobs", "unit": "shipments", "company": "companies"}.get(
                thing, thing.replace("tool:", "tools_").lower()
            )  # fmt: skip
        best: tuple[int, str] | None = None
        for metric, kind, cues in _METRICS:
            if kind != quantity.kind:
                continue
            for low, high in (clause, span):
                places = [m.start() for m in re.finditer(cues, self.lower[low:high])]
                if places:
                    gap = min(abs(low + p - quantity.num_start) for p in places)
                    gap += 0 if (low, high) == clause else 40
                    if best is None or gap < best[0]:
                        best = (gap, metric)
                    break
        if best is not None:
            return best[1]
        return _BY_KIND.get(quantity.kind, quantity.kind)

    def _modality(self, span: tuple[int, int], clause: tuple[int, int]) -> str:
        sentence = self.lower[span[0] : span[1]]
        near = self.lower[clause[0] : clause[1]]
        if _RUMOUR.search(sentence):
            return "rumoured"
        if _FORECAST.search(near) or (_FORECAST.search(sentence) and not _PLAN.search(near)):
            return "forecast"
        if self.lang == "it" and _ITALIAN_FUTURE.search(near):
            return "planned"
        if _PLAN.search(near) or _PLAN.search(sentence):
            return "planned"
        if _ESTIMATE.search(near):
            return "estimate"
        return "reported"

    def _attribution(self, span: tuple[int, int]) -> str | None:
        pattern = _SAYS[self.lang]
        low, high = (bisect_left(self._actor_starts, place) for place in span)
        for name in self.actors[low:high]:
            before = self.text[max(span[0], name.start - 44) : name.start]
            if pattern.search(before) or pattern.match(self.text[name.end : span[1]]):
                return name.entity
        return None

    def _time(self, quantity: Quantity, span: tuple[int, int]) -> str | None:
        low, high = (bisect_left(self._date_starts, place) for place in span)
        near = self.dates[low:high]
        if not near:
            return None

        def gap(hit: DateHit) -> tuple[int, int]:
            begin, end = sorted((hit.start, quantity.start))
            crossed = len(re.findall(r"[;；]|[,，、](?!\d)", self.lower[begin:end]))
            return crossed, end - begin

        hit = min(near, key=gap)
        if re.match(r"FY|--", hit.value):
            return hit.value
        return {"until": f"/{hit.value}", "since": f"{hit.value}/"}.get(hit.relation, hit.value)

    def _qualifiers(
        self, quantity: Quantity, span: tuple[int, int], clause: tuple[int, int]
    ) -> dict[str, str]:
        made: dict[str, str] = {}
        near = self.lower[clause[0] : clause[1]]
        if quantity.kind == "share" and _WORLD.search(near):
            made["region"] = "world"
        if quantity.unit.startswith("wafer"):
            size = re.search(
                r"(200|300|8|12)[ -]?(mm|inch|zoll|pulgadas|pollici|pouces|英寸|吋|インチ|인치)",
                near,
            )
            if size:
                made["wafer_mm"] = {"8": "200", "12": "300"}.get(size[1], size[1])
        if quantity.unit in {"fab", "research_centre", "packaging_plant"}:
            country = re.search(
                r"in the country|en el pa[ií]s|nel paese|dans le pays|im land|국내|国内|國內",
                self.lower[span[0] : min(len(self.lower), span[1] + 20)],
            )
            if country:
                areas = [n for n in self.places if n.start < span[1]]
                if areas:
                    made["region"] = areas[-1].entity.removeprefix("place:")
        if quantity.before:
            made["state"] = "before"
        return made
