"""A writer that is killed at any moment, and what must hold afterwards.

The child acknowledges every append and checkpoint by writing the size to a pipe after the call
has returned; the parent kills it with SIGKILL. Afterwards the file must audit clean against what
was kept, hold every acknowledged entry, and take further appends and checkpoints.
"""

import os
import signal
import time

from tests.evidence.ledger.worlds import claim
from waferway.evidence.ledger.auditing import audit, kept_checkpoints
from waferway.evidence.ledger.drafts import Draft
from waferway.evidence.ledger.log import Ledger


def write_until_killed(world, pipe, name, draw):
    ledger = Ledger(world.path)
    number = 0
    while True:
        batch = int(draw.integers(1, 40))
        drafts = [Draft("claim", claim(f"{name}-{number + i}")) for i in range(batch)]
        number += batch
        size = ledger.append(drafts, world.owner).size
        os.write(pipe, f"a {size}\n".encode())
        if draw.random() < 0.4:
            note = ledger.checkpoint(world.log_key)
            os.write(pipe, b"c %s\n" % note.split(b"\n")[1])


def kill_once(world, name, draw, longest_s=0.08):
    """Fork a writer, kill it, check; returns (acknowledged, found) sizes."""
    world.ledger.close()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the child is killed
        try:
            os.close(reading)
            write_until_killed(world, writing, name, draw)
        finally:
            os._exit(1)
    os.close(writing)
    first = os.read(reading, 65_536)  # it is at work
    time.sleep(float(draw.random()) * longest_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rest = b""
    while data := os.read(reading, 65_536):
        rest += data
    os.close(reading)
    lines = (first + rest).split(b"\n")[:-1]
    acknowledged = max((int(line[2:]) for line in lines), default=0)
    world.ledger = Ledger(world.path)
    found = world.ledger.size
    assert lines, "the writer died before it was killed"
    assert found >= acknowledged, f"{acknowledged} were acknowledged, {found} are here"
    signed = max((int(line[2:]) for line in lines if line[:1] == b"c"), default=0)
    sizes = [size for _, size, _ in world.ledger.store.checkpoints()]
    assert max(sizes, default=0) >= signed, "an acknowledged checkpoint is gone"
    report = audit(world.path, world.log_only, kept=kept_checkpoints(world.path))
    assert report.ok, report.findings
    world.append("claim", claim(f"after-{name}"))
    world.ledger.checkpoint(world.log_key)
    return acknowledged, found
