"""What others do with a log: verify a proof, audit the file, witness its growth, mirror it.

Owns the verbs of those who do not trust the operator. `verify` needs a proof file and keys, and
imports no database code.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waferway.evidence.ledger.auditing import AuditReport
    from waferway.evidence.ledger.bundles import Imported
    from waferway.evidence.ledger.notes import VerifierKey
    from waferway.evidence.ledger.policies import WitnessPolicy
    from waferway.evidence.ledger.proofs import Verdict

__all__ = ["audit", "fsck", "import_", "verify", "witness_serve", "witness_sign"]

PathLike = str | os.PathLike[str]


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
    from waferway.evidence.ledger.failures import located
    from waferway.evidence.ledger.proofs import verify_proof

    trusted = _policy(log, witnesses, quorum, policy)
    owner_keys = _keys(owners, "owner")
    with located(proof):
        return verify_proof(
            Path(proof).read_bytes(),
            trusted,
            owner_keys=owner_keys,
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

    Parameters
    ----------
    path : path
        Ledger file.
    log, witnesses, quorum, policy
        Keys to trust, as in `verify`.
    kept : iterable of path
        Checkpoints kept from earlier.
    other_origins : iterable of str
        Logs for which entries may have been signed, to name a replay.
    max_witness_age_s, now_s : int, s, optional
        Oldest quorum accepted, and the time to judge at.

    Returns
    -------
    AuditReport

    Raises
    ------
    NotALedger
        If the file is none; damage to a ledger is a finding.
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

    return auditing.fsck(path, _keys(log, "log"))


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

    Parameters
    ----------
    state, key, logs, passphrase
        As in `witness_sign`.
    port : int
        0 takes a free one.
    """
    from waferway.evidence.ledger.witnessing import server

    return server(_witness(state, key, logs, passphrase), port)


def import_(
    folder: PathLike,
    into: PathLike,
    *,
    log: Iterable[str] = (),
    witnesses: Iterable[str] = (),
    quorum: int | None = None,
    policy: PathLike | None = None,
) -> Imported:
    """Verify a bundle completely, then bring it into a mirror of that log.

    Parameters
    ----------
    folder : path
        What `export` wrote.
    into : path
        Mirror file; made if absent.
    log, witnesses, quorum, policy
        Keys to trust, as in `verify`.

    Returns
    -------
    Imported

    Raises
    ------
    LedgerError
        By name: what is wrong with the bundle; nothing is imported then.
    """
    from waferway.evidence.ledger.bundles import import_bundle
    from waferway.evidence.ledger.failures import located

    trusted = _policy(log, witnesses, quorum, policy)
    with located(folder):
        return import_bundle(folder, into, trusted)


def _policy(
    log: Iterable[str],
    witnesses: Iterable[str],
    quorum: int | None,
    policy: PathLike | None,
) -> WitnessPolicy:
    from waferway.evidence.ledger.failures import located
    from waferway.evidence.ledger.policies import WitnessPolicy

    if policy is not None:
        with located(policy):
            return WitnessPolicy.parse(Path(policy).read_text(encoding="utf-8"))
    named = _keys(witnesses, "witness")
    needed = len(named) if quorum is None else quorum
    return WitnessPolicy.of(_keys(log, "log"), named, needed)


def _keys(texts: Iterable[str], what: str) -> list[VerifierKey]:
    from waferway.evidence.ledger.failures import located
    from waferway.evidence.ledger.notes import VerifierKey

    keys = []
    for number, text in enumerate(texts, 1):
        with located(f"{what} key {number}"):
            keys.append(VerifierKey.parse(text))
    return keys


def _witness(state: PathLike, key: PathLike, logs: Iterable[str], passphrase: str | None) -> Any:
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.witnessing import Witness

    return Witness(state, PrivateKey.load(key, passphrase), _keys(logs, "log"))
