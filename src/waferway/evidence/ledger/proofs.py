"""Offline verification: a proof file, keys, nothing else.

Owns the proof file of C2SP tlog-proof and its verdict. Imports no database code and reads no
file, clock or network. What the proof file adds in its unauthenticated ``extra`` line (the entry,
disclosed fields, an earlier checkpoint, a path to a kept checkpoint) is trusted only as far as
hashes and signatures carry it.

Assurance, from weak to strong: ``none`` (the log's signature alone: whoever holds its key can
show everyone another history), ``kept-checkpoint`` (the log also grew out of a checkpoint that
the verifier kept), ``witnesses`` (a quorum of witnesses saw this one history, with times).

Source: c2sp.org/tlog-proof.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waferway.evidence.ledger.canonical import canonical_json, read_canonical
from waferway.evidence.ledger.checkpoints import Checkpoint, open_checkpoint
from waferway.evidence.ledger.commitments import check_disclosed
from waferway.evidence.ledger.entries import Entry, seconds_of, time_of
from waferway.evidence.ledger.failures import (
    BackdatedEntry,
    ForkedLog,
    FutureEntry,
    LedgerError,
    MalformedProof,
    QuorumNotMet,
    StaleWitness,
    UnknownKey,
)
from waferway.evidence.ledger.keys import entry_key_id
from waferway.evidence.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from waferway.evidence.ledger.notes import Note, Signature, VerifierKey, strict_base64
from waferway.evidence.ledger.policies import WitnessPolicy

HEADER = "c2sp.org/tlog-proof@v1"
INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
CLOCK_SKEW_S = 300  # the same default as the policy that a log states at its start


@dataclass(frozen=True)
class Proof:
    r"""A proof file: entry and more in `extra`, place, path, checkpoint.

    Examples
    --------
    >>> Proof.parse(b"c2sp.org/tlog-proof@v2\n")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    waferway.evidence.ledger.failures.MalformedProof: ...
    """

    extra: bytes
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def __bytes__(self) -> bytes:
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(value).decode() for value in self.hashes]
        return "".join(f"{line}\n" for line in (*lines, "")).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Read a proof file; raises `MalformedProof`."""
        head, gap, checkpoint = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as broken:
            raise MalformedProof("the lines before the checkpoint are not ASCII") from broken
        if lines.pop(0) != HEADER:
            raise MalformedProof(f"the first line is not {HEADER}")
        if not gap:
            raise MalformedProof("no checkpoint follows after an empty line")
        try:
            extra = b""
            if lines and lines[0].startswith("extra "):
                extra = strict_base64(lines.pop(0)[6:])
            match = INDEX.fullmatch(lines.pop(0)) if lines else None
            if match is None:
                raise MalformedProof("there is no line 'index N'")
            hashes = tuple(strict_base64(line) for line in lines)
        except ValueError as broken:
            if isinstance(broken, LedgerError):
                raise
            raise MalformedProof(str(broken)) from broken
        if len(hashes) > 63 or any(len(value) != 32 for value in hashes):
            raise MalformedProof("the path has at most 63 hashes of 32 bytes")
        return cls(extra, int(match[1]), hashes, checkpoint)


