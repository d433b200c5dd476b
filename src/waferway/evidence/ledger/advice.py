"""What to try when a ledger, a checkpoint or a proof fails, by the stable name of the failure.

Owns the advice that holds wherever a failure of that name arises. A failure that knows better
brings its own; where nothing can be tried, as on an altered entry, nothing is said.
"""

from __future__ import annotations

__all__ = ["ADVICE"]

ADVICE: dict[str, str] = {
    "database-corrupt": "restore the newest copy, or import the bundle that you exported last",
    "not-a-ledger": "name the file that waferway ledger init made",
    "malformed-note": "take the checkpoint file as it was given out, byte for byte",
    "malformed-key": "a public key is written name+id+base64, as waferway ledger init prints it",
    "malformed-checkpoint": "take the checkpoint file as it was given out, byte for byte",
    "no-trusted-signature": "name the log's public key with --log, as its operator gave it to you",
    "origin-mismatch": "name the key of the log whose name stands in the checkpoint",
    "quorum-not-met": "ask a witness to sign: waferway ledger witness ask",
    "malformed-policy": "write it as C2SP tlog-policy: lines log, witness, group, quorum",
    "rolled-back": "restore the newest copy; never append to an older one",
    "forked-log": "keep both checkpoints: together they prove it; ask the operator",
    "inconsistent-growth": "keep the older checkpoint: it proves it; ask the operator",
    "backdated-entry": "set the clock of this machine",
    "future-entry": "set the clock of this machine",
    "stale-witness": "ask a witness to sign the newest checkpoint: waferway ledger witness ask",
    "unknown-key": "sign with a key that is in the log, or add it: waferway ledger add-key",
    "revoked-key": "sign with the key that took its place",
    "key-of-another-party": "sign with a key of the party named",
    "key-reused": "make a new key: waferway ledger new-key",
    "possession-unproven": "add the key from its own file: waferway ledger add-key",
    "party-taken": "pass the party's root key: --root FILE; or take another name",
    "root-key-needed": "sign with the party's root key: --root FILE",
    "key-file-exposed": "chmod 600 the key file",
    "key-file-invalid": "name a key file that waferway ledger init or new-key made",
    "invalid-utf8": "save the file as UTF-8",
    "duplicate-json-key": "keep one of the two",
    "not-a-number": "leave the field out, or write null",
    "unknown-entry-type": "pass one of these with --type",
    "entry-too-large": "log the SHA-256 of the text, and keep the text beside the log",
    "owner-mismatch": "sign with a key of the owner that the claim names",
    "foreign-retraction": "dispute it with an entry of type quality; only its owner retracts it",
    "foreign-supersession": "log a claim of your own; only its owner replaces it",
    "foreign-erasure": "sign with a key of the entry's owner",
    "unknown-claim": "log that claim first",
    "claim-id-reused": "give the claim a new id; name the old one in supersedes if it replaces it",
    "claim-not-live": "name the claim that took its place",
    "unauthorised-policy": "sign with the operator's root key",
    "input-not-logged": "log what it rests on first",
    "ledger-busy": "try again",
    "mirror-only": "append to the log of your own party",
    "not-checkpointed": "sign the head first: waferway ledger checkpoint",
    "malformed-proof": "name a file that waferway ledger prove wrote",
    "field-not-committed": "name a field that the entry has",
    "missing-tile": "export the log again into a new folder",
    "wrong-partial-tile": "fetch the bundle again; it was changed, or cut short",
    "bundle-entry-mismatch": "fetch the bundle again; it was changed",
    "witness-conflict": "ask again: the witness has said which size it knows",
}
