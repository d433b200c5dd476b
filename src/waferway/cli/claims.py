"""`waferway evidence`: claims of documents, what they say together, and dossiers.

Owns the declaration of these verbs; reading and judging are `waferway.evidence`'s.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from waferway.cli.inputs import named_files
from waferway.cli.showing import Force, JsonFlag, show, show_json
from waferway.errors import RangeError

__all__ = ["evidence"]

MODEL_KEY = "WAFERWAY_MODEL_KEY"

evidence = typer.Typer(
    help="Claims of documents: extracted, brought together, gathered.", no_args_is_help=True
)

Texts = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Text files (UTF-8).")]
Lang = Annotated[
    str | None, typer.Option(help="en, es, it, fr, de, ko, ja or zh; default: detected.")
]
Published = Annotated[
    str | None, typer.Option(help="Day or month of the files, for dates without a year.")
]


@evidence.command("extract")
def extract(
    texts: Texts,
    lang: Lang = None,
    published: Published = None,
    model_url: Annotated[
        str | None,
        typer.Option(help="Completions address of a model, asked beside the rules; its key "
                     f"comes from {MODEL_KEY}."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name of that model.")] = None,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Claims with exact places in the text; with --json every field of the schema."""
    from waferway.evidence.extract import endpoint
    from waferway.evidence.extract import extract as work

    if (model_url is None) != (model is None):
        raise RangeError("--model-url and --model go together; give both or neither")
    provider: Any = None
    if model_url is not None and model is not None:
        provider = endpoint(model_url, model, key=os.environ.get(MODEL_KEY))
    with named_files("no claims were extracted"):
        found = work(texts, lang=lang, published=published, provider=provider)
    _print(found, as_json)


@evidence.command("reconcile")
def reconcile(
    texts: Texts, lang: Lang = None, published: Published = None, as_json: JsonFlag = False
) -> None:
    """What the files say together: conflicts first, then differences and agreements."""
    from waferway.evidence.reconcile import reconcile as work

    _print(work(texts, lang=lang, published=published), as_json)


@evidence.command("quality")
def quality(
    texts: Texts,
    lang: Lang = None,
    published: Published = None,
    owner: Annotated[str | None, typer.Option(help="Party that owns the claims.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Rules on the claims of the files: units, ranges, quotes, age, contradictions, owners.

    Ends with 1 where a rule fails; --json gives records for `ledger append --type quality`.
    """
    from waferway.evidence.extract import extract as work
    from waferway.evidence.quality import quality_of

    with named_files("no claims were judged"):
        found = work(texts, lang=lang, published=published)
    owned = [claim.model_copy(update={"owner": owner}) for claim in found.claims]
    made = quality_of(owned, texts={d.name: d.text for d in found.documents})
    _print(made, as_json)
    if not made.passed:
        raise typer.Exit(1)


@evidence.command("dossier")
def dossier(
    texts: Texts,
    lang: Lang = None,
    published: Published = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with tables and quotes.")] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Who met whom, sums, plans, agreements and conflicts of the files, with quotes."""
    from waferway.evidence.dossier import dossier as work

    with named_files("no dossier was made"):
        made = work(texts, lang=lang, published=published)
    if html is not None:
        from waferway.report.dossier_page import write_dossier

        write_dossier(made, html, force=force)
    _print(made, as_json)


def _print(found: Any, as_json: bool) -> None:
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
