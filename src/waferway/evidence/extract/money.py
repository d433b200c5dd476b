# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Names and signs of currencies in eight languages.

Owns which currency a sign, code or word means. Refuses rates and amounts. Codes are ISO 4217;
a word that names no single currency (crown, peso, cent) has a code of its own that starts with
a small letter and is recognised, but never becomes a claim in money.
"""

from __future__ import annotations

from functools import cache

from waferway.evidence.extract.vocabulary import Lexicon

__all__ = ["currency_after", "currency_before", "iso", "money_words_before"]

_CODES = (
    "USD EUR KRW JPY CNY TWD GBP CHF SEK NOK DKK INR SGD HKD AUD CAD NZD ILS THB VND MYR IDR PHP "
    "MXN BRL PLN CZK HUF RUB TRY SAR AED ZAR"
).split()

_SIGNS = (
    ("TWD", r"nt ?\$|nt\$|twd ?\$"), ("HKD", r"hk ?\$|hkd ?\$"), ("SGD", r"s\$|sgd ?\$"),
    ("CAD", r"c ?\$|ca\$|cad ?\$|can\$"), ("AUD", r"a\$|au\$|aud ?\$"),
    ("NZD", r"nz ?\$|nzd ?\$"), ("BRL", r"r\$"), ("MXN", r"mex\$|mx ?\$|mxn ?\$"),
    ("USD", r"us ?\$|u\$[ds]|u\.s\. ?\$|usd ?\$|\$ ?us|\$"), ("EUR", "€"), ("GBP", "£"), ("KRW", "₩"),
    ("INR", r"₹|rs\.? ?"), ("CNY", r"rmb ?¥|rmb|cn¥"), ("JPY", r"jp¥|jpy ?¥"),
    ("yen", "¥|￥"), ("ILS", "₪"), ("VND", "₫"), ("RUB", "₽"), ("PHP", "₱"), ("THB", "฿"),
    ("TRY", "₺"), ("CHF", r"sfr\.?|fr\."),
)  # fmt: skip

_NAMES: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("TWD", r"(?:new )?taiwan(?:ese)? dollars?"), ("HKD", "hong kong dollars?"),
        ("SGD", "singapore(?:an)? dollars?"), ("AUD", "australian dollars?"),
        ("CAD", "canadian dollars?"), ("NZD", "new zealand dollars?"),
        ("USD", r"(?:u\.? ?s\.? |united states |american )?dollars?|bucks?|greenbacks?"),
        ("EUR", "euros?"), ("KRW", r"(?:south )?(?:korean )?won"), ("JPY", "(?:japanese )?yens?"),
        ("CNY", "(?:chinese )?yuan(?: renminbi)?|renminbi"),
        ("GBP", r"(?:british )?pounds? sterling|british pounds?|pounds|quid|sterling pounds?"),
        ("CHF", "swiss francs?"), ("INR", "(?:indian )?rupees?"), ("ILS", "(?:new )?shekels?"),
        ("SEK", "swedish kron(?:or|a|er)"), ("DKK", "danish kron(?:er|e|or)"),
        ("NOK", "norwegian kron(?:er|e|or)"), ("THB", "(?:thai )?baht"),
        ("VND", "(?:vietnamese )?dongs?"), ("MYR", "(?:malaysian )?ringgits?"),
        ("IDR", "(?:indonesian )?rupiahs?"), ("BRL", "(?:brazilian )?re(?:ais|als)"),
        ("PLN", r"(?:polish )?z[lł]ot(?:ys?|ies)"), ("SAR", "saudi (?:riyals?|rials?)"),
        ("AED", "(?:uae |emirati )dirhams?"), ("RUB", "(?:russian )?ro?ubles?"),
        ("TRY", "turkish liras?"), ("MXN", "mexican pesos?"),
    ],
    "es": [
        ("TWD", r"(?:nuevos )?d[oó]lares (?:taiwaneses|de taiw[aá]n)"),
        ("HKD", r"d[oó]lar(?:es)? (?:hongkoneses|de hong kong)"),
        ("SGD", r"d[oó]lar(?:es)? (?:singapurenses|de singapur)"),
        ("CAD", r"d[oó]lar(?:es)? canadienses?"), ("AUD", r"d[oó]lar(?:es)? australianos?"),
        ("USD", r"d[oó]lar(?:es)?(?: estadounidenses?| americanos?| de los? estados unidos"
         r"| de ee\. ?uu\.)?|us\$"),
        ("EUR", "euros?"), ("KRW", "wones|won(?: surcoreanos?)?"),
        ("JPY", "yen(?:es)?(?: japoneses)?"), ("CNY", "yuan(?:es)?|renminbis?"),
        ("GBP", "libras? esterlinas?|libras"), ("CHF", "francos? suizos?"),
        ("INR", "rupias?(?: indias)?"), ("ILS", r"s[eé]quel(?:es)?"), ("SEK", "coronas suecas"),
        ("DKK", "coronas danesas"), ("MXN", "pesos mexicanos"), ("BRL", "reales"),
    ],
    "it": [
        ("TWD", "(?:nuovi )?dollari (?:taiwanesi|di taiwan)"),
        ("HKD", "dollari di hong kong"), ("SGD", "dollari di singapore"),
        ("CAD", "dollar[oi] canades[ei]"), ("AUD", "dollar[oi] australian[oi]"),
        ("USD", "dollar[oi](?: statunitens[ei]| american[oi]| usa| us)?"), ("EUR", "euro"),
        ("KRW", "won(?: sudcoreani| coreani)?"), ("JPY", "yen(?: giapponesi)?"),
        ("CNY", "yuan(?: cinesi)?|renminbi"), ("GBP", "sterlin[ae](?: britanniche)?|lir[ae] sterlin[ae]"),
        ("CHF", "franch?[oi] svizzer[oi]"), ("INR", "rupi[ae](?: indiane)?"),
        ("ILS", "shekel"), ("SEK", "corone svedesi"), ("DKK", "corone danesi"),
    ],
    "fr": [
        ("TWD", r"(?:nouveaux )?dollars? (?:taïwanais|taiwanais|de ta[iï]wan)"),
        ("HKD", "dollars? (?:hongkongais|de hong ?kong)"),
        ("SGD", "dollars? (?:singapouriens|de singapour)"), ("CAD", "dollars? canadiens?"),
        ("AUD", "dollars? australiens?"),
        ("USD", r"dollars?(?: am[eé]ricains?| us| des? [eé]tats-unis)?|\$ ?us"), ("EUR", "euros?"),
        ("KRW", r"wons?(?: sud-cor[eé]ens| cor[eé]ens)?"), ("JPY", "yens?(?: japonais)?"),
        ("CNY", "yuans?(?: chinois| renminbi)?|renminbi"),
        ("GBP", "livres?(?: sterling)"), ("CHF", "francs? suisses?"),
        ("INR", "roupies?(?: indiennes?)?"), ("ILS", "shekels?"), ("SEK", r"couronnes su[eé]doises"),
        ("DKK", "couronnes danoises"),
    ],
    "de": [
        ("TWD", r"(?:neuen? )?taiwan(?:-| )?dollar|taiwanesische[n]? dollar"),
        ("HKD", "hongkong-?dollar"), ("SGD", "singapur-?dollar"),
        ("CAD", "kanadische[nr]? dollar"), ("AUD", "australische[nr]? dollar"),
        ("USD", r"(?:us-?|u\.s\.-?|amerikanische[nr]? |us )?dollar"), ("EUR", "euros?"),
        ("KRW", "(?:s[uü]dkoreanische[nr]? |koreanische[nr]? )?won"),
        ("JPY", "(?:japanische[nr]? )?yen"), ("CNY", "(?:chinesische[nr]? )?yuan|renminbi"),
        ("GBP", r"(?:britische[nr]? )?pfund sterling|britische[nr]? pfund"),
        ("CHF", "(?:schweizer )?franken"), ("INR", "(?:indische[nr]? )?rupien?"),
        ("ILS", "schekel"), ("SEK", "schwedische[nr]? kronen"), ("DKK", r"d[aä]nische[nr]? kronen"),
    ],
    "ko": [
        ("TWD", r"(?:뉴 ?)?(?:대만|타이완) ?달러"), ("HKD", "홍콩 ?달러"), ("SGD", "싱가포르 ?달러"),
        ("CAD", "캐나다 ?달러"), ("AUD", "호주 ?달러"), ("USD", r"(?:미국 ?|미 ?)?달러|불(?![가-힣])"),
        ("EUR", "유로"), ("KRW", "(?:한국 ?)?원(?!자|유|천|료|전|인)"), ("JPY", "(?:일본 ?)?엔(?!비|진|지)화?"),
        ("CNY", "위안"), ("GBP", "파운드"), ("CHF", "(?:스위스 ?)?프랑"), ("INR", "루피"),
    ],
    "ja": [
        ("TWD", "(?:ニュー|新)?台湾(?:ドル|元)"), ("HKD", "香港ドル"), ("SGD", "シンガポール・?ドル"),
        ("CAD", "カナダ・?ドル"), ("AUD", "豪ドル|オーストラリア・?ドル"),
        ("USD", "(?:米|us|アメリカ|米国)?ドル"), ("EUR", "ユーロ"), ("KRW", "(?:韓国)?ウォン"),
        ("JPY", "日本円|円"), ("CNY", "人民元|元"), ("GBP", "(?:英|イギリス・?|スターリング・?)?ポンド"),
        ("CHF", "スイス・?フラン"), ("INR", "(?:インド)?ルピー"),
    ],
    "zh": [
        ("TWD", "(?:元)?新?[台臺][币幣]|[块塊]?新[台臺][币幣]元?"), ("HKD", "港元|港[币幣]"),
        ("SGD", "新加坡元|新元|坡[币幣]"), ("CAD", "加元|加拿大元|加幣|加币"), ("AUD", "澳元|澳大利[亚亞]元"),
        ("USD", "美元|美金|美刀"), ("EUR", "[欧歐]元"), ("KRW", "[韩韓]元|[韩韓][圆圜]|[韩韓][币幣]"),
        ("JPY", "日元|日[圆圓]"), ("GBP", "英[镑鎊]"), ("CHF", "瑞士法郎|瑞郎"), ("INR", "[印度]*[卢盧]比"),
        ("CNY", "元人民[币幣]|人民[币幣]元?|元|[块塊][钱錢]"),
    ],
}  # fmt: skip

# Words for money that names no single currency, for recognition alone.
_OTHER = {
    "en": "cents?|pence|penny|pennies|p\\.|francs?|marks?|deutsche marks?|(?:netherlands |dutch )?"
    "guilders?|crowns?|pesos?|dinars?|dirhams?|riyals?|rials?|liras?|lire|pesetas?|escudos?|"
    "schillings?|shillings?|drachmas?|rands?|nairas?|hryvnias?|forints?|korun[ay]s?|kronor|kroner|"
    "(?:\\w+ )?markkaa?|bitcoins?|satoshis?|kuai|₡|₭|₿|punts?|ecus?|(?:\\w+ )?(?:pounds?|dollars?|francs?|pesos?|dinars?|rupees?|crowns?|"
    "kron[ae]r?|pa'?anga|dirhams?|marks?|pesetas?)",
    "es": "centavos?|c[eé]ntimos?|francos?(?: franceses| belgas)?|marcos?(?: alemanes| finlandeses| \\w+eses)?|"
    "florines(?: holandeses| neerlandeses)?|coronas?(?: \\w+as)?|pesos?(?: \\w+os?)?|dinares?(?: \\w+[eí]s)?|"
    "dirhams?|riyales|liras?(?: \\w+as)?|pesetas?|escudos?|chelines|dracmas?|rublos?|bahts?|"
    "d[oó]lares (?:\\w+(?:enses|anos|inos|eses|ianos))|peniques?|libras?(?: \\w+esas?| egipcias)?|bitcoins?",
    "it": "centesim[oi]|franch?[oi](?: \\w+[ei])?|march?[oi](?: tedesch[oi]| \\w+[ei])?|"
    "fiorin[oi](?: \\w+[ei])?|coron[ae](?: \\w+[ei])?|pesos?|dinar[oi](?: \\w+[ei])?|dirham|"
    "lir[ae](?: \\w+[ei])?|peset[ae]|scudi|scellini|dracm[ae]|rubl[oi]|dollar[oi] \\w+[ei]|penny",
    "fr": "cents?|centimes?|francs?(?: \\w+s)?|marks?(?: \\w+s)?|florins?(?: \\w+s)?|"
    "couronnes?(?: \\w+es)?|pesos?(?: \\w+s)?|dinars?(?: \\w+s)?|dirhams?|lires?|pesetas?|roubles?|"
    "bahts?|livres?(?: \\w+es?)?|dollars \\w+s|penny|pence",
    "de": "cents?|pence|pfund|mark|gulden|kronen?|pesos?|dinar|lire|peseten|rubel|baht|rappen|"
    "\\w+(?:-| )dollar|bitcoins?|euro-?cents?|\\w+dollar|drachmen|schilling|forint|zloty",
    "ko": "센트",
    "ja": "セント|銭|マルク|フラン|バーツ|ペソ|リラ|ルーブル|ディナール|クローネ|クローナ|"
    "[ァ-ヶー]+・?(?:ドル|ポンド|フラン|ペソ|ディナール|クローネ|クローナ|ルピー|バルボア|リラ)|"
    "ナイラ|バルボア|バット|ドン|角|シェケル|リアル|レアル|ビットコイン",
    "zh": "分[钱錢]?|角|美分|[卢盧]布|比索|里[亚亞]尔|第[纳納]尔|法郎|克朗|里拉|泰[铢銖]|越南盾|林吉特|"
    "[\u4e00-\u9fff]{2,4}(?:镑|鎊|比索|法郎|克朗|元)",
}  # fmt: skip


@cache
def currency_after(lang: str, *, wide: bool = False) -> Lexicon:
    """Currencies named behind an amount; `wide` includes words for no single currency.

    Examples
    --------
    >>> currency_after("de").at("us-dollar je", 0)
    ('USD', 9)
    """
    cjk = lang in {"ja", "zh", "ko"}
    entries = list(_NAMES[lang])
    if cjk:
        entries += [("USD", r"us\$|usd"), ("EUR", "eur(?!o)")]
    if wide:
        entries.append(("other", _OTHER[lang]))
    latin = "" if not cjk else r"(?![a-z])"
    entries += [(code, code.lower() + latin) for code in _CODES]
    entries += [("CNY", "rmb" + latin), ("TWD", r"nt\$"), ("USD", r"us\$|\$(?: ?us)?"), ("EUR", "€"),
                ("GBP", "£"), ("KRW", "₩"), ("yen", "¥")]  # fmt: skip
    return Lexicon(entries, cjk=True) if cjk else _Signed(entries)


class _Signed(Lexicon):
    """Currency words need an end of word, signs do not."""

    def __init__(self, entries: list[tuple[str, str]]) -> None:
        word = [
            (code, pattern if pattern[-1] in "$€£₩¥)" else f"(?:{pattern})(?![^\\W_])")
            for code, pattern in entries
        ]
        super().__init__(word, cjk=True)


@cache
def currency_before() -> Lexicon:
    """Signs and codes in front of an amount; look-behind is left to the caller."""
    entries = list(_SIGNS)
    entries += [(code, code.lower()) for code in _CODES]
    return Lexicon(entries, cjk=True)


@cache
def money_words_before() -> Lexicon:
    """Words for money that Chinese, Japanese and Korean put in front of the amount."""
    return Lexicon(
        [("TWD", "新?[台臺][币幣]|新[台臺]币"), ("CNY", "人民[币幣元]"), ("HKD", "港[币幣]"),
         ("JPY", "日[币幣圆圓]"), ("USD", "美[元金](?=[ ]?[0-9])|미화"), ("KRW", "원화")],
        cjk=True,
    )  # fmt: skip


def iso(code: str, lang: str, *, traditional: bool = False, bare: bool = False) -> str:
    """ISO code of a currency; the yen sign and a bare 元 depend on language and script.

    Examples
    --------
    >>> iso("yen", "zh"), iso("yen", "ja"), iso("CNY", "zh")
    ('CNY', 'JPY', 'CNY')
    >>> iso("CNY", "zh", traditional=True, bare=True)
    'TWD'
    """
    if code == "yen":
        return "CNY" if lang == "zh" and not traditional else "JPY"
    return "TWD" if code == "CNY" and bare and traditional else code
