"""The documentation does what it says: its commands and Python are run, its names exist.

Blocks of a page run in order, in one empty folder:

- ``console``: lines that begin with ``$ `` are run in a shell; what follows is what they print.
- ``pycon``: a doctest. ``python``: run as it stands, in the same name space.
- ``diff`` whose first line is ``--- FILE``: removed lines must stand in that file once, in order,
  and are replaced by the added ones.
- ``yaml`` whose first line is ``# FILE``: the file is written.

A comment before a block changes that: ``<!-- exit N -->`` (the last command ends with N),
``<!-- not run -->``, ``<!-- atlas -->`` (run always, but what it prints is held against the page
by `make verify` only: the atlas grows), and ``<!-- thorough -->`` (run by `make verify` only:
whole plans of the atlas). ``...`` stands for any text. Write the printed lines anew, where they
hold no ``...``: ``python tests/test_documentation.py README.md docs/tutorial.md``
(``--thorough`` for all).
"""

import doctest
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOWTO = sorted((ROOT / "docs" / "howto").glob("*.md"))
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/tutorial.md",
    "docs/compared.md",
    "docs/evidence/check.md",
]
PAGES += [p.relative_to(ROOT).as_posix() for p in HOWTO]
BLOCK = re.compile(
    r"(?:<!-- (?P<says>[a-z0-9 ]+) -->\n+)?^```(?P<kind>[a-z]*)\n(?P<text>.*?)^```$", re.M | re.S
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
THOROUGH = bool(os.environ.get("WAFERWAY_THOROUGH"))


def run_shell(command: str, folder: Path) -> tuple[int, str]:
    beside = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": beside + os.pathsep + os.environ["PATH"],
        "NO_COLOR": "1", "COLUMNS": "80", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
    )  # fmt: skip
    return done.returncode, "\n".join(line.rstrip() for line in done.stdout.splitlines())


def matches(printed: str, written: str) -> bool:
    pattern = ".*?".join(re.escape(part) for part in written.strip("\n").split("..."))
    return re.fullmatch(pattern, printed.strip("\n"), re.S) is not None


def run_console(text: str, folder: Path, code: int) -> str:
    """Run a console block; returns it with what was really printed."""
    out = []
    steps = re.split(r"^\$ ", text, flags=re.M)[1:]
    for number, step in enumerate(steps):
        command, _, written = step.partition("\n")
        found, printed = run_shell(command, folder)
        expected = code if number == len(steps) - 1 else 0
        assert found == expected, f"$ {command}\nexit code {found}, not {expected}:\n{printed}"
        fits = matches(printed, written)
        out.append(f"$ {command}\n{written if fits else printed.strip(chr(10)) + chr(10)}")
    return "".join(out)


def run_doctest(text: str, names: dict, page: str) -> None:
    test = doctest.DocTestParser().get_doctest(text, names, page, page, 0)
    said = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=said.append, clear_globs=False)
    names.update(test.globs)
    assert not said, "".join(said)


def apply_diff(text: str, folder: Path) -> None:
    head, *lines = text.splitlines()
    path = folder / head.removeprefix("--- ")
    content = path.read_text(encoding="utf-8")
    old = "\n".join(line[1:] for line in lines if line[:1] in "- ")
    new = "\n".join(line[1:] for line in lines if line[:1] in "+ ")
    assert content.count(old) == 1, f"{path.name} holds {content.count(old)} times:\n{old}"
    path.write_text(content.replace(old, new), encoding="utf-8")


def run_page(page: str, folder: Path, thorough: bool) -> str:
    """Run a page; returns its text with what was really printed."""
    names: dict = {}
    text = (ROOT / page).read_text(encoding="utf-8")

    def run_block(block: re.Match) -> str:
        says, kind, body = block["says"] or "", block["kind"], block["text"]
        if says == "not run" or (says == "thorough" and not thorough):
            return block[0]
        code = int(says.split()[1]) if says.startswith("exit ") else 0
        if says == "atlas" and not thorough:
            run_console(body, folder, code)
            return block[0]
        if kind == "console":
            start, end = block.span("text")
            shift = block.start()
            return (
                block[0][: start - shift]
                + run_console(body, folder, code)
                + block[0][end - shift :]
            )
        if kind == "pycon":
            run_doctest(body, names, page)
        elif kind == "python":
            exec(compile(body, page, "exec"), names)
        elif kind == "diff":
            apply_diff(body, folder)
        elif kind == "yaml" and (file := re.match(r"# (\S+\.yaml)\n", body)):
            (folder / file[1]).write_text(body, encoding="utf-8")
        return block[0]

    return BLOCK.sub(run_block, text)


