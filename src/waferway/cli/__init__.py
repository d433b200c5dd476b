"""The command line: parse, call, show.

Owns exit codes: 0 done, 1 the answer is no, 2 wrong call or input, 3 internal fault. What
people read goes to standard error, results to standard output; with ``--json`` standard output
is one object. No arithmetic here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waferway.errors import InputError

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    import typer

    from waferway.cli.commands import app
    from waferway.errors import Infeasible, InputError, SolverFailed, WaferwayError

    try:
        code = app(args=arguments, prog_name="waferway", standalone_mode=False)
    except typer.Exit as stop:
        return int(stop.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted; nothing was written")
        return 2
    except Infeasible as answer:
        say(f"infeasible: {answer}")
        return 1
    except InputError as fault:
        say(str(_named(fault)))
        return 2
    except SolverFailed as fault:
        say(f"the solver failed: {fault}")
        return 3
    except WaferwayError as fault:
        say(str(fault))
        return 2
    except BrokenPipeError:
        return 0
    except OSError as fault:
        if not fault.filename or not fault.strerror:
            return _internal(fault)
        say(f"{fault.filename}  cannot be read or written: {fault.strerror}")
        return 2
    except Exception as fault:
        shows = getattr(fault, "show", None)
        if shows is not None and hasattr(fault, "exit_code"):  # a wrong call, worded by Typer
            shows()
            return 2
        return _internal(fault)
    return code if isinstance(code, int) else 0


def _internal(fault: Exception) -> int:
    """Own up to a defect."""
    import os
    import traceback

    if os.environ.get("WAFERWAY_DEBUG"):
        traceback.print_exc()
    say(
        f"internal fault: {type(fault).__name__}: {fault}\n"
        "This is a defect of waferway. Set WAFERWAY_DEBUG=1 for the full trace."
    )
    return 3


def _named(fault: InputError) -> InputError:
    """The same faults; what came from the command line is not said to be in memory."""
    from waferway.errors import InputError, Place

    asked = Place("what was asked")
    return InputError(
        [replace(one, place=asked) if one.place == Place() else one for one in fault.faults],
        fault.closing,
    )


def say(text: str) -> None:
    """One message for people, on standard error."""
    sys.stderr.write(text.rstrip("\n") + "\n")
