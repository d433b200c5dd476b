"""`waferway ledger`: an append-only log that proves who said what.

Owns the declaration of these verbs and their exit codes: 1 where a check fails, 2 where the call
or a file is wrong. Private keys stay in their files; passphrases come from a file, from
WAFERWAY_PASSPHRASE or from a prompt.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from waferway.cli import say
from waferway.cli.inputs import (
    check_files,
    check_new,
    named_files,
    new_passphrase,
    passphrase_for,
    read_text,
)
from waferway.cli.ledger_arguments import File, Passphrase
from waferway.cli.ledger_keys import declare
from waferway.cli.ledger_record import record
from waferway.cli.ledger_witness import witness as witness_verbs
from waferway.cli.showing import Force, JsonFlag, show, show_json

__all__ = ["answers", "ledger"]

ledger = typer.Typer(
    help="An append-only log that proves who said what, and that nothing was changed.",
    no_args_is_help=True,
)

Logs = Annotated[
    list[str] | None, typer.Option("--log", help="Public key of the log; may be repeated.")
]
Witnesses = Annotated[
    list[str] | None, typer.Option("--witness", help="Public key of a witness; may be repeated.")
]
Quorum = Annotated[
    int | None, typer.Option(min=0, help="Witnesses that must have signed; default: all named.")
]
Policy = Annotated[
    Path | None, typer.Option(help="Policy file (C2SP tlog-policy) in place of keys and quorum.")
]
Age = Annotated[
    int | None,
    typer.Option("--max-witness-age", metavar="SECONDS", min=0, help="Oldest quorum accepted."),
]
Now = Annotated[
    str | None, typer.Option(help="Time to judge at, 2026-01-31T12:00:00Z; default: the clock.")
]
# What is wrong with the call itself; every other named failure of a check is the answer no.
WRONG_CALL = (
    "database-corrupt", "key-file-exposed", "key-file-invalid", "ledger-busy", "malformed-key",
    "malformed-policy", "mirror-only", "non-canonical-key", "not-a-ledger", "small-order-key",
)  # fmt: skip


@contextlib.contextmanager
def answers(as_json: bool) -> Iterator[None]:
    """Exit code 1 where a check fails; ``--json`` then prints the failure by its name."""
    from waferway.evidence.ledger.failures import LedgerError

    try:
        with named_files():
            yield
    except LedgerError as failure:
        if failure.name() in WRONG_CALL:
            raise
        if as_json:
            show_json({"ok": False, "failure": failure.to_dict()})
        say(str(failure))
        raise typer.Exit(1) from None


def _second(age: int | None, time: str | None) -> int | None:
    """The second at which to judge; None where no age is asked for and no time is given."""
    from waferway.errors import RangeError
    from waferway.evidence.ledger.drafts import now
    from waferway.evidence.ledger.entries import TIME, seconds_of

    if time is None:
        return None if age is None else now()
    try:
        if TIME.fullmatch(time):
            return seconds_of(time)
    except ValueError:
        pass
    raise RangeError(f'--now is "{time}"; write a time like 2026-01-31T12:00:00Z')


def _result(content: dict[str, Any], as_json: bool, text: str) -> None:
    if as_json:
        show_json(content)
    else:
        show(text)


def _receipt(receipt: Any, as_json: bool) -> None:
    body = dataclasses.asdict(receipt)
    hashes = "\n".join(receipt.leaf_hashes)
    _result(body, as_json, f"logged in {receipt.origin}, first entry {receipt.first}, size now "
            f"{receipt.size}\n{hashes}")  # fmt: skip


@ledger.command("init")
def init(
    path: File,
    origin: Annotated[str, typer.Option(help="Name of the log for ever, e.g. lab.org/claims.")],
    party: Annotated[str, typer.Option(help="The operator.")],
    keys: Annotated[Path, typer.Option(help="Folder for the keys; not the ledger's own.")],
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a ledger and the operator's keys; keep the root key off the machine."""
    from waferway.errors import OutputExists
    from waferway.evidence import ledger as room

    if path.exists():
        raise OutputExists(f"{path} exists; a ledger is never written over")
    check_new(path, force=False)
    passphrase = new_passphrase(passphrase_file)
    with named_files("no ledger was made"):
        made = room.init(path, origin=origin, party=party, keys=keys, passphrase=passphrase)
    if passphrase is None:
        say("the keys are not encrypted: no passphrase was given")
    _result(made, as_json, "\n".join(f"{name:<14}{value}" for name, value in made.items()))


