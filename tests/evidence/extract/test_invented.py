"""Rules hold beyond the shared annotations: invented news in eight languages, product codes too."""

import pytest

from tests.evidence.extract.invented import SENTENCES
from tests.evidence.extract.reports import REPORTS
from tests.evidence.extract.scoring import close
from waferway.evidence.extract import LANGUAGES, claims_in


def outcome(lang, text, wanted, dates):
    claims = claims_in(text, lang=lang)
    open_wanted, extra = list(wanted), []
    for claim in claims:
        if claim.kind == "date":
            continue
        hit = next(
            (
                w
                for w in open_wanted
                if w[0] in claim.quote
                and close(claim.low, w[1])
                and close(claim.value, w[2])
                and close(claim.high, w[3])
                and claim.unit == w[4]
            ),
            None,
        )
        if hit is None:
            extra.append((claim.quote, claim.unit))
        else:
            open_wanted.remove(hit)
    found_dates = sorted(c.valid_text.strip("/") for c in claims if c.kind == "date")
    return len(wanted) - len(open_wanted), open_wanted, extra, found_dates == sorted(dates)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_quantities_of_invented_news(lang):
    right, missed, extra = 0, [], []
    for tag, text, wanted, dates in SENTENCES:
        if tag != lang:
            continue
        hits, left, more, dates_agree = outcome(tag, text, wanted, dates)
        right, missed, extra = right + hits, missed + left, extra + more
        assert dates_agree, text
    f1 = 2 * right / (2 * right + len(missed) + len(extra))
    assert right > 15
    assert f1 >= 0.95, (missed, extra)


def test_a_second_hold_out_of_reports_and_releases():
    """Measured once on rules that had not seen it: macro F1 0.964, no language below 0.91."""
    scores = []
    for lang in LANGUAGES:
        right = wrong = 0
        for tag, text, wanted, dates in REPORTS:
            if tag == lang:
                hits, left, more, dates_agree = outcome(tag, text, wanted, dates)
                right, wrong = right + hits, wrong + len(left) + len(more)
                assert dates_agree, text
        scores.append(2 * right / (2 * right + wrong))
    assert min(scores) >= 0.9 and sum(scores) / len(scores) >= 0.95, scores


@pytest.mark.parametrize(
    "text",
    [
        "The H100, HBM3E, G42 and MI300X beat the RTX 4090 and the Gaudi 3.",
        "Der B200 und die Chips der Reihe DDR5-6400 laufen in Fab 18.",
        "第2工場でH200とHBM4を使う。",
        "제3공장에서 H200과 HBM3E를 쓴다.",
        "第三座工厂使用H200和HBM3。",
        "G42 (NASDAQ: SFTBF) y TSMC (2330) usan HBM3 y GB200 NVL72.",
        "La GPU H200 usa HBM3E; l'acceleratore MI355X no.",
        "Le GPT-4 tourne sur des H100 ; voir https://example.org/2024/v5.",
        "Samsung 三星電子 and 三菱 and 四川 and 百度.",
    ],
)
def test_product_codes_are_never_quantities(text):
    assert [c.quote for c in claims_in(text) if c.kind != "date"] == []
