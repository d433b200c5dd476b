# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Patterns of dates in eight languages: how days, quarters, fiscal years and their ends are written.

Owns the words and their order, the surest form first. What a match says is for `date_values`.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["CJK_RELATION", "before_date", "date_patterns", "months"]

_MONTHS = {
    "en": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug "
    "september|sept|sep october|oct november|nov december|dec",
    "es": "enero|ene febrero|feb marzo|mar abril|abr mayo junio|jun julio|jul agosto|ago "
    "septiembre|setiembre|sept|sep octubre|oct noviembre|nov diciembre|dic",
    "it": "gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug "
    "agosto|ago settembre|sett|set ottobre|ott novembre|nov dicembre|dic",
    "fr": "janvier|janv février|fevrier|févr mars avril|avr mai juin juillet|juil août|aout "
    "septembre|sept octobre|oct novembre|nov décembre|decembre|déc",
    "de": "januar|jänner|jan februar|feber|feb märz|maerz|mär april|apr mai juni|jun juli|jul "
    "august|aug september|sept|sep oktober|okt november|nov dezember|dez",
}
_YEAR = r"(?P<year>(?:19[5-9]|20[0-9])\d)(?![\d%])"
_SHORT_YEAR = r"(?P<year>(?:19|20)\d\d|'?[1-4]\d)(?!\d)"


@cache
def months(lang: str) -> dict[str, int]:
    """Month names and abbreviations of a language, with their numbers.

    Examples
    --------
    >>> months("es")["enero"]
    1
    """
    return {
        name: number
        for number, group in enumerate(_MONTHS[lang].split(), 1)
        for name in group.split("|")
    }


