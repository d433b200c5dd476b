"""What every group of commands shares: its flags, and the two ways to show a result."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from typing import Annotated, Any

import typer

__all__ = ["PIPED", "Force", "JsonFlag", "folded", "show", "show_folded", "show_json"]

PIPED = 100
"""Columns of text that nobody looks at on a terminal."""

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what an earlier run wrote.")]


def show_json(content: Any) -> None:
    """One object on standard output."""
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")


def show(text: str) -> None:
    """A result for people, on standard output."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def show_folded(text: str) -> None:
    """A result with long lines, on standard output: folded at the terminal's width."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED
    show(folded(text, width))


def folded(text: str, width: int) -> str:
    r"""Text with no line longer than `width` (at least 40), but for words that are.

    What goes on stands four columns further in than its line.

    Examples
    --------
    >>> print(folded("short\n  a line that is too long for forty columns", 40))
    short
      a line that is too long for forty
          columns
    """
    width = max(width, 40)
    lines = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        lines += textwrap.wrap(
            line, width, subsequent_indent=indent + "    ", break_long_words=False,
            break_on_hyphens=False, drop_whitespace=True, replace_whitespace=False,
        ) if len(line) > width else [line]  # fmt: skip
    return "\n".join(lines)
