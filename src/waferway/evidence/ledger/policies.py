"""Whose word counts: log keys, witnesses and the quorum among them.

Owns the policy file of C2SP tlog-policy (lines ``log``, ``witness``, ``group``, ``quorum``) and
what follows from it for a set of cosignatures: whether the quorum is met, and between which times
it places the log.

Source: c2sp.org/tlog-policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from waferway.evidence.ledger.failures import LedgerError, MalformedPolicy
from waferway.evidence.ledger.notes import COSIGNATURE, ED25519, VerifierKey


@dataclass(frozen=True)
class WitnessPolicy:
    """Trusted logs and witnesses, and how many of the witnesses must agree.

    Parameters
    ----------
    logs : tuple of VerifierKey
    witnesses : mapping of name to VerifierKey
    groups : mapping of name to (threshold, members)
    quorum : str
        Name of a witness or group, or ``none``.

    Examples
    --------
    >>> WitnessPolicy.parse("quorum none").quorum
    'none'
    """

    logs: tuple[VerifierKey, ...] = ()
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = "none"

    @classmethod
    def of(
        cls, logs: Iterable[VerifierKey], witnesses: Iterable[VerifierKey] = (), quorum: int = 0
    ) -> WitnessPolicy:
        """Policy that `quorum` of the given witnesses must agree.

        Raises
        ------
        MalformedPolicy
        """
        named = list(witnesses)
        lines = [f"log {key}" for key in logs]
        lines += [f"witness w{i} {key}" for i, key in enumerate(named)]
        if quorum:
            members = " ".join(f"w{i}" for i in range(len(named)))
            lines.append(f"group all-witnesses {quorum} {members}")
        lines.append(f"quorum {'all-witnesses' if quorum else 'none'}")
        return cls.parse("\n".join(lines))

    @classmethod
    def parse(cls, text: str) -> WitnessPolicy:
        """Read a policy file.

        Raises
        ------
        MalformedPolicy
            With the line at fault.
        """
        logs: list[VerifierKey] = []
        witnesses: dict[str, VerifierKey] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        members: set[str] = set()
        quorum = ""
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            where = f"line {number}"
            try:
                if words[0] == "log" and len(words) in (2, 3):
                    _add_log(logs, VerifierKey.parse(words[1]))
                elif words[0] == "witness" and len(words) in (3, 4):
                    _check_new(words[1], witnesses, groups)
                    witnesses[words[1]] = _witness(witnesses, VerifierKey.parse(words[2]))
                elif words[0] == "group" and len(words) >= 4:
                    _check_new(words[1], witnesses, groups)
                    groups[words[1]] = _group(words[2], words[3:], members, witnesses, groups)
                elif words[0] == "quorum" and len(words) == 2 and not quorum:
                    if words[1] not in {"none", *witnesses, *groups}:
                        raise MalformedPolicy(f"{words[1]} is no witness or group above")
                    quorum = words[1]
                else:
                    raise MalformedPolicy(f"{line.strip()[:60]!r} is not understood")
            except LedgerError as broken:
                raise MalformedPolicy(broken.what, where=where) from broken
        if not quorum:
            raise MalformedPolicy("a policy has one line 'quorum NAME' or 'quorum none'")
        return cls(tuple(logs), witnesses, groups, quorum)

    def met(self, keys: Iterable[VerifierKey], name: str | None = None) -> bool:
        """Whether cosignatures by `keys` meet the quorum (or the group `name`)."""
        name = self.quorum if name is None else name
        present = set(keys)
        if name == "none":
            return True
        if name in self.witnesses:
            return self.witnesses[name] in present
        threshold, members = self.groups[name]
        return sum(self.met(present, member) for member in members) >= threshold

    def not_after(self, times_s: Mapping[VerifierKey, int]) -> int | None:
        """Earliest time by which a whole quorum had seen the checkpoint; None without witnesses."""
        if self.quorum == "none":
            return None
        for limit in sorted(times_s.values()):
            if self.met(key for key, time in times_s.items() if time <= limit):
                return limit
        return None

    def not_before(self, times_s: Mapping[VerifierKey, int]) -> int | None:
        """Latest time at which a whole quorum still saw an earlier checkpoint as the newest."""
        if self.quorum == "none":
            return None
        for limit in sorted(times_s.values(), reverse=True):
            if self.met(key for key, time in times_s.items() if time >= limit):
                return limit
        return None


def _add_log(logs: list[VerifierKey], key: VerifierKey) -> None:
    if key.algorithm != ED25519:
        raise MalformedPolicy("a log has a key of type 0x01")
    if any(key.public_key == old.public_key for old in logs):
        raise MalformedPolicy("a log is listed twice")
    logs.append(key)


def _witness(witnesses: Mapping[str, VerifierKey], key: VerifierKey) -> VerifierKey:
    if key.algorithm != COSIGNATURE:
        raise MalformedPolicy("a witness has a key of type 0x04")
    if any(key.public_key == old.public_key for old in witnesses.values()):
        raise MalformedPolicy("one key stands for two witnesses")
    return key


def _check_new(name: str, *tables: Mapping[str, object]) -> None:
    if name == "none" or any(name in table for table in tables):
        raise MalformedPolicy(f"the name {name} is taken")


def _group(
    threshold: str,
    names: list[str],
    members: set[str],
    witnesses: Mapping[str, VerifierKey],
    groups: Mapping[str, tuple[int, tuple[str, ...]]],
) -> tuple[int, tuple[str, ...]]:
    for name in names:
        if name not in witnesses and name not in groups:
            raise MalformedPolicy(f"{name} is no witness or group above")
        if name in members:
            raise MalformedPolicy(f"{name} is in a group already")
        members.add(name)
    count = {"all": str(len(names)), "any": "1"}.get(threshold, threshold)
    if not count.isdecimal() or not 1 <= int(count) <= len(names):
        raise MalformedPolicy(f"a group of {len(names)} has a threshold of 1 to {len(names)}")
    return int(count), tuple(names)
