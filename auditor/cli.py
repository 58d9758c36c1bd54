"""The command line.

Only click is imported here; whatever computes is imported inside the command that needs it, so that ``auditor --help``
answers at once. stdout carries the result, stderr everything else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from auditor import __version__
from auditor.cli_app import add_app_command
from auditor.cli_data import AS_JSON, add_data_commands
from auditor.cli_guard import guarded
from auditor.cli_letter import add_letter_command
from auditor.cli_purge import add_purge_command
from auditor.errors import (
    EXIT_FLAG,
    EXIT_INPUT,
    EXIT_PARTIAL,
    nearest,
)

EPILOG = """Exit codes: 0 done; 1 unexpected; 2 usage or configuration; 3 input invalid; 4 a person must decide;
5 completed, but some places failed; 6 a flag was raised and --fail-on-signal was given."""


class Day(click.ParamType):
    """A day as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or end with the usage message."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2012-06-30", param, ctx)


class Commands(click.Group):
    """The group, with the nearest name offered when a command is not known."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        if args and self.get_command(ctx, args[0]) is None:
            close = nearest(args[0], self.list_commands(ctx))
            hint = f" Did you mean {close!r}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="auditor")
def cli() -> None:
    """Test arrest and immigration-match statistics against baselines, and write the review.

    A first look: `auditor demo`. With files of your own: `auditor init FILE...`, then `auditor check audit.toml` and
    `auditor run audit.toml`.
    """


@cli.command(short_help="Run the built-in example, offline.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("auditor-demo"), show_default=True)
def demo(out: Path) -> None:
    """Run the built-in example, offline, and write its whole output folder."""
    from auditor.audit import api

    _report_run(api.demo(out), as_json=False)


@cli.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Output folder.")
@click.option("--place", "places", metavar="ID", multiple=True, help="Write only the pages of these places.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes. [default: one a processor]")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="In place of the configuration's.")
@click.option("--as-of", type=Day(), help="Date that the report bears, in place of the configuration's.")
@click.option("--lang", type=click.Choice(["en", "es"]), help="Language of the pages; es also writes the English ones.")
@AS_JSON
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped.")
@click.option("--fail-on-signal", is_flag=True, help="Exit with 6 when any place is flagged.")
def run(
    config: Path,
    out: Path,
    places: Sequence[str],
    workers: int | None,
    seed: int | None,
    as_of: date | None,
    lang: str | None,
    as_json: bool,
    quiet: bool,
    resume: bool,
    fail_on_signal: bool,
) -> None:
    """Run an audit and write its output folder.

    --place limits the pages only: screen and peers always use every place of the configuration.

    A run that was stopped or killed keeps what it finished beside OUT, closed to others; the same command with --resume
    goes on from there, to the same bytes.
    """
    from auditor.audit import api
    from auditor.audit.crew import processors

    outcome = api.run_to_folder(
        config,
        out,
        places=tuple(places),
        workers=workers or processors(),
        seed=seed,
        as_of=as_of,
        quiet=quiet or as_json,
        language=lang,
        resume=resume,
        tell=None if quiet or as_json else _tell,
    )
    _report_run(outcome, as_json=as_json)
    if fail_on_signal and outcome.flagged:
        raise SystemExit(EXIT_FLAG)
    if outcome.failures:
        raise SystemExit(EXIT_PARTIAL)


@cli.command(short_help="Say in words what was found for a place.")
@click.argument("review", type=click.Path(path_type=Path))
@click.option("--place", required=True, metavar="ID")
def explain(review: Path, place: str) -> None:
    """Say in one paragraph a signal what was found for a place, and what would change the verdict.

    REVIEW is an output folder, or its review.json.
    """
    from auditor.audit import api
    from auditor.findings.review import Review

    click.echo(api.explain(Review.load(review), place))


@cli.command("compare", short_help="Say what changed between reviews of the same places.")
@click.argument("reviews", metavar="OLD NEW...", nargs=-1, required=True, type=click.Path(path_type=Path))
@AS_JSON
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file instead of stdout.")
@click.option(
    "--earlier",
    type=click.IntRange(min=0, max=1000),
    default=0,
    metavar="N",
    help="Looks at these places before OLD that are not given here.",
)
def compare_reviews(reviews: Sequence[Path], as_json: bool, out: Path | None, earlier: int) -> None:
    """Say what changed between two or more reviews of the same places, the oldest first, with every look counted.

    Each is an output folder, or its review.json. Reviews under different protocols or of different groups are refused.
    """
    from auditor.audit.comparison.compare import compare
    from auditor.audit.out_file import check_target, write_whole

    if out is not None:
        check_target(out)
    comparison = compare(reviews, earlier)
    text = comparison.to_json() if as_json else comparison.to_text()
    if out is None:
        click.echo(text, nl=False)
        return
    write_whole(out, text)
    click.echo(str(out))


@cli.command(short_help="Measure false alarms, false discoveries and power.")
@click.argument("config", required=False, type=click.Path(path_type=Path))
@click.option(
    "--replicates",
    type=click.IntRange(min=1, max=100_000),
    default=200,
    show_default=True,
    metavar="N",
    help="Runs for each null; a quarter of them for each effect.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write JSON too, for [audit] calibration.")
@AS_JSON
@click.option("--quiet", is_flag=True, help="No progress and no cost on stderr.")
def calibrate(config: Path | None, replicates: int, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Measure how often the protocol raises a false alarm, and what it finds.

    With CONFIG on its data (labels shuffled, counts redrawn, controls and false dates tested) and on simulated places;
    without it, the protocol as shipped on simulated places alone. The seed is that of CONFIG.
    """
    from auditor.audit import api
    from auditor.audit.out_file import check_target, write_whole

    if out is not None:
        check_target(out)
    result = api.calibrate(config, replicates, quiet=quiet, tell=None if quiet else _tell)
    click.echo(result.to_json() if as_json else result.to_text(), nl=False)
    if out is not None:
        write_whole(out, result.to_json())
        click.echo(f"{out}: name it in [audit] as calibration, and its rates stand beside every flag", err=True)


