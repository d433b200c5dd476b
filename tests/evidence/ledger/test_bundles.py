"""Export, import, mirrors: what a partner receives, checks and keeps."""

import pytest

from tests.evidence.ledger.worlds import World, claim, flip
from waferway.errors import OutputExists
from waferway.evidence.ledger.auditing import audit
from waferway.evidence.ledger.bundles import export_bundle, import_bundle
from waferway.evidence.ledger.failures import LedgerError
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import leaf_hash
from waferway.evidence.ledger.proofs import verify_proof


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path).furnish()
    yield world
    world.ledger.close()


def test_a_mirror_is_the_log_and_proves_like_it(world, tmp_path):
    head = export_bundle(world.ledger, tmp_path / "b")
    done = import_bundle(tmp_path / "b", tmp_path / "m", world.policy)
    assert (done.before, done.size, done.withheld) == (0, head.size, 0)
    report = audit(tmp_path / "m", world.policy)
    assert report.ok, report.findings
    assert report.root == world.ledger.root(head.size).hex()
    with Ledger(tmp_path / "m") as mirror:
        assert mirror.entry(5) == world.ledger.entry(5)
        verify_proof(bytes(mirror.prove(5)), world.policy)
    assert (tmp_path / "m").stat().st_mode & 0o077 == 0


def test_a_mirror_grows_and_importing_twice_changes_nothing(world, tmp_path):
    export_bundle(world.ledger, tmp_path / "b1")
    import_bundle(tmp_path / "b1", tmp_path / "m", world.policy)
    again = import_bundle(tmp_path / "b1", tmp_path / "m", world.policy)
    assert again.before == again.size
    world.append("claim", *(claim(100 + i) for i in range(300)))
    world.checkpoint()
    export_bundle(world.ledger, tmp_path / "b2")
    grown = import_bundle(tmp_path / "b2", tmp_path / "m", world.policy)
    assert (grown.before, grown.size) == (18, world.ledger.size)
    assert audit(tmp_path / "m", world.policy).ok


def test_withheld_fields_stay_private_and_the_rest_is_checked(world, tmp_path):
    export_bundle(world.ledger, tmp_path / "b", withhold=["claim", "key-add"])
    done = import_bundle(tmp_path / "b", tmp_path / "m", world.policy)
    assert done.withheld == 8  # nine claims below the checkpoint, one of them erased
    report = audit(tmp_path / "m", world.policy)
    assert report.ok
    assert report.unchecked == 8
    assert b"sk-hynix" not in b"".join(
        path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file()
    )


def test_an_erasure_reaches_the_mirror(world, tmp_path):
    export_bundle(world.ledger, tmp_path / "b1", withhold=["claim"])
    import_bundle(tmp_path / "b1", tmp_path / "withheld", world.policy)
    world.ledger.store.close()
    world.ledger = Ledger(world.path)
    export_bundle(world.ledger, tmp_path / "b2")
    import_bundle(tmp_path / "b2", tmp_path / "full", world.policy)
    world.ledger.erase(10, world.fab, "asked for", world.tick())
    world.checkpoint()
    export_bundle(world.ledger, tmp_path / "b3")
    for name in ("withheld", "full"):
        import_bundle(tmp_path / "b3", tmp_path / name, world.policy)
        with Ledger(tmp_path / name) as mirror:
            assert mirror.entry(10)[1] is None
        report = audit(tmp_path / name, world.policy)
        assert report.ok, report.findings


def test_a_bundle_goes_to_a_new_folder(world, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x").write_text("mine")
    with pytest.raises(OutputExists):
        export_bundle(world.ledger, tmp_path / "b")


def test_a_log_of_ones_own_is_no_mirror(world, tmp_path):
    export_bundle(world.ledger, tmp_path / "b")
    with pytest.raises(LedgerError, match="not-a-ledger"):
        import_bundle(tmp_path / "b", world.path, world.policy)


def test_every_byte_of_a_bundle_counts(world, tmp_path):
    export_bundle(world.ledger, tmp_path / "b")
    files = sorted(path for path in (tmp_path / "b").rglob("*") if path.is_file())
    count = 0
    for path in files:
        data = path.read_bytes()
        for byte in range(0, len(data), max(1, len(data) // 12)):
            path.write_bytes(flip(data, byte, byte % 7))
            try:
                import_bundle(tmp_path / "b", tmp_path / "m", world.policy)
            except LedgerError:
                count += 1
            else:  # a cosignature under an older checkpoint is taken along, and judged by audits
                assert "checkpoints" in str(path)
                findings = audit(tmp_path / "m", world.policy).findings
                names = {finding.name() for finding in findings}
                assert names <= {"cosignature-invalid", "witness-clock-zero"}
                for suffix in ("", "-wal", "-shm"):
                    (tmp_path / f"m{suffix}").unlink(missing_ok=True)
        path.write_bytes(data)
    assert count > 50
    import_bundle(tmp_path / "b", tmp_path / "m", world.policy)


def test_a_cross_log_reference_is_origin_size_index_and_leaf_hash(world, tmp_path):
    export_bundle(world.ledger, tmp_path / "b")
    import_bundle(tmp_path / "b", tmp_path / "m", world.policy)
    with Ledger(tmp_path / "m") as mirror:
        reference = mirror.reference(6)
        assert reference == world.ledger.reference(6)
        assert reference["leaf_hash"] == leaf_hash(world.ledger.store.entry(6)).hex()
        mirror.check_reference(reference)
        for change in ({"index": 7}, {"leaf_hash": 64 * "0"}, {"origin": "x"}, {"size": 999}):
            with pytest.raises(LedgerError, match=r"reference-broken|index-out-of-range"):
                mirror.check_reference({**reference, **change})
