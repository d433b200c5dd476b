# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Names of people and firms across spellings, word orders and scripts.

Owns transliteration (Hangul, kana), folding of Korean romanisations, and the registry of known
names. Refuses to say that two names are one person: it gives a likeness from 0 to 100, and the
threshold is the caller's.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

__all__ = ["SAME_NAME", "Mention", "fold_name", "likeness", "mentions", "romanise"]

SAME_NAME = 85.0  # likeness from which two spellings are taken for one name

_INITIAL = "g kk n d tt r m b pp s ss - j jj ch k t p h".split()
_MEDIAL = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINAL = "- k k k n n n t l k m l l l l l m p p t t ng t t k t p t".split()
_KANA = {
    **dict(zip("アイウエオ", "aiueo", strict=True)),
    **dict(zip("カキクケコガギグゲゴ", "ka ki ku ke ko ga gi gu ge go".split(), strict=True)),
    **dict(zip("サシスセソザジズゼゾ", "sa shi su se so za ji zu ze zo".split(), strict=True)),
    **dict(zip("タチツテトダヂヅデド", "ta chi tsu te to da ji zu de do".split(), strict=True)),
    **dict(zip("ナニヌネノハヒフヘホ", "na ni nu ne no ha hi fu he ho".split(), strict=True)),
    **dict(zip("バビブベボパピプペポ", "ba bi bu be bo pa pi pu pe po".split(), strict=True)),
    **dict(zip("マミムメモヤユヨ", "ma mi mu me mo ya yu yo".split(), strict=True)),
    **dict(zip("ラリルレロワヲンヴ", "ra ri ru re ro wa o n vu".split(), strict=True)),
    **dict(zip("ァィゥェォャュョッー", ("a", "i", "u", "e", "o", "ya", "yu", "yo", "", ""), strict=True)),
}  # fmt: skip