def _tell(line: str) -> None:
    click.echo(line, err=True)


@cli.command(short_help="Check the hashes and numbers of an output folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--letter",
    "letters",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hold a letter (HTML, Markdown, DOCX, PDF) against the folder's review too; may be repeated.",
)
@click.option(
    "--details",
    type=click.Path(path_type=Path),
    metavar="letter.toml",
    help="What the letters were written with.",
)
@click.option(
    "--errata",
    type=click.Path(path_type=Path),
    metavar="errata.toml",
    help="A list of known errors that is newer than this version's own.",
)
@AS_JSON
def verify(folder: Path, letters: Sequence[Path], details: Path | None, errata: Path | None, as_json: bool) -> None:
    """Check every hash of an output folder, and that its pages and tables are those of review.json.

    It also says whether the version that wrote the folder has an error, known today, that bears on its findings.
    """
    from auditor.audit import verify as verification

    given = None
    if details is not None:
        from auditor.audit.lettering.details_file import read_details

        given = read_details(details)
    report = verification.verify(folder, letters=letters, details=given, errata=errata)
    click.echo(report.to_json() if as_json else report.to_text(), nl=False)
    if report.problems or report.errata:
        raise SystemExit(EXIT_INPUT)


@cli.command(short_help="Show what a signal asks, assumes and needs.")
@click.argument("name", required=False)
def methods(name: str | None) -> None:
    """Show the card of a signal: question, null, needs, assumptions, when it misleads; without NAME all of them."""
    from auditor.audit.methods import describe, overview

    click.echo(describe(name) if name else overview(), nl=False)


@cli.command(short_help="Print a JSON Schema.")
@click.argument("which", type=click.Choice(["config", "review", "check", "compare", "calibrate"]))
def schema(which: str) -> None:
    """Print the JSON Schema of the configuration, of review.json, or of the JSON that a command prints."""
    from auditor.audit.schema import schema_named

    click.echo(json.dumps(schema_named(which), indent=1, ensure_ascii=False))


add_data_commands(cli)
add_letter_command(cli)
add_app_command(cli)
add_purge_command(cli)


def _report_run(outcome: Any, *, as_json: bool) -> None:
    """Say on stdout what was written, and on stderr which places failed."""
    flagged = list(outcome.flagged)
    if as_json:
        places = [
            {"place": entry.place, "name": entry.name, "verdict": entry.verdict, "page": entry.page}
            for entry in outcome.review.places
        ]
        result = {"out": str(outcome.out), "places": places, "flagged": flagged, "failures": list(outcome.failures)}
        click.echo(json.dumps(result, indent=1, ensure_ascii=False, default=dict))
    else:
        index = Path(outcome.out) / "index.html"
        many = f"{len(outcome.review.places)} places, {len(flagged)} flagged"
        click.echo(f"{many}. Open {index}")
    for failure in outcome.failures:
        click.echo(f"failed: {failure['place']}: {failure['error']}", err=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        In place of ``sys.argv[1:]``.
    """
    return guarded(cli, None if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
