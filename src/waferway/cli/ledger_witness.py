"""`waferway ledger witness`: sign heads of logs, serve others, ask one.

Owns the declaration of these verbs; the server listens on the loopback address only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from waferway.cli import say
from waferway.cli.inputs import check_new, named_files, passphrase_for, read_text
from waferway.cli.ledger_arguments import File, Passphrase
from waferway.cli.showing import JsonFlag, show, show_json

__all__ = ["witness"]

witness = typer.Typer(help="Sign the heads of logs, or have them signed.", no_args_is_help=True)

State = Annotated[Path, typer.Option(help="Memory of the witness; made if absent.")]
Key = Annotated[Path, typer.Option(help="Key file of role witness.")]
Logs = Annotated[list[str], typer.Option("--log", help="Public key of a log; may be repeated.")]


@witness.command("sign")
def sign(
    request: Annotated[Path, typer.Argument(help="Request of C2SP tlog-witness; - is stdin.")],
    state: State,
    key: Key,
    log: Logs,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Answer one request: print the cosignature; exit code 1 if it is refused."""
    from waferway.evidence import ledger as room

    body = read_text(request).encode()
    check_new(state, force=True)
    passphrase = passphrase_for([key], passphrase_file)
    with named_files("nothing was signed"):
        status, answer = room.witness_sign(body, state=state, key=key, logs=log,
                                           passphrase=passphrase)  # fmt: skip
    text = answer.decode(errors="replace")
    if as_json:
        show_json({"ok": status == 200, "status": status, "body": text})
    elif status == 200:
        show(text)
    if status != 200:
        say(f"refused: {status} {text}")
        raise typer.Exit(1)


@witness.command("serve")
def serve(
    state: State,
    key: Key,
    log: Logs,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    passphrase_file: Passphrase = None,
    as_json: JsonFlag = False,
) -> None:
    """Serve requests on 127.0.0.1 until interrupted; print the address first."""
    import sys

    from waferway.evidence import ledger as room

    check_new(state, force=True)
    passphrase = passphrase_for([key], passphrase_file)
    with named_files("nothing is served"):
        site = room.witness_serve(state=state, key=key, logs=log, port=port,
                                  passphrase=passphrase)  # fmt: skip
    address = f"http://127.0.0.1:{site.server_address[1]}"
    if as_json:
        show_json({"address": address})
    else:
        show(address)
    sys.stdout.flush()
    say("serving; Ctrl-C ends it")
    try:
        site.serve_forever()
    except KeyboardInterrupt:
        say("ended")
    finally:
        site.server_close()


@witness.command("ask")
def ask(
    path: File,
    url: Annotated[str, typer.Argument(help="Address of the witness.")],
    public: Annotated[str, typer.Option("--witness", help="Public key of the witness.")],
    as_json: JsonFlag = False,
) -> None:
    """Have a witness sign the newest checkpoint; exit code 1 if it refuses."""
    from waferway.cli.ledger import answers
    from waferway.evidence import ledger as room

    with answers(as_json):
        size = room.witness_ask(path, url, witness=public)
    if as_json:
        show_json({"ok": True, "size": size})
    else:
        show(f"the witness signed size {size}")
