"""Extraction: speed and F1 beside quantulum3 and dateparser, on the same texts in the same run.

Run with ``python -m benchmarks.extract [--json FILE]``. The texts are the invented sentences of the
tests. A value counts as found if the span overlaps the words of the number and value or bounds
agree; units are ignored for all, as quantulum3 names them its own way, and quantulum3 reads
English only. A peer that is not installed is left out and named as such. Times are CPU seconds of
this one thread, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.evidence.extract.invented import SENTENCES
from waferway.evidence.extract import claims_in

Found = list[tuple[int, int, set[float]]]


def ours(text: str, lang: str) -> Found:
    return [
        (claim.start or 0, claim.end or 0,
         {float(v) for v in (claim.low, claim.value, claim.high) if v is not None})
        for claim in claims_in(text, lang=lang)
        if claim.kind != "date"
    ]  # fmt: skip


def our_dates(text: str, lang: str) -> list[str]:
    return [claim.valid_text or "" for claim in claims_in(text, lang=lang) if claim.kind == "date"]


def quantulum(text: str, _lang: str) -> Found:
    parse = importlib.import_module("quantulum3.parser").parse
    return [(q.span[0], q.span[1], {float(q.value)}) for q in parse(text)]


def dateparser_dates(text: str, lang: str) -> list[str]:
    search = importlib.import_module("dateparser.search").search_dates
    return [str(when.date()) for _, when in search(text, languages=[lang]) or []]


def seconds(job: Callable[[], Any]) -> float:
    job()
    begin = time.process_time()
    job()
    return time.process_time() - begin


def first_pass(job: Callable[[str], Any], texts: list[str]) -> float:
    """Characters per second on texts not seen before (peers cache what they have read)."""
    job(texts[0])
    begin = time.process_time()
    for text in texts[1:]:
        job(text)
    return sum(len(text) for text in texts[1:]) / (time.process_time() - begin)


def f1_of_values(reader: Callable[[str, str], Found], langs: set[str]) -> float:
    right = wrong = missed = 0
    for lang, text, wanted, _ in SENTENCES:
        if lang not in langs:
            continue
        left = reader(text, lang)
        for words, low, value, high, _unit in wanted:
            numbers = {float(v) for v in (low, value, high) if v is not None}
            spots = [i for i in range(len(text)) if text.startswith(words, i)]
            hit = next(
                (f for f in left
                 if any(f[0] < i + len(words) and i < f[1] for i in spots)
                 and all(any(abs(n - v) <= 1e-6 * abs(n) for v in f[2]) for n in numbers)), None,
            )  # fmt: skip
            if hit is None:
                missed += 1
            else:
                left.remove(hit)
                right += 1
        wrong += len(left)
    return 2 * right / (2 * right + wrong + missed)


def compare() -> dict[str, Any]:
    """Characters per second and F1 of all contenders."""
    warnings.simplefilter("ignore")
    english = [text for lang, text, _, _ in SENTENCES if lang == "en"]
    everything = [(lang, text) for lang, text, _, _ in SENTENCES]
    langs = {lang for lang, _ in everything}
    made: dict[str, Any] = {"peers_missing": []}
    spent = seconds(lambda: [claims_in(text, lang=lang) for lang, text in everything])
    made["ours_chars_per_s"] = sum(len(text) for _, text in everything) / spent
    for lang in sorted(langs):
        texts = [text for tag, text in everything if tag == lang]
        whole = "\n".join(texts * 20)
        spent = seconds(lambda whole=whole, lang=lang: claims_in(whole, lang=lang))
        made[f"ours_{lang}_chars_per_s"] = len(whole) / spent
    made["ours_value_f1"] = f1_of_values(ours, langs)
    made["ours_value_f1_english"] = f1_of_values(ours, {"en"})
    our_english = first_pass(lambda text: claims_in(text, lang="en"), english)
    if importlib.util.find_spec("quantulum3"):
        theirs = first_pass(lambda text: quantulum(text, "en"), english)
        made["quantulum3_chars_per_s"] = theirs
        made["quantulum3_value_f1_english"] = f1_of_values(quantulum, {"en"})
        made["speed_ratio_to_quantulum3"] = our_english / theirs
    else:
        made["peers_missing"].append("quantulum3")
    if importlib.util.find_spec("dateparser"):
        theirs = first_pass(lambda text: dateparser_dates(text, "en"), english)
        made["dateparser_chars_per_s"] = theirs
        made["speed_ratio_to_dateparser"] = our_english / theirs
    else:
        made["peers_missing"].append("dateparser")
    return made


def main() -> None:
    """Print the comparison and check the goals."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    made = compare()
    for name, value in made.items():
        print(f"{name:32} {value:,.3g}" if isinstance(value, float) else f"{name:32} {value}")
    if chosen.json:
        chosen.json.write_text(json.dumps(made, indent=1), encoding="utf-8")
    assert made["ours_chars_per_s"] >= 20_000
    assert made.get("speed_ratio_to_quantulum3", 10) >= 2
    assert made.get("speed_ratio_to_dateparser", 10) >= 1


if __name__ == "__main__":
    main()