@pytest.mark.parametrize("page", PAGES)
def test_pages_print_what_they_say(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = run_page(page, tmp_path, THOROUGH)
    assert printed.splitlines() == (ROOT / page).read_text(encoding="utf-8").splitlines()


def test_a_page_that_lies_is_caught(tmp_path):
    assert run_console("$ echo one\ntwo\n", tmp_path, 0) == "$ echo one\none\n"
    assert run_console("$ echo one\no...\n", tmp_path, 0) == "$ echo one\no...\n"
    with pytest.raises(AssertionError, match="exit code 3, not 0"):
        run_console("$ exit 3\n", tmp_path, 0)
    with pytest.raises(AssertionError, match="Expected"):
        run_doctest(">>> 1 + 1\n3\n", {}, "page")


WRITTEN = [
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*.py")
    for path in ROOT.glob(pattern)
    if not {"_build", "generated"} & set(path.parts)
]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_name_files_that_exist(path):
    text = path.read_text(encoding="utf-8")
    known = {p.name for p in (ROOT / "docs" / "reference").glob("*.md")}
    for target in re.findall(r"\]\(([^)#: ]+)(?:#[^)]*)?\)", text):
        there = (path.parent / target).exists() or Path(target).name in known
        assert there, f"{path.name} links to {target}, which is not there"
    for named in re.findall(r"`((?:src|tests|docs|benchmarks|examples)/[\w./-]+)`", text):
        assert (ROOT / named).exists(), f"{path.name} names {named}, which is not there"


def test_every_decision_says_what_it_costs():
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(pages) >= 7
    for page in pages:
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.M)
        assert headings[:3] == ["Context", "Choice", "Price paid"], page.name


def test_the_built_pages_fetch_nothing(tmp_path):
    """Formulas are MathML, not script from elsewhere, and nothing is loaded from outside."""
    pytest.importorskip("sphinx")
    source = tmp_path / "page"
    source.mkdir()
    extension = (ROOT / "docs" / "mathml.py").read_text(encoding="utf-8")
    (source / "mathml.py").write_text(extension, encoding="utf-8")
    (source / "conf.py").write_text(
        "import sys, pathlib\n"
        "sys.path.insert(0, str(pathlib.Path(__file__).parent))\n"
        "extensions = ['myst_parser', 'mathml']\n"
        "myst_enable_extensions = ['dollarmath']\n"
        "html_math_renderer = 'mathml'\nhtml_theme = 'furo'\n"
    )
    (source / "index.md").write_text(
        "# A page\n\nThe sum $\\sum_t x_t \\le 1$ and\n\n$$x^2 < y$$\n"
    )
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ".", "../out"]
    done = subprocess.run(build, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!pradyunsg|github|www\.sphinx)', html)
    assert not re.findall(r"<script[^>]*(?:mathjax|katex)", html, re.I)
    if importlib.util.find_spec("latex2mathml"):
        assert html.count("<math") == 2 and "<mo>&#x02211;" in html
    assert "x^2 < y" not in html  # escaped either way


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--thorough"]
    for page in arguments or PAGES:
        with tempfile.TemporaryDirectory() as scratch:
            os.chdir(scratch)
            new = run_page(page, Path(scratch), THOROUGH or "--thorough" in sys.argv)
            os.chdir(ROOT)
        if new != (ROOT / page).read_text(encoding="utf-8"):
            (ROOT / page).write_text(new, encoding="utf-8")
            sys.stdout.write(f"{page}: written anew\n")
