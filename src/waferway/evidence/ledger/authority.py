"""Who may say what: the state that the entries of a log build up, one after the other.

Owns keys, owners' chains, claims and policies, and every rule on them. The same code admits an
entry at append, replays the log at audit, and checks a bundle at import; what it holds is exactly
what the derived tables of the store hold. Refuses storage and hashing.

Rules: the first entry makes the operator's root key, and policies are the operator's alone. A
party comes in by a root key that signs for itself; root keys add, rotate and revoke keys. A claim
is signed by a key of its owner; only the owner supersedes, retracts or erases it. Keys of one
party never serve another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from waferway.evidence.ledger.curve import signature_fits
from waferway.evidence.ledger.entries import Entry, check_payload, possession_message
from waferway.evidence.ledger.failures import (
    BackdatedEntry,
    ClaimIdReused,
    ClaimNotLive,
    ForeignErasure,
    ForeignRetraction,
    ForeignSupersession,
    InputNotLogged,
    KeyOfAnotherParty,
    KeyReused,
    MalformedEntry,
    MalformedKey,
    OwnerMismatch,
    PartyTaken,
    PossessionUnproven,
    PreviousMismatch,
    RevokedKey,
    RootKeyNeeded,
    SequenceBroken,
    UnauthorisedPolicy,
    UnknownClaim,
    UnknownKey,
)
from waferway.evidence.ledger.keys import entry_key_id
from waferway.evidence.ledger.notes import VerifierKey, strict_base64

KEY_TYPES = ("key-add", "key-rotate", "key-revoke")
EntryAt = Callable[[int], tuple[Entry, Mapping[str, Any] | None]]
NOT_ERASABLE = (*KEY_TYPES, "policy", "erasure", "retraction")


@dataclass(frozen=True)
class KeyState:
    """A key that entries added: whose, for what, from which entry to which."""

    key_id: str
    party: str
    role: str
    public_key: bytes
    added: int
    ended: int | None = None


@dataclass(frozen=True)
class Head:
    """Last entry of a party."""

    seq: int
    leaf_hash: str
    created: str
    index: int


@dataclass(frozen=True)
class ClaimState:
    """Where a claim stands and whether it still does: live, superseded, retracted."""

    index: int
    party: str
    status: str = "live"
    by: int | None = None


class Registry:
    """State after some entries.

    Parameters
    ----------
    origin : str
        Origin of the log; signatures cover it.
    claims : mutable mapping of claim id to ClaimState
        A dict in audits, a view of the table while appending.
    entry_at : callable, optional
        Entry and payload (None where erased) of an earlier index, for erasures.
    """

    def __init__(
        self,
        origin: str,
        claims: MutableMapping[str, ClaimState] | None = None,
        entry_at: EntryAt | None = None,
    ) -> None:
        self.entry_at = entry_at
        self.incomplete = False  # claims whose ids are withheld: unknown ids cannot be judged
        self.origin = origin
        self.keys: dict[str, KeyState] = {}
        self.heads: dict[str, Head] = {}
        self.policies: dict[str, int] = {}
        self.log_keys: list[tuple[int, str]] = []
        self.operator: str | None = None
        self.claims: MutableMapping[str, ClaimState] = {} if claims is None else claims
        self.changed_keys: set[str] = set()
        self._public: set[bytes] = set()

    def restore(
        self,
        keys: Iterable[KeyState],
        heads: Mapping[str, Head],
        policies: Mapping[str, int],
        log_keys: Iterable[tuple[int, str]],
        operator: str | None,
    ) -> None:
        """Take up a state from the derived tables."""
        self.keys = {key.key_id: key for key in keys}
        self._public = {key.public_key for key in self.keys.values()}
        self.heads = dict(heads)
        self.policies = dict(policies)
        self.log_keys = list(log_keys)
        self.operator = operator

    # ---- one entry ---------------------------------------------------------------------------
    def signer(self, index: int, entry: Entry, payload: Mapping[str, Any] | None) -> KeyState:
        """Key state of the entry's signer; a party's first root key stands in its own entry.

        Raises
        ------
        UnknownKey, RevokedKey, PartyTaken
        """
        key = self.keys.get(entry.owner_key_id)
        if key is not None:
            if key.ended is not None:
                raise RevokedKey(f"key {key.key_id} of {key.party} ended with entry {key.ended}")
            return key
        if entry.type == "key-add" and payload is not None and payload["role"] == "root":
            public = _public_key(payload)
            if entry_key_id(payload["party"], public) == entry.owner_key_id:
                if any(
                    old.party == payload["party"] and old.role == "root"
                    for old in self.keys.values()
                ):
                    raise PartyTaken(f"{payload['party']} has a root key already")
                return KeyState(entry.owner_key_id, payload["party"], "root", public, index)
        raise UnknownKey(f"key {entry.owner_key_id} was never added")

    def check_chain(self, entry: Entry, party: str) -> None:
        """Raise unless the entry follows its owner's last one.

        Raises
        ------
        SequenceBroken, PreviousMismatch, BackdatedEntry
        """
        head = self.heads.get(party)
        expected = head.seq + 1 if head else 0
        if entry.seq != expected:
            raise SequenceBroken(f"entry {entry.seq} of {party} where {expected} is due")
        if entry.prev != (head.leaf_hash if head else None):
            raise PreviousMismatch(f"does not follow the last entry of {party}")
        if head and entry.created < head.created:
            raise BackdatedEntry(
                f"states {entry.created}, before the entry that it follows ({head.created})"
            )

    def admit(
        self,
        index: int,
        entry: Entry,
        leaf_hash: str,
        payload: Mapping[str, Any] | None,
        signed_here: bool = False,
        erased: tuple[str | None, tuple[str, ...]] | None = None,
    ) -> KeyState:
        """Check the entry against the state and take it in.

        Parameters
        ----------
        payload : mapping or None
            None where the owner has erased the fields.
        signed_here : bool
            Whether this process has just made the signature, so that checking is idle.
        erased : pair, optional
            Claim id and superseded ids of an erased claim, as its erasure states them.

        Raises
        ------
        LedgerError
            The named error of the rule that is broken; the state is then unchanged.
        """
        if payload is not None:
            check_payload(entry.type, payload)
        key = self.signer(index, entry, payload)
        if not signed_here:
            entry.verify(self.origin, key.public_key)
        self.check_chain(entry, key.party)
        if index == 0 and (entry.type != "key-add" or payload is None or payload["role"] != "root"):
            raise MalformedEntry("the first entry adds the operator's root key")
        if entry.type in KEY_TYPES:
            self._admit_key(index, entry, key, payload)
        elif key.role == "root" and entry.type != "policy":
            raise MalformedEntry("a root key signs keys and policies, nothing else")
        elif entry.type == "claim":
            if payload is not None:
                self._admit_claim(index, key, payload["claim_id"], payload)
            elif erased and erased[0]:
                self._register_claim(index, key, erased[0], erased[1])
            else:
                self.incomplete = True
        elif payload is None:
            pass
        elif entry.type == "retraction":
            self._admit_retraction(index, key, payload)
        elif entry.type == "policy":
            self._admit_policy(index, key, payload)
        elif entry.type == "quality":
            self._known_claim(payload["claim_id"])
        elif entry.type == "erasure":
            self._check_erasure(index, key, payload)
        elif "inputs" in payload:
            _check_inputs(index, payload["inputs"])
        if index == 0:
            self.operator = key.party
        self.heads[key.party] = Head(entry.seq, leaf_hash, entry.created, index)
        return key

    # ---- keys --------------------------------------------------------------------------------
    def _admit_key(
        self, index: int, entry: Entry, signer: KeyState, payload: Mapping[str, Any] | None
    ) -> None:
        if payload is None:
            raise MalformedEntry(f"the fields of a {entry.type} cannot be erased")
        party = payload["party"]
        if signer.role != "root":
            raise RootKeyNeeded(f"{entry.type} is signed by a key of role {signer.role}")
        if party != signer.party:
            raise KeyOfAnotherParty(f"{signer.party} signs for a key of {party}")
        if entry.type == "key-revoke":
            old = self._current(payload["key_id"], party)
            if old.role == "root":
                raise MalformedEntry("a root key is rotated, not revoked")
            self._set_key(replace(old, ended=index))
            return
        role, public = payload["role"], _public_key(payload)
        if role == "log":
            self._admit_log_key(index, entry, signer, payload)
            return
        if role not in ("root", "owner"):
            raise MalformedEntry(f"a key in the log has the role root, owner or log, not {role!r}")
        proof = _bytes(payload, "proof")
        if not signature_fits(public, proof, possession_message(self.origin, party, role, public)):
            raise PossessionUnproven(f"the new key of {party} did not sign for itself")
        first = entry.type == "key-add" and role == "root"
        if public in self._public:
            raise KeyReused("the public key is in the log already")
        if first and signer.added != index:
            raise PartyTaken(f"{party} has a root key already; rotate it")
        if entry.type == "key-rotate":
            old = self._current(payload["old_key_id"], party)
            if old.role != role:
                raise MalformedEntry(f"a key of role {old.role} cannot become one of role {role}")
            self._set_key(replace(old, ended=index))
        self._public.add(public)
        self._set_key(KeyState(entry_key_id(party, public), party, role, public, index))

    def _admit_log_key(
        self, index: int, entry: Entry, signer: KeyState, payload: Mapping[str, Any]
    ) -> None:
        if signer.party != self.operator or entry.type != "key-rotate":
            raise UnauthorisedPolicy("the log's key is rotated by its operator")
        public = _public_key(payload)
        new = VerifierKey(self.origin, 1, public)
        proof = _bytes(payload, "proof")
        message = possession_message(self.origin, signer.party, "log", public)
        if not signature_fits(public, proof, message):
            raise PossessionUnproven("the new log key did not sign for itself")
        if any(str(new) == old for _, old in self.log_keys):
            raise KeyReused("the log had this key before")
        self.log_keys.append((index, str(new)))

    def _current(self, key_id: str, party: str) -> KeyState:
        old = self.keys.get(key_id)
        if old is None:
            raise UnknownKey(f"key {key_id!r:.60} was never added")
        if old.party != party:
            raise KeyOfAnotherParty(f"key {key_id} is of {old.party}, not of {party}")
        if old.ended is not None:
            raise RevokedKey(f"key {key_id} ended with entry {old.ended}")
        return old

    def _set_key(self, key: KeyState) -> None:
        self.keys[key.key_id] = key
        self.changed_keys.add(key.key_id)

    # ---- claims ------------------------------------------------------------------------------
    def _known_claim(self, claim_id: str) -> ClaimState | None:
        state = self.claims.get(claim_id)
        if state is None and not self.incomplete:
            raise UnknownClaim(f"claim {claim_id} was never logged")
        return state

    def _admit_claim(
        self, index: int, key: KeyState, claim_id: str, payload: Mapping[str, Any]
    ) -> None:
        if payload["owner"] != key.party:
            raise OwnerMismatch(f"claim {claim_id} of {payload['owner']} is signed by {key.party}")
        if claim_id in self.claims:
            raise ClaimIdReused(f"claim {claim_id} is in the log already")
        replaced = superseded_ids(payload)
        for old_id in replaced:
            old = self._known_claim(old_id)
            if old is None:
                continue
            if old.party != key.party:
                raise ForeignSupersession(f"{key.party} replaces {old_id}, which is {old.party}'s")
            if old.status != "live":
                raise ClaimNotLive(f"claim {old_id} is {old.status} by entry {old.by}")
        self._register_claim(index, key, claim_id, replaced)

    def _register_claim(
        self, index: int, key: KeyState, claim_id: str, replaced: tuple[str, ...]
    ) -> None:
        for old_id in replaced:
            old = self.claims.get(old_id)
            if old is not None:
                self.claims[old_id] = replace(old, status="superseded", by=index)
        self.claims[claim_id] = ClaimState(index, key.party)

    def _admit_retraction(self, index: int, key: KeyState, payload: Mapping[str, Any]) -> None:
        claim_id = payload["claim_id"]
        old = self._known_claim(claim_id)
        if old is None:
            return
        if old.party != key.party:
            raise ForeignRetraction(f"{key.party} retracts {claim_id}, which is {old.party}'s")
        if old.status != "live":
            raise ClaimNotLive(f"claim {claim_id} is {old.status} by entry {old.by}")
        self.claims[claim_id] = replace(old, status="retracted", by=index)

    def _admit_policy(self, index: int, key: KeyState, payload: Mapping[str, Any]) -> None:
        if key.party != self.operator:
            raise UnauthorisedPolicy(f"{key.party} sets a policy of {self.operator}'s log")
        if payload["policy"] == "log":
            if self.log_keys:
                raise UnauthorisedPolicy("the log's own policy is set once, at its start")
            if payload.get("origin") != self.origin:
                raise MalformedEntry(f"the log's policy states origin {payload.get('origin')!r}")
            try:
                first = VerifierKey.parse(str(payload.get("log_key")))
            except MalformedKey as broken:
                raise MalformedEntry(f"log_key: {broken}") from broken
            if first.name != self.origin:
                raise MalformedEntry("the log's key bears the log's origin as its name")
            self.log_keys.append((index, str(first)))
        self.policies[payload["policy"]] = index

    def _check_erasure(self, index: int, key: KeyState, payload: Mapping[str, Any]) -> None:
        number = payload["index"]
        if not 0 <= number < index:
            raise InputNotLogged(f"entry {number} does not stand before entry {index}")
        if self.entry_at is None:
            return
        target, fields = self.entry_at(number)
        owner = self.keys[target.owner_key_id].party
        if owner != key.party:
            raise ForeignErasure(f"{key.party} erases an entry of {owner}")
        if target.type in NOT_ERASABLE:
            raise ForeignErasure(f"a {target.type} is needed to check the log and stays")
        if target.type == "claim" and fields is not None:
            stated = (payload["claim_id"], tuple(payload["supersedes"]))
            if stated != (fields["claim_id"], superseded_ids(fields)):
                raise ForeignErasure("the erasure misstates the claim's id or predecessors")


def superseded_ids(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Claims that a claim replaces; `supersedes` is null, an id, or a list of ids."""
    value = payload.get("supersedes")
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise MalformedEntry("supersedes is an id or a list of ids")


def _check_inputs(index: int, inputs: list[Any]) -> None:
    for number in inputs:
        if type(number) is not int:
            raise MalformedEntry("inputs are indices of entries")
        if not 0 <= number < index:
            raise InputNotLogged(f"input {number} does not stand before entry {index}")


def _bytes(payload: Mapping[str, Any], name: str) -> bytes:
    try:
        return strict_base64(payload[name])
    except ValueError as broken:
        raise MalformedEntry(f"{name}: {broken}") from broken


def _public_key(payload: Mapping[str, Any]) -> bytes:
    return _bytes(payload, "public_key")