_ORDINALS = {
    "en": ("first|1st|one", "second|2nd|two", "third|3rd|three", "fourth|4th|final|four"),
    "es": (r"primer[oa]?|1\.?[ºoer]*|i", r"segund[oa]|2\.?[ºo]?|ii", r"tercer[oa]?|3\.?[ºoer]*|iii",
           r"cuarto|[uú]ltimo|4\.?[ºo]?|iv"),
    "it": (r"prim[oa]|1[°ºo]?|i", r"second[oa]|2[°ºo]?|ii", r"terzo|3[°ºo]?|iii",
           r"quarto|ultimo|4[°ºo]?|iv"),
    "fr": (r"premi[eè]re?|1(?:er|re|ère)?", r"deuxi[eè]me|second[e]?|2(?:e|nd|nde|ème)?",
           r"troisi[eè]me|3(?:e|ème)?", r"quatri[eè]me|dernier|4(?:e|ème)?"),
    "de": (r"erste[nsrm]?|1\.|i\.", r"zweite[nsrm]?|2\.|ii\.", r"dritte[nsrm]?|3\.|iii\.",
           r"vierte[nsrm]?|letzte[nsrm]?|4\.|iv\."),
}  # fmt: skip
_QUARTER = {
    "en": r"(?:calendar |fiscal )?quarter(?:[ ,]+(?:of )?(?:the )?(?:year )?(?P<fiscal>fiscal (?:year )?|fy ?)?)",
    "es": r"trimestre(?:[ ,]+(?:del? )?(?:año )?(?P<fiscal>(?:ejercicio |año )?fiscal |ejercicio )?)",
    "it": r"trimestre(?:[ ,]+(?:del(?:l'| ))?(?P<fiscal>(?:esercizio|anno fiscale) )?)",
    "fr": r"trimestre(?:[ ,]+(?:de )?(?:l'(?:ann[eé]e )?)?(?P<fiscal>exercice )?)",
    "de": r"(?:quartal|vierteljahr)(?:e?s)?(?:[ ,]+(?:des (?:jahres )?)?(?P<fiscal>gesch[aä]ftsjahr(?:es)? )?)",
}
_HALF = {
    "en": r"half(?:[ ,]+(?:of )?(?:the )?(?:year )?)",
    "es": r"(?:semestre|mitad)(?:[ ,]+(?:del? )?(?:año )?)",
    "it": r"(?:semestre|met[aà])(?:[ ,]+(?:del(?:l'| ))?(?:anno )?)",
    "fr": r"(?:semestre|moiti[eé])(?:[ ,]+(?:de )?(?:l'ann[eé]e )?)",
    "de": r"(?:halbjahr(?:es)?|h[aä]lfte|jahresh[aä]lfte)(?:[ ,]+(?:des jahres |von )?)",
}
_FISCAL = {
    "en": r"(?:fiscal(?:[ -]year)?|financial year|fy)[ -]?(?:ending (?:in )?)?",
    "es": r"(?:(?:el )?ejercicio(?: fiscal)?|año fiscal|fy)(?: de)? ?",
    "it": r"(?:esercizio(?: fiscale)?|anno fiscale|fy) ?",
    "fr": r"(?:exercice(?: fiscal)?|ann[eé]e fiscale|fy) ?",
    "de": r"(?:gesch[aä]ftsjahr(?:es|e)?|fiskaljahr(?:es)?|wirtschaftsjahr|gj|fy) ?",
}
_END = {
    "en": r"(?:the )?(?:end|close) of (?:the )?(?:year |calendar )?|end-|year-end |(?:by )?end ",
    "es": r"(?:finales|final|fines|fin)(?: de(?:l(?: año)?)?)? |(?:que )?(?:termine|acabe|finalice) (?:el año |el )?",
    "it": r"(?:la )?fine (?:del(?:l'anno)? |di )?",
    "fr": r"(?:la )?fin (?:de (?:l'ann[eé]e )?|d')?",
    "de": r"ende (?:des jahres |von )?|jahresende ",
}
_PART = {
    "en": r"(?:early|late|mid|the (?:start|beginning|middle) of|spring|summer|autumn|fall|winter)(?: of)?[- ]",
    "es": r"(?:principios|comienzos|inicios|mediados|primavera|verano|otoño|invierno)(?: del?)? ",
    "it": r"(?:inizio|met[aà]|primavera|estate|autunno|inverno)(?: del)? ",
    "fr": r"(?:d[eé]but|mi|courant|printemps|[eé]t[eé]|automne|hiver)[- ](?:de )?",
    "de": r"(?:anfang|mitte|fr[uü]hjahr|sommer|herbst|winter) ",
}
_SINCE = {
    "en": r"(?:since|from|starting (?:in|from)|beginning (?:in|from)|as of)",
    "es": r"(?:desde|a partir del?)(?: el)?(?: año)?",
    "it": r"(?:da|dal|dall'|a partire d[ae]l?l?)",
    "fr": r"(?:depuis|[aà] partir d[eu]|d[eè]s|[aà] compter d[eu])(?: l'ann[eé]e)?(?: la| le)?",
    "de": r"(?:seit|ab)(?: dem| der)?(?: jahr)?",
}
_UNTIL = {
    "en": r"(?:by|until|till|through|before|no later than|up to)(?: the)?(?: year)?",
    "es": r"(?:hasta|para|antes del?|de aqu[ií] a)(?: el)?(?: año)?",
    "it": r"(?:entro|fino al?|fino all'|prima del|sino al)(?: il)?",
    "fr": r"(?:d'ici|jusqu'en|jusqu'[aà]|jusqu'au|avant|[aà] l'horizon)(?: [aà])?(?: la| le)?(?: l'ann[eé]e)?",
    "de": r"(?:bis|vor)(?: zum| zur| einschlie(?:ß|ss)lich)?(?: jahr)?",
}
_IN = {
    "en": r"(?:in|during|for|of|over|year)", "es": r"(?:en|durante|de|del|año|el)", "it": r"(?:nel|del|nell'anno|per il|il|anno|di)",
    "fr": r"(?:en|de|pour|ann[eé]e|durant)", "de": r"(?:im jahr|in|im|jahr|jahre|jahres|für|von|des jahres)",
}  # fmt: skip
_CJK_YEAR = (
    r"(?:西元|公元)?(?P<year>(?:19[5-9]|20[0-9])\d|(?:二[〇零○]|一九)[〇零○一二三四五六七八九]{2})"
)
CJK_RELATION = {
    "ko": (r" ?(?:년 ?)?(?:말 ?)?(?:까지|이전|전까지)", r" ?(?:부터|이후|이래)"),
    "ja": (r"(?:度)?(?:までに?|以前|を?めど|を目途)", r"(?:から|以来|以降)"),
    "zh": (r"(?:之?前|以前|为止|為止)", r"(?:起|以[来來]|之?[后後]|开始|開始)"),
}
"""What stands behind a date in Korean, Japanese and Chinese: until, since."""


