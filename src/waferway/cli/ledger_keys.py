"""Keys of `waferway ledger`: made, added, rotated, ended; and the erasure of fields.

Owns the declaration of these verbs. Only public halves of keys are printed.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from waferway.cli import say
from waferway.cli.inputs import check_new, named_files, new_passphrase, passphrase_for
from waferway.cli.ledger_arguments import File, Passphrase
from waferway.cli.showing import JsonFlag, show, show_json

__all__ = ["declare"]

Root = Annotated[Path, typer.Option(help="Key file of the party's root key.")]
Reason = Annotated[str, typer.Option(help="Why, for everybody to read.")]


def declare(ledger: typer.Typer) -> None:
    """Add the verbs to the group."""
    ledger.command("new-key")(new_key)
    ledger.command("add-key")(add_key)
    ledger.command("rotate-key")(rotate_key)
    ledger.command("revoke-key")(revoke_key)
    ledger.command("erase")(erase)


def _receipt(receipt: Any, as_json: bool) -> None:
    if as_json:
        show_json(dataclasses.asdict(receipt))
    else:
        show(f"logged in {receipt.origin}, entry {receipt.first}, size now {receipt.size}")


def new_key(
    path: Annotated[Path, typer.Argument(help="Key file to make; mode 0600.")],
    name: Annotated[str, typer.Option(help="Party, origin of the log, or witness.")],
    role: Annotated[str, typer.Option(help="log, witness, root or owner.")],
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a private key in a new file; print its public half."""
    from waferway.errors import OutputExists
    from waferway.evidence import ledger as room

    if path.exists():
        raise OutputExists(f"{path} exists; a key is never written over")
    check_new(path, force=False)
    passphrase = new_passphrase(passphrase_file)
    with named_files("no key was made"):
        public = room.new_key(path, name, role, passphrase)
    if passphrase is None:
        say("the key is not encrypted: no passphrase was given")
    if as_json:
        show_json({"public": public, "file": str(path)})
    else:
        show(public)


def add_key(
    path: File,
    new: Annotated[Path, typer.Option(help="Key file to add.")],
    root: Annotated[
        Path | None, typer.Option(help="Root key of the party; a first root key needs none.")
    ] = None,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Add a key of a party."""
    from waferway.evidence import ledger as room

    passphrase = passphrase_for([new, root], passphrase_file)
    with named_files("nothing was logged"):
        receipt = room.add_key(path, new=new, root=root, passphrase=passphrase)
    _receipt(receipt, as_json)


def rotate_key(
    path: File,
    new: Annotated[Path, typer.Option(help="Key file that takes over.")],
    old: Annotated[Path, typer.Option(help="Key file that ends.")],
    root: Root,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Put a new key in the place of an old one; make the new one with `new-key`."""
    from waferway.evidence import ledger as room

    passphrase = passphrase_for([new, old, root], passphrase_file)
    with named_files("nothing was logged"):
        receipt = room.rotate_key(path, new=new, old=old, root=root, passphrase=passphrase)
    _receipt(receipt, as_json)


def revoke_key(
    path: File,
    key_id: Annotated[str, typer.Argument(help="Id of the key in entries, 32 hex digits.")],
    root: Root,
    reason: Reason,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """End a key; what it signed before stays."""
    from waferway.evidence import ledger as room

    passphrase = passphrase_for([root], passphrase_file)
    with named_files("nothing was logged"):
        receipt = room.revoke_key(path, key_id, root=root, reason=reason, passphrase=passphrase)
    _receipt(receipt, as_json)


def erase(
    path: File,
    index: Annotated[int, typer.Argument(min=0, help="Number of the entry.")],
    key: Annotated[Path, typer.Option(help="Key file of the entry's owner.")],
    reason: Reason,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Drop the fields of one's own entry; signatures and proofs stay valid."""
    from waferway.evidence import ledger as room

    passphrase = passphrase_for([key], passphrase_file)
    with named_files("nothing was erased"):
        receipt = room.erase(path, index, key=key, reason=reason, passphrase=passphrase)
    _receipt(receipt, as_json)
