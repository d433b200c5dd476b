"""Property: no bit of any stored cell can change without a finding."""

import shutil
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.ledger.worlds import World, flip

CELLS = {
    "leaf": ("entry",), "node": ("hash",), "payload": ("fields", "salts"),
    "checkpoint": ("note", "size"), "cosignature": ("line",), "log_key": ("vkey", "idx"),
    "key": ("key_id", "party", "role", "public_key", "added"), "policy": ("name", "idx"),
    "head": ("party", "seq", "leaf_hash", "created", "idx"),
    "claim": ("claim_id", "idx", "party", "status"),
}  # fmt: skip


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("furnished")).furnish()
    yield world
    world.ledger.close()


@pytest.fixture(scope="module")
def scratch(furnished, tmp_path_factory):
    return furnished.copy(tmp_path_factory.mktemp("scratch"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_bit_of_every_cell_counts(furnished, scratch, data):
    shutil.copy(furnished.path, scratch.path)
    table = data.draw(st.sampled_from(sorted(CELLS)))
    column = data.draw(st.sampled_from(CELLS[table]))
    connection = sqlite3.connect(scratch.path)
    values = [row[0] for row in connection.execute(f"SELECT {column} FROM {table}")]
    old = data.draw(st.sampled_from(values))
    if isinstance(old, int):
        new = old + data.draw(st.sampled_from((-1, 1, 1000)))
    elif isinstance(old, bytes):
        new = flip(old, data.draw(st.integers(0, len(old) - 1)), data.draw(st.integers(0, 7)))
    else:
        # Name and key id of a cosignature only say whose it is; of a stranger's nobody asks.
        first = old.rfind(" ") + 7 if table == "cosignature" else 0
        at = data.draw(st.integers(first, len(old) - 1))
        new = old[:at] + chr(ord(old[at]) ^ 1) + old[at + 1 :]
    with connection:
        change = f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?"
        connection.execute(change, (new, old))
    connection.close()
    report = scratch.audit()
    assert not report.ok, (table, column, old, new)
