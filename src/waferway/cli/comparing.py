"""What `waferway diff` and `waferway trace` do: read either a plan or a network, ask, show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waferway.cli import say
from waferway.cli.showing import show_folded, show_json
from waferway.errors import Fault, InputError, Place

__all__ = ["read_either", "run_diff", "run_trace"]


def read_either(name: str) -> Any:
    """A plan from its folder, a network from its folder or file, or the shipped atlas."""
    import waferway
    from waferway.planning.plan import Plan

    path = Path(name)
    if name == "atlas" and not path.exists():
        return waferway.world()
    return Plan.load(path) if (path / "manifest.json").is_file() else waferway.read(path)


def run_diff(before: Any, after: Any, as_json: bool, html: Path | None, force: bool) -> None:
    """Show what changed; see `waferway diff --help`."""
    import waferway
    from waferway.planning.plan import Plan

    found = waferway.diff(before, after)
    if html is not None:
        from waferway.report.difference_page import write_difference

        later = after if isinstance(after, Plan) else None
        say(f"wrote {write_difference(found, html, later, force)}")
    if as_json:
        show_json({"differs": bool(found), **found.to_json()})
    else:
        show_folded(str(found))


def run_trace(of: Any, figure: str, where: list[str], as_json: bool) -> None:
    """Show what a figure rests on; see `waferway trace --help`."""
    import waferway

    pairs = [text.partition("=") for text in where]
    wrong = [text for text, (_, equals, _) in zip(where, pairs, strict=True) if not equals]
    if wrong:
        raise InputError(
            [Fault(Place(), f'"{text}" chooses no rows', suggestion="write column=value")
             for text in wrong], "nothing was traced",
        )  # fmt: skip
    found = waferway.trace(of, figure, **{name: value for name, _, value in pairs})
    if as_json:
        show_json(found.to_json())
    else:
        show_folded(str(found))
