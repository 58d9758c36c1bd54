"""The command that writes a letter from a review."""

from __future__ import annotations

from pathlib import Path

import click

KINDS = ("crcl", "title-vi", "county-board", "oig", "records-request", "agency-notice")
FORMATS = ("docx", "html", "md", "pdf")
_FILE = click.Path(path_type=Path)


def add_letter_command(group: click.Group) -> None:
    """Add the command."""
    group.add_command(letter)


@click.command(short_help="Write an advocacy letter from a review.")
@click.argument("review", type=_FILE)
@click.option("--place", required=True, metavar="ID")
@click.option("--kind", required=True, type=click.Choice(KINDS))
@click.option("--format", "form", type=click.Choice(FORMATS), help="[default: by the ending of --out, else md]")
@click.option("--lang", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--out", type=_FILE, metavar="FILE", help="Write to a file instead of stdout (docx and pdf need one).")
@click.option("--details", type=_FILE, metavar="letter.toml", help="What only you know: signers, recipient, incidents.")
@click.option("--letterhead", type=_FILE, metavar="FILE.docx", help="Your office's own paper (docx only).")
def letter(
    review: Path,
    place: str,
    kind: str,
    form: str | None,
    lang: str,
    out: Path | None,
    details: Path | None,
    letterhead: Path | None,
) -> None:
    """Write a letter about one place: REVIEW is an output folder, or its review.json.

    Numbers and sentences are those of the review. What is missing is marked in [brackets] and listed on stderr under
    "Before you send". A letter never alleges more than the verdict bears: title-vi needs a flagged place (exit 4).
    """
    from auditor.audit.lettering.write import format_of, write
    from auditor.audit.out_file import check_target, write_whole_bytes

    chosen = format_of(form, out)
    if out is not None:
        check_target(out)
    written = write(review, place, kind, chosen, details=details, letterhead=letterhead, language=lang)
    if out is None:
        click.echo(written.content.decode(), nl=False)
    else:
        write_whole_bytes(out, written.content)
        click.echo(str(out))
    click.echo("Before you send:", err=True)
    for line in written.before:
        click.echo(f"  - {line}", err=True)
