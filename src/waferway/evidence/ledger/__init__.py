"""The ledger: an append-only log that proves who said what, and that nothing was changed.

One function for each verb of ``waferway ledger``. Entries hold commitments to their fields, every
entry is signed by its owner, the log's key signs checkpoints, witnesses cosign them. `verify`
needs a proof file and keys, and imports no database code; everything heavy loads on use.

Rooms: `merkle` (tree), `notes` and `checkpoints` (signed texts), `curve` and `keys` (Ed25519),
`canonical` (JSON), `commitments`, `entries`, `authority` (rules), `store` (SQLite), `drafts` and
`log` (append, checkpoint, prove), `proofs` and `policies` (offline verification), `witnessing`,
`scanning` and `auditing`, `tiles` and `bundles` (export, import), `failures` (the named errors).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waferway.evidence.ledger.auditing import AuditReport
    from waferway.evidence.ledger.bundles import Imported
    from waferway.evidence.ledger.drafts import Receipt
    from waferway.evidence.ledger.policies import WitnessPolicy
    from waferway.evidence.ledger.proofs import Verdict

__all__ = [
    "add_key",
    "append",
    "audit",
    "checkpoint",
    "erase",
    "export",
    "fsck",
    "import_",
    "init",
    "new_key",
    "prove",
    "record_run",
    "revoke_key",
    "rotate_key",
    "verify",
    "witness_ask",
    "witness_serve",
    "witness_sign",
]

PathLike = str | os.PathLike[str]


def new_key(path: PathLike, name: str, role: str, passphrase: str | None = None) -> str:
    """Make a private key in a new file of mode 0600; return its public half.

    Parameters
    ----------
    path : path
        Never written over.
    name : str
        Party (roles ``root``, ``owner``), origin (``log``) or witness (``witness``).
    role : "log", "witness", "root" or "owner"
    passphrase : str, optional
        Encrypts the file.

    Returns
    -------
    str
        Verifier key, ``name+id+base64``: this is what others need.
    """
    from waferway.errors import RangeError
    from waferway.evidence.ledger.keys import ROLES, PrivateKey

    found = [known for known in ROLES if known == role]
    if not found:
        raise RangeError(f"role is {role!r}; it is one of {', '.join(ROLES)}")
    key = PrivateKey.generate(name, found[0])
    key.save(path, passphrase)
    return str(key.verifier)


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


def verify(
    proof: PathLike,
    *,
    log: Iterable[str] = (),
    witnesses: Iterable[str] = (),
    quorum: int | None = None,
    policy: PathLike | None = None,
    owners: Iterable[str] = (),
    kept: PathLike | None = None,
    max_witness_age_s: int | None = None,
    now_s: int | None = None,
    max_delay_s: int | None = None,
) -> Verdict:
    """Verify a proof file offline; raises the named error, or says what the proof is worth.

    Parameters
    ----------
    proof : path
    log : iterable of str
        Public keys of the log, ``name+id+base64``.
    witnesses : iterable of str
        Public keys of witnesses; `quorum` of them must have signed (default: all).
    policy : path, optional
        Policy file of C2SP tlog-policy, in place of `log`, `witnesses` and `quorum`.
    owners : iterable of str
        Public keys of parties; where given, one of them must have signed the entry.
    kept : path, optional
        A checkpoint kept from earlier.
    """
    from waferway.evidence.ledger.notes import VerifierKey
    from waferway.evidence.ledger.proofs import verify_proof

    return verify_proof(
        Path(proof).read_bytes(),
        _policy(log, witnesses, quorum, policy),
        owner_keys=[VerifierKey.parse(text) for text in owners],
        kept=Path(kept).read_bytes() if kept is not None else None,
        max_witness_age_s=max_witness_age_s,
        now_s=now_s,
        max_delay_s=max_delay_s,
    )


def audit(
    path: PathLike,
    *,
    log: Iterable[str] = (),
    witnesses: Iterable[str] = (),
    quorum: int | None = None,
    policy: PathLike | None = None,
    kept: Iterable[PathLike] = (),
    other_origins: Iterable[str] = (),
    max_witness_age_s: int | None = None,
    now_s: int | None = None,
) -> AuditReport:
    """Check the whole file against keys, witnesses and kept checkpoints; changes nothing.

    The checkpoint kept beside the file is always among `kept`.
    """
    from waferway.evidence.ledger import auditing

    notes = [Path(place).read_bytes() for place in kept]
    return auditing.audit(
        path,
        _policy(log, witnesses, quorum, policy),
        kept=[*auditing.kept_checkpoints(path), *notes],
        other_origins=other_origins,
        max_witness_age_s=max_witness_age_s,
        now_s=now_s,
    )


def fsck(path: PathLike, *, log: Iterable[str] = ()) -> AuditReport:
    """Check bytes, rows, tree and checkpoints; faster than `audit`, and blind to owners."""
    from waferway.evidence.ledger import auditing
    from waferway.evidence.ledger.notes import VerifierKey

    return auditing.fsck(path, [VerifierKey.parse(text) for text in log])


def witness_sign(
    request: bytes,
    *,
    state: PathLike,
    key: PathLike,
    logs: Iterable[str],
    passphrase: str | None = None,
) -> tuple[int, bytes]:
    """Answer one request of C2SP tlog-witness: status (200 is yes) and body.

    Parameters
    ----------
    request : bytes
        ``old N``, proof lines, empty line, checkpoint.
    state : path
        The witness' memory; made if absent.
    logs : iterable of str
        Public keys of the logs it watches.
    """
    reply = _witness(state, key, logs, passphrase).add_checkpoint(request)
    return reply.status, reply.body


def witness_serve(
    *,
    state: PathLike,
    key: PathLike,
    logs: Iterable[str],
    port: int = 0,
    passphrase: str | None = None,
) -> Any:
    """HTTP server of a witness on 127.0.0.1, not yet running: call ``serve_forever()``.

    ``server_address[1]`` is the port taken where `port` is 0.
    """
    from waferway.evidence.ledger.witnessing import server

    return server(_witness(state, key, logs, passphrase), port)


def witness_ask(path: PathLike, url: str, *, witness: str) -> int:
    """Have the witness at an address sign the newest checkpoint; return its size."""
    from waferway.evidence.ledger.log import Ledger
    from waferway.evidence.ledger.notes import VerifierKey
    from waferway.evidence.ledger.witnessing import get_cosigned, over_http

    with Ledger(path) as ledger:
        return get_cosigned(ledger, over_http(url), VerifierKey.parse(witness))


def export(path: PathLike, folder: PathLike, *, withhold: Iterable[str] = ()) -> dict[str, Any]:
    """Write the log up to its newest checkpoint as tiles, entries and checkpoints."""
    from waferway.evidence.ledger.bundles import export_bundle
    from waferway.evidence.ledger.log import Ledger

    with Ledger(path) as ledger:
        head = export_bundle(ledger, folder, withhold=withhold)
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}


def import_(
    folder: PathLike,
    into: PathLike,
    *,
    log: Iterable[str] = (),
    witnesses: Iterable[str] = (),
    quorum: int | None = None,
    policy: PathLike | None = None,
) -> Imported:
    """Verify a bundle completely, then bring it into a mirror of that log."""
    from waferway.evidence.ledger.bundles import import_bundle

    return import_bundle(folder, into, _policy(log, witnesses, quorum, policy))


def add_key(
    path: PathLike, *, new: PathLike, root: PathLike | None = None, passphrase: str | None = None
) -> Receipt:
    """Add a party's key: its first root key signs for itself, others need `root`."""
    from waferway.evidence.ledger.drafts import Draft, key_payload
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    key = PrivateKey.load(new, passphrase)
    signer = key if root is None else PrivateKey.load(root, passphrase)
    with Ledger(path) as ledger:
        return ledger.append([Draft("key-add", key_payload(ledger.origin, key))], signer)