def date_patterns(lang: str) -> list[tuple[str, re.Pattern[str]]]:
    """Kinds of dates and their patterns, in the order in which they are tried."""
    return _ideographic(lang) if lang in CJK_RELATION else _alphabetic(lang)


@cache
def before_date(lang: str) -> re.Pattern[str]:
    """What stands before a date in other languages: until, since, at."""
    return re.compile(
        rf"\b(?:(?P<until>{_UNTIL[lang]})|(?P<since>{_SINCE[lang]})|(?P<at>{_IN[lang]}))[ ]?(?:the )?$"
    )


@cache
def _alphabetic(lang: str) -> list[tuple[str, re.Pattern[str]]]:
    names = "|".join(sorted(months(lang), key=len, reverse=True))
    month = rf"(?P<month>{names})\b\.?"
    of = {"en": "(?:of )?", "es": "de ", "it": "(?:di )?", "fr": "", "de": ""}[lang]
    year_of = {"en": ",? (?:of )?", "es": ",? (?:del? )?", "it": " (?:del )?", "fr": " (?:de )?",
               "de": " "}[lang]  # fmt: skip
    day = {
        "en": r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", "es": r"(?P<day>\d{1,2})[ºo]?",
        "it": r"(?P<day>\d{1,2})[°º]?", "fr": r"(?P<day>\d{1,2})(?:er)?", "de": r"(?P<day>\d{1,2})\.",
    }[lang]  # fmt: skip
    ordinal = "|".join(f"(?P<n{i}>{p})" for i, p in enumerate(_ORDINALS[lang], 1))
    begin = r"(?<![\w.,/-])"
    rules: list[tuple[str, str]] = [
        ("iso", rf"{begin}{_YEAR}-(?P<m>\d\d)-(?P<d>\d\d)(?![\d-])"),
        ("ymd", rf"{begin}{_YEAR}[./](?P<m>\d\d?)[./](?P<d>\d\d?)(?!\d)"),
        ("dmy", rf"{begin}(?P<d>\d{{1,2}})(?P<sep>[./])(?P<m>\d{{1,2}})[./]{_YEAR}"),
        ("day", rf"{begin}{day} {of}{month}(?:{year_of}{_YEAR})?"),
        ("quarter", rf"(?<!\w)(?:{ordinal})[ -]{_QUARTER[lang]}{_YEAR}"),
        (
            "quarter",
            rf"(?<!\w)[qt](?P<q>[1-4])[ -/]*(?:(?:of|de|del) )?(?P<fiscal>fy ?|fiscal )?{_SHORT_YEAR}",
        ),
        ("quarter", rf"{begin}(?P<q>[1-4])[qt](?: de | del )?[ -]?(?P<fiscal>fy)?{_SHORT_YEAR}"),
        ("quarter", rf"{begin}{_YEAR}[ -/]?q(?P<q>[1-4])(?!\w)"),
        ("half", rf"(?<!\w)(?:{ordinal})[ -]{_HALF[lang]}{_YEAR}"),
        ("half", rf"(?<!\w)[hs](?P<q>[12])[ -/]*(?:(?:of|de|del) )?{_SHORT_YEAR}"),
        ("half", rf"{begin}(?P<q>[12])[hs](?: de | del )?[ -]?{_SHORT_YEAR}"),
        ("fiscal", rf"(?<!\w){_FISCAL[lang]}{_SHORT_YEAR}(?:[/–-](?P<to>\d\d(?:\d\d)?))?(?!\d)"),
        ("fiscal", rf"{begin}{_YEAR} fiscal year"),
        ("month", rf"(?<!\w)(?:(?P<end>{_END[lang]}))?{month}{year_of}{_YEAR}(?!\w)"),
        ("year", rf"(?<!\w)(?:(?P<end>{_END[lang]}){_YEAR}|(?P<part>{_PART[lang]}){_YEAR})(?!\w)"),
        ("years", rf"(?<![\w.,/$€£¥₩-]){_YEAR}[-–/](?P<to>(?:20)?\d\d)(?!\w)"),
        ("year", rf"(?<![\w.,/$€£¥₩-]){_YEAR}(?![\w]|[.,]\d|/\d|[-–]\d{{1,3}}(?!\d))"),
    ]
    if lang == "en":
        rules.insert(
            3, ("day", rf"(?<!\w){month} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? {_YEAR})?")
        )
        rules.append(
            (
                "yearless",
                rf"(?:(?<=\bin )|(?<=\bby )|(?<=\bsince )|(?<=\blast ))(?P<month>{names})\b(?! \d)",
            )
        )
    elif lang in {"es", "fr"}:
        rules.append(("yearless", rf"(?<=\ben )(?P<month>{names})\b"))
    elif lang == "it":
        rules.append(("yearless", rf"(?:(?<=\ba )|(?<=\bin )|(?<=\bad ))(?P<month>{names})\b"))
    else:
        rules.append(
            (
                "yearless",
                rf"(?:(?<=\bim )|(?<=\bseit )|(?<=\bende )|(?<=\banfang ))(?P<month>{names})\b",
            )
        )
    if lang == "de":
        rules.insert(3, ("day", rf"{begin}(?P<day>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?!\d)"))
    return _compiled(rules)


