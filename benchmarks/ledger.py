"""The ledger beside pymerkle's SQLite tree: appends, proofs, audit, in one run.

Seconds depend on the machine and on who else uses it; ratios do not, much. Both sides write to
the same disk in the same minutes. Our appends are signed, chained, committed to field by field
and durable; pymerkle's are bare entries. Run::

    python -m benchmarks.ledger [--entries 100000] [--peer-python PATH] [--full] [--json]

``--peer-python`` names an interpreter that has pymerkle (default: this one); without it the peer
is left out and the ratios are missing. ``--full`` adds a tree of 1,000,000 entries on our side.
"""

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from waferway.evidence.ledger import auditing
from waferway.evidence.ledger.drafts import Draft
from waferway.evidence.ledger.entries import ledger_payload
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import leaf_hash, verify_inclusion
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.proofs import verify_proof
from waferway.evidence.ledger.store import Store

PEER = """
import json, sys, time, tempfile, statistics
from pymerkle import SqliteTree
count, proofs = int(sys.argv[1]), int(sys.argv[2])
folder = tempfile.mkdtemp(dir=sys.argv[3])
tree = SqliteTree(folder + "/one.db")
start = time.perf_counter()
for i in range(300):
    tree.append_entry(b"x%0323d" % i)
single = 300 / (time.perf_counter() - start)
tree = SqliteTree(folder + "/bulk.db")
start = time.perf_counter()
for first in range(0, count, 1000):
    tree.append_entries([b"x%0323d" % i for i in range(first, first + 1000)])
bulk = count / (time.perf_counter() - start)
def each(name):  # a tree opened anew, since it caches the roots of subtrees it has walked
    call = getattr(SqliteTree(folder + "/bulk.db"), name)
    times = []
    for i in range(proofs):
        start = time.perf_counter()
        call(1 + (i * 7919 + 7919) % (count - 1), count)
        times.append(1e3 * (time.perf_counter() - start))
    return times[0], statistics.median(times)
inclusion, consistency = each("prove_inclusion"), each("prove_consistency")
print(json.dumps({
    "appends_per_s_single": single, "appends_per_s_batch_1000": bulk,
    "inclusion_ms": inclusion[1], "inclusion_first_ms": inclusion[0],
    "consistency_ms": consistency[1], "consistency_first_ms": consistency[0],
}))
"""


def claim(number):
    """A claim of 18 fields, about 330 bytes."""
    return {
        "claim_id": f"c-{number}", "owner": "lab", "subject": "org:tsmc", "metric": "capacity",
        "kind": "count", "form": "interval", "low": "8000", "value": "8500", "high": "9000",
        "unit": "wafer/month", "modality": "estimate", "basis": "usable", "grade": "C",
        "valid_text": "2023-05", "known_from": "2023-06-01", "source_id": "s-1",
        "locator": "row pack-001", "method": "hand",
    }  # fmt: skip


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def median_ms(call, count):
    times = [timed(lambda i=i: call(i))[0] for i in range(count)]
    return 1e3 * statistics.median(times)


