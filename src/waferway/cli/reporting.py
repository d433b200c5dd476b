"""What `waferway report` does: load a plan, write its page and its figures."""

from __future__ import annotations

from pathlib import Path

from waferway.cli import say

__all__ = ["run_report"]


def run_report(
    plan: Path, out: Path | None, figures: Path | None, form: str, theme: str, force: bool
) -> None:
    """Write the report, the figures, or both; see `waferway report --help`."""
    import waferway
    from waferway.planning.plan import Plan
    from waferway.report.figure import check_form, save_figures

    check_form(form, theme)  # before the work, not after it
    found = Plan.load(plan)
    if figures is None or out is not None:
        say(f"wrote {found.report(out or Path('plan.html'), force=force)}")
    if figures is not None:
        for path in save_figures(waferway.figures(found), figures, form, theme, force=force):
            say(f"wrote {path}")
