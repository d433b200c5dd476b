# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Names and symbols of physical units, time and percent in eight languages.

Owns which unit a symbol (case matters) or word (case does not) means, and of which kind a claim
in it is. Refuses conversion: `waferway.units` does.
"""

from __future__ import annotations

from functools import cache

from waferway.evidence.extract.vocabulary import Lexicon

__all__ = ["KIND", "POINTS", "measure_symbol", "measure_word", "percent"]

KIND = {
    **dict.fromkeys("km m cm mm µm nm mi ft in yd".split(), "distance"),
    **dict.fromkeys("TW GW MW kW W mW kVA MVA GVA".split(), "power"),
    **dict.fromkeys("TWh GWh MWh kWh Wh J MJ GJ".split(), "energy"),
    **dict.fromkeys("EB PB TB GB MB kB Tbit Gbit Mbit bit".split(), "memory"),
    **dict.fromkeys("TB/s GB/s MB/s PB/s Tbit/s Gbit/s Mbit/s".split(), "ratio"),
    **dict.fromkeys("kg g mg t kt Mt lb oz".split(), "mass"),
    **dict.fromkeys("km2 m2 cm2 mm2 ha acre ft2 mi2 pyeong ping".split(), "area"),
    **dict.fromkeys("year month week day hour minute second ms".split(), "duration"),
    **dict.fromkeys("% pp".split(), "share"),
}

# Symbols: the case of the letters matters; at the place behind a number.
_SYMBOLS = (
    ("TB/s", r"TB/s(?:ec)?|TBps"), ("GB/s", r"GB/s(?:ec)?|GBps"), ("PB/s", "PB/s"),
    ("MB/s", "MB/s"), ("Tbit/s", r"T[bB]it/s|Tbps|Tb/s"), ("Gbit/s", r"Gbit/s|Gbps|Gb/s|GBit/s"),
    ("Mbit/s", r"Mbit/s|Mbps|Mb/s"),
    ("TWh", "TWh"), ("GWh", "GWh"), ("MWh", "MWh"), ("kWh", "kWh|KWh|KWH"), ("Wh", "Wh"),
    ("TW", "TW"), ("GW", "GW"), ("MW", "MW"), ("kW", "kW|KW"), ("W", "W"), ("mW", "mW"),
    ("MVA", "MVA"), ("kVA", "kVA"),
    ("EB", "EB"), ("PB", "PB"), ("TB", "TB"), ("GB", r"GB|GByte|Gbyte|Go"), ("TB", "To"),
    ("MB", "MB|Mo"), ("kB", "kB|KB"), ("Tbit", "Tb"), ("Gbit", r"Gbit|Gb"), ("Mbit", "Mbit|Mb"),
    ("EFLOPS", r"EFLOPS?|EFLOP/s|exaFLOPS?|exaflops?"),
    ("PFLOPS", r"PFLOPS?|PFLOP/s|petaFLOPS?|petaflops?"),
    ("TFLOPS", r"TFLOPS?|TFLOP/s|teraFLOPS?|teraflops?"), ("TOPS", "TOPS"),
    ("km2", r"km2|km\^2|sq\.? ?km"), ("m2", r"m2|m\^2|sq\.? ?m|qm"), ("mm2", r"mm2|mm\^2"),
    ("cm2", r"cm2|cm\^2"), ("ft2", r"sq\.? ?ft\.?|ft2"), ("m3", r"m3|m\^3"), ("ha", "ha"),
    ("km/h", r"km/h|kmh"), ("km", "km|Km|KM"), ("cm", "cm"), ("mm", "mm"), ("µm", "µm|μm|um"),
    ("nm", "nm|NM"), ("m", "m"), ("mi", "mi"), ("ft", r"ft\.?"), ("in", '"'),
    ("kg", "kg|Kg"), ("mg", "mg"), ("g", "g"), ("t", "t"), ("lb", r"lbs?\.?"), ("oz", r"oz\.?"),
    ("GHz", "GHz"), ("MHz", "MHz"), ("kHz", "kHz"), ("THz", "THz"), ("Hz", "Hz"),
    ("GT/s", "GT/s"), ("kV", "kV"), ("V", "V"), ("degC", r"° ?C"), ("degF", r"° ?F"), ("deg", "°"),
    ("L", r"[lL]"), ("hour", r"hrs?\.?|h"), ("minute", r"min\.?"), ("second", r"s|secs?\.?"),
    ("ms", "ms"), ("ppm", "ppm"), ("ppb", "ppb"), ("pp", r"pp\.?|p\.p\.|ppts?"), ("bp", "bps?"),
    ("dB", "dB"),
)  # fmt: skip

_WORDS: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("km2", r"square kilomet(?:er|re)s?"), ("m2", r"square met(?:er|re)s?"),
        ("ft2", r"square (?:feet|foot)"), ("mi2", "square miles?"), ("m3", r"cubic met(?:er|re)s?"),
        ("mm2", r"square millimet(?:er|re)s?"), ("acre", "acres?"), ("ha", "hectares?"),
        ("km", r"kilomet(?:er|re)s?|kms"), ("cm", r"centimet(?:er|re)s?"),
        ("mm", r"millimet(?:er|re)s?"), ("nm", r"nanomet(?:er|re)s?"),
        ("µm", r"micromet(?:er|re)s?|microns?"), ("m", r"met(?:er|re)s?"), ("mi", "miles?"),
        ("ft", r"foot|feet"), ("in", r"inch(?:es)?"), ("yd", "yards?"),
        ("GWh", "gigawatt[- ]?hours?"), ("MWh", "megawatt[- ]?hours?"), ("TWh", "terawatt[- ]?hours?"),
        ("kWh", "kilowatt[- ]?hours?"), ("TW", "terawatts?"), ("GW", "gigawatts?|gw"),
        ("MW", "megawatts?|mw"), ("kW", "kilowatts?|kw"), ("W", "watts?"),
        ("EB", "exabytes?"), ("PB", "petabytes?"), ("TB", "terabytes?|tb"), ("GB", "gigabytes?|gb"),
        ("MB", "megabytes?"), ("Gbit", "gigabits?"), ("Tbit", "terabits?"), ("Mbit", "megabits?"),
        ("bit", "bits?"), ("byte", "bytes?"),
        ("t", r"(?:metric )?tons?|tonnes?|metric tonnes?"), ("kg", "kilograms?|kilos?|kgs"),
        ("g", "grams?"), ("oz", "ounces?"), ("lb", "pounds?|lbs"),
        ("L", r"lit(?:er|re)s?"), ("gal", "gallons?"), ("bbl", "barrels?"),
        ("GHz", "gigahertz"), ("MHz", "megahertz"),
        ("year", "years?|yrs?"), ("quarter", "quarters"), ("month", "months?|mos\\."), ("week", "weeks?|wks?"),
        ("day", "days?"), ("hour", "hours?"), ("minute", "minutes?|mins"), ("second", "seconds?"),
        ("pp", r"percentage[- ]points?|percent points?"), ("bp", "basis points?"), ("degC", "degrees? celsius"),
        ("deg", "degrees?"),
    ],
    "es": [
        ("km2", r"kil[oó]metros? cuadrados?"), ("m2", "metros? cuadrados?"),
        ("mm2", r"mil[ií]metros? cuadrados?"), ("ft2", "pies? cuadrados?"), ("m3", r"metros? c[uú]bicos?"),
        ("mi2", "millas? cuadradas?"), ("ha", r"hect[aá]reas?"), ("acre", "acres?"),
        ("km/h", r"kil[oó]metros? por hora"),
        ("km", r"kil[oó]metros?"), ("cm", r"cent[ií]metros?"), ("mm", r"mil[ií]metros?"),
        ("nm", r"nan[oó]metros?"), ("µm", r"micr[oó]metros?|micras?"), ("m", "metros?"),
        ("mi", "millas?"), ("ft", "pies?"), ("in", "pulgadas?"), ("yd", "yardas?"),
        ("GWh", r"gigavatios?[- ]hora"), ("MWh", r"megavatios?[- ]hora"), ("TWh", r"teravatios?[- ]hora"),
        ("kWh", r"kilovatios?[- ]hora"), ("TW", "teravatios?"), ("GW", "gigavatios?|gigawatts?"),
        ("MW", "megavatios?|megawatts?"), ("kW", "kilovatios?|kilowatts?"), ("W", "vatios?|watts?"),
        ("PB", "petabytes?"), ("TB", "terabytes?"), ("GB", "gigabytes?|gigas"), ("MB", "megabytes?"),
        ("Gbit", "gigabits?"), ("bit", "bits?"), ("byte", "bytes?"),
        ("t", r"toneladas?(?: m[eé]tricas?)?"), ("kg", "kilogramos?|kilos?"), ("g", "gramos?"),
        ("oz", "onzas?"), ("lb", "libras?"), ("L", "litros?"), ("gal", "galones?|gal[oó]n"),
        ("bbl", "barriles?|barril"), ("year", r"años?"), ("quarter", "trimestres"), ("month", r"mes(?:es)?"), ("week", "semanas?"),
        ("day", r"d[ií]as?"), ("hour", "horas?"), ("minute", "minutos?"), ("second", "segundos?"),
        ("pp", r"puntos? porcentual(?:es)?|puntos? de porcentaje"), ("bp", r"puntos? b[aá]sicos?"), ("deg", "grados?"),
    ],
    "it": [
        ("km2", r"chilometr[oi] quadrat[oi]|km quadrat[oi]"), ("m2", r"metr[oi] quadr(?:at)?[oi]|mq"),
        ("mm2", "millimetri quadrati"), ("ft2", "piedi quadrati"), ("mi2", "miglia quadrat[ei]"), ("m3", "metri cubi"),
        ("ha", "ettar[oi]"), ("acre", "acr[oi]"), ("km", r"chilometr[oi]|km"),
        ("cm", "centimetr[oi]"), ("mm", "millimetr[oi]"), ("nm", "nanometr[oi]"),
        ("µm", "micrometr[oi]|micron"), ("m", "metr[oi]"), ("mi", "migli[ao]"), ("ft", "pied[ei]"),
        ("in", "pollic[ei]"), ("yd", "iard[ae]"), ("GWh", "gigawattora"), ("MWh", "megawattora"), ("TWh", "terawattora"),
        ("kWh", "kilowattora|chilowattora"), ("TW", "terawatt"), ("GW", "gigawatt"), ("MW", "megawatt"),
        ("kW", "(?:kilo|chilo)watt"), ("W", "watt"), ("PB", "petabyte"), ("TB", "terabyte"),
        ("GB", "gigabyte|giga"), ("MB", "megabyte"), ("Gbit", "gigabit"), ("bit", "bit"), ("byte", "byte"),
        ("t", r"tonnellat[ae](?: metriche)?"), ("kg", "chilogramm[oi]|chil[oi]"), ("g", "gramm[oi]"),
        ("oz", "onc[ei]a?"), ("lb", "libbr[ae]"), ("L", "litr[oi]"), ("gal", "gallon[ei]"), ("bbl", "baril[ei]"),
        ("year", "ann[oi]"), ("quarter", "trimestri"), ("month", "mes[ei]"), ("week", "settiman[ae]"),
        ("day", "giorn[oi]|giornate"), ("hour", "or[ae]"), ("minute", "minut[oi]"), ("second", "second[oi]"),
        ("pp", r"punt[oi] percentual[ei]"), ("bp", "punt[oi] base"), ("deg", "grad[oi]"),
    ],
    "fr": [
        ("km2", r"kilom[eè]tres?[- ]carr[eé]s?"), ("m2", r"m[eè]tres?[- ]carr[eé]s?"),
        ("mm2", r"millim[eè]tres?[- ]carr[eé]s?"), ("ft2", r"pieds?[- ]carr[eé]s?"), ("m3", r"m[eè]tres?[- ]cubes?"),
        ("mi2", r"mil(?:l?es?)?[- ]carr[eé]s?"), ("ha", "hectares?"), ("acre", "acres?"),
        ("km", r"kilom[eè]tres?"), ("cm", r"centim[eè]tres?"), ("mm", r"millim[eè]tres?"),
        ("nm", r"nanom[eè]tres?"), ("µm", r"microm[eè]tres?|microns?"), ("m", r"m[eè]tres?"),
        ("mi", r"miles?|milles?"), ("ft", "pieds?"), ("in", "pouces?"), ("yd", "yards?|verges?"),
        ("GWh", r"gigawatts?[- ]?heures?"), ("MWh", r"m[eé]gawatts?[- ]?heures?"), ("TWh", r"t[eé]rawatts?[- ]?heures?"),
        ("kWh", r"kilowatts?[- ]?heures?"), ("TW", r"t[eé]rawatts?"), ("GW", "gigawatts?"),
        ("MW", r"m[eé]gawatts?"), ("kW", "kilowatts?"), ("W", "watts?"),
        ("PB", r"p[eé]taoctets?|petabytes?"), ("TB", r"t[eé]raoctets?|terabytes?"),
        ("GB", r"gigaoctets?|gigabytes?|gigas?"), ("MB", r"m[eé]gaoctets?|megabytes?"),
        ("Gbit", "gigabits?"), ("bit", "bits?"), ("byte", "octets?"),
        ("t", r"tonnes?(?: m[eé]triques?)?"), ("kg", "kilogrammes?|kilos?"), ("g", "grammes?"),
        ("oz", "onces?"), ("lb", "livres?"), ("L", "litres?"), ("gal", "gallons?"), ("bbl", "barils?"),
        ("year", r"ans?|ann[eé]es?"), ("quarter", "trimestres"), ("month", "mois"), ("week", "semaines?"),
        ("day", "jours?|journ[eé]es?"), ("hour", "heures?"), ("minute", "minutes?"), ("second", "secondes?"),
        ("pp", r"points? de pourcentage|points? de %|points(?! de (?:vente|contact))"), ("bp", "points? de base"), ("deg", r"degr[eé]s?"),
    ],
    "de": [
        ("km2", r"quadratkilometern?"), ("m2", "quadratmetern?"), ("mm2", "quadratmillimetern?"),
        ("ft2", "quadratfu(?:ß|ss)"), ("mi2", "quadratmeilen?"), ("m3", "kubikmetern?"), ("ha", "hektarn?"), ("acre", "acres?"),
        ("km/h", r"kilometern? (?:pro|je) stunde|stundenkilometern?"), ("m/s", r"metern? pro sekunde"),
        ("km", "kilometern?"), ("cm", "zentimetern?"), ("mm", "millimetern?"), ("nm", "nanometern?"),
        ("µm", "mikrometern?"), ("m", "metern?"), ("mi", "meilen?"), ("ft", r"fu(?:ß|ss)"), ("in", "zoll|inch"),
        ("GWh", "gigawattstunden?"), ("MWh", "megawattstunden?"), ("TWh", "terawattstunden?"), ("kWh", "kilowattstunden?"),
        ("TW", "terawatt"), ("GW", "gigawatt"), ("MW", "megawatt"), ("kW", "kilowatt"), ("W", "watt"),
        ("PB", "petabytes?"), ("TB", "terabytes?"), ("GB", "gigabytes?"), ("MB", "megabytes?"), ("Gbit", "gigabit"),
        ("bit", "bits?"), ("byte", "bytes?"), ("t", "tonnen?"), ("kg", "kilogramm|kilos?"), ("g", "gramm"),
        ("oz", "unzen?"), ("lb", "pfund"), ("L", "litern?"), ("gal", "gallonen?"), ("bbl", "barrel"),
        ("year", "jahre?n?|jahres"), ("quarter", "quartalen?"), ("month", "monate?n?"), ("week", "wochen?"), ("day", "tage?n?"),
        ("hour", "stunden?"), ("minute", "minuten?"), ("second", "sekunden?"),
        ("pp", "prozentpunkte?n?"), ("bp", "basispunkte?n?"), ("deg", "grad"),
    ],
    "ko": [
        ("km2", "(?:제곱|평방) ?킬로미터|제곱킬로미터"), ("m2", "제곱 ?미터|평방 ?미터|㎡"), ("pyeong", "평(?!균|택|가|소|일|방)"), ("ha", "헥타르"),
        ("mm2", "제곱 ?밀리미터"),
        ("km", "킬로미터|킬로(?!그램|와트|바이트)"), ("cm", "센티미터"), ("mm", "밀리미터"), ("nm", "나노미터|나노(?!시트)"), ("µm", "마이크로미터"),
        ("m", "미터"), ("mi", "마일"), ("in", "인치"), ("GWh", "기가와트시"), ("MWh", "메가와트시"), ("TWh", "테라와트시"), ("kWh", "킬로와트시"),
        ("TW", "테라와트"), ("GW", "기가와트"), ("MW", "메가와트"), ("kW", "킬로와트"), ("W", "와트"),
        ("PB", "페타바이트"), ("TB/s", "테라바이트/초"), ("GB/s", "기가바이트/초"), ("TB", "테라바이트"), ("GB", "기가바이트"), ("MB", "메가바이트"), ("Gbit", "기가비트"), ("Tbit", "테라비트"), ("bit", "비트"),
        ("t", "톤"), ("kg", "킬로그램"), ("g", "그램"), ("L", "리터"), ("bbl", "배럴"),
        ("year", "년간?|개년|년치"), ("month", "개월|달(?!러)"), ("week", "주일?간?(?=[^가-힣]|의|에|로|가|를|내|이|후|만|까지|이상|$)|주간"), ("day", "일간"), ("hour", "시간"),
        ("minute", "분간|분(?![기의야석])"), ("second", "초(?!반|기|과|당|순)"),
        ("pp", "(?:%|퍼센트) ?(?:포인트|p)"), ("bp", "베이시스포인트"), ("deg", "도(?=[^가-힣]|로|의)"),
    ],
    "ja": [
        ("km2", "平方キロ(?:メートル)?"), ("m2", "平方メートル|㎡|平米"), ("mm2", "平方ミリ(?:メートル)?"), ("ft2", "平方フィート"), ("mi2", "平方マイル"), ("m3", "立方メートル"), ("ha", "ヘクタール"), ("acre", "エーカー"),
        ("km/h", "キロメートル毎時"), ("kWh", "キロワット時"), ("MWh", "メガワット時"), ("GWh", "ギガワット時"), ("TWh", "テラワット時"),
        ("TW", "テラワット"), ("GW", "ギガワット"), ("MW", "メガワット"), ("kW", "キロワット"), ("W", "ワット"),
        ("kg", "キログラム"), ("mg", "ミリグラム"), ("g", "グラム"), ("mL", "ミリリットル"), ("L", "リットル"), ("kB", "キロバイト"),
        ("km", "キロメートル|キロ(?![ァ-ヶ])"), ("cm", "センチメートル|センチ"), ("mm", "ミリメートル|ミリ(?![ァ-ヶ])"),
        ("nm", "ナノメートル|ナノ(?![ァ-ヶ])"), ("µm", "マイクロメートル|ミクロン"), ("m", "メートル"), ("mi", "マイル"), ("ft", "フィート"), ("in", "インチ"), ("yd", "ヤード"),
        ("PB", "ペタバイト"), ("TB", "テラバイト"), ("GB", "ギガバイト"), ("MB", "メガバイト"), ("Gbit", "ギガビット"), ("Tbit", "テラビット"), ("bit", "ビット"), ("byte", "バイト"),
        ("t", "トン"), ("oz", "オンス"), ("lb", "ポンド"), ("gal", "ガロン"), ("bbl", "バレル"), ("ha", "ヘクタール"),
        ("year", "[年カヶか]?年間?|カ年|か年|ヶ年"), ("month", "[カヶか箇ヵケ]月間?"), ("week", "週間|週(?![刊末明報次番])"), ("day", "日間"), ("hour", "時間"),
        ("minute", "分間"), ("second", "秒間?"), ("pp", "(?:%|パーセント)?ポイント"), ("deg", "度"),
    ],
    "zh": [
        ("km2", "平方公里|平方千米"), ("m2", "平方米|平方公尺|平米"), ("ft2", "平方英尺"), ("mm2", "平方毫米"), ("m3", "立方米"), ("ha", "公[顷頃]"), ("acre", "英[亩畝]"), ("mu", "[亩畝]"), ("ping", "坪"),
        ("kWh", "千瓦[时時]|千瓦小[时時]|度[电電]|瓩[时時]"), ("MWh", "兆瓦[时時]"), ("GWh", "吉瓦[时時]"), ("TWh", "太瓦[时時]"),
        ("GW", "吉瓦|十[亿億]瓦"), ("MW", "兆瓦|百[万萬]瓦"), ("kW", "千瓦|瓩"), ("TW", "太瓦"), ("W", "瓦特?"),
        ("km", "公里|千米|海里"), ("cm", "厘米|公分"), ("mm", "毫米|公[厘釐]"), ("nm", "[纳奈納]米"), ("µm", "微米"), ("mi", "英里|英哩"), ("ft", "英尺|英呎"), ("in", "英寸|英吋|寸|吋"),
        ("m", "米(?!尔)|公尺"),
        ("PB", "拍字[节節]"), ("TB", "太字[节節]"), ("GB", "吉字[节節]"), ("MB", "兆字[节節]"), ("bit", "比特|位元"),
        ("t", "[吨噸]|公[吨噸]"), ("kg", "公斤|千克"), ("g", "克(?!朗)"), ("lb", "磅"), ("oz", "盎司"), ("L", "公?升(?![至到级級])"), ("gal", "加[仑侖]"), ("bbl", "桶"),
        ("year", "年(?!度|代|级|級)"), ("month", "[个個]月"), ("week", "[周週]|[个個]?星期"), ("day", "天|日(?=[内內])"), ("hour", "[个個]?小[时時]"),
        ("minute", "分[钟鐘]"), ("second", "秒"), ("pp", "[个個]?百分[点點]"), ("bp", "[个個]?基[点點]"), ("deg", "度"),
    ],
}  # fmt: skip

_PERCENT = {
    "en": r"%|per ?cent(?:s|age)?|percents?|pct\.?", "es": r"%|por ?cientos?|por 100",
    "it": r"%|per ?cento", "fr": r"%|pour[- ]?cents?|pourcents?|pourcentages?",
    "de": r"%|prozent(?!punkt)\w*", "ko": "%(?! ?(?:포인트|p(?![a-z])))|퍼센트(?! ?포인트)|프로(?![가-힣])",
    "ja": "%(?!ポイント)|パー ?セ ?ント(?!ポイント)", "zh": "%|趴",
}  # fmt: skip

POINTS = "pp"


@cache
def measure_symbol() -> Lexicon:
    """Symbols behind a number, in any language.

    Examples
    --------
    >>> measure_symbol().at("GW", 0), measure_symbol().at("gw", 0)
    (('GW', 2), None)
    """
    return Lexicon([(unit, f"(?:{p})(?![A-Za-zÀ-ÿ0-9_])") for unit, p in _SYMBOLS], cjk=True)


@cache
def measure_word(lang: str) -> Lexicon:
    """Unit words of a language, to be matched on the lower-case shadow."""
    return Lexicon(_WORDS[lang], cjk=lang in {"ja", "zh", "ko"})


@cache
def percent(lang: str) -> Lexicon:
    """The percent sign and its words."""
    pattern = "|".join(
        p if p.startswith("%") else f"(?:{p})" + ("" if lang in {"ko", "ja", "zh"} else r"(?![^\W_])")
        for p in _PERCENT[lang].split("|")
    ) if lang not in {"ko", "ja", "zh", "de", "fr", "en"} else _PERCENT[lang]  # fmt: skip
    return Lexicon([("%", pattern)], cjk=True)
