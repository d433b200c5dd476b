"""`waferway check`: verdicts on what texts claim.

Owns the declaration of this verb; judging is `waferway.studies.check`'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from waferway.cli.claims import Lang, Published, Texts
from waferway.cli.inputs import named_files
from waferway.cli.showing import Force, JsonFlag, show, show_json

__all__ = ["check_texts"]


def check_texts(
    texts: Texts,
    lang: Lang = None,
    published: Published = None,
    plan: Annotated[
        bool, typer.Option(help="Run announced sums of known parties through the planner.")
    ] = True,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with the claims marked in the text.")
    ] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """What texts claim, what the record says, and what the model says of it.

    Ends with 1 where a claim is contradicted or cannot be.
    """
    from waferway.studies.check import check

    with named_files("nothing was checked"):
        found = check(texts, lang=lang, published=published, plans=plan)
    if html is not None:
        from waferway.report.check_page import write_check

        write_check(found, html, force=force)
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if not found.passed:
        raise typer.Exit(1)
