"""Commands that look at data and run no test: init, check, counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from auditor.errors import EXIT_DECISION, InputError, UsageError

INPUTS = click.argument("inputs", metavar="CONFIG_OR_FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
TABLES = ("counts", "population", "places", "activations", "operations", "facilities")
TEMPLATES = ("interoperability", "counts", "records", "population", "places", "activations", "operations")


def add_data_commands(group: click.Group) -> None:
    """Add the commands."""
    for command in (init, check, counts):
        group.add_command(command)


@click.command(short_help="Draft a configuration from your files.")
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    help="File to write; - for stdout. [default: audit.toml; with --template NAME.csv]",
)
@click.option(
    "--template",
    is_flag=False,
    flag_value="interoperability",
    type=click.Choice(TEMPLATES),
    help="Write an empty table to fill in instead. [interoperability if no name is given]",
)
def init(files: Sequence[Path], out: Path | None, template: str | None) -> None:
    """Look at your files and draft a commented configuration in which every doubt is a question.

    FILE is a file, a folder, or a pattern in quotes ("records/*.csv": files of one header become one source).

    Run it again with the same files after you have answered: answers stay, what is left is asked.
    """
    if template is not None:
        _write_template(template, files, out)
        return
    from auditor.audit.drafting.initial import draft
    from auditor.audit.drafting.told import told
    from auditor.audit.out_file import write_whole

    to = out or Path("audit.toml")
    drafted = draft(files, Path("audit.toml") if str(to) == "-" else to)
    if str(to) == "-":
        click.echo(drafted.text, nl=False)
    else:
        write_whole(to, drafted.text)
    click.echo(told(drafted, files, to), nl=False, err=str(to) == "-")
    if drafted.wrong:
        raise InputError("some files cannot be used as they are", drafted.wrong)


def _write_template(name: str, files: Sequence[Path], out: Path | None) -> None:
    from auditor.audit.drafting.template import REQUIRED, template

    if files:
        raise UsageError("--template writes an empty table and looks at no file: leave the files out")
    to = out or Path(f"{name}.csv")
    if str(to) == "-":
        click.echo(template(name), nl=False)
        return
    try:
        with to.open("x", encoding="utf-8", newline="") as handle:
            handle.write(template(name))
    except FileExistsError:
        raise UsageError(f"{to} is there already; name another file with --out") from None
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror}") from error
    click.echo(str(to))
    click.echo(f"Required: {', '.join(REQUIRED[name])}. Blank is missing, never zero.", err=True)


@click.command(short_help="Validate; say what these data can carry.")
@INPUTS
@AS_JSON
@click.option("--verbose", is_flag=True, help="Show every note, also where that takes more than one screen.")
def check(inputs: Sequence[Path], as_json: bool, verbose: bool) -> None:
    """Read and validate; say which signals these data can carry, and the highest verdict they can reach.

    Runs no statistics. Exits with 4 when something must be decided by a person first.
    """
    from auditor.audit import api

    report = api.check(inputs)
    click.echo(report.to_json() if as_json else report.to_text(verbose=verbose), nl=False)
    if report.questions:
        raise SystemExit(EXIT_DECISION)


@click.command(short_help="Write the canonical table that the tests will see.")
@INPUTS
@click.option("--format", "format_", metavar="NAME", help="Read the files as this format instead of recognising it.")
@click.option(
    "--table",
    type=click.Choice(TABLES),
    help="Which canonical table. [default: counts, or the only one that the files hold]",
)
@click.option("--signal", "signal_", metavar="NAME", help="The exact cells that one signal sees.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    help="File to write; - for stdout. [default: TABLE.private.csv]",
)
def counts(
    inputs: Sequence[Path], format_: str | None, table: str | None, signal_: str | None, out: Path | None
) -> None:
    """Write the canonical table that the tests will see. NOT FOR PUBLICATION: nothing in it is suppressed."""
    from auditor.audit import counting
    from auditor.audit.out_file import check_target, write_whole

    file = out or Path(f"{signal_ or table or 'counts'}.private.csv")
    if str(file) != "-":
        check_target(file, private=True)
    text = counting.counts(inputs, format=format_, table=table, signal=signal_)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    write_whole(file, text, private=True)
    click.echo(str(file))
    click.echo("NOT FOR PUBLICATION: small cells are not suppressed in this file.", err=True)
