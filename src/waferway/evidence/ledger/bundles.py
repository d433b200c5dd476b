"""Export and import: a log as a folder that others verify, mirror and keep.

Owns the layout (C2SP tiles and entry bundles, every checkpoint with its cosignatures, and beside
them the fields that the exporter chooses to show) and the check of all of it on the way in.
Nothing of a bundle is stored before everything fits: signatures of the checkpoint, every tile,
every entry, every commitment, every owner's signature and right, and growth out of what an
earlier import of the same log brought.

::

    checkpoint                 newest, with cosignatures
    checkpoints/0000000012.3   all, by size and number
    tile/0/000.p/12 ...        hashes
    tile/entries/000.p/12 ...  entries
    payloads.jsonl             fields and salts: canonical JSON, one entry a line
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.errors import OutputExists
from waferway.evidence.ledger.authority import KEY_TYPES, Registry, superseded_ids
from waferway.evidence.ledger.canonical import canonical_json, read_canonical
from waferway.evidence.ledger.checkpoints import Checkpoint, open_checkpoint
from waferway.evidence.ledger.commitments import opened
from waferway.evidence.ledger.entries import Entry
from waferway.evidence.ledger.failures import (
    BundleEntryMismatch,
    ForkedLog,
    InconsistentGrowth,
    LedgerError,
    MalformedEntry,
    MissingTile,
    NotALedger,
    OriginMismatch,
    PayloadAltered,
    PayloadMissing,
    QuorumNotMet,
    RolledBack,
    WrongPartialTile,
)
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import leaf_hash, root_hash, tree_root
from waferway.evidence.ledger.notes import Note, VerifierKey, strict_base64
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.store import Store, node_id
from waferway.evidence.ledger.tiles import (
    WIDTH,
    bundle_bytes,
    bundle_entries,
    tile_path,
    tiles_of,
)

ERASURE_FIELDS = {"index", "claim_id", "supersedes", "reason"}
ALWAYS_SHOWN = (*KEY_TYPES, "policy", "erasure", "retraction")


# ---- export ------------------------------------------------------------------------------------
def export_bundle(
    ledger: Ledger, folder: str | os.PathLike[str], *, withhold: Iterable[str] = ()
) -> Checkpoint:
    """Write the log up to its newest checkpoint into a new folder.

    Parameters
    ----------
    folder : path
        Must not exist or be empty.
    withhold : iterable of str
        Types of entries whose fields stay private (``claim``, ``model-run``, ...); keys,
        policies, retractions and erasures are always shown, since the log is checked with them.

    Raises
    ------
    NotCheckpointed, OutputExists
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()):
        raise OutputExists(f"{target} is not empty; a bundle goes to a new folder")
    hidden = set(withhold) - set(ALWAYS_SHOWN)
    store = ledger.store
    with store.reading():
        _, head, note = ledger.latest()
        for level, number, width in tiles_of(head.size):
            place = target / tile_path(level, number, width)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(_tile(store, level, number, width))
            if level == 0:
                start = number * WIDTH
                entries = [store.entry(start + i) for i in range(width)]
                place = target / tile_path("entries", number, width)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(bundle_bytes(entries))
        (target / "checkpoints").mkdir(parents=True, exist_ok=True)
        for number, size, data in store.checkpoints():
            if size <= head.size:
                place = target / "checkpoints" / f"{size:010d}.{number}"
                place.write_bytes(bytes(store.note(number, data)))
        with (target / "payloads.jsonl").open("wb") as file:
            for index, fields, salts, entry in store.connection.execute(
                "SELECT p.idx, p.fields, p.salts, l.entry FROM payload p JOIN leaf l USING (idx) "
                "WHERE p.idx < ? ORDER BY p.idx",
                (head.size,),
            ):
                if Entry.parse(entry).type not in hidden:
                    line = {
                        "fields": read_canonical(fields),
                        "index": index,
                        "salts": base64.b64encode(salts).decode(),
                    }
                    file.write(canonical_json(line) + b"\n")
    (target / "checkpoint").write_bytes(bytes(note))
    return head


def _tile(store: Store, level: int, number: int, width: int) -> bytes:
    ids = [node_id(8 * level, number * WIDTH + i) for i in range(width)]
    marks = ",".join("?" * width)
    query = f"SELECT hash FROM node WHERE id IN ({marks}) ORDER BY id"  # noqa: S608
    return b"".join(row[0] for row in store.connection.execute(query, ids))


# ---- import ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Imported:
    """What an import brought: size before and after, entries whose fields are withheld."""

    origin: str
    before: int
    size: int
    withheld: int