def rotate_key(
    path: PathLike,
    *,
    new: PathLike,
    old: PathLike,
    root: PathLike,
    passphrase: str | None = None,
) -> Receipt:
    """Put the key in file `new` in the place of the one in `old`; the root key signs.

    For the log's key the next checkpoint is made at once and signed by both, so that whoever
    knows only the old key can follow. To rotate a root key, `root` is the old one.
    """
    from waferway.evidence.ledger.drafts import Draft, key_payload
    from waferway.evidence.ledger.failures import MalformedEntry
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    fresh, past = PrivateKey.load(new, passphrase), PrivateKey.load(old, passphrase)
    signer = PrivateKey.load(root, passphrase)
    if fresh.role != past.role or fresh.name != past.name:
        raise MalformedEntry(
            f"{past.role} key of {past.name} cannot become {fresh.role} key of {fresh.name}"
        )
    with Ledger(path) as ledger:
        payload = key_payload(ledger.origin, fresh, past.key_id, signer.name)
        receipt = ledger.append([Draft("key-rotate", payload)], signer)
        if fresh.role == "log":
            ledger.checkpoint(fresh, old_key=past)
    return receipt


def revoke_key(
    path: PathLike,
    key_id: str,
    *,
    root: PathLike,
    reason: str,
    passphrase: str | None = None,
) -> Receipt:
    """End a key; what it signed before stays, up to what witnesses had seen by then."""
    from waferway.evidence.ledger.drafts import Draft
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    signer = PrivateKey.load(root, passphrase)
    payload = {"party": signer.name, "key_id": key_id, "reason": reason}
    with Ledger(path) as ledger:
        return ledger.append([Draft("key-revoke", payload)], signer)


def erase(
    path: PathLike, index: int, *, key: PathLike, reason: str, passphrase: str | None = None
) -> Receipt:
    """Drop the fields and salts of one's own entry; signatures and proofs stay valid."""
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    with Ledger(path) as ledger:
        return ledger.erase(index, PrivateKey.load(key, passphrase), reason)


def _file_name(party: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else "-" for char in party)


def _policy(
    log: Iterable[str],
    witnesses: Iterable[str],
    quorum: int | None,
    policy: PathLike | None,
) -> WitnessPolicy:
    from waferway.evidence.ledger.notes import VerifierKey
    from waferway.evidence.ledger.policies import WitnessPolicy

    if policy is not None:
        return WitnessPolicy.parse(Path(policy).read_text(encoding="utf-8"))
    named = [VerifierKey.parse(text) for text in witnesses]
    needed = len(named) if quorum is None else quorum
    return WitnessPolicy.of((VerifierKey.parse(text) for text in log), named, needed)


def _witness(state: PathLike, key: PathLike, logs: Iterable[str], passphrase: str | None) -> Any:
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.notes import VerifierKey
    from waferway.evidence.ledger.witnessing import Witness

    trusted = [VerifierKey.parse(text) for text in logs]
    return Witness(state, PrivateKey.load(key, passphrase), trusted)
