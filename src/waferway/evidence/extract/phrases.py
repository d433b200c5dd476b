# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Small words around a number: about, up to, at least, between, from ... to, per month.

Owns, for eight languages, which words soften, bound or join numbers, and which say a rate.
Refuses values and units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["Phrases", "phrases_of"]


@dataclass(frozen=True)
class Phrases:
    """Compiled patterns of one language.

    `approx`, `most`, `least` end at the number; `approx_after`, `most_after`, `least_after`
    begin behind it. `joint` stands between the ends of a range, `joint_and` only after `opener`;
    `step` joins two points (from A to B), `change` are words that tell a change.
    """

    approx: re.Pattern[str]
    most: re.Pattern[str]
    least: re.Pattern[str]
    approx_after: re.Pattern[str]
    most_after: re.Pattern[str]
    least_after: re.Pattern[str]
    joint: re.Pattern[str]
    joint_and: re.Pattern[str]
    opener: re.Pattern[str]
    starter: re.Pattern[str]
    step: re.Pattern[str]
    change: re.Pattern[str]
    rate_before: re.Pattern[str]
    rate_after: re.Pattern[str]
    per: re.Pattern[str]
    times: re.Pattern[str]
    ago: re.Pattern[str]


_NEVER = r"(?!)"
_TABLE: dict[str, dict[str, str]] = {
    "en": {
        "approx": r"about|around|roughly|approximately|approx\.?|some|nearly|almost|circa|ca\.|c\.|an? estimated|estimated at|close to|~|≈|in the region of|on the order of|just (?:over|under)",
        "most": r"up to|at most|no more than|not more than|a maximum of|maximum of|max\.?|less than|fewer than|lower than|below|under|capped at|limited to|as (?:much|many|high) as|as little as|not exceed(?:ing)?|no higher than|<|≤|within",
        "least": r"at least|more than|over|above|no less than|not less than|no fewer than|a minimum of|minimum of|upwards? of|exceed(?:s|ed|ing)?|in excess of|greater than|topp(?:ed|ing)|surpass(?:ed|ing|es)|north of|higher than|>|≥",
        "approx_after": r"or so|-ish|, give or take", "most_after": r"or (?:less|fewer|below)|at (?:the )?most|at maximum|maximum|max\b", "least_after": r"or (?:more|above|higher)|and (?:more|above|up)|-?plus\b|\+|at (?:the )?least|minimum",
        "joint": r"-|–|to|~|or", "joint_and": r"and", "opener": r"between|from|range of|anywhere from", "starter": r"from",
        "step": r"to", "change": r"\b(?:fall|fell|drop|declin|ris|rose|grow|grew|increas|climb|cut|reduc|lower|rais|jump|went|go(?:es|ing)?|decreas|expand|boost|shorten|improv|widen|slip|shr[iau]nk|doubl|tripl|edg|sank|slid|soar|surg|mov|pull|br(?:ing|ought)|compress|shift|lift|extend|double|slash|halv|push|upgrad|revis|ramp|scal|chang|stretch|c[ao]me? down|tumbl|swell|swollen)\w*",
        "rate_before": r"(?P<month>monthly|per month|a month|each month|every month)|(?P<year>annual(?:ly|ized|ised)?|yearly|per year|a year)|(?P<week>weekly|per week)|(?P<day>daily|per day)",
        "rate_after": r"(?:(?:starts?|outs?|(?:of|in) [a-z]+) )?(?:(?P<month>(?:per|a|each|every) (?:calendar )?month|/ ?mo(?:nth)?\.?|monthly|-a-month)|(?P<year>(?:per|a|each|every) year|/ ?y(?:ea)?r\.?|annually|per annum|p\.a\.|yearly|-a-year)|(?P<week>(?:per|a|each|every) week|/ ?week|weekly)|(?P<day>(?:per|a|each|every) day|/ ?day|daily)|(?P<hour>(?:per|an|each|every) hour|/ ?h(?:ou)?r?))",
        "per": r"(?:per|a|an|for each|for every|/) ?", "times": r"times(?! as)|-?fold|x|×|times", "ago": r"ago|earlier|before(?! )|old",
    },
    "es": {
        "approx": r"unos|unas|cerca de|alrededor de|aproximadamente|aprox\.?|casi|en torno a(?: los| las)?|sobre|más o menos|cerca de los|cerca de las|rondar[aá]?(?: los)?|ronda(?:n)?(?: los| las)?|~",
        "most": r"hasta(?: los| las| un| una)?|como máximo|un máximo de|un importe máximo de|por un máximo de|máximo de|menos del?|por debajo del?|inferior(?:es)? al?|no más del?|a lo sumo|limitad[oa]s? a|tope de|no super(?:a|ar[aá]|en)(?: los| las)?|<|≤",
        "least": r"al menos|más del?|por encima del?|superior(?:es)? al?|no menos del?|como mínimo|un mínimo de|mínimo de|super(?:a|an|ó|aron|ar[aá]|ar|ando)(?: los| las| el)?|por lo menos|mayor(?:es)? que|>|≥",
        "approx_after": r"aproximadamente|más o menos", "most_after": r"como máximo|o menos|a lo sumo|máximo", "least_after": r"o más|como mínimo|al menos",
        "joint": r"-|–|a(?: los| las)?|hasta(?: los| las)?|~|o", "joint_and": r"y(?: los| las| el| una?)?", "opener": r"entre(?: los| las| el| un)?|de|del|desde(?: los| las)?", "starter": r"del?|desde(?: los| las| el)?",
        "step": r"a(?: los| las)?|al?|hasta(?: los| las| el)?", "change": r"\b(?:pas(?:a|ó|ar|ando)|baj|ca(?:e|y|íd|er)|sub(?:e|i|ió)|aument|reduc|reduj|crec|elev|descend|desciend|disminu|ampli|acort|mejor|increment|recort|dupli|triplic|salt|rebaj|retroced|mengu|alz|trep)\w*",
        "rate_before": r"(?P<month>mensual(?:es|mente)?|al mes|cada mes)|(?P<year>anual(?:es|mente)?|al año|cada año)|(?P<week>semanal(?:es|mente)?)|(?P<day>diari[oa]s?)",
        "rate_after": r"(?P<month>mensual(?:es|mente)?|al mes|por mes|cada mes|/ ?mes|a la? mes)|(?P<year>anual(?:es|mente)?|al año|por año|cada año|/ ?año)|(?P<week>semanal(?:es)?|a la semana|por semana|/ ?semana)|(?P<day>diari[oa]s?|al día|por día)|(?P<hour>por hora|a la hora)",
        "per": r"(?:por(?: cada)?|/|la|el|cada) ?", "times": r"veces|x|×", "ago": _NEVER,
    },
    "it": {
        "approx": r"circa|quasi|intorno a(?:i|gli|lle|lla|l)?|attorno a(?:i|gli|lle)?|all'incirca|approssimativamente|pressappoco|poco (?:più|meno) di|un[oa]?|~|sui|sugli|sulle",
        "most": r"fino a(?:i|gli|lle|l|d)?|fino all'|al massimo|un massimo di|massimo di|per un massimo di|importo massimo di|meno (?:di|del|dell')|sotto (?:i|gli|le|il|a)?|inferior[ei] a(?:i|l|gli|lle)?|non più di|al di sotto (?:di|del|dei)|non oltre(?: i| gli| le)?|limitat[oaie] a|entro (?:i|gli|le)|tetto di|<|≤",
        "least": r"almeno|più (?:di|del|dei|dell')|oltre(?: i| gli| le| il)?|superior[ei] a(?:i|l|gli|lle)?|non meno di|al di sopra (?:di|del|dei)|un minimo di|minimo di|sopra (?:i|gli|le|il)|super(?:a|ano|ato|are|ava|ando|erà|eranno|ò)(?: i| gli| le| il)?|>|≥",
        "approx_after": r"circa|o giù di lì", "most_after": r"al massimo|o meno|massimo", "least_after": r"o più|almeno|minimo",
        "joint": r"-|–|ai?|agli|alle|al|fino a|~|o", "joint_and": r"ed?(?: i| gli| le| il)?", "opener": r"tra(?: i| gli| le| il)?|fra(?: i| gli| le| il)?|da(?:i|gli|lle|l)?|dall'", "starter": r"da(?:i|gli|lle|l)?|dall'",
        "step": r"ai?|agli|alle|al|all'", "change": r"\b(?:pass(?:a|at|er|ar|ò|ano|ando)|sces|scend|cal(?:a|o|er)|sal(?:i|e|g)|ridu|ridot|aument|cresc|port(?:a|er|at|ò)|scend|diminu|migliorat|migliora|miglioran|accorci|estes|estend|ampli|raddopp|alz|abbass|crol|balz|sces|increment|taglia)\w*",
        "rate_before": r"(?P<month>mensil[ei]|mensilmente|al mese|ogni mese)|(?P<year>annu[aeio]l?[ei]?|annualmente|all'anno|ogni anno)|(?P<week>settimanal[ei])|(?P<day>giornalier[aoei])",
        "rate_after": r"(?P<month>mensil[ei]|mensilmente|al mese|per mese|ogni mese|/ ?mese)|(?P<year>annu[aeio]l?[ei]?|annualmente|all'anno|l'anno|per anno|ogni anno|/ ?anno)|(?P<week>settimanal[ei]|a(?:lla)? settimana|/ ?settimana)|(?P<day>giornalier[aoei]|al giorno|/ ?giorno)|(?P<hour>all'ora|l'ora|/ ?ora)",
        "per": r"(?:per(?: ogni)?|a|al|alla|ogni|/|il|la) ?", "times": r"volte|x|×", "ago": r"fa\b",
    },
    "fr": {
        "approx": r"environ|près de|quelque|autour de|approximativement|à peu près|presque|dans les|de l'ordre de|aux alentours de|proche de|avoisin(?:e|ant|er)|~|une?|quelques",
        "most": r"jusqu'à|jusqu'aux?|au (?:plus|maximum)|un maximum de|maximum|d'un montant maximal de|d'un montant maximum de|montant maximal de|moins de|moins d'|inférieur(?:e|es|s)? à|en dessous de|sous (?:les|la barre des?)|pas plus de|plafonnée?s? à|limitée?s? à|au-dessous de|ne dépass\w+ pas|<|≤",
        "least": r"au (?:moins|minimum)|plus de|plus d'|supérieur(?:e|es|s)? à|au-dessus de|un minimum de|minimum|dépass(?:e|ent|ant|er|é|ait|era)(?: les| la barre des?)?|pas moins de|excéd\w+|>|≥",
        "approx_after": r"environ|à peu près", "most_after": r"au (?:plus|maximum)|maximum|ou moins", "least_after": r"au (?:moins|minimum)|minimum|ou plus|et plus",
        "joint": r"-|–|à|aux?|~|ou", "joint_and": r"et(?: les)?", "opener": r"entre(?: les)?|de|d'", "starter": r"de|d'|des",
        "step": r"à|aux?", "change": r"\b(?:pass(?:e|é|er|ant|era|ait)|baiss|tomb|augment|rédui|grimp|port(?:e|é|er|ant|era)|cr[oû]|accr|diminu|recul|progress|descend|mont|relev|élev|abaiss|amélior|doubl|tripl|bondi|chut|raccourc|rallong|ramen|étend)\w*",
        "rate_before": r"(?P<month>mensuel(?:le)?s?|par mois|chaque mois)|(?P<year>annuel(?:le)?s?|par an|chaque année)|(?P<week>hebdomadaires?)|(?P<day>quotidien(?:ne)?s?)",
        "rate_after": r"(?P<month>par mois|mensuel(?:le)?s?|chaque mois|/ ?mois|mensuellement)|(?P<year>par an(?:née)?|annuel(?:le)?s?|annuellement|chaque année|/ ?an|l'an)|(?P<week>par semaine|hebdomadaires?|/ ?semaine)|(?P<day>par jour|quotidien(?:ne)?s?|/ ?jour)|(?P<hour>par heure|de l'heure|/ ?h(?:eure)?)",
        "per": r"(?:par|la|le|l'|pour chaque|chaque|/) ?", "times": r"fois|x|×", "ago": _NEVER,
    },
    "de": {
        "approx": r"rund|etwa|circa|ca\.?|ungefähr|knapp|gut|fast|nahezu|annähernd|schätzungsweise|in etwa|um die|gegen|beinahe|an die|~",
        "most": r"bis zu|bis|höchstens|maximal|max\.|weniger als|unter|unterhalb von|nicht mehr als|begrenzt auf|auf maximal|niedriger als|geringer als|<|≤",
        "least": r"mehr als|über|mindestens|wenigstens|oberhalb von|nicht weniger als|jenseits von|höher als|größer als|übersteigt|übertrifft|>|≥|gut über",
        "approx_after": r"oder so", "most_after": r"oder weniger|höchstens|maximal", "least_after": r"oder mehr|und mehr|mindestens",
        "joint": r"-|–|bis(?: zu)?|~|oder|auf", "joint_and": r"und", "opener": r"zwischen|von", "starter": r"von|vom",
        "step": r"auf", "change": r"\b(?:sink|sank|gesunk|steig|stieg|gestieg|fall|fiel|gefall|erhöh|senk|gesenkt|verkürz|verbess|wachs|wuchs|gewachs|klett|geklett|verdopp|ausgebau|ausbau|reduz|rückgang|anstieg|zunahm|zunehm|ausweit|verläng|angehob|anheb|hochfahr|verringer)\w*",
        "rate_before": r"(?P<month>monatlich\w*|pro monat|im monat|je monat|monats\w*)|(?P<year>jährlich\w*|pro jahr|im jahr(?! \d)|je jahr|jahres\w*)|(?P<week>wöchentlich\w*|pro woche)|(?P<day>täglich\w*|pro tag)",
        "rate_after": r"(?P<month>monatlich|pro monat|im monat|je monat|/ ?monat|den monat)|(?P<year>jährlich|pro jahr|im jahr(?! \d)|je jahr|/ ?jahr|p\. ?a\.)|(?P<week>wöchentlich|pro woche|die woche|/ ?woche)|(?P<day>täglich|pro tag|am tag|/ ?tag)|(?P<hour>pro stunde|je stunde|/ ?h)",
        "per": r"(?:pro|je|für jede[ns]?|für eine[ns]?|/) ?", "times": r"-?mal(?! )|-?mal (?:so|mehr|höher|größer|schneller|weniger)|-?fache?s?n?|x|×", "ago": _NEVER,
    },
    "ko": {
        "approx": r"약|대략|거의|어림잡아|얼추|~", "most": r"최대|많아야|최고|기껏해야|<|≤", "least": r"최소|적어도|최소한|>|≥",
        "approx_after": r"[ ]?(?:가량|정도|안팎|내외|쯤|남짓|수준)", "most_after": r"[ ]?(?:이하|미만|이내|을 넘지|를 넘지|밑돌|을 밑|를 밑|까지만)", "least_after": r"[ ]?(?:이상(?!의? ?징후)|초과|넘|을 넘|를 넘|이 넘|가 넘|여(?= )|웃도|을 웃|를 웃|을 상회|를 상회)",
        "joint": r"~|-|–|내지|에서|서|부터|∼", "joint_and": r"과|와", "opener": _NEVER, "starter": _NEVER,
        "step": r"에서|서|→|부터", "change": r"(?:늘|증가|감소|줄|오르|올|상승|하락|떨어|확대|축소|단축|개선|높아|낮|인상|인하|증설|상향|하향)",
        "rate_before": r"(?P<month>(?<![\d개])월(?:간| ?평균| ?최대| ?약| ?생산| ?\d)?|매월|매달|한 ?달에?)|(?P<year>연간|연 ?(?=[\d평최약생])|매년|해마다)|(?P<week>주당|매주)|(?P<day>하루|일일|매일)",
        "rate_after": r"[ ]?/ ?(?:(?P<month>월)|(?P<year>년)|(?P<day>일))",
        "per": _NEVER, "times": r"배(?!터|럴|출|치|경|당|정|선|송|열)", "ago": r"[ ]?전(?!망|체|력|략|자|년|후|기|환|문|용|에는 없)",
    },
    "ja": {
        "approx": r"約|およそ|ほぼ|おおよそ|概ね|推定|~|近く", "most": r"最大(?:で)?|多くて|最高|上限|<|≤", "least": r"少なくとも|最低(?:でも)?|最小|>|≥",
        "approx_after": r"前後|程度|ほど|くらい|ぐらい|余り|強|弱|近く", "most_after": r"以下|以内|未満|を下回|まで(?!に)|を上限", "least_after": r"以上|超(?!過|電|音|え?大)|を?超え|を上回|余り?|あまり",
        "joint": r"~|-|–|から|ないし|乃至|より", "joint_and": r"と", "opener": _NEVER, "starter": _NEVER,
        "step": r"から|→|より", "change": r"(?:増|減|上昇|下落|上が|下が|引き上げ|引き下げ|拡大|縮小|短縮|改善|伸び|落ち|低下|高ま|高め|向上)",
        "rate_before": r"(?P<month>月産(?:能力)?|毎月|月間|月当たり|(?<![\d一二三四五六七八九十か箇ヶカ年])月(?=$|最大|約|に))|(?P<year>年産(?:能力)?|年間|毎年|(?<!\d)年(?=$|約|最大))|(?P<week>毎週|週間?)|(?P<day>日産(?!自)|毎日|1日)",
        "rate_after": r"/ ?(?:(?P<month>月)|(?P<year>年)|(?P<day>日))",
        "per": _NEVER, "times": r"倍", "ago": r"前(?!後|年|期|倒|提|工|半|回|述|月)",
    },
    "zh": {
        "approx": r"[约約]|大[约約]|近|[将將]近|接近|估[计計]|[约約]莫|差不多|~|[约約][为為]", "most": r"最[多高大][^\d，,。、;]{0,6}?(?:可?[达達]|[为為])|(?:最多|至多)[^\d，,。、;一二三四五六七八九十两兩]{0,4}|最[多高]|最大|不超[过過]|不到|低于|低於|少于|少於|不足|上限[为為]?|<|≤|高[达達]",
        "least": r"至少|超[过過]|逾|超|高于|高於|不低于|不低於|不少于|不少於|最少|多于|多於|大于|大於|突破|最低|>|≥",
        "approx_after": r"左右|上下|[许許](?!可)", "most_after": r"以[内內]|以下|之[内內]", "least_after": r"以上|[多余餘](?=[^晶片])",
        "joint": r"至|到|~|-|–|∼", "joint_and": r"与|與|和", "opener": _NEVER, "starter": r"[从從由自]",
        "step": r"[上提下减減增扩擴缩縮降升攀跌拉][升到高降至加长長少短大跌]*[至到为為]|[升降增减減提跌至到]+|→", "change": r"(?:提[升高]|上升|下降|升|降|增|减|減|扩大|擴大|缩短|縮短|提高|跌|攀)",
        "rate_before": r"(?P<month>每[个個]?月|月[产產](?:能|量)?|月均|月度|单月|單月|(?<![\d一二三四五六七八九十个個本上下同当當])月(?=$|[约約]|最|高))|(?P<year>每年|年[产產](?:能|量)?|年均|年化|年度)|(?P<week>每[周週])|(?P<day>每[天日]|日均|日[产產])",
        "rate_after": r"[/每] ?(?:(?P<month>[个個]?月)|(?P<year>年)|(?P<day>[日天]))",
        "per": _NEVER, "times": r"倍", "ago": r"[以之]?前(?!后|後|景|沿|往|十|五|三|提|段|端|期)",
    },
}  # fmt: skip


