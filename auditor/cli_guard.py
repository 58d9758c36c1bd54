"""Run the command line and turn whatever happens into an exit code and a line that says it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click

from auditor import __version__
from auditor.audit import stopping
from auditor.audit.stopping import Terminated
from auditor.errors import EXIT_OK, EXIT_UNEXPECTED, AuditorError

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


def guarded(command: click.Command, arguments: list[str] | None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    command : click.Command
    arguments : list of str, optional
        In place of ``sys.argv[1:]``.
    """
    previous = {number: signal.signal(number, _stopper(os.getpid())) for number in (signal.SIGTERM, signal.SIGINT)}
    _speak_utf8()
    stopping.forget()
    try:
        return _run(command, arguments)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _stopper(owner: int) -> Callable[[int, FrameType | None], None]:
    """Return a handler that unwinds our own process, and ends the workers forked from it without a word."""

    def stop(number: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            os._exit(128 + number)
        kind = KeyboardInterrupt if number == signal.SIGINT else Terminated
        stopping.ask(kind)
        raise kind

    return stop


def _speak_utf8() -> None:
    """Let no character of a place name end the program where the terminal's encoding lacks it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _run(command: click.Command, arguments: list[str] | None) -> int:
    try:
        command.main(arguments, prog_name="auditor", standalone_mode=False)
        sys.stdout.flush()
        return EXIT_OK
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else EXIT_OK
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, click.Abort, Terminated) as stopped:
        return _stopped(stopped)
    except Exception as error:
        # An interruption that something on its way turned into another error is one all the same.
        return _stopped(error) if stopping.asked() else _failed(error)


def _stopped(stopped: BaseException) -> int:
    terminated = stopping.asked() is Terminated or isinstance(stopped, Terminated)
    click.echo(f"auditor: {'asked to stop' if terminated else 'stopped'}; {_left(stopped)}", err=True)
    return EXIT_TERMINATED if terminated else EXIT_INTERRUPTED


def _failed(error: Exception) -> int:
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if isinstance(error, AuditorError):
        click.echo(f"auditor: {error}", err=True)
        return error.exit_code
    if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    return _unexpected(error)


def _left(stopped: BaseException) -> str:
    """Return what the output folder says of itself (click hides the interruption behind an exception of its own)."""
    notes = [*getattr(stopped, "__notes__", ()), *getattr(stopped.__cause__ or stopped.__context__, "__notes__", ())]
    return notes[0] if notes else "nothing was published"


def _unexpected(error: Exception) -> int:
    """Name the error and our own line, but not its text: that may hold data."""
    if os.environ.get("AUDITOR_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
        return EXIT_UNEXPECTED
    click.echo(
        f"auditor: stopped on an unexpected error: {fault(error)}.\n"
        "This is a fault of auditor, not of your data. Please report it with the line above and the command;\n"
        "AUDITOR_DEBUG=1 shows the whole trace, which may contain text from your files: read it before you share it.",
        err=True,
    )
    return EXIT_UNEXPECTED


def fault(error: BaseException) -> str:
    """Return the kind of an unexpected error, our own line that met it, and the version: never its text."""
    package, where = Path(__file__).parent, "outside of auditor"
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(package):
            where = f"{file.relative_to(package).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {where} (version {__version__})"