def import_bundle(
    folder: str | os.PathLike[str], into: str | os.PathLike[str], policy: WitnessPolicy
) -> Imported:
    """Verify a bundle and bring its entries into a mirror of that log.

    Parameters
    ----------
    folder : path
    into : path
        Mirror file; made if absent, else it must mirror the same log and be no longer.
    policy : WitnessPolicy
        The log's key, and witnesses with their quorum where there are any.

    Raises
    ------
    LedgerError
        By name: `MissingTile`, `WrongPartialTile`, `BundleEntryMismatch`, `RolledBack`,
        `ForkedLog`, `InconsistentGrowth`, `QuorumNotMet`, and what `Registry.admit` raises.
    """
    source = Path(folder)
    head, note = open_checkpoint(_file(source, "checkpoint"), policy.logs)
    if not policy.met(key for key, _ in note.verified(policy.witnesses.values())):
        raise QuorumNotMet("the bundle's checkpoint lacks the quorum of witnesses")
    hashes = _checked_tiles(source, head)
    entries = _checked_entries(source, head, hashes)
    payloads = dict(_payloads(source, head.size))
    into = Path(into)
    made = not into.exists()
    if made:
        Store.create(into, head.origin, mirror=True).close()
    store = Store(into)
    try:
        return _take_in(store, head, note, hashes, entries, payloads, source)
    except BaseException:
        if made:
            store.close()
            for suffix in ("", "-wal", "-shm"):
                into.with_name(into.name + suffix).unlink(missing_ok=True)
        raise
    finally:
        store.close()


def _file(source: Path, name: str) -> bytes:
    try:
        return (source / name).read_bytes()
    except OSError as broken:
        raise MissingTile("is absent", where=str(source / name)) from broken