def romanise(name: str) -> str:
    """A name in Latin letters: Hangul by the Revised Romanisation, kana by Hepburn.

    Chinese characters stay: their reading differs by language.

    Examples
    --------
    >>> romanise("곽노정"), romanise("サムスン")
    ('gwaknojeong', 'samusun')
    """
    made = []
    for char in unicodedata.normalize("NFKC", name):
        code = ord(char) - 0xAC00
        if 0 <= code < 11172:
            syllable = _INITIAL[code // 588] + _MEDIAL[code % 588 // 28] + _FINAL[code % 28]
            made.append(syllable.replace("-", ""))
        elif "ぁ" <= char <= "ゖ":
            made.append(_KANA.get(chr(ord(char) + 0x60), char))
        else:
            made.append(_KANA.get(char, char))
    return "".join(made)


_FOLDS = (
    (r"eo|oo|ou|u|o", "o"), (r"ae|e", "e"), (r"ck|kk|g|k|c(?!h)|q", "k"), (r"tt|d|t", "t"),
    (r"pp|b|p|v|f", "p"), (r"jj|ch|j|z", "j"), (r"l|r", "r"), (r"ss|s", "s"), (r"y(?=[aeo])|w", ""),
    (r"ui|ee|y|i", "i"), (r"(.)\1", r"\1"), (r"h", ""),
)  # fmt: skip


# Korean surnames whose customary spelling is far from any romanisation of the letters.
_SURNAMES = {"lee": "i", "rhee": "i", "yi": "i", "park": "pak", "chey": "choi", "choe": "choi",
             "shin": "sin", "woo": "u", "roh": "no", "noh": "no"}  # fmt: skip


@lru_cache(maxsize=4096)
def fold_name(name: str) -> tuple[str, ...]:
    """The parts of a name, folded so that spellings of one name agree, in alphabetical order.

    Examples
    --------
    >>> fold_name("Kyung Kye-hyun") == fold_name("Kye Hyun Kyung")
    True
    """
    if re.fullmatch(r"[가-힣]{2,4}", name):
        name = " ".join(name)  # a Korean name in Hangul: one syllable a part
    plain = unicodedata.normalize("NFKD", romanise(name)).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    parts = []
    for part in re.findall(r"[^\W\d_]+", plain):
        part = _SURNAMES.get(part, part)
        for pattern, letter in _FOLDS:
            part = re.sub(pattern, letter, part)
        if part:
            parts.append(part)
    return tuple(sorted(parts))


@lru_cache(maxsize=16384)
def likeness(first: str, second: str) -> float:
    """How alike two names are, from 0 to 100; order of words and hyphens do not count.

    Examples
    --------
    >>> likeness("Kyung Kye-hyun", "Kye Hyun Kyung")
    100.0
    >>> likeness("Tae-won Chey", "Chey Tae-won"), likeness("Sam Altman", "Kwak Noh-jung") < 60
    (100.0, True)
    """
    one, two = fold_name(first), fold_name(second)
    if not one or not two:
        return 0.0
    sorted_ratio = difflib.SequenceMatcher(None, " ".join(one), " ".join(two)).ratio()
    joined = difflib.SequenceMatcher(None, "".join(one), "".join(two)).ratio()
    return round(100 * max(sorted_ratio, joined), 1)


# Known names: id and how they are written, in any of the eight languages.
_KNOWN: tuple[tuple[str, str], ...] = (
    ("org:openai", r"OpenAI|오픈AI|オープンAI|オープンエーアイ"),
    ("org:samsung", r"Samsung(?: Electronics)?(?: Device Solutions)?|삼성전자|삼성|サムスン電子|サムスン|三星电子|三星電子|三星"),
    ("org:sk-hynix", r"SK [Hh]ynix|SK하이닉스|SKハイニックス|SK海力士|海力士"),
    ("org:sk-group", r"SK Group|SK그룹|SKグループ|SK集团|SK集團|SK(?! ?[A-Z]| ?hynix|[A-Za-z])"),
    ("org:tsmc", r"TSMC|Taiwan Semiconductor Manufacturing(?: Co\.?| Company)?|台积电|台積電|대만 ?TSMC|台湾積体電路製造"),
    ("org:nvidia", r"N[Vv][Ii][Dd][Ii][Aa]|엔비디아|エヌビディア|英伟达|輝達"),
    ("org:intel", r"Intel(?: Corporation| Corp\.?)?|인텔|インテル|英特尔|英特爾"),
    ("org:micron", r"Micron(?: Technology)?|마이크론|マイクロン|美光"),
    ("org:amd", r"AMD|Advanced Micro Devices|超威|超微"),
    ("org:softbank", r"SoftBank(?: Group)?|소프트뱅크|ソフトバンク(?:グループ)?|软银|軟銀"),
    ("org:g42", r"G42"), ("org:google", r"Google|Alphabet|구글|グーグル|谷歌"),
    ("org:microsoft", r"Microsoft|마이크로소프트|マイクロソフト|微软|微軟"),
    ("org:amazon", r"Amazon(?: Web Services)?|AWS|아마존|アマゾン|亚马逊|亞馬遜"),
    ("org:meta", r"Meta(?: Platforms)?(?! (?:de|del|di|della|of|des|du|a|por|per)\b)(?![a-z])|메타(?=[은는이가의와과도, ]|$)"), ("org:apple", r"Apple|애플|アップル|苹果公司|蘋果公司"),
    ("org:oracle", r"Oracle|오라클|オラクル|甲骨文"), ("org:broadcom", r"Broadcom|브로드컴|ブロードコム|博通"),
    ("org:asml", r"ASML|阿斯麦|艾司摩爾"), ("org:globalfoundries", r"GlobalFoundries|格芯|格羅方德"),
    ("org:smic", r"SMIC|中芯国际|中芯國際"), ("org:umc", r"UMC|联华电子|聯電"), ("org:rapidus", r"Rapidus|ラピダス|라피더스"),
    ("org:kioxia", r"Kioxia|キオクシア|키옥시아|铠侠|鎧俠"), ("org:infineon", r"Infineon|인피니언|インフィニオン|英飞凌"),
    ("org:stmicro", r"STMicroelectronics|STマイクロ|意法半导体"), ("org:bosch", r"Bosch|보쉬|ボッシュ|博世"),
    ("org:nxp", r"NXP|恩智浦"), ("org:trendforce", r"TrendForce|트렌드포스|トレンドフォース|集邦"),
    ("org:ase", r"ASE(?: Technology)?|日月光"), ("org:amkor", r"Amkor|앰코|アムコー|安靠"), ("org:cxmt", r"CXMT|长鑫存储|長鑫存儲"),
    ("org:jasm", r"JASM|Japan Advanced Semiconductor Manufacturing"), ("org:esmc", r"ESMC|European Semiconductor Manufacturing(?: Company)?"),
    ("org:texas-instruments", r"Texas Instruments|텍사스 ?인스트루먼츠|テキサス・インスツルメンツ|德州仪器|德州儀器"),
    ("org:stargate", r"Stargate|스타게이트|スターゲート|星际之门|星際之門"), ("org:tencent", r"Tencent|텐센트|テンセント|腾讯|騰訊"),
    ("org:tesla", r"Tesla|테슬라|テスラ|特斯拉"), ("org:marvell", r"Marvell|마벨|マーベル|美满电子|邁威爾"),
    ("org:globalwafers", r"GlobalWafers|글로벌웨이퍼스|グローバルウェーハズ|环球晶圆|環球晶"), ("org:microchip", r"Microchip(?: Technology)?(?![a-z])"),
    ("org:wolfspeed", r"Wolfspeed|울프스피드|ウルフスピード"), ("org:absolics", r"Absolics|앱솔릭스"), ("org:entegris", r"Entegris"),
    ("org:huawei", r"Huawei|화웨이|ファーウェイ|华为|華為"),
    ("org:semi", r"SEMI(?![A-Za-z])"), ("org:mckinsey", r"McKinsey|맥킨지|マッキンゼー|麦肯锡|麥肯錫"),
    ("org:gartner", r"Gartner|가트너|ガートナー|高德纳|顧能"), ("org:omdia", r"Omdia|옴디아|オムディア"),
    ("org:bloomberg", r"Bloomberg|블룸버그|ブルームバーグ|彭博(?:社)?"), ("org:reuters", r"Reuters|로이터|ロイター|路透(?:社)?"),
    ("person:sam-altman", r"(?:Sam )?Altman|샘 올트먼|サム・アルトマン|山姆·奥特曼|奥特曼|阿特曼"),
    ("person:kyung-kye-hyun", r"Kyung Kye-hyun|Kye[ -]Hyun Kyung|경계현|慶桂顯|庆桂显"),
    ("person:kwak-noh-jung", r"Kwak Noh-[Jj]ung|Noh-[Jj]ung Kwak|곽노정|郭鲁正|郭魯正"),
    ("person:chey-tae-won", r"Chey Tae-[Ww]on|Tae-[Ww]on Chey|최태원|崔泰源"),
    ("person:jensen-huang", r"Jensen Huang|젠슨 황|黄仁勋|黃仁勳|ジェンスン・フアン"),
    ("place:kr", r"South Korea|Corea del Sur|Corea del Sud|Corée du Sud|Südkoreas?|한국|대한민국|韓国|韩国|韓國|南韓"),
    ("place:tw", r"Taiwan|Taïwan|Taiwán|Taiwans|대만|台湾|台灣|臺灣"), ("place:jp", r"Japans?|Japón|Giappone|Japon|일본|日本"),
    ("place:cn", r"Chinas?|Cina|Chine|중국|中国|中國"),
    ("place:us", r"United States|U\.S\.|Estados Unidos|Stati Uniti|États-Unis|Vereinigte[nr]? Staaten|USA|미국|米国|美国|美國"),
    ("place:de", r"Germany|Alemania|Germania|Allemagne|Deutschlands?|독일|ドイツ|德国|德國"),
)  # fmt: skip


@cache
def _registry() -> re.Pattern[str]:
    parts = []
    for index, (_, pattern) in enumerate(_KNOWN):
        parts.append(f"(?P<k{index}>{pattern})")
    return re.compile(r"(?<![A-Za-z])(?:" + "|".join(parts) + r")(?![a-z])")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: its span in the shadow, its id (`unresolved:...` if unknown)."""

    start: int
    end: int
    text: str
    entity: str


_TITLE = re.compile(
    r"(?<![\w-])(?:[A-ZÀ-ÖØ-Þ][\w'&.-]{0,60}[\w&]|[A-Z]{2,})(?: (?:[A-ZÀ-ÖØ-Þ][\w'&-]*|de|of|bin|al|von|van)(?= [A-ZÀ-ÖØ-Þ])"
    r"| [A-ZÀ-ÖØ-Þ][\w'&-]*[\w&]){0,7}"
)
_EAST = {
    "zh": re.compile(r"(?:^|[，。、：；！？\s\n])(?:据报道[，,]?)?([\u4e00-\u9fffA-Za-z]{2,10}?(?:半导体|半導體|芯片|科技|电子|電子|集团|集團|存储|微电子|国际|公司|光电|精密))(?=[\u4e00-\u9fff，,])"),
    "ja": re.compile(r"([\u4e00-\u9fff\u30a0-\u30ffA-Za-z・ー]{2,20})(?=は[、「]?|が[、])"),
    "ko": re.compile(r"(?:^|[\s.\n])([가-힣A-Za-z]{2,12}(?: [가-힣A-Za-z]{2,8})?)(?=(?:은|는|이|가)[ ,])"),
}  # fmt: skip
_COMMON = frozenset(
    "the a an in on at by for from with its it this that these those he she they we our his her their as if when while after before "
    "el la los las un una en de del al con por para su sus este esta se no si lo según además entre cada "
    "il lo i gli le uno di da per con su tra fra nel nella si se secondo ogni questo questa l un d "
    "les des du une au aux par sur dans pour avec il elle ils leur son sa ses ce cette selon d'ici chaque "
    "der die das den dem des ein eine einer und oder im am auf aus bei mit nach von zum zur für um über unter laut ende anfang mitte "
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday each some both more power revenue capacity lead analysts monthly".split()
)  # fmt: skip


def mentions(text: str, lang: str) -> list[Mention]:
    """Names in a text in reading order: known ones by id, others as written.

    In German, where every noun begins with a capital, an unknown name is one that follows a noun
    for a firm ("Der Speicherhersteller Hanbit") or carries a legal form.

    Examples
    --------
    >>> [m.entity for m in mentions("Sam Altman met Kye Hyun Kyung of Samsung Electronics", "en")]
    ['person:sam-altman', 'person:kyung-kye-hyun', 'org:samsung']
    >>> [m.text for m in mentions("Der Speicherhersteller Hanbit will investieren.", "de")]
    ['Hanbit']
    """
    found = []
    for match in _registry().finditer(text):
        index = int((match.lastgroup or "k0")[1:])
        found.append(Mention(match.start(), match.end(), match[0], _KNOWN[index][0]))
    taken = bytearray(len(text) + 1)
    for known_name in found:
        taken[known_name.start : known_name.end] = b"\x01" * (known_name.end - known_name.start)
    for start, end in _unknown(text, lang):
        if not any(taken[start:end]):
            name = text[start:end]
            found.append(Mention(start, end, name, f"unresolved:{_slug(name)}"))
    return sorted(found, key=lambda m: m.start)


_GERMAN_FIRM = (
    "(?:[Hh]erstellern?s?|[Kk]onzerne?s?|Firma|Unternehmen|Gruppe|Start-up|[Aa]nbieter|[Ff]ertiger|"
    "Foundry|Marktforscher|Chef|Chefin|Verband|Ministerium|Betreiber|Zulieferer)"
)
_EAST_FIRM = re.compile(
    "(?:電子|半導体|製作所|セミコンダクター|テクノロジー|ホールディングス|工業|電機|省|政府|リサーチ|銀行|大学|メモリ|社|"
    "전자|반도체|하이닉스|그룹|테크|산업|정부|회사|메모리|연구원|은행|팹|코리아|시스템|쿼츠|칩스|한울|"
    "半导体|半導體|芯片|科技|电子|集团|集團|存储|微电子|国际|國際|公司|光电|光電|精密|電子)$|[A-Z]|[ァ-ヶ]{3}"
)
_EAST_NO = re.compile("[A-Z]{3}露光|装置|장비|員$|能力|補助金|점유율|능력|규모|시장$")
_NO_NAME = re.compile(
    r"(?:AI|IA|KI|HBM|GPUs?|CPUs?|DRAM|NAND|EUV|DUV|CEO|PDG|CFO|EU|UE|UK|[KMGT]W|[KMGT]Wh|[KMGTP]B|GB de HBM|R&D)$"
)


def _unknown(text: str, lang: str) -> list[tuple[int, int]]:
    if lang in _EAST:
        return [
            match.span(1)
            for index, match in enumerate(_EAST[lang].finditer(text))
            if (index == 0 or _EAST_FIRM.search(match[1])) and not _EAST_NO.search(match[1])
        ]
    spans = []
    for match in _TITLE.finditer(text):
        start, end = match.span()
        while re.split(r"[ ']", text[start:end])[0].lower() in _COMMON:
            rest = re.match(r"[^\s']+[ ']", text[start:end])
            if rest is None:
                break
            start += rest.end()
        if re.split(r"[ ']", text[start:end])[0].lower() in _COMMON:
            continue
        if lang == "de":
            noun = re.match(rf"[\w-]*{_GERMAN_FIRM} ", text[start:end])
            start += noun.end() if noun else 0
        if text[start:end].endswith("'s"):
            end -= 2
        if re.search(r"\d", text[start:end]) or end - start < 2 or _NO_NAME.match(text, start, end):
            continue
        before = text[max(0, start - 40) : start]
        if lang == "de":
            if not re.search(rf"{_GERMAN_FIRM} $", before) and not re.match(
                r" (?:AG|GmbH|SE|Inc|Corp|KG)", text[end : end + 5]
            ):
                continue
        elif re.search(r"(?:^|[.!?\n]\s*)$", before) and " " not in text[start:end] and not (
            re.search(r"[A-Z].*[A-Z]", text[start:end]) or text.find(text[start:end], end) > 0
            or re.match(r"'s | (?:will|said|has|plans?|expects?|is|wants?|anunci|invert|investir|investirà|va |a |ha )", text[end : end + 12])
        ):  # fmt: skip
            continue
        spans.append((start, end))
    return spans


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    plain = unicodedata.normalize("NFC", plain)
    return re.sub(r"[^\w]+", "-", plain).strip("-") or "unnamed"
