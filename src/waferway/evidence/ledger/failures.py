"""Every way in which a ledger, a checkpoint or a proof can fail to be what it claims.

Owns the named errors. Each name says one kind of damage or tampering; audits report them as
findings, verifiers raise them. `NAMES` maps the stable name (the class name in lower case with
hyphens, as printed by ``--json``) to its class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from waferway.errors import WaferwayError


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
        What to try; by default the `advice` of the class, where there is one.

    Examples
    --------
    >>> print(TailTruncated("4 entries are gone", where="entries 6-9"))
    entries 6-9: 4 entries are gone [tail-truncated]
    >>> TailTruncated.name()
    'tail-truncated'
    """

    advice: ClassVar[str] = ""

    def __init__(self, what: str, where: str = "", suggestion: str = "") -> None:
        self.what, self.where, self.suggestion = what, where, suggestion or self.advice
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

    advice = "restore the newest copy, or import the bundle that you exported last"


class NotALedger(LedgerError):
    """The file is no ledger, or one of a format this version does not know."""

    advice = "name the file that waferway ledger init made"


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

    advice = "take the checkpoint file as it was given out, byte for byte"


class MalformedKey(LedgerError):
    """The text is no verifier key, or its id does not belong to its name and bytes."""

    advice = "a public key is written name+id+base64, as waferway ledger init prints it"


class MalformedCheckpoint(LedgerError):
    """The note is no checkpoint: origin, size, root."""

    advice = "take the checkpoint file as it was given out, byte for byte"


class NoTrustedSignature(LedgerError):
    """No signature on the note is by a key that is trusted here."""

    advice = "name the log's public key with --log, as its operator gave it to you"


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

    advice = "name the key of the log whose name stands in the checkpoint"


class QuorumNotMet(LedgerError):
    """Fewer witnesses than the policy demands have signed the checkpoint."""

    advice = "ask a witness to sign: waferway ledger witness ask"


class MalformedPolicy(LedgerError):
    """The witness policy cannot be read, or lists one key twice."""

    advice = "write it as C2SP tlog-policy: lines log, witness, group, quorum"


class WitnessClockZero(LedgerError):
    """A cosignature has the time 0 or one past 2^63 - 1, and so says nothing of time."""


# ---- history -----------------------------------------------------------------------------------
class RolledBack(LedgerError):
    """The log is shorter than a checkpoint kept from earlier."""

    advice = "restore the newest copy; never append to an older one"


class ForkedLog(LedgerError):
    """Two signed checkpoints of equal size have different roots."""

    advice = "keep both checkpoints: together they prove it; ask the operator"


class InconsistentGrowth(LedgerError):
    """The log did not grow out of a checkpoint kept from earlier."""

    advice = "keep the older checkpoint: it proves it; ask the operator"


class BackdatedEntry(LedgerError):
    """An entry claims a time before its owner's previous one, or long before witnesses saw it."""

    advice = "set the clock of this machine"


class FutureEntry(LedgerError):
    """An entry claims a time after witnesses had already seen it."""

    advice = "set the clock of this machine"


class StaleWitness(LedgerError):
    """The newest quorum of cosignatures is older than is allowed."""

    advice = "ask a witness to sign the newest checkpoint: waferway ledger witness ask"


# ---- keys and signatures -----------------------------------------------------------------------
class UnknownKey(LedgerError):
    """The entry is signed by a key that was never added."""

    advice = "sign with a key that is in the log, or add it: waferway ledger add-key"


class RevokedKey(LedgerError):
    """The entry is signed by a key after its revocation or rotation."""

    advice = "sign with the key that took its place"


class KeyOfAnotherParty(LedgerError):
    """The key belongs to another party than the one named."""

    advice = "sign with a key of the party named"


class KeyReused(LedgerError):
    """The public key is already in the log; one key serves one party in one role."""

    advice = "make a new key: waferway ledger new-key"


class PossessionUnproven(LedgerError):
    """The new key did not sign for its own addition."""

    advice = "add the key from its own file: waferway ledger add-key"


class PartyTaken(LedgerError):
    """The party already has a root key; only that key may add or rotate."""

    advice = "pass the party's root key: --root FILE; or take another name"


class RootKeyNeeded(LedgerError):
    """Keys are added, rotated and revoked by the party's root key only."""

    advice = "sign with the party's root key: --root FILE"


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

    advice = "chmod 600 the key file"


