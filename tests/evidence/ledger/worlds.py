"""A small world for ledger tests: a log, two parties, two witnesses, a clock, all from seeds.

`World` is honest. The raw writers at the end do what a tamperer with the file does: they go
around every check of the package.
"""

import hashlib
import shutil
import sqlite3
from pathlib import Path

from waferway.evidence.ledger.auditing import audit
from waferway.evidence.ledger.commitments import commit
from waferway.evidence.ledger.drafts import Draft, key_payload
from waferway.evidence.ledger.entries import signed_json, signed_message, time_of, unsigned_json
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import leaf_hash
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.store import Store, node_count
from waferway.evidence.ledger.witnessing import Witness, get_cosigned

ORIGIN = "ledger.example/test"
START_S = 1_700_000_000


def seeded(name, role, seed=0):
    return PrivateKey.generate(
        name, role, hashlib.sha256(f"{seed} {name} {role}".encode()).digest()
    )


def claim(number, owner="lab", **more):
    return {
        "claim_id": f"c-{owner}-{number}", "owner": owner, "subject": "org:sk-hynix",
        "metric": "market_share", "low": "50", "high": "53", "unit": "%", "grade": "C", **more,
    }  # fmt: skip


class World:
    """Keys and clock of one log; `ledger` is open."""

    def __init__(self, folder, seed=0, origin=ORIGIN, witnesses=2, open_new=True):
        self.folder, self.seed, self.origin = Path(folder), seed, origin
        self.now_s = START_S
        self.log_key = seeded(origin, "log", seed)
        self.root, self.owner = seeded("lab", "root", seed), seeded("lab", "owner", seed)
        self.fab_root, self.fab = seeded("fab", "root", seed), seeded("fab", "owner", seed)
        self.witness_keys = [seeded(f"w{i}.example", "witness", seed) for i in range(witnesses)]
        self.path = self.folder / "a.ledger"
        if open_new:
            self.ledger = Ledger.create(
                self.path, self.log_key, self.root, self.owner, time_s=self.now_s
            )
            self.witnesses = [
                Witness(self.folder / f"{key.name}.seen", key, [self.log_key.verifier], self.clock)
                for key in self.witness_keys
            ]

    def clock(self):
        return self.now_s

    @property
    def policy(self):
        witnesses = [key.verifier for key in self.witness_keys]
        return WitnessPolicy.of([self.log_key.verifier], witnesses, len(witnesses))

    @property
    def log_only(self):
        return WitnessPolicy.of([self.log_key.verifier])

    def tick(self, seconds=60):
        self.now_s += seconds
        return self.now_s

    def append(self, kind, *payloads, key=None):
        drafts = [Draft(kind, payload) for payload in payloads]
        return self.ledger.append(drafts, key or self.owner, time_s=self.tick())

    def join_fab(self):
        self.append("key-add", key_payload(self.origin, self.fab_root), key=self.fab_root)
        self.append("key-add", key_payload(self.origin, self.fab), key=self.fab_root)

    def checkpoint(self, cosigned=True):
        note = self.ledger.checkpoint(self.log_key)
        if cosigned:
            self.tick()
            for witness, key in zip(self.witnesses, self.witness_keys, strict=True):
                get_cosigned(self.ledger, witness.add_checkpoint, key.verifier)
        return note

    def furnish(self):
        """A log with a bit of everything: 20 entries, two cosigned checkpoints, one erasure."""
        self.join_fab()  # 3, 4
        self.append("claim", *(claim(i) for i in range(5)))  # 5-9
        self.append("claim", *(claim(i, "fab") for i in range(3)), key=self.fab)  # 10-12
        self.checkpoint()
        self.append("retraction", {"claim_id": "c-lab-0", "reason": "misread"})  # 13
        self.append("claim", claim(5, supersedes=["c-lab-1"]))  # 14
        self.ledger.erase(7, self.owner, "asked for", self.tick())  # 15
        self.append(
            "model-run", {"inputs": [5, 6], "code_version": "0.1", "result_sha256": 64 * "a"}
        )
        self.append("policy", {"policy": "tolerance", "market_share": "5"}, key=self.root)  # 17
        self.checkpoint()
        self.append("claim", claim(6))  # 18
        self.append("document", {"document_sha256": 64 * "b"}, key=self.fab)  # 19
        return self

    def copy(self, folder):
        """The same world on a copy of the file; the ledger is not open."""
        self.ledger.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        other = World(folder, self.seed, self.origin, len(self.witness_keys), open_new=False)
        other.now_s = self.now_s
        shutil.copy(self.path, other.path)
        return other

    def audit(self, policy=None, **more):
        return audit(self.path, policy or self.policy, **more)


