"""The command that deletes what killed runs left behind."""

from __future__ import annotations

from pathlib import Path

import click


def add_purge_command(group: click.Group) -> None:
    """Add the command."""
    group.add_command(purge)


@click.command(short_help="List what killed runs left behind, and delete it.")
@click.argument("folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Delete what is listed.")
def purge(folders: tuple[Path, ...], yes: bool) -> None:
    """List what killed runs left behind, and delete it with --yes.

    Looked at are the system's temporary folder and every FOLDER in which outputs were written (this one where none is
    named). What a living run uses is left alone, and so are outputs, letters and your own files.

    Deleting a file on an SSD, or from a copied or snapshotted disk, does not erase it: encrypt the disk.
    """
    from auditor.audit.purging import delete, found

    left = found(folders or (Path(),))
    for item in left:
        if yes:
            delete(item)
        click.echo(f"{'deleted' if yes else 'left'}: {item.path} ({item.size:,} bytes): {item.what}")
    if not left:
        click.echo("Nothing was left behind.")
    elif not yes:
        click.echo("Nothing was deleted; --yes deletes these.", err=True)
