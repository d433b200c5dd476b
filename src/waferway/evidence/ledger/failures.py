"""Every way in which a ledger, a checkpoint or a proof can fail to be what it claims.

Owns the named errors. Each name says one kind of damage or tampering; audits report them as
findings, verifiers raise them. `NAMES` maps the stable name (the class name in lower case with
hyphens, as printed by ``--json``) to its class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from waferway.errors import WaferwayError
from waferway.evidence.ledger.advice import ADVICE


@contextmanager
def located(where: object) -> Iterator[None]:
    """Give failures inside the block a place, where they have none of their own.

    Parameters
    ----------
    where : object
        Its text is the place: a file, an entry.
    """
    try:
        yield
    except LedgerError as failure:
        if failure.where:
            raise
        raise failure.at(str(where)) from failure


class LedgerError(WaferwayError):
    """Root of the ledger's named errors.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str
        Entry, row, file or line concerned; empty where there is none.
    suggestion : str
        What to try; by default what `ADVICE` says of this kind of failure.

    Examples
    --------
    >>> print(TailTruncated("4 entries are gone", where="entries 6-9"))
    entries 6-9: 4 entries are gone [tail-truncated]
    >>> TailTruncated.name()
    'tail-truncated'
    """

    def __init__(self, what: str, where: str = "", suggestion: str = "") -> None:
        self.what, self.where, self.suggestion = (
            what,
            where,
            suggestion or ADVICE.get(self.name(), ""),
        )
        head = f"{where}: {what}" if where else what
        tail = f"\n  {self.suggestion}" if self.suggestion else ""
        super().__init__(f"{head} [{self.name()}]{tail}")

    def at(self, where: str) -> LedgerError:
        """The failure with its place, where it has none of its own.

        Examples
        --------
        >>> print(UnknownClaim("claim c-9 was never logged", suggestion="log it").at("record 2"))
        record 2: claim c-9 was never logged [unknown-claim]
          log it
        """
        return self if self.where else type(self)(self.what, where, self.suggestion)

    @classmethod
    def name(cls) -> str:
        """Stable name of the failure, for ``--json`` and tests."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def to_dict(self) -> dict[str, str]:
        """Name, place, sentence and advice, for ``--json``."""
        return {
            "name": self.name(),
            "where": self.where,
            "what": self.what,
            "suggestion": self.suggestion,
        }


# ---- bytes and rows of the file ----------------------------------------------------------------
class DatabaseCorrupt(LedgerError):
    """SQLite itself finds the file damaged."""


class NotALedger(LedgerError):
    """The file is no ledger, or one of a format this version does not know."""


class OriginAltered(LedgerError):
    """The origin in the file differs from the origin that its first policy entry states."""


class EntryAltered(LedgerError):
    """An entry's bytes differ from the hash that the tree holds for it."""


class LeafHashAltered(LedgerError):
    """A stored leaf hash was changed; the entry and the rest of the tree agree without it."""


class NodeAltered(LedgerError):
    """A stored inner node is not the hash of its two children."""


class NodeMissing(LedgerError):
    """Hashes that the tree must hold are absent."""


class NodeSurplus(LedgerError):
    """The tree holds hashes of no entry."""


class LeafMissing(LedgerError):
    """An index between the first and the last entry has no entry."""


class LeafDeleted(LedgerError):
    """An entry was taken out and later ones were moved down to hide the gap."""


class LeafInserted(LedgerError):
    """An entry was put in that the tree does not know."""


class LeafRenumbered(LedgerError):
    """An entry stands at an index that no log can have."""


class LeavesSwapped(LedgerError):
    """Entries changed places."""


class TailTruncated(LedgerError):
    """The last entries are gone, though a hash or a checkpoint in the file covers them."""


class RewrittenHistory(LedgerError):
    """Entries and tree agree with one another, but not with a checkpoint that the log signed."""


class PayloadAltered(LedgerError):
    """Fields or salts beside the log do not give the commitment in the entry."""


class PayloadMissing(LedgerError):
    """Fields are gone without an erasure signed by their owner."""


class PayloadOrphan(LedgerError):
    """Fields are stored for an index that has no entry."""


class PayloadNotErased(LedgerError):
    """Fields are still stored although their erasure is logged."""


