"""What every group of commands shares: its flags, and the two ways to show a result."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

__all__ = ["Force", "JsonFlag", "show", "show_json"]

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what an earlier run wrote.")]


def show_json(content: Any) -> None:
    """One object on standard output."""
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")


def show(text: str) -> None:
    """A result for people, on standard output."""
    sys.stdout.write(text.rstrip("\n") + "\n")
