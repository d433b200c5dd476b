"""`waferway ledger record`: a plan or the atlas into the log, with the claims used.

Owns the declaration of this verb; logging is `waferway.studies.recording`'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from waferway.cli.inputs import named_files, passphrase_for
from waferway.cli.ledger_arguments import File, Passphrase
from waferway.cli.showing import JsonFlag, show, show_json
from waferway.errors import RangeError

__all__ = ["record"]


def record(
    path: File,
    plan: Annotated[
        Path | None, typer.Argument(metavar="[PLAN]", help="Folder that `waferway plan` wrote.")
    ] = None,
    atlas: Annotated[bool, typer.Option("--atlas", help="Record the shipped atlas.")] = False,
    key: Annotated[Path | None, typer.Option(help="Key file of role owner.")] = None,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Log a plan or the atlas with the claims it used; claims not yet there are logged first."""
    from waferway.studies.recording import record_network, record_plan

    if (plan is None) is not atlas:
        raise RangeError("name a plan folder, or pass --atlas")
    if key is None:
        raise RangeError("--key is missing; name the key file of role owner that signs")
    passphrase = passphrase_for([key], passphrase_file)
    with named_files("nothing was recorded"):
        if plan is not None:
            from waferway.planning.plan import Plan

            made = record_plan(path, Plan.load(plan), key=key, passphrase=passphrase)
        else:
            from waferway.atlas.world import world

            made = record_network(path, world(), key=key, passphrase=passphrase)
    if as_json:
        show_json(made.to_json())
    else:
        show(f"entry {made.entry} names {made.claims} claims, {made.logged} of them newly logged; "
             f"result {made.result_sha256}")  # fmt: skip