@ledger.command("append")
def append(
    path: File,
    records: Annotated[
        Path,
        typer.Argument(help="JSON: one record a line, a list, or what `waferway evidence extract "
                       "--json` prints; - is standard input."),
    ],
    key: Annotated[Path, typer.Option(help="Key file of role owner.")],
    kind: Annotated[
        str, typer.Option("--type", help="claim, document, quality, retraction, ...")
    ] = "claim",
    owner: Annotated[
        str | None, typer.Option(help="Owner of records that name none.")
    ] = None,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Sign records and log them, all or none."""
    from waferway.cli.records import read_records
    from waferway.evidence import ledger as room

    found = read_records(read_text(records), str(records), owner)
    passphrase = passphrase_for([key], passphrase_file)
    with named_files("nothing was logged"):
        receipt = room.append(path, found, key=key, type=kind, passphrase=passphrase)
    _receipt(receipt, as_json)


ledger.command("record")(record)


@ledger.command("checkpoint")
def checkpoint(
    path: File,
    key: Annotated[Path, typer.Option(help="Key file of the log.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write.")] = None,
    force: Force = False,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Sign the head of the log."""
    from waferway.evidence import ledger as room

    check_new(out, force)
    passphrase = passphrase_for([key], passphrase_file)
    with named_files("nothing was signed"):
        made = room.checkpoint(path, key=key, passphrase=passphrase, out=out)
    if out is not None:
        say(f"wrote {out}")
    _result(made, as_json, made["checkpoint"])


@ledger.command("prove")
def prove(
    path: File,
    index: Annotated[int | None, typer.Option(min=0, help="Number of the entry.")] = None,
    claim: Annotated[str | None, typer.Option(help="Id of the claim.")] = None,
    size: Annotated[
        int | None, typer.Option(min=1, help="Checkpoint by its size; default: the newest.")
    ] = None,
    fields: Annotated[
        list[str] | None, typer.Option("--show", help="Field to disclose; may be repeated.")
    ] = None,
    earlier: Annotated[
        bool, typer.Option("--earlier", help="Add the cosigned checkpoint before the entry.")
    ] = False,
    kept_size: Annotated[
        int | None, typer.Option(min=1, help="Size of a checkpoint that the verifier keeps.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; default: print.")
    ] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the proof that an entry is in the log."""
    from waferway.evidence import ledger as room

    check_new(out, force)
    with named_files("no proof was made"):
        data = room.prove(path, index, claim=claim, size=size, show=fields or (),
                          earlier=earlier, kept_size=kept_size, out=out)  # fmt: skip
    if out is not None:
        say(f"wrote {out}")
    if as_json:
        show_json({"proof": data.decode(), "out": None if out is None else str(out)})
    elif out is None:
        show(data.decode())


@ledger.command("verify")
def verify(
    proof: Annotated[Path, typer.Argument(help="Proof file.")],
    log: Logs = None,
    witness: Witnesses = None,
    quorum: Quorum = None,
    policy: Policy = None,
    owner: Annotated[
        list[str] | None, typer.Option(help="Public key of a party that must have signed.")
    ] = None,
    kept: Annotated[Path | None, typer.Option(help="Checkpoint kept from earlier.")] = None,
    max_witness_age: Age = None,
    now: Now = None,
    max_delay: Annotated[
        int | None,
        typer.Option(metavar="SECONDS", min=0, help="Longest time from entry to witness."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify a proof offline; exit code 1 if it fails."""
    from waferway.evidence import ledger as room

    check_files([proof, policy, kept], "nothing was verified")
    _check_trust(log, witness, quorum, policy)
    with answers(as_json):
        verdict = room.verify(
            proof, log=log or (), witnesses=witness or (), quorum=quorum, policy=policy,
            owners=owner or (), kept=kept, max_witness_age_s=max_witness_age,
            now_s=_second(max_witness_age, now), max_delay_s=max_delay,
        )  # fmt: skip
        found = verdict.to_dict()
    _result({"ok": True, **found}, as_json, "\n".join(
        f"{name:<18}{value if not isinstance(value, list) else '; '.join(value)}"
        for name, value in found.items() if value not in (None, "", [], {})))  # fmt: skip


def _check_trust(
    log: list[str] | None, witness: list[str] | None, quorum: int | None, policy: Path | None,
    needed: bool = True,
) -> None:  # fmt: skip
    """Say what is missing or too much in the keys of a call."""
    from waferway.errors import RangeError

    if policy is not None:
        read_text(policy)
        if log or witness or quorum is not None:
            raise RangeError("--policy takes the place of --log, --witness and --quorum")
    elif needed and not log:
        raise RangeError("no key of the log is given; name it with --log, or give --policy")
    elif quorum is not None and quorum > len(witness or []):
        raise RangeError(f"--quorum is {quorum}, but {len(witness or [])} witnesses are named")


def _report(found: Any, as_json: bool) -> None:
    body = found.to_dict()
    lines = [f"{name:<12}{body[name]}" for name in
             ("origin", "size", "root", "checkpoints", "signatures", "assurance")]  # fmt: skip
    lines += [f"doubtful    entry {index}" for index in body["doubtful"]]
    lines += [str(finding) for finding in found.findings]
    lines += ["no finding"] if found.ok else []
    _result(body, as_json, "\n".join(lines))
    if not found.ok:
        raise typer.Exit(1)


@ledger.command("audit")
def audit(
    path: File,
    log: Logs = None,
    witness: Witnesses = None,
    quorum: Quorum = None,
    policy: Policy = None,
    kept: Annotated[
        list[Path] | None, typer.Option(help="Checkpoint kept from earlier; may be repeated.")
    ] = None,
    other_origin: Annotated[
        list[str] | None, typer.Option(help="Origin of a log that entries may name.")
    ] = None,
    max_witness_age: Age = None,
    now: Now = None,
    as_json: JsonFlag = False,
) -> None:
    """Check the whole file against keys, witnesses, kept checkpoints; exit code 1 on findings."""
    from waferway.evidence import ledger as room

    check_files([policy, *(kept or [])], "nothing was audited")
    _check_trust(log, witness, quorum, policy, needed=False)
    with named_files("nothing was audited"):
        found = room.audit(
            path, log=log or (), witnesses=witness or (), quorum=quorum, policy=policy,
            kept=kept or (), other_origins=other_origin or (),
            max_witness_age_s=max_witness_age, now_s=_second(max_witness_age, now),
        )  # fmt: skip
    _report(found, as_json)


@ledger.command("fsck")
def fsck(path: File, log: Logs = None, as_json: JsonFlag = False) -> None:
    """Check bytes, rows, tree and checkpoints; exit code 1 on findings."""
    from waferway.evidence import ledger as room

    with named_files("nothing was checked"):
        found = room.fsck(path, log=log or ())
    _report(found, as_json)


@ledger.command("export")
def export(
    path: File,
    folder: Annotated[Path, typer.Argument(help="New folder.")],
    withhold: Annotated[
        list[str] | None, typer.Option(help="Type of entry whose fields stay private.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the log as tiles, entries and checkpoints that others can verify."""
    from waferway.evidence import ledger as room

    with named_files("nothing was exported"):
        made = room.export(path, folder, withhold=withhold or ())
    say(f"wrote {folder}")
    _result({**made, "folder": str(folder)}, as_json,
            "\n".join(f"{name:<8}{value}" for name, value in made.items()))  # fmt: skip


@ledger.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder that `waferway ledger export` wrote.")],
    into: Annotated[Path, typer.Argument(help="Mirror file; made if absent.")],
    log: Logs = None,
    witness: Witnesses = None,
    quorum: Quorum = None,
    policy: Policy = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify a bundle completely, then bring it into a mirror; exit code 1 if it fails."""
    from waferway.errors import Fault, InputError, Place
    from waferway.evidence import ledger as room

    if not folder.is_dir():
        raise InputError([Fault(Place(str(folder)), "there is no such folder")],
                         "nothing was imported")  # fmt: skip
    check_files([policy], "nothing was imported")
    check_new(into, force=True, closing="nothing was imported")
    _check_trust(log, witness, quorum, policy)
    with answers(as_json):
        done = room.import_(folder, into, log=log or (), witnesses=witness or (), quorum=quorum,
                            policy=policy)  # fmt: skip
    body = dataclasses.asdict(done)
    _result({"ok": True, **body}, as_json,
            "\n".join(f"{name:<10}{value}" for name, value in body.items()))  # fmt: skip


ledger.add_typer(witness_verbs, name="witness")
declare(ledger)