def signed(folder, count):
    """Appends, proofs and audit of a log of signed claims."""
    log_key = PrivateKey.generate("bench.example/log", "log")
    root, owner = PrivateKey.generate("lab", "root"), PrivateKey.generate("lab", "owner")
    ledger = Ledger.create(Path(folder) / "signed.ledger", log_key, root, owner)
    batches = [
        [Draft("claim", ledger_payload(claim(first + i))) for i in range(1000)]
        for first in range(0, count, 1000)
    ]
    cpu = time.process_time()
    seconds = [timed(lambda batch=batch: ledger.append(batch, owner))[0] for batch in batches]
    cpu = time.process_time() - cpu
    raw, _ = timed(lambda: [owner.sign(b"x" * 400) for _ in range(2000)])
    one = [
        timed(lambda i=i: ledger.append([Draft("claim", claim(f"s-{i}"))], owner))[0]
        for i in range(200)
    ]
    foreign = ledger.draft_signed([Draft("claim", claim(f"f-{i}")) for i in range(1000)], owner)
    taken, _ = timed(lambda: ledger.append_signed(foreign))
    ledger.checkpoint(log_key)
    size = ledger.size
    policy = WitnessPolicy.of([log_key.verifier])
    proof = bytes(ledger.prove(size // 3))
    result = {
        "entries": size,
        "appends_per_s_batch_1000": count / sum(seconds),
        "appends_per_s_batch_1000_best_quarter": 1000
        * len(seconds[: len(seconds) // 4 or 1])
        / sum(sorted(seconds)[: len(seconds) // 4 or 1]),
        "appends_per_cpu_s_batch_1000": count / cpu,
        "bare_signatures_per_s": 2000 / raw,
        "appends_per_s_single": 200 / sum(one),
        "foreign_entries_verified_per_s": 1000 / taken,
        "prove_with_checkpoint_ms": median_ms(lambda i: ledger.prove(i * 7919 % size), 500),
        "verify_ms": median_ms(lambda _: verify_proof(proof, policy), 300),
        "proof_file_bytes": len(proof),
    }
    audit_s, report = timed(lambda: auditing.audit(ledger.path, policy))
    assert report.ok, report.findings
    result["audit_s"] = audit_s
    ledger.close()
    result["bytes_per_entry"] = (Path(folder) / "signed.ledger").stat().st_size / size
    return result


def tree_of(folder, count):
    """Tree alone: unsigned entries of 325 bytes, as the peer's."""
    path = Path(folder) / f"tree-{count}.ledger"
    Store.create(path, "bench.example/tree").close()
    store = Store(path)
    seconds = 0.0
    for first in range(0, count, 1000):
        entries = [b"x%0323d" % i for i in range(first, first + 1000)]

        def add(entries=entries, first=first):
            with store.writing():
                store.extend(first, ((entry, leaf_hash(entry)) for entry in entries))

        seconds += timed(add)[0]
    from waferway.evidence.ledger.merkle import consistency_proof, inclusion_proof, root_hash

    root = root_hash(count, store.read)
    index = count // 3
    proof = inclusion_proof(index, count, store.read)
    leaf = store.read(0, index)
    result = {
        "entries": count,
        "appends_per_s_batch_1000": count / seconds,
        "inclusion_ms": median_ms(
            lambda i: inclusion_proof(i * 7919 % count, count, store.read), 1000
        ),
        "consistency_ms": median_ms(
            lambda i: consistency_proof(1 + i * 7919 % (count - 1), count, store.read), 1000
        ),
        "verify_inclusion_ms": median_ms(
            lambda _: verify_inclusion(index, count, leaf, proof, root), 1000
        ),
    }
    store.close()
    fsck_s, report = timed(lambda: auditing.fsck(path))
    assert report.ok, report.findings
    return {**result, "fsck_s": fsck_s, "file_mb": path.stat().st_size / 1e6}


def peer(python, folder, count, proofs=10):
    """pymerkle in its own interpreter; None where it is not installed."""
    done = subprocess.run(
        [python, "-c", PEER, str(count), str(proofs), folder], capture_output=True, text=True
    )
    return json.loads(done.stdout) if done.returncode == 0 else None


def run(entries=100_000, peer_python=sys.executable, full=False, folder=None):
    """All measurements, with the ratios against the peer."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        ours = tree_of(place, entries)
        theirs = peer(peer_python, place, entries)
        result = {"signed_log": signed(place, entries), "tree": ours, "pymerkle": theirs}
        if theirs:
            result["ratios_to_pymerkle"] = {
                "appends_batch_1000_tree": ours["appends_per_s_batch_1000"]
                / theirs["appends_per_s_batch_1000"],
                "appends_batch_1000_signed": result["signed_log"]["appends_per_s_batch_1000"]
                / theirs["appends_per_s_batch_1000"],
                "appends_single_signed": result["signed_log"]["appends_per_s_single"]
                / theirs["appends_per_s_single"],
                "inclusion_speed": theirs["inclusion_ms"] / ours["inclusion_ms"],
                "consistency_speed": theirs["consistency_ms"] / ours["consistency_ms"],
                "inclusion_speed_first": theirs["inclusion_first_ms"] / ours["inclusion_ms"],
                "consistency_speed_first": theirs["consistency_first_ms"] / ours["consistency_ms"],
            }
        if full:
            result["tree_1e6"] = tree_of(place, 1_000_000)
    result["machine"] = {
        "python": platform.python_version(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = run(given.entries, given.peer_python, given.full)
    if given.json:
        print(json.dumps(result, indent=1))
    else:
        for part, values in result.items():
            for name, value in (values or {"": "not installed"}).items():
                shown = f"{value:,.3f}" if isinstance(value, float) else value
                print(f"{part:20} {name:40} {shown}")
    ratios = result.get("ratios_to_pymerkle", {})
    # What must hold on any machine: our proofs hardly grow with the log, the peer's first ones do.
    assert ratios.get("inclusion_speed", 99) > 5, ratios
    assert ratios.get("consistency_speed_first", 99) > 5, ratios
    assert result["signed_log"]["proof_file_bytes"] <= 2048


if __name__ == "__main__":
    main()
