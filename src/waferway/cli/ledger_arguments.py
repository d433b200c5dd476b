"""Arguments that every verb of `waferway ledger` declares in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["File", "Passphrase"]

File = Annotated[Path, typer.Argument(metavar="LEDGER", help="Ledger file.")]
Passphrase = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the passphrase of encrypted keys; default: "
                 "WAFERWAY_PASSPHRASE, else a prompt."),
]  # fmt: skip