def _checked_tiles(source: Path, head: Checkpoint) -> list[bytes]:
    """Leaf hashes of the bundle, after every tile fits the checkpoint's root."""
    found: dict[int, list[bytes]] = {}
    for level, number, width in tiles_of(head.size):
        path = tile_path(level, number, width)
        data = _file(source, path)
        if len(data) != 32 * width:
            raise WrongPartialTile(
                f"has {len(data)} bytes; {width} hashes have {32 * width}", where=path
            )
        found.setdefault(level, []).extend(data[at : at + 32] for at in range(0, len(data), 32))
    leaves = found.get(0, [])
    if tree_root(leaves) != head.root:
        raise WrongPartialTile("the hashes of level 0 do not give the checkpoint's root")
    for level in range(1, len(found)):
        below = found[level - 1]
        for index, value in enumerate(found[level]):
            if tree_root(below[index * WIDTH : (index + 1) * WIDTH]) != value:
                path = tile_path(level, index // WIDTH)
                raise WrongPartialTile(f"hash {index} is not of the level below", where=path)
    return leaves


def _checked_entries(source: Path, head: Checkpoint, hashes: list[bytes]) -> list[bytes]:
    entries: list[bytes] = []
    for level, number, width in tiles_of(head.size):
        if level:
            break
        path = tile_path("entries", number, width)
        some = bundle_entries(_file(source, path), path)
        if len(some) != width:
            raise WrongPartialTile(f"has {len(some)} entries, not {width}", where=path)
        entries += some
    for index, (entry, value) in enumerate(zip(entries, hashes, strict=True)):
        if leaf_hash(entry) != value:
            raise BundleEntryMismatch("is not what its tile gives", where=f"entry {index}")
    return entries


def _payloads(source: Path, size: int) -> Iterator[tuple[int, tuple[bytes, bytes]]]:
    path = source / "payloads.jsonl"
    if not path.is_file():
        return
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
        where = f"payloads.jsonl:{number}"
        value = read_canonical(line)
        try:
            index, fields = value["index"], value["fields"]
            salts = strict_base64(value["salts"])
        except (TypeError, KeyError, ValueError) as broken:
            raise PayloadAltered("the line has no index, fields, salts", where=where) from broken
        if type(index) is not int or not 0 <= index < size or not isinstance(fields, dict):
            raise PayloadAltered("the line names no entry of the bundle", where=where)
        yield index, (canonical_json(fields), salts)


def _take_in(
    store: Store,
    head: Checkpoint,
    note: Note,
    hashes: list[bytes],
    entries: list[bytes],
    payloads: dict[int, tuple[bytes, bytes]],
    source: Path,
) -> Imported:
    if store.origin != head.origin:
        raise OriginMismatch(f"the file mirrors {store.origin}, the bundle is of {head.origin}")
    if not store.mirror:
        raise NotALedger("the file is a log of its own, no mirror", where=str(store.path))
    with store.writing() as connection:
        before = store.size()
        _check_growth(store, before, head, hashes)
        registry, claims = store.registry()
        shown = read_payloads(entries, payloads, before)
        _entry_access(registry, entries, shown, store, before)
        erasures = find_erasures(shown.values())
        withheld = 0
        for index in range(before, head.size):
            entry = Entry.parse(entries[index])
            payload = shown.get(index)
            if payload is None and entry.type in ALWAYS_SHOWN:
                raise PayloadMissing(f"a {entry.type} comes with its fields", f"entry {index}")
            withheld += payload is None and index not in erasures
            try:
                registry.admit(
                    index, entry, hashes[index].hex(), payload, erased=erasures.get(index)
                )
            except LedgerError as broken:
                broken.where = broken.where or f"entry {index}"
                raise
        new = zip(entries[before:], hashes[before:], strict=True)
        store.extend(before, new)
        connection.executemany(
            "INSERT INTO payload VALUES (?, ?, ?)",
            [(i, *payloads[i]) for i in sorted(payloads) if i >= before and i not in erasures],
        )
        connection.executemany(
            "DELETE FROM payload WHERE idx = ?", [(index,) for index in erasures]
        )
        store.save_registry(registry, claims)
        if any(index < before for index in erasures):
            store.rebuild(find_erasures)
        _store_checkpoints(store, note, head, source)
    return Imported(head.origin, before, head.size, withheld)


def _check_growth(store: Store, before: int, head: Checkpoint, hashes: list[bytes]) -> None:
    if head.size < before:
        raise RolledBack(f"the bundle has {head.size} entries, the mirror {before} already")
    if before and root_hash(before, store.read) != tree_root(hashes[:before]):
        kind = ForkedLog if head.size == before else InconsistentGrowth
        raise kind(f"the first {before} entries differ from those imported before")


def read_payloads(
    entries: list[bytes], payloads: dict[int, tuple[bytes, bytes]], start: int
) -> dict[int, dict[str, Any]]:
    """Fields from entry `start` on, each checked against its entry's commitment."""
    found = {}
    for index, (fields, salts) in payloads.items():
        if index < start:
            continue
        payload = opened(fields, salts, Entry.parse(entries[index]).payload)
        if payload is None:
            raise PayloadAltered("is not what the owner committed to", where=f"entry {index}")
        found[index] = payload
    return found


def find_erasures(
    payloads: Iterable[dict[str, Any]],
) -> dict[int, tuple[str | None, tuple[str, ...]]]:
    """Erased indices with the claim id and predecessors that the erasure states."""
    erased = {}
    for payload in payloads:
        if isinstance(payload, dict) and payload.keys() >= ERASURE_FIELDS:
            index, stated = payload["index"], payload["supersedes"]
            if type(index) is int:
                erased[index] = (payload["claim_id"], superseded_ids({"supersedes": stated}))
    return erased


def _entry_access(
    registry: Registry,
    entries: list[bytes],
    shown: dict[int, dict[str, Any]],
    store: Store,
    before: int,
) -> None:
    def entry_at(index: int) -> tuple[Entry, dict[str, Any] | None]:
        if index >= before:
            return Entry.parse(entries[index]), shown.get(index)
        found = store.fields(index)
        return Entry.parse(entries[index]), read_canonical(found[0]) if found else None

    registry.entry_at = entry_at


def _store_checkpoints(store: Store, note: Note, head: Checkpoint, source: Path) -> None:
    """Keep the bundle's checkpoints: the newest, and older ones that are signed and fit."""
    keys = {vkey for _, vkey in store.connection.execute("SELECT idx, vkey FROM log_key")}
    trusted = [VerifierKey.parse(text) for text in keys]
    files = sorted((source / "checkpoints").glob("*")) if (source / "checkpoints").is_dir() else []
    notes = [Note.parse(path.read_bytes()) for path in files] + [note]
    for one in notes:
        checkpoint = Checkpoint.parse(one.text)
        signed = {signature for _, signature in one.require(trusted)}
        if checkpoint.origin != head.origin or checkpoint.size > head.size:
            raise MalformedEntry("a checkpoint of the bundle is not of this log and length")
        if root_hash(checkpoint.size, store.read) != checkpoint.root:
            raise ForkedLog(f"two roots are signed for size {checkpoint.size}")
        plain = bytes(Note(one.text, tuple(s for s in one.signatures if s in signed)))
        row = store.connection.execute(
            "SELECT id FROM checkpoint WHERE note = ?", (plain,)
        ).fetchone()
        if row is None:
            cursor = store.connection.execute(
                "INSERT INTO checkpoint (size, note) VALUES (?, ?)", (checkpoint.size, plain)
            )
            row = (cursor.lastrowid,)
        store.connection.executemany(
            "INSERT OR IGNORE INTO cosignature VALUES (?, ?)",
            [(row[0], str(s)) for s in one.signatures if s not in signed],
        )