def _compiled(rules: list[tuple[str, str]]) -> list[tuple[str, re.Pattern[str]]]:
    """Patterns may name a group once in each alternative; later ones get a suffix."""
    made = []
    for kind, pattern in rules:
        seen: dict[str, int] = {}

        def rename(match: re.Match[str], seen: dict[str, int] = seen) -> str:
            name = match[1]
            seen[name] = seen.get(name, 0) + 1
            return match[0] if seen[name] == 1 else f"(?P<{name}__{seen[name]}>"

        made.append((kind, re.compile(re.sub(r"\(\?P<(\w+)>", rename, pattern))))
    return made


@cache
def _ideographic(lang: str) -> list[tuple[str, re.Pattern[str]]]:
    if lang == "ko":
        year = r"(?P<year>(?:19[5-9]|20[0-9])\d) ?년"
        short = r"(?<![\d'])'?(?P<year>[234]\d) ?년(?=까지|부터|에는? |[ ]?(?:말|초|상반기|하반기)|[ ]\d{1,2}월| ?[1-4]분기)"
        rules = [
            ("quarter", rf"{year} ?(?:제?(?P<q>[1-4]) ?(?:/ ?4 ?)?분기)"),
            ("quarter", r"(?P<year>20\d\d)[ .-]?q(?P<q>[1-4])"),
            ("half", rf"{year} ?(?:(?P<n1>상반기)|(?P<n2>하반기))"),
            ("fiscal", r"(?P<year>20\d\d) ?(?:년 ?)?(?:회계 ?연도|회계년도)|fy ?(?P<fy>\d{2,4})"),
            ("day", rf"{year} ?(?P<m>\d{{1,2}})월 ?(?P<day>\d{{1,2}})일"),
            ("month", rf"{year} ?(?P<m>\d{{1,2}})월(?P<endm> ?말)?"),
            ("year", rf"{year}(?:도)?(?P<endy> ?(?:연)?말(?![가-힣]{{2}}))?"),
            ("day", r"(?<![\d.])(?P<m>\d{1,2})월 ?(?P<day>\d{1,2})일"),
            ("quarter", rf"{short} ?(?P<q>[1-4])분기"),
            ("half", rf"{short} ?(?:(?P<n1>상반기)|(?P<n2>하반기))"),
            ("year", rf"{short}(?P<endy> ?말)?"),
            ("yearless", r"(?<![\d.])(?P<m>\d{1,2})월(?=에|부터|까지|께|중| 말| 초)"),
        ]
    else:
        num = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
        year = rf"(?:{_CJK_YEAR}|(?P<era>令和|平成|昭和|民[国國])(?P<ey>\d{{1,3}}|元)) ?年"
        quarter = r"(?:第 ?(?P<q>[1-4一二三四])|(?P<q2>[1-4一二三四])) ?(?:四半期|季度?|[個个]季度)"
        half = r"(?:(?P<n1>上半年|上半期|上期|前半|上期)|(?P<n2>下半年|下半期|下期|後半|后半))"
        short = r"(?<![\d年第約约])(?P<year>[234]\d)年"
        rules = [
            ("quarter", rf"{year}度? ?の? ?{quarter}"),
            ("quarter", r"(?P<year>20\d\d)[ .-]?q(?P<q>[1-4])"),
            ("half", rf"{year}度? ?の? ?{half}"),
            ("span", rf"{year} ?(?P<m>\d{{1,2}})月?[~–-](?P<to>\d{{1,2}})月期?"),
            (
                "fiscal",
                rf"{year}度(?!末)|{year} ?\d{{1,2}}月期|{_CJK_YEAR}(?:年)?(?:财年|財年|[会會][计計]年度|财政年度|財政年度|会計年度)|fy ?(?P<fy>\d{{2,4}})",
            ),
            ("day", rf"{year} ?(?P<m>{num}) ?月 ?(?P<day>{num}) ?[日号號]"),
            ("month", rf"{year} ?(?P<m>{num}) ?月(?:份)?(?P<endm>[末底])?"),
            ("year", rf"{year}(?P<endy>度?末|底)?"),
            ("day", r"(?<![\d.])(?P<m>\d{1,2})[ ]?月[ ]?(?P<day>\d{1,2})[ ]?[日号號]"),
            (
                "day",
                rf"(?<![一二三四五六七八九十])(?P<m>[一二三四五六七八九]|十[一二]?)月(?P<day>{num})[日号號]",
            ),
            (
                "yearless",
                r"(?<![\d.])(?P<m>\d{1,2})月(?=に|から|まで|末|初|[底初中份起]|上旬|下旬|中旬|以[来來])",
            ),
            ("years", r"(?<![\d.])(?P<year>20\d\d)[-~–至到](?P<to>20\d\d)年"),
        ]
        if lang == "ja":
            after = r"(?=末|度|まで|には?[^わ渡及一]|から|春|夏|秋|冬|後半|前半|第?\d四半期|時点|\d{1,2}月)"
            bare = [
                ("fiscal", rf"{short}度(?!末)"), ("quarter", rf"{short}{quarter}"),
                ("half", rf"{short}{half}"),
                ("month", rf"{short}(?P<m>\d{{1,2}})月(?P<endm>末)?"),
                ("year", rf"{short}(?:(?P<endy>末)|{after})"),
            ]  # fmt: skip
            # Two-digit years after those of four digits, before days and months without a year.
            place = next(i for i, (kind, _) in enumerate(rules) if kind == "year") + 1
            rules[place:place] = bare
    rules += [
        ("iso", rf"(?<![\d.-]){_YEAR}[-./](?P<m>\d\d?)[-./](?P<d>\d\d?)(?!\d)"),
        (
            "half",
            rf"(?<![a-z0-9])(?P<q>[12])h ?{_SHORT_YEAR}|(?<![a-z0-9])h(?P<qq>[12]) ?(?P<year2>20\d\d)",
        ),
        (
            "quarter",
            rf"(?<![a-z0-9])(?P<q>[1-4])q ?{_SHORT_YEAR}|(?<![a-z0-9])q(?P<qq>[1-4]) ?(?P<year2>20\d\d)",
        ),
    ]
    return _compiled(rules)


_CJK_RELATION = {
    "ko": (r" ?(?:년 ?)?(?:말 ?)?(?:까지|이전|전까지)", r" ?(?:부터|이후|이래)"),
    "ja": (r"(?:度)?(?:までに?|以前|を?めど|を目途)", r"(?:から|以来|以降)"),
    "zh": (r"(?:之?前|以前|为止|為止)", r"(?:起|以[来來]|之?[后後]|开始|開始)"),
}