@cache
def phrases_of(lang: str) -> Phrases:
    """Patterns of a language.

    Examples
    --------
    >>> bool(phrases_of("de").approx.search("will bis 2031 rund "))
    True
    """
    table = _TABLE[lang]
    spaced = lang not in {"ja", "zh", "ko"}

    def ends(pattern: str) -> re.Pattern[str]:
        lead = r"(?<![^\W_])" if spaced else ""
        # a bare sign (~, <) needs no word boundary; words do, which the look-behind gives
        tail = (
            r"\s*[(]?$"
            if not spaced
            else r"(?:\s+|(?<=[~≈<>≤≥'])\s*)(?:an? |the |einer? |un |une |una |el |la |il |les |los |las |gli |i |le |uno |l')?$"
        )
        return re.compile(rf"{lead}(?:{pattern}){tail}")

    def begins(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"\s*(?:{pattern})" + (r"(?![^\W_])" if spaced else ""))

    def between(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"\s*(?:{pattern})\s*")

    made = {
        "approx": ends(table["approx"]), "most": ends(table["most"]), "least": ends(table["least"]),
        "opener": ends(table["opener"]), "starter": ends(table["starter"]),
        "approx_after": begins(table["approx_after"]), "most_after": begins(table["most_after"]),
        "least_after": begins(table["least_after"]), "rate_after": begins(table["rate_after"]),
        "times": begins(table["times"]), "ago": begins(table["ago"]),
        "joint": between(table["joint"]), "joint_and": between(table["joint_and"]),
        "step": between(table["step"]), "change": re.compile(table["change"]),
        "rate_before": re.compile((r"(?<![^\W_])" if spaced else "") + f"(?:{table['rate_before']})"),
        "per": re.compile(rf"\s*{table['per']}"),
    }  # fmt: skip
    return Phrases(**made)
