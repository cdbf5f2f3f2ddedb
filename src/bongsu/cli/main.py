"""`bongsu`: the table of commands and the one place where errors become exit codes.

A command's module is imported only when that command is asked for, so `bongsu --help` stays quick.
Exit codes: 0 done, 1 answered "no" (a check or an expectation failed), 2 bad input, 3 our fault, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import NoReturn

import click

import bongsu
from bongsu.base.errors import BongsuError
from bongsu.cli.lazy import Row, TableGroup

EXIT_BAD_INPUT = 2
EXIT_OUR_FAULT = 3
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141


# A new command is a file and a row.
COMMANDS: dict[str, Row] = {
    "alert": Row("bongsu.cli.alert:alert", "Look into public alerts and notices, and check their documents."),
    "bench": Row("bongsu.cli.bench:bench", "Measure the speed of tracking, sharing and drilling on this machine."),
    "consult": Row("bongsu.cli.consult:consult", "Consult on a launch: stances, who differs, joint statements."),
    "federation": Row("bongsu.cli.federation:federation", "Join nations' servers from one description."),
    "node": Row("bongsu.cli.node:node", "Run one partner's node."),
    "ledger": Row("bongsu.cli.ledger:ledger", "Look into the ledger of real launches and add to it."),
    "reconstruct": Row("bongsu.cli.reconstruct:reconstruct", "Work out a whole flight from its reported figures."),
    "record": Row("bongsu.cli.record:record", "Look into a node's record, check, compare and replay it."),
    "release": Row("bongsu.cli.release:release", "Say what a nation's release policy lets out, and why."),
    "drill": Row("bongsu.cli.drill:drill", "Play a joint drill of several nations and judge it."),
    "scenario": Row("bongsu.cli.scenario:scenario", "List, check and export the scenarios that drills play."),
    "schema": Row("bongsu.cli.schema:schema", "Print the JSON Schema of what partners exchange."),
    "track": Row("bongsu.cli.track:track", "Track what detections show: tracks, estimates and warnings as JSON lines."),
    "warm": Row("bongsu.cli.warm:warm", "Compile the numeric kernels into the cache, so that nothing waits later."),
}


@click.group(
    cls=TableGroup,
    table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExample:\n  bongsu drill run hwasong-18-2023-07-12 --speed max --seed 1",
)
@click.version_option(bongsu.__version__, prog_name="bongsu")
def main() -> None:
    """Share missile-launch warnings between partner nations, drill together, keep a record that all can check."""


def run() -> NoReturn:
    """Entry point of the `bongsu` program: run the command and turn whatever happens into an exit code."""
    code = exit_code_of(sys.argv[1:])
    sys.exit(code)


def exit_code_of(arguments: list[str]) -> int:
    """Run one command line and give its exit code; a command may return its own as an integer."""
    try:
        outcome = main.main(args=arguments, prog_name="bongsu", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_BAD_INPUT
    except click.UsageError as error:
        return _say_bad_input(_usage_line(error))
    except click.ClickException as error:
        return _say_bad_input(error.format_message())
    except BongsuError as error:
        _say(str(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _leave_closed_pipe()
    except OSError as error:
        line = _system_line(error)
        return _say_our_fault(error) if line is None else _say_bad_input(line)
    except Exception as error:
        return _say_our_fault(error)
    return outcome if isinstance(outcome, int) else 0


def _say(line: str) -> None:
    """One line on standard error, whatever the message held."""
    sys.stderr.write("bongsu: " + " ".join(line.split()) + "\n")


def _say_bad_input(line: str) -> int:
    _say(line)
    return EXIT_BAD_INPUT


def _usage_line(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx is not None else "bongsu"
    return f"{error.format_message().rstrip('.')}; see `{command} --help`"


def _system_line(error: OSError) -> str | None:
    """Say what the user can mend (a file, folder or port that he named); None when it is none of his doing."""
    if error.errno == errno.EADDRINUSE:
        return f"{error.strerror or 'address already in use'}; choose another port or end the program that holds it"
    if error.filename is not None:
        return f"{error.filename}: {(error.strerror or 'cannot be used').lower()}; check the path and its permissions"
    return None


def _leave_closed_pipe() -> int:
    """The reader went away (`bongsu track FILE | head`): end quietly, also when the interpreter flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_PIPE_CLOSED


def _say_our_fault(error: Exception) -> int:
    """One line for the user, the traceback in a file (or on the screen with BONGSU_DEBUG=1)."""
    import tempfile
    import traceback

    told = f"this is a fault of Bongsu, not yours: {type(error).__name__}: {error}"
    if os.environ.get("BONGSU_DEBUG"):
        traceback.print_exception(error)
        _say(told)
        return EXIT_OUR_FAULT
    with tempfile.NamedTemporaryFile(
        "w", prefix="bongsu-fault-", suffix=".txt", delete=False, encoding="utf-8"
    ) as report:
        traceback.print_exception(error, file=report)
    _say(f"{told}; the traceback is in {report.name} (BONGSU_DEBUG=1 shows it), please report it")
    return EXIT_OUR_FAULT
