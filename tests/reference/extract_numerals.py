"""Slow, obvious number words: spell every number up to a limit and look the text up.

The fast scanner of `waferway.evidence.extract` parses; this twin only writes. A number is read
rightly if the scanner gives back what was spelled.
"""

EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
DE_SMALL = (
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn"
).split()
DE_TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
ES_SMALL = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
ES_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
ES_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos "
    "novecientos"
).split()
IT_SMALL = (
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici "
    "quindici sedici diciassette diciotto diciannove"
).split()
IT_TENS = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()
FR_SMALL = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
FR_TENS = "vingt trente quarante cinquante soixante".split()
HAN = "零一二三四五六七八九"


def english(n):
    if n < 20:
        return EN_SMALL[n]
    if n < 100:
        return EN_TENS[n // 10 - 2] + (f"-{EN_SMALL[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{EN_SMALL[n // 100]} hundred" + (f" and {english(n % 100)}" if n % 100 else "")
    return f"{english(n // 1000)} thousand" + (f" {english(n % 1000)}" if n % 1000 else "")


def german(n):
    if n < 20:
        return DE_SMALL[n]
    if n < 100:
        return (f"{DE_SMALL[n % 10]}und" if n % 10 else "") + DE_TENS[n // 10 - 2]
    if n < 1000:
        return f"{DE_SMALL[n // 100]}hundert" + (german(n % 100) if n % 100 else "")
    return f"{german(n // 1000)}tausend" + (german(n % 1000) if n % 1000 else "")


def spanish(n):
    if n < 30:
        return ES_SMALL[n]
    if n < 100:
        return ES_TENS[n // 10 - 3] + (f" y {ES_SMALL[n % 10]}" if n % 10 else "")
    if n == 100:
        return "cien"
    if n < 1000:
        return ES_HUNDREDS[n // 100 - 1] + (f" {spanish(n % 100)}" if n % 100 else "")
    head = "" if n // 1000 == 1 else f"{spanish(n // 1000)} "
    return f"{head}mil" + (f" {spanish(n % 1000)}" if n % 1000 else "")


def italian(n):
    if n < 20:
        return IT_SMALL[n]
    if n < 100:
        stem, unit = IT_TENS[n // 10 - 2], n % 10
        if unit in (1, 8):
            stem = stem[:-1]
        return stem + (IT_SMALL[unit] if unit else "")
    if n < 1000:
        head = "" if n // 100 == 1 else IT_SMALL[n // 100]
        return f"{head}cento" + (italian(n % 100) if n % 100 else "")
    head = "mille" if n // 1000 == 1 else f"{italian(n // 1000)}mila"
    return head + (italian(n % 1000) if n % 1000 else "")


def french(n):
    if n < 20:
        return FR_SMALL[n]
    if n < 60 or 60 <= n < 70:
        ten, unit = FR_TENS[n // 10 - 2], n % 10
        return ten + ("" if not unit else " et un" if unit == 1 else f"-{FR_SMALL[unit]}")
    if n < 80:
        return "soixante et onze" if n == 71 else f"soixante-{french(n - 60)}"
    if n < 100:
        return "quatre-vingts" if n == 80 else f"quatre-vingt-{french(n - 80)}"
    if n < 1000:
        head = "" if n // 100 == 1 else f"{FR_SMALL[n // 100]} "
        return f"{head}cent" + (f" {french(n % 100)}" if n % 100 else "")
    head = "" if n // 1000 == 1 else f"{french(n // 1000)} "
    return f"{head}mille" + (f" {french(n % 1000)}" if n % 1000 else "")


def chinese(n):
    """Every place said in full: 两 is not used, 零 marks a gap."""
    if n == 0:
        return HAN[0]
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if n >= size:
            rest = n % size
            gap = "零" if rest and rest < size // 10 else ""
            return chinese(n // size) + name + (gap + chinese(rest) if rest else "")
    digits = str(n)
    made, gap = "", False
    for place, digit in enumerate(digits):
        power = len(digits) - place - 1
        if digit == "0":
            gap = True
            continue
        made += ("零" if gap and made else "") + HAN[int(digit)] + ("", "十", "百", "千")[power]
        gap = False
    return made


def korean(n):
    """Digits and scales as newspapers write them: 3조 5,000억, 12만 3,400."""
    parts = []
    for size, name in ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
        count, n = divmod(n, size)
        if count:
            parts.append(f"{count:,}{name}")
    return " ".join(parts) or "0"


SPELL = {
    "en": english, "de": german, "es": spanish, "it": italian, "fr": french, "zh": chinese,
    "ja": chinese, "ko": korean,
}  # fmt: skip
