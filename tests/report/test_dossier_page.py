"""The page of a dossier: tables with quotes, hostile text as text."""

import pytest

from waferway.evidence.dossier import dossier
from waferway.report.dossier_page import render_dossier, write_dossier

ONE = "Sam Altman met Kwak Noh-jung of SK hynix on 3 June 2025. Hanbit's lead times are 36 weeks."
TWO = ("At Hanbit lead times are 22 weeks. Hanbit will invest $3bn. <script>alert(1)</script> "
       "Hanbit said <img src=x> it has 9 fabs.")  # fmt: skip


@pytest.fixture
def made(tmp_path):
    for name, text in (("one.txt", ONE), ("two <b>.txt", TWO)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return dossier([tmp_path / "one.txt", tmp_path / "two <b>.txt"])


def test_the_page_tells_meetings_sums_and_conflicts(made):
    html = render_dossier(made)
    for words in ("Who met whom, when", "Sam Altman", "Kwak Noh Jung", "2025-06-03",
                  "Where they contradict each other", "36 weeks", "22 weeks", "$3bn"):  # fmt: skip
        assert words in html, words
    assert "<script>alert" not in html and "<img src" not in html and "two <b>" not in html


def test_the_command_writes_the_page(made, tmp_path, capsys):
    from waferway.cli import run

    page = tmp_path / "page.html"
    arguments = ["evidence", "dossier", str(tmp_path / "one.txt"), "--html", str(page)]
    assert run(arguments) == 0 and page.is_file()
    assert run(arguments) == 2  # never written over
    assert run([*arguments, "--force"]) == 0
    assert "SUMS" in capsys.readouterr().out
    assert write_dossier(made, page, force=True) == page
