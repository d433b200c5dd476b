"""What an audit looks at and what it finds: the report, and one pass over one file.

Owns the state that the parts of an audit share. Findings come cause first: where one change shows
in several places, the first finding names the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from waferway.evidence.ledger.checkpoints import Checkpoint
from waferway.evidence.ledger.failures import LedgerError
from waferway.evidence.ledger.notes import Signature, VerifierKey
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.store import Store

__all__ = ["MAX_FINDINGS", "AuditReport", "Pass"]

MAX_FINDINGS = 200


@dataclass(frozen=True)
class AuditReport:
    """What was looked at and what was found; no findings means all of it fits.

    Parameters
    ----------
    size : int
        Entries in the file.
    root : str
        Root over the entries, hex.
    findings : tuple of LedgerError
        Cause first.
    doubtful : tuple of int
        Entries by keys later revoked that no witness had seen before the revocation.
    unchecked : int
        Entries whose fields are withheld, so that rules on their content could not be applied.
    assurance : "none", "kept-checkpoint" or "witnesses"
    """

    origin: str
    size: int
    root: str
    findings: tuple[LedgerError, ...]
    checkpoints: int
    signatures: int
    doubtful: tuple[int, ...] = ()
    unchecked: int = 0
    assurance: str = "none"

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """The report for ``--json``."""
        return {
            "ok": self.ok,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "checkpoints": self.checkpoints,
            "signatures": self.signatures,
            "assurance": self.assurance,
            "unchecked": self.unchecked,
            "doubtful": list(self.doubtful),
            "findings": [finding.to_dict() for finding in self.findings],
        }


class Pass:
    """One pass over one file.

    Parameters
    ----------
    store : Store
        Being read; nothing is written to it.
    trusted : sequence of VerifierKey
        Keys of the log; where there is none, those that the file names.
    policy : WitnessPolicy
    kept : sequence of bytes
        Signed checkpoints kept from earlier.
    other_origins : sequence of str
        Other logs of these parties.
    """

    def __init__(
        self,
        store: Store,
        trusted: Sequence[VerifierKey],
        policy: WitnessPolicy,
        kept: Sequence[bytes],
        other_origins: Sequence[str],
    ) -> None:
        self.store, self.policy, self.kept = store, policy, kept
        self.trusted, self.other_origins = trusted, other_origins
        self.run_sql = store.connection.execute
        self.findings: list[LedgerError] = []
        self.origin = store.origin
        self.signatures = 0
        self.unchecked = 0
        self.signed: list[tuple[int, Checkpoint]] = []
        self.cosigned: dict[int, list[tuple[VerifierKey, Signature]]] = {}
        self.assurance = "none"

    def found(self, finding: LedgerError) -> None:
        """Keep a finding, up to `MAX_FINDINGS`."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)
