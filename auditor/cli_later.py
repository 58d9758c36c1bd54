"""Commands of the contract that this version does not have: they stand in the help, say so, and exit with 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import click

from auditor.errors import NotBuiltYet

MARK = "(not built yet)"


def add_later_commands(group: click.Group) -> None:
    """Add the commands to come, with the options that the contract gives them."""
    for name, (summary, instead, parameters) in _LATER.items():
        group.add_command(
            click.Command(
                name,
                callback=_refuse(name, instead),
                params=[*parameters],
                help=f"{summary} {MARK}",
                short_help=f"{summary} {MARK}",
            )
        )


def _refuse(name: str, instead: str) -> Callable[..., NoReturn]:
    def refuse(**given: Any) -> NoReturn:
        raise NotBuiltYet(f"`auditor {name}` is not built yet; {instead}")

    return refuse


_LATER: dict[str, tuple[str, str, list[click.Parameter]]] = {
    "app": (
        "Open a local web page for people who do not use a terminal.",
        "use `auditor run` and open the index.html that it writes",
        [],
    ),
}