class KeyFileInvalid(LedgerError):
    """The key file cannot be read, or its passphrase is wrong or absent."""

    advice = "name a key file that waferway ledger init or new-key made"


# ---- encoding ----------------------------------------------------------------------------------
class InvalidUtf8(LedgerError):
    """The bytes are not UTF-8, or hold half of a surrogate pair."""

    advice = "save the file as UTF-8"


class DuplicateJsonKey(LedgerError):
    """A JSON object names one key twice."""

    advice = "keep one of the two"


class NotANumber(LedgerError):
    """NaN or an infinity stands for a number."""

    advice = "leave the field out, or write null"


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

    advice = "pass one of these with --type"


class EntryTooLarge(LedgerError):
    """An entry has more than 65,535 bytes, or its fields more than the log takes."""

    advice = "log the SHA-256 of the text, and keep the text beside the log"


# ---- owners and their chains -------------------------------------------------------------------
class SequenceBroken(LedgerError):
    """The owner's entries are not numbered one by one."""


class PreviousMismatch(LedgerError):
    """The entry does not point at its owner's previous entry."""


class OwnerMismatch(LedgerError):
    """The claim names an owner whose key did not sign it."""

    advice = "sign with a key of the owner that the claim names"


class ForeignRetraction(LedgerError):
    """Somebody retracts a claim that is not his."""

    advice = "dispute it with an entry of type quality; only its owner retracts it"


class ForeignSupersession(LedgerError):
    """Somebody replaces a claim that is not his."""

    advice = "log a claim of your own; only its owner replaces it"


class ForeignErasure(LedgerError):
    """Somebody erases fields that are not his, or fields that the log cannot do without."""

    advice = "sign with a key of the entry's owner"


class UnknownClaim(LedgerError):
    """A claim is named that was never logged."""

    advice = "log that claim first"


class ClaimIdReused(LedgerError):
    """The id of a claim is never used twice."""

    advice = "give the claim a new id; name the old one in supersedes if it replaces it"


class ClaimNotLive(LedgerError):
    """The claim is already retracted or superseded."""

    advice = "name the claim that took its place"


class UnauthorisedPolicy(LedgerError):
    """Policies and rules are set by the operator of the log only."""

    advice = "sign with the operator's root key"


class InputNotLogged(LedgerError):
    """A run or a snapshot rests on an entry that does not stand before it."""

    advice = "log what it rests on first"


# ---- operation, proofs, bundles ----------------------------------------------------------------
class LedgerBusy(LedgerError):
    """Another process holds the file longer than the waiting time."""

    advice = "try again"


class MirrorOnly(LedgerError):
    """The file mirrors another party's log; only that party appends to it."""

    advice = "append to the log of your own party"


class NotCheckpointed(LedgerError):
    """No checkpoint covers the entry yet."""

    advice = "sign the head first: waferway ledger checkpoint"


class IndexOutOfRange(LedgerError):
    """The index is not inside the tree."""


class MalformedProof(LedgerError):
    """The text is no proof file."""

    advice = "name a file that waferway ledger prove wrote"


class ProofLengthWrong(LedgerError):
    """The proof has more or fewer hashes than the tree demands, or one not of 32 bytes."""


class InclusionFailed(LedgerError):
    """The entry is not at that place of the tree."""


class ConsistencyFailed(LedgerError):
    """The larger tree does not contain the smaller one."""


class FieldNotCommitted(LedgerError):
    """A disclosed field is not the one that its owner committed to."""

    advice = "name a field that the entry has"


class MissingTile(LedgerError):
    """A bundle lacks a tile or an entry bundle that its checkpoint demands."""

    advice = "export the log again into a new folder"


class WrongPartialTile(LedgerError):
    """A tile has another width or other hashes than the checkpoint's tree demands."""

    advice = "fetch the bundle again; it was changed, or cut short"


class BundleEntryMismatch(LedgerError):
    """An entry of a bundle does not have the hash that its tile gives."""

    advice = "fetch the bundle again; it was changed"


class ReferenceBroken(LedgerError):
    """A reference to an entry of another log does not name what stands there."""


class WitnessRefused(LedgerError):
    """A witness answered with an error."""


class WitnessConflict(LedgerError):
    """The witness has seen another size than the log believes."""

    advice = "ask again: the witness has said which size it knows"


def _subclasses(root: type[LedgerError]) -> dict[str, type[LedgerError]]:
    return {kind.name(): kind for kind in root.__subclasses__()}


NAMES: dict[str, type[LedgerError]] = _subclasses(LedgerError)