class DerivedClaimsAltered(LedgerError):
    """The table of claims differs from what the entries say."""


class DerivedKeysAltered(LedgerError):
    """The table of keys differs from what the entries say."""


class DerivedPoliciesAltered(LedgerError):
    """The table of policies and rules differs from what the entries say."""


class DerivedHeadsAltered(LedgerError):
    """The table of the parties' last entries differs from what the entries say."""


# ---- notes, checkpoints, cosignatures ----------------------------------------------------------
class MalformedNote(LedgerError):
    """The text is no signed note."""


class MalformedKey(LedgerError):
    """The text is no verifier key, or its id does not belong to its name and bytes."""


class MalformedCheckpoint(LedgerError):
    """The note is no checkpoint: origin, size, root."""


class NoTrustedSignature(LedgerError):
    """No signature on the note is by a key that is trusted here."""


class NoteSignatureInvalid(LedgerError):
    """A signature by a trusted key does not fit the note."""


class CheckpointUnsigned(LedgerError):
    """A stored checkpoint bears no signature by the log's key."""


class CheckpointSignatureInvalid(LedgerError):
    """The signature on a stored checkpoint does not fit, though size and root are the tree's."""


class CheckpointRootAltered(LedgerError):
    """Root of a stored checkpoint was changed: neither the tree nor the signature fits it."""


class CheckpointRowAltered(LedgerError):
    """The row of a checkpoint states another size than the signed text in it."""


class CosignatureInvalid(LedgerError):
    """A witness' signature does not fit the checkpoint that it stands under."""


class CosignatureOrphan(LedgerError):
    """A cosignature is stored for a checkpoint that is gone."""


class OriginMismatch(LedgerError):
    """The checkpoint is of another log."""


class QuorumNotMet(LedgerError):
    """Fewer witnesses than the policy demands have signed the checkpoint."""


class MalformedPolicy(LedgerError):
    """The witness policy cannot be read, or lists one key twice."""


class WitnessClockZero(LedgerError):
    """A cosignature has the time 0 or one past 2^63 - 1, and so says nothing of time."""


# ---- history -----------------------------------------------------------------------------------
class RolledBack(LedgerError):
    """The log is shorter than a checkpoint kept from earlier."""


class ForkedLog(LedgerError):
    """Two signed checkpoints of equal size have different roots."""


class InconsistentGrowth(LedgerError):
    """The log did not grow out of a checkpoint kept from earlier."""


class BackdatedEntry(LedgerError):
    """An entry claims a time before its owner's previous one, or long before witnesses saw it."""


class FutureEntry(LedgerError):
    """An entry claims a time after witnesses had already seen it."""


class StaleWitness(LedgerError):
    """The newest quorum of cosignatures is older than is allowed."""


# ---- keys and signatures -----------------------------------------------------------------------
class UnknownKey(LedgerError):
    """The entry is signed by a key that was never added."""


class RevokedKey(LedgerError):
    """The entry is signed by a key after its revocation or rotation."""


class KeyOfAnotherParty(LedgerError):
    """The key belongs to another party than the one named."""


class KeyReused(LedgerError):
    """The public key is already in the log; one key serves one party in one role."""


class PossessionUnproven(LedgerError):
    """The new key did not sign for its own addition."""


class PartyTaken(LedgerError):
    """The party already has a root key; only that key may add or rotate."""


class RootKeyNeeded(LedgerError):
    """Keys are added, rotated and revoked by the party's root key only."""


class SmallOrderKey(LedgerError):
    """The public key is a point of small order: anybody can sign for it."""


class NonCanonicalKey(LedgerError):
    """The public key is an encoding that RFC 8032 does not allow, or no point of the curve."""


class MalleableSignature(LedgerError):
    """The number S of the signature is not below the group order."""


class SignatureLengthWrong(LedgerError):
    """An Ed25519 signature has 64 bytes."""


class EntrySignatureInvalid(LedgerError):
    """The owner's signature does not fit the entry."""


class ReplayedFromAnotherLog(LedgerError):
    """The entry was signed for another log."""


class KeyFileExposed(LedgerError):
    """Others on this machine may read the private key."""


class KeyFileInvalid(LedgerError):
    """The key file cannot be read, or its passphrase is wrong or absent."""


