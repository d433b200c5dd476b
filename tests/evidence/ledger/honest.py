"""Random honest histories: whatever honest parties do, nothing is found."""

import hashlib

from tests.evidence.ledger.worlds import World, claim, seeded
from waferway.evidence.ledger.bundles import export_bundle, import_bundle
from waferway.evidence.ledger.drafts import Draft, key_payload
from waferway.evidence.ledger.failures import WitnessConflict
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.proofs import verify_proof
from waferway.evidence.ledger.witnessing import get_cosigned
from waferway.streams import stream

STEPS = ("claims", "retract", "supersede", "erase", "document", "run", "quality", "policy",
         "rotate", "revoke", "log key", "checkpoint", "cosign", "prove", "foreign", "reopen",
         "wait", "bundle", "audit")  # fmt: skip


class Honest:
    """One random honest history; every step that checks raises on a false alarm."""

    def __init__(self, folder, seed):
        self.draw = stream(seed, "honest ledger")
        self.world = World(folder, seed, witnesses=int(self.draw.integers(0, 3)))
        self.world.join_fab()
        self.owners = {"lab": self.world.owner, "fab": self.world.fab}
        self.roots = {"lab": self.world.root, "fab": self.world.fab_root}
        self.log_key = self.world.log_key
        self.log_keys = [self.log_key.verifier]
        self.old_log_key = None
        self.count = 0
        self.fresh = 100
        self.live = {"lab": [], "fab": []}
        self.kept = []
        self.proofs = []
        self.erased = set()

    def party(self):
        return ("lab", "fab")[int(self.draw.integers(2))]

    def policy(self, quorum=True):
        witnesses = [key.verifier for key in self.world.witness_keys]
        return WitnessPolicy.of(self.log_keys, witnesses, len(witnesses) if quorum else 0)

    def key(self, name, role):
        self.fresh += 1
        return seeded(name, role, self.fresh + 1000 * self.world.seed)

    def log(self, kind, payload, party):
        self.world.append(kind, payload, key=self.owners[party])

    def new_claim(self, party, **more):
        self.count += 1
        self.live[party].append(self.count)
        number = str(int(self.draw.integers(0, 10**6)))
        return claim(self.count, party, value=number, low=None, high=None, **more)

    def step(self, name):
        world, party = self.world, self.party()
        live = self.live[party]
        if name == "claims":
            batch = [self.new_claim(party) for _ in range(int(self.draw.integers(1, 6)))]
            world.append("claim", *batch, key=self.owners[party])
        elif name == "retract" and live:
            self.log("retraction", {"claim_id": self.pick(party), "reason": "error"}, party)
        elif name == "supersede" and live:
            old = self.pick(party)
            self.log("claim", self.new_claim(party, supersedes=[old]), party)
        elif name == "erase" and live:
            number = live[int(self.draw.integers(len(live)))]
            index = world.ledger.index_of_claim(f"c-{party}-{number}")
            if index not in self.erased:
                self.erased.add(index)
                world.ledger.erase(index, self.owners[party], "asked for", world.tick())
        elif name == "document":
            digest = hashlib.sha256(self.draw.bytes(8)).hexdigest()
            self.log("document", {"document_sha256": digest, "title": "日本語 é"}, party)
        elif name == "run":
            inputs = sorted({int(i) for i in self.draw.integers(0, world.ledger.size, 3)})
            run = {"inputs": inputs, "code_version": "1", "result_sha256": 64 * "d"}
            self.log("model-run", run, party)
        elif name == "quality" and live:
            verdict = {"rule": "r-1", "claim_id": f"c-{party}-{live[0]}", "verdict": "warn",
                       "reason": "stale"}  # fmt: skip
            self.log("quality", verdict, self.party())
        elif name == "policy":
            payload = {"policy": f"p-{int(self.draw.integers(3))}", "x": "1"}
            world.append("policy", payload, key=self.roots["lab"])
        elif name == "rotate":
            role = ("owner", "root")[int(self.draw.integers(2))]
            held = self.owners if role == "owner" else self.roots
            new = self.key(party, role)
            payload = key_payload(world.origin, new, held[party].key_id)
            world.append("key-rotate", payload, key=self.roots[party])
            held[party] = new
        elif name == "revoke":
            new, old = self.key(party, "owner"), self.owners[party]
            root = self.roots[party]
            world.append("key-add", key_payload(world.origin, new), key=root)
            revoke = {"party": party, "key_id": old.key_id, "reason": "lost"}
            world.append("key-revoke", revoke, key=root)
            self.owners[party] = new
        elif name == "log key" and not world.witness_keys:
            new = self.key(world.origin, "log")
            payload = key_payload(world.origin, new, self.log_key.key_id, "lab")
            world.append("key-rotate", payload, key=self.roots["lab"])
            self.old_log_key, self.log_key = self.log_key, new
            self.log_keys.append(new.verifier)
            self.kept.append(world.ledger.checkpoint(new, old_key=self.old_log_key))
        elif name == "checkpoint":
            self.kept.append(world.ledger.checkpoint(self.log_key))
        elif name == "cosign" and world.witness_keys:
            self.kept.append(world.ledger.checkpoint(self.log_key))
            world.tick()
            self.cosign()
        elif name == "prove":
            self.prove()
        elif name == "foreign":
            drafts = [Draft("claim", self.new_claim(party))]
            made = world.ledger.draft_signed(drafts, self.owners[party], world.tick())
            world.ledger.append_signed(made)
        elif name == "reopen":
            world.ledger.close()
            world.ledger = Ledger(world.path)
        elif name == "wait":
            world.tick(int(self.draw.integers(0, 10 * 86_400)))
        elif name == "bundle":
            self.bundle()
        elif name == "audit":
            self.audit()

    def pick(self, party):
        live = self.live[party]
        return f"c-{party}-{live.pop(int(self.draw.integers(len(live))))}"

    def cosign(self):
        for witness, key in zip(self.world.witnesses, self.world.witness_keys, strict=True):
            guess = int(self.draw.integers(0, self.world.ledger.latest()[1].size + 1))
            try:
                get_cosigned(self.world.ledger, witness.add_checkpoint, key.verifier, guess)
            except WitnessConflict as alarm:  # pragma: no cover - a false alarm
                raise AssertionError(alarm) from alarm

    def prove(self):
        ledger = self.world.ledger
        if not ledger.store.checkpoints():
            return
        _, head, note = ledger.latest()
        quorum = bool(note.verified(key.verifier for key in self.world.witness_keys))
        index = int(self.draw.integers(head.size))
        kept = self.kept[int(self.draw.integers(len(self.kept)))]
        kept_size = int(kept.split(b"\n")[1])
        show = (
            ["owner"] if ledger.entry(index)[0].type == "claim" and index not in self.erased else []
        )
        proof = ledger.prove(index, show=show, earlier=True, kept_size=kept_size)
        verdict = verify_proof(bytes(proof), self.policy(quorum), kept=kept, max_delay_s=86_400)
        witnessed = quorum and self.world.witness_keys
        assert verdict.assurance == ("witnesses" if witnessed else "kept-checkpoint")
        self.proofs.append((bytes(proof), self.policy(quorum)))

    def bundle(self):
        ledger = self.world.ledger
        if not ledger.store.checkpoints():
            return
        folder = self.world.folder / f"bundle-{ledger.size}-{int(self.draw.integers(10**9))}"
        hidden = [["claim"], [], ["document", "model-run"]][int(self.draw.integers(3))]
        export_bundle(ledger, folder, withhold=hidden)
        mirror = self.world.folder / "mirror"
        import_bundle(folder, mirror, self.policy(quorum=False))

    def audit(self):
        world = self.world
        report = world.audit(self.policy(quorum=False), kept=self.kept)
        assert report.ok, report.findings
        mirror = world.folder / "mirror"
        if mirror.exists():
            from waferway.evidence.ledger.auditing import audit

            report = audit(mirror, self.policy(quorum=False))
            assert report.ok, report.findings

    def finish(self):
        """Last look: a cosigned checkpoint, the whole audit, and every proof ever given."""
        self.kept.append(self.world.ledger.checkpoint(self.log_key))
        self.world.tick()
        self.cosign()
        report = self.world.audit(self.policy(), kept=self.kept, now_s=self.world.now_s,
                                  max_witness_age_s=3600)  # fmt: skip
        assert report.ok, report.findings
        for proof, policy in self.proofs:
            verify_proof(proof, policy)
        self.bundle()
        self.audit()
        self.world.ledger.close()


def honest_run(folder, seed, steps):
    """One history of `steps` random steps; returns the number of entries."""
    one = Honest(folder, seed)
    for number in one.draw.integers(len(STEPS), size=steps):
        one.step(STEPS[int(number)])
    size = one.world.ledger.size
    one.finish()
    return size
