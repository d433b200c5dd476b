"""Checkpoints of C2SP: origin, size and root of a log, as the text of a signed note.

Source: c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from waferway.evidence.ledger.failures import MalformedCheckpoint, OriginMismatch
from waferway.evidence.ledger.notes import Note, VerifierKey, strict_base64

SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """Head of a log: which log, how many entries, which root.

    Examples
    --------
    >>> print(Checkpoint("example.com/log", 0, bytes(32)).text(), end="")
    example.com/log
    0
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Text that the log signs, ending in a newline."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        return "".join(f"{line}\n" for line in (*lines, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note; raises `MalformedCheckpoint`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise MalformedCheckpoint("a checkpoint has origin, size and root, a line each")
        if not SIZE.fullmatch(lines[1]) or int(lines[1]) >= 2**63:
            raise MalformedCheckpoint(f"{lines[1][:30]!r} is no size")
        try:
            root = strict_base64(lines[2])
        except ValueError as broken:
            raise MalformedCheckpoint(f"the root: {broken}") from broken
        if len(root) != 32:
            raise MalformedCheckpoint(f"the root has {len(root)} bytes, not 32")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:]))


def open_checkpoint(
    data: bytes, log_keys: Iterable[VerifierKey], origin: str | None = None
) -> tuple[Checkpoint, Note]:
    """Checkpoint of a note that one of `log_keys` signed.

    Parameters
    ----------
    origin : str, optional
        Required origin; by default the name of the key that signed.

    Raises
    ------
    MalformedNote, NoTrustedSignature, NoteSignatureInvalid, MalformedCheckpoint, OriginMismatch
    """
    note = Note.parse(data)
    signed = note.require(log_keys)
    checkpoint = Checkpoint.parse(note.text)
    wanted = {origin} if origin else {key.name for key, _ in signed}
    if checkpoint.origin not in wanted:
        raise OriginMismatch(
            f"the checkpoint is of {checkpoint.origin}, not of {' or '.join(sorted(wanted))}"
        )
    return checkpoint, note