@dataclass(frozen=True)
class Verdict:
    """What a proof shows, and how far it is to be trusted.

    Parameters
    ----------
    assurance : "none", "kept-checkpoint" or "witnesses"
    witnesses : names of the witnesses whose cosignatures fit
    quorum : str
        "2 of 3" where a quorum is demanded, else empty.
    not_before_s, not_after_s : int or None
        Seconds since 1970 between which witnesses place the logging of the entry.
    owner : str or None
        Party whose key signed the entry; None where no owner's key was given.
    fields : dict
        Disclosed fields, checked against the owner's commitment.
    cautions : what was not checked, in words
    """

    origin: str
    index: int
    size: int
    leaf_hash: str
    entry: Entry | None
    assurance: str
    witnesses: tuple[str, ...]
    quorum: str
    not_before_s: int | None
    not_after_s: int | None
    owner: str | None
    fields: Mapping[str, Any]
    cautions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The verdict for ``--json``; times as text."""
        return {
            "verified": True,
            "origin": self.origin,
            "index": self.index,
            "size": self.size,
            "leaf_hash": self.leaf_hash,
            "type": self.entry.type if self.entry else None,
            "created_as_stated": self.entry.created if self.entry else None,
            "owner": self.owner,
            "assurance": self.assurance,
            "witnesses": list(self.witnesses),
            "quorum": self.quorum,
            "logged_not_before": None if self.not_before_s is None else time_of(self.not_before_s),
            "logged_not_after": None if self.not_after_s is None else time_of(self.not_after_s),
            "fields": dict(self.fields),
            "cautions": list(self.cautions),
        }


def verify_proof(
    proof: Proof | bytes,
    policy: WitnessPolicy,
    *,
    entry: bytes | None = None,
    owner_keys: Iterable[VerifierKey] = (),
    kept: bytes | None = None,
    max_witness_age_s: int | None = None,
    now_s: int | None = None,
    max_delay_s: int | None = None,
    clock_skew_s: int = CLOCK_SKEW_S,
) -> Verdict:
    """Check a proof against keys; raise what is wrong, or say what it is worth.

    Parameters
    ----------
    proof : Proof or bytes
    policy : WitnessPolicy
        Keys of the log; witnesses and quorum where there are any.
    entry : bytes, optional
        The entry, where the proof does not carry it.
    owner_keys : iterable of VerifierKey
        Keys of parties; the entry must be signed by one of them where any is given.
    kept : bytes, optional
        A checkpoint that the verifier kept from earlier.
    max_witness_age_s, now_s : int, optional
        Refuse a quorum older than this at the time `now_s`.
    max_delay_s : int, optional
        Refuse an entry that says it was made longer than this before it was logged.

    Returns
    -------
    Verdict

    Raises
    ------
    LedgerError
        By name what is wrong.
    """
    if isinstance(proof, bytes):
        proof = Proof.parse(proof)
    checkpoint, note = open_checkpoint(proof.checkpoint, policy.logs)
    extra = _extra(proof)
    data = entry if entry is not None else canonical_json(extra.get("entry"))
    value = leaf_hash(data)
    verify_inclusion(proof.index, checkpoint.size, value, proof.hashes, checkpoint.root)
    parsed, owner = None, None
    owners = list(owner_keys)
    cautions = []
    if data.startswith(b"{"):
        parsed = Entry.parse(data)
        owner = _owner(parsed, checkpoint.origin, owners) if owners else None
    if owner is None:
        cautions.append("the owner's signature was not checked: no owner's key was given")
    fields = {}
    for shown in extra.get("fields", ()) if parsed else ():
        name, content = check_disclosed(shown, parsed.payload)  # type: ignore[union-attr]
        fields[name] = content
    times, newest = _cosigned(note, policy)
    not_after = policy.not_after(times)
    not_before = _earlier(extra, proof.index, checkpoint.origin, policy)
    if max_witness_age_s is not None and now_s is not None and policy.quorum != "none":
        fresh = {key for key, time in newest.items() if time >= now_s - max_witness_age_s}
        if not policy.met(fresh):
            raise StaleWitness(f"no quorum within {max_witness_age_s} s before {time_of(now_s)}")
    if parsed is not None:
        check_times(parsed, not_before, not_after, max_delay_s, clock_skew_s)
    level = "witnesses" if policy.quorum != "none" else "none"
    if kept is not None:
        if _grew(checkpoint, kept, extra, policy.logs):
            level = "kept-checkpoint" if level == "none" else level
        else:
            cautions.append("the proof holds no path to the kept checkpoint; ask for one")
    if level == "none":
        cautions.append("whoever holds the log's key can show others another history")
    threshold = policy.groups[policy.quorum][0] if policy.quorum in policy.groups else 1
    quorum = f"{threshold} of {len(policy.witnesses)}" if policy.quorum != "none" else ""
    return Verdict(
        checkpoint.origin, proof.index, checkpoint.size, value.hex(), parsed, level,
        tuple(key.name for key in times), quorum, not_before, not_after, owner, fields,
        tuple(cautions),
    )  # fmt: skip


def check_times(
    entry: Entry,
    not_before_s: int | None,
    not_after_s: int | None,
    max_delay_s: int | None,
    clock_skew_s: int,
) -> None:
    """Raise where the time an entry states cannot be squared with what witnesses saw.

    Raises
    ------
    FutureEntry, BackdatedEntry
    """
    stated = seconds_of(entry.created)
    if not_after_s is not None and stated > not_after_s + clock_skew_s:
        raise FutureEntry(f"states {entry.created}, but was logged by {time_of(not_after_s)}")
    late = None not in (not_before_s, max_delay_s)
    if late and stated < not_before_s - max_delay_s - clock_skew_s:  # type: ignore[operator]
        raise BackdatedEntry(
            f"states {entry.created}, but was not yet logged at {time_of(not_before_s or 0)}"
        )


def _extra(proof: Proof) -> Mapping[str, Any]:
    if not proof.extra:
        return {}
    try:
        extra = read_canonical(proof.extra)
    except LedgerError as broken:
        raise MalformedProof(f"extra: {broken.what}") from broken
    if not isinstance(extra, dict) or not isinstance(extra.get("fields", []), list):
        raise MalformedProof("extra is no object of the known form")
    return extra


def _owner(entry: Entry, origin: str, owners: Sequence[VerifierKey]) -> str:
    for key in owners:
        if entry_key_id(key.name, key.public_key) == entry.owner_key_id:
            entry.verify(origin, key.public_key)
            return key.name
    raise UnknownKey(f"the entry is signed by {entry.owner_key_id}, none of the given owners")


def cosigning_times(
    signatures: Iterable[tuple[VerifierKey, Signature]],
) -> tuple[dict[VerifierKey, int], dict[VerifierKey, int]]:
    """Earliest and latest time, in seconds since 1970, at which each witness signed."""
    first: dict[VerifierKey, int] = {}
    last: dict[VerifierKey, int] = {}
    for key, signature in signatures:
        time = signature.timestamp
        first[key] = min(time, first.get(key, time))
        last[key] = max(time, last.get(key, time))
    return first, last


def _cosigned(
    note: Note, policy: WitnessPolicy
) -> tuple[dict[VerifierKey, int], dict[VerifierKey, int]]:
    times, newest = cosigning_times(note.verified(policy.witnesses.values()))
    if not policy.met(times):
        raise QuorumNotMet(
            f"{len(times)} of {len(policy.witnesses)} known witnesses signed; "
            f"quorum {policy.quorum} is not met"
        )
    return times, newest


def _earlier(
    extra: Mapping[str, Any], index: int, origin: str, policy: WitnessPolicy
) -> int | None:
    text = extra.get("earlier")
    if text is None or policy.quorum == "none":
        return None
    if not isinstance(text, str):
        raise MalformedProof("the earlier checkpoint is no text")
    checkpoint, note = open_checkpoint(text.encode(), policy.logs, origin)
    if checkpoint.size > index:
        raise MalformedProof("the earlier checkpoint already covers the entry")
    return policy.not_before(cosigning_times(note.verified(policy.witnesses.values()))[1])


def _grew(
    checkpoint: Checkpoint, kept: bytes, extra: Mapping[str, Any], logs: Iterable[VerifierKey]
) -> bool:
    old, _ = open_checkpoint(kept, logs, checkpoint.origin)
    if old.size == checkpoint.size:
        if old.root != checkpoint.root:
            raise ForkedLog(f"two roots are signed for size {old.size}")
        return True
    small, large = sorted((old, checkpoint), key=lambda head: head.size)
    if small.size == 0:
        return True
    way = extra.get("consistency")
    if not isinstance(way, dict) or (way.get("old"), way.get("new")) != (small.size, large.size):
        return False
    try:
        hashes = [strict_base64(text) for text in way["hashes"]]
    except (TypeError, KeyError, ValueError, AttributeError) as broken:
        raise MalformedProof(f"the path to the kept checkpoint: {broken}") from broken
    verify_consistency(small.size, large.size, small.root, large.root, hashes)
    return True