# ---- encoding ----------------------------------------------------------------------------------
class InvalidUtf8(LedgerError):
    """The bytes are not UTF-8, or hold half of a surrogate pair."""


class DuplicateJsonKey(LedgerError):
    """A JSON object names one key twice."""


class NotANumber(LedgerError):
    """NaN or an infinity stands for a number."""


class NegativeZero(LedgerError):
    """A number is -0."""


class NumberTooLarge(LedgerError):
    """An integer beyond 2^53 - 1 is written as a JSON number; as a decimal string it is exact."""


class FractionAsNumber(LedgerError):
    """A fraction or an exponent is written as a JSON number; write a decimal string."""


class NonCanonicalDecimal(LedgerError):
    """A decimal string has an exponent, a leading plus or zero, or trailing zeros."""


class NonCanonicalJson(LedgerError):
    """Keys out of order, blanks or escapes: not the one encoding of RFC 8785."""


class NonNfcIdentifier(LedgerError):
    """An identifier is not in Unicode normal form C."""


class MalformedEntry(LedgerError):
    """An entry or its payload lacks a field, has a strange one, or one of the wrong form."""


class UnknownEntryType(LedgerError):
    """The type of an entry is not one that this log knows."""


class EntryTooLarge(LedgerError):
    """An entry has more than 65,535 bytes, or its fields more than the log takes."""


# ---- owners and their chains -------------------------------------------------------------------
class SequenceBroken(LedgerError):
    """The owner's entries are not numbered one by one."""


class PreviousMismatch(LedgerError):
    """The entry does not point at its owner's previous entry."""


class OwnerMismatch(LedgerError):
    """The claim names an owner whose key did not sign it."""


class ForeignRetraction(LedgerError):
    """Somebody retracts a claim that is not his."""


class ForeignSupersession(LedgerError):
    """Somebody replaces a claim that is not his."""


class ForeignErasure(LedgerError):
    """Somebody erases fields that are not his, or fields that the log cannot do without."""


class UnknownClaim(LedgerError):
    """A claim is named that was never logged."""


class ClaimIdReused(LedgerError):
    """The id of a claim is never used twice."""


class ClaimNotLive(LedgerError):
    """The claim is already retracted or superseded."""


class UnauthorisedPolicy(LedgerError):
    """Policies and rules are set by the operator of the log only."""


class InputNotLogged(LedgerError):
    """A run or a snapshot rests on an entry that does not stand before it."""


# ---- operation, proofs, bundles ----------------------------------------------------------------
class LedgerBusy(LedgerError):
    """Another process holds the file longer than the waiting time."""


class MirrorOnly(LedgerError):
    """The file mirrors another party's log; only that party appends to it."""


class NotCheckpointed(LedgerError):
    """No checkpoint covers the entry yet."""


class IndexOutOfRange(LedgerError):
    """The index is not inside the tree."""


class MalformedProof(LedgerError):
    """The text is no proof file."""


class ProofLengthWrong(LedgerError):
    """The proof has more or fewer hashes than the tree demands, or one not of 32 bytes."""


class InclusionFailed(LedgerError):
    """The entry is not at that place of the tree."""


class ConsistencyFailed(LedgerError):
    """The larger tree does not contain the smaller one."""


class FieldNotCommitted(LedgerError):
    """A disclosed field is not the one that its owner committed to."""


class MissingTile(LedgerError):
    """A bundle lacks a tile or an entry bundle that its checkpoint demands."""


class WrongPartialTile(LedgerError):
    """A tile has another width or other hashes than the checkpoint's tree demands."""


class BundleEntryMismatch(LedgerError):
    """An entry of a bundle does not have the hash that its tile gives."""


class ReferenceBroken(LedgerError):
    """A reference to an entry of another log does not name what stands there."""


class WitnessRefused(LedgerError):
    """A witness answered with an error."""


class WitnessConflict(LedgerError):
    """The witness has seen another size than the log believes."""


def _subclasses(root: type[LedgerError]) -> dict[str, type[LedgerError]]:
    return {kind.name(): kind for kind in root.__subclasses__()}


NAMES: dict[str, type[LedgerError]] = _subclasses(LedgerError)
