# ruff: noqa: E501 - tables of many languages read better unbroken
"""Number words of five languages that write them with letters.

Owns which words mean which numbers in English, Spanish, French, German and Italian. Refuses to
combine them: `waferway.evidence.extract.numerals` does. Values are exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache

__all__ = ["Word", "Words", "words_of"]


@dataclass(frozen=True, slots=True)
class Word:
    """One number word: its role (`add`, `scale`, `half`, `part` or `dozen`) and its value."""

    role: str
    value: Fraction


@dataclass(frozen=True)
class Words:
    """The words of one language.

    `article` are the words for one that are also articles; `joins` may stand between two number
    words; `point` says the decimal point aloud; `minus` makes negative.
    """

    table: dict[str, Word]
    article: frozenset[str]
    joins: frozenset[str]
    point: frozenset[str]
    minus: frozenset[str]
    compound: str = ""  # language whose compounds are to be split
    starts: frozenset[str] = field(default_factory=frozenset)

    def get(self, word: str) -> Word | None:
        """The number word, split from its compound where the language builds compounds."""
        found = self.table.get(word)
        if found is None and self.compound and len(word) > 5 and word[:3] in self.starts:
            value = _split(self.compound, word)
            if value is not None:
                return value
        return found


def _adds(text: str, first: int, step: int = 1) -> dict[str, Word]:
    table = {}
    for index, group in enumerate(text.split()):
        for word in group.split("|"):
            table[word] = Word("add", Fraction(first + index * step))
    return table


def _scales(**values: str) -> dict[str, Word]:
    return {
        word: Word("scale", Fraction(10) ** int(power[1:]))
        for power, names in values.items()
        for word in names.split()
    }


def _parts(text: str, first: int) -> dict[str, Word]:
    table = {}
    for index, group in enumerate(text.split()):
        for word in group.split("|"):
            if word != "-":
                table[word] = Word("part", Fraction(1, first + index))
    return table


def _bare(word: str) -> str:
    """A word without accents, as it is often typed."""
    return word.translate(str.maketrans("áéíóúèêàôûç", "aeioueeaouc"))


def _starts(table: dict[str, Word]) -> frozenset[str]:
    """First three letters of number words: other words cannot begin a compound number."""
    return frozenset(word[:3] for word, value in table.items() if value.role in {"add", "scale"})


_HALF = Word("half", Fraction(1, 2))


def _english() -> Words:
    table = _adds("zero|nought|naught|nil one two three four five six seven eight nine ten", 0)
    table |= _adds(
        "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 11
    )
    table |= _adds("twenty thirty forty|fourty fifty sixty seventy eighty ninety", 20, 10)
    table["a"] = table["an"] = Word("lead", Fraction(1))
    table |= _scales(
        e2="hundred hundreds", e3="thousand thousands", e6="million millions mln mn mil",
        e9="billion billions bn bln", e12="trillion trillions tn trn tln", e5="lakh", e7="crore",
    )  # fmt: skip
    table |= {"half": _HALF, "halves": _HALF}
    for word in ("dozen", "dozens", "dz", "dzs", "doz", "dozs"):
        table[word] = Word("dozen", Fraction(12))
    ordinals = (
        "third fourth|quarter fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
    )
    parts = _parts(ordinals, 3)
    for ten, word in zip(range(30, 100, 10), ("thirtieth fortieth fiftieth sixtieth seventieth "
                                              "eightieth ninetieth").split(), strict=True):  # fmt: skip
        parts[word] = Word("part", Fraction(1, ten))
    parts["hundredth"], parts["thousandth"] = (
        Word("part", Fraction(1, 100)), Word("part", Fraction(1, 1000)))  # fmt: skip
    for power, name in ((6, "millionth"), (9, "billionth"), (12, "trillionth")):
        parts[name] = Word("part", Fraction(1, 10**power))
    units = "first second third fourth fifth sixth seventh eighth ninth".split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    for index, name in enumerate(tens):
        for unit, word in enumerate(units, 1):
            parts[f"{name}-{word}"] = Word("part", Fraction(1, 20 + 10 * index + unit))
    table |= parts | {f"{word}s": value for word, value in parts.items()}
    return Words(
        table, frozenset({"a", "an", "one"}), frozenset({"and"}), frozenset({"point"}),
        frozenset({"minus", "negative"}),
    )  # fmt: skip


def _spanish() -> Words:
    table = _adds(
        "cero un|uno|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece "
        "catorce quince dieciséis|dieciseis diecisiete dieciocho diecinueve veinte "
        "veintiuno|veintiún|veintiun|veintiuna veintidós|veintidos veintitrés|veintitres "
        "veinticuatro veinticinco veintiséis|veintiseis veintisiete veintiocho veintinueve", 0
    )  # fmt: skip
    table |= _adds("treinta cuarenta cincuenta sesenta setenta ochenta noventa cien|ciento", 30, 10)
    table |= _adds(
        "doscientos|doscientas trescientos|trescientas cuatrocientos|cuatrocientas "
        "quinientos|quinientas seiscientos|seiscientas setecientos|setecientas "
        "ochocientos|ochocientas novecientos|novecientas", 200, 100
    )  # fmt: skip
    table |= _scales(
        e3="mil miles", e6="millón millon millones mill", e9="millardo millardos",
        e12="billón billon billones", e18="trillón trillon trillones", e2="cientos",
    )  # fmt: skip
    table |= {
        "medio": _HALF,
        "media": _HALF,
        "mitad": _HALF,
        "medios": Word("part", Fraction(1, 2)),
    }
    for word in ("docena", "docenas", "dz"):
        table[word] = Word("dozen", Fraction(12))
    parts = _parts(
        "tercio cuarto quinto sexto séptimo|septimo octavo noveno décimo|decimo "
        "onceavo|undécimo doceavo|duodécimo treceavo catorceavo quinceavo dieciseisavo "
        "diecisieteavo dieciochoavo diecinueveavo veinteavo|veintavo|vigésimo", 3
    )  # fmt: skip
    tens = "treint cuarent cincuent sesent setent ochent novent".split()
    for index, group in enumerate(tens):
        for stem in group.split("|"):
            for ending in ("avo", "aavo"):
                parts[stem + ending] = Word("part", Fraction(1, 30 + 10 * index))
    for words, power in (
        ("centésimo", 2),
        ("milésimo", 3),
        ("millonésimo", 6),
        ("billonésimo", 12),
    ):
        for word in words.split():
            parts[word] = Word("part", Fraction(1, 10**power))
    parts["cincoavo"] = Word("part", Fraction(1, 5))
    units = "un|uno dos tres|trés cuatro cinco seis|séis siete ocho nueve".split()
    for index, ten in enumerate("veinti treintai cuarentai cincuentai sesentai".split()):
        for unit, names in enumerate(units, 1):
            for name in names.split("|"):
                parts[f"{ten}{name}avo"] = Word("part", Fraction(1, 20 + 10 * index + unit))
    parts |= {_bare(word): value for word, value in parts.items()}
    feminine = {word[:-1] + "a": value for word, value in parts.items() if word[-1] == "o"}
    parts |= feminine
    table |= parts | {f"{word}s": value for word, value in parts.items()}
    return Words(
        table, frozenset({"un", "uno", "una"}), frozenset({"y", "e"}),
        frozenset({"coma", "punto", "con"}), frozenset({"menos"}), "es",
        frozenset({"tre", "cua", "cin", "ses", "set", "och", "nov"}),
    )  # fmt: skip


def _french() -> Words:
    table = _adds(
        "zéro|zero un|une deux trois quatre cinq six sept huit neuf dix onze douze treize "
        "quatorze quinze seize", 0
    )  # fmt: skip
    table |= _adds("vingt trente quarante cinquante soixante septante octante|huitante nonante",
                   20, 10)  # fmt: skip
    table |= {"vingts": Word("scale", Fraction(20)), "quatre-vingt": Word("add", Fraction(80)),
              "quatre-vingts": Word("add", Fraction(80)), "dix-sept": Word("add", Fraction(17)),
              "dix-huit": Word("add", Fraction(18)), "dix-neuf": Word("add", Fraction(19))}  # fmt: skip
    table |= _scales(
        e2="cent cents", e3="mille mil milliers millier", e6="million millions mio",
        e9="milliard milliards md mds mrd mrds mld mlds", e12="billion billions",
        e15="billiard billiards", e18="trillion trillions",
    )  # fmt: skip
    table |= {"demi": _HALF, "demie": _HALF, "demis": _HALF, "moitié": _HALF, "moitie": _HALF}
    for word in ("douzaine", "douzaines"):
        table[word] = Word("dozen", Fraction(12))
    for number, word in ((10, "dizaine"), (15, "quinzaine"), (20, "vingtaine"), (30, "trentaine"),
                         (40, "quarantaine"), (50, "cinquantaine"), (100, "centaine")):  # fmt: skip
        table[word] = table[f"{word}s"] = Word("dozen", Fraction(number))
    parts = {"tiers": Word("part", Fraction(1, 3)), "quart": Word("part", Fraction(1, 4))}
    stems = (
        "cinqu six sept huit neuv dix onz douz treiz quatorz quinz seiz dix-sept dix-huit "
        "dix-neuv vingt"
    ).split()
    for value, stem in zip(range(5, 21), stems, strict=True):
        parts[f"{stem}ième"] = Word("part", Fraction(1, value))
    bases = {"trent": 30, "quarant": 40, "cinquant": 50, "soixant": 60, "cent": 100, "mill": 1000,
             "million": 10**6, "milliard": 10**9, "billion": 10**12, "trois": 3, "quatr": 4}  # fmt: skip
    for stem, value in bases.items():
        parts[f"{stem}ième"] = Word("part", Fraction(1, value))
    for stem, ten in (("vingt", 20), ("trente", 30), ("quarante", 40), ("cinquante", 50)):
        parts[f"{stem}-et-unième"] = Word("part", Fraction(1, ten + 1))
        units = "deux trois quatr cinqu six sept huit neuv".split()
        for value, unit in enumerate(units, 2):
            parts[f"{stem}-{unit}ième"] = Word("part", Fraction(1, ten + value))
    parts |= {word.replace("è", "e"): value for word, value in parts.items()}
    table |= parts | {f"{word}s": value for word, value in parts.items()}
    return Words(
        table, frozenset({"un", "une"}), frozenset({"et"}), frozenset({"virgule", "point"}),
        frozenset({"moins"}),
    )  # fmt: skip


def _german() -> Words:
    table = _adds(
        "null ein|eins|eine|einer|einem|einen|eines zwei|zwo drei vier fünf|fuenf sechs sieben "
        "acht neun zehn elf zwölf|zwoelf dreizehn vierzehn fünfzehn|fuenfzehn sechzehn siebzehn "
        "achtzehn neunzehn", 0
    )  # fmt: skip
    table |= {"beiden": Word("add", Fraction(2)), "beide": Word("add", Fraction(2))}
    table |= {"zweien": table["zwei"], "dreien": table["drei"]}
    table |= _adds("zwanzig dreißig|dreissig vierzig fünfzig|fuenfzig sechzig siebzig achtzig "
                   "neunzig", 20, 10)  # fmt: skip
    table |= _scales(
        e2="hundert", e3="tausend tausende", e6="million millionen mio",
        e9="milliarde milliarden mrd mia", e12="billion billionen bio",
        e15="billiarde billiarden", e18="trillion trillionen",
    )  # fmt: skip
    for word in ("halb", "halbe", "halben", "halber", "halbes", "hälfte"):
        table[word] = _HALF
    table |= {word: Word("add", Fraction(3, 2)) for word in ("anderthalb", "eineinhalb")}
    for word in ("dutzend", "dutzende"):
        table[word] = Word("dozen", Fraction(12))
    parts = _parts("drittel viertel fünftel sechstel siebtel achtel neuntel zehntel elftel "
                   "zwölftel", 3)  # fmt: skip
    for stem, value in (("zwanzig", 20), ("dreißig", 30), ("hundert", 100), ("tausend", 1000),
                        ("fünfzig", 50), ("million", 10**6)):  # fmt: skip
        parts[f"{stem}stel"] = Word("part", Fraction(1, value))
    table |= parts | {f"{word}n": value for word, value in parts.items()}
    return Words(
        table, frozenset("ein eins eine einer einem einen eines".split()), frozenset({"und"}),
        frozenset({"komma"}), frozenset({"minus"}), "de", _starts(table),
    )  # fmt: skip


def _italian() -> Words:
    table = _adds(
        "zero un|uno|una due tre|tré quattro cinque sei sette otto nove dieci undici dodici "
        "tredici quattordici quindici sedici diciassette diciotto diciannove", 0
    )  # fmt: skip
    table |= _adds("venti trenta quaranta cinquanta sessanta settanta ottanta novanta", 20, 10)
    table |= _scales(
        e2="cento", e3="mille mila", e6="milione milioni mln", e9="miliardo miliardi mld mrd",
        e12="bilione bilioni", e15="biliardo biliardi", e18="trilione trilioni",
    )  # fmt: skip
    table["migliaia"] = table["migliaio"] = table["mille"]
    for word in ("mezzo", "mezza", "metà", "mezzi"):
        table[word] = _HALF
    for word, value in (("dozzina", 12), ("dozzine", 12), ("decina", 10), ("decine", 10),
                        ("ventina", 20), ("trentina", 30), ("cinquantina", 50),
                        ("centinaio", 100), ("centinaia", 100)):  # fmt: skip
        table[word] = Word("dozen", Fraction(value))
    parts = _parts("terzo quarto quinto sesto settimo ottavo nono decimo undicesimo dodicesimo "
                   "tredicesimo quattordicesimo quindicesimo sedicesimo diciassettesimo "
                   "diciottesimo diciannovesimo ventesimo", 3)  # fmt: skip
    for stem, value in (("trent", 30), ("quarant", 40), ("cinquant", 50), ("sessant", 60),
                        ("cent", 100), ("mill", 1000), ("milion", 10**6), ("miliard", 10**9)):  # fmt: skip
        parts[f"{stem}esimo"] = Word("part", Fraction(1, value))
    table |= parts | {word[:-1] + "i": value for word, value in parts.items()}
    return Words(
        table, frozenset({"un", "uno", "una"}), frozenset({"e", "ed"}), frozenset({"virgola"}),
        frozenset({"meno"}), "it", _starts(table),
    )  # fmt: skip


_MAKERS = {"en": _english, "es": _spanish, "fr": _french, "de": _german, "it": _italian}


@cache
def words_of(lang: str) -> Words:
    """Number words of a language (en, es, fr, de or it).

    Examples
    --------
    >>> words_of("de").get("zweihundertdreiundzwanzig").value
    Fraction(223, 1)
    >>> words_of("it").get("duecentoduemila").value
    Fraction(202000, 1)
    """
    return _MAKERS[lang]()


@lru_cache(maxsize=4096)
def _split(lang: str, word: str) -> Word | None:
    if lang == "de":
        for ending in ("steln", "stel", "teln", "tel"):
            if word.endswith(ending):
                value = _german_value(word[: -len(ending)])
                return None if value is None or value < 13 else Word("part", 1 / Fraction(value))
        value = _german_value(word)
        if value is None and word.endswith("einhalb"):
            value = _german_value(word[:-7])
            return None if value is None else Word("add", Fraction(2 * value + 1, 2))
    elif lang == "it":
        if word.endswith(("esimo", "esimi")):
            for ending in ("", "a", "o", "i", "e"):
                value = _italian_value(word[:-5] + ending)
                if value is not None and value >= 11:
                    return Word("part", 1 / Fraction(value))
            return None
        value = _italian_value(word)
    else:
        value = _spanish_value(word)
    return None if value is None else Word("add", Fraction(value))


def _german_value(word: str) -> int | None:
    """Value of a German compound below a million, else None."""
    if not word:
        return None
    for name, size in (("tausend", 1000), ("hundert", 100)):
        left, found, right = word.partition(name)
        if found:
            if left == "und":
                return None
            head = 1 if not left else _german_value(left)
            right = right[3:] if right.startswith("und") and not _german_small(right) else right
            tail = 0 if not right else _german_value(right)
            if head is None or tail is None or tail >= size or head >= 1000:
                return None
            return head * size + tail
    return _german_small(word)


def _german_small(word: str) -> int | None:
    table = words_of("de").table
    found = table.get(word)
    if found is not None and found.role == "add" and found.value.denominator == 1:
        return int(found.value)
    left, joined, right = word.partition("und")
    if joined and left and right:
        unit, ten = table.get(left), table.get(right)
        if (unit and ten and unit.role == ten.role == "add"
                and 0 < unit.value < 10 <= ten.value and ten.value % 10 == 0):  # fmt: skip
            return int(unit.value + ten.value)
    return None


def _italian_value(word: str) -> int | None:
    for name in ("mila", "mille"):
        left, found, right = word.partition(name)
        if found:
            head = 1 if not left and name == "mille" else _italian_hundreds(left)
            tail = 0 if not right else _italian_hundreds(right)
            return None if head is None or tail is None else head * 1000 + tail
    return _italian_hundreds(word)


def _italian_hundreds(word: str) -> int | None:
    for name in ("cento", "cent"):
        left, found, right = word.partition(name)
        if found:
            head = 1 if not left else _italian_tens(left)
            tail = 0 if not right else _italian_tens(right)
            if head is not None and tail is not None and head < 10:
                return head * 100 + tail
    return _italian_tens(word)


def _italian_tens(word: str) -> int | None:
    table = words_of("it").table
    found = table.get(word)
    if found is not None and found.role == "add":
        return int(found.value)
    for ten, value in (("venti", 20), ("trenta", 30), ("quaranta", 40), ("cinquanta", 50),
                       ("sessanta", 60), ("settanta", 70), ("ottanta", 80), ("novanta", 90)):  # fmt: skip
        for stem in (ten, ten[:-1]):
            unit = table.get(word[len(stem) :]) if word.startswith(stem) else None
            if unit is not None and unit.role == "add" and 0 < unit.value < 10:
                return value + int(unit.value)
    return None


def _spanish_value(word: str) -> int | None:
    """Fused tens such as treintaicinco."""
    table = words_of("es").table
    for ten in ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"):
        for link in ("i", "y"):
            if word.startswith(ten + link):
                unit = table.get(word[len(ten) + 1 :])
                if unit is not None and unit.role == "add" and 0 < unit.value < 10:
                    return int(table[ten].value + unit.value)
    return None
