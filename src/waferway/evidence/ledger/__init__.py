"""The ledger: an append-only log that proves who said what, and that nothing was changed.

One function for each verb of ``waferway ledger``: those of the operator (`operator_verbs`), those
on keys (`key_verbs`), and those of whoever does not trust the operator (`verifier_verbs`).
Entries hold commitments to their fields, every entry is signed by its owner, the log's key signs
checkpoints, witnesses cosign them. `verify` needs a proof file and keys, and imports no database
code; everything heavy loads on use.

Rooms: `merkle` (tree), `notes` and `checkpoints` (signed texts), `curve` and `keys` (Ed25519),
`canonical` (JSON), `commitments`, `entries`, `authority` (rules), `store` (SQLite), `drafts`,
`chain` (the entries of one owner), `kept` (checkpoints outside the file) and `log` (append,
checkpoint, prove), `proofs` and `policies` (offline verification), `witnessing`, `scanning` and
`auditing` (with `checkpoint_audit`, `entry_audit`, `witness_audit`), `tiles` and `bundles`
(export, import), `failures` (the named errors).
"""

from waferway.evidence.ledger.key_verbs import add_key, new_key, revoke_key, rotate_key
from waferway.evidence.ledger.operator_verbs import (
    append,
    checkpoint,
    erase,
    export,
    init,
    prove,
    record_run,
    witness_ask,
)
from waferway.evidence.ledger.verifier_verbs import (
    audit,
    fsck,
    import_,
    verify,
    witness_serve,
    witness_sign,
)

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
