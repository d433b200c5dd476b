"""What the operator of a log does: make it, append, sign its head, prove, erase, hand it out.

Owns the verbs that need a private key or the log's own file. Everything heavy loads on use.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waferway.evidence.ledger.drafts import Receipt

__all__ = ["append", "checkpoint", "erase", "export", "init", "prove", "record_run", "witness_ask"]

PathLike = str | os.PathLike[str]


def init(
    path: PathLike,
    *,
    origin: str,
    party: str,
    keys: PathLike,
    passphrase: str | None = None,
) -> dict[str, str]:
    """Make a ledger and the operator's three keys.

    Parameters
    ----------
    path : path
        New ledger file.
    origin : str
        Name of the log for ever, a web address without its scheme; it need not exist.
    party : str
        The operator.
    keys : path
        Folder for ``log.key``, ``PARTY.root.key``, ``PARTY.owner.key``; keep it elsewhere than
        the ledger, and the root key off the machine.

    Returns
    -------
    dict
        origin, ledger, log_key (public), and the paths of the key files.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from waferway.evidence.ledger import verify
    >>> at = pathlib.Path(tempfile.mkdtemp())
    >>> made = init(at / "claims.ledger", origin="lab.example/claims", party="lab", keys=at / "k")
    >>> receipt = append(at / "claims.ledger", [{"claim_id": "c-1", "owner": "lab"}],
    ...                  key=made["owner_key"])
    >>> _ = checkpoint(at / "claims.ledger", key=made["log_key_file"])
    >>> proof = prove(at / "claims.ledger", claim="c-1", out=at / "c-1.tlog-proof")
    >>> verify(at / "c-1.tlog-proof", log=[made["log_key"]]).assurance
    'none'
    """
    from waferway.errors import OutputExists
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    if Path(path).exists():
        raise OutputExists(f"{path} exists; a ledger is never written over")
    folder = Path(keys)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = PrivateKey.generate(origin, "log")
    root = PrivateKey.generate(party, "root")
    owner = PrivateKey.generate(party, "owner")
    places = {
        "log_key_file": log.save(folder / "log.key", passphrase),
        "root_key": root.save(folder / f"{_file_name(party)}.root.key", passphrase),
        "owner_key": owner.save(folder / f"{_file_name(party)}.owner.key", passphrase),
    }
    Ledger.create(path, log, root, owner).close()
    return {
        "origin": origin,
        "ledger": str(path),
        "log_key": str(log.verifier),
        **{name: str(place) for name, place in places.items()},
    }


def append(
    path: PathLike,
    records: Iterable[Mapping[str, Any] | bytes],
    *,
    key: PathLike,
    type: str = "claim",  # noqa: A002 - the entry's own word
    passphrase: str | None = None,
) -> Receipt:
    """Sign records with a party's key and log them, all or none.

    Parameters
    ----------
    records : iterable of mapping or bytes
        Mappings become canonical (fractions as decimal strings, nulls dropped); bytes must be
        canonical JSON already and are taken as they are.
    key : path
        Key file of role owner.
    type : str
        document, claim, quality, reconciliation, retraction, dataset-snapshot, model-run, policy.

    Returns
    -------
    Receipt
        Entries ``first .. size - 1`` are durable.
    """
    from waferway.evidence.ledger.drafts import Draft
    from waferway.evidence.ledger.entries import ledger_payload
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    drafts = [
        Draft(type, record if isinstance(record, bytes) else ledger_payload(record))
        for record in records
    ]
    with Ledger(path) as ledger:
        return ledger.append(drafts, PrivateKey.load(key, passphrase))


def record_run(
    path: PathLike,
    *,
    claims: Iterable[str],
    code_version: str,
    result_sha256: str,
    key: PathLike,
    kind: str = "model-run",
    passphrase: str | None = None,
    **more: Any,
) -> Receipt:
    """Log a plan or an atlas build with the entries of the claims that it used.

    Parameters
    ----------
    claims : iterable of claim ids
        All in this log.
    kind : "model-run" or "dataset-snapshot"
    """
    from waferway.evidence.ledger.drafts import Draft
    from waferway.evidence.ledger.entries import ledger_payload
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    with Ledger(path) as ledger:
        inputs = sorted(ledger.index_of_claim(claim_id) for claim_id in claims)
        record = {
            "inputs": inputs,
            "code_version": code_version,
            "result_sha256": result_sha256,
            **more,
        }
        return ledger.append(
            [Draft(kind, ledger_payload(record))], PrivateKey.load(key, passphrase)
        )


def checkpoint(
    path: PathLike,
    *,
    key: PathLike,
    passphrase: str | None = None,
    out: PathLike | None = None,
) -> dict[str, Any]:
    """Sign the head of the log; return origin, size, root (hex) and the signed text.

    The newest checkpoint is also kept beside the ledger and beside the key, against rollback.

    Parameters
    ----------
    path : path
        Ledger file.
    key : path
        Key file of the log.
    passphrase : str, optional
        Of the key files.
    out : path, optional
        File to write the signed text to.
    """
    from waferway.evidence.ledger.drafts import write_durably
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    with Ledger(path) as ledger:
        note = ledger.checkpoint(PrivateKey.load(key, passphrase))
        _, head, _ = ledger.latest()
    if out is not None:
        write_durably(Path(out), note)
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "checkpoint": note.decode(),
    }


def prove(
    path: PathLike,
    index: int | None = None,
    *,
    claim: str | None = None,
    size: int | None = None,
    show: Sequence[str] = (),
    earlier: bool = False,
    kept_size: int | None = None,
    out: PathLike | None = None,
) -> bytes:
    """Proof file that an entry is in the log; `show` discloses single fields of it.

    Parameters
    ----------
    index, claim : int or str
        The entry, by one of the two.
    earlier : bool
        Adds the cosigned checkpoint before the entry: "logged not before".
    kept_size : int, optional
        Size of a checkpoint that the verifier keeps; adds the path from it.
    """
    from waferway.errors import RangeError
    from waferway.evidence.ledger.drafts import write_durably
    from waferway.evidence.ledger.log import Ledger

    if (index is None) == (claim is None):
        raise RangeError("give either the index of an entry or the id of a claim")
    with Ledger(path) as ledger:
        number = ledger.index_of_claim(claim) if claim is not None else int(index or 0)
        data = bytes(ledger.prove(number, size, show=show, earlier=earlier, kept_size=kept_size))
    if out is not None:
        write_durably(Path(out), data)
    return data


def erase(
    path: PathLike, index: int, *, key: PathLike, reason: str, passphrase: str | None = None
) -> Receipt:
    """Drop the fields and salts of one's own entry; signatures and proofs stay valid.

    Parameters
    ----------
    path : path
        Ledger file.
    index : int
        Number of the entry.
    key : path
        Key file of the entry's owner.
    reason : str
        For everybody to read.
    passphrase : str, optional
        Of the key files.
    """
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    with Ledger(path) as ledger:
        return ledger.erase(index, PrivateKey.load(key, passphrase), reason)


def export(path: PathLike, folder: PathLike, *, withhold: Iterable[str] = ()) -> dict[str, Any]:
    """Write the log up to its newest checkpoint as tiles, entries and checkpoints.

    Parameters
    ----------
    path : path
        Ledger file.
    folder : path
        New folder.
    withhold : iterable of str
        Types of entries whose fields stay private.
    """
    from waferway.evidence.ledger.bundles import export_bundle
    from waferway.evidence.ledger.log import Ledger

    with Ledger(path) as ledger:
        head = export_bundle(ledger, folder, withhold=withhold)
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}


def witness_ask(path: PathLike, url: str, *, witness: str) -> int:
    """Have the witness at an address sign the newest checkpoint; return its size.

    Parameters
    ----------
    path : path
        Ledger file.
    url : str
        Address of the witness.
    witness : str
        Its public key.
    """
    from waferway.evidence.ledger.log import Ledger
    from waferway.evidence.ledger.notes import VerifierKey
    from waferway.evidence.ledger.witnessing import get_cosigned, over_http

    with Ledger(path) as ledger:
        return get_cosigned(ledger, over_http(url), VerifierKey.parse(witness))


def _file_name(party: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in party)