# ---- what a tamperer does ----------------------------------------------------------------------
def flip(data, byte=0, bit=0):
    changed = bytearray(data)
    changed[byte] ^= 1 << bit
    return bytes(changed)


def sql(world, *statements):
    connection = sqlite3.connect(world.path)
    with connection:
        for statement in statements:
            text, *values = (statement,) if isinstance(statement, str) else statement
            connection.execute(text, values)
    connection.close()


def cell(world, query, *values):
    connection = sqlite3.connect(world.path)
    row = connection.execute(query, values).fetchone()
    connection.close()
    return row[0]


def flip_cell(world, table, column, row, byte=0, bit=0, by="idx"):
    old = cell(world, f"SELECT {column} FROM {table} WHERE {by} = ?", row)
    new = flip(old, byte, bit) if isinstance(old, bytes) else flip(old.encode(), byte, bit).decode()
    sql(world, (f"UPDATE {table} SET {column} = ? WHERE {by} = ?", new, row))


def rebuild_tree(world):
    """Recompute every node from the entries, as a tamperer who knows the format would."""
    store = Store(world.path)
    entries = [row[0] for row in store.connection.execute("SELECT entry FROM leaf ORDER BY idx")]
    with store.writing() as connection:
        connection.execute("DELETE FROM leaf")
        connection.execute("DELETE FROM node")
        store.extend(0, [(entry, leaf_hash(entry)) for entry in entries])
    store.close()
    return entries


def truncate(world, size, checkpoints=True):
    """Cut the log back to `size` entries, with everything that would show it."""
    statements = [
        f"DELETE FROM {table} WHERE idx >= {size}"
        for table in ("leaf", "payload", "claim", "policy")
    ]
    statements.append(f"DELETE FROM node WHERE id >= {node_count(size)}")
    if checkpoints:
        statements.append(f"DELETE FROM checkpoint WHERE size > {size}")
        statements.append(
            "DELETE FROM cosignature WHERE checkpoint NOT IN (SELECT id FROM checkpoint)"
        )
    sql(world, *statements)
    store = Store(world.path)  # make the table of heads fit too
    store.close()


def raw_entry(world, kind, payload, key, *, created_s=None, seq=None, prev=None, origin=None,
              sign=None, body=None):  # fmt: skip
    """Entry signed with `key` that goes around the checks; (bytes, fields, salts)."""
    store = Store(world.path)
    registry, _ = store.registry()
    store.close()
    head = registry.heads.get(key.name)
    sealed = commit(payload) if body is None else body
    unsigned = unsigned_json(
        time_of(world.now_s if created_s is None else created_s), key.key_id, sealed.root,
        (head.leaf_hash if head else None) if prev is None else prev,
        (head.seq + 1 if head else 0) if seq is None else seq, kind,
    )  # fmt: skip
    message = signed_message(origin or world.origin, unsigned)
    sig = key.sign(message) if sign is None else sign(message)
    return signed_json(unsigned, sig), sealed.fields, sealed.salts


def raw_append(world, *entries):
    """Put (entry, fields, salts) at the end of the file, tree included, unchecked."""
    store = Store(world.path)
    with store.writing() as connection:
        size = store.size()
        store.extend(size, [(entry, leaf_hash(entry)) for entry, _, _ in entries])
        for offset, (_, fields, salts) in enumerate(entries):
            if fields is not None:
                connection.execute(
                    "INSERT INTO payload VALUES (?, ?, ?)", (size + offset, fields, salts)
                )
    store.close()
