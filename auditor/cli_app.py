"""The command that opens the app."""

from __future__ import annotations

from importlib.util import find_spec

import click

from auditor.errors import UsageError

NEEDED = ("starlette", "uvicorn", "python_multipart")


def add_app_command(group: click.Group) -> None:
    """Add the command."""
    group.add_command(app)


@click.command(short_help="Open a local web page for people who do not use a terminal.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="[default: any that is free]")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
def app(port: int, no_browser: bool) -> None:
    """Open a local web page: from files to a review and letters, for people who do not use a terminal.

    It answers to this computer alone (127.0.0.1) and sends nothing anywhere. Files that you hand in are copied into a
    private folder, which is deleted when you ask for it and when the program ends, unless you choose to keep it.
    """
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        what = ", ".join(name.replace("_", "-") for name in lacking)
        raise UsageError(f'the app needs {what}: install it with  pip install "auditor[app]"')
    from auditor.app.serve import serve

    kept = serve(port, lambda line: click.echo(line, err=True), browser=not no_browser)
    click.echo(f"kept: {kept}" if kept else "Closed; the files are deleted.", err=True)
